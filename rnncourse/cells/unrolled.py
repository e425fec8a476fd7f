"""The loop over time, and the way back: unrolling, backpropagation through time, truncated or not."""

from typing import NamedTuple

import numpy as np


class Unrolled(NamedTuple):
    """A run over a sequence, with all that the way back needs."""

    outputs: np.ndarray  # (B, T, H): the hidden state after each step
    state: tuple  # the state after the last step
    states: list  # T + 1 states: before the first step, after the first, ...
    traces: list  # T traces: gates and candidates
    cell: object
    x: np.ndarray  # (B, T, D)
    mask: np.ndarray  # (B, T) bool
    params: tuple


class Gradients(NamedTuple):
    """d loss / d what a run got."""

    params: tuple  # like the cell's Params
    x: np.ndarray  # (B, T, D)
    state: tuple  # like the cell's State: d loss / d the state before the first step
    states: list  # T + 1 States: d loss / d the state after 0, 1, ... T steps, by all paths that are not cut


def unroll(cell, x, params, *, state=None, mask=None):
    """Run a cell (`simple_rnn`, `lstm` or `gru`) over x (B, T, D) -> Unrolled.

    `state`: the state before the first step (default: zeros). `mask` (B, T) bool: at a step where it is False
    the state is handed on as it is. Raises ValueError where shapes do not fit each other.
    """
    x, mask, state = _checked(cell, x, params, state, mask)
    states, traces = [state], []
    for t in range(x.shape[1]):
        new, trace = cell.step(x[:, t], states[-1], params)
        real = mask[:, t, None]  # (B, 1)
        pairs = zip(new, states[-1], strict=True)
        states.append(cell.State(*(np.where(real, after, before) for after, before in pairs)))
        traces.append(trace)
    outputs = np.stack([after.hidden for after in states[1:]], axis=1)
    return Unrolled(outputs, states[-1], states, traces, cell, x, mask, params)


def bptt(run, d_outputs, *, d_state=None, steps=None):
    """Backpropagation through time: from d loss / d `run.outputs` (B, T, H) to Gradients.

    `d_state`: d loss / d `run.state` where the loss sees it directly (default: zeros). `steps`: truncated
    BPTT; the sequence is cut into segments of that many steps, states go on from one to the next, gradients
    stop between them. Raises ValueError for a wrong shape or `steps` below 1.
    """
    cell, d_outputs = run.cell, np.asarray(d_outputs)
    steps = _checked_steps(run, d_outputs, steps)
    d_params = cell.Params(*(np.zeros_like(p) for p in run.params))
    d_x = np.zeros_like(run.x)
    d_state = d_state or _zeros_like(run.state)
    d_states = [d_state]
    for t in reversed(range(run.x.shape[1])):
        if (t + 1) % steps == 0 and t + 1 < run.x.shape[1]:
            d_state = _zeros_like(run.state)  # the border of a segment: states pass, gradients do not
        d_state = d_state._replace(hidden=d_state.hidden + d_outputs[:, t])
        d_states[0] = d_state
        real = run.mask[:, t, None]
        d_new = cell.State(*(np.where(real, d, 0) for d in d_state))
        d_x[:, t], d_before, d_p = cell.backward_step(
            d_new, run.x[:, t], run.states[t], run.traces[t], run.params
        )
        skipped = (np.where(real, 0, d) for d in d_state)
        d_state = cell.State(*(a + b for a, b in zip(d_before, skipped, strict=True)))
        d_states.insert(0, d_state)
        d_params = cell.Params(*(total + d for total, d in zip(d_params, d_p, strict=True)))
    return Gradients(d_params, d_x, d_state, d_states)


def _zeros_like(state):
    return type(state)(*(np.zeros_like(part) for part in state))


def _checked(cell, x, params, state, mask):
    x = np.asarray(x)
    features, units = params.kernel.shape[0], params.recurrent_kernel.shape[0]
    if x.ndim != 3 or x.shape[1] < 1 or x.shape[2] != features:
        raise ValueError(f"x must have the shape (B, T, {features}) with T >= 1, got {x.shape}")
    if params.recurrent_kernel.shape != (units, cell.GATES * units):
        given, name = params.recurrent_kernel.shape, cell.__name__.rpartition(".")[2]
        raise ValueError(f"the recurrent kernel of {name} must be (H, {cell.GATES}H), got {given}")
    if mask is None:
        mask = np.ones(x.shape[:2], bool)
    mask = np.asarray(mask)
    if mask.shape != x.shape[:2] or mask.dtype != bool:
        raise ValueError(f"mask must be bool of shape {x.shape[:2]}, got {mask.dtype} {mask.shape}")
    dtype = np.result_type(x, params.kernel)
    if state is None:
        state = cell.State(*(np.zeros((len(x), units), dtype) for _ in cell.State._fields))
    for name, part in state._asdict().items():
        if part.shape != (len(x), units):
            raise ValueError(f"state.{name} must have the shape {(len(x), units)}, got {part.shape}")
    return x.astype(dtype, copy=False), mask, state


def _checked_steps(run, d_outputs, steps):
    if d_outputs.shape != run.outputs.shape:
        raise ValueError(f"d_outputs must have the shape {run.outputs.shape}, got {d_outputs.shape}")
    steps = run.x.shape[1] if steps is None else steps
    if steps < 1:
        raise ValueError(f"steps must be at least 1, got {steps}; leave it out for the whole sequence")
    return steps
