"""One step of a simple recurrent network at a time, with its arithmetic, over the reader's own numbers."""

from functools import lru_cache

import numpy as np
from ipywidgets import Dropdown, IntSlider, Text

from rnncourse.cells import simple_rnn, unroll
from rnncourse.language import choose
from rnncourse.plots.axes import WIDTH, colour
from rnncourse.plots.unrolled import plot_unrolled
from rnncourse.widgets.panel import FULL_NAMES, NARROW, View, new_figure, show

_MOST = 12  # numbers that fit into the picture
_LARGEST = 9.0


def step_through(networks, *, numbers):
    """A field for numbers, a choice of networks and a slider for the step: states and the step's arithmetic.

    `networks` maps a name to (params, readout): params a cells.simple_rnn.Params with one feature and at most
    four units, readout (H,) the weights of the output h @ readout. `numbers` is the text that stands in the
    field at first. Raises ValueError for no network or one of another shape.
    """
    view, controls = build_steps(networks, numbers=numbers)
    show(view, controls)


def build_steps(networks, *, numbers):
    """The view and its controls, not yet displayed."""
    _check(networks)
    field = Text(value=numbers, description=choose(zh="输入（数字）", en="Input (numbers)"), **_STYLE)
    chosen = Dropdown(options=list(networks), description=choose(zh="网络", en="Network"), **_STYLE)
    first = max(1, len(read_numbers(numbers)))
    step = IntSlider(
        value=min(4, first), min=1, max=first, description=choose(zh="时间步", en="Time step"), **_STYLE
    )

    def view():
        x = read_numbers(field.value)
        if not len(x):
            return View(None, choose(zh="请输入数字，例如 1 0 1 1。", en="Type numbers, such as 1 0 1 1."))
        step.max = len(x)
        params, readout = networks[chosen.value]
        t = step.value
        figure = draw_steps(params, readout, tuple(x), t)
        return View(figure, describe_step(params, readout, x, t))

    return view, [chosen, field, step]


_STYLE = {"style": FULL_NAMES, "layout": NARROW}


def read_numbers(text):
    """The first 12 numbers of `text`, each within -9 .. 9; what is no number is skipped. Returns (T,)."""
    found = []
    for word in text.replace(",", " ").replace("，", " ").split():
        try:
            number = float(word)
        except ValueError:
            continue
        if np.isfinite(number):
            found.append(np.clip(number, -_LARGEST, _LARGEST))
    return np.array(found[:_MOST], dtype=float)


def run_over(params, readout, x):
    """States (T + 1, H), from the zeros before the first step on, and outputs (T,)."""
    run = unroll(simple_rnn, np.reshape(x, (1, -1, 1)), params)
    states = np.concatenate([state.hidden for state in run.states])
    return states, states[1:] @ np.asarray(readout)


def draw_steps(params, readout, x, step):
    """The unrolled network up to `step`, and below the arithmetic of that step, on a new figure."""
    states, outputs = run_over(params, readout, np.array(x))
    units = states.shape[1]
    figure = new_figure(WIDTH, 2.7 + 0.36 * units)
    ax = figure.add_axes((0.01, 0.32, 0.98, 0.68))
    plot_unrolled([f"{v:g}" for v in x], states[1:], outputs=_shorts(tuple(outputs)), step=step, ax=ax)
    for row, line in enumerate(arithmetic(params, readout, x[step - 1], states[step - 1])):
        shade = colour(3) if row == 1 else "black"
        figure.text(0.06, 0.27 - 0.085 * row, line, color=shade, fontsize=10.5)
    return figure


@lru_cache(maxsize=64)
def _shorts(outputs):
    return tuple(f"{value:.1f}".replace("-0.0", "0.0") for value in outputs)


def arithmetic(params, readout, x, h):
    """Three lines: the sum before tanh, the new state, the output, of one step from h (H,) with input x."""
    W, U, b = params
    parts = x * W[0], h @ U, b
    a = sum(parts)
    new = np.tanh(a)
    sums = " + ".join(_row(part) for part in parts)
    return (
        f"$a_t = x_t W + h_{{t-1}} U + b$ = {sums} = {_row(a)}",
        rf"$h_t = \tanh(a_t)$ = {_row(new)}",
        rf"$y_t = h_t w$ = {new @ np.asarray(readout):.2f}".replace("-0.00", "0.00"),
    )


def _row(values):
    return "[" + ", ".join(f"{value:.1f}".replace("-0.0", "0.0") for value in values) + "]"


def describe_step(params, readout, x, step):
    """One line: which step, what it read, and what the network says by now."""
    _, outputs = run_over(params, readout, x)
    last = f"{outputs[step - 1]:.2f}".replace("-0.00", "0.00")
    return choose(
        zh=f"第 {step} 步（共 {len(x)} 步）：读入 {x[step - 1]:g}，输出 {last}。",
        en=f"Step {step} of {len(x)}: reads {x[step - 1]:g}, output {last}.",
    )


def _check(networks):
    if not networks:
        raise ValueError("networks is empty; give at least one name with its (params, readout)")
    for name, (params, readout) in networks.items():
        features, units = np.shape(params.kernel)
        if features != 1 or not 1 <= units <= 4 or np.shape(readout) != (units,):
            raise ValueError(
                f"network {name!r} must have one feature, 1 to 4 units and a readout of as many weights, got "
                f"{features} features, {units} units, readout {np.shape(readout)}"
            )
