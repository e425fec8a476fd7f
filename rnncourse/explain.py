"""Why did the model decide so? Which tokens of a text its answer hangs on."""

import numpy as np

from rnncourse.text import UNKNOWN

FINER = (64, 256, 1024, 4096, 16384)  # parts of the path of integrated gradients
AT_ONCE = 1024  # points of it in one batch


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


def integrated_gradients(model, sequence, *, replacement=UNKNOWN, target=1, tolerance=1e-3):
    """What each token contributes to the predicted probability, along a straight path of embeddings.

    With x (T, D) the embeddings of `sequence` (T,), x' (T, D) those of a text of `replacement` alone (the
    unknown token; None: zeros) and F the model's probability of class `target`, token t contributes

        sum over d of (x - x')[t, d] * integral from 0 to 1 of dF / dx[t, d] at x' + a (x - x') da,

    the integral taken at the middles of 64 equal parts. Returns (T,) floats that add up to F(x) - F(x')
    (completeness); where they miss it by more than `tolerance`, the parts become four times finer, down to
    1 / 16,384. `model` is a classifier of the course, on TensorFlow; of several embeddings (bigrams) all are
    moved together. Raises ValueError for a sequence that is not (T,) or holds 0, padding, and for a model
    without an embedding; RuntimeError on another backend. Sundararajan, Taly & Yan (2017).
    """
    sequence = np.asarray(sequence)
    if sequence.ndim != 1:
        raise ValueError(f"sequence must have shape (T,), got {sequence.shape}; explain one text at a time")
    if (sequence == 0).any():
        raise ValueError("sequence holds 0, padding; explain the text without it: sequence[sequence != 0]")
    if not len(sequence):
        return np.zeros(0)
    inner, lookup = _from_embeddings(model)
    x = lookup(sequence)  # a (T, D) for each embedding
    start = [0 * part for part in x] if replacement is None else lookup(np.full_like(sequence, replacement))
    pairs = list(zip(start, x, strict=True))
    ends, _ = _slopes(inner, sequence, pairs, np.array([0.0, 1.0]), target)
    for steps in FINER:
        _, slopes = _slopes(inner, sequence, pairs, (np.arange(steps) + 0.5) / steps, target)
        contributions = sum(
            ((b - a) * slope).sum(axis=-1) for (a, b), slope in zip(pairs, slopes, strict=True)
        )
        if abs(contributions.sum() - (ends[1] - ends[0])) <= tolerance:
            break
    return contributions


def state_effects(states_of, sequence, *, replacement=UNKNOWN):
    """How far each state moves when each token is replaced: (T, T), [t, k] for the state at t, token k.

    `states_of` takes ids (N, T) and returns states (N, T, H); a movement is the length of the
    difference in parts of the state's own length, |h' - h| / |h|. `sequence` (T,) holds token ids; a token
    that is `replacement` already becomes id 2 (another one), so that every column is a change. Raises
    ValueError for a sequence that is not (T,) with T >= 1, and for states that are not (T + 1, T, H).
    """
    sequence = np.asarray(sequence)
    if sequence.ndim != 1 or not len(sequence):
        raise ValueError(f"sequence must have shape (T,) with T >= 1, got {sequence.shape}")
    changed = np.tile(sequence, (len(sequence), 1))
    np.fill_diagonal(changed, np.where(sequence == replacement, 2, replacement))
    states = np.asarray(states_of(np.concatenate([sequence[None], changed])), dtype="float64")
    if states.ndim != 3 or len(states) != len(sequence) + 1:
        raise ValueError(f"states_of must return ({len(sequence) + 1}, T, H), got {states.shape}")
    size = np.maximum(np.linalg.norm(states[0], axis=-1), 1e-12)  # (T,)
    return (np.linalg.norm(states[1:] - states[0], axis=-1) / size).T


def _from_embeddings(model):
    """`model` cut behind its embeddings: (tokens, *embeddings) -> output; and ids (T,) -> list of (T, D)."""
    import keras

    layers = [layer for layer in model.layers if isinstance(layer, keras.layers.Embedding)]
    if not layers:
        raise ValueError("the model has no Embedding layer, so there is no path to go along")
    embedded = keras.Model(model.inputs, [layer.output for layer in layers])

    def lookup(ids):
        found = embedded([np.asarray(ids, "int32")[None]])
        return [np.asarray(part[0], "float64") for part in (found if isinstance(found, list) else [found])]

    return keras.Model([*model.inputs, *embedded.outputs], model.output), lookup


def _slopes(inner, sequence, pairs, along, target):
    """The probability of class `target` at shares `along` (S,) of the path, (S,), and its mean slopes there.

    `pairs`: the two ends (T, D) of the path of each embedding. The slopes are a list of (T, D).
    """
    import keras

    if keras.backend.backend() != "tensorflow":
        given = keras.backend.backend()
        raise RuntimeError(f"integrated_gradients needs the TensorFlow backend, not {given}; use occlusion")
    import tensorflow as tf

    probabilities, slopes = [], [0.0] * len(pairs)
    for share in np.array_split(along, max(1, len(along) // AT_ONCE)):
        points = [tf.constant(a + share[:, None, None] * (b - a), "float32") for a, b in pairs]
        with tf.GradientTape() as tape:
            tape.watch(points)
            output = inner([tf.constant(np.tile(sequence, (len(share), 1)), "int32"), *points])
            output = tf.concat([1 - output, output], axis=1) if output.shape[-1] == 1 else output
            output = output[:, target]
        probabilities.append(np.asarray(output, "float64"))
        found = tape.gradient(output, points)
        slopes = [
            old + np.asarray(new, "float64").sum(axis=0) / len(along)
            for old, new in zip(slopes, found, strict=True)
        ]
    return np.concatenate(probabilities), slopes


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
