"""The bar of translation: the most similar known sentence by TF-IDF, held to scikit-learn."""

import numpy as np

from rnncourse.tasks._task import Case, Mistake, Task


def cases(rng):
    """Counts of known sentences (N, G) and of new ones (B, G), every row and column of the known with a token.

    Drawn until every catalogued way to go wrong gives another answer.
    """
    return [_drawn(rng, *sizes) for sizes in ((4, 2, 5), (8, 4, 8), (12, 5, 9))]


def _drawn(rng, known, new, features):
    while True:
        lengths = rng.integers(1, 4, known)[:, None]
        rates = np.linspace(0.15, 1.2, features)
        table = rng.poisson(rates * lengths)
        asked = rng.poisson(rates, (new, features))
        if (table.sum(axis=1) > 0).all() and (table.sum(axis=0) > 0).all() and (asked.sum(axis=1) > 0).all():
            cosines = np.sort(_cosines(table, asked), axis=1)
            clear = (np.diff(cosines[:, -2:]) > 1e-3).all()  # no two are equally near
            found = [answer(table, asked)[0].tolist() for answer in (reference, most_tokens, farthest)]
            if clear and found.count(found[0]) == 1:
                return Case((table, asked))


def _cosines(known, asked):
    from sklearn.feature_extraction.text import TfidfTransformer
    from sklearn.metrics.pairwise import cosine_similarity

    features = TfidfTransformer().fit(known)
    return cosine_similarity(features.transform(asked), features.transform(known))


def reference(known, asked):
    return _best(_cosines(known, asked))


def _best(similarities):
    return similarities.argmax(axis=1), similarities.max(axis=1)


def _unit(x):
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def _idf(counts):
    return np.log((1 + len(counts)) / (1 + (counts > 0).sum(axis=0))) + 1


def plain_counts(known, asked):
    return _best(_unit(asked) @ _unit(known).T)


def most_tokens(known, asked):
    weights = _idf(known)
    return _best((asked * weights) @ (known * weights).T)


def rarity_from_the_new(known, asked):
    weights = _idf(asked)
    return _best(_unit(asked * weights) @ _unit(known * weights).T)


def occurrences_for_sentences(known, asked):
    weights = np.log((1 + len(known)) / (1 + known.sum(axis=0))) + 1
    return _best(_unit(asked * weights) @ _unit(known * weights).T)


def weighted_on_one_side(known, asked):
    return _best(_unit(asked) @ _unit(known * _idf(known)).T)


def farthest(known, asked):
    similarities = _cosines(known, asked)
    return similarities.argmin(axis=1), similarities.min(axis=1)


TASK = Task(
    name="nearest_translation",
    points=2,
    cases=cases,
    reference=reference,
    hides=(
        "sklearn.feature_extraction",
        "sklearn.feature_extraction.text",
        "sklearn.metrics",
        "rnncourse.baselines",
    ),
    mistakes=(
        Mistake(
            "plain_counts",
            plain_counts,
            zh="没有乘 IDF：“的”和“机场”一样重要，句子就会因为虚词相同而显得相像。",
            en='IDF is missing: "the" counts as much as "airport", and sentences look alike for their function words.',
        ),
        Mistake(
            "most_tokens",
            most_tokens,
            zh="这是点积，不是余弦：长句总是占便宜。两边都要除以各自的长度（范数）。",
            en="This is a dot product, not a cosine: long sentences always win. Divide both sides by their norms.",
        ),
        Mistake(
            "rarity_from_the_new",
            rarity_from_the_new,
            zh="IDF 是从新句子里数出来的。它属于模型，只能从已知的句子里数，否则就用到了测试数据。",
            en="The IDF was counted on the new sentences. It belongs to the model: count it on the known ones, or the test "
            "takes part.",
        ),
        Mistake(
            "occurrences_for_sentences",
            occurrences_for_sentences,
            zh="df 应是**含有**该 n 元组的句子数，你数的是它出现的总次数。",
            en="df is the number of sentences that **hold** the n-gram; you counted all its occurrences.",
        ),
        Mistake(
            "weighted_on_one_side",
            weighted_on_one_side,
            zh="只有已知的句子乘了 IDF，新句子没有。两边的权重要一样。",
            en="Only the known sentences were weighted by IDF, the new ones were not. Both sides need the same weights.",
        ),
        Mistake(
            "farthest",
            farthest,
            zh="取成了最小的：余弦越大越像，它不是距离。",
            en="You take the smallest one. A cosine is a similarity, not a distance: the larger, the closer.",
        ),
    ),
)
