"""Beam search: several hypotheses grow side by side, the best ones stay."""

import numbers
from typing import NamedTuple

import numpy as np
from keras import ops

from rnncourse.arguments import check_counts
from rnncourse.decoders.compiled import compiled
from rnncourse.decoders.sources import batches, checked_sources
from rnncourse.decoders.steps import IMPOSSIBLE, begin, is_end, step
from rnncourse.decoders.writing import until_end
from rnncourse.text import PADDING, START


class Hypothesis(NamedTuple):
    """An answer (ids, without END), the natural logarithm of its probability (with END), and its score."""

    tokens: np.ndarray
    log_probability: float
    score: float


def beam_search(model, sources, *, width=5, longest=50, length_penalty=0.6):
    """The best answers that a beam of `width` finds: for each source a list of Hypothesis, the best first.

    At every step each kept hypothesis is extended by every token, and the `width` best by score stay:

        score = log_probability / ((5 + n) / 6) ** length_penalty        (Wu et al., 2016, section 7)

    with n tokens written, END included; `length_penalty` 0 compares log-probabilities as they are. A
    hypothesis that has written END keeps its place and score; the search goes on until all have, or until
    `longest` tokens. With a width of at least V ** (longest - 1) it is an exhaustive search. PADDING and
    START are never written. A list is shorter than `width` where there are fewer answers. Raises ValueError
    for sources that do not fit, width < 1, longest < 1 or a negative length_penalty.
    """
    check_counts(width=width)
    check_counts(longest=longest)
    if not (isinstance(length_penalty, numbers.Real) and 0 <= length_penalty < float("inf")):
        raise ValueError(f"length_penalty must be a number of at least 0, got {length_penalty!r}")
    sources = checked_sources(model, sources)
    found = [None] * len(sources)
    options = {"width": int(width), "longest": int(longest), "length_penalty": float(length_penalty)}
    for rows, tokens in batches(sources, copies=width):
        parts = compiled(model, _search, **options)(tokens)
        for row, *beams in zip(rows, *(np.asarray(part) for part in parts), strict=False):
            found[row] = _hypotheses(*beams)
    return found


def _hypotheses(written, logs, scores):
    """(K, L), (K,), (K,) of one source, the best first."""
    return [
        Hypothesis(until_end(tokens), float(log), float(score))
        for tokens, log, score in zip(written, logs, scores, strict=True)
        if log > IMPOSSIBLE / 2
    ]


def _search(model, source, *, width, longest, length_penalty):
    """source (B, T) -> tokens (B, K, L), log-probabilities (B, K), scores (B, K), the best first."""
    batch = source.shape[0]
    states, memory = begin(model, source, copies=width)
    first = ops.where(ops.arange(width) == 0, 0.0, IMPOSSIBLE)  # all beams are equal now: one may go on
    logs = ops.tile(first[None], (batch, 1))  # (B, K)
    token = ops.full((batch, width), START, dtype="int32")
    written = ops.full((batch, width, longest), PADDING, dtype="int32")
    length = ops.zeros((batch, width), dtype="int32")

    def unfinished(n, token, *rest):
        return (n < longest) & ~ops.all(is_end(token))

    def extend(n, token, written, length, logs, *states):
        following, states = step(model, ops.reshape(token, (-1,)), states, memory)  # (B * K, V)
        done = is_end(token)  # (B, K)
        following = _with_padding(ops.reshape(following, (batch, width, -1)), done)
        total = logs[:, :, None] + following  # (B, K, V)
        size = total.shape[-1]
        grown = length + ops.cast(~done, "int32")
        score = total / _penalty(grown, length_penalty)[:, :, None]
        place = ops.top_k(ops.reshape(score, (batch, -1)), width)[1]  # (B, K) of K * V
        parent, chosen = place // size, ops.cast(place % size, "int32")
        logs = ops.take_along_axis(ops.reshape(total, (batch, -1)), place, axis=1)
        written = ops.take_along_axis(written, parent[:, :, None], axis=1)
        written = ops.where(ops.arange(longest) == n, chosen[:, :, None], written)
        rows = ops.reshape(ops.arange(batch)[:, None] * width + parent, (-1,))  # (B * K,)
        states = [ops.take(state, rows, axis=0) for state in states]
        return n + 1, chosen, written, ops.take_along_axis(grown, parent, axis=1), logs, *states

    begun = (ops.convert_to_tensor(0, dtype="int32"), token, written, length, logs, *states)
    _, _, written, length, logs, *_ = ops.while_loop(unfinished, extend, begun)
    return written, logs, logs / _penalty(length, length_penalty)


def _with_padding(following, done):
    """Where a hypothesis is done, PADDING follows at no cost and nothing else may: (B, K, V)."""
    only_padding = ops.where(ops.arange(following.shape[-1]) == PADDING, 0.0, IMPOSSIBLE)
    return ops.where(done[:, :, None], only_padding, following)


def _penalty(length, power):
    return ((5.0 + ops.cast(length, "float32")) / 6.0) ** power
