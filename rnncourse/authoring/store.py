"""Stored notebooks: read, compared with what a source says now, written as a whole."""

import json
import os

import nbformat

MEASURED = "nbval-ignore-output"  # nbval runs a cell with this tag and does not compare its outputs


def read_stored(path):
    """The notebook in the file `path`, None if there is none that can be read."""
    try:
        return nbformat.read(path, as_version=4)
    except (OSError, ValueError, nbformat.reader.NotJSONError, nbformat.ValidationError):
        return None


def write_stored(notebook, path):
    """Write `notebook` to the file `path` at once: a reader sees the old file or the new, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_bytes((nbformat.writes(notebook).rstrip("\n") + "\n").encode())
    os.replace(temporary, path)


def same_inputs(fresh, stored):
    """Whether the notebooks are equal once outputs and execution counts are left out."""
    return _inputs(fresh) == _inputs(stored)


def is_executed(notebook):
    """Whether every code cell has been run."""
    return all(cell.execution_count for cell in code_cells(notebook))


def keep_outputs(fresh, stored):
    """Give `fresh` the outputs of `stored` if that ran the same code in full. Returns whether it did."""
    if stored is None or not is_executed(stored) or not _same_code(fresh, stored):
        return False
    for cell, old in zip(code_cells(fresh), code_cells(stored), strict=True):
        cell.outputs, cell.execution_count = old.outputs, old.execution_count
    return True


def changed_outputs(fresh, stored):
    """Places in `fresh` of cells whose outputs should be stable, and are not those of `stored`.

    Empty if the code differs: then other outputs are no surprise.
    """
    if stored is None or not is_executed(stored) or not _same_code(fresh, stored):
        return []
    pairs = zip(code_cells(fresh), code_cells(stored), strict=True)
    changed = [cell for cell, old in pairs if cell.outputs != old.outputs]
    return [fresh.cells.index(cell) for cell in changed if MEASURED not in cell.metadata.get("tags", ())]


def code_cells(notebook):
    """The code cells of `notebook`, in order."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def _inputs(notebook):
    plain = json.loads(nbformat.writes(notebook))
    for cell in plain["cells"]:
        if cell["cell_type"] == "code":
            cell.update(outputs=[], execution_count=None)
    return plain


def _same_code(fresh, stored):
    """Whether the executions are the same: the code, and what of it answers may use."""
    first, second = (
        [
            (cell.source, cell.metadata.get("rnncourse", {}).get("setup", False))
            for cell in code_cells(notebook)
        ]
        for notebook in (fresh, stored)
    )
    return first == second
