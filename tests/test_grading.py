"""The grader as a whole: earned points are given, mistakes named, nothing is lost or graded twice."""

import inspect
import io
import json
import os
import signal
import subprocess
import sys
import time

import handed_in
import numpy as np
import pytest
from handed_in import ARRAYS, MODELS, ROOT

from rnncourse import checks, tasks
from rnncourse.cli import main
from rnncourse.commands import grade as command_module
from rnncourse.grading import crew, notebooks, sandbox

EXERCISES = notebooks.find_exercises(ROOT / "exercises")
closed_room = handed_in.closed_room
slow = pytest.mark.slow


def own_source(task, mistake):
    """The source of a catalogued mistake as an answer to `task`, or None if it needs other modules."""
    parts = {}
    if not gather(inspect.unwrap(mistake.answer), parts):
        return None
    return "\n".join([*parts.values(), f"{task.name} = {mistake.name}"])


def gather(function, parts):
    """Add the source of `function` to `parts`, after what it uses of its own module. False if it uses
    another's.
    """
    module = inspect.getmodule(function)
    parts[function.__name__] = ""
    for name in names_in(function.__code__) - parts.keys():
        value = vars(module).get(name)
        own = inspect.isfunction(value) and value.__module__ == module.__name__
        if own and not gather(value, parts):
            return False
        if isinstance(value, int | float | str | tuple):
            parts[name] = f"{name} = {value!r}"
        elif value is not None and not own and name not in ("np", "Counter"):
            return False
    parts[function.__name__] = parts.pop(function.__name__) + inspect.getsource(function)
    return True


def names_in(code):
    """The names that a code object and those within it use."""
    inner = [constant for constant in code.co_consts if inspect.iscode(constant)]
    return set(code.co_names).union(*(names_in(each) for each in inner))


def answers_to(name):
    """{title: source} of answers to a task: its mistakes, and some of nobody's."""
    task = tasks.load(name)
    parameters = ", ".join(inspect.signature(task.reference).parameters)
    head = f"def {name}({parameters}):\n    "
    found = {mistake.name: own_source(task, mistake) for mistake in task.mistakes}
    found |= {"nothing": head + "pass", "raises": head + "raise KeyError(1)", "a set": head + "return {1, 2}"}
    return {title: text for title, text in found.items() if text}


CHEAP = [task for e in (ARRAYS, MODELS) for task in EXERCISES[e].tasks if tasks.load(task).probe == "call"]
ANSWERS = [(task, title) for task in CHEAP for title in answers_to(task)]


def exercise_of(task):
    return next(name for name, exercise in EXERCISES.items() if task in exercise.tasks)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A class, graded once: every answer of ANSWERS, solutions, stubs, and answers with oddities of their
    own.
    """
    place = tmp_path_factory.mktemp("class")
    by_title = {}
    for task, title in ANSWERS:  # one notebook holds an answer to each task
        by_title.setdefault((exercise_of(task), [t for k, t in ANSWERS if k == task].index(title)), {})[
            task
        ] = title
    for (exercise, number), titles in by_title.items():
        texts = {task: answers_to(task)[title] for task, title in titles.items()}
        handed_in.hand_in(place / "in", f"wrong-{number}", handed_in.answered(texts, exercise), exercise)
    for exercise in EXERCISES:
        for language in ("zh", "en"):
            handed_in.hand_in(place / "in", f"stub-{language}", handed_in.stub(exercise, language), exercise)
            handed_in.hand_in(
                place / "in", f"solved-{language}", handed_in.solved(exercise, language), exercise
            )
    text = "".join(handed_in.cell(handed_in.solved(MODELS), "task-build_classifier")["source"])
    wrong = handed_in.answered({"build_classifier": text.replace(", mask_zero=True", "")}, MODELS)
    handed_in.hand_in(place / "in", "no-mask", wrong, MODELS)
    for title, (task, text) in ODD.items():
        handed_in.hand_in(place / "in", title, handed_in.answered({**ODD_HELP, task: text}))
    code, lines = handed_in.grade(place / "in", place / "out", "--jobs", 2, "--timeout", 120)
    return place, code, lines, by_title


ODD_HELP = {"encode": "def helper(lengths, steps):\n    return np.arange(steps) < lengths[:, None]"}
ODD = {
    "prints and warns": (
        "padding_mask",
        "import warnings, sys\ndef padding_mask(lengths, steps):\n    print('here', file=sys.stderr)\n"
        "    warnings.warn('odd')\n    np.zeros(1) / 0\n    return np.arange(steps) < lengths[:, None]",
    ),
    "uses a helper of an answer above": (
        "padding_mask",
        "padding_mask = lambda lengths, steps: helper(lengths, steps)",
    ),
    "uses magic": (
        "padding_mask",
        "%matplotlib inline\n!ls\ndef padding_mask(lengths, steps):\n"
        "    return np.arange(steps) < lengths[:, None]\n"
        "display(padding_mask(np.array([1]), 2))",
    ),
    "fails after the definition": (
        "padding_mask",
        "def padding_mask(lengths, steps):\n    return np.arange(steps) < lengths[:, None]\nassert 1 == 2",
    ),
}


@slow
@closed_room
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("exercise", EXERCISES)
def test_solutions_get_all_points_and_stubs_none(run, exercise, language):
    solved, stub = (run[2][f"{kind}-{language}", exercise] for kind in ("solved", "stub"))
    assert all(task["points"] == task["max"] > 0 for task in solved["tasks"]), solved
    assert [task["task"] for task in solved["tasks"]] == list(EXERCISES[exercise].tasks)
    assert not any(task["points"] for task in stub["tasks"])
    assert all("还没有作答" in task["hint"]["zh"] for task in stub["tasks"])
    assert solved["language"] == stub["language"] == language


@slow
@closed_room
@pytest.mark.parametrize(("name", "title"), ANSWERS)
def test_the_grader_says_what_the_check_in_the_notebook_says(run, name, title):
    exercise = exercise_of(name)
    ((_, number),) = [k for k, titles in run[3].items() if titles.get(name) == title and k[0] == exercise]
    (graded,) = (t for t in run[2][f"wrong-{number}", exercise]["tasks"] if t["task"] == name)
    task = tasks.load(name)
    names = {"np": np, "PADDING": 0, "UNKNOWN": 1, "Counter": __import__("collections").Counter}
    exec(answers_to(name)[title], names)
    found = checks.examine(task, names[name], np.random.default_rng(0))
    assert (
        (graded["status"] == "passed", graded["mistake"])
        == (found.passed, found.mistake)
        == (False, found.mistake)
    )
    if found.mistake:
        mistake = next(m for m in task.mistakes if m.name == found.mistake)
        assert graded["hint"] == {"zh": mistake.zh, "en": mistake.en}
    assert graded["hint"]["zh"] and graded["hint"]["en"]


@slow
@closed_room
def test_a_mistake_in_a_model_gets_its_name(run):
    (task,) = (t for t in run[2]["no-mask", MODELS]["tasks"] if t["task"] == "build_classifier")
    assert (task["points"], task["status"], task["mistake"]) == (0, "failed", "mask_missing")


@slow
@closed_room
def test_most_catalogued_mistakes_are_among_those_compared():
    compared = {(name, title) for name, title in ANSWERS}
    known = [(name, mistake.name) for name in CHEAP for mistake in tasks.load(name).mistakes]
    assert len(compared & set(known)) > len(known) / 2


@slow
@closed_room
@pytest.mark.parametrize("title", ODD)
def test_what_a_right_answer_does_besides_costs_nothing(run, title):
    (task,) = (t for t in run[2][title, ARRAYS]["tasks"] if t["task"] == "padding_mask")
    assert task["status"] == "passed", task


@slow
@closed_room
def test_a_line_has_the_fields_that_others_build_on(run):
    place, code, lines, _ = run
    line = lines["solved-en", ARRAYS]
    assert code == 0
    assert set(line) == {
        "student", "exercise", "language", "source", "sha256", "version", "status", "reason", "isolation",
        "seed", "seconds", "late", "tasks",
    }  # fmt: skip
    assert set(line["tasks"][0]) == {"task", "points", "max", "status", "mistake", "hint", "detail"}
    assert line["isolation"] == "namespaces" and line["seed"] > 0 and line["seconds"] > 0
    rows = (place / "out/grades.csv").read_text(encoding="utf-8").splitlines()
    assert rows[0] == "student,exercise,task,points,max,status,mistake"
    assert f"solved-en,{ARRAYS},encode,1,1,passed," in rows


@slow
@closed_room
def test_what_is_graded_is_graded_once(run, capsys):
    place = run[0]
    before = (place / "out/results.jsonl").read_bytes()
    handed_in.grade(place / "in", place / "out")
    assert (place / "out/results.jsonl").read_bytes() == before
    assert "0 graded" in capsys.readouterr().out


# Interruptions and changes


def descendants(pid):
    """All processes that come from the process `pid`."""
    children = os.popen(f"ps -o pid= --ppid {pid}").read().split()
    return [*children, *(each for child in children for each in descendants(child))]


def lives(pid):
    """Whether a process is there, and is more than an entry that nobody has collected."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def command(*arguments):
    return [
        sys.executable,
        "-c",
        "import sys; from rnncourse.cli import main; sys.exit(main(sys.argv[1:]))",
        *map(str, arguments),
    ]


@slow
@closed_room
def test_a_killed_run_goes_on_where_it_was(tmp_path):
    students = [f"s{i:02d}" for i in range(14)]
    for student in students:
        handed_in.hand_in(tmp_path / "in", student, handed_in.solved())
    results = tmp_path / "out/results.jsonl"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    arguments = command(
        "grade", tmp_path / "in", "--out", tmp_path / "out", "--jobs", 2, "--exercises", ROOT / "exercises"
    )
    process = subprocess.Popen(arguments, env=environment, stdout=subprocess.DEVNULL)
    while not (results.exists() and results.read_bytes().count(b"\n") >= 3):
        assert process.poll() is None
        time.sleep(0.02)
    family = descendants(process.pid)
    process.send_signal(signal.SIGKILL)
    process.wait()
    done = results.read_bytes().count(b"\n")
    assert 3 <= done < len(students)
    with results.open("ab") as file:
        file.write(b'{"student": "s13", "exercise": "torn')
    deadline = time.monotonic() + 20
    while any(map(lives, family)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert len(family) >= 2 and not any(map(lives, family))
    assert subprocess.run(arguments, env=environment, stdout=subprocess.DEVNULL).returncode == 0
    lines = [json.loads(line) for line in results.read_bytes().splitlines() if line.endswith(b"}")]
    assert sorted(line["student"] for line in lines) == students
    assert all(sum(handed_in.points(line).values()) == 11 for line in lines)


@slow
@closed_room
def test_a_fork_server_that_dies_costs_nobody_a_point(tmp_path, monkeypatch):
    opened, original = [], crew.Crew.open

    def open_and_sometimes_kill(self, *arguments, **options):
        worker = original(self, *arguments, **options)
        opened.append(worker)
        if len(opened) == 5:
            next(iter(self._servers.values())).process.kill()
        return worker

    monkeypatch.setattr(crew.Crew, "open", open_and_sometimes_kill)
    for student in ("ann", "bo"):
        handed_in.hand_in(tmp_path / "in", student, handed_in.solved())
    code, lines = handed_in.grade(tmp_path / "in", tmp_path / "out", "--jobs", 2)
    assert code == 0 and [sum(handed_in.points(line).values()) for line in lines.values()] == [11, 11]


HARDER = """
from dataclasses import replace
from rnncourse import tasks
TASK = replace(tasks.load("padding_mask"), points=POINTS)
"""


@slow
@closed_room
def test_what_changed_is_graded_again_and_nothing_else(tmp_path, capsys):
    own = tmp_path / "own"
    own.mkdir()
    place, out = tmp_path / "in", tmp_path / "out"
    handed_in.hand_in(place, "ann", handed_in.stub())
    handed_in.hand_in(place, "bo", handed_in.stub())
    text = "def padding_mask(lengths, steps):\n    return np.arange(steps) < lengths[:, None]"

    def grade(*options):
        _, lines = handed_in.grade(place, out, *options)
        return [
            handed_in.points(lines[s, ARRAYS])["padding_mask"] for s in ("ann", "bo")
        ], capsys.readouterr().out

    assert grade()[0] == [0, 0]
    handed_in.hand_in(place, "bo", handed_in.answered({"padding_mask": text}))
    points, told = grade()
    assert points == [0, 1] and "1 graded, 1 kept" in told
    (own / "padding_mask.py").write_text(HARDER.replace("POINTS", "7"), encoding="utf-8")
    points, told = grade("--tasks", own)
    assert points == [0, 7] and "2 graded, 0 kept" in told
    (tmp_path / "late.csv").write_text("student,days\nbo,3\n", encoding="utf-8")
    points, told = grade("--tasks", own, "--late", tmp_path / "late.csv")
    assert "0 graded, 2 kept" in told and handed_in.results(out)["bo", ARRAYS]["late"] == {
        "days": 3.0,
        "factor": 0.7,
    }
    assert f"bo,{ARRAYS},padding_mask,4.9,7,passed," in (out / "grades.csv").read_text(encoding="utf-8")


# Isolation


def test_without_a_closed_room_nothing_is_graded_unless_one_says_so(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sandbox, "supported", lambda: False)
    handed_in.hand_in(tmp_path / "in", "ann", handed_in.solved())
    code, lines = handed_in.grade(tmp_path / "in", tmp_path / "out")
    assert code == 2 and lines == {} and "--weak-isolation" in capsys.readouterr().err


@slow
@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_weak_isolation_grades_in_fresh_processes(tmp_path, capsys):
    place = tmp_path / "in"
    handed_in.hand_in(place, "ann", handed_in.solved())
    texts = {
        "pad_batch": "from rnncourse.text import pad\ndef pad_batch(sequences, length):\n"
        "    return pad(sequences, length=length)",
        "padding_mask": "import os\nos._exit(0)",
        "encode": "while True:\n    pass",
    }
    handed_in.hand_in(place, "bo", handed_in.answered(texts))
    code, lines = handed_in.grade(place, tmp_path / "out", "--weak-isolation", "--timeout", 10, "--jobs", 2)
    assert code == 0 and {line["isolation"] for line in lines.values()} == {"process"}
    assert "without the closed room" in capsys.readouterr().out
    assert sum(handed_in.points(lines["ann", ARRAYS]).values()) == 11
    status = {task["task"]: task["status"] for task in lines["bo", ARRAYS]["tasks"]}
    assert (status["pad_batch"], status["padding_mask"], status["encode"]) == ("failed", "error", "timeout")


def test_what_runs_beside_an_answer_knows_no_task():
    code = "import sys; from rnncourse.grading import server\n"
    code += "print([name for name in sys.modules if name.startswith('rnncourse')])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "rnncourse.tasks" not in run.stdout and "rnncourse.text" not in run.stdout
    assert "checker" not in run.stdout and "notebooks" not in run.stdout


def test_grading_needs_nothing_but_the_package():
    code = (
        "import sys\nfor name in ('nbformat', 'jupytext', 'nbclient', 'IPython'): sys.modules[name] = None\n"
    )
    code += "from rnncourse import checks\nfrom rnncourse.grading import catalogue, collect, crew, schedule"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


# The command


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["no/such/folder"], "no/such/folder"),
        ([".", "--exercise", "9_nothing"], "9_nothing"),
        ([".", "--late", "soon"], "10% a day"),
        ([".", "--tasks", "no/such"], "no/such"),
        ([".", "--exercises", "no/such"], "--exercises"),
    ],
)
def test_a_mistake_in_the_command_is_one_line(arguments, words, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["grade", *arguments, "--out", str(tmp_path / "out")]) == 2
    told = capsys.readouterr().err
    assert words in told and told.count("\n") == 1


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_progress_tells_what_is_left():
    progress = command_module.Progress(Terminal())
    progress.tell(5, 20, 10.0)
    progress.tell(20, 20, 40.0)
    progress.end()
    assert "graded 5/20, 0:30 left" in progress.stream.getvalue()
    assert progress.stream.getvalue().endswith("graded 20/20, 0:00 left\n")
    quiet = command_module.Progress(io.StringIO())
    quiet.tell(1, 1, 1.0)
    assert quiet.stream.getvalue() == ""


def test_a_folder_without_notebooks_is_an_empty_class(tmp_path, capsys):
    (tmp_path / "in").mkdir()
    assert main(["grade", str(tmp_path / "in"), "--out", str(tmp_path / "out")]) == 0
    assert (tmp_path / "out/grades.csv").read_text() == "student,exercise,task,points,max,status,mistake\n"
    assert "0 graded" in capsys.readouterr().out
