"""Pruning under a slider: what is lost and what is saved, gate by gate."""

from typing import NamedTuple

import numpy as np
from ipywidgets import Dropdown, FloatSlider

from rnncourse import compression
from rnncourse.language import choose
from rnncourse.plots.axes import GREY, WIDTH, colour
from rnncourse.plots.optimization import plot_kernels
from rnncourse.widgets.panel import FULL_NAMES, NARROW, WIDE, View, new_figure, show

ALL = "all"


class PruningGrid(NamedTuple):
    """What pruning does, computed beforehand: `accuracy` and `bytes` map gates to (K,) numbers."""

    sparsities: np.ndarray  # (K,)
    kernels: tuple  # kernel (D, 4H) and recurrent kernel (H, 4H), as trained
    accuracy: dict
    bytes: dict


def pruning_grid(model, evaluate, sparsities=None):
    """Prune `model`, whose one recurrent layer is an LSTM, to each sparsity, all gates and one at a time.

    `evaluate(model)` gives the accuracy. The weights are as before in the end. Raises ValueError for a model
    with other recurrent layers.
    """
    sparsities = np.linspace(0, 1, 21) if sparsities is None else np.asarray(sparsities)
    trained = model.get_weights()
    kernels = tuple(compression.prunable_arrays(model))
    if len(kernels) != 2 or kernels[1].shape[1] != 4 * kernels[1].shape[0]:
        shapes = [kernel.shape for kernel in kernels]
        raise ValueError(
            f"the grid is for a model with one LSTM layer; this one's kernels have shapes {shapes}"
        )
    found = {gates: [] for gates in (ALL, *compression.GATES["LSTM"])}
    for gates, results in found.items():
        for sparsity in sparsities:
            model.set_weights(trained)
            compression.prune(model, sparsity, gates=None if gates == ALL else gates)
            results.append((evaluate(model), compression.compressed_bytes(model)))
    model.set_weights(trained)
    accuracy, sizes = ({gates: np.array(rows).T[i] for gates, rows in found.items()} for i in (0, 1))
    return PruningGrid(sparsities, kernels, accuracy, sizes)


def explore_pruning(grid):
    """A slider for the sparsity and a list of gates: the kernels, the accuracy and the bytes that are left.

    `grid`: from `pruning_grid`.
    """
    view, controls = build_pruning(grid)
    show(view, controls)


def build_pruning(grid):
    """The view and its controls, not yet displayed."""
    controls = _controls(grid)

    def view():
        sparsity, gates = (control.value for control in controls)
        place = int(np.argmin(np.abs(grid.sparsities - sparsity)))
        masks = masks_at(grid.kernels, grid.sparsities[place], gates)
        return View(draw_pruning(grid, place, gates, masks), describe_pruning(grid, place, gates, masks))

    return view, controls


def _controls(grid):
    share = grid.sparsities
    names = choose(
        zh={ALL: "全部", "i": "输入门 i", "f": "遗忘门 f", "c": "候选值 c", "o": "输出门 o"},
        en={ALL: "all", "i": "input gate i", "f": "forget gate f", "c": "candidate c", "o": "output gate o"},
    )
    return (
        FloatSlider(
            value=share[int(np.argmin(np.abs(share - 0.5)))],
            min=share.min(),
            max=share.max(),
            step=float(np.diff(share).min()),
            description=choose(zh="剪去的比例", en="Share that is pruned"),
            style=FULL_NAMES,
            layout=WIDE,
        ),
        Dropdown(
            options=[(name, gates) for gates, name in names.items()],
            value=ALL,
            description=choose(zh="剪哪个门", en="Which gate"),
            style=FULL_NAMES,
            layout=NARROW,
        ),
    )


def masks_at(kernels, sparsity, gates):
    """The masks by which `compression.prune` prunes these kernels: of all gates, or of one."""
    columns = slice(None) if gates == ALL else compression.gate_columns(kernels[0], gates)
    masks = [np.ones(kernel.shape, dtype=bool) for kernel in kernels]
    blocks = compression.magnitude_masks([kernel[:, columns] for kernel in kernels], sparsity)
    for mask, block in zip(masks, blocks, strict=True):
        mask[:, columns] = block
    return masks


def draw_pruning(grid, place, gates, masks):
    """The kernels, and beside them accuracy and bytes against the sparsity, on a new figure."""
    figure = new_figure(WIDTH, 3.6)
    kernels = figure.add_axes((0.05, 0.05, 0.5, 0.86))
    score, size = figure.add_axes((0.66, 0.6, 0.32, 0.3)), figure.add_axes((0.66, 0.13, 0.32, 0.3))
    plot_kernels(
        grid.kernels, masks, names=choose(zh=("输入权重", "循环权重"), en=("kernel", "recurrent")), ax=kernels
    )
    titles = choose(zh=("准确率", "压缩后的 kB"), en=("accuracy", "kB, compressed"))
    values = grid.accuracy, {name: sizes / 1000 for name, sizes in grid.bytes.items()}
    for ax, title, curves in zip((score, size), titles, values, strict=True):
        for name, curve in curves.items():
            if name != gates:
                ax.plot(grid.sparsities, curve, color=GREY, linewidth=0.7, alpha=0.6)
        ax.plot(grid.sparsities, curves[gates], color=colour(0))
        ax.plot(grid.sparsities[place], curves[gates][place], "o", color=colour(3))
        ax.set_title(title)
    score.set_ylim(0.4, 1.03)
    size.set_ylim(0, None)
    return figure


def describe_pruning(grid, place, gates, masks):
    """One line: how many weights are gone, the accuracy and the bytes before and after."""
    gone, of = sum(int((~mask).sum()) for mask in masks), sum(mask.size for mask in masks)
    accuracy, size = grid.accuracy[gates][place], int(grid.bytes[gates][place])
    before, whole = grid.accuracy[gates][0], int(grid.bytes[gates][0])
    return choose(
        zh=f"{of:,} 个权重剪去 {gone:,} 个；准确率 {before:.3f} → {accuracy:.3f}；"
        f"压缩后 {whole:,} → {size:,} 字节。",
        en=f"{gone:,} of {of:,} weights are gone; accuracy {before:.3f} → {accuracy:.3f}; "
        f"{whole:,} → {size:,} bytes compressed.",
    )
