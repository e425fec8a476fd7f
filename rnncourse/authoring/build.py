"""Builds the notebooks that are not up to date, each as a whole or not at all."""

import difflib
import time
from dataclasses import dataclass
from pathlib import Path

from rnncourse.authoring.alone import RULE, proof_cells
from rnncourse.authoring.assemble import assemble, load_source
from rnncourse.authoring.execute import CellFailure, execute
from rnncourse.authoring.layout import Course, CourseError, find_course
from rnncourse.authoring.links import Repository, read_repository
from rnncourse.authoring.lists import outdated_lists
from rnncourse.authoring.source import SourceError
from rnncourse.authoring.store import (
    changed_outputs,
    is_executed,
    keep_outputs,
    read_stored,
    same_inputs,
    write_stored,
)
from rnncourse.language import LANGUAGES


def task_points(name):
    """The points of the task `name`. Raises LookupError if rnncourse.tasks has no such task."""
    from rnncourse import tasks

    return tasks.load(name).points


@dataclass(frozen=True)
class Builder:
    """Builds the notebooks of `course`; `points(name)` gives the points of a task."""

    course: Course
    repository: Repository
    points: object = task_points

    def is_stale(self, edition):
        """Whether `edition` must be built: it differs from its source, or was not executed in full.

        Raises SourceError.
        """
        fresh, _, _ = self._fresh(edition)
        stored = read_stored(self.course.root / edition.path)
        if stored is None or not same_inputs(fresh, stored):
            return True
        return edition.executed and not is_executed(stored)

    def build(self, edition, *, force=False):
        """Build `edition`. Returns a few words on what was done.

        Where the code is that of the stored notebook, its outputs are kept, unless `force`. Raises
        SourceError with the line that failed; the stored notebook is then as it was.
        """
        fresh, origins, source = self._fresh(edition)
        path = self.course.root / edition.path
        stored, started, done = read_stored(path), time.perf_counter(), "written"
        if edition.executed and not force and keep_outputs(fresh, stored):
            done = "rewritten around the same code, outputs kept"
        elif edition.executed:
            self._execute(fresh, origins, source, path.parent)
            done = f"executed in {time.perf_counter() - started:.1f} s" + _surprises(fresh, origins, stored)
        write_stored(fresh, path)
        return done

    def _fresh(self, edition):
        """The notebook `edition` as its source says, without outputs; each cell's source cell; the source."""
        source = load_source(self.course, edition)
        return *assemble(self.course, self.repository, edition, source, self.points), source

    def _execute(self, notebook, origins, source, folder):
        """Run `notebook`, and after it, in cells that are not kept, every answer alone."""
        folder.mkdir(parents=True, exist_ok=True)
        own, proofs = notebook.cells, proof_cells(notebook)
        notebook.cells = [*own, *proofs.values()]
        try:
            execute(notebook, folder, private=[self.course.root])
        except CellFailure as failure:
            if failure.place < len(own):
                raise _located(source, origins[failure.place], failure) from None
            task = list(proofs)[failure.place - len(own)]
            answer = next(cell for cell in source.cells if cell.task == task)
            raise source.error(answer, f"task {task} fails when it runs alone; {RULE}; {failure}") from None
        notebook.cells = own


def open_builder(root, points=task_points):
    """The Builder for the checkout at `root`. Raises CourseError."""
    return Builder(find_course(Path(root)), read_repository(Path(root)), points)


def build(builder, names=None, *, force=False, languages=LANGUAGES, say=print):
    """Build what is stale of `names` (all, and the lists of chapters, if None or empty). Returns the errors.

    `say` is told of each notebook. A source that fails does not stop the others. Raises CourseError for a
    name that does not exist.
    """
    errors = []
    for edition in chosen(builder.course, names, languages):
        try:
            stale = force or builder.is_stale(edition)
            say(f"{edition.path}: {builder.build(edition, force=force) if stale else 'up to date'}")
        except SourceError as error:
            say(f"{edition.path}: failed")
            errors.append(error)
    if not names and not errors:
        for name, text in outdated_lists(builder.course, builder.repository).items():
            (builder.course.root / name).write_bytes(text.encode())
            say(f"{name}: written")
    return list({str(error): error for error in errors}.values())  # both editions, the same mistake: once


def stale(builder, names=None, *, languages=LANGUAGES):
    """What is not as the sources say: paths of stale notebooks and lists, of notebooks without source.

    Raises SourceError, and CourseError for a name that does not exist.
    """
    editions = chosen(builder.course, names, languages)
    found = [edition.path for edition in editions if builder.is_stale(edition)]
    if names:
        return found
    return [*found, *outdated_lists(builder.course, builder.repository), *builder.course.orphans()]


def chosen(course, names=None, languages=LANGUAGES):
    """The editions called `names`: names, or paths of sources. Raises CourseError for one that is unknown."""
    if not names:
        return course.editions(languages=languages)
    known = {*course.chapters, *course.exercises}
    stems = [Path(name).stem for name in names]
    for stem in stems:
        if stem not in known:
            close = difflib.get_close_matches(stem, known, 1, cutoff=0.3) or sorted(known)
            raise CourseError(
                f"no chapter or exercise is called {stem!r}; there is: {', '.join(close) or 'none'}"
            )
    return course.editions(stems, languages)


def _located(source, cell, failure):
    """The SourceError for a `failure` in `cell`, which is None for the builder's own set-up cell."""
    if cell is None:
        return source.error(None, f"the set-up cell that the builder makes failed: {failure}")
    line = cell.first_line + failure.line - 1 if failure.line else cell.line
    return SourceError(source.path, line, str(failure))


def _surprises(fresh, origins, stored):
    """A remark on cells that ought to show the same in every run and did not."""
    cells = [origins[place] for place in changed_outputs(fresh, stored)]
    lines = ", ".join(str(cell.line) for cell in cells if cell)
    return (
        f'; other outputs than before in the cells of line {lines} (not tagged "measured")' if lines else ""
    )
