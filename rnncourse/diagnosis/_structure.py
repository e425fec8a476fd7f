"""Checks that look at the model itself while it runs: layers, attributes, gradients."""

import contextlib
from typing import NamedTuple

import keras
import numpy as np

from rnncourse.diagnosis._behaviour import outputs_of
from rnncourse.diagnosis._finding import FAULT, OK, Finding
from rnncourse.language import choose


class Called(NamedTuple):
    """A layer as it was when it was called."""

    layer: keras.layers.Layer
    trainable: bool


@contextlib.contextmanager
def watched_calls():
    """A list that takes a Called for every layer that is called inside the `with` block."""
    calls, original = [], keras.layers.Layer.__call__

    def watched(self, *args, **kwargs):
        calls.append(Called(self, self.trainable))
        return original(self, *args, **kwargs)

    keras.layers.Layer.__call__ = watched
    try:
        yield calls
    finally:
        keras.layers.Layer.__call__ = original


def layers_of(model):
    """The layers that a model or a layer of one's own holds, and those inside them; not what Keras's hold."""
    for layer in getattr(model, "layers", None) or getattr(model, "_layers", []):
        yield layer
        if isinstance(layer, keras.Model) or not _is_keras_own(layer):
            yield from layers_of(layer)


def _is_keras_own(layer):
    return type(layer).__module__.startswith("keras.")


def _listed(names):
    return choose(zh="、", en=", ").join(list(dict.fromkeys(names))[:5])


def check_layers(model, inputs):
    """Is every layer that was created used, and every one that is used known to the model?"""
    with watched_calls() as calls:
        outputs_of(model, inputs)
    called = {id(call.layer) for call in calls}
    known = {id(weight) for weight in model.variables}
    unknown = [c.layer.name for c in calls if any(id(w) not in known for w in c.layer.variables)]
    if unknown:
        found = choose(
            zh=f"用到的层不在模型的权重里：{_listed(unknown)}",
            en=f"layers are used whose weights the model does not have: {_listed(unknown)}",
        )
        advice = choose(
            zh="在 __init__ 里创建层，并存为模型的属性；在 call 里新建的层每次都是新的，既不训练也不保存",
            en="create layers in __init__ and keep them as attributes; one made in call is new every time, "
            "neither trained nor saved",
        )
        return Finding("layers", FAULT, found, advice)
    unused = [
        layer.name
        for layer in layers_of(model)
        if id(layer) not in called and not isinstance(layer, keras.layers.InputLayer)
    ]
    if unused:
        found = choose(
            zh=f"创建了却没有用到的层：{_listed(unused)}", en=f"created, never used: {_listed(unused)}"
        )
        advice = choose(
            zh="把它接进 call，或者删掉；没有用到的层不参与学习",
            en="use it in call or remove it; a layer that is not called learns nothing",
        )
        return Finding("layers", FAULT, found, advice)
    return Finding("layers", OK, choose(zh="创建的层都用到了", en="every layer that was created is used"))


def check_trainable(model, inputs):
    """Is `trainable` left alone while the model runs?"""
    before = {id(layer): (layer.trainable, layer.name) for layer in layers_of(model)}
    with watched_calls() as calls:
        outputs_of(model, inputs)
    toggled = [c.layer.name for c in calls if before.get(id(c.layer), (c.trainable, ""))[0] != c.trainable]
    toggled += [layer.name for layer in layers_of(model) if layer.trainable != before[id(layer)][0]]
    if not toggled:
        found = choose(zh="call 没有改动 trainable", en="call leaves `trainable` alone")
        return Finding("trainable", OK, found)
    found = choose(
        zh=f"call 里改了 trainable：{_listed(toggled)}", en=f"call sets `trainable`: {_listed(toggled)}"
    )
    advice = choose(
        zh="在 call 里冻结不起作用：请在 compile 之前设置 layer.trainable = False",
        en="a layer is not frozen that way: set layer.trainable = False before compile",
    )
    return Finding("trainable", FAULT, found, advice)


def check_attributes(model, inputs):
    """Does the model keep a tensor of one call as an attribute?"""
    own = [layer for layer in (model, *layers_of(model)) if not _is_keras_own(layer)]
    before = {id(layer): vars(layer).copy() for layer in own}
    outputs_of(model, inputs)
    kept = [
        name
        for layer in own
        for name, value in vars(layer).items()
        if keras.ops.is_tensor(value) and before[id(layer)].get(name) is not value
    ]
    if not kept:
        found = choose(
            zh="call 之后没有把张量留在属性里", en="no tensor of a call stays behind as an attribute"
        )
        return Finding("attributes", OK, found)
    found = choose(
        zh=f"call 把张量存成了属性：{_listed(kept)}", en=f"call keeps a tensor as: {_listed(kept)}"
    )
    advice = choose(
        zh="fit 之后它是一个没有数值的符号张量；请从 call 返回它，或用 add_weight 建一个状态变量",
        en="after fit it is a symbol without a value: return it from call, or make a variable with "
        "add_weight",
    )
    return Finding("attributes", FAULT, found, advice)


def check_gradient(model, inputs):
    """Does a gradient reach every trainable weight?"""
    outputs = outputs_of(model, inputs)
    weights = model.trainable_variables
    if not weights:
        found = choose(zh="没有可训练的权重", en="there is no trainable weight")
        return Finding(
            "gradient", FAULT, found, choose(zh="层是在哪里创建的？", en="where are its layers made?")
        )
    projection = np.random.default_rng(0).normal(size=outputs.shape).astype("float32")
    pairs = zip(weights, gradients_of(model, inputs, projection), strict=True)
    missed = [weight.path for weight, gradient in pairs if gradient is None or not np.any(gradient)]
    if not missed:
        found = choose(
            zh=f"{len(weights)} 个权重都得到了梯度", en=f"a gradient reaches all {len(weights)} weights"
        )
        return Finding("gradient", OK, found)
    found = choose(
        zh=f"没有梯度的权重：{_listed(missed)}", en=f"weights without a gradient: {_listed(missed)}"
    )
    advice = choose(
        zh="这些权重永远不会变：它们的层没有用到，或者路上有 argmax、取整、stop_gradient",
        en="these never change: their layer is not used, or argmax, rounding or stop_gradient is in the way",
    )
    return Finding("gradient", FAULT, found, advice)


def gradients_of(model, inputs, projection):
    """The gradient of sum(outputs * projection) by each trainable variable: arrays, or None.

    By automatic differentiation of the backend. Raises NotImplementedError on other backends than TensorFlow
    and JAX.
    """
    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        with tf.GradientTape() as tape:
            total = keras.ops.sum(keras.ops.cast(model(inputs), "float32") * projection)
        found = tape.gradient(total, [variable.value for variable in model.trainable_variables])
        return [None if g is None else np.asarray(tf.convert_to_tensor(g)) for g in found]
    if backend == "jax":
        import jax

        fixed = [variable.value for variable in model.non_trainable_variables]

        def total_of(values):
            outputs, _ = model.stateless_call(values, fixed, inputs)
            return keras.ops.sum(outputs * projection)

        return [np.asarray(g) for g in jax.grad(total_of)([v.value for v in model.trainable_variables])]
    raise NotImplementedError(f"gradients on the backend {backend}; use tensorflow or jax")
