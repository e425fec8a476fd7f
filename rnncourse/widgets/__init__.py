"""Controls with pictures: each widget computes, then draws; where no kernel runs, a still picture stands."""

from rnncourse.widgets.gates import explore_decay, explore_gates
from rnncourse.widgets.padding import explore_padding
from rnncourse.widgets.progress import show_progress
from rnncourse.widgets.sentences import classify_sentences
from rnncourse.widgets.steps import step_through
from rnncourse.widgets.threshold import adjust_threshold

__all__ = ["adjust_threshold", "classify_sentences", "explore_padding", "show_progress"]
__all__ = ["adjust_threshold", "classify_sentences", "explore_padding", "step_through"]
__all__ = ["adjust_threshold", "classify_sentences", "explore_decay", "explore_gates", "explore_padding"]
