"""One step of a simple recurrent network."""

import numpy as np

from rnncourse.cells import simple_rnn
from rnncourse.tasks._task import Case, Mistake, Task


def cases(rng):
    """B, D and H differ, but for the second case, where every product would fit any other way round."""
    drawn = []
    for batch, features, units in ((1, 1, 2), (3, 3, 3), (4, 3, 5)):
        shapes = (batch, features), (batch, units), (features, units), (units, units), (units,)
        drawn.append(Case(tuple(rng.normal(0, 0.8, shape).round(2) for shape in shapes)))
    return drawn


def reference(x_t, h, W, U, b):
    state, _ = simple_rnn.step(x_t, simple_rnn.State(h), simple_rnn.Params(W, U, b))
    return state.hidden


def state_ignored(x_t, h, W, U, b):
    return np.tanh(x_t @ W + b)


def recurrent_kernel_transposed(x_t, h, W, U, b):
    return np.tanh(x_t @ W + h @ U.T + b)


def tanh_missing(x_t, h, W, U, b):
    return x_t @ W + h @ U + b


def bias_missing(x_t, h, W, U, b):
    return np.tanh(x_t @ W + h @ U)


def elementwise_product(x_t, h, W, U, b):
    return np.tanh(x_t @ W + h * U + b)


def input_and_state_swapped(x_t, h, W, U, b):
    return np.tanh(h @ W + x_t @ U + b)


TASK = Task(
    name="rnn_step",
    points=1,
    cases=cases,
    reference=reference,
    hides=("rnncourse.cells",),
    mistakes=(
        Mistake(
            "state_ignored",
            state_ignored,
            zh="旧的隐状态没有参与计算：这样的一步什么也记不住。公式里还有一项含 h。",
            en="The old hidden state takes no part: such a step remembers nothing. The formula has one more "
            "term, with h in it.",
        ),
        Mistake(
            "recurrent_kernel_transposed",
            recurrent_kernel_transposed,
            zh="循环权重转置了。U 是方阵，转置以后形状照样合适，所以不报错；按公式，h 在左，U 在右，都不转置。",
            en="The recurrent kernel is transposed. It is square, so the shapes fit all the same and nothing "
            "complains; in the formula h stands on the left, U on the right, neither transposed.",
        ),
        Mistake(
            "tanh_missing",
            tanh_missing,
            zh="这是激活之前的和 a：状态还没有被压到 −1 与 1 之间，走上几十步就可能爆掉。还差一个函数。",
            en="This is the sum before the activation: the state is not yet between −1 and 1, and may explode "
            "within some dozen steps. A function is missing.",
        ),
        Mistake(
            "bias_missing",
            bias_missing,
            zh="输入项和状态项都对，但 b 没有用上。",
            en="The terms of input and state are right, but b is not used.",
        ),
        Mistake(
            "elementwise_product",
            elementwise_product,
            zh="h 与 U 是逐元素相乘的（*），这里要的是矩阵乘法：每个新单元要看到旧状态的所有单元。",
            en="h and U are multiplied entry by entry (*). A matrix product is wanted: every new unit sees all "
            "units of the old state.",
        ),
        Mistake(
            "input_and_state_swapped",
            input_and_state_swapped,
            zh="h 和 x_t 用反了：W 的形状是 (D, H)，乘的是 D 个特征；U 的形状是 (H, H)，乘的是 H 个单元。",
            en="h and x_t have changed places: W is (D, H) and multiplies the D features, U is (H, H) and "
            "multiplies the H units.",
        ),
    ),
)
