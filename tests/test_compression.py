"""Pruning: what is dropped, what stays, and what a model then weighs."""

import gzip

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnncourse import compression
from rnncourse.compression import gate_columns, magnitude_masks, masks_of_scores, random_masks

keras = pytest.importorskip("keras")
RNG = np.random.default_rng(3)


def lstm_model(units=6):
    keras.utils.set_random_seed(1)
    embedding = keras.layers.Embedding(9, 4, mask_zero=True)
    layers = [embedding, keras.layers.LSTM(units), keras.layers.Dense(1, activation="sigmoid")]
    return keras.Sequential([keras.Input((None,)), *layers])


def values(model):
    return [keras.ops.convert_to_numpy(variable) for variable in compression.prunable(model)]


# Masks


@given(
    st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), min_size=1, max_size=4),
    st.floats(0, 1),
    st.integers(0, 99),
)
def test_no_dropped_weight_is_larger_than_a_kept_one(shapes, sparsity, seed):
    weights = [np.random.default_rng(seed).normal(size=shape) for shape in shapes]
    masks = magnitude_masks(weights, sparsity)
    assert [mask.shape for mask in masks] == shapes and all(mask.dtype == bool for mask in masks)
    kept = np.concatenate([np.abs(w[m]) for w, m in zip(weights, masks, strict=True)])
    dropped = np.concatenate([np.abs(w[~m]) for w, m in zip(weights, masks, strict=True)])
    assert len(dropped) == round(sparsity * (len(dropped) + len(kept)))
    assert dropped.max(initial=0) <= kept.min(initial=np.inf)


def test_equal_weights_go_in_order_and_the_count_is_exact():
    (mask,) = magnitude_masks([np.ones((2, 4))], 0.5)
    assert mask.tolist() == [[False] * 4, [True] * 4]


def test_random_masks_drop_the_same_share_and_follow_the_generator():
    weights = [np.ones((20, 20)), np.ones((10, 40))]
    once, again, other = (random_masks(weights, 0.3, np.random.default_rng(s)) for s in (1, 1, 2))
    assert sum((~mask).sum() for mask in once) == 240
    assert all(map(np.array_equal, once, again)) and not all(map(np.array_equal, once, other))


@pytest.mark.parametrize("sparsity", [-0.1, 1.1, float("nan")])
def test_a_share_lies_between_0_and_1(sparsity):
    with pytest.raises(ValueError, match=r"must lie in \[0, 1\]"):
        masks_of_scores([np.ones(3)], sparsity)


def test_gates_stand_in_kerass_order():
    """A forget gate that is shut forgets: only the columns that `gate_columns` names may do that."""
    layer = keras.layers.LSTM(3)
    layer.build((None, None, 2))
    kernel, recurrent, bias = layer.get_weights()
    assert np.argmax(np.split(bias, 4)) // 3 == "ifco".index("f")  # Keras opens the forget gate with 1s
    assert np.array_equal(bias[gate_columns(bias, "f")], np.ones(3))
    assert recurrent[:, gate_columns(recurrent, "o")].shape == (3, 3)
    assert [gate_columns(kernel, gate).start for gate in "ifco"] == [0, 3, 6, 9]
    with pytest.raises(ValueError, match="i, f, c, o; got 'g'"):
        gate_columns(kernel, "g")


# Models


def test_pruning_touches_the_recurrent_layers_alone():
    model = lstm_model()
    before = model.get_weights()
    masks = compression.prune(model, 0.75)
    embedding, kernel, recurrent, *rest = model.get_weights()
    assert np.array_equal(embedding, before[0]) and all(map(np.array_equal, rest, before[3:]))
    expected = [w * m for w, m in zip(before[1:3], magnitude_masks(before[1:3], 0.75), strict=True)]
    assert np.array_equal(kernel, expected[0]) and np.array_equal(recurrent, expected[1])
    assert all(
        np.array_equal(value != 0, mask) for value, mask in zip((kernel, recurrent), masks, strict=True)
    )
    assert compression.sparsity_of(model) == pytest.approx(0.75)


def test_one_gate_is_pruned_and_no_other():
    model = lstm_model()
    before = values(model)
    compression.prune(model, 0.5, gates="o")
    for old, new in zip(before, values(model), strict=True):
        changed = np.split(old != new, 4, axis=1)
        assert not any(block.any() for block in changed[:3]) and changed[3].any()
    zeros = sum((value == 0).sum() for value in values(model))
    assert zeros == round(0.5 * sum(value[:, -6:].size for value in before))


def test_other_scores_choose_other_weights():
    model = lstm_model()
    scores = [RNG.random(value.shape) for value in values(model)]
    masks = compression.prune(model, 0.4, scores=scores)
    assert all(map(np.array_equal, masks, masks_of_scores(scores, 0.4)))


def test_wrapped_and_stacked_layers_are_found():
    layers = keras.layers
    stack = [layers.Bidirectional(layers.GRU(3, return_sequences=True)), layers.SimpleRNN(2)]
    model = keras.Sequential([keras.Input((None, 5)), *stack])
    shapes = [tuple(variable.shape) for variable in compression.prunable(model)]
    assert shapes == [(5, 9), (3, 9), (5, 9), (3, 9), (6, 2), (2, 2)]
    masks = compression.prune(model, 1.0, gates="r")
    assert [(~mask).sum() for mask in masks] == [15, 9, 15, 9, 0, 0]
    assert not any(mask[:, 3:6].any() for mask in masks[:4])


def test_training_does_not_bring_pruned_weights_back():
    model = lstm_model()
    masks = compression.prune(model, 0.6)
    model.compile(keras.optimizers.Adam(0.05), "binary_crossentropy")
    tokens, labels = RNG.integers(1, 9, (32, 5)), RNG.integers(0, 2, (32, 1))
    callback = compression.keep_masks(model, masks)
    before = values(model)
    model.fit(tokens, labels, epochs=2, batch_size=8, verbose=0, callbacks=[callback])
    for old, new, mask in zip(before, values(model), masks, strict=True):
        assert not new[~mask].any() and (new[mask] != old[mask]).all()


def test_zeros_compress_and_the_dense_size_stays():
    model = lstm_model(units=24)
    dense = compression.compressed_bytes(model)
    raw = b"".join(weight.tobytes() for weight in model.get_weights())
    assert abs(dense - len(gzip.compress(raw, 9))) < 20  # gzip adds a header of its own
    compression.prune(model, 0.9)
    assert compression.compressed_bytes(model) < 0.5 * dense
    assert len(b"".join(weight.tobytes() for weight in model.get_weights())) == len(raw)


@pytest.mark.parametrize("gates", ["", "g", "iz"])
def test_a_gate_that_no_layer_has_is_an_error(gates):
    with pytest.raises(ValueError, match="gates must be among c, f, i, o; got"):
        compression.prune(lstm_model(), 0.5, gates=gates)


def test_a_model_without_recurrence_has_nothing_to_prune():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    with pytest.raises(ValueError, match="nothing to prune"):
        compression.prune(model, 0.5)
