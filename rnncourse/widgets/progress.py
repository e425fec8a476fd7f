"""What is solved, and what comes next."""

from typing import NamedTuple

from ipywidgets import Checkbox, Dropdown

from rnncourse import progress
from rnncourse.language import choose
from rnncourse.plots.axes import WIDTH
from rnncourse.plots.progress import plot_progress
from rnncourse.widgets.panel import FULL_NAMES, NARROW, WIDE, View, new_figure, show

_LONGEST = 34  # characters of a title beside its bar
ALL = ""


class ProgressControls(NamedTuple):
    """The controls of `show_progress`."""

    exercise: Dropdown  # ALL, or the name of one
    unsolved: Checkbox  # leave out what is solved


def show_progress(folder="."):
    """Points of each exercise, or of each task of one, and the task to go on with; a change reads them anew.

    They come from the notebooks in `folder` as last saved, and from the checks of this session; nothing is
    written or sent.
    """
    view, controls = build_progress(folder)
    show(view, controls)


def build_progress(folder="."):
    """The view and its controls, not yet displayed."""
    controls = _controls(progress.totals(progress.read_progress(folder)))

    def view():
        states = progress.read_progress(folder)
        rows = bars(states, controls.exercise.value, unsolved=controls.unsolved.value)
        words = f"{progress.summary(states)} {progress.source_words(folder)}"
        return View(draw_bars(rows) if rows else None, words)

    return view, controls


def _controls(totals):
    options = [(choose(zh="全部练习", en="all exercises"), ALL)]
    options += [(title, name) for name, (title, _, _) in totals.items()]
    return ProgressControls(
        Dropdown(options=options, description=choose(zh="练习", en="Show"), style=FULL_NAMES, layout=WIDE),
        Checkbox(
            value=False,
            description=choose(zh="只看没有做完的", en="Only what is not solved"),
            indent=False,
            layout=NARROW,
        ),
    )


def bars(states, exercise=ALL, *, unsolved=False):
    """(name, points earned, most points) of each exercise, or of each task of the one called `exercise`."""
    if exercise == ALL:
        rows = [(_short(title), earned, most) for title, earned, most in progress.totals(states).values()]
    else:
        chosen = [state for state in states if state.exercise == exercise]
        rows = [(state.task, state.earned, state.points) for state in chosen]
    return [row for row in rows if row[1] < row[2]] if unsolved else rows


def _short(title):
    return title if len(title) <= _LONGEST else title[: _LONGEST - 1] + "…"


def draw_bars(rows):
    """The rows of `bars` on a new figure."""
    figure = new_figure(WIDTH, 0.9 + 0.32 * len(rows))
    figure.set_layout_engine("constrained")
    names, earned, most = zip(*rows, strict=True)
    plot_progress(names, earned, most, ax=figure.add_subplot())
    return figure
