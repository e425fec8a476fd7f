"""What the tasks on encoder–decoders have in common: their cases, and two mistakes in any decoder."""

from functools import partial

from rnncourse.tasks._task import Case, Mistake
from rnncourse.text import pad

FEATURES, UNITS = 8, 16
_LENGTHS = ((3, 4, 5, 6), (2, 5, 7, 8))


def cases(rng):
    """Padded sources and decoder inputs, of different lengths, for a drawn vocabulary."""
    vocabulary_size = int(rng.integers(12, 30))
    sources, written = ([rng.integers(1, vocabulary_size, n) for n in rng.permutation(k)] for k in _LENGTHS)
    return [Case((vocabulary_size, pad(sources), pad(written)))]


def decoder_mistakes(build):
    """The Mistakes that any decoder can have, of `build(vocabulary_size, causal=True, softmax=True)`."""
    return (
        Mistake(
            "decoder_reads_the_future",
            partial(build, causal=False),
            zh="改动解码器后面的输入，前面的输出也变了：它偷看了要猜的词元。解码器不能是双向的，也不能看自己后面的步。",
            en="A change of later decoder inputs changes earlier outputs: it peeks at the tokens that it must guess. A "
            "decoder cannot be bidirectional, nor look at its own later steps.",
        ),
        Mistake(
            "scores_not_probabilities",
            partial(build, softmax=False),
            zh="结构对了，但输出还不是概率：每一步对词表求和应为 1。",
            en="The architecture is right, but the outputs are no probabilities yet: over the vocabulary those of a step "
            "add up to 1.",
        ),
    )
