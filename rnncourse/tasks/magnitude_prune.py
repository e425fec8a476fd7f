"""Set the smallest weights of a kernel to zero."""

import numpy as np

from rnncourse.compression import magnitude_masks
from rnncourse.tasks._task import Case, Mistake, Task


def cases(rng):
    """Small kernels first; the row of a kernel may be much larger than the others."""
    drawn = []
    for shape, sparsity in (((2, 4), 0.5), ((3, 5), 0.4), ((4, 10), 0.7), ((6, 5), 0.9)):
        scale = np.geomspace(0.3, 3, shape[0])[:, None]
        drawn.append(Case(((rng.normal(size=shape) * scale).round(3), sparsity)))
    return drawn


def reference(weights, sparsity):
    return weights * magnitude_masks([weights], sparsity)[0]


def prunes_the_largest(weights, sparsity):
    k = round(sparsity * weights.size)
    out = weights.ravel().copy()
    out[np.argsort(-np.abs(out))[:k]] = 0
    return out.reshape(weights.shape)


def forgets_absolute_value(weights, sparsity):
    k = round(sparsity * weights.size)
    out = weights.ravel().copy()
    out[np.argsort(out)[:k]] = 0
    return out.reshape(weights.shape)


def threshold_per_row(weights, sparsity):
    out = weights.copy()
    k = round(sparsity * weights.shape[1])
    for row in out:
        row[np.argsort(np.abs(row))[:k]] = 0
    return out


def keeps_that_share(weights, sparsity):
    return reference(weights, 1 - sparsity)


def sparsity_as_threshold(weights, sparsity):
    return np.where(np.abs(weights) < sparsity, 0.0, weights)


def returns_the_mask(weights, sparsity):
    return magnitude_masks([weights], sparsity)[0]


TASK = Task(
    name="magnitude_prune",
    points=2,
    cases=cases,
    reference=reference,
    hides=("rnncourse.compression",),
    mistakes=(
        Mistake(
            "prunes_the_largest",
            prunes_the_largest,
            zh="剪反了：变成 0 的是绝对值最大的那些。幅值剪枝去掉最小的。",
            en="The wrong end: the weights of largest absolute value are 0 now. Magnitude pruning drops the "
            "smallest.",
        ),
        Mistake(
            "forgets_absolute_value",
            forgets_absolute_value,
            zh="忘了取绝对值：你去掉的是最负的权重，而 −2 的作用不比 2 小。按什么排序才对？",
            en="The absolute value is forgotten: you drop the most negative weights, yet −2 does no less than "
            "2. What should be sorted?",
        ),
        Mistake(
            "threshold_per_row",
            threshold_per_row,
            zh="你在每一行里各剪去同样的比例。题目要的是整个矩阵一起排序：权重都小的一行可以被剪光。",
            en="You drop the same share of every row. The whole matrix is to be ranked together: a row of "
            "small weights may vanish altogether.",
        ),
        Mistake(
            "keeps_that_share",
            keeps_that_share,
            zh="稀疏度是剪去的比例，你却留下了这么多：sparsity=0.9 应当只剩十分之一。",
            en="Sparsity is the share that is dropped; you keep that much: with sparsity=0.9 a tenth shall "
            "remain.",
        ),
        Mistake(
            "sparsity_as_threshold",
            sparsity_as_threshold,
            zh="你把 sparsity 当成了阈值，去掉绝对值小于它的权重。它是个数的比例，阈值要由权重算出来。",
            en="You take sparsity itself for the threshold. It is a share of the number of weights; the "
            "threshold follows from the weights.",
        ),
        Mistake(
            "returns_the_mask",
            returns_the_mask,
            zh="这是掩码（True/False），还不是剪过的权重。还差一步乘法。",
            en="This is the mask, True and False, and not yet the pruned weights. A multiplication is missing.",
        ),
    ),
)
