"""Which of several hypotheses is the answer: those that ended, ranked with a length penalty."""

import numpy as np

from rnncourse.tasks._task import Case, Mistake, Task

END = 2


def cases(rng):
    """Drawn until every way to rank them finds another answer than the right one, where it can.

    The last case has no hypothesis that ended.
    """
    return [_drawn(rng, 3, True), _drawn(rng, 5, True), _drawn(rng, 4, False)]


def _drawn(rng, count, ended):
    while True:
        lengths = rng.permutation(np.arange(1, 12))[:count]
        hypotheses = []
        for row, length in enumerate(lengths):
            tokens = rng.integers(3, 9, length).tolist()
            if ended and row:  # the first one never ends
                tokens[-1] = END
            each = rng.uniform(0.3, 0.9) if row or not ended else 0.1
            hypotheses.append((tokens, round(-float(each * length), 3)))
        power = round(float(rng.uniform(0.5, 1.1)), 2)
        case = (hypotheses, power, END)
        right = reference(*case)
        if not ended or all(wrong(*case)[0] != right[0] for wrong in (no_penalty, unfinished_may_win)):
            return Case(case)


def reference(hypotheses, power, end):
    """By logarithms: log(-score) = log(-log p) - power log(1 + (n - 1) / 6)."""
    done = [h for h in hypotheses if h[0][-1] == end] or hypotheses
    costs = [np.log(-log) - power * np.log1p((len(tokens) - 1) / 6) for tokens, log in done]
    best = int(np.argmin(costs))
    return [token for token in done[best][0] if token != end], -float(np.exp(costs[best]))


def _ranked(hypotheses, end, score, *, unfinished=False, keep=False, pick=max):
    done = [h for h in hypotheses if h[0][-1] == end]
    done = hypotheses if unfinished or not done else done
    tokens, log = pick(done, key=lambda h: score(h[1], len(h[0]), h[0]))
    value = score(log, len(tokens), tokens)
    return (tokens if keep else [token for token in tokens if token != end]), value


def _penalty(n, power):
    return ((5 + n) / 6) ** power


def no_penalty(hypotheses, power, end):
    return _ranked(hypotheses, end, lambda log, n, _: log)


def unfinished_may_win(hypotheses, power, end):
    return _ranked(hypotheses, end, lambda log, n, _: log / _penalty(n, power), unfinished=True)


def multiplied(hypotheses, power, end):
    return _ranked(hypotheses, end, lambda log, n, _: log * _penalty(n, power))


def end_not_counted(hypotheses, power, end):
    return _ranked(hypotheses, end, lambda log, n, tokens: log / _penalty(n - (tokens[-1] == end), power))


def plain_mean(hypotheses, power, end):
    return _ranked(hypotheses, end, lambda log, n, _: log / n)


def lowest_taken(hypotheses, power, end):
    return _ranked(hypotheses, end, lambda log, n, _: log / _penalty(n, power), pick=min)


def end_kept(hypotheses, power, end):
    return _ranked(hypotheses, end, lambda log, n, _: log / _penalty(n, power), keep=True)


TASK = Task(
    name="choose_answer",
    points=2,
    cases=cases,
    reference=reference,
    hides=("rnncourse.decoders",),
    mistakes=(
        Mistake(
            "no_penalty",
            no_penalty,
            zh="比较的是原始的对数概率：每多写一个词元就多加一个负数，短的总占便宜。长度惩罚没有用上。",
            en="Raw log-probabilities are compared: every token more adds a negative number, so short ones have it "
            "easy. The length penalty is not used.",
        ),
        Mistake(
            "unfinished_may_win",
            unfinished_may_win,
            zh="没写完的假设也参加了比较：它还没有为结束词元付出代价。只有一个都没写完时才轮到它们。",
            en="A hypothesis without an end took part: it has not paid for its end token yet. They count only where "
            "none has ended.",
        ),
        Mistake(
            "multiplied",
            multiplied,
            zh="对数概率乘以了惩罚项：它是负数，这样越长越吃亏，比不惩罚还糟。",
            en="The log-probability is multiplied by the penalty: it is negative, so that longer ones fare even worse "
            "than without.",
        ),
        Mistake(
            "end_not_counted",
            end_not_counted,
            zh="长度里少算了结束词元：它也是写下的一个词元，它的概率也乘进去了。",
            en="The length leaves the end token out: it was written, too, and its probability is in the product.",
        ),
        Mistake(
            "plain_mean",
            plain_mean,
            zh="你除以了长度本身（每个词元的平均）。那是另一种惩罚；这里要的是 ((5+n)/6) 的 power 次方。",
            en="You divided by the length itself (the mean per token). That is another penalty; here it is (5 + n) / 6 "
            "to the given power.",
        ),
        Mistake(
            "lowest_taken",
            lowest_taken,
            zh="取了分数最低的一个：分数是负数，越接近 0 越好。",
            en="The lowest score was taken: scores are negative, and the nearer to 0 the better.",
        ),
        Mistake(
            "end_kept",
            end_kept,
            zh="选对了，但结束词元留在了答案里：它只是停止的信号。",
            en="The choice is right, but the end token is left in the answer: it only says stop.",
        ),
    ),
)
