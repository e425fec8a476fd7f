"""A SimpleRNN over a padded batch: at a masked step the state is handed on."""

import numpy as np

from rnncourse.cells import simple_rnn, unroll
from rnncourse.tasks._task import Case, Mistake, Task


def cases(rng):
    """Padding behind and in front; padding is not zero; a row of padding alone comes last."""
    drawn = []
    for lengths, steps, features, units in (((2, 3), 3, 2, 3), ((1, 4, 3), 5, 3, 4), ((2, 0, 4, 3), 6, 2, 3)):
        behind = np.arange(steps) < np.array(lengths)[:, None]
        mask = behind if len(drawn) != 1 else behind[:, ::-1].copy()
        x = rng.normal(0.5, 1, (len(lengths), steps, features)).round(2)
        kernel = rng.normal(0, 0.8, (features, units)).round(2)
        recurrent_kernel = rng.normal(0, 0.8, (units, units)).round(2)
        drawn.append(Case((x, mask, kernel, recurrent_kernel, rng.normal(0, 0.8, units).round(2))))
    return drawn


def _run(x, mask, *params):
    return unroll(simple_rnn, x, simple_rnn.Params(*params), mask=mask)


def reference(x, mask, *params):
    return _run(x, mask, *params).state.hidden


def mask_ignored(x, mask, *params):
    return _run(x, np.ones_like(mask), *params).state.hidden


def state_cleared_on_padding(x, mask, kernel, recurrent_kernel, bias):
    h = np.zeros((len(x), len(recurrent_kernel)))
    for t in range(x.shape[1]):
        h = np.tanh(x[:, t] @ kernel + h @ recurrent_kernel + bias) * mask[:, t, None]
    return h


def input_cleared_on_padding(x, mask, *params):
    return mask_ignored(x * mask[:, :, None], mask, *params)


def mask_inverted(x, mask, *params):
    return reference(x, ~mask, *params)


def state_not_carried(x, mask, kernel, recurrent_kernel, bias):
    h = np.zeros((len(x), len(recurrent_kernel)))
    for t in range(x.shape[1]):
        h = np.where(mask[:, t, None], np.tanh(x[:, t] @ kernel + bias), h)
    return h


def every_state(x, mask, *params):
    return _run(x, mask, *params).outputs


def without_a_new_axis(x, mask, kernel, recurrent_kernel, bias):
    h = np.zeros((len(x), len(recurrent_kernel)))
    for t in range(x.shape[1]):
        h = np.where(mask[:, t], np.tanh(x[:, t] @ kernel + h @ recurrent_kernel + bias), h)
    return h


TASK = Task(
    name="masked_last_state",
    points=2,
    cases=cases,
    reference=reference,
    hides=("rnncourse.cells",),
    mistakes=(
        Mistake(
            "mask_ignored",
            mask_ignored,
            zh="没有用到掩码：填充也被当作输入读了进去，同一句话补得越长，末态越不同。",
            en="The mask is not used: padding is read as if it were input, and the last state of a text "
            "depends on how much of it there is.",
        ),
        Mistake(
            "state_cleared_on_padding",
            state_cleared_on_padding,
            zh="在填充处，状态被清零了：前面读到的全部丢失。填充处什么也没有发生，状态应当怎样？",
            en="On padding the state becomes zero, and all that was read before is lost. Nothing happens at a "
            "masked step: what should the state do?",
        ),
        Mistake(
            "input_cleared_on_padding",
            input_cleared_on_padding,
            zh="你把填充处的输入变成了 0，可是循环照走：h 还会乘上 U、加上 b、经过 tanh。该不变的是状态，不是输入。",
            en="You set the input to 0 on padding, but the loop goes on: h is still multiplied by U, b added, "
            "tanh taken. It is the state that should stay, not the input.",
        ),
        Mistake(
            "mask_inverted",
            mask_inverted,
            zh="掩码用反了：真实的时间步被跳过，填充反而被读了进去。True 表示真实的时间步。",
            en="The mask is used the wrong way round: real steps are skipped and padding is read. True means "
            "a real step.",
        ),
        Mistake(
            "state_not_carried",
            state_not_carried,
            zh="新状态里没有旧状态：h 没有乘循环权重，末态只取决于最后一个真实的输入。",
            en="The old state is not in the new one: h is not multiplied by the recurrent kernel, so the "
            "result depends on the last real input alone.",
        ),
        Mistake(
            "every_state",
            every_state,
            zh="这是每个时间步的状态 (B, T, H)；只要走完以后的那一个，(B, H)。",
            en="These are the states after every step, (B, T, H); the one after the last is asked for, (B, H).",
        ),
        Mistake(
            "without_a_new_axis",
            without_a_new_axis,
            zh="(B, H) 的状态与 (B,) 的掩码不能广播：NumPy 从右边起对齐，会拿 B 去对 H。给这一步的掩码添一个轴。",
            en="A state (B, H) and a mask (B,) do not broadcast: NumPy lines axes up from the right, B with H. "
            "Give this step's mask one more axis.",
        ),
    ),
)
