"""How many answers are right as a whole, up to their end token."""

import numpy as np

from rnncourse.tasks._task import Case, Mistake, Task

END = 2


def cases(rng):
    """Rows that are right, right but for what follows the end, cut short, too long, and without an end."""
    drawn = [_rows(rng, "right wrong")]
    for kinds in ("right junk trail shorter wrong longer", "junk trail right shorter wrong endless"):
        drawn.append(_rows(rng, kinds))
    return drawn


def _rows(rng, kinds):
    kinds, width = rng.permutation(kinds.split()).tolist(), 8
    predicted, expected = rng.integers(3, 9, (2, len(kinds), width))
    for row, kind in enumerate(kinds):
        n = int(rng.integers(3, 5))
        expected[row, n:] = [END] + [0] * (width - n - 1)
        predicted[row, :n] = expected[row, :n]
        predicted[row, n] = END
        if kind == "right":
            predicted[row, n:] = expected[row, n:]
        elif kind == "trail":  # right, followed by other tokens
            pass
        elif kind == "junk":  # right, followed by another end
            predicted[row, width - 1] = END
        elif kind == "shorter":
            predicted[row, n - 1] = END
        elif kind == "longer":
            predicted[row, n : n + 2] = [5, END]
        elif kind == "endless":
            predicted[row, n:] = 5
        else:
            predicted[row, 0] = 3 + (expected[row, 0] - 2) % 6
    return Case((predicted, expected, END))


def reference(predicted, expected, end):
    """By strings of letters: what stands before the first end."""
    letters = [
        ["".join(map(chr, row)).partition(chr(end))[0] for row in rows.tolist()]
        for rows in (predicted, expected)
    ]
    return float(np.mean([a == b for a, b in zip(*letters, strict=True)]))


def _cut(row, end, *, last=False):
    row = row.tolist()
    if end not in row:
        return row
    return row[: len(row) - 1 - row[::-1].index(end)] if last else row[: row.index(end)]


def what_follows_the_end_counts(predicted, expected, end):
    return float(np.mean((predicted == expected).all(axis=1)))


def token_by_token(predicted, expected, end):
    return float(np.mean(predicted == expected))


def cut_at_the_last_end(predicted, expected, end):
    pairs = zip(predicted, expected, strict=True)
    return float(np.mean([_cut(p, end, last=True) == _cut(e, end) for p, e in pairs]))


def beginning_is_enough(predicted, expected, end):
    pairs = [(_cut(p, end), _cut(e, end)) for p, e in zip(predicted, expected, strict=True)]
    same = [all(a == b for a, b in zip(p, e, strict=False)) for p, e in pairs]
    return float(np.mean(same))


def only_lengths_compared(predicted, expected, end):
    pairs = zip(predicted, expected, strict=True)
    return float(np.mean([len(_cut(p, end)) == len(_cut(e, end)) for p, e in pairs]))


def counts_rows(predicted, expected, end):
    return round(reference(predicted, expected, end) * len(predicted))


def needs_an_end(predicted, expected, end):
    rows = [(p.tolist(), e.tolist()) for p, e in zip(predicted, expected, strict=True)]
    return float(np.mean([p[: p.index(end)] == e[: e.index(end)] for p, e in rows]))


TASK = Task(
    name="exact_match",
    points=2,
    cases=cases,
    reference=reference,
    mistakes=(
        Mistake(
            "what_follows_the_end_counts",
            what_follows_the_end_counts,
            zh="比较的是整行：第一个结束词元之后写了什么，不应影响判断。先截断，再比较。",
            en="Whole rows are compared: what was written after the first end token should not matter. Cut first, "
            "then compare.",
        ),
        Mistake(
            "token_by_token",
            token_by_token,
            zh="这是逐个词元的准确率。本题一条答案要么全对、要么算错：先按行判断，再求平均。",
            en="This is an accuracy by tokens. Here an answer is right as a whole or not at all: judge the rows first, "
            "then take the mean.",
        ),
        Mistake(
            "cut_at_the_last_end",
            cut_at_the_last_end,
            zh="截在了最后一个结束词元处。解码器写出第一个时就停了。",
            en="Rows are cut at the last end token. A decoder stops at the first.",
        ),
        Mistake(
            "beginning_is_enough",
            beginning_is_enough,
            zh="写得太短或太长的答案也算对了：zip 只比较两者共有的部分。长度也要相同。",
            en="Answers that are too short or too long pass: zip compares only what both have. The lengths must agree, "
            "too.",
        ),
        Mistake(
            "only_lengths_compared",
            only_lengths_compared,
            zh="只比较了长度，没有比较词元。",
            en="Only the lengths are compared, not the tokens.",
        ),
        Mistake(
            "counts_rows",
            counts_rows,
            zh="这是答对的行数。要的是比例：除以行数。",
            en="This is the number of right rows. A share is asked for: divide by the number of rows.",
        ),
        Mistake(
            "needs_an_end",
            needs_an_end,
            zh="有的行没有结束词元，在那里出错了：解码器可能写到最大长度还没停。这样的一行，整行都是它的答案。",
            en="Some rows have no end token, and it fails there: a decoder may reach its longest length without "
            "stopping. Such a row is an answer from beginning to end.",
        ),
    ),
)
