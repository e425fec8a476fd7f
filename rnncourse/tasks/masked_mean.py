"""Mean pooling over the real steps of a padded batch."""

import numpy as np

from rnncourse.tasks._task import Case, Mistake, Task


def cases(rng):
    """States are not zero on the padding; a case without padding comes second, an all-padding row last."""
    drawn = []
    for lengths, steps, units in (((2, 1), 3, 2), ((3, 3), 3, 2), ((5, 2, 4), 6, 4), ((3, 0, 1), 4, 2)):
        states = rng.normal(1, 1, (len(lengths), steps, units)).round(2)
        drawn.append(Case((states, np.arange(steps) < np.array(lengths)[:, None])))
    return drawn


def reference(states, mask):
    hidden = np.broadcast_to(~mask[:, :, None], states.shape)
    return np.ma.masked_array(states, hidden).mean(axis=1).filled(0)


def mask_forgotten(states, mask):
    return states.mean(axis=1)


def divides_by_all_steps(states, mask):
    return (states * mask[:, :, None]).mean(axis=1)


def sum_without_division(states, mask):
    return (states * mask[:, :, None]).sum(axis=1)


def nothing_divided_by_nothing(states, mask):
    return (states * mask[:, :, None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)


def mask_inverted(states, mask):
    return reference(states, ~mask)


def without_a_new_axis(states, mask):
    return (states * mask).sum(axis=1) / mask.sum(axis=1)


TASK = Task(
    name="masked_mean",
    points=2,
    cases=cases,
    reference=reference,
    mistakes=(
        Mistake(
            "mask_forgotten",
            mask_forgotten,
            zh="没有用到掩码：填充处的状态也进了平均。同一句话，批里的同伴越长，结果就越不同。",
            en="The mask is not used: states on the padding are in the mean, so that a text's result "
            "depends on how long its neighbours in the batch are.",
        ),
        Mistake(
            "divides_by_all_steps",
            divides_by_all_steps,
            zh="分子对了，分母不对：你除以的是 T，即全部时间步；短句的平均因此偏小。该除以每行的什么？",
            en="The sum is right, the divisor is not: you divide by T, all steps, which makes the mean of "
            "short texts too small. What of each row should it be?",
        ),
        Mistake(
            "sum_without_division",
            sum_without_division,
            zh="这是真实时间步的和，还不是平均：长句会得到更大的数。还差一步除法。",
            en="This is the sum over the real steps, not yet their mean: long texts get larger numbers. A "
            "division is missing.",
        ),
        Mistake(
            "nothing_divided_by_nothing",
            nothing_divided_by_nothing,
            zh="只有填充的一行得到了 0/0，也就是 NaN；它会经由损失毁掉整批的梯度。题目规定这样的一行全为 0："
            "能让分母不小于某个数吗？",
            en="A row of padding alone becomes 0/0, NaN, and through the loss it would spoil the whole "
            "batch. Such a row shall be zeros: can the divisor be kept from falling below some number?",
        ),
        Mistake(
            "mask_inverted",
            mask_inverted,
            zh="掩码用反了：你平均的是填充处的状态。True 表示真实的时间步。",
            en="The mask is used the wrong way round: this is the mean over the padding. True means a "
            "real step.",
        ),
        Mistake(
            "without_a_new_axis",
            without_a_new_axis,
            zh="(B, T, H) 与 (B, T) 不能直接相乘：NumPy 从右边起对齐各轴，会拿 H 去对 T。先给掩码添一个"
            "轴，变成 (B, T, 1)。",
            en="(B, T, H) and (B, T) cannot be multiplied: NumPy lines axes up from the right, H with T. "
            "Give the mask one more axis first: (B, T, 1).",
        ),
    ),
)
