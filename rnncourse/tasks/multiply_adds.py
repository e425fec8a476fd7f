"""How many multiply-adds a recurrent layer takes for a batch of sequences."""

from rnncourse.scalability.cost import GATES, recurrent_cost
from rnncourse.tasks._task import Case, Mistake, Task


def cases(rng):
    """All three cells, small sizes first; no two sizes of a case are equal."""
    drawn = []
    for most in (5, 10, 60):
        for kind in ("simple_rnn", "gru", "lstm"):
            sizes = rng.choice(range(2, most + 1), 4, replace=False)
            drawn.append(Case((kind, *map(int, sizes))))
    return drawn


def reference(kind, B, T, D, H):
    return recurrent_cost(kind, B=B, T=T, D=D, H=H).multiply_adds


def input_alone(kind, B, T, D, H):
    return B * T * GATES[kind] * H * D


def without_gates(kind, B, T, D, H):
    return B * T * H * (D + H)


def gru_as_lstm(kind, B, T, D, H):
    return reference("lstm" if kind == "gru" else kind, B, T, D, H)


def one_step(kind, B, T, D, H):
    return reference(kind, B, 1, D, H)


def one_sequence(kind, B, T, D, H):
    return reference(kind, 1, T, D, H)


def parameters(kind, B, T, D, H):
    return recurrent_cost(kind, B=B, T=T, D=D, H=H).parameters


def with_biases(kind, B, T, D, H):
    return B * T * parameters(kind, B, T, D, H)


def products_and_sums(kind, B, T, D, H):
    return 2 * reference(kind, B, T, D, H)


def size_times_units(kind, B, T, D, H):
    return B * T * GATES[kind] * H * D * H


TASK = Task(
    name="multiply_adds",
    points=1,
    cases=cases,
    reference=reference,
    hides=("rnncourse.scalability",),
    mistakes=(
        Mistake(
            "input_alone",
            input_alone,
            zh="只数了输入那一半：每一步里，上一步的隐状态也要乘一个矩阵。",
            en="Only the input's half is counted: at every step the last hidden state is multiplied by a matrix, too.",
        ),
        Mistake(
            "without_gates",
            without_gates,
            zh="每种循环单元都按一个门数了。GRU 和 LSTM 的权重矩阵各由几块拼成？",
            en="Every cell is counted as if it had one gate. Of how many blocks do the kernels of a GRU and an LSTM "
            "consist?",
        ),
        Mistake(
            "gru_as_lstm",
            gru_as_lstm,
            zh="GRU 也按 LSTM 的块数算了。GRU 有更新门、重置门和候选值，没有输出门。",
            en="The GRU is counted with the LSTM's number of blocks. It has an update gate, a reset gate and a "
            "candidate, and no output gate.",
        ),
        Mistake(
            "one_step",
            one_step,
            zh="这是一个时间步的次数。参数是共用的，计算不是：每一步都要重新乘一遍。",
            en="This is the count for one time step. The parameters are shared, the work is not: every step multiplies "
            "anew.",
        ),
        Mistake(
            "one_sequence",
            one_sequence,
            zh="这是一条序列的次数。一批里有几条？",
            en="This is the count for one sequence. How many are in the batch?",
        ),
        Mistake(
            "parameters",
            parameters,
            zh="这是参数的个数：每个权重只数了一次。题目要的是用它们乘了多少次。",
            en="This is the number of parameters: each weight is counted once. How often it is used is asked for.",
        ),
        Mistake(
            "with_biases",
            with_biases,
            zh="偏置也算进去了。加一个偏置没有乘法；题目只数矩阵乘法里的乘加。",
            en="The biases are counted as well. Adding one is no multiplication; only the multiply-adds of matrix "
            "products are asked for.",
        ),
        Mistake(
            "products_and_sums",
            products_and_sums,
            zh="正好是两倍：乘法和加法分开数了（FLOPs 常这样数）。本题里，一次乘法连同它的加法算一次。",
            en="Twice as many as asked for: products and sums are counted apart, as FLOPs often are. Here a product "
            "together with its sum counts once.",
        ),
        Mistake(
            "size_times_units",
            size_times_units,
            zh="输入和循环两部分相乘了。它们是两个各自独立的矩阵乘法，结果相加。",
            en="The input's part and the loop's are multiplied. They are two matrix products on their own, whose "
            "results are added.",
        ),
    ),
)
