"""Two models on the same test examples: is the difference more than chance, and how many examples show it?

Most scores are functions of sums over the examples: accuracy, an error rate, BLEU, perplexity. What an
example adds is a row of K counts; a resampled test set is another sum of the same rows.
"""

import math
from typing import NamedTuple

import numpy as np

from rnncourse.metrics.intervals import Interval, percentile_interval

_ENTRIES_AT_ONCE = 2_000_000  # of a block of resamples: 16 MB


class Comparison(NamedTuple):
    """Scores of two models, second minus first with its bootstrap interval, two-sided p-value."""

    first: float
    second: float
    difference: Interval
    p_value: float


def ratio_of(sums):
    """The first of two sums divided by the second: (2,) or (R, 2) -> () or (R,)."""
    sums = np.asarray(sums, dtype=float)
    return sums[..., 0] / sums[..., 1]


def compare_models(score, first, second, *, level=0.95, repeats=2000, seed=42):
    """Compare two models on the same N examples, as a Comparison.

    `first`, `second`: what each example adds, (N, K), such as `bleu_counts` or `error_counts`; `score` makes
    (R,) scores of sums (R, K), such as `bleu_of` or `ratio_of`. The interval is that of the paired bootstrap
    (Koehn, 2004): both models are resampled together. The p-value is that of approximate randomisation
    (Riezler & Maxwell, 2005): how often would a difference as large come about if, for each example, a coin
    decided which model's output is which? Raises ValueError for other shapes or no examples.
    """
    first, second = _checked(first, second)
    rng = np.random.default_rng(seed)
    before, after = (float(score(x.sum(axis=0)[None])[0]) for x in (first, second))
    gaps = np.concatenate(list(_resampled(score, first, second, repeats, rng)))
    swapped = np.concatenate(list(_swapped(score, first, second, repeats, rng)))
    extreme = np.sum(np.abs(swapped) >= abs(after - before) - 1e-9)
    interval = percentile_interval(after - before, gaps, level)
    return Comparison(before, after, interval, float((extreme + 1) / (repeats + 1)))


def _resampled(score, first, second, repeats, rng):
    """score(second) - score(first) of test sets drawn from the examples with replacement."""
    n = len(first)
    for rows in _blocks(repeats, n):
        drawn = rng.integers(n, size=(rows, n)) + n * np.arange(rows)[:, None]
        weights = np.bincount(drawn.ravel(), minlength=rows * n).reshape(rows, n)
        yield score(weights @ second) - score(weights @ first)


def _swapped(score, first, second, repeats, rng):
    """The same where a coin says, for each example, which model gave which output."""
    for rows in _blocks(repeats, len(first)):
        moved = rng.integers(2, size=(rows, len(first))) @ (second - first)
        yield score(second.sum(axis=0) - moved) - score(first.sum(axis=0) + moved)


def _blocks(repeats, n):
    size = max(1, _ENTRIES_AT_ONCE // n)
    return [min(size, repeats - start) for start in range(0, repeats, size)]


def _checked(first, second):
    first, second = np.asarray(first), np.asarray(second)
    if first.ndim != 2 or first.shape != second.shape:
        raise ValueError(
            f"first and second must have one shape (N, K), got {first.shape} and {second.shape}; "
            "both models answer the same examples, in the same order"
        )
    if not len(first):
        raise ValueError("there are no examples; at least one is needed")
    return first, second


def examples_needed(difference, disagreement, *, level=0.95, power=0.8):
    """Test examples with which McNemar's test finds a true `difference` in accuracy with probability `power`.

    `disagreement`: share of the examples that exactly one of the two models gets right; the more alike they
    are, the fewer it takes. Raises ValueError unless 0 < difference <= disagreement <= 1. Connor (1987).
    """
    from scipy.stats import norm

    if not 0 < difference <= disagreement <= 1:
        raise ValueError(
            f"0 < difference <= disagreement <= 1 must hold, got {difference} and {disagreement}; two models "
            "cannot differ by more than the share of examples on which they disagree"
        )
    if not (0 < level < 1 and 0 < power < 1):
        raise ValueError(f"level and power must lie between 0 and 1, got {level} and {power}")
    error, chance = norm.ppf((1 + level) / 2), norm.ppf(power)
    reach = error * math.sqrt(disagreement) + chance * math.sqrt(disagreement - difference**2)
    return math.ceil((reach / difference) ** 2)
