"""The oracle of every derivation: gradients by central differences."""

import numpy as np


def numeric_gradient(loss, array, *, epsilon=1e-6):
    """d loss() / d `array` by central differences, in float64; `loss` reads `array`, which is put back.

    (loss(a + epsilon) - loss(a - epsilon)) / (2 epsilon), entry by entry: two runs for each.
    Raises TypeError for an array that is not float64, in which rounding would drown the difference.
    """
    if getattr(array, "dtype", None) != np.float64:
        raise TypeError(f"array must be float64, got {getattr(array, 'dtype', type(array).__name__)}")
    gradient = np.zeros_like(array)
    for place in np.ndindex(array.shape):
        value = array[place]
        array[place] = value + epsilon
        above = loss()
        array[place] = value - epsilon
        below = loss()
        array[place] = value
        gradient[place] = (above - below) / (2 * epsilon)
    return gradient


def relative_error(a, b):
    """The largest difference of two arrays, relative to the larger of their largest entries and 1e-8."""
    a, b = np.asarray(a), np.asarray(b)
    return float(np.abs(a - b).max(initial=0) / max(np.abs(a).max(initial=0), np.abs(b).max(initial=0), 1e-8))
