"""Sequences of different lengths as one rectangle: cut and filled up at the end."""

import numpy as np

from rnncourse.tasks._task import Case, Mistake, Task
from rnncourse.text import pad


def cases(rng):
    """Every case has a sequence that is too short and one too long; the last has an empty one as well."""
    drawn = []
    for lengths, length in (((2, 5), 4), ((5, 3, 1), 3), ((7, 2, 9, 4), 6), ((0, 3, 1), 2)):
        drawn.append(Case(([rng.integers(2, 50, n).tolist() for n in lengths], length)))
    return drawn


def reference(sequences, length):
    return pad(sequences, length=length)


def _fill(sequences, length, *, pre=False, last=False, value=0):
    batch = np.full((len(sequences), length), value)
    for row, sequence in zip(batch, sequences, strict=True):
        kept = sequence[max(0, len(sequence) - length) :] if last else sequence[:length]
        row[length - len(kept) if pre else 0 :][: len(kept)] = kept
    return batch


def padding_in_front(sequences, length):
    return _fill(sequences, length, pre=True)


def keeps_the_last(sequences, length):
    return _fill(sequences, length, last=True)


def front_and_last(sequences, length):
    return _fill(sequences, length, pre=True, last=True)


def pads_with_unknown(sequences, length):
    return _fill(sequences, length, value=1)


def as_long_as_the_longest(sequences, length):
    return _fill(sequences, max(map(len, sequences)))


def straight_into_an_array(sequences, length):
    return np.array(sequences)[:, :length]


TASK = Task(
    name="pad_batch",
    points=2,
    cases=cases,
    reference=reference,
    hides=("rnncourse.text",),
    mistakes=(
        Mistake(
            "padding_in_front",
            padding_in_front,
            zh="0 填在了序列前面，这是前填充；本题要后填充：词元从第 0 列开始，0 在后面。",
            en="The zeros stand in front of the tokens: that is pre-padding. Post-padding is asked for: "
            "tokens begin in column 0, zeros follow them.",
        ),
        Mistake(
            "keeps_the_last",
            keeps_the_last,
            zh="过长的序列留下的是最后 length 个词元，本题要留最前面的。请检查切片从哪一头取。",
            en="Of a sequence that is too long you keep the last tokens; the first `length` are asked "
            "for. From which end does your slice take?",
        ),
        Mistake(
            "front_and_last",
            front_and_last,
            zh="0 填在了前面，过长的序列又只留下了末尾：这正是 keras.utils.pad_sequences 的默认行为。本题"
            "两处都相反：填在后面，留下开头。",
            en="Zeros stand in front, and of long sequences the end is kept: just what "
            "keras.utils.pad_sequences does by default. Here both are the other way round: pad behind, "
            "keep the beginning.",
        ),
        Mistake(
            "pads_with_unknown",
            pads_with_unknown,
            zh="空位填的是 1，那是未知词元的编号：模型会以为这里真的有词。填充用的编号是几？",
            en="The free places hold 1, the id of the unknown token: the model would take them for real "
            "words. Which id is that of padding?",
        ),
        Mistake(
            "as_long_as_the_longest",
            as_long_as_the_longest,
            zh="这一批的宽度是最长序列的长度，题目要的是 length：更长的序列要截断，都比它短时也要补到 "
            "length。",
            en="The batch is as wide as its longest sequence, not `length`: longer sequences are cut, and "
            "shorter ones filled up to it even if all are short.",
        ),
        Mistake(
            "straight_into_an_array",
            straight_into_an_array,
            zh="长短不一的列表不能直接变成数组：NumPy 只认矩形。请先造一个装满 0 的矩形，再逐行把词元放进"
            "去。",
            en="Lists of different lengths make no array: NumPy wants a rectangle. Make one full of zeros "
            "first, then put the tokens into it row by row.",
        ),
    ),
)
