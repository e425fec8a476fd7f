"""The answers of a class as plain Python files, laid out for a tool that looks for copied code.

The layout is that of JPlag (https://github.com/jplag/JPlag): a folder for each submission, and the code that
all were given in a folder beside them. Nothing is run, and nothing leaves this machine.
"""

from pathlib import Path

from rnncourse.exercises import NotebookError, answers, read_notebook
from rnncourse.grading.page import write_text
from rnncourse.grading.plain import as_name, clean
from rnncourse.grading.validate import ValidateError, find_exercise

SUBMISSIONS, GIVEN = "submissions", "given"


def write_answers(submissions, out, folder=None):
    """Write OUT/EXERCISE/submissions/STUDENT/answers.py for each SUBMISSIONS/STUDENT/*.ipynb.

    OUT/EXERCISE/given/answers.py holds the stubs. Exercises are in `folder`. Yields (path of the notebook,
    name of the exercise, ""), or, where it is none, (path, "", reason).
    """
    for path in sorted(Path(submissions).glob("*/*.ipynb")):
        if path.is_symlink() or path.parent.is_symlink() or not path.is_file():
            yield path, "", "not a plain file"
            continue
        try:
            notebook = read_notebook(path)
            exercise = find_exercise(notebook, path.stem, folder)
        except (NotebookError, ValidateError) as error:
            yield path, "", str(error)
            continue
        place = Path(out) / exercise.name
        stubs = answers(read_notebook(exercise.path))
        write_text(place / GIVEN / "answers.py", _join(stubs, exercise))
        student = place / SUBMISSIONS / as_name(path.parent.name)
        write_text(student / "answers.py", _join(answers(notebook), exercise))
        yield path, exercise.name, ""


def _join(given, exercise):
    """The answers as one text, in the order of the exercise, not in one that hides what is alike."""
    return "\n\n\n".join(clean(given[task]) for task in exercise.tasks if task in given) + "\n"
