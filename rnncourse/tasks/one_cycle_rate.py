"""The learning rate of a one-cycle schedule: three straight lines."""

import numpy as np

from rnncourse.tasks._task import Case, Mistake, Task

FIRST, LAST, SHARE = 0.1, 0.001, 0.45  # what `training.one_cycle` takes unless told


def cases(rng):
    """Each leg has steps of its own, and never its middle, where a cosine meets the straight line."""
    drawn = []
    for steps in (20, 200):
        highest = float(rng.choice([0.2, 0.4, 0.8, 1.6]))
        for low, high in ((0.05, 0.2), (0.28, 0.44), (0.5, 0.64), (0.7, 0.85), (0.92, 0.94)):
            drawn.append(Case((round(steps * rng.uniform(low, high)), steps, highest)))
    return drawn


def reference(step, steps, highest):
    from rnncourse.training import one_cycle

    return float(one_cycle(highest, steps)(step))


def _lines(step, places, rates):
    return float(np.interp(step, places, rates))


def _places(steps, share=SHARE):
    return [0, share * steps, 2 * share * steps, steps]


def begins_at_zero(step, steps, highest):
    return _lines(step, _places(steps), [0.0, highest, FIRST * highest, LAST * highest])


def stays_in_the_end(step, steps, highest):
    return _lines(step, _places(steps)[:3], [FIRST * highest, highest, FIRST * highest])


def falls_in_one_go(step, steps, highest):
    return _lines(step, [0, SHARE * steps, steps], [FIRST * highest, highest, LAST * highest])


def highest_in_the_middle(step, steps, highest):
    rates = [FIRST * highest, highest, LAST * highest]
    return _lines(step, [0, steps / 2, steps], rates)


def along_cosines(step, steps, highest):
    places, rates = _places(steps), [FIRST * highest, highest, FIRST * highest, LAST * highest]
    leg = min(2, int(np.searchsorted(places, step, side="right")) - 1)
    way = (step - places[leg]) / (places[leg + 1] - places[leg])
    return float(rates[leg] + (rates[leg + 1] - rates[leg]) * (1 - np.cos(np.pi * way)) / 2)


def leg_not_begun_anew(step, steps, highest):
    places, rates = _places(steps), [FIRST * highest, highest, FIRST * highest, LAST * highest]
    leg = min(2, int(np.searchsorted(places, step, side="right")) - 1)
    way = step / (places[leg + 1] - places[leg])
    return float(rates[leg] + (rates[leg + 1] - rates[leg]) * way)


TASK = Task(
    name="one_cycle_rate",
    points=2,
    cases=cases,
    reference=reference,
    hides=("rnncourse.training",),
    mistakes=(
        Mistake(
            "begins_at_zero",
            begins_at_zero,
            zh="你的第一段从 0 升起，那是预热。这个计划的起点是多少？",
            en="Your first leg rises from 0, as a warm-up does. Where does this schedule begin?",
        ),
        Mistake(
            "stays_in_the_end",
            stays_in_the_end,
            zh="最后十分之一的步里学习率没有再变：少了第三段。",
            en="Nothing changes over the last tenth of the steps: the third leg is missing.",
        ),
        Mistake(
            "falls_in_one_go",
            falls_in_one_go,
            zh="过了最高点，你用一条直线一直降到终点。应当先回到起点的高度，再降到底：中间还有一个转折点。",
            en="After the peak you fall to the end in a single line. It should come back to where it began first, and "
            "sink to the bottom after that: there is one more corner.",
        ),
        Mistake(
            "highest_in_the_middle",
            highest_in_the_middle,
            zh="你把最高点放在了正中，而且没有第三段。升和降各占多少？",
            en="Your peak lies right in the middle, with no third leg. How large a share do rise and fall take?",
        ),
        Mistake(
            "along_cosines",
            along_cosines,
            zh="转折点都对，但你走的是余弦曲线（PyTorch 的 OneCycleLR 默认如此）。这里要的是直线。",
            en="The corners are right, but you go along cosines (PyTorch's OneCycleLR does so by default). Straight lines "
            "are wanted here.",
        ),
        Mistake(
            "leg_not_begun_anew",
            leg_not_begun_anew,
            zh="第一段对，后两段却走过了头：一段里走了多远，要从这一段的起点数起，而不是从第 0 步。",
            en="The first leg is right, the others overshoot: how far along a leg one is counts from where that leg "
            "begins, not from step 0.",
        ),
    ),
)
