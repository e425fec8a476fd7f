"""What is made from all chapters: their lists in README files and chapters/index.ipynb, the claims' table."""

import os
import re

import nbformat

from rnncourse.authoring import evidence
from rnncourse.authoring.assemble import METADATA, load_source
from rnncourse.authoring.languages import titles
from rnncourse.authoring.layout import Edition
from rnncourse.authoring.links import badges
from rnncourse.language import LANGUAGES

FILES = ("README.md", "README.zh.md", "CONTRIBUTING.md", "chapters/README.md", "exercises/README.md")
INDEX = "chapters/index.ipynb"
_BLOCK = re.compile(r"(<!-- (chapters|badges)(?: (zh|en))? -->\n).*?(<!-- /\2 -->)", re.DOTALL)
_CLONE = re.compile(r"git clone https://github\.com/[\w./-]+( && cd )[\w.-]+")
_INSTALL = re.compile(r"git\+https://github\.com/[\w./-]+")
_HEADER = {"zh": ("章节", "打开", "练习", "打开"), "en": ("Chapter", "Open", "Exercises", "Open")}
_INDEX_TITLE = {"zh": "# 目录", "en": "# Contents"}


def outdated_lists(course, repository):
    """{name: what it should say} of the README files and the index that are not up to date.

    A README's block stands between `<!-- chapters -->` and `<!-- /chapters -->`: a table of chapters and
    exercises; `badges`: where to open the first chapter. Its language is the file's (README.zh.md: Chinese),
    or the one that the marker names: `<!-- chapters zh -->`. Addresses after `git clone` and `git+` become
    the repository's. A README that does not exist is left out.
    Where there is a package, the claims' table, `evidence.NAME`, belongs to them. Raises SourceError for a
    source without title.
    """
    wanted = {INDEX: _index(course)} if course.chapters else {}
    if (course.root / evidence.NAME).parent.is_dir():
        wanted[evidence.NAME] = evidence.evidence_text(course)
    for name in FILES:
        if (course.root / name).is_file():
            wanted[name] = _rewritten(_read(course.root / name), name, course, repository)
    return {name: text for name, text in wanted.items() if text != _read(course.root / name)}


def _read(path):
    return path.read_text(encoding="utf-8") if path.is_file() else None


def _rewritten(text, name, course, repository):
    write = {"chapters": _chapter_table, "badges": _first_badges}

    def block(match):
        begin, kind, language, end = match.groups()
        language = language or ("zh" if name.endswith(".zh.md") else "en")
        return f"{begin}\n{write[kind](course, repository, language, os.path.dirname(name))}\n{end}"

    text = _CLONE.sub(rf"git clone {repository.url}\1{repository.name}", _BLOCK.sub(block, text))
    return _INSTALL.sub(f"git+{repository.url}", text)


def _chapter_table(course, repository, language, folder):
    """Title and badges of each chapter and of its exercise."""
    rows = []
    for name in course.chapters:
        editions = [Edition(kind, name, language) for kind in _kinds(course, name)]
        pairs = [[_title(course, e, folder), badges(repository, e.path, language)] for e in editions]
        rows.append([cell for pair in pairs for cell in pair])
    return _table(_HEADER[language], rows)


def _first_badges(course, repository, language, folder):
    if not course.chapters:
        return ""
    return badges(repository, Edition("chapter", course.chapters[0], language).path, language) + "\n"


def _index(course):
    """The notebook that opens first: the chapters of both editions and their exercises, as links."""
    notebook = nbformat.v4.new_notebook(metadata=METADATA, nbformat_minor=5)
    for language in LANGUAGES:
        lines = [_INDEX_TITLE[language], ""]
        for name in course.chapters:
            chapter, *exercise = [Edition(kind, name, language) for kind in _kinds(course, name)]
            lines.append(f"- {_title(course, chapter, 'chapters')}")
            lines += [f"  - {_HEADER[language][2]}: {_title(course, e, 'chapters')}" for e in exercise]
        notebook.cells.append(nbformat.v4.new_markdown_cell("\n".join(lines), id=language))
    return nbformat.writes(notebook) + "\n"


def _kinds(course, name):
    return ["chapter", "exercise"] if name in course.exercises else ["chapter"]


def _title(course, edition, folder):
    """A link to a notebook, relative to `folder`, that shows its title."""
    title = titles(load_source(course, edition))[edition.language].replace("|", r"\|")
    return f"[{title}]({os.path.relpath(edition.path, folder or '.').replace(os.sep, '/')})"


def _table(header, rows):
    """A Markdown table; cells that a row lacks at its end are empty."""
    filled = [[*row, *[""] * (len(header) - len(row))] for row in rows]
    return "".join(f"| {' | '.join(row)} |\n" for row in (header, ["---"] * len(header), *filled))
