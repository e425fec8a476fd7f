"""Exercises: tasks and their checks, solutions removed, nbgrader's cell metadata (schema 3)."""

import re

from rnncourse.authoring.source import SourceError

BEGIN, END = "# BEGIN SOLUTION", "# END SOLUTION"
_STUB = 'raise NotImplementedError("your code here")'
_TASK_MARK = re.compile(r'# %%.*\btask="(\w+)"')
_LONGEST_NAME = 50  # a cell id has at most 64 characters


def check_tasks(source):
    """Raise SourceError unless every task has one answer cell with a solution and, after it, one check."""
    tasks, checks = {}, {}
    for cell in source.cells:
        if cell.task:
            _check_answer(source, cell)
            _enter(source, tasks, cell.task, cell, "task")
        elif BEGIN in cell.text or END in cell.text:
            raise source.error(
                cell, f'a solution stands outside a task; give the cell task="name" or remove {BEGIN}'
            )
        if cell.check:
            _check_check(source, cell, tasks)
            _enter(source, checks, cell.check, cell, "check")
    for name, cell in tasks.items():
        if name not in checks:
            raise source.error(cell, f"task {name} has no check; add a cell '# %% check=\"{name}\"' after it")


def check_unique(paths):
    """Raise SourceError for a task that stands in two of the sources `paths`: its name is its address."""
    seen = {}
    for path in paths:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            match = _TASK_MARK.match(line)
            if match and seen.setdefault(match[1], path) != path:
                raise SourceError(path, number, f"task {match[1]} stands already in {seen[match[1]]}")


def check_no_tasks(source):
    """Raise SourceError if a chapter holds a task, a check or a cell tagged "setup": those are exercises'."""
    for cell in source.cells:
        if cell.task or cell.check or "setup" in cell.tags:
            raise source.error(cell, "task, check and the tag setup belong into exercises/source")


def remove_solution(text):
    """`text` of an answer cell with what stands between the markers replaced by a NotImplementedError."""
    kept, inside = [], False
    for line in text.split("\n"):
        if line.strip() == BEGIN:
            inside = True
            kept.append(line[: line.index("#")] + _STUB)
        elif line.strip() == END:
            inside = False
        elif not inside:
            kept.append(line)
    return "\n".join(kept)


def nbgrader_metadata(cell, cell_id, points):
    """What nbgrader is to know of `cell` (None: one of the builder's): only answers can be edited.

    `points` is those of the cell's task; it is used for a check alone.
    """
    answer, check = bool(cell and cell.task), bool(cell and cell.check)
    metadata = {"schema_version": 3, "grade_id": cell_id, "task": False}
    metadata |= {"grade": check, "solution": answer, "locked": not answer}
    return metadata | {"points": points} if check else metadata


def _enter(source, seen, name, cell, kind):
    if name in seen:
        raise source.error(
            cell, f"{kind} {name} stands already in line {seen[name].line}; give this one another name"
        )
    seen[name] = cell


def _check_answer(source, cell):
    if not re.fullmatch(r"[a-z][a-z0-9_]*", cell.task) or len(cell.task) > _LONGEST_NAME:
        rule = f"small letters, digits and _, at most {_LONGEST_NAME}"
        raise source.error(cell, f"task name {cell.task!r} must be a Python name ({rule})")
    if cell.check:
        raise source.error(cell, "a cell is a task or a check, not both")
    marks = [line.strip() for line in cell.text.splitlines() if line.strip() in (BEGIN, END)]
    if not marks:
        raise source.error(cell, f"task {cell.task} has no solution; put it between {BEGIN} and {END}")
    if marks != [BEGIN, END] * (len(marks) // 2):
        raise source.error(cell, f"task {cell.task}: every {BEGIN} needs its {END} before the next one")


def _check_check(source, cell, tasks):
    if cell.check not in tasks:
        message = (
            f"check {cell.check} has no task before it; the cell '# %% task=\"{cell.check}\"' comes first"
        )
        raise source.error(cell, message)
    if f"check.{cell.check}(" not in cell.text:
        raise source.error(cell, f"the check of task {cell.check} must call check.{cell.check}(...)")
