"""The exercises as notebooks: where they lie, which tasks they hold, what a learner wrote."""

from rnncourse.exercises.locate import Exercise, ExercisesMissing, all_exercises, find_folder, load_solution
from rnncourse.exercises.notebook import (
    NotebookError,
    answers,
    cell_key,
    language_of,
    read_notebook,
    source_of,
)

__all__ = [
    "Exercise",
    "ExercisesMissing",
    "NotebookError",
    "all_exercises",
    "answers",
    "cell_key",
    "find_folder",
    "language_of",
    "load_solution",
    "read_notebook",
    "source_of",
]
