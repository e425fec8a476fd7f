"""Beam search: several hypotheses grow side by side, the likeliest few stay."""

import itertools

import numpy as np

from rnncourse.probes import following_state
from rnncourse.tasks._task import Case, Mistake, Task

SIZE, START, END = 4, 0, 1


def cases(rng):
    """Tables of log-probabilities (state, token before, next token), beams of 2 and 3, answers up to 4 tokens.

    Drawn until two of the catalogued ways to go wrong find an answer in each case that no other way finds.
    """
    pairs = zip(_WRONG[::2], _WRONG[1::2], strict=True)
    return [_drawn(rng, *sizes, pair) for sizes, pair in zip(((2, 3), (3, 4), (2, 4)), pairs, strict=True)]


def _drawn(rng, width, longest, pair):
    while True:
        table = rng.normal(0, 1.6, (7, SIZE, SIZE))
        table[:, :, START] = -30.0
        table[:, :, END] -= 0.3
        table = (table - np.log(np.exp(table).sum(axis=2, keepdims=True))).round(3)
        case = (table, 0, START, END, width, longest)
        step = _step_of(table)
        right = reference(step, *case[1:])
        found = [wrong(step, *case[1:]) for wrong in pair]
        if not right[0] or any(tokens == right[0] for tokens, _ in found):
            continue
        others = [wrong(step, *case[1:]) for wrong in _WRONG if wrong not in pair]
        if found[0] != found[1] and not any(one in others for one in found):
            return Case(case)


def _step_of(table):
    """As `probes.searcher` makes it."""
    return lambda token, state: (table[state, token], following_state(table, state, token))


def reference(step, state, start, end, width, longest):
    """By enumeration: at each length all sequences are listed, and those kept whose parent was kept."""

    def log_probability(tokens):
        total, before, now = 0.0, start, state
        for token in tokens:
            logs, now = step(before, now)
            total, before = total + logs[token], token
        return float(total)

    def may_follow(tokens):
        parent = tokens[:-1]
        return parent in kept and end not in parent

    kept, size = {()}, len(step(start, state)[0])
    for length in range(1, longest + 1):
        grown = filter(may_follow, itertools.product(range(size), repeat=length))
        finished = [tokens for tokens in kept if end in tokens]
        kept = set(sorted([*grown, *finished], key=log_probability)[-width:])
    best = max(kept, key=log_probability)
    return [token for token in best if token != end], log_probability(best)


def _search(
    step,
    state,
    start,
    end,
    width,
    longest,
    *,
    own_state=True,
    stop=True,
    keep_finished=True,
    total=sum,
    rank=lambda logs, total: total(logs),
    each=None,
):
    beams = [((), (), state)]  # tokens, their log-probabilities, the state after them
    for _ in range(longest):
        grown = []
        for place, (tokens, logs, now) in enumerate(beams):
            if stop and tokens and tokens[-1] == end:
                grown += [(tokens, logs, now)] * keep_finished
                continue
            here = now if own_state else beams[-1 - place][2]
            scores, after = step(tokens[-1] if tokens else start, here)
            children = [((*tokens, v), (*logs, float(scores[v])), after) for v in range(len(scores))]
            grown += sorted(children, key=lambda c: c[1][-1])[-(each or len(children)) :]
        if not grown:
            break
        beams = sorted(grown, key=lambda beam: -rank(beam[1], total))[:width]
    tokens, logs, _ = max(beams, key=lambda beam: total(beam[1]))
    return [token for token in tokens if token != end], total(logs)


def state_of_another_hypothesis(*inputs):
    return _search(*inputs, own_state=False)


def finished_extended(*inputs):
    return _search(*inputs, stop=False)


def finished_forgotten(*inputs):
    return _search(*inputs, keep_finished=False)


def log_probabilities_multiplied(*inputs):
    return _search(*inputs, total=lambda logs: -float(np.prod(np.abs(logs))))


def last_step_alone(*inputs):
    return _search(*inputs, rank=lambda logs, total: logs[-1])


def best_child_of_each(*inputs):
    return _search(*inputs, each=1)


_WRONG = (
    state_of_another_hypothesis,
    best_child_of_each,
    last_step_alone,
    finished_extended,
    finished_forgotten,
    log_probabilities_multiplied,
)

TASK = Task(
    name="beam_search",
    points=3,
    cases=cases,
    reference=reference,
    probe="searcher",
    hides=("rnncourse.decoders", "rnncourse.widgets"),
    mistakes=(
        Mistake(
            "state_of_another_hypothesis",
            state_of_another_hypothesis,
            zh="状态与假设对不上：某个假设用了别的假设的状态。每个假设都要带着自己的状态，排序时一起搬。",
            en="States and hypotheses do not go together: one is extended from the state of another. Each hypothesis "
            "carries its own, which moves with it when they are ranked.",
        ),
        Mistake(
            "finished_extended",
            finished_extended,
            zh="写出了结束词元的假设还在继续写：它已经写完，原样留在束里即可。",
            en="Hypotheses that ended are extended further: such a one is complete, and stays in the beam as it is.",
        ),
        Mistake(
            "finished_forgotten",
            finished_forgotten,
            zh="写完的假设被丢掉了：它应当留在束里，继续与没写完的比较，最后可能正是它最好。",
            en="Hypotheses that ended are dropped: they should stay in the beam and be compared with the rest; the "
            "best answer may be one of them.",
        ),
        Mistake(
            "log_probabilities_multiplied",
            log_probabilities_multiplied,
            zh="对数概率被乘了起来：概率相乘，对数相加。",
            en="Log-probabilities are multiplied: probabilities multiply, their logarithms add up.",
        ),
        Mistake(
            "last_step_alone",
            last_step_alone,
            zh="排序只看了最后一步的对数概率：前面走过的路也要算进去。",
            en="They are ranked by the last step alone: the way that led there counts as well.",
        ),
        Mistake(
            "best_child_of_each",
            best_child_of_each,
            zh="每个假设只留下了一个最好的后继：从一个假设开始，束就永远只有一个。所有假设的所有后继要放在一起比。",
            en="Of each hypothesis only the best successor stays: begun with one, the beam never has two. All "
            "successors of all hypotheses compete.",
        ),
    ),
)
