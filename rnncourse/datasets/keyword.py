"""Generated sequences whose class is a matter of counting alone: their order says nothing."""

import numpy as np

SHORTEST, LONGEST = 6, 16
IN_A_SEQUENCE = 3  # keywords; an odd number, so that there is a majority


def draw_keyword_examples(rng, count, *, vocabulary_size=300, keywords=40):
    """`count` sequences and their labels, drawn by a NumPy Generator, which also chooses the keywords.

    Of the tokens from 2 to vocabulary_size - 1, `keywords` speak for class 1 and as many for class 0; the
    others say nothing. A sequence (int32, shape (T,), T from 6 to 16) holds three keywords at random places,
    and its label is the class for which two or three of them speak; labels: int64, shape (count,). Raises
    ValueError for fewer than one keyword, or a vocabulary with no room for the others.
    """
    if keywords < 1 or vocabulary_size < 3 + 2 * keywords:
        given = f"vocabulary_size {vocabulary_size} and {keywords} keywords a class"
        raise ValueError(f"{given} leave no other tokens; vocabulary_size must be at least 3 + 2 * keywords")
    tokens = rng.permutation(np.arange(2, vocabulary_size))
    of_class, others = tokens[: 2 * keywords].reshape(2, keywords), tokens[2 * keywords :]
    labels = rng.integers(0, 2, count)
    sequences = []
    for label in labels:
        sequence = rng.choice(others, rng.integers(SHORTEST, LONGEST + 1))
        against = rng.integers(0, 2)  # keywords that speak for the other class
        classes = np.where(np.arange(IN_A_SEQUENCE) < against, 1 - label, label)
        places = rng.choice(len(sequence), IN_A_SEQUENCE, replace=False)
        sequence[places] = of_class[classes, rng.integers(0, keywords, IN_A_SEQUENCE)]
        sequences.append(sequence.astype("int32"))
    return sequences, labels
