"""The expected calibration error of predicted probabilities."""

import numpy as np

from rnncourse.tasks._task import Case, Mistake, Task


def cases(rng):
    """Bins of different sizes, one of them empty; a probability of exactly 1 in the last two."""
    first = np.array([0.12, 0.18, 0.16, 0.62, 0.66, 0.93]), np.array([0, 0, 1, 1, 0, 1])
    order = rng.permutation(6)
    shift = rng.uniform(-0.015, 0.015, 6)
    drawn = [Case((first[1][order], (first[0] + shift)[order].round(3), 5))]
    for size, bins in ((30, 4), (80, 10)):
        p = rng.beta(1, 2.5, size).round(3)
        p = np.where(np.isclose(p * bins, np.round(p * bins)), p + 0.0013, p)
        p[:2] = 1.0
        y = (rng.random(size) < p**2 * 0.9).astype(int)
        y[:2] = 1, 0
        drawn.append(Case((y, np.clip(p, 0, 1), bins)))
    return drawn


def reference(y_true, probabilities, bins):
    from sklearn.calibration import calibration_curve

    observed, predicted = calibration_curve(y_true, probabilities, n_bins=bins)
    count = np.histogram(probabilities, bins=bins, range=(0, 1))[0]
    return float(np.average(np.abs(observed - predicted), weights=count[count > 0]))


def _bins(y_true, probabilities, bins):
    """(observed, predicted, count) of the bins that are not empty."""
    index = np.minimum((probabilities * bins).astype(int), bins - 1)
    for k in np.unique(index):
        inside = index == k
        yield y_true[inside].mean(), probabilities[inside].mean(), inside.sum(), (k + 0.5) / bins


def bins_count_alike(y_true, probabilities, bins):
    return float(np.mean([abs(o - p) for o, p, *_ in _bins(y_true, probabilities, bins)]))


def empty_bins_counted(y_true, probabilities, bins):
    return float(sum(abs(o - p) for o, p, *_ in _bins(y_true, probabilities, bins)) / bins)


def sign_kept(y_true, probabilities, bins):
    return float(sum(n * (o - p) for o, p, n, _ in _bins(y_true, probabilities, bins)) / len(y_true))


def middle_of_the_bin(y_true, probabilities, bins):
    return float(sum(n * abs(o - m) for o, _, n, m in _bins(y_true, probabilities, bins)) / len(y_true))


def example_by_example(y_true, probabilities, bins):
    return float(np.abs(y_true - probabilities).mean())


def one_left_out(y_true, probabilities, bins):
    index = (probabilities * bins).astype(int)
    total = 0.0
    for k in range(bins):
        inside = index == k
        if inside.any():
            total += inside.mean() * abs(y_true[inside].mean() - probabilities[inside].mean())
    return float(total)


def squared(y_true, probabilities, bins):
    return float(sum(n * (o - p) ** 2 for o, p, n, _ in _bins(y_true, probabilities, bins)) / len(y_true))


TASK = Task(
    name="calibration_gap",
    points=2,
    cases=cases,
    reference=reference,
    hides=("rnncourse.metrics", "sklearn.calibration"),
    mistakes=(
        Mistake(
            "bins_count_alike",
            bins_count_alike,
            zh="每个区间的分量都一样了：只有一条样本的区间，不该和有一百条的一样重。按样本数加权。",
            en="All bins weigh alike: a bin of one example should not weigh as much as one of a hundred. Weight by "
            "the number of examples.",
        ),
        Mistake(
            "empty_bins_counted",
            empty_bins_counted,
            zh="你除以了区间的总数，空区间也算在内。应当按样本数加权，空区间自然不占分量。",
            en="You divide by the number of bins, empty ones included. Weight by the number of examples: an empty "
            "bin then has no weight.",
        ),
        Mistake(
            "sign_kept",
            sign_kept,
            zh="差没有取绝对值：一个区间偏高、一个区间偏低，就会互相抵消。",
            en="The differences kept their sign, so that a bin too high and a bin too low cancel out.",
        ),
        Mistake(
            "middle_of_the_bin",
            middle_of_the_bin,
            zh="你拿区间的中点当作预测值；应当用落在区间里的那些概率的平均值。",
            en="You took the middle of the bin for the prediction; take the mean of the probabilities that lie in "
            "it.",
        ),
        Mistake(
            "example_by_example",
            example_by_example,
            zh="你是逐条比较概率和标签的：预测 0.8 的样本，标签只能是 0 或 1，差永远不为零。先分区间，再比平均。",
            en="You compare probability and label example by example: at a predicted .8 a label is 0 or 1, and the "
            "gap is never zero. Put them into bins, then compare means.",
        ),
        Mistake(
            "one_left_out",
            one_left_out,
            zh="概率恰好为 1 的样本丢了：它算出来的编号比最后一个区间还大 1。让它进最后一个区间。",
            en="Examples with a probability of exactly 1 are lost: their number is one beyond the last bin. They "
            "belong in the last one.",
        ),
        Mistake(
            "squared",
            squared,
            zh="差取了平方；这里要的是绝对值，读作“平均差了多少”。",
            en="The differences are squared; the absolute value is asked for, which reads as a mean distance.",
        ),
    ),
)
