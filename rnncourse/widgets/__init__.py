"""Controls with pictures: each widget computes, then draws; where no kernel runs, a still picture stands."""

from rnncourse.widgets.descent import explore_learning_rate
from rnncourse.widgets.padding import explore_padding
from rnncourse.widgets.pruning import explore_pruning
from rnncourse.widgets.sentences import classify_sentences
from rnncourse.widgets.threshold import adjust_threshold

__all__ = [
    "adjust_threshold",
    "classify_sentences",
    "explore_learning_rate",
    "explore_padding",
    "explore_pruning",
]
