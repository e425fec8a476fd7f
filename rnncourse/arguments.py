"""Checks of what a caller gives: a ValueError says what was given, what was expected and what to do."""

import numbers

import numpy as np


def check_sizes(**sizes):
    """Each `name=(value, least)`: a whole number of at least `least`."""
    for name, (value, least) in sizes.items():
        if not isinstance(value, numbers.Integral) or isinstance(value, bool) or value < least:
            raise ValueError(f"{name} must be a whole number of at least {least}, got {value!r}")


def check_counts(**counts):
    """Each `name=value`: a whole number of at least 1."""
    check_sizes(**{name: (value, 1) for name, value in counts.items()})


def check_rates(**rates):
    """Each `name=value`: a number from 0 to below 1."""
    for name, value in rates.items():
        if not isinstance(value, numbers.Real) or not 0 <= value < 1:
            raise ValueError(f"{name} must be a number from 0 to below 1, got {value!r}")


def check_positive(**values):
    """Each `name=value`: a finite number above 0."""
    for name, value in values.items():
        if not (isinstance(value, numbers.Real) and 0 < value < float("inf")):
            raise ValueError(f"{name} must be a number above 0, got {value!r}")


def check_not_negative(**values):
    """Each `name=value`: a finite number of at least 0."""
    for name, value in values.items():
        if not (isinstance(value, numbers.Real) and 0 <= value < float("inf")):
            raise ValueError(f"{name} must be a number of at least 0, got {value!r}")


def check_choice(name, value, choices):
    """`value` is one of `choices`."""
    if value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, choices))}, got {value!r}")


def checked_ids(sequences, *, size, name, what="token ids", longest=None, instead="encode it first"):
    """`sequences` as a list of int32 arrays (T,) of ids below `size` (None: any from 0 up).

    `what` one sequence should be, `longest` how many ids it may have (None: any), `instead` what to do with a
    string. The ValueError names the row at fault.
    """
    if isinstance(sequences, str):
        raise ValueError(f"{name} must be a list of arrays of token ids, got a string; {instead}")
    rows = enumerate(map(np.asarray, sequences))
    return [_checked_row(ids, size, f"{name}, row {row}", what, longest) for row, ids in rows]


def _checked_row(ids, size, where, what, longest):
    if ids.shape == (0,):
        return ids.astype("int32")
    if ids.ndim != 1 or ids.dtype.kind not in "iu":
        raise ValueError(
            f"{where}: expected {what}, whole numbers of shape (T,), got {ids.dtype} of shape {ids.shape};"
            " Vocabulary.encode makes them"
        )
    if longest is not None and len(ids) > longest:
        raise ValueError(
            f"{where}: {len(ids):,} tokens, at most {longest:,} are allowed; cut it: encode(text, length=200)"
        )
    wrong = ids[(ids < 0) | (ids >= (size or np.iinfo(np.int32).max))]
    if wrong.size:
        raise ValueError(
            f"{where}: token id {wrong[0]} is outside 0 to {(size or 0) - 1}; encode with the vocabulary the"
            " model was built for: its size is len(vocabulary)"
        )
    return ids.astype("int32")
