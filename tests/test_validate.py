"""`rnncourse validate`: the answers alone count, put into the pristine exercise and run by nbval."""

import copy
import json
import re

import learners
import pytest

from rnncourse import cli, language
from rnncourse.exercises import NotebookError, answers, cell_key, find_folder, read_notebook, source_of
from rnncourse.grading import validate as module
from rnncourse.grading.results import read_results
from rnncourse.grading.validate import ValidateError, compose, find_exercise, validate

NUMPY = "3_1_environment_and_data"


pytestmark = pytest.mark.usefixtures("english")


def code(notebook):
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def changed(notebook, change):
    notebook = copy.deepcopy(notebook)
    change(notebook["cells"])
    return notebook


def place(cells, key):
    return next(i for i, cell in enumerate(cells) if cell.get("id") == key)


# What is run


@pytest.mark.parametrize("edition", language.LANGUAGES)
@pytest.mark.parametrize("name", learners.NAMES)
def test_of_a_solved_notebook_the_solved_notebook_is_run(name, edition):
    """So nbval on the solutions (tests/test_notebooks.py) is what validate does with them."""
    solution = learners.solved(name, edition)
    composed = compose(learners.exercise(name, edition), answers(solution))
    assert [(source_of(c), c["outputs"], c["execution_count"]) for c in code(composed)] == [
        (source_of(c), c["outputs"], c["execution_count"]) for c in code(solution)
    ]


def test_only_answers_are_taken_from_a_learner():
    def forge(cells):
        cells[place(cells, "check-encode")]["source"] = "print('✓ encode  1/1')"
        cells[place(cells, "task-encode")]["metadata"]["tags"] = ["nbval-skip"]
        cells.insert(0, {"cell_type": "code", "id": "mine", "metadata": {}, "source": "1/0", "outputs": []})
        cells.reverse()

    exercise = learners.exercise(NUMPY)
    forged = changed(learners.stub(NUMPY), forge)
    composed = compose(exercise, answers(forged) | {"encode": "# NBVAL_SKIP\nencode = 1"})
    wanted = compose(exercise, {"encode": "# NBVAL_SKIP\nencode = 1"})
    assert composed == wanted
    assert composed["metadata"] == learners.stub(NUMPY)["metadata"]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda cells: cells.pop(place(cells, "task-encode")), False),
        (lambda cells: cells.append(copy.deepcopy(cells[place(cells, "task-encode")])), False),
        (lambda cells: cells.append(cells[place(cells, "task-encode")] | {"id": "copy"}), True),
        (lambda cells: [cell.pop("id") for cell in cells], True),
        (lambda cells: [cell.update(id=f"random{i}") for i, cell in enumerate(cells)], True),
        (lambda cells: [(c.pop("id"), c["metadata"].clear()) for c in cells], False),
        (lambda cells: cells[place(cells, "task-encode")].update(cell_type="raw"), False),
    ],
    ids=["missing", "twice", "copied", "no ids", "other ids", "neither", "no code"],
)
def test_an_answer_is_found_by_the_id_of_its_cell(change, found):
    given = answers(changed(learners.solved(NUMPY), change))
    assert ("encode" in given) == found
    assert not found or given["encode"] == answers(learners.solved(NUMPY))["encode"]


def test_the_exercise_is_found_by_its_tasks_not_by_the_name_of_the_file():
    for edition in language.LANGUAGES:
        exercise = find_exercise(learners.stub(NUMPY, edition), "homework (3)", learners.FOLDER)
        assert (exercise.name, exercise.language) == (NUMPY, edition)


def test_a_notebook_without_cells_is_known_by_its_name():
    empty = learners.stub(NUMPY) | {"cells": []}
    assert find_exercise(empty, NUMPY, learners.FOLDER).name == NUMPY
    with pytest.raises(ValidateError, match="no task of the course"):
        find_exercise(empty, "holiday", learners.FOLDER)


# Points


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["solved", "stub"])
def test_a_solved_notebook_has_all_points_and_a_stub_has_none(kind, tmp_path):
    path = learners.write(learners.KINDS[kind](NUMPY), tmp_path / "mine.ipynb")
    exercise, results = validate(path, learners.FOLDER)
    assert [result.task for result in results] == list(exercise.tasks)
    assert all(result.points == (result.most if kind == "solved" else 0) for result in results)
    assert all(result.reason.startswith("Nothing is written yet") for result in results if not result.passed)


@pytest.mark.slow
@pytest.mark.parametrize("name", learners.NAMES)
def test_nbval_gives_the_points_that_the_checks_give(name, tmp_path):
    """The first answer is right, another one missing, each other one a catalogued mistake."""
    notebook, solution = learners.mistaken(name), answers(learners.solved(name))
    first, second, *others = learners.exercise(name).tasks
    notebook["cells"][place(notebook["cells"], f"task-{first}")]["source"] = solution[first]
    notebook["cells"].pop(place(notebook["cells"], f"task-{second}"))
    expected = learners.points_in_process(name, notebook) | {second: 0}
    _, results = validate(learners.write(notebook, tmp_path / "mine.ipynb"), learners.FOLDER)
    points = {result.task: result.points for result in results}
    assert points == expected
    assert points[first] > 0 and not any(points[task] for task in others)
    reasons = {result.task: result.reason for result in results}
    assert "missing or stands twice" in reasons[second]
    assert all(len(reasons[task]) > 20 for task in others)


GRADE = re.search(r"^ +grade ", cli._parser().format_help(), re.MULTILINE)


@pytest.mark.slow
@pytest.mark.skipif(not GRADE, reason="there is no command `rnncourse grade` yet")
def test_grade_gives_the_points_that_the_checks_give(tmp_path):
    """Both ways, one verdict: what nbval gives is held to the checks above."""
    expected = {}
    for name in learners.NAMES:
        for kind, make in learners.KINDS.items():
            notebook = make(name)
            learners.write(notebook, tmp_path / "submissions" / kind / f"{name}.ipynb")
            expected[kind, name] = learners.points_in_process(name, notebook)
    assert cli.main(["grade", str(tmp_path / "submissions"), "--out", str(tmp_path / "grades")]) in (0, 1)
    assert expected == {
        (result["student"], result["exercise"]): {task["task"]: task["points"] for task in result["tasks"]}
        for result in read_results(tmp_path / "grades")
    }


# The command


@pytest.fixture
def nbval(monkeypatch):
    """nbval's answer is set here; which notebooks it was asked about is recorded."""
    asked = []

    def run(notebook, seconds):
        asked.append(notebook)
        return {cell_key(cell): "" if "return" in source_of(cell) else "boom" for cell in code(notebook)} | {
            f"check-{task}": ""
            if "NotImplemented" not in text
            else f"x\n✗ {task}  0/2\n\nThe hint.\n\ndetail"
            for task, text in answers(notebook).items()
        }

    monkeypatch.setattr(module, "run_nbval", run)
    return asked


def test_the_command_prints_points_and_hints_and_its_code_says_whether_all_is_well(nbval, tmp_path, capsys):
    full = learners.write(learners.solved(NUMPY), tmp_path / "full.ipynb")
    half = learners.write(
        learners.with_answers(NUMPY, {"encode": answers(learners.solved(NUMPY))["encode"]}),
        tmp_path / "half.ipynb",
    )
    assert cli.main(["validate", str(full)]) == 0
    assert "full.ipynb: 11/11" in capsys.readouterr().out
    assert cli.main(["validate", str(full), str(half)]) == 1
    out = capsys.readouterr().out
    assert "half.ipynb: 1/11" in out and "✓ encode  1/1" in out
    assert "✗ pad_batch  0/2\n    The hint.\n" in out and "detail" not in out


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (
            "Timeout of 25 seconds exceeded executing cell\nInput:\ncheck.encode(encode)",
            "does every loop end?",
        ),
        ("Timeout of 5 seconds exceeded waiting for output.", "ended the kernel"),
        ("Previous cell timed out, expected cell to fail", "ended the kernel"),
        (
            "x\n#x1B[31mNameError#x1B[39m: name 'encode' is not defined\n",
            "NameError: name 'encode' is not defined",
        ),
        ("\x1b[31m✗ encode  0/1\n\nOne\ntwo.\n\ndetail", "One\ntwo."),
        ("", "the check did not pass"),
    ],
)
def test_what_nbval_says_becomes_a_reason(said, words):
    assert words in module._hint("encode", said)


def test_what_cannot_be_read_is_a_line_and_does_not_stop_the_others(nbval, tmp_path, capsys):
    bad = tmp_path / "bad.ipynb"
    bad.write_text("{", encoding="utf-8")
    full = learners.write(learners.solved(NUMPY), tmp_path / "full.ipynb")
    assert cli.main(["validate", str(bad), str(tmp_path / "none.ipynb"), str(full)]) == 2
    captured = capsys.readouterr()
    assert "full.ipynb: 11/11" in captured.out and len(nbval) == 1
    assert captured.err.count("\n") == 2 and "not JSON" in captured.err and "No such file" in captured.err


def test_without_nbval_it_says_what_to_install(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(module, "missing_tools", lambda: ["nbval"])
    path = learners.write(learners.stub(NUMPY), tmp_path / "mine.ipynb")
    assert cli.main(["validate", str(path)]) == 2
    assert "-m pip install nbval" in capsys.readouterr().err


def test_without_the_solutions_it_says_where_they_are(tmp_path, capsys):
    (tmp_path / "chapters" / "source").mkdir(parents=True)
    learners.write(learners.stub(NUMPY), tmp_path / "exercises" / "en" / f"{NUMPY}.ipynb")
    path = learners.write(learners.stub(NUMPY), tmp_path / "mine.ipynb")
    assert cli.main(["validate", str(path), "--course", str(tmp_path)]) == 2
    error = capsys.readouterr().err
    assert "--course" in error and error.count("\n") == 1


# Files


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"nbformat": 4}',
        b'{"nbformat": 3, "cells": []}',
        b'{"nbformat": 4, "cells": [1]}',
        b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": [1]}]}',
        b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": "", "metadata": 1}]}',
        b"1" * 10_000,
    ],
    ids=range(9),
)
def test_a_file_that_is_no_notebook_is_refused(data, tmp_path):
    path = tmp_path / "x.ipynb"
    path.write_bytes(data)
    with pytest.raises(NotebookError):
        read_notebook(path)


def test_a_giant_file_is_not_read(tmp_path):
    path = tmp_path / "x.ipynb"
    with path.open("wb") as file:
        file.truncate(10**9)
    with pytest.raises(NotebookError, match="larger than"):
        read_notebook(path)


def test_strange_metadata_do_no_harm():
    cell = {"cell_type": "code", "source": "1", "metadata": {"nbgrader": {"grade_id": [1]}}}
    assert answers({"cells": [cell, cell | {"id": 3}, cell | {"metadata": {"nbgrader": 1}}]}) == {}


def test_exercises_are_those_of_the_checkout_around(tmp_path, monkeypatch):
    monkeypatch.chdir(learners.ROOT / "tests")
    assert find_folder() == learners.FOLDER
    monkeypatch.chdir(tmp_path)
    assert find_folder() == learners.FOLDER  # the package's own checkout
    (tmp_path / "chapters" / "source").mkdir(parents=True)
    learners.write(json.loads("{}"), tmp_path / "exercises" / "en" / "x.ipynb")
    assert find_folder() == tmp_path / "exercises"
