"""A notebook file that somebody else wrote: read with care, its answers found by their cells' ids."""

import json
import re
from pathlib import Path

from rnncourse.language import LANGUAGES, choose

MOST_BYTES = 20_000_000  # a solved exercise takes less than a hundredth of it


class NotebookError(Exception):
    """A file that is no readable notebook; the message says why, in the reader's language."""


def read_notebook(path):
    """The notebook in the file `path` as a dict whose "cells" have a source. Raises NotebookError."""
    try:
        with Path(path).open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise NotebookError(error.strerror or type(error).__name__) from None
    if len(data) > MOST_BYTES:
        size = f"{MOST_BYTES / 1e6:.0f} MB"
        raise NotebookError(choose(zh=f"文件大于 {size}", en=f"the file is larger than {size}"))
    try:
        notebook = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise NotebookError(choose(zh="不是 JSON 文件", en="the file is not JSON")) from None
    if not _is_notebook(notebook):
        raise NotebookError(
            choose(zh="不是 Jupyter 笔记本（nbformat 4）", en="the file is no Jupyter notebook (nbformat 4)")
        )
    return notebook


def _is_notebook(value):
    return isinstance(value, dict) and value.get("nbformat") == 4 and _are_cells(value.get("cells"))


def _are_cells(cells):
    return isinstance(cells, list) and all(
        isinstance(cell, dict)
        and cell.get("cell_type") in ("code", "markdown", "raw")
        and isinstance(cell.get("source"), str | list)
        and all(isinstance(line, str) for line in cell["source"])
        and isinstance(cell.get("metadata", {}), dict)
        for cell in cells
    )


def source_of(cell):
    """The text of `cell`, which may stand in the file as one string or as a list of lines."""
    return "".join(cell["source"])


def cell_key(cell):
    """The name that the course gave to `cell` ("task-encode", "check-encode", "en-003"), or None.

    It is the cell's id. Editors that know no ids (nbformat below 4.5) keep the metadata, where nbgrader's
    grade_id holds the same name.
    """
    key = cell["id"] if "id" in cell else _grade_id(cell)
    return key if isinstance(key, str) else None


def answers(notebook):
    """{task: source} of the answer cells in `notebook`. One that is missing or stands twice is left out.

    Where no cell has a task's id, since an editor gave ids of its own, nbgrader's grade_id stands for it. A
    copy of a cell, which has a new id and the old metadata, does no harm beside the cell itself.
    """
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    by_id, by_grade_id = _grouped(cells, lambda cell: cell.get("id")), _grouped(cells, _grade_id)
    groups = by_grade_id | by_id
    return {
        key.removeprefix("task-"): source_of(group[0])
        for key, group in groups.items()
        if key.startswith("task-") and len(group) == 1
    }


def _grade_id(cell):
    grading = cell.get("metadata", {}).get("nbgrader")
    return grading.get("grade_id") if isinstance(grading, dict) else None


def _grouped(cells, name):
    groups = {}
    for cell in cells:
        if isinstance(name(cell), str):
            groups.setdefault(name(cell), []).append(cell)
    return groups


def language_of(notebook):
    """The language of an exercise's edition, from its cells' names, or None."""
    keys = [cell_key(cell) or "" for cell in notebook["cells"]]
    for language in LANGUAGES:
        if any(re.fullmatch(rf"{language}-\d+", key) for key in keys):
            return language
    return None
