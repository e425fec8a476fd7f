"""A stacked GRU that reads padded sequences and answers with one probability."""

from rnncourse.tasks._task import Case, Mistake, Task
from rnncourse.text import pad

FEATURES, UNITS = 16, 24


def cases(rng):
    """Padded batches for vocabularies of two sizes."""
    drawn = []
    for vocabulary_size in (20, 50):
        sequences = [rng.integers(1, vocabulary_size, n) for n in rng.integers(3, 9, 16)]
        drawn.append(Case((vocabulary_size, pad(sequences))))
    return drawn


def _build(vocabulary_size, *, mask=True, sequences=(True, False), bag=False, units=1, activation="sigmoid"):
    from keras import Input, Sequential, layers

    recurrent = [layers.GRU(UNITS, return_sequences=each) for each in sequences]
    return Sequential(
        [
            Input((None,), dtype="int32"),
            layers.Embedding(vocabulary_size, FEATURES, mask_zero=mask),
            *([layers.GlobalAveragePooling1D()] if bag else recurrent),
            layers.Dense(units, activation=activation),
        ]
    )


def reference(vocabulary_size):
    return _build(vocabulary_size)


def mask_missing(vocabulary_size):
    return _build(vocabulary_size, mask=False)


def first_layer_returns_one_state(vocabulary_size):
    return _build(vocabulary_size, sequences=(False, False))


def last_layer_returns_sequences(vocabulary_size):
    return _build(vocabulary_size, sequences=(True, True))


def softmax_over_one_unit(vocabulary_size):
    return _build(vocabulary_size, activation="softmax")


def two_units(vocabulary_size):
    return _build(vocabulary_size, units=2, activation="softmax")


def no_activation(vocabulary_size):
    return _build(vocabulary_size, activation=None)


def bag_of_words(vocabulary_size):
    return _build(vocabulary_size, bag=True)


def one_recurrent_layer(vocabulary_size):
    return _build(vocabulary_size, sequences=(False,))


TASK = Task(
    name="build_classifier",
    points=3,
    cases=cases,
    reference=reference,
    probe="classifier",
    hides=("rnncourse.models",),
    mistakes=(
        Mistake(
            "mask_missing",
            mask_missing,
            zh="在末尾多补几个 0，输出就变了：GRU 把填充也当作词元读了进去。该由哪一层告诉后面的层“编号 0 "
            "是填充”？",
            en="A few more zeros at the end change the output: the GRU reads padding as if it were "
            "tokens. Which layer has to tell those after it that id 0 is padding?",
        ),
        Mistake(
            "first_layer_returns_one_state",
            first_layer_returns_one_state,
            zh="第二个 GRU 要读的是序列 (B, T, 24)，第一个 GRU 却只交出了末态 (B, 24)。怎样让它交出每个时"
            "间步的隐状态？",
            en="The second GRU wants a sequence (B, T, 24), but the first hands over its last state only, "
            "(B, 24). How does it hand over the state of every step?",
        ),
        Mistake(
            "last_layer_returns_sequences",
            last_layer_returns_sequences,
            zh="每个时间步都有一个输出，形状是 (B, T, 1)；一条评论只要一个概率。哪一层应当只交出末态？",
            en="There is an output for every step, shape (B, T, 1); a review wants one probability. Which "
            "layer should hand over its last state alone?",
        ),
        Mistake(
            "softmax_over_one_unit",
            softmax_over_one_unit,
            zh="不论读到什么，输出都是 1：softmax 让各单元之和为 1，而这里只有一个单元。一个单元该配哪个激"
            "活函数？",
            en="The output is 1 whatever is read: softmax makes the units add up to 1, and there is one "
            "unit only. Which activation belongs to a single unit?",
        ),
        Mistake(
            "two_units",
            two_units,
            zh="输出有两列；题目要一列，即类别 1 的概率 (B, 1)。另一类的概率是 1 − p，不必再算。",
            en="The output has two columns; one is asked for, the probability of class 1, (B, 1). The "
            "other class has 1 − p.",
        ),
        Mistake(
            "no_activation",
            no_activation,
            zh="输出有小于 0 或大于 1 的数，不是概率：最后一层缺了激活函数。",
            en="Some outputs lie below 0 or above 1, which no probability does: the last layer lacks its "
            "activation.",
        ),
        Mistake(
            "bag_of_words",
            bag_of_words,
            zh="把词元倒过来读，输出不变：这是词袋，不是循环网络。对嵌入求平均会丢掉顺序；顺序要靠循环层来"
            "读。",
            en="Reading the tokens backwards changes nothing: this is a bag of words. A mean over "
            "embeddings loses the order; it takes recurrent layers to read it.",
        ),
        Mistake(
            "one_recurrent_layer",
            one_recurrent_layer,
            zh="输出都对，但参数少了：只有一个 GRU 层。题目要两层，一层叠在另一层上。",
            en="The outputs are as they should be, but parameters are missing: there is one GRU layer. "
            "Two are asked for, one upon the other.",
        ),
    ),
)
