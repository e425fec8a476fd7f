"""Training of encoder–decoder models: batches, loss, perplexity, scheduled sampling, bad input."""

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnncourse.decoders import greedy
from rnncourse.models import build_text_classifier, build_translator
from rnncourse.text import END, PADDING, START
from rnncourse.training import fit_translator, perplexity
from rnncourse.training.losses import SmoothedCrossEntropy
from rnncourse.training.pairs import PairBatches
from rnncourse.training.scheduled_sampling import RisingRate, ScheduledSampling

pytestmark = pytest.mark.slow  # it builds, trains or compiles many models

V = 9


def draw_pairs(count, seed=0):
    """Rows of 1 to 5 tokens, to be written backwards."""
    rng = np.random.default_rng(seed)
    sources = [rng.integers(4, V, rng.integers(1, 6)) for _ in range(count)]
    return sources, [source[::-1] for source in sources]


def build(**options):
    keras.utils.set_random_seed(0)
    sizes = {"source_vocabulary_size": V, "target_vocabulary_size": V, "embedding_size": 8, "units": 16}
    return build_translator(**{**sizes, **options})


ids = st.lists(st.integers(1, V - 1), max_size=6).map(lambda row: np.array(row, "int32"))


@given(st.lists(st.tuples(ids, ids), min_size=1, max_size=9), st.integers(1, 4))
def test_batches_hold_every_pair_once_shifted_by_one(pairs, batch_size):
    sources, targets = map(list, zip(*pairs, strict=True))
    batches, found = PairBatches(sources, targets, batch_size=batch_size, seed=3), []
    for (source, written), target, weights in (batches[index] for index in range(len(batches))):
        assert len(source) <= batch_size and written.shape == target.shape == weights.shape
        np.testing.assert_array_equal(weights, target != PADDING)
        for read, first, last in zip(source, written, target, strict=True):
            n = np.flatnonzero(last)[-1]
            assert first[0] == START and last[n] == END and not first[n + 1 :].any()
            np.testing.assert_array_equal(first[1 : n + 1], last[:n])
            found.append((read[read > 0].tolist(), last[:n].tolist()))
    assert sorted(found) == sorted((s.tolist(), t.tolist()) for s, t in pairs)


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.5])
def test_the_loss_is_that_of_keras_with_smoothed_labels(smoothing):
    rng = np.random.default_rng(1)
    scores, targets = rng.normal(size=(3, 4, V)).astype("float32"), rng.integers(0, V, (3, 4))
    oracle = keras.losses.CategoricalCrossentropy(
        from_logits=True, label_smoothing=smoothing, reduction=None
    )(np.eye(V)[targets], scores)
    found = SmoothedCrossEntropy(smoothing, reduction=None)(targets, scores)
    np.testing.assert_allclose(found, oracle, atol=1e-5)


def test_perplexity_is_the_exponential_of_keras_s_cross_entropy():
    model, (sources, targets) = build(), draw_pairs(7)
    oracle = keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction="sum")
    total = sum(
        float(oracle(np.r_[target, END], model([source[None], np.r_[START, target][None]])[0]))
        for source, target in zip(sources, targets, strict=True)
    )
    tokens = sum(len(target) + 1 for target in targets)
    assert perplexity(model, sources, targets, batch_size=3) == pytest.approx(
        np.exp(total / tokens), rel=1e-5
    )


def test_a_model_that_knows_nothing_has_the_perplexity_of_the_vocabulary():
    model = build()
    model.set_weights([0 * weight for weight in model.get_weights()])
    assert perplexity(model, *draw_pairs(5)) == pytest.approx(V, rel=1e-6)


@pytest.fixture(name="trained", scope="module")
def train():
    model = build()
    history = fit_translator(
        model, draw_pairs(1500), draw_pairs(200, 1), epochs=4, learning_rate=0.02, progress="none"
    )
    return model, history


def test_it_learns_to_write_backwards(trained):
    model, history = trained
    sources, targets = draw_pairs(200, 2)
    right = [np.array_equal(*pair) for pair in zip(greedy(model, sources, longest=8), targets, strict=True)]
    assert np.mean(right) > 0.5
    assert set(history.history) == {"loss", "token_accuracy", "val_loss", "val_token_accuracy"}


def test_a_reported_loss_is_the_mean_over_batches_of_means_over_tokens(trained):
    model, history = trained
    sources, targets = draw_pairs(200, 1)
    batches = PairBatches(sources, targets, batch_size=64).rows
    means = [
        np.log(perplexity(model, [sources[row] for row in rows], [targets[row] for row in rows]))
        for rows in batches
    ]
    expected = np.average(means, weights=[len(rows) for rows in batches])
    assert min(history.history["val_loss"]) == pytest.approx(expected, rel=1e-3)


def test_the_same_seed_gives_the_same_weights():
    options = {"epochs": 1, "progress": "none", "scheduled_sampling": 0.5}
    models = [build(), build()]
    for model in models:
        fit_translator(model, draw_pairs(100), draw_pairs(20, 1), **options)
    for one, other in zip(*(model.get_weights() for model in models), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


def test_scheduled_sampling_replaces_its_share_and_never_start_or_padding():
    wrapped = ScheduledSampling(build(), seed=0)
    wrapped.rate.assign(0.25)
    written = np.full((200, 6), 8, "int32")
    written[:, 0], written[:, 5] = START, PADDING
    source = keras.ops.full((200, 3), 4, dtype="int32")
    mixed = np.asarray(wrapped._mixed(source, keras.ops.convert_to_tensor(written)))
    changed = (mixed != written).mean(axis=0)
    assert changed[0] == changed[5] == 0
    assert 0.15 < changed[1:5].mean() < 0.27  # a quarter, less those drawn as they were


def test_scheduled_sampling_is_off_out_of_training():
    model = build()
    wrapped = ScheduledSampling(model, seed=0)
    wrapped.rate.assign(0.9)
    inputs = [np.full((2, 3), 4), np.full((2, 4), 5)]
    np.testing.assert_array_equal(wrapped(inputs), model(inputs))


def test_the_chance_rises_from_zero_to_its_highest():
    wrapped, found = ScheduledSampling(build(), seed=0), []
    rising = RisingRate(0.6, 4)
    rising.set_model(wrapped)
    for epoch in range(4):
        rising.on_epoch_begin(epoch)
        found.append(float(wrapped.rate))
    np.testing.assert_allclose(found, [0, 0.2, 0.4, 0.6], atol=1e-6)


GOOD = draw_pairs(4)
BAD = [
    ({"train": 3}, "train must be a pair"),
    ({"train": ([[4]], [])}, "train must hold as many sources as targets, at least one; got 1 sources and 0"),
    ({"train": ([], [])}, "got 0 sources and 0 targets"),
    ({"train": ([[4], [V]], [[4], [4]])}, "train, sources, row 1: token id 9 is outside 0 to 8"),
    ({"validation": (["ab"], [[4]])}, "validation, sources, row 0: expected token ids"),
    ({"epochs": 0}, "epochs must be a whole number of at least 1, got 0"),
    ({"learning_rate": -1}, "learning_rate must be a number above 0, got -1"),
    ({"schedule": "linear"}, "schedule must be one of 'cosine', 'constant', got 'linear'"),
    ({"label_smoothing": 1}, "label_smoothing must be a number from 0 to below 1, got 1"),
    ({"clipnorm": 0}, "clipnorm must be a number above 0, got 0"),
    ({"scheduled_sampling": -0.1}, "scheduled_sampling must be"),
    ({"progress": "loud"}, "progress must be one of"),
]


@pytest.fixture(name="model", scope="module")
def build_once():
    return build()


@pytest.mark.parametrize(("arguments", "message"), BAD, ids=[message for _, message in BAD])
def test_bad_input_is_named(arguments, message, model):
    options = {"train": GOOD, "validation": GOOD, "progress": "none", **arguments}
    with pytest.raises(ValueError, match=message):
        fit_translator(model, options.pop("train"), options.pop("validation"), **options)


def test_another_model_is_refused():
    with pytest.raises(ValueError, match="an encoder-decoder model is needed"):
        fit_translator(build_text_classifier(vocabulary_size=V, units=2), GOOD, GOOD)
