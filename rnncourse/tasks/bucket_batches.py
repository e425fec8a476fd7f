"""Batches of sequences of similar length, within a budget of tokens."""

import numpy as np

from rnncourse import text
from rnncourse.tasks._task import Case, Mistake, Task


def cases(rng):
    """Lengths out of order, with ties; in the last case one sequence alone exceeds the budget."""
    drawn = [Case((np.array([5, 1, 3, 1]), 6))]
    for count, tokens in ((7, 12), (12, 24), (20, 40)):
        drawn.append(Case((rng.permutation(np.r_[rng.integers(1, 11, count - 3), 4, 6, 9]), tokens)))
    return [*drawn, Case((np.array([2, 30, 3]), 10))]


def reference(lengths, tokens):
    batches = text.bucket_batches(lengths, tokens=tokens, smallest=1, largest=len(lengths))
    return [batch.tolist() for batch in batches]


def _fill(lengths, order, fits, *, keep_last=True):
    batches, batch = [], []
    for i in order:
        if batch and not fits([*batch, i]):
            batches.append(batch)
            batch = []
        batch.append(int(i))
    return [*batches, batch] if keep_last else batches


def _fits(lengths, tokens):
    return lambda batch: len(batch) * max(lengths[i] for i in batch) <= tokens


def not_sorted(lengths, tokens):
    return _fill(lengths, range(len(lengths)), _fits(lengths, tokens))


def counts_real_tokens(lengths, tokens):
    order = np.argsort(lengths, kind="stable")
    return _fill(lengths, order, lambda batch: sum(lengths[i] for i in batch) <= tokens)


def loses_the_last_batch(lengths, tokens):
    order = np.argsort(lengths, kind="stable")
    return _fill(lengths, order, _fits(lengths, tokens), keep_last=False)


def exceeds_the_budget(lengths, tokens):
    order, batches = np.argsort(lengths, kind="stable"), [[]]
    for i in order:
        if batches[-1] and not _fits(lengths, tokens)(batches[-1]):
            batches.append([])
        batches[-1].append(int(i))
    return batches


def lengths_not_indices(lengths, tokens):
    return [[int(lengths[i]) for i in batch] for batch in reference(lengths, tokens)]


def longest_first(lengths, tokens):
    return _fill(lengths, np.argsort(-lengths, kind="stable"), _fits(lengths, tokens))


TASK = Task(
    name="bucket_batches",
    points=3,
    cases=cases,
    reference=reference,
    hides=("rnncourse.text", "rnncourse.training"),
    mistakes=(
        Mistake(
            "not_sorted",
            not_sorted,
            zh="序列仍按原来的次序装批，长短混在一起，填充没有减少。装批之前还缺哪一步？",
            en="The sequences are batched in the order they come: long and short ones mix, and no padding "
            "is saved. Which step is missing before the filling?",
        ),
        Mistake(
            "counts_real_tokens",
            counts_real_tokens,
            zh="预算里只算了真实词元（长度之和）。批是一个矩形：一批填充后的大小是序列条数乘以其中最长的长"
            "度。",
            en="Your budget counts real tokens, the sum of the lengths. A batch is a rectangle: padded, "
            "its size is the number of sequences times the longest one.",
        ),
        Mistake(
            "loses_the_last_batch",
            loses_the_last_batch,
            zh="最后一批丢了：循环结束时手里还有没交出的一批，它没有机会“装不下”。",
            en="The last batch is lost: when the loop ends, one batch is still in your hands; nothing "
            "came that did not fit it.",
        ),
        Mistake(
            "exceeds_the_budget",
            exceeds_the_budget,
            zh="有的批超出了预算：你是在装进去之后才发现超出的。应当在装入之前问：加上这一条，填充后的大小"
            "还不超过 tokens 吗？",
            en="Some batches exceed the budget: you notice only after the sequence is in. Ask before it "
            "goes in: with this one, is the padded size still at most `tokens`?",
        ),
        Mistake(
            "lengths_not_indices",
            lengths_not_indices,
            zh="分法是对的，但返回的是各序列的长度；要返回的是它们在 lengths 中的下标，这样才能找回序列本"
            "身。",
            en="The batches are right, but they hold the lengths. Return positions in `lengths`: only "
            "these lead back to the sequences.",
        ),
        Mistake(
            "longest_first",
            longest_first,
            zh="你从最长的开始装批；本题从最短的开始，长度相同的按下标从小到大。",
            en="You begin with the longest sequence; begin with the shortest, equal lengths in the order "
            "of their indices.",
        ),
    ),
)
