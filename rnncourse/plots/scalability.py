"""Pictures of cost: time against size, and what a prediction is made of."""

import numpy as np
from matplotlib.ticker import LogLocator, NullFormatter

from rnncourse.language import choose
from rnncourse.plots.axes import GREY, axes_or_new, colour

_MARKS = "os^Dv<>"


def plot_scaling(curves, *, slopes=(), ylabel=None, ax=None):
    """Milliseconds against size, a panel a letter, both logarithmic: {letter: {name: (sizes (K,), seconds)}}.

    `seconds` (K,) or (R, K): of R repetitions all points are drawn, and the line through their medians. Grey
    lines of the `slopes` given begin at each panel's lower left: 1 is proportional, 0 for free. Returns the
    array of axes. Raises ValueError where sizes and seconds do not fit each other.
    """
    axes = np.atleast_1d(axes_or_new(ax, columns=len(curves), height=2.9, sharey=True))
    for ax, (letter, lines) in zip(axes, curves.items(), strict=True):
        for index, (name, (sizes, seconds)) in enumerate(lines.items()):
            _curve(ax, name, index, np.asarray(sizes), 1e3 * np.atleast_2d(seconds))
        ax.set(xscale="log", yscale="log", xlabel=letter)
        ends = sizes[0], sizes[-1]
        ax.set_xticks(ends, [f"{size:,}" for size in ends])
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_minor_formatter(NullFormatter())
        ax.xaxis.set_minor_locator(LogLocator(subs=()))
    for ax in axes:
        _guides(ax, slopes)
    axes[0].set_ylabel(ylabel or choose(zh="毫秒", en="milliseconds"))
    axes[0].legend(fontsize="small", loc="upper left")
    return axes


def _curve(ax, name, index, sizes, milliseconds):
    if milliseconds.shape[1:] != sizes.shape:
        raise ValueError(f"{name}: expected {len(sizes)} times, one a size, got {milliseconds.shape[-1]}")
    style = {"color": colour(index), "marker": _MARKS[index % len(_MARKS)]}
    for repetition in milliseconds:
        ax.plot(sizes, repetition, linestyle="", markersize=3, alpha=0.5, **style)
    ax.plot(sizes, np.median(milliseconds, axis=0), markersize=4, label=name, **style)


def _guides(ax, slopes):
    """Straight lines on logarithmic axes, which keep their limits."""
    (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
    x = np.geomspace(left, right, 2)
    for slope in slopes:
        ax.plot(x, low * 1.2 * (x / left) ** slope, ":", color=GREY, linewidth=1, zorder=1)
    ax.set(xlim=(left, right), ylim=(low, high))


def plot_predictions(measured, predicted, *, names=None, ax=None):
    """Predicted against measured milliseconds, both axes logarithmic: {name: seconds (K,)}, twice.

    On the line both are equal, dotted is twice and half. Raises ValueError where they do not fit each other.
    """
    ax = axes_or_new(ax, width=4.6, height=3.4)
    both = []
    for index, name in enumerate(names or measured):
        x, y = (1e3 * np.asarray(values[name], dtype=float) for values in (measured, predicted))
        if x.shape != y.shape:
            raise ValueError(
                f"{name}: {x.shape} times measured and {y.shape} predicted do not fit each other"
            )
        ax.plot(x, y, _MARKS[index % len(_MARKS)], color=colour(index), markersize=5, alpha=0.7, label=name)
        both += [*x, *y]
    line = np.array([0.7 * min(both), 1.4 * max(both)])
    for factor, style in ((1, "-"), (2, ":"), (0.5, ":")):
        ax.plot(line, factor * line, style, color=GREY, linewidth=1, zorder=1)
    ax.set(xscale="log", yscale="log", xlim=line, ylim=line)
    ax.set_xlabel(choose(zh="实测（毫秒）", en="measured (milliseconds)"))
    ax.set_ylabel(choose(zh="预测（毫秒）", en="predicted (milliseconds)"))
    ax.legend(fontsize="small")
    return ax


def plot_shares(rows, *, unit="", spec=",.3g", ax=None):
    """Stacked bars lying on each other, one a row: {name: {part: value}}; behind each stands its sum.

    All rows have the same parts, which the legend names. Raises ValueError for others, or a value below 0.
    """
    ax = axes_or_new(ax, height=0.8 + 0.5 * len(rows))
    parts = list(next(iter(rows.values())))
    for place, (name, values) in enumerate(rows.items()):
        if list(values) != parts or min(values.values()) < 0:
            raise ValueError(f"{name}: expected {parts}, each at least 0, got {values}")
        left = 0.0
        for index, part in enumerate(parts):
            label = part if place == 0 else None
            ax.barh(place, values[part], left=left, height=0.6, color=colour(index), label=label)
            left += values[part]
        ax.annotate(f"{left:{spec}}", (left, place), xytext=(4, 0), textcoords="offset points", va="center")
    ax.set_yticks(range(len(rows)), list(rows))
    ax.set(ylim=(len(rows) - 0.4, -0.6), xlabel=unit)
    ax.margins(x=0.12)
    ax.set_xlim(left=0)
    ax.legend(ncols=len(parts), loc="lower left", bbox_to_anchor=(0, 1), fontsize="small", borderaxespad=0.2)
    return ax
