"""How many bits of a canary the order of a model's losses gives away."""

import numpy as np

from rnncourse.robustness.canaries import exposure
from rnncourse.tasks._task import Case, Mistake, Task


def cases(rng):
    """A canary somewhere in the middle, one that shares its loss, one that is memorised, a model that tells
    nothing apart."""
    drawn = []
    for count, rank, ties in ((8, 3, 0), (12, 2, 3), (100, 1, 0)):
        losses = np.sort(rng.choice(np.arange(100, 999), count, replace=False)) / 100
        losses[rank - 1 : rank + ties] = losses[rank - 1]
        while True:
            order = rng.permutation(count)
            canary = int(np.flatnonzero(order == rank - 1)[0])
            if order[canary] != np.argsort(losses[order])[canary]:  # a place in the order is not a rank
                break
        drawn.append(Case((losses[order], canary)))
    alike = np.full(16, round(float(rng.uniform(2, 5)), 2))
    return [*drawn, Case((alike, int(rng.integers(4, 12))))]


def reference(losses, canary):
    return exposure(losses, canary)


def _bits(losses, rank):
    return float(np.log2(len(losses)) - np.log2(rank))


def natural_logarithm(losses, canary):
    return reference(losses, canary) * float(np.log(2))


def rank_from_zero(losses, canary):
    with np.errstate(divide="ignore"):
        return _bits(losses, np.sum(losses < losses[canary]))


def first_among_equals(losses, canary):
    return _bits(losses, 1 + np.sum(losses < losses[canary]))


def equals_in_order_of_place(losses, canary):
    return _bits(losses, 1 + np.flatnonzero(np.argsort(losses, kind="stable") == canary)[0])


def highest_loss_first(losses, canary):
    return _bits(losses, np.sum(losses >= losses[canary]))


def order_taken_for_rank(losses, canary):
    return _bits(losses, 1 + np.argsort(losses)[canary])


def rank_in_bits(losses, canary):
    return float(np.log2(np.sum(losses <= losses[canary])))


def share_below(losses, canary):
    return float(np.mean(losses <= losses[canary]))


TASK = Task(
    name="canary_exposure",
    points=2,
    cases=cases,
    reference=reference,
    hides=("rnncourse.robustness",),
    mistakes=(
        Mistake(
            "natural_logarithm",
            natural_logarithm,
            zh="单位不对：自然对数给出的是奈特，题目要的是比特。",
            en="The wrong unit: natural logarithms give nats, and bits are asked for.",
        ),
        Mistake(
            "rank_from_zero",
            rank_from_zero,
            zh="名次从 0 开始了：损失最小的那个名次是 1，否则它的暴露度会是无穷大。",
            en="The ranks begin at 0: the lowest loss has rank 1, or else its exposure would be infinite.",
        ),
        Mistake(
            "first_among_equals",
            first_among_equals,
            zh="损失相同时，你让金丝雀排在了最前：一个什么也分辨不出的模型就会得到最高的暴露度。相同的里面，它应当排在哪里？",
            en="Among equal losses your canary comes first: a model that tells nothing apart would then expose all of it. "
            "Where among its equals does it belong?",
        ),
        Mistake(
            "equals_in_order_of_place",
            equals_in_order_of_place,
            zh="损失相同的那些，argsort 按它们在数组里的先后排了次序：换一下候选的顺序，暴露度就变了。相同的该怎样算，题目里有一句话。",
            en="Among equal losses argsort goes by the place in the array: in another order of the candidates exposure would "
            "change. The task has a sentence on equals.",
        ),
        Mistake(
            "highest_loss_first",
            highest_loss_first,
            zh="名次从损失大的一头数起了：背下来的样本，损失是小的。",
            en="The ranks are counted from the highest loss: what is memorised has a low one.",
        ),
        Mistake(
            "order_taken_for_rank",
            order_taken_for_rank,
            zh="np.argsort(losses)[k] 说的是“排在第 k 的是谁”，不是“第 k 个排在哪里”。",
            en="np.argsort(losses)[k] says who comes at place k, not at which place number k comes.",
        ),
        Mistake(
            "rank_in_bits",
            rank_in_bits,
            zh="只有名次的对数：背得越牢，这个数越小。还差候选总数的对数。",
            en="This is the rank's logarithm alone, which gets smaller the better the canary is memorised. That of the "
            "number of candidates is missing.",
        ),
        Mistake(
            "share_below",
            share_below,
            zh="这是名次占的比例，还不是比特数：差一个对数和一个负号。",
            en="This is the rank as a share, not yet in bits: a logarithm and a sign are missing.",
        ),
    ),
)
