"""A GRU's weights as PyTorch stores them, in Keras's order and shapes."""

import numpy as np

from rnncourse.tasks._task import Case, Mistake, Task


def cases(rng):
    """D, H and the number of blocks differ, so that no two axes can be taken for each other."""
    drawn = []
    for features, units in ((2, 4), (5, 2), (1, 2)):
        shapes = (3 * units, features), (3 * units, units), (3 * units,), (3 * units,)
        drawn.append(Case(tuple(rng.normal(0, 1, shape).round(2) for shape in shapes)))
    return drawn


def _places(units, order):
    """Where the blocks of `order` ("rzn" are 0, 1, 2) stand in PyTorch's arrays."""
    return np.add.outer(units * np.array(order), np.arange(units)).ravel()


def _converted(weight_ih, weight_hh, bias_ih, bias_hh, order):
    places = _places(len(weight_hh) // 3, order)
    return weight_ih[places].T, weight_hh[places].T, np.stack([bias_ih[places], bias_hh[places]])


def reference(*weights):
    return _converted(*weights, (1, 0, 2))


def order_kept(*weights):
    return _converted(*weights, (0, 1, 2))


def order_reversed(*weights):
    return _converted(*weights, (2, 1, 0))


def biases_in_the_old_order(*weights):
    kernel, recurrent_kernel, _ = reference(*weights)
    return kernel, recurrent_kernel, np.stack(weights[2:])


def not_transposed(*weights):
    kernel, recurrent_kernel, bias = reference(*weights)
    return kernel.T, recurrent_kernel.T, bias


def recurrent_blocks_not_transposed(*weights):
    kernel, recurrent_kernel, bias = reference(*weights)
    blocks = np.split(recurrent_kernel, 3, axis=1)
    return kernel, np.concatenate([block.T for block in blocks], axis=1), bias


def biases_added(*weights):
    kernel, recurrent_kernel, bias = reference(*weights)
    return kernel, recurrent_kernel, bias.sum(axis=0)


def biases_end_to_end(*weights):
    kernel, recurrent_kernel, bias = reference(*weights)
    return kernel, recurrent_kernel, bias.ravel()


TASK = Task(
    name="gru_from_pytorch",
    points=2,
    cases=cases,
    reference=reference,
    mistakes=(
        Mistake(
            "order_kept",
            order_kept,
            zh="形状都对，次序没有换：PyTorch 是 r z n，Keras 是 z r h。这样的模型照样能跑，只是算错：两个门对调了。",
            en="The shapes are right, but the order was kept: PyTorch has r z n, Keras z r h. Such a model "
            "runs, and computes something else: its gates are exchanged.",
        ),
        Mistake(
            "order_reversed",
            order_reversed,
            zh="三块整个倒了过来。再比一次 r z n 与 z r h：候选值的位置变了吗？",
            en="The three blocks are in reverse. Compare r z n and z r h once more: does the candidate change "
            "its place?",
        ),
        Mistake(
            "biases_in_the_old_order",
            biases_in_the_old_order,
            zh="两个权重都换了次序，偏置没有换：偏置的三块也要按 z r h 排。",
            en="Both kernels have the new order, the biases have not: their blocks must stand as z r h, too.",
        ),
        Mistake(
            "not_transposed",
            not_transposed,
            zh="次序对了，权重还是 PyTorch 的形状 (3H, D) 和 (3H, H)；Keras 里输入在左，要的是 (D, 3H) 和 (H, 3H)。",
            en="The order is right, but the weights still have PyTorch's shapes, (3H, D) and (3H, H). In "
            "Keras the input stands at the left: (D, 3H) and (H, 3H).",
        ),
        Mistake(
            "recurrent_blocks_not_transposed",
            recurrent_blocks_not_transposed,
            zh="输入权重对了；循环权重的总形状也对，里面每块 (H, H) 却没有转置。方阵转不转置，形状都一样，所以看不"
            "出来。",
            en="The kernel is right. The recurrent kernel has the right shape, but each block (H, H) in it is "
            "not transposed: with a square the shape does not tell.",
        ),
        Mistake(
            "biases_added",
            biases_added,
            zh="两个偏置加成了一个。对两个门这没有差别，对候选值有：重置门只乘循环一侧的偏置，所以 Keras 要 (2, 3H)。",
            en="The two biases are added. For the gates that makes no difference, for the candidate it does: "
            "the reset gate multiplies the recurrent one alone. Keras wants (2, 3H).",
        ),
        Mistake(
            "biases_end_to_end",
            biases_end_to_end,
            zh="数都对，两个偏置首尾相接成了 (6H,)；Keras 要两行，(2, 3H)：第 0 行属于输入，第 1 行属于循环。",
            en="The numbers are right, but the biases stand end to end, (6H,). Keras wants two rows, (2, 3H): "
            "row 0 for the input, row 1 for the recurrent side.",
        ),
    ),
)
