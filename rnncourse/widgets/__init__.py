"""Controls with pictures: each widget computes, then draws; where no kernel runs, a still picture stands."""

from rnncourse.widgets.comparison import explore_comparison
from rnncourse.widgets.padding import explore_padding
from rnncourse.widgets.sentences import classify_sentences
from rnncourse.widgets.threshold import adjust_threshold

__all__ = ["adjust_threshold", "classify_sentences", "explore_comparison", "explore_padding"]
