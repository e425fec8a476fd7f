"""Recall and F1 of class 1, where both can be undefined."""

import numpy as np
from sklearn.metrics import f1_score, recall_score

from rnncourse.tasks._task import Case, Mistake, Task


def cases(rng):
    """Precision, recall and accuracy differ in each; in the last three something is divided by zero."""
    order = rng.permutation(8)
    y_true, y_pred = np.array([[1, 1, 1, 0, 0, 0, 0, 0], [1, 0, 0, 1, 0, 0, 0, 0]])[:, order]
    drawn = [Case((y_true, y_pred))]
    for size in (8, 20):
        truth = np.r_[1, 1, 1, 0, 0, rng.integers(0, 2, size)]
        guess = np.where(rng.random(size + 5) < 0.3, 1 - truth, truth)
        guess[:5] = (1, 0, 1, 1, 0)
        drawn.append(Case((truth, guess)))
    undefined = [([0, 1, 1], [0, 0, 0]), ([0, 0, 0], [0, 1, 0]), ([0, 0], [0, 0])]
    return drawn + [Case((np.array(truth), np.array(guess))) for truth, guess in undefined]


def reference(y_true, y_pred):
    recall = recall_score(y_true, y_pred, zero_division=0)
    return float(recall), float(f1_score(y_true, y_pred, zero_division=0))


def _counts(y_true, y_pred):
    """True positives, false positives, false negatives, as Python's own numbers."""
    return tuple(int(n) for n in (np.sum(y_true & y_pred), np.sum(y_pred > y_true), np.sum(y_true > y_pred)))


def precision_for_recall(y_true, y_pred):
    hits, false_alarms, misses = _counts(y_true, y_pred)
    return hits / max(1, hits + false_alarms), 2 * hits / max(1, 2 * hits + false_alarms + misses)


def accuracy_for_recall(y_true, y_pred):
    return float(np.mean(y_true == y_pred)), precision_for_recall(y_true, y_pred)[1]


def mean_of_both_classes(y_true, y_pred):
    scores = (score(y_true, y_pred, average="macro", zero_division=0) for score in (recall_score, f1_score))
    return tuple(map(float, scores))


def the_other_class(y_true, y_pred):
    return reference(1 - y_true, 1 - y_pred)


def arithmetic_mean(y_true, y_pred):
    recall, precision = (precision_for_recall(*pair)[0] for pair in ((y_pred, y_true), (y_true, y_pred)))
    return recall, (recall + precision) / 2


def zero_division_in_rates(y_true, y_pred):
    return _from_rates(*_counts(y_true, y_pred))


def zero_division_in_counts(y_true, y_pred):
    return _from_counts(*_counts(y_true, y_pred))


def nan_from_rates(y_true, y_pred):
    return _from_rates(*map(np.float64, _counts(y_true, y_pred)))


def nan_from_counts(y_true, y_pred):
    return _from_counts(*map(np.float64, _counts(y_true, y_pred)))


def _from_rates(hits, false_alarms, misses):
    precision, recall = hits / (hits + false_alarms), hits / (hits + misses)
    return recall, 2 * precision * recall / (precision + recall)


def _from_counts(hits, false_alarms, misses):
    return hits / (hits + misses), 2 * hits / (2 * hits + false_alarms + misses)


def in_the_other_order(y_true, y_pred):
    return reference(y_true, y_pred)[::-1]


DIVISION = {
    "zh": "没有一个样本为 1（或没有一个预测为 1）时，分母为 0，Python 抛出 ZeroDivisionError。"
    "题目规定此时结果为 0.0：请先看分母再除。",
    "en": "Where no example is 1 (or none is predicted as 1), the divisor is 0, which Python does not take. "
    "The result shall then be 0.0: look at the divisor before you divide.",
}
NAN = {
    "zh": "没有一个样本为 1（或没有一个预测为 1）时，0/0 成了 NaN。题目规定此时结果为 0.0：请先看分母再除。",
    "en": "Where no example is 1 (or none is predicted as 1), 0/0 becomes NaN. The result shall then be 0.0: "
    "look at the divisor before you divide.",
}

TASK = Task(
    name="recall_and_f1",
    points=2,
    cases=cases,
    reference=reference,
    hides=("sklearn.metrics", "rnncourse.metrics"),
    mistakes=(
        Mistake(
            "precision_for_recall",
            precision_for_recall,
            zh="第一个数是精确率，不是召回率。精确率的分母是“预测为 1 的有多少”；召回率问的是：真正为 1 的"
            "里面，找回了多少？",
            en="The first number is precision, not recall. Precision divides by how many were predicted "
            "as 1; recall asks: of those that are 1, how many were found?",
        ),
        Mistake(
            "accuracy_for_recall",
            accuracy_for_recall,
            zh="第一个数是准确率：它把类别 0 上的对错也算了进去。召回率只看真正为 1 的样本。",
            en="The first number is accuracy, which counts class 0 as well. Recall looks only at the "
            "examples that are 1.",
        ),
        Mistake(
            "mean_of_both_classes",
            mean_of_both_classes,
            zh="这是两个类别的（宏）平均；本题只要类别 1 的召回率和 F1 值。",
            en="This is the mean over both classes (macro). Recall and F1 of class 1 alone are asked for.",
        ),
        Mistake(
            "the_other_class",
            the_other_class,
            zh="这是类别 0 的召回率和 F1 值；题目要的是类别 1 的。",
            en="These are recall and F1 of class 0; those of class 1 are asked for.",
        ),
        Mistake(
            "arithmetic_mean",
            arithmetic_mean,
            zh="召回率对了；F1 值却是精确率与召回率的算术平均。F1 是调和平均：两者之一接近 0 时，它也接近 "
            "0。",
            en="Recall is right, but your F1 is the arithmetic mean of precision and recall. F1 is the "
            "harmonic mean: where one of them is near 0, so is F1.",
        ),
        Mistake("zero_division_in_rates", zero_division_in_rates, **DIVISION),
        Mistake("zero_division_in_counts", zero_division_in_counts, **DIVISION),
        Mistake("nan_from_rates", nan_from_rates, **NAN),
        Mistake("nan_from_counts", nan_from_counts, **NAN),
        Mistake(
            "in_the_other_order",
            in_the_other_order,
            zh="两个数都对，次序反了：先召回率，后 F1 值。",
            en="Both numbers are right, in the wrong order: recall first, then F1.",
        ),
    ),
)
