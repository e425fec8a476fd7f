"""From tokens to ids: the most frequent tokens of the training texts."""

from collections import Counter

from rnncourse.tasks._task import Case, Mistake, Task
from rnncourse.text import Vocabulary, join

WORDS = ("ant", "bee", "cat", "dog", "elk", "fox", "gnu", "hen", "ibis", "jay")


def cases(rng):
    """Some tokens are equally frequent and come in an order opposite to the alphabet's."""
    a, b, c, d = sorted(rng.choice(WORDS, 4, replace=False).tolist())
    fixed = [
        Case(([[d, c, b], [b, c, c]], 4)),
        Case(([[d, d, d], [c, b, a], [c, b]], 5)),
        Case(([[b, a]], 50)),
    ]
    drawn = [rng.choice(WORDS, (texts, 5)).tolist() for texts in (4, 8)]
    return fixed + [Case((token_lists, 6)) for token_lists in drawn]


def reference(token_lists, size):
    texts = [join(tokens, "word") for tokens in token_lists]
    return dict(Vocabulary.build(texts, unit="word", size=size).ids)


def _count(token_lists):
    return Counter(token for tokens in token_lists for token in tokens)


def _by_frequency(counts):
    return sorted(counts, key=lambda token: (-counts[token], token))


def starts_at_zero(token_lists, size):
    return {token: i for i, token in enumerate(_by_frequency(_count(token_lists))[: size - 2])}


def starts_at_one(token_lists, size):
    return {token: i + 1 for i, token in enumerate(_by_frequency(_count(token_lists))[: size - 2])}


def size_without_special_ids(token_lists, size):
    return {token: i + 2 for i, token in enumerate(_by_frequency(_count(token_lists))[:size])}


def rarest_first(token_lists, size):
    counts = _count(token_lists)
    ranked = sorted(counts, key=lambda token: (counts[token], token))
    return {token: i + 2 for i, token in enumerate(ranked[: size - 2])}


def counts_texts(token_lists, size):
    counts = _count(map(set, token_lists))
    return {token: i + 2 for i, token in enumerate(_by_frequency(counts)[: size - 2])}


def ties_by_appearance(token_lists, size):
    ranked = [token for token, _ in _count(token_lists).most_common(size - 2)]
    return {token: i + 2 for i, token in enumerate(ranked)}


TASK = Task(
    name="build_vocabulary",
    points=2,
    cases=cases,
    reference=reference,
    hides=("rnncourse.text",),
    mistakes=(
        Mistake(
            "starts_at_zero",
            starts_at_zero,
            zh="编号从 0 开始了：0 留给填充，1 留给未知词元。最常见的词元若得到 0，掩码会把它当成填充丢"
            "掉。第一个可用的编号是几？",
            en="The ids begin at 0, but 0 is kept for padding and 1 for the unknown token. A mask would "
            "throw your most frequent token away as padding. Which id is the first that is free?",
        ),
        Mistake(
            "starts_at_one",
            starts_at_one,
            zh="编号从 1 开始了：1 留给未知词元。这样最常见的词元就与所有没见过的词元混在一起。第一个可用"
            "的编号是几？",
            en="The ids begin at 1, but 1 is kept for the unknown token: your most frequent token could "
            "not be told from tokens never seen. Which id is the first that is free?",
        ),
        Mistake(
            "size_without_special_ids",
            size_without_special_ids,
            zh="词元多了两个：size 是编号的总数，填充和未知词元这两个编号也算在内。给真正的词元还剩多少位"
            "置？",
            en="There are two tokens too many: size counts all ids, those of padding and of the unknown "
            "token too. How many places are left for real tokens?",
        ),
        Mistake(
            "rarest_first",
            rarest_first,
            zh="排序反了：最少见的词元排在了最前面，词表满时被舍去的恰好是最常见的。请检查排序的方向。",
            en="The order is reversed: the rarest tokens come first, and what a full vocabulary leaves "
            "out are the most frequent ones. Look at the direction of the sort.",
        ),
        Mistake(
            "counts_texts",
            counts_texts,
            zh="你数的是“出现在几条文本里”，题目要的是出现的总次数：同一条文本里出现两次，要算两次。",
            en="You count in how many texts a token occurs. Its occurrences are asked for: twice in one "
            "text counts as two.",
        ),
        Mistake(
            "ties_by_appearance",
            ties_by_appearance,
            zh="频率相同的词元按出现的先后排了序。这样打乱文本的顺序，编号就会变。频率相同时应按词元本身排"
            "序。",
            en="Equally frequent tokens stand in the order in which they appear, so shuffling the texts "
            "would change the ids. Where frequencies are equal, the tokens themselves decide the order.",
        ),
    ),
)
