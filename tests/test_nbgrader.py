"""The course folder for nbgrader: what it holds, and what an unmodified nbgrader makes of it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import learners
import pytest

from rnncourse import cli
from rnncourse.authoring.exercise import remove_solution
from rnncourse.exercises import read_notebook, source_of

NAME = "3_1_environment_and_data"
KERAS = "4_2_text_classification"


pytestmark = pytest.mark.usefixtures("english")


def code(notebook):
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def make(folder, *names):
    assert cli.main(["nbgrader-course", str(folder), *names, "--course", str(learners.ROOT)]) == 0
    return folder


def test_the_source_without_its_solutions_is_the_exercise(tmp_path):
    make(tmp_path)
    for name in learners.NAMES:
        source = read_notebook(tmp_path / "source" / name / f"{name}.ipynb")
        stub = learners.stub(name)
        assert [remove_solution(source_of(cell)) for cell in code(source)] == [
            source_of(cell) for cell in code(stub)
        ]
        assert [cell["metadata"] for cell in source["cells"]] == [cell["metadata"] for cell in stub["cells"]]
        assert not any(cell.get("outputs") or cell.get("execution_count") for cell in source["cells"])


def test_what_is_there_is_left_as_it_is(tmp_path, capsys):
    make(tmp_path, NAME)
    (tmp_path / "nbgrader_config.py").write_text("mine", encoding="utf-8")
    make(tmp_path)
    assert (tmp_path / "nbgrader_config.py").read_text("utf-8") == "mine"
    assert "left as it is" in capsys.readouterr().out
    assert sorted(path.name for path in (tmp_path / "source").iterdir()) == learners.NAMES


def test_an_unknown_exercise_is_told_in_a_line(tmp_path, capsys):
    assert cli.main(["nbgrader-course", str(tmp_path), "3_9", "--course", str(learners.ROOT)]) == 2
    assert NAME in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize("name", [NAME, KERAS])
def test_an_unmodified_nbgrader_gives_solutions_all_points_and_stubs_none(name, tmp_path):
    api = pytest.importorskip("nbgrader.api")
    course = make(tmp_path / "course", name)
    nbgrader(course, "generate_assignment", name)
    release = course / "release" / name / f"{name}.ipynb"
    # What is given out may be nbgrader's release or the course's own notebook.
    handed = {"solved": learners.solved(name), "stub": learners.stub(name)}
    for student, notebook in handed.items():
        learners.write(notebook, course / "submitted" / student / name / f"{name}.ipynb")
    (course / "submitted" / "released" / name).mkdir(parents=True)
    shutil.copy(release, course / "submitted" / "released" / name)
    nbgrader(course, "autograde", name)
    points = learners.exercise(name).points
    with api.Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        scores = {s.student.id: (s.score, s.max_score) for s in gradebook.assignment_submissions(name)}
    assert scores == {"solved": (points, points), "stub": (0, points), "released": (0, points)}


def nbgrader(course, *arguments):
    command = [sys.executable, "-m", "nbgrader", *arguments]
    tools = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # nbgrader calls alembic
    environment = os.environ | {"PATH": tools, "PYTHONPATH": str(learners.ROOT)}
    run = subprocess.run(command, cwd=course, env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-4000:]
