"""Weights that let a rare class count as much as a frequent one."""

import numpy as np
from sklearn.utils.class_weight import compute_class_weight

from rnncourse.tasks._task import Case, Mistake, Task


def cases(rng):
    """Two classes, then three and four, never of equal size."""
    drawn = [Case((rng.permutation(np.repeat([0, 1], [3, 1])),))]
    for counts in ((6, 2), (9, 5, 1), (20, 3, 8, 1)):
        drawn.append(Case((rng.permutation(np.repeat(np.arange(len(counts)), counts)),)))
    return drawn


def reference(labels):
    classes = np.unique(labels)
    weights = compute_class_weight("balanced", classes=classes, y=labels)
    return {int(label): float(weight) for label, weight in zip(classes, weights, strict=True)}


def _scaled(labels, factor):
    return {label: weight * factor for label, weight in reference(labels).items()}


def without_number_of_classes(labels):
    return _scaled(labels, len(np.unique(labels)))


def always_two_classes(labels):
    return _scaled(labels, len(np.unique(labels)) / 2)


def adding_up_to_one(labels):
    return _scaled(labels, 1 / sum(reference(labels).values()))


def relative_to_the_largest(labels):
    return _scaled(labels, 1 / min(reference(labels).values()))


def frequencies(labels):
    return {label: 1 / (weight * len(np.unique(labels))) for label, weight in reference(labels).items()}


TASK = Task(
    name="class_weights",
    points=1,
    cases=cases,
    reference=reference,
    hides=("sklearn.utils.class_weight", "sklearn.utils", "rnncourse.training"),
    mistakes=(
        Mistake(
            "without_number_of_classes",
            without_number_of_classes,
            zh="公式里漏了类别数 K：现在各样本权重的平均是 K 而不是 1，等于暗中把学习率放大了 K 倍。",
            en="K, the number of classes, is missing: the examples' mean weight is now K, not 1, as if "
            "the learning rate were K times as large.",
        ),
        Mistake(
            "always_two_classes",
            always_two_classes,
            zh="类别数写死成了 2；类别更多时就不对了。K 应从 labels 中得出。",
            en="The number of classes is fixed at 2, which is wrong as soon as there are more. Take K "
            "from the labels.",
        ),
        Mistake(
            "adding_up_to_one",
            adding_up_to_one,
            zh="你把各类别的权重归一化成了和为 1。本题要的是样本权重的平均为 1：直接用公式，不必再归一化。",
            en="You made the classes' weights add up to 1. What shall be 1 is the mean over the examples: "
            "the formula gives that without any further scaling.",
        ),
        Mistake(
            "relative_to_the_largest",
            relative_to_the_largest,
            zh="最大的类别得到了权重 1，其余按比例放大。比例对了，但样本权重的平均大于 1；请用公式给出的绝"
            "对大小。",
            en="The largest class has weight 1, the others are scaled to it. The ratios are right, but "
            "the examples' mean weight is above 1: take the size that the formula gives.",
        ),
        Mistake(
            "frequencies",
            frequencies,
            zh="反了：这是各类别所占的比例，常见的类别权重更大。罕见的类别才应当更重，次数要放在分母里。",
            en="The wrong way round: these are the shares of the classes, so frequent ones weigh more. "
            "Rare ones shall: the count belongs below the line.",
        ),
    ),
)
