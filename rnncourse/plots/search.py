"""Choosing the next token: a distribution that is reshaped and cut, and the tree that beam search grows."""

import numpy as np

from rnncourse.language import choose
from rnncourse.plots.axes import GREY, PALE, axes_or_new, colour, drawable, tint

_MOST_BARS = 24
_DEPTH = 1.9  # distance of two levels of the tree, in units of its rows


def plot_distribution(before, after, tokens, *, ax=None):
    """Probabilities of the next token as bars, the likeliest first: as the model gives them, and as used.

    `before` and `after` are (V,) and add up to 1; tokens that `after` cuts off (0) stand in grey. Only the
    24 likeliest are drawn. Raises ValueError for lengths that differ.
    """
    before, after = np.asarray(before, dtype=float), np.asarray(after, dtype=float)
    if not len(before) == len(after) == len(tokens):
        raise ValueError(
            f"before, after and tokens must be of one length, got {len(before)}, {len(after)}, {len(tokens)}"
        )
    ax = axes_or_new(ax, height=2.9)
    order = np.argsort(-before, kind="stable")[:_MOST_BARS]
    place = np.arange(len(order))
    names = choose(zh=("模型给出的", "抽样用的"), en=("as the model gives it", "what is drawn from"))
    ax.bar(place, before[order], width=0.8, color=PALE, edgecolor=GREY, linewidth=0.6, label=names[0])
    ax.bar(place, after[order], width=0.46, color=colour(0), label=names[1])
    ax.set_xticks(place, [drawable(str(tokens[i])) for i in order], parse_math=False)
    ax.tick_params(axis="x", length=0)
    for label, i in zip(ax.get_xticklabels(), order, strict=True):
        label.set_color("black" if after[i] > 0 else GREY)
    ax.set(ylim=(0, 1.02), ylabel=choose(zh="概率", en="probability"), xlim=(-0.6, len(order) - 0.4))
    ax.grid(visible=False, axis="x")
    ax.legend(loc="upper right")
    return ax


def plot_beam_tree(levels, *, end="</s>", ax=None):
    """The tree of a beam search: a column for each step, a box for each candidate, with its probability.

    `levels` is a list, one a step, of lists of (tokens, log_probability, kept): tokens a tuple of strings
    from the first on. Kept candidates are blue, pruned ones grey; those that ended with `end` have a green
    frame, and the best of the last level a red one. Raises ValueError for no candidate.
    """
    nodes = {tokens: (log, kept) for level in levels for tokens, log, kept in level}
    if not nodes:
        raise ValueError("levels holds no candidate; give at least one level with one")
    best = max((c for c in levels[-1] if c[2]), key=lambda c: c[1], default=(None,))[0]
    rows = _rows(nodes)
    ax = axes_or_new(ax, height=max(1.6, 0.34 * (1 + max(rows.values())) + 0.7))
    root = np.mean([rows[tokens] for tokens in nodes if len(tokens) == 1])
    _box(ax, 0, root, "<s>", tint(colour(0), 0.3), GREY)
    for tokens, (log, kept) in nodes.items():
        x, y = _DEPTH * len(tokens), rows[tokens]
        parent = (_DEPTH * (len(tokens) - 1), rows.get(tokens[:-1], root))
        on_best = best is not None and tokens == best[: len(tokens)]
        line = {
            "color": colour(3) if on_best else (GREY if kept else PALE),
            "linewidth": 1.8 if on_best else 1.0,
        }
        ax.plot([parent[0], x], [parent[1], y], zorder=1, **line)
        edge = colour(3) if tokens == best else colour(2) if tokens[-1] == end else GREY
        shade = tint(colour(0), 0.3) if kept else "white"
        _box(ax, x, y, f"{tokens[-1]} {np.exp(log):.2f}", shade, edge, "black" if kept else GREY)
    depth = max(map(len, nodes))
    ax.set(xlim=(-0.55, _DEPTH * depth + 0.55), ylim=(max(rows.values()) + 0.6, -1.4))
    for step in range(1, depth + 1):
        ax.text(_DEPTH * step, -0.85, choose(zh=f"第 {step} 步", en=f"step {step}"), ha="center", color=GREY)
    ax.axis("off")
    return ax


def _rows(nodes):
    """The row of each candidate: leaves one below the other, a parent at the middle of its children."""
    rows, following = {}, 0

    def place(tokens):
        nonlocal following
        children = [other for other in nodes if other[:-1] == tokens]
        if not children:
            rows[tokens] = following
            following += 1
            return rows[tokens]
        rows[tokens] = float(np.mean([place(child) for child in children]))
        return rows[tokens]

    for tokens in nodes:
        if len(tokens) == 1:
            place(tokens)
    return rows


def _box(ax, x, y, words, shade, edge, letters="black"):
    frame = {"boxstyle": "round,pad=0.25", "facecolor": shade, "edgecolor": edge, "linewidth": 1.4}
    ax.text(
        x,
        y,
        drawable(words),
        ha="center",
        va="center",
        fontsize=9,
        color=letters,
        bbox=frame,
        parse_math=False,
    )
