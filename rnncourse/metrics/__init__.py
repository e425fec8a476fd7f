"""How good a model is, and how sure of that one can be: scores, intervals, comparisons and a report.

Classifiers: labels are whole numbers 0 .. C-1 in arrays of shape (N,). A score that would be 0/0 is nan,
never a silent 0. Written sequences: hypotheses and references are lists of N strings.
"""

from rnncourse.metrics.edits import Edit, align, edit_table
from rnncourse.metrics.intervals import (
    Interval,
    McNemar,
    bootstrap_difference,
    bootstrap_interval,
    mcnemar,
    mean_interval,
)
from rnncourse.metrics.ngrams import matched_ngrams
from rnncourse.metrics.paired import Comparison, compare_models, examples_needed, ratio_of
from rnncourse.metrics.report import ClassScores, Report, evaluate
from rnncourse.metrics.scores import (
    accuracy,
    average_precision,
    calibration,
    confusion_matrix,
    expected_calibration_error,
    f1,
    precision,
    predict_labels,
    recall,
    threshold_curves,
)
from rnncourse.metrics.sequences import (
    Bleu,
    ErrorRate,
    bleu,
    bleu_counts,
    bleu_of,
    character_error_rate,
    chrf,
    error_counts,
    perplexity,
    word_error_rate,
)

__all__ = [
    "Bleu",
    "ClassScores",
    "Comparison",
    "Edit",
    "ErrorRate",
    "Interval",
    "McNemar",
    "Report",
    "accuracy",
    "align",
    "average_precision",
    "bleu",
    "bleu_counts",
    "bleu_of",
    "bootstrap_difference",
    "bootstrap_interval",
    "calibration",
    "character_error_rate",
    "chrf",
    "compare_models",
    "confusion_matrix",
    "edit_table",
    "error_counts",
    "evaluate",
    "examples_needed",
    "expected_calibration_error",
    "f1",
    "matched_ngrams",
    "mcnemar",
    "mean_interval",
    "perplexity",
    "precision",
    "predict_labels",
    "ratio_of",
    "recall",
    "threshold_curves",
    "word_error_rate",
]
