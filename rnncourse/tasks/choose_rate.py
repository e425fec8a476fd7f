"""Read a learning rate off the curve of a range test."""

import numpy as np

from rnncourse.tasks._task import Case, Mistake, Task


def cases(rng):
    """Curves that stay, fall, and then rise steeply, with a little noise."""
    drawn = []
    for count in (25, 40, 60):
        rates = np.geomspace(1e-5, 10, count)
        x = np.log10(rates)
        middle, sharp = rng.uniform(-3.2, -2.2), rng.uniform(1.5, 2.5)
        fall = rng.uniform(0.4, 0.6) / (1 + np.exp(-sharp * (x - middle)))
        losses = 0.7 - fall + rng.uniform(0.5, 2) * 10 ** (2 * (x - 0.5))
        drawn.append(Case((rates, losses.round(6))))
    return drawn


def reference(rates, losses):
    return float(rates[1:-1][np.argmin(np.gradient(losses, np.log(rates))[1:-1])])


def _slopes(rates, losses):
    return (losses[2:] - losses[:-2]) / (np.log(rates[2:]) - np.log(rates[:-2]))


def minimum_of_the_loss(rates, losses):
    return float(rates[np.argmin(losses)])


def steepest_rise(rates, losses):
    return float(rates[1:-1][np.argmax(_slopes(rates, losses))])


def without_the_logarithm(rates, losses):
    return float(rates[1:-1][np.argmin((losses[2:] - losses[:-2]) / (rates[2:] - rates[:-2]))])


def one_place_early(rates, losses):
    return float(rates[np.argmin(_slopes(rates, losses))])


def the_place_itself(rates, losses):
    return int(np.argmin(_slopes(rates, losses))) + 1


TASK = Task(
    name="choose_rate",
    points=2,
    cases=cases,
    reference=reference,
    tolerance=1e-8,
    hides=("rnncourse.training",),
    mistakes=(
        Mistake(
            "minimum_of_the_loss",
            minimum_of_the_loss,
            zh="你取了损失最低处的学习率。那里损失已经不再下降，再大一点就要发散；要找的是下降最快的地方。",
            en="You take the rate where the loss is lowest. There it falls no more, and a little further it "
            "diverges; look for where it falls fastest.",
        ),
        Mistake(
            "steepest_rise",
            steepest_rise,
            zh="这是损失上升最快的地方，也就是发散的地方。下降时斜率的符号是什么？",
            en="Here the loss rises fastest: this is where it diverges. Which sign has the slope of a fall?",
        ),
        Mistake(
            "without_the_logarithm",
            without_the_logarithm,
            zh="斜率是对 η 求的，应当对 ln η 求：小学习率之间的间隔很小，除以它就显得很陡。",
            en="This is the slope against η; against ln η is wanted. Small rates lie close together, and a "
            "division by their small distance looks steep.",
        ),
        Mistake(
            "one_place_early",
            one_place_early,
            zh="差一个位置：中心差分没有第一个点，它的第 0 个值属于 rates[1]。",
            en="One place too early: central differences leave out the first point, their value 0 belongs to "
            "rates[1].",
        ),
        Mistake(
            "the_place_itself",
            the_place_itself,
            zh="这是下标，不是学习率。",
            en="This is the index, not the rate.",
        ),
    ),
)
