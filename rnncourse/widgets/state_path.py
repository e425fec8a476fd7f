"""The path of a state of two units, under sliders for what its recurrent kernel does."""

from functools import cache
from typing import NamedTuple

import numpy as np
from ipywidgets import FloatSlider, IntSlider, ToggleButtons

from rnncourse.language import choose
from rnncourse.plots import plot_state_path
from rnncourse.plots.axes import WIDTH
from rnncourse.widgets.panel import FULL_NAMES, NARROW, View, new_figure, show

STEPS = 40
RADII = np.linspace(0.5, 1.5, 21)
ANGLES = np.arange(0, 100, 10)  # degrees that the kernel turns a state by at each step
STRENGTHS = np.linspace(0, 0.5, 6)  # of the input: its standard deviation
STARTS = np.array([[0.9, 0.0], [0.2, 0.5]])
LINEAR, TANH = "linear", "tanh"


class Paths(NamedTuple):
    """Every path of the grid of radii R, angles A and strengths S."""

    states: np.ndarray  # (R, A, S, 2, STEPS + 1, 2): two starts, steps, units
    gradients: (
        np.ndarray
    )  # (R, A, S, STEPS + 1): the largest stretch of the Jacobian of h_t, h_0 the first start


class PathControls(NamedTuple):
    """The controls of `follow_state`."""

    radius: FloatSlider
    angle: IntSlider
    strength: FloatSlider
    activation: ToggleButtons


def follow_state():
    """Sliders for spectral radius, angle and input of two units: their path, its length and the gradient."""
    view, controls = build_state_path()
    show(view, controls)


def build_state_path():
    """The view and its controls, not yet displayed."""
    grids = {activation: compute_paths(activation) for activation in (TANH, LINEAR)}
    controls = _controls()

    def view():
        paths = grids[controls.activation.value]
        values = controls.radius.value, controls.angle.value, controls.strength.value
        place = tuple(
            np.abs(grid - value).argmin()
            for grid, value in zip((RADII, ANGLES, STRENGTHS), values, strict=True)
        )
        states, gradients = paths.states[place], paths.gradients[place]
        return View(draw_path(states, gradients), describe_path(states, gradients))

    return view, controls


def _controls():
    names = {"style": FULL_NAMES, "layout": NARROW}
    options = choose(zh=[("tanh", TANH), ("线性", LINEAR)], en=[("tanh", TANH), ("linear", LINEAR)])
    return PathControls(
        radius=FloatSlider(
            value=1.2,
            min=0.5,
            max=1.5,
            step=0.05,
            description=choose(zh="谱半径", en="Spectral radius"),
            **names,
        ),
        angle=IntSlider(
            value=30,
            min=0,
            max=90,
            step=10,
            description=choose(zh="每步转角（度）", en="Turn a step (degrees)"),
            **names,
        ),
        strength=FloatSlider(
            value=0.2,
            min=0,
            max=0.5,
            step=0.1,
            description=choose(zh="输入的强度", en="Strength of the input"),
            **names,
        ),
        activation=ToggleButtons(
            options=options, description=choose(zh="激活函数", en="Activation"), style=FULL_NAMES
        ),
    )


@cache
def compute_paths(activation):
    """Paths of h_t = f(h_{t-1} U + x_t) for the whole grid; f is `activation`, x the same noise for all.

    U is a turn by the angle, times the radius. Returns Paths.
    """
    noise = np.random.default_rng(3).normal(size=(STEPS, 2))
    U = _kernels()[:, :, None]  # (R, A, 1, 2, 2)
    h = np.broadcast_to(STARTS, (len(RADII), len(ANGLES), len(STRENGTHS), 2, 2))
    jacobian = np.broadcast_to(np.eye(2), (*h.shape[:3], 2, 2))
    states, gradients = [h], [np.ones(h.shape[:3])]
    for x_t in noise:
        h = h @ U + STRENGTHS[:, None, None] * x_t
        slope = np.ones_like(h)
        if activation == TANH:
            h = np.tanh(h)
            slope = 1 - h**2
        jacobian = (jacobian @ U) * slope[..., :1, :]  # of the first start's path
        states.append(h)
        gradients.append(np.linalg.norm(jacobian, 2, axis=(-2, -1)))
    return Paths(np.stack(states, axis=-2), np.stack(gradients, axis=-1))


def _kernels():
    """Recurrent kernels of the grid, (R, A, 2, 2)."""
    turn = np.radians(ANGLES)
    rotations = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    return RADII[:, None, None, None] * np.moveaxis(rotations, -1, 0)


def draw_path(states, gradients):
    """Both paths (2, T + 1, 2) in the plane, and lengths by step, on a new figure."""
    figure = new_figure(WIDTH, 3.3)
    plane, time = figure.subplots(1, 2, width_ratios=(1, 1.25))
    figure.subplots_adjust(left=0.115, right=0.98, bottom=0.15, top=0.9, wspace=0.28)
    plot_state_path(states, gradients, ax=(plane, time))
    return figure


def describe_path(states, gradients):
    """One line: what is left after the last step of the gradient, and of the distance between the starts."""
    steps = len(gradients) - 1
    before, after = np.linalg.norm(states[0] - states[1], axis=-1)[[0, -1]]
    return choose(
        zh=f"{steps} 步后，梯度是起初的 {gradients[-1]:.1e} 倍，两条路径的距离是 {after / before:.1e} 倍。",
        en=f"After {steps} steps the gradient is {gradients[-1]:.1e} times what it was, the distance of "
        f"the two paths {after / before:.1e} times.",
    )
