"""The rates of a range test: equal factors between neighbours."""

import numpy as np

from rnncourse.tasks._task import Case, Mistake, Task


def cases(rng):
    drawn = [Case((1e-4, 1.0, 5))]
    for count in (4, 7, 12):
        lowest = float(f"{10 ** rng.uniform(-6, -4):.1g}")
        drawn.append(Case((lowest, float(f"{10 ** rng.uniform(-1, 1):.1g}"), count)))
    return drawn


def reference(lowest, highest, count):
    return np.geomspace(lowest, highest, count)


def linear(lowest, highest, count):
    return np.linspace(lowest, highest, count)


def one_step_short(lowest, highest, count):
    return np.geomspace(lowest, highest, count, endpoint=False)


def rates_as_exponents(lowest, highest, count):
    return np.logspace(lowest, highest, count)


def logarithms(lowest, highest, count):
    return np.linspace(np.log(lowest), np.log(highest), count)


def two_bases(lowest, highest, count):
    return np.exp(np.linspace(np.log10(lowest), np.log10(highest), count))


TASK = Task(
    name="geometric_rates",
    points=1,
    cases=cases,
    reference=reference,
    tolerance=1e-7,
    hides=("rnncourse.training",),
    mistakes=(
        Mistake(
            "linear",
            linear,
            zh="这是等差数列：相邻两个相差同样多，几乎所有的值都落在最大的一个数量级里。题目要的是相邻之比相同。",
            en="Neighbours differ by the same amount, so that nearly all rates lie within the largest power of "
            "ten. The same *ratio* is wanted.",
        ),
        Mistake(
            "one_step_short",
            one_step_short,
            zh="最后一个没有到 highest：count 个数之间只有 count − 1 个间隔，比值该开几次方？",
            en="The last rate does not reach `highest`: between `count` numbers lie count − 1 gaps. Which root "
            "of the ratio is it?",
        ),
        Mistake(
            "rates_as_exponents",
            rates_as_exponents,
            zh="np.logspace 的两端是以 10 为底的指数，不是学习率本身：你得到的是 10 的 lowest 次方到 highest 次方。",
            en="np.logspace takes exponents of 10 as its ends, not the rates: yours run from 10 to the power "
            "`lowest` to 10 to the power `highest`.",
        ),
        Mistake(
            "logarithms",
            logarithms,
            zh="这些是学习率的对数，所以有负数。还差一步：变回学习率。",
            en="These are logarithms of the rates, hence the negative numbers. One step is missing: back to "
            "rates.",
        ),
        Mistake(
            "two_bases",
            two_bases,
            zh="对数用的底是 10，乘回去时用的底却是 e。两处要用同一个底。",
            en="The logarithm has base 10, the way back base e. Use the same base in both places.",
        ),
    ),
)
