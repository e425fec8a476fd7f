"""A trained classifier, judged on sequences that it has not seen: their order decides."""

import numpy as np

from rnncourse.datasets.order import draw_order_examples
from rnncourse.language import choose
from rnncourse.tasks._task import Case, Finding, Mistake, Task
from rnncourse.text import pad

VOCABULARY_SIZE = 30
TRAINED, UNSEEN = 800, 200
REQUIRED = 0.9


def cases(rng):
    """The second half of the unseen sequences is the first half with the two deciding tokens exchanged."""
    sequences, labels = draw_order_examples(rng, TRAINED + UNSEEN, vocabulary_size=VOCABULARY_SIZE)
    pair = _deciding(sequences)
    unseen = sequences[TRAINED:]
    twins = [_exchange(sequence, *pair) for sequence in unseen]
    answers = np.r_[labels[TRAINED:], 1 - labels[TRAINED:]]
    inputs = sequences[:TRAINED], labels[:TRAINED], VOCABULARY_SIZE, unseen + twins
    return [Case(inputs, secret=answers)]


def _deciding(sequences):
    """The two tokens that every sequence holds."""
    return sorted(set.intersection(*(set(s.tolist()) for s in sequences)))


def _exchange(sequence, a, b):
    return np.where(sequence == a, b, np.where(sequence == b, a, sequence))


def judge(case, value):
    """What is wrong with the predictions, in the order in which it is to be mended."""
    count = len(case.secret)
    p, padded = (_column(value[key], count) for key in ("predictions", "predictions_padded"))
    if p is None or padded is None:
        return Finding("two_units", f"{getattr(value['predictions'], 'shape', '?')}", f"({count}, 1)")
    if not np.ptp(p) > 1e-3:
        return Finding("constant_output", f"p = {p[0]:.3f} ({count} ×)", "0 < p < 1")
    by_padding, by_exchange = np.abs(p - padded).max(), np.abs(np.subtract(*np.split(p, 2))).max()
    if not by_padding < 0.01:
        return Finding("padding_is_read", _moves(by_padding), choose(zh="p 不变", en="p stays"))
    if by_exchange < 1e-3:
        return Finding(
            "bag_of_words", _moves(by_exchange), choose(zh="p 从 0 变 1", en="p turns from 0 to 1")
        )
    accuracy = np.mean((p > 0.5) == case.secret)
    words = choose(zh="准确率", en="accuracy")
    passed = accuracy >= REQUIRED
    return (
        None if passed else Finding("trained_too_little", f"{words} {accuracy:.3f}", f"{words} ≥ {REQUIRED}")
    )


def _column(values, count):
    """One probability a sequence, shape (count,), or None where `values` is something else."""
    fits = getattr(values, "shape", None) in ((count, 1), (count,)) and values.dtype.kind == "f"
    return values.ravel() if fits else None


def _moves(change):
    return choose(zh=f"p 最多变了 {change:.3f}", en=f"p moves by {change:.3f} at most")


def reference(sequences, labels, vocabulary_size):
    from rnncourse.models import build_text_classifier
    from rnncourse.training import fit

    model = build_text_classifier(
        vocabulary_size=vocabulary_size, embedding_size=16, units=16, embedding_dropout=0.0, dropout=0.0
    )
    train, validation = (sequences[:-80], labels[:-80]), (sequences[-80:], labels[-80:])
    fit(model, train, validation, epochs=8, learning_rate=0.02, tokens_per_batch=400, progress="none")
    return model


def _train(
    sequences, labels, size, *, mask=True, bag=False, units=1, activation="sigmoid", rate=0.01, epochs=5
):
    import keras
    from keras import layers

    loss = "binary_crossentropy" if units == 1 else "sparse_categorical_crossentropy"
    model = keras.Sequential(
        [
            keras.Input((None,), dtype="int32"),
            layers.Embedding(size, 16, mask_zero=mask),
            layers.GlobalAveragePooling1D() if bag else layers.GRU(16),
            layers.Dense(units, activation=activation),
        ]
    )
    model.compile(keras.optimizers.Adam(rate), loss)
    model.fit(pad(sequences), labels, epochs=epochs, verbose=0)
    return model


def padding_is_read(sequences, labels, vocabulary_size):
    return _train(sequences, labels, vocabulary_size, mask=False)


def bag_of_words(sequences, labels, vocabulary_size):
    return _train(sequences, labels, vocabulary_size, bag=True)


def constant_output(sequences, labels, vocabulary_size):
    return _train(sequences, labels, vocabulary_size, activation="softmax", epochs=1)


def two_units(sequences, labels, vocabulary_size):
    return _train(sequences, labels, vocabulary_size, units=2, activation="softmax", epochs=1)


def trained_too_little(sequences, labels, vocabulary_size):
    return _train(sequences, labels, vocabulary_size, rate=0.0003, epochs=1)


TASK = Task(
    name="train_classifier",
    points=3,
    cases=cases,
    reference=reference,
    probe="trained_classifier",
    judge=judge,
    hides=("rnncourse.models", "rnncourse.training"),
    mistakes=(
        Mistake(
            "padding_is_read",
            padding_is_read,
            zh="给没见过的序列末尾多补 30 个 0，预测的概率 p 就变了：模型把填充当作词元读了进去。哪一层可"
            "以告诉后面的层“0 是填充”？",
            en="30 more zeros behind the unseen sequences change the predicted probability p: the model "
            "reads padding as if it were tokens. Which layer can tell those after it that 0 is padding?",
        ),
        Mistake(
            "bag_of_words",
            bag_of_words,
            zh="把决定类别的两个词元对调，答案就该反过来，你的模型给出的概率 p 却不变：它不看顺序，是词"
            "袋。对嵌入求平均会丢掉顺序；请用循环层。",
            en="With the two deciding tokens exchanged the answer should turn round, but your model's "
            "probability p stays: it is a bag of words, blind to order. A mean over embeddings loses "
            "the order; use a recurrent layer.",
        ),
        Mistake(
            "constant_output",
            constant_output,
            zh="对所有序列，预测的概率 p 都一样。是不是对一个单元用了 softmax（结果永远是 1）？如果是 NaN"
            "，则学习率太大了。",
            en="The predicted probability p is the same for every sequence. Softmax over a single unit "
            "does that, it is always 1; NaN would mean that the learning rate is too large.",
        ),
        Mistake(
            "two_units",
            two_units,
            zh="predict 的结果形状不对：每条序列应有一个概率，即类别 1 的概率。最后一层应有几个单元？只要"
            "最后一步的输出，还是每一步的？",
            en="`predict` has the wrong shape: one probability a sequence is asked for, that of class 1. "
            "How many units should the last layer have, and is one output a sequence wanted or one a "
            "step?",
        ),
        Mistake(
            "trained_too_little",
            trained_too_little,
            zh="模型看顺序，填充也处理对了，但在没见过的序列上准确率还不够。训练损失还在下降吗？可以多训练"
            "几轮，或把学习率调大些；序列有没有被截短？",
            en="The model sees order and handles padding, but its accuracy on unseen sequences is too "
            "low. Is the training loss still falling? Train for more epochs or at a higher learning "
            "rate; and are sequences cut anywhere?",
        ),
    ),
)
