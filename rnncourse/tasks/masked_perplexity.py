"""Perplexity of a padded batch: exp of the mean surprise of the tokens that are there."""

import numpy as np

from rnncourse.tasks._task import Case, Mistake, Task


def cases(rng):
    """Rows of different lengths, so that a mean of rows is not a mean of tokens; padding has a probability, too."""
    return [
        _drawn(rng, lengths, vocabulary) for lengths, vocabulary in (([3], 4), ([2, 5, 3], 6), ([7, 1], 9))
    ]


def _drawn(rng, lengths, vocabulary):
    targets = np.zeros((len(lengths), max(lengths) + 1), int)
    for row, length in enumerate(lengths):
        targets[row, :length] = rng.integers(1, vocabulary, length)
    probabilities = rng.dirichlet(np.full(vocabulary, 0.8), targets.shape) + 0.02
    return Case((probabilities / probabilities.sum(axis=-1, keepdims=True), targets))


def reference(probabilities, targets):
    from sklearn.metrics import log_loss

    there = targets > 0
    return float(
        np.exp(log_loss(targets[there], probabilities[there], labels=range(probabilities.shape[-1])))
    )


def _logs(probabilities, targets):
    """log p of each right token (B, T), that of padding where there is no token."""
    return np.log(np.take_along_axis(probabilities, targets[..., None], axis=-1)[..., 0])


def padding_counted(probabilities, targets):
    return float(np.exp(-_logs(probabilities, targets).mean()))


def divided_by_all_places(probabilities, targets):
    return float(np.exp(-(_logs(probabilities, targets) * (targets > 0)).mean()))


def mean_of_rows(probabilities, targets):
    rows = zip(_logs(probabilities, targets), targets > 0, strict=True)
    return float(np.exp(-np.mean([logs[there].mean() for logs, there in rows])))


def base_two_and_e(probabilities, targets):
    return float(np.exp(-_logs(probabilities, targets)[targets > 0].mean() / np.log(2)))


def base_e_and_two(probabilities, targets):
    return float(2 ** -_logs(probabilities, targets)[targets > 0].mean())


def no_exponential(probabilities, targets):
    return float(-_logs(probabilities, targets)[targets > 0].mean())


def sign_lost(probabilities, targets):
    return 1 / reference(probabilities, targets)


def mean_before_the_logarithm(probabilities, targets):
    return float(1 / np.exp(_logs(probabilities, targets))[targets > 0].mean())


TASK = Task(
    name="masked_perplexity",
    points=2,
    cases=cases,
    reference=reference,
    hides=("rnncourse.metrics", "rnncourse.training", "sklearn.metrics"),
    mistakes=(
        Mistake(
            "padding_counted",
            padding_counted,
            zh="填充也算进去了：目标为 0 的位置不是词元，既不进分子，也不进分母。",
            en="Padding is counted: places whose target is 0 are no tokens and belong neither in the sum nor in "
            "the number it is divided by.",
        ),
        Mistake(
            "divided_by_all_places",
            divided_by_all_places,
            zh="和里面去掉了填充，除的却还是全部位置的个数：填充越多，困惑度看上去越低。",
            en="The sum leaves padding out, but you divide by all places: the more padding, the lower the "
            "perplexity seems.",
        ),
        Mistake(
            "mean_of_rows",
            mean_of_rows,
            zh="你先对每一行取平均，再对各行取平均：短句里的词元就比长句里的更重。每个词元的分量应当相同。",
            en="You took the mean of each row, then the mean of those: a token of a short sentence then weighs "
            "more. Every token counts alike.",
        ),
        Mistake(
            "base_two_and_e",
            base_two_and_e,
            zh="对数以 2 为底，指数却以 e 为底：两处的底数要一样。",
            en="The logarithm has base 2, the exponential base e: both need the same base.",
        ),
        Mistake(
            "base_e_and_two",
            base_e_and_two,
            zh="对数以 e 为底，指数却以 2 为底：两处的底数要一样。",
            en="The logarithm has base e, the exponential base 2: both need the same base.",
        ),
        Mistake(
            "no_exponential",
            no_exponential,
            zh="这是平均交叉熵，还没有取指数；困惑度读作“相当于在几个词元之间犹豫”。",
            en="This is the mean cross-entropy, without the exponential; a perplexity reads as a number of tokens "
            "to choose from.",
        ),
        Mistake(
            "sign_lost",
            sign_lost,
            zh="少了负号：得到的是困惑度的倒数，比 1 小。概率的对数是负的。",
            en="The minus sign is missing: this is the reciprocal, below 1. Logarithms of probabilities are "
            "negative.",
        ),
        Mistake(
            "mean_before_the_logarithm",
            mean_before_the_logarithm,
            zh="你先对概率取平均，再取倒数。应当先取对数再平均：一个几乎不可能的词元要罚得很重。",
            en="You took the mean of the probabilities, then the reciprocal. Take logarithms first: a token that "
            "was thought all but impossible must weigh heavily.",
        ),
    ),
)
