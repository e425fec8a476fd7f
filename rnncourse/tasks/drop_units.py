"""Structured pruning of a GRU: what leaves together with a unit."""

import numpy as np

from rnncourse.tasks._task import Case, Mistake, Task


def cases(rng):
    """Every size differs from the others, so that no two axes can be taken for each other."""
    drawn = []
    for features, units, classes, count in ((2, 4, 1, 2), (7, 5, 2, 3), (3, 8, 4, 5)):
        shapes = (features, 3 * units), (units, 3 * units), (2, 3 * units), (units, classes)
        kept = np.sort(rng.permutation(units)[:count])
        if (kept == np.arange(count)).all():  # the first units would hide a mistake
            kept = kept + 1
        drawn.append(Case((*(rng.normal(0, 1, shape).round(2) for shape in shapes), kept)))
    return drawn


def reference(kernel, recurrent_kernel, bias, dense_kernel, kept):
    from rnncourse.compression import cut_weights

    layer = cut_weights([kernel, recurrent_kernel, bias], "GRU", stay=kept)
    every = np.arange(dense_kernel.shape[1])
    return (*layer, *cut_weights([dense_kernel], "Dense", stay=every, read=kept))


def _columns(kept, units):
    return np.concatenate([kept + block * units for block in range(3)])


def _cut(kernel, recurrent_kernel, bias, dense_kernel, columns, rows):
    return kernel[:, columns], recurrent_kernel[rows][:, columns], bias[:, columns], dense_kernel[rows]


def one_block_only(kernel, recurrent_kernel, bias, dense_kernel, kept):
    return _cut(kernel, recurrent_kernel, bias, dense_kernel, kept, kept)


def rows_of_the_loop_stay(kernel, recurrent_kernel, bias, dense_kernel, kept):
    columns = _columns(kept, len(recurrent_kernel))
    return kernel[:, columns], recurrent_kernel[:, columns], bias[:, columns], dense_kernel[kept]


def dense_stays(kernel, recurrent_kernel, bias, dense_kernel, kept):
    columns = _columns(kept, len(recurrent_kernel))
    return *_cut(kernel, recurrent_kernel, bias, dense_kernel, columns, kept)[:3], dense_kernel


def gates_side_by_side(kernel, recurrent_kernel, bias, dense_kernel, kept):
    columns = (3 * kept[:, None] + np.arange(3)).ravel()
    return _cut(kernel, recurrent_kernel, bias, dense_kernel, columns, kept)


def keeps_the_others(kernel, recurrent_kernel, bias, dense_kernel, kept):
    others = np.setdiff1d(np.arange(len(recurrent_kernel)), kept)
    return _cut(kernel, recurrent_kernel, bias, dense_kernel, _columns(others, len(recurrent_kernel)), others)


def zeros_instead(kernel, recurrent_kernel, bias, dense_kernel, kept):
    units = len(recurrent_kernel)
    stays = np.isin(np.arange(units), kept)
    columns = np.tile(stays, 3)
    loop = recurrent_kernel * stays[:, None] * columns
    return kernel * columns, loop, bias * columns, dense_kernel * stays[:, None]


def bias_stays(kernel, recurrent_kernel, bias, dense_kernel, kept):
    cut = reference(kernel, recurrent_kernel, bias, dense_kernel, kept)
    return *cut[:2], bias, cut[3]


TASK = Task(
    name="drop_units",
    points=3,
    cases=cases,
    reference=reference,
    hides=("rnncourse.compression",),
    mistakes=(
        Mistake(
            "one_block_only",
            one_block_only,
            zh="你只在第一块（更新门）里取了列。一个单元在三块里各有一列。",
            en="You take columns from the first block (the update gate) alone. A unit has one in each of the three blocks.",
        ),
        Mistake(
            "rows_of_the_loop_stay",
            rows_of_the_loop_stay,
            zh="循环权重还有 H 行：离开的单元不再有状态，读它的那些行也要一起走。",
            en="The recurrent kernel still has H rows: a unit that has left has no state, and the rows that read it leave, "
            "too.",
        ),
        Mistake(
            "dense_stays",
            dense_stays,
            zh="后面的 Dense 没有变，它还在等 H 个数。循环层交出来的只有留下的那些。",
            en="The Dense layer behind has not changed and still waits for H numbers. What it gets is the units that stay.",
        ),
        Mistake(
            "gates_side_by_side",
            gates_side_by_side,
            zh="你以为同一个单元的三列是挨着的。Keras 先放一个门的全部 H 列，再放下一个门的。",
            en="You take the three columns of a unit for neighbours. Keras stores all H columns of one gate, then those of "
            "the next.",
        ),
        Mistake(
            "keeps_the_others",
            keeps_the_others,
            zh="留与去反了：kept 是留下的单元。",
            en="Kept and removed are exchanged: `kept` names the units that stay.",
        ),
        Mistake(
            "zeros_instead",
            zeros_instead,
            zh="数值对，形状没变：你把它们变成了 0。0 照样要乘；要省时间，数组得真的变小。",
            en="The values are right, the shapes have not changed: you made them 0. A 0 is multiplied like any number; to "
            "save time the arrays must shrink.",
        ),
        Mistake(
            "bias_stays",
            bias_stays,
            zh="偏置忘了：它的两行都有 3H 列，也要跟着取。",
            en="The bias was forgotten: both of its rows have 3H columns, which must follow.",
        ),
    ),
)
