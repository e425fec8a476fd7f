"""`rnncourse validate`: a learner's answers, put into the pristine exercise, run by nbval.

It runs the answers in a kernel on this machine and trusts them: good for one's own work, not for marks.
"""

import copy
import json
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib import util
from pathlib import Path
from xml.etree import ElementTree

from rnncourse.exercises import (
    NotebookError,
    all_exercises,
    answers,
    cell_key,
    language_of,
    load_solution,
    read_notebook,
)
from rnncourse.language import choose, current

CELL_TIMEOUT = 300  # seconds for one cell: a check that trains takes some on a busy machine
NEEDED = ("nbval", "pytest", "ipykernel")
_ANSI = re.compile(r"(?:\x1b|#x1B)\[[0-9;]*m")  # in a report, XML has no escape character


class ValidateError(Exception):
    """What keeps a notebook from being validated at all; the message says what to do."""


@dataclass(frozen=True)
class Result:
    """One task of a validated notebook. `reason`, in the reader's language, says why there are no points."""

    task: str
    points: float
    most: float
    reason: str = ""

    @property
    def passed(self):
        """Whether the check printed what it prints in the solved notebook."""
        return self.points == self.most

    def __str__(self):
        mark = "✓" if self.passed else "✗"
        reason = self.reason and "\n    " + self.reason.replace("\n", "\n    ")
        return f"  {mark} {self.task}  {self.points:g}/{self.most:g}{reason}"


def missing_tools():
    """The names of NEEDED that are not installed."""
    return [name for name in NEEDED if util.find_spec(name) is None]


def find_exercise(notebook, name, folder=None):
    """The Exercise that `notebook` answers: the one with most of its tasks, or the one called `name`.

    Raises ValidateError where it holds no task of the course.
    """
    exercises = all_exercises(language_of(notebook) or current(), folder)
    keys = {cell_key(cell) for cell in notebook["cells"]}
    ours = {
        exercise: sum(
            f"{kind}-{task}" in keys for task in exercises[exercise].tasks for kind in ("task", "check")
        )
        for exercise in exercises
    }
    best = max(ours, key=ours.get, default=None)
    if best is not None and ours[best]:
        return exercises[best]
    if name in exercises:
        return exercises[name]
    raise ValidateError(
        choose(
            zh="没有找到课程的题目：这是课程的练习笔记本吗？",
            en="no task of the course is in it: is this a notebook of the course's exercises?",
        )
    )


def compose(exercise, given):
    """The pristine notebook of `exercise` with answers {task: source} and the solved one's outputs."""
    notebook = copy.deepcopy(read_notebook(exercise.path))
    solved = {cell_key(cell): cell for cell in load_solution(exercise)["cells"]}
    for cell in notebook["cells"]:
        if cell["cell_type"] != "code":
            continue
        key = cell_key(cell)
        task = key.removeprefix("task-")
        if key.startswith("task-") and task in given:
            cell["source"] = given[task].splitlines(keepends=True)
        if key in solved:
            cell["outputs"], cell["execution_count"] = solved[key]["outputs"], solved[key]["execution_count"]
    return notebook


def validate(path, folder=None, seconds=CELL_TIMEOUT):
    """(Exercise, [Result a task]) of the notebook in the file `path`; exercises are in `folder`.

    A cell that takes more than `seconds` is stopped. Raises ValidateError, NotebookError, ExercisesMissing.
    """
    if missing_tools():
        raise ValidateError(_install(missing_tools()))
    notebook = read_notebook(path)
    exercise = find_exercise(notebook, Path(path).stem, folder)
    given = answers(notebook)
    verdicts = run_nbval(compose(exercise, given), seconds)
    return exercise, [
        _result(task, most, verdicts.get(f"check-{task}"), task in given)
        for task, most in exercise.tasks.items()
    ]


def _result(task, most, failure, found):
    if failure == "" and found:
        return Result(task, most, most)
    if not found:
        reason = choose(
            zh="作答单元格缺失或重复，按没有作答计", en="its answer cell is missing or stands twice"
        )
        return Result(task, 0, most, reason)
    return Result(task, 0, most, _hint(task, failure))


def run_nbval(notebook, seconds):
    """{cell's name: what nbval says against it} for each code cell of `notebook`; "" where it passes."""
    names = [cell_key(cell) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    with tempfile.TemporaryDirectory(prefix="rnncourse-") as place:
        folder = Path(place)
        (folder / "exercise.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
        (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")  # nobody's settings but these
        report = folder / "report.xml"
        command = [sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", "-q", "--color=no"]
        command += [f"--nbval-cell-timeout={seconds}", "-p", "no:cacheprovider", "-c", "pytest.ini"]
        command += [f"--rootdir={folder}", f"--junitxml={report}", "exercise.ipynb"]
        run = subprocess.run(
            command, cwd=folder, env=_environment(), capture_output=True, text=True, errors="replace"
        )
        if not report.is_file():
            raise ValidateError(f"nbval: {(run.stderr or run.stdout).strip()[-500:]}")
        cases = ElementTree.parse(report).iter("testcase")
        said = {
            case.get("name"): "\n".join(child.text or child.get("message", "") for child in _against(case))
            for case in cases
        }
    return {name: said.get(f"Cell {number}", "not run") for number, name in enumerate(names)}


def _against(case):
    return [child for child in case if child.tag in ("failure", "error", "skipped")]


def _environment():
    """That of this process, without what others want of pytest; the package is found where this one lies."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    root = str(Path(__file__).resolve().parents[2])
    paths = [root, *filter(None, environment.get("PYTHONPATH", "").split(os.pathsep))]
    return environment | {"PYTHONPATH": os.pathsep.join(paths)}


def _hint(task, failure):
    """The hint in what nbval says about a failed check, else its last line."""
    text = _ANSI.sub("", failure or "")
    match = re.search(rf"✗ {task}  0/\S+\n\n(.+?)(?:\n\n|\Z)", text, re.DOTALL)
    if match:
        return match[1].strip()
    if re.search(r"Timeout of \S+ seconds exceeded (while )?executing", text):
        return choose(
            zh="超过了时间限制：有没有停不下来的循环？", en="it took too long: does every loop end?"
        )
    if re.search("Previous cell timed out|Kernel dead|exceeded waiting for output", text):
        return choose(
            zh="没有运行完：它或前面的某道题结束了内核进程。",
            en="not run to its end: its code, or that of a task before it, ended the kernel.",
        )
    lines = [line.strip(": ") for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else choose(zh="检查没有通过", en="the check did not pass")


def _install(missing):
    names = " ".join(missing)
    return choose(
        zh=f"缺少 {names}：请运行 {sys.executable} -m pip install {names}",
        en=f"{names} is missing: {sys.executable} -m pip install {names}",
    )


__all__ = ["NotebookError", "Result", "ValidateError", "compose", "find_exercise", "run_nbval", "validate"]
