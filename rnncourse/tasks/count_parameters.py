"""How many parameters a recurrent layer has."""

import numpy as np

from rnncourse.cells import gru, initial_params, lstm, simple_rnn
from rnncourse.tasks._task import Case, Mistake, Task

_CELLS = {"simple_rnn": simple_rnn, "lstm": lstm, "gru": gru}
_GATES = {"simple_rnn": 1, "lstm": 4, "gru": 3}


def cases(rng):
    """Every cell, with drawn sizes; D and H differ."""
    drawn = [Case(("simple_rnn", 1, 2, 6))]
    for cell in ("simple_rnn", "lstm", "gru"):
        features, units = rng.choice(np.arange(2, 40), 2, replace=False).tolist()
        drawn.append(Case((cell, features, units, int(rng.integers(5, 50)))))
    return drawn


def reference(cell, features, units, steps):
    params = initial_params(_CELLS[cell], features, units, np.random.default_rng(0))
    return int(sum(part.size for part in params))


def grows_with_time(cell, features, units, steps):
    return steps * reference(cell, features, units, steps)


def recurrent_kernel_missing(cell, features, units, steps):
    return reference(cell, features, units, steps) - _GATES[cell] * units**2


def bias_missing(cell, features, units, steps):
    return _GATES[cell] * (features * units + units**2)


def one_bias_in_the_gru(cell, features, units, steps):
    return _GATES[cell] * (features * units + units**2 + units)


def gates_missing(cell, features, units, steps):
    return features * units + units**2 + units


def state_counted(cell, features, units, steps):
    return reference(cell, features, units, steps) + units


TASK = Task(
    name="count_parameters",
    points=1,
    cases=cases,
    reference=reference,
    hides=("rnncourse.cells",),
    mistakes=(
        Mistake(
            "grows_with_time",
            grows_with_time,
            zh="结果随步数增长了。沿时间展开画了 T 份，权重却只有一份，每一步共用。",
            en="The count grows with the number of steps. Unrolled there are T drawings, but one set of "
            "weights, which all steps share.",
        ),
        Mistake(
            "recurrent_kernel_missing",
            recurrent_kernel_missing,
            zh="少算了循环权重：从旧状态到新状态也有一个矩阵。它的形状是什么？",
            en="The recurrent kernel is not counted: from the old state to the new there is a matrix, too. "
            "What is its shape?",
        ),
        Mistake(
            "bias_missing",
            bias_missing,
            zh="两个矩阵都算对了，少了偏置。",
            en="Both matrices are counted, the biases are not.",
        ),
        Mistake(
            "one_bias_in_the_gru",
            one_bias_in_the_gru,
            zh="SimpleRNN 和 LSTM 都对。Keras 默认的 GRU（reset_after=True）不一样：表里说它有几组偏置？",
            en="SimpleRNN and LSTM are right. Keras's default GRU (reset_after=True) is different: how many "
            "sets of biases does the table give it?",
        ),
        Mistake(
            "gates_missing",
            gates_missing,
            zh="三种循环单元算成了同一个数。LSTM 和 GRU 的每一块（门和候选值）都有自己的权重：各有几块？",
            en="All cells get the same count. In LSTM and GRU each block (gates and candidate) has weights of "
            "its own: how many blocks are there?",
        ),
        Mistake(
            "state_counted",
            state_counted,
            zh="多算了 H 个：隐状态是算出来的，不是训练出来的，不是参数。",
            en="There are H too many: the hidden state is computed, not trained; it is no parameter.",
        ),
    ),
)
