"""The bar that costs nothing: always the commonest class, and what accuracy hides of it."""

import numpy as np

from rnncourse.tasks._task import Case, Mistake, Task


def cases(rng):
    """Several classes; the commonest class of the training part is not that of the test part."""
    drawn = [Case((np.array([0, 0, 0, 1]), np.array([0, 1, 1])))]
    for train, test in (((2, 9, 4), (5, 3, 4)), ((3, 3, 12, 1), (9, 2, 6, 5))):
        parts = (
            np.repeat(np.arange(len(sizes)), sizes + rng.integers(0, 2))
            for sizes in map(np.array, (train, test))
        )
        drawn.append(Case(tuple(rng.permutation(part) for part in parts)))
    return drawn


def reference(train_labels, test_labels):
    from sklearn.dummy import DummyClassifier
    from sklearn.metrics import accuracy_score, balanced_accuracy_score

    model = DummyClassifier(strategy="most_frequent").fit(np.zeros((len(train_labels), 1)), train_labels)
    guess = model.predict(np.zeros((len(test_labels), 1)))
    return float(accuracy_score(test_labels, guess)), float(balanced_accuracy_score(test_labels, guess))


def commonest_of_the_test(train_labels, test_labels):
    return reference(test_labels, test_labels)


def scored_on_the_training_part(train_labels, test_labels):
    return reference(train_labels, train_labels)


def accuracy_twice(train_labels, test_labels):
    return (reference(train_labels, test_labels)[0],) * 2


def count_instead_of_class(train_labels, test_labels):
    highest = np.bincount(train_labels).max()
    classes = np.unique(test_labels)
    return float(np.mean(test_labels == highest)), float(np.mean(classes == highest))


def in_the_other_order(train_labels, test_labels):
    return reference(train_labels, test_labels)[::-1]


TASK = Task(
    name="majority_baseline",
    points=1,
    cases=cases,
    reference=reference,
    hides=("sklearn.dummy", "sklearn.metrics", "rnncourse.metrics", "rnncourse.baselines"),
    mistakes=(
        Mistake(
            "commonest_of_the_test",
            commonest_of_the_test,
            zh="多数类是从测试集里数出来的：基线也不许偷看测试标签。多数类由训练集决定。",
            en="The commonest class is taken from the test part: a baseline must not look at test labels, "
            "either. The training part decides.",
        ),
        Mistake(
            "scored_on_the_training_part",
            scored_on_the_training_part,
            zh="打分打在了训练集上；题目要的是测试集上的分数。",
            en="The scores are those of the training part; those of the test part are asked for.",
        ),
        Mistake(
            "accuracy_twice",
            accuracy_twice,
            zh="第二个数应当是各类召回率的平均，而不是再报一次准确率：先对每一类分别算，再取平均。",
            en="The second number should be the mean of the recalls, not the accuracy once more: compute one "
            "for each class, then their mean.",
        ),
        Mistake(
            "count_instead_of_class",
            count_instead_of_class,
            zh="你拿去比较的是多数类出现的次数，不是它的编号：max 给出次数，问的是“哪一个”最大。",
            en="You compare with how often the commonest class occurs, not with its number: max gives the "
            "count; the question is which one is largest.",
        ),
        Mistake(
            "in_the_other_order",
            in_the_other_order,
            zh="两个数都对，次序反了：先准确率，后各类召回率的平均。",
            en="Both numbers are right, in the wrong order: accuracy first, then the mean of the recalls.",
        ),
    ),
)
