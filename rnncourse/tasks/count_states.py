"""How many parameters a recurrent layer has, and how many numbers it remembers."""

import numpy as np

from rnncourse import cells
from rnncourse.tasks._task import Case, Mistake, Task

NAMES = ("simple_rnn", "lstm", "gru")


def cases(rng):
    """Each cell twice, D and H apart."""
    drawn = []
    for name in NAMES * 2:
        features, units = rng.choice(np.arange(2, 60), 2, replace=False).tolist()
        drawn.append(Case((name, features, units)))
    return drawn


def reference(cell, features, units):
    kind = getattr(cells, cell)
    params = cells.initial_params(kind, features, units, np.random.default_rng(0))
    return sum(weight.size for weight in params), len(kind.State._fields) * units


def _remembered(cell, units):
    return units * (2 if cell == "lstm" else 1)


def _count(cell, features, units, *, blocks=(1, 4, 3), biases=(1, 1, 2), rows=None):
    place = NAMES.index(cell)
    rows = features + units if rows is None else rows
    return blocks[place] * units * (rows + biases[place])


def one_bias_for_the_gru(cell, features, units):
    return _count(cell, features, units, biases=(1, 1, 1)), _remembered(cell, units)


def biases_forgotten(cell, features, units):
    return _count(cell, features, units, biases=(0, 0, 0)), _remembered(cell, units)


def candidate_forgotten(cell, features, units):
    return _count(cell, features, units, blocks=(1, 3, 2)), _remembered(cell, units)


def one_block(cell, features, units):
    return _count(cell, features, units, blocks=(1, 1, 1)), _remembered(cell, units)


def recurrent_kernel_forgotten(cell, features, units):
    return _count(cell, features, units, rows=features), _remembered(cell, units)


def one_state_each(cell, features, units):
    return reference(cell, features, units)[0], units


def two_states_for_the_gru(cell, features, units):
    return reference(cell, features, units)[0], units * (1 if cell == "simple_rnn" else 2)


def states_not_times_units(cell, features, units):
    return reference(cell, features, units)[0], _remembered(cell, 1)


TASK = Task(
    name="count_states",
    points=2,
    cases=cases,
    reference=reference,
    hides=("rnncourse.cells",),
    mistakes=(
        Mistake(
            "one_bias_for_the_gru",
            one_bias_for_the_gru,
            zh="SimpleRNN 和 LSTM 都对，GRU 少了 3H 个：Keras 默认的 GRU（reset_after=True）有几行偏置？",
            en="SimpleRNN and LSTM are right, the GRU lacks 3H: how many rows of biases has Keras's default "
            "GRU, reset_after=True?",
        ),
        Mistake(
            "biases_forgotten",
            biases_forgotten,
            zh="漏数了偏置。",
            en="The biases are not counted.",
        ),
        Mistake(
            "candidate_forgotten",
            candidate_forgotten,
            zh="只数了门。候选值不是门，却同样有自己的权重和偏置：LSTM 共几块，GRU 共几块？",
            en="Only the gates are counted. The candidate is no gate, but has weights and biases of its own: "
            "how many blocks are there in an LSTM, and in a GRU?",
        ),
        Mistake(
            "one_block",
            one_block,
            zh="三种循环单元数出来都像 SimpleRNN：每个门、每个候选值都有自己的一块权重。",
            en="All three are counted as if they were a SimpleRNN: each gate and each candidate has a block of "
            "weights of its own.",
        ),
        Mistake(
            "recurrent_kernel_forgotten",
            recurrent_kernel_forgotten,
            zh="漏数了循环权重：除了输入的 (D, H)，每一块还有一个 (H, H)。",
            en="The recurrent kernel is not counted: beside (D, H) for the input, each block has an (H, H).",
        ),
        Mistake(
            "one_state_each",
            one_state_each,
            zh="参数都对，LSTM 的状态少数了一半：它从一步交给下一步的，不只是隐状态。",
            en="The parameters are right, but half of the LSTM's state is missing: it hands on more than its "
            "hidden state.",
        ),
        Mistake(
            "two_states_for_the_gru",
            two_states_for_the_gru,
            zh="参数都对，GRU 的状态多数了：它没有细胞状态，只把隐状态交给下一步。",
            en="The parameters are right, but the GRU has too many states: it has no cell state, and hands on "
            "its hidden state alone.",
        ),
        Mistake(
            "states_not_times_units",
            states_not_times_units,
            zh="数的是有几个状态；题目问的是每条序列要记住多少个数，每个状态有 H 个。",
            en="This is the number of states. Asked for is how many numbers are remembered for a sequence, "
            "and a state has H of them.",
        ),
    ),
)
