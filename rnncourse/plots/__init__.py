"""The course's pictures: arrays in, Axes out, words in the reader's language."""

from rnncourse.plots.data import plot_batch, plot_lengths
from rnncourse.plots.optimization import (
    plot_bands,
    plot_descent,
    plot_kernels,
    plot_range_test,
    plot_step_factors,
)
from rnncourse.plots.scores import plot_calibration, plot_confusion, plot_intervals, plot_thresholds
from rnncourse.plots.timeline import plot_timeline
from rnncourse.plots.tokens import plot_contributions, plot_probability
from rnncourse.plots.training import plot_history, plot_knob

__all__ = [
    "plot_bands",
    "plot_batch",
    "plot_calibration",
    "plot_confusion",
    "plot_contributions",
    "plot_descent",
    "plot_history",
    "plot_intervals",
    "plot_kernels",
    "plot_knob",
    "plot_lengths",
    "plot_probability",
    "plot_range_test",
    "plot_step_factors",
    "plot_thresholds",
    "plot_timeline",
]
