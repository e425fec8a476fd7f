"""Seconds and memory of grading, side by side with nbgrader and otter-grader on the same submissions.

    python benchmarks/grading.py --submissions 200 --peer-submissions 6 --peer-python OTHER/bin/python

Two exercises, made from chapter 4.2's: `arrays` (four NumPy tasks under an import of Keras) and `models`
(an answer that builds a Keras model). Of the submissions a third is right, a third wrong, a third
untouched. Everything is included: starting, isolation, verdicts, writing. The peers take part where they
are installed (pip install "rnncourse[graders]", or --peer-python). Each grades as its documentation says,
`nbgrader autograde` and `otter run`, by the checks in the notebook; neither isolates an answer in this
form. Read the ratios: seconds depend on the machine. Memory is the peak of the proportional set size (PSS)
of all processes together. Exit code 1 below the targets: 20 times nbgrader's throughput on arrays, 10 times
on models.
"""

import argparse
import copy
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EXERCISE = "4_2_text_classification"
KINDS = {
    "arrays": ("leaked_texts", "class_weights", "masked_mean", "recall_and_f1"),
    "models": ("build_classifier",),
}
TARGETS = {"arrays": 20, "models": 10}
ENVIRONMENT = {
    **os.environ,
    "PYTHONPATH": str(ROOT),
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",
}
WRONG = {
    "leaked_texts": "def leaked_texts(train_texts, test_texts):\n    return []",
    "class_weights": "def class_weights(labels):\n    return {}",
    "masked_mean": "def masked_mean(states, mask):\n    return states.mean(axis=1)",
    "recall_and_f1": "def recall_and_f1(y_true, y_pred):\n    return 0.0, 0.0",
    "build_classifier": "def build_classifier(vocabulary_size):\n"
    "    return keras.Sequential([keras.Input((None,)),\n"
    "        layers.Embedding(vocabulary_size, 16), layers.GRU(24), layers.Dense(1, activation='sigmoid')])",
}


def main():
    options = _options()
    good = True
    for kind in options.kinds:
        print(f"\n{kind}: {', '.join(KINDS[kind])}", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            good = measure(kind, Path(folder), options) and good
    return int(not good)


def _options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--submissions", type=int, default=60, help="for rnncourse grade")
    parser.add_argument(
        "--peer-submissions", type=int, default=3, help="for the peers, which take seconds each"
    )
    parser.add_argument("--peer-python", default=sys.executable, help="an interpreter that has the peers")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    return parser.parse_args()


def measure(kind, folder, options):
    """Measure all graders on one kind of exercise. Returns whether the target is met, or unknown."""
    seconds = {}
    for name, run in (("rnncourse", ours), ("nbgrader", nbgrader), ("otter", otter)):
        count = options.submissions if name == "rnncourse" else options.peer_submissions
        if name != "rnncourse" and not _has(options.peer_python, name):
            print(f"{name:10} is not installed here, so it is left out")
            continue
        (folder / name).mkdir()
        took, memory, points = run(kind, folder / name, count, options)
        seconds[name] = took / count
        print(f"{name:10} {count:4} submissions {took:7.1f} s, {seconds[name]:6.2f} s each,", end="")
        print(f" {memory:6.0f} MB, points {points}", flush=True)
    for name in ("nbgrader", "otter"):
        if name in seconds:
            ratio = seconds[name] / seconds["rnncourse"]
            print(f"throughput, as a multiple of {name}'s: {ratio:.1f}", flush=True)
    return seconds.get("nbgrader", float("inf")) / seconds["rnncourse"] >= TARGETS[kind]


def ours(kind, folder, count, options):
    notebook = stub(kind)
    write(folder / "exercises" / "en" / f"{EXERCISE}.ipynb", notebook)
    for i in range(count):
        write(folder / "in" / f"student{i:03d}" / f"{EXERCISE}.ipynb", submission(kind, i))
    code = "import sys; from rnncourse.cli import main; sys.exit(main(sys.argv[1:]))"
    arguments = ["grade", folder / "in", "--out", folder / "out", "--jobs", options.jobs]
    arguments += ["--exercises", folder / "exercises"]
    took, memory = timed([sys.executable, "-c", code, *arguments], folder)
    text = (folder / "out" / "results.jsonl").read_text(encoding="utf-8")
    lines = sorted(map(json.loads, text.splitlines()), key=lambda line: line["student"])
    return took, memory, [sum(task["points"] for task in line["tasks"]) for line in lines[:3]]


def nbgrader(kind, folder, count, options):
    write(folder / "source" / "hw" / f"{EXERCISE}.ipynb", stub(kind))
    for i in range(count):
        write(folder / "submitted" / f"student{i:03d}" / "hw" / f"{EXERCISE}.ipynb", submission(kind, i))
    ENVIRONMENT["PATH"] = f"{Path(options.peer_python).parent}:{os.environ['PATH']}"  # it calls alembic
    command = [options.peer_python, "-m", "nbgrader"]
    timed([*command, "generate_assignment", "hw", "--course-dir", folder], folder)
    took, memory = timed([*command, "autograde", "hw", "--course-dir", folder, "--create"], folder)
    code = "import sys; from nbgrader.api import Gradebook\n"
    code += "with Gradebook(sys.argv[1]) as book:\n"
    code += f" print([book.find_submission('hw', f'student{{i:03d}}').score for i in range({min(count, 3)})])"
    database = f"sqlite:///{folder}/gradebook.db"
    told = subprocess.run(
        [options.peer_python, "-c", code, database], capture_output=True, text=True, env=ENVIRONMENT
    )
    return took, memory, told.stdout.strip() or told.stderr.strip()[-200:]


def otter(kind, folder, count, options):
    tests = folder / "tests"
    tests.mkdir()
    for task in KINDS[kind]:
        points = _points(task)
        case = {"code": f">>> check.{task}({task})\n✓ {task}  {points}/{points}\n"}
        test = {"name": task, "points": points, "suites": [{"type": "doctest", "cases": [case]}]}
        (tests / f"{task}.py").write_text(f"OK_FORMAT = True\ntest = {test!r}\n", encoding="utf-8")
    command = [options.peer_python, "-m", "otter"]
    subprocess.run(
        [*command, "generate", "-t", tests, "-o", folder / "autograder.zip", "--no-environment"],
        env=ENVIRONMENT,
        cwd=folder,
        capture_output=True,
    )
    took, memory, points = 0.0, 0.0, []
    for i in range(count):
        path = folder / f"student{i:03d}" / f"{EXERCISE}.ipynb"
        write(path, without_checks(submission(kind, i)))
        once, peak = timed(
            [*command, "run", path, "-a", folder / "autograder.zip", "-o", path.parent, "--no-logo"], folder
        )
        took, memory = took + once, max(memory, peak)
        result = path.parent / "results.json"
        scores = json.loads(result.read_text())["tests"] if result.exists() else []
        points.append(
            sum(test.get("score", 0) for test in scores if test.get("name") != "Public Tests")
            if scores
            else "?"
        )
    return took, memory, points[:3]


# --- submissions ---


def stub(kind):
    return _reduced(f"exercises/en/{EXERCISE}.ipynb", kind)


def submission(kind, number):
    """The notebook of student `number`: right, wrong, untouched, and so on; no two alike."""
    path = f"exercises/{'solutions/' if number % 3 == 0 else ''}en/{EXERCISE}.ipynb"
    notebook = _reduced(path, kind)
    for cell in notebook["cells"]:
        task = cell["metadata"].get("rnncourse", {}).get("task")
        if task and number % 3 == 1:
            cell["source"] = WRONG[task]
        if task and number % 3 != 2:
            cell["source"] = "".join(cell["source"]) + f"\n# student {number}"
    return notebook


def _reduced(path, kind):
    """The set-up and the cells of some tasks, as they are, from the notebook `path`."""
    notebook = json.loads((ROOT / path).read_text(encoding="utf-8"))
    notebook["cells"] = [copy.deepcopy(cell) for cell in notebook["cells"] if _kept(cell, kind)]
    return notebook


def _kept(cell, kind):
    ours = cell["metadata"].get("rnncourse", {})
    return ours.get("setup") or {ours.get("task"), ours.get("check")} & set(KINDS[kind])


def without_checks(notebook):
    kept = [cell for cell in notebook["cells"] if "check" not in cell["metadata"].get("rnncourse", {})]
    return {**notebook, "cells": kept}


def _points(task):
    text = (ROOT / "rnncourse" / "tasks" / f"{task}.py").read_text(encoding="utf-8")
    return int(re.search(r"points=(\d+)", text)[1])


def write(path, notebook):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook), encoding="utf-8")


# --- measuring ---


def timed(command, folder):
    """(seconds, peak MB) of a command with all that it starts."""
    started = time.perf_counter()
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(
            [str(part) for part in command], cwd=folder, env=ENVIRONMENT, stdout=log, stderr=log
        )
        peak = Peak(process.pid)
        peak.start()
        process.wait()
    took = time.perf_counter() - started
    peak.stopped = True
    peak.join()
    return took, peak.bytes / 1e6


class Peak(threading.Thread):
    """The largest PSS of a process and its descendants; 0 where there is no /proc."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.bytes, self.stopped = pid, 0, False

    def run(self):
        while not self.stopped and os.path.isdir("/proc/self"):
            self.bytes = max(self.bytes, sum(map(_pss, _family(self.pid))))
            time.sleep(0.5)


def _family(pid):
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
    family = {pid}
    while more := {child for child, parent in parents.items() if parent in family} - family:
        family |= more
    return family


def _pss(pid):
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    return int(re.search(r"Pss:\s+(\d+)", text)[1]) * 1024 if "Pss:" in text else 0


def _has(python, name):
    return subprocess.run([python, "-c", f"import {name}"], capture_output=True).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
