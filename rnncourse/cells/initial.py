"""How weights begin: Keras's defaults in NumPy, and the alternatives that decide what a cell remembers."""

import numpy as np


def initial_params(cell, features, units, rng, *, reset_after=True, dtype="float64"):
    """Params of `cell` as Keras initialises a layer, drawn from a NumPy Generator.

    The kernel is Glorot-uniform, the recurrent kernel orthogonal, biases 0 but for the LSTM's forget gate: 1
    (`unit_forget_bias`). `reset_after` is for the GRU alone.
    """
    width = cell.GATES * units
    limit = np.sqrt(6 / (features + width))
    kernel = rng.uniform(-limit, limit, (features, width))
    bias = np.zeros((2, width) if cell.GATES == 3 and reset_after else width)
    if cell.GATES == 4:
        bias[units : 2 * units] = 1
    return cell.Params(*(p.astype(dtype) for p in (kernel, orthogonal(units, width, rng), bias)))


def orthogonal(rows, columns, rng):
    """A (rows, columns) matrix with orthonormal rows, or columns if they are fewer (Saxe et al., 2014)."""
    tall = rng.normal(size=(max(rows, columns), min(rows, columns)))
    q, r = np.linalg.qr(tall)
    q = q * np.sign(np.diag(r))  # makes the distribution uniform
    return q if rows >= columns else q.T


def chrono_bias(units, longest, rng):
    """Biases (4H,) of an LSTM for memories of 1 to `longest` steps (Tallec & Ollivier, 2018).

    The forget gate's are log(u), u uniform from 1 to longest - 1; the input gate's are their negatives; the
    others 0. A unit whose forget gate is sigmoid(log(u)) = u / (u + 1) keeps its cell for about u + 1 steps.
    Raises ValueError if `longest` < 2.
    """
    if longest < 2:
        raise ValueError(f"longest must be at least 2 steps, got {longest}")
    forget = np.log(rng.uniform(1, max(longest - 1, 1), units))
    return np.concatenate([-forget, forget, np.zeros(2 * units)])


def spectral_radius(recurrent_kernel):
    """The largest absolute eigenvalue of a square recurrent kernel (H, H)."""
    return float(np.abs(np.linalg.eigvals(recurrent_kernel)).max())
