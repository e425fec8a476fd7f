"""A model cut behind its embeddings, so that one can move what it reads: for explanations and for attacks."""

from typing import NamedTuple

import numpy as np


class Cut(NamedTuple):
    """The two halves of a model, both `keras.Model`s.

    `embed`: ids (B, T) -> the output (B, T, D) of each embedding, a list; the padding of each row stands
    behind its tokens. `inner`: [ids, *embeddings] -> the model's output.
    """

    embed: object
    inner: object

    def points(self, ids, *, training=False):
        """The embeddings of ids (B, T): a list of tensors (B, T, D)."""
        found = self.embed([_tensor(ids)], training=training)
        return list(found) if isinstance(found, list | tuple) else [found]

    def output(self, ids, points, *, training=False):
        """The model's output where it reads `points`, a list of tensors (B, T, D), in place of embeddings."""
        return self.inner([_tensor(ids), *points], training=training)


def cut_behind_embeddings(model):
    """`model` (token ids -> output) as a `Cut`. Raises ValueError for a model without an embedding."""
    import keras

    layers = [layer for layer in model.layers if isinstance(layer, keras.layers.Embedding)]
    if not layers:
        raise ValueError("the model has no Embedding layer, so there is nothing between tokens and network")
    embed = keras.Model(model.inputs, [layer.output for layer in layers])
    return Cut(embed, keras.Model([*model.inputs, *embed.outputs], model.output))


def _tensor(ids):
    import keras

    return keras.ops.convert_to_tensor(ids, dtype="int32")


def need_tensorflow(asked):
    """Raises RuntimeError where Keras runs on another backend; `asked` names what needs its gradients."""
    import keras

    if keras.backend.backend() != "tensorflow":
        given = keras.backend.backend()
        raise RuntimeError(f"{asked} needs the TensorFlow backend, not {given}; use occlusion")


def gradients(value_of, points):
    """`value_of(points)`, (B,), and its gradients: arrays (B,), and one like each of `points`.

    `value_of` takes the list of tensors and returns a tensor whose rows do not depend on one another.
    """
    need_tensorflow("the gradient by embeddings")
    import tensorflow as tf

    points = [tf.convert_to_tensor(point, "float32") for point in points]
    with tf.GradientTape() as tape:
        tape.watch(points)
        values = value_of(points)
    found = tape.gradient(values, points)
    return np.asarray(values, "float64"), [np.asarray(slope, "float64") for slope in found]


def probability_of(output, labels):
    """The probability of each row's label, (B,): output (B, 1) of class 1, or (B, C); labels int (B,)."""
    import tensorflow as tf

    if output.shape[-1] == 1:
        output = tf.concat([1 - output, output], axis=1)
    return tf.gather(output, tf.constant(labels, "int32"), axis=1, batch_dims=1)
