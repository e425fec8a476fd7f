"""Pictures of the loop over time: a network unrolled, the four patterns, what each output can see."""

import numpy as np
from matplotlib.patches import Rectangle

from rnncourse.language import choose
from rnncourse.plots.axes import GREY, PALE, axes_or_new, colour, tint

_CELL, _WIDE = 0.5, 0.62  # a number of a state: height and width, where a time step is 1 wide and high
_BOX = 0.62
_ARROW = {"color": GREY, "linewidth": 1.1, "markersize": 6, "markevery": [1]}


def plot_unrolled(inputs, states, *, outputs=None, start=None, step=None, ax=None):
    """A recurrent network laid out in time: inputs below, the state of every step, outputs above.

    `inputs` (T,) and `outputs` (T,) are what is written into their boxes, `states` (T, H) numbers, `start`
    (H,) the state before the first step (default: zeros). The same weights stand at every arrow of a kind.
    `step` (1 .. T) is framed, later ones are left white. Raises ValueError if the lengths differ.
    """
    states = np.asarray(states, dtype=float)
    steps, units = states.shape
    if len(inputs) != steps or (outputs is not None and len(outputs) != steps):
        raise ValueError(f"inputs, states and outputs must have one entry a step, got {len(inputs)}, {steps}")
    ax = axes_or_new(ax, height=1.9 + 0.36 * units)
    before = np.zeros(units) if start is None else np.asarray(start, dtype=float)
    top, bottom = _CELL * units, -1.0
    now = steps if step is None else step
    for t, state in enumerate([before, *states]):
        _state(ax, t, state, shown=t <= now)
    for t in range(1, steps + 1):
        _arrow(ax, (t - 1 + _WIDE / 2, top / 2), (t - _WIDE / 2, top / 2), "U")
        _arrow(ax, (t, bottom + _BOX / 2), (t, -0.02), "W")
        _box(ax, t, bottom, inputs[t - 1], tint(colour(2), 0.25))
        if outputs is not None:
            _arrow(ax, (t, top + 0.02), (t, top + 1 - _BOX / 2))
            words, fill = (outputs[t - 1], tint(colour(4), 0.35)) if t <= now else ("", "white")
            _box(ax, t, top + 1, words, fill)
    if step is not None:
        frame = {"fill": False, "edgecolor": colour(3), "linewidth": 2}
        ax.add_patch(Rectangle((step - _WIDE / 2 - 0.05, -0.05), _WIDE + 0.1, top + 0.1, **frame))
    _name_rows(ax, steps, top, bottom, outputs is not None)
    return ax


def _name_rows(ax, steps, top, bottom, with_outputs):
    """Names at the left, numbers of the time steps below; no axes."""
    rows = [(bottom, choose(zh="输入 $x_t$", en="input $x_t$"))]
    rows += [(top / 2, choose(zh="隐状态 $h_t$", en="state $h_t$"))]
    rows += [(top + 1, choose(zh="输出", en="output"))] if with_outputs else []
    for y, words in rows:
        ax.text(-0.75, y, words, ha="right", va="center")
    for t in range(steps + 1):
        words = f"$t$ = {t}" if t == 0 or steps <= 10 else f"{t}"
        ax.text(t, bottom - 0.65, words, ha="center", va="center", color=GREY, fontsize="small")
    left = -0.75 - 0.17 * (steps + 2)
    ax.set(xlim=(left, steps + 0.6), ylim=(bottom - 0.95, top + (1.4 if with_outputs else 0.2)))
    ax.axis("off")


def _state(ax, t, state, *, shown):
    """The numbers of one state, the first on top, coloured by sign and size."""
    for i, value in enumerate(state[::-1]):
        fill = _shade(value) if shown else "white"
        place = (t - _WIDE / 2, i * _CELL)
        ax.add_patch(Rectangle(place, _WIDE, _CELL, facecolor=fill, edgecolor=GREY, linewidth=0.8))
        if shown:
            ax.text(
                t, (i + 0.5) * _CELL, _number(value), ha="center", va="center", fontsize="small", clip_on=True
            )


def _shade(value):
    return tint(colour(0 if value > 0 else 1), 0.6 * min(1.0, abs(value)))


def _number(value):
    """At most four characters, without a negative zero."""
    return f"{value:.1f}".replace("-0.0", "0.0").replace("-", "−")


def _box(ax, x, y, words, fill):
    corner = (x - _BOX / 2, y - _BOX / 2)
    ax.add_patch(Rectangle(corner, _BOX, _BOX, facecolor=fill, edgecolor=GREY, linewidth=0.8))
    ax.text(x, y, str(words), ha="center", va="center", parse_math=False)


def _arrow(ax, begin, end, weights="", **options):
    across = begin[1] == end[1]
    tip = np.subtract(end, (0.07, 0) if across else (0, 0.1))
    ax.plot(*np.transpose([begin, tip]), marker=">" if across else "^", **{**_ARROW, **options})
    x, y = np.add(begin, end) / 2
    if weights:
        shift, place = ((0, 0.2), "center") if across else ((0.1, 0), "left")
        ax.text(x + shift[0], y + shift[1], weights, ha=place, va="center", color=GREY, fontsize="small")


# The four patterns: steps at which something is read, steps at which something is written, of how many
_PATTERNS = {
    "one": ((0,), (0, 1, 2), 3),
    "last": ((0, 1, 2), (2,), 3),
    "aligned": ((0, 1, 2), (0, 1, 2), 3),
    "sequence": ((0, 1, 2), (3, 4), 5),
}


def plot_patterns(*, ax=None):
    """The four input/output patterns: inputs below, states between, outputs above. Returns four Axes."""
    titles = choose(
        zh=("一对多", "多对一", "多对多（对齐）", "序列到序列"),
        en=("one-to-many", "many-to-one", "many-to-many,\naligned", "sequence to\nsequence"),
    )
    axes = axes_or_new(ax, columns=4, height=2.3)
    for axis, title, (read, written, steps) in zip(axes, titles, _PATTERNS.values(), strict=True):
        for t in range(steps):
            decodes = steps == 5 and t > 2
            _box(axis, t, 0, "", tint(colour(1 if decodes else 0), 0.5))
            if t:
                _arrow(axis, (t - 1 + _BOX / 2, 0), (t - _BOX / 2, 0), markersize=3.5)
            if t in read:
                _arrow(axis, (t, -1.2 + _BOX / 2), (t, -_BOX / 2))
                _box(axis, t, -1.2, "", tint(colour(2), 0.35))
            if t in written:
                _arrow(axis, (t, _BOX / 2), (t, 1.2 - _BOX / 2))
                _box(axis, t, 1.2, "", tint(colour(4), 0.45))
        middle = (steps - 1) / 2
        axis.set(xlim=(middle - 2.6, middle + 2.6), ylim=(-1.7, 1.7), title=title)
        axis.title.set_fontsize("medium")
        axis.axis("off")
    return axes


def plot_influence(influence, *, ax=None):
    """Which input step changes which output step: a table of squares for each entry of `influence`.

    `influence` maps a name to a bool array (outputs, inputs). Returns the Axes. Raises ValueError for none.
    """
    if not influence:
        raise ValueError("influence is empty; give at least one name with its (outputs, inputs) array")
    axes = np.atleast_1d(axes_or_new(ax, columns=len(influence), height=3.2))
    for axis, (name, table) in zip(axes, influence.items(), strict=True):
        table = np.asarray(table, dtype=bool)
        for (row, column), seen in np.ndenumerate(table):
            fill = tint(colour(0), 0.7) if seen else PALE
            axis.add_patch(Rectangle((column - 0.46, row - 0.46), 0.92, 0.92, facecolor=fill))
        rows, columns = table.shape
        axis.set(xlim=(-0.6, columns - 0.4), ylim=(rows - 0.4, -0.6), aspect="equal", title=name)
        axis.title.set_fontsize("medium")
        axis.set_xticks(range(columns), range(1, columns + 1))
        axis.set_yticks(range(rows), range(1, rows + 1))
        axis.set_xlabel(choose(zh="输入的时间步", en="input step"))
        axis.grid(False)
        axis.spines[["left", "bottom"]].set_visible(False)
        axis.tick_params(length=0)
    axes[0].set_ylabel(choose(zh="输出的时间步", en="output step"))
    return axes
