"""BLEU of a corpus: clipped precisions, their geometric mean, the brevity penalty."""

from collections import Counter

import numpy as np

from rnncourse.tasks._task import Case, Mistake, Task

ORDERS = (1, 2, 3, 4)


def cases(rng):
    """A hypothesis that is too short, one that is too long, and a corpus of three; all orders match somewhere.

    Drawn until every catalogued way to go wrong gives another score on the corpus; a penalty that is upside
    down shows where the hypothesis is too long.
    """
    return [_one(rng, shorter=True), _one(rng, shorter=False), _corpus(rng)]


def _one(rng, *, shorter):
    while True:
        hypothesis, reference = _pair(rng)
        longer = len(hypothesis) - len(reference)
        if (longer < 0 if shorter else longer > 0) and _bleu([hypothesis], [reference]) > 5:
            return Case(([hypothesis], [reference]))


def _corpus(rng):
    while True:
        hypotheses, references = (list(side) for side in zip(*(_pair(rng) for _ in range(3)), strict=True))
        score = _bleu(hypotheses, references)
        found = [score, *(wrong(hypotheses, references) for wrong in _WRONG)]
        lengths = [sum(map(len, side)) for side in (hypotheses, references)]
        if lengths[0] < lengths[1] and score > 5 and np.diff(sorted(found)).min() > 0.05:
            return Case((hypotheses, references))


def _pair(rng):
    """A hypothesis and its reference of 8 to 12 letters: one replaced, one doubled, up to four left out."""
    reference = [str(word) for word in rng.choice(list("abcdef"), rng.integers(8, 13))]
    hypothesis = reference[rng.integers(0, 3) : len(reference) - rng.integers(0, 3)]
    place = int(rng.integers(len(hypothesis)))
    hypothesis = [*hypothesis[:place], "g", *hypothesis[place + 1 :]]
    twice = int(rng.integers(len(hypothesis)))
    return [
        *hypothesis[:twice],
        *[hypothesis[twice]] * int(rng.integers(1, 4)),
        *hypothesis[twice + 1 :],
    ], reference


def reference(hypotheses, references):
    import sacrebleu

    texts = ([" ".join(tokens) for tokens in side] for side in (hypotheses, references))
    ours, theirs = texts
    return sacrebleu.corpus_bleu(ours, [theirs], tokenize="none", smooth_method="none", force=True).score


def _bleu(hypotheses, references, *, clip=True, mean="geometric", penalty="right", by="hypothesis"):
    matched, total = np.zeros(4), np.zeros(4)
    for h, r in zip(hypotheses, references, strict=True):
        for n in ORDERS:
            ours, theirs = (Counter(zip(*(t[i:] for i in range(n)), strict=False)) for t in (h, r))
            counts = ours & theirs if clip else {g: c for g, c in ours.items() if g in theirs}
            matched[n - 1] += sum(counts.values())
            total[n - 1] += max(0, len(h if by == "hypothesis" else r) - n + 1)
    precisions = matched / np.maximum(total, 1)
    with np.errstate(divide="ignore"):
        score = np.exp(np.mean(np.log(precisions))) if mean == "geometric" else precisions.mean()
    c, r = sum(map(len, hypotheses)), sum(map(len, references))
    factor = {
        "right": min(1.0, np.exp(1 - r / c)),
        "none": 1.0,
        "upside_down": min(1.0, np.exp(1 - c / r)),
        "ratio": min(1.0, c / r),
    }
    return float(100 * factor[penalty] * score)


def counts_not_clipped(hypotheses, references):
    return _bleu(hypotheses, references, clip=False)


def arithmetic_mean(hypotheses, references):
    return _bleu(hypotheses, references, mean="arithmetic")


def no_brevity_penalty(hypotheses, references):
    return _bleu(hypotheses, references, penalty="none")


def penalty_upside_down(hypotheses, references):
    return _bleu(hypotheses, references, penalty="upside_down")


def penalty_is_the_ratio(hypotheses, references):
    return _bleu(hypotheses, references, penalty="ratio")


def divided_by_the_reference(hypotheses, references):
    return _bleu(hypotheses, references, by="reference")


def mean_of_sentences(hypotheses, references):
    return float(np.mean([_bleu([h], [r]) for h, r in zip(hypotheses, references, strict=True)]))


def share_and_not_percent(hypotheses, references):
    return _bleu(hypotheses, references) / 100


_WRONG = (
    counts_not_clipped,
    arithmetic_mean,
    no_brevity_penalty,
    penalty_is_the_ratio,
    divided_by_the_reference,
    mean_of_sentences,
)

TASK = Task(
    name="bleu_score",
    points=3,
    cases=cases,
    reference=reference,
    hides=("rnncourse.metrics", "sacrebleu"),
    mistakes=(
        Mistake(
            "counts_not_clipped",
            counts_not_clipped,
            zh="匹配数没有截断：输出把同一个词元重复几遍，你就给它记几次。参考里只出现几次，就最多只能记几次。",
            en="The matches are not clipped: a token that the hypothesis repeats is counted every time. It may "
            "count no more often than the reference has it.",
        ),
        Mistake(
            "arithmetic_mean",
            arithmetic_mean,
            zh="四个精确率取的是算术平均；BLEU 用几何平均，一个阶次很差，总分就跟着很差。",
            en="You took the arithmetic mean of the four precisions; BLEU takes the geometric one, which one poor "
            "order drags down.",
        ),
        Mistake(
            "no_brevity_penalty",
            no_brevity_penalty,
            zh="没有长度惩罚：只写有把握的几个词元，精确率就会很高。输出比参考短时，要打折扣。",
            en="There is no brevity penalty: who writes only the few tokens that are sure gets a high precision. A "
            "hypothesis shorter than its reference is marked down.",
        ),
        Mistake(
            "penalty_upside_down",
            penalty_upside_down,
            zh="长度惩罚反了：你罚的是太长的输出，太短的反而没有罚。看看指数里谁除以谁。",
            en="The brevity penalty is upside down: you punish what is too long and spare what is too short. Look "
            "at which length is divided by which.",
        ),
        Mistake(
            "penalty_is_the_ratio",
            penalty_is_the_ratio,
            zh="长度惩罚用的是两个长度之比本身；公式里它还要经过指数函数。",
            en="You took the ratio of the lengths itself for the penalty; in the formula it goes through the "
            "exponential.",
        ),
        Mistake(
            "divided_by_the_reference",
            divided_by_the_reference,
            zh="分母数的是参考里的 n 元组，那是召回率。精确率问的是：输出里的 n 元组，有多少是对的？",
            en="You divide by the n-grams of the references, which gives recall. Precision asks: of the n-grams "
            "that were written, how many are right?",
        ),
        Mistake(
            "mean_of_sentences",
            mean_of_sentences,
            zh="你先给每句打分，再取平均。BLEU 是整个语料的分数：先把各句的计数和长度加起来，最后才相除。",
            en="You scored each sentence and took the mean. BLEU belongs to the corpus: add up counts and lengths "
            "over the sentences, and divide at the end.",
        ),
        Mistake(
            "share_and_not_percent",
            share_and_not_percent,
            zh="数值对，单位不对：题目要的是 0 到 100，你给的是 0 到 1。",
            en="The value is right, its unit is not: 0 to 100 is asked for, yours runs from 0 to 1.",
        ),
    ),
)
