"""The reader's own sentences, classified while they type."""

from functools import partial

import numpy as np
from ipywidgets import Dropdown, Textarea

from rnncourse.explain import occlusion
from rnncourse.language import choose
from rnncourse.plots import plot_contributions, plot_probability
from rnncourse.plots.axes import WIDTH
from rnncourse.plots.tokens import contributions_height
from rnncourse.text import UNKNOWN, tokenize
from rnncourse.widgets.panel import FULL_NAMES, WIDE, View, new_figure, show

_BAR = 0.75  # inches, the height of the probability bar
_SHOWN = 36  # characters of an example in the list


def classify_sentences(model_or_predict, vocabulary, *, label_names, examples, length=200):
    """A field for the reader's own sentence: the probability of each class, and what each token contributes.

    `model_or_predict` is a classifier of the course (two classes) or a function from a list of id arrays to
    probabilities of class 1, (N,). `vocabulary` is the model's own, `label_names` its two classes, `examples`
    sentences to begin with. Only the first `length` tokens are read, which is said. Raises ValueError for no
    examples or another number of names.
    """
    view, controls = build_sentences(
        model_or_predict, vocabulary, label_names=label_names, examples=examples, length=length
    )
    show(view, controls)


def build_sentences(model_or_predict, vocabulary, *, label_names, examples, length=200):
    """The view and its controls (the list of examples, the field), not yet displayed."""
    if not len(examples) or len(label_names) != 2:
        raise ValueError(f"expected examples and two names, got {len(examples)} and {len(label_names)}")
    predict = _predict_function(model_or_predict)
    names = {"style": FULL_NAMES, "layout": WIDE}
    options = [
        (text if len(text) <= _SHOWN else text[:_SHOWN] + "…", text) for text in dict.fromkeys(examples)
    ]
    chosen = Dropdown(options=options, description=choose(zh="示例", en="Example"), **names)
    field = Textarea(
        value=examples[0], description=choose(zh="你的句子", en="Your sentence"), rows=3, **names
    )
    chosen.observe(lambda change: setattr(field, "value", change["new"]), "value")

    def view():
        return view_sentence(predict, vocabulary, field.value, label_names=label_names, length=length)

    return view, [chosen, field]


def _predict_function(model_or_predict):
    if not hasattr(model_or_predict, "predict_on_batch"):  # what a keras.Model has and a function has not
        return model_or_predict
    from rnncourse.training import predict

    return partial(predict, model_or_predict)


def view_sentence(predict, vocabulary, text, *, label_names, length):
    """The View of one text: nothing to draw if it has no token, else its probability and contributions."""
    tokens = tokenize(text, vocabulary.unit)
    if not tokens:
        return View(None, choose(zh="请输入一句话。", en="Please type a sentence."))
    ids = vocabulary.encode(text, length)
    probability = float(np.asarray(predict([ids]))[0])
    figure = draw_sentence(
        tokens[:length], occlusion(predict, ids), probability, vocabulary.unit, label_names
    )
    return View(figure, describe_sentence(len(tokens), length, int(np.sum(ids == UNKNOWN)), len(ids)))


def draw_sentence(tokens, contributions, probability, unit, label_names):
    """The probability bar above the coloured sentence, on a new figure."""
    height = _BAR + contributions_height(tokens, unit=unit, width=0.98 * WIDTH)
    figure = new_figure(WIDTH, height)
    bar = figure.add_axes((0.01, 1 - _BAR / height, 0.98, _BAR / height))
    plot_probability(probability, label_names=label_names, ax=bar)
    below = figure.add_axes((0.01, 0, 0.98, 1 - _BAR / height))
    plot_contributions(tokens, contributions, unit=unit, label_names=label_names, ax=below)
    return figure


def describe_sentence(total, length, unknown, read):
    """What the reader should know of the text: it was cut, some or all of its tokens are unknown."""
    lines = []
    if total > length:
        lines.append(
            choose(
                zh=f"文本有 {total:,} 个词元，只读取前 {length} 个。",
                en=f"The text has {total:,} tokens; only the first {length} are read.",
            )
        )
    if unknown == read:
        lines.append(
            choose(
                zh="没有一个词元在词表里：模型看不出这句话说了什么，这个概率没有意义。",
                en="No token is in the vocabulary: the model cannot read this, so ignore the probability.",
            )
        )
    elif unknown:
        lines.append(
            choose(
                zh=f"有 {unknown} 个词元不在词表里，模型把它们都看成“未知词元”。",
                en=f"Tokens outside the vocabulary: {unknown}; to the model they all look the same.",
            )
        )
    return " ".join(lines)
