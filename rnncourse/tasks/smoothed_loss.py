"""Cross-entropy with label smoothing over the real positions of padded targets."""

import numpy as np

from rnncourse.tasks._task import Case, Mistake, Task

PADDING = 0


def cases(rng):
    """Rows of different lengths, padded with 0; scores on the padding are as wild as anywhere."""
    drawn = []
    for lengths, vocabulary_size, smoothing in (((2, 3), 5, 0.2), ((1, 4, 2), 7, 0.1), ((3, 2), 4, 0.3)):
        targets = np.zeros((len(lengths), max(lengths) + 1), int)
        for row, length in zip(targets, lengths, strict=True):
            row[:length] = rng.integers(1, vocabulary_size, length)
        scores = rng.normal(0, 2, (*targets.shape, vocabulary_size)).round(2)
        drawn.append(Case((scores, targets, smoothing)))
    return drawn


def reference(scores, targets, smoothing):
    """The cross-entropy of q and p is the entropy of q and what p wastes on it: scipy has both."""
    from scipy.special import softmax
    from scipy.stats import entropy

    real, size = targets != PADDING, scores.shape[-1]
    q = (1 - smoothing) * np.eye(size)[targets[real]] + smoothing / size
    p = softmax(scores[real], axis=-1)
    return float(np.mean(entropy(q, axis=-1) + entropy(q, p, axis=-1)))


def _loss(scores, targets, smoothing, *, axis=-1, others=False, twice=False):
    """The loss of every position, (B, N), with a mistake or without."""
    size = scores.shape[-1]
    if twice:
        scores = np.exp(scores) / np.exp(scores).sum(axis=-1, keepdims=True)
    log_p = scores - np.log(np.exp(scores).sum(axis=axis, keepdims=True))
    right = np.eye(size)[targets]
    q = (1 - smoothing) * right + smoothing / size
    if others:
        q = np.where(right > 0, 1 - smoothing, smoothing / (size - 1))
    return -(q * log_p).sum(axis=-1)


def padding_counts(scores, targets, smoothing):
    return float(_loss(scores, targets, smoothing).mean())


def divided_by_all_positions(scores, targets, smoothing):
    return float((_loss(scores, targets, smoothing) * (targets != PADDING)).mean())


def summed(scores, targets, smoothing):
    return float(_loss(scores, targets, smoothing)[targets != PADDING].sum())


def nothing_smoothed(scores, targets, smoothing):
    return float(_loss(scores, targets, 0.0)[targets != PADDING].mean())


def right_token_without_its_share(scores, targets, smoothing):
    return float(_loss(scores, targets, smoothing, others=True)[targets != PADDING].mean())


def softmax_over_positions(scores, targets, smoothing):
    return float(_loss(scores, targets, smoothing, axis=1)[targets != PADDING].mean())


def softmax_twice(scores, targets, smoothing):
    return float(_loss(scores, targets, smoothing, twice=True)[targets != PADDING].mean())


def mean_of_row_means(scores, targets, smoothing):
    loss, real = _loss(scores, targets, smoothing), targets != PADDING
    return float(np.mean((loss * real).sum(axis=1) / real.sum(axis=1)))


TASK = Task(
    name="smoothed_loss",
    points=3,
    cases=cases,
    reference=reference,
    mistakes=(
        Mistake(
            "padding_counts",
            padding_counts,
            zh="填充的位置也算进了损失：模型会花力气去学写填充。只取目标不为 0 的位置。",
            en="Positions of padding are in the loss, so that the model would learn to write padding. Take only those "
            "whose target is not 0.",
        ),
        Mistake(
            "divided_by_all_positions",
            divided_by_all_positions,
            zh="填充处的损失归了零，除数却还是全部位置：批里填充越多，损失就越小。应除以真实位置的个数。",
            en="The loss is zero on the padding, but divided by all positions: the more padding in a batch, the smaller "
            "the loss. Divide by the number of real ones.",
        ),
        Mistake(
            "summed",
            summed,
            zh="这是总和。要的是每个真实位置的平均。",
            en="This is the sum. What is asked for is the mean over the real positions.",
        ),
        Mistake(
            "nothing_smoothed",
            nothing_smoothed,
            zh="没有平滑：正确词元仍占全部概率。公式里的 ε 用上了吗？",
            en="Nothing is smoothed: the right token still has all of the probability. Did you use ε?",
        ),
        Mistake(
            "right_token_without_its_share",
            right_token_without_its_share,
            zh="ε 只分给了其余 V − 1 个词元。本题（与 Keras 相同）把它平分给全部 V 个，正确的那个也有一份。",
            en="ε is shared by the other V − 1 tokens alone. Here, as in Keras, all V have an equal share of it, the right "
            "one too.",
        ),
        Mistake(
            "softmax_over_positions",
            softmax_over_positions,
            zh="softmax 取错了轴：对位置求和得 1 了，应当对词表。",
            en="The softmax runs over the wrong axis: it sums to 1 over positions instead of the vocabulary.",
        ),
        Mistake(
            "softmax_twice",
            softmax_twice,
            zh="softmax 做了两次：已经是概率了，又当作分数归一化了一遍，差别被抹平了。",
            en="There are two softmaxes: what are probabilities already is normalised again as if it were scores, which "
            "flattens it.",
        ),
        Mistake(
            "mean_of_row_means",
            mean_of_row_means,
            zh="先求每行的平均，再求平均：短句里的词元比长句里的更重。应把所有真实位置放在一起平均。",
            en="This is the mean of the rows' means: a token in a short row weighs more than in a long one. Take one mean "
            "over all real positions.",
        ),
    ),
)
