"""The state that each direction of a bidirectional layer has read last, under a mask."""

import numpy as np

from rnncourse.tasks._task import Case, Mistake, Task


def cases(rng):
    """Padding behind, then in front, then both with a row of padding alone."""
    drawn = []
    for spans, steps, units in (
        (((0, 2), (0, 4)), 4, 2),
        (((2, 5), (0, 5), (1, 5)), 5, 3),
        (((1, 4), (0, 0), (3, 6)), 7, 2),
    ):
        states = rng.normal(0, 1, (len(spans), steps, 2 * units)).round(2)
        first, last = np.array(spans).T[:, :, None]
        drawn.append(Case((states, (np.arange(steps) >= first) & (np.arange(steps) < last))))
    return drawn


def reference(states, mask):
    rows, half = [], states.shape[2] // 2
    for some, real in zip(states.tolist(), mask.tolist(), strict=True):
        read = [state for state, is_real in zip(some, real, strict=True) if is_real] or [[0.0] * 2 * half]
        rows.append(read[-1][:half] + read[0][half:])
    return np.array(rows)


def _pick(states, mask, forward, backward, *, empty_is_zero=True):
    rows, half = np.arange(len(states)), states.shape[2] // 2
    out = np.concatenate([states[rows, forward, :half], states[rows, backward, half:]], axis=1)
    return np.where(mask.any(axis=1)[:, None], out, 0.0) if empty_is_zero else out


def _first(mask):
    return mask.argmax(axis=1)


def _last(mask):
    return mask.shape[1] - 1 - mask[:, ::-1].argmax(axis=1)


def last_column(states, mask):
    return states[:, -1]


def both_at_the_last(states, mask):
    return _pick(states, mask, _last(mask), _last(mask))


def padding_taken_for_behind(states, mask):
    return _pick(states, mask, np.maximum(mask.sum(axis=1) - 1, 0), np.zeros(len(mask), int))


def backward_at_column_zero(states, mask):
    return _pick(states, mask, _last(mask), np.zeros(len(mask), int))


def halves_exchanged(states, mask):
    return _pick(states, mask, _first(mask), _last(mask))


def padding_alone_not_zero(states, mask):
    return _pick(states, mask, _last(mask), _first(mask), empty_is_zero=False)


def mask_inverted(states, mask):
    return _pick(states, ~mask, _last(~mask), _first(~mask))


TASK = Task(
    name="bidirectional_last",
    points=2,
    cases=cases,
    reference=reference,
    hides=("rnncourse.encoders",),
    mistakes=(
        Mistake(
            "last_column",
            last_column,
            zh="你取的是最后一列：正向的一半可能是填充处的状态，反向的一半到那里才刚读了一步。",
            en="You took the last column: the forward half may be a state on padding, and the backward half has only "
            "just begun to read there.",
        ),
        Mistake(
            "both_at_the_last",
            both_at_the_last,
            zh="正向的一半对了；反向的一半取在最后一个真实的时间步，那是它读的第一步。它最后读的是哪一步？",
            en="The forward half is right; the backward one is taken at the last real step, which it reads first. Which "
            "step does it read last?",
        ),
        Mistake(
            "padding_taken_for_behind",
            padding_taken_for_behind,
            zh="你假定填充都在后面，用长度减一作下标。填充在前面时，那里不是最后一个真实的时间步。",
            en="You assume that padding stands behind, and index by the length minus one. With padding in front that is "
            "not the last real step.",
        ),
        Mistake(
            "backward_at_column_zero",
            backward_at_column_zero,
            zh="正向的一半对了；反向的一半总取在第 0 列，填充在前面时那里是填充。它最后读的是第一个真实的时间步。",
            en="The forward half is right; the backward one is always taken at column 0, which is padding where padding "
            "stands in front. It reads the first real step last.",
        ),
        Mistake(
            "halves_exchanged",
            halves_exchanged,
            zh="两半对调了：前一半（正向）取在第一步，后一半（反向）取在最后一步，都是它们刚开始读的地方。",
            en="The halves are exchanged: the first (forward) is taken at the first step, the second (backward) at the "
            "last, where each of them has only begun.",
        ),
        Mistake(
            "padding_alone_not_zero",
            padding_alone_not_zero,
            zh="别的都对，除了全是填充的那一行：什么也没有读到，结果应当是 0。argmax 找不到 True 时给的是 0。",
            en="All is right but for a row of padding alone: nothing was read, so the result is 0. Where there is no True, "
            "argmax gives 0.",
        ),
        Mistake(
            "mask_inverted",
            mask_inverted,
            zh="掩码用反了：True 表示真实的时间步。",
            en="The mask is used the wrong way round: True means a real step.",
        ),
    ),
)
