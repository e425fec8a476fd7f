"""Pictures of recurrent cells: how data flows through one step, gates over a sentence, what is recalled."""

from typing import NamedTuple

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, FancyBboxPatch, Patch

from rnncourse.language import choose
from rnncourse.plots.axes import GREY, axes_or_new, colour, drawable, tint, whole_numbers

QUANTITIES = ("i", "f", "candidate", "o", "c", "h")
SYMBOLS = dict(zip(QUANTITIES, ("$i$", "$f$", r"$\tilde{c}$", "$o$", "$c$", "$h$"), strict=True))
GATES = ("i", "f", "o")  # from 0 to 1; the others have a sign
_STATE, _SIGNAL = 2, 6  # colours of the lines: what is handed on, and all else


class Box(NamedTuple):
    """A block of weights with its activation: centre, symbol, "sigmoid", "tanh" or "" (none)."""

    x: float
    y: float
    symbol: str
    activation: str


class Node(NamedTuple):
    """A calculation element by element: centre, what it does."""

    x: float
    y: float
    words: str


class Wire(NamedTuple):
    """A line through points (x, y), with an arrow at its end or not; what is handed on has its own colour."""

    points: tuple
    state: bool = False
    arrow: bool = True


_SIMPLE_RNN = (
    Box(5, 2.2, r"$\tanh$", "tanh"),
    Wire(((0.8, 2.2), (4.35, 2.2)), state=True),
    Wire(((5.65, 2.2), (9.2, 2.2)), state=True),
    Wire(((5, 0.9), (5, 1.75))),
    Node(0.35, 2.2, "$h_{t-1}$"),
    Node(9.6, 2.2, "$h_t$"),
    Node(5, 0.55, "$x_t$"),
)
_LSTM = (
    Wire(((0.8, 5), (2.22, 5)), state=True),
    Wire(((2.78, 5), (4.72, 5)), state=True),
    Wire(((5.28, 5), (9.2, 5)), state=True),
    Wire(((0.8, 0.7), (7.3, 0.7), (7.3, 1.35)), state=True),
    Wire(((1.5, 0.1), (1.5, 0.7)), arrow=False),
    *(Wire(((x, 0.7), (x, 1.35))) for x in (2.5, 4.1, 5.9)),
    Wire(((2.5, 2.25), (2.5, 4.72))),
    Wire(((4.1, 2.25), (4.1, 3.5), (4.72, 3.5))),
    Wire(((5.9, 2.25), (5.9, 3.5), (5.28, 3.5))),
    Wire(((5, 3.78), (5, 4.72))),
    Wire(((8.3, 5), (8.3, 4.2))),
    Wire(((8.3, 3.4), (8.3, 2.83))),
    Wire(((7.3, 2.25), (7.3, 2.55), (8.02, 2.55))),
    Wire(((8.3, 2.27), (8.3, 0.7), (9.2, 0.7)), state=True),
    Box(2.5, 1.8, "$f$", "sigmoid"),
    Box(4.1, 1.8, "$i$", "sigmoid"),
    Box(5.9, 1.8, r"$\tilde{c}$", "tanh"),
    Box(7.3, 1.8, "$o$", "sigmoid"),
    Box(8.3, 3.8, r"$\tanh$", ""),
    Node(2.5, 5, "×"),
    Node(5, 5, "+"),
    Node(5, 3.5, "×"),
    Node(8.3, 2.55, "×"),
    Node(0.35, 5, "$c_{t-1}$"),
    Node(9.6, 5, "$c_t$"),
    Node(0.35, 0.7, "$h_{t-1}$"),
    Node(9.6, 0.7, "$h_t$"),
    Node(1.5, -0.25, "$x_t$"),
)
_GRU = (
    Wire(((0.8, 5), (2.42, 5)), state=True),
    Wire(((2.98, 5), (7.72, 5)), state=True),
    Wire(((8.28, 5), (9.2, 5)), state=True),
    Wire(((1.3, 5), (1.3, 0.7), (5.8, 0.7), (5.8, 1.35)), state=True),
    *(Wire(((x, 0.7), (x, 1.35)), state=True) for x in (2.7, 4.2)),
    Wire(((0.7, 0.2), (8, 0.2), (8, 2.75))),
    *(Wire(((x, 0.2), (x, 1.35))) for x in (2.4, 3.9)),
    Wire(((2.7, 2.25), (2.7, 4.72))),
    Wire(((2.7, 4.1), (5.0, 4.1))),
    Wire(((5.8, 4.1), (7.72, 4.1))),
    Wire(((4.2, 2.25), (4.2, 3.2), (5.52, 3.2))),
    Wire(((5.8, 2.25), (5.8, 2.92))),
    Wire(((6.08, 3.2), (7.35, 3.2))),
    Wire(((8, 3.65), (8, 3.82))),
    Wire(((8, 4.38), (8, 4.72))),
    Box(2.7, 1.8, "$z$", "sigmoid"),
    Box(4.2, 1.8, "$r$", "sigmoid"),
    Box(5.8, 1.8, "$h\\,U_h$", ""),
    Box(8, 3.2, r"$\tilde{h}$", "tanh"),
    Box(5.4, 4.1, "$1-z$", ""),
    Node(2.7, 5, "×"),
    Node(8, 5, "+"),
    Node(8, 4.1, "×"),
    Node(5.8, 3.2, "×"),
    Node(0.35, 5, "$h_{t-1}$"),
    Node(9.6, 5, "$h_t$"),
    Node(0.35, 0.2, "$x_t$"),
)
_FLOWS = {"simple_rnn": _SIMPLE_RNN, "lstm": _LSTM, "gru": _GRU}


def plot_cell(name, *, ax=None):
    """One step of "simple_rnn", "lstm" or "gru" (`reset_after`): what flows where. Left before, right after.

    Raises ValueError for another name.
    """
    if name not in _FLOWS:
        raise ValueError(f"name must be one of {', '.join(map(repr, _FLOWS))}, got {name!r}")
    parts = _FLOWS[name]
    places = [part.y for part in parts if not isinstance(part, Wire)]
    low, top = min(places) - 0.45, max(places) + 0.6
    ax = axes_or_new(ax, height=0.45 + 0.52 * (top - low))
    ax.set(xlim=(-0.1, 10.1), ylim=(low, top))
    ax.axis("off")
    for part in parts:
        _DRAW[type(part)](ax, part)
    _name_parts(ax, parts)
    return ax


def _draw_box(ax, box):
    fill = {"sigmoid": tint(colour(0), 0.35), "tanh": tint(colour(1), 0.45), "": "white"}[box.activation]
    wide, high = 0.56 if len(box.symbol) < 4 or "tilde" in box.symbol else 0.62, 0.4
    corner = (box.x - wide + 0.05, box.y - high + 0.05)
    shape = "round,pad=0.05,rounding_size=0.12"
    ax.add_patch(
        FancyBboxPatch(
            corner,
            2 * wide - 0.1,
            2 * high - 0.1,
            boxstyle=shape,
            facecolor=fill,
            edgecolor="black",
            linewidth=1,
            zorder=3,
        )
    )
    ax.text(box.x, box.y, box.symbol, ha="center", va="center", zorder=4)


def _draw_node(ax, node):
    if node.words in ("×", "+"):
        circle = Circle((node.x, node.y), 0.26, facecolor="white", edgecolor="black", zorder=3)
        ax.add_patch(circle)
    ax.text(node.x, node.y, node.words, ha="center", va="center", zorder=4, fontsize="large")


def _draw_wire(ax, wire):
    ink = colour(_STATE if wire.state else _SIGNAL)
    x, y = np.transpose(wire.points)
    ax.plot(x, y, color=ink, linewidth=2 if wire.state else 1.2, solid_joinstyle="round", zorder=2)
    if wire.arrow:
        head = {"arrowstyle": "-|>", "color": ink, "shrinkA": 0, "shrinkB": 0, "mutation_scale": 11}
        before = np.array(wire.points[-1]) - 0.12 * _direction(*wire.points[-2:])
        ax.annotate("", wire.points[-1], before, arrowprops=head, zorder=2)


_DRAW = {Box: _draw_box, Node: _draw_node, Wire: _draw_wire}


def _direction(start, end):
    way = np.subtract(end, start)
    return way / np.linalg.norm(way)


def _name_parts(ax, parts):
    used = {part.activation for part in parts if isinstance(part, Box)}
    words = {
        "sigmoid": choose(zh="门：乘权重，再取 sigmoid", en="gate: weights, then sigmoid"),
        "tanh": choose(zh="乘权重，再取 tanh", en="weights, then tanh"),
    }
    fills = {"sigmoid": tint(colour(0), 0.35), "tanh": tint(colour(1), 0.45)}
    handles = [Patch(facecolor=fills[kind], label=words[kind]) for kind in words if kind in used]
    handed_on = choose(zh="状态", en="state")
    handles.append(Line2D([], [], color=colour(_STATE), linewidth=2, label=handed_on))
    ax.legend(handles=handles, loc="lower left", bbox_to_anchor=(0, 1), ncols=3, borderaxespad=0)


def plot_gates(tokens, values, *, quantity, unit=None, ax=None):
    """One quantity of an LSTM over a text, a row a unit: `values` (T, H), `tokens` (T,) strings or None.

    `quantity` is one of "i", "f", "candidate", "o", "c", "h". Gates go from white (0) to blue (1); the others
    are blue where positive and orange where negative, with the full colour at the largest absolute value, or
    1 if none reaches that: the title says so. A frame marks row `unit`. Raises ValueError for lengths that
    differ.
    """
    values = _checked_gates(tokens, values)
    ax = axes_or_new(ax, height=1.2 + 0.13 * values.shape[1])
    shades, reach = _shades(values.T, quantity in GATES)
    _show_shades(ax, shades)
    ax.set_ylabel(choose(zh="单元", en="unit"))
    whole_numbers(ax.yaxis)
    ax.set_title(f"{name_of(quantity)} {_scale(quantity, reach)}", loc="left")
    if unit is not None:
        low, high = -0.5, len(values) - 0.5
        ax.plot([low, high, high, low, low], unit + np.array([-0.5, -0.5, 0.5, 0.5, -0.5]), color="black")
    if tokens is not None:
        _write_tokens(ax, tokens)
    return ax


def _scale(quantity, reach):
    if quantity in GATES:
        return choose(zh="（白 0，蓝 1）", en="(white 0, blue 1)")
    return choose(zh=f"（橙 −{reach:.1f}，蓝 +{reach:.1f}）", en=f"(orange −{reach:.1f}, blue +{reach:.1f})")


def plot_unit(tokens, traces, *, ax=None):
    """All six quantities of one unit over a text: `traces` maps each of QUANTITIES to numbers (T,)."""
    values = _checked_gates(tokens, np.stack([traces[name] for name in QUANTITIES], axis=1))
    ax = axes_or_new(ax, height=2.6)
    rows = [_shades(values[:, [row]].T, name in GATES)[0] for row, name in enumerate(QUANTITIES)]
    _show_shades(ax, np.concatenate(rows))
    ax.set_yticks(range(len(QUANTITIES)), [SYMBOLS[name] for name in QUANTITIES])
    _write_tokens(ax, tokens)
    return ax


def name_of(quantity):
    """The name of a quantity of an LSTM in the reader's language, with its symbol."""
    names = choose(
        zh=("输入门", "遗忘门", "候选值", "输出门", "细胞状态", "隐状态"),
        en=("input gate", "forget gate", "candidate", "output gate", "cell state", "hidden state"),
    )
    return f"{names[QUANTITIES.index(quantity)]} {SYMBOLS[quantity]}"


def _checked_gates(tokens, values):
    values = np.asarray(values, dtype=float)
    steps = len(values) if tokens is None else len(tokens)
    if values.ndim != 2 or len(values) != steps or not steps:
        raise ValueError(f"values must be (T, H) with a row for each of {steps} tokens, got {values.shape}")
    return values


_FROM_0 = LinearSegmentedColormap.from_list("from_0", ["white", colour(0)])
_SIGNED = LinearSegmentedColormap.from_list("signed", [colour(1), "white", colour(0)])


def _shades(rows, is_gate):
    """The colours of `rows` (R, T) as RGBA (R, T, 4), and the absolute value that has the full colour."""
    reach = 1 if is_gate else max(1, np.abs(rows).max())
    return (_FROM_0(rows) if is_gate else _SIGNED(0.5 + 0.5 * rows / reach)), reach


def _show_shades(ax, shades):
    ax.grid(False)
    ax.imshow(shades, aspect="auto", interpolation="nearest")
    ax.tick_params(length=0)
    ax.set_xticks([])


def _write_tokens(ax, tokens):
    """The words below the picture; plain texts, since ticks take several times as long to draw."""
    words = [drawable(token) for token in tokens]
    wide = max(map(len, words)) > 1
    style = {"rotation": 90, "fontsize": "small"} if wide else {}
    for place, word in enumerate(words):
        ax.annotate(
            word,
            (place, 0),
            (0, -4),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            ha="center",
            va="top",
            parse_math=False,
            annotation_clip=False,
            **style,
        )


def plot_decay(cell, hidden, written, *, kept=None, ax=None):
    """One unit of an LSTM over T steps: cell and hidden state (T,), what is offered to it, `written` (T,).

    `kept` (T,): where the first thing written would stand if nothing else came, dashed.
    """
    ax = axes_or_new(ax)
    steps = np.arange(len(cell))
    offered = np.flatnonzero(written)
    label = choose(zh="候选值（别处为 0）", en="candidate (0 elsewhere)")
    ax.bar(offered, np.asarray(written)[offered], width=0.9, color=tint(colour(1), 0.6), label=label)
    ax.plot(steps, cell, color=colour(2), label=choose(zh="细胞状态 $c$", en="cell state $c$"))
    ax.plot(
        steps, hidden, color=colour(0), linestyle="--", label=choose(zh="隐状态 $h$", en="hidden state $h$")
    )
    if kept is not None:
        ax.plot(steps, kept, color=GREY, linestyle=":", label="$i\\,f^{\\,k}$")
    ax.set(xlim=(-0.8, len(cell) - 0.2), ylim=(-1.15, 1.15), xlabel=choose(zh="时间步", en="time step"))
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=4, borderaxespad=0.2, columnspacing=1)
    return ax


def plot_recall(scores, steps, *, chance=0.5, titles=None, ax=None):
    """Accuracy of settings (rows) by length (columns), one grid for each of the parts of `scores`.

    `scores` maps a part to {name: (S, T)}: S seeds, T lengths, which `steps` names. A cell shows the mean and
    is the darker the further it lies above `chance`; the small marks in it are the seeds, from chance (left)
    to 1 (right). `titles` names the parts. `ax`: one Axes a part. Returns an array of them.
    """
    parts = list(scores)
    rows = list(scores[parts[0]])
    axes = np.atleast_1d(axes_or_new(ax, columns=len(parts), height=1.1 + 0.42 * len(rows), sharey=True))
    for axis, part, title in zip(axes, parts, titles or parts, strict=True):
        means = np.array([np.mean(scores[part][name], axis=0) for name in rows])
        axis.imshow(means, cmap=_FROM_0, vmin=chance, vmax=1.25, aspect="auto")
        for (row, column), mean in np.ndenumerate(means):
            axis.text(column, row - 0.12, f"{mean:.2f}", ha="center", va="center")
            seeds = np.asarray(scores[part][rows[row]])[:, column]
            places = column - 0.3 + 0.6 * (np.clip(seeds, chance, 1) - chance) / (1 - chance)
            axis.plot(places, np.full(len(places), row + 0.3), "|", color="black", markersize=6)
        axis.set_xticks(range(len(steps)), [str(length) for length in steps])
        axis.set(title=title, xlabel="T")
        axis.grid(False)
        axis.tick_params(length=0)
    axes[0].set_yticks(range(len(rows)), rows)
    return axes
