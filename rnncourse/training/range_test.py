"""The learning-rate range test: one short run with a rate that grows from far too small to far too large."""

from typing import NamedTuple

import keras
import numpy as np

from rnncourse.training.batches import Batches
from rnncourse.training.examples import check_two_classes, checked_examples
from rnncourse.training.recipe import loss_of, vocabulary_size_of

SMOOTHING = 0.9  # how much of the running mean of the loss stays at each step


class RangeTest(NamedTuple):
    """Learning rates, the loss of the batch that each step began with, and its running mean; (K,) each."""

    rates: np.ndarray
    losses: np.ndarray
    smoothed: np.ndarray


def learning_rate_range_test(
    model,
    train,
    *,
    lowest=1e-5,
    highest=10.0,
    steps=120,
    tokens_per_batch=1024,
    optimizer=None,
    divergence=4.0,
    seed=42,
):
    """Train a copy of `model` for `steps` steps, each with a higher learning rate. Returns a RangeTest.

    `train`: (sequences, labels) as for `fit`. The rates form a geometric series from `lowest` to `highest`;
    it ends early once the smoothed loss exceeds `divergence` times its lowest value so far, or is no longer a
    number. `optimizer`: one of Keras's, used as a pattern (default: Adam). `model` itself is left as it is,
    weights and all; its copy starts from the same weights. Raises ValueError for data that do not fit, or
    where not 0 < lowest < highest or steps < 2. Smith (2017), section 3.3.
    """
    rates = geometric_rates(lowest, highest, steps)
    expected = {"classes": max(2, model.output_shape[-1]), "vocabulary_size": vocabulary_size_of(model)}
    sequences, labels = checked_examples(train, **expected, name="train")
    check_two_classes(labels, "train")
    copy = _compiled_copy(model, optimizer, seed)
    losses = []
    batches = _endless(Batches(sequences, labels, tokens=tokens_per_batch, seed=seed))
    for rate, batch in zip(rates, batches, strict=False):
        copy.optimizer.learning_rate = rate
        losses.append(float(copy.train_on_batch(*batch)))
        if _diverged(losses, divergence):
            break
    return RangeTest(rates[: len(losses)], np.array(losses), smooth(losses))


def geometric_rates(lowest, highest, count):
    """`count` rates from `lowest` to `highest`, each the same multiple of the one before; (count,)."""
    if not 0 < lowest < highest:
        raise ValueError(f"0 < lowest < highest is needed, got lowest={lowest!r}, highest={highest!r}")
    if count < 2:
        raise ValueError(f"at least 2 rates are needed, got {count!r}")
    return np.geomspace(lowest, highest, count)


def smooth(losses, keep=SMOOTHING):
    """Running means of `losses` (K,): each keeps the share `keep` of the last; unbiased from the start."""
    mean, means = 0.0, []
    for step, loss in enumerate(losses, start=1):
        mean = keep * mean + (1 - keep) * loss
        means.append(mean / (1 - keep**step))
    return np.array(means)


def steepest_rate(test):
    """The rate at which the smoothed loss of a RangeTest falls fastest, against the logarithm of the rate.

    Only steps up to the lowest loss count. A sensible first choice, not an optimum. Raises ValueError for a
    test of fewer than 3 steps.
    """
    if len(test.rates) < 3:
        raise ValueError(f"a slope needs at least 3 rates, got {len(test.rates)}; begin lower")
    slope = np.gradient(test.smoothed, np.log(test.rates))
    end = max(3, int(np.nanargmin(test.smoothed)) + 1)
    return float(test.rates[int(np.argmin(slope[:end]))])


def _compiled_copy(model, optimizer, seed):
    keras.utils.set_random_seed(seed)
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    pattern = keras.optimizers.Adam() if optimizer is None else optimizer
    fresh = type(pattern).from_config(pattern.get_config() | {"learning_rate": 1e-3})
    copy.compile(
        fresh, loss_of(model), jit_compile=False if keras.backend.backend() == "tensorflow" else "auto"
    )
    return copy


def _endless(batches):
    """The batches of one epoch after the other."""
    while True:
        for index in range(len(batches)):
            yield batches[index]
        batches.on_epoch_end()


def _diverged(losses, factor):
    means = smooth(losses)
    return not np.isfinite(losses[-1]) or means[-1] > factor * np.min(means)
