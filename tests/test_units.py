"""Structured pruning: units leave with their rows and columns, and nothing else changes."""

import numpy as np
import pytest

from rnncourse import compression
from rnncourse.models import build_text_classifier

pytestmark = pytest.mark.slow  # it builds, trains or compiles many models

keras = pytest.importorskip("keras")
RNG = np.random.default_rng(5)
SIZES = {"vocabulary_size": 20, "embedding_size": 6, "units": 5}


def classifier(**options):
    keras.utils.set_random_seed(2)
    model = build_text_classifier(**{**SIZES, **options})
    for weight in model.weights:  # biases are zeros at first, which would hide that they move
        weight.assign(RNG.normal(size=weight.shape) * 0.5)
    return model


def texts(rows=4, steps=9):
    tokens = RNG.integers(2, 20, (rows, steps))
    tokens[1, 4:], tokens[2, :3] = 0, 0
    return tokens


def names_of(model, *kinds):
    return [layer.name for layer in model.layers if isinstance(layer, kinds)]


def recurrent_in(model):
    return names_of(model, keras.layers.LSTM, keras.layers.GRU, keras.layers.SimpleRNN)


def silence(model, name, units):
    """Zero all rows that read these units of a recurrent layer; the classifier has one layer a direction."""
    layer, dense = model.get_layer(name), model.layers[-1]
    layer.cell.recurrent_kernel.assign(without_rows(layer.cell.recurrent_kernel, units))
    place = 5 * reads_reversed(model, layer)  # its states are the second half
    dense.kernel.assign(without_rows(dense.kernel, np.asarray(units) + place))


def reads_reversed(model, layer):
    reversals = [one for one in model.layers if type(one).__name__ == "ReverseRows"]
    return any(layer.input is one.output for one in reversals)


def without_rows(variable, rows):
    value = keras.ops.convert_to_numpy(variable).copy()
    value[rows] = 0
    return value


def rest(units, size=5):
    return [unit for unit in range(size) if unit not in units]


@pytest.mark.parametrize("cell", ["simple_rnn", "lstm", "gru"])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_units_that_nothing_reads_leave_without_a_trace(cell, bidirectional):
    """The oracle: with the rows that read it at zero, a unit's removal changes no output."""
    model = classifier(cell=cell, bidirectional=bidirectional)
    gone = {name: [1, 4] if i == 0 else [0] for i, name in enumerate(recurrent_in(model))}
    for name, units in gone.items():
        silence(model, name, units)
    smaller = compression.remove_units(model, {name: rest(units) for name, units in gone.items()})
    tokens = texts()
    before, after = model.predict_on_batch(tokens), smaller.predict_on_batch(tokens)
    assert np.abs(before - after).max() < 1e-6
    assert smaller.count_params() < model.count_params()
    for name, units in gone.items():
        assert smaller.get_layer(name).units == 5 - len(units)


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("place", [0, 1])
def test_a_direction_without_units_is_left_out(layers, place):
    """Of the last layer: only the dense layer reads it, so with those rows at zero nothing may change."""
    model = classifier(layers=layers)
    pair = recurrent_in(model)[-2:]
    silence(model, pair[place], range(5))
    smaller = compression.remove_units(model, {pair[place]: []})
    tokens = texts()
    assert np.abs(model.predict_on_batch(tokens) - smaller.predict_on_batch(tokens)).max() < 1e-6
    assert len(recurrent_in(smaller)) == 2 * layers - 1
    reversals = sum(type(layer).__name__ == "ReverseRows" for layer in smaller.layers)
    assert reversals == 2 * layers - 2 * reads_reversed(model, model.get_layer(pair[place]))


def test_the_first_of_two_layers_may_lose_a_direction():
    model = classifier(layers=2)
    backward = next(name for name in recurrent_in(model)[:2] if reads_reversed(model, model.get_layer(name)))
    smaller = compression.remove_units(model, {backward: []})
    for name in recurrent_in(model)[2:]:
        cell = model.get_layer(name).cell
        cell.kernel.assign(without_rows(cell.kernel, range(5, 10)))
    tokens = texts()
    assert np.abs(model.predict_on_batch(tokens) - smaller.predict_on_batch(tokens)).max() < 1e-6


def test_units_that_something_reads_are_missed():
    model = classifier()
    name = recurrent_in(model)[0]
    smaller = compression.remove_units(model, {name: [0, 1, 2]})
    assert np.abs(model.predict_on_batch(texts()) - smaller.predict_on_batch(texts())).max() > 1e-3


@pytest.mark.parametrize("pooling", ["max", "mean", "max_mean", "last"])
def test_a_removed_unit_is_as_good_as_a_silent_one(pooling):
    """Removal against the large model with the rows that read the unit at zero: every pooling, two layers."""
    model = classifier(pooling=pooling, layers=2)
    kept = {name: [4, 0, 2] for name in recurrent_in(model)}
    smaller = compression.remove_units(model, kept)
    _, flow = compression.units.trace(model)
    for reader, labels in flow.reads.items():
        layer = model.get_layer(reader)
        kernel = layer.kernel if hasattr(layer, "kernel") else layer.cell.kernel
        rows = [i for i, (name, unit) in enumerate(labels) if unit in (1, 3) and name in kept]
        kernel.assign(without_rows(kernel, rows))
    for name in kept:
        cell = model.get_layer(name).cell
        cell.recurrent_kernel.assign(without_rows(cell.recurrent_kernel, [1, 3]))
    tokens = texts()
    assert np.abs(model.predict_on_batch(tokens) - smaller.predict_on_batch(tokens)).max() < 1e-6


def test_features_of_the_embedding_leave_as_units_do():
    model = classifier(bidirectional=True)
    for name in recurrent_in(model):
        cell = model.get_layer(name).cell
        cell.kernel.assign(without_rows(cell.kernel, [0, 5]))
    smaller = compression.remove_units(model, {"embedding": [1, 2, 3, 4]})
    tokens = texts()
    assert np.abs(model.predict_on_batch(tokens) - smaller.predict_on_batch(tokens)).max() < 1e-6
    assert smaller.get_layer("embedding").output_dim == 4


def test_the_model_stays_and_the_new_one_trains_saves_and_shrinks_again(tmp_path):
    model = classifier()
    before = model.get_weights()
    smaller = compression.remove_units(model, compression.strongest(compression.unit_scores(model), 0.6))
    assert all(map(np.array_equal, before, model.get_weights()))
    smaller.save(tmp_path / "smaller.keras")
    again = keras.models.load_model(tmp_path / "smaller.keras")
    assert np.allclose(again.predict_on_batch(texts()).shape, (4, 1))
    twice = compression.remove_units(again, compression.strongest(compression.unit_scores(again), 0.5))
    assert [twice.get_layer(name).units for name in recurrent_in(twice)] == [2, 2]
    twice.compile("adam", "binary_crossentropy")
    twice.fit(texts(), np.array([[0], [1], [0], [1]]), verbose=0)


def test_sequential_models_and_hidden_dense_layers():
    keras.utils.set_random_seed(0)
    parts = [keras.layers.LSTM(4), keras.layers.Dense(3, activation="tanh", name="hidden")]
    model = keras.Sequential([keras.Input((None, 2)), *parts, keras.layers.Dense(1)])
    scores = compression.unit_scores(model)
    assert {name: len(score) for name, score in scores.items()} == {parts[0].name: 4, "hidden": 3}
    x = RNG.normal(size=(2, 5, 2)).astype("float32")
    model.layers[-1].kernel.assign(without_rows(model.layers[-1].kernel, [1]))
    smaller = compression.remove_units(model, {"hidden": [0, 2]})
    assert np.abs(model.predict_on_batch(x) - smaller.predict_on_batch(x)).max() < 1e-6


# Scores


def test_a_units_score_is_the_norm_of_all_that_goes_with_it():
    """By brute force: the weights that its removal takes away, the recurrent one to itself counted twice."""
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((None, 2)), keras.layers.SimpleRNN(3), keras.layers.Dense(1)])
    kernel, recurrent, bias, dense, _ = model.get_weights()
    (scores,) = compression.unit_scores(model).values()
    for unit in range(3):
        own = [kernel[:, unit], recurrent[:, unit], bias[[unit]], recurrent[unit], dense[unit]]
        assert scores[unit] == pytest.approx(np.linalg.norm(np.concatenate(own)), rel=1e-5)


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_scores_add_up_over_the_gates(cell):
    model = classifier(cell=cell, bidirectional=False)
    name = recurrent_in(model)[0]
    layer = model.get_layer(name)
    kernel, recurrent, bias = layer.get_weights()
    both = sum(np.sum(w.astype("float64") ** 2) for w in (kernel, recurrent, recurrent, bias))
    both += np.sum(model.layers[-1].get_weights()[0].astype("float64") ** 2)
    assert np.sum(compression.unit_scores(model)[name] ** 2) == pytest.approx(both)


def test_a_silent_unit_scores_zero_by_activation():
    model = classifier(bidirectional=True)
    name = recurrent_in(model)[0]
    silence(model, name, [3])
    scores = compression.unit_scores(model, by="activation", tokens=texts())
    assert scores[name][3] == 0 and (scores[name][rest([3])] > 0).all()


def test_activation_is_measured_on_real_tokens_alone():
    model = classifier(bidirectional=True)
    tokens = texts()
    longer = np.pad(tokens, ((0, 0), (0, 7)))
    one, other = (compression.unit_scores(model, by="activation", tokens=t) for t in (tokens, longer))
    assert all(np.allclose(one[name], other[name], rtol=1e-5) for name in one)


def test_the_strongest_share_of_each_layer_stays_in_order():
    scores = {"a": np.array([3.0, 1, 2, 3]), "b": np.array([0.0, 9, 0])}
    kept = compression.strongest(scores, 0.5)
    assert {name: units.tolist() for name, units in kept.items()} == {"a": [0, 3], "b": [0, 1]}
    assert compression.strongest(scores, 0.01)["b"].tolist() == [1]
    assert list(compression.strongest(scores, {"b": 1})) == ["b"]


# Vocabulary


def test_texts_without_the_tokens_that_left_keep_their_output():
    model = classifier(bigram_buckets=7)
    smaller = compression.shrink_vocabulary(model, 12)
    tokens = np.minimum(texts(), 11)
    assert np.abs(model.predict_on_batch(tokens) - smaller.predict_on_batch(tokens)).max() < 1e-6
    assert smaller.get_layer("embedding").input_dim == 12
    assert smaller.count_params() == model.count_params() - 8 * 6


# Errors


@pytest.mark.parametrize(
    ("kept", "message"),
    [
        ({"nothing": [0]}, "no unit of layer 'nothing' can be removed: it has no units"),
        ({"out": [0]}, "held by the model's output; possible for embedding, gru_1, gru"),
        ({"embedding": []}, "'gru_1' would have nothing left to read: keep a unit of embedding"),
        ({"gru": [], "gru_1": []}, "'dense' would have nothing left to read: keep a unit of gru and gru_1"),
        ({"gru": [0, 5]}, r"numbered 0 to 4, each once at most; got \[0, 5\]"),
        ({"gru": [1, 1]}, "each once at most"),
        ({"gru": [0.5]}, "whole numbers"),
    ],
)
def test_removal_says_what_is_wrong(kept, message):
    keras.backend.clear_session()
    model = classifier()
    final = model.layers[-1].name
    with pytest.raises(ValueError, match=message):
        compression.remove_units(model, {final if name == "out" else name: u for name, u in kept.items()})


def test_halves_stay_equal():
    keras.backend.clear_session()
    with pytest.raises(ValueError, match="keep as many units of gru and gru_1, got"):
        compression.remove_units(classifier(pooling="last"), {"gru": [0, 1]})


def test_embeddings_that_are_added_lose_their_features_in_pairs():
    model = classifier(bigram_buckets=7)
    for name in recurrent_in(model):
        cell = model.get_layer(name).cell
        cell.kernel.assign(without_rows(cell.kernel, [0, 5]))
    smaller = compression.remove_units(model, {"embedding": [1, 2, 3, 4]})
    tokens = texts()
    assert np.abs(model.predict_on_batch(tokens) - smaller.predict_on_batch(tokens)).max() < 1e-6
    assert smaller.get_layer("bigram_embedding").output_dim == 4
    scores = compression.unit_scores(model)
    assert "bigram_embedding" not in scores
    tables = [model.get_layer(name).get_weights()[0] for name in ("embedding", "bigram_embedding")]
    assert scores["embedding"][0] == pytest.approx(np.linalg.norm(np.concatenate(tables)[:, 0]), rel=1e-5)
    used = compression.unit_scores(model, by="activation", tokens=tokens)["embedding"]
    assert (used > 0).tolist() == [False, True, True, True, True, False]
    with pytest.raises(ValueError, match="held by 'embedding', to which it is added"):
        compression.remove_units(model, {"bigram_embedding": [0]})


def test_what_mixes_features_holds_their_units():
    inputs = keras.Input((None, 2))
    normal = keras.layers.LayerNormalization()(keras.layers.GRU(3, name="held")(inputs))
    model = keras.Model(inputs, keras.layers.Dense(1)(normal))
    with pytest.raises(ValueError, match=r"held by layer '.*' \(LayerNormalization\)"):
        compression.remove_units(model, {"held": [0, 1]})
    assert compression.unit_scores(model) == {}


@pytest.mark.parametrize("share", [0, 1.5])
def test_a_share_lies_between_0_and_1(share):
    with pytest.raises(ValueError, match=r"must lie in \(0, 1\]"):
        compression.strongest({"a": np.ones(3)}, share)


def test_other_arguments_say_what_they_expect():
    model = classifier()
    with pytest.raises(ValueError, match="no scores for 'x'"):
        compression.strongest({"a": np.ones(3)}, {"x": 0.5})
    with pytest.raises(ValueError, match='"weights" or "activation"'):
        compression.unit_scores(model, by="size")
    with pytest.raises(ValueError, match="needs tokens"):
        compression.unit_scores(model, by="activation")
    with pytest.raises(ValueError, match="between 3 and 20, got 21"):
        compression.shrink_vocabulary(model, 21)
    with pytest.raises(ValueError, match="no embedding 'table'; it has embedding"):
        compression.shrink_vocabulary(model, 5, layer="table")
    with pytest.raises(ValueError, match="functional or Sequential"):
        compression.remove_units(keras.Sequential([keras.layers.Dense(2)]), {})
