"""One token after the other: the likeliest (greedy), or drawn from the model's distribution (sampling)."""

import numbers

import numpy as np
from keras import ops

from rnncourse.arguments import check_counts
from rnncourse.decoders.compiled import compiled
from rnncourse.decoders.sources import batches, checked_sources, halves, vocabulary_size
from rnncourse.decoders.steps import IMPOSSIBLE, begin, is_end, step
from rnncourse.text import END, PADDING, START


def greedy(model, sources, *, longest=50):
    """Write the likeliest token at every step, up to END or `longest` tokens: a list of int32 arrays.

    `model`: of `models.build_translator`; `sources`: a list of arrays of token ids, of any lengths; an empty
    one is read as a row of padding. Raises ValueError for sources that do not fit, or longest < 1.
    """
    check_counts(longest=longest)
    return _write_all(model, sources, longest, lambda rows, width: None)


def sample(model, sources, *, temperature=1.0, top_k=None, top_p=None, longest=50, seed=0):
    """Draw each token from the model's distribution, up to END or `longest` tokens: a list of int32 arrays.

    Scores are divided by `temperature` (above 0), then cut by `top_k` and `top_p` as `truncate` does. The
    same `seed` gives the same answers, whatever stands beside a source in `sources`' batches, on every
    backend. Raises ValueError for sources or options that do not fit.
    """
    check_counts(longest=longest)
    if not (isinstance(temperature, numbers.Real) and 0 < temperature < float("inf")):
        raise ValueError(
            f"temperature must be above 0, got {temperature!r}; for the likeliest token use greedy"
        )
    _check_truncation(top_k, top_p)
    size = vocabulary_size(halves(model)[1])

    def noise(rows, width):
        """Gumbel noise (B, longest, V): adding it and taking the highest draws from the softmax."""
        drawn = [np.random.default_rng([seed, row]).gumbel(size=(longest, size)) for row in rows]
        return np.pad(np.array(drawn, "float32"), [(0, width - len(rows)), (0, 0), (0, 0)])

    options = {"temperature": float(temperature), "top_k": top_k, "top_p": top_p}
    copies = 1 + longest * size // 60_000  # so that the noise of a batch stays below 16 MB
    return _write_all(model, sources, longest, noise, copies=copies, **options)


def _write_all(model, sources, longest, noise, *, copies=1, **options):
    sources = checked_sources(model, sources)
    answers = [None] * len(sources)
    for rows, tokens in batches(sources, copies=copies):
        drawn = noise(rows, len(tokens))
        given = [tokens] if drawn is None else [tokens, drawn]
        written = np.asarray(compiled(model, _write, longest=longest, **options)(*given))
        for row, answer in zip(rows, written, strict=False):
            answers[row] = until_end(answer)
    return answers


def until_end(tokens):
    """What stands before the first END or PADDING: (L,) -> (n,) int32."""
    stops = np.flatnonzero((tokens == END) | (tokens == PADDING))
    return tokens[: stops[0] if stops.size else None].astype("int32")


def _write(model, source, noise=None, *, longest, temperature=1.0, top_k=None, top_p=None):
    """source (B, T) -> tokens (B, longest), padded after END."""
    states, memory = begin(model, source)
    token = ops.full((source.shape[0],), START, dtype="int32")
    written = ops.full((source.shape[0], longest), PADDING, dtype="int32")

    def unfinished(n, token, written, *states):
        return (n < longest) & ~ops.all(is_end(token) & (n > 0))

    def write(n, token, written, *states):
        logs, states = step(model, token, states, memory)
        if noise is not None:
            logs = truncate(logs / temperature, top_k=top_k, top_p=top_p) + noise[:, n]
        chosen = ops.cast(ops.argmax(logs, axis=-1), "int32")
        chosen = ops.where(is_end(token), PADDING, chosen)
        written = ops.where(ops.arange(longest) == n, chosen[:, None], written)
        return n + 1, chosen, written, *states

    first = (ops.convert_to_tensor(0, dtype="int32"), token, written, *states)
    return ops.while_loop(unfinished, write, first)[2]


def truncate(logs, *, top_k=None, top_p=None):
    """Log-probabilities (..., V), or scores, with all but the likeliest tokens at -1e9; not renormalised.

    `top_k` keeps the k likeliest (Fan et al., 2018); `top_p` the fewest whose probabilities reach p (Holtzman
    et al., 2020): the token that crosses p stays, so at least one does. With both, top_p acts on what top_k
    left, renormalised. Tied tokens stay or go together. Raises ValueError where top_k < 1 or not 0 < top_p <=
    1.
    """
    _check_truncation(top_k, top_p)
    if top_k is not None:
        lowest = ops.top_k(logs, min(top_k, logs.shape[-1]))[0][..., -1:]
        logs = ops.where(logs < lowest, IMPOSSIBLE, logs)
    if top_p is not None:
        ranked = ops.flip(ops.sort(ops.softmax(logs), axis=-1), axis=-1)
        before = ops.cumsum(ranked, axis=-1) - ranked  # the probability of all that are likelier
        lowest = ops.min(ops.where(before < top_p, ranked, 2.0), axis=-1, keepdims=True)
        logs = ops.where(ops.softmax(logs) < lowest, IMPOSSIBLE, logs)
    return logs


def _check_truncation(top_k, top_p):
    if top_k is not None:
        check_counts(top_k=top_k)
    if top_p is not None and not (isinstance(top_p, numbers.Real) and 0 < top_p <= 1):
        raise ValueError(f"top_p must be above 0 and at most 1, got {top_p!r}")
