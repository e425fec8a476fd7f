"""The check-up: each defect gets its own finding, mended and healthy models none; nothing is changed."""

import gc
import os
import subprocess
import sys

import keras
import numpy as np
import pytest
from keras import layers

from rnncourse import clinic, language, models
from rnncourse.diagnosis import CHECKS, FAULT, NOTE, OK, Diagnosis, Finding, diagnose, first_line, question

pytestmark = pytest.mark.slow  # it builds, trains or compiles many models

V, D, H = 30, 8, 8
TOKENS = clinic.draw_tokens()
EXPECTED = {  # the first fault that must be found; the matrix of chapter 4.3 has this diagonal
    "input_as_a_layer": "runs",
    "add_a_list": "runs",
    "undefined_attribute": "runs",
    "one_value_for_three": "runs",
    "last_step_twice": "runs",
    "shadowed_class": "runs",
    "no_recurrence": "reach",
    "unused_layer": "layers",
    "layer_made_in_call": "layers",
    "trainable_in_call": "trainable",
    "state_as_attribute": "attributes",
    "padding_read": "padding",
    "dropout_always_on": "repetition",
    "softmax_over_the_batch": "neighbours",
    "softmax_over_one_unit": "outputs",
    "softmax_twice": "loss",
    "gradient_cut": "gradient",
    "reads_the_future": "causality",
    "no_get_config": "saving",
    "config_incomplete": "saving",
}
MORE = {"no_recurrence": ("order", "padding"), "layer_made_in_call": ("graph", "repetition")}
HEALTHY = {
    "gru": lambda: models.build_text_classifier(vocabulary_size=V, embedding_size=D, units=H),
    "lstm": lambda: models.build_text_classifier(
        vocabulary_size=V, embedding_size=D, units=H, cell="lstm", bidirectional=False, pooling="last"
    ),
    "cnn": lambda: models.build_cnn_classifier(vocabulary_size=V, embedding_size=D, filters=16),
    "transformer": lambda: models.build_transformer_classifier(vocabulary_size=V, embedding_size=D, heads=2),
}


def sequential(*inside):
    keras.utils.set_random_seed(0)
    return keras.Sequential([keras.Input((None,)), *inside])


def bag_of_words():
    head = layers.Dense(1, activation="sigmoid")
    return sequential(layers.Embedding(V, D, mask_zero=True), layers.GlobalAveragePooling1D(), head)


def test_the_catalogue_has_every_defect_expected():
    assert set(EXPECTED) == set(clinic.DEFECTS) and set(EXPECTED.values()) <= set(CHECKS)


def test_every_check_has_its_patient():
    """Each check but those that only accompany others is some defect's own: none is there for show."""
    own = set(EXPECTED.values()) | {check for checks in MORE.values() for check in checks}
    assert own == set(CHECKS)


@pytest.mark.slow
@pytest.mark.parametrize("name", EXPECTED)
def test_a_defect_gets_its_finding_and_no_other(name):
    found = clinic.examine(clinic.DEFECTS[name], "broken")
    assert found.faults == tuple(
        check for check in CHECKS if check in (EXPECTED[name], *MORE.get(name, ()))
    ), str(found)
    assert not found.healthy and found[EXPECTED[name]].status == FAULT


@pytest.mark.slow
@pytest.mark.parametrize("name", EXPECTED)
def test_its_mended_twin_has_no_fault(name):
    found = clinic.examine(clinic.DEFECTS[name], "mended")
    assert found.healthy, str(found)
    assert {f.check for f in found.findings if f.status == NOTE} <= {"causality", "loss"}


@pytest.mark.slow
@pytest.mark.parametrize("name", HEALTHY)
def test_the_models_of_the_course_are_healthy(name):
    keras.utils.set_random_seed(0)
    found = diagnose(HEALTHY[name](), TOKENS)
    assert found.healthy, str(found)
    assert found["order"].status == found["padding"].status == found["saving"].status == OK


def test_a_bag_of_words_is_blind_to_order_by_design():
    bag = bag_of_words()
    assert diagnose(bag, TOKENS).faults == ("order",)
    found = diagnose(bag, TOKENS, ordered=False)
    assert found.healthy and found["order"].status == NOTE


def test_padding_in_front_is_found_as_such():
    """The same model, masked or not, on rows that are padded in front."""
    front = np.array([np.r_[row[row == 0], row[row > 0]] for row in TOKENS])
    head = layers.Dense(1, activation="sigmoid")
    masked = sequential(layers.Embedding(V, D, mask_zero=True), layers.GRU(H), head)
    unmasked = sequential(layers.Embedding(V, D), layers.GRU(H), layers.Dense(1, activation="sigmoid"))
    assert diagnose(masked, front)["padding"].status == OK
    assert diagnose(unmasked, front)["padding"].status == FAULT


@pytest.mark.slow
def test_a_tagger_is_causal_or_told_not_to_be():
    embedding = layers.Embedding(V, D, mask_zero=True)
    both = layers.Bidirectional(layers.GRU(H, return_sequences=True))
    tagger = sequential(embedding, both, layers.Dense(3, activation="softmax"))
    assert diagnose(tagger, TOKENS).healthy
    assert diagnose(tagger, TOKENS)["causality"].status == NOTE
    assert diagnose(tagger, TOKENS, causal=True).faults == ("causality",)
    forward = sequential(layers.Embedding(V, D, mask_zero=True), layers.GRU(H, return_sequences=True))
    assert diagnose(forward, TOKENS, causal=True)["causality"].status == OK


def test_features_are_examined_too():
    x = np.random.default_rng(0).normal(size=(6, 7, 3)).astype("float32")
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((None, 3)), layers.LSTM(H), layers.Dense(2)])
    found = diagnose(model, x)
    assert found.healthy and found["padding"].status == NOTE
    last = keras.Sequential([keras.Input((7, 3)), layers.Lambda(lambda x: x[:, -1]), layers.Dense(2)])
    assert {"reach", "order"} <= set(diagnose(last, x).faults)


@pytest.mark.slow
def test_batch_statistics_couple_the_rows():
    head = layers.Dense(1, activation="sigmoid")
    tokens = keras.Input((None,))
    x = layers.GRU(H)(layers.Embedding(V, D, mask_zero=True)(tokens))
    coupled = keras.Model(tokens, head(layers.BatchNormalization()(x, training=True)))
    found = diagnose(coupled, TOKENS)
    assert found["neighbours"].status == FAULT or found["repetition"].status == FAULT
    plain = keras.Model(tokens, head(layers.BatchNormalization()(x)))
    assert diagnose(plain, TOKENS).healthy


@pytest.mark.slow
@pytest.mark.parametrize(
    ("units", "activation", "loss", "status"),
    [
        (1, "sigmoid", "binary_crossentropy", OK),
        (1, None, "binary_crossentropy", FAULT),
        (1, None, keras.losses.BinaryCrossentropy(from_logits=True), OK),
        (1, "sigmoid", keras.losses.BinaryCrossentropy(from_logits=True), FAULT),
        (3, "softmax", "sparse_categorical_crossentropy", OK),
        (3, "sigmoid", "sparse_categorical_crossentropy", FAULT),
        (3, None, keras.losses.SparseCategoricalCrossentropy(from_logits=True), OK),
        (1, "sigmoid", "sparse_categorical_crossentropy", FAULT),
        (1, None, "mse", NOTE),
    ],
)
def test_outputs_are_held_against_the_loss(units, activation, loss, status):
    dense = layers.Dense(units, activation=activation)
    model = sequential(layers.Embedding(V, D, mask_zero=True), layers.GRU(H), dense)
    model.set_weights([4 * weight for weight in model.get_weights()])
    model.compile("adam", loss)
    assert diagnose(model, TOKENS)["loss"].status == status


def test_nan_is_a_fault():
    model = bag_of_words()
    model.set_weights([weight * np.nan for weight in model.get_weights()])
    assert "outputs" in diagnose(model, TOKENS, ordered=False).faults


def test_a_class_is_to_be_registered():
    class Mine(keras.Sequential):
        pass

    keras.utils.set_random_seed(0)
    model = Mine([keras.Input((None,)), layers.Embedding(V, D, mask_zero=True), layers.GRU(H)])
    found = diagnose(model, TOKENS)["saving"]
    assert found.status == FAULT and "register" in found.advice
    keras.saving.register_keras_serializable("test_diagnosis")(Mine)
    assert diagnose(model, TOKENS).healthy


def test_nothing_is_changed():
    model = HEALTHY["gru"]()
    model.compile("adam", "binary_crossentropy")
    weights, tokens, call = model.get_weights(), TOKENS.copy(), keras.layers.Layer.__call__
    trainable = [layer.trainable for layer in model.layers]
    diagnose(model, tokens)
    assert all(np.array_equal(a, b) for a, b in zip(weights, model.get_weights(), strict=True))
    assert np.array_equal(tokens, TOKENS) and keras.layers.Layer.__call__ is call
    assert trainable == [layer.trainable for layer in model.layers] and model.optimizer.iterations == 0


def test_the_watch_is_taken_off_when_a_model_fails():
    from rnncourse.diagnosis._structure import watched_calls

    call = keras.layers.Layer.__call__
    with pytest.raises(ZeroDivisionError), watched_calls():
        1 / 0  # noqa: B018
    assert keras.layers.Layer.__call__ is call
    gc.collect()


@pytest.mark.parametrize(
    ("inputs", "error", "message"),
    [
        (np.ones((4,), int), ValueError, r"token ids \(B, T\) or features"),
        (np.ones((4, 3), int), ValueError, "at least two that differ"),
        (TOKENS[:1], ValueError, "holds 1 rows"),
        (TOKENS.astype(float), ValueError, "whole numbers"),
    ],
)
def test_inputs_that_do_not_fit_are_named(inputs, error, message):
    with pytest.raises(error, match=message):
        diagnose(bag_of_words(), inputs)


def test_another_object_is_no_model():
    with pytest.raises(TypeError, match="function"):
        diagnose(sequential, TOKENS)


@pytest.fixture(params=language.LANGUAGES)
def reader(request, monkeypatch):
    monkeypatch.setattr(language, "_current", request.param)
    return request.param


def test_the_report_speaks_the_readers_language(reader):
    report = str(diagnose(clinic.DEFECTS["padding_read"].broken(), TOKENS))
    assert len(report.splitlines()) == len(CHECKS) + 1  # one advice
    assert ("填充" in report) == (reader == "zh") and ("padding" in report) == (reader == "en")
    assert len({question(check) for check in CHECKS}) == len(CHECKS)


def test_a_report_by_itself():
    found = Diagnosis((Finding("runs", OK, "it runs", "?"), Finding("order", FAULT, "blind", "look")))
    assert str(found) == "✓ it runs\n✗ blind\n    → look" and found.faults == ("order",)
    with pytest.raises(KeyError, match="runs, order"):
        found["padding"]


def test_an_exception_in_one_line():
    keras_says = "Exception encountered when calling A.call().\n\n\x1b[1mno such thing\x1b[0m\n\nArguments"
    assert first_line(ValueError(keras_says)) == "ValueError: no such thing"
    assert first_line(ValueError()) == "ValueError"
    assert first_line(ValueError("x" * 999)).endswith("x…") and len(first_line(ValueError("x" * 999))) < 320
    assert first_line(KeyError("two\nlines")) == "KeyError: 'two\\nlines'"
    assert first_line(ValueError("\ntwo\nlines\n\nmore")) == "ValueError: two lines"


ON_JAX = """
import keras
from rnncourse import clinic
from rnncourse.diagnosis._structure import check_gradient
assert keras.backend.backend() == "jax"
for which in ("broken", "mended"):
    model = getattr(clinic.DEFECTS["gradient_cut"], which)()
    print(check_gradient(model, clinic.draw_tokens(rows=2, steps=4)).status)
"""


@pytest.mark.slow
def test_gradients_are_found_on_jax():
    environment = {**os.environ, "KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"}
    done = subprocess.run([sys.executable, "-c", ON_JAX], env=environment, capture_output=True, text=True)
    assert done.stdout.split() == [FAULT, OK], done.stderr[-2000:]
