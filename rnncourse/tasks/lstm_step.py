"""One step of an LSTM, in Keras's order of the gates."""

import numpy as np

from rnncourse.cells import lstm
from rnncourse.cells.maths import sigmoid, split
from rnncourse.tasks._task import Case, Mistake, Task


def cases(rng):
    """Of several sizes; B, D and H differ, so that no two axes can be taken for each other."""
    drawn = []
    for batch, features, units in ((1, 2, 3), (2, 3, 4), (4, 5, 3)):
        x_t = rng.normal(0, 1, (batch, features)).round(2)
        h, c = rng.normal(0, 0.7, (2, batch, units)).round(2)
        kernel = rng.normal(0, 0.7, (features, 4 * units)).round(2)
        recurrent_kernel = rng.normal(0, 0.7, (units, 4 * units)).round(2)
        bias = rng.normal(0, 0.7, 4 * units).round(2)
        drawn.append(Case((x_t, h, c, kernel, recurrent_kernel, bias)))
    return drawn


def reference(x_t, h, c, kernel, recurrent_kernel, bias):
    state, _ = lstm.step(x_t, lstm.State(h, c), lstm.Params(kernel, recurrent_kernel, bias))
    return state.hidden, state.cell


def _gates(x_t, h, kernel, recurrent_kernel, bias):
    """What the four blocks give before their activations: (B, H) each."""
    return split(x_t @ kernel + h @ recurrent_kernel + bias, 4)


def _finish(i, f, candidate, o, c):
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(candidate)
    return sigmoid(o) * np.tanh(c), c


def input_and_forget_swapped(x_t, h, c, *params):
    f, i, candidate, o = _gates(x_t, h, *params)
    return _finish(i, f, candidate, o, c)


def candidate_last(x_t, h, c, *params):
    i, f, o, candidate = _gates(x_t, h, *params)
    return _finish(i, f, candidate, o, c)


def hidden_for_cell(x_t, h, c, *params):
    i, f, candidate, o = _gates(x_t, h, *params)
    return _finish(i, f, candidate, o, h)


def candidate_without_tanh(x_t, h, c, *params):
    i, f, candidate, o = _gates(x_t, h, *params)
    c = sigmoid(f) * c + sigmoid(i) * candidate
    return sigmoid(o) * np.tanh(c), c


def candidate_through_sigmoid(x_t, h, c, *params):
    i, f, candidate, o = _gates(x_t, h, *params)
    c = sigmoid(f) * c + sigmoid(i) * sigmoid(candidate)
    return sigmoid(o) * np.tanh(c), c


def output_without_tanh(x_t, h, c, *params):
    _, c = reference(x_t, h, c, *params)
    return sigmoid(_gates(x_t, h, *params)[3]) * c, c


def old_cell_in_the_output(x_t, h, c, *params):
    _, new = reference(x_t, h, c, *params)
    return sigmoid(_gates(x_t, h, *params)[3]) * np.tanh(c), new


def states_exchanged(x_t, h, c, *params):
    return reference(x_t, h, c, *params)[::-1]


def recurrent_blocks_transposed(x_t, h, c, kernel, recurrent_kernel, bias):
    turned = np.concatenate([block.T for block in split(recurrent_kernel, 4)], axis=1)
    return reference(x_t, h, c, kernel, turned, bias)


def kernel_transposed(x_t, h, c, kernel, recurrent_kernel, bias):
    return reference(x_t, h, c, kernel.T, recurrent_kernel, bias)


TASK = Task(
    name="lstm_step",
    points=3,
    cases=cases,
    reference=reference,
    hides=("rnncourse.cells",),
    mistakes=(
        Mistake(
            "input_and_forget_swapped",
            input_and_forget_swapped,
            zh="输入门和遗忘门对调了：该留的忘了，该写的没写。四块的次序是 i f c o：哪一块在最前面？",
            en="Input and forget gate are exchanged: what should be kept is lost. The blocks stand in the "
            "order i f c o: which comes first?",
        ),
        Mistake(
            "candidate_last",
            candidate_last,
            zh="你按 i f o c 的次序取了四块，不少教科书是这样排的；Keras 的次序里，第三块是什么？",
            en="You took the blocks in the order i f o c, as many textbooks have it. What does Keras put "
            "third?",
        ),
        Mistake(
            "hidden_for_cell",
            hidden_for_cell,
            zh="遗忘门乘到了隐状态 h 上。遗忘门管的是长期的那个状态：式子里它乘的是哪一个？",
            en="The forget gate is applied to the hidden state h. It governs the other state, the one that "
            "lasts: which does the equation multiply?",
        ),
        Mistake(
            "candidate_without_tanh",
            candidate_without_tanh,
            zh="候选值没有经过激活函数：它可以任意大，一步就能把细胞状态冲掉。它应当落在 −1 和 1 之间。",
            en="The candidate passes no activation: it may be of any size and wash away the cell state in "
            "one step. It should lie between −1 and 1.",
        ),
        Mistake(
            "candidate_through_sigmoid",
            candidate_through_sigmoid,
            zh="候选值用了 sigmoid：它永远为正，细胞状态就只能往上加，减不下来。门才用 sigmoid；候选值是门吗？",
            en="The candidate went through a sigmoid: it is always positive, so the cell state can never be "
            "lowered. The sigmoid is for gates; is the candidate one?",
        ),
        Mistake(
            "output_without_tanh",
            output_without_tanh,
            zh="细胞状态对了，隐状态不对：输出门乘的是 c 本身。c 没有上下界，交出去之前还要压一次。",
            en="The cell state is right, the hidden state is not: the output gate multiplies c itself. c "
            "has no bounds, and is squashed once more before it is handed out.",
        ),
        Mistake(
            "old_cell_in_the_output",
            old_cell_in_the_output,
            zh="细胞状态对了，隐状态却是从上一步的 c 算出来的：输出晚了一步。",
            en="The cell state is right, but the hidden state is computed from the c of the step before: "
            "the output comes one step late.",
        ),
        Mistake(
            "states_exchanged",
            states_exchanged,
            zh="两个数组都对，次序反了：题目要的是先 h 后 c。",
            en="Both arrays are right, but in the wrong order: h comes first, then c.",
        ),
        Mistake(
            "recurrent_blocks_transposed",
            recurrent_blocks_transposed,
            zh="循环权重的每一块都转置了。每块是 (H, H)，转置以后形状不变，所以没有报错：h 是行向量，应当在权"
            "重的左边。",
            en="Each block of the recurrent kernel is transposed. A block is (H, H), so no shape complains: "
            "h is a row and stands at the left of its weights.",
        ),
        Mistake(
            "kernel_transposed",
            kernel_transposed,
            zh="输入权重转置了，形状对不上。x_t 是 (B, D)，kernel 是 (D, 4H)：行向量在左，不用转置。",
            en="The kernel is transposed and the shapes do not fit. x_t is (B, D), the kernel (D, 4H): the "
            "row stands at the left, and nothing is transposed.",
        ),
    ),
)
