"""An encoder–decoder whose decoder looks back at every step of the source, in plain Keras layers."""

from rnncourse.tasks._seq2seq import FEATURES, UNITS, cases, decoder_mistakes
from rnncourse.tasks._task import Mistake, Task


def _build(vocabulary_size, *, mask=True, causal=True, joined=True, itself=False, softmax=True):
    from keras import Input, Model, layers, ops

    source, written = Input((None,)), Input((None,))
    x = layers.Embedding(vocabulary_size, FEATURES, mask_zero=mask)(source)
    states = layers.GRU(UNITS, return_sequences=True)(x)
    y = layers.Embedding(vocabulary_size, FEATURES)(written)
    decode = layers.GRU(UNITS, return_sequences=True)
    y = decode(y) if causal else layers.Bidirectional(decode, merge_mode="sum")(y)
    looked = layers.Attention()([y, y if itself else states])
    if not mask:  # Keras would read the mask off the states; without it the padding is looked at
        looked = layers.Attention()([y, ops.add(states, 0.0)])
    y = layers.Concatenate()([y, looked]) if joined else looked
    return Model(
        [source, written], layers.Dense(vocabulary_size, activation="softmax" if softmax else None)(y)
    )


def reference(vocabulary_size):
    return _build(vocabulary_size)


def mask_missing(vocabulary_size):
    return _build(vocabulary_size, mask=False)


def looks_at_itself(vocabulary_size):
    return _build(vocabulary_size, itself=True)


def only_one_of_the_two(vocabulary_size):
    return _build(vocabulary_size, joined=False)


TASK = Task(
    name="build_attention_seq2seq",
    points=3,
    cases=cases,
    reference=reference,
    probe="sequence_to_sequence",
    hides=("rnncourse.models", "rnncourse.attention"),
    mistakes=(
        Mistake(
            "mask_missing",
            mask_missing,
            zh="源序列末尾多补几个 0，输出就变了：注意力看到了填充。掩码从嵌入层传来，先让它产生掩码。",
            en="More zeros at the end of the source change the outputs: attention looks at the padding. The mask comes "
            "from the embedding; have it make one.",
        ),
        Mistake(
            "looks_at_itself",
            looks_at_itself,
            zh="改动源序列，输出不变：注意力看的不是编码器的各步。`Attention` 读一个列表，谁在看、看什么，次序各是什么？",
            en="A change of the source changes no output: what attention looks at is not the encoder's steps. It reads a "
            "list: who looks, and what is looked at, in which order?",
        ),
        Mistake(
            "only_one_of_the_two",
            only_one_of_the_two,
            zh="参数少了：全连接层只读到了 16 个特征。它应同时读解码器的状态和看到的内容，两者接在一起是 32 个。",
            en="There are too few parameters: the dense layer reads 16 features only. It should read the decoder's state "
            "and what was looked up side by side, 32 of them.",
        ),
        *decoder_mistakes(_build),
    ),
)
