"""The predicted cost of a recurrent layer under sliders: T, B, D and H."""

from typing import NamedTuple

from ipywidgets import SelectionSlider

from rnncourse.language import choose
from rnncourse.plots import plot_shares
from rnncourse.plots.axes import WIDTH
from rnncourse.scalability.cost import recurrent_cost
from rnncourse.widgets.panel import FULL_NAMES, NARROW, View, new_figure, show

_SIZES = {
    "T": tuple(2**power for power in range(3, 13)),
    "B": tuple(2**power for power in range(11)),
    "D": tuple(2**power for power in range(2, 12)),
    "H": tuple(2**power for power in range(2, 12)),
}


class CostControls(NamedTuple):
    """The controls of `explore_cost`."""

    T: SelectionSlider
    B: SelectionSlider
    D: SelectionSlider
    H: SelectionSlider


def explore_cost(fitted, *, cell="gru", base=None):
    """Sliders for T, B, D and H: the predicted time, its parts, and what twice of each size would take.

    `fitted`: a scalability.timing.CostModel of the layer `cell`. `base`: the sizes to begin with, powers of
    2. Raises ValueError for another cell, or sizes that the sliders do not have.
    """
    view, controls = build_cost(fitted, cell=cell, base=base)
    show(view, controls)


def build_cost(fitted, *, cell="gru", base=None):
    """The view and its controls, not yet displayed."""
    sizes = {"T": 64, "B": 16, "D": 64, "H": 64, **(base or {})}
    recurrent_cost(cell, **sizes)  # names what is wrong
    controls = CostControls(*(_slider(letter, sizes[letter]) for letter in _SIZES))

    def view():
        now = {letter: control.value for letter, control in controls._asdict().items()}
        return View(draw_cost(doubled(fitted, cell, now)), describe_cost(cell, now))

    return view, controls


def _slider(letter, value):
    if value not in _SIZES[letter]:
        raise ValueError(f"{letter} must be one of {_SIZES[letter]}, got {value}")
    names = choose(
        zh={"T": "T 时间步", "B": "B 批", "D": "D 特征", "H": "H 单元数"},
        en={"T": "T time steps", "B": "B batch", "D": "D features", "H": "H units"},
    )
    options = [(f"{size:,}", size) for size in _SIZES[letter]]
    slider = SelectionSlider(options=options, value=value, description=names[letter])
    slider.style, slider.layout = FULL_NAMES, NARROW
    return slider


def doubled(fitted, cell, sizes):
    """Predicted milliseconds, part by part, of `sizes` and with each of them doubled: {name: {part: ms}}."""
    rows = {choose(zh="现在", en="now"): sizes}
    rows |= {f"2 {letter}": {**sizes, letter: 2 * sizes[letter]} for letter in _SIZES}
    return {name: time_parts(fitted, cell, row) for name, row in rows.items()}


def time_parts(fitted, cell, sizes):
    """What the CostModel `fitted` adds up for `sizes`: {part: milliseconds}; a part below 0 counts as 0."""
    names = choose(zh=("调用", "时间步", "乘加"), en=("call", "steps", "multiply-adds"))
    cost = recurrent_cost(cell, **sizes)
    amounts = (1, cost.steps, cost.multiply_adds)
    parts = (fitted.call, fitted.step, fitted.multiply_add)
    return {
        name: 1e3 * max(0.0, part.estimate) * amount
        for name, part, amount in zip(names, parts, amounts, strict=True)
    }


def draw_cost(rows):
    """The bars of `doubled` on a new figure."""
    figure = new_figure(WIDTH, 3.0)
    ax = figure.add_axes((0.1, 0.17, 0.86, 0.7))
    plot_shares(rows, unit=choose(zh="预测的毫秒数", en="predicted milliseconds"), ax=ax)
    return figure


def describe_cost(cell, sizes):
    """One line: multiply-adds, parameters, what a training step keeps, and what a stream hands on."""
    cost = recurrent_cost(cell, **sizes)
    kept, state = in_bytes(cost.training_bytes), in_bytes(cost.state_bytes)
    return choose(
        zh=f"乘加 {cost.multiply_adds:,} 次，参数 {cost.parameters:,} 个；训练须保留 {kept}，"
        f"分段读只须交接 {state}。",
        en=f"{cost.multiply_adds:,} multiply-adds, {cost.parameters:,} parameters; training keeps {kept}, "
        f"a stream hands on {state}.",
    )


def in_bytes(count):
    """`count` bytes in the largest of B, kB, MB, GB that leaves at least 1 (steps of 1000)."""
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.3g} {unit}"
        count /= 1000
    return f"{count:,.0f} GB" if count >= 100 else f"{count:.3g} GB"
