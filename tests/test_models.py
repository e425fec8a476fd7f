"""The classifier as its user meets it: shapes, padding, saving, the other backend, bad arguments."""

import os
import subprocess
import sys

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnncourse.models import build_text_classifier

SMALL = {"vocabulary_size": 12, "embedding_size": 4, "units": 3}
FORMS = {
    "gru": {},
    "lstm": {"cell": "lstm", "layers": 2, "pooling": "max_mean", "bigram_buckets": 30},
    "simple_rnn": {"cell": "simple_rnn", "bidirectional": False, "pooling": "last", "classes": 3},
    "last": {"pooling": "last", "layers": 2, "recurrent_dropout": 0.2},
    "mean": {"cell": "lstm", "bidirectional": False, "pooling": "mean", "layers": 2},
}
ROWS = ([5], [3, 4, 2, 11, 7], [9, 9, 1], [6, 2, 10, 3])


def padded(rows, width, left=0):
    batch = np.zeros((len(rows), width), dtype="int32")
    for target, row in zip(batch, rows, strict=True):
        target[left : left + len(row)] = row
    return batch


@pytest.fixture(scope="module", params=FORMS)
def model(request):
    keras.utils.set_random_seed(0)
    model = build_text_classifier(**SMALL, **FORMS[request.param])
    for weight in model.trainable_weights:  # large, so that what is wrong shows
        weight.assign(keras.random.normal(weight.shape, stddev=0.7, seed=len(weight.path)))
    return model


def test_output_is_a_probability_for_each_row(model):
    output = np.array(model(padded(ROWS, 5)))
    assert output.shape == (4, model.output_shape[-1])
    assert ((output > 0) & (output < 1)).all()
    if output.shape[1] > 1:
        np.testing.assert_allclose(output.sum(axis=1), 1, atol=1e-5)
    assert np.ptp(output[:, 0]) > 1e-3  # the rows are told apart
    assert not getattr(model, "compiled", False)


def test_padding_changes_no_output_wherever_it_stands(model):
    alone = np.concatenate([np.array(model(np.array([row], dtype="int32"))) for row in ROWS])
    behind, before = model(padded(ROWS, 19)), model(padded(ROWS, 19, left=11))
    scattered = padded(ROWS, 5)
    scattered = np.stack([scattered, np.zeros_like(scattered)], axis=2).reshape(4, 10)  # 0 after each token
    for output in (behind, before, model(scattered)):
        np.testing.assert_allclose(output, alone, atol=1e-5)


def test_a_row_of_padding_has_a_defined_output(model):
    output = np.array(model(padded(([], [5, 4], []), 6)))
    assert np.isfinite(output).all()
    np.testing.assert_array_equal(output[0], output[2])
    np.testing.assert_allclose(output[:1], model(np.zeros((1, 1), dtype="int32")), atol=1e-6)


def test_order_matters(model):
    forward, backward = model(np.array([[3, 4, 2, 11]])), model(np.array([[11, 2, 4, 3]]))
    assert np.abs(np.array(forward) - np.array(backward)).max() > 1e-5


@settings(max_examples=10, deadline=None)
@given(
    rows=st.lists(st.lists(st.integers(1, 11), max_size=9), min_size=1, max_size=4), extra=st.integers(0, 5)
)
def test_a_row_does_not_see_the_other_rows(recurrent, rows, extra):
    width = max(1, *map(len, rows)) + extra if len(rows) > 1 else max(1, len(rows[0])) + extra
    together = np.array(recurrent(padded(rows, width)))
    for row, output in zip(rows, together, strict=True):
        np.testing.assert_allclose(recurrent(padded([row], max(1, len(row))))[0], output, atol=1e-5)


@pytest.fixture(scope="module")
def recurrent():
    keras.utils.set_random_seed(1)
    return build_text_classifier(**SMALL, bigram_buckets=20)


SAVED = """
import sys
import keras, numpy as np
import rnncourse.encoders
assert keras.backend.backend() == sys.argv[1]
for folder in sys.argv[2:]:
    model = keras.saving.load_model(folder + "/model.keras", safe_mode=True)
    tokens = np.load(folder + "/tokens.npy")
    np.testing.assert_allclose(np.array(model(tokens)), np.load(folder + "/output.npy"), atol=1e-5)
print("equal")
"""


def run_on(backend, *folders):
    environment = {**os.environ, "KERAS_BACKEND": backend, "JAX_PLATFORMS": "cpu"}
    command = [sys.executable, "-c", SAVED, backend, *map(str, folders)]
    return subprocess.run(command, env=environment, capture_output=True, text=True)


@pytest.mark.slow
def test_saved_on_tensorflow_it_gives_the_same_on_jax(tmp_path):
    assert keras.backend.backend() == "tensorflow"
    for name, form in FORMS.items():
        folder = tmp_path / name
        folder.mkdir()
        model = build_text_classifier(**SMALL, **form)
        tokens = padded((*ROWS, []), 7)
        model.save(folder / "model.keras")
        np.save(folder / "tokens.npy", tokens)
        np.save(folder / "output.npy", model(tokens))
        reloaded = keras.saving.load_model(folder / "model.keras")
        np.testing.assert_allclose(reloaded(tokens), model(tokens), atol=1e-6)
    done = run_on("jax", *(tmp_path / name for name in FORMS))
    assert done.stdout.strip() == "equal", done.stderr


def test_dropout_acts_in_training_only():
    keras.utils.set_random_seed(2)
    model = build_text_classifier(**SMALL, embedding_dropout=0.5, dropout=0.5)
    tokens = padded(ROWS, 5)
    np.testing.assert_array_equal(model(tokens), model(tokens))
    assert np.abs(np.array(model(tokens, training=True)) - np.array(model(tokens, training=True))).max() > 0


def test_parameters_are_those_of_the_parts():
    model = build_text_classifier(**SMALL, cell="lstm", layers=2)
    v, d, h = 12, 4, 3
    first, second = 2 * 4 * h * (d + h + 1), 2 * 4 * h * (2 * h + h + 1)
    assert model.count_params() == v * d + first + second + 2 * h + 1


BAD = [
    ({"cell": "rnn"}, "cell must be one of 'simple_rnn', 'lstm', 'gru', got 'rnn'"),
    ({"pooling": "sum"}, "pooling"),
    ({"units": 0}, "units must be a whole number of at least 1, got 0"),
    ({"units": 2.5}, "units"),
    ({"layers": 0}, "layers"),
    ({"layers": True}, "layers"),
    ({"embedding_size": -1}, "embedding_size"),
    ({"vocabulary_size": 2}, "vocabulary_size must be a whole number of at least 3, got 2"),
    ({"classes": 1}, "classes"),
    ({"dropout": 1}, "dropout must be a number from 0 to below 1, got 1"),
    ({"embedding_dropout": -0.1}, "embedding_dropout"),
    ({"recurrent_dropout": float("nan")}, "recurrent_dropout"),
    ({"bigram_buckets": 1}, "bigram_buckets"),
    ({"bigram_buckets": -5}, "bigram_buckets"),
]


@pytest.mark.parametrize(("arguments", "message"), BAD, ids=[str(a) for a, _ in BAD])
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        build_text_classifier(**{**SMALL, **arguments})
