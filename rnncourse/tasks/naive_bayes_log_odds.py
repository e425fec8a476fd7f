"""What each token tells of a class: smoothed log-odds, as in naive Bayes."""

import numpy as np

from rnncourse.tasks._task import Case, Mistake, Task


def cases(rng):
    """Classes of unequal size; some tokens occur in one class only, some in none, some twice in a text."""
    drawn = [Case(([np.array([0, 0, 1]), np.array([1, 2]), np.array([3])], np.array([1, 0, 0]), 5))]
    for count, size in ((6, 6), (15, 9)):
        texts = [rng.integers(0, size - 1, rng.integers(2, 7)) for _ in range(count)]
        texts[0] = np.array([1, 1, 1, 2])
        labels = np.r_[1, 0, 0, rng.integers(0, 2, count - 3)]
        drawn.append(Case((texts, labels, size)))
    return drawn


def _counts(sequences, labels, size):
    """How often each token occurs in the texts of each class: (2, V)."""
    return np.array(
        [
            sum(
                (np.bincount(s, minlength=size) for s, y in zip(sequences, labels, strict=True) if y == k),
                np.zeros(size),
            )
            for k in (0, 1)
        ]
    )


def reference(sequences, labels, size):
    from sklearn.naive_bayes import MultinomialNB

    x = np.stack([np.bincount(sequence, minlength=size) for sequence in sequences])
    against, towards = MultinomialNB(alpha=1.0).fit(x, labels).feature_log_prob_
    return towards - against


def _odds(counts):
    with np.errstate(divide="ignore", invalid="ignore"):
        against, towards = np.log(counts / counts.sum(axis=1, keepdims=True))
        return towards - against


def no_smoothing(sequences, labels, size):
    return _odds(_counts(sequences, labels, size))


def divisor_not_smoothed(sequences, labels, size):
    counts = _counts(sequences, labels, size)
    against, towards = np.log((counts + 1) / counts.sum(axis=1, keepdims=True))
    return towards - against


def classes_swapped(sequences, labels, size):
    return -reference(sequences, labels, size)


def not_divided(sequences, labels, size):
    against, towards = np.log(_counts(sequences, labels, size) + 1)
    return towards - against


def texts_counted(sequences, labels, size):
    return _odds(_counts([np.unique(sequence) for sequence in sequences], labels, size) + 1)


def no_logarithm(sequences, labels, size):
    return np.exp(reference(sequences, labels, size))


TASK = Task(
    name="naive_bayes_log_odds",
    points=2,
    cases=cases,
    reference=reference,
    hides=("sklearn.naive_bayes", "rnncourse.baselines"),
    mistakes=(
        Mistake(
            "no_smoothing",
            no_smoothing,
            zh="没有平滑：只在一类里出现过的词元得到了无穷大，一个词就推翻其余所有词。每个计数先加 1。",
            en="There is no smoothing: a token that one class has never seen gets infinity, and a single "
            "word outvotes all the others. Add 1 to every count first.",
        ),
        Mistake(
            "divisor_not_smoothed",
            divisor_not_smoothed,
            zh="分子加了 1，分母没有跟上：V 个词元各加 1，总数就多了 V；否则各词元的概率之和不是 1。",
            en="1 is added above the line, but the divisor has not followed: V tokens with 1 more each make "
            "the total V larger. Else the probabilities do not sum to 1.",
        ),
        Mistake(
            "classes_swapped",
            classes_swapped,
            zh="符号反了：正数应当表示偏向类别 1。",
            en="The sign is the wrong way round: a positive number speaks for class 1.",
        ),
        Mistake(
            "not_divided",
            not_divided,
            zh="你比较的是次数，不是占比：文本多的那一类，每个词的次数都大。请先除以该类的总数。",
            en="You compare counts, not shares: the class with more text has larger counts of everything. "
            "Divide by the total of the class first.",
        ),
        Mistake(
            "texts_counted",
            texts_counted,
            zh="一条文本里出现多次的词元只被记了一次：你数的是文本条数，这里要数词元的次数。",
            en="A token that occurs several times in a text is counted once: you count texts, here "
            "occurrences are asked for.",
        ),
        Mistake(
            "no_logarithm",
            no_logarithm,
            zh="这是两个占比的比值，还没有取对数；取了对数，各词元的证据才能相加。",
            en="This is the ratio of the two shares, without its logarithm; only logarithms of several "
            "tokens can be added up.",
        ),
    ),
)
