"""Edit distance: the fewest substitutions, deletions and insertions that turn one sequence into another.

References and hypotheses are lists of tokens of any kind. Edits turn the reference into
the hypothesis: a token that only the reference has is a deletion, one that only the hypothesis has an
insertion. Levenshtein (1966).
"""

from typing import NamedTuple

import numpy as np


class Edit(NamedTuple):
    """One step of an alignment; the position is None on the side that has no token there."""

    kind: str  # "hit", "substitution", "deletion" or "insertion"
    reference: int | None
    hypothesis: int | None


def edit_table(reference, hypothesis):
    """Distances between all beginnings, int (M + 1, N + 1): entry m, n belongs to the first m and n tokens.

    The last entry is the distance of the whole. Raises TypeError for a string: split it into tokens first.
    """
    _check_tokens(reference, "reference")
    _check_tokens(hypothesis, "hypothesis")
    table = np.zeros((len(reference) + 1, len(hypothesis) + 1), int)
    table[:, 0], table[0] = np.arange(len(reference) + 1), np.arange(len(hypothesis) + 1)
    for m, wanted in enumerate(reference, start=1):
        for n, written in enumerate(hypothesis, start=1):
            substitution = table[m - 1, n - 1] + (wanted != written)
            table[m, n] = min(substitution, table[m - 1, n] + 1, table[m, n - 1] + 1)
    return table


def align(reference, hypothesis):
    """One shortest way from `reference` to `hypothesis`, a list of Edit in reading order.

    Of several shortest ways it prefers, from the end, a hit or substitution to a deletion, that to an
    insertion. Errors as in `edit_table`.
    """
    table, edits = edit_table(reference, hypothesis), []
    m, n = len(reference), len(hypothesis)
    while m or n:
        same = m and n and reference[m - 1] == hypothesis[n - 1]
        if m and n and table[m, n] == table[m - 1, n - 1] + (not same):
            m, n = m - 1, n - 1
            edits.append(Edit("hit" if same else "substitution", m, n))
        elif m and table[m, n] == table[m - 1, n] + 1:
            m = m - 1
            edits.append(Edit("deletion", m, None))
        else:
            n = n - 1
            edits.append(Edit("insertion", None, n))
    return edits[::-1]


def _check_tokens(tokens, name):
    if isinstance(tokens, str | bytes):
        raise TypeError(
            f"{name} must be a list of tokens, got one string; split it: .split() for words, "
            "list(...) for characters"
        )
