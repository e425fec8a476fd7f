"""How sure an estimate is: bootstrap over examples, exact test of two models, t-interval over seeds."""

from typing import NamedTuple

import numpy as np

from rnncourse.metrics import scores as _scores
from rnncourse.metrics.scores import accuracy, average_precision, f1, precision, recall

_FROM_COUNTS = {
    accuracy: _scores.accuracy_of,
    precision: _scores.precision_of,
    recall: _scores.recall_of,
    f1: _scores.f1_of,
}
_ENTRIES_AT_ONCE = 2_000_000  # of a block of resamples: 16 MB


class Interval(NamedTuple):
    """An estimate and the ends of its interval."""

    estimate: float
    low: float
    high: float

    def __str__(self):
        return format(self)

    def __format__(self, spec):
        spec = spec or ".3f"
        if np.isnan(self.estimate):
            return "–"
        return f"{self.estimate:{spec}} [{self.low:{spec}}, {self.high:{spec}}]"


def bootstrap_interval(metric, y_true, y_pred, *, level=0.95, repeats=1000, seed=42, **options):
    """Percentile interval of `metric(y_true, y_pred, **options)` over resamples of the N examples.

    `metric` is one of this module or any function of two arrays (N, ...) that returns a number; the module's
    own are computed for all resamples at once. Resamples in which the metric is undefined (nan) are left out;
    an undefined estimate has the interval (nan, nan). The interval says how much the *test examples* could
    have differed, not how much another seed would change the model (`mean_interval`). Errors as in
    `confusion_matrix`. Efron & Tibshirani (1993), chapter 13.
    """
    estimate = float(metric(y_true, y_pred, **options))
    (values,) = _resample(metric, y_true, [y_pred], repeats, seed, options)
    return percentile_interval(estimate, values, level)


def bootstrap_difference(metric, y_true, first, second, *, level=0.95, repeats=1000, seed=42, **options):
    """Interval of metric(second) - metric(first), two models on the same examples, resampled together.

    `first` and `second` are the models' predictions, as in `bootstrap_interval`. Pairing matters: both
    stumble over the same examples, so the difference is known better than either figure.
    """
    estimate = float(metric(y_true, second, **options)) - float(metric(y_true, first, **options))
    old, new = _resample(metric, y_true, [first, second], repeats, seed, options)
    return percentile_interval(estimate, new - old, level)


class McNemar(NamedTuple):
    """Examples that only one of two models got right, and the two-sided exact p-value."""

    only_first: int
    only_second: int
    p_value: float


def mcnemar(y_true, first, second):
    """McNemar's exact test: would two equally good models differ this much on the same examples?

    Labels (N,) each; only examples that exactly one model got right count. p = 1 if there are none. Errors as
    in `confusion_matrix`. McNemar (1947).
    """
    from scipy.stats import binomtest

    y_true, first, second = (
        _scores.check_labels(v, n) for v, n in zip((y_true, first, second), _PAIR, strict=True)
    )
    _scores.check_same_length(y_true=y_true, first=first, second=second)
    only_first = int(np.sum((first == y_true) & (second != y_true)))
    only_second = int(np.sum((first != y_true) & (second == y_true)))
    discordant = only_first + only_second
    p_value = float(binomtest(only_first, discordant).pvalue) if discordant else 1.0
    return McNemar(only_first, only_second, p_value)


_PAIR = ("y_true", "first", "second")


def mean_interval(values, *, level=0.95):
    """Mean of `values`, one a seed, with Student's t-interval. Raises ValueError for fewer than two."""
    from scipy.stats import t

    values = _scores.check_numbers(values, "values")
    if len(values) < 2:
        raise ValueError("values has one entry; an interval of the mean needs two seeds or more")
    mean, error = values.mean(), values.std(ddof=1) / np.sqrt(len(values))
    reach = t.ppf((1 + level) / 2, len(values) - 1) * error
    return Interval(float(mean), float(mean - reach), float(mean + reach))


def _resample(metric, y_true, predictions, repeats, seed, options):
    """The metric of each of `predictions` in every resample: list of (repeats,)."""
    rng = np.random.default_rng(seed)
    if metric in _FROM_COUNTS:
        return _resample_counts(_FROM_COUNTS[metric], y_true, predictions, repeats, rng, options)
    y_true, predictions = np.asarray(y_true), [np.asarray(p) for p in predictions]
    _scores.check_same_length(y_true=y_true, **{f"predictions {i}": p for i, p in enumerate(predictions)})
    if metric is average_precision:
        return _resample_weights(y_true, predictions, repeats, rng)
    rows = rng.integers(len(y_true), size=(repeats, len(y_true)))
    return [np.array([metric(y_true[row], p[row], **options) for row in rows]) for p in predictions]


def _resample_counts(formula, y_true, predictions, repeats, rng, options):
    """Drawing N examples with replacement draws their cells in the confusion matrix from a multinomial."""
    axes = [_scores.check_labels(a, "labels") for a in (y_true, *predictions)]
    size = max(2, *(int(a.max()) + 1 for a in axes))
    joint = np.ravel_multi_index(axes, (size,) * len(axes))
    cells, counts = np.unique(joint, return_counts=True)
    drawn = rng.multinomial(len(joint), counts / len(joint), size=repeats)  # (R, cells)
    y_cell, *p_cells = np.unravel_index(cells, (size,) * len(axes))
    results = []
    for p_cell in p_cells:
        matrices = drawn @ np.eye(size * size, dtype=drawn.dtype)[y_cell * size + p_cell]
        results.append(formula(matrices.reshape(repeats, size, size), **options))
    return results


def _resample_weights(y_true, predictions, repeats, rng):
    """Average precision in every resample: how often each example was drawn is its weight."""
    n, block = len(y_true), max(1, _ENTRIES_AT_ONCE // len(y_true))
    results = [[] for _ in predictions]
    for start in range(0, repeats, block):
        rows = min(block, repeats - start)
        drawn = rng.integers(n, size=(rows, n)) + n * np.arange(rows)[:, None]
        weights = np.bincount(drawn.ravel(), minlength=rows * n).reshape(rows, n)
        for result, scores in zip(results, predictions, strict=True):
            result.append(_scores.average_precision_of(y_true, scores, weights))
    return [np.concatenate(result) for result in results]


def percentile_interval(estimate, values, level):
    """Interval of `estimate` from the middle `level` of its resampled `values` (R,); without nan ones."""
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, got {level}; 0.95 is usual")
    values = values[~np.isnan(values)]
    if np.isnan(estimate) or not len(values):
        return Interval(float("nan"), float("nan"), float("nan"))
    low, high = np.percentile(values, [50 * (1 - level), 50 * (1 + level)])
    return Interval(estimate, float(low), float(high))
