"""Why did the model decide so? Which tokens of a text its answer hangs on."""

from typing import NamedTuple

import numpy as np

from rnncourse import cells
from rnncourse.embedded import cut_behind_embeddings, gradients, need_tensorflow, probability_of
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
    sequence = _without_padding(sequence)
    if not len(sequence):
        return np.zeros(0)
    need_tensorflow("integrated_gradients")
    cut = cut_behind_embeddings(model)
    x = _lookup(cut, sequence)  # a (T, D) for each embedding
    start = (
        [0 * part for part in x] if replacement is None else _lookup(cut, np.full_like(sequence, replacement))
    )
    pairs = list(zip(start, x, strict=True))
    ends, _ = _slopes(cut, sequence, pairs, np.array([0.0, 1.0]), target)
    for steps in FINER:
        _, slopes = _slopes(cut, sequence, pairs, (np.arange(steps) + 0.5) / steps, target)
        contributions = sum(
            ((b - a) * slope).sum(axis=-1) for (a, b), slope in zip(pairs, slopes, strict=True)
        )
        if abs(contributions.sum() - (ends[1] - ends[0])) <= tolerance:
            break
    return contributions


def saliency(model, sequence, *, target=1, kind="norm"):
    """How steeply the probability of class `target` changes with the embedding of each token: (T,).

    `kind`: "norm", the length of the gradient, which has no sign (Simonyan et al., 2014; Li et al., 2016); or
    "times_input", the gradient's product with the embedding itself: what the token would contribute if the
    model were linear. Of several embeddings (bigrams) the gradients are taken together. Arguments and errors
    are those of `integrated_gradients`; raises ValueError for another kind, too.
    """
    if kind not in ("norm", "times_input"):
        raise ValueError(f'kind must be "norm" or "times_input", got {kind!r}')
    sequence = _without_padding(sequence)
    if not len(sequence):
        return np.zeros(0)
    cut = cut_behind_embeddings(model)
    x = _lookup(cut, sequence)
    _, slopes = _slopes(cut, sequence, [(part, part) for part in x], np.zeros(1), target)
    x, slopes = np.concatenate(x, axis=-1), np.concatenate(slopes, axis=-1)  # (T, D)
    return np.linalg.norm(slopes, axis=-1) if kind == "norm" else (slopes * x).sum(axis=-1)


def rank_agreement(contributions, oracle):
    """Spearman's rank correlation of two explanations of the same text, (T,) each: -1 to 1.

    How an explanation is held against `occlusion`, the oracle: 1 where both put the tokens into the same
    order. nan where one of them is constant, and for fewer than two tokens. Raises ValueError for other
    shapes.
    """
    from scipy import stats

    one, other = np.asarray(contributions, "float64"), np.asarray(oracle, "float64")
    if one.ndim != 1 or one.shape != other.shape:
        raise ValueError(
            f"both explanations must be (T,), one number a token; got {one.shape}, {other.shape}"
        )
    if len(one) < 2 or np.ptp(one) == 0 or np.ptp(other) == 0:
        return float("nan")
    return float(stats.spearmanr(one, other).statistic)


class GateTraces(NamedTuple):
    """What a gated layer computed over a text: its name, and each quantity by name, (T, H) each."""

    layer: str
    quantities: dict


def gate_traces(model, sequence, *, layer=0):
    """The gates, candidates and states of a recurrent layer at every token of `sequence` (T,), as GateTraces.

    `layer` counts the model's LSTM and GRU layers; of a bidirectional pair the backward one comes second, and
    its rows are in the order in which it reads: the last token first. The quantities are i, f, candidate, o,
    c and h of an LSTM, z, r, candidate and h of a GRU, computed by `cells` from the layer's own weights and
    input. Raises ValueError for a sequence that is not (T,) with T >= 1 or holds 0, and where there is no
    such layer.
    """
    import keras

    sequence = _without_padding(sequence)
    kinds = {keras.layers.LSTM: cells.lstm, keras.layers.GRU: cells.gru}
    found = [one for one in model.layers if type(one) in kinds]
    if not len(sequence) or not 0 <= layer < len(found):
        given = f"{len(sequence)} tokens, layer {layer} of {len(found)}"
        raise ValueError(f"gate_traces needs a text and an LSTM or GRU layer of the model; got {given}")
    chosen = found[layer]
    cell = kinds[type(chosen)]
    source = chosen.input[0] if isinstance(chosen.input, list | tuple) else chosen.input
    x = np.asarray(
        keras.Model(model.inputs, source)([sequence[None].astype("int32")]), "float64"
    )  # (1, T, D)
    run = cells.unroll(cell, x, cell.Params(*(weight.astype("float64") for weight in chosen.get_weights())))
    names = [name for name in cell.Trace._fields if name != "recurrent"]
    values = {name: np.concatenate([getattr(trace, name) for trace in run.traces]) for name in names}
    return GateTraces(chosen.name, values | {"h": run.outputs[0]})


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


def _without_padding(sequence):
    sequence = np.asarray(sequence)
    if sequence.ndim != 1:
        raise ValueError(f"sequence must have shape (T,), got {sequence.shape}; explain one text at a time")
    if (sequence == 0).any():
        raise ValueError("sequence holds 0, padding; explain the text without it: sequence[sequence != 0]")
    return sequence


def _lookup(cut, ids):
    """The embeddings of ids (T,): a list of arrays (T, D)."""
    return [np.asarray(part[0], "float64") for part in cut.points(ids[None])]


def _slopes(cut, sequence, pairs, along, target):
    """The probability of class `target` at shares `along` (S,) of the path, (S,), and its mean slopes there.

    `pairs`: the two ends (T, D) of the path of each embedding. The slopes are a list of (T, D).
    """
    probabilities, slopes = [], [0.0] * len(pairs)
    for share in np.array_split(along, max(1, len(along) // AT_ONCE)):
        points = [a + share[:, None, None] * (b - a) for a, b in pairs]
        ids = np.tile(sequence, (len(share), 1)).astype("int32")
        labels = np.full(len(share), target)

        def value_of(moved, ids=ids, labels=labels):
            return probability_of(cut.output(ids, moved), labels)

        values, found = gradients(value_of, points)
        probabilities.append(values)
        slopes = [old + new.sum(axis=0) / len(along) for old, new in zip(slopes, found, strict=True)]
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
