"""What a grading wrote down: results.jsonl, a line a submission, never changed; grades.csv, made from it.

Of several lines about the same student and exercise the last one holds.
"""

import csv
import io
import json
import os
from pathlib import Path

RESULTS, GRADES = "results.jsonl", "grades.csv"
COLUMNS = ("student", "exercise", "task", "points", "max", "status", "mistake")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


class Records:
    """The results in the folder `out`, those of earlier runs included."""

    def __init__(self, out):
        self.folder = Path(out)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.path = self.folder / RESULTS
        self._torn = self.path.exists() and not self.path.read_bytes().endswith(b"\n")
        self.last = {(line["student"], line["exercise"]): line for line in read(self.path)}

    def add(self, line):
        """Write a result so that it outlasts a crash, then count it."""
        text = json.dumps(line, ensure_ascii=False) + "\n"
        with self.path.open("ab") as file:
            if self._torn:  # a run was killed while it wrote
                file.write(b"\n")
                self._torn = False
            file.write(text.encode("utf-8"))
            file.flush()
            os.fsync(file.fileno())
        self.last[line["student"], line["exercise"]] = line

    def write_grades(self):
        """Make grades.csv anew. Returns its path."""
        path = self.folder / GRADES
        fresh = path.with_suffix(".new")
        fresh.write_text(grades(self.last.values()), encoding="utf-8", newline="")
        fresh.replace(path)
        return path


def read(path):
    """The lines of results.jsonl, in order; one that was torn by a crash is left out."""
    if not Path(path).exists():
        return
    with Path(path).open("rb") as file:
        for line in file:
            try:
                value = json.loads(line)
            except ValueError:
                continue
            if isinstance(value, dict) and {"student", "exercise", "tasks"} <= value.keys():
                yield value


def grades(lines):
    """The text of grades.csv: a row a task, sorted by student; late work at its reduced points."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for line in sorted(lines, key=lambda line: (line["student"], line["exercise"])):
        factor = (line.get("late") or {}).get("factor", 1.0)
        for task in line["tasks"] or [{"status": line["status"]}]:
            points = round(task.get("points", 0) * factor, 2)
            row = [line["student"], line["exercise"], task.get("task", ""), f"{points:g}"]
            row += [f"{task.get('max', 0):g}", task["status"], task.get("mistake") or ""]
            writer.writerow([plain_cell(item) for item in row])
    return text.getvalue()


def plain_cell(text):
    """`text` as a cell that no spreadsheet takes for a formula."""
    return "'" + text if text.startswith(_FORMULA) else text
