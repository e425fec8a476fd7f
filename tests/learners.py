"""Notebooks as learners hand them in: solved, untouched, with one catalogued mistake a task."""

import ast
import copy
import importlib
import inspect
import json
from pathlib import Path

import numpy as np

from rnncourse import checks, tasks
from rnncourse.exercises import all_exercises, answers, load_solution, read_notebook, source_of

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "exercises"
NAMES = list(all_exercises("en", FOLDER))


def exercise(name, language="en"):
    return all_exercises(language, FOLDER)[name]


def stub(name, language="en"):
    return read_notebook(exercise(name, language).path)


def solved(name, language="en"):
    return load_solution(exercise(name, language))


def with_answers(name, given, language="en"):
    """The untouched notebook with some answers: {task: source}."""
    notebook = copy.deepcopy(stub(name, language))
    for cell in notebook["cells"]:
        task = cell["id"].removeprefix("task-")
        if cell["id"].startswith("task-") and task in given:
            cell["source"] = given[task]
    return notebook


def mistaken(name, language="en", number=0):
    """The notebook with the `number`-th catalogued mistake of each task as its answer."""
    given = {task: mistaken_answer(task, number) for task in exercise(name).tasks}
    return with_answers(name, given, language)


def mistaken_answer(task, number=0):
    """The source of a catalogued mistake and of what it uses, without the task, which a grader hides.

    Mistakes that are made by another function have no source of their own, and are passed over.
    """
    module = importlib.import_module(f"rnncourse.tasks.{task}")
    nodes = [(_defined(node), node) for node in ast.parse(inspect.getsource(module)).body]
    own = set().union(*(names for names, _ in nodes))
    mistakes = [
        name for mistake in module.TASK.mistakes if (name := getattr(mistake.answer, "__name__", None)) in own
    ]
    answer = mistakes[number % len(mistakes)]
    wanted, before = {answer}, set()
    while wanted != before:  # until nothing new is used
        before = set(wanted)
        for names, node in nodes:
            if names & wanted:
                wanted |= {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    kept = [ast.unparse(node) for names, node in nodes if names & wanted]
    return "\n".join([*kept, f"{task} = {answer}"])


def _defined(node):
    """The names that a statement of a module defines."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return {node.name}
    return {
        part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
    }


KINDS = {"solved": solved, "stub": stub, "mistaken": mistaken}


def write(notebook, path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook, ensure_ascii=False), encoding="utf-8")
    return path


def points_in_process(name, notebook):
    """{task: points} of the answers in `notebook`, each checked in this process after the set-up."""
    setup = [source_of(cell) for cell in stub(name)["cells"] if "setup" in cell["metadata"].get("tags", ())]
    points = {}
    for task, text in answers(notebook).items():
        names = {}
        exec("\n".join([*setup, text]), names)
        verdict = checks.examine(tasks.load(task), names[task], np.random.default_rng(checks.SEED))
        points[task] = exercise(name).tasks[task] * verdict.passed
    return points
