"""The recipe on a task small enough to learn in seconds: does token 5 occur?"""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.utils.class_weight import compute_class_weight

from rnncourse.models import build_text_classifier
from rnncourse.training import examples, fit, predict
from rnncourse.training.batches import Batches, as_many
from rnncourse.training.progress import LiveCurves, display_of

pytestmark = pytest.mark.slow  # it builds, trains or compiles many models

VOCABULARY = 12


def make_examples(count, seed, classes=2):
    """Random sequences of 0 to 14 tokens; the label counts how often token 5 occurs."""
    rng = np.random.default_rng(seed)
    sequences = [rng.integers(2, VOCABULARY, rng.integers(0, 15)).astype("int32") for _ in range(count)]
    return sequences, np.array([min(classes - 1, int((ids == 5).sum())) for ids in sequences])


TRAIN, VALIDATION = make_examples(600, 0), make_examples(120, 1)
QUICK = {"epochs": 2, "progress": "none", "tokens_per_batch": 500}


def small_model(**options):
    options = {"units": 8, "embedding_size": 8, "embedding_dropout": 0.0, "dropout": 0.0, **options}
    keras.utils.set_random_seed(0)
    return build_text_classifier(vocabulary_size=VOCABULARY, **options)


@pytest.fixture(scope="module")
def trained():
    model = small_model()
    history = fit(model, TRAIN, VALIDATION, **{**QUICK, "epochs": 12}, learning_rate=0.03, patience=12)
    return model, history


def test_it_learns_what_can_be_learned(trained):
    model, history = trained
    sequences, labels = make_examples(300, 2)
    assert ((predict(model, sequences) > 0.5) == labels).mean() > 0.95
    assert history.history["val_loss"][-1] < history.history["val_loss"][0] / 2


def test_predictions_come_in_the_order_of_the_sequences(trained):
    model, _ = trained
    sequences = make_examples(150, 3)[0]
    together = predict(model, sequences)
    assert together.shape == (150,)
    some = [0, 1, 17, 60, 149]
    np.testing.assert_allclose(predict(model, [sequences[i] for i in some]), together[some], atol=1e-5)
    np.testing.assert_allclose(predict(model, sequences, tokens_per_batch=64), together, atol=1e-5)


def test_nothing_to_predict_gives_nothing(trained):
    assert predict(trained[0], []).shape == (0,)
    assert predict(small_model(classes=3), []).shape == (0, 3)


def test_an_empty_sequence_is_a_row_of_padding(trained):
    model, _ = trained
    empty = np.array([], dtype="int32")
    padding = np.array(model(np.zeros((1, 4), dtype="int32")))[0]
    np.testing.assert_allclose(predict(model, [empty, [3, 4]])[:1], padding, atol=1e-5)
    np.testing.assert_allclose(predict(model, [[]]), padding, atol=1e-5)


def test_the_best_epoch_stays_and_training_stops_early():
    class Worsen(keras.callbacks.Callback):
        """Spoils the weights from the third epoch on."""

        def on_epoch_begin(self, epoch, logs=None):
            if epoch >= 2:
                self.model.set_weights([w * 0 + 3 for w in self.model.get_weights()])

    model = small_model(cell="simple_rnn", bidirectional=False)
    options = {**QUICK, "epochs": 9}
    history = fit(model, TRAIN, VALIDATION, **options, learning_rate=0.03, patience=2, callbacks=[Worsen()])
    losses = history.history["val_loss"]
    assert len(losses) == 4 and int(np.argmin(losses)) == 1
    probabilities = np.clip(predict(model, VALIDATION[0]), 1e-7, 1 - 1e-7)
    loss = -np.log(np.where(VALIDATION[1] == 1, probabilities, 1 - probabilities)).mean()
    assert loss == pytest.approx(losses[1], rel=1e-3)


@pytest.mark.slow
def test_a_seed_repeats_a_run():
    outputs = []
    for seed in (1, 1, 2):
        model = small_model(dropout=0.3, cell="simple_rnn", bidirectional=False)
        fit(model, TRAIN, VALIDATION, **{**QUICK, "epochs": 1}, seed=seed)
        outputs.append(predict(model, VALIDATION[0]))
    np.testing.assert_allclose(outputs[0], outputs[1], atol=1e-6)
    assert np.abs(outputs[0] - outputs[2]).max() > 1e-4


def test_several_classes():
    train, validation = make_examples(200, 0, classes=3), make_examples(60, 1, classes=3)
    model = small_model(classes=3, cell="simple_rnn")
    fit(model, train, validation, **QUICK)
    probabilities = predict(model, validation[0])
    assert probabilities.shape == (60, 3)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)


@pytest.mark.slow
def test_a_class_weight_moves_the_probabilities():
    means = {}
    for weight in (None, {0: 1.0, 1: 20.0}):
        model = small_model(cell="simple_rnn")
        fit(model, TRAIN, VALIDATION, **QUICK, class_weight=weight, learning_rate=0.03)
        means[weight is None] = predict(model, VALIDATION[0]).mean()
    assert means[False] > means[True] + 0.1


def test_balanced_weights_are_those_of_scikit_learn():
    labels = np.array([0] * 7 + [1] * 2 + [2] * 5)
    oracle = compute_class_weight("balanced", classes=np.arange(3), y=labels)
    np.testing.assert_allclose(examples.class_weights("balanced", labels, 3), oracle, rtol=1e-6)
    assert examples.class_weights("balanced", labels, 4)[3] > 0  # a class without examples does no harm


@pytest.mark.parametrize(
    "choice", [{0: 1}, {0: 1, 1: 0}, {0: 1, 1: float("nan")}, {0: 1, 1: 1, 2: 1}, "even", [1, 2]]
)
def test_bad_class_weights(choice):
    with pytest.raises(ValueError, match="class_weight"):
        examples.class_weights(choice, np.array([0, 1]), 2)


# --- batches ---


@settings(max_examples=40, deadline=None)
@given(
    lengths=st.lists(st.integers(0, 40), min_size=1, max_size=400),
    tokens=st.integers(1, 5000),
    seed=st.none() | st.integers(0, 5),
)
def test_an_epoch_holds_each_example_once_with_its_label(lengths, tokens, seed):
    sequences = [np.full(length, 2 + row % 7, dtype="int32") for row, length in enumerate(lengths)]
    labels = np.arange(len(lengths))
    batches = Batches(sequences, labels, tokens=tokens, seed=seed, class_weights=labels + 0.5)
    steps = len(batches)
    for _ in range(3):
        seen = []
        assert len(batches) == steps  # Keras asks once
        for index in range(len(batches)):
            ids, label, weight = batches[index]
            assert ids.shape[0] == label.shape[0] == weight.shape[0] and label.shape[1] == 1
            for row, number in zip(ids, label[:, 0].astype(int), strict=True):
                np.testing.assert_array_equal(row[row != 0], sequences[number])
            np.testing.assert_array_equal(weight, label[:, 0] + 0.5)
            seen += label[:, 0].astype(int).tolist()
        assert sorted(seen) == labels.tolist()
        batches.on_epoch_end()


@given(st.lists(st.integers(1, 9), min_size=1, max_size=12), st.integers(1, 30))
def test_batches_are_made_as_many_as_asked(sizes, count):
    rows = np.split(np.arange(sum(sizes)), np.cumsum(sizes)[:-1])
    found = as_many(rows, min(count, sum(sizes)))
    assert len(found) == min(count, sum(sizes)) and all(len(batch) for batch in found)
    assert sorted(np.concatenate(found).tolist()) == list(range(sum(sizes)))
    assert count != len(sizes) or all(map(np.array_equal, found, rows))


def test_the_first_two_batches_differ_in_width_so_that_time_stays_free():
    batches = Batches([np.ones(6, dtype="int32")] * 300, np.zeros(300, dtype=int), tokens=600)
    assert len(batches) > 2
    assert batches[0][0].shape[1] != batches[1][0].shape[1]
    assert batches[2][0].shape[1] == 6


def test_batches_of_another_length_each_epoch_train():
    sequences = [np.full(n, 2) for n in [5] * 70 + [9] * 70 + [14] * 70]
    labels = np.arange(210) % 2
    fit(
        small_model(cell="simple_rnn"),
        (sequences, labels),
        (sequences[:3], labels[:3]),
        **{**QUICK, "tokens_per_batch": 64},
    )


# --- bad input: a ValueError that says where, or a defined result ---

GOOD = ([[2, 3], [4, 5, 6], [7]], [0, 1, 1])
BAD = [
    (([], []), "train holds no sequences"),
    (([[2, 3], [4]], [1, 1]), "class 1 only"),
    (([[2, 3], [4]], [0, 2]), "labels must be 0 to 1, got 2 at row 1"),
    (([[2, 3], [4]], [-1, 0]), "got -1 at row 0"),
    (([[2, 3], [4]], [0]), "2 sequences, but labels of shape"),
    (([[2, 3], [4]], [[0], [1]]), "labels of shape"),
    (([[2, 3], [4]], [0.0, 1.0]), "whole numbers 0 to 1, got float64"),
    (([[2, 3], [4]], [0.0, float("nan")]), "whole numbers"),
    (([[2, 3], [4]], ["good", "bad"]), "whole numbers"),
    (([[2, 3], [4.5]], [0, 1]), "train, row 1: expected the token ids"),
    (([[2, 3], [float("nan")]], [0, 1]), "row 1"),
    (([[2, 3], [[4]]], [0, 1]), "row 1"),
    (([[2, 3], 4], [0, 1]), "row 1"),
    ((["very good", "bad"], [0, 1]), "row 0: expected the token ids"),
    (("very good", [0, 1]), "encode it first"),
    (([[2, 3], [VOCABULARY]], [0, 1]), f"row 1: token id {VOCABULARY} is outside 0 to {VOCABULARY - 1}"),
    (([[2, -3], [4]], [0, 1]), "row 0: token id -3"),
    (([[2] * 100_000, [4]], [0, 1]), "row 0: 100,000 tokens, at most 10,000"),
    ([[2, 3], [4], [5]], "must be a pair"),
    (None, "must be a pair"),
]


@pytest.fixture(scope="module")
def untrained():
    return small_model()


@pytest.mark.parametrize(("train", "message"), BAD, ids=[message for _, message in BAD])
def test_bad_examples_are_named(untrained, train, message):
    with pytest.raises(ValueError, match=message):
        fit(untrained, train, GOOD)


def test_bad_validation_and_sequences_are_named(untrained):
    with pytest.raises(ValueError, match="validation: labels must be 0 to 1, got 3 at row 1"):
        fit(untrained, GOOD, ([[2], [3]], [0, 3]))
    with pytest.raises(ValueError, match="sequences, row 2: token id 99"):
        predict(untrained, [[2], [3], [99]])


@pytest.mark.parametrize(
    "option",
    [
        {"epochs": 0},
        {"epochs": 1.5},
        {"patience": 0},
        {"tokens_per_batch": 0},
        {"learning_rate": 0},
        {"learning_rate": float("nan")},
        {"learning_rate": "fast"},
        {"progress": "loud"},
    ],
    ids=str,
)
def test_bad_options_are_named(untrained, option):
    with pytest.raises(ValueError, match=next(iter(option))):
        fit(untrained, GOOD, GOOD, **option)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(-2, 14), max_size=5) | st.lists(st.floats(), max_size=3), max_size=4))
def test_any_rows_are_taken_or_refused_with_the_row(rows):
    fits = [all(isinstance(i, int) and 0 <= i < VOCABULARY for i in row) for row in rows]
    if all(fits):
        checked = examples.checked_sequences(rows, vocabulary_size=VOCABULARY, name="rows")
        assert [ids.tolist() for ids in checked] == rows
        assert all(ids.dtype == np.int32 for ids in checked)
    else:
        with pytest.raises(ValueError, match=f"rows, row {fits.index(False)}: "):
            examples.checked_sequences(rows, vocabulary_size=VOCABULARY, name="rows")


# --- progress ---


def test_progress_follows_the_host(monkeypatch):
    from rnncourse import runtime

    monkeypatch.setattr(runtime, "host", lambda: "notebook")
    callbacks, verbose = display_of("auto")
    assert [type(callback) for callback in callbacks] == [LiveCurves] and verbose == 0
    monkeypatch.setattr(runtime, "host", lambda: "terminal")
    callbacks, verbose = display_of("auto")
    assert callbacks == [] and verbose > 0
    assert display_of("none") == ([], 0)


def test_live_curves_redraw_one_output(monkeypatch):
    import IPython.display
    import matplotlib.pyplot as plt

    shown = []

    class Output:
        def update(self, figure):
            shown.append(figure)

    def display(figure, *, display_id):
        shown.append(figure)
        return Output()

    monkeypatch.setattr(IPython.display, "display", display)
    curves = LiveCurves()
    curves.set_params({"epochs": 3})
    curves.on_train_begin()
    curves.on_epoch_end(0, {"loss": 0.7, "val_loss": 0.6, "accuracy": 0.5, "val_accuracy": 0.6})
    curves.on_epoch_end(1, {"loss": 0.5, "val_loss": 0.4, "accuracy": 0.7, "val_accuracy": 0.8})
    assert len(shown) == 3
    np.testing.assert_allclose(shown[-1].axes[0].lines[0].get_ydata(), [0.7, 0.5])
    assert plt.get_fignums() == []
