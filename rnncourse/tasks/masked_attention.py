"""Attention with the dot product, blind to padding: weights and context."""

import numpy as np

from rnncourse.tasks._task import Case, Mistake, Task


def cases(rng):
    """One row without padding, then batches with rows of several lengths; B, T and H differ."""
    drawn = []
    for batch, steps, units in ((1, 3, 2), (2, 4, 3), (3, 5, 2)):
        query = rng.normal(0, 1, (batch, units)).round(2)
        states = rng.normal(0, 1, (batch, steps, units)).round(2)
        lengths = rng.permutation([steps, 2, 3, steps - 1][:batch])
        drawn.append(Case((query, states, np.arange(steps) < lengths[:, None])))
    return drawn


def reference(query, states, mask):
    """Row by row, on the real tokens alone."""
    from scipy.special import softmax

    weights, context = np.zeros(mask.shape), np.zeros(query.shape)
    for row, real in enumerate(mask):
        shares = softmax([np.dot(state, query[row]) for state in states[row, real]])
        weights[row, real] = shares
        context[row] = np.average(states[row, real], axis=0, weights=shares)
    return context, weights


def _attend(query, states, mask, *, hidden=-1e9, axis=1, after=False, normalise=False):
    scores = np.einsum("bth,bh->bt", states, query)
    scores = scores if after else np.where(mask, scores, hidden)
    powers = np.exp(scores - scores.max(axis=axis, keepdims=True))
    weights = powers / powers.sum(axis=axis, keepdims=True)
    weights = weights * mask if after else weights
    return np.einsum("bt,bth->bh", weights, states), weights


def softmax_over_the_batch(query, states, mask):
    return _attend(query, states, mask, axis=0)


def mask_after_the_softmax(query, states, mask):
    return _attend(query, states, mask, after=True)


def padding_scores_minus_one(query, states, mask):
    return _attend(query, states, mask, hidden=-1.0)


def padding_scores_zero(query, states, mask):
    return _attend(query, states, mask, hidden=0.0)


def mask_forgotten(query, states, mask):
    return _attend(query, states, np.ones_like(mask))


def mask_the_wrong_way_round(query, states, mask):
    return _attend(query, states, ~mask)


def strongest_alone(query, states, mask):
    _, weights = _attend(query, states, mask)
    best = weights.argmax(axis=1)
    return states[np.arange(len(states)), best], weights


TASK = Task(
    name="masked_attention",
    points=3,
    cases=cases,
    reference=reference,
    hides=("rnncourse.attention", "rnncourse.models"),
    mistakes=(
        Mistake(
            "softmax_over_the_batch",
            softmax_over_the_batch,
            zh="softmax 沿批的方向算了：每一列之和为 1，一条序列的权重取决于同批的别的序列。谁和谁在分这 1？",
            en="The softmax runs over the batch: columns add up to 1, and a sequence's weights depend on its "
            "neighbours in the batch. Who shares the 1 with whom?",
        ),
        Mistake(
            "mask_after_the_softmax",
            mask_after_the_softmax,
            zh="掩码是在 softmax 之后才乘上去的：填充已经分走了一份，剩下的权重之和不到 1。应当在哪一步之前挡住它？",
            en="The mask comes after the softmax: padding has taken its share by then, and what is left does not "
            "add up to 1. Before which step must it be kept out?",
        ),
        Mistake(
            "padding_scores_minus_one",
            padding_scores_minus_one,
            zh="填充的分数给了 −1：exp(−1) 是 0.37，不是 0。分数要低到什么程度，指数才是 0？",
            en="Padding gets the score −1: exp(−1) is 0.37, not 0. How low must a score be for its exponential to be "
            "0?",
        ),
        Mistake(
            "padding_scores_zero",
            padding_scores_zero,
            zh="填充的分数给了 0（分数乘以掩码）：exp(0) 是 1，0 分并不是最低分，真实词元的分数可以是负的。",
            en="Padding gets the score 0 (scores times mask): exp(0) is 1. Zero is not the lowest score, since those "
            "of real tokens may be negative.",
        ),
        Mistake(
            "mask_forgotten",
            mask_forgotten,
            zh="掩码没有用上：填充和真实词元一样分到了权重。",
            en="The mask is not used: padding gets weights as if it were tokens.",
        ),
        Mistake(
            "mask_the_wrong_way_round",
            mask_the_wrong_way_round,
            zh="掩码反了：你看的恰好是填充。mask 为 True 的是真实词元。",
            en="The mask is the wrong way round: you look at just the padding. It is True where a real token stands.",
        ),
        Mistake(
            "strongest_alone",
            strongest_alone,
            zh="权重对了，上下文不对：你只取了权重最大的那一个状态。上下文是按权重的平均，这样才可导、可训练。",
            en="The weights are right, the context is not: you took the one state with the largest weight. The context "
            "is the mean by weights, which is what can be differentiated and trained.",
        ),
    ),
)
