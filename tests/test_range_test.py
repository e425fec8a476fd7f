"""The learning-rate range test: it looks, and leaves everything as it was."""

import keras
import numpy as np
import pytest

from rnncourse.datasets.order import draw_order_examples
from rnncourse.training import RangeTest, geometric_rates, learning_rate_range_test, steepest_rate
from rnncourse.training.range_test import smooth

TRAIN = draw_order_examples(np.random.default_rng(0), 300)


def build(seed=1):
    keras.utils.set_random_seed(seed)
    layers = [keras.layers.Embedding(30, 6, mask_zero=True), keras.layers.LSTM(6)]
    return keras.Sequential([keras.Input((None,)), *layers, keras.layers.Dense(1, activation="sigmoid")])


@pytest.mark.slow
def test_the_model_is_left_as_it_was():
    model, test = build(), None
    model.compile(keras.optimizers.SGD(0.25), "mse")
    before = model.get_weights()
    test = learning_rate_range_test(model, TRAIN, steps=12)
    assert all(map(np.array_equal, before, model.get_weights()))
    assert isinstance(model.optimizer, keras.optimizers.SGD) and int(model.optimizer.iterations) == 0
    assert float(model.optimizer.learning_rate) == 0.25 and model.loss == "mse"
    again = learning_rate_range_test(model, TRAIN, steps=12)
    np.testing.assert_allclose(test.losses, again.losses, rtol=1e-5)


def test_rates_are_geometric_and_each_has_its_loss():
    test = learning_rate_range_test(build(), TRAIN, lowest=1e-4, highest=1e-2, steps=9)
    assert test.rates[[0, -1]] == pytest.approx([1e-4, 1e-2]) and len(test.rates) == 9
    np.testing.assert_allclose(test.rates[1:] / test.rates[:-1], 100 ** (1 / 8))
    assert len(test.losses) == len(test.smoothed) == 9 and np.isfinite(test.losses).all()
    assert test.losses[0] == pytest.approx(np.log(2), abs=0.1)  # nothing is learned yet


def test_the_rate_of_each_step_is_the_one_that_is_told():
    """Plain gradient descent, one batch of equal examples: each step moves the bias by rate times slope."""
    model = keras.Sequential(
        [keras.Input((None,)), keras.layers.Embedding(3, 1), keras.layers.GlobalAveragePooling1D()]
    )
    model.add(keras.layers.Dense(1, activation="sigmoid", kernel_initializer="zeros"))
    sequences, labels = [np.array([2])] * 8, np.array([1] * 7 + [0])
    options = {"lowest": 0.1, "highest": 10.0, "steps": 3, "optimizer": keras.optimizers.SGD(0.5)}
    test = learning_rate_range_test(model, (sequences, labels), **options)
    bias, kernel, losses = 0.0, 0.0, []
    embedded = float(model.get_weights()[0][2, 0])
    for rate in (0.1, 1.0, 10.0):
        p = 1 / (1 + np.exp(-(bias + kernel * embedded)))
        losses.append(-(7 * np.log(p) + np.log(1 - p)) / 8)
        slope = p - 7 / 8
        bias, kernel, embedded = (
            bias - rate * slope,
            kernel - rate * slope * embedded,
            embedded - rate * slope * kernel,
        )
    np.testing.assert_allclose(test.losses, losses, rtol=1e-4)


def test_it_stops_where_the_loss_diverges():
    sgd = keras.optimizers.SGD()
    test = learning_rate_range_test(
        build(), TRAIN, lowest=1, highest=1e6, steps=60, optimizer=sgd, divergence=2
    )
    assert len(test.rates) < 60 and test.smoothed[-1] > 2 * test.smoothed.min()
    assert (test.smoothed[:-1] <= 2 * np.minimum.accumulate(test.smoothed)[:-1]).all()


def test_smoothing_is_a_mean_of_what_came_so_far():
    np.testing.assert_allclose(smooth([3.0, 3.0, 3.0]), 3.0)
    losses = np.array([1.0, 5.0, 2.0])
    weights = 0.9 ** np.arange(3)[::-1]
    assert smooth(losses)[-1] == pytest.approx(np.average(losses, weights=weights))


def test_the_steepest_rate_is_where_the_loss_falls_fastest_and_not_its_minimum():
    rates = geometric_rates(1e-5, 10, 121)
    x = np.log10(rates)
    losses = 1 - 0.9 / (1 + np.exp(-4 * (x + 3))) + np.exp(6 * x)
    found = steepest_rate(RangeTest(rates, losses, losses))
    assert found == pytest.approx(1e-3, rel=0.15) and found < rates[np.argmin(losses)] / 3
    broken = np.r_[losses[:100], [np.nan] * 21]
    assert steepest_rate(RangeTest(rates, broken, broken)) == found


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: geometric_rates(0, 1, 5), "0 < lowest < highest"),
        (lambda: geometric_rates(1, 0.1, 5), "0 < lowest < highest"),
        (lambda: geometric_rates(0.1, 1, 1), "at least 2 rates"),
        (lambda: steepest_rate(RangeTest(*np.ones((3, 2)))), "at least 3 rates, got 2"),
        (lambda: learning_rate_range_test(build(), ([[1]], [1, 0])), "train"),
    ],
)
def test_bad_input_is_named(call, says):
    with pytest.raises(ValueError, match=says):
        call()
