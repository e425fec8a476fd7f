"""Occlusion against brute force on a model whose contributions are known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnncourse.explain import gate_traces, integrated_gradients, occlusion, rank_agreement, saliency
from rnncourse.text import UNKNOWN

pytestmark = pytest.mark.slow  # it builds, trains or compiles many models

WEIGHTS = np.random.default_rng(3).normal(0, 0.1, 20)
sequences = st.lists(st.integers(1, 19), max_size=12)


class Linear:
    """A model whose answer is a sum over tokens; it remembers how often it was asked."""

    def __init__(self):
        self.calls = 0

    def __call__(self, sequences):
        self.calls += 1
        return np.array([0.5 + WEIGHTS[np.asarray(s, int)].sum() for s in sequences])


@settings(max_examples=50, deadline=None)
@given(sequences)
def test_contributions_to_a_linear_model_are_its_weights(sequence):
    model = Linear()
    np.testing.assert_allclose(
        occlusion(model, sequence), WEIGHTS[np.array(sequence, int)] - WEIGHTS[UNKNOWN], atol=1e-12
    )
    np.testing.assert_allclose(
        occlusion(model, sequence, replacement=None), WEIGHTS[np.array(sequence, int)], atol=1e-12
    )
    assert model.calls == (2 if sequence else 0)  # one batch each


def test_contributions_to_an_order_model_equal_brute_force():
    def first_minus_last(sequences):  # order matters, and an empty text has an answer
        return np.array([0.5 + (s[0] - s[-1]) / 100 if len(s) else 0.5 for s in sequences])

    sequence = np.array([7, 3, 9, 2], dtype="int32")
    full = first_minus_last([sequence])[0]
    removed = [
        full - first_minus_last([np.concatenate([sequence[:t], sequence[t + 1 :]])])[0] for t in range(4)
    ]
    np.testing.assert_allclose(occlusion(first_minus_last, sequence, replacement=None), removed)
    assert occlusion(first_minus_last, [5], replacement=None).tolist() == [0.0]
    assert sequence.tolist() == [7, 3, 9, 2]  # the caller's ids stay


@pytest.mark.parametrize(
    ("predict", "sequence", "says"),
    [
        (Linear(), [[1, 2]], r"must have shape \(T,\), got \(1, 2\)"),
        (lambda s: np.zeros((len(s), 3)), [1, 2], r"got \(3, 3\).*pick one"),
        (lambda s: np.zeros(1), [1, 2], "must return 3 probabilities"),
        (lambda s: np.full(len(s), np.nan), [1, 2], "NaN"),
    ],
)
def test_bad_input_is_named(predict, sequence, says):
    with pytest.raises(ValueError, match=says):
        occlusion(predict, sequence)


# Integrated gradients


@pytest.fixture(scope="module", params=["gru", "bigrams", "three_classes", "cnn", "transformer"])
def model(request):
    import keras

    from rnncourse import models

    keras.utils.set_random_seed(3)
    size = {"vocabulary_size": 15, "embedding_size": 6}
    model = {
        "gru": lambda: models.build_text_classifier(**size, units=5),
        "bigrams": lambda: models.build_text_classifier(**size, units=5, bigram_buckets=40),
        "three_classes": lambda: models.build_text_classifier(**size, units=5, classes=3, pooling="mean"),
        "cnn": lambda: models.build_cnn_classifier(**size, filters=7),
        "transformer": lambda: models.build_transformer_classifier(**size, heads=2, feed_forward=8),
    }[request.param]()
    for weight in model.trainable_weights:  # large, so that the path is far from straight
        weight.assign(keras.random.normal(weight.shape, stddev=0.6, seed=len(weight.path)))
    return model


@pytest.mark.parametrize("target", [0, 1])
def test_contributions_add_up_to_the_difference_of_the_outputs(model, target):
    sequence = np.array([5, 3, 12, 3, 7, 9, 2])
    ends = np.asarray(model(np.stack([sequence, np.full_like(sequence, UNKNOWN)])))
    ends = ends[:, target] if ends.shape[1] > 1 else ends[:, 0] if target else 1 - ends[:, 0]
    found = integrated_gradients(model, sequence, target=target)
    assert found.shape == (7,) and abs(found.sum() - (ends[0] - ends[1])) <= 1.1e-3


def test_a_token_that_is_the_baseline_contributes_nothing(model):
    if len([layer for layer in model.layers if "embedding" in layer.name]) == 1:  # pairs differ nevertheless
        assert abs(integrated_gradients(model, [4, UNKNOWN, 9])[1]) < 1e-9


def test_a_logistic_model_is_explained_in_closed_form():
    """The mean embedding, then a sigmoid: each token's share of the logit is its share of the difference."""
    import keras

    keras.utils.set_random_seed(1)
    tokens = keras.Input((None,), dtype="int32")
    x = keras.layers.Embedding(20, 3, embeddings_initializer="random_normal")(tokens)
    mean = keras.layers.GlobalAveragePooling1D()(x)
    model = keras.Model(tokens, keras.layers.Dense(1, activation="sigmoid")(mean))
    table, w = np.asarray(model.layers[1].embeddings), 30 * np.ones((3, 1))
    model.layers[-1].set_weights([w, np.zeros(1)])
    sequence = np.array([3, 8, 15, 2])
    logits = table @ w[:, 0] / len(sequence)
    parts = logits[sequence] - logits[UNKNOWN]
    a = len(sequence) * logits[UNKNOWN]
    rise = 1 / (1 + np.exp(-a - parts.sum())) - 1 / (1 + np.exp(-a))
    np.testing.assert_allclose(integrated_gradients(model, sequence), parts * rise / parts.sum(), atol=1e-3)
    occluded = occlusion(lambda s: np.asarray(model(np.stack(s)))[:, 0], sequence)
    assert np.array_equal(np.sign(occluded), np.sign(parts))  # the other method points the same way


@pytest.mark.parametrize("explain", [integrated_gradients, saliency, gate_traces])
@pytest.mark.parametrize(("sequence", "says"), [([[1, 2]], r"\(1, 2\)"), ([3, 0], "holds 0, padding")])
def test_bad_sequences_are_named(explain, sequence, says):
    with pytest.raises(ValueError, match=says):
        explain(None, sequence)


def test_nothing_to_explain_is_no_error():
    assert integrated_gradients(None, []).shape == saliency(None, []).shape == (0,)


# Saliency


def test_saliency_is_the_slope_of_finite_differences(model):
    tables = [layer for layer in model.layers if "embedding" in layer.name]
    sequence, h, target = np.array([5, 12]), 3e-3, 0
    if len(tables) > 1:
        return  # which bucket a pair has is not for this test to know
    table, slopes = np.asarray(tables[0].embeddings), np.zeros((2, tables[0].output_dim))
    for t, token in enumerate(sequence):  # every token occurs once, so its row is its place
        for d in range(slopes.shape[1]):
            ends = []
            for step in (h, -h):
                moved = table.copy()
                moved[token, d] += step
                tables[0].embeddings.assign(moved)
                output = np.asarray(model(sequence[None]), "float64")[0]
                ends.append(output[target] if len(output) > 1 else output[0] if target else 1 - output[0])
            slopes[t, d] = (ends[0] - ends[1]) / (2 * h)
    tables[0].embeddings.assign(table)
    norm, product = np.linalg.norm(slopes, axis=1), (slopes * table[sequence]).sum(axis=1)
    np.testing.assert_allclose(saliency(model, sequence, target=target), norm, atol=3e-3)
    found = saliency(model, sequence, target=target, kind="times_input")
    np.testing.assert_allclose(found, product, atol=3e-3)


def test_another_kind_of_saliency_is_named():
    with pytest.raises(ValueError, match='must be "norm" or "times_input"'):
        saliency(None, [1], kind="sum")


# Gates


@pytest.mark.parametrize(("cell", "layer"), [("gru", 0), ("gru", 1), ("lstm", 0), ("lstm", 3)])
def test_gate_traces_end_in_the_layers_own_output(cell, layer):
    import keras

    from rnncourse import models

    keras.utils.set_random_seed(0)
    size = {"vocabulary_size": 15, "embedding_size": 6, "units": 4, "layers": 2}
    model = models.build_text_classifier(**size, cell=cell)
    sequence = np.array([5, 3, 12, 7])
    found = gate_traces(model, sequence, layer=layer)
    output = keras.Model(model.inputs, model.get_layer(found.layer).output)([sequence[None]])
    np.testing.assert_allclose(found.quantities["h"], np.asarray(output)[0], atol=1e-5)
    names = {"gru": "z r candidate h", "lstm": "i f candidate o c h"}[cell].split()
    assert list(found.quantities) == names
    assert all(value.shape == (4, 4) for value in found.quantities.values())
    gates = [found.quantities[name] for name in names if name in "ifozr"]
    assert all(((gate > 0) & (gate < 1)).all() for gate in gates)


def test_a_model_without_gates_is_named():
    from rnncourse import models

    cnn = models.build_cnn_classifier(vocabulary_size=9, embedding_size=4, filters=4)
    with pytest.raises(ValueError, match="layer 0 of 0"):
        gate_traces(cnn, [3, 4])
    gru = models.build_text_classifier(vocabulary_size=9, embedding_size=4, units=4)
    for sequence, layer in (([3, 4], 2), ([], 0)):
        with pytest.raises(ValueError, match="needs a text and an LSTM or GRU layer"):
            gate_traces(gru, sequence, layer=layer)


# Held against the oracle


@settings(max_examples=50, deadline=None)
@given(st.permutations(range(7)))
def test_rank_agreement_is_spearmans_formula(order):
    distance = np.sum((np.arange(7) - np.array(order)) ** 2)
    assert rank_agreement(np.arange(7) ** 3, order) == pytest.approx(1 - 6 * distance / (7 * 48))


def test_agreement_of_what_cannot_be_ranked():
    assert np.isnan(rank_agreement([1.0], [2.0])) and np.isnan(rank_agreement([1, 1, 1], [1, 2, 3]))
    with pytest.raises(ValueError, match="one number a token"):
        rank_agreement([1, 2], [1, 2, 3])


def test_on_a_linear_model_every_explanation_agrees_with_occlusion():
    """Against a text of zeros, a linear model's contributions are products of weight and input."""
    import keras

    keras.utils.set_random_seed(1)
    tokens = keras.Input((None,), dtype="int32")
    x = keras.layers.Embedding(20, 3, embeddings_initializer="random_normal")(tokens)
    output = keras.layers.Dense(1, activation="sigmoid")(keras.layers.GlobalAveragePooling1D()(x))
    model = keras.Model(tokens, output)
    table = np.asarray(model.layers[1].embeddings).copy()
    table[UNKNOWN] = 0
    model.layers[1].embeddings.assign(table)
    sequence = np.array([3, 8, 15, 2, 11])
    oracle = occlusion(lambda rows: np.asarray(model(np.stack(rows)))[:, 0], sequence)
    for found in (integrated_gradients(model, sequence), saliency(model, sequence, kind="times_input")):
        assert rank_agreement(found, oracle) == pytest.approx(1)
