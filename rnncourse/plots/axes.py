"""What the plots share: axes to draw on, the course's colours, and text that the fonts can show."""

from functools import cache

import matplotlib
import numpy as np
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.ticker import MaxNLocator

from rnncourse.style import COLOURS

WIDTH = 7.0  # inches: the width of a notebook's output at the course's resolution
GREY = "#767676"  # lines and small words beside the data
PALE = "#e4e4e4"  # padding


def colour(index):
    """The course's `index`-th colour."""
    return COLOURS[index % len(COLOURS)]


def tint(name, strength):
    """Colour `name` mixed with white: strength 0 is white, 1 the colour itself. Returns RGB, shape (3,)."""
    return 1 - strength * (1 - np.array(to_rgb(name)))


def axes_or_new(ax, *, columns=1, height=3.0, width=WIDTH, **options):
    """Axes to draw on: one, or an array of `columns`.

    `ax` if given (one Axes gives its place to `columns` of them), else on a new figure of that size in
    inches.
    """
    if ax is None:
        from matplotlib import pyplot as plt

        return plt.subplots(1, columns, figsize=(width, height), layout="constrained", **options)[1]
    if columns > 1 and isinstance(ax, Axes):
        grid = ax.get_subplotspec().subgridspec(1, columns)
        ax.remove()
        return grid.subplots()
    if columns > 1 and np.size(ax) != columns:
        raise ValueError(f"ax must hold {columns} axes, got {np.size(ax)}; use plt.subplots(1, {columns})")
    return ax


def whole_numbers(axis):
    """Put the ticks of `axis` (ax.xaxis or ax.yaxis) on whole numbers only."""
    axis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))


def drawable(text):
    """`text` with what no font of the figure style has (emoji, rare characters) replaced by a square.

    Otherwise matplotlib warns on stderr for each. White space and control characters become a space.
    """
    known = _characters(tuple(matplotlib.rcParams["font.family"]))
    square = "□" if ord("□") in known else "?"
    return "".join(" " if not c.isprintable() else c if ord(c) in known else square for c in text)


@cache
def _characters(families):
    """Code points that the fonts of `families` have between them."""
    names = [name for family in families for name in matplotlib.rcParams.get(f"font.{family}", [family])]
    known = set()
    for name in names:
        try:
            path = font_manager.findfont(name, fallback_to_default=False)
        except ValueError:
            continue
        known.update(font_manager.get_font(path).get_charmap())
    return frozenset(known)
