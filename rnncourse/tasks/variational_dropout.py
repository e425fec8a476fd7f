"""Dropout on the input of a recurrent layer: one mask for a whole sequence."""

import numpy as np

from rnncourse.tasks._task import Case, Mistake, Task


def cases(rng):
    """Several sizes and rates, none of them 0.5, where keeping and dropping look alike; and a rate of 0."""
    drawn = []
    for batch, steps, features, rate in ((2, 3, 4, 0.25), (3, 5, 8, 0.4), (4, 2, 6, 0.7), (2, 4, 3, 0.0)):
        x = rng.normal(0, 1, (batch, steps, features)).round(2)
        drawn.append(Case((np.where(x == 0, 0.5, x), rate, _seed(rng, batch, features, rate))))
    return drawn


def _seed(rng, batch, features, rate):
    """A seed whose mask drops something and keeps something in every row, unless the rate is 0."""
    while True:
        seed = int(rng.integers(1, 10_000))
        kept = (np.random.default_rng(seed).random((batch, features)) >= rate).sum(axis=1)
        if rate == 0 or ((kept > 0) & (kept < features)).all():
            return seed


def reference(x, rate, seed):
    dropped = np.random.default_rng(seed).random((len(x), x.shape[-1])) < rate  # (B, D)
    scaled = np.divide(x, 1 - rate)
    scaled[np.broadcast_to(dropped[:, None], x.shape)] = 0.0
    return scaled


def _masked(x, rate, kept, scale=None):
    return x * kept / (1 - rate if scale is None else scale)


def new_mask_each_step(x, rate, seed):
    return _masked(x, rate, np.random.default_rng(seed).random(x.shape) >= rate)


def not_rescaled(x, rate, seed):
    return reference(x, rate, seed) * (1 - rate)


def one_mask_for_all_rows(x, rate, seed):
    return _masked(x, rate, np.random.default_rng(seed).random(x.shape[-1]) >= rate)


def whole_steps_dropped(x, rate, seed):
    return _masked(x, rate, np.random.default_rng(seed).random(x.shape[:2])[:, :, None] >= rate)


def kept_and_dropped_exchanged(x, rate, seed):
    return _masked(x, rate, np.random.default_rng(seed).random((len(x), 1, x.shape[-1])) < rate)


def divided_by_the_rate(x, rate, seed):
    return reference(x, rate, seed) * (1 - rate) / max(rate, 0.01)


TASK = Task(
    name="variational_dropout",
    points=2,
    cases=cases,
    reference=reference,
    mistakes=(
        Mistake(
            "new_mask_each_step",
            new_mask_each_step,
            zh="每一步都抽了新的掩码：这是普通的 dropout。变分 dropout 里，一条序列的每一步丢掉的是同样的特征。",
            en="A new mask is drawn at every step: that is ordinary dropout. Here a sequence loses the same features at "
            "each of its steps.",
        ),
        Mistake(
            "not_rescaled",
            not_rescaled,
            zh="掩码对了，留下的没有放大：丢掉一部分以后，总量的期望变小了，使用时就对不上。",
            en="The mask is right, but what is kept was not scaled up: with some dropped the expected sum shrinks, and "
            "no longer fits what the layer sees in use.",
        ),
        Mistake(
            "one_mask_for_all_rows",
            one_mask_for_all_rows,
            zh="一批里的每一行都用了同一个掩码：各行应当各抽各的，(B, D)。",
            en="All rows of the batch share one mask: each draws its own, (B, D).",
        ),
        Mistake(
            "whole_steps_dropped",
            whole_steps_dropped,
            zh="你丢掉的是整个时间步（词元），而不是特征。掩码的两个轴应是批和特征。",
            en="You drop whole steps (tokens), not features. The axes of the mask should be batch and features.",
        ),
        Mistake(
            "kept_and_dropped_exchanged",
            kept_and_dropped_exchanged,
            zh="留与丢反了：rate 是丢掉的比例；抽到的数小于 rate 的才丢。",
            en="Kept and dropped are exchanged: the rate is the share that is dropped, where the number drawn lies "
            "below it.",
        ),
        Mistake(
            "divided_by_the_rate",
            divided_by_the_rate,
            zh="掩码对了，放大的倍数不对：你除以的是**丢掉**的比例。要使期望不变，想想留下的占多少。",
            en="The mask is right, the scale is not: you divided by the share that is **dropped**. For the expectation to "
            "stay, how large a share is left?",
        ),
    ),
)
