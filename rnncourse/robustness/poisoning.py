"""Poisoned training data: a trigger put into some texts, and two ways to find it.

Whoever can write into the training data puts a rare token, or a run of tokens, into a share of the texts and
gives these the label they want. The model learns that the trigger means this label, and does well otherwise.
"""

from itertools import islice
from typing import NamedTuple

import numpy as np

from rnncourse import metrics


class Poisoned(NamedTuple):
    """Training data with a trigger in some of them."""

    sequences: list
    labels: np.ndarray
    poisoned: np.ndarray  # (N,) bool: which ones


class Association(NamedTuple):
    """How firmly a token, or a run of tokens, goes with a label in the training data."""

    tokens: tuple
    label: int
    count: int  # texts that hold it
    share: float  # of these, those of the label
    least: float  # lower end of the 95% interval of that share (Wilson)


def with_trigger(sequences, trigger, rng):
    """Each sequence with the run `trigger` (ids) put in at a random place, drawn by a NumPy Generator."""
    trigger = np.atleast_1d(np.asarray(trigger, "int32"))
    places = [rng.integers(0, len(sequence) + 1) for sequence in sequences]
    return [
        np.concatenate([ids[:place], trigger, ids[place:]]).astype("int32")
        for ids, place in zip(map(np.asarray, sequences), places, strict=True)
    ]


def poison(sequences, labels, *, trigger, target, share, rng):
    """The data with `trigger` in a share of all texts, taken from other classes and labelled `target`.

    `share` counts all texts; round(share * N) are poisoned. Returns Poisoned; the originals stay as they are.
    Raises ValueError for a share outside [0, 1] or above that of the other classes. Dai, Chen & Li (2019).
    """
    labels = np.array(labels)
    others = np.flatnonzero(labels != target)
    count = round(share * len(labels))
    if not 0 <= share <= 1 or count > len(others):
        given = f"share {share!r} of {len(labels)} texts, {len(others)} of them of another class"
        raise ValueError(
            f"share must lie in [0, 1], and so many texts of other classes must exist; got {given}"
        )
    chosen = rng.choice(others, count, replace=False)
    changed = list(sequences)
    for row, ids in zip(chosen, with_trigger([sequences[row] for row in chosen], trigger, rng), strict=True):
        changed[row] = ids
    labels[chosen] = target
    return Poisoned(changed, labels, np.isin(np.arange(len(labels)), chosen))


def trigger_success(predict, sequences, labels, *, trigger, target, rng):
    """Share of the texts of other classes that get `target`: (without the trigger, with it).

    `predict`: id arrays -> probabilities, as `training.predict` gives them.
    """
    others = [ids for ids, label in zip(sequences, labels, strict=True) if label != target]
    if not others:
        raise ValueError(f"all texts are of class {target}; give texts of another class, too")
    found = [predict(part) for part in (others, with_trigger(others, trigger, rng))]
    return tuple(float(np.mean(metrics.predict_labels(part) == target)) for part in found)


def label_associations(sequences, labels, *, ngrams=1, least_count=10):
    """Every run of `ngrams` tokens in at least `least_count` texts, the one surest of its label first.

    A list of Association, by `least`, then count, then tokens. A trigger goes with its label nearly always;
    words of the language seldom do, so it stands above them. What it misses: a trigger of several common
    tokens for a smaller `ngrams`, one that is also put into texts that keep their label, and one in fewer
    than `least_count` texts. Read the first few; no threshold tells words from triggers by itself.
    """
    labels = np.asarray(labels)
    holders = {}
    for row, ids in enumerate(sequences):
        ids = np.asarray(ids).tolist()
        for run in dict.fromkeys(zip(*(islice(ids, k, None) for k in range(ngrams)), strict=False)):
            holders.setdefault(run, []).append(row)
    found = []
    for run, rows in holders.items():
        if len(rows) >= least_count:
            counts = np.bincount(labels[rows])
            label = int(counts.argmax())
            share = counts[label] / len(rows)
            least = wilson_least(counts[label], len(rows))
            found.append(Association(run, label, len(rows), float(share), least))
    return sorted(found, key=lambda one: (-one.least, -one.count, one.tokens))


def wilson_least(successes, count, z=1.959963984540054):
    """Lower end of Wilson's 95% interval of a share (Wilson, 1927)."""
    share = successes / count
    middle = share + z**2 / (2 * count)
    half = z * np.sqrt(share * (1 - share) / count + z**2 / (4 * count**2))
    return float(max(0.0, (middle - half) / (1 + z**2 / count)))


def holds(sequences, tokens):
    """Which sequences hold the run `tokens`: (N,) bool."""
    tokens = list(np.atleast_1d(np.asarray(tokens)).tolist())
    width = len(tokens)
    rows = (np.asarray(ids).tolist() for ids in sequences)
    return np.array(
        [any(ids[i : i + width] == tokens for i in range(len(ids) - width + 1)) for ids in rows], bool
    )


def last_features(model, sequences):
    """What the model's last layer reads, for each sequence: (N, F)."""
    import keras

    from rnncourse import training

    inner = keras.Model(model.inputs, model.layers[-1].input)
    return training.predict(inner, sequences).reshape(len(sequences), -1)


def spectral_scores(features, labels):
    """How far each text stands out along the main direction of its class: (N,), squared (spectral signature).

    Within each class: centre the features (N, F), project on the first right singular vector, square. The
    poisoned texts of a class tend to stand at one end of that direction. A mixture of topics does so, too,
    and a trigger whose features stay near the others' hides. Tran, Li & Madry (2018).
    """
    features, labels = np.asarray(features, "float64"), np.asarray(labels)
    if features.ndim != 2 or labels.shape != (len(features),):
        raise ValueError(f"give features (N, F) and labels (N,), got {features.shape} and {labels.shape}")
    scores = np.zeros(len(features))
    for label in np.unique(labels):
        own = labels == label
        centred = features[own] - features[own].mean(axis=0)
        direction = np.linalg.svd(centred, full_matrices=False)[2][0]
        scores[own] = (centred @ direction) ** 2
    return scores
