"""A GRU encoder that hands its state to a GRU decoder."""

from rnncourse.tasks._seq2seq import FEATURES, UNITS, cases, decoder_mistakes
from rnncourse.tasks._task import Mistake, Task


def _build(vocabulary_size, *, handed=True, mask=True, sequences=True, causal=True, softmax=True):
    from keras import Input, Model, layers

    source, written = Input((None,)), Input((None,))
    state = layers.GRU(UNITS)(layers.Embedding(vocabulary_size, FEATURES, mask_zero=mask)(source))
    y = layers.Embedding(vocabulary_size, FEATURES)(written)
    decode = layers.GRU(UNITS, return_sequences=sequences)
    if causal:
        y = decode(y, initial_state=state if handed else None)
    else:
        y = layers.Bidirectional(decode)(y, initial_state=[state, state])
    activation = "softmax" if softmax else None
    return Model([source, written], layers.Dense(vocabulary_size, activation=activation)(y))


def reference(vocabulary_size):
    return _build(vocabulary_size)


def state_not_handed_over(vocabulary_size):
    return _build(vocabulary_size, handed=False)


def mask_missing(vocabulary_size):
    return _build(vocabulary_size, mask=False)


def one_output_only(vocabulary_size):
    return _build(vocabulary_size, sequences=False)


TASK = Task(
    name="build_seq2seq",
    points=3,
    cases=cases,
    reference=reference,
    probe="sequence_to_sequence",
    mistakes=(
        Mistake(
            "state_not_handed_over",
            state_not_handed_over,
            zh="改动源序列，输出不变：编码器的状态没有交给解码器，这是一个语言模型。解码器的循环层被调用时，可以得到什么？",
            en="A change of the source changes no output: the encoder's state is not handed over, so this is a language "
            "model. What can the decoder's recurrent layer be given when it is called?",
        ),
        Mistake(
            "mask_missing",
            mask_missing,
            zh="源序列末尾多补几个 0，输出就变了：编码器把填充也读进了状态。嵌入层有一个参数管这件事。",
            en="More zeros at the end of the source change the outputs: the encoder reads the padding into its state. The "
            "embedding layer has an argument for that.",
        ),
        Mistake(
            "one_output_only",
            one_output_only,
            zh="解码器只在最后一步给出输出；它每一步都要猜下一个词元。",
            en="The decoder gives an output at its last step only; it must guess the next token at every step.",
        ),
        *decoder_mistakes(_build),
    ),
)
