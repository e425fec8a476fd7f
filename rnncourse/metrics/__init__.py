"""How good a classifier is, and how sure of that one can be: scores, intervals and a report.

Labels are whole numbers 0 .. C-1 in arrays of shape (N,). A score that would be 0/0 is nan, never a silent 0.
"""

from rnncourse.metrics.intervals import (
    Interval,
    McNemar,
    bootstrap_difference,
    bootstrap_interval,
    mcnemar,
    mean_interval,
)
from rnncourse.metrics.report import ClassScores, Report, evaluate
from rnncourse.metrics.scores import (
    accuracy,
    average_precision,
    calibration,
    confusion_matrix,
    f1,
    precision,
    predict_labels,
    recall,
    threshold_curves,
)

__all__ = [
    "ClassScores",
    "Interval",
    "McNemar",
    "Report",
    "accuracy",
    "average_precision",
    "bootstrap_difference",
    "bootstrap_interval",
    "calibration",
    "confusion_matrix",
    "evaluate",
    "f1",
    "mcnemar",
    "mean_interval",
    "precision",
    "predict_labels",
    "recall",
    "threshold_curves",
]
