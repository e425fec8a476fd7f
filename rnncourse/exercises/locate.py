"""Where the exercises lie: in a checkout, or, without their solutions, in the installed package."""

import re
from dataclasses import dataclass
from pathlib import Path

from rnncourse.exercises.notebook import NotebookError, cell_key, read_notebook, source_of
from rnncourse.language import choose

PACKAGED = Path(__file__).resolve().parent  # setup.py puts zh/ and en/ here when the package is built


class ExercisesMissing(Exception):
    """No exercises, or no solutions, within reach; the message says what is needed."""


@dataclass(frozen=True)
class Exercise:
    """An exercise to be solved, in one language: its notebook, and the points of its tasks in order."""

    name: str
    language: str
    path: Path
    title: str
    tasks: dict

    @property
    def points(self):
        """What all tasks together give."""
        return sum(self.tasks.values())


def find_folder(start=None):
    """The folder whose zh/ and en/ hold the exercises.

    It is that of a checkout at or above `start` (default: the current folder), of the checkout that this
    package lies in, or the copy in the installed package. Raises ExercisesMissing.
    """
    start = Path(start or Path.cwd()).resolve()
    checkouts = [*(folder for folder in (start, *start.parents)), PACKAGED.parents[1]]
    for folder in [*(c / "exercises" for c in checkouts if (c / "chapters" / "source").is_dir()), PACKAGED]:
        if any(folder.glob("*/*.ipynb")):
            return folder
    raise ExercisesMissing(
        choose(
            zh="没有找到练习：请在课程的代码库中运行，或从代码库重新安装 rnncourse",
            en="no exercises found: run this in a checkout of the course, or install rnncourse anew from its "
            "repository",
        )
    )


def all_exercises(language, folder=None):
    """{name: Exercise} in the order of the course, from `folder` (default: find_folder())."""
    folder = folder or find_folder()
    return {path.stem: _load(path, language) for path in sorted((folder / language).glob("*.ipynb"))}


def load_solution(exercise):
    """The solved notebook of `exercise`. Raises ExercisesMissing where there is none, as in a package."""
    path = exercise.path.parents[1] / "solutions" / exercise.language / exercise.path.name
    try:
        return read_notebook(path)
    except NotebookError as error:
        raise ExercisesMissing(
            choose(
                zh=f"读不到参考解答 {path.name}（{error}）。它们只在课程的代码库里，不随安装包提供：请克隆"
                "代码库，在其中运行，或用 --course 指明它的位置",
                en=f"the solved notebook {path.name} cannot be read ({error}). Solutions are in the course's "
                "repository, not in the installed package: clone it and run this there, or use --course",
            )
        ) from None


def _load(path, language):
    notebook = read_notebook(path)
    tasks = {
        cell_key(cell).removeprefix("check-"): cell["metadata"]["nbgrader"]["points"]
        for cell in notebook["cells"]
        if (cell_key(cell) or "").startswith("check-")
    }
    title = re.match(r"#\s+(.+)", source_of(notebook["cells"][0]))
    return Exercise(path.stem, language, path, title[1].strip() if title else path.stem, tasks)
