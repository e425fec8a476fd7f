"""Truncated backpropagation through time: states pass the borders of segments, gradients do not."""

import numpy as np

from rnncourse import cells
from rnncourse.cells import simple_rnn
from rnncourse.tasks._task import Case, Mistake, Task


def cases(rng):
    """Segments that fit and ones that do not, one as long as the sequence; in each step there is a loss."""
    drawn = []
    for (batch, length, features, units), steps in (
        ((1, 4, 1, 2), 2),
        ((2, 7, 3, 2), 3),
        ((3, 8, 2, 4), 3),
        ((2, 5, 2, 3), 5),
    ):
        W, U = rng.normal(0, 0.7, (features, units)), rng.normal(0, 0.7, (units, units))
        params = simple_rnn.Params(W, U, np.zeros(units))
        x = rng.normal(size=(batch, length, features)).round(3)
        run = cells.unroll(simple_rnn, x, params)
        d_outputs = rng.normal(size=run.outputs.shape).round(3)
        drawn.append(Case((d_outputs, run.outputs, U, steps)))
    return drawn


def reference(d_outputs, outputs, U, steps):
    """With W = 1 and no bias, d loss / d x_t is d loss / d a_t, which `bptt` gives for every step."""
    B, _, H = outputs.shape
    h_before = np.concatenate([np.zeros((B, 1, H)), outputs[:, :-1]], axis=1)
    x = np.arctanh(outputs) - h_before @ U  # the input that leads to these states
    run = cells.unroll(simple_rnn, x, simple_rnn.Params(np.eye(H), U, np.zeros(H)))
    return cells.bptt(run, d_outputs, steps=steps).x


def walk(d_outputs, outputs, U, *, cut, slope=True, keeps_loss=True):
    """The way back; `cut(t)`: whether no gradient goes from step t to step t - 1."""
    d_a, d_h = np.zeros_like(outputs), np.zeros_like(outputs[:, 0])
    for t in reversed(range(outputs.shape[1])):
        loses = not keeps_loss and t + 1 < outputs.shape[1] and cut(t + 1)
        d_h = np.zeros_like(d_h) if loses else d_h + d_outputs[:, t]
        d_a[:, t] = d_h * (1 - outputs[:, t] ** 2 if slope else 1)
        d_h = np.zeros_like(d_h) if cut(t) else d_a[:, t] @ U.T
    return d_a


def not_cut(d_outputs, outputs, U, steps):
    return walk(d_outputs, outputs, U, cut=lambda t: False)


def counted_from_the_end(d_outputs, outputs, U, steps):
    T = outputs.shape[1]
    return walk(d_outputs, outputs, U, cut=lambda t: (T - t) % steps == 0)


def border_one_step_late(d_outputs, outputs, U, steps):
    return walk(d_outputs, outputs, U, cut=lambda t: (t + 1) % steps == 0)


def no_gradient_between_steps(d_outputs, outputs, U, steps):
    return walk(d_outputs, outputs, U, cut=lambda t: True)


def loss_at_the_border_lost(d_outputs, outputs, U, steps):
    return walk(d_outputs, outputs, U, cut=lambda t: t % steps == 0, keeps_loss=False)


def slope_forgotten(d_outputs, outputs, U, steps):
    return walk(d_outputs, outputs, U, cut=lambda t: t % steps == 0, slope=False)


def recurrent_kernel_not_transposed(d_outputs, outputs, U, steps):
    return walk(d_outputs, outputs, U.T, cut=lambda t: t % steps == 0)


def moving_window(d_outputs, outputs, U, steps):
    d_a = np.zeros_like(outputs)
    for s in range(outputs.shape[1]):
        alone = np.zeros_like(d_outputs)
        alone[:, s] = d_outputs[:, s]
        d_a += walk(alone, outputs, U, cut=lambda t, s=s: t == s - steps + 1)
    return d_a


TASK = Task(
    name="truncated_bptt",
    points=2,
    cases=cases,
    reference=reference,
    hides=("rnncourse.cells",),
    mistakes=(
        Mistake(
            "not_cut",
            not_cut,
            zh="这是完整的 BPTT：梯度一路传到了第一步。截断的 BPTT 里，它在段与段的边界停下。",
            en="This is the full BPTT: the gradient travels all the way to the first step. When truncated, it "
            "stops at the borders between segments.",
        ),
        Mistake(
            "counted_from_the_end",
            counted_from_the_end,
            zh="段是从末尾数起的。序列从头读入，段也从第 0 步数起；除不尽时，短的是最后一段。",
            en="The segments are counted from the end. A sequence is read from its beginning, and segments count "
            "from step 0; where they do not fit, the last one is the short one.",
        ),
        Mistake(
            "border_one_step_late",
            border_one_step_late,
            zh="边界错开了一步：第 0 … steps − 1 步是一段，其中的梯度互相传递；不该传的，是从一段的第一步传到它前面的一步。",
            en="The borders are one step off: steps 0 … steps − 1 form a segment, within which gradients pass. "
            "What must not pass is the gradient from a segment's first step to the step before it.",
        ),
        Mistake(
            "no_gradient_between_steps",
            no_gradient_between_steps,
            zh="任何两步之间都没有传梯度，等于每段只有一步。段的内部照常传递。",
            en="No gradient passes between any two steps, as if each segment were one step long. Within a "
            "segment it passes as usual.",
        ),
        Mistake(
            "loss_at_the_border_lost",
            loss_at_the_border_lost,
            zh="段末那一步自己的损失丢了：清零的只应是从后一段传来的梯度，d_outputs[:, t] 仍要加上。",
            en="The loss of a segment's last step is lost: only the gradient that comes from the next segment is "
            "to be zeroed; d_outputs[:, t] is still added.",
        ),
        Mistake(
            "moving_window",
            moving_window,
            zh="你让每一步的损失各自回传 steps 步，这是滑动窗口。本题的段是固定的：段首那一步的损失，一步也不往前传。",
            en="You send each step's loss back by `steps` steps: a moving window. Here the segments are fixed: the "
            "loss of a segment's first step goes back no further at all.",
        ),
        Mistake(
            "slope_forgotten",
            slope_forgotten,
            zh="截断的位置对了，但漏了 tanh 的导数：从 h_t 退到 a_t 要乘 1 − h_t²。",
            en="The cuts are right, but the slope of tanh is missing: from h_t back to a_t there is a factor "
            "1 − h_t².",
        ),
        Mistake(
            "recurrent_kernel_not_transposed",
            recurrent_kernel_not_transposed,
            zh="截断的位置对了，但传到上一步时 U 没有转置；它是方阵，形状不会替你报错。",
            en="The cuts are right, but U is not transposed on the way to the step before; it is square, so no "
            "shape warns you.",
        ),
    ),
)
