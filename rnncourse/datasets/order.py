"""Generated sequences whose class is a matter of order alone: no count of tokens gives it away."""

import numpy as np

SHORTEST, LONGEST = 6, 16


def draw_order_examples(rng, count, *, vocabulary_size=30):
    """`count` sequences and their labels, drawn by a NumPy Generator, which also chooses two tokens a and b.

    A sequence (int32, shape (T,), T from 6 to 16) holds a and b once each, at random places among others from
    2 to vocabulary_size - 1. Its label is 1 where a comes before b, else 0; labels: int64, shape (count,).
    Raises ValueError for a vocabulary of fewer than 5 ids.
    """
    if vocabulary_size < 5:
        raise ValueError(
            f"vocabulary_size must be at least 5, got {vocabulary_size}: two tokens decide, others fill"
        )
    a, b, *others = rng.permutation(np.arange(2, vocabulary_size)).tolist()
    sequences = [
        rng.choice(others, rng.integers(SHORTEST, LONGEST + 1)).astype("int32") for _ in range(count)
    ]
    labels = rng.integers(0, 2, count)
    for sequence, label in zip(sequences, labels, strict=True):
        places = np.sort(rng.choice(len(sequence), 2, replace=False))
        sequence[places] = (a, b) if label else (b, a)
    return sequences, labels
