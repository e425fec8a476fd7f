"""Writing with an encoder–decoder model of `models.build_translator`: greedy, sampled, or by beam search.

All of them decode a batch at once, in a loop that the backend compiles. `sources` are lists of arrays of
token ids, of any lengths; what comes back has no marks and no padding. `translate` goes from texts to texts.
"""

from rnncourse.decoders.beams import Hypothesis, beam_search
from rnncourse.decoders.texts import Translation, all_attention_weights, attention_weights, translate
from rnncourse.decoders.writing import greedy, sample, truncate

__all__ = [
    "Hypothesis",
    "Translation",
    "all_attention_weights",
    "attention_weights",
    "beam_search",
    "greedy",
    "sample",
    "translate",
    "truncate",
]
