"""One step of a SimpleRNN backwards."""

import numpy as np

from rnncourse.cells import simple_rnn
from rnncourse.tasks._task import Case, Mistake, Task


def cases(rng):
    """One example with one feature first; the states are not small, so that the slope of tanh matters."""
    drawn = []
    for batch, features, units in ((1, 1, 2), (2, 3, 2), (4, 3, 5)):
        x_t, h_before = rng.normal(size=(batch, features)), rng.uniform(-0.9, 0.9, (batch, units))
        W, U = rng.normal(size=(features, units)), rng.normal(size=(units, units))
        h = np.tanh(x_t @ W + h_before @ U + rng.normal(0, 0.3, units))
        d_h = rng.normal(size=(batch, units))
        drawn.append(Case(tuple(a.round(3) for a in (d_h, x_t, h_before, h, W, U))))
    return drawn


def reference(d_h, x_t, h_before, h, W, U):
    params = simple_rnn.Params(W, U, np.zeros(len(U)))
    d_x, d_state, d_params = simple_rnn.backward_step(
        simple_rnn.State(d_h), x_t, simple_rnn.State(h_before), simple_rnn.Trace(h), params
    )
    return (d_x, d_state.hidden, *d_params)


def from_d_a(d_a, x_t, h_before, W, U):
    return d_a @ W.T, d_a @ U.T, x_t.T @ d_a, h_before.T @ d_a, d_a.sum(axis=0)


def slope_forgotten(d_h, x_t, h_before, h, W, U):
    return from_d_a(d_h, x_t, h_before, W, U)


def slope_at_the_state_before(d_h, x_t, h_before, h, W, U):
    return from_d_a(d_h * (1 - h_before**2), x_t, h_before, W, U)


def tanh_taken_twice(d_h, x_t, h_before, h, W, U):
    return from_d_a(d_h * (1 - np.tanh(h) ** 2), x_t, h_before, W, U)


def recurrent_kernel_not_transposed(d_h, x_t, h_before, h, W, U):
    d_a = d_h * (1 - h**2)
    return d_a @ W.T, d_a @ U, x_t.T @ d_a, h_before.T @ d_a, d_a.sum(axis=0)


def new_state_for_the_old(d_h, x_t, h_before, h, W, U):
    return from_d_a(d_h * (1 - h**2), x_t, h, W, U)


def bias_not_summed(d_h, x_t, h_before, h, W, U):
    d_a = d_h * (1 - h**2)
    return d_a @ W.T, d_a @ U.T, x_t.T @ d_a, h_before.T @ d_a, d_a


def mean_over_the_batch(d_h, x_t, h_before, h, W, U):
    d_x, d_before, *params = from_d_a(d_h * (1 - h**2), x_t, h_before, W, U)
    return (d_x, d_before, *(d / len(h) for d in params))


TASK = Task(
    name="simple_rnn_backward_step",
    points=2,
    cases=cases,
    reference=reference,
    hides=("rnncourse.cells",),
    mistakes=(
        Mistake(
            "slope_forgotten",
            slope_forgotten,
            zh="漏了 tanh 的导数：你把对 h 的梯度直接当成了对 a 的梯度。h = tanh(a)，从 h 退到 a 要乘上什么？",
            en="The slope of tanh is missing: the gradient for h is used as if it were the one for a. With "
            "h = tanh(a), what factor leads from h back to a?",
        ),
        Mistake(
            "slope_at_the_state_before",
            slope_at_the_state_before,
            zh="tanh 的导数取错了地方：你用的是上一步的状态 h_before。这一步的 tanh 输出的是哪一个状态？",
            en="The slope of tanh is taken at the wrong place: at h_before, the state of the step before. "
            "Which state came out of this step's tanh?",
        ),
        Mistake(
            "tanh_taken_twice",
            tanh_taken_twice,
            zh="h 已经是 tanh 的输出，你又对它取了一次 tanh。导数用输出来写：h 的平方里不再有 tanh。",
            en="h is the output of tanh already, and you take tanh of it again. Written with the output, the "
            "slope holds the square of h, and no further tanh.",
        ),
        Mistake(
            "recurrent_kernel_not_transposed",
            recurrent_kernel_not_transposed,
            zh="d_h_before 里的 U 没有转置。U 是方阵，形状因此不会报错，数却错了：前向时 h_before 的第 j 个分量经第 j "
            "行作用于各单元，回来时该对哪个下标求和？",
            en="U is not transposed in d_h_before. It is square, so no shape complains, yet the numbers are "
            "wrong: unit j acts forward through row j of U; over which index do you sum on the way back?",
        ),
        Mistake(
            "new_state_for_the_old",
            new_state_for_the_old,
            zh="d_U 里用错了状态：前向时与 U 相乘的，是这一步之前的状态，不是这一步的输出。",
            en="d_U uses the wrong state: what met U on the way forward is the state before this step, not the "
            "one that came out of it.",
        ),
        Mistake(
            "bias_not_summed",
            bias_not_summed,
            zh="d_b 的形状应当与 b 相同，即 (H,)。b 广播到了批里的每一行，回来时各行的梯度要怎样合起来？",
            en="d_b should have the shape of b, (H,). b was broadcast to every row of the batch: how do the "
            "rows' gradients come together on the way back?",
        ),
        Mistake(
            "mean_over_the_batch",
            mean_over_the_batch,
            zh="你对批取了平均。求平均是损失的事：若损失是平均值，d_h 里已含 1/B；这里再除一次就多了。参数的梯度是各行之和。",
            en="You took the mean over the batch. That is the loss's business: where the loss is a mean, d_h "
            "holds the 1/B already. A parameter's gradient is the sum over the rows.",
        ),
    ),
)
