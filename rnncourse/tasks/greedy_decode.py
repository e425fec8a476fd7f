"""The loop of greedy decoding: each token that is written is read at the next step."""

import itertools

import numpy as np

from rnncourse.tasks._task import Case, Mistake, Task

START, END, LONGEST = 0, 1, 6


def cases(rng):
    """Tables of scores (position, last token, next token): answers of 3 tokens, of none, and without an end.

    Drawn until every catalogued way to go wrong gives another answer on the first and the last.
    """
    return [_drawn(rng, 3), _drawn(rng, LONGEST), _drawn(rng, 0), _drawn(rng, 4)]


def _drawn(rng, written):
    while True:
        table = rng.normal(0, 1, (LONGEST + 2, 5, 5)).round(2)
        found = reference(_step_of(table), 0, START, END, LONGEST)
        wrongs = [wrong(_step_of(table), 0, START, END, LONGEST) for wrong in _DIFFER]
        apart = wrongs[0] != wrongs[1] and found not in wrongs
        if len(found) == written and START not in found and (written < 3 or apart):
            return Case((table, 0, START, END, LONGEST))


def _step_of(table):
    """As `probes.decoder` makes it."""
    return lambda token, state: (table[min(state, len(table) - 1), token], state + 1)


def reference(step, state, start, end, longest):
    def write():
        token, now = start, state
        while True:
            scores, now = step(token, now)
            token = int(np.argmax(scores))
            yield token

    return list(itertools.takewhile(lambda token: token != end, itertools.islice(write(), longest)))


def _written(step, state, start, end, longest, *, feed=True, carry=True, stop=True, keep=False):
    token, answer = start, []
    for _ in range(longest):
        scores, after = step(token if feed else start, state)
        state = after if carry else state
        token = int(np.argmax(scores))
        if stop and token == end:
            return [*answer, end] if keep else answer
        answer.append(token)
    return answer


def written_token_not_read(step, state, start, end, longest):
    return _written(step, state, start, end, longest, feed=False)


def state_not_carried_over(step, state, start, end, longest):
    return _written(step, state, start, end, longest, carry=False)


def end_token_kept(step, state, start, end, longest):
    return _written(step, state, start, end, longest, keep=True)


def never_stops(step, state, start, end, longest):
    return _written(step, state, start, end, longest, stop=False)


def start_token_kept(step, state, start, end, longest):
    return [start, *_written(step, state, start, end, longest)]


def one_token_short(step, state, start, end, longest):
    return _written(step, state, start, end, longest - 1)


_DIFFER = (written_token_not_read, state_not_carried_over)

TASK = Task(
    name="greedy_decode",
    points=2,
    cases=cases,
    reference=reference,
    probe="decoder",
    mistakes=(
        Mistake(
            "written_token_not_read",
            written_token_not_read,
            zh="每一步读的都是起始词元：写下的词元没有成为下一步的输入。解码器要读自己刚写的。",
            en="Every step reads the start token: what was written does not become the next input. A decoder reads "
            "what it has just written.",
        ),
        Mistake(
            "state_not_carried_over",
            state_not_carried_over,
            zh="每一步用的都是最初的状态：step 返回的新状态没有带到下一步，解码器不知道自己写到哪里了。",
            en="Every step uses the first state: the new one that `step` returns is not carried over, and the decoder "
            "does not know how far it has come.",
        ),
        Mistake(
            "end_token_kept",
            end_token_kept,
            zh="结束词元留在了答案里：它只是停止的信号，不属于答案。先判断，再追加。",
            en="The end token is left in the answer: it only says stop and is no part of it. Test first, then append.",
        ),
        Mistake(
            "never_stops",
            never_stops,
            zh="没有在结束词元处停下：后面写的都不算数。",
            en="It does not stop at the end token: whatever is written after that does not count.",
        ),
        Mistake(
            "start_token_kept",
            start_token_kept,
            zh="起始词元也进了答案：它是给解码器读的，不是它写的。",
            en="The start token is in the answer: it is for the decoder to read, not something it wrote.",
        ),
        Mistake(
            "one_token_short",
            one_token_short,
            zh="没有结束词元时，最多应写 longest 个词元，你少写了一个。",
            en="Without an end token up to `longest` tokens are to be written; yours are one fewer.",
        ),
    ),
)
