"""The course's pictures: arrays in, Axes out, words in the reader's language."""

from rnncourse.plots.comparison import plot_attributions, plot_cost, plot_learning_curves
from rnncourse.plots.data import plot_batch, plot_lengths
from rnncourse.plots.scores import plot_calibration, plot_confusion, plot_intervals, plot_thresholds
from rnncourse.plots.timeline import plot_timeline
from rnncourse.plots.tokens import plot_contributions, plot_probability
from rnncourse.plots.training import plot_history, plot_knob

__all__ = [
    "plot_attributions",
    "plot_batch",
    "plot_calibration",
    "plot_confusion",
    "plot_contributions",
    "plot_cost",
    "plot_history",
    "plot_intervals",
    "plot_knob",
    "plot_learning_curves",
    "plot_lengths",
    "plot_probability",
    "plot_thresholds",
    "plot_timeline",
]
