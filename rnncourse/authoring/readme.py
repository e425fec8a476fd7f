"""The parts of the README files that list the chapters: built, so that they follow sources and repository."""

import os
import re

from rnncourse.authoring.assemble import load_source
from rnncourse.authoring.languages import titles
from rnncourse.authoring.layout import Edition
from rnncourse.authoring.links import badges

FILES = ("README.md", "README.zh.md", "chapters/README.md", "exercises/README.md")
_BLOCK = re.compile(r"(<!-- (chapters|badges|clone)(?: (zh|en))? -->\n).*?(<!-- /\2 -->)", re.DOTALL)
_HEADER = {"zh": ("章节", "打开", "练习", "打开"), "en": ("Chapter", "Open", "Exercises", "Open")}


def outdated_readmes(course, repository):
    """{name: what it should say} of the README files whose marked blocks are not up to date.

    A block stands between `<!-- chapters -->` and `<!-- /chapters -->`: a table of chapters and exercises;
    `badges`: where to open the first chapter; `clone`: the repository's address for git. Its language is the
    file's (README.zh.md: Chinese), or the one that the marker names: `<!-- chapters zh -->`. Files and blocks
    that do not exist are left out. Raises SourceError for a source without title.
    """
    outdated = {}
    for name in FILES:
        path = course.root / name
        if path.is_file():
            old = path.read_text(encoding="utf-8")
            new = _rewritten(old, name, course, repository)
            if new != old:
                outdated[name] = new
    return outdated


def _rewritten(text, name, course, repository):
    write = {"chapters": _chapter_table, "badges": _first_badges, "clone": _clone}

    def block(match):
        begin, kind, language, end = match.groups()
        language = language or ("zh" if name.endswith(".zh.md") else "en")
        content = write[kind](course, repository, language, os.path.dirname(name))
        return f"{begin}\n{content}\n{end}"

    return _BLOCK.sub(block, text)


def _chapter_table(course, repository, language, folder):
    rows = [_row(_HEADER[language]), _row(["---"] * 4)]
    for name in course.chapters:
        cells = _notebook_cells(course, repository, Edition("chapter", name, language), folder)
        exercise = Edition("exercise", name, language)
        known = name in course.exercises
        rows.append(
            _row(cells + (_notebook_cells(course, repository, exercise, folder) if known else ["", ""]))
        )
    return "".join(rows)


def _notebook_cells(course, repository, edition, folder):
    """A link with the title, and the badges, of a notebook."""
    title = titles(load_source(course, edition))[edition.language].replace("|", r"\|")
    path = os.path.relpath(edition.path, folder or ".").replace(os.sep, "/")
    return [f"[{title}]({path})", badges(repository, edition.path, edition.language)]


def _row(cells):
    return f"| {' | '.join(cells)} |\n"


def _first_badges(course, repository, language, folder):
    if not course.chapters:
        return ""
    return badges(repository, Edition("chapter", course.chapters[0], language).path, language) + "\n"


def _clone(course, repository, language, folder):
    return f"```sh\ngit clone {repository.url}\ncd {repository.name}\n```\n"
