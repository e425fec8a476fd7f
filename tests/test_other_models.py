"""CNN and Transformer classifiers: padding, order, saving, the other backend, bad arguments."""

import os
import subprocess
import sys

import keras
import numpy as np
import pytest

from rnncourse.models import build_cnn_classifier, build_transformer_classifier

FORMS = {
    "cnn": (build_cnn_classifier, {"filters": 5}),
    "cnn_deep": (build_cnn_classifier, {"filters": 5, "kernel_size": 4, "layers": 2, "pooling": "mean"}),
    "transformer": (build_transformer_classifier, {"heads": 2, "feed_forward": 7}),
    "transformer_deep": (
        build_transformer_classifier,
        {"heads": 1, "feed_forward": 3, "layers": 2, "pooling": "max_mean", "classes": 3},
    ),
}
ROWS = ([5], [3, 4, 2, 11, 7], [9, 9, 1], [6, 2, 10, 3])


def build(name):
    keras.utils.set_random_seed(1)
    function, form = FORMS[name]
    model = function(vocabulary_size=12, embedding_size=6, **form)
    for weight in model.trainable_weights:
        weight.assign(keras.random.normal(weight.shape, stddev=0.6, seed=len(weight.path)))
    return model


@pytest.fixture(scope="module", params=FORMS)
def model(request):
    return build(request.param)


def padded(rows, width, left=0):
    batch = np.zeros((len(rows), width), dtype="int32")
    for target, row in zip(batch, rows, strict=True):
        target[left : left + len(row)] = row
    return batch


def test_output_is_a_probability_for_each_row(model):
    output = np.array(model(padded(ROWS, 5)))
    assert output.shape == (4, model.output_shape[-1]) and ((output > 0) & (output < 1)).all()
    assert np.ptp(output[:, 0]) > 1e-3 and not getattr(model, "compiled", False)


def test_padding_changes_no_output_wherever_it_stands(model):
    alone = np.concatenate([np.array(model(np.array([row], dtype="int32"))) for row in ROWS])
    scattered = padded(ROWS, 5)
    scattered = np.stack([scattered, np.zeros_like(scattered)], axis=2).reshape(4, 10)
    for batch in (padded(ROWS, 19), padded(ROWS, 19, left=11), scattered):
        np.testing.assert_allclose(model(batch), alone, atol=1e-5)


def test_a_row_of_padding_has_a_defined_output(model):
    output = np.array(model(padded(([], [5, 4], []), 6)))
    assert np.isfinite(output).all()
    np.testing.assert_array_equal(output[0], output[2])


def test_order_matters(model):
    forward, backward = (np.array(model(np.array([row]))) for row in ([3, 4, 2, 11], [11, 2, 4, 3]))
    assert np.abs(forward - backward).max() > 1e-5


def test_without_positions_order_would_not_matter():
    """The positions are what tells a Transformer the order: taken out, a permutation changes nothing."""
    model = build("transformer")
    positions = next(layer for layer in model.layers if layer.name.startswith("add_positions"))
    positions.call = lambda x: x
    inner = keras.Model(model.input, model.output)
    rows = np.array([[3, 4, 2, 11]]), np.array([[11, 2, 4, 3]])
    np.testing.assert_allclose(*(np.array(inner(row)) for row in rows), atol=1e-5)


def test_positions_are_sines_and_cosines():
    from rnncourse.encoders import AddPositions

    table = np.array(AddPositions()(np.zeros((1, 9, 6), "float32")))[0]
    rates = 10_000.0 ** (-np.arange(3) / 2)
    angles = np.arange(9)[:, None] * rates
    np.testing.assert_allclose(table, np.concatenate([np.sin(angles), np.cos(angles)], axis=1), atol=1e-5)
    assert np.array(AddPositions()(np.zeros((1, 4, 5), "float32"))).shape == (1, 4, 5)


LOAD = """
import sys
import keras, numpy as np
import rnncourse.encoders
assert keras.backend.backend() == "jax"
for folder in sys.argv[1:]:
    model = keras.saving.load_model(folder + "/model.keras", safe_mode=True)
    tokens = np.load(folder + "/tokens.npy")
    np.testing.assert_allclose(np.array(model(tokens)), np.load(folder + "/output.npy"), atol=1e-5)
print("equal")
"""


@pytest.mark.slow
def test_saved_and_loaded_it_gives_the_same_also_on_jax(tmp_path):
    for name in FORMS:
        folder = tmp_path / name
        folder.mkdir()
        model, tokens = build(name), padded((*ROWS, []), 7)
        model.save(folder / "model.keras")
        np.save(folder / "tokens.npy", tokens)
        np.save(folder / "output.npy", model(tokens))
        loaded = keras.saving.load_model(folder / "model.keras")
        np.testing.assert_allclose(loaded(tokens), model(tokens), atol=1e-6)
    environment = {**os.environ, "KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"}
    command = [sys.executable, "-c", LOAD, *(str(tmp_path / name) for name in FORMS)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.stdout.strip() == "equal", done.stderr


def test_parameters_are_those_of_the_parts():
    assert build("cnn").count_params() == 12 * 6 + (3 * 6 * 5 + 5) + 5 + 1
    attention, forward, norms = 4 * (6 * 6 + 6), (6 * 7 + 7) + (7 * 6 + 6), 3 * 2 * 6
    assert build("transformer").count_params() == 12 * 6 + attention + forward + norms + 6 + 1


@pytest.mark.parametrize(
    ("function", "arguments", "message"),
    [
        (build_cnn_classifier, {"filters": 0}, "filters must be a whole number of at least 1, got 0"),
        (build_cnn_classifier, {"kernel_size": 2.5}, "kernel_size"),
        (build_cnn_classifier, {"pooling": "last"}, "pooling must be one of"),
        (build_cnn_classifier, {"dropout": 1.0}, "dropout"),
        (build_transformer_classifier, {"heads": 4}, "heads must divide embedding_size, got 4 heads for 6"),
        (build_transformer_classifier, {"feed_forward": 0}, "feed_forward"),
        (build_transformer_classifier, {"layers": 0}, "layers"),
        (build_transformer_classifier, {"vocabulary_size": 2}, "vocabulary_size"),
    ],
)
def test_bad_arguments_are_named(function, arguments, message):
    with pytest.raises(ValueError, match=message):
        function(**{"vocabulary_size": 12, "embedding_size": 6, **arguments})
