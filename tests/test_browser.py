"""The notebooks as a reader meets them: opened in JupyterLab in a headless Chromium, run, widgets moved."""

import shutil

import pytest
from lab import CHAPTERS, CHROMIUM, ROOT, RUN_IN, NotebookPage, chromium, jupyterlab, move
from stored import code_cells, compared

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        CHROMIUM is None, reason="Chromium is not installed: no notebook was opened in a browser"
    ),
]
PICTURES = ROOT / "build" / "screenshots"
EXERCISES = sorted(path.stem for path in (ROOT / "exercises" / "zh").glob("*.ipynb"))
CONTROLS = ".rnncourse-live :is(textarea, select, input[type=checkbox], button, [role=slider])"


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """JupyterLab on a copy of the course, so that nothing that a test saves comes back."""
    folder = tmp_path_factory.mktemp("course")
    for part in ("chapters", "exercises"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    with jupyterlab(folder) as address:
        yield address


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


def answers(page, panel, control):
    """Whether the widget's picture or words change within 10 s after `control` was moved."""

    def view():
        return panel.locator("img").get_attribute("src"), panel.locator(".widget-html").inner_text()

    before = view()
    move(control)
    try:
        page.wait_until(lambda: view() != before, "the view changes", seconds=10)
    except TimeoutError:
        return False
    return True


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_runs_as_stored_and_its_widgets_answer(browser, address, name):
    path = f"chapters/{RUN_IN[name]}/{name}.ipynb"
    page = NotebookPage(browser, address, path)
    page.run_all()
    stored = code_cells(ROOT / path)
    for cell, outputs in zip(stored, page.outputs(), strict=True):
        assert compared(cell, outputs) == compared(cell, cell.outputs), f"{path}: {cell.source[:200]}"
    for number in page.widget_cells():
        cell = page.show_cell(number)
        controls, panel = cell.locator(CONTROLS), cell.locator(".rnncourse-live")
        page.picture(PICTURES / f"{name}-{RUN_IN[name]}-cell{number}.png")
        assert controls.count() > 0, f"the widget in cell {number} shows no control"
        # A control may leave the view as it is (a button that is chosen already), but not all of them may.
        answered = [answers(page, panel, control) for control in controls.all() if control.is_enabled()]
        assert any(answered), f"no control of the widget in cell {number} changes its picture or words"
        assert not page.errors()
    page.close()


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_can_be_read_without_running_it(browser, address, name):
    """What GitHub shows: the stored pictures, and no place where a widget fails to appear."""
    language = {"zh": "en", "en": "zh"}[RUN_IN[name]]
    page = NotebookPage(browser, address, f"chapters/{language}/{name}.ipynb")
    assert any("image/png" in output.get("data", {}) for outputs in page.outputs() for output in outputs)
    page.show_last_cell()
    assert page.text_count("Error displaying widget") == 0
    assert page.text_count("Loading widget") == 0
    page.picture(PICTURES / f"{name}-{language}-stored.png")
    page.close()


@pytest.mark.parametrize("name", EXERCISES)
def test_an_unsolved_exercise_says_so_in_a_few_lines(browser, address, name):
    """Run as it comes, an exercise stops at the first check with a message, not with a traceback."""
    page = NotebookPage(browser, address, f"exercises/en/{name}.ipynb")
    page.run_all(expect_errors=True)
    errors = [output for outputs in page.outputs() for output in outputs if output["output_type"] == "error"]
    assert [error["ename"] for error in errors] == ["CheckFailed"]
    assert len(errors[0]["traceback"]) < 15
    assert not any("Traceback (most recent call last)" in line for line in errors[0]["traceback"])
    page.show_cell(next(i for i, outputs in enumerate(page.outputs()) if any(o in errors for o in outputs)))
    page.picture(PICTURES / f"exercise-{name}.png")
    page.close()


def test_the_list_of_chapters_opens(browser, address):
    page = NotebookPage(browser, address, "chapters/index.ipynb")
    assert page.text_count("4.2") >= 2
    page.picture(PICTURES / "index.png")
    page.close()
