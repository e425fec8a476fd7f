"""Comparing two plain values: where, and in what, do they differ first?"""

import re
from dataclasses import dataclass

import numpy as np

from rnncourse.probes import Opaque, Raised

# What is said first where several things differ: a shape before a value.
ORDER = ("raised", "type", "keys", "length", "shape", "dtype", "value")
_KINDS = (
    (Raised, "exception"),
    (Opaque, "object"),
    (np.ndarray, "array"),
    (bool, "bool"),
    (int, "int"),
    (float, "float"),
    (str, "str"),
    (list | tuple, "list"),
    (dict, "dict"),
    (type(None), "None"),
)
_DTYPES = {"b": "bool", "i": "int", "u": "int", "f": "float", "U": "str"}


@dataclass(frozen=True)
class Difference:
    """The first difference: its kind (one of ORDER), where it is (indices and keys), and both sides there."""

    kind: str
    path: tuple
    yours: object
    expected: object


def compare(yours, expected, tolerance, *, path=()):
    """The first Difference between two plain values, or None.

    An int is taken for a float, a tuple for a list, any width of a dtype for another, and nothing else.
    Numbers may differ by `tolerance`, plus as large a share of the expected one; NaN equals NaN.
    """
    kinds = kind_of(yours), kind_of(expected)
    if kinds[0] != kinds[1] and kinds != ("int", "float"):
        kind = "raised" if "exception" in kinds else "type"
        return Difference(kind, path, yours, expected)
    return _COMPARE.get(kinds[1], _compare_plain)(yours, expected, tolerance, path)


def alike(yours, other, tolerance):
    """Whether two outputs show the same mistake: equal values, be they in a list or an array, int or float.

    Exceptions are alike when their types and messages are, but for numbers, and what quotes or brackets hold.
    """
    if isinstance(yours, Raised) and isinstance(other, Raised):
        return yours.type == other.type and _gist(yours.message) == _gist(other.message)
    return compare(_loose(yours), _loose(other), tolerance) is None


def kind_of(value):
    """What a plain value is, in a word: "array", "int", "list" (a tuple, too) ..."""
    return next(name for kind, name in _KINDS if isinstance(value, kind))


def dtype_of(array):
    """An array's dtype in a word: "int", "float", "bool" or "str"."""
    return _DTYPES[array.dtype.kind]


def _compare_plain(yours, expected, tolerance, path):
    return None if yours == expected else Difference("value", path, yours, expected)


def _compare_raised(yours, expected, tolerance, path):
    return None if yours.type == expected.type else Difference("raised", path, yours, expected)


def _compare_float(yours, expected, tolerance, path):
    return None if _close(yours, expected, tolerance) else Difference("value", path, yours, expected)


def _compare_array(yours, expected, tolerance, path):
    if yours.shape != expected.shape:
        return Difference("shape", path, yours, expected)
    if dtype_of(yours) != dtype_of(expected):
        return Difference("dtype", path, yours, expected)
    close = _close(yours, expected, tolerance) if dtype_of(expected) == "float" else yours == expected
    if np.all(close):
        return None
    place = tuple(int(i) for i in np.argwhere(~close)[0])
    return Difference("value", path + place, yours[place].item(), expected[place].item())


def _compare_list(yours, expected, tolerance, path):
    if len(yours) != len(expected):
        return Difference("length", path, yours, expected)
    pairs = enumerate(zip(yours, expected, strict=True))
    return _first(compare(a, b, tolerance, path=(*path, i)) for i, (a, b) in pairs)


def _compare_dict(yours, expected, tolerance, path):
    if yours.keys() != expected.keys():
        return Difference("keys", path, yours, expected)
    return _first(compare(yours[key], item, tolerance, path=(*path, key)) for key, item in expected.items())


_COMPARE = {
    "exception": _compare_raised,
    "float": _compare_float,
    "array": _compare_array,
    "list": _compare_list,
    "dict": _compare_dict,
}


def _first(differences):
    return next((found for found in differences if found is not None), None)


def _close(yours, expected, tolerance):
    with np.errstate(invalid="ignore"):
        return np.isclose(yours, expected, rtol=tolerance, atol=tolerance, equal_nan=True)


def _loose(value):
    """`value` with arrays as lists and every number as a float: what is left is its values."""
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return [_loose(item) for item in value]
    if isinstance(value, dict):
        return {key: _loose(item) for key, item in value.items()}
    return float(value) if isinstance(value, int) else value


def _gist(message):
    return re.sub(r"'[^']*'|\"[^\"]*\"|\([^)]*\)|\d|\s", "", message)
