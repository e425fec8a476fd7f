"""What the plots share: axes to draw on, and the course's colours."""

import matplotlib
import numpy as np
from matplotlib.ticker import MaxNLocator

WIDTH = 7.5  # inches: the width of a notebook's output at the course's resolution
GREY = "#8a8a8a"
PALE = "#e6e6e6"


def colour(index):
    """The course's `index`-th colour."""
    try:
        from rnncourse.style import COLOURS
    except ImportError:
        COLOURS = [entry["color"] for entry in matplotlib.rcParams["axes.prop_cycle"]]
    return COLOURS[index % len(COLOURS)]


def axes_or_new(ax, *, columns=1, height=3.0, width=WIDTH, **options):
    """`ax` if given, else new axes on a new figure: one, or an array of `columns`."""
    if ax is None:
        from matplotlib import pyplot as plt

        return plt.subplots(1, columns, figsize=(width, height), layout="constrained", **options)[1]
    if columns > 1 and np.size(ax) != columns:
        raise ValueError(
            f"ax must hold {columns} axes, got {np.size(ax)}; make them with plt.subplots(1, {columns})"
        )
    return ax


def whole_numbers(axis):
    """Put the ticks of `axis` (ax.xaxis or ax.yaxis) on whole numbers only."""
    axis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
