"""The learning rate at which gradient descent on a quadratic loss stops to converge."""

import numpy as np

from rnncourse.tasks._task import Case, Mistake, Task


def cases(rng):
    """Hessians with directions that are not the axes, and well separated curvatures."""
    drawn = []
    for size in (2, 3, 5):
        directions = np.linalg.qr(rng.normal(size=(size, size)))[0]
        curvatures = np.geomspace(rng.uniform(0.3, 0.6), rng.uniform(6, 12), size)
        drawn.append(Case(((directions * curvatures) @ directions.T,)))
    return drawn


def reference(hessian):
    return 2 / float(np.linalg.norm(hessian, 2))  # the 2-norm of a symmetric, positive matrix


def _of(curvature):
    return lambda hessian: 2 / float(curvature(hessian))


def one_over(hessian):
    return reference(hessian) / 2


def the_curvature_itself(hessian):
    return 2 / reference(hessian)


TASK = Task(
    name="largest_rate",
    points=1,
    cases=cases,
    reference=reference,
    mistakes=(
        Mistake(
            "one_over",
            one_over,
            zh="这是 1/λmax：在最陡的方向上一步到位的学习率。误差乘以 1 − ηλ，绝对值小于 1 时就缩小：η 还能大多少？",
            en="This is 1/λmax, the rate that needs one step in the steepest direction. The error is multiplied "
            "by 1 − ηλ and shrinks while that is below 1 in size: how much larger may η be?",
        ),
        Mistake(
            "smallest_curvature",
            _of(lambda hessian: np.linalg.eigvalsh(hessian)[0]),
            zh="你用了最小的特征值。最先发散的是哪个方向，最陡的还是最平的？",
            en="You take the smallest eigenvalue. Which direction diverges first, the steepest or the flattest?",
        ),
        Mistake(
            "sum_of_curvatures",
            _of(np.trace),
            zh="迹是所有特征值之和。各方向互不影响，只看最大的一个。",
            en="The trace is the sum of all eigenvalues. The directions do not mix: the largest alone decides.",
        ),
        Mistake(
            "largest_entry",
            _of(np.max),
            zh="你取了矩阵里最大的数。坐标轴不是特征方向，最大的曲率要从特征值得到。",
            en="You take the largest entry. The axes are not the eigenvectors; the largest curvature is an "
            "eigenvalue.",
        ),
        Mistake(
            "frobenius_norm",
            _of(np.linalg.norm),
            zh="np.linalg.norm 默认是所有元素平方和的平方根，不是最大特征值。",
            en="By default np.linalg.norm is the root of the sum of all squares, not the largest eigenvalue.",
        ),
        Mistake(
            "the_curvature_itself",
            the_curvature_itself,
            zh="这是最大的特征值，还不是学习率：曲率越大，允许的学习率越小。",
            en="This is the largest eigenvalue, not yet the rate: the larger the curvature, the smaller the rate.",
        ),
    ),
)
