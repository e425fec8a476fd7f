"""One step of a decoder: look the token up, move the state on, score every token."""

import numpy as np

from rnncourse.cells import simple_rnn
from rnncourse.tasks._task import Case, Mistake, Task


def cases(rng):
    """B, D, H and V differ, so that no two axes can be taken for each other."""
    drawn = []
    for batch, features, units, size in ((1, 2, 3, 4), (2, 3, 4, 6), (4, 2, 3, 5)):
        token = rng.integers(0, size, batch)
        shapes = (batch, units), (size, features), (features, units), (units, units), (units,)
        shapes += (units, size), (size,)
        drawn.append(Case((token, *(rng.normal(0, 0.9, shape).round(2) for shape in shapes))))
    return drawn


def reference(token, h, E, W, U, b, A, c):
    """One-hot rows times the table, the package's cell, and a sum over units written as einsum."""
    x = np.eye(len(E))[token] @ E
    state, _ = simple_rnn.step(x, simple_rnn.State(h), simple_rnn.Params(W, U, b))
    return np.einsum("bh,hv->bv", state.hidden, A) + c, state.hidden


def state_not_carried_over(token, h, E, W, U, b, A, c):
    h = np.tanh(E[token] @ W + b)
    return h @ A + c, h


def scores_of_the_old_state(token, h, E, W, U, b, A, c):
    return h @ A + c, reference(token, h, E, W, U, b, A, c)[1]


def old_state_returned(token, h, E, W, U, b, A, c):
    return reference(token, h, E, W, U, b, A, c)[0], h


def probabilities_returned(token, h, E, W, U, b, A, c):
    scores, h = reference(token, h, E, W, U, b, A, c)
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True), h


def scores_squashed(token, h, E, W, U, b, A, c):
    scores, h = reference(token, h, E, W, U, b, A, c)
    return np.tanh(scores), h


def activation_missing(token, h, E, W, U, b, A, c):
    h = E[token] @ W + h @ U + b
    return h @ A + c, h


def results_exchanged(token, h, E, W, U, b, A, c):
    return reference(token, h, E, W, U, b, A, c)[::-1]


TASK = Task(
    name="decoder_step",
    points=2,
    cases=cases,
    reference=reference,
    hides=("rnncourse.cells", "rnncourse.models", "rnncourse.decoders"),
    mistakes=(
        Mistake(
            "state_not_carried_over",
            state_not_carried_over,
            zh="上一步的状态 h 没有用上：解码器不知道自己写到哪里了，同一个词元后面永远写同一个词元。",
            en="The state h of the step before is not used: the decoder does not know how far it has come, and always "
            "writes the same after the same token.",
        ),
        Mistake(
            "scores_of_the_old_state",
            scores_of_the_old_state,
            zh="分数是从旧状态算的：它还没有读到刚写下的词元，晚了一步。",
            en="The scores come from the old state, which has not read the last token yet: they are one step late.",
        ),
        Mistake(
            "old_state_returned",
            old_state_returned,
            zh="分数对了，返回的却是旧状态：下一步会从原地出发。",
            en="The scores are right, but the old state is returned: the next step would start where this one did.",
        ),
        Mistake(
            "probabilities_returned",
            probabilities_returned,
            zh="返回的是概率（做了 softmax），题目要的是分数：损失函数或解码算法会自己做 softmax，做两次就错了。",
            en="These are probabilities (after a softmax); scores are asked for: the loss or the search takes the "
            "softmax itself, and twice is wrong.",
        ),
        Mistake(
            "scores_squashed",
            scores_squashed,
            zh="分数也过了 tanh：它们被压进 −1 到 1 之间，模型再也不能很有把握。激活函数属于状态，不属于分数。",
            en="The scores went through tanh, too: squeezed between −1 and 1, they never let the model be sure. The "
            "activation belongs to the state.",
        ),
        Mistake(
            "activation_missing",
            activation_missing,
            zh="新状态没有过激活函数：循环权重一乘再乘，它会越来越大。",
            en="The new state passes no activation: multiplied by the recurrent kernel again and again, it grows "
            "without bounds.",
        ),
        Mistake(
            "results_exchanged",
            results_exchanged,
            zh="两个数组都对，次序反了：题目要的是先分数，后状态。",
            en="Both arrays are right, but in the wrong order: scores first, then the state.",
        ),
    ),
)
