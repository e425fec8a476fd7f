"""How a class did: the share of answers that are right, the points, the commonest mistakes."""

import numpy as np

from rnncourse.language import choose
from rnncourse.plots.axes import PALE, axes_or_new, colour, drawable, whole_numbers

_LONGEST = 44  # characters of a name beside its bar


def plot_shares(names, right, of, *, ax=None):
    """A bar for each of N tasks: `right` answers `of` all, shape (N,) each. Returns the Axes."""
    ax = axes_or_new(ax, height=0.9 + 0.32 * len(names))
    places, shares = np.arange(len(names)), np.asarray(right) / np.maximum(of, 1)
    ax.barh(places, np.ones(len(names)), color=PALE, height=0.62)
    ax.barh(places, shares, color=colour(0), height=0.62)
    for place, (a, b) in enumerate(zip(right, of, strict=True)):
        ax.text(1.01, place, f"{a:g}/{b:g}", va="center", ha="left")
    _name_rows(ax, names)
    ax.set_xlim(0, 1.12)
    ax.set_xticks(np.linspace(0, 1, 6), [f"{share:.0%}" for share in np.linspace(0, 1, 6)])
    ax.set_xlabel(choose(zh="答对的比例", en="share of right answers"))
    return ax


def plot_points(points, most, *, ax=None):
    """How many submissions have how many of `most` points; `points` has shape (N,). Returns the Axes."""
    ax = axes_or_new(ax, height=2.6)
    width = max(1, most / 20)  # a bar for every point, or for every few
    edges = np.arange(-width / 2, most + width, width)
    ax.hist(points, bins=edges, color=colour(0), rwidth=0.9)
    ax.set_xlabel(choose(zh=f"得分（满分 {most:g}）", en=f"points (of {most:g})"))
    ax.set_ylabel(choose(zh="份数", en="submissions"))
    ax.grid(axis="x", visible=False)
    whole_numbers(ax.yaxis)
    return ax


def plot_mistakes(names, counts, *, ax=None):
    """A bar for each of N mistakes: how many made it, shape (N,). Returns the Axes."""
    ax = axes_or_new(ax, height=0.9 + 0.32 * len(names))
    ax.barh(np.arange(len(names)), counts, color=colour(3), height=0.62)
    _name_rows(ax, names)
    ax.set_xlabel(choose(zh="份数", en="submissions"))
    whole_numbers(ax.xaxis)
    return ax


def _short(name):
    return name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…"


def _name_rows(ax, names):
    ax.set_yticks(np.arange(len(names)), [drawable(_short(name)) for name in names])
    ax.invert_yaxis()
    ax.grid(axis="y", visible=False)
