"""Prune one gate's block of an LSTM kernel."""

import numpy as np

from rnncourse.compression import GATES, gate_columns, magnitude_masks
from rnncourse.tasks._task import Case, Mistake, Task

_KERAS = GATES["LSTM"]


def cases(rng):
    """Every gate; the blocks differ in scale, so that one threshold for all blocks shows."""
    drawn = []
    for gate, (rows, units) in zip("fcoi", ((3, 4), (8, 2), (4, 4), (8, 8)), strict=True):
        scale = np.repeat(rng.permutation([0.3, 0.7, 1.5, 3.0]), units)
        drawn.append(Case(((rng.normal(size=(rows, 4 * units)) * scale).round(3), gate, 0.5)))
    return drawn


def reference(kernel, gate, sparsity):
    out, columns = kernel.copy(), gate_columns(kernel, gate)
    out[:, columns] *= magnitude_masks([kernel[:, columns]], sparsity)[0]
    return out


def _in_order(order):
    def answer(kernel, gate, sparsity):
        return reference(kernel, _KERAS[order.index(gate)], sparsity)

    return answer


def block_of_rows(kernel, gate, sparsity):
    rows = len(kernel) // 4
    out, start = kernel.copy(), _KERAS.index(gate) * rows
    block = out[start : start + rows]
    block *= magnitude_masks([block], sparsity)[0]
    return out


def every_fourth_column(kernel, gate, sparsity):
    out, columns = kernel.copy(), slice(_KERAS.index(gate), None, 4)
    out[:, columns] *= magnitude_masks([kernel[:, columns]], sparsity)[0]
    return out


def threshold_of_all_gates(kernel, gate, sparsity):
    out, columns = kernel.copy(), gate_columns(kernel, gate)
    out[:, columns] *= magnitude_masks([kernel], sparsity)[0][:, columns]
    return out


def all_gates(kernel, gate, sparsity):
    return kernel * magnitude_masks([kernel], sparsity)[0]


def only_the_block(kernel, gate, sparsity):
    return reference(kernel, gate, sparsity)[:, gate_columns(kernel, gate)]


TASK = Task(
    name="prune_gate",
    points=2,
    cases=cases,
    reference=reference,
    hides=("rnncourse.compression",),
    mistakes=(
        Mistake(
            "textbook_order",
            _in_order("ifoc"),
            zh="o 和 c 找错了位置：许多教科书按 i f o c 排列，Keras 的次序不同。再看一遍题目里的表。",
            en="o and c are in the wrong place: many textbooks write i f o c, Keras has another order. Look at "
            "the table once more.",
        ),
        Mistake(
            "forget_gate_first",
            _in_order("fico"),
            zh="i 和 f 对调了：在 Keras 里，第一块不是遗忘门。再看一遍题目里的表。",
            en="i and f are swapped: Keras's first block is not the forget gate. Look at the table once more.",
        ),
        Mistake(
            "block_of_rows",
            block_of_rows,
            zh="你切的是行。行是输入，每个门占的是一段相邻的列。",
            en="You cut rows. Rows are inputs; a gate owns a run of neighbouring columns.",
        ),
        Mistake(
            "every_fourth_column",
            every_fourth_column,
            zh="你每隔四列取一列。Keras 不是交错存放：同一个门的 H 列挨在一起。",
            en="You take every fourth column. Keras does not interleave: the H columns of a gate stand together.",
        ),
        Mistake(
            "threshold_of_all_gates",
            threshold_of_all_gates,
            zh="阈值是用整个矩阵算的。要剪去的是这个门自己的一半（或 sparsity 那么多），只和同一块里的权重比。",
            en="The threshold comes from the whole matrix. The share is that of this gate's own weights: rank "
            "them among themselves.",
        ),
        Mistake(
            "all_gates",
            all_gates,
            zh="四个门都被剪了。其余三块应当原样不动。",
            en="All four gates are pruned. The other three blocks shall stay as they are.",
        ),
        Mistake(
            "only_the_block",
            only_the_block,
            zh="你只返回了这个门的一块，形状变成了 (D, H)。应返回整个矩阵 (D, 4H)，其余三块不变。",
            en="Only the gate's block comes back, (D, H). Return the whole matrix, (D, 4H), the other blocks "
            "unchanged.",
        ),
    ),
)
