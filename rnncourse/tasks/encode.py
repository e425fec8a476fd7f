"""Tokens as ids, with 1 for a token that the vocabulary does not know."""

import numpy as np

from rnncourse.tasks._task import Case, Mistake, Task
from rnncourse.text import Vocabulary, join

WORDS = ("ant", "bee", "cat", "dog", "elk", "fox", "gnu", "hen")


def cases(rng):
    """The last two of the shuffled words are unknown; the shortest cases hold one of them."""
    words = rng.permutation(WORDS).tolist()
    vocabulary = {word: i for i, word in enumerate(words[:6], 2)}
    known, unknown = words[0], words[6]
    token_lists = [[known, unknown], [unknown, *words[:3]], rng.choice(words, 12).tolist(), []]
    return [Case((tokens, vocabulary)) for tokens in token_lists]


def reference(tokens, vocabulary):
    ranked = sorted(vocabulary, key=vocabulary.get)
    return Vocabulary(ranked, "word").encode(join(tokens, "word"))


def unknown_as_padding(tokens, vocabulary):
    return np.array([vocabulary.get(token, 0) for token in tokens], dtype=int)


def unknown_dropped(tokens, vocabulary):
    return np.array([vocabulary[token] for token in tokens if token in vocabulary], dtype=int)


def unknown_raises(tokens, vocabulary):
    return np.array([vocabulary[token] for token in tokens], dtype=int)


def vocabulary_grows(tokens, vocabulary):
    return np.array([vocabulary.setdefault(token, len(vocabulary) + 2) for token in tokens], dtype=int)


TASK = Task(
    name="encode",
    points=1,
    cases=cases,
    reference=reference,
    hides=("rnncourse.text",),
    mistakes=(
        Mistake(
            "unknown_as_padding",
            unknown_as_padding,
            zh="不在词表里的词元得到了 0，也就是填充的编号：掩码会把它跳过，好像文本里没有这个词。未知词元"
            "有自己的编号，是几？",
            en="A token outside the vocabulary gets 0, the id of padding: a mask would skip it as if the "
            "text had no word there. The unknown token has an id of its own. Which?",
        ),
        Mistake(
            "unknown_dropped",
            unknown_dropped,
            zh="不在词表里的词元被丢掉了，序列因此变短，词与词的间隔也变了。每个词元都应留下一个编号，未知"
            "的也一样。",
            en="Tokens outside the vocabulary are dropped: the sequence gets shorter and its words move "
            "together. Every token keeps its place, unknown ones too.",
        ),
        Mistake(
            "unknown_raises",
            unknown_raises,
            zh="遇到不在词表里的词元，字典取值抛出了 KeyError。新文本里总有没见过的词：请想想字典取值时如"
            "何给出默认值。",
            en="Looking up a token outside the vocabulary raises a KeyError. New texts always hold new "
            "words: how can a look-up in a dict give a default?",
        ),
        Mistake(
            "vocabulary_grows",
            vocabulary_grows,
            zh="编码时词表长大了：没见过的词元得到了新编号，而模型的嵌入矩阵里没有这一行。词表在训练后不再"
            "变化；没见过的词元都用同一个编号。",
            en="Encoding makes the vocabulary grow: a new token gets a new id, for which the model's "
            "embedding has no row. The vocabulary stays as it is; all unknown tokens share one id.",
        ),
    ),
)
