"""Gradual pruning: Zhu & Gupta's schedule, and masks that hold while a model trains."""

import numpy as np
import pytest

from rnncourse import compression
from rnncourse.compression import cubic_sparsity

pytestmark = pytest.mark.slow  # it builds, trains or compiles many models

keras = pytest.importorskip("keras")
RNG = np.random.default_rng(6)


def model_and_data(rows=80):
    keras.utils.set_random_seed(1)
    layers = [keras.layers.Embedding(9, 4), keras.layers.LSTM(6), keras.layers.Dense(1, activation="sigmoid")]
    model = keras.Sequential([keras.Input((None,)), *layers])
    model.compile(keras.optimizers.Adam(0.02), "binary_crossentropy")
    return model, RNG.integers(1, 9, (rows, 5)), RNG.integers(0, 2, (rows, 1))


def train(model, tokens, labels, callback, **options):
    model.fit(tokens, labels, batch_size=8, verbose=0, callbacks=[callback], **options)  # 10 steps an epoch


def test_the_share_follows_the_published_cubic():
    """Its sums by hand: after half of the way 1/8 of what was missing is still missing, after 3/4 1/64."""
    due = cubic_sparsity(np.array([0, 10, 20, 30, 40, 50, 99]), begin=10, end=50, final=0.8)
    assert np.allclose(due, [0, 0, 0.8 * (1 - 27 / 64), 0.8 * 7 / 8, 0.8 * 63 / 64, 0.8, 0.8])
    assert cubic_sparsity(30, begin=10, end=50, final=0.8, initial=0.4) == pytest.approx(0.8 - 0.4 / 8)


def test_the_slope_is_the_derivative_of_a_cubic_and_ends_at_zero():
    steps = np.linspace(0, 1, 101)
    slope = np.gradient(cubic_sparsity(steps, begin=0, end=1, final=1.0), steps)
    assert np.allclose(slope[1:-1], 3 * (1 - steps[1:-1]) ** 2, atol=1e-3) and (np.diff(slope) < 1e-9).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"begin": 5, "end": 5, "final": 0.5}, "after it begins, got begin=5 and end=5"),
        ({"begin": 0, "end": 5, "final": 1.5}, "final=1.5"),
        ({"begin": 0, "end": 5, "final": 0.5, "initial": -1}, "initial=-1"),
    ],
)
def test_schedules_that_cannot_be_are_errors(options, message):
    with pytest.raises(ValueError, match=message):
        cubic_sparsity(0, **options)


def test_a_model_ends_at_the_share_that_was_asked_for():
    model, tokens, labels = model_and_data()
    callback = compression.gradual_pruning(model, 0.8, begin=3, end=17, every=4)
    train(model, tokens, labels, callback, epochs=2)
    assert [step for step, _ in callback.history] == [3, 7, 11, 15, 17]
    assert [share for _, share in callback.history] == pytest.approx(
        list(cubic_sparsity(np.array([3, 7, 11, 15, 17]), begin=3, end=17, final=0.8))
    )
    values = compression.prunable_arrays(model)
    assert compression.sparsity_of(model) == pytest.approx(0.8, abs=0.002)
    assert all(not value[~mask].any() for value, mask in zip(values, callback.masks, strict=True))


def test_masks_hold_after_each_step_and_then_stay():
    model, tokens, labels = model_and_data()
    callback = compression.gradual_pruning(model, 0.6, begin=2, end=6, every=2)
    seen = []

    class Watch(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            seen.append(compression.sparsity_of(model))

    model.fit(tokens, labels, batch_size=8, verbose=0, callbacks=[callback, Watch()])
    assert seen[0] == 0 and all(np.diff(seen) >= 0)
    assert seen[5:] == pytest.approx([0.6] * 5, abs=0.003)


def test_a_second_call_of_fit_goes_on_where_the_first_ended():
    model, tokens, labels = model_and_data()
    callback = compression.gradual_pruning(model, 0.5, begin=5, end=15, every=5)
    train(model, tokens, labels, callback)
    assert [step for step, _ in callback.history] == [5, 10]
    train(model, tokens, labels, callback)
    assert [step for step, _ in callback.history] == [5, 10, 15]


def test_one_gate_alone_is_pruned():
    model, tokens, labels = model_and_data()
    callback = compression.gradual_pruning(model, 0.5, begin=1, end=4, every=1, gates="f")
    train(model, tokens, labels, callback)
    for value in compression.prunable_arrays(model):
        blocks = np.split(value == 0, 4, axis=1)
        assert blocks[1].any() and not any(blocks[i].any() for i in (0, 2, 3))


def test_what_cannot_work_is_refused_before_training():
    model, *_ = model_and_data()
    with pytest.raises(ValueError, match="at least 1 step, got 0"):
        compression.gradual_pruning(model, 0.5, begin=1, end=4, every=0)
    dense = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    with pytest.raises(ValueError, match="nothing to prune"):
        compression.gradual_pruning(dense, 0.5, begin=1, end=4)
