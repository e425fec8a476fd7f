"""From a source to a notebook without outputs: cells of one language, title row, set-up, ids, metadata."""

import functools

import nbformat

from rnncourse.authoring.exercise import (
    check_no_tasks,
    check_tasks,
    check_unique,
    nbgrader_metadata,
    remove_solution,
)
from rnncourse.authoring.languages import check_languages, select
from rnncourse.authoring.links import link_row
from rnncourse.authoring.source import read_source
from rnncourse.authoring.store import MEASURED

METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
_UNCOMPARED = {"measured", "widget"}  # what these cells show depends on the machine or on the reader


def load_source(course, edition):
    """Read and check the source of `edition`. Raises SourceError."""
    source = read_source(course.root / edition.source)
    check_languages(source)
    if edition.kind == "chapter":
        check_no_tasks(source)
    else:
        check_tasks(source)
        check_unique([course.root / edition.other(name=name).source for name in course.exercises])
    return source


def assemble(course, repository, edition, source, points):
    """The notebook `edition` of `source` without outputs, and the source cell of each of its cells.

    `points(name)` gives the points of the task `name`. The cells that the builder makes have None for their
    source cell. Raises SourceError for a task that `points` does not know (LookupError).
    """
    title, *rest = select(source, edition.language)
    origins = [title, None, *rest]
    texts = [
        _with_row(title.text, link_row(course, repository, edition)),
        _setup(repository, edition),
        *(remove_solution(c.text) if c.task and edition.kind == "exercise" else c.text for c in rest),
    ]
    notebook = nbformat.v4.new_notebook(metadata=METADATA, nbformat_minor=5)
    task_points = functools.partial(_points, source, points)
    for place, (cell, text) in enumerate(zip(origins, texts, strict=True)):
        notebook.cells.append(_notebook_cell(edition, cell, text, place, task_points))
    nbformat.validate(notebook)
    return notebook, origins


def _with_row(text, row):
    """The title prose `text` with `row` as a paragraph under its first line."""
    title, _, rest = text.partition("\n")
    return "\n\n".join(part for part in (title, row, rest.strip("\n")) if part)


def _setup(repository, edition):
    lines = [
        "import sys",
        'if "google.colab" in sys.modules:',
        f"    %pip install -q git+{repository.url}",
        f'import rnncourse; rnncourse.start("{edition.language}")',
    ]
    return "\n".join(
        lines if edition.kind == "chapter" else [*lines, "from rnncourse import checks as check"]
    )


def _notebook_cell(edition, cell, text, place, task_points):
    cell_id = _cell_id(edition, cell, place)
    metadata = _cell_metadata(cell)
    if edition.kind != "chapter":
        metadata["nbgrader"] = nbgrader_metadata(cell, cell_id, task_points(cell))
    make = nbformat.v4.new_markdown_cell if cell and cell.kind == "markdown" else nbformat.v4.new_code_cell
    return make(text, id=cell_id, metadata=metadata)


def _cell_id(edition, cell, place):
    """Stable ids: of answers and checks by their task, of other cells by language and place."""
    if cell and cell.task:
        return f"task-{cell.task}"
    if cell and cell.check:
        return f"check-{cell.check}"
    return f"{edition.language}-{place:03d}"


def _cell_metadata(cell):
    """Tags, and under the key "rnncourse" what else the source says of a cell."""
    if cell is None:
        return {"rnncourse": {"setup": True}}
    tags = [*cell.tags, *([MEASURED] if _UNCOMPARED.intersection(cell.tags) else [])]
    ours = {
        "task": cell.task,
        "check": cell.check,
        "claims": list(cell.claims),
        "setup": "setup" in cell.tags,
    }
    ours = {key: value for key, value in ours.items() if value}
    return {key: value for key, value in (("tags", tags), ("rnncourse", ours)) if value}


def _points(source, points, cell):
    """The points of the check `cell`, None for any other cell."""
    if not (cell and cell.check):
        return None
    try:
        return points(cell.check)
    except LookupError as error:
        raise source.error(cell, f"task {cell.check} is not known: {error.args[0]}") from None
