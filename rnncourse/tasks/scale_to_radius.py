"""A recurrent kernel scaled to a spectral radius."""

import numpy as np

from rnncourse.cells import spectral_radius
from rnncourse.tasks._task import Case, Mistake, Task


def cases(rng):
    """A rotation by a quarter, whose eigenvalues are not real, a triangle that stretches, and random kernels."""
    drawn = [
        Case((np.array([[0.0, -2.0], [2.0, 0.0]]), 0.9)),
        Case((np.array([[-0.5, 4.0], [0.0, 0.3]]), 1.2)),
    ]
    for units, radius in ((4, 0.95), (6, 1.3)):
        U = rng.normal(0, 1, (units, units))
        drawn.append(Case((U.round(2), radius)))
    return drawn


def reference(U, radius):
    return U * radius / spectral_radius(U)


def largest_real_part(U, radius):
    return U * radius / np.abs(np.linalg.eigvals(U).real).max()


def without_absolute_value(U, radius):
    values = np.linalg.eigvals(U)
    largest = values[np.argmax(values.real)]
    return (U * radius / largest).real


def spectral_norm(U, radius):
    return U * radius / np.linalg.norm(U, 2)


def frobenius_norm(U, radius):
    return U * radius / np.linalg.norm(U)


def symmetric_assumed(U, radius):
    return U * radius / np.abs(np.linalg.eigvalsh(U)).max()


def only_divided(U, radius):
    return U / spectral_radius(U)


def only_multiplied(U, radius):
    return U * radius


TASK = Task(
    name="scale_to_radius",
    points=1,
    cases=cases,
    reference=reference,
    hides=("rnncourse.cells",),
    mistakes=(
        Mistake(
            "largest_real_part",
            largest_real_part,
            zh="你只看了特征值的实部。特征值可以是复数（旋转就是），谱半径取的是模 |λ|。",
            en="You look at the real part of the eigenvalues alone. They can be complex (a rotation's are); the "
            "spectral radius takes the modulus |λ|.",
        ),
        Mistake(
            "without_absolute_value",
            without_absolute_value,
            zh="你取的是实部最大的特征值，而不是模最大的：−0.5 比 0.3 “远”，旋转的特征值则是复数。",
            en="You take the eigenvalue with the largest real part, not the one with the largest modulus: −0.5 is "
            "farther out than 0.3, and a rotation's eigenvalues are complex.",
        ),
        Mistake(
            "spectral_norm",
            spectral_norm,
            zh="这是最大的奇异值（谱范数）：一步最多能拉长多少。谱半径是特征值的模的最大值：很多步以后每步平均拉长多少。",
            en="That is the largest singular value (the spectral norm): how much one step can stretch at most. The "
            "spectral radius is the largest modulus of an eigenvalue: the stretch a step after many steps.",
        ),
        Mistake(
            "frobenius_norm",
            frobenius_norm,
            zh="这是 Frobenius 范数，即全部分量的平方和开方。谱半径要由特征值得到。",
            en="That is the Frobenius norm, the root of the sum of all squares. The spectral radius comes from the "
            "eigenvalues.",
        ),
        Mistake(
            "symmetric_assumed",
            symmetric_assumed,
            zh="eigvalsh 只适用于对称矩阵，它只读下三角。循环权重一般不对称。",
            en="eigvalsh is for symmetric matrices and reads the lower triangle alone. A recurrent kernel is not "
            "symmetric in general.",
        ),
        Mistake(
            "only_divided",
            only_divided,
            zh="现在谱半径是 1，还没有变成 radius。",
            en="Now the spectral radius is 1, not yet `radius`.",
        ),
        Mistake(
            "only_multiplied",
            only_multiplied,
            zh="你直接乘了 radius，可是 U 原来的谱半径不是 1。先除掉它。",
            en="You multiply by `radius`, but the spectral radius of U was not 1. Divide by it first.",
        ),
    ),
)
