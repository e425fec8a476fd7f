"""Eight bits: the error is bounded, the file comes back, and what Keras itself does and does not."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from rnncourse import compression
from rnncourse.compression import dequantize, quantize
from rnncourse.models import build_text_classifier

pytestmark = pytest.mark.slow  # it builds, trains or compiles many models

keras = pytest.importorskip("keras")
RNG = np.random.default_rng(8)
WEIGHTS = arrays(
    "float32", array_shapes(min_dims=1, max_dims=3, max_side=5), elements=st.floats(-1e3, 1e3, width=32)
)


def classifier(cell="gru"):
    keras.utils.set_random_seed(4)
    return build_text_classifier(vocabulary_size=30, cell=cell, embedding_size=8, units=6)


def by_hand(weights):
    """Codes and scales of a kernel (D, H), one weight after the other, in Python's own numbers."""
    rows, columns = weights.shape
    codes, scales = np.zeros(weights.shape, dtype="int8"), []
    for column in range(columns):
        scale = max(abs(float(weights[row, column])) for row in range(rows)) / 127 or 1.0
        scales.append(scale)
        for row in range(rows):
            codes[row, column] = max(-127, min(127, round(float(weights[row, column]) / scale)))
    return codes, np.array(scales)


@given(WEIGHTS, st.integers(0, 2))
def test_no_weight_is_off_by_more_than_half_a_scale(weights, axis):
    axis = min(axis, weights.ndim - 1)
    quantised = quantize(weights, axis=axis)
    assert quantised.codes.dtype == np.int8 and quantised.codes.shape == weights.shape
    assert quantised.scales.dtype == np.float32 and quantised.scales.size == weights.shape[axis]
    assert quantised.codes.min() >= -127
    error = np.abs(dequantize(quantised) - weights)
    assert (error <= 0.5001 * quantised.scales + 1e-30).all()


def test_codes_are_those_of_a_loop_over_all_weights():
    weights = RNG.normal(size=(7, 5)).astype("float32")
    weights[:, 3] = 0
    codes, scales = by_hand(weights)
    quantised = quantize(weights)
    assert np.array_equal(quantised.codes, codes)
    assert np.allclose(quantised.scales, scales) and quantised.scales[0, 3] == 1


def test_codes_are_those_of_kerass_own_quantiser():
    """Keras's for Dense kernels: also symmetric, by column, -127 to 127; its scale is the inverse of ours."""
    weights = RNG.normal(size=(40, 9)).astype("float32")
    codes, inverse = keras.quantizers.abs_max_quantize(
        weights, axis=0, value_range=(-127, 127), to_numpy=True
    )
    quantised = quantize(weights)
    assert np.abs(quantised.codes.astype(int) - codes).max() <= 1  # a half may go to the other side
    assert np.mean(quantised.codes == codes) > 0.99
    assert np.allclose(quantised.scales, 1 / inverse, rtol=1e-4)


def test_the_opposite_weight_has_the_opposite_code():
    weights = RNG.normal(size=(6, 4))
    assert np.array_equal(quantize(-weights).codes, -quantize(weights).codes)


@pytest.mark.parametrize(
    ("weights", "axis", "message"),
    [
        (np.ones((2, 2)), 2, "one of the array's 2, got 2"),
        (np.float32(1), 0, "one of the array's 0"),
        ([1, np.nan], 0, "must be finite"),
    ],
)
def test_errors_say_what_is_wrong(weights, axis, message):
    with pytest.raises(ValueError, match=message):
        quantize(weights, axis=axis)


# Models


@pytest.mark.parametrize("cell", ["gru", "lstm", "simple_rnn"])
def test_kernels_and_embeddings_change_and_biases_stay(cell):
    model = classifier(cell)
    for weight in model.weights:
        weight.assign(RNG.normal(size=weight.shape))
    before = model.get_weights()
    change = compression.quantize_weights(model)
    for old, new, weight in zip(before, model.get_weights(), model.weights, strict=True):
        if weight.name == "bias":
            assert np.array_equal(old, new)
        else:
            axis = 0 if weight.name == "embeddings" else 1
            assert 1 < max(len(np.unique(line)) for line in np.moveaxis(new, axis, 0)) <= 255
            assert 0 < np.abs(old - new).max() <= change
    again = model.get_weights()
    compression.quantize_weights(model)
    assert all(np.allclose(old, new, rtol=1e-6) for old, new in zip(again, model.get_weights(), strict=True))


def test_a_file_comes_back_as_the_model_that_it_stands_for(tmp_path):
    model = classifier()
    size = compression.save_int8(model, tmp_path / "model.int8")
    assert size == (tmp_path / "model.int8").stat().st_size
    tokens = RNG.integers(0, 30, (3, 8))
    loaded = compression.load_int8(tmp_path / "model.int8")
    compression.quantize_weights(model)
    assert np.array_equal(model.predict_on_batch(tokens), loaded.predict_on_batch(tokens))
    assert all(map(np.array_equal, model.get_weights(), loaded.get_weights()))


def test_the_file_takes_about_a_byte_a_weight(tmp_path):
    model = build_text_classifier(vocabulary_size=3000, units=32)
    for weight in model.weights:
        weight.assign(RNG.normal(size=weight.shape))
    size = compression.save_int8(model, tmp_path / "model.int8")
    assert 0.8 < size / model.count_params() < 1.15
    assert compression.compressed_bytes(model) > 3 * size


def test_no_other_file_is_read(tmp_path):
    path = tmp_path / "model.int8"
    path.write_bytes(b"no archive")
    with pytest.raises(ValueError, match="no file of save_int8"):
        compression.load_int8(path)
    np.savez(tmp_path / "other.npz", a=np.ones(2))
    with pytest.raises(ValueError, match=r"holds .* and no model"):
        compression.load_int8(tmp_path / "other.npz")
    np.savez(tmp_path / "object.npz", model=np.array([print], dtype=object))
    with pytest.raises(ValueError, match="no file of save_int8"):
        compression.load_int8(tmp_path / "object.npz")
    np.savez(tmp_path / "new.npz", model=np.frombuffer(b"rnncourse int8 9\n{}", dtype="uint8"))
    with pytest.raises(ValueError, match="of another version"):
        compression.load_int8(tmp_path / "new.npz")


def test_a_model_with_code_inside_is_not_loaded(tmp_path):
    inputs = keras.Input((2,))
    outputs = keras.layers.Dense(1)(keras.layers.Lambda(lambda x: x + 1)(inputs))
    compression.save_int8(keras.Model(inputs, outputs), tmp_path / "lambda.int8")
    with pytest.raises(ValueError, match=r"[Ll]ambda"):
        compression.load_int8(tmp_path / "lambda.int8")


def test_a_model_without_kernels_has_nothing_to_quantise():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Activation("tanh")])
    with pytest.raises(ValueError, match="nothing to quantise"):
        compression.quantize_weights(model)


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_kerass_own_quantisation_skips_recurrent_layers(cell):
    """What the course says about `model.quantize("int8")`: if this fails, Keras has learnt it."""
    model = classifier(cell)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.quantize("int8")
    kinds = {weight.path.split("/")[-1]: weight.dtype for weight in model.weights if "cell" in weight.path}
    assert kinds == dict.fromkeys(("kernel", "recurrent_kernel", "bias"), "float32")
    tables = [
        weight.dtype for weight in model.weights if weight.path.endswith(("embeddings", "dense/kernel"))
    ]
    assert "int8" in tables
    name = {"gru": "GRUCell", "lstm": "LSTMCell"}[cell]
    assert any(f"{name} does not have a `quantize`" in str(warning.message) for warning in caught)


# LiteRT


def test_the_lite_form_calculates_the_same():
    pytest.importorskip("tensorflow")
    if keras.backend.backend() != "tensorflow":
        pytest.skip("LiteRT is TensorFlow's")
    model = classifier()
    for weight in model.weights:
        weight.assign(RNG.normal(size=weight.shape) * 0.3)
    tokens = RNG.integers(1, 30, (4, 7))
    tokens[1, 5:] = 0
    expected = model.predict_on_batch(tokens)
    lite = compression.LiteModel(compression.to_lite(model, steps=7, integers=False))
    assert np.abs(lite.predict(tokens) - expected).max() < 1e-5
    assert lite.predict(tokens[:0]).shape == (0, 1)
    with pytest.raises(ValueError, match=r"shape \(B, 7\), got \(4, 8\)"):
        lite.predict(np.ones((4, 8)))


def test_lite_form_in_whole_numbers_is_smaller_and_close(capfd):
    pytest.importorskip("tensorflow")
    model = build_text_classifier(vocabulary_size=2000, units=32)
    tokens = RNG.integers(1, 2000, (3, 6))
    expected = model.predict_on_batch(tokens)
    capfd.readouterr()
    whole, real = (compression.to_lite(model, steps=6, integers=integers) for integers in (True, False))
    assert len(whole) < 0.4 * len(real)
    assert np.abs(compression.LiteModel(whole).predict(tokens) - expected).max() < 0.02
    shown = capfd.readouterr()
    assert shown.out == "" and shown.err == ""


def test_lite_form_says_what_it_needs():
    model = keras.Sequential([keras.Input((None, 2)), keras.layers.GRU(2)])
    with pytest.raises(ValueError, match="at least 1, got 0"):
        compression.to_lite(model, steps=0)
    inputs = [keras.Input((2,)), keras.Input((2,))]
    with pytest.raises(ValueError, match="2 inputs and 1 outputs"):
        compression.to_lite(keras.Model(inputs, keras.layers.Add()(inputs)), steps=1)
