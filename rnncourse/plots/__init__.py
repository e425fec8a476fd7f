"""The course's pictures: arrays in, Axes out, words in the reader's language."""

from rnncourse.plots.training import plot_history

__all__ = ["plot_history"]
