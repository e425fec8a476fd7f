"""Builds the notebooks that are not up to date, each as a whole or not at all."""

import difflib
import json
import os
import time
from dataclasses import dataclass
from pathlib import Path

import nbformat

from rnncourse.authoring.assemble import assemble, load_source
from rnncourse.authoring.execute import CellFailure, execute
from rnncourse.authoring.layout import CourseError, find_course
from rnncourse.authoring.links import read_repository
from rnncourse.authoring.source import SourceError
from rnncourse.language import LANGUAGES

_ALONE = '''
def _rnncourse_alone(*texts):
    """Run the texts in names of their own, as the cells of a notebook."""
    shell, names = get_ipython(), {"__name__": "__main__"}
    for text in texts:
        code = shell.transform_cell(text)
        exec(compile(code, shell.compile.cache(code), "exec"), names)
'''


def task_points(name):
    """The points of the task `name`. Raises LookupError if rnncourse.tasks has no such task."""
    from rnncourse import tasks

    return tasks.load(name).points


@dataclass(frozen=True)
class Builder:
    """Builds the notebooks of `course`; `points(name)` gives the points of a task."""

    course: object
    repository: object
    points: object = task_points

    def fresh(self, edition):
        """The notebook `edition` as its source says, without outputs; its Source; each cell's source cell."""
        source = load_source(self.course, edition)
        return *assemble(self.course, self.repository, edition, source, self.points)[:2], source

    def stored(self, edition):
        """The notebook `edition` as it is stored, None if there is none that can be read."""
        try:
            return nbformat.read(self.course.root / edition.path, as_version=4)
        except (OSError, nbformat.reader.NotJSONError, nbformat.ValidationError):
            return None

    def is_stale(self, edition):
        """Whether `edition` must be built: it differs from its source, or was not executed in full."""
        stored = self.stored(edition)
        if stored is None or (edition.executed and not _is_executed(stored)):
            return True
        return _without_outputs(stored) != _plain(self.fresh(edition)[0])

    def build(self, edition, *, force=False):
        """Build `edition`; where only prose changed and `force` is not set, its outputs are kept.

        Raises SourceError with the line of the cell that failed; the stored notebook is then as it was.
        """
        notebook, origins, source = self.fresh(edition)
        folder = (self.course.root / edition.path).parent
        folder.mkdir(parents=True, exist_ok=True)
        if edition.executed and (force or not _keep_outputs(notebook, self.stored(edition))):
            self._execute(notebook, origins, source, folder)
        _write(notebook, self.course.root / edition.path)

    def _execute(self, notebook, origins, source, folder):
        """Run `notebook`, and after it every answer alone; the cells that do the latter are not kept."""
        proofs, tasks = _proofs(notebook, origins)
        cells = notebook.cells
        notebook.cells = cells + proofs
        try:
            execute(notebook, folder, private=[self.course.root])
        except CellFailure as failure:
            raise _source_error(source, [*origins, *tasks], len(cells), failure) from None
        notebook.cells = notebook.cells[: len(cells)]


def open_builder(root, points=task_points):
    """The Builder for the checkout at `root`. Raises CourseError."""
    return Builder(find_course(Path(root)), read_repository(Path(root)), points)


def build(builder, names=None, *, force=False, languages=LANGUAGES, say=print):
    """Build what is stale of `names` (all if None), saying what is done. Returns the errors.

    A source that fails does not stop the others. Raises CourseError for a name that does not exist.
    """
    errors = []
    for edition in chosen(builder.course, names, languages):
        try:
            if force or builder.is_stale(edition):
                started = time.perf_counter()
                builder.build(edition, force=force)
                say(f"{edition.path}: built in {time.perf_counter() - started:.1f} s")
            else:
                say(f"{edition.path}: up to date")
        except SourceError as error:
            if str(error) not in map(str, errors):
                say(f"{edition.path}: failed")
                errors.append(error)
    return errors


def chosen(course, names=None, languages=LANGUAGES):
    """The editions called `names`: names, or paths of sources. Raises CourseError for one that is unknown."""
    if not names:
        return course.editions(languages=languages)
    known = {*course.chapters, *course.exercises}
    stems = [Path(name).stem for name in names]
    for stem in stems:
        if stem not in known:
            close = difflib.get_close_matches(stem, known, 1, cutoff=0.3) or sorted(known)
            raise CourseError(f"no chapter or exercise is called {stem!r}; did you mean {', '.join(close)}?")
    return course.editions(stems, languages)


def _proofs(notebook, origins):
    """Cells that run each answer with nothing but the set-up before it, and the answers they belong to."""
    pairs = list(zip(notebook.cells, origins, strict=True))
    setup = [
        c.source for c, origin in pairs if c.cell_type == "code" and (not origin or "setup" in origin.tags)
    ]
    tasks = [origin for origin in origins if origin and origin.task]
    checks = {origin.check: origin.text for origin in origins if origin and origin.check}
    if not tasks:
        return [], []
    calls = [f"_rnncourse_alone(*{[*setup, task.text, checks[task.task]]!r})" for task in tasks]
    cells = [nbformat.v4.new_code_cell(text) for text in (_ALONE, *calls)]
    return cells, [tasks[0], *tasks]


def _source_error(source, origins, own, failure):
    """The SourceError for `failure`; cells after the first `own` are proofs."""
    cell = origins[failure.place]
    if cell is None:
        return source.error(None, f"the builder's set-up cell failed: {failure}")
    if failure.place >= own:
        rule = 'answers use only names of their own and of the set-up (first code cell, cells tagged "setup")'
        return source.error(cell, f"task {cell.task} fails alone after the set-up: {rule}; {failure}")
    line = cell.first_line + failure.line - 1 if failure.line else cell.line
    return SourceError(source.path, line, str(failure))


def _plain(notebook):
    """The notebook as plain dictionaries, for comparisons."""
    return json.loads(nbformat.writes(notebook))


def _without_outputs(notebook):
    plain = _plain(notebook)
    for cell in plain["cells"]:
        if cell["cell_type"] == "code":
            cell.update(outputs=[], execution_count=None)
    return plain


def _is_executed(notebook):
    return all(cell.execution_count for cell in notebook.cells if cell.cell_type == "code")


def _keep_outputs(notebook, stored):
    """Give `notebook` the outputs of `stored` if that ran the same code in full. Returns whether it did."""
    if stored is None or not _is_executed(stored):
        return False
    mine, theirs = ([c for c in book.cells if c.cell_type == "code"] for book in (notebook, stored))
    if [_what_runs(cell) for cell in mine] != [_what_runs(cell) for cell in theirs]:
        return False
    for cell, old in zip(mine, theirs, strict=True):
        cell.outputs, cell.execution_count = old.outputs, old.execution_count
    return True


def _what_runs(cell):
    """All that an execution depends on: the code, and whether answers may use it."""
    return cell.source, cell.metadata.get("rnncourse", {}).get("setup", False)


def _write(notebook, path):
    """Write `notebook` at once: a reader sees the old file or the new one, never a part."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_bytes((nbformat.writes(notebook).rstrip("\n") + "\n").encode())
    os.replace(temporary, path)
