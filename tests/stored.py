"""What is compared when a stored notebook is run again: nbval's rules, for those who run it otherwise."""

import nbformat


def code_cells(path):
    """The code cells of the stored notebook."""
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


def is_measured(cell):
    """Whether its output depends on training or the processor, and is not compared."""
    return "nbval-ignore-output" in cell.metadata.get("tags", [])


def compared(cell, outputs):
    """The words of `outputs`, without pictures, one dict each; None for a measured cell."""
    return None if is_measured(cell) else [_words(output) for output in outputs]


def _words(output):
    data = output.get("data") or {output.get("name", output["output_type"]): output.get("text")}
    return {kind: _joined(value) for kind, value in data.items() if not kind.startswith("image/")}


def _joined(value):
    """Text is stored as one string or as its lines."""
    return "".join(value) if isinstance(value, list) else value
