"""Pictures of methods beside each other: accuracy against the number of examples, and against cost."""

import numpy as np
from matplotlib.ticker import NullFormatter

from rnncourse.language import choose
from rnncourse.plots.axes import GREY, axes_or_new, colour

_MARKS = "os^Dv<>"


def plot_learning_curves(sizes, curves, *, names=None, highlight=None, size=None, chance=0.5, ax=None):
    """Accuracy with its interval against the number of training examples, a line for each method.

    `curves` maps names to K triples (estimate, low, high), one for each of `sizes` (K,). A name's place in
    `names` (default: in `curves`) decides its colour and mark. With `highlight`, a name, the others are grey.
    A dotted line at `chance` and, if given, one at `size`. Raises ValueError where a curve has another number
    of points.
    """
    ax = axes_or_new(ax, height=3.4)
    places = {name: place for place, name in enumerate(names or curves)}
    for name, intervals in curves.items():
        index = places[name]
        if len(intervals) != len(sizes):
            raise ValueError(f"{name}: expected {len(sizes)} intervals, one a size, got {len(intervals)}")
        estimate, low, high = np.array(intervals, dtype=float).T
        chosen = highlight in (None, name)
        style = {"color": colour(index) if chosen else "#c0c0c0", "zorder": 3 if chosen else 2}
        ax.plot(sizes, estimate, marker=_MARKS[index % 7], markersize=5, label=name, **style)
        if highlight == name or (highlight is None and len(curves) < 4):
            ax.fill_between(sizes, low, high, color=style["color"], alpha=0.15, linewidth=0)
    ax.axhline(chance, color=GREY, linestyle=":", linewidth=1)
    if size is not None:
        ax.axvline(size, color="black", linestyle=":", linewidth=1)
    ax.set(xscale="log", xlabel=choose(zh="训练样本数（对数刻度）", en="training examples (log scale)"))
    ax.set_ylabel(choose(zh="测试准确率", en="test accuracy"))
    ax.set_xticks(sizes, [f"{size:,}" for size in sizes])
    ax.set_ylim(top=1.03)
    ax.xaxis.set_minor_formatter(NullFormatter())
    return ax


def plot_cost(costs, *, names=None, xlabel=None, ax=None):
    """Accuracy against cost, a named point for each method: {name: (cost, accuracy)}, cost above 0.

    A name's place in `names` (default: in `costs`) decides its colour and mark.
    """
    ax = axes_or_new(ax, height=3.2)
    places = {name: place for place, name in enumerate(names or costs)}
    for name, (cost, accuracy) in costs.items():
        index = places[name]
        ax.plot(cost, accuracy, _MARKS[index % 7], color=colour(index), markersize=8, label=name)
    ax.set(xscale="log", xlabel=xlabel or choose(zh="CPU 秒（对数刻度）", en="CPU seconds (log scale)"))
    ax.set_ylabel(choose(zh="测试准确率", en="test accuracy"))
    ax.xaxis.set_minor_formatter(NullFormatter())
    return ax


def plot_attributions(tokens, rows, *, ax=None):
    """Bars over one sequence: what each token contributes, by one method or several.

    `tokens` (T,) are shown below the bars; `rows` maps names to contributions (T,).
    """
    ax = axes_or_new(ax, height=2.6)
    places, width = np.arange(len(tokens)), 0.8 / len(rows)
    for index, (name, values) in enumerate(rows.items()):
        shift = (index - (len(rows) - 1) / 2) * width
        ax.bar(places + shift, values, width=width, color=colour(index), label=name)
    ax.axhline(0, color="black", linewidth=1)
    ax.set_xticks(places, [str(token) for token in tokens])
    ax.set(xlabel=choose(zh="词元", en="token"), ylabel=choose(zh="贡献", en="contribution"))
    ax.legend()
    return ax
