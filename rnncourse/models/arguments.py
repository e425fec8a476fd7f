"""Checks of the builders' arguments: a ValueError says which one, what was given and what is expected."""

import numbers


def check_sizes(**sizes):
    for name, (value, least) in sizes.items():
        if not isinstance(value, numbers.Integral) or isinstance(value, bool) or value < least:
            raise ValueError(f"{name} must be a whole number of at least {least}, got {value!r}")


def check_rates(**rates):
    for name, value in rates.items():
        if not isinstance(value, numbers.Real) or not 0 <= value < 1:
            raise ValueError(f"{name} must be a number from 0 to below 1, got {value!r}")


def check_choice(name, value, choices):
    if value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, choices))}, got {value!r}")
