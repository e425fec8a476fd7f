"""The repository's address and what is built from it: badges, the row of links under a title."""

import os
import re
from dataclasses import dataclass

from rnncourse.authoring.layout import CourseError, read_project

_COLAB_BADGE = "https://colab.research.google.com/assets/colab-badge.svg"
_BINDER_BADGE = "https://mybinder.org/badge_logo.svg"
_WORDS = {
    "zh": {
        "language": "English", "chapter": "对应章节", "exercise": "练习", "stub": "回到练习",
        "before": "← 上一章", "after": "下一章 →", "colab": "在 Colab 中打开", "binder": "在 Binder 中打开",
    },
    "en": {
        "language": "中文", "chapter": "its chapter", "exercise": "exercises", "stub": "back to the exercise",
        "before": "← previous chapter", "after": "next chapter →", "colab": "Open in Colab",
        "binder": "Open in Binder",
    },
}  # fmt: skip


@dataclass(frozen=True)
class Repository:
    """The public repository `owner`/`name` on GitHub."""

    owner: str
    name: str

    @property
    def url(self):
        """The repository's page, which pip and git take as well."""
        return f"https://github.com/{self.owner}/{self.name}"

    def colab(self, path):
        """The address that opens the notebook `path` in Colab."""
        return f"https://colab.research.google.com/github/{self.owner}/{self.name}/blob/main/{path}"

    def binder(self, path):
        """The address that opens the notebook `path` in JupyterLab on Binder."""
        return f"https://mybinder.org/v2/gh/{self.owner}/{self.name}/HEAD?urlpath=lab/tree/{path}"


def read_repository(root):
    """The Repository that [project.urls] of pyproject.toml names. Raises CourseError if not on GitHub."""
    url = read_project(root).get("urls", {}).get("Repository", "")
    match = re.fullmatch(r"https://github\.com/([\w.-]+)/([\w.-]+?)(\.git)?/?", url)
    if not match:
        expected = "https://github.com/OWNER/NAME"
        raise CourseError(f"pyproject.toml: [project.urls] Repository must be {expected}, got {url!r}")
    return Repository(match[1], match[2])


def badges(repository, path, language):
    """The Colab and the Binder badge of the notebook `path`, with alternative texts in `language`."""
    words = _WORDS[language]
    colab = f"[![{words['colab']}]({_COLAB_BADGE})]({repository.colab(path)})"
    return f"{colab} [![{words['binder']}]({_BINDER_BADGE})]({repository.binder(path)})"


def link_row(course, repository, edition):
    """The Markdown row under the title of `edition`: other language, badges, neighbours."""
    words = _WORDS[edition.language]
    parts = [
        _link(words["language"], edition, edition.other(language="en" if edition.language == "zh" else "zh"))
    ]
    parts.append(badges(repository, edition.path, edition.language))
    if edition.kind == "solution":
        parts.append(_link(words["stub"], edition, edition.other(kind="exercise")))
    if edition.kind != "chapter" and edition.name in course.chapters:
        parts.append(_link(words["chapter"], edition, edition.other(kind="chapter")))
    if edition.kind == "chapter":
        parts += _chapter_links(course, edition, words)
    return " · ".join(parts)


def _chapter_links(course, edition, words):
    links = []
    if edition.name in course.exercises:
        links.append(_link(words["exercise"], edition, edition.other(kind="exercise")))
    for word, neighbour in zip(("before", "after"), course.neighbours(edition), strict=True):
        if neighbour:
            links.append(_link(words[word], edition, neighbour))
    return links


def _link(word, here, there):
    """A Markdown link from the notebook `here` to the notebook `there`, relative."""
    relative = os.path.relpath(there.path, os.path.dirname(here.path)).replace(os.sep, "/")
    return f"[{word}]({relative})"
