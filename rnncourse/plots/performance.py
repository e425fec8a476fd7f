"""Pictures of performance: schedules, masks over time, what leaves with a unit, codes, quality and cost."""

import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.ticker import LogFormatter, NullLocator

from rnncourse.language import choose
from rnncourse.plots.axes import GREY, PALE, axes_or_new, colour, tint, whole_numbers

_MARKS = ("o", "s", "^", "D", "v", "P", "X")
_LINES = ("-", "--", "-.", ":")


def plot_schedules(schedules, *, ax=None):
    """Learning rate against training step: `schedules` is {name: rates (K,)}, one line each."""
    ax = axes_or_new(ax, height=2.6)
    for index, (name, rates) in enumerate(schedules.items()):
        ax.plot(rates, _LINES[index % len(_LINES)], color=colour(index), label=name)
    ax.set(xlabel=choose(zh="训练步", en="training step"), ylabel=choose(zh="学习率", en="learning rate"))
    ax.set_ylim(bottom=0)
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))  # no corner is free of every schedule
    return ax


def plot_masks(masks, *, ax=None):
    """Which features are dropped when: `masks` is {name: bool (T, D)}, True where one is kept; grey is gone.

    One picture each, features upwards and time to the right. Returns the array of Axes.
    """
    axes = axes_or_new(ax, columns=len(masks), height=2.4, sharey=True)
    for each, (name, kept) in zip(np.ravel(axes), masks.items(), strict=True):
        colours = ListedColormap([PALE, tint(colour(0), 0.6)])
        each.imshow(np.asarray(kept).T, cmap=colours, vmin=0, vmax=1, aspect="auto", interpolation="nearest")
        each.set(title=name, xlabel=choose(zh="时间步", en="time step"))
        each.grid(False)
    np.ravel(axes)[0].set_ylabel(choose(zh="特征", en="feature"))
    whole_numbers(np.ravel(axes)[0].yaxis)
    return axes


def plot_leaving(*, features, units, kept, gates="zrh", classes=1, ax=None):
    """What leaves a recurrent layer and the Dense layer behind it with the units that are not in `kept`.

    Kernel (features, len(gates) * units) and recurrent kernel on the left, a column for each unit in each
    gate; the Dense kernel (units, classes) on the right. Coloured is what stays. Returns both Axes.
    """
    ratio = [len(gates) * units, 2 * classes + 1]
    left, right = axes_or_new(ax, columns=2, height=2.6, width_ratios=ratio)
    stays = np.isin(np.arange(units), kept)
    columns = np.tile(stays, len(gates))
    loop = stays[:, None] & columns
    _draw_cells(left, np.concatenate([np.tile(columns, (features, 1)), loop]))
    left.axhline(features - 0.5, color="black", linewidth=1.5)
    for place in range(1, len(gates)):
        left.axvline(place * units - 0.5, color="black", linewidth=1.5)
    left.set_xticks([(place + 0.5) * units - 0.5 for place in range(len(gates))], list(gates))
    names = choose(zh=("输入权重", "循环权重"), en=("kernel", "recurrent"))
    middles = (features - 1) / 2, features + (units - 1) / 2
    left.set_yticks(middles, names, rotation=90, va="center")
    _draw_cells(right, np.tile(stays[:, None], (1, classes)))
    right.set_xticks([(classes - 1) / 2], ["Dense"])
    right.set_yticks([])
    return np.array([left, right])


def _draw_cells(ax, stays):
    """A grid of cells (R, C), coloured where they stay."""
    colours = ListedColormap([PALE, tint(colour(0), 0.6)])
    ax.pcolormesh(
        np.arange(stays.shape[1] + 1) - 0.5,
        np.arange(stays.shape[0] + 1) - 0.5,
        stays,
        cmap=colours,
        vmin=0,
        vmax=1,
        edgecolors="white",
        linewidth=1,
    )
    ax.invert_yaxis()
    ax.xaxis.tick_top()
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_minor_locator(NullLocator())
    ax.tick_params(length=0)
    ax.grid(False)
    ax.spines[["left", "bottom"]].set_visible(False)


def plot_staircase(weights, restored, *, ax=None):
    """Weights and what their codes stand for, (N,) each: the steps of a stair along the dotted diagonal."""
    ax = axes_or_new(ax, width=4.0)
    ends = np.array([np.min(weights), np.max(weights)])
    ax.plot(ends, ends, color=GREY, linestyle=":", linewidth=1)
    ax.plot(weights, restored, ".", color=colour(0))
    ax.set(xlabel=choose(zh="权重", en="weight"), ylabel=choose(zh="变回来的权重", en="weight restored"))
    return ax


def plot_tradeoff(models, *, xlabel="", ylabel="", log=True, ax=None):
    """Quality against cost: `models` is {name: (cost, (estimate, low, high))}, a mark with a bar each.

    `log`: a logarithmic cost axis. The names stand in a legend below the picture.
    """
    ax = axes_or_new(ax, height=3.4)
    for index, (name, (cost, (estimate, low, high))) in enumerate(models.items()):
        ax.errorbar(
            cost,
            estimate,
            yerr=[[estimate - low], [high - estimate]],
            fmt=_MARKS[index % len(_MARKS)],
            color=colour(index),
            capsize=3,
            label=name,
        )
    ax.set(xscale="log" if log else "linear", xlabel=xlabel, ylabel=ylabel)
    if log:  # within a power of ten or two plain numbers are easier to read
        ax.xaxis.set_major_formatter("{x:g}")
        ax.xaxis.set_minor_formatter(LogFormatter(labelOnlyBase=False, minor_thresholds=(2, 0.5)))
    ax.figure.legend(loc="outside lower center", ncols=3) if ax.figure.get_layout_engine() else ax.legend()
    return ax
