"""Padding and bucketing under sliders."""

from typing import NamedTuple

import numpy as np
from ipywidgets import Checkbox, IntSlider, ToggleButtons

from rnncourse.language import choose
from rnncourse.plots import plot_batch
from rnncourse.plots.axes import WIDTH
from rnncourse.text import bucket_batches, pad
from rnncourse.widgets.panel import FULL_NAMES, NARROW, View, new_figure, show

_MOST_ROWS = 64


class PaddingControls(NamedTuple):
    """The controls of `explore_padding`."""

    length: IntSlider  # most tokens of a sequence
    side: ToggleButtons  # "post" | "pre"
    fixed: Checkbox  # pad every batch to `length`, not to its own longest sequence
    bucketed: Checkbox
    batch_size: IntSlider
    batch: IntSlider  # which batch is drawn


def explore_padding(texts, vocabulary):
    """Controls for length, side, batch size and bucketing: a padded batch, and the share of padding.

    `texts` are at least two strings, `vocabulary` a text.Vocabulary. Raises ValueError for fewer.
    """
    view, controls = build_padding(texts, vocabulary)
    show(view, controls)


def build_padding(texts, vocabulary):
    """The view and its controls, not yet displayed."""
    if len(texts) < 2:
        raise ValueError(f"texts has {len(texts)} entries; padding is about several, give two or more")
    sequences = vocabulary.encode_all(texts)
    lengths = np.array([len(sequence) for sequence in sequences])
    controls = _controls(lengths)

    def view():
        size, length = controls.batch_size.value, controls.length.value
        cut = np.minimum(lengths, length)
        batches = cut_batches(cut, size, bucketed=controls.bucketed.value)
        controls.batch.max = len(batches)
        rows = batches[controls.batch.value - 1]
        width = length if controls.fixed.value else None
        padded = pad([sequences[row][:length] for row in rows], length=width, side=controls.side.value)
        share, lost = padding_share(cut, batches, width), 1 - cut.sum() / max(1, lengths.sum())
        return View(draw_padding(padded, vocabulary), describe_padding(share, lost))

    return view, controls


def _controls(lengths):
    usual, long = (max(1, int(np.percentile(lengths, percent))) for percent in (95, 99))
    most = min(_MOST_ROWS, len(lengths))
    sides = choose(zh=[("后填充", "post"), ("前填充", "pre")], en=[("post", "post"), ("pre", "pre")])
    fixed = choose(
        zh="每批都补到这个长度（否则补到批内最长）", en="Pad every batch to that length, not to its longest"
    )
    bucketed = choose(zh="分桶：长度相近的放在一批", en="Bucketing: similar lengths share a batch")
    return PaddingControls(
        length=_slider(usual, long, choose(zh="最多保留的词元数", en="Keep at most (tokens)")),
        side=ToggleButtons(options=sides, description=choose(zh="填充位置", en="Padding"), style=FULL_NAMES),
        fixed=Checkbox(value=False, description=fixed, indent=False, layout=NARROW),
        bucketed=Checkbox(value=False, description=bucketed, indent=False, layout=NARROW),
        batch_size=_slider(min(16, most), most, choose(zh="每批条数", en="Batch size")),
        batch=_slider(1, 2, choose(zh="看第几批", en="Show batch")),
    )


def _slider(value, top, name):
    top = max(top, 2)
    return IntSlider(value=value, min=1, max=top, description=name, style=FULL_NAMES, layout=NARROW)


def cut_batches(lengths, size, *, bucketed):
    """Batches of `size` sequences as index arrays: by length if `bucketed`, else in the order given."""
    if bucketed:
        return bucket_batches(lengths, smallest=size, largest=size)
    return [np.arange(start, min(start + size, len(lengths))) for start in range(0, len(lengths), size)]


def padding_share(lengths, batches, width=None):
    """Share of padding in all cells of `batches`, each as wide as its longest sequence or `width`."""
    cells = sum(len(rows) * (width or max(1, lengths[rows].max())) for rows in batches)
    return 1 - lengths.sum() / cells


def draw_padding(padded, vocabulary):
    """The padded batch (B, T) on a new figure."""
    figure = new_figure(WIDTH, 3.6)
    ax = figure.add_axes((0.09, 0.15, 0.89, 0.74))
    plot_batch(padded, vocabulary=vocabulary, ax=ax)
    return figure


def describe_padding(share, lost):
    """One line: what padding costs over all batches, and what cutting loses."""
    return choose(
        zh=f"所有批合计：填充占 {share:.1%}；截断丢掉了 {lost:.1%} 的词元。",
        en=f"All batches together: {share:.1%} padding; cutting loses {lost:.1%} of the tokens.",
    )
