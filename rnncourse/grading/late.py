"""Points for late work: a deadline and a share lost a day, or a table of days (and factors) by student.

`2026-03-01 23:59, 10% a day` takes the time of each file; a CSV has the columns student, exercise (may be
missing or empty: all), days, and factor (may be missing: 10% a day).
"""

import csv
import datetime
import math
import re
from dataclasses import dataclass
from pathlib import Path

from rnncourse.language import choose

PERCENT = 10.0
_POLICY = re.compile(
    r"(?P<time>\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d)?)?)(?:\s*,\s*(?P<percent>\d+(?:\.\d+)?)\s*%.*)?"
)


class LateError(Exception):
    """A policy or a table that cannot be read; the message says where."""


@dataclass(frozen=True)
class Deadline:
    """Everything handed in after `time` (seconds since 1970) loses `percent` of its points for each day
    begun.
    """

    time: float
    percent: float = PERCENT

    def __call__(self, student, exercise, time):
        days = max(0, math.ceil((time - self.time) / 86400))
        return _late(days, _factor(days, self.percent))


@dataclass(frozen=True)
class Table:
    """{(student, exercise or ""): (days, factor)}"""

    rows: dict

    def __call__(self, student, exercise, time):
        return _late(*self.rows.get((student, exercise), self.rows.get((student, ""), (0, 1.0))))


def read(text):
    """The policy that `text` describes, or that the CSV file of this name holds. Raises LateError."""
    if Path(text).is_file():
        return Table(dict(_rows(Path(text))))
    match = _POLICY.fullmatch(text.strip())
    if not match:
        raise LateError(
            choose(
                zh=f"--late {text!r}：既不是 CSV 文件，也不是“2026-03-01 23:59, 10% a day”这样的规定",
                en=f"--late {text!r} is neither a CSV file nor of the form '2026-03-01 23:59, 10% a day'",
            )
        )
    time = datetime.datetime.fromisoformat(match["time"])
    if time.time() == datetime.time() and ":" not in match["time"]:
        time += datetime.timedelta(days=1)  # a date alone: until its end
    return Deadline(time.timestamp(), float(match["percent"] or PERCENT))


def _rows(path):
    with path.open(newline="", encoding="utf-8-sig") as file:
        for number, row in enumerate(csv.DictReader(file), 2):
            try:
                days = float(row["days"])
                factor = float(row["factor"]) if row.get("factor") else _factor(days, PERCENT)
                if not (days >= 0 and 0 <= factor <= 1):
                    raise ValueError
                yield (row["student"], row.get("exercise") or ""), (days, factor)
            except (KeyError, TypeError, ValueError):
                problem = choose(
                    zh="需要 student 和 days（≥ 0），可以有 exercise 和 factor（0 到 1）",
                    en="needs student and days (0 or more), and may have exercise and factor (0 to 1)",
                )
                raise LateError(f"{path}:{number}: {problem}") from None


def _factor(days, percent):
    return max(0.0, round(1 - percent / 100 * math.ceil(days), 6))


def _late(days, factor):
    return {"days": days, "factor": factor} if days > 0 or factor < 1 else None
