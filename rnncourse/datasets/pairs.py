"""Pairs of sentences that translate each other, and how to divide them without a leak."""

from dataclasses import dataclass, replace

import numpy as np

from rnncourse.datasets.base import Split, checked_texts

UNITS = {"zh": "character", "en": "word"}  # what a token of each side is


@dataclass(frozen=True, eq=False)
class SentencePairs:
    """N sentences in Chinese, each with its translation into English.

    `chinese`, `english`: tuples of str, the same length. What a corpus does not have is None: `levels`, int64
    of shape (N,), HSK 1 (beginner) to 6; `pinyin`, one syllable a hanzi with the number of its tone; `words`,
    the Chinese words, apart by spaces, without punctuation. Raises ValueError where the lengths differ.
    """

    name: str
    chinese: tuple
    english: tuple
    levels: np.ndarray | None = None
    pinyin: tuple | None = None
    words: tuple | None = None

    def __post_init__(self):
        object.__setattr__(self, "chinese", checked_texts(self.chinese))
        for name in ("english", "pinyin", "words"):
            if getattr(self, name) is not None:
                object.__setattr__(self, name, checked_texts(getattr(self, name)))
        if self.levels is not None:
            levels = np.array(self.levels, dtype=np.int64)
            levels.setflags(write=False)
            object.__setattr__(self, "levels", levels)
        for name in ("english", "levels", "pinyin", "words"):
            column = getattr(self, name)
            if column is not None and len(column) != len(self.chinese):
                raise ValueError(f"{name} has {len(column)} rows, chinese {len(self.chinese)}; give one each")

    def __len__(self):
        return len(self.chinese)

    def __repr__(self):
        return f"SentencePairs({self.name}, {len(self):,})"

    def side(self, language):
        """The sentences in `language`, "zh" or "en": a tuple of str. Raises ValueError for another."""
        if language not in UNITS:
            raise ValueError(f'language must be "zh" or "en", got {language!r}')
        return self.chinese if language == "zh" else self.english

    def take(self, indices):
        """The pairs at `indices` (whole numbers, or one boolean a pair), in that order, as SentencePairs."""
        indices = np.arange(len(self))[np.asarray(indices)]
        columns = ("chinese", "english", "pinyin", "words")
        kept = {name: getattr(self, name) for name in columns if getattr(self, name) is not None}
        kept = {name: tuple(column[i] for i in indices) for name, column in kept.items()}
        return replace(self, levels=None if self.levels is None else self.levels[indices], **kept)


def split_pairs(pairs, *, validation=0.1, test=0.1, seed=42):
    """Divide SentencePairs at random, as Split(train, validation, test), so that no sentence is in two parts.

    Pairs that share their English or their Chinese side, letters and digits alone, in lower case, form a
    group (`group_pairs`), and a group stays whole: else a model could have seen a test sentence's translation
    in training. `validation` and `test` are shares of the pairs, together below 1; 0 gives None. Parts are as
    large as the shares say, to within the largest group. Raises ValueError for other shares, and where a
    part stays empty: too few pairs, or a group that is larger than a share.
    """
    if not (0 <= validation < 1 and 0 <= test < 1 and validation + test < 1):
        given = f"validation={validation!r}, test={test!r}"
        raise ValueError(f"shares must be at least 0 and together below 1, got {given}")
    rng = np.random.default_rng(seed)
    groups = group_pairs(pairs)  # (N,)
    place = rng.permutation(groups.max() + 1)[groups]  # the groups in random order
    order = np.lexsort((rng.random(len(pairs)), place))
    ends = np.flatnonzero(np.diff(place[order], prepend=-1))[1:]  # where a group ends and another begins
    first = _boundary(ends, test * len(pairs), 0) if test else 0
    bounds = [first, _boundary(ends, (test + validation) * len(pairs), first) if validation else first]
    held_out, validated, trained = np.split(order, bounds)
    parts = [(trained, 1), (validated, validation), (held_out, test)]
    if any(share and not len(part) for part, share in parts):
        given = f"{len(pairs)} pairs in {groups.max() + 1} groups, the largest of {np.bincount(groups).max()}"
        raise ValueError(f"{given}, are too few for a pair in every part; take larger shares")
    return Split(*(pairs.take(rng.permutation(part)) if share else None for part, share in parts))


def group_pairs(pairs):
    """The group of each pair, int64 of shape (N,): pairs that share a side are in one, and so on in a chain.

    Groups are numbered in the order of their first pairs.
    """
    first, parent = {}, list(range(len(pairs)))
    for i, (chinese, english) in enumerate(zip(pairs.chinese, pairs.english, strict=True)):
        for key in (("zh", normal(chinese)), ("en", normal(english))):
            a, b = _root(parent, i), _root(parent, first.setdefault(key, i))
            parent[max(a, b)] = min(a, b)
    roots = [_root(parent, i) for i in range(len(pairs))]
    numbers = {root: number for number, root in enumerate(dict.fromkeys(roots))}
    return np.array([numbers[root] for root in roots], dtype=np.int64)


def normal(sentence):
    """The letters and digits of a sentence in lower case: what is left when only the words count."""
    return "".join(filter(str.isalnum, sentence.lower())) or sentence


def _root(parent, i):
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


def _boundary(ends, wanted, beyond):
    """The one of `ends` beyond the last boundary that is nearest to `wanted`; else the last boundary."""
    left = ends[ends > beyond]
    return int(left[np.argmin(np.abs(left - round(wanted)))]) if left.size else beyond
