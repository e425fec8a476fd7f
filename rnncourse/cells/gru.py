"""The gated recurrent unit (Cho et al., 2014), forward and back, in both forms that Keras has.

The bias tells the form: (2, 3H) is `reset_after=True`, Keras's default, where the reset gate acts after the
product with the recurrent kernel and each kernel has a bias of its own; (3H,) is the form of the paper.
"""

from typing import NamedTuple

import numpy as np

from rnncourse.cells.maths import sigmoid, split

GATES = 3


class State(NamedTuple):
    """What the cell remembers: `hidden` (B, H)."""

    hidden: np.ndarray


class Params(NamedTuple):
    """Weights in Keras's order: kernel (D, 3H), recurrent kernel (H, 3H), bias; blocks z r h."""

    kernel: np.ndarray
    recurrent_kernel: np.ndarray
    bias: np.ndarray


class Trace(NamedTuple):
    """What the step computed: update and reset gate, candidate, and what `r` acts on; (B, H) each."""

    z: np.ndarray
    r: np.ndarray
    candidate: np.ndarray
    recurrent: np.ndarray  # h U_h + c_h with reset_after, else h


def step(x_t, state, params):
    """One step: x_t (B, D), state -> the next State, and a Trace.

    z, r = sigmoid(x_t W + h_{t-1} U + b), each with its own W, U, b
    candidate = tanh(x_t W_h + b_h + r * (h_{t-1} U_h + c_h)), or with (r * h_{t-1}) U_h without reset_after
    h_t = z * h_{t-1} + (1 - z) * candidate
    """
    h = state.hidden
    b, c = biases(params)
    (W_z, W_r, W_h), (U_z, U_r, U_h) = split(params.kernel, 3), split(params.recurrent_kernel, 3)
    (b_z, b_r, b_h), (c_z, c_r, c_h) = split(b, 3), split(c, 3)
    z = sigmoid(x_t @ W_z + h @ U_z + b_z + c_z)
    r = sigmoid(x_t @ W_r + h @ U_r + b_r + c_r)
    if resets_after(params):
        recurrent = h @ U_h + c_h
        candidate = np.tanh(x_t @ W_h + b_h + r * recurrent)
    else:
        recurrent = h
        candidate = np.tanh(x_t @ W_h + b_h + (r * recurrent) @ U_h)
    return State(z * h + (1 - z) * candidate), Trace(z, r, candidate, recurrent)


def backward_step(d_state, x_t, state, trace, params):
    """The way back through one step, by the chain rule.

    `d_state` holds d loss / d the step's new state; `x_t`, `state`, `trace` and `params` are what `step` got
    and gave. Returns d loss / d x_t (B, D), d loss / d state (a State), d loss / d params (a Params).
    """
    z, r, candidate, recurrent = trace
    h, d_h = state.hidden, d_state.hidden
    U_z, U_r, U_h = split(params.recurrent_kernel, 3)
    d_a_h = d_h * (1 - z) * (1 - candidate**2)
    d_a_z = d_h * (h - candidate) * z * (1 - z)
    if resets_after(params):
        d_recurrent = d_a_h * r  # (B, H), recurrent = h U_h + c_h
        d_a_r = d_a_h * recurrent * r * (1 - r)
        d_before = d_recurrent @ U_h.T
        d_U_h = h.T @ d_recurrent
    else:
        d_reset = d_a_h @ U_h.T  # (B, H), reset = r * h
        d_a_r = d_reset * h * r * (1 - r)
        d_before = d_reset * r
        d_U_h = (r * h).T @ d_a_h
    d_before = d_before + d_h * z + d_a_z @ U_z.T + d_a_r @ U_r.T
    d_a = np.concatenate([d_a_z, d_a_r, d_a_h], axis=-1)  # (B, 3H)
    d_U = np.concatenate([h.T @ d_a_z, h.T @ d_a_r, d_U_h], axis=-1)
    d_b = d_a.sum(axis=0)
    if resets_after(params):
        d_c = np.concatenate([d_a_z, d_a_r, d_recurrent], axis=-1).sum(axis=0)
        d_b = np.stack([d_b, d_c])
    return d_a @ params.kernel.T, State(d_before), Params(x_t.T @ d_a, d_U, d_b)


def resets_after(params):
    """Whether `params` are of the form `reset_after=True`."""
    return params.bias.ndim == 2


def biases(params):
    """The biases beside the kernel and beside the recurrent kernel (zeros in the paper's form): (3H,)."""
    return params.bias if resets_after(params) else (params.bias, np.zeros_like(params.bias))
