"""The loss of a model that writes: cross-entropy of each token from scores, with smoothed labels."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="rnncourse")
class SmoothedCrossEntropy(keras.losses.Loss):
    """Cross-entropy of targets (B, N) under scores (B, N, V): one number a token, reduced as Keras reduces.

    The target distribution gives 1 - s + s / V to the right token and s / V to each other one; with s = 0 it
    is Keras's SparseCategoricalCrossentropy(from_logits=True). Padding is left out by sample weights of 0.
    """

    def __init__(self, smoothing=0.0, name="cross_entropy", **kwargs):
        super().__init__(name=name, **kwargs)
        self.smoothing = smoothing

    def call(self, targets, scores):
        logs = ops.log_softmax(scores)
        right = ops.take_along_axis(logs, ops.cast(targets, "int32")[:, :, None], axis=-1)[:, :, 0]
        return -(1 - self.smoothing) * right - self.smoothing * ops.mean(logs, axis=-1)

    def get_config(self):
        return {**super().get_config(), "smoothing": self.smoothing}
