"""What goes into a search: checked sources, padded to few different shapes, and the model's halves."""

import keras
import numpy as np

from rnncourse import text
from rnncourse.arguments import checked_ids

ROWS = 64  # sources decoded at once
TALLEST = 1024  # hypotheses at once


def halves(model):
    """The encoder and the decoder of a model of `build_translator`. Raises ValueError for another model."""
    try:
        return model.get_layer("encoder"), model.get_layer("decoder")
    except (AttributeError, ValueError):
        given = getattr(model, "name", type(model).__name__)
        raise ValueError(
            f"an encoder-decoder model is needed, as models.build_translator makes it, got {given!r}"
        ) from None


def batches(sources, *, copies=1):
    """(rows, tokens (B, T)) for all `sources`, checked ones; those of similar length share a batch.

    T is a multiple of 8 and B a power of two, filled up with padding: a compiled search meets few shapes.
    `copies`: how many hypotheses each source gets.
    """
    lengths = np.array([len(ids) for ids in sources], dtype="int64")
    rows = max(1, min(ROWS, TALLEST // copies))
    for chosen in text.bucket_batches(lengths, tokens=1, smallest=rows, largest=rows):
        yield chosen, _padded([sources[row] for row in chosen])


def _padded(sources):
    tokens = text.pad(sources)
    count, width = tokens.shape
    return np.pad(tokens, [(0, 2 ** (count - 1).bit_length() - count), (0, -width % 8)])


def checked_sources(model, sources):
    """`sources` as int32 arrays. Raises ValueError that names the one that the model cannot read."""
    size = vocabulary_size(halves(model)[0])
    return checked_ids(sources, size=size, name="sources", instead="see decoders.translate")


def vocabulary_size(half):
    """The number of ids that the half's embedding knows."""
    return next(layer.input_dim for layer in half.layers if isinstance(layer, keras.layers.Embedding))
