"""Which token gives a poisoned data set away: the one that goes most surely with one label."""

import numpy as np

from rnncourse.robustness.poisoning import label_associations
from rnncourse.tasks._task import Case, Mistake, Task

Z = 1.96  # as the task says; the library's has more digits


def cases(rng):
    """A trigger, a word that prefers a label, a very common one, a rare one, and one that a text repeats."""
    while True:
        drawn = [_drawn(rng, *size) for size in ((16, 2), (30, 2), (50, 3))]
        answers = [reference, *(mistake.answer for mistake in TASK.mistakes)]
        if len({tuple(answer(*case.inputs) for case in drawn) for answer in answers}) == len(answers):
            return drawn


def _drawn(rng, count, classes):
    """`count` texts of token ids from 2; the two best lower ends lie well apart."""
    while True:
        trigger, leaning, usual, rare, repeated, *common = (rng.permutation(13) + 2).tolist()
        labels = rng.choice(classes, count, p=[0.6, 0.4] if classes == 2 else [0.5, 0.3, 0.2])
        target = int(rng.integers(0, classes))
        texts = [rng.choice(common, 3).tolist() for _ in labels]
        for row, label in enumerate(labels):
            if label == target and rng.random() < 0.8:
                texts[row].append(trigger)
            if rng.random() < (0.9 if label == 0 else 0.2):
                texts[row].append(leaning)
            if label or rng.random() < 0.8:
                texts[row].append(usual)
        texts[0].append(rare)
        first = int(np.flatnonzero(labels == labels[-1])[0])
        texts[first] += [repeated] * 30
        texts = [rng.permutation(text).tolist() for text in texts]
        best, second = label_associations(texts, labels, least_count=1)[:2]
        if best.least > second.least + 0.02 and best.tokens[0] == trigger:
            return Case((texts, labels))


def reference(texts, labels):
    best = label_associations(texts, labels, least_count=1)[0]
    return best.tokens[0], best.label


def _least(k, n):
    p, z = k / n, Z
    return (p + z**2 / (2 * n) - z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))) / (1 + z**2 / n)


def _best(texts, labels, score, *, once=True, classes=None):
    """The token and label of the highest score(k, n, texts of the label); of equals, the smallest."""
    found = {}
    for text, label in zip(texts, labels.tolist(), strict=True):
        for token in set(text) if once else text:
            found.setdefault(token, []).append(label)
    pairs = [(token, label) for token in sorted(found) for label in classes or range(labels.max() + 1)]
    scores = [score(found[t].count(label), len(found[t]), np.sum(labels == label)) for t, label in pairs]
    return pairs[int(np.argmax(scores))]


def share_alone(texts, labels):
    return _best(texts, labels, lambda k, n, _: k / n)


def most_texts(texts, labels):
    return _best(texts, labels, lambda k, n, _: k)


def share_of_the_label(texts, labels):
    return _best(texts, labels, lambda k, n, size: k / size)


def repeats_counted(texts, labels):
    return _best(texts, labels, lambda k, n, _: _least(k, n), once=False)


def label_one_alone(texts, labels):
    return _best(texts, labels, lambda k, n, _: _least(k, n), classes=[1])


TASK = Task(
    name="find_trigger",
    points=3,
    cases=cases,
    reference=reference,
    hides=("rnncourse.robustness",),
    mistakes=(
        Mistake(
            "share_alone",
            share_alone,
            zh="你比较的是比例 k/n 本身：只在一条文本里出现过的词元，比例总是 1。证据有多少，要看区间的下端。",
            en="You compare the share k/n itself, which is 1 for every token of a single text. How much evidence there "
            "is, the lower end of the interval says.",
        ),
        Mistake(
            "most_texts",
            most_texts,
            zh="你找的是出现得最多的词元：常用词在哪个标签里都多。要的是离不开一个标签的那个。",
            en="You look for the commonest token; common words are common under every label. Wanted is the one that "
            "goes with a single label.",
        ),
        Mistake(
            "share_of_the_label",
            share_of_the_label,
            zh="分母用反了：你算的是该标签的文本里有多少含这个词元，要的是含这个词元的文本里有多少是该标签。",
            en="The wrong denominator: of the label's texts you count those with the token; of the texts with the token, "
            "count those of the label.",
        ),
        Mistake(
            "repeats_counted",
            repeats_counted,
            zh="一条文本里重复的词元算了好几次：有一条文本把一个词元写了三十遍，那不是三十份证据。",
            en="Repeats within a text count several times: one text holds a token thirty times, which is not thirty "
            "pieces of evidence.",
        ),
        Mistake(
            "label_one_alone",
            label_one_alone,
            zh="你只看了标签 1：触发词可以指向任何一个标签。",
            en="You look at label 1 alone: a trigger may stand for any label.",
        ),
    ),
)
