"""Points for the gradebook of a learning platform.

Formats, as documented by those who run them:
- Canvas: a CSV file with Student, ID, SIS User ID, SIS Login ID, Section and a column for each assignment;
  a second row holds the points possible ("Import a CSV File to Carmen Grades", Ohio State,
  https://teaching.resources.osu.edu/toolsets/carmencanvas).
- Moodle: a CSV file with a column that identifies the user, mapped on import, and for each grade item points
  and feedback, always both (https://docs.moodle.org/405/en/Grade_import).
- Gradescope: results.json of an autograder, one a submission
  (https://gradescope-autograders.readthedocs.io/en/latest/specs/).
"""

import csv
import io
import json
import re
from pathlib import Path

from rnncourse.grading.feedback import title_of
from rnncourse.grading.page import write_text
from rnncourse.grading.plain import as_cell, as_name, clean
from rnncourse.grading.results import GRADED, earned, most
from rnncourse.language import choose

KINDS = ("canvas", "moodle", "gradescope")
_IDENTITY = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")


class ExportError(Exception):
    """A roster that cannot be used; the message says what was expected."""


def export(results, kind, path, roster=None):
    """Write `results` (dicts as in results.jsonl) for the platform `kind`, one of KINDS. Returns the paths.

    `path`: a CSV file; for "gradescope" a folder, which gets STUDENT/EXERCISE/results.json. `roster`: a
    gradebook that Canvas has exported, whose rows and columns are then used. Raises ExportError, and
    ValueError for another kind.
    """
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}, got {kind!r}")
    if roster is not None and kind != "canvas":
        raise ExportError(f"a roster is for canvas alone, not for {kind}")
    path, results = Path(path), [result for result in results if result["exercise"]]
    if kind == "gradescope":
        return [_write_gradescope(result, path) for result in results]
    rows = _moodle(results) if kind == "moodle" else _canvas(results, roster)
    write_text(path, _as_csv(rows))
    return [path]


def _as_csv(rows):
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerows([as_cell(value) for value in row] for row in rows)
    return buffer.getvalue()


def _exercises(results):
    """{exercise: most points} in the order of the course."""
    full = {}
    for result in results:
        full[result["exercise"]] = max(most(result), full.get(result["exercise"], 0))
    return dict(sorted(full.items()))


def _names(results, key):
    return sorted({result[key] for result in results})


def _points(results):
    return {(result["student"], result["exercise"]): earned(result) for result in results}


# Canvas


def _canvas(results, roster):
    exercises, points = _exercises(results), _points(results)
    if roster is None:
        header, titles = list(_IDENTITY), {name: name for name in exercises}
        people = {name: [name, "", "", name, ""] for name in _names(results, "student")}
    else:
        header, people, titles = _read_roster(roster, _names(results, "student"), exercises)
    yield [*header, *(titles[name] for name in exercises)]
    yield ["    Points Possible", *[""] * (len(header) - 1), *exercises.values()]
    for student, identity in people.items():
        yield [*identity, *(points.get((student, name), "") for name in exercises)]


def _read_roster(path, students, exercises):
    """The columns that say who, {student: their values}, {exercise: the heading of its assignment}."""
    try:
        header, *rows = csv.reader(io.StringIO(Path(path).read_text(encoding="utf-8-sig")))
    except (OSError, ValueError, csv.Error) as error:
        raise ExportError(f"{path}: {error}") from None
    places = [header.index(name) for name in _IDENTITY if name in header]
    if "ID" not in header or "Student" not in header:
        raise ExportError(
            choose(
                zh=f"{path} 不是 Canvas 导出的成绩册：缺少 Student 或 ID 列",
                en=f"{path} is no gradebook exported by Canvas: there is no column Student or ID",
            )
        )
    people = {}
    for row in rows:
        identity = [row[place] if place < len(row) else "" for place in places]
        people |= {student: identity for student in students if student in identity}
    missing = [student for student in students if student not in people]
    if missing:
        shown = ", ".join(map(clean, missing[:5]))
        raise ExportError(
            choose(
                zh=f"成绩册中找不到 {len(missing)} 人：{shown}；文件夹应以 ID、登录名或姓名命名",
                en=f"{len(missing)} students are not in the gradebook: {shown}; a student's folder "
                "has the name that a column (ID, login, name) says",
            )
        )
    return [header[place] for place in places], people, {name: _heading(header, name) for name in exercises}


def _heading(header, exercise):
    """The column of the assignment of that name or title ("Title (1234)" in Canvas), else the name."""
    wanted = {exercise, title_of(exercise, "zh"), title_of(exercise, "en")}
    found = [name for name in header if re.sub(r" \(\d+\)$", "", name) in wanted]
    return found[0] if found else exercise


# Moodle


def _moodle(results):
    exercises, students = _exercises(results), _names(results, "student")
    by_key = {(result["student"], result["exercise"]): result for result in results}
    key = "Email address" if all("@" in student for student in students) else "Username"
    yield [key, *(heading for name in exercises for heading in (name, f"{name} (feedback)"))]
    for student in students:
        row = [student]
        for name in exercises:
            result = by_key.get((student, name))
            row += ["", ""] if result is None else [earned(result), comment(result)]
        yield row


def comment(result):
    """A line or two in the student's language: the points of each task, and the hints."""
    language = result["language"]
    parts = [
        f"{task['task']} {task['points']:g}/{task['max']:g}{_hint(task, language)}"
        for task in result["tasks"]
    ]
    if result["status"] != GRADED:
        parts.insert(0, str(result.get("reason", "")))
    return "\n".join(parts)


def _hint(task, language):
    hint = task["hint"][language] if task["status"] != "passed" else ""
    return f": {hint}" if hint else ""


# Gradescope


def _write_gradescope(result, folder):
    language = result["language"]
    tests = [
        {
            "name": clean(task["task"]),
            "score": task["points"],
            "max_score": task["max"],
            "status": "passed" if task["status"] == "passed" else "failed",
            "output": clean("" if task["status"] == "passed" else task["hint"][language]),
            "output_format": "text",
            "visibility": "visible",
        }
        for task in result["tasks"]
    ]
    whole = {"score": earned(result), "output": clean(result.get("reason", "")), "output_format": "text"}
    whole |= {"stdout_visibility": "hidden", "tests": tests}
    path = folder / as_name(result["student"]) / as_name(result["exercise"]) / "results.json"
    write_text(path, json.dumps(whole, ensure_ascii=False, indent=1))
    return path
