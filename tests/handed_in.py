"""Notebooks as learners hand them in, and a grading of them: what the tests of the grader share."""

import copy
import json
from functools import cache
from pathlib import Path

import pytest

from rnncourse.cli import main
from rnncourse.grading import sandbox
from rnncourse.grading.records import read

ROOT = Path(__file__).resolve().parents[1]
ARRAYS, MODELS = "3_1_environment_and_data", "4_2_text_classification"

closed_room = pytest.mark.skipif(not sandbox.supported(), reason="the closed room is for Linux on x86-64")


@cache
def _load(path):
    return json.loads((ROOT / path).read_text(encoding="utf-8"))


def stub(exercise=ARRAYS, language="en"):
    """The notebook as it was given out."""
    return copy.deepcopy(_load(f"exercises/{language}/{exercise}.ipynb"))


def solved(exercise=ARRAYS, language="en"):
    """The notebook with every answer right."""
    return copy.deepcopy(_load(f"exercises/solutions/{language}/{exercise}.ipynb"))


def cell(notebook, key):
    """The cell with the id `key`."""
    return next(cell for cell in notebook["cells"] if cell["id"] == key)


def answered(answers, exercise=ARRAYS, language="en"):
    """The stub with the sources `answers` {task: text} in their cells."""
    notebook = stub(exercise, language)
    for task, text in answers.items():
        cell(notebook, f"task-{task}")["source"] = text
    return notebook


def hand_in(folder, student, notebook, exercise=ARRAYS):
    """Put a notebook (a dict, or a file's bytes) where `rnncourse grade` looks for it. Returns its path."""
    path = folder / student / f"{exercise}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(notebook if isinstance(notebook, bytes) else json.dumps(notebook).encode())
    return path


def grade(folder, out, *options):
    """Grade in this process. Returns (exit code, {(student, exercise): the last line about it})."""
    code = main(["grade", str(folder), "--out", str(out), *map(str, options)])
    return code, results(out)


def results(out):
    """The last line for every student and exercise."""
    return {(line["student"], line["exercise"]): line for line in read(out / "results.jsonl")}


def points(line):
    """{task: points} of a line of the results."""
    return {task["task"]: task["points"] for task in line["tasks"]}
