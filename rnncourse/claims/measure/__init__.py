"""The claims that a few seconds decide, measured here and now, without the notebooks.

`measure(number)` gives a Measured; NUMBERS says for which. Each function builds what it needs from a seed,
measures, and comes to its verdict by a rule in its code; nothing of what the chapters found is read.
"""

from dataclasses import dataclass

from rnncourse.claims.measure import _improvements, _principles, _steps
from rnncourse.claims.measure._shared import Measured
from rnncourse.claims.stored import Evidence, stored
from rnncourse.claims.table import Claim, find
from rnncourse.runtime import DEFAULT_SEED, set_seed

__all__ = ["NUMBERS", "Compared", "Measured", "compare", "measure"]


def measure(number):
    """Measure the claim `number` on this machine: Measured, or None where that takes a chapter.

    Raises UnknownClaim for a number that is not a claim's.
    """
    function = _MEASURES.get(find(number).number)
    return function and function()


@dataclass(frozen=True)
class Compared:
    """A `claim`, what was measured `here` (None: that takes a chapter), and what the `course` found."""

    claim: Claim
    here: Measured | None
    course: Evidence | None

    @property
    def differs(self):
        """Whether both have come to a result, and it is not the same."""
        return bool(self.here and self.course) and self.here.verdict != self.course.verdict


def compare(number):
    """Measure the claim `number` from the course's seed, and set it beside what its chapter found.

    Raises UnknownClaim for a number that is not a claim's.
    """
    set_seed(DEFAULT_SEED)
    return Compared(find(number), measure(number), stored(number))


_MEASURES = {
    3: _principles.passes_the_state_once,
    4: _principles.reads_time_steps,
    5: _principles.predicts_every_step,
    6: _principles.counts_states,
    8: _principles.needs_no_decoder,
    9: _principles.reads_the_prefix,
    11: _principles.checks_gradients,
    15: _principles.finds_a_rate,
    16: _principles.does_not_converge,
    20: _steps.implements_in_keras,
    21: _principles.needs_no_decoder,
    22: _steps.hands_over_states,
    24: _steps.leaks,
    27: _steps.scores_classifiers,
    30: _improvements.compares_words,
    32: _improvements.widens_the_input,
    33: _improvements.waits_for_every_step,
}
NUMBERS = tuple(_MEASURES)
