"""A measured comparison under controls: task, training-set size and method."""

from typing import NamedTuple

from ipywidgets import Dropdown, SelectionSlider, ToggleButtons

from rnncourse.language import choose
from rnncourse.metrics import mean_interval
from rnncourse.plots import plot_intervals, plot_learning_curves
from rnncourse.plots.axes import WIDTH, colour
from rnncourse.widgets.panel import FULL_NAMES, WIDE, View, new_figure, show


class ComparisonControls(NamedTuple):
    """The controls of `explore_comparison`."""

    task: ToggleButtons
    size: SelectionSlider  # training examples
    method: Dropdown  # the one that is held against the best of the others


def explore_comparison(rows, *, task_names, method_names):
    """Controls for task, training-set size and method: accuracy of all methods with intervals over the seeds.

    `rows`: one dict a run, with task, method, size, seed and accuracy. `task_names` and `method_names` map
    what the rows say to what is shown, in that order; others are left out. Raises ValueError for no rows.
    """
    view, controls = build_comparison(rows, task_names=task_names, method_names=method_names)
    show(view, controls)


def build_comparison(rows, *, task_names, method_names):
    """The view and its controls, not yet displayed."""
    table = intervals_of([row for row in rows if row["task"] in task_names and row["method"] in method_names])
    if not table:
        raise ValueError("rows holds no run of these tasks and methods")
    sizes = sorted({size for _, _, size in table})
    controls = _controls(table, sizes, task_names, method_names)

    def view():
        task, size, method = (control.value for control in controls)
        curves = {
            name: [table[task, key, n] for n in sizes]
            for key, name in method_names.items()
            if (task, key, size) in table
        }
        now = {name: curve[sizes.index(size)] for name, curve in curves.items()}
        figure = draw_comparison(now, sizes, curves, size, method_names[method])
        return View(figure, describe_comparison(now, method_names[method], task_names[task], size))

    return view, controls


def intervals_of(rows):
    """The mean accuracy with its interval over the seeds, for each (task, method, size) of the rows."""
    found = {}
    for row in rows:
        found.setdefault((row["task"], row["method"], row["size"]), []).append(row["accuracy"])
    return {key: mean_interval(values) for key, values in found.items()}


def _controls(table, sizes, task_names, method_names):
    tasks = [(name, key) for key, name in task_names.items()]
    methods = [(name, key) for key, name in method_names.items()]
    return ComparisonControls(
        task=ToggleButtons(options=tasks, description=choose(zh="任务", en="Task"), style=FULL_NAMES),
        size=SelectionSlider(
            options=[(f"{size:,}", size) for size in sizes],
            value=sizes[-1],
            description=choose(zh="训练样本数", en="Training examples"),
            style=FULL_NAMES,
            layout=WIDE,
        ),
        method=Dropdown(options=methods, description=choose(zh="方法", en="Method"), style=FULL_NAMES),
    )


def draw_comparison(now, sizes, curves, size, method):
    """Intervals of all methods at one size (left), their curves with one in colour (right); a new figure."""
    figure = new_figure(WIDTH, 3.4)
    left, right = (figure.add_axes((x, 0.17, wide, 0.76)) for x, wide in ((0.19, 0.23), (0.725, 0.23)))
    plot_intervals({name: _within(interval) for name, interval in now.items()}, ax=left)
    for label in left.get_yticklabels():
        label.set_color(colour(3) if label.get_text() == method else "black")
    plot_learning_curves(sizes, curves, highlight=method, size=size, ax=right)
    right.set(ylabel="", xlabel=choose(zh="训练样本数", en="training examples"))
    return figure


def _within(interval):
    """The interval cut to what an accuracy can be."""
    return interval._replace(low=max(0.0, interval.low), high=min(1.0, interval.high))


def describe_comparison(now, method, task, size):
    """One line: the method chosen, beside the best of the others."""
    if method not in now:
        return choose(
            zh=f"“{method}”没有在任务“{task}”上测过。", en=f"{method} was not measured on the task “{task}”."
        )
    best = max((name for name in now if name != method), key=lambda name: now[name].estimate)
    gap = now[method].estimate - now[best].estimate
    return choose(
        zh=f"{task}，{size:,} 个样本：{method} {now[method].estimate:.3f}；其余方法中最好的是{best}，"
        f"{now[best].estimate:.3f}，相差 {gap:+.3f}。",
        en=f"{task}, {size:,} examples: {method} {now[method].estimate:.3f}; the best of the others is "
        f"{best}, {now[best].estimate:.3f}, a gap of {gap:+.3f}.",
    )
