"""All checks, one after the other."""

import warnings

import keras
import numpy as np

from rnncourse.diagnosis import _behaviour as behaviour
from rnncourse.diagnosis import _structure as structure
from rnncourse.diagnosis._finding import FAULT, NOTE, OK, Diagnosis, Finding
from rnncourse.diagnosis._loss import check_loss
from rnncourse.diagnosis._saving import check_saving
from rnncourse.language import choose

CHECKS = (
    "runs",
    "layers",
    "trainable",
    "attributes",
    "graph",
    "repetition",
    "neighbours",
    "outputs",
    "reach",
    "order",
    "causality",
    "padding",
    "gradient",
    "loss",
    "saving",
)
_MOST_ROWS = 8
_MOST_TEXT = 300  # characters of a message


def diagnose(model, inputs, *, ordered=True, causal=None):
    """Examine a Keras model. Returns a Diagnosis; printed, it is a line for each finding.

    `inputs`: a batch as the model reads it, at least two rows that differ, token ids (B, T), 0 is padding, or
    features (B, T, D). The first 8 rows are used. Say `ordered=False` where the model is to be blind to
    order (a bag of words), `causal=True` where no output may depend on later steps (a decoder, a stream).

    Nothing is trained, and no weight changes; the model is called some twenty times, and saved to a temporary
    folder once. Where it does not run, that is the only finding. Raises TypeError for another object, and
    ValueError for inputs that do not fit.
    """
    if not isinstance(model, keras.Model):
        raise TypeError(f"a keras.Model is expected, got {type(model).__name__}")
    inputs, found = _checked(inputs), {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Keras warns about some of what is found here
        for name in CHECKS:
            found[name] = _run(name, model, inputs, ordered, causal, found)
            if found["runs"].status == FAULT:
                break
    return Diagnosis(tuple(found.values()))


def _run(name, model, inputs, ordered, causal, found):
    """One Finding; a check that raises has found something, too."""
    for before, among in _SENSELESS.items():
        if name in among and found[before].status == FAULT:
            return Finding(name, NOTE, _not_judged(before))
    options = {"order": {"ordered": ordered}, "causality": {"causal": causal}}.get(name, {})
    try:
        return _FUNCTIONS[name](model, inputs, **options)
    except NotImplementedError as error:
        return Finding(name, NOTE, first_line(error))
    except Exception as error:
        return Finding(name, FAULT, first_line(error))


# Where the first is at fault, what the others compare says nothing.
_SENSELESS = {
    "repetition": ("neighbours", "reach", "order", "causality", "padding", "saving"),
    "outputs": ("reach", "order", "causality", "padding", "gradient"),
}


def _not_judged(before):
    return choose(
        zh=f"先解决“{question(before)}”，否则这一项无从判断",
        en=f"cannot be judged before '{question(before)}' is mended",
    )


def check_runs(model, inputs):
    """Does the model run, also on a batch of another size?"""
    try:
        for batch in (inputs, inputs[:-1]):
            behaviour.outputs_of(model, batch)
    except Exception as error:
        advice = choose(
            zh="先让 model(inputs) 跑通；错误信息的最后一段通常指出是哪一层",
            en="first make model(inputs) run; the end of the message usually names the layer",
        )
        return Finding("runs", FAULT, first_line(error), advice)
    return Finding("runs", OK, choose(zh="模型能跑", en="the model runs"))


def check_graph(model, inputs):
    """Can it be compiled into a graph, as fit and predict do?"""
    try:
        model.predict_on_batch(inputs)
    except Exception as error:
        advice = choose(
            zh="model(inputs) 能跑，fit 和 predict 却不能：call 里只用 keras.ops，不新建变量，"
            "不对张量做 if 和循环",
            en="model(inputs) runs, but fit and predict will not: in call use keras.ops only, make no "
            "variables, and neither branch nor loop on tensors",
        )
        return Finding("graph", FAULT, first_line(error), advice)
    return Finding("graph", OK, choose(zh="能编译成计算图", en="it compiles into a graph"))


_FUNCTIONS = {
    "runs": check_runs,
    "layers": structure.check_layers,
    "trainable": structure.check_trainable,
    "attributes": structure.check_attributes,
    "graph": check_graph,
    "repetition": behaviour.check_repetition,
    "neighbours": behaviour.check_neighbours,
    "outputs": behaviour.check_outputs,
    "reach": behaviour.check_reach,
    "order": behaviour.check_order,
    "causality": behaviour.check_causality,
    "padding": behaviour.check_padding,
    "gradient": structure.check_gradient,
    "loss": check_loss,
    "saving": check_saving,
}


def question(check):
    """What a check asks, in the reader's language, in a few words."""
    return choose(zh=_QUESTIONS[check][0], en=_QUESTIONS[check][1])


_QUESTIONS = {
    "runs": ("能跑", "runs"),
    "layers": ("层都用到", "layers used"),
    "trainable": ("trainable 没被改", "trainable left alone"),
    "attributes": ("不留张量", "keeps no tensor"),
    "graph": ("能编译成图", "compiles"),
    "repetition": ("两次结果相同", "repeats itself"),
    "neighbours": ("行与行无关", "rows independent"),
    "outputs": ("输出随输入变", "outputs vary"),
    "reach": ("读多于一步", "reads several steps"),
    "order": ("次序有影响", "order matters"),
    "causality": ("不看未来", "no look ahead"),
    "padding": ("填充无影响", "padding ignored"),
    "gradient": ("梯度都到", "gradient everywhere"),
    "loss": ("与损失相配", "suits the loss"),
    "saving": ("存取不变", "saves and loads"),
}


def first_line(error):
    """The exception in one line: its first paragraph, or the second where the first only says which layer."""
    paragraphs = [" ".join(part.split()) for part in str(error).split("\n\n") if part.strip()]
    if paragraphs and paragraphs[0].startswith("Exception encountered when calling") and len(paragraphs) > 1:
        paragraphs = paragraphs[1:]
    text = paragraphs[0].replace("\x1b[1m", "").replace("\x1b[0m", "") if paragraphs else ""
    text = text if len(text) <= _MOST_TEXT else text[:_MOST_TEXT] + "…"
    return f"{type(error).__name__}: {text}".rstrip(": ")


def _checked(inputs):
    inputs = np.asarray(inputs)
    if inputs.ndim not in (2, 3) or inputs.dtype.kind not in "iuf":
        raise ValueError(
            f"inputs must be token ids (B, T) or features (B, T, D), got shape {inputs.shape} of "
            f"{inputs.dtype}; several inputs are not supported"
        )
    if len(inputs) < 2 or (inputs == inputs[:1]).all():
        raise ValueError(f"inputs holds {len(inputs)} rows; give at least two that differ")
    if inputs.ndim == 2 and inputs.dtype.kind == "f":
        raise ValueError("inputs (B, T) must be token ids, whole numbers; features have the shape (B, T, D)")
    return inputs[:_MOST_ROWS]
