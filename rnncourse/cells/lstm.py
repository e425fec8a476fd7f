"""Long short-term memory (Hochreiter & Schmidhuber, 1997; Gers et al., 2000), forward and back."""

from typing import NamedTuple

import numpy as np

from rnncourse.cells.maths import sigmoid, split

GATES = 4


class State(NamedTuple):
    """What the cell remembers: `hidden` and `cell`, (B, H) each."""

    hidden: np.ndarray
    cell: np.ndarray


class Params(NamedTuple):
    """Weights in Keras's order: kernel (D, 4H), recurrent kernel (H, 4H), bias (4H,); blocks i f c o."""

    kernel: np.ndarray
    recurrent_kernel: np.ndarray
    bias: np.ndarray


class Trace(NamedTuple):
    """What the step computed on its way: input, forget and output gate, candidate, new cell; (B, H) each."""

    i: np.ndarray
    f: np.ndarray
    candidate: np.ndarray
    o: np.ndarray
    c: np.ndarray


def step(x_t, state, params):
    """One step: x_t (B, D), state -> the next State, and a Trace.

    i, f, o = sigmoid(x_t W + h_{t-1} U + b), each with its own W, U, b
    c_t = f * c_{t-1} + i * tanh(x_t W_c + h_{t-1} U_c + b_c)
    h_t = o * tanh(c_t)
    """
    h, c = state
    (W_i, W_f, W_c, W_o), (U_i, U_f, U_c, U_o), (b_i, b_f, b_c, b_o) = (split(p, 4) for p in params)
    i = sigmoid(x_t @ W_i + h @ U_i + b_i)
    f = sigmoid(x_t @ W_f + h @ U_f + b_f)
    candidate = np.tanh(x_t @ W_c + h @ U_c + b_c)
    o = sigmoid(x_t @ W_o + h @ U_o + b_o)
    c = f * c + i * candidate
    h = o * np.tanh(c)
    return State(h, c), Trace(i, f, candidate, o, c)


def backward_step(d_state, x_t, state, trace, params):
    """The way back through one step, by the chain rule.

    `d_state` holds d loss / d the step's new state; `x_t`, `state`, `trace` and `params` are what `step` got
    and gave. Returns d loss / d x_t (B, D), d loss / d state (a State), d loss / d params (a Params).
    """
    i, f, candidate, o, c = trace
    d_h, d_c = d_state
    d_c = d_c + d_h * o * (1 - np.tanh(c) ** 2)  # the cell acts on the loss directly, and through h
    d_a_i = d_c * candidate * i * (1 - i)
    d_a_f = d_c * state.cell * f * (1 - f)
    d_a_c = d_c * i * (1 - candidate**2)
    d_a_o = d_h * np.tanh(c) * o * (1 - o)
    d_a = np.concatenate([d_a_i, d_a_f, d_a_c, d_a_o], axis=-1)  # (B, 4H), a = x_t W + h U + b
    d_params = Params(x_t.T @ d_a, state.hidden.T @ d_a, d_a.sum(axis=0))
    return d_a @ params.kernel.T, State(d_a @ params.recurrent_kernel.T, d_c * f), d_params
