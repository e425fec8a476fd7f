"""Pictures of results: confusion matrix, intervals, calibration, thresholds."""

import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from rnncourse.language import choose
from rnncourse.plots.axes import GREY, axes_or_new, colour


def plot_confusion(counts, *, label_names=None, ax=None):
    """A confusion matrix (C, C), rows true: count and share of the true class in each cell.

    `label_names` names the C classes (default: their numbers). Raises ValueError for another number of names.
    """
    counts = np.asarray(counts)
    names = tuple(label_names or map(str, range(len(counts))))
    if counts.shape != (len(names), len(names)):
        raise ValueError(f"counts must have shape (C, C) for C = {len(names)} names, got {counts.shape}")
    ax = axes_or_new(ax, width=1.8 + 1.1 * len(names), height=1.1 + 0.8 * len(names))
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    shades = LinearSegmentedColormap.from_list("share", ["white", colour(0)])
    ax.imshow(share, cmap=shades, vmin=0, vmax=1.15, aspect="auto")
    for (row, column), count in np.ndenumerate(counts):
        words = f"{count:,}\n{share[row, column]:.1%}"
        ink = "white" if share[row, column] > 0.85 else "black"
        ax.text(column, row, words, ha="center", va="center", color=ink, linespacing=1.4)
    ax.set_xticks(range(len(names)), names)
    ax.set_yticks(range(len(names)), names)
    ax.set(xlabel=choose(zh="预测类别", en="predicted"), ylabel=choose(zh="真实类别", en="true"))
    ax.grid(False)
    return ax


def plot_intervals(intervals, *, bar=None, bar_label=None, xlabel=None, ax=None):
    """Named estimates with their intervals, top to bottom, the figures on the right; a dashed line at `bar`.

    `intervals` maps names to (estimate, low, high). `bar_label` and `xlabel` default to "bar" and "accuracy"
    in the reader's language. Undefined (nan) estimates are named as such. Raises ValueError for none.
    """
    if not intervals:
        raise ValueError("intervals is empty; name at least one estimate")
    ax = axes_or_new(ax, height=1.0 + 0.42 * len(intervals))
    rows = np.arange(len(intervals))
    estimate, low, high = np.array(list(intervals.values()), dtype=float).T
    ax.errorbar(estimate, rows, xerr=[estimate - low, high - estimate], fmt="o", color=colour(0), capsize=4)
    for row, interval in zip(rows, intervals.values(), strict=True):
        _write_interval(ax, row, *interval)
    if bar is not None:
        _mark_bar(ax, bar, bar_label or choose(zh="及格线", en="bar"))
    ax.set_yticks(rows, list(intervals))
    ax.set_ylim(len(rows) - 0.5, -0.5)
    ax.set_xlabel(xlabel or choose(zh="准确率", en="accuracy"))
    return ax


def _write_interval(ax, row, estimate, low, high):
    known = not np.isnan(estimate)
    words = f"{estimate:.3f} [{low:.3f}, {high:.3f}]" if known else choose(zh="无定义", en="undefined")
    ax.text(1.02, row, words, transform=ax.get_yaxis_transform(), va="center")


def _mark_bar(ax, bar, label):
    ink = colour(3)
    ax.axvline(bar, color=ink, linestyle="--", linewidth=1.5, zorder=0)
    place = {"xycoords": ("data", "axes fraction"), "xytext": (0, 3), "textcoords": "offset points"}
    ax.annotate(f"{label} {bar:.3f}", (bar, 1), **place, ha="center", va="bottom", color=ink)


def plot_calibration(calibrations, *, ax=None):
    """Predicted probability against what came true; the diagonal is a model that means what it says.

    `calibrations` is a metrics.Calibration or maps names to some. A point's area grows with the examples
    behind it, its bar is the interval of the observed share.
    """
    named = calibrations if isinstance(calibrations, dict) else {None: calibrations}
    ax = axes_or_new(ax, width=4.2, height=3.8)
    ax.plot([0, 1], [0, 1], color=GREY, linestyle="--", linewidth=1, label=choose(zh="理想", en="ideal"))
    for index, (name, bins) in enumerate(named.items()):
        reach = np.maximum([bins.observed - bins.low, bins.high - bins.observed], 0)
        style = {"color": colour(index), "linewidth": 1.2}
        ax.errorbar(bins.predicted, bins.observed, yerr=reach, linestyle=("-", "--", ":")[index % 3], **style)
        area = 15 + 150 * bins.count / bins.count.max()
        ax.scatter(bins.predicted, bins.observed, area, color=colour(index), label=name, alpha=0.8)
    ax.set(xlim=(-0.03, 1.03), ylim=(-0.03, 1.03), xlabel=choose(zh="预测概率", en="predicted probability"))
    ax.set_ylabel(choose(zh="实际占比", en="observed share"))
    ax.legend(loc="upper left")
    return ax


_TIGHT = {"fontsize": "small", "handlelength": 1.6, "columnspacing": 1.0}


def plot_thresholds(curves, *, threshold=None, ax=None):
    """Precision, recall and F1 against the decision threshold; at `threshold` a line and their values.

    `curves` is a metrics.ThresholdCurves: arrays (K,) each; undefined (nan) stretches stay blank.
    """
    ax = axes_or_new(ax, width=4.6)
    names = choose(zh=("精确率", "召回率", "F1 值"), en=("precision", "recall", "F1"))
    scores = (curves.precision, curves.recall, curves.f1)
    place = None if threshold is None else np.abs(curves.thresholds - threshold).argmin()
    for index, (name, values) in enumerate(zip(names, scores, strict=True)):
        style = {"color": colour(index), "linestyle": ("-", "--", "-.")[index]}
        value = "" if place is None else " –" if np.isnan(values[place]) else f" {values[place]:.3f}"
        ax.plot(curves.thresholds, values, label=name + value, **style)
    if threshold is not None:
        ax.axvline(threshold, color="black", linewidth=1.5)
    ax.set(xlim=(0, 1), ylim=(0, 1.02), xlabel=choose(zh="判定阈值", en="decision threshold"))
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3, borderaxespad=0.2, **_TIGHT)
    return ax
