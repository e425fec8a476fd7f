"""Gates of an LSTM over the reader's own sentence, and one unit's memory under sliders."""

from typing import NamedTuple

import numpy as np
from ipywidgets import Dropdown, FloatSlider, IntSlider, Textarea

from rnncourse.cells import lstm, unroll
from rnncourse.cells.maths import sigmoid
from rnncourse.language import choose
from rnncourse.plots.axes import WIDTH
from rnncourse.plots.cells import QUANTITIES, name_of, plot_decay, plot_gates, plot_unit
from rnncourse.text import UNKNOWN, tokenize
from rnncourse.widgets.panel import FULL_NAMES, WIDE, View, new_figure, show

_SHOWN = 36  # characters of an example in the list
STEPS, FIRST, SECOND = 100, 5, 60  # of the script that `explore_decay` plays


class Classifier(NamedTuple):
    """An LSTM classifier as arrays: embedding (V, D), lstm.Params, output kernel (H, 1) and bias (1,)."""

    embedding: np.ndarray
    params: lstm.Params
    kernel: np.ndarray
    bias: np.ndarray


def explore_gates(classifier, vocabulary, *, label_names, examples, length=32):
    """A field for the reader's own sentence: what an LSTM's gates and states do at each token.

    Above, one quantity for all units; below, all quantities of one unit. `classifier` is a Classifier whose
    LSTM reads left to right, `vocabulary` its own, `label_names` its two classes, `examples` sentences to
    begin with. The first `length` tokens are read. Raises ValueError for no examples or other names than two.
    """
    view, controls = build_gates(
        classifier, vocabulary, label_names=label_names, examples=examples, length=length
    )
    show(view, controls)


def build_gates(classifier, vocabulary, *, label_names, examples, length=32):
    """The view and its controls (examples, field, quantity, unit), not yet displayed."""
    if not len(examples) or len(label_names) != 2:
        raise ValueError(f"expected examples and two names, got {len(examples)} and {len(label_names)}")
    names = {"style": FULL_NAMES, "layout": WIDE}
    options = [
        (text if len(text) <= _SHOWN else text[:_SHOWN] + "…", text) for text in dict.fromkeys(examples)
    ]
    chosen = Dropdown(options=options, description=choose(zh="示例", en="Example"), **names)
    words = choose(zh="你的句子", en="Your sentence")
    field = Textarea(value=examples[0], description=words, rows=2, **names)
    chosen.observe(lambda change: setattr(field, "value", change["new"]), "value")
    kinds = [(name_of(name).split(" $")[0], name) for name in QUANTITIES]
    quantity = Dropdown(options=kinds, value="c", description=choose(zh="上图画", en="Above"), **names)
    last = len(classifier.kernel) - 1
    unit = IntSlider(value=min(3, last), min=0, max=last, description=choose(zh="单元", en="Unit"), **names)

    def view():
        tokens = tokenize(field.value, vocabulary.unit)
        if not tokens:
            return View(None, choose(zh="请输入一句话。", en="Please type a sentence."))
        ids = vocabulary.encode(field.value, length)
        values = read(classifier, ids)
        figure = draw_gates(tokens[:length], values, quantity.value, unit.value)
        return View(figure, describe(probabilities(classifier, values["h"]), len(tokens), ids, label_names))

    return view, [chosen, field, quantity, unit]


def read(classifier, ids):
    """What the LSTM computes over the token ids (T,): a dict of QUANTITIES to arrays (T, H)."""
    run = unroll(lstm, classifier.embedding[ids][None], classifier.params)
    names = ("i", "f", "candidate", "o", "c")
    values = {name: np.concatenate([getattr(trace, name) for trace in run.traces]) for name in names}
    return values | {"h": run.outputs[0]}


def probabilities(classifier, hidden):
    """Probability of class 1 if the text ended at each token: hidden (T, H) -> (T,)."""
    return sigmoid(hidden @ classifier.kernel + classifier.bias)[:, 0]


def draw_gates(tokens, values, quantity, unit):
    """One quantity for all units above all quantities of one unit, on a new figure."""
    tokens = [token if len(token) <= 9 else token[:8] + "…" for token in tokens]
    words = 0.95 if max(map(len, tokens)) > 1 else 0.35  # inches
    height = 4.2 + words
    figure = new_figure(WIDTH, height)
    above = figure.add_axes((0.075, (1.95 + words) / height, 0.915, 1.95 / height))
    plot_gates(None, values[quantity], quantity=quantity, unit=unit, ax=above)
    under = figure.add_axes((0.075, words / height, 0.915, 1.45 / height))
    plot_unit(tokens, {name: values[name][:, unit] for name in QUANTITIES}, ax=under)
    under.set_title(choose(zh=f"单元 {unit}", en=f"unit {unit}"), loc="left")
    return figure


def describe(reading, total, ids, label_names):
    """One line: the probability after the last token; whether the text was cut; how much was unknown."""
    name, last = label_names[1], reading[-1]
    unknown = int(np.sum(ids == UNKNOWN))
    cut = choose(
        zh=f"文本有 {total:,} 个词元，只读取前 {len(ids)} 个。",
        en=f"The text has {total:,} tokens; only the first {len(ids)} are read. ",
    )
    line = cut if total > len(ids) else ""
    line += choose(
        zh=f"读完这 {len(ids)} 个词元，模型认为“{name}”的概率是 {last:.1%}。",
        en=f"After these {len(ids)} tokens the model gives “{name}” {last:.1%}.",
    )
    if unknown:
        line += choose(
            zh=f"其中 {unknown} 个不在词表里，模型把它们看成同一个。",
            en=f" Tokens outside the vocabulary: {unknown}; to the model they all look the same.",
        )
    return line


def explore_decay():
    """Sliders for the gates of one LSTM unit over a scripted input: what is written stays for how long?

    The candidate is +1 at step 5, −1 at step 60 and 0 elsewhere; the gates stay as the sliders say.
    """
    view, controls = build_decay()
    show(view, controls)


def build_decay():
    """The view and its sliders (bias of the forget gate, input gate, output gate), not yet displayed."""
    names = {"style": FULL_NAMES, "layout": WIDE}
    forget = FloatSlider(
        value=1,
        min=-2,
        max=7,
        step=0.1,
        description=choose(zh="遗忘门的偏置", en="Bias of the forget gate"),
        **names,
    )
    kinds = choose(zh=("输入门 i", "输出门 o"), en=("Input gate i", "Output gate o"))
    gates = [
        FloatSlider(value=1, min=0, max=1, step=0.05, description=description, **names)
        for description in kinds
    ]

    def view():
        f, (i, o) = sigmoid(forget.value), (gate.value for gate in gates)
        written = script()
        cell, hidden = play(f, i, o, written)
        figure = new_figure(WIDTH, 3)
        ax = figure.add_axes((0.08, 0.17, 0.9, 0.7))
        steps = np.arange(STEPS)
        kept = np.where(steps >= FIRST, i * f ** np.maximum(steps - FIRST, 0), np.nan)
        plot_decay(cell, hidden, written, kept=kept, ax=ax)
        return View(figure, describe_decay(f))

    return view, [forget, *gates]


def script():
    """The candidate at each of STEPS steps, (T,)."""
    written = np.zeros(STEPS)
    written[FIRST], written[SECOND] = 1, -1
    return written


def play(f, i, o, written):
    """One unit with gates that do not change over candidates (T,) -> cell and hidden state, (T,) each."""
    cell, c = np.zeros(len(written)), 0.0
    for t, candidate in enumerate(written):
        c = f * c + i * candidate
        cell[t] = c
    return cell, o * np.tanh(cell)


def describe_decay(f):
    """One line: the gate's value, after how many steps half is left, what is left after 100."""
    half = np.log(0.5) / np.log(f)
    return choose(
        zh=f"f = {f:.4f}：每过 {half:.1f} 步剩一半；100 步以后剩 {f**100:.2g}。",
        en=f"f = {f:.4f}: half is left after {half:.1f} steps, {f**100:.2g} after 100.",
    )
