"""The learning rate on a loss surface, under sliders."""

from typing import NamedTuple

import numpy as np
from ipywidgets import FloatSlider, IntSlider, ToggleButtons

from rnncourse.language import choose
from rnncourse.plots.axes import WIDTH
from rnncourse.plots.optimization import plot_descent
from rnncourse.widgets.panel import FULL_NAMES, NARROW, View, new_figure, show

STEEPEST = 10.0  # the larger curvature; the limit without momentum is 2 / STEEPEST
START = (-2.0, 1.0)


class DescentControls(NamedTuple):
    """The controls of `explore_learning_rate`."""

    rate: FloatSlider
    momentum: FloatSlider
    ratio: ToggleButtons  # of the two curvatures
    steps: IntSlider


def explore_learning_rate():
    """Controls for learning rate, momentum, ratio of the curvatures and steps: the path on the surface."""
    show(*build_learning_rate())


def build_learning_rate():
    """The view and its controls, not yet displayed."""
    controls = _controls()

    def view():
        rate, momentum, ratio, steps = (control.value for control in controls)
        curvatures = (STEEPEST / ratio, STEEPEST)
        paths = {}
        if momentum:
            name = choose(zh=f"动量 {momentum:.2f}", en=f"momentum {momentum:.2f}")
            paths[name] = descent_path(curvatures, START, rate, momentum, steps)
        paths[choose(zh="梯度下降", en="gradient descent")] = descent_path(
            curvatures, START, rate, 0.0, steps
        )
        return View(draw_descent(curvatures, paths), describe_descent(curvatures, rate, momentum))

    return view, controls


def _controls():
    def slider(kind, value, low, high, step, name):
        options = {"description": name, "style": FULL_NAMES, "layout": NARROW}
        return kind(value=value, min=low, max=high, step=step, **options)

    return DescentControls(
        rate=slider(FloatSlider, 0.18, 0.005, 0.42, 0.005, choose(zh="学习率 η", en="Learning rate η")),
        momentum=slider(FloatSlider, 0.0, 0.0, 0.95, 0.05, choose(zh="动量 μ", en="Momentum μ")),
        ratio=ToggleButtons(
            options=[("1 : 1", 1), ("1 : 10", 10), ("1 : 100", 100)],
            value=10,
            description=choose(zh="曲率之比", en="Curvatures"),
            style=FULL_NAMES,
        ),
        steps=slider(IntSlider, 25, 1, 60, 1, choose(zh="步数", en="Steps")),
    )


def descent_path(curvatures, start, rate, momentum, steps):
    """Weights (steps + 1, 2) of gradient descent with momentum on the loss sum(curvatures * w^2) / 2.

    v = momentum * v - rate * gradient; w = w + v, as in keras.optimizers.SGD.
    """
    w, v = np.array(start, dtype=float), np.zeros(2)
    path = [w]
    for _ in range(steps):
        v = momentum * v - rate * np.asarray(curvatures) * w
        w = w + v
        path.append(w)
    return np.stack(path)


def step_factor(curvatures, rate, momentum):
    """By what the error shrinks (below 1) or grows a step, in the long run and in the slowest direction.

    The largest absolute eigenvalue of one step as a map of (w, v); |1 - rate * curvature| without momentum.
    """
    steps = [[[1 - rate * c, momentum], [-rate * c, momentum]] for c in curvatures]
    return float(np.abs(np.linalg.eigvals(np.array(steps))).max())


def draw_descent(curvatures, paths):
    """The picture of `plot_descent` on a new figure."""
    figure = new_figure(WIDTH, 3.3)
    axes = figure.subplots(1, 2)
    figure.subplots_adjust(left=0.09, right=0.98, bottom=0.16, top=0.9, wspace=0.25)
    plot_descent(curvatures, paths, ax=axes)
    return figure


def describe_descent(curvatures, rate, momentum):
    """One line: the limit, whether this rate keeps it, and how many steps a hundredth takes."""
    limit, factor = 2 * (1 + momentum) / max(curvatures), step_factor(curvatures, rate, momentum)
    if np.isclose(rate, limit) or factor >= 1 - 1e-9:
        grows = rate > limit and not np.isclose(rate, limit)
        ends = choose(
            zh="超过上限：误差越来越大。" if grows else "恰在上限：误差不再缩小。",
            en="Beyond it: the error grows." if grows else "Just on it: the error does not shrink.",
        )
    else:
        steps = 1 if factor < 1e-9 else max(1, int(np.ceil(np.log(0.01) / np.log(factor))))
        ends = choose(
            zh=f"收敛：每步约乘以 {factor:.3f}，误差降到百分之一约需 {steps:,} 步。",
            en=f"Converges: a factor of {factor:.3f} a step, {steps:,} steps to a hundredth of the error.",
        )
    limit_words = choose(zh=f"上限 2(1 + μ)/λmax = {limit:.2f}。", en=f"Limit 2(1 + μ)/λmax = {limit:.2f}. ")
    return limit_words + ends
