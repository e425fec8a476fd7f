"""Oracles: Keras's own Bidirectional layer with a mask, and NumPy on each row cut to its length."""

import os
import subprocess
import sys

import keras
import numpy as np
import pytest
from keras import layers, ops

from rnncourse import cells, encoders, models, text

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


# The encoder as its user meets it

FORMS = {
    "gru": {},
    "lstm": {"cell": "lstm"},
    "lstm, one way": {"cell": "lstm", "bidirectional": False},
    "simple_rnn, one way": {"cell": "simple_rnn", "bidirectional": False},
    "stacked": {"cell": "lstm", "layers": 3},
    "dropout": {"layers": 2, "dropout": 0.3, "embedding_dropout": 0.2, "recurrent_dropout": 0.2},
}
ROWS = ([5], [3, 4, 2, 8, 7], [6, 6, 1], [2, 5, 1, 3])
SMALL = {"vocabulary_size": 9, "embedding_size": 4, "units": 3}


QUICK = ("gru", "lstm")


@pytest.fixture(
    scope="module",
    params=[pytest.param(form, marks=[] if form in QUICK else [pytest.mark.slow]) for form in FORMS],
)
def encoder(request):
    model = models.build_encoder(**SMALL, **FORMS[request.param])
    for seed, weight in enumerate(model.trainable_weights):  # large, so that what is wrong shows
        weight.assign(keras.random.normal(weight.shape, stddev=0.7, seed=seed))
    return model


def outputs_of(model, tokens):
    return [np.array(part) for part in model(np.asarray(tokens, "int32"))]


def by_numpy(model, row):
    """States (T, H) and end states (H,) of one row without padding, by the NumPy cells, layer by layer."""
    kinds = {layers.SimpleRNN: cells.simple_rnn, layers.GRU: cells.gru, layers.LSTM: cells.lstm}
    names = sorted(one.name for one in model.layers if isinstance(one, layers.RNN))
    depth = sum(name.startswith("forward") for name in names)
    both = len(names) == 2 * depth
    loops = [
        model.get_layer(f"{way}_{n}")
        for n in range(1, depth + 1)
        for way in ("forward", "backward")[: 1 + both]
    ]
    x = model.get_layer("embedding").get_weights()[0][row][None]
    while loops:
        loop = loops.pop(0)
        cell = kinds[type(loop)]
        run = cells.unroll(cell, x, cell.Params(*loop.get_weights()))
        states, ends = run.outputs, run.state
        if both:
            run = cells.unroll(cell, x[:, ::-1], cell.Params(*loops.pop(0).get_weights()))
            states = np.concatenate([states, run.outputs[:, ::-1]], axis=-1)
            ends = [np.concatenate(pair, axis=-1) for pair in zip(ends, run.state, strict=True)]
        x = states
    return [states[0], *(end[0] for end in ends)]


def test_states_and_end_states_are_those_of_the_numpy_cells(encoder):
    found = outputs_of(encoder, text.pad(ROWS))
    for n, row in enumerate(ROWS):
        states, *ends = by_numpy(encoder, row)
        np.testing.assert_allclose(found[0][n, : len(row)], states, atol=1e-5)
        assert len(found) == 1 + len(ends)
        for mine, end in zip(found[1:], ends, strict=True):
            np.testing.assert_allclose(mine[n], end, atol=1e-5)


def test_padding_changes_no_state_wherever_it_stands(encoder):
    alone = [outputs_of(encoder, [row]) for row in ROWS]
    scattered = np.stack([text.pad(ROWS), np.zeros((4, 5), int)], axis=2).reshape(4, 10)  # 0 after each token
    for tokens in (text.pad(ROWS, length=17), text.pad(ROWS, length=11, side="pre"), scattered):
        states, *ends = outputs_of(encoder, tokens)
        for n, (expected, *expected_ends) in enumerate(alone):
            np.testing.assert_allclose(states[n, tokens[n] > 0], expected[0], atol=1e-5)
            assert (states[n, tokens[n] == 0] == 0).all()
            for end, expected_end in zip(ends, expected_ends, strict=True):
                np.testing.assert_allclose(end[n], expected_end[0], atol=1e-5)


def test_a_row_of_padding_alone_gets_zeros(encoder):
    for tokens in ([[0, 0, 0]], [[0, 0, 0], [1, 2, 0]]):
        assert all((part[0] == 0).all() for part in outputs_of(encoder, tokens))


def test_no_mask_is_left_on_an_output(encoder):
    """Keras would weigh a loss with it."""
    assert all(getattr(part, "_keras_mask", None) is None for part in encoder(text.pad(ROWS)))


def test_a_loop_s_mask_has_a_real_step_in_every_row_and_none_after_padding():
    """cuDNN takes no row without any, and padding behind only."""
    mask = np.array(encoders.LoopMask()(np.array([[3, 4, 0], [0, 0, 0], [1, 0, 0]])))
    np.testing.assert_array_equal(mask, [[1, 1, 0], [1, 0, 0], [1, 0, 0]])


def test_the_end_state_is_the_pooled_last_one(encoder):
    tokens = text.pad(ROWS)
    states, hidden, *_ = outputs_of(encoder, tokens)
    two = hidden.shape[1] == 2 * SMALL["units"]
    pooled = encoders.pool(states, tokens, kind="last", bidirectional=two)
    np.testing.assert_allclose(hidden, pooled, atol=1e-6)


def test_an_encoder_has_the_parameters_of_its_parts():
    v, d, h = 9, 4, 3
    for form, expected in [
        ({"cell": "lstm", "layers": 2}, v * d + 2 * 4 * h * (d + h + 1) + 2 * 4 * h * (2 * h + h + 1)),
        ({"cell": "simple_rnn", "bidirectional": False}, v * d + h * (d + h + 1)),
        ({"cell": "gru"}, v * d + 2 * 3 * h * (d + h + 2)),
    ]:
        assert models.build_encoder(**SMALL, **form).count_params() == expected


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"cell": "rnn"}, "cell must be one of 'simple_rnn', 'lstm', 'gru', got 'rnn'"),
        ({"units": 0}, "units must be a whole number of at least 1, got 0"),
        ({"layers": 1.5}, "layers must be a whole number"),
        ({"vocabulary_size": 2}, "vocabulary_size must be a whole number of at least 3"),
        ({"dropout": 1.0}, "dropout must be a number from 0 to below 1"),
    ],
)
def test_bad_arguments_of_the_encoder_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        models.build_encoder(**{**SMALL, **arguments})


def test_dropout_of_the_encoder_acts_in_training_only():
    model = models.build_encoder(**SMALL, **FORMS["dropout"])
    tokens = text.pad(ROWS)
    one, other = (outputs_of(model, tokens)[0] for _ in range(2))
    np.testing.assert_array_equal(one, other)
    one, other = (np.array(model(tokens, training=True)[0]) for _ in range(2))
    assert np.abs(one - other).max() > 1e-3


@pytest.mark.slow
def test_an_encoder_saved_on_tensorflow_gives_the_same_on_jax(tmp_path):
    folders = [tmp_path / str(number) for number in range(len(FORMS))]
    for folder, form in zip(folders, FORMS.values(), strict=True):
        folder.mkdir()
        model = models.build_encoder(**SMALL, **form)
        tokens = text.pad([*ROWS, []], length=7)
        model.save(folder / "model.keras")
        found = outputs_of(model, tokens)
        np.savez(folder / "found.npz", tokens, *found)
        again = outputs_of(keras.saving.load_model(folder / "model.keras"), tokens)
        for part, reloaded in zip(found, again, strict=True):
            np.testing.assert_allclose(part, reloaded, atol=1e-6)
    environment = {**os.environ, "KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"}
    command = [sys.executable, "-c", RELOADED, *map(str, folders)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.stdout.strip() == "equal", done.stderr


RELOADED = """
import sys
import keras, numpy as np
import rnncourse.encoders
assert keras.backend.backend() == "jax"
for folder in sys.argv[1:]:
    tokens, *found = np.load(folder + "/found.npz").values()
    parts = keras.saving.load_model(folder + "/model.keras", safe_mode=True)(tokens)
    for part, expected in zip(parts, found, strict=True):
        np.testing.assert_allclose(np.array(part), expected, atol=1e-5)
print("equal")
"""
