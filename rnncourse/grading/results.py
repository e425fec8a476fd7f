"""results.jsonl: a line for each submission; of a student's lines on an exercise the last counts."""

import json
import math
from pathlib import Path

from rnncourse.language import LANGUAGES, choose

FILE = "results.jsonl"
GRADED = "graded"


class ResultsError(Exception):
    """No results where they should be; the message says what to do."""


def read_results(folder):
    """The results in `folder`, sorted by student and exercise. Raises ResultsError.

    A file that is no exercise of the course has the exercise "" and is told apart by its source.
    A line that is no result, such as one that was cut off when the grader was stopped, is passed over.
    """
    path = Path(folder) / FILE
    try:
        lines = path.read_bytes().decode("utf-8", errors="replace").splitlines()
    except OSError as error:
        raise ResultsError(
            choose(
                zh=f"读不到 {path}（{error.strerror}）：先运行 rnncourse grade … --out {folder}",
                en=f"{path} cannot be read ({error.strerror}): first run rnncourse grade ... --out {folder}",
            )
        ) from None
    latest = {}
    for line in lines:
        result = _parse(line)
        if result is not None:
            latest[result["student"], result["exercise"], "" if result["exercise"] else result["source"]] = (
                result
            )
    return [latest[key] for key in sorted(latest)]


def _parse(line):
    try:
        result = json.loads(line)
        return result if _is_result(result) else None
    except (ValueError, RecursionError, TypeError, KeyError, AttributeError):
        return None


def _is_result(result):
    return (
        all(isinstance(result[key], str) for key in ("student", "exercise", "source", "status"))
        and result["language"] in LANGUAGES
        and all(_is_task(task) for task in result["tasks"])
        and (result.get("late") is None or _is_number(result["late"]["factor"]))
    )


def _is_task(task):
    texts = [task["task"], task["status"], *(task["hint"][language] for language in LANGUAGES)]
    return (
        all(isinstance(text, str) for text in texts)
        and _is_number(task["points"])
        and _is_number(task["max"])
        and isinstance(task.get("mistake"), str | None)
    )


def _is_number(value):
    return type(value) in (int, float) and math.isfinite(value)


def factor(result):
    """What the points are multiplied with: 1, or less for a late submission."""
    return (result.get("late") or {}).get("factor", 1)


def earned(result):
    """The points of a submission: those of its tasks, each times the factor for being late."""
    return round(sum(round(factor(result) * task["points"], 2) for task in result["tasks"]), 2)


def most(result):
    """The points that a submission could have."""
    return sum(task["max"] for task in result["tasks"])
