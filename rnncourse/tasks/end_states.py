"""One vector out of bidirectional states: each half where it has read everything."""

import numpy as np

from rnncourse.tasks._task import Case, Mistake, Task


def cases(rng):
    """Rows of different lengths, a full one, one of a single token, and one without any; H > 1."""
    drawn = []
    for lengths, steps, units in (((3, 2), 4, 2), ((5, 1, 3), 5, 3), ((4, 0, 2, 6), 6, 2)):
        states = rng.normal(0, 0.6, (len(lengths), steps, 2 * units)).round(2)
        drawn.append(Case((np.where(states == 0, 0.1, states), np.array(lengths))))
    return drawn


def reference(states, lengths):
    units = states.shape[-1] // 2
    rows = []
    for row, n in zip(states, lengths, strict=True):
        real = row[:n]
        rows.append(np.r_[real[-1:, :units].ravel(), real[:1, units:].ravel()] if n else np.zeros(2 * units))
    return np.stack(rows)


def _taken(states, forward, backward, lengths):
    """The forward half at step `forward` (B,), the backward half at step `backward`, zeros for no tokens."""
    rows, units = np.arange(len(states)), states.shape[-1] // 2
    taken = np.concatenate([states[rows, forward, :units], states[rows, backward, units:]], axis=-1)
    return np.where(lengths[:, None] > 0, taken, 0.0)


def last_step_of_the_batch(states, lengths):
    last = np.full(len(states), states.shape[1] - 1)
    return _taken(states, last, last, lengths)


def backward_half_at_the_last_token(states, lengths):
    last = np.maximum(lengths - 1, 0)
    return _taken(states, last, last, lengths)


def both_at_the_first_token(states, lengths):
    first = np.zeros(len(states), int)
    return _taken(states, first, first, lengths)


def padding_as_last(states, lengths):
    last = np.full(len(states), states.shape[1] - 1)
    return _taken(states, last, np.zeros(len(states), int), lengths)


def one_step_late(states, lengths):
    late = np.minimum(lengths, states.shape[1] - 1)
    return _taken(states, late, np.zeros(len(states), int), lengths)


def empty_rows_not_zero(states, lengths):
    return _taken(states, lengths - 1, np.zeros(len(states), int), np.ones_like(lengths))


def halves_exchanged(states, lengths):
    units = states.shape[-1] // 2
    return np.roll(reference(states, lengths), units, axis=-1)


TASK = Task(
    name="end_states",
    points=2,
    cases=cases,
    reference=reference,
    hides=("rnncourse.encoders",),
    mistakes=(
        Mistake(
            "last_step_of_the_batch",
            last_step_of_the_batch,
            zh="两半都取自最后一个时间步 states[:, -1]：短的行在那里是填充，而反向的一半在那里几乎什么也没读。",
            en="Both halves come from the last time step, states[:, -1]: for shorter rows that is padding, and the "
            "backward half has read next to nothing there.",
        ),
        Mistake(
            "backward_half_at_the_last_token",
            backward_half_at_the_last_token,
            zh="正向的一半对了；反向的一半在最后一个词元处只读了这一个词元。它在哪里才读完整行？",
            en="The forward half is right; the backward half has read a single token where the row ends. Where has it "
            "read the whole row?",
        ),
        Mistake(
            "both_at_the_first_token",
            both_at_the_first_token,
            zh="反向的一半对了；正向的一半在第一个词元处只读了这一个。",
            en="The backward half is right; the forward half has read a single token at the first step.",
        ),
        Mistake(
            "padding_as_last",
            padding_as_last,
            zh="反向的一半对了；正向的一半取自整批的最后一步，短的行在那里是填充。",
            en="The backward half is right; the forward half comes from the last step of the batch, which is padding "
            "in the shorter rows.",
        ),
        Mistake(
            "one_step_late",
            one_step_late,
            zh="正向的一半晚了一步：长度是 n 的行，最后一个词元在第几个位置（从 0 数）？",
            en="The forward half is one step late: in a row of n tokens, which place (counted from 0) has the last?",
        ),
        Mistake(
            "empty_rows_not_zero",
            empty_rows_not_zero,
            zh="其余都对；没有词元的行应当是零，你取到了填充处的数（下标 −1 是从末尾数的）。",
            en="All else is right; a row without tokens should be zeros, and yours has what stands at the padding "
            "(index −1 counts from the end).",
        ),
        Mistake(
            "halves_exchanged",
            halves_exchanged,
            zh="两半的次序反了：正向在前，反向在后。",
            en="The halves are exchanged: forward comes first, backward second.",
        ),
    ),
)
