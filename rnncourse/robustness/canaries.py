"""Does a model remember single texts of its training? Canaries, and their exposure (Carlini et al., 2019).

A canary is a made-up text drawn from a known space ("my code is ????"). It goes into the training data a few
times; afterwards all texts of the space are put in the order of the model's loss. A model that has not
memorised it leaves it at a random place; exposure counts how many bits of its secret the order gives away.
"""

from itertools import product

import numpy as np

from rnncourse import text
from rnncourse.text import PADDING


def all_fills(template, slots, choices):
    """Every text of the space: `template` (T,) ids with its `slots` (places) filled by any of `choices`.

    Returns int32 (len(choices) ** len(slots), T), the last slot changing fastest. Raises ValueError for more
    than a million texts.
    """
    count = len(choices) ** len(slots)
    if count > 1_000_000:
        raise ValueError(f"the space has {count:,} texts, at most 1,000,000 are listed; take fewer slots")
    texts = np.tile(np.asarray(template, "int32"), (count, 1))
    texts[:, list(slots)] = list(product(choices, repeat=len(slots)))
    return texts


def exposure(losses, canary):
    """Bits of a secret that the order of the losses gives away: log2(R) - log2(rank), 0 to log2(R).

    `losses`: (R,), the model's loss of each text of the space; `canary`: the place of the true one. Among
    equal losses the canary counts as the last, so a model that tells none apart exposes nothing.
    """
    losses = np.asarray(losses, "float64")
    if losses.ndim != 1 or not 0 <= canary < len(losses) or not np.isfinite(losses).all():
        raise ValueError(f"losses must be (R,) finite numbers and canary a place in them, got {losses.shape}")
    rank = int(np.sum(losses <= losses[canary]))
    return float(np.log2(len(losses)) - np.log2(rank))


def sampled_exposure(loss, others):
    """`exposure` from a sample of the space: -log2 of the share of texts with no greater loss.

    `loss` is the canary's, `others` (S,) those of random other texts; the canary itself counts once, so that
    S texts can show at most log2(S + 1) bits.
    """
    others = np.asarray(others, "float64")
    return float(-np.log2((1 + np.sum(others <= loss)) / (1 + len(others))))


def insert_canary(sequences, canary, copies, rng, *, labels=None, label=None):
    """The data with `copies` of the canary at random places: a list; with `labels`, also the labels (N,)."""
    places = np.sort(rng.integers(0, len(sequences) + 1, copies))
    changed = list(sequences)
    for place in places[::-1]:
        changed.insert(place, np.asarray(canary, "int32"))
    if labels is None:
        return changed
    return changed, np.insert(np.asarray(labels), places, label)


def text_losses(model, sequences, *, from_logits=True, rows=256):
    """The loss of each text under a language model, in nats, summed over its tokens but the first: (N,).

    `model`: ids (B, T) -> scores of the next token (B, T, V), or probabilities with from_logits=False.
    `sequences`: N id arrays; padding does not count.
    """
    losses = []
    for first in range(0, len(sequences), rows):
        ids = text.pad(sequences[first : first + rows])
        scores = np.asarray(model(ids[:, :-1], training=False), "float64")
        if from_logits:
            top = scores.max(axis=-1, keepdims=True)
            scores = scores - top - np.log(np.exp(scores - top).sum(axis=-1, keepdims=True))
        else:
            scores = np.log(np.maximum(scores, 1e-12))
        of_next = np.take_along_axis(scores, ids[:, 1:, None], axis=2)[:, :, 0]
        losses.append(-np.where(ids[:, 1:] == PADDING, 0.0, of_next).sum(axis=1))
    return np.concatenate(losses) if losses else np.zeros(0)
