"""No n-gram twice: which tokens a decoder may not write next."""

import numpy as np

from rnncourse.tasks._task import Case, Mistake, Task


def cases(rng):
    """Tokens written so far, with n-grams to repeat; one answer shorter than n, one with nothing to forbid."""
    drawn = [Case((np.zeros(5), [1, 2, 1], 2)), Case((rng.normal(0, 1, 4).round(2), [3], 3))]
    for n, size in ((2, 8), (3, 9), (3, 12)):
        while True:
            first, again = rng.integers(0, size, (2, n + 3)).tolist()
            last = rng.integers(0, size, n - 1).tolist()
            written = [
                *first,
                *last,
                *again,
                *last,
                *first[:2],
                *last,
            ]  # `last` has been continued in two ways
            scores = rng.normal(0, 1, size).round(2) - 0.005
            found = [answer(scores, written, n) for answer in (reference, *_DIFFER[2 * (n == 2) :])]
            if len({tuple(one.tolist()) for one in found}) == len(found):
                break
        drawn.append(Case((scores, written, n)))
    return drawn


def reference(scores, written, n):
    """Brute force: write each token in turn and look whether the last n-gram was there before."""
    allowed = np.array(scores, float)
    for token in range(len(allowed)):
        text = [*written, token]
        earlier = [text[i : i + n] for i in range(len(text) - n)]
        if text[-n:] in earlier and len(text) > n:
            allowed[token] = -np.inf
    return allowed


def _blocked(scores, tokens, value=-np.inf):
    allowed = np.array(scores, float)
    allowed[list(tokens)] = value
    return allowed


def _followers(written, n):
    """Tokens that followed the last n - 1 tokens before."""
    last = written[len(written) - (n - 1) :]
    if len(written) < n:
        return []
    return [written[i + n - 1] for i in range(len(written) - n + 1) if written[i : i + n - 1] == last]


def every_written_token(scores, written, n):
    return _blocked(scores, set(written))


def one_too_short(scores, written, n):
    return _blocked(scores, _followers(written, n - 1))


def one_too_long(scores, written, n):
    return _blocked(scores, _followers(written, n + 1))


def score_of_zero(scores, written, n):
    return _blocked(scores, _followers(written, n), 0.0)


def first_time_only(scores, written, n):
    return _blocked(scores, _followers(written, n)[:1])


def last_token_itself(scores, written, n):
    return _blocked(scores, written[-1:] if _followers(written, n) else [])


_DIFFER = (
    every_written_token,
    one_too_short,
    one_too_long,
    score_of_zero,
    first_time_only,
    last_token_itself,
)

TASK = Task(
    name="block_repeats",
    points=2,
    cases=cases,
    reference=reference,
    mistakes=(
        Mistake(
            "every_written_token",
            every_written_token,
            zh="写过的词元全禁了，连“的”都不能写第二次。只禁会让**整个 n 元组**重复的词元。",
            en='Every token that was written is forbidden; not even "the" may come twice. Forbid only what would make a '
            "**whole n-gram** repeat.",
        ),
        Mistake(
            "one_too_short",
            one_too_short,
            zh="比较的前文短了一个词元：n 元组的前文是最后 $n - 1$ 个词元。",
            en="The context is one token too short: an n-gram begins with the last $n - 1$ tokens.",
        ),
        Mistake(
            "one_too_long",
            one_too_long,
            zh="比较的前文长了一个词元：n 元组的前文是最后 $n - 1$ 个词元，不是 $n$ 个。",
            en="The context is one token too long: an n-gram begins with the last $n - 1$ tokens, not $n$.",
        ),
        Mistake(
            "score_of_zero",
            score_of_zero,
            zh="分数是对数尺度上的，0 并不低：要禁止，就设为 $-\\infty$。",
            en="Scores live on a log scale, where 0 is not low; to forbid a token its score must be $-\\infty$.",
        ),
        Mistake(
            "first_time_only",
            first_time_only,
            zh="只禁了第一次出现时的后一个词元；前文可能出现过好几次，每次的后一个都要禁。",
            en="Only the token that followed the first time is forbidden. The context may have occurred several times: "
            "forbid what followed each.",
        ),
        Mistake(
            "last_token_itself",
            last_token_itself,
            zh="禁的是刚写的那个词元；要禁的是以前**跟在**这段前文后面的那个。",
            en="You forbid the token just written; what must go is the one that **followed** this context before.",
        ),
    ),
)
