"""Which steps of a padded batch are real."""

import numpy as np

from rnncourse.tasks._task import Case, Mistake, Task
from rnncourse.text import PADDING, pad


def cases(rng):
    """Batches with one full row, some short ones and, in the last, an empty one."""
    drawn = [Case((np.array([3, 1]), 4))]
    for size, steps in ((3, 5), (4, 7), (6, 12)):
        drawn.append(Case((np.r_[steps, rng.integers(1, steps, size - 1)], steps)))
    return [*drawn, Case((np.array([2, 0, 1]), 3))]


def reference(lengths, steps):
    return pad([np.full(n, PADDING + 1) for n in lengths], length=steps) != PADDING


def inverted(lengths, steps):
    return np.arange(steps) >= lengths[:, None]


def one_step_too_many(lengths, steps):
    return np.arange(steps) <= lengths[:, None]


def for_padding_in_front(lengths, steps):
    return np.arange(steps) >= steps - lengths[:, None]


def transposed(lengths, steps):
    return np.arange(steps)[:, None] < lengths


def without_a_new_axis(lengths, steps):
    return np.arange(steps) < lengths


TASK = Task(
    name="padding_mask",
    points=1,
    cases=cases,
    reference=reference,
    hides=("rnncourse.text",),
    mistakes=(
        Mistake(
            "inverted",
            inverted,
            zh="掩码反了：True 落在了填充上。Keras 的约定是：True 表示真实的时间步，要计算；False 表示跳过。",
            en="The mask is inverted: True stands on the padding. Keras means by True a real step, to be "
            "computed, and by False one to be skipped.",
        ),
        Mistake(
            "one_step_too_many",
            one_step_too_many,
            zh="每行多了一个 True：长度为 n 的序列占据第 0 到 n − 1 步，第 n 步已是填充。比较时该不该取等"
            "号？",
            en="Every row has one True too many: a sequence of length n takes the steps 0 to n − 1, step "
            "n is padding. Should the comparison include equality?",
        ),
        Mistake(
            "for_padding_in_front",
            for_padding_in_front,
            zh="True 都靠在了右边，那是前填充的掩码。本题是后填充：真实的时间步从第 0 列开始。",
            en="The True values stand at the right end: that is the mask of pre-padding. Here padding is "
            "behind: real steps begin in column 0.",
        ),
        Mistake(
            "transposed",
            transposed,
            zh="两个轴颠倒了：结果是 (T, B)，应为 (B, T)，每个序列一行。广播时，是谁需要多一个轴？",
            en="The axes are swapped: this is (T, B), (B, T) is asked for, one row a sequence. Which of "
            "the two needs the new axis when you broadcast?",
        ),
        Mistake(
            "without_a_new_axis",
            without_a_new_axis,
            zh="(T,) 与 (B,) 不能广播成 (B, T)：NumPy 从右边起对齐各轴，会把 T 和 B 当成同一个轴。先让 "
            "lengths 变成 (B, 1)。",
            en="(T,) and (B,) do not broadcast to (B, T): NumPy lines axes up from the right, and takes T "
            "and B for the same one. Make `lengths` (B, 1) first.",
        ),
    ),
)
