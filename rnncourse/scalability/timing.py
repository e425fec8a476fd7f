"""Time against size: measured in turns, fitted as a power law and as a cost model."""

import time
from dataclasses import dataclass

import numpy as np
from scipy import stats

from rnncourse.metrics.intervals import Interval, mean_interval
from rnncourse.scalability.cost import recurrent_cost


def measure_in_turns(actions, *, rounds=7, warm=1):
    """Seconds of each of `actions` {name: function}, in turns: {name: array (rounds,)}.

    In turns, so that whatever else the machine does falls on all of them; `warm` rounds are not counted.
    Compare two by the ratios of their rounds.
    """
    seconds = {name: [] for name in actions}
    for turn in range(warm + rounds):
        for name, action in actions.items():
            start = time.perf_counter()
            action()
            if turn >= warm:
                seconds[name].append(time.perf_counter() - start)
    return {name: np.array(measured) for name, measured in seconds.items()}


def speed_up(before, after):
    """How many times as fast: the geometric mean of before / after over repetitions (R,), an Interval.

    Raises ValueError for fewer than two repetitions, or seconds that are not above 0.
    """
    before, after = np.asarray(before, dtype=float), np.asarray(after, dtype=float)
    if not ((before > 0).all() and (after > 0).all()):
        raise ValueError("seconds must be above 0: the logarithms of their ratios are averaged")
    return Interval(*map(float, np.exp(mean_interval(np.log(before / after)))))


@dataclass(frozen=True)
class PowerLaw:
    """seconds = factor * size ** exponent; the exponent with its interval, R² on logarithms."""

    factor: float
    exponent: Interval
    r_squared: float

    def predict(self, sizes):
        """Seconds for `sizes`."""
        return self.factor * np.asarray(sizes, dtype=float) ** self.exponent.estimate


def fit_power(sizes, seconds, *, level=0.95):
    """The PowerLaw through (sizes, seconds) by least squares on logarithms, with Student's interval.

    Twice the size takes 2 ** exponent times as long: an exponent of 1 is proportional, of 0 is for free.
    Raises ValueError where there are fewer than three points, a single size, or a value that is not above 0.
    """
    x, y = np.asarray(sizes, dtype=float), np.asarray(seconds, dtype=float)
    if x.shape != y.shape or x.ndim != 1 or len(x) < 3 or len(np.unique(x)) < 2:
        raise ValueError(f"three points of two sizes or more are needed, got {x.shape} and {y.shape}")
    if not ((x > 0).all() and (y > 0).all()):
        raise ValueError("sizes and seconds must be above 0: logarithms are fitted")
    design = np.stack([np.ones_like(x), np.log(x)], axis=1)
    (constant, exponent), errors, r_squared = _least_squares(design, np.log(y), np.log(y).mean())
    half = stats.t.ppf((1 + level) / 2, len(x) - 2) * errors[1]
    return PowerLaw(
        float(np.exp(constant)),
        Interval(*map(float, (exponent, exponent - half, exponent + half))),
        float(r_squared),
    )


@dataclass(frozen=True)
class CostModel:
    """seconds = call + step * T + multiply_add * (multiply-adds), each in seconds with its interval."""

    call: Interval
    step: Interval
    multiply_add: Interval
    worst: float  # the largest relative error on the measured sizes

    def predict(self, cell, *, B, T, D, H):
        """Seconds of a forward pass of `cell` over x (B, T, D) with H units."""
        sizes = _features(cell, B, T, D, H)
        return float(sizes @ [self.call.estimate, self.step.estimate, self.multiply_add.estimate])


def fit_cost_model(rows, *, level=0.95):
    """The CostModel of `rows`: dicts with "cell", "B", "T", "D", "H" and "seconds".

    Least squares on relative errors: a call of a millisecond counts as much as one of a second. Raises
    ValueError where there are fewer than four rows or their sizes do not tell the three parts apart.
    """
    rows = list(rows)
    if len(rows) < 4:
        raise ValueError(f"four rows or more are needed for three coefficients, got {len(rows)}")
    design = np.array([_features(*(row[key] for key in ("cell", "B", "T", "D", "H"))) for row in rows])
    seconds = np.array([row["seconds"] for row in rows], dtype=float)
    guess = seconds
    for _ in range(
        4
    ):  # errors relative to what the model says: relative to a noisy measurement they are biased
        relative, wanted = design / guess[:, None], seconds / guess
        scale = np.linalg.norm(relative, axis=0)  # of one order, so that the rank can be judged
        if np.linalg.matrix_rank(relative / scale, tol=1e-8) < 3:
            raise ValueError("vary T and, at the same T, another of B, D, H: these rows cannot be told apart")
        values, errors, _ = _least_squares(relative / scale, wanted, 0.0)
        predicted = design @ (values / scale)
        guess = np.where(predicted > 0, predicted, guess)
    half = stats.t.ppf((1 + level) / 2, len(rows) - 3) * errors
    parts = [
        Interval(*(float(end) / size for end in (value, value - h, value + h)))
        for value, h, size in zip(values, half, scale.tolist(), strict=True)
    ]
    return CostModel(*parts, float(np.abs(predicted / seconds - 1).max()))


def _features(cell, B, T, D, H):
    return np.array([1.0, T, recurrent_cost(cell, B=B, T=T, D=D, H=H).multiply_adds])


def _least_squares(design, y, center):
    """(coefficients, their standard errors, R² about `center`)."""
    inverse = np.linalg.inv(design.T @ design)
    values = inverse @ design.T @ y
    left = float(((y - design @ values) ** 2).sum())
    variance = left / max(1, len(y) - len(values))
    total = float(((y - center) ** 2).sum())
    return values, np.sqrt(variance * np.diag(inverse)), 1 - left / total if total else 1.0
