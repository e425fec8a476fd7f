"""How much of the exercises is solved."""

import numpy as np

from rnncourse.language import choose
from rnncourse.plots.axes import PALE, axes_or_new, colour, drawable, whole_numbers


def plot_progress(names, earned, most, *, ax=None):
    """A bar for each of N `names`: the points `earned` of `most`, shape (N,) each. Returns the Axes."""
    ax = axes_or_new(ax, height=0.9 + 0.32 * len(names))
    places = np.arange(len(names))
    ax.barh(places, most, color=PALE, height=0.62)
    ax.barh(places, earned, color=colour(2), height=0.62)
    for place, (a, b) in enumerate(zip(earned, most, strict=True)):
        ax.text(b, place, f" {a:g}/{b:g}", va="center", ha="left")
    ax.set_yticks(places, [drawable(name) for name in names])
    ax.invert_yaxis()
    ax.set_xlim(0, 1.15 * max([1, *most]))
    ax.grid(axis="y", visible=False)
    whole_numbers(ax.xaxis)
    ax.set_xlabel(choose(zh="分", en="points"))
    return ax
