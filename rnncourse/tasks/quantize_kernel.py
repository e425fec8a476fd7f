"""A kernel in 8 bits: codes, a scale for each column, and what they stand for."""

import numpy as np

from rnncourse.tasks._task import Case, Mistake, Task


def cases(rng):
    """The last has a column of zeros. No weight lies where rounding could go either way."""
    shapes = ((3, 2), (4, 3), (6, 5), (5, 4))
    return [Case((_weights(rng, shape, zeros=shape == (5, 4)),)) for shape in shapes]


def _weights(rng, shape, zeros):
    """Weights whose columns differ in size, the largest of one negative, of the next positive."""
    while True:
        weights = rng.normal(0, 1, shape) * np.geomspace(0.2, 3, shape[1])
        weights[0] = np.abs(weights).max(axis=0) * 1.2 * np.resize([-1, 1], shape[1])
        weights = weights.round(3)
        part = np.abs(weights / np.abs(weights).max(axis=0) * 127) % 1
        if (np.abs(part - 0.5) > 0.01).all() and (weights != 0).all():
            weights[:, 1] *= not zeros
            return weights


def reference(weights):
    from rnncourse.compression import dequantize, quantize

    quantised = quantize(weights)
    return quantised.codes, quantised.scales[0], dequantize(quantised)


def _coded(weights, largest, *, most=127, rounded=np.rint):
    scales = np.broadcast_to(np.where(largest > 0, largest / most, 1.0), weights.shape)
    codes = np.clip(rounded(weights / scales), -most, most)
    return codes, scales


def _answer(weights, largest, **wrong):
    codes, scales = _coded(weights, largest, **wrong)
    return codes.astype("int8"), scales[0].copy(), codes.astype("int8") * scales


def one_scale_for_all(weights):
    return _answer(weights, np.abs(weights).max())


def cut_off(weights):
    return _answer(weights, np.abs(weights).max(axis=0), rounded=np.trunc)


def sign_kept(weights):
    return _answer(weights, weights.max(axis=0))


def by_row(weights):
    codes, scales = _coded(weights, np.abs(weights).max(axis=1, keepdims=True))
    return codes.astype("int8"), scales[:, 0].copy(), codes * scales


def divides_by_zero(weights):
    with np.errstate(all="ignore"):
        scales = np.abs(weights).max(axis=0) / 127
        codes = np.nan_to_num(np.rint(weights / scales)).astype("int8")
        return codes, scales, codes * scales


def stretched_to_128(weights):
    largest = np.abs(weights).max(axis=0)
    scales = np.where(largest > 0, largest / 128, 1.0)
    codes = np.clip(np.rint(weights / scales), -128, 127).astype("int8")
    return codes, scales, codes * scales


def codes_returned_as_weights(weights):
    codes, scales, _ = reference(weights)
    return codes, scales, codes.astype(float)


TASK = Task(
    name="quantize_kernel",
    points=2,
    cases=cases,
    reference=reference,
    hides=("rnncourse.compression",),
    mistakes=(
        Mistake(
            "one_scale_for_all",
            one_scale_for_all,
            zh="整个矩阵共用了一个缩放因子：权重小的列只分到几个整数。每一列要有自己的。",
            en="One scale serves the whole matrix: a column of small weights gets a handful of codes. Each column has its "
            "own.",
        ),
        Mistake(
            "cut_off",
            cut_off,
            zh="小数部分被直接截掉了，误差可以接近一整个 s，而且总是偏向 0。应当取最近的整数。",
            en="The fraction is cut off: the error comes near a whole s, and always towards 0. Take the nearest whole number.",
        ),
        Mistake(
            "sign_kept",
            sign_kept,
            zh="最大值里少了绝对值：最大的权重为负时，缩放因子太小，它就被截断了。",
            en="The maximum lacks the absolute value: where the largest weight is negative, the scale is too small and cuts "
            "it off.",
        ),
        Mistake(
            "by_row",
            by_row,
            zh="你给每一行（每个输入）配了一个缩放因子。题目要的是每一列，它通向一个单元。",
            en="You have a scale for each row, that is each input. It should be one for each column, which goes to one unit.",
        ),
        Mistake(
            "divides_by_zero",
            divides_by_zero,
            zh="全为 0 的一列：它的缩放因子成了 0，接下来就是 0/0。题目为这种列规定了缩放因子。",
            en="A column of zeros: its scale becomes 0, and then comes 0/0. The task says which scale such a column has.",
        ),
        Mistake(
            "stretched_to_128",
            stretched_to_128,
            zh="你除以了 128。正的那边最多到 127，最大的正权重于是被截断；−128 这个数不用。",
            en="You divide by 128. On the positive side there is no more than 127, so the largest positive weight is cut "
            "off; −128 is left unused.",
        ),
        Mistake(
            "codes_returned_as_weights",
            codes_returned_as_weights,
            zh="第三个结果是整数码本身，还没有变回权重。",
            en="Your third result is the codes themselves, not yet weights again.",
        ),
    ),
)
