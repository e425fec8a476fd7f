"""Pictures of how written sentences are scored, and of precision against recall."""

import numpy as np
from matplotlib.patches import Patch, Rectangle

from rnncourse.language import choose
from rnncourse.plots.axes import GREY, axes_or_new, colour, drawable, tint

KINDS = ("hit", "substitution", "deletion", "insertion")


def kind_names():
    """The four kinds of edit in the reader's language."""
    words = choose(
        zh=("相同", "替换", "删除（漏）", "插入（多）"),
        en=("the same", "substitution", "deletion", "insertion"),
    )
    return dict(zip(KINDS, words, strict=True))


def kind_colour(kind):
    """The fill of a cell of that kind."""
    return (
        "white"
        if kind == "hit"
        else tint(colour({"substitution": 1, "deletion": 3, "insertion": 2}[kind]), 0.5)
    )


def plot_edit_table(table, reference, hypothesis, edits, *, ax=None):
    """The table of edit distances (M + 1, N + 1), reference downwards; the way of `edits` is outlined.

    A cell of the way has the colour of the step that leads to it. `edits`: from `metrics.align`. Raises
    ValueError where table and tokens do not fit.
    """
    table = np.asarray(table)
    rows, columns = len(reference) + 1, len(hypothesis) + 1
    if table.shape != (rows, columns):
        raise ValueError(f"table must have shape {(rows, columns)} for these tokens, got {table.shape}")
    ax = axes_or_new(ax, width=1.6 + 0.62 * columns, height=0.9 + 0.42 * rows)
    for (m, n), distance in np.ndenumerate(table):
        ax.text(n, m, str(distance), ha="center", va="center", color=GREY)
    for m, n, kind in _way(edits):
        fill = tint(colour(0), 0.35) if kind == "hit" else kind_colour(kind)
        ax.add_patch(Rectangle((n - 0.5, m - 0.5), 1, 1, facecolor=fill, edgecolor="black", linewidth=1.2))
        ax.text(n, m, str(table[m, n]), ha="center", va="center")
    empty = choose(zh="（空）", en="(none)")
    ax.set_xticks(range(columns), [empty, *map(drawable, hypothesis)], parse_math=False)
    ax.set_yticks(range(rows), [empty, *map(drawable, reference)], parse_math=False)
    ax.xaxis.tick_top()
    ax.set(xlim=(-0.5, columns - 0.5), ylim=(rows - 0.5, -0.5), ylabel=choose(zh="参考", en="reference"))
    ax.set_xlabel(choose(zh="输出", en="hypothesis"))
    ax.xaxis.set_label_position("top")
    ax.grid(False)
    ax.tick_params(length=0)
    return ax


def _way(edits):
    """The cells (m, n) that the edits pass, each with the kind of the step into it; it begins at (0, 0)."""
    m = n = 0
    yield m, n, "hit"
    for kind, in_reference, in_hypothesis in edits:
        m, n = m + (in_reference is not None), n + (in_hypothesis is not None)
        yield m, n, kind


def plot_alignment(reference, hypothesis, edits, *, ax=None):
    """Reference above hypothesis, token under token; what was edited is coloured.

    `edits`: from `metrics.align`. Raises ValueError for none.
    """
    if not edits:
        raise ValueError("edits is empty; align two sentences that are not both empty")
    ax = axes_or_new(ax, height=1.5)
    lines = (1, reference, 1), (0, hypothesis, 2)
    for y, tokens, side in lines:
        for x, edit in enumerate(edits):
            place = edit[side]
            words = "" if place is None else drawable(tokens[place])
            _cell(ax, x, y, 1, words, kind_colour(edit[0]), dashed=place is None)
        name = choose(zh=("输出", "参考"), en=("hypothesis", "reference"))[y]
        ax.text(-0.6, y, name, ha="right", va="center")
    _legend(ax, [kind for kind in KINDS[1:] if kind in {edit[0] for edit in edits}])
    ax.set(xlim=(-2.3 - 0.04 * len(edits), max(len(edits), 8) - 0.4), ylim=(-0.6, 1.6))
    ax.axis("off")
    return ax


def _legend(ax, kinds):
    names = kind_names()
    patches = [Patch(facecolor=kind_colour(k), edgecolor=GREY, label=names[k]) for k in kinds]
    if patches:
        style = {"ncols": 3, "frameon": False, "fontsize": "small", "borderaxespad": 0}
        ax.legend(handles=patches, loc="lower left", bbox_to_anchor=(0, 1), **style)


def plot_ngrams(hypothesis, matched, *, ax=None):
    """The hypothesis, and below it all its n-grams, a line an order: coloured where BLEU counts them.

    `matched`: for the orders 1, 2 ... an array of booleans (N - order + 1,), from `metrics.matched_ngrams`.
    On the right stands how many of them count. Raises ValueError where an array has another length.
    """
    size = len(hypothesis)
    ax = axes_or_new(ax, height=0.5 + 0.5 * (len(matched) + 1))
    for x, token in enumerate(hypothesis):
        ax.text(x, 0, drawable(token), ha="center", va="center", parse_math=False, size=_size_for(size))
    for order, found in enumerate(matched, start=1):
        if len(found) != max(0, size - order + 1):
            raise ValueError(f"order {order}: expected {max(0, size - order + 1)} booleans, got {len(found)}")
        _line_of_ngrams(ax, order, found)
        ax.text(max(size, 8) - 0.2, -order, f"{np.sum(found)}/{len(found)}", ha="left", va="center")
        ax.text(-0.7, -order, choose(zh=f"{order} 元组", en=f"{order}-grams"), ha="right", va="center")
    ax.set(xlim=(-2.3 - 0.04 * size, max(size, 8) + 0.9), ylim=(-len(matched) - 0.6, 0.6))
    ax.axis("off")
    return ax


def _line_of_ngrams(ax, order, found):
    """One bar an n-gram; neighbours overlap in their tokens, so they stand on `order` levels."""
    height = 0.8 / order
    for place, counts in enumerate(found):
        low = -order - 0.4 + height * (order - 1 - place % order)
        style = {
            "facecolor": tint(colour(0), 0.6) if counts else "white",
            "edgecolor": GREY,
            "linewidth": 0.7,
        }
        ax.add_patch(Rectangle((place - 0.42, low), order - 0.16, 0.85 * height, **style))


def _cell(ax, x, y, width, words, fill, *, dashed):
    style = {"linestyle": ":" if dashed else "-", "linewidth": 0.8, "edgecolor": GREY}
    ax.add_patch(Rectangle((x - 0.47, y - 0.42), width - 0.06, 0.84, facecolor=fill, **style))
    ax.text(x, y, words, ha="center", va="center", parse_math=False, size=7 if len(words) > 6 else 9)


def _size_for(tokens):
    return 9 if tokens <= 16 else 7


def plot_precision_recall(curves, *, share=None, marks=None, ax=None):
    """Precision against recall of class 1 over all thresholds, a line a model.

    `curves` maps names to metrics.ThresholdCurves. `share` of class 1: a dotted line, what guessing gets.
    `marks` maps a name to the thresholds to mark. Undefined (nan) places stay blank.
    """
    ax = axes_or_new(ax, width=4.8, height=3.4)
    for index, (name, found) in enumerate(curves.items()):
        style = {"color": colour(index), "linestyle": ("-", "--", "-.", ":")[index % 4]}
        ax.plot(found.recall, found.precision, label=name, **style)
        for threshold in (marks or {}).get(name, ()):
            place = np.abs(found.thresholds - threshold).argmin()
            point = found.recall[place], found.precision[place]
            ax.plot(*point, "o", color=colour(index))
            shift = {"xytext": (6, 3), "textcoords": "offset points", "fontsize": "small"}
            ax.annotate(f"{threshold:g}", point, color=colour(index), **shift)
    if share is not None:
        ax.axhline(share, color=GREY, linestyle=":", label=choose(zh="瞎猜", en="guessing"))
    ax.set(xlim=(0, 1.02), ylim=(0, 1.02), xlabel=choose(zh="召回率", en="recall"))
    ax.set_ylabel(choose(zh="精确率", en="precision"))
    ax.legend(loc="upper right")
    return ax
