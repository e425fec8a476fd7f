"""Do the outputs suit the loss that the model was compiled with?"""

import keras
import numpy as np

from rnncourse.diagnosis._behaviour import outputs_of
from rnncourse.diagnosis._finding import FAULT, NOTE, OK, Finding
from rnncourse.language import choose

_BINARY = ("binary_crossentropy", "binary_focal_crossentropy")
_SEVERAL = ("categorical_crossentropy", "sparse_categorical_crossentropy", "categorical_focal_crossentropy")
_SMALL = 1e-3


def check_loss(model, inputs):
    """Are the outputs what the compiled loss expects: probabilities, or scores (logits)?"""
    name, from_logits = loss_of(model)
    if name not in (*_BINARY, *_SEVERAL):
        found = choose(
            zh="没有编译，或损失不是交叉熵：没有查损失",
            en="not compiled, or with a loss other than cross-entropy: not checked",
        )
        return Finding("loss", NOTE, found)
    outputs = outputs_of(model, inputs)
    inside = bool((outputs >= 0).all() and (outputs <= 1).all())
    whole = inside and np.allclose(outputs.sum(axis=-1), 1, atol=_SMALL)
    one = outputs.shape[-1] == 1
    if name in _SEVERAL and one:
        return _one_unit(name)
    probabilities = whole if name in _SEVERAL else inside
    if probabilities and from_logits:
        return _squashed_twice(name)
    if not probabilities and not from_logits:
        return _not_probabilities(name)
    found = choose(zh=f"输出与损失 {name} 相配", en=f"the outputs suit the loss {name}")
    return Finding("loss", OK, found)


def loss_of(model):
    """The name of the compiled loss, and whether it expects logits; (None, False) where there is none."""
    loss = getattr(model, "loss", None) if getattr(model, "compiled", False) else None
    if isinstance(loss, str):
        loss = keras.losses.get(loss)
    if loss is None:
        return None, False
    if isinstance(loss, keras.losses.Loss):
        config = getattr(loss, "_fn_kwargs", {})
        fn = getattr(loss, "fn", None)
        return getattr(fn, "__name__", loss.name), bool(config.get("from_logits", False))
    return getattr(loss, "__name__", None), False


def _one_unit(name):
    found = choose(zh=f"只有一个单元，损失却是 {name}", en=f"one unit only, and the loss is {name}")
    advice = choose(
        zh="两类：一个单元配 sigmoid 和 binary_crossentropy；K 类：K 个单元配 softmax",
        en="two classes: one unit, sigmoid, binary_crossentropy; K classes: K units with softmax",
    )
    return Finding("loss", FAULT, found, advice)


def _squashed_twice(name):
    found = choose(
        zh=f"输出像是概率，{name} 却要分数（from_logits=True）：激活函数会做两次",
        en=f"the outputs look like probabilities, but {name} expects scores (from_logits=True): "
        "the activation is applied twice",
    )
    advice = choose(
        zh="去掉最后一层的激活函数，或去掉 from_logits=True",
        en="take the activation off the last layer, or from_logits=True off the loss",
    )
    return Finding("loss", FAULT, found, advice)


def _not_probabilities(name):
    found = choose(
        zh=f"{name} 要概率，输出却不是", en=f"{name} expects probabilities, and the outputs are none"
    )
    advice = choose(
        zh="给最后一层加上激活函数，或给损失加上 from_logits=True",
        en="give the last layer its activation, or the loss from_logits=True",
    )
    return Finding("loss", FAULT, found, advice)
