"""Pictures of training runs: one run's history, and what turning a knob changes."""

import numpy as np

from rnncourse.language import choose
from rnncourse.plots.axes import GREY, axes_or_new, colour, whole_numbers


def plot_history(history, *, epochs=None, ax=None):
    """Loss and accuracy against the epoch, training and validation.

    `history` maps Keras's names ("loss", "val_loss", "accuracy", "val_accuracy") to one number an epoch, or
    has such a mapping as `.history`; names that are absent are not drawn. `epochs` fixes the width of the
    picture while training goes on. The dotted line marks the lowest validation loss. `ax`: two Axes. Returns
    both Axes.
    """
    history = getattr(history, "history", history)
    axes = axes_or_new(ax, columns=2, height=2.8)
    titles = choose(zh=("损失", "准确率"), en=("loss", "accuracy"))
    for axis, name, title in zip(axes, ("loss", "accuracy"), titles, strict=True):
        _draw_curves(axis, history, name)
        longest = max((len(values) for values in history.values()), default=0)
        axis.set_xlim(0.5, max(epochs or longest, 1) + 0.5)
        axis.set(title=title, xlabel=choose(zh="轮", en="epoch"))
        whole_numbers(axis.xaxis)
    if axes[0].get_legend_handles_labels()[0]:
        axes[0].legend()
    return axes


_CURVES = ({"marker": "o", "markersize": 6}, {"marker": "s", "markersize": 4, "linestyle": "--"})


def _draw_curves(ax, history, name):
    labels = choose(zh=("训练集", "验证集"), en=("training", "validation"))
    for index, (key, label) in enumerate(zip((name, f"val_{name}"), labels, strict=True)):
        values = history.get(key, ())
        if len(values):
            ax.plot(range(1, len(values) + 1), values, label=label, color=colour(index), **_CURVES[index])
    losses = history.get("val_loss", ())
    if len(losses) > 1:
        ax.axvline(int(np.argmin(losses)) + 1, color=GREY, linestyle=":", linewidth=1, zorder=0)


def plot_knob(settings, intervals, costs, *, name, cost_name=None, bar=None, ax=None):
    """Accuracy with its interval, and beside it the cost, against the settings of one knob.

    `settings` (K,) numbers or words, `intervals` (K,) of (estimate, low, high), `costs` (K,) numbers. `name`
    names the knob, `cost_name` the cost and its unit (default: seconds an epoch). A dashed line at `bar`.
    `ax`: two Axes, or one that makes room for them. Returns both. Raises ValueError if the lengths differ.
    """
    if not len(settings) == len(intervals) == len(costs) > 0:
        given = f"{len(settings)} settings, {len(intervals)} intervals, {len(costs)} costs"
        raise ValueError(f"one interval and one cost a setting are expected, got {given}")
    score, cost = axes = axes_or_new(ax, columns=2, height=2.8)
    places = np.arange(len(settings))
    estimate, low, high = np.array(intervals, dtype=float).T
    score.errorbar(places, estimate, [estimate - low, high - estimate], fmt="o", color=colour(0), capsize=4)
    if bar is not None:
        label = f"{choose(zh='及格线', en='bar')} {bar:.3f}"
        score.axhline(bar, color=colour(3), linestyle="--", linewidth=1.5, label=label)
        score.legend()
    cost.bar(places, costs, width=0.6, color=colour(0))
    score.set_title(choose(zh="准确率", en="accuracy"))
    cost.set_title(cost_name or choose(zh="每轮秒数", en="seconds an epoch"))
    for axis in axes:
        axis.set_xticks(places, [str(setting) for setting in settings])
        axis.set(xlabel=name, xlim=(-0.6, len(settings) - 0.4))
    return axes
