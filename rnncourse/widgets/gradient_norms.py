"""The gradient's norm by time step, under cell, initialisation, length and clipping."""

from functools import cache
from typing import NamedTuple

import numpy as np
from ipywidgets import Dropdown, SelectionSlider

from rnncourse import cells
from rnncourse.language import choose
from rnncourse.plots import plot_norms
from rnncourse.plots.axes import WIDTH
from rnncourse.widgets.panel import FULL_NAMES, NARROW, View, new_figure, show

LENGTHS = (10, 25, 50, 100)
LIMITS = (0.01, 0.1, 1.0, np.inf)  # of the global norm
SEEDS = (0, 1, 2)
BATCH, SYMBOLS, UNITS = 8, 4, 24


class Measured(NamedTuple):
    """What one setting gives, a row for each of SEEDS."""

    norms: np.ndarray  # (S, T + 1): d loss / d the state after 0, 1, ... T steps
    totals: np.ndarray  # (S,): the global norm of the gradients of all parameters


class NormControls(NamedTuple):
    """The controls of `explore_gradient_norms`."""

    cell: Dropdown
    beginning: Dropdown  # its options are those of the cell
    length: SelectionSlider
    limit: SelectionSlider


def _keep(params, longest, rng):
    return params


def _scaled(factor):
    return lambda params, longest, rng: params._replace(recurrent_kernel=factor * params.recurrent_kernel)


def _glorot(params, longest, rng):
    limit = np.sqrt(6 / sum(params.recurrent_kernel.shape))
    return params._replace(recurrent_kernel=rng.uniform(-limit, limit, params.recurrent_kernel.shape))


def _forget_bias(value):
    def change(params, longest, rng):
        bias = params.bias.copy()
        bias[UNITS : 2 * UNITS] = value
        return params._replace(bias=bias)

    return change


def _chrono_lstm(params, longest, rng):
    return params._replace(bias=cells.chrono_bias(UNITS, longest, rng))


def _chrono_gru(params, longest, rng):
    bias = params.bias.copy()
    bias[0, :UNITS] = cells.chrono_bias(UNITS, longest, rng)[UNITS : 2 * UNITS]
    return params._replace(bias=bias)


# For each cell: the ways to begin, and what each does to Keras's initial parameters.
BEGINNINGS = {
    "simple_rnn": {"keras": _keep, "half": _scaled(0.5), "double": _scaled(2.0), "glorot": _glorot},
    "lstm": {
        "keras": _keep,
        "forget 0": _forget_bias(0.0),
        "forget 3": _forget_bias(3.0),
        "chrono": _chrono_lstm,
    },
    "gru": {"keras": _keep, "glorot": _glorot, "chrono": _chrono_gru},
}
_CELLS = {"simple_rnn": "SimpleRNN", "lstm": "LSTM", "gru": "GRU"}


def explore_gradient_norms():
    """Controls for cell, initialisation, length and clipping: how long the gradient is at each time step."""
    view, controls = build_gradient_norms()
    show(view, controls)


def build_gradient_norms():
    """The view and its controls, not yet displayed. The whole grid is measured here, in a second or two."""
    grid = measure_grid()
    controls = _controls()

    def view():
        cell, length, limit = (c.value for c in (controls.cell, controls.length, controls.limit))
        measured = grid[cell, controls.beginning.value, length]
        return View(draw_norms(measured, limit), describe_norms(measured, limit))

    return view, controls


def _controls():
    names = {"style": FULL_NAMES, "layout": NARROW}
    cell = Dropdown(
        options=[(name, key) for key, name in _CELLS.items()],
        description=choose(zh="循环单元", en="Cell"),
        **names,
    )
    beginning = Dropdown(
        options=_beginnings(cell.value), description=choose(zh="初始化", en="Initialisation"), **names
    )
    cell.observe(lambda change: setattr(beginning, "options", _beginnings(change["new"])), "value")
    length = SelectionSlider(
        options=LENGTHS, value=50, description=choose(zh="序列长度 T", en="Length T"), **names
    )
    none = choose(zh="不裁剪", en="none")
    limits = [(f"{limit:g}" if np.isfinite(limit) else none, limit) for limit in LIMITS]
    limit = SelectionSlider(
        options=limits,
        value=np.inf,
        description=choose(zh="裁剪：全局范数不超过", en="Clip the global norm to"),
        **names,
    )
    return NormControls(cell, beginning, length, limit)


def _beginnings(cell):
    """(words, key) of the ways in which `cell` can begin."""
    words = {
        "keras": choose(zh="Keras 默认", en="Keras's default"),
        "half": choose(zh="正交 × 0.5", en="orthogonal × 0.5"),
        "double": choose(zh="正交 × 2", en="orthogonal × 2"),
        "glorot": choose(zh="循环权重用 Glorot", en="recurrent kernel Glorot"),
        "forget 0": choose(zh="遗忘门偏置 0", en="forget bias 0"),
        "forget 3": choose(zh="遗忘门偏置 3", en="forget bias 3"),
        "chrono": choose(zh="chrono 偏置", en="chrono biases"),
    }
    return [(words[key], key) for key in BEGINNINGS[cell]]


@cache
def measure_grid():
    """{(cell, beginning, length): Measured} for all of them."""
    return {
        (cell, beginning, length): measure(cell, beginning, length)
        for cell, ways in BEGINNINGS.items()
        for beginning in ways
        for length in LENGTHS
    }


def measure(cell, beginning, length):
    """One setting with each seed: random symbols in, a loss that sees the last state alone: Measured."""
    rows = [_measure_once(cell, beginning, length, seed) for seed in SEEDS]
    norms, totals = zip(*rows, strict=True)
    return Measured(np.array(norms), np.array(totals))


def _measure_once(name, beginning, length, seed):
    rng = np.random.default_rng(seed)
    cell = getattr(cells, name)
    params = cells.initial_params(cell, SYMBOLS, UNITS, rng)
    params = BEGINNINGS[name][beginning](params, length, rng)
    x = np.eye(SYMBOLS)[rng.integers(0, SYMBOLS, (BATCH, length))]  # (B, T, D)
    run = cells.unroll(cell, x, params)
    d_outputs = np.zeros_like(run.outputs)
    d_outputs[:, -1] = rng.normal(size=(BATCH, UNITS)) / np.sqrt(UNITS * BATCH)  # about length 1 in all
    gradients = cells.bptt(run, d_outputs)
    return [length_of(state) for state in gradients.states], length_of(gradients.params)


def length_of(arrays):
    """The norm of all entries of several arrays together."""
    return float(np.sqrt(sum(np.sum(array**2) for array in arrays)))


def clip_factor(totals, limit):
    """What clipping multiplies every gradient by, (S,): 1 where the global norm is within `limit`."""
    return np.minimum(1, limit / totals)


def draw_norms(measured, limit):
    """The norms by time step, as they are and clipped, on a new figure."""
    figure = new_figure(WIDTH, 3.3)
    ax = figure.add_axes((0.12, 0.15, 0.86, 0.74))
    curves = {choose(zh="未裁剪", en="not clipped"): measured.norms}
    if np.isfinite(limit):
        name = choose(zh=f"裁剪到 {limit:g}", en=f"clipped to {limit:g}")
        curves[name] = measured.norms * clip_factor(measured.totals, limit)[:, None]
    plot_norms(curves, ax=ax)
    low = min(np.min(norms) for norms in curves.values())
    ax.set_ylim(max(min(low / 3, 1e-8), 1e-40), max(10, 3 * measured.norms.max()))
    return figure


def describe_norms(measured, limit):
    """One line: first against last step, the global norm, and what clipping multiplies by."""
    ratio = np.median(measured.norms[:, 0] / measured.norms[:, -1])
    total, factor = np.median(measured.totals), np.median(clip_factor(measured.totals, limit))
    return choose(
        zh=f"首末之比（中位数）{ratio:.1e}；参数梯度的全局范数 {total:.2g}；裁剪乘上的因子 {factor:.2g}。",
        en=f"First to last (median): {ratio:.1e}; global norm of all parameters' gradients: {total:.2g}; "
        f"clipping multiplies by {factor:.2g}.",
    )
