"""Text classifiers: token ids (B, T) -> probabilities."""

import keras
from keras import layers as kl

from rnncourse.arguments import check_choice, check_rates, check_sizes
from rnncourse.encoders import (
    CELLS,
    POOLINGS,
    AddPositions,
    AttentionMask,
    BigramIds,
    PaddingLast,
    ZeroPadding,
    encode,
    pool,
)


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
    check_sizes(
        vocabulary_size=(vocabulary_size, 3), classes=(classes, 2), units=(units, 1), layers=(layers, 1)
    )
    check_sizes(
        embedding_size=(embedding_size, 1), bigram_buckets=(bigram_buckets, 2 if bigram_buckets else 0)
    )
    check_rates(embedding_dropout=embedding_dropout, dropout=dropout, recurrent_dropout=recurrent_dropout)
    check_choice("cell", cell, CELLS)
    check_choice("pooling", pooling, POOLINGS)

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
    return keras.Model(inputs, _probabilities(classes)(x), name="text_classifier")


def build_cnn_classifier(
    *,
    vocabulary_size,
    classes=2,
    embedding_size=64,
    filters=64,
    kernel_size=3,
    layers=1,
    pooling="max",
    embedding_dropout=0.5,
    dropout=0.3,
):
    """A convolutional text classifier: token ids (B, T) -> probabilities as `build_text_classifier` gives.

    Embedding, `layers` convolutions of `filters` over `kernel_size` neighbours each, pooling ("max", "mean"
    or "max_mean"). Id 0 is padding: it may stand anywhere in a row and changes no output. Raises ValueError
    for an argument outside its range. Kim (2014).
    """
    check_sizes(
        vocabulary_size=(vocabulary_size, 3), classes=(classes, 2), embedding_size=(embedding_size, 1)
    )
    check_sizes(filters=(filters, 1), kernel_size=(kernel_size, 1), layers=(layers, 1))
    check_rates(embedding_dropout=embedding_dropout, dropout=dropout)
    check_choice("pooling", pooling, POOLINGS[:-1])

    inputs = keras.Input((None,), dtype="int32", name="tokens")  # (B, T)
    tokens = PaddingLast()(inputs)
    x = kl.Embedding(vocabulary_size, embedding_size, name="embedding")(tokens)  # (B, T, D)
    x = kl.SpatialDropout1D(embedding_dropout)(x)
    for _ in range(layers):  # zeros on the padding, as the convolution has them beyond the end
        x = ZeroPadding()([x, tokens])
        x = kl.Conv1D(filters, kernel_size, padding="same", activation="relu")(x)  # (B, T, filters)
    x = kl.Dropout(dropout)(pool(x, tokens, kind=pooling))  # (B, filters)
    return keras.Model(inputs, _probabilities(classes)(x), name="cnn_classifier")


def build_transformer_classifier(
    *,
    vocabulary_size,
    classes=2,
    embedding_size=64,
    heads=4,
    feed_forward=128,
    layers=1,
    pooling="mean",
    dropout=0.1,
):
    """A small Transformer encoder: token ids (B, T) -> probabilities as `build_text_classifier` gives.

    Embedding plus sinusoids of the position, `layers` blocks of self-attention and a feed-forward layer, each
    with normalisation before and a shortcut around it, pooling ("max", "mean" or "max_mean"). Id 0 is
    padding: it may stand anywhere in a row and changes no output. Raises ValueError for an argument outside
    its range and where `heads` does not divide `embedding_size`. Vaswani et al. (2017).
    """
    check_sizes(vocabulary_size=(vocabulary_size, 3), classes=(classes, 2), heads=(heads, 1))
    check_sizes(embedding_size=(embedding_size, 2), feed_forward=(feed_forward, 1), layers=(layers, 1))
    check_rates(dropout=dropout)
    check_choice("pooling", pooling, POOLINGS[:-1])
    if embedding_size % heads:
        raise ValueError(f"heads must divide embedding_size, got {heads} heads for {embedding_size}")

    inputs = keras.Input((None,), dtype="int32", name="tokens")  # (B, T)
    tokens = PaddingLast()(inputs)
    scale = keras.initializers.RandomNormal(stddev=embedding_size**-0.5)
    x = kl.Embedding(vocabulary_size, embedding_size, scale, name="embedding")(tokens)  # (B, T, D)
    x = kl.Dropout(dropout)(AddPositions()(x))
    mask = AttentionMask()(tokens)  # (B, 1, T)
    for _ in range(layers):
        y = kl.LayerNormalization()(x)
        y = kl.MultiHeadAttention(heads, embedding_size // heads)(y, y, attention_mask=mask)
        x = kl.Add()([x, kl.Dropout(dropout)(y)])
        y = kl.Dense(feed_forward, activation="relu")(kl.LayerNormalization()(x))
        x = kl.Add()([x, kl.Dropout(dropout)(kl.Dense(embedding_size)(y))])
    x = pool(kl.LayerNormalization()(x), tokens, kind=pooling)  # (B, D)
    return keras.Model(inputs, _probabilities(classes)(x), name="transformer_classifier")


def _probabilities(classes):
    return kl.Dense(1, activation="sigmoid") if classes == 2 else kl.Dense(classes, activation="softmax")
