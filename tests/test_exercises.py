"""The exercises as sources and as notebooks: solutions pass, stubs fail, in words that a learner reads."""

import re
from pathlib import Path

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest

from rnncourse import checks, language
from rnncourse.authoring.assemble import load_source
from rnncourse.authoring.build import open_builder
from rnncourse.authoring.exercise import remove_solution
from rnncourse.authoring.layout import Edition
from rnncourse.plots import exercises as pictures

ROOT = Path(__file__).resolve().parents[1]
COURSE = open_builder(ROOT).course
SOURCES = {name: load_source(COURSE, Edition("exercise", name, "zh")) for name in COURSE.exercises}
ANSWERS = [(name, cell.task) for name, source in SOURCES.items() for cell in source.cells if cell.task]
answers = pytest.mark.parametrize(("exercise", "task"), ANSWERS)


def answer(exercise, task, change=lambda text: text):
    """The function that the answer cell of `task` defines, with nothing but the set-up before it."""
    names = {}
    for cell in SOURCES[exercise].cells:
        if "setup" in cell.tags:
            exec(cell.text, names)
        if cell.task == task:
            exec(change(cell.text), names)
    return names[task]


@pytest.fixture(params=language.LANGUAGES)
def reader(request):
    language.use(request.param)
    yield request.param
    language.use("en")


# Sources


@answers
def test_a_solution_passes(exercise, task, capsys):
    getattr(checks, task)(answer(exercise, task))
    assert re.fullmatch(rf"✓ {task}  (\d+)/\1\n", capsys.readouterr().out)


@answers
def test_an_untouched_stub_fails(exercise, task, reader):
    stub = answer(exercise, task, remove_solution)
    with pytest.raises(checks.CheckFailed, match={"zh": "还没有作答", "en": "Nothing is written"}[reader]):
        getattr(checks, task)(stub)


@answers
def test_a_stub_says_shapes_and_size(exercise, task):
    doc = answer(exercise, task, remove_solution).__doc__
    assert " -> " in doc and re.search(r"About \d+ lines?\.$", doc)


@answers
def test_a_task_has_a_picture_or_an_equation(exercise, task):
    before = []
    for cell in SOURCES[exercise].cells:
        if cell.task == task:
            break
        before = [] if cell.check else [*before, cell.text]
    section = "\n".join(before)
    assert "$$" in section or "|:--|" in section or "plot_" in section


# Notebooks


@pytest.mark.slow
@pytest.mark.parametrize("exercise", COURSE.exercises)
def test_every_check_of_an_untouched_notebook_fails_in_a_few_lines(exercise):
    from nbclient import NotebookClient

    notebook = nbformat.read(ROOT / Edition("exercise", exercise, "zh").path, as_version=4)
    NotebookClient(notebook, allow_errors=True, timeout=120).execute()
    failed = 0
    for cell in notebook.cells:
        errors = [output for output in cell.get("outputs", ()) if output.output_type == "error"]
        if "check" in cell.metadata.get("rnncourse", {}):
            (error,) = errors
            assert error.ename == "CheckFailed" and "还没有作答" in error.evalue
            assert "\n".join(error.traceback) == error.evalue and len(error.traceback) < 8
            failed += 1
    assert failed == len([pair for pair in ANSWERS if pair[0] == exercise])


@pytest.mark.slow
def test_a_warning_of_an_answer_does_not_reach_the_notebook():
    """The answer prints, shows a figure and divides by zero: the check shows its hint and nothing else."""
    from nbclient import NotebookClient

    cells = [
        'import rnncourse; rnncourse.start("en")\nimport numpy as np, matplotlib.pyplot as plt\n'
        "from rnncourse import checks as check\nfrom IPython.display import display",
        "def masked_mean(states, mask):\n"
        "    print('here'); display('there'); plt.plot([1]); plt.show()\n"
        "    return (states * mask[:, :, None]).sum(axis=1) / mask.sum(axis=1)[:, None]",
        "check.masked_mean(masked_mean)",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in cells])
    NotebookClient(notebook, allow_errors=True, timeout=120).execute()
    (error,) = notebook.cells[-1].outputs
    assert error.ename == "CheckFailed" and "0/0" in error.evalue
    printed = error.evalue.partition("your function printed:\n")[2]
    assert printed.startswith("here\n") and "RuntimeWarning" in printed


# Pictures


@pytest.fixture
def texts():
    """The texts on a picture's Axes, which is closed in the end."""
    yield lambda ax: [text.get_text() for text in ax.texts]
    plt.close("all")


def test_the_picture_of_padding_shows_what_pad_gives(texts):
    left, right = pictures.plot_padding([[7, 4, 9], [5, 3, 8, 8, 2, 6]], 4)
    assert texts(left) == list("749538826")
    assert texts(right) == list("74905388")


def test_the_picture_of_orders_has_every_length_once(texts):
    lengths = np.array([5, 1, 4, 2, 3])
    for ax, order in zip(pictures.plot_orders(lengths, 2), (lengths, sorted(lengths)), strict=True):
        heights = [[bar.get_height() for bar in group] for group in ax.containers]
        assert np.concatenate(heights[1::2]).tolist() == list(order)
        assert heights[0] == [max(order[:2])] * 2


def test_the_picture_of_the_masked_mean_holds_the_mean_of_the_real_steps(texts):
    ax = pictures.plot_masked_mean(np.array([[1.0, 2.0], [2.0, 4.0], [9.0, 9.0]]), 2)
    assert texts(ax)[-2:] == ["1.5", "3.0"]


def test_the_picture_of_order_marks_the_tokens_that_all_sequences_hold(texts):
    ax = pictures.plot_order_examples([np.array([5, 9, 3]), np.array([3, 5, 7])], [1, 0])
    fills = [tuple(np.round(group[0].get_facecolor(), 3)) for group in ax.containers]
    assert texts(ax) == ["5", "9", "3", "1", "3", "5", "7", "0"]
    assert fills[0] == fills[4] and fills[2] == fills[3] and fills[1] == fills[5]
    assert len({fills[0], fills[2], fills[1]}) == 3
