"""Backpropagation through time for a SimpleRNN."""

import numpy as np

from rnncourse import cells
from rnncourse.cells import simple_rnn
from rnncourse.tasks._task import Case, Mistake, Task


def cases(rng):
    """Two steps first; no initial state is zero, and every step has a loss of its own."""
    drawn = []
    for batch, steps, features, units in ((1, 2, 1, 2), (2, 4, 3, 2), (3, 6, 2, 4)):
        params = simple_rnn.Params(
            rng.normal(0, 0.7, (features, units)), rng.normal(0, 0.7, (units, units)), np.zeros(units)
        )
        x = rng.normal(size=(batch, steps, features)).round(3)
        h_0 = rng.uniform(-0.9, 0.9, (batch, units)).round(3)
        run = cells.unroll(simple_rnn, x, params, state=simple_rnn.State(h_0))
        d_outputs = rng.normal(size=run.outputs.shape).round(3)
        drawn.append(Case((d_outputs, x, run.outputs, h_0, params.kernel, params.recurrent_kernel)))
    return drawn


def reference(d_outputs, x, outputs, h_0, W, U):
    states = [simple_rnn.State(h) for h in (h_0, *np.swapaxes(outputs, 0, 1))]
    traces = [simple_rnn.Trace(state.hidden) for state in states[1:]]
    params = simple_rnn.Params(W, U, np.zeros(len(U)))
    mask = np.ones(x.shape[:2], bool)
    run = cells.Unrolled(outputs, states[-1], states, traces, simple_rnn, x, mask, params)
    return tuple(cells.bptt(run, d_outputs).params)


def walk(d_outputs, x, outputs, h_0, W, U, *, carry=True, total=True, only_last=False, order=-1, old=None):
    """The way back with one thing wrong, as a keyword says."""
    B, T, H = outputs.shape
    before = np.concatenate([h_0[:, None], outputs[:, :-1]], axis=1) if old is None else old
    d_W, d_U, d_b, d_h = np.zeros_like(W), np.zeros_like(U), np.zeros(H), np.zeros((B, H))
    for t in range(T)[::order]:
        direct = 0 if only_last and t < T - 1 else d_outputs[:, t]
        d_a = (d_h + direct) * (1 - outputs[:, t] ** 2)
        new = x[:, t].T @ d_a, before[:, t].T @ d_a, d_a.sum(axis=0)
        d_W, d_U, d_b = (a * total + b for a, b in zip((d_W, d_U, d_b), new, strict=True))
        d_h = d_a @ U.T * carry
    return d_W, d_U, d_b


def overwritten(*inputs):
    return walk(*inputs, total=False)


def not_passed_on(*inputs):
    return walk(*inputs, carry=False)


def only_the_last_loss(*inputs):
    return walk(*inputs, only_last=True)


def forward_order(*inputs):
    return walk(*inputs, order=1)


def one_step_off(d_outputs, x, outputs, h_0, W, U):
    return walk(d_outputs, x, outputs, h_0, W, U, old=outputs)


def initial_state_forgotten(d_outputs, x, outputs, h_0, W, U):
    return walk(d_outputs, x, outputs, np.zeros_like(h_0), W, U)


def slope_forgotten(d_outputs, x, outputs, h_0, W, U):
    before = np.concatenate([h_0[:, None], outputs[:, :-1]], axis=1)
    return walk(d_outputs, x, np.zeros_like(outputs), h_0, W, U, old=before)


def recurrent_kernel_not_transposed(d_outputs, x, outputs, h_0, W, U):
    return walk(d_outputs, x, outputs, h_0, W, U.T)


TASK = Task(
    name="simple_rnn_bptt",
    points=3,
    cases=cases,
    reference=reference,
    hides=("rnncourse.cells",),
    mistakes=(
        Mistake(
            "overwritten",
            overwritten,
            zh="梯度被覆盖了：循环每走一步都重新赋值，最后只剩第一个时间步的份。同一个 W 用了 T 次，它的梯度是 T 份之和。",
            en="The gradient is overwritten: each step assigns it anew, and only the first time step's share "
            "is left in the end. The same W was used T times; its gradient is the sum of T shares.",
        ),
        Mistake(
            "not_passed_on",
            not_passed_on,
            zh="梯度没有传过时间步：每一步只看了自己的损失。h_t 还经由 h_{t+1} 影响以后的全部损失，那一路的梯度从哪里来？",
            en="No gradient passes from step to step: each sees only its own loss. But h_t also acts on all later "
            "losses through h_{t+1}; where does that path's gradient come from?",
        ),
        Mistake(
            "only_the_last_loss",
            only_the_last_loss,
            zh="你只从最后一步的损失出发。本题每个时间步都有损失：走到第 t 步时，还要加上 d_outputs[:, t]。",
            en="You start from the last step's loss alone. Here each step has a loss: on arriving at step t, "
            "d_outputs[:, t] has to be added as well.",
        ),
        Mistake(
            "forward_order",
            forward_order,
            zh="循环的方向反了：第 t 步的梯度要用到第 t + 1 步的，所以要从最后一步走起。",
            en="The loop runs the wrong way: the gradient at step t needs the one from step t + 1, so begin with "
            "the last step.",
        ),
        Mistake(
            "one_step_off",
            one_step_off,
            zh="d_U 错开了一步：在第 t 步与 U 相乘的是 h_{t-1}，你用的是 h_t。第一步之前的状态是 h_0。",
            en="d_U is one step off: what met U at step t is h_{t-1}, and you use h_t. The state before the first "
            "step is h_0.",
        ),
        Mistake(
            "initial_state_forgotten",
            initial_state_forgotten,
            zh="其余都对，只差第一步：它之前的状态是 h_0，不是 0，它对 d_U 也有一份贡献。",
            en="All is right but the first step: the state before it is h_0, not zero, and it has its share in "
            "d_U, too.",
        ),
        Mistake(
            "slope_forgotten",
            slope_forgotten,
            zh="漏了 tanh 的导数：从 h_t 退到 a_t，每一步都要乘一次。它可以用 outputs 写出来。",
            en="The slope of tanh is missing: every step back from h_t to a_t takes that factor once. It can be "
            "written with `outputs`.",
        ),
        Mistake(
            "recurrent_kernel_not_transposed",
            recurrent_kernel_not_transposed,
            zh="传到上一步时，U 没有转置。它是方阵，形状不会替你报错：把 d_a 的下标写出来，看看在对哪一个求和。",
            en="U is not transposed on the way to the step before. It is square, so no shape warns you: write out "
            "the indices, and see which one the sum runs over.",
        ),
    ),
)
