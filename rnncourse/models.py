"""Builders: flat functions that return an uncompiled `keras.Model`. It saves, and loads on any backend."""

import numbers

import keras
from keras import layers as kl

from rnncourse.encoders import CELLS, POOLINGS, BigramIds, PaddingLast, encode, pool


def build_text_classifier(
    *,
    vocabulary_size,
    classes=2,
    cell="gru",
    embedding_size=64,
    bigram_buckets=0,
    units=64,
    layers=1,
    bidirectional=True,
    pooling="max",
    embedding_dropout=0.5,
    dropout=0.3,
    recurrent_dropout=0.0,
):
    """A recurrent text classifier: token ids (B, T) -> probability of class 1 (B, 1); (B, classes) beyond 2.

    Embedding, `layers` recurrent layers, pooling, probabilities. Id 0 is padding: it may stand anywhere in a
    row and changes no output. A row of padding alone gets a finite output, the same for every such row.

    `cell` is "simple_rnn", "lstm" or "gru"; `units` counts one direction. `pooling` makes one vector of a
    row's states: "max", "mean", "max_mean" (both) or "last". `embedding_dropout` drops features of the
    embedding for a whole row, `dropout` acts between the layers and before the output, `recurrent_dropout` on
    the state within the loop. `bigram_buckets` > 0 adds to each token's embedding that of the pair it ends,
    hashed into so many buckets. Raises ValueError for an argument outside its range.
    """
    _check_sizes(
        vocabulary_size=(vocabulary_size, 3), classes=(classes, 2), units=(units, 1), layers=(layers, 1)
    )
    _check_sizes(
        embedding_size=(embedding_size, 1), bigram_buckets=(bigram_buckets, 2 if bigram_buckets else 0)
    )
    _check_rates(embedding_dropout=embedding_dropout, dropout=dropout, recurrent_dropout=recurrent_dropout)
    _check_choice("cell", cell, CELLS)
    _check_choice("pooling", pooling, POOLINGS)

    inputs = keras.Input((None,), dtype="int32", name="tokens")  # (B, T)
    tokens = PaddingLast()(inputs)
    x = kl.Embedding(vocabulary_size, embedding_size, name="embedding")(tokens)  # (B, T, D)
    if bigram_buckets:
        pairs = kl.Embedding(bigram_buckets, embedding_size, name="bigram_embedding")
        x = kl.Add()([x, pairs(BigramIds(bigram_buckets)(tokens))])
    x = kl.SpatialDropout1D(embedding_dropout)(x)
    for layer in range(layers):
        x = kl.Dropout(dropout)(x) if layer else x
        x = encode(
            x,
            tokens,
            cell=cell,
            units=units,
            bidirectional=bidirectional,
            recurrent_dropout=recurrent_dropout,
        )  # (B, T, H), 2H if bidirectional
    x = kl.Dropout(dropout)(pool(x, tokens, kind=pooling, bidirectional=bidirectional))  # (B, H)
    output = kl.Dense(1, activation="sigmoid") if classes == 2 else kl.Dense(classes, activation="softmax")
    return keras.Model(inputs, output(x), name="text_classifier")


def _check_sizes(**sizes):
    for name, (value, least) in sizes.items():
        if not isinstance(value, numbers.Integral) or isinstance(value, bool) or value < least:
            raise ValueError(f"{name} must be a whole number of at least {least}, got {value!r}")


def _check_rates(**rates):
    for name, value in rates.items():
        if not isinstance(value, numbers.Real) or not 0 <= value < 1:
            raise ValueError(f"{name} must be a number from 0 to below 1, got {value!r}")


def _check_choice(name, value, choices):
    if value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, choices))}, got {value!r}")
