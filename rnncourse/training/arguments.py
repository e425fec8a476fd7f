"""Checks of a recipe's options: a ValueError says which one, what was given and what is expected."""

import numbers


def check_counts(**counts):
    for name, value in counts.items():
        if not isinstance(value, numbers.Integral) or value < 1:
            raise ValueError(f"{name} must be a whole number of at least 1, got {value!r}")


def check_rates(**rates):
    for name, value in rates.items():
        if not isinstance(value, numbers.Real) or not 0 <= value < 1:
            raise ValueError(f"{name} must be a number from 0 to below 1, got {value!r}")


def check_positive(**values):
    for name, value in values.items():
        if not (isinstance(value, numbers.Real) and 0 < value < float("inf")):
            raise ValueError(f"{name} must be a number above 0, got {value!r}")


def check_not_negative(**values):
    for name, value in values.items():
        if not (isinstance(value, numbers.Real) and 0 <= value < float("inf")):
            raise ValueError(f"{name} must be a number of at least 0, got {value!r}")
