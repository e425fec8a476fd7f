"""The course's pictures: arrays in, Axes out, words in the reader's language."""

from rnncourse.plots.attention import plot_attention
from rnncourse.plots.cells import plot_cell, plot_decay, plot_gates, plot_recall, plot_unit
from rnncourse.plots.claims import plot_verdicts
from rnncourse.plots.comparison import plot_attributions, plot_cost, plot_learning_curves
from rnncourse.plots.data import plot_batch, plot_lengths
from rnncourse.plots.dates import plot_exact_match, plot_hypotheses, plot_misses, plot_translator
from rnncourse.plots.diagnosis import plot_findings
from rnncourse.plots.encoder import plot_encoder, plot_movement, plot_reach
from rnncourse.plots.gradients import (
    plot_clipping,
    plot_learning,
    plot_norms,
    plot_passes,
    plot_ratios,
    plot_state_path,
)
from rnncourse.plots.optimization import (
    plot_bands,
    plot_descent,
    plot_kernels,
    plot_range_test,
    plot_step_factors,
)
from rnncourse.plots.performance import (
    plot_leaving,
    plot_masks,
    plot_schedules,
    plot_staircase,
    plot_tradeoff,
)
from rnncourse.plots.progress import plot_progress
from rnncourse.plots.scalability import plot_predictions, plot_scaling, plot_shares
from rnncourse.plots.scores import plot_calibration, plot_confusion, plot_intervals, plot_thresholds
from rnncourse.plots.search import plot_beam_tree, plot_distribution
from rnncourse.plots.security import plot_defences, plot_edits
from rnncourse.plots.seq2seq import plot_by_length, plot_encoder_decoder
from rnncourse.plots.testing import plot_alignment, plot_edit_table, plot_ngrams, plot_precision_recall
from rnncourse.plots.timeline import plot_timeline
from rnncourse.plots.tokens import plot_contributions, plot_probability
from rnncourse.plots.training import plot_history, plot_knob
from rnncourse.plots.tuning import plot_trials
from rnncourse.plots.unrolled import plot_influence, plot_patterns, plot_unrolled

__all__ = [
    "plot_alignment",
    "plot_attention",
    "plot_attributions",
    "plot_bands",
    "plot_batch",
    "plot_beam_tree",
    "plot_by_length",
    "plot_calibration",
    "plot_cell",
    "plot_clipping",
    "plot_confusion",
    "plot_contributions",
    "plot_cost",
    "plot_decay",
    "plot_defences",
    "plot_descent",
    "plot_distribution",
    "plot_edit_table",
    "plot_edits",
    "plot_encoder",
    "plot_encoder_decoder",
    "plot_exact_match",
    "plot_findings",
    "plot_gates",
    "plot_history",
    "plot_hypotheses",
    "plot_influence",
    "plot_intervals",
    "plot_kernels",
    "plot_knob",
    "plot_learning",
    "plot_learning_curves",
    "plot_leaving",
    "plot_lengths",
    "plot_masks",
    "plot_misses",
    "plot_movement",
    "plot_ngrams",
    "plot_norms",
    "plot_passes",
    "plot_patterns",
    "plot_precision_recall",
    "plot_predictions",
    "plot_probability",
    "plot_progress",
    "plot_range_test",
    "plot_ratios",
    "plot_reach",
    "plot_recall",
    "plot_scaling",
    "plot_schedules",
    "plot_shares",
    "plot_staircase",
    "plot_state_path",
    "plot_step_factors",
    "plot_thresholds",
    "plot_timeline",
    "plot_tradeoff",
    "plot_translator",
    "plot_trials",
    "plot_unit",
    "plot_unrolled",
    "plot_verdicts",
]
