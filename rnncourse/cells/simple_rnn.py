"""The simple recurrent network (Elman, 1990), one step forward and one step back."""

from typing import NamedTuple

import numpy as np

GATES = 1


class State(NamedTuple):
    """What the cell remembers: `hidden` (B, H)."""

    hidden: np.ndarray


class Params(NamedTuple):
    """Weights in Keras's order: kernel (D, H), recurrent kernel (H, H), bias (H,)."""

    kernel: np.ndarray
    recurrent_kernel: np.ndarray
    bias: np.ndarray


class Trace(NamedTuple):
    """What the step computed on its way, which the way back needs: the new hidden state (B, H)."""

    h: np.ndarray


def step(x_t, state, params):
    """One step: x_t (B, D), state -> the next State, and a Trace.

    h_t = tanh(x_t W + h_{t-1} U + b)
    """
    W, U, b = params
    h = np.tanh(x_t @ W + state.hidden @ U + b)
    return State(h), Trace(h)


def backward_step(d_state, x_t, state, trace, params):
    """The way back through one step, by the chain rule.

    `d_state` holds d loss / d the step's new state; `x_t`, `state`, `trace` and `params` are what `step` got
    and gave. Returns d loss / d x_t (B, D), d loss / d state (a State), d loss / d params (a Params).
    """
    W, U, _ = params
    d_a = d_state.hidden * (1 - trace.h**2)  # (B, H), a = x_t W + h U + b
    d_params = Params(x_t.T @ d_a, state.hidden.T @ d_a, d_a.sum(axis=0))
    return d_a @ W.T, State(d_a @ U.T), d_params
