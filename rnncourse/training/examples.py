"""What may be trained on: checks of sequences, labels and class weights. Messages name the row."""

import numpy as np

from rnncourse.arguments import checked_ids

LONGEST = 10_000  # tokens in a sequence: the loop over time takes a step for each


def checked_examples(examples, *, classes, vocabulary_size, name):
    """The pair (sequences, labels) as (list of N int32 arrays, int64 labels (N,)).

    `vocabulary_size` None allows any id from 0 up. Raises ValueError where something does not fit.
    """
    try:
        sequences, labels = examples
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be a pair (sequences, labels)") from None
    sequences = checked_sequences(sequences, vocabulary_size=vocabulary_size, name=name)
    if not sequences:
        raise ValueError(f"{name} holds no sequences; give at least one")
    return sequences, _checked_labels(labels, len(sequences), classes, name)


def checked_sequences(sequences, *, vocabulary_size, name):
    """The sequences as a list of int32 arrays (T,). Raises ValueError that names the row at fault."""
    return checked_ids(
        sequences, size=vocabulary_size, name=name, what="the token ids of one text", longest=LONGEST
    )


def _checked_labels(labels, count, classes, name):
    labels = np.asarray(labels)
    if labels.shape != (count,):
        given = f"{count} sequences, but labels of shape {labels.shape}"
        raise ValueError(f"{name} has {given}; give one label a sequence")
    if labels.dtype.kind not in "iub":
        raise ValueError(f"{name}: labels must be whole numbers 0 to {classes - 1}, got {labels.dtype}")
    wrong = np.flatnonzero((labels < 0) | (labels >= classes))
    if wrong.size:
        raise ValueError(
            f"{name}: labels must be 0 to {classes - 1}, got {labels[wrong[0]]} at row {wrong[0]};"
            " for more classes build the model with classes=..."
        )
    return labels.astype("int64")


def check_two_classes(labels, name):
    """Raises ValueError if all `labels` (N,) are of one class."""
    if (labels == labels[0]).all():
        raise ValueError(f"{name} holds class {labels[0]} only; a classifier needs examples of two at least")


def class_weights(choice, labels, classes):
    """The weight of each class, float32 (classes,), or None: `choice` is None, "balanced" or {label: weight}.

    "balanced" gives every class that occurs the same total weight, and an example the weight 1 on average.
    """
    if choice is None:
        return None
    if isinstance(choice, str) and choice == "balanced":
        counts = np.bincount(labels, minlength=classes)
        return (len(labels) / (np.count_nonzero(counts) * np.maximum(counts, 1))).astype("float32")
    if not isinstance(choice, dict):
        raise ValueError(f'class_weight must be None, "balanced" or a dict, got {choice!r}')
    if set(choice) != set(range(classes)):
        raise ValueError(f"class_weight needs a weight for each of 0 to {classes - 1}, got {choice}")
    weights = np.array([choice[label] for label in range(classes)], dtype="float32")
    if not (np.isfinite(weights) & (weights > 0)).all():
        raise ValueError(f"class_weight needs weights above 0, got {choice}")
    return weights
