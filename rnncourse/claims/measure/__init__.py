"""The claims that a few seconds decide, measured here and now, without the notebooks.

`measure(number)` gives a Measured; NUMBERS says for which. Each function builds what it needs from a seed,
measures, and comes to its verdict by a rule in its code; nothing of what the chapters found is read.
"""

from rnncourse.claims.measure import _improvements, _principles, _steps
from rnncourse.claims.measure._shared import Measured
from rnncourse.claims.table import find

__all__ = ["NUMBERS", "Measured", "measure"]


def measure(number):
    """Measure the claim `number` on this machine: Measured, or None where that takes a chapter.

    Raises UnknownClaim for a number that is not a claim's.
    """
    function = _MEASURES.get(find(number).number)
    return function and function()


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
