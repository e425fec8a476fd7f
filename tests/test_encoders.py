"""Oracles: Keras's own Bidirectional layer with a mask, and NumPy on each row cut to its length."""

import keras
import numpy as np
import pytest
from keras import layers, ops

from rnncourse import encoders

LENGTHS = (7, 1, 4, 0, 6)


@pytest.fixture
def rng():
    return np.random.default_rng(3)


@pytest.fixture
def tokens(rng):
    batch = rng.integers(1, 9, (len(LENGTHS), 7)).astype("int32")
    for row, length in zip(batch, LENGTHS, strict=True):
        row[length:] = 0
    return batch


def build_pair(cell, units=3):
    """Our encoder and Keras's Bidirectional over a masked embedding, with equal weights."""
    ids = keras.Input((None,), dtype="int32")
    ours = keras.Model(ids, encoders.encode(layers.Embedding(9, 5)(ids), ids, cell=cell, units=units))
    embedded = layers.Embedding(9, 5, mask_zero=True)(ids)
    loop = encoders.CELLS[cell](units, return_sequences=True)
    theirs = keras.Model(ids, layers.Bidirectional(loop)(embedded))
    for seed, weight in enumerate(
        ours.trainable_weights
    ):  # biases start at zero, where a swap would not show
        weight.assign(keras.random.normal(weight.shape, stddev=0.5, seed=seed))
    copy_weights(ours, theirs)
    return ours, theirs


def copy_weights(ours, theirs):
    """Keras lists layers by their distance from the output: our backward loop stands before the forward."""
    backward, forward = (layer for layer in ours.layers if isinstance(layer, layers.RNN))
    embedding = next(layer for layer in ours.layers if isinstance(layer, layers.Embedding))
    theirs.set_weights(embedding.get_weights() + forward.get_weights() + backward.get_weights())


def gradients(model, tokens, mask):
    """Of a smooth function of the states at real tokens: {weight's values as bytes: gradient}."""
    import tensorflow as tf

    with tf.GradientTape() as tape:
        loss = ops.sum(ops.sin(model(tokens) * 3.0) * mask)
    found = tape.gradient(loss, model.trainable_weights)
    pairs = zip(model.trainable_weights, found, strict=True)
    return {ops.convert_to_numpy(weight).tobytes(): tf.convert_to_tensor(g).numpy() for weight, g in pairs}


@pytest.mark.parametrize("cell", encoders.CELLS)
def test_states_and_gradients_equal_keras_with_a_mask(cell, tokens):
    ours, theirs = build_pair(cell)
    mask = (tokens != 0)[:, :, None].astype("float32")
    np.testing.assert_allclose(np.array(ours(tokens)) * mask, np.array(theirs(tokens)) * mask, atol=1e-5)
    mine, oracle = gradients(ours, tokens, mask), gradients(theirs, tokens, mask)
    assert mine.keys() == oracle.keys()
    for weight, gradient in oracle.items():
        np.testing.assert_allclose(mine[weight], gradient, atol=1e-5)


def test_a_layer_in_one_direction_is_keras_own(tokens, rng):
    x = rng.normal(size=(*tokens.shape, 5)).astype("float32")
    keras.utils.set_random_seed(1)
    ours = encoders.encode(x, tokens, cell="lstm", units=3, bidirectional=False)
    keras.utils.set_random_seed(1)
    np.testing.assert_allclose(ours, layers.LSTM(3, return_sequences=True)(x), atol=1e-6)


def test_reverse_rows_up_to_their_own_length(tokens, rng):
    x = rng.normal(size=(*tokens.shape, 2)).astype("float32")
    reversed_rows = np.array(encoders.ReverseRows()([x, tokens]))
    for row, length in enumerate(LENGTHS):
        np.testing.assert_array_equal(reversed_rows[row, :length], x[row, :length][::-1])
        np.testing.assert_array_equal(reversed_rows[row, length:], x[row, length:])


def test_padding_moves_last_and_tokens_keep_their_order():
    tokens = np.array([[0, 0, 5, 3], [4, 0, 2, 0], [0, 0, 0, 0], [1, 2, 3, 4]], dtype="int32")
    moved = np.array(encoders.PaddingLast()(tokens))
    np.testing.assert_array_equal(moved, [[5, 3, 0, 0], [4, 2, 0, 0], [0, 0, 0, 0], [1, 2, 3, 4]])


@pytest.mark.parametrize("kind", ["max", "mean", "max_mean"])
def test_pooling_sees_real_tokens_only(kind, tokens, rng):
    states = rng.normal(size=(*tokens.shape, 4)).astype("float32") - 2  # below zero: padding must not win
    pooled = np.array(encoders.pool(states, tokens, kind=kind))
    for row, length in enumerate(LENGTHS):
        real = states[row, :length] if length else np.zeros((1, 4), "float32")
        parts = {"max": [real.max(0)], "mean": [real.mean(0)], "max_mean": [real.max(0), real.mean(0)]}[kind]
        np.testing.assert_allclose(pooled[row], np.concatenate(parts), atol=1e-6)


def test_last_state_is_what_keras_returns_for_a_masked_row(tokens):
    ids = keras.Input((None,), dtype="int32")
    states = encoders.encode(layers.Embedding(9, 5)(ids), ids, cell="gru", units=3)
    ours = keras.Model(ids, encoders.pool(states, ids, kind="last"))
    theirs = keras.Model(
        ids, layers.Bidirectional(layers.GRU(3))(layers.Embedding(9, 5, mask_zero=True)(ids))
    )
    copy_weights(ours, theirs)
    np.testing.assert_allclose(ours(tokens), theirs(tokens), atol=1e-5)


def test_last_state_in_one_direction(tokens, rng):
    states = rng.normal(size=(*tokens.shape, 4)).astype("float32")
    last = np.array(encoders.pool(states, tokens, kind="last", bidirectional=False))
    for row, length in enumerate(LENGTHS):
        np.testing.assert_array_equal(last[row], states[row, length - 1] if length else np.zeros(4))


def test_a_bigram_has_one_bucket_wherever_it_stands():
    layer = encoders.BigramIds(50)
    first, second = np.array(layer(np.array([[5, 6, 7, 0, 0], [2, 5, 6, 7, 6]], dtype="int32")))
    assert first[1] == second[2] and first[2] == second[3]
    assert (first[3:] == 0).all()
    assert (second > 0).all() and (second < 50).all()
    assert second[4] != second[2]  # another neighbour, another pair


def test_bigram_buckets_stay_in_range_for_large_ids():
    ids = np.random.default_rng(0).integers(1, 2_000_000, (20, 50)).astype("int32")
    buckets = np.array(encoders.BigramIds(1000)(ids))
    assert buckets.min() >= 1 and buckets.max() < 1000
    assert len(np.unique(buckets)) > 500  # spread, not piled up
