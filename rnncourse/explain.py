"""Why did the model decide so? Which tokens of a text its answer hangs on."""

import numpy as np

from rnncourse.text import UNKNOWN


def occlusion(predict, sequence, *, replacement=UNKNOWN):
    """What each token contributes to the predicted probability: full text minus text without the token.

    `predict` takes a list of id arrays and returns their probabilities of class 1, shape (N,): for a model of
    the course, `functools.partial(training.predict, model)`. `sequence` (T,) holds token ids. Each token in
    turn becomes `replacement` (the unknown token; None removes it), and all T + 1 texts are predicted in one
    call. Returns (T,) floats: a positive contribution speaks for class 1.

    Limits: it moves one token at a time, so of two words that say the same each seems needless, and "not
    good" is no sum of its parts; the texts it makes are unlike those of the training; T tokens cost T
    predictions. Raises ValueError for a sequence that is not (T,) and for predictions that are not T + 1
    finite numbers. Zeiler & Fergus (2014); Li, Monroe & Jurafsky (2016).
    """
    sequence = np.asarray(sequence)
    if sequence.ndim != 1:
        raise ValueError(f"sequence must have shape (T,), got {sequence.shape}; explain one text at a time")
    if not len(sequence):
        return np.zeros(0)
    probabilities = _checked(predict([sequence, *_occluded(sequence, replacement)]), len(sequence) + 1)
    return probabilities[0] - probabilities[1:]


def _occluded(sequence, replacement):
    """`sequence` without each of its tokens in turn: a list of T arrays."""
    steps = range(len(sequence))
    if replacement is None:
        return [np.delete(sequence, step) for step in steps]
    return [np.where(np.arange(len(sequence)) == step, replacement, sequence) for step in steps]


def _checked(probabilities, expected):
    probabilities = np.asarray(probabilities, dtype="float64")
    if probabilities.shape != (expected,):
        raise ValueError(
            f"predict must return {expected} probabilities, shape ({expected},), got {probabilities.shape};"
            " of several classes pick one: lambda sequences: predict(sequences)[:, 0]"
        )
    if not np.isfinite(probabilities).all():
        raise ValueError("predict returned NaN or infinity; did the training diverge?")
    return probabilities
