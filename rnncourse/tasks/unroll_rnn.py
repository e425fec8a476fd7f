"""The loop over time: the states of every step, and the last one."""

import numpy as np

from rnncourse.cells import simple_rnn, unroll
from rnncourse.tasks._task import Case, Mistake, Task


def cases(rng):
    """B, T, D and H differ, but for the second case, where B = T and D = H."""
    drawn = []
    for batch, steps, features, units in ((1, 2, 1, 2), (3, 3, 2, 2), (2, 5, 3, 4)):
        shapes = (batch, steps, features), (features, units), (units, units), (units,)
        drawn.append(Case(tuple(rng.normal(0, 0.8, shape).round(2) for shape in shapes)))
    return drawn


def reference(x, W, U, b):
    run = unroll(simple_rnn, x, simple_rnn.Params(W, U, b))
    return run.outputs, run.state.hidden


def _states(x, W, U, b, *, order=1, carry=True):
    """States of every step (T, B, H), steps first."""
    h, states = np.zeros((len(x), len(U))), []
    for x_t in np.swapaxes(x, 0, 1)[::order]:
        h = np.tanh(x_t @ W + (h if carry else 0 * h) @ U + b)
        states.append(h)
    return np.stack(states)


def state_not_carried_over(x, W, U, b):
    states = _states(x, W, U, b, carry=False)
    return np.swapaxes(states, 0, 1), states[-1]


def time_axis_first(x, W, U, b):
    states = _states(x, W, U, b)
    return states, states[-1]


def last_sequence_not_last_step(x, W, U, b):
    outputs = np.swapaxes(_states(x, W, U, b), 0, 1)
    return outputs, outputs[-1]


def read_backwards(x, W, U, b):
    states = _states(x, W, U, b, order=-1)
    return np.swapaxes(states, 0, 1), states[-1]


def first_state_instead_of_last(x, W, U, b):
    states = _states(x, W, U, b)
    return np.swapaxes(states, 0, 1), states[0]


def starts_with_ones(x, W, U, b):
    h, states = np.ones((len(x), len(U))), []
    for x_t in np.swapaxes(x, 0, 1):
        h = np.tanh(x_t @ W + h @ U + b)
        states.append(h)
    return np.stack(states, axis=1), h


def loop_over_the_batch(x, W, U, b):
    h, states = np.zeros((x.shape[1], len(U))), []
    for row in x:
        h = np.tanh(row @ W + h @ U + b)
        states.append(h)
    return np.stack(states), h


TASK = Task(
    name="unroll_rnn",
    points=2,
    cases=cases,
    reference=reference,
    hides=("rnncourse.cells",),
    mistakes=(
        Mistake(
            "state_not_carried_over",
            state_not_carried_over,
            zh="每一步都从零状态开始，上一步的结果没有带到下一步：第 1 步对，从第 2 步起都错。h 要在循环里更新。",
            en="Every step begins with a state of zeros, what the step before gave is not carried over: step 1 "
            "is right, all later ones are wrong. Update h within the loop.",
        ),
        Mistake(
            "time_axis_first",
            time_axis_first,
            zh="数值都对，但所有步的状态叠成了 (T, B, H)；课程和 Keras 的约定是 (B, T, H)。叠的时候新轴放在哪里？",
            en="The numbers are right, but the states are stacked as (T, B, H); the course and Keras have "
            "(B, T, H). Where should the new axis go?",
        ),
        Mistake(
            "last_sequence_not_last_step",
            last_sequence_not_last_step,
            zh="outputs[-1] 取的是最后一条**序列**的全部状态；要的是每条序列最后一个**时间步**的状态。时间是第几个轴？",
            en="outputs[-1] is the last sequence with all its states; wanted is the last time step of every "
            "sequence. Which axis is time?",
        ),
        Mistake(
            "read_backwards",
            read_backwards,
            zh="序列是从后往前读的。第 0 步应当最先读。",
            en="The sequence is read from its end. Step 0 comes first.",
        ),
        Mistake(
            "first_state_instead_of_last",
            first_state_instead_of_last,
            zh="所有步的状态都对，但第二个结果是第一步的状态，应为最后一步的。",
            en="The states of all steps are right, but the second result is that of the first step; the last "
            "one's is wanted.",
        ),
        Mistake(
            "starts_with_ones",
            starts_with_ones,
            zh="初始状态是 1。读任何东西之前，状态应为 0。",
            en="The state begins with ones. Before anything is read it should be zeros.",
        ),
        Mistake(
            "loop_over_the_batch",
            loop_over_the_batch,
            zh="循环走的是批，不是时间：`for row in x` 每次取一条序列，一条序列的状态流进了下一条。要沿第 1 个轴走。",
            en="The loop goes along the batch, not along time: `for row in x` takes one sequence at a time, "
            "and one's state runs into the next. Go along axis 1.",
        ),
    ),
)
