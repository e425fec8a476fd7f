"""From texts to texts, and what the decoder looked at."""

from typing import NamedTuple

import numpy as np
from keras import ops

from rnncourse import text
from rnncourse.arguments import checked_ids
from rnncourse.decoders.beams import beam_search
from rnncourse.decoders.sources import halves, vocabulary_size


class Translation(NamedTuple):
    """A text with the tokens it was read from and written in; `weights` (N, T) as `attention_weights` gives
    them.

    `target_tokens` (N of them) end with "</s>" where the decoder wrote its end; `weights` is None without
    attention.
    """

    text: str
    source_tokens: list
    target_tokens: list
    weights: np.ndarray | None


def translate(model, texts, source_vocabulary, target_vocabulary, *, width=5, longest=50, length_penalty=0.6):
    """The best translation of each text by `beam_search`: a list of Translation; an empty text gets an empty
    one.

    `target_vocabulary` was built with marks=True; both are those the model was built for. Raises TypeError
    for a text that is no string, ValueError for vocabularies or options that do not fit.
    """
    _check_vocabularies(model, source_vocabulary, target_vocabulary)
    sources = source_vocabulary.encode_all(texts)
    full = [row for row, ids in enumerate(sources) if len(ids)]
    options = {"width": width, "longest": longest, "length_penalty": length_penalty}
    read = [sources[row] for row in full]
    best = [hypotheses[0].tokens for hypotheses in beam_search(model, read, **options)]
    found = [Translation("", [], [], None) for _ in sources]
    for row, tokens, weights in zip(full, best, all_attention_weights(model, read, best), strict=True):
        written = target_vocabulary.decode(tokens)
        ended = len(tokens) < longest
        found[row] = Translation(
            text.join(written, target_vocabulary.unit),
            text.tokenize(texts[row], source_vocabulary.unit),
            [*written, text.MARKS[1]] if ended else written,
            weights if ended or weights is None else weights[:-1],
        )
    return found


def attention_weights(model, source, target):
    """What the decoder looks at while it writes `target` and its end: (n + 1, T), rows sum to 1; or None.

    `source` (T,) and `target` (n,) are token ids without marks; None for a model without attention. Row i
    belongs to the i-th token written, the last one to END. Raises ValueError for ids that do not fit.
    """
    return all_attention_weights(model, [source], [target])[0]


def all_attention_weights(model, sources, targets, *, batch_size=64):
    """`attention_weights` of each of N pairs, in batches: a list of N, in their order.

    Raises ValueError as it does, and for lists of different lengths.
    """
    encoder, decoder = halves(model)
    sources = checked_ids(sources, size=vocabulary_size(encoder), name="source")
    targets = checked_ids(targets, size=vocabulary_size(decoder), name="target")
    if len(sources) != len(targets):
        raise ValueError(f"give one target for each source, got {len(sources)} and {len(targets)}")
    if not any(layer.name == "attention" for layer in decoder.layers):
        return [None] * len(sources)
    found = []
    for first in range(0, len(sources), batch_size):
        some = sources[first : first + batch_size], targets[first : first + batch_size]
        written = ops.convert_to_tensor(text.pad([np.r_[text.START, ids] for ids in some[1]]))  # (B, N)
        given = encoder(ops.convert_to_tensor(text.pad(some[0])), training=False)
        weights = np.asarray(decoder([written, *given], training=False)[-1])  # (B, N, T)
        for each, source, target in zip(weights, *some, strict=True):
            found.append(each[: len(target) + 1, : len(source)])
    return found


def _check_vocabularies(model, source_vocabulary, target_vocabulary):
    if target_vocabulary.tokens[:2] != text.MARKS:
        raise ValueError("the target vocabulary lacks the start and end tokens; build it with marks=True")
    for half, vocabulary, name in zip(
        halves(model), (source_vocabulary, target_vocabulary), ("source", "target"), strict=True
    ):
        if len(vocabulary) != vocabulary_size(half):
            raise ValueError(
                f"the {name} vocabulary has {len(vocabulary)} ids, but the model was built for"
                f" {vocabulary_size(half)}; give the one it was built with"
            )
