"""Gradient clipping by the norm of all gradients together."""

import numpy as np

from rnncourse.tasks._task import Case, Mistake, Task

_SHAPES = ((2, 3), (3, 3), (3,))


def cases(rng):
    """Large gradients, a small one that stays, arrays of unequal size, and gradients that are all zero."""
    drawn = [Case(([np.array([3.0, -4.0]), np.array([[12.0]])], 6.5))]
    large = [rng.normal(0, scale, shape).round(2) for scale, shape in zip((3, 0.3, 1), _SHAPES, strict=True)]
    small = [rng.normal(0, 0.05, shape).round(3) for shape in _SHAPES]
    drawn += [Case((large, 1.0)), Case((small, 2.0))]
    return [*drawn, Case(([np.zeros((2, 2)), np.zeros(2)], 1.0))]


def reference(gradients, limit):
    norm = np.linalg.norm(np.concatenate([gradient.ravel() for gradient in gradients]))
    return [gradient / max(norm / limit, 1) for gradient in gradients]


def by_value(gradients, limit):
    return [np.clip(gradient, -limit, limit) for gradient in gradients]


def each_array_alone(gradients, limit):
    return [reference([gradient], limit)[0] for gradient in gradients]


def small_gradients_scaled_up(gradients, limit):
    norm = np.sqrt(sum(np.sum(gradient**2) for gradient in gradients))
    return [gradient * limit / norm if norm else gradient for gradient in gradients]


def nothing_divided_by_nothing(gradients, limit):
    norm = np.sqrt(sum(np.sum(gradient**2) for gradient in gradients))
    return [gradient * np.minimum(limit / norm, 1) if norm else gradient / norm for gradient in gradients]


def sum_of_norms(gradients, limit):
    norm = sum(np.linalg.norm(gradient) for gradient in gradients)
    return [gradient / max(norm / limit, 1) for gradient in gradients]


def root_forgotten(gradients, limit):
    norm = sum(np.sum(gradient**2) for gradient in gradients)
    return [gradient / max(norm / limit, 1) for gradient in gradients]


def limit_forgotten(gradients, limit):
    return reference(gradients, 1.0)


TASK = Task(
    name="clip_by_global_norm",
    points=2,
    cases=cases,
    reference=reference,
    mistakes=(
        Mistake(
            "by_value",
            by_value,
            zh="这是按值裁剪：每个分量各自截到 ±limit，梯度的方向因此变了。按范数裁剪是把所有分量乘以同一个因子。",
            en="This clips by value: every entry is cut to ±limit by itself, which turns the gradient's "
            "direction. Clipping by norm multiplies all entries by one and the same factor.",
        ),
        Mistake(
            "each_array_alone",
            each_array_alone,
            zh="每个数组各按自己的范数裁剪了，数组之间的比例随之改变。全局范数只有一个：先把全部数组的分量放在一起算。",
            en="Each array is clipped by its own norm, which changes the proportions between arrays. There is "
            "but one global norm: take the entries of all arrays together.",
        ),
        Mistake(
            "small_gradients_scaled_up",
            small_gradients_scaled_up,
            zh="小梯度被放大到了 limit。裁剪只缩不放：范数不超过 limit 时，梯度原样返回。",
            en="Small gradients are scaled up to the limit. Clipping only ever shrinks: where the norm is "
            "within the limit, gradients come back as they are.",
        ),
        Mistake(
            "nothing_divided_by_nothing",
            nothing_divided_by_nothing,
            zh="梯度全为 0 时，你的结果是 NaN：0 × (limit / 0)。一次 NaN 就会毁掉全部参数。怎样写，分母才不会是 0？",
            en="For gradients that are all zero your result is NaN, 0 × (limit / 0), and one NaN spoils every "
            "parameter. How can it be written so that the divisor is never 0?",
        ),
        Mistake(
            "sum_of_norms",
            sum_of_norms,
            zh="你把各数组的范数直接相加了。全局范数是所有分量的平方和再开方：该相加的是平方。",
            en="You added up the arrays' norms. The global norm is the root of the sum of all squares: squares "
            "are what adds up.",
        ),
        Mistake(
            "root_forgotten",
            root_forgotten,
            zh="你拿平方和与 limit 相比，还差一个开方：范数与 limit 才是同一种量。",
            en="The sum of squares is compared with the limit; a root is missing. The norm is what is of the "
            "same kind as the limit.",
        ),
        Mistake(
            "limit_forgotten",
            limit_forgotten,
            zh="范数总被裁到 1：参数 limit 没有用上。",
            en="The norm is always clipped to 1: the argument `limit` is not used.",
        ),
    ),
)
