"""A padded batch out of sequences that lie one after the other in a single array."""

import numpy as np

from rnncourse.tasks._task import Case, Mistake, Task
from rnncourse.text import pad


def cases(rng):
    """Rows in no order; one sequence is empty; the longest of all is in no batch."""
    drawn = []
    for lengths, count in (([2, 1, 5], 2), ([3, 7, 0, 2, 4], 3), ([1, 4, 2, 0, 9, 3, 5], 4)):
        lengths = rng.permutation(lengths)
        offsets = np.concatenate([[0], np.cumsum(lengths)])
        ids = rng.integers(2, 60, offsets[-1]).astype("int32")
        others = rng.permutation(np.flatnonzero((lengths < max(lengths)) & (lengths > 0)))
        rows = others[:count]
        if len(lengths) > 4:
            rows[-1] = np.flatnonzero(lengths == 0)[0]
        if (rows == np.sort(rows)).all():
            rows = rows[::-1].copy()
        drawn.append(Case((ids, offsets, rows)))
    return drawn


def _sequences(ids, offsets, rows):
    return [ids[offsets[row] : offsets[row + 1]] for row in rows]


def reference(ids, offsets, rows):
    return pad(_sequences(ids, offsets, rows))


def takes_the_next_token(ids, offsets, rows):
    return pad([ids[offsets[row] : offsets[row + 1] + 1] for row in rows])


def loses_the_last_token(ids, offsets, rows):
    return pad([ids[offsets[row] : max(offsets[row], offsets[row + 1] - 1)] for row in rows])


def one_row_late(ids, offsets, rows):
    return pad([ids[offsets[row + 1] : [*offsets, offsets[-1]][row + 2]] for row in rows])


def offsets_as_lengths(ids, offsets, rows):
    return pad([ids[offsets[row] :][: offsets[row + 1]] for row in rows])


def first_rows(ids, offsets, rows):
    return reference(ids, offsets, range(len(rows)))


def in_the_order_of_the_file(ids, offsets, rows):
    return reference(ids, offsets, sorted(rows))


def as_long_as_the_longest_of_all(ids, offsets, rows):
    return pad(_sequences(ids, offsets, rows), length=int(np.diff(offsets).max()))


def padding_in_front(ids, offsets, rows):
    batch = np.zeros_like(reference(ids, offsets, rows))
    for row, own in zip(batch, _sequences(ids, offsets, rows), strict=True):
        row[len(row) - len(own) :] = own
    return batch


def not_padded(ids, offsets, rows):
    width = max(map(len, _sequences(ids, offsets, rows)))
    starts = [min(offsets[row], len(ids) - width) for row in rows]
    return np.stack([ids[start : start + width] for start in starts])


TASK = Task(
    name="batch_from_flat",
    points=2,
    cases=cases,
    reference=reference,
    hides=("rnncourse.text", "rnncourse.scalability"),
    mistakes=(
        Mistake(
            "takes_the_next_token",
            takes_the_next_token,
            zh="末端多取了一个：下一条序列的第一个词元混了进来。offsets[row + 1] 指的是哪个词元？",
            en="One token too many at the end: the first of the next sequence slips in. Which token does "
            "offsets[row + 1] point to?",
        ),
        Mistake(
            "loses_the_last_token",
            loses_the_last_token,
            zh="每条序列都少了最后一个词元：切片的末端本来就不包括在内，不必再减 1。",
            en="Every sequence lacks its last token: the end of a slice is left out anyway, no need to subtract 1.",
        ),
        Mistake(
            "one_row_late",
            one_row_late,
            zh="错开了一条：第 row 条从 offsets[row] 开始，因为 offsets[0] 是 0。",
            en="One sequence too late: number `row` begins at offsets[row], since offsets[0] is 0.",
        ),
        Mistake(
            "offsets_as_lengths",
            offsets_as_lengths,
            zh="offsets[row + 1] 是位置，不是长度：长度是相邻两个位置之差。",
            en="offsets[row + 1] is a place and no length: a length is the difference of two neighbouring places.",
        ),
        Mistake(
            "first_rows",
            first_rows,
            zh="取的是文件里最前面的几条；题目要的是 rows 里写的那几条。",
            en="You take the first sequences of the file; those that `rows` names are asked for.",
        ),
        Mistake(
            "in_the_order_of_the_file",
            in_the_order_of_the_file,
            zh="行排成了文件里的次序。要按 rows 的次序，否则与标签对不上。",
            en="The rows stand in the order of the file. Keep that of `rows`, or they no longer fit the labels.",
        ),
        Mistake(
            "as_long_as_the_longest_of_all",
            as_long_as_the_longest_of_all,
            zh="宽度取了整个文件里最长的那条；只要够这一批用，多出来的列全是白算的填充。",
            en="The width is that of the longest sequence in the whole file; enough for this batch will do, every "
            "further column is padding, computed in vain.",
        ),
        Mistake(
            "padding_in_front",
            padding_in_front,
            zh="0 填在了前面；本题要填在后面。",
            en="The zeros stand in front; they are asked for behind.",
        ),
        Mistake(
            "not_padded",
            not_padded,
            zh="每行都切了同样长的一段：短的序列后面跟着的是下一条的词元，应当是 0。",
            en="Every row is cut to the same length: behind a short sequence stand tokens of the next one, where zeros "
            "belong.",
        ),
    ),
)
