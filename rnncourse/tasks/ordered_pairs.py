"""A feature that no bag of words has: how often one token stands somewhere before another."""

import numpy as np

from rnncourse.tasks._task import Case, Mistake, Task


def cases(rng):
    """Sequences with repeated tokens; the second holds one token only, the last is long."""
    drawn = [Case((np.array([1, 0, 1, 2]), 3)), Case((np.array([2]), 3))]
    for steps, size in ((6, 4), (12, 5)):
        tokens = np.r_[0, 1, 1, rng.integers(0, size, steps - 3)]
        drawn.append(Case((tokens, size)))
    return drawn


def reference(tokens, size):
    earlier, later = np.triu_indices(len(tokens), 1)
    pairs = np.ravel_multi_index((tokens[earlier], tokens[later]), (size, size))
    return np.bincount(pairs, minlength=size * size).reshape(size, size)


def order_ignored(tokens, size):
    counts = reference(tokens, size)
    return counts + counts.T


def later_before_earlier(tokens, size):
    return reference(tokens, size).T


def neighbours_only(tokens, size):
    counts = np.zeros((size, size), int)
    np.add.at(counts, (tokens[:-1], tokens[1:]), 1)
    return counts


def pairs_with_itself(tokens, size):
    return reference(tokens, size) + np.diag(np.bincount(tokens, minlength=size))


def repeats_counted_once(tokens, size):
    return np.minimum(reference(tokens, size), 1)


TASK = Task(
    name="ordered_pairs",
    points=2,
    cases=cases,
    reference=reference,
    mistakes=(
        Mistake(
            "order_ignored",
            order_ignored,
            zh="每一对被记了两次，(u, v) 和 (v, u) 各一次，矩阵因此对称：次序又丢了，这样的特征词袋里就有。"
            "只记“先、后”这一种。",
            en="Every pair is counted twice, as (u, v) and as (v, u), which makes the matrix symmetric: order "
            "is lost again, and a bag of words knows as much. Count only earlier before later.",
        ),
        Mistake(
            "later_before_earlier",
            later_before_earlier,
            zh="行列颠倒了：行应当是先出现的词元，列是后出现的。",
            en="Rows and columns are swapped: the row is the token that comes earlier, the column the one "
            "that comes later.",
        ),
        Mistake(
            "neighbours_only",
            neighbours_only,
            zh="这是二元组：只数了紧挨着的两个词元。题目要的是隔多远都算，只看谁先谁后。",
            en="These are bigrams: only neighbours are counted. Here the distance does not matter, only "
            "which comes first.",
        ),
        Mistake(
            "pairs_with_itself",
            pairs_with_itself,
            zh="对角线大了：每个位置还和它自己配成了一对。要求 i < j，不是 i ≤ j。",
            en="The diagonal is too large: each position is paired with itself, too. The condition is i < j, "
            "not i ≤ j.",
        ),
        Mistake(
            "repeats_counted_once",
            repeats_counted_once,
            zh="同一对词元出现几次，就该记几次；你的结果只有 0 和 1。如果写的是 counts[rows, cols] += 1："
            "下标里重复的位置，NumPy 只加一次。",
            en="A pair that occurs several times counts several times; yours are only 0 and 1. If you wrote "
            "counts[rows, cols] += 1: where an index occurs twice, NumPy adds only once.",
        ),
    ),
)
