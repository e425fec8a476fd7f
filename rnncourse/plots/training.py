"""Pictures of a training run."""

import numpy as np

from rnncourse.language import choose
from rnncourse.plots.axes import GREY, axes_or_new, colour, whole_numbers


def plot_history(history, *, epochs=None, ax=None):
    """Loss and accuracy against the epoch, training and validation.

    `history` maps Keras's names ("loss", "val_loss", "accuracy", "val_accuracy") to one number an epoch, or has
    such a mapping as `.history`; names that are absent are not drawn. `epochs` fixes the width of the picture
    while training goes on. The dotted line marks the lowest validation loss. `ax`: two Axes. Returns both Axes.
    """
    history = getattr(history, "history", history)
    axes = axes_or_new(ax, columns=2, height=2.8)
    titles = choose(zh=("损失", "准确率"), en=("Loss", "Accuracy"))
    for axis, name, title in zip(axes, ("loss", "accuracy"), titles, strict=True):
        _draw_curves(axis, history, name)
        longest = max((len(values) for values in history.values()), default=0)
        axis.set_xlim(0.5, max(epochs or longest, 2) + 0.5)
        axis.set(title=title, xlabel=choose(zh="轮", en="epoch"))
        whole_numbers(axis.xaxis)
    if axes[0].get_legend_handles_labels()[0]:
        axes[0].legend()
    return axes


def _draw_curves(ax, history, name):
    labels = choose(zh=("训练集", "验证集"), en=("training", "validation"))
    for index, (key, label) in enumerate(zip((name, f"val_{name}"), labels, strict=True)):
        values = history.get(key, ())
        if len(values):
            ax.plot(range(1, len(values) + 1), values, "o-", color=colour(index), markersize=4, label=label)
    losses = history.get("val_loss", ())
    if len(losses) > 1:
        ax.axvline(int(np.argmin(losses)) + 1, color=GREY, linestyle=":", linewidth=1, zorder=0)
