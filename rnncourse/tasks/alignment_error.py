"""An alignment from attention weights, and its error rate."""

import numpy as np

from rnncourse.tasks._task import Case, Mistake, Task


def cases(rng):
    """Weights (N, T) that are largest on padding in some rows; links that are sure and links that are possible.

    Drawn until every catalogued way to go wrong gives another rate.
    """
    return [_drawn(rng, *sizes) for sizes in ((3, 4, 3), (5, 7, 5), (8, 9, 6))]


def _drawn(rng, rows, width, real):
    while True:
        weights = rng.dirichlet(np.ones(width), rows).round(4)
        source = np.append(rng.integers(2, 50, real), np.zeros(width - real, int))
        links = np.array([(n, j) for n in range(rows) for j in range(real)])
        masked = np.where(source > 0, weights, -1).argmax(axis=1)
        sure = {(n, int(masked[n])) for n in range(0, rows, 2)} | {tuple(map(int, rng.choice(links)))}
        possible = sure | {tuple(map(int, link)) for link in rng.choice(links, rows)} | {(1, int(masked[1]))}
        case = Case(
            (
                weights,
                source,
                [list(link) for link in sorted(sure)],
                [list(link) for link in sorted(possible)],
            )
        )
        found = [reference(*case.inputs), *(answer(*case.inputs) for answer in _ALL)]
        if np.abs(np.subtract.outer(found, found) + np.eye(len(found))).min() > 1e-3:
            return case


def reference(weights, source, sure, possible):
    from sklearn.metrics import precision_score, recall_score

    n, t = weights.shape
    chosen, certain, allowed = np.zeros((3, n, t), bool)
    best = np.ma.masked_array(weights, np.broadcast_to(source == 0, (n, t))).argmax(axis=1)
    chosen[np.arange(n), best] = True
    certain[tuple(np.transpose(sure))] = allowed[tuple(np.transpose(possible))] = True
    precision = precision_score(allowed.ravel(), chosen.ravel())
    recall = recall_score(certain.ravel(), chosen.ravel())
    return float(1 - (recall * certain.sum() + precision * chosen.sum()) / (certain.sum() + chosen.sum()))


def _parts(weights, source, sure, possible):
    """|A ∩ S|, |A ∩ P|, |A|, |S|, |P|."""
    best = np.where(source > 0, weights, -1).argmax(axis=1)
    return _counted(enumerate(best.tolist()), sure, possible)


def _counted(links, sure, possible):
    links, sure, possible = ({tuple(link) for link in some} for some in (links, sure, possible))
    return len(links & sure), len(links & possible), len(links), len(sure), len(possible)


def padding_not_masked(weights, source, sure, possible):
    in_s, in_p, a, s, _ = _counted(enumerate(weights.argmax(axis=1).tolist()), sure, possible)
    return 1 - (in_s + in_p) / (a + s)


def one_link_a_source_token(weights, source, sure, possible):
    best = weights.argmax(axis=0)[source > 0]
    in_s, in_p, a, s, _ = _counted(((n, t) for t, n in enumerate(best.tolist())), sure, possible)
    return 1 - (in_s + in_p) / (a + s)


def sure_links_only(weights, source, sure, possible):
    in_s, _, a, s, _ = _parts(weights, source, sure, possible)
    return 1 - 2 * in_s / (a + s)


def possible_links_only(weights, source, sure, possible):
    _, in_p, a, _, p = _parts(weights, source, sure, possible)
    return 1 - 2 * in_p / (a + p)


def divided_by_the_possible(weights, source, sure, possible):
    in_s, in_p, a, _, p = _parts(weights, source, sure, possible)
    return 1 - (in_s + in_p) / (a + p)


def agreement_not_error(weights, source, sure, possible):
    in_s, in_p, a, s, _ = _parts(weights, source, sure, possible)
    return (in_s + in_p) / (a + s)


_ALL = (
    padding_not_masked,
    one_link_a_source_token,
    sure_links_only,
    possible_links_only,
    divided_by_the_possible,
    agreement_not_error,
)

TASK = Task(
    name="alignment_error",
    points=2,
    cases=cases,
    reference=reference,
    hides=("sklearn.metrics",),
    mistakes=(
        Mistake(
            "padding_not_masked",
            padding_not_masked,
            zh="最大值落在了填充上：source 为 0 的位置不是词，取 argmax 之前要先排除。",
            en="The maximum fell on padding: places where `source` is 0 are no words; rule them out before the argmax.",
        ),
        Mistake(
            "one_link_a_source_token",
            one_link_a_source_token,
            zh="argmax 的轴反了：每个**译文**词元（每一行）指向一个原文位置。",
            en="The argmax runs along the wrong axis: each **target** token, a row, points to one place in the source.",
        ),
        Mistake(
            "sure_links_only",
            sure_links_only,
            zh="只用了确定的连线 S：落在 P 里的连线也不该算错，分子的第二项是 $|A \\cap P|$。",
            en="Only the sure links S count here. A link in P is no error either: the second term above is $|A \\cap P|$.",
        ),
        Mistake(
            "possible_links_only",
            possible_links_only,
            zh="只用了可能的连线 P：漏掉的确定连线应该扣分，召回要看 S。",
            en="Only the possible links P count here. Sure links that are missed must cost: recall is about S.",
        ),
        Mistake(
            "divided_by_the_possible",
            divided_by_the_possible,
            zh="分母应是 $|A| + |S|$，不是 $|A| + |P|$：没找到“可能”的连线不算错。",
            en="The denominator is $|A| + |S|$, not $|A| + |P|$: to miss a merely possible link is no error.",
        ),
        Mistake(
            "agreement_not_error",
            agreement_not_error,
            zh="这是一致的程度；错误率要用 1 减去它。",
            en="This is the agreement; the error rate is 1 minus it.",
        ),
    ),
)
