"""A course source (jupytext's py:percent) as cells that know the line they begin on."""

import io
import tokenize
from dataclasses import dataclass
from pathlib import Path

MARKDOWN_KEYS = {"lang"}
CODE_KEYS = {"tags", "claims", "task", "check"}
TAGS = {"measured", "widget", "setup"}


class SourceError(Exception):
    """A mistake in a source, with the file and line to look at."""

    def __init__(self, path, line, message):
        super().__init__(f"{path}:{line}: {message}")


@dataclass(frozen=True)
class Cell:
    """One cell of a source: `line` is that of its `# %%` marker, `first_line` that of its text."""

    kind: str  # "markdown" or "code"
    text: str
    line: int
    first_line: int
    language: str | None = None
    tags: tuple[str, ...] = ()
    claims: tuple[int, ...] = ()
    task: str | None = None
    check: str | None = None


@dataclass(frozen=True)
class Source:
    """The cells of the file `path`, in order."""

    path: Path
    cells: tuple[Cell, ...]

    @property
    def name(self):
        """The name that the source shares with its notebooks."""
        return self.path.stem

    def error(self, cell, message):
        """The SourceError that says `message` about `cell` (the file's first line if None)."""
        return SourceError(self.path, cell.line if cell else 1, message)


def read_source(path):
    """Read the py:percent file `path` as a Source.

    Raises SourceError for text before the first cell, an empty cell, a raw cell, and metadata or tags that
    the course does not know.
    """
    text = Path(path).read_text(encoding="utf-8")
    lines = _marker_lines(path, text)
    cells = _notebook_cells(path, text, lines)
    if not lines or len(cells) != len(lines):
        message = (
            "text stands before the first cell; begin the file with a line '# %% [markdown] lang=\"zh\"'"
        )
        raise SourceError(path, 1, message)
    return Source(Path(path), tuple(_cell(path, *pair) for pair in zip(cells, lines, strict=True)))


def _marker_lines(path, text):
    """Line numbers of the `# %%` markers; one inside a string is not a marker."""
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (tokenize.TokenError, SyntaxError) as error:
        line = error.args[1][1 if isinstance(error, SyntaxError) else 0]
        raise SourceError(path, line, f"this is not Python: {error.args[0]}") from None
    comments = (token for token in tokens if token.type == tokenize.COMMENT and token.start[1] == 0)
    return [token.start[0] for token in comments if token.string.startswith("# %%")]


def _notebook_cells(path, text, lines):
    """The cells that jupytext makes of `text`. Raises SourceError where a marker is no valid metadata."""
    import jupytext
    import nbformat

    try:
        return jupytext.reads(text, fmt="py:percent").cells
    except nbformat.ValidationError:
        for line in lines:
            try:
                jupytext.reads(text.splitlines()[line - 1] + "\n1", fmt="py:percent")
            except nbformat.ValidationError as error:
                raise SourceError(path, line, f"the cell's metadata are wrong: {error.message}") from None
        raise


def _cell(path, notebook_cell, line):
    kind, metadata = notebook_cell.cell_type, notebook_cell.metadata
    metadata.pop("lines_to_next_cell", None)
    text = notebook_cell.source.lstrip("\n")
    _check_metadata(path, line, kind, metadata)
    if not text.strip():
        raise SourceError(path, line, "the cell is empty; write something or remove its marker")
    if kind == "code" and text.rstrip().endswith(";"):  # hides a value only where IPython keeps a history
        raise SourceError(
            path, line, "the cell ends with ';', which nbval ignores; begin the line with '_ = '"
        )
    return Cell(
        kind=kind,
        text=text.rstrip(),
        line=line,
        first_line=line + 1 + len(notebook_cell.source) - len(text),
        language=metadata.get("lang"),
        tags=tuple(metadata.get("tags", ())),
        claims=tuple(metadata.get("claims", ())),
        task=metadata.get("task"),
        check=metadata.get("check"),
    )


def _check_metadata(path, line, kind, metadata):
    """Raise SourceError unless kind, keys and tags are of those that the course uses."""
    if kind not in ("markdown", "code"):
        raise SourceError(path, line, f"a {kind} cell; the course has markdown and code cells only")
    known = MARKDOWN_KEYS if kind == "markdown" else CODE_KEYS
    for key in metadata:
        if key not in known:
            listed = ", ".join(sorted(known))
            given = metadata[key] if key in ("title", "incorrectly_encoded_metadata") else key
            raise SourceError(path, line, f"unknown key {given!r} of a {kind} cell; known: {listed}")
    _check_list(path, line, "tags", metadata.get("tags", []), str)
    _check_list(path, line, "claims", metadata.get("claims", []), int)
    for tag in metadata.get("tags", []):
        if tag not in TAGS:
            raise SourceError(path, line, f"unknown tag {tag!r}; known: {', '.join(sorted(TAGS))}")


def _check_list(path, line, key, value, kind):
    if not isinstance(value, list) or not all(type(item) is kind for item in value):
        raise SourceError(path, line, f"{key} must be a list of {kind.__name__}, got {value!r}")
