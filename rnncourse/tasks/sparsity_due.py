"""How much should be pruned at a step: the cubic schedule of gradual pruning."""

import numpy as np

from rnncourse.tasks._task import Case, Mistake, Task


def cases(rng):
    """Steps before, between and after, with a share of zeros to begin with."""
    drawn = []
    for count in (5, 9):
        begin = int(rng.integers(50, 150))
        end = begin + int(rng.integers(200, 400))
        final, initial = float(rng.choice([0.8, 0.9, 0.95])), float(rng.choice([0.1, 0.2, 0.3]))
        inside = rng.integers(begin + 20, end - 20, count)
        steps = np.sort(np.r_[0, begin - 10, inside, end + 10, end + int(rng.integers(50, 200))])
        drawn.append(Case((steps, begin, end, initial, final)))
    return drawn


def reference(steps, begin, end, initial, final):
    from rnncourse.compression import cubic_sparsity

    return cubic_sparsity(steps, begin=begin, end=end, initial=initial, final=final)


def _way(steps, begin, end):
    return np.clip((steps - begin) / (end - begin), 0, 1)


def _due(way, initial, final, power=3):
    return final + (initial - final) * (1 - way) ** power


def not_clipped(steps, begin, end, initial, final):
    return _due((steps - begin) / (end - begin), initial, final)


def beyond_the_end(steps, begin, end, initial, final):
    return _due(np.maximum((steps - begin) / (end - begin), 0), initial, final)


def before_the_beginning(steps, begin, end, initial, final):
    return _due(np.minimum((steps - begin) / (end - begin), 1), initial, final)


def linear(steps, begin, end, initial, final):
    return _due(_way(steps, begin, end), initial, final, power=1)


def slow_at_first(steps, begin, end, initial, final):
    return initial + (final - initial) * _way(steps, begin, end) ** 3


def counts_from_zero(steps, begin, end, initial, final):
    return _due(np.clip(steps / end, 0, 1), initial, final)


def begins_dense(steps, begin, end, initial, final):
    return _due(_way(steps, begin, end), 0.0, final)


def share_that_stays(steps, begin, end, initial, final):
    return 1 - reference(steps, begin, end, initial, final)


TASK = Task(
    name="sparsity_due",
    points=1,
    cases=cases,
    reference=reference,
    hides=("rnncourse.compression",),
    mistakes=(
        Mistake(
            "not_clipped",
            not_clipped,
            zh="中间对，两头跑出去了：开始之前和结束之后，走过的路 u 应当停在哪两个数上？",
            en="Right in between, and off at both sides: at which two numbers should the way u stop before the beginning "
            "and after the end?",
        ),
        Mistake(
            "beyond_the_end",
            beyond_the_end,
            zh="在 end 之前都对，之后又往上走，超过了 final。过了 end，u 应当停住。",
            en="Right up to `end`, but then it rises on, past `final`. After `end` the way u should stand still.",
        ),
        Mistake(
            "before_the_beginning",
            before_the_beginning,
            zh="从 begin 起都对，在那之前却低于 initial。还没到 begin，u 应当是多少？",
            en="Right from `begin` on, but below `initial` before. What should the way u be before `begin`?",
        ),
        Mistake(
            "linear",
            linear,
            zh="你的稀疏度匀速上升。公式里 1 − u 有一个指数。",
            en="Your sparsity rises at a constant pace. In the formula 1 − u has an exponent.",
        ),
        Mistake(
            "slow_at_first",
            slow_at_first,
            zh="你的曲线先慢后快，正好反了：最多余的权重应当最先剪，留给后面慢慢来。立方的是走过的路，还是剩下的路？",
            en="Yours is slow first and fast later, the wrong way round: the weights that are easily spared should go early. "
            "Is it the way gone that is cubed, or the way left?",
        ),
        Mistake(
            "counts_from_zero",
            counts_from_zero,
            zh="你从第 0 步算起，于是 begin 之前就剪了。走过的路要从 begin 数到 end。",
            en="You count from step 0, and so prune before `begin`. The way goes from `begin` to `end`.",
        ),
        Mistake(
            "begins_dense",
            begins_dense,
            zh="你从稀疏度 0 出发，忘了一开始可能已经有 initial 那么多的 0。",
            en="You start from a sparsity of 0 and forget that there may be `initial` zeros already.",
        ),
        Mistake(
            "share_that_stays",
            share_that_stays,
            zh="这是留下的比例。稀疏度是 0 所占的比例。",
            en="This is the share that stays. Sparsity is the share of zeros.",
        ),
    ),
)
