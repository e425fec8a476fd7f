"""The decision threshold under a slider."""

import numpy as np
from ipywidgets import FloatSlider

from rnncourse import metrics
from rnncourse.language import choose
from rnncourse.plots import plot_confusion, plot_thresholds
from rnncourse.plots.axes import WIDTH
from rnncourse.widgets.panel import FULL_NAMES, WIDE, View, new_figure, show


def adjust_threshold(y_true, probabilities, *, label_names=None, threshold=0.5):
    """A slider for the decision threshold; with it go confusion matrix, precision, recall and F1.

    `y_true` (N,) holds 0 or 1, `probabilities` (N,) of class 1; `label_names` names the two classes. Raises
    ValueError as in `metrics.threshold_curves`.
    """
    view, slider = build_threshold(y_true, probabilities, label_names=label_names, threshold=threshold)
    show(view, [slider])


def build_threshold(y_true, probabilities, *, label_names=None, threshold=0.5):
    """The view and its slider, not yet displayed."""
    curves = metrics.threshold_curves(y_true, probabilities)
    slider = FloatSlider(
        value=threshold,
        min=0,
        max=1,
        step=0.01,
        description=choose(zh="判定阈值", en="Decision threshold"),
        style=FULL_NAMES,
        layout=WIDE,
    )

    def view():
        counts = confusion_at(y_true, probabilities, slider.value)
        return View(draw_threshold(counts, curves, slider.value, label_names), describe_counts(counts))

    return view, slider


def confusion_at(y_true, probabilities, threshold):
    """Confusion matrix (2, 2) when class 1 is predicted from `threshold` on."""
    predicted = metrics.predict_labels(probabilities, threshold=threshold)
    return metrics.confusion_matrix(y_true, predicted, classes=2)


def draw_threshold(counts, curves, threshold, label_names=None):
    """Confusion matrix and curves side by side, on a new figure."""
    figure = new_figure(WIDTH, 3.1)
    matrix, lines = figure.subplots(1, 2, width_ratios=(1, 1.6))
    figure.subplots_adjust(left=0.1, right=0.975, bottom=0.17, top=0.89, wspace=0.2)
    plot_confusion(counts, label_names=label_names, ax=matrix)
    matrix.set_yticks(
        matrix.get_yticks(), matrix.get_yticklabels(), rotation=90, va="center"
    )  # no long margin
    plot_thresholds(curves, threshold=threshold, ax=lines)
    return figure


def describe_counts(counts):
    """One line: how many were taken for class 1, how many of them rightly, how many were missed."""
    (_, wrong), (missed, found) = np.asarray(counts)
    return choose(
        zh=f"判为正类的有 {wrong + found:,} 条，其中 {found:,} 条判对；漏掉的正类有 {missed:,} 条。",
        en=f"{wrong + found:,} predicted positive, {found:,} of them rightly; {missed:,} positives missed.",
    )
