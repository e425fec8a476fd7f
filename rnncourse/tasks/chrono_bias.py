"""Biases of an LSTM for memories of given lengths."""

import numpy as np

from rnncourse import cells
from rnncourse.tasks._task import Case, Mistake, Task


class _Given:
    """A generator that draws what it was given."""

    def __init__(self, drawn):
        self.drawn = drawn

    def uniform(self, low, high, size):
        return self.drawn


def cases(rng):
    """Time scales of 2, 3 and 5 units."""
    return [
        Case((rng.uniform(2, longest, units).round(1),)) for longest, units in ((5, 2), (40, 3), (200, 5))
    ]


def reference(u):
    return cells.chrono_bias(len(u), 2, _Given(u))


def _blocks(i, f, c, o):
    return np.concatenate([i, f, c, o])


def signs_swapped(u):
    return -reference(u)


def input_gate_left_at_zero(u):
    return _blocks(0 * u, np.log(u), 0 * u, 0 * u)


def forget_gate_left_at_zero(u):
    return _blocks(-np.log(u), 0 * u, 0 * u, 0 * u)


def logarithm_forgotten(u):
    return _blocks(-u, u, 0 * u, 0 * u)


def logarithm_to_base_10(u):
    return reference(u) / np.log(10)


def gate_values_themselves(u):
    return _blocks(1 / (u + 1), u / (u + 1), 0 * u, 0 * u)


def in_the_place_of_the_candidate(u):
    return _blocks(-np.log(u), 0 * u, np.log(u), 0 * u)


def as_rows(u):
    return reference(u).reshape(4, -1)


TASK = Task(
    name="chrono_bias",
    points=2,
    cases=cases,
    reference=reference,
    hides=("rnncourse.cells",),
    mistakes=(
        Mistake(
            "signs_swapped",
            signs_swapped,
            zh="正负号反了：遗忘门的偏置越大，忘得越慢。要记得久，它该是正的还是负的？",
            en="The signs are exchanged: the larger the bias of the forget gate, the slower it forgets. For a "
            "long memory, should it be positive or negative?",
        ),
        Mistake(
            "input_gate_left_at_zero",
            input_gate_left_at_zero,
            zh="输入门的偏置还是 0：每一步都写进一半，长记忆很快被新的输入淹没。输入门要与遗忘门互补。",
            en="The biases of the input gate are still 0: half of every input is written, and drowns the long "
            "memory. The input gate is the counterpart of the forget gate.",
        ),
        Mistake(
            "forget_gate_left_at_zero",
            forget_gate_left_at_zero,
            zh="遗忘门的偏置还是 0：门开一半，每一步忘掉一半。第二块漏了。",
            en="The biases of the forget gate are still 0: it is half open and loses half at every step. The "
            "second block is missing.",
        ),
        Mistake(
            "logarithm_forgotten",
            logarithm_forgotten,
            zh="直接用了 u：u = 40 时 sigmoid(40) 几乎是 1，永远不忘，也学不动了。偏置要使 sigmoid(b) = u / (u + 1)，"
            "解出 b。",
            en="This is u itself: at u = 40 the sigmoid is 1 but for nothing, so the gate never forgets and "
            "never learns. The bias makes sigmoid(b) = u / (u + 1): solve for b.",
        ),
        Mistake(
            "logarithm_to_base_10",
            logarithm_to_base_10,
            zh="用了以 10 为底的对数；sigmoid 里是 e 的幂，所以要用自然对数。",
            en="This is the logarithm to base 10; the sigmoid has powers of e, so it takes the natural one.",
        ),
        Mistake(
            "gate_values_themselves",
            gate_values_themselves,
            zh="这是门的值，不是偏置：它还要经过 sigmoid。要求的是 sigmoid 之前的数。",
            en="These are the values of the gates, not their biases: a sigmoid still comes. The number before "
            "it is asked for.",
        ),
        Mistake(
            "in_the_place_of_the_candidate",
            in_the_place_of_the_candidate,
            zh="遗忘门的偏置放进了第三块，那是候选值的位置。Keras 的次序是 i f c o。",
            en="The biases of the forget gate stand in the third block, the candidate's. Keras's order is "
            "i f c o.",
        ),
        Mistake(
            "as_rows",
            as_rows,
            zh="数都对，形状不对：Keras 的偏置是一个向量 (4H,)，四块首尾相接。",
            en="The numbers are right, the shape is not: Keras's bias is one vector, (4H,), the four blocks "
            "end to end.",
        ),
    ),
)
