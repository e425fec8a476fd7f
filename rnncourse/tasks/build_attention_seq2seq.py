"""An encoder–decoder whose decoder looks back at every step of the source, in plain Keras layers."""

from rnncourse.tasks._task import Case, Mistake, Task
from rnncourse.text import pad

FEATURES, UNITS = 8, 16


def cases(rng):
    """Padded sources and decoder inputs, of different lengths, for a drawn vocabulary."""
    vocabulary_size = int(rng.integers(12, 30))
    sources, written = ([rng.integers(1, vocabulary_size, n) for n in rng.permutation(k)] for k in _LENGTHS)
    return [Case((vocabulary_size, pad(sources), pad(written)))]


_LENGTHS = ((3, 4, 5, 6), (2, 5, 7, 8))


def _build(vocabulary_size, *, mask=True, causal=True, context=True, joined=True, itself=False, softmax=True):
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
    parts = [part for part, wanted in ((y, joined), (looked, context)) if wanted]
    y = layers.Concatenate()(parts) if len(parts) > 1 else parts[0]
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


def decoder_reads_the_future(vocabulary_size):
    return _build(vocabulary_size, causal=False)


def scores_not_probabilities(vocabulary_size):
    return _build(vocabulary_size, softmax=False)


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
        Mistake(
            "decoder_reads_the_future",
            decoder_reads_the_future,
            zh="改动解码器后面的输入，前面的输出也变了：它偷看了要猜的词元。解码器不能是双向的，也不能看自己后面的步。",
            en="A change of later decoder inputs changes earlier outputs: it peeks at the tokens that it must guess. A "
            "decoder cannot be bidirectional, nor look at its own later steps.",
        ),
        Mistake(
            "scores_not_probabilities",
            scores_not_probabilities,
            zh="结构对了，但输出还不是概率：每一步对词表求和应为 1。",
            en="The architecture is right, but the outputs are no probabilities yet: over the vocabulary those of a step "
            "add up to 1.",
        ),
    ),
)
