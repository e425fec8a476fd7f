"""Which notebook comes from which source, and where both lie in the repository."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from rnncourse.language import LANGUAGES

_FOLDERS = {"chapter": "chapters", "exercise": "exercises", "solution": "exercises/solutions"}


class CourseError(Exception):
    """Something outside a single source is wrong: the checkout, a name, the repository's address."""


@dataclass(frozen=True)
class Edition:
    """One notebook: the chapter, exercise (to be solved) or solution `name` in one language."""

    kind: str  # "chapter", "exercise" or "solution"
    name: str
    language: str

    @property
    def path(self):
        """Where the notebook lies, from the root, with slashes: "chapters/zh/1_introduction.ipynb"."""
        return f"{_FOLDERS[self.kind]}/{self.language}/{self.name}.ipynb"

    @property
    def source(self):
        """Where its source lies, from the root, with slashes."""
        folder = "chapters" if self.kind == "chapter" else "exercises"
        return f"{folder}/source/{self.name}.py"

    @property
    def executed(self):
        """Whether the notebook is stored with outputs: an exercise to be solved is not."""
        return self.kind != "exercise"

    def other(self, *, kind=None, name=None, language=None):
        """The edition that differs from this one in what is given."""
        return Edition(kind or self.kind, name or self.name, language or self.language)


@dataclass(frozen=True)
class Course:
    """The names of all chapters and exercises below `root`, in the order of reading."""

    root: Path
    chapters: tuple[str, ...]
    exercises: tuple[str, ...]

    def editions(self, names=None, languages=LANGUAGES):
        """Every notebook of the chapters and exercises called `names` (all if None), chapters first."""
        kinds = (("chapter", self.chapters), ("exercise", self.exercises), ("solution", self.exercises))
        return [
            Edition(kind, name, language)
            for kind, known in kinds
            for name in known
            if names is None or name in names
            for language in languages
        ]

    def orphans(self):
        """Paths of notebooks below the course's folders that no source belongs to."""
        known = {edition.path for edition in self.editions()}
        folders = [f"{folder}/{language}" for folder in _FOLDERS.values() for language in LANGUAGES]
        found = [
            f"{folder}/{path.name}" for folder in folders for path in (self.root / folder).glob("*.ipynb")
        ]
        return sorted(set(found) - known)

    def neighbours(self, edition):
        """The chapters before and after the chapter `edition`, None where there is none."""
        place = self.chapters.index(edition.name)
        around = [self.chapters[i] if 0 <= i < len(self.chapters) else None for i in (place - 1, place + 1)]
        return [name and edition.other(name=name) for name in around]


def find_root(start=None):
    """The folder of the course's checkout at or above `start` (default: the current folder).

    Raises CourseError outside a checkout.
    """
    start = Path(start or Path.cwd()).resolve()
    for folder in (start, *start.parents):
        if (folder / "chapters" / "source").is_dir() and (folder / "pyproject.toml").is_file():
            return folder
    raise CourseError(
        f"{start} is not in a checkout of the course; change to the folder that holds chapters/source"
    )


def find_course(root):
    """The Course below `root`: what lies in chapters/source and exercises/source."""
    names = [
        tuple(sorted(p.stem for p in (root / f).glob("*.py")))
        for f in ("chapters/source", "exercises/source")
    ]
    return Course(root, *names)


def read_project(root):
    """The table `project` of the checkout's pyproject.toml."""
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
