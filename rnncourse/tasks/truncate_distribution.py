"""Top-k and top-p: the unlikely tail is cut off before a token is drawn."""

import itertools

import numpy as np

from rnncourse.tasks._task import Case, Mistake, Task

SIZE = 7


def cases(rng):
    """Drawn so that all catalogued ways to go wrong differ, but for one pair, which the other cases tell apart.

    Measured on the whole distribution, p keeps fewer tokens than k (as if k were ignored) or more (p ignored).
    """
    return [_drawn(rng, 5, k_ignored), _drawn(rng, SIZE, p_ignored), _drawn(rng, SIZE, k_ignored)]


def _drawn(rng, size, twin):
    while True:
        shares = rng.dirichlet(np.full(size, 1.2)).round(3)
        case = (shares / shares.sum(), int(rng.integers(3, size)), round(float(rng.uniform(0.5, 0.9)), 2))
        if np.diff(np.sort(shares)).min() < 0.01:
            continue
        found = [reference(*case), *(wrong(*case) for wrong in _WRONG if wrong is not twin)]
        if all(_differ(one, other) for one, other in itertools.combinations(found, 2)):
            return Case(case)


def _differ(one, other):
    return np.abs(one - other).max() > 1e-3


def reference(probabilities, k, p):
    """By brute force: of all sets of k tokens the likeliest; in it the smallest set that reaches p."""
    kept = _likeliest(probabilities, range(len(probabilities)), k)
    total = sum(probabilities[i] for i in kept)
    for size in range(1, len(kept) + 1):
        chosen = _likeliest(probabilities, kept, size)
        reached = sum(probabilities[i] for i in chosen)
        if reached >= p * total:
            break
    result = np.zeros(len(probabilities))
    for i in chosen:
        result[i] = probabilities[i] / reached
    return result


def _likeliest(probabilities, tokens, size):
    return max(itertools.combinations(tokens, size), key=lambda some: sum(probabilities[i] for i in some))


def _cut(probabilities, k, p, *, use_k=True, use_p=True, crossing=True, first=True, last=True, ordered=True):
    order = np.argsort(-probabilities)
    ranked = probabilities[order] * (np.arange(len(order)) < k if use_k else 1)
    ranked = ranked / ranked.sum() if first else ranked
    if use_p:
        run = np.cumsum(ranked)
        ranked = ranked * ((run - ranked < p) if crossing else (run <= p))
    ranked = ranked / ranked.sum() if last and ranked.sum() else ranked
    if not ordered:
        return ranked
    result = np.zeros_like(probabilities)
    result[order] = ranked
    return result


def crossing_token_left_out(probabilities, k, p):
    return _cut(probabilities, k, p, crossing=False)


def not_renormalised(probabilities, k, p):
    return _cut(probabilities, k, p, last=False) * np.sort(probabilities)[-k:].sum()


def p_of_the_whole(probabilities, k, p):
    return _cut(probabilities, k, p, first=False)


def left_in_order_of_probability(probabilities, k, p):
    return _cut(probabilities, k, p, ordered=False)


def p_in_the_vocabularys_order(probabilities, k, p):
    kept = np.where(probabilities >= np.sort(probabilities)[-k], probabilities, 0)
    kept = kept / kept.sum()
    kept = kept * (np.cumsum(kept) - kept < p)
    return kept / kept.sum()


def p_ignored(probabilities, k, p):
    return _cut(probabilities, k, p, use_p=False)


def k_ignored(probabilities, k, p):
    return _cut(probabilities, k, p, use_k=False)


_WRONG = (
    crossing_token_left_out,
    p_of_the_whole,
    left_in_order_of_probability,
    p_in_the_vocabularys_order,
    p_ignored,
    k_ignored,
)

TASK = Task(
    name="truncate_distribution",
    points=2,
    cases=cases,
    reference=reference,
    hides=("rnncourse.decoders", "rnncourse.widgets"),
    mistakes=(
        Mistake(
            "crossing_token_left_out",
            crossing_token_left_out,
            zh="跨过 p 的那个词元被丢掉了：留下的概率之和到不了 p；最大的一个超过 p 时，会一个不剩。",
            en="The token that crosses p is left out: what stays does not reach p, and where the likeliest token alone "
            "exceeds p, nothing stays at all.",
        ),
        Mistake(
            "not_renormalised",
            not_renormalised,
            zh="留对了，但没有重新归一化：概率之和不是 1，没法照着抽样。",
            en="The right tokens stay, but are not renormalised: what does not add up to 1 cannot be drawn from.",
        ),
        Mistake(
            "p_of_the_whole",
            p_of_the_whole,
            zh="top-k 之后没有先归一化就与 p 比较：p 是对留下的 k 个说的，你留多了。",
            en="After top-k the probabilities are compared with p without being renormalised: p is meant of the k that "
            "stayed, and you kept too many.",
        ),
        Mistake(
            "left_in_order_of_probability",
            left_in_order_of_probability,
            zh="数都对，位置不对：结果是从大到小排的，没有放回词表的次序，抽出来的会是别的词元。",
            en="The numbers are right, their places are not: they stand from large to small instead of in the "
            "vocabulary's order, so other tokens would be drawn.",
        ),
        Mistake(
            "p_in_the_vocabularys_order",
            p_in_the_vocabularys_order,
            zh="累加是按词表的次序做的：编号小的词元占了便宜。应当从最可能的开始加。",
            en="The sum runs in the vocabulary's order, which favours small ids. It should begin with the likeliest.",
        ),
        Mistake(
            "p_ignored",
            p_ignored,
            zh="只截了 top-k，p 没有用上。",
            en="Only top-k was cut; p is not used.",
        ),
        Mistake(
            "k_ignored",
            k_ignored,
            zh="只截了 top-p，k 没有用上：长尾里的词元多于 k 个。",
            en="Only top-p was cut; k is not used, and more than k tokens may stay.",
        ),
    ),
)
