"""What is solved, as the notebooks say that lie there, and the checks of this session."""

import copy

import learners
import matplotlib as mpl
import pytest

from rnncourse import checks, cli, language, progress, style, widgets
from rnncourse.exercises import source_of
from rnncourse.progress import OPEN, SOLVED, TRIED, next_task, read_progress, saved_states
from rnncourse.widgets.panel import build_panel
from rnncourse.widgets.progress import ALL, bars, build_progress

FIRST, SECOND = "3_1_environment_and_data", "4_2_text_classification"


@pytest.fixture(autouse=True)
def english(monkeypatch):
    before = language.current()
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setattr(progress, "_session", {})
    language.use("en")
    yield
    language.use(before)


def failed(notebook, task):
    """`notebook` with the output of a failed check of `task`."""
    notebook = copy.deepcopy(notebook)
    for cell in notebook["cells"]:
        if cell["id"] == f"check-{task}":
            cell["outputs"] = [
                {"output_type": "error", "ename": "CheckFailed", "evalue": "", "traceback": []}
            ]
    return notebook


def states_of(folder, name):
    return {state.task: state.state for state in read_progress(folder) if state.exercise == name}


def test_outputs_under_the_checks_tell_what_is_solved(tmp_path):
    learners.write(failed(learners.solved(FIRST), "encode"), tmp_path / "renamed.ipynb")
    states = states_of(tmp_path, FIRST)
    assert states.pop("encode") == TRIED and set(states.values()) == {SOLVED}
    assert set(states_of(tmp_path, SECOND).values()) == {OPEN}


def test_an_answer_that_ran_after_its_check_is_not_taken_for_solved():
    notebook = copy.deepcopy(learners.solved(FIRST))
    for cell in notebook["cells"]:
        if cell["id"] == "task-encode":
            cell["execution_count"] = 99
    assert saved_states(notebook)["encode"] == OPEN


def test_of_several_versions_the_best_counts(tmp_path):
    learners.write(failed(learners.solved(FIRST), "encode"), tmp_path / f"{FIRST}.ipynb")
    learners.write(learners.solved(FIRST), tmp_path / f"{FIRST}.2.ipynb")
    assert set(states_of(tmp_path, FIRST).values()) == {SOLVED}


def test_a_check_of_this_session_counts_at_once(tmp_path, capsys):
    names = {}
    for cell in learners.solved(FIRST)["cells"]:
        if "setup" in cell["metadata"].get("tags", ()) or cell["id"] == "task-encode":
            exec(source_of(cell), names)
    checks.encode(names["encode"])
    with pytest.raises(checks.CheckFailed):
        checks.pad_batch(len)
    states = states_of(tmp_path, FIRST)
    assert (states["encode"], states["pad_batch"], states["padding_mask"]) == (SOLVED, TRIED, OPEN)


def test_files_that_are_no_notebooks_and_strange_outputs_are_passed_over(tmp_path):
    (tmp_path / "x.ipynb").write_text("{", encoding="utf-8")
    cell = {"cell_type": "code", "id": "check-encode", "metadata": {}, "source": ""}
    for outputs in (None, 1, [1], [{"text": 1}], [{"text": ["✓ encode", 1]}], [{}]):
        assert saved_states({"cells": [cell | {"outputs": outputs}]}) == {"encode": OPEN}
    assert len(read_progress(tmp_path)) == sum(len(learners.exercise(name).tasks) for name in learners.NAMES)


def test_the_next_task_is_the_first_unsolved_one_of_an_exercise_that_is_begun(tmp_path):
    assert next_task(read_progress(tmp_path)).exercise == learners.NAMES[0]
    learners.write(failed(learners.stub(SECOND), "masked_mean"), tmp_path / "a.ipynb")
    first_task = next(iter(learners.exercise(SECOND).tasks))
    assert next_task(read_progress(tmp_path)).task == first_task
    for name in learners.NAMES:
        learners.write(learners.solved(name), tmp_path / f"{name}.ipynb")
    assert next_task(read_progress(tmp_path)) is None


def test_the_command_shows_points_and_speaks_the_language_of_the_notebooks(tmp_path, capsys):
    learners.write(learners.solved(FIRST, "zh"), tmp_path / f"{FIRST}.ipynb")
    before = sorted(tmp_path.rglob("*"))
    assert cli.main(["progress", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    points = learners.exercise(FIRST).points
    assert f"{points:>4g}/{points:<4g} ✓ ✓" in out and "3.1 环境与数据" in out
    assert "Next: " in out and "Nothing is sent anywhere." in out
    assert sorted(tmp_path.rglob("*")) == before
    assert cli.main(["progress", str(tmp_path / "none")]) == 2


# The widget


@pytest.fixture(params=language.LANGUAGES)
def reader(request):
    language.use(request.param)
    with mpl.rc_context({"backend": "agg"}):
        style.use_figure_style()
        yield request.param


def test_each_control_of_the_widget_changes_the_picture(reader, tmp_path):
    learners.write(failed(learners.solved(FIRST), "encode"), tmp_path / "a.ipynb")
    view, controls = build_progress(tmp_path)
    panel = build_panel(view, controls)
    words, picture = panel.children[-2:]
    seen = {bytes(picture.value)}
    controls.exercise.value = FIRST
    seen.add(bytes(picture.value))
    controls.unsolved.value = True
    seen.add(bytes(picture.value))
    assert len(seen) == 3
    assert {"zh": "不会发送到任何地方", "en": "Nothing is sent"}[reader] in words.value


def test_the_widget_reads_anew_and_can_have_nothing_to_draw(reader, tmp_path):
    view, controls = build_progress(tmp_path)
    panel = build_panel(view, controls)
    for name in learners.NAMES:
        learners.write(learners.solved(name), tmp_path / f"{name}.ipynb")
    controls.unsolved.value = True
    words, picture = panel.children[-2:]
    assert bytes(picture.value) == b"" and "Error" not in words.value


def test_the_widget_shows_a_still_picture_before_its_controls(reader, tmp_path, monkeypatch):
    displayed = []
    monkeypatch.setattr("IPython.display.display", displayed.append)
    assert widgets.show_progress(tmp_path) is None
    still, panel = displayed
    assert still.data.startswith(b"\x89PNG") and len(panel.children) == 4


def test_bars_are_the_points_of_exercises_or_of_the_tasks_of_one(tmp_path):
    learners.write(failed(learners.solved(FIRST), "encode"), tmp_path / "a.ipynb")
    states, tasks = read_progress(tmp_path), learners.exercise(FIRST).tasks
    total = sum(tasks.values())
    assert bars(states, ALL)[learners.NAMES.index(FIRST)][1:] == (total - tasks["encode"], total)
    assert bars(states, FIRST) == [(t, p * (t != "encode"), p) for t, p in tasks.items()]
    assert bars(states, FIRST, unsolved=True) == [("encode", 0, tasks["encode"])]
