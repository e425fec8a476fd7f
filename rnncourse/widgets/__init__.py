"""Controls with pictures: each widget computes, then draws; where no kernel runs, a still picture stands."""

from rnncourse.widgets.attack import explore_attack
from rnncourse.widgets.attention import explore_attention
from rnncourse.widgets.claims import explore_claims
from rnncourse.widgets.clinic import explore_clinic
from rnncourse.widgets.comparison import explore_comparison
from rnncourse.widgets.cost import explore_cost
from rnncourse.widgets.descent import explore_learning_rate
from rnncourse.widgets.encoder import explore_encoder
from rnncourse.widgets.gates import explore_decay, explore_gates
from rnncourse.widgets.gradient_norms import explore_gradient_norms
from rnncourse.widgets.padding import explore_padding
from rnncourse.widgets.progress import show_progress
from rnncourse.widgets.pruning import explore_pruning
from rnncourse.widgets.search import explore_sampling, step_through_beam
from rnncourse.widgets.sentence_pair import explore_sentence_pair
from rnncourse.widgets.sentences import classify_sentences
from rnncourse.widgets.smaller import explore_smaller
from rnncourse.widgets.state_path import follow_state
from rnncourse.widgets.steps import step_through
from rnncourse.widgets.threshold import adjust_threshold

__all__ = [
    "adjust_threshold",
    "classify_sentences",
    "explore_attack",
    "explore_attention",
    "explore_claims",
    "explore_clinic",
    "explore_comparison",
    "explore_cost",
    "explore_decay",
    "explore_encoder",
    "explore_gates",
    "explore_gradient_norms",
    "explore_learning_rate",
    "explore_padding",
    "explore_pruning",
    "explore_sampling",
    "explore_sentence_pair",
    "explore_smaller",
    "follow_state",
    "show_progress",
    "step_through",
    "step_through_beam",
]
