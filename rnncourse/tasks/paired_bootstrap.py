"""The bootstrap interval of the difference between two models on the same test examples."""

import numpy as np

from rnncourse.tasks._task import Case, Mistake, Task


def cases(rng):
    """Two models that are mostly right on the same examples, and the rows of 200 resampled test sets."""
    return [_drawn(rng, 12), _drawn(rng, 60), _drawn(rng, 150)]


def _drawn(rng, size):
    hard = rng.random(size)
    first, second = (np.where(rng.random(size) < 0.25, rng.random(size) < 0.6, hard < p) for p in (0.6, 0.85))
    return Case((first, second, rng.integers(size, size=(200, size))))


def reference(first, second, rows):
    """By weights: how often each example was drawn."""
    size = len(first)
    drawn = np.stack([np.bincount(row, minlength=size) for row in rows])
    gaps = drawn @ (second.astype(int) - first.astype(int)) / size
    return tuple(map(float, np.quantile(gaps, [0.025, 0.975])))


def _ends(values, ends=(2.5, 97.5)):
    return tuple(map(float, np.percentile(values, ends)))


def second_minus_first_reversed(first, second, rows):
    return reference(second, first, rows)


def not_paired(first, second, rows):
    return _ends(second[rows[::-1]].mean(axis=1) - first[rows].mean(axis=1))


def five_percent_at_each_end(first, second, rows):
    return _ends(second[rows].mean(axis=1) - first[rows].mean(axis=1), (5, 95))


def ends_of_each_subtracted(first, second, rows):
    (a, b), (c, d) = (_ends(right[rows].mean(axis=1)) for right in (first, second))
    return c - a, d - b


def error_of_the_mean(first, second, rows):
    gaps = second[rows].mean(axis=1) - first[rows].mean(axis=1)
    reach = 1.96 * gaps.std() / np.sqrt(len(gaps))
    return float(gaps.mean() - reach), float(gaps.mean() + reach)


def smallest_and_largest(first, second, rows):
    return _ends(second[rows].mean(axis=1) - first[rows].mean(axis=1), (0, 100))


TASK = Task(
    name="paired_bootstrap",
    points=2,
    cases=cases,
    reference=reference,
    hides=("rnncourse.metrics",),
    mistakes=(
        Mistake(
            "second_minus_first_reversed",
            second_minus_first_reversed,
            zh="减反了：要的是第二个减第一个，正数表示第二个更好。",
            en="You subtracted the wrong way round: it is second minus first, so that above 0 the second is better.",
        ),
        Mistake(
            "not_paired",
            not_paired,
            zh="两个模型用了不同的重抽样：配对就没有了，区间会宽很多。同一次重抽样里，两个模型要用同样的样本。",
            en="The two models got different resamples, so that nothing is paired and the interval is far too wide. "
            "Within a resample both answer the same examples.",
        ),
        Mistake(
            "five_percent_at_each_end",
            five_percent_at_each_end,
            zh="你在两端各切掉了 5%，剩下的是 90% 区间。95% 区间，两端一共切掉 5%。",
            en="You cut 5% off at each end, which leaves 90%. A 95% interval leaves out 5% at both ends together.",
        ),
        Mistake(
            "ends_of_each_subtracted",
            ends_of_each_subtracted,
            zh="你先求了两个模型各自的区间，再把端点相减；差的区间不是区间的差。每次重抽样先求差，再取百分位数。",
            en="You found an interval for each model and subtracted the ends; the interval of a difference is no "
            "difference of intervals. Subtract within each resample, then take percentiles.",
        ),
        Mistake(
            "error_of_the_mean",
            error_of_the_mean,
            zh="你又除以了重抽样次数的平方根：重抽样越多，区间就越窄，像是数据变多了。差值的分布本身就是答案。",
            en="You divided by the root of the number of resamples: more resamples would narrow the interval as if "
            "there were more data. The spread of the differences itself is the answer.",
        ),
        Mistake(
            "smallest_and_largest",
            smallest_and_largest,
            zh="你取的是最小值和最大值：重抽样次数越多，它们就越远。要的是中间的 95%。",
            en="You took the smallest and the largest: the more resamples, the further apart they lie. The middle "
            "95% is asked for.",
        ),
    ),
)
