"""A tagger that labels a stream as it comes: broken in three places, to be mended."""

import numpy as np

from rnncourse.tasks._task import Case, Mistake, Task

FEATURES, UNITS = 8, 16


def cases(rng):
    """Batches padded in front, for two vocabularies; the first row is full."""
    drawn = []
    for vocabulary_size, tags, steps in ((15, 3, 6), (25, 4, 8)):
        tokens = rng.integers(1, vocabulary_size, (5, steps))
        lengths = np.r_[steps, rng.integers(2, steps, 4)]
        tokens[np.arange(steps) < steps - lengths[:, None]] = 0
        drawn.append(Case((vocabulary_size, tags, tokens)))
    return drawn


def _build(vocabulary_size, tags, *, mask=True, layer="gru", activation="softmax", sequences=True):
    from keras import Input, Model, layers

    tokens = Input((None,), dtype="int32")
    x = layers.Embedding(vocabulary_size, FEATURES, mask_zero=mask)(tokens)
    if layer == "dense":
        x = layers.Dense(UNITS, activation="tanh")(x)
    else:
        loop = layers.GRU(UNITS, return_sequences=sequences)
        x = (layers.Bidirectional(loop) if layer == "both" else loop)(x)
    return Model(tokens, layers.Dense(tags, activation=activation)(x))


def reference(vocabulary_size, tags):
    return _build(vocabulary_size, tags)


def sigmoid_for_softmax(vocabulary_size, tags):
    return _build(vocabulary_size, tags, activation="sigmoid")


def scores_not_probabilities(vocabulary_size, tags):
    return _build(vocabulary_size, tags, activation=None)


def reads_the_future(vocabulary_size, tags):
    return _build(vocabulary_size, tags, layer="both")


def mask_missing(vocabulary_size, tags):
    return _build(vocabulary_size, tags, mask=False)


def no_recurrence(vocabulary_size, tags):
    return _build(vocabulary_size, tags, layer="dense")


def last_state_only(vocabulary_size, tags):
    return _build(vocabulary_size, tags, sequences=False)


TASK = Task(
    name="mend_tagger",
    points=3,
    cases=cases,
    reference=reference,
    probe="tagger",
    hides=("rnncourse.clinic",),
    mistakes=(
        Mistake(
            "sigmoid_for_softmax",
            sigmoid_for_softmax,
            zh="每个时间步的概率之和不是 1：各标签各算各的。一个词元只有一个标签，该用哪个激活函数？",
            en="The probabilities of a step do not add up to 1: each tag is judged by itself. A token has one tag; "
            "which activation says so?",
        ),
        Mistake(
            "scores_not_probabilities",
            scores_not_probabilities,
            zh="有的输出小于 0 或大于 1，那是分数，不是概率：最后一层没有激活函数。",
            en="Some outputs lie below 0 or above 1: they are scores, no probabilities. The last layer has no "
            "activation.",
        ),
        Mistake(
            "reads_the_future",
            reads_the_future,
            zh="改动后面的词元，前面的标签也变了：词元一个个到来时，后面的还没有到。哪一层从右往左读？",
            en="A change of later tokens changes earlier tags: when tokens come one by one, the later ones are not "
            "there yet. Which layer reads from right to left?",
        ),
        Mistake(
            "mask_missing",
            mask_missing,
            zh="前面多补几个 0，标签就变了：循环层先读了一串填充，才读到词元。哪一层能告诉它跳过？",
            en="A few more zeros in front change the tags: the recurrent layer reads padding before it comes to the "
            "tokens. Which layer can tell it to skip them?",
        ),
        Mistake(
            "no_recurrence",
            no_recurrence,
            zh="改动前面的词元，后面的标签不变：每一步只看自己。该有循环层的地方不是循环层。",
            en="A change of earlier tokens changes no later tag: each step sees itself alone. Where a recurrent layer "
            "should be there is none.",
        ),
        Mistake(
            "last_state_only",
            last_state_only,
            zh="每行只有一个输出，每个词元却都要一个标签：循环层只交出了末态。",
            en="There is one output a row, but every token wants a tag: the recurrent layer hands over its last state "
            "only.",
        ),
    ),
)
