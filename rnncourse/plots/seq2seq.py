"""Pictures of an encoder with a decoder: which token goes where, and accuracy against length."""

import numpy as np

from rnncourse.language import choose
from rnncourse.plots.axes import GREY, axes_or_new, colour, tint, whole_numbers
from rnncourse.plots.unrolled import _arrow, _box

_ROW = 1.25


def plot_encoder_decoder(source, answer, *, start="<s>", end="</s>", feedback=False, ax=None):
    """An encoder reads `source`, a decoder writes `answer`: lists of tokens, laid out in time.

    In training (teacher forcing) the decoder reads `start` and the right answer; with `feedback` it reads
    what it has just written. Raises ValueError for an empty source.
    """
    if not len(source):
        raise ValueError("source is empty; give at least one token")
    steps, written = len(source), [*answer, end]
    ax = axes_or_new(ax, height=2.9)
    for t, token in enumerate(source):
        _column(ax, t, token, colour(0), first=t == 0)
    for n, token in enumerate([start, *answer]):
        t = steps + n
        _column(ax, t, token, colour(1), first=False)
        _arrow(ax, (t, 0.31), (t, _ROW - 0.31))
        _box(ax, t, _ROW, written[n], tint(colour(4), 0.4))
        if feedback and n:
            ends = [(t - 1 + 0.31, _ROW), (t - 0.5, _ROW), (t - 0.5, -_ROW), (t - 0.31, -_ROW)]
            ax.plot(*np.transpose(ends), color=colour(3), linewidth=1.4)
    _name(ax, steps, len(written))
    return ax


def _column(ax, t, token, shade, *, first):
    _box(ax, t, -_ROW, token, tint(colour(2), 0.3))
    _arrow(ax, (t, -_ROW + 0.31), (t, -0.31))
    _box(ax, t, 0, "", tint(shade, 0.5))
    if not first:
        _arrow(ax, (t - 1 + 0.31, 0), (t - 0.31, 0))


def _name(ax, steps, written):
    words = choose(zh=("编码器", "解码器"), en=("encoder", "decoder"))
    middles = (steps - 1) / 2, steps + (written - 1) / 2
    for word, middle, shade in zip(words, middles, (colour(0), colour(1)), strict=True):
        ax.text(middle, -_ROW - 0.75, word, ha="center", va="center", color=GREY)
        ax.plot([middle - 0.3, middle + 0.3], [-_ROW - 0.5] * 2, color=shade, linewidth=3)
    rows = choose(zh=("输出", "状态", "输入"), en=("output", "state", "input"))
    for row, word in zip((_ROW, 0, -_ROW), rows, strict=True):
        ax.text(-0.6, row, word, ha="right", va="center")
    ax.set(xlim=(-1.9, steps + written - 0.5), ylim=(-_ROW - 1.05, _ROW + 0.5))
    ax.axis("off")


def plot_by_length(lengths, runs, *, ax=None):
    """Accuracy against the length of the sequence: a dot for each seed, a line through the means.

    `runs` maps a name to an array (seeds, lengths). Raises ValueError if the lengths do not fit.
    """
    ax = axes_or_new(ax, height=3.2)
    for index, (name, table) in enumerate(runs.items()):
        table = np.atleast_2d(table)
        if table.shape[1] != len(lengths):
            raise ValueError(f"{name!r} has {table.shape[1]} lengths, expected {len(lengths)}")
        ax.plot(lengths, table.mean(axis=0), color=colour(index), label=str(name), linewidth=1.8)
        ax.plot(np.tile(lengths, len(table)), table.ravel(), ".", color=colour(index), alpha=0.6)
    ax.set(ylim=(-0.03, 1.03), xlabel=choose(zh="输入长度", en="length of the input"))
    ax.set_ylabel(choose(zh="全对的比例", en="share without a mistake"))
    whole_numbers(ax.xaxis)
    if len(runs) > 1:
        ax.legend(title="H", loc="center left", bbox_to_anchor=(1, 0.5))
    return ax
