"""What a recurrent layer returns, by its two switches."""

import numpy as np

from rnncourse.cells import gru, initial_params, lstm, simple_rnn, unroll
from rnncourse.tasks._task import Case, Mistake, Task

_CELLS = {"simple_rnn": simple_rnn, "lstm": lstm, "gru": gru}


def cases(rng):
    """Every cell with every setting of the switches; B, T, D and H differ."""
    drawn = []
    for cell in _CELLS:
        for sequences in (False, True):
            for state in (False, True):
                shape = tuple(rng.choice(np.arange(2, 12), 3, replace=False).tolist())
                drawn.append(Case((cell, shape, int(rng.integers(12, 40)), sequences, state)))
    return drawn


def reference(cell, input_shape, units, return_sequences, return_state):
    params = initial_params(_CELLS[cell], input_shape[2], units, np.random.default_rng(0))
    run = unroll(_CELLS[cell], np.zeros(input_shape), params)
    shapes = [run.outputs.shape if return_sequences else run.state.hidden.shape]
    return shapes + [part.shape for part in run.state] * return_state


def _shapes(cell, input_shape, units, return_sequences, return_state, *, states=None, state=None, size=None):
    batch, steps, _ = input_shape
    units = size or units
    first = (batch, steps, units) if return_sequences else (batch, units)
    states = states or (2 if cell == "lstm" else 1)
    return [first] + [state or (batch, units)] * (states * return_state)


def one_state_for_every_cell(cell, input_shape, units, return_sequences, return_state):
    return _shapes(cell, input_shape, units, return_sequences, return_state, states=1)


def state_instead_of_output(cell, input_shape, units, return_sequences, return_state):
    return _shapes(cell, input_shape, units, return_sequences, return_state)[1 if return_state else 0 :]


def state_of_every_step(cell, input_shape, units, return_sequences, return_state):
    state = (*input_shape[:2], units)
    return _shapes(cell, input_shape, units, return_sequences, return_state, state=state)


def features_instead_of_units(cell, input_shape, units, return_sequences, return_state):
    return _shapes(cell, input_shape, units, return_sequences, return_state, size=input_shape[2])


def sequences_switch_inverted(cell, input_shape, units, return_sequences, return_state):
    return _shapes(cell, input_shape, units, not return_sequences, return_state)


def batch_axis_missing(cell, input_shape, units, return_sequences, return_state):
    return [shape[1:] for shape in _shapes(cell, input_shape, units, return_sequences, return_state)]


TASK = Task(
    name="layer_shapes",
    points=2,
    cases=cases,
    reference=reference,
    hides=("rnncourse.cells",),
    mistakes=(
        Mistake(
            "one_state_for_every_cell",
            one_state_for_every_cell,
            zh="SimpleRNN 和 GRU 都对，LSTM 少了一份：它有几个状态？",
            en="SimpleRNN and GRU are right, the LSTM lacks one: how many states does it have?",
        ),
        Mistake(
            "state_instead_of_output",
            state_instead_of_output,
            zh="打开 return_state 时，状态是**另外**给出的：输出仍在最前面，哪怕它与隐状态是同一个张量。",
            en="With return_state the states come besides: the output still stands first, even where it equals "
            "the hidden state.",
        ),
        Mistake(
            "state_of_every_step",
            state_of_every_step,
            zh="return_state 只给**最后**一步的状态，没有时间轴；每一步的状态是 return_sequences 的事。",
            en="return_state gives the state of the last step alone, without a time axis; those of every step "
            "are the business of return_sequences.",
        ),
        Mistake(
            "features_instead_of_units",
            features_instead_of_units,
            zh="最后一个轴用了 D，即输入的特征数。循环层给出的是隐状态：它有几个数，由谁决定？",
            en="The last axis has D, the features of the input. What comes out is a hidden state: who decides "
            "how many numbers that has?",
        ),
        Mistake(
            "sequences_switch_inverted",
            sequences_switch_inverted,
            zh="return_sequences 用反了：打开时给每一步，关闭时只给最后一步。",
            en="return_sequences is used the wrong way round: on, it gives every step; off, the last one only.",
        ),
        Mistake(
            "batch_axis_missing",
            batch_axis_missing,
            zh="少了批的轴：每个形状都应以 B 开头。",
            en="The batch axis is missing: every shape begins with B.",
        ),
    ),
)
