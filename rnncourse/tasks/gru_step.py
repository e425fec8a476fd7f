"""One step of a GRU in Keras's default form, `reset_after=True`."""

import numpy as np

from rnncourse.cells import gru
from rnncourse.cells.maths import sigmoid, split
from rnncourse.tasks._task import Case, Mistake, Task


def cases(rng):
    """Of several sizes; B, D and H differ, so that no two axes can be taken for each other."""
    drawn = []
    for batch, features, units in ((1, 2, 3), (2, 3, 4), (4, 5, 3)):
        x_t = rng.normal(0, 1, (batch, features)).round(2)
        h = rng.normal(0, 0.7, (batch, units)).round(2)
        kernel = rng.normal(0, 0.7, (features, 3 * units)).round(2)
        recurrent_kernel = rng.normal(0, 0.7, (units, 3 * units)).round(2)
        bias = rng.normal(0, 0.7, (2, 3 * units)).round(2)
        drawn.append(Case((x_t, h, kernel, recurrent_kernel, bias)))
    return drawn


def reference(x_t, h, kernel, recurrent_kernel, bias):
    state, _ = gru.step(x_t, gru.State(h), gru.Params(kernel, recurrent_kernel, bias))
    return state.hidden


def _parts(x_t, h, kernel, recurrent_kernel, bias):
    """What the input and the state give for each block, biases included: 3 arrays (B, H) each."""
    return split(x_t @ kernel + bias[0], 3), split(h @ recurrent_kernel + bias[1], 3)


def _gates(x_t, h, *params):
    (x_z, x_r, x_h), (h_z, h_r, h_h) = _parts(x_t, h, *params)
    return sigmoid(x_z + h_z), sigmoid(x_r + h_r), x_h, h_h


def update_gate_inverted(x_t, h, *params):
    z, r, x_h, h_h = _gates(x_t, h, *params)
    return (1 - z) * h + z * np.tanh(x_h + r * h_h)


def gates_swapped(x_t, h, *params):
    r, z, x_h, h_h = _gates(x_t, h, *params)
    return z * h + (1 - z) * np.tanh(x_h + r * h_h)


def reset_before(x_t, h, kernel, recurrent_kernel, bias):
    z, r, x_h, _ = _gates(x_t, h, kernel, recurrent_kernel, bias)
    recurrent = (r * h) @ split(recurrent_kernel, 3)[2] + split(bias[1], 3)[2]
    return z * h + (1 - z) * np.tanh(x_h + recurrent)


def bias_outside_the_reset(x_t, h, kernel, recurrent_kernel, bias):
    z, r, x_h, h_h = _gates(x_t, h, kernel, recurrent_kernel, bias)
    c_h = split(bias[1], 3)[2]
    return z * h + (1 - z) * np.tanh(x_h + r * (h_h - c_h) + c_h)


def reset_forgotten(x_t, h, *params):
    z, _, x_h, h_h = _gates(x_t, h, *params)
    return z * h + (1 - z) * np.tanh(x_h + h_h)


def tanh_forgotten(x_t, h, *params):
    z, r, x_h, h_h = _gates(x_t, h, *params)
    return z * h + (1 - z) * (x_h + r * h_h)


def recurrent_bias_forgotten(x_t, h, kernel, recurrent_kernel, bias):
    return reference(x_t, h, kernel, recurrent_kernel, np.stack([bias[0], np.zeros_like(bias[1])]))


def candidate_alone(x_t, h, *params):
    _, r, x_h, h_h = _gates(x_t, h, *params)
    return np.tanh(x_h + r * h_h)


TASK = Task(
    name="gru_step",
    points=3,
    cases=cases,
    reference=reference,
    hides=("rnncourse.cells",),
    mistakes=(
        Mistake(
            "update_gate_inverted",
            update_gate_inverted,
            zh="z 和 1 − z 对调了。Cho 等人的论文与 Keras 一致，另一些文献恰好相反；在本题的式子里，z = 1 表示保留旧"
            "状态还是换成新的？",
            en="z and 1 − z are exchanged. The paper of Cho et al. agrees with Keras, other texts have it the "
            "other way round: in the equation here, does z = 1 keep the old state or replace it?",
        ),
        Mistake(
            "gates_swapped",
            gates_swapped,
            zh="更新门和重置门对调了。三块的次序是 z r h；PyTorch 才是 r 在前。",
            en="Update and reset gate are exchanged. The blocks stand in the order z r h; it is PyTorch that "
            "has r first.",
        ),
        Mistake(
            "reset_before",
            reset_before,
            zh="重置门乘到了 h 上，再去乘循环权重：这是论文里的形式（reset_after=False）。本题的形式里，重置门在"
            "矩阵乘法之前还是之后？",
            en="The reset gate multiplies h before the recurrent kernel does: that is the form of the paper, "
            "reset_after=False. In the form asked for, does it act before the product or after it?",
        ),
        Mistake(
            "bias_outside_the_reset",
            bias_outside_the_reset,
            zh="候选值里，循环一侧的偏置加在了括号外面：重置门没有乘到它。GRU 有两行偏置，正是为了这一项。",
            en="In the candidate, the bias of the recurrent side stands outside the bracket, where the reset "
            "gate does not reach it. That term is why the GRU has two rows of biases.",
        ),
        Mistake(
            "reset_forgotten",
            reset_forgotten,
            zh="算候选值时没有用到重置门 r：旧状态总是全部参与。",
            en="The candidate is computed without the reset gate r: the old state always takes part in full.",
        ),
        Mistake(
            "tanh_forgotten",
            tanh_forgotten,
            zh="候选值没有经过激活函数，隐状态会跑出 −1 到 1 的范围。",
            en="The candidate passes no activation, so the hidden state leaves the range from −1 to 1.",
        ),
        Mistake(
            "recurrent_bias_forgotten",
            recurrent_bias_forgotten,
            zh="只用到了 bias 的第 0 行。第 1 行属于循环一侧，三块都有。",
            en="Only row 0 of the bias is used. Row 1 belongs to the recurrent side, in all three blocks.",
        ),
        Mistake(
            "candidate_alone",
            candidate_alone,
            zh="返回的是候选值。还差最后一步：旧状态和候选值各占多少，由 z 决定。",
            en="This is the candidate. The last step is missing: z decides how much of the old state and how "
            "much of the candidate goes into the new one.",
        ),
    ),
)
