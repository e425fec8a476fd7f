"""A course folder for nbgrader: its `source` holds solved notebooks, from which nbgrader makes the rest.

nbgrader itself removes what stands between BEGIN SOLUTION and END SOLUTION, as the course's builder does.
"""

import json
from pathlib import Path

from rnncourse.exercises import answers, cell_key, load_solution, read_notebook
from rnncourse.exercises.copying import lead_home
from rnncourse.grading.page import write_text

CONFIG = '''\
"""Settings for nbgrader, made by `rnncourse nbgrader-course`."""

c = get_config()  # noqa: F821
c.CourseDirectory.course_id = "rnncourse"
c.ClearSolutions.code_stub = {"python": 'raise NotImplementedError("your code here")'}
c.Execute.timeout = 600  # seconds a cell: the check of a trained model takes some
'''


def make_course(exercises, folder):
    """Write nbgrader_config.py and source/NAME/NAME.ipynb for each Exercise. Yields (path, whether written).

    A file that is there is left as it is. Raises ExercisesMissing outside a checkout.
    """
    folder = Path(folder)
    yield _write(folder / "nbgrader_config.py", CONFIG)
    for exercise in exercises:
        text = json.dumps(solved(exercise), ensure_ascii=False, indent=1) + "\n"
        yield _write(folder / "source" / exercise.name / f"{exercise.name}.ipynb", text)


def solved(exercise):
    """The notebook of `exercise` with the solutions between their marks, not run."""
    notebook, given = read_notebook(exercise.path), answers(load_solution(exercise))
    lead_home(notebook)
    for cell in notebook["cells"]:
        task = (cell_key(cell) or "").removeprefix("task-")
        if task in given:
            cell["source"] = given[task].splitlines(keepends=True)
    return notebook


def _write(path, text):
    if path.exists():
        return path, False
    write_text(path, text)
    return path, True
