"""Integrated gradients of a logistic model, where the integral is known in closed form."""

import numpy as np

from rnncourse.tasks._task import Case, Mistake, Task


def cases(rng):
    """Steep models, so that the slope at the end says little; a baseline of zeros comes second."""
    drawn = []
    for size, zeros in ((2, False), (3, True), (5, False)):
        w = rng.choice((-1, 1), size) * rng.uniform(1, 3, size)
        x, baseline = (rng.choice((-1, 1), size) * rng.uniform(0.3, 1, size) for _ in range(2))
        drawn.append(Case((x, 0 * x if zeros else baseline, w)))
    return drawn


def reference(x, baseline, w):
    """Along the path the model is sigmoid(a + t (b - a)): each part of w (x - x') gets the same share."""
    from scipy.special import expit

    a, b = baseline @ w, x @ w
    return w * (x - baseline) * (expit(b) - expit(a)) / (b - a)


def _slope(z, w):
    p = 1 / (1 + np.exp(-z))
    return p * (1 - p) * w


def slope_at_the_end(x, baseline, w):
    return (x - baseline) * _slope(x @ w, w)


def slope_at_the_baseline(x, baseline, w):
    return (x - baseline) * _slope(baseline @ w, w)


def difference_forgotten(x, baseline, w):
    return reference(x, baseline, w) / (x - baseline)


def towards_the_baseline(x, baseline, w):
    return -reference(x, baseline, w)


def path_from_zero(x, baseline, w):
    return reference(x, np.zeros_like(x), w)


def before_the_sigmoid(x, baseline, w):
    return w * (x - baseline)


TASK = Task(
    name="path_gradients",
    points=2,
    cases=cases,
    reference=reference,
    tolerance=1e-4,
    hides=("rnncourse.explain",),
    mistakes=(
        Mistake(
            "slope_at_the_end",
            slope_at_the_end,
            zh="只用了终点 x 处的梯度。sigmoid 在两端是平的：模型越有把握，这个梯度越小。要在整条路径上取平均。",
            en="Only the gradient at the end, x, is used. A sigmoid is flat at its ends: the surer the model, "
            "the smaller that gradient. Take the mean along the whole path.",
        ),
        Mistake(
            "slope_at_the_baseline",
            slope_at_the_baseline,
            zh="梯度全是在基线处算的：点没有随 a 移动。第 k 个点是 x' + a_k (x − x')。",
            en="All gradients are taken at the baseline: the point does not move with a. Point k is "
            "x' + a_k (x − x').",
        ),
        Mistake(
            "difference_forgotten",
            difference_forgotten,
            zh="这是路径上的平均梯度，还没有乘 (x − x')：没有移动的特征也得到了贡献。",
            en="This is the mean gradient along the path, not yet times (x − x'): a feature that did not "
            "move would get a share, too.",
        ),
        Mistake(
            "towards_the_baseline",
            towards_the_baseline,
            zh="符号反了：总和应当是 F(x) − F(x')，从基线走向 x。",
            en="The sign is the wrong way round: the sum is to be F(x) − F(x'), on the way from the "
            "baseline to x.",
        ),
        Mistake(
            "path_from_zero",
            path_from_zero,
            zh="路径从 0 出发，没有用到 baseline；基线为 0 的那一例因此是对的。",
            en="The path begins at zero and `baseline` is not used; so the case with a baseline of zeros is "
            "right.",
        ),
        Mistake(
            "before_the_sigmoid",
            before_the_sigmoid,
            zh="你解释的是 sigmoid 之前的那个数 w·x：它的梯度处处是 w。题目要解释的是概率。",
            en="You explain w·x, the number before the sigmoid, whose gradient is w everywhere. The "
            "probability is to be explained.",
        ),
    ),
)
