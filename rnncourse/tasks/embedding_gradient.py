"""The way back through an embedding: which rows of the table get a gradient, and how much."""

import numpy as np

from rnncourse.tasks._task import Case, Mistake, Task


def cases(rng):
    """A token occurs twice in a row and in two rows, padding occurs, some ids never; B, T, V, D differ."""
    drawn = []
    for tokens in ([[3, 1, 3, 0], [2, 3, 0, 0]], [[1, 4, 4], [4, 2, 0], [6, 1, 1], [2, 0, 0]]):
        tokens = np.array(tokens)
        relabelled = np.r_[0, 1 + rng.permutation(7)]
        tokens = relabelled[tokens]
        gradient = rng.normal(0, 1, (*tokens.shape, 2)).round(2)
        drawn.append(Case((tokens, np.where(gradient == 0, 0.5, gradient), 9)))
    return drawn


def reference(tokens, d_x, vocabulary_size):
    one_hot = np.arange(vocabulary_size) == tokens[:, :, None]  # (B, T, V)
    one_hot[:, :, 0] = False
    return np.einsum("btv,btd->vd", one_hot.astype(float), d_x)


def _zeros(d_x, vocabulary_size):
    return np.zeros((vocabulary_size, d_x.shape[-1]))


def last_one_wins(tokens, d_x, vocabulary_size):
    d_table = _zeros(d_x, vocabulary_size)
    d_table[tokens] += d_x
    d_table[0] = 0
    return d_table


def padding_learns(tokens, d_x, vocabulary_size):
    d_table = _zeros(d_x, vocabulary_size)
    np.add.at(d_table, tokens, d_x)
    return d_table


def averaged(tokens, d_x, vocabulary_size):
    count = np.bincount(tokens.ravel(), minlength=vocabulary_size)[:, None]
    return reference(tokens, d_x, vocabulary_size) / np.maximum(count, 1)


def for_every_occurrence(tokens, d_x, vocabulary_size):
    return np.where(tokens[:, :, None] > 0, d_x, 0.0)


def one_row_short(tokens, d_x, vocabulary_size):
    return reference(tokens, d_x, vocabulary_size)[1:]


def shifted_by_the_padding(tokens, d_x, vocabulary_size):
    return np.roll(reference(tokens, d_x, vocabulary_size), -1, axis=0)


TASK = Task(
    name="embedding_gradient",
    points=2,
    cases=cases,
    reference=reference,
    mistakes=(
        Mistake(
            "last_one_wins",
            last_one_wins,
            zh="出现多次的词元，只加上了最后一次：NumPy 里 table[ids] += g 对重复的编号只写一次。要的是累加。",
            en="Of a token that occurs several times only the last is counted: NumPy's table[ids] += g writes once "
            "for a repeated id. Here they are to add up.",
        ),
        Mistake(
            "padding_learns",
            padding_learns,
            zh="第 0 行也得到了梯度：填充不是词元，它那一行不该被训练。",
            en="Row 0 has a gradient, too: padding is no token, and its row is not to be trained.",
        ),
        Mistake(
            "averaged",
            averaged,
            zh="你取了各次出现的平均。链式法则里，一个参数用了几次，各次的梯度就怎样合起来？",
            en="You took the mean over the occurrences. By the chain rule, how do the gradients of a parameter that "
            "is used several times combine?",
        ),
        Mistake(
            "for_every_occurrence",
            for_every_occurrence,
            zh="结果的形状是 (B, T, D)，一次出现一行。参数是那张表，梯度应当与表同形：(V, D)。",
            en="The result is (B, T, D), a row for each occurrence. The parameter is the table, and its gradient has "
            "the table's shape, (V, D).",
        ),
        Mistake(
            "one_row_short",
            one_row_short,
            zh="少了第 0 行。填充那一行的梯度是零，但它仍在表里，形状要对得上。",
            en="Row 0 is missing. The gradient of the padding row is zero, but the row is in the table, and the shapes "
            "must agree.",
        ),
        Mistake(
            "shifted_by_the_padding",
            shifted_by_the_padding,
            zh="每一行都错开了一位：编号 v 的梯度该在第 v 行，编号不必减 1。",
            en="Every row is off by one: the gradient of id v belongs to row v, and nothing is to be taken from the "
            "id.",
        ),
    ),
)
