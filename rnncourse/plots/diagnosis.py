"""What a check-up finds, as a table in colours: models in rows, checks in columns."""

import matplotlib
import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.patches import Patch

from rnncourse.language import choose
from rnncourse.plots.axes import GREY, PALE, WIDTH, axes_or_new, colour, tint

_STATES = ("", "ok", "note", "fault")


def plot_findings(rows, checks, *, names=None, ax=None):
    """`rows`: {model: {check: "ok", "note" or "fault"}}; `checks` are the columns, in order.

    A check that a row lacks stays white: it was not reached. `names` maps checks to what is shown. Raises
    ValueError for no rows, no checks, or a status of another name.
    """
    if not rows or not checks:
        raise ValueError("rows and checks must not be empty")
    table = np.array([[_place(found.get(check, "")) for check in checks] for found in rows.values()])
    ax = axes_or_new(ax, height=1.9 + 0.21 * len(rows), width=WIDTH)
    shades = ["white", tint(colour(2), 0.22), PALE, colour(3)]
    ax.imshow(table, cmap=ListedColormap(shades), vmin=-0.5, vmax=3.5, aspect="auto")
    for row, column in np.argwhere(table == _STATES.index("fault")):
        ax.text(column, row, "✗", ha="center", va="center", color="white", fontfamily=_marks())
    names = names or {}
    ax.set_xticks(
        range(len(checks)),
        [names.get(check, check) for check in checks],
        rotation=55,
        ha="left",
        rotation_mode="anchor",
    )
    ax.set_yticks(range(len(rows)), list(rows))
    ax.tick_params(top=True, labeltop=True, bottom=False, labelbottom=False, length=0)
    ax.set_xticks(np.arange(len(checks)) - 0.5, minor=True)
    ax.set_yticks(np.arange(len(rows)) - 0.5, minor=True)
    ax.grid(which="minor", color="white", linewidth=1.5)
    ax.grid(which="major", visible=False)
    ax.tick_params(which="minor", length=0)
    ax.spines[:].set_visible(False)
    _legend(ax, shades)
    return ax


def _marks():
    """Fonts that have the cross; the figure style's own may lack it."""
    return [*matplotlib.rcParams["font.family"], "DejaVu Sans"]


def _place(status):
    if status not in _STATES:
        raise ValueError(f"a status is one of ok, note, fault, got {status!r}")
    return _STATES.index(status)


def _legend(ax, shades):
    words = choose(
        zh=("没有走到", "正常", "不适用或待定", "毛病"),
        en=("not reached", "well", "does not apply, or open", "fault"),
    )
    patches = [
        Patch(facecolor=s, edgecolor=GREY, linewidth=0.5, label=w) for s, w in zip(shades, words, strict=True)
    ]
    ax.legend(handles=patches, loc="upper center", bbox_to_anchor=(0.4, -0.02), ncols=4, frameon=False)
