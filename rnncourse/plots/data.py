"""Pictures of texts before training: how long they are, and what a padded batch holds."""

import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.patches import Patch
from matplotlib.ticker import PercentFormatter

from rnncourse.language import choose
from rnncourse.plots.axes import GREY, PALE, axes_or_new, colour, drawable, tint
from rnncourse.text import PADDING, UNKNOWN

_MOST_CELLS = 200  # of a batch whose tokens are written out: each word takes about half a millisecond
_LETTERS_IN_A_ROW = 80  # of the written-out tokens; longer ones are cut
_SMALLEST_LETTERS = 6.5  # points


def plot_lengths(lengths, *, percentiles=(50, 95), ax=None):
    """Histogram of text lengths in tokens, as shares; lines at `percentiles` of all texts.

    `lengths` is an array (N,) or a mapping from a group's name to one. The axis ends at 1.5 times the 98th
    percentile; the longest text, which may lie far beyond, is named in the corner. Raises ValueError for no
    texts.
    """
    groups = lengths if isinstance(lengths, dict) else {None: lengths}
    every = np.concatenate([np.asarray(values).ravel() for values in groups.values()])
    if not len(every):
        raise ValueError("lengths is empty; at least one text is needed")
    ax = axes_or_new(ax)
    marks = [np.percentile(every, percent) for percent in percentiles]
    edge = max(1.0, min(every.max() + 1, 1.5 * np.percentile(every, 98)), *(1.05 * mark for mark in marks))
    width = max(1, int(edge // 50))  # whole tokens: bins that hold unequally many lengths show false spikes
    _draw_histograms(ax, groups, np.arange(0, edge + width, width))
    ax.margins(y=0.3)
    for row, (percent, mark) in enumerate(zip(percentiles, marks, strict=True)):
        _mark_percentile(ax, mark, percent, row, edge)
    longest = choose(zh=f"最长 {every.max():,}", en=f"longest: {every.max():,}")
    ax.text(
        0.99, 0.03, longest, transform=ax.transAxes, ha="right", va="bottom", color=GREY, fontsize="small"
    )
    ax.set(xlim=(0, edge), xlabel=choose(zh="长度（词元数）", en="length (tokens)"))
    ax.set_ylabel(choose(zh="文本占比", en="share of texts"))
    ax.yaxis.set_major_formatter(PercentFormatter(1))
    return ax


def _draw_histograms(ax, groups, bins):
    filled = {"histtype": "stepfilled", "alpha": 0.5}
    style = filled if len(groups) == 1 else {"histtype": "step", "linewidth": 1.6}
    for index, (name, values) in enumerate(groups.items()):
        weights = np.full(len(values), 1 / max(1, len(values)))
        ax.hist(values, bins, weights=weights, color=colour(index), label=name, **style)
    if None not in groups:
        ax.legend(loc="center right")


def _mark_percentile(ax, length, percent, row, edge):
    ax.axvline(length, color=GREY, linestyle="--", linewidth=1)
    words = choose(zh=f" {percent}% 不超过 {length:.0f} ", en=f" {percent}% up to {length:.0f} ")
    side = {"ha": "right" if length > 0.75 * edge else "left", "va": "top", "fontsize": "small"}
    ax.text(length, 0.98 - 0.1 * row, words, transform=ax.get_xaxis_transform(), **side)


def plot_batch(batch, *, vocabulary=None, ax=None):
    """A padded batch (B, T) as a picture: tokens, unknown tokens and grey padding, with the share of each.

    With a `vocabulary` and few enough cells, each cell shows its token; else each is a dot of an image.
    Raises ValueError for a batch without cells.
    """
    batch = np.asarray(batch)
    if batch.ndim != 2 or not batch.size:
        raise ValueError(f"batch must have shape (B, T), at least (1, 1), got {batch.shape}; use text.pad")
    kind = np.where(batch == PADDING, 0, np.where(batch == UNKNOWN, 2, 1))
    words = None if vocabulary is None else _cell_words(batch, vocabulary)
    ax = axes_or_new(ax, height=0.9 + 0.3 * len(batch) if words else 3.0)
    size = _letter_size(ax, words, batch.shape) if words else None
    palette = [PALE, tint(colour(0), 0.3 if size else 0.75), tint(colour(1), 0.5 if size else 0.9)]
    ax.imshow(kind, cmap=ListedColormap(palette), vmin=0, vmax=2, aspect="auto", interpolation="nearest")
    ax.grid(False)
    if size:
        _write_cells(ax, words, batch.shape, size)
    ax.set_xlabel(choose(zh="时间步", en="time step"))
    ax.set_ylabel(choose(zh="序列", en="sequence"), labelpad=7)
    _name_kinds(ax, kind, palette)
    return ax


def _name_kinds(ax, kind, palette):
    names = choose(zh=("填充", "词元", "未知词元"), en=("padding", "token", "unknown token"))
    shares = [np.mean(kind == index) for index in range(3)]
    shown = [index for index in (1, 2, 0) if shares[index] or index != 2]
    words = ["< 0.1%" if 0 < share < 0.001 else f"{share:.1%}" for share in shares]
    handles = [Patch(facecolor=palette[i], label=f"{names[i]} {words[i]}") for i in shown]
    ax.legend(handles=handles, loc="lower left", bbox_to_anchor=(0, 1), ncols=3, borderaxespad=0.2)


def _cell_words(batch, vocabulary):
    """What each cell shows: (B * T) strings, "" for padding; None if there are too many cells for words."""
    if batch.size > _MOST_CELLS:
        return None
    unknown = choose(zh="未知", en="unk")
    words = (drawable(word) for word in vocabulary.decode(batch.ravel()))
    longest = max(4, _LETTERS_IN_A_ROW // batch.shape[1])
    short = (word if len(word) <= longest else word[: longest - 1] + "…" for word in words)
    special = {PADDING: "", UNKNOWN: unknown}
    return [special.get(int(i), word) for i, word in zip(batch.ravel(), short, strict=True)]


def _letter_size(ax, words, shape):
    """Points at which the widest token fits its cell; None if nobody could read that."""
    rows, steps = shape
    ems = max(sum(1.0 if ord(c) > 0x2E7F else 0.6 for c in word) for word in words)
    box = ax.get_position()
    width, height = ax.figure.get_size_inches() * (min(box.width, 0.9), min(box.height, 0.75))
    size = min(11, 72 * 0.9 * width / steps / max(ems, 1), 72 * 0.7 * height / rows)
    return size if size >= _SMALLEST_LETTERS else None


def _write_cells(ax, words, shape, size):
    rows, steps = shape
    for index, word in enumerate(words):
        row, step = divmod(index, steps)
        if word:
            ax.text(step, row, word, ha="center", va="center", fontsize=size, parse_math=False)
    ax.set_xticks(np.arange(steps + 1) - 0.5, minor=True)
    ax.set_yticks(np.arange(rows + 1) - 0.5, minor=True)
    ax.grid(True, which="minor", color="white", linewidth=1.5)
    ax.tick_params(which="minor", length=0)
    ax.set_yticks(range(rows))
