"""The word error rate of one sentence, from the table of edit distances."""

from difflib import SequenceMatcher

import numpy as np

from rnncourse.tasks._task import Case, Mistake, Task


def cases(rng):
    """A word too many at the front, one missing, a mixture, a rate above 1, nothing written at all.

    Drawn until every catalogued way to go wrong gives another rate on one of them.
    """
    while True:
        base = [str(word) for word in rng.choice(list("abcdefgh"), 6)]
        other = [str(word) for word in rng.choice(list("abcdefgh"), 8)]
        mixed = [*base[1:3], "x", *base[2:5], "y", "z"]
        pairs = [
            (base, ["z", *base]),
            (base, base[:2] + base[3:]),
            (base, mixed),
            (base[:2], other),
            (base, []),
        ]
        drawn = [Case(pair) for pair in pairs]
        found = [[answer(*case.inputs) for case in drawn] for answer in (_rate, *_WRONG)]
        apart = (np.abs(np.subtract(a, b)).max() > 0.01 for i, a in enumerate(found) for b in found[:i])
        if all(apart) and found[0][3] > 1:
            return drawn


def reference(reference, hypothesis):
    import jiwer

    return jiwer.wer(" ".join(reference), " ".join(hypothesis))


def _rate(reference, hypothesis, *, substitution=1, insertion=1, deletion=1, edge=True):
    table = np.zeros((len(reference) + 1, len(hypothesis) + 1))
    if edge:
        table[:, 0] = deletion * np.arange(len(reference) + 1)
        table[0] = insertion * np.arange(len(hypothesis) + 1)
    for m, wanted in enumerate(reference, start=1):
        for n, written in enumerate(hypothesis, start=1):
            table[m, n] = min(
                table[m - 1, n - 1] + substitution * (wanted != written),
                table[m - 1, n] + deletion,
                table[m, n - 1] + insertion,
            )
    return float(table[-1, -1] / len(reference))


def insertions_free(reference, hypothesis):
    return _rate(reference, hypothesis, insertion=0)


def deletions_free(reference, hypothesis):
    return _rate(reference, hypothesis, deletion=0)


def substitution_costs_two(reference, hypothesis):
    return _rate(reference, hypothesis, substitution=2)


def edges_of_zeros(reference, hypothesis):
    return _rate(reference, hypothesis, edge=False)


def divided_by_the_longer(reference, hypothesis):
    return _rate(reference, hypothesis) * len(reference) / max(len(reference), len(hypothesis))


def divided_by_the_hypothesis(reference, hypothesis):
    return _rate(reference, hypothesis) * len(reference) / max(1, len(hypothesis))


def place_by_place(reference, hypothesis):
    same = sum(a == b for a, b in zip(reference, hypothesis, strict=False))
    return (max(len(reference), len(hypothesis)) - same) / len(reference)


def at_most_one(reference, hypothesis):
    return min(1.0, _rate(reference, hypothesis))


def number_of_edits(reference, hypothesis):
    return round(_rate(reference, hypothesis) * len(reference))


def similarity(reference, hypothesis):
    return 1 - SequenceMatcher(None, reference, hypothesis, autojunk=False).ratio()


_WRONG = (
    insertions_free,
    deletions_free,
    substitution_costs_two,
    edges_of_zeros,
    divided_by_the_longer,
    divided_by_the_hypothesis,
    place_by_place,
    at_most_one,
    number_of_edits,
    similarity,
)

TASK = Task(
    name="word_errors",
    points=3,
    cases=cases,
    reference=reference,
    hides=("rnncourse.metrics", "jiwer", "rapidfuzz"),
    mistakes=(
        Mistake(
            "insertions_free",
            insertions_free,
            zh="多写的词没有代价：往右走一格也要加 1，否则把词典整个念一遍也算全对。",
            en="Words too many cost nothing: a step to the right costs 1 as well, or reading out the whole "
            "dictionary would be perfect.",
        ),
        Mistake(
            "deletions_free",
            deletions_free,
            zh="漏掉的词没有代价：往下走一格也要加 1，否则一声不响就是满分。",
            en="Missing words cost nothing: a step downwards costs 1 as well, or silence would be perfect.",
        ),
        Mistake(
            "substitution_costs_two",
            substitution_costs_two,
            zh="一次替换记了 2：这里替换和删除、插入一样，都只算一次错误。",
            en="A substitution counts as 2: here it is one error, just as a deletion or an insertion is.",
        ),
        Mistake(
            "edges_of_zeros",
            edges_of_zeros,
            zh="表的第一行和第一列全是 0：句首漏掉或多出的词就不算错了。空序列变成 n 个词，要几步？",
            en="The first row and column hold zeros, so words missing or too many at the beginning are no errors. "
            "How many steps lead from nothing to n words?",
        ),
        Mistake(
            "divided_by_the_longer",
            divided_by_the_longer,
            zh="分母用了较长的那一句。错误率总是除以参考的长度，所以它可以大于 1。",
            en="You divide by the longer of the two. An error rate divides by the reference, so it may exceed 1.",
        ),
        Mistake(
            "divided_by_the_hypothesis",
            divided_by_the_hypothesis,
            zh="分母用了输出的长度：那样，多说废话就能把错误率摊薄。应当除以参考的长度。",
            en="You divide by the length of the hypothesis: talking more would then lower the rate. Divide by the "
            "length of the reference.",
        ),
        Mistake(
            "place_by_place",
            place_by_place,
            zh="你是按位置逐个比的：前面多一个词，后面就全错位了。要先对齐，让错误尽可能少。",
            en="You compare place by place: one word too many at the front puts all others out of place. Align "
            "first, so that the errors are as few as can be.",
        ),
        Mistake(
            "at_most_one",
            at_most_one,
            zh="你把结果截在了 1。插入太多时，错误率本来就可以超过 1，不要截。",
            en="You cut the result at 1. With many insertions an error rate may exceed 1; leave it so.",
        ),
        Mistake(
            "number_of_edits",
            number_of_edits,
            zh="这是编辑的次数，还没有除以参考的词数。",
            en="This is the number of edits, not yet divided by the words of the reference.",
        ),
        Mistake(
            "similarity",
            similarity,
            zh="difflib 的相似度不是编辑距离：它找的是相同的片段，不求编辑次数最少。请自己填那张表。",
            en="The ratio of difflib is no edit distance: it looks for equal blocks, not for the fewest edits. Fill "
            "in the table yourself.",
        ),
    ),
)
