"""The heart of a permutation test: real tokens in another order, padding where it was."""

import numpy as np

from rnncourse.tasks._task import Case, Mistake, Task


def cases(rng):
    """Padding behind, then in front; a row of one token and a row of padding are among the last."""
    drawn = []
    for lengths, steps, front in (((4, 3), 4, False), ((3, 6, 5), 7, True), ((5, 1, 0, 6), 6, False)):
        tokens = rng.integers(10, 99, (len(lengths), steps))
        padding = np.arange(steps) >= np.array(lengths)[:, None]
        tokens[padding[:, ::-1] if front else padding] = 0
        drawn.append(Case((tokens, rng.permuted(_KEYS[: tokens.size]).reshape(tokens.shape))))
    return drawn


_KEYS = np.arange(1, 100) / 100


def reference(tokens, keys):
    out = tokens.copy()
    for row, (some, their_keys) in enumerate(zip(tokens.tolist(), keys.tolist(), strict=True)):
        queue = iter(sorted((key, token) for key, token in zip(their_keys, some, strict=True) if token))
        out[row] = [next(queue)[1] if token else 0 for token in some]
    return out


def _each_row(tokens, keys, order_of, *, inverse=False):
    out = tokens.copy()
    for row, some in enumerate(keys):
        real = np.flatnonzero(tokens[row])
        order = order_of(some[real])
        if inverse:
            out[row, real[order]] = tokens[row, real]
        else:
            out[row, real] = tokens[row, real[order]]
    return out


def padding_moves_too(tokens, keys):
    return np.take_along_axis(tokens, np.argsort(keys, axis=1), axis=1)


def order_undone(tokens, keys):
    return _each_row(tokens, keys, np.argsort, inverse=True)


def descending(tokens, keys):
    return _each_row(tokens, keys, lambda some: np.argsort(some)[::-1])


def tokens_sorted(tokens, keys):
    return reference(tokens, tokens)


def one_order_for_all(tokens, keys):
    return reference(tokens, np.broadcast_to(keys[0], keys.shape))


def padding_closed_up(tokens, keys):
    rows = [row[row > 0] for row in reference(tokens, keys)]
    return np.stack([np.r_[row, np.zeros(tokens.shape[1] - len(row), int)] for row in rows])


TASK = Task(
    name="permute_tokens",
    points=2,
    cases=cases,
    reference=reference,
    hides=("rnncourse.diagnosis",),
    mistakes=(
        Mistake(
            "padding_moves_too",
            padding_moves_too,
            zh="填充也跟着换了位置：0 跑到了词元中间。那样输出变了，就分不清是因为次序还是因为填充。只排真实的词元。",
            en="Padding has moved as well: zeros stand among the tokens. If the output then changes, was it the order or "
            "the padding? Only real tokens take part.",
        ),
        Mistake(
            "order_undone",
            order_undone,
            zh="排列用反了：`x[order]` 与 `x[order] = ...` 是互逆的两件事。哪一个是“按键从小到大取出来”？",
            en="The permutation is applied the wrong way round: `x[order]` and `x[order] = ...` undo each other. Which of "
            "them takes things out in the order of their keys?",
        ),
        Mistake(
            "descending",
            descending,
            zh="次序正好倒了过来：键最小的词元应当排在最前。",
            en="The order is back to front: the token with the smallest key comes first.",
        ),
        Mistake(
            "tokens_sorted",
            tokens_sorted,
            zh="你按词元的编号排了序，没有用到 keys：每次都是同一个次序，算不上打乱。",
            en="You sorted the tokens by their ids and did not use the keys: that is the same order every time, no "
            "shuffling.",
        ),
        Mistake(
            "one_order_for_all",
            one_order_for_all,
            zh="每一行用的都是第一行的键；keys 的形状是 (B, T)，每行有自己的。",
            en="Every row goes by the keys of the first; keys has the shape (B, T), each row has its own.",
        ),
        Mistake(
            "padding_closed_up",
            padding_closed_up,
            zh="词元的次序对了，但前面的填充被挪到了后面：填充原来在哪里，就还在哪里。",
            en="The tokens stand in the right order, but padding in front has moved behind: it stays where it was.",
        ),
    ),
)
