"""Which n-grams of a hypothesis BLEU counts, for a look at one pair of sentences."""

from collections import Counter

import numpy as np


def matched_ngrams(hypothesis, reference, order):
    """For each of the hypothesis's n-grams of `order` tokens: does BLEU count it? Booleans (N - order + 1,).

    Lists of tokens. An n-gram counts as often as the reference has it, the earlier ones first: that is what
    clipping means. No n-grams give an empty array. Raises ValueError for an order below 1.
    """
    if order < 1:
        raise ValueError(f"order must be at least 1, got {order}")
    left = Counter(ngrams(reference, order))
    found = np.zeros(max(0, len(hypothesis) - order + 1), bool)
    for place, ngram in enumerate(ngrams(hypothesis, order)):
        found[place] = left[ngram] > 0
        left[ngram] -= 1
    return found


def ngrams(tokens, order):
    """All runs of `order` neighbouring tokens, tuples, in reading order."""
    return [tuple(tokens[start : start + order]) for start in range(len(tokens) - order + 1)]
