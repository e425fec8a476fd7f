"""Attention: Keras's own layers are the oracle; padding gets nothing, wherever it stands."""

import keras
import numpy as np
import pytest

from rnncourse.attention import SCORES, Attention

B, N, T, H = 3, 4, 6, 5


@pytest.fixture(name="inputs")
def draw_inputs():
    rng = np.random.default_rng(0)
    tokens = rng.integers(1, 9, (B, T))
    tokens[1, 4:] = 0
    tokens[2, :2] = 0
    shapes = (B, N, H), (B, T, H)
    return [*(rng.normal(size=shape).astype("float32") for shape in shapes), tokens]


def keras_attention(layer, query, states, tokens):
    found = layer([query, states], mask=[None, tokens != 0], return_attention_scores=True)
    return [np.asarray(part) for part in found]


def both(layer, inputs):
    return [np.asarray(part) for part in layer(inputs)]


def assert_equal(found, expected):
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


def test_dot_equals_keras(inputs):
    assert_equal(both(Attention("dot"), inputs), keras_attention(keras.layers.Attention(), *inputs))


def test_general_is_dot_with_transformed_states(inputs):
    layer = Attention("general")
    context, weights = both(layer, inputs)
    query, states, tokens = inputs
    keys = states @ np.asarray(layer.states_kernel)
    expected = keras.layers.Attention()(
        [query, states, keys], mask=[None, tokens != 0], return_attention_scores=True
    )
    assert_equal((context, weights), [np.asarray(part) for part in expected])


def test_additive_equals_keras(inputs):
    layer = Attention("additive", units=7)
    context, weights = both(layer, inputs)
    query, states, tokens = inputs
    oracle = keras.layers.AdditiveAttention()
    asked = query @ np.asarray(layer.query_kernel) + np.asarray(layer.bias)
    keys = states @ np.asarray(layer.states_kernel)
    oracle.build([asked.shape, states.shape, keys.shape])
    oracle.scale.assign(np.asarray(layer.scale)[:, 0])
    expected = oracle([asked, states, keys], mask=[None, tokens != 0], return_attention_scores=True)
    assert_equal((context, weights), [np.asarray(part) for part in expected])


@pytest.mark.parametrize("score", SCORES)
def test_weights_sum_to_one_and_padding_gets_none(score, inputs):
    _, weights = both(Attention(score), inputs)
    np.testing.assert_allclose(weights.sum(axis=-1), 1, atol=1e-6)
    assert (weights[(inputs[2] == 0)[:, None].repeat(N, axis=1)] == 0).all()


@pytest.mark.parametrize("score", SCORES)
@pytest.mark.parametrize("filler", [0.0, 1e6, -1e6])
def test_what_stands_on_padding_does_not_matter(score, filler, inputs):
    layer = Attention(score)
    query, states, tokens = inputs
    plain = both(layer, inputs)
    other = np.where((tokens == 0)[:, :, None], filler, states).astype("float32")
    assert_equal(both(layer, [query, other, tokens]), plain)


@pytest.mark.parametrize("score", SCORES)
def test_a_row_of_padding_gets_zeros_and_finite_gradients(score, inputs):
    import tensorflow as tf

    layer = Attention(score)
    query, states, tokens = (tf.convert_to_tensor(part) for part in inputs)
    with tf.GradientTape() as tape:
        tape.watch(states)
        context, weights = layer([query, states, tokens * 0])
        total = tf.reduce_sum(context)
    assert not np.asarray(context).any() and not np.asarray(weights).any()
    assert np.isfinite(np.asarray(tape.gradient(total, states))).all()


def test_bad_arguments():
    with pytest.raises(ValueError, match=r"score must be one of .* got 'cosine'"):
        Attention("cosine")
    with pytest.raises(ValueError, match="units must be at least 1, got 0"):
        Attention("additive", units=0)
    with pytest.raises(ValueError, match=r'"dot" needs .* got 5 and 6; take "general"'):
        Attention("dot")([np.zeros((1, 2, 5)), np.zeros((1, 3, 6)), np.ones((1, 3), int)])
