"""An encoder under controls: replace one token, or add padding, and see which states move, and how far."""

from typing import NamedTuple

import numpy as np
from ipywidgets import Checkbox, Dropdown, IntSlider, Text, ToggleButtons

from rnncourse.cells import unroll
from rnncourse.language import choose
from rnncourse.plots import plot_movement
from rnncourse.plots.axes import WIDTH
from rnncourse.text import PADDING, UNKNOWN, tokenize
from rnncourse.widgets.panel import FULL_NAMES, NARROW, WIDE, View, new_figure, show

_SHOWN = 36  # characters of an example in the list
_MOST_PADDING = 8


class Encoder(NamedTuple):
    """A bidirectional encoder as arrays: embedding (V, D), a module of `cells`, two of its Params."""

    embedding: np.ndarray
    cell: object
    forward: tuple
    backward: tuple


class EncoderControls(NamedTuple):
    """The controls of `explore_encoder`."""

    example: Dropdown
    field: Text
    cell: ToggleButtons
    pooling: ToggleButtons
    position: IntSlider  # 1 .. T; 0 replaces nothing
    padding: IntSlider
    mask: Checkbox


def explore_encoder(encoders, vocabulary, *, examples, length=16, position=1):
    """Controls for cell, pooling, the token replaced, padding and mask: which states move, and how far.

    `encoders` maps a cell's name to an Encoder, `vocabulary` is theirs, `examples` are sentences to begin
    with, `position` the token replaced at first; the first `length` tokens are read. Raises ValueError for no
    encoders or no examples.
    """
    view, controls = build_encoder_view(
        encoders, vocabulary, examples=examples, length=length, position=position
    )
    show(view, controls)


def build_encoder_view(encoders, vocabulary, *, examples, length=16, position=1):
    """The view and its controls, not yet displayed."""
    if not encoders or not len(examples):
        raise ValueError(f"expected encoders and examples, got {len(encoders)} and {len(examples)}")
    controls = _controls(encoders, examples, length, position)
    controls.example.observe(lambda change: setattr(controls.field, "value", change["new"]), "value")

    def view():
        tokens = tokenize(controls.field.value, vocabulary.unit)[:length]
        if not tokens:
            return View(None, choose(zh="请输入一句话。", en="Please type a sentence."))
        controls.position.max = len(tokens)
        ids = vocabulary.encode(controls.field.value, length)
        padding, place = controls.padding.value, controls.position.value
        found = movements(
            encoders[controls.cell.value],
            ids,
            position=place,
            padding=padding,
            masked=controls.mask.value,
            pooling=controls.pooling.value,
        )
        figure = draw_movements([*tokens, *[""] * padding], found, place)
        return View(figure, describe_movements(tokens, found, place, padding))

    return view, controls


def _controls(encoders, examples, length, start):
    names = {"style": FULL_NAMES, "layout": WIDE}
    options = [(one if len(one) <= _SHOWN else one[:_SHOWN] + "…", one) for one in dict.fromkeys(examples)]
    poolings = choose(
        zh=[("末态", "last"), ("最大", "max"), ("平均", "mean")],
        en=[("end states", "last"), ("maximum", "max"), ("mean", "mean")],
    )
    position = choose(zh="换掉第几个词元（0：不换）", en="Replace token number (0: none)")
    mask = choose(zh="用掩码", en="Use the mask")
    small = {"style": FULL_NAMES, "layout": NARROW}
    padding = choose(zh="后面补几个 0", en="Zeros behind")
    return EncoderControls(
        example=Dropdown(options=options, description=choose(zh="示例", en="Example"), **names),
        field=Text(value=examples[0], description=choose(zh="你的句子", en="Your sentence"), **names),
        cell=ToggleButtons(
            options=list(encoders), description=choose(zh="循环单元", en="Cell"), style=FULL_NAMES
        ),
        pooling=ToggleButtons(
            options=poolings, description=choose(zh="汇聚", en="Pooling"), style=FULL_NAMES
        ),
        position=IntSlider(value=start, min=0, max=max(start, length), description=position, **small),
        padding=IntSlider(value=0, min=0, max=_MOST_PADDING, description=padding, **small),
        mask=Checkbox(value=True, description=mask, indent=False, layout=NARROW),
    )


class Movements(NamedTuple):
    """Relative movements: of the states of each direction, (T,) each; of the pooled vector, by each cause."""

    forward: np.ndarray
    backward: np.ndarray
    pooled: float  # by the token replaced
    by_padding: float  # by the padding alone


def movements(encoder, ids, *, position, padding, masked, pooling):
    """What replacing token `position` (from 1; 0: none) of ids (T,) moves, with `padding` zeros behind.

    The token becomes the unknown one. Without the mask the loop reads the zeros, backward first of all, and
    the pooling takes their states for those of tokens. Returns Movements with T + padding steps.
    """
    padded = np.concatenate([ids, np.full(padding, PADDING, ids.dtype)])
    changed = padded.copy()
    if position:
        here = position - 1
        changed[here] = UNKNOWN if padded[here] != UNKNOWN else UNKNOWN + 1
    both = np.stack([padded, changed])
    mask = both != PADDING if masked else np.ones(both.shape, bool)
    states = read(encoder, both, mask)
    clean = read(encoder, ids[None], np.ones((1, len(ids)), bool))
    pooled, original = pool(states, mask, pooling), pool(clean, np.ones((1, len(ids)), bool), pooling)
    forward, backward = (_relative(half[1], half[0]) for half in states)
    if masked:
        forward[len(ids) :] = backward[len(ids) :] = np.nan
    return Movements(
        forward, backward, float(_relative(pooled[1], pooled[0])), float(_relative(pooled[0], original[0]))
    )


def read(encoder, ids, mask):
    """The states of both directions over ids (B, T): two arrays (B, T, H)."""
    x = encoder.embedding[ids]
    forward = unroll(encoder.cell, x, encoder.forward, mask=mask).outputs
    backward = unroll(encoder.cell, x[:, ::-1], encoder.backward, mask=mask[:, ::-1]).outputs
    return forward, backward[:, ::-1]


def pool(states, mask, pooling):
    """One vector (B, 2H) of the states of both directions at steps where the mask (B, T) is True."""
    rows = np.arange(len(mask))
    last = mask.shape[1] - 1 - np.argmax(mask[:, ::-1], axis=1)
    if pooling == "last":
        return np.concatenate([states[0][rows, last], states[1][rows, 0]], axis=-1)
    real = mask[:, :, None]
    if pooling == "max":
        return np.concatenate([np.where(real, half, -np.inf).max(axis=1) for half in states], axis=-1)
    return np.concatenate([(half * real).sum(axis=1) / real.sum(axis=1) for half in states], axis=-1)


def _relative(after, before):
    size = np.maximum(np.linalg.norm(before, axis=-1), 1e-12)
    return np.linalg.norm(after - before, axis=-1) / size


def draw_movements(tokens, found, position):
    """Both directions' movements over the tokens, on a new figure."""
    words = 0.95 if max(map(len, tokens)) > 2 else 0.35  # inches
    height = 1.25 + words
    figure = new_figure(WIDTH, height)
    ax = figure.add_axes((0.13, words / height, 0.86, 1.1 / height))
    names = choose(zh=("正向", "反向"), en=("forward", "backward"))
    rows = dict(zip(names, (found.forward, found.backward), strict=True))
    plot_movement(tokens, rows, replaced=position - 1 if position else None, ax=ax)
    return figure


def describe_movements(tokens, found, position, padding):
    """One or two sentences: which states move, how far the vector moves, and what the padding alone does."""
    count = [int(np.sum(half > 1e-6)) for half in (found.forward, found.backward)]
    lines = []
    if position:
        token = tokens[position - 1]
        lines.append(
            choose(
                zh=f"换掉第 {position} 个词元“{token}”：正向有 {count[0]} 个状态移动，反向有 {count[1]} 个；"
                f"汇聚出的向量移动了 {found.pooled:.1%}。",
                en=f"Token {position}, “{token}”, replaced: {count[0]} forward and {count[1]} backward "
                f"states move; the pooled vector moves by {found.pooled:.1%}.",
            )
        )
    if padding:
        lines.append(
            choose(
                zh=f"只是补上 {padding} 个 0，汇聚出的向量就移动了 {found.by_padding:.1%}。",
                en=f"The {padding} zeros behind alone move the pooled vector by {found.by_padding:.1%}.",
            )
        )
    return " ".join(lines) or choose(zh="什么都没有换。", en="Nothing is replaced.")
