"""Pictures of attacks: what was changed in a text, and how each defence fares under each attack."""

import numpy as np
from matplotlib.patches import Rectangle

from rnncourse.language import choose
from rnncourse.plots.axes import GREY, WIDTH, axes_or_new, colour, drawable, tint
from rnncourse.plots.tokens import _measure

_LINE, _MARGIN, _NOTE = 0.52, 0.3, 7.5  # inches of a line and beside it; points of what stood there before
_MOST_LINES = 10


def plot_edits(pairs, *, unit="character", title="", ax=None):
    """A text as an attack wrote it; what it changed is coloured, and what stood there is small above.

    `pairs`: (before, after) of each word or character, in order, as `robustness.pieces` gives them. `unit`
    "word" puts spaces between them. What goes beyond ten lines is cut and ends in "…". `title` stands above.
    """
    width = WIDTH if ax is None else ax.figure.get_figwidth() * ax.get_position().width
    boxes = _placed(pairs, width - _MARGIN, unit)
    ax = axes_or_new(ax, height=edits_height(pairs, unit=unit, width=width))
    lines = 1 + max((line for line, *_ in boxes), default=0)
    ax.set(xlim=(0, width), ylim=(lines, -0.35 if title else 0))
    ax.axis("off")
    if title:
        ax.text(0, -0.1, title, fontsize=10, color=GREY, parse_math=False)
    for line, left, wide, before, after in boxes:
        if before != after:
            fill = tint(colour(1), 0.4)
            ax.add_patch(Rectangle((left, line + 0.38), wide, 0.52, facecolor=fill, linewidth=0))
            style = {"fontsize": _NOTE, "color": GREY, "ha": "center", "parse_math": False}
            ax.text(left + wide / 2, line + 0.28, before or "·", **style)
        ax.text(left + wide / 2, line + 0.78, after, ha="center", fontsize=12, parse_math=False)
    return ax


def edits_height(pairs, *, unit="character", width=WIDTH):
    """Inches of height that `plot_edits` wants for `pairs` on axes `width` inches wide."""
    boxes = _placed(pairs, width - _MARGIN, unit)
    return 0.25 + _LINE * (1 + max((line for line, *_ in boxes), default=0))


def _placed(pairs, width, unit):
    """The pairs in lines of `width` inches: a list of (line, left, wide, before, after); the rest is cut."""
    measure, gap = _measure(), 0.07 if unit == "word" else 0.0
    boxes, line, left = [], 0, 0.0
    for before, after in pairs:
        before, after = drawable(before), drawable(after)
        wide = max(measure(after), measure(before) * _NOTE / 12 if before != after else 0) + 0.04
        if left and left + wide > width:
            line, left = line + 1, 0.0
        if line == _MOST_LINES:
            boxes[-1] = (*boxes[-1][:3], "…", "…")
            break
        boxes.append((line, left, wide, before, after))
        left += wide + gap
    return boxes


def plot_defences(table, *, chance=0.5, xlabel=None, ax=None):
    """Named rows, in each of them several intervals under each other: how a defence fares under each attack.

    `table`: {defence: {attack: (estimate, low, high)}}; all rows have the same attacks, which make the
    legend. A dashed line at `chance`. Raises ValueError for no rows or rows that differ in their attacks.
    """
    names = [list(row) for row in table.values()]
    if not names or any(row != names[0] for row in names):
        raise ValueError(f"every row must have the same attacks, in the same order; got {names}")
    ax = axes_or_new(ax, height=1.0 + 0.16 * len(names) * (1 + len(names[0])))
    for index, attack in enumerate(names[0]):
        estimate, low, high = np.array([row[attack] for row in table.values()], dtype=float).T
        places = np.arange(len(table)) + (index - (len(names[0]) - 1) / 2) * 0.7 / len(names[0])
        style = {"color": colour(index), "fmt": "os^Dv<"[index % 6], "markersize": 5, "capsize": 3}
        ax.errorbar(estimate, places, xerr=[estimate - low, high - estimate], label=attack, **style)
    ax.axvline(chance, color=GREY, linestyle="--", linewidth=1)
    ax.set_yticks(range(len(table)), list(table))
    ax.set(ylim=(len(table) - 0.5, -0.5), xlabel=xlabel or choose(zh="准确率", en="accuracy"))
    ax.legend(loc="upper left", bbox_to_anchor=(1.01, 1), frameon=False)
    return ax
