"""Scores of predicted labels, all from the confusion matrix, and of predicted probabilities."""

from typing import NamedTuple

import numpy as np

_MOST_CLASSES = 1000


def confusion_matrix(y_true, y_pred, *, classes=None):
    """Counts of shape (C, C): row = true class, column = predicted class.

    `y_true` and `y_pred` are labels of shape (N,), N >= 1. C is `classes`, or the highest label + 1 (at least
    2). Raises ValueError for no examples, lengths that differ, NaN, and anything that is not a label below
    `classes`.
    """
    y_true, y_pred = check_labels(y_true, "y_true", classes), check_labels(y_pred, "y_pred", classes)
    check_same_length(y_true=y_true, y_pred=y_pred)
    size = classes or max(2, y_true.max() + 1, y_pred.max() + 1)
    return np.bincount(y_true * size + y_pred, minlength=size * size).reshape(size, size)


def accuracy(y_true, y_pred):
    """Share of the examples whose label was predicted. Labels (N,); errors as in `confusion_matrix`."""
    return float(accuracy_of(confusion_matrix(y_true, y_pred)))


def precision(y_true, y_pred, *, positive=1):
    """Share of the predictions of class `positive` that are right: TP / (TP + FP).

    Labels (N,). nan if the class is never predicted. `positive="macro"` is the mean over the classes whose
    precision is defined. Errors as in `confusion_matrix`.
    """
    return _score(precision_of, y_true, y_pred, positive)


def recall(y_true, y_pred, *, positive=1):
    """Share of the examples of class `positive` that were found: TP / (TP + FN).

    Labels (N,). nan if the class does not occur in `y_true`. `positive="macro"` is the mean over the classes
    that occur. Errors as in `confusion_matrix`.
    """
    return _score(recall_of, y_true, y_pred, positive)


def f1(y_true, y_pred, *, positive=1):
    """Harmonic mean of precision and recall: 2 TP / (2 TP + FP + FN).

    Labels (N,). 0 if the class occurs and is never found; nan if it neither occurs nor is predicted.
    `positive="macro"` is the mean over the classes where it is defined. Errors as in `confusion_matrix`.
    """
    return _score(f1_of, y_true, y_pred, positive)


def average_precision(y_true, scores):
    """Area under the precision-recall curve, as the step-wise sum over thresholds (PR-AUC).

    `y_true` (N,) holds 0 or 1, `scores` (N,) any finite numbers, higher for class 1. nan if class 1 does not
    occur. Errors as in `confusion_matrix`.
    """
    y_true, scores = check_labels(y_true, "y_true", 2), check_numbers(scores, "scores")
    check_same_length(y_true=y_true, scores=scores)
    return float(average_precision_of(y_true, scores, np.ones((1, len(y_true))))[0])


def predict_labels(probabilities, *, threshold=0.5):
    """Labels (N,) from probabilities: (N,) of class 1 at `threshold`, or the highest of (N, C).

    Raises ValueError for NaN, for values outside 0 .. 1 and for rows that do not add up to 1.
    """
    probabilities = check_probabilities(probabilities)
    if not 0 <= threshold <= 1:
        raise ValueError(f"threshold must lie in 0 .. 1, got {threshold}; 0.5 treats both errors alike")
    return (
        (probabilities >= threshold).astype("int64") if probabilities.ndim == 1 else probabilities.argmax(1)
    )


class Calibration(NamedTuple):
    """Of each bin's examples, (K,): mean prediction, share of class 1 and its interval, their number."""

    predicted: np.ndarray
    observed: np.ndarray
    low: np.ndarray
    high: np.ndarray
    count: np.ndarray


def calibration(y_true, probabilities, *, bins=10, level=0.95):
    """Does a predicted .8 come true in 80% of the cases?

    `y_true` (N,) holds 0 or 1, `probabilities` (N,). Of `bins` equal steps from 0 to 1 the empty ones are
    left out. The interval of the observed share is Wilson's (1927). Errors as in `predict_labels`.
    """
    from scipy.stats import binomtest

    y_true, probabilities = check_labels(y_true, "y_true", 2), check_probabilities(probabilities)
    check_same_length(y_true=y_true, probabilities=probabilities)
    index = np.minimum((probabilities * bins).astype(int), bins - 1)
    _, index, count = np.unique(index, return_inverse=True, return_counts=True)
    predicted, positives = (np.bincount(index, weights=values) for values in (probabilities, y_true))
    tests = [binomtest(int(k), int(n)) for k, n in zip(positives, count, strict=True)]
    low, high = np.array([test.proportion_ci(level, method="wilson") for test in tests]).T
    return Calibration(predicted / count, positives / count, low, high, count)


def expected_calibration_error(y_true, probabilities, *, bins=10):
    """How far prediction and observed share lie apart, 0 to 1: the mean over the bins, weighted (ECE).

    Arguments and errors as in `calibration`. It falls with fewer bins and hides errors that cancel out within
    one, so the picture belongs beside it. Guo et al. (2017).
    """
    found = calibration(y_true, probabilities, bins=bins)
    return float(np.average(np.abs(found.predicted - found.observed), weights=found.count))


class ThresholdCurves(NamedTuple):
    """Scores of class 1 at each decision threshold, (K,) each; undefined ones are nan."""

    thresholds: np.ndarray
    precision: np.ndarray
    recall: np.ndarray
    f1: np.ndarray


def threshold_curves(y_true, probabilities, *, steps=101):
    """Precision, recall and F1 of class 1 at `steps` equally spaced thresholds from 0 to 1.

    `y_true` (N,) holds 0 or 1, `probabilities` (N,). Errors as in `predict_labels`.
    """
    y_true, probabilities = check_labels(y_true, "y_true", 2), check_probabilities(probabilities)
    check_same_length(y_true=y_true, probabilities=probabilities)
    thresholds = np.linspace(0, 1, steps)
    classes = (np.sort(probabilities[y_true == label]) for label in (0, 1))
    rows = []
    for ranked in classes:
        below = np.searchsorted(ranked, thresholds)
        rows.append(np.stack([below, len(ranked) - below], axis=-1))  # (K, predicted)
    counts = np.stack(rows, axis=1)  # (K, true, predicted)
    return ThresholdCurves(thresholds, precision_of(counts), recall_of(counts), f1_of(counts))


# From counts (..., C, C) to scores (...): the leading axes let a bootstrap score all its resamples at once.


def accuracy_of(counts):
    return np.trace(counts, axis1=-2, axis2=-1) / counts.sum((-2, -1))


def precision_of(counts, positive=1):
    return _of_class(_ratio(_hits(counts), counts.sum(-2)), positive)


def recall_of(counts, positive=1):
    return _of_class(_ratio(_hits(counts), counts.sum(-1)), positive)


def f1_of(counts, positive=1):
    return _of_class(_ratio(2 * _hits(counts), counts.sum(-2) + counts.sum(-1)), positive)


def average_precision_of(y_true, scores, weights):
    """Average precision when example i counts weights[r, i] times: (R, N) -> (R,)."""
    order = np.argsort(-scores, kind="stable")
    last_of_tie = np.append(np.diff(scores[order]) != 0, True)
    weights = weights[:, order]
    found = np.cumsum(weights * y_true[order], axis=1)[:, last_of_tie]  # true positives at each threshold
    taken = np.cumsum(weights, axis=1)[:, last_of_tie]  # all predicted positives
    steps = np.diff(found, axis=1, prepend=0)
    area = np.sum(steps * np.divide(found, taken, out=np.zeros(found.shape), where=taken > 0), axis=1)
    return _ratio(area, found[:, -1])


def _score(formula, y_true, y_pred, positive):
    return float(formula(confusion_matrix(y_true, y_pred), positive))


def _hits(counts):
    return np.diagonal(counts, axis1=-2, axis2=-1)


def _ratio(part, whole):
    return np.divide(part, whole, out=np.full(np.shape(whole), np.nan), where=whole > 0)


def _of_class(per_class, positive):
    if positive == "macro":
        return np.nanmean(per_class, axis=-1)
    if not isinstance(positive, (int, np.integer)) or positive < 0:
        raise ValueError(f'positive must be a class (0, 1, ...) or "macro", got {positive!r}')
    known = positive < per_class.shape[-1]
    return per_class[..., positive] if known else np.full(per_class.shape[:-1], np.nan)


# What may come in.


def check_labels(values, name, classes=None):
    """`values` as int64 labels (N,), or a ValueError that names the first wrong one."""
    values = _vector(values, name)
    if values.dtype.kind not in "biuf":
        raise ValueError(
            f"{name} must hold whole numbers (0, 1, ...), got {values.dtype}; turn names into numbers"
        )
    wrong = ~np.isfinite(values) | (values != np.round(values)) | (values < 0)
    if wrong.any():
        row = int(np.argmax(wrong))
        raise ValueError(
            f"{name} must hold whole labels (0, 1, ...), got {values[row]} at row {row}; "
            "probabilities become labels through predict_labels(probabilities, threshold=0.5)"
        )
    if values.max() >= _MOST_CLASSES:
        row = int(values.argmax())
        raise ValueError(
            f"{name}: got {values[row]} at row {row}, more than {_MOST_CLASSES} classes; are these ids?"
        )
    if classes is not None and values.max() >= classes:
        row = int(np.argmax(values >= classes))
        names = "0 or 1" if classes == 2 else f"0 .. {classes - 1}"
        raise ValueError(
            f"{name} must be {names}, got {values[row]} at row {row}; drop it or name more classes"
        )
    return values.astype("int64")


def check_numbers(values, name):
    """`values` as finite floats (N,), or a ValueError that names the first wrong one."""
    values = _vector(values, name).astype("float64")
    if not np.isfinite(values).all():
        row = int(np.argmin(np.isfinite(values)))
        raise ValueError(f"{name} must be finite, got {values[row]} at row {row}; did the training diverge?")
    return values


def check_probabilities(values):
    """`values` as probabilities (N,) or (N, C), or a ValueError that names the first wrong row."""
    values = np.asarray(values, dtype="float64")
    if values.ndim == 2 and values.shape[1] > 1:
        rows = check_numbers(values.min(1) + 0 * values.max(1), "probabilities"), np.abs(values.sum(1) - 1)
        wrong = (rows[0] < 0) | (rows[1] > 1e-3)
        hint = "each row must be >= 0 and add up to 1; logits become probabilities through softmax"
    else:
        values = check_numbers(values, "probabilities")
        wrong = (values < 0) | (values > 1)
        hint = "each must lie in 0 .. 1; logits become probabilities through the sigmoid"
    if wrong.any():
        row = int(np.argmax(wrong))
        raise ValueError(f"probabilities: got {values[row]} at row {row}; {hint}")
    return values


def check_same_length(**arrays):
    """Raise ValueError unless all `arrays` have the same first dimension."""
    if len({len(array) for array in arrays.values()}) > 1:
        given = ", ".join(f"{name} {len(array)}" for name, array in arrays.items())
        raise ValueError(f"the lengths differ: {given}; one entry an example is expected, in the same order")


def _vector(values, name):
    values = np.asarray(values)
    if values.ndim != 1:
        raise ValueError(f"{name} must have shape (N,), got {values.shape}; a column becomes one by .ravel()")
    if not len(values):
        raise ValueError(f"{name} is empty; at least one example is needed")
    return values
