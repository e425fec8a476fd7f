"""The builder on courses of a few cells: what it makes, what it leaves alone, what it refuses."""

import copy
import json
import subprocess
import sys

import nbformat
import pytest
from tiny_course import CHAPTER, EXERCISE, TITLES, quiet, write_course

from rnncourse.authoring import build as building
from rnncourse.authoring.build import build, stale
from rnncourse.authoring.execute import CellFailure, execute
from rnncourse.authoring.layout import CourseError, Edition, find_root

RICH = (
    CHAPTER
    + """
# %%
import matplotlib.pyplot as plt
plt.plot([1, 2])
plt.show()

# %% tags=["measured"] claims=[29]
import time
print(time.time())

# %% tags=["widget"]
import ipywidgets
print("static")
display(ipywidgets.IntSlider())
"""
)


def snapshot(root):
    """{path: bytes} of all stored notebooks."""
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(root.rglob("*.ipynb"))}


def cells(root, path):
    return nbformat.read(root / path, as_version=4).cells


def code_texts(root, path):
    return [cell.source for cell in cells(root, path) if cell.cell_type == "code"]


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A course with two chapters and an exercise, built once; tests must not change it."""
    root = tmp_path_factory.mktemp("course")
    builder = write_course(root, chapters={"1_a": RICH, "2_b": CHAPTER}, exercises={"1_a": EXERCISE})
    assert build(builder, ["1_a"], say=quiet) == []
    return builder


@pytest.fixture
def course(built, tmp_path):
    """A copy of the built course, to be changed."""
    for path in built.course.root.rglob("*.*"):
        target = tmp_path / path.relative_to(built.course.root)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    return write_course(tmp_path)


@pytest.fixture
def no_kernel(monkeypatch):
    """Fail the test if the builder runs a notebook."""

    def refuse(*arguments, **options):
        raise AssertionError("the builder ran a notebook")

    monkeypatch.setattr(building, "execute", refuse)


def test_build_makes_both_editions_stubs_and_solutions(built):
    kinds = ["chapters", "exercises", "exercises/solutions"]
    assert set(snapshot(built.course.root)) == {
        f"{kind}/{lang}/1_a.ipynb" for kind in kinds for lang in ("zh", "en")
    }


def test_notebooks_are_valid_and_end_with_one_newline(built):
    for path, content in snapshot(built.course.root).items():
        nbformat.validate(nbformat.read(built.course.root / path, as_version=nbformat.NO_CONVERT))
        assert content.endswith(b"}\n") and not content.endswith(b"\n\n"), path
        assert json.loads(content)["metadata"] == {
            "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        }


def test_the_title_has_a_row_of_links(built):
    title = cells(built.course.root, "chapters/en/1_a.ipynb")[0].source
    first, row, rest = title.split("\n\n")
    assert (first, rest) == ("# Title", "The hidden state $h_t$.")
    assert "(../zh/1_a.ipynb)" in row and "(../../exercises/en/1_a.ipynb)" in row and "(2_b.ipynb)" in row
    assert "(https://colab.research.google.com/github/someone/tiny/blob/main/chapters/en/1_a.ipynb)" in row
    assert "(https://mybinder.org/v2/gh/someone/tiny/HEAD?urlpath=lab/tree/chapters/en/1_a.ipynb)" in row
    assert "(../../chapters/zh/1_a.ipynb)" in cells(built.course.root, "exercises/zh/1_a.ipynb")[0].source
    assert "(../../en/1_a.ipynb)" in cells(built.course.root, "exercises/solutions/en/1_a.ipynb")[0].source


def test_links_between_notebooks_lead_to_notebooks(built):
    import re

    for path in snapshot(built.course.root):
        folder = (built.course.root / path).parent
        for link in re.findall(r"\]\((?!http)([^)]+)\)", cells(built.course.root, path)[0].source):
            assert (folder / link).exists() or link == "2_b.ipynb", (path, link)


@pytest.mark.parametrize("kind", ["chapters", "exercises", "exercises/solutions"])
def test_set_up_is_short_and_starts_the_course_in_the_language(built, kind):
    for language in ("zh", "en"):
        setup = code_texts(built.course.root, f"{kind}/{language}/1_a.ipynb")[0]
        assert len(setup.splitlines()) <= 5
        assert f'rnncourse.start("{language}")' in setup
        assert "git+https://github.com/someone/tiny" in setup
        assert ("checks as check" in setup) == (kind != "chapters")


def test_editions_have_equal_code_and_ids_by_language_and_place(built):
    for kind in ("chapters", "exercises", "exercises/solutions"):
        zh, en = (f"{kind}/{language}/1_a.ipynb" for language in ("zh", "en"))
        assert code_texts(built.course.root, zh)[1:] == code_texts(built.course.root, en)[1:]
        ids = [[cell.id for cell in cells(built.course.root, path)] for path in (zh, en)]
        assert [name.replace("zh-", "en-") for name in ids[0]] == ids[1]
        assert len(set(ids[0])) == len(ids[0])


def test_the_stub_lacks_the_solution_and_was_not_run(built):
    stub = {cell.id: cell for cell in cells(built.course.root, "exercises/zh/1_a.ipynb")}
    assert "2 * x" not in (built.course.root / "exercises/zh/1_a.ipynb").read_text(encoding="utf-8")
    assert stub["task-double"].source.endswith('\n    raise NotImplementedError("your code here")')
    assert all(
        cell.execution_count is None and not cell.outputs for cell in stub.values() if "outputs" in cell
    )
    assert "return 2 * x" in code_texts(built.course.root, "exercises/solutions/zh/1_a.ipynb")[2]


def test_solutions_show_that_their_checks_pass(built):
    for language in ("zh", "en"):
        notebook = cells(built.course.root, f"exercises/solutions/{language}/1_a.ipynb")
        check = next(cell for cell in notebook if cell.id == "check-double")
        assert [output.text for output in check.outputs] == ["True\n"]


def test_nbgrader_accepts_the_metadata(built):
    validator = pytest.importorskip("nbgrader.nbgraderformat").MetadataValidator()
    utils = pytest.importorskip("nbgrader.utils")
    for kind in ("exercises", "exercises/solutions"):
        notebook = nbformat.read(built.course.root / f"{kind}/en/1_a.ipynb", as_version=4)
        before = copy.deepcopy(notebook)
        validator.validate_nb(notebook)
        graded = [cell for cell in notebook.cells if utils.is_grade(cell)]
        assert [(cell.id, cell.metadata.nbgrader.points) for cell in graded] == [("check-double", 3)]
        assert [cell.id for cell in notebook.cells if utils.is_solution(cell)] == ["task-double"]
        assert [cell.id for cell in notebook.cells if not utils.is_locked(cell)] == ["task-double"]
        assert [validator.upgrade_cell_metadata(cell) for cell in notebook.cells] == before.cells


def test_outputs_hold_no_widget_no_time_and_no_proof(built):
    for path in snapshot(built.course.root):
        text = (built.course.root / path).read_text(encoding="utf-8")
        assert "widget-view" not in text and "widget-state" not in text and "iopub" not in text
        assert "_rnncourse_alone" not in text
    widget = cells(built.course.root, "chapters/en/1_a.ipynb")[-1]
    assert [output.text for output in widget.outputs] == ["static\n"]


def test_metadata_say_what_the_source_says(built):
    *_, figure, measured, widget = cells(built.course.root, "chapters/en/1_a.ipynb")
    assert figure.metadata == {}
    assert "image/png" in figure.outputs[0].data
    assert measured.metadata == {"rnncourse": {"claims": [29]}, "tags": ["measured", "nbval-ignore-output"]}
    assert widget.metadata == {"tags": ["widget", "nbval-ignore-output"]}


def test_a_second_build_changes_nothing(course, no_kernel):
    before, said = snapshot(course.course.root), []
    assert build(course, ["1_a"], say=said.append) == []
    assert snapshot(course.course.root) == before
    assert [line.split(": ")[1] for line in said] == ["up to date"] * 6


def test_a_forced_build_changes_measured_outputs_alone(course):
    path = course.course.root / "chapters/zh/1_a.ipynb"
    before = cells(course.course.root, path)
    course.build(Edition("chapter", "1_a", "zh"), force=True)
    after = cells(course.course.root, path)
    changed = [new for new, old in zip(after, before, strict=True) if new != old]
    assert [cell.metadata.tags[0] for cell in changed] == ["measured"]
    for cell, old in zip(after, before, strict=True):
        cell.outputs = old.outputs = []
    assert after == before


def test_new_prose_keeps_the_outputs(course, no_kernel):
    root = course.course.root
    source = root / "chapters/source/1_a.py"
    more = '# %% [markdown] lang="zh"\n# 甲\n\n# %% [markdown] lang="en"\n# A\n\n# %%\nprint('
    source.write_text(source.read_text(encoding="utf-8").replace("# %%\nprint(", more, 1), encoding="utf-8")
    before = cells(root, "chapters/en/1_a.ipynb")
    assert build(course, ["1_a"], say=quiet) == []
    after = cells(root, "chapters/en/1_a.ipynb")
    assert after[2].source == "A" and len(after) == len(before) + 1
    assert [cell.outputs for cell in after if "outputs" in cell] == [
        c.outputs for c in before if "outputs" in c
    ]


def change_code(root):
    source = root / "chapters/source/1_a.py"
    source.write_text(source.read_text(encoding="utf-8").replace("range(5)", "range(6)"), encoding="utf-8")


def forget_a_run(root):
    path = root / "chapters/zh/1_a.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[2].execution_count = None
    nbformat.write(notebook, path)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (change_code, ["chapters/zh/1_a.ipynb", "chapters/en/1_a.ipynb"]),
        (forget_a_run, ["chapters/zh/1_a.ipynb"]),
        (lambda root: (root / "chapters/en/1_a.ipynb").unlink(), ["chapters/en/1_a.ipynb"]),
        (lambda root: (root / "chapters/en/1_a.ipynb").write_text("{"), ["chapters/en/1_a.ipynb"]),
        (lambda root: None, []),
    ],
)
def test_stale_names_what_must_be_built(course, change, expected):
    change(course.course.root)
    assert stale(course, ["1_a"]) == expected


def test_new_points_make_exercises_stale(course):
    worth_more = building.Builder(course.course, course.repository, lambda name: 4)
    kinds = ["exercises", "exercises/solutions"]
    assert stale(worth_more, ["1_a"]) == [
        f"{kind}/{language}/1_a.ipynb" for kind in kinds for language in ("zh", "en")
    ]


def test_a_notebook_without_source_is_named(course):
    (course.course.root / "chapters/source/2_b.py").unlink()
    orphan = course.course.root / "chapters/zh/0_old.ipynb"
    orphan.write_bytes((course.course.root / "chapters/zh/1_a.ipynb").read_bytes())
    assert "chapters/zh/0_old.ipynb" in stale(write_course(course.course.root))


def test_a_failing_cell_leaves_the_notebook_and_names_its_line(course):
    before = snapshot(course.course.root)
    source = course.course.root / "chapters/source/1_a.py"
    source.write_text(RICH.replace("print(sum", "x = 1\nprint(1 / 0, sum"), encoding="utf-8")
    errors = build(course, ["1_a"], languages=["zh"], say=quiet)
    assert [str(error) for error in errors] == [
        f"{source}:13: the cell raised ZeroDivisionError: division by zero"
    ]
    assert snapshot(course.course.root) == before
    assert not list(course.course.root.rglob(".1_a*"))


def test_an_answer_that_needs_another_cell_is_refused(course):
    source = course.course.root / "exercises/source/1_a.py"
    text = EXERCISE.replace("# %% task", "# %%\nfactor = 2\n\n# %% task").replace(
        "return 2 * x", "return factor * x"
    )
    source.write_text(text, encoding="utf-8")
    (error,) = build(course, ["1_a"], languages=["en"], say=quiet)
    assert f"{source}:18: " in str(error)
    assert "name 'factor' is not defined" in str(error) and 'tagged "setup"' in str(error)


def test_one_mistake_is_told_once_and_stops_no_other_source(tmp_path, monkeypatch):
    monkeypatch.setattr(building, "execute", lambda notebook, folder, private: None)
    builder = write_course(tmp_path, chapters={"1_a": TITLES + "# %%\n\n", "2_b": CHAPTER})
    errors = build(builder, say=quiet)
    assert len(errors) == 1 and "1_a.py:11: " in str(errors[0])
    assert set(snapshot(tmp_path)) == {"chapters/zh/2_b.ipynb", "chapters/en/2_b.ipynb"}


def test_a_build_of_everything_writes_the_index(tmp_path, monkeypatch):
    monkeypatch.setattr(building, "execute", lambda notebook, folder, private: None)
    builder, said = write_course(tmp_path, chapters={"2_b": CHAPTER}), []
    assert build(builder, say=said.append) == []
    assert said[-1] == "chapters/index.ipynb: written"
    assert "chapters/index.ipynb" not in stale(builder)


def test_a_task_that_does_not_exist_is_named_with_its_line(tmp_path):
    write_course(tmp_path, exercises={"1_a": EXERCISE.replace("double", "no_such_task")})
    (error,) = build(building.open_builder(tmp_path), say=quiet)
    assert "1_a.py:22: " in str(error) and "no_such_task" in str(error)


def test_a_task_in_two_exercises_is_refused(tmp_path):
    builder = write_course(tmp_path, exercises={"1_a": EXERCISE, "2_b": EXERCISE})
    (error,) = build(builder, ["2_b"], say=quiet)
    assert f"2_b.py:15: task double stands already in {tmp_path / 'exercises/source/1_a.py'}" in str(error)


def test_names_may_be_paths_and_unknown_ones_are_refused(built):
    editions = building.chosen(built.course, ["chapters/source/2_b.py"], ["en"])
    assert [edition.path for edition in editions] == ["chapters/en/2_b.ipynb"]
    with pytest.raises(CourseError, match=r"2_bb.*2_b"):
        building.chosen(built.course, ["2_bb"])


@pytest.mark.parametrize("url", ["", "https://example.org/a/b", "https://github.com/a"])
def test_the_repository_must_be_named(tmp_path, url):
    write_course(tmp_path)
    (tmp_path / "pyproject.toml").write_text(f'[project.urls]\nRepository = "{url}"\n')
    with pytest.raises(CourseError, match="OWNER/NAME"):
        building.open_builder(tmp_path)


def test_the_root_is_found_from_within(tmp_path):
    write_course(tmp_path)
    assert find_root(tmp_path / "chapters" / "source") == tmp_path.resolve()
    with pytest.raises(CourseError, match="not in a checkout"):
        find_root(tmp_path.parent)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import sys; print('x', file=sys.stderr)", "stderr: x"),
        ("object()", "address"),
        ("import os; print(os.getcwd() + '/file')", "folder of this machine"),
        ("import ipywidgets; ipywidgets.IntSlider()", 'tags=["widget"]'),
        ("import os; os._exit(1)", "kernel died"),
    ],
)
def test_what_readers_should_not_see_is_refused(tmp_path, code, said):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in ("1", code)])
    with pytest.raises(CellFailure) as failure:
        execute(notebook, tmp_path, private=[tmp_path])
    assert said in str(failure.value) and failure.value.place == 1


@pytest.mark.slow
def test_nbval_accepts_what_was_built(built):
    paths = [str(built.course.root / f"{kind}/en/1_a.ipynb") for kind in ("chapters", "exercises/solutions")]
    command = [sys.executable, "-m", "pytest", "--nbval", "-q", "-p", "no:cacheprovider", *paths]
    run = subprocess.run(command, cwd=built.course.root, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout
