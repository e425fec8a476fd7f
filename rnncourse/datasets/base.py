"""What every corpus is made of: labelled or rated texts, read-only, and how to divide and clean them."""

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np


@dataclass(frozen=True, eq=False)
class TextDataset:
    """Texts with a class each, and how the course reads them.

    `texts`: tuple of str; `labels`: int64, shape (N,), positions in `label_names`; `language`: "zh" or "en";
    `unit`: what a token is, "character" or "word"; `ngrams`: the range of n-grams a classical model takes;
    `length`: tokens to which longer texts are cut. Raises ValueError where the parts do not fit together.
    """

    name: str
    language: str
    texts: tuple
    labels: np.ndarray
    label_names: tuple
    unit: str
    length: int
    ngrams: tuple = (1, 2)

    def __post_init__(self):
        object.__setattr__(self, "texts", checked_texts(self.texts))
        object.__setattr__(self, "label_names", tuple(self.label_names))
        object.__setattr__(self, "labels", _checked_labels(self.labels, self.texts, self.label_names))

    def __len__(self):
        return len(self.texts)

    def __repr__(self):
        counts = np.bincount(self.labels, minlength=len(self.label_names))
        parts = ", ".join(f"{name} {count:,}" for name, count in zip(self.label_names, counts, strict=True))
        return f"TextDataset({self.name}, {len(self):,}: {parts})"

    def take(self, indices):
        """The texts at `indices` (whole numbers, or one boolean a text), in that order, as a TextDataset."""
        indices = np.asarray(indices)
        if indices.dtype == bool and len(indices) != len(self):
            raise ValueError(f"a boolean choice needs one value a text: {len(self)}, got {len(indices)}")
        indices = np.flatnonzero(indices) if indices.dtype == bool else indices.astype(np.int64)
        return replace(self, texts=tuple(self.texts[i] for i in indices), labels=self.labels[indices])


@dataclass(frozen=True, eq=False)
class RatedTexts:
    """Texts with a mean rating each. `texts`: tuple of str; `ratings`: float64, shape (N,), −4 to 4."""

    name: str
    language: str
    texts: tuple
    ratings: np.ndarray

    def __post_init__(self):
        object.__setattr__(self, "texts", checked_texts(self.texts))
        object.__setattr__(self, "ratings", _read_only(self.ratings, np.float64))

    def __len__(self):
        return len(self.texts)

    def __repr__(self):
        return f"RatedTexts({self.name}, {len(self):,})"


class Split(NamedTuple):
    """A corpus in three parts, each a TextDataset, or None where its share is 0."""

    train: TextDataset
    validation: TextDataset
    test: TextDataset


class Duplicates(NamedTuple):
    """How often a corpus repeats itself."""

    distinct: int  # different texts
    repeated: int  # lines that repeat an earlier line
    conflicting: int  # different texts that occur under two labels or more


def count_duplicates(dataset):
    """How many texts of a TextDataset are distinct, repeated and in conflict, as Duplicates."""
    labels = _labels_of_texts(dataset)
    conflicting = sum(len(found) > 1 for found in labels.values())
    return Duplicates(len(labels), len(dataset) - len(labels), conflicting)


def drop_duplicates(dataset):
    """Each text once, at its first place; texts that occur under two labels not at all. A TextDataset."""
    labels = _labels_of_texts(dataset)
    first = {}
    for index, text in enumerate(dataset.texts):
        if len(labels[text]) == 1:
            first.setdefault(text, index)
    return dataset.take(np.array(list(first.values()), dtype=np.int64))


def split(dataset, *, validation=0.1, test=0.2, seed=42):
    """Divide a TextDataset at random, every class in the same shares, as Split(train, validation, test).

    `validation` and `test` are shares from 0 up, together below 1; a share of 0 gives None. The same seed
    gives the same parts. Raises ValueError for other shares, or where a class has too few texts for a text in
    every part.
    """
    if not (0 <= validation < 1 and 0 <= test < 1 and validation + test < 1):
        given = f"validation={validation!r}, test={test!r}"
        raise ValueError(f"shares must be at least 0 and together below 1, got {given}")
    rng = np.random.default_rng(seed)
    parts = ([], [], [])
    for label in np.unique(dataset.labels):
        members = rng.permutation(np.flatnonzero(dataset.labels == label))
        for part, piece in zip(
            parts, _cut(members, validation, test, dataset.label_names[label]), strict=True
        ):
            part.append(piece)
    shuffled = [rng.permutation(np.concatenate(part)) for part in parts]
    return Split(*(dataset.take(part) if len(part) else None for part in shuffled))


def _cut(members, validation, test, label_name):
    """One class's `members` as training, validation and test indices."""
    sizes = [round(len(members) * share) for share in (validation, test)]
    sizes = [max(1, size) if share else 0 for size, share in zip(sizes, (validation, test), strict=True)]
    if sum(sizes) >= len(members):
        raise ValueError(f"class {label_name!r} has {len(members)} texts, too few for a text in every part")
    held_out = sum(sizes)
    return members[held_out:], members[: sizes[0]], members[sizes[0] : held_out]


def _labels_of_texts(dataset):
    labels = defaultdict(set)
    for text, label in zip(dataset.texts, dataset.labels.tolist(), strict=True):
        labels[text].add(label)
    return labels


def checked_texts(texts):
    """`texts` as a tuple of at least one str. Raises TypeError or ValueError that says what to do."""
    if isinstance(texts, str | bytes):
        raise TypeError("texts must be a sequence of strings, got a single one; put it into a list: [text]")
    texts = tuple(texts)
    if not texts:
        raise ValueError("there are no texts; give at least one")
    for position, text in enumerate(texts):
        if not isinstance(text, str):
            raise TypeError(describe_not_text(text, position))
    return texts


def describe_not_text(value, position):
    """The message about a `value` that should have been a string, at `position` of a list."""
    remedy = (
        "decode it first: value.decode('utf-8')" if isinstance(value, bytes) else "drop or replace it first"
    )
    shown = repr(value)
    shown = shown if len(shown) <= 40 else shown[:40] + "..."
    return f"text {position} must be a string, got {shown} ({type(value).__name__}); {remedy}"


def _checked_labels(labels, texts, label_names):
    labels = np.asarray(labels)
    if labels.shape != (len(texts),):
        raise ValueError(f"labels must have shape ({len(texts)},), one a text, got shape {labels.shape}")
    if labels.dtype.kind not in "iub":
        raise ValueError(f"labels must be whole numbers, got dtype {labels.dtype}; convert them first")
    wrong = np.flatnonzero((labels < 0) | (labels >= len(label_names)))
    if len(wrong):
        allowed = f"0 to {len(label_names) - 1}"
        raise ValueError(
            f"labels must be {allowed}, got {labels[wrong[0]]} at row {wrong[0]}; name every class"
        )
    return _read_only(labels, np.int64)


def _read_only(values, dtype):
    values = np.array(values, dtype=dtype)
    values.setflags(write=False)
    return values
