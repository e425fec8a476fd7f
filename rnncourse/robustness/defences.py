"""Defences: train on what an attack would make, or read texts so that small changes vanish."""

import re

import numpy as np

from rnncourse.embedded import cut_behind_embeddings, need_tensorflow
from rnncourse.robustness.edits import SHARE, random_edits
from rnncourse.robustness.lookalikes import LOOK_ALIKE, SOUND_ALIKE, pairs_of, representatives

_WORD = re.compile("[A-Za-z]{4,}")
_MERGED = {
    ("look",): representatives(pairs_of(LOOK_ALIKE)),
    ("look", "sound"): representatives(pairs_of(LOOK_ALIKE + SOUND_ALIKE)),
}


def fit_adversarial(model, train, validation, *, strength=0.5, weight=0.5, **options):
    """`training.fit` with an attack in every step, which the model learns to withstand; Keras's History.

    Each step moves a batch's embeddings against the loss, r = e g / |g| with g the gradient of a text's loss
    and e = strength * (mean embedding norm) * sqrt(T) (so that a token moves by the share `strength` of the
    norm, by root mean square), and learns from (1 - weight) * loss + weight * loss at the moved embeddings.
    `model` itself is trained. `options` are those of `training.fit`. Raises ValueError for a strength below 0
    or a weight outside [0, 1]. TensorFlow only. FGM of Miyato, Dai & Goodfellow (2017).
    """
    from rnncourse import training

    if not strength >= 0 or not 0 <= weight <= 1:
        given = f"strength={strength!r}, weight={weight!r}"
        raise ValueError(f"strength must be at least 0 and weight within [0, 1], got {given}")
    need_tensorflow("fit_adversarial")
    return training.fit(_attacked(model, strength, weight), train, validation, **options)


def augmented(texts, labels, edits_of, rng, *, copies=1, share=SHARE):
    """Texts and labels with `copies` of each text after random edits within the budget, originals first."""
    changed = [random_edits(text, edits_of(text), rng, share=share) for _ in range(copies) for text in texts]
    return [*texts, *changed], np.tile(np.asarray(labels), copies + 1)


def merge_look_alikes(text, *, sounds=False):
    """Chinese: each character becomes the first of all that it can be mistaken for; no pair can change it.

    `sounds=True` merges those of the same sound, too. What differs by such a pair alone reads the same, also
    where it mattered: the price of the defence. Robust encodings, Jones et al. (2020).
    """
    merged = _MERGED[("look", "sound") if sounds else ("look",)]
    return "".join(merged.get(character, character) for character in text)


def merge_spellings(text):
    """English: each word of four letters or more becomes its first letter, the set of its inner letters in
    order, its last letter. Swapping and doubling inner letters change nothing; dropping one, or another key,
    does: the attack that knows the defence takes these."""
    return _WORD.sub(lambda match: _key(match.group()), text)


def _key(word):
    return word[0] + "".join(sorted(set(word[1:-1].lower()))) + word[-1]


def _attacked(model, strength, weight):
    """A model of the same layers whose training step is that of `fit_adversarial`."""
    import keras
    import tensorflow as tf

    cut = cut_behind_embeddings(model)

    class Attacked(keras.Model):
        def train_step(self, data):
            x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
            with tf.GradientTape() as tape:
                points = cut.points(x, training=True)
                with tf.GradientTape() as inner:
                    inner.watch(points)
                    output = cut.output(x, points, training=True)
                    plain = self.compute_loss(x, y, output, sample_weight)
                with tape.stop_recording():
                    moves = _moves(x, points, inner.gradient(plain, points), strength)
                moved = [p + m for p, m in zip(points, moves, strict=True)]
                moved = cut.output(x, moved, training=True)
                loss = (1 - weight) * plain + weight * self.compute_loss(x, y, moved, sample_weight)
            weights = self.trainable_weights
            self.optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))
            self._loss_tracker.update_state(loss, sample_weight=tf.shape(x)[0])
            return self.compute_metrics(x, y, output, sample_weight)

    return Attacked(model.inputs, model.outputs)


def _moves(x, points, slopes, strength):
    """r for each embedding: (B, T, D) tensors; 0 on the padding, where no gradient arrives."""
    import tensorflow as tf

    real = tf.cast(x != 0, "float32")  # counts only: the padding's places differ behind PaddingLast
    lengths = tf.reduce_sum(real, axis=1)  # (B,)
    at_tokens = tf.sequence_mask(lengths, tf.shape(x)[1], dtype="float32")
    squares = sum(tf.reduce_sum(tf.stop_gradient(p) ** 2, axis=-1) for p in points)
    norm = tf.reduce_sum(tf.sqrt(squares) * at_tokens) / tf.maximum(tf.reduce_sum(at_tokens), 1.0)
    slopes = [slope * at_tokens[:, :, None] for slope in slopes]
    size = tf.sqrt(sum(tf.reduce_sum(slope**2, axis=(1, 2)) for slope in slopes))  # (B,)
    factor = strength * norm * tf.sqrt(lengths) / tf.maximum(size, 1e-12)
    return [tf.stop_gradient(factor[:, None, None] * slope) for slope in slopes]
