"""A smaller model under two sliders: zeros change what is stored, units what is computed as well."""

from typing import NamedTuple

import numpy as np
from ipywidgets import SelectionSlider

from rnncourse import compression
from rnncourse.language import choose
from rnncourse.plots.axes import GREY, WIDTH, colour
from rnncourse.scalability.cost import GATES, recurrent_cost
from rnncourse.widgets.panel import FULL_NAMES, WIDE, View, new_figure, show


class SmallerGrid(NamedTuple):
    """What is left of a model, computed beforehand: for U numbers of units and S sparsities of each."""

    units: np.ndarray  # (U,)
    sparsities: np.ndarray  # (S,)
    accuracy: np.ndarray  # (U, S)
    bytes: np.ndarray  # (U, S) of the recurrent layer, deflated
    multiply_adds: np.ndarray  # (U,) of the recurrent layer, for one text


def smaller_grid(model, evaluate, *, shares=(1.0, 0.75, 0.5, 0.25, 0.125), sparsities=None, steps=40):
    """Remove units from the one recurrent layer of `model`, then set weights to 0, to each extent of both.

    `evaluate(model)` gives the accuracy, `shares` those of the units that stay (the strongest ones by weight,
    not retrained), `steps` the length of the text whose multiply-adds are counted. `model` is as before in
    the end. Raises ValueError for a model with several recurrent layers, or units that cannot leave.
    """
    sparsities = np.linspace(0, 1, 11) if sparsities is None else np.asarray(sparsities)
    name = _recurrent_layer(model).name
    scores = compression.unit_scores(model)
    units, accuracy, sizes, counts = [], [], [], []
    for share in shares:
        smaller = compression.remove_units(model, compression.strongest(scores, {name: share}))
        layer, weights = _recurrent_layer(smaller), smaller.get_weights()
        found = []
        for sparsity in sparsities:
            smaller.set_weights(weights)
            compression.prune(smaller, sparsity)
            found.append((evaluate(smaller), compression.compressed_bytes(layer)))
        units.append(layer.units)
        accuracy.append([score for score, _ in found])
        sizes.append([size for _, size in found])
        counts.append(_multiply_adds(layer, steps))
    return SmallerGrid(*map(np.array, (units, sparsities, accuracy, sizes, counts)))


def _recurrent_layer(model):
    import keras

    kinds = keras.layers.LSTM | keras.layers.GRU | keras.layers.SimpleRNN
    found = [layer for layer in model.layers if isinstance(layer, kinds)]
    if len(found) != 1:
        raise ValueError(f"the grid is for a model with one recurrent layer, this one has {len(found)}")
    return found[0]


def _multiply_adds(layer, steps):
    kernel, recurrent_kernel = (array.shape for array in layer.get_weights()[:2])
    blocks = recurrent_kernel[1] // recurrent_kernel[0]
    cell = next(name for name, count in GATES.items() if count == blocks)
    return recurrent_cost(cell, B=1, T=steps, D=kernel[0], H=layer.units).multiply_adds


def explore_smaller(grid):
    """Sliders for the units that stay and the share of zeros: accuracy, bytes and multiply-adds.

    `grid`: from `smaller_grid`.
    """
    view, controls = build_smaller(grid)
    show(view, controls)


def build_smaller(grid):
    """The view and its controls, not yet displayed."""
    controls = _controls(grid)

    def view():
        place = tuple(control.index for control in controls)
        return View(draw_smaller(grid, *place), describe_smaller(grid, *place))

    return view, controls


def _controls(grid):
    names = choose(
        zh=("留下的单元", "其中 0 的比例"), en=("Units that stay", "Share of zeros among their weights")
    )
    labels = [f"{count}" for count in grid.units], [f"{share:.0%}" for share in grid.sparsities]
    return tuple(
        SelectionSlider(options=options, index=index, description=name, style=FULL_NAMES, layout=WIDE)
        for name, options, index in zip(names, labels, (0, len(labels[1]) // 2), strict=True)
    )


def draw_smaller(grid, row, column):
    """Accuracy, bytes and multiply-adds against the share of zeros, for each number of units."""
    figure = new_figure(WIDTH, 2.7)
    titles = choose(
        zh=("准确率", "循环层压缩后的 kB", "循环层的乘加（万）"),
        en=("accuracy", "recurrent layer, kB deflated", "multiply-adds, in 10,000"),
    )
    counts = np.repeat(grid.multiply_adds[:, None], len(grid.sparsities), axis=1)
    for number, (title, values) in enumerate(
        zip(titles, (grid.accuracy, grid.bytes / 1000, counts / 1e4), strict=True)
    ):
        ax = figure.add_axes((0.07 + 0.325 * number, 0.2, 0.26, 0.66))
        ax.plot(grid.sparsities, values.T, color=GREY, linewidth=0.7, alpha=0.6)
        ax.plot(grid.sparsities, values[row], color=colour(0))
        ax.plot(grid.sparsities[column], values[row, column], "o", color=colour(3))
        ax.set_title(title, fontsize="medium")
        ax.set_xlabel(choose(zh="0 的比例", en="share of zeros"))
        ax.set_ylim(*((0.4, 1.0) if number == 0 else (0, 1.08 * values.max())))
    return figure


def describe_smaller(grid, row, column):
    """One line: what of the layer is left, and what it does."""
    units, share = int(grid.units[row]), grid.sparsities[column]
    accuracy, size = grid.accuracy[row, column], int(grid.bytes[row, column])
    whole, count, of = int(grid.bytes[0, 0]), int(grid.multiply_adds[row]), int(grid.multiply_adds[0])
    return choose(
        zh=f"{units} 个单元，{share:.0%} 的权重为 0：准确率 {grid.accuracy[0, 0]:.3f} → {accuracy:.3f}；"
        f"压缩后 {whole:,} → {size:,} 字节；乘加 {of:,} → {count:,} 次。",
        en=f"{units} units, {share:.0%} of their weights are 0: accuracy {grid.accuracy[0, 0]:.3f} → "
        f"{accuracy:.3f}; {whole:,} → {size:,} bytes deflated; {of:,} → {count:,} multiply-adds.",
    )
