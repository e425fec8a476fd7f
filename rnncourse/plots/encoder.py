"""Pictures of an encoder: two directions and one vector, and how far each token reaches."""

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle

from rnncourse.language import choose
from rnncourse.plots.axes import GREY, PALE, axes_or_new, colour, drawable, tint
from rnncourse.plots.unrolled import _arrow, _box

_FORWARD, _BACKWARD, _TOP, _HALF = 1.25, 2.35, 3.7, 0.31
_LONGEST = 9  # characters of a token
_REACH = LinearSegmentedColormap.from_list("reach", [(1, 1, 1), tint(colour(0), 0.5), tint(colour(0), 1)])


def plot_encoder(tokens, *, pooling="last", padding=0, bidirectional=True, ax=None):
    """An encoder laid out in time: tokens, the states of both directions, and the vector made of them.

    `pooling` "last" takes each direction's state where it has read everything, "max" and "mean" take all.
    `padding` empty steps stand behind the tokens: no line leads from them. Raises ValueError for no tokens or
    another pooling.
    """
    if not len(tokens) or pooling not in ("last", "max", "mean"):
        raise ValueError(f"expected tokens and last, max or mean, got {len(tokens)} tokens and {pooling!r}")
    ax = axes_or_new(ax, height=3.6)
    steps, rows = len(tokens), [(_FORWARD, colour(0))] + [(_BACKWARD, colour(1))] * bidirectional
    for t, token in enumerate([*map(_short, tokens), *[""] * padding]):
        _box(ax, t, 0, token, PALE if t >= steps else tint(colour(2), 0.3))
        for y, shade in rows:
            _box(ax, t, y, "", PALE if t >= steps else tint(shade, 0.5))
        if t < steps:
            _arrow(ax, (t, _HALF), (t, _FORWARD - _HALF))
            if bidirectional:  # past the forward state, which it does not read
                _bent(ax, t)
    for t in range(1, steps):
        _arrow(ax, (t - 1 + _HALF, _FORWARD), (t - _HALF, _FORWARD))
        if bidirectional:
            ax.plot([t - _HALF, t - 1 + _HALF + 0.06], [_BACKWARD] * 2, color=GREY, linewidth=1.1)
            ax.plot(t - 1 + _HALF + 0.06, _BACKWARD, "<", color=GREY, markersize=6)
    _pooled(ax, steps, pooling, bidirectional)
    _name(ax, steps + padding, pooling, bidirectional)
    return ax


def _bent(ax, t):
    """From the token to the backward state, around the forward one."""
    x = t + 0.4
    points = [(t + 0.2, _HALF), (x, 0.62), (x, _BACKWARD - 0.62), (t + 0.2, _BACKWARD - _HALF - 0.05)]
    ax.plot(*np.transpose(points), color=GREY, linewidth=1.1)
    ax.plot(*points[-1], "^", color=GREY, markersize=6)


def _pooled(ax, steps, pooling, bidirectional):
    middle, top = (steps - 1) / 2, _TOP if bidirectional else _TOP - 1.0
    halves = [(_FORWARD, colour(0), steps - 1)] + [(_BACKWARD, colour(1), 0)] * bidirectional
    wide = 0.9
    left = middle - wide * len(halves) / 2
    for index, (y, shade, last) in enumerate(halves):
        corner = (left + wide * index, top - _HALF)
        ax.add_patch(Rectangle(corner, wide, 2 * _HALF, facecolor=tint(shade, 0.5), edgecolor=GREY, lw=0.8))
        for t in range(steps) if pooling != "last" else [last]:
            ends = [(t - 0.12, y + _HALF), (corner[0] + wide / 2, top - _HALF - 0.03)]
            ax.plot(*np.transpose(ends), color=shade, linewidth=1.6 if pooling == "last" else 0.9, zorder=0.5)


def _name(ax, steps, pooling, bidirectional):
    kinds = choose(
        zh={"last": "末态", "max": "最大汇聚", "mean": "平均汇聚"},
        en={"last": "end states", "max": "maximum", "mean": "mean"},
    )
    words = choose(
        zh=("词元", "正向的状态", "反向的状态"), en=("tokens", "forward states", "backward states")
    )
    rows = list(zip((0, _FORWARD, _BACKWARD), words, strict=True))[: 3 if bidirectional else 2]
    top = _TOP if bidirectional else _TOP - 1.0
    for y, word in [*rows, (top, kinds[pooling])]:
        ax.text(-0.65, y, word, ha="right", va="center")
    ax.set(xlim=(-2.9, max(steps, 6) - 0.4), ylim=(-0.45, top + 0.45))
    ax.axis("off")


def plot_reach(tables, tokens=None, *, ax=None):
    """How far each state moves when each input is changed: a heat map for each entry of `tables`.

    `tables` maps a name to an array (states, inputs) of relative movements; 1 and more is darkest, white is
    none at all. `tokens` (inputs,) are written at the ticks (default: their numbers). Returns the Axes.
    Raises ValueError for none, or for tokens that do not fit.
    """
    if not tables:
        raise ValueError("tables is empty; give at least one name with its (states, inputs) array")
    axes = np.atleast_1d(axes_or_new(ax, columns=len(tables), height=3.0))
    for axis, (name, table) in zip(axes, tables.items(), strict=True):
        rows, columns = np.shape(table)
        words = [*range(1, columns + 1)] if tokens is None else [*map(_short, tokens)]
        if len(words) != columns:
            raise ValueError(f"{name!r} has {columns} inputs, but tokens has {len(words)} entries")
        axis.imshow(table, vmin=0, vmax=1, cmap=_REACH, aspect="equal")
        turn = {"rotation": 90} if max(len(str(word)) for word in words) > 2 else {}
        axis.set_xticks(range(columns), words, parse_math=False, **turn)
        axis.set_yticks(range(rows), words if rows == columns else range(1, rows + 1), parse_math=False)
        axis.set_title(name, fontsize="medium")
        axis.set_xlabel(choose(zh="换掉的词元", en="token replaced"))
        axis.grid(False)
        axis.tick_params(length=0)
        for place in ("left", "bottom"):
            axis.spines[place].set_color(PALE)
    axes[0].set_ylabel(choose(zh="状态所在的词元", en="state at the token"))
    return axes


def plot_movement(tokens, movement, *, replaced=None, ax=None):
    """How far the states of each kind move: a row of squares for each entry of `movement`.

    `movement` maps a name to relative movements (T,); NaN leaves a square grey. `tokens` (T,) stand below,
    "" is padding, `replaced` is the index of the one that was changed. Raises ValueError if lengths differ.
    """
    ax = axes_or_new(ax, height=1.2 + 0.5 * len(movement))
    for row, (name, values) in enumerate(movement.items()):
        if len(values) != len(tokens):
            raise ValueError(f"{name!r} has {len(values)} movements for {len(tokens)} tokens")
        for t, value in enumerate(values):
            fill = PALE if np.isnan(value) else _REACH(min(1.0, value))[:3]
            ax.add_patch(Rectangle((t - 0.46, row - 0.42), 0.92, 0.84, facecolor=fill, edgecolor=PALE))
            if len(tokens) <= 20 and not np.isnan(value):
                pen = "white" if value > 0.6 else "black"
                words = f"{value:.0%}" if value < 9.995 else ">999%"
                ax.text(t, row, words, ha="center", va="center", fontsize="x-small", color=pen)
    words = [_short(token) or "·" for token in tokens]
    turn = {"rotation": 90} if max(map(len, words)) > 2 else {}
    ax.set_xticks(range(len(words)), words, parse_math=False, **turn)
    ax.set_yticks(range(len(movement)), list(movement))
    if replaced is not None:
        ax.get_xticklabels()[replaced].set_color(colour(3))
    ax.set(xlim=(-0.6, len(tokens) - 0.4), ylim=(len(movement) - 0.5, -0.5))
    ax.grid(False)
    ax.spines[["left", "bottom"]].set_visible(False)
    ax.tick_params(length=0)
    return ax


def _short(token):
    token = drawable(str(token))
    return token if len(token) <= _LONGEST else token[: _LONGEST - 1] + "…"
