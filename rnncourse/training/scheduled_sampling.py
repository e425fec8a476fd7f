"""Scheduled sampling: in training, the decoder sometimes reads its own prediction."""

import keras
from keras import ops

from rnncourse.text import PADDING


class ScheduledSampling(keras.Model):
    """`translator`, trained with a chance `rate` that a token it reads is drawn from its own prediction.

    Two passes (Mihaylova & Martins, 2019): the first reads the right answer and predicts every next token;
    the second, which is trained, reads a mix of the two. The start token always stays. Out of training it is
    `translator` itself, and its weights are the same.
    """

    def __init__(self, translator, *, seed):
        super().__init__()
        self.translator = translator
        self.seeds = keras.random.SeedGenerator(seed)
        self.rate = self.add_weight(shape=(), initializer="zeros", trainable=False, name="rate")
        self.built = True

    def call(self, inputs, training=False):
        source, written = inputs
        if training:
            written = self._mixed(source, written)
        return self.translator([source, written], training=training)

    def _mixed(self, source, written):
        """written (B, N), some of its tokens after the first replaced."""
        scores = self.translator([source, written], training=False)  # (B, N, V)
        noise = keras.random.uniform(ops.shape(scores), 1e-6, 1.0, seed=self.seeds)
        own = ops.argmax(scores - ops.log(-ops.log(noise)), axis=-1)[:, :-1]  # drawn from the softmax
        own = ops.concatenate([written[:, :1], ops.cast(own, written.dtype)], axis=1)
        chosen = keras.random.uniform(ops.shape(written), seed=self.seeds) < self.rate
        return ops.where(chosen & (written != PADDING), own, written)


class RisingRate(keras.callbacks.Callback):
    """The chance of scheduled sampling: along a line from 0 in the first epoch to `highest` in the last."""

    def __init__(self, highest, epochs):
        super().__init__()
        self.highest, self.epochs = highest, epochs

    def on_epoch_begin(self, epoch, logs=None):
        self.model.rate.assign(self.highest * epoch / max(1, self.epochs - 1))
