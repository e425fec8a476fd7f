"""A vertical time line whose words never overlap."""

import numpy as np

from rnncourse.plots.axes import GREY, axes_or_new, colour

_ROW = 0.27  # inches between two lines of words


def plot_timeline(events, *, ax=None):
    """Years and what happened: a true-to-scale axis of years on the left, words on the right.

    `events` is a list of (year, text), in any order. Words move apart where years crowd; a thin line leads
    from each to its year. Raises ValueError for no events.
    """
    if not events:
        raise ValueError("events is empty; give at least one (year, text)")
    events = sorted(events, key=lambda event: event[0])
    years = np.array([year for year, _ in events], dtype=float)
    height = max(2.5, _ROW * (len(events) + 1))
    ax = axes_or_new(ax, height=height)
    gap = _ROW / height * 1.02
    span = max(years[-1] - years[0], 1)
    places = 0.5 * gap + (1 - gap) * (years - years[0]) / span
    words = _spread(places, gap)
    ax.plot([0.04, 0.04], [places[0], places[-1]], color=GREY, linewidth=2, zorder=1)
    for (year, text), place, word in zip(events, places, words, strict=True):
        ax.plot([0.04, 0.085, 0.1], [place, word, word], color=GREY, linewidth=0.8, zorder=0)
        ax.plot([0.04], [place], "o", color=colour(0), markersize=6, zorder=2)
        ax.text(0.11, word, str(year), va="center", color=colour(0))
        ax.text(0.185, word, text, va="center", parse_math=False)
    ax.set(xlim=(0, 1), ylim=(1, 0))
    ax.axis("off")
    return ax


def _spread(places, gap):
    """Rising `places` in 0 .. 1, moved down where they crowd and up where the end is near: `gap` apart."""
    order = gap * np.arange(len(places))
    words = np.maximum.accumulate(places - order) + order
    limit = 1 - gap / 2 - order[::-1]
    return np.minimum(words, limit)
