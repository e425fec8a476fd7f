"""`rnncourse start`: exercises come into a learner's folder, and work that is there stays."""

import json
import re
import shutil
import subprocess
import sys
import zipfile

import learners
import pytest

from rnncourse import cli, language
from rnncourse.exercises import all_exercises, answers, copying, find_folder, locate, read_notebook, source_of
from rnncourse.exercises.copying import RECORD, CopyError, copy_exercises

NAME = "3_1_environment_and_data"


pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture
def course(tmp_path):
    """A folder of exercises that may be changed: one exercise, two languages."""
    for edition in language.LANGUAGES:
        learners.write(learners.stub(NAME, edition), tmp_path / "course" / edition / f"{NAME}.ipynb")
    return tmp_path / "course"


@pytest.fixture
def start(course, tmp_path):
    """Copies into the folder `mine`; says what was done about each file, by its name."""

    def run(edition="en"):
        copied = copy_exercises(all_exercises(edition, course).values(), tmp_path / "mine")
        return {item.path.name: item.done for item in copied}

    return run


def revise(course, edition="en"):
    """A new version of the exercise: a sentence more, and a task of another name."""
    path = course / edition / f"{NAME}.ipynb"
    text = path.read_text(encoding="utf-8").replace("task-encode", "task-tokens_to_ids")
    text = text.replace("check-encode", "check-tokens_to_ids")
    path.write_text(text, encoding="utf-8")


def work(path):
    text = path.read_text(encoding="utf-8").replace("raise NotImplementedError", "return 42  #", 1)
    path.write_text(text, encoding="utf-8")
    return path.read_bytes()


def test_exercises_are_copied_as_they_are_but_for_links(start, course, tmp_path):
    assert start() == {f"{NAME}.ipynb": "new"}
    ours, theirs = (read_notebook(folder / f"{NAME}.ipynb") for folder in (course / "en", tmp_path / "mine"))
    assert answers(ours) == answers(theirs)
    title = source_of(theirs["cells"][0])
    assert "](../" not in title
    assert "](https://github.com/rnncourse/rnncourse/blob/main/chapters/en/3_1_environment" in title
    assert "](https://github.com/rnncourse/rnncourse/blob/main/exercises/zh/3_1_environment" in title


def test_a_second_start_leaves_work_alone(start, tmp_path):
    start()
    mine = work(tmp_path / "mine" / f"{NAME}.ipynb")
    assert start() == {f"{NAME}.ipynb": "kept"}
    assert (tmp_path / "mine" / f"{NAME}.ipynb").read_bytes() == mine


def test_a_newer_version_goes_beside_work_with_a_note(start, course, tmp_path):
    start()
    mine = work(tmp_path / "mine" / f"{NAME}.ipynb")
    revise(course)
    assert start() == {f"{NAME}.2.ipynb": "beside"}
    assert (tmp_path / "mine" / f"{NAME}.ipynb").read_bytes() == mine
    note = source_of(read_notebook(tmp_path / "mine" / f"{NAME}.2.ipynb")["cells"][0])
    assert f"`{NAME}.ipynb`" in note and "New tasks: tokens_to_ids." in note and "gone: encode." in note
    assert start() == {f"{NAME}.2.ipynb": "kept"}


def test_a_version_in_which_nothing_was_written_is_replaced(start, course, tmp_path):
    start()
    revise(course)
    assert start() == {f"{NAME}.ipynb": "renewed"}
    assert "tokens_to_ids" in answers(read_notebook(tmp_path / "mine" / f"{NAME}.ipynb"))
    assert len(list((tmp_path / "mine").glob("*.ipynb"))) == 1


def test_versions_are_counted_on(start, course, tmp_path):
    start()
    for number in (2, 3):
        work(max((tmp_path / "mine").glob("*.ipynb"), key=lambda path: path.stat().st_mtime_ns))
        path = course / "en" / f"{NAME}.ipynb"
        path.write_text(path.read_text("utf-8").replace("small tasks", "small small tasks"), "utf-8")
        assert start() == {f"{NAME}.{number}.ipynb": "beside"}


@pytest.mark.parametrize("record", [None, "{", "[]", '{"a": 1}'])
def test_without_a_usable_record_files_are_compared(record, start, course, tmp_path):
    start()
    (tmp_path / "mine" / RECORD).unlink()
    if record is not None:
        (tmp_path / "mine" / RECORD).write_text(record, encoding="utf-8")
    mine = work(tmp_path / "mine" / f"{NAME}.ipynb")
    assert start() == {f"{NAME}.ipynb": "kept"}
    revise(course)
    assert start() == {f"{NAME}.2.ipynb": "beside"}
    assert (tmp_path / "mine" / f"{NAME}.ipynb").read_bytes() == mine


def test_a_file_of_the_same_name_that_is_something_else_stays(start, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / f"{NAME}.ipynb").write_text("my notes", encoding="utf-8")
    assert start() == {f"{NAME}.2.ipynb": "beside"}
    assert (tmp_path / "mine" / f"{NAME}.ipynb").read_text("utf-8") == "my notes"


def test_the_other_edition_is_not_mixed_in(start):
    start("zh")
    with pytest.raises(CopyError, match="--language zh"):
        start("en")


def test_a_folder_that_cannot_be_written_is_told_in_a_line(start, tmp_path, monkeypatch):
    def refuse(path, data):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(copying, "_write", refuse)
    with pytest.raises(CopyError, match="Permission denied"):
        start()
    monkeypatch.undo()
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(CopyError, match="cannot be written"):
        list(copy_exercises([], tmp_path / "file" / "below"))


def test_the_command(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["start", "mine", NAME, "--language", "zh"]) == 0
    assert [path.name for path in (tmp_path / "mine").glob("*.ipynb")] == [f"{NAME}.ipynb"]
    assert "# 3.1 环境" in (tmp_path / "mine" / f"{NAME}.ipynb").read_text("utf-8")
    assert cli.main(["start", "mine"]) == 0  # goes on in the folder's language
    assert f"{NAME}.ipynb：已经有了" in capsys.readouterr().out
    assert cli.main(["start", "mine", "3_1"]) == 2
    assert NAME in capsys.readouterr().err


# Where exercises come from


@pytest.mark.slow
def test_a_wheel_holds_the_exercises_and_no_solution(tmp_path, monkeypatch):
    """What setup.py adds to the package is enough for `start`; solutions stay in the repository."""
    copy = tmp_path / "checkout"
    without = shutil.ignore_patterns("__pycache__")
    shutil.copytree(learners.ROOT / "rnncourse", copy / "rnncourse", ignore=without)
    shutil.copytree(learners.FOLDER, copy / "exercises")
    for name in ("setup.py", "pyproject.toml", "README.md", "LICENSE", "MANIFEST.in"):
        shutil.copy(learners.ROOT / name, copy / name)
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(tmp_path), str(copy)]
    run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode and re.search(r"NewConnectionError|ConnectTimeout|Temporary failure", run.stderr):
        pytest.skip("no package registry within reach")
    assert run.returncode == 0, run.stderr[-2000:]
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        wheel.extractall(tmp_path / "lib")
    packaged = tmp_path / "lib" / "rnncourse" / "exercises"
    for edition in language.LANGUAGES:
        assert [path.stem for path in sorted((packaged / edition).glob("*.ipynb"))] == learners.NAMES
    assert not list(packaged.rglob("solutions"))
    monkeypatch.setattr(locate, "PACKAGED", packaged)
    monkeypatch.chdir(tmp_path / "lib")
    assert find_folder() == packaged and list(all_exercises("zh")) == learners.NAMES


def test_without_any_exercises_it_says_what_is_needed(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(locate, "PACKAGED", tmp_path / "site" / "rnncourse" / "exercises")
    monkeypatch.chdir(tmp_path)
    assert cli.main(["start", "mine"]) == 2
    assert "no exercises found" in capsys.readouterr().err


def test_links_in_a_notebook_without_an_address_stay():
    notebook = {"cells": [{"cell_type": "markdown", "source": "[a](../b.ipynb)"}]}
    copying.lead_home(notebook)
    assert json.dumps(notebook).count("../b.ipynb") == 1
