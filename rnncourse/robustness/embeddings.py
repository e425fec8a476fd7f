"""Gradient attacks on embeddings: how far a classifier's answer moves when what it reads moves a little.

The strength is a share of the model's own mean embedding norm, so that models whose embeddings have other
lengths can be compared. A token of D features may move by strength * norm / sqrt(D) in each of them, so its
whole move is no longer than strength * norm.
"""

from typing import NamedTuple

import numpy as np

from rnncourse import text
from rnncourse.embedded import cut_behind_embeddings, gradients, probability_of

LEAST = 1e-7  # a probability below it counts as it: Keras's epsilon


class EmbeddingAttack(NamedTuple):
    """What an attack did to N texts."""

    before: np.ndarray  # (N,) probability of the right class
    after: np.ndarray  # (N,)
    right_before: np.ndarray  # (N,) bool: whether the right class had the highest probability
    right_after: np.ndarray
    moves: list  # of N arrays (T, D): what was added to the embeddings, those of several side by side
    size: float  # the most that a token could move: strength * mean embedding norm

    @property
    def accuracy_before(self):
        return float(self.right_before.mean())

    @property
    def accuracy_after(self):
        return float(self.right_after.mean())


def mean_embedding_norm(model, sequences):
    """Mean length of the embedding of a token over all tokens of `sequences`, a list of N id arrays.

    Of several embeddings (bigrams) they are taken side by side, as one long vector.
    """
    cut, total, count = cut_behind_embeddings(model), 0.0, 0
    for ids in _batches(sequences):
        real = np.sum(ids != text.PADDING, axis=1)[:, None] > np.arange(ids.shape[1])
        points = np.concatenate([np.asarray(part) for part in cut.points(ids)], axis=-1)
        total += np.linalg.norm(points, axis=-1)[real].sum()
        count += real.sum()
    if not count:
        raise ValueError("the sequences hold no token; give at least one text that is not empty")
    return float(total / count)


def fgsm(model, sequences, labels, *, strength):
    """The fast gradient sign method: one step of full size against the right class; an EmbeddingAttack.

    Every feature moves by strength * norm / sqrt(D) in the direction that raises the loss. `sequences`: N id
    arrays; `labels`: (N,) whole numbers. Raises ValueError for a strength below 0 and for data that do not
    fit. TensorFlow only. Goodfellow et al. (2015).
    """
    return _attack(model, sequences, labels, strength=strength, steps=1, share=1.0, rng=None)


def pgd(model, sequences, labels, *, strength, steps=10, seed=0):
    """Projected gradient descent: `steps` small steps from a random start, within the bounds of `fgsm`.

    A step has 2.5 / steps of the full size; after each the move is cut back to the bounds, and the worst
    point on the way counts for each text, the unmoved one among them. Otherwise as `fgsm`.
    Madry et al. (2018).
    """
    if steps < 1:
        raise ValueError(f"steps must be at least 1, got {steps}")
    rng = np.random.default_rng(seed)
    return _attack(
        model, sequences, labels, strength=strength, steps=steps, share=min(1.0, 2.5 / steps), rng=rng
    )


def _attack(model, sequences, labels, *, strength, steps, share, rng):
    labels = _checked(sequences, labels, strength)
    size = strength * mean_embedding_norm(model, sequences)
    cut = cut_behind_embeddings(model)
    rows = np.array_split(np.arange(len(sequences)), max(1, len(sequences) // 128))
    parts = []
    for chosen in rows:
        ids = text.pad([sequences[row] for row in chosen])
        parts.append(_one_batch(cut, ids, labels[chosen], size, steps, share, rng))
    *columns, moves = zip(*parts, strict=True)
    return EmbeddingAttack(*map(np.concatenate, columns), [move for part in moves for move in part], size)


def _one_batch(cut, ids, labels, size, steps, share, rng):
    """(before, after, right before, right after, moves) of one padded batch (B, T)."""
    start = [np.asarray(part, "float64") for part in cut.points(ids)]  # (B, T, D) each
    lengths = np.sum(ids != text.PADDING, axis=1)
    real = (lengths[:, None] > np.arange(ids.shape[1]))[:, :, None]
    bound = size / np.sqrt(sum(part.shape[-1] for part in start))

    def probe(moves):
        points = [a + d for a, d in zip(start, moves, strict=True)]
        return _loss_slopes(cut, ids, points, labels)

    first = [np.zeros_like(part) for part in start]
    loss, slopes, right = probe(first)
    best = loss, right, first
    moves = first if rng is None else [rng.uniform(-bound, bound, part.shape) * real for part in start]
    if rng is not None:
        best, slopes = _worse(best, moves, *probe(moves))
    for _ in range(steps):
        pairs = zip(moves, slopes, strict=True)
        moves = [sign_step(d, g, real, size=share * bound, bound=bound) for d, g in pairs]
        if rng is None:
            found, _, right_now = probe(moves)
            best = found, right_now, moves
        else:
            best, slopes = _worse(best, moves, *probe(moves))
    moved = np.concatenate(best[2], axis=-1)
    each = [row[:length] for row, length in zip(moved, lengths, strict=True)]
    return np.exp(-loss), np.exp(-best[0]), right, best[1], each


def sign_step(moves, slopes, real, *, size, bound):
    """`moves` (B, T, D) after a step of `size` in every feature, up the slopes (B, T, D) of the loss.

    The whole move stays within `bound` in every feature and is 0 on padding; `real`: (B, T, 1) bool.
    """
    return np.clip(moves + size * np.sign(slopes), -bound, bound) * real


def _worse(best, moves, loss, slopes, right):
    """The worse of two attacks for each text: ((loss, right, moves), the slopes of the newer one)."""
    newer = loss > best[0]
    kept = [np.where(newer[:, None, None], new, old) for new, old in zip(moves, best[2], strict=True)]
    return (np.where(newer, loss, best[0]), np.where(newer, right, best[1]), kept), slopes


def _loss_slopes(cut, ids, points, labels):
    """Cross-entropy of each text (B,), its gradients by the embeddings, and whether the answer is right."""
    import tensorflow as tf

    right = []

    def value_of(moved):
        output = cut.output(ids, moved)
        probability = probability_of(output, labels)
        highest = np.asarray(output)
        chosen = highest[:, 0] >= 0.5 if highest.shape[1] == 1 else highest.argmax(axis=1)
        right.append(chosen.astype(int) == labels)
        return -tf.math.log(tf.maximum(probability, LEAST))

    loss, slopes = gradients(value_of, points)
    return loss, slopes, right[0]


def _batches(sequences, size=256):
    for first in range(0, len(sequences), size):
        yield text.pad(sequences[first : first + size])


def _checked(sequences, labels, strength):
    if not strength >= 0:
        raise ValueError(f"strength must be at least 0, a share of the mean embedding norm; got {strength!r}")
    labels = np.asarray(labels)
    if labels.shape != (len(sequences),) or not len(sequences):
        given = f"{len(sequences)} sequences, labels of shape {labels.shape}"
        raise ValueError(f"give at least one sequence, and one label each; got {given}")
    return labels
