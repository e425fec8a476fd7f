"""From text to numbers: tokens, vocabulary, padding, and batches of similar length. No Keras here.

B texts of at most T tokens become whole numbers of shape (B, T); 0 is padding, 1 an unknown token. Where
texts are written, not only read, 2 and 3 are the marks of their start and end.
"""

import re
from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from rnncourse.datasets.base import checked_texts, describe_not_text

PADDING, UNKNOWN, START, END = 0, 1, 2, 3
PADDING_TOKEN, UNKNOWN_TOKEN = "<pad>", "<unk>"
MARKS = ("<s>", "</s>")  # the tokens of START and END in a vocabulary built with them
UNITS = ("character", "word")
# In this order: a word with n't, a clitic ('s, 'll ...), a decimal number, a word, dots, any other mark.
_WORD = re.compile(r"\w+n't\b|'(?:s|m|d|re|ve|ll)\b|\d+(?:[.,]\d+)+|\w+|\.{2,}|[^\w\s]")


def tokenize(text, unit):
    """The tokens of `text` as a list of str, in lower case.

    unit="character": every character but white space. unit="word": words, numbers and punctuation marks,
    found by one regular expression; "don't" stays whole (negation decides a review), "film's" becomes "film"
    and "'s". An empty text has no tokens. Raises TypeError where `text` is no string, ValueError for another
    unit.
    """
    _check_unit(unit)
    if not isinstance(text, str):
        raise TypeError(describe_not_text(text, 0))
    text = text.lower()
    return list("".join(text.split())) if unit == "character" else _WORD.findall(text.replace("’", "'"))


def join(tokens, unit):
    """One string from `tokens`: characters run on, words stand apart by a space; `tokenize` undoes it."""
    _check_unit(unit)
    return ("" if unit == "character" else " ").join(tokens)


def tidy(tokens, unit):
    """One string from `tokens` as people write it, but for capitals: marks and clitics stand at their words.

    unit="word": no blank before . , ! ? ; : % ) 's 'll ... nor after (, none beside a hyphen or a dash; what
    `tokenize` takes apart comes together again. unit="character": as `join`.
    """
    joined = join(tokens, unit)
    if unit == "character":
        return joined
    joined = re.sub(r" ([.,!?;:%)]|\.{2,}|'(?:s|m|d|re|ve|ll)?(?![^ ]))", r"\1", joined)
    return re.sub(r"\( ", "(", re.sub(r" ([-–—/]) ", r"\1", joined))


@dataclass(frozen=True)
class Vocabulary:
    """The tokens a model knows. `tokens[i]` has the id i + 2: ids 0 and 1 are padding and the unknown token.

    `tokens`: tuple of str, without these two; `unit`: "character" or "word". `len(vocabulary)` counts all
    ids, V. Raises ValueError for another unit or a token that occurs twice.
    """

    tokens: tuple
    unit: str
    ids: dict = field(init=False, repr=False, compare=False)  # token -> id

    def __post_init__(self):
        _check_unit(self.unit)
        object.__setattr__(self, "tokens", tuple(self.tokens))
        ids = {token: position for position, token in enumerate(self.tokens, start=UNKNOWN + 1)}
        if len(ids) < len(self.tokens):
            twice = Counter(self.tokens).most_common(1)[0][0]
            raise ValueError(f"every token may occur once, got {twice!r} twice; drop one")
        object.__setattr__(self, "ids", ids)

    @classmethod
    def build(cls, texts, *, unit, size=None, minimum_count=1, marks=False):
        """The vocabulary of `texts`, the most frequent tokens first, ties in the order of their code points.

        `size` bounds V, padding and unknown included; tokens with fewer than `minimum_count` occurrences are
        left out. `marks=True` puts the start and end tokens, `MARKS`, before all others, as START and END:
        what a decoder writes needs them. Build it from the training texts alone. Raises TypeError for a text
        that is no string, ValueError where there are no texts.
        """
        first = MARKS if marks else ()
        least = len(first) + 3
        if size is not None and size < least:
            also = ", the marks" if marks else ""
            raise ValueError(
                f"size counts padding{also} and unknown, so it must be at least {least}, got {size}"
            )
        counts = Counter()
        for text in checked_texts(texts):
            counts.update(tokenize(text, unit))
        ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        tokens = [
            *first,
            *(token for token, count in ranked if count >= minimum_count and token not in first),
        ]
        return cls(tokens[: None if size is None else size - 2], unit)

    def __len__(self):
        return len(self.tokens) + 2

    def __repr__(self):
        return f"Vocabulary({len(self):,} ids, unit={self.unit!r})"

    def encode(self, text, length=None):
        """The ids of the first `length` tokens of `text` (None: all): int32, shape (T,); T may be 0."""
        ids = [self.ids.get(token, UNKNOWN) for token in tokenize(text, self.unit)[:length]]
        return np.array(ids, dtype=np.int32)

    def encode_all(self, texts, length=None):
        """`encode` of every text, as a list. Raises TypeError that names the place of what is no string."""
        return [self.encode(text, length) for text in checked_texts(texts)]

    def decode(self, ids):
        """The token of every id, as a list of str; padding is "<pad>", the unknown token "<unk>".

        Raises ValueError for an id that is not in 0 to V - 1.
        """
        names = (PADDING_TOKEN, UNKNOWN_TOKEN, *self.tokens)
        ids = np.asarray(ids).astype(np.int64).tolist()
        wrong = [number for number in ids if not 0 <= number < len(names)]
        if wrong:
            raise ValueError(
                f"ids must be 0 to {len(names) - 1}, got {wrong[0]}; was it another vocabulary's?"
            )
        return [names[number] for number in ids]


def pad(sequences, *, length=None, side="post"):
    """Sequences of ids side by side, filled up with PADDING: int32, shape (B, T).

    T is `length`, or else the longest sequence's length, and at least 1; longer sequences keep their first T
    ids. `side`: "post" puts the padding behind, "pre" in front. Raises TypeError for a sequence that does not
    hold whole numbers, ValueError for another side or a length below 1.
    """
    if side not in ("post", "pre"):
        raise ValueError(f'side must be "post" or "pre", got {side!r}')
    if length is not None and length < 1:
        raise ValueError(f"length must be at least 1, got {length}")
    sequences = [_checked_ids(sequence, row) for row, sequence in enumerate(sequences)]
    width = length or max([len(sequence) for sequence in sequences] + [1])
    padded = np.full((len(sequences), width), PADDING, dtype=np.int32)
    for row, sequence in zip(padded, sequences, strict=True):
        kept = sequence[:width]
        row[slice(len(kept)) if side == "post" else slice(width - len(kept), width)] = kept
    return padded


def bucket_batches(lengths, *, tokens=4096, smallest=8, largest=512, seed=None):
    """Batches of sequences of similar length, as a list of index arrays; every index occurs exactly once.

    `lengths`: whole numbers, shape (N,). A batch holds as many sequences as fit into `tokens` once padded
    (longest × count), but at least `smallest` where the data allow it and at most `largest`. seed=None keeps
    the order by length, the shortest first; a seed perturbs it by 5% and shuffles the batches, so that each
    epoch's differ.
    """
    lengths = np.asarray(lengths)
    if lengths.ndim != 1 or (lengths.size and lengths.dtype.kind not in "iu"):
        raise ValueError(f"lengths must be whole numbers of shape (N,), got {lengths.dtype} {lengths.shape}")
    if not 1 <= smallest <= largest:
        raise ValueError(f"1 <= smallest <= largest must hold, got {smallest} and {largest}")
    if seed is None:
        return _cut_into_batches(lengths, np.argsort(lengths, kind="stable"), tokens, smallest, largest)
    rng = np.random.default_rng(seed)
    key = lengths * rng.uniform(0.95, 1.05, len(lengths)) + rng.random(len(lengths))
    batches = _cut_into_batches(lengths, np.argsort(key, kind="stable"), tokens, smallest, largest)
    return [batches[i] for i in rng.permutation(len(batches))]


def _cut_into_batches(lengths, order, tokens, smallest, largest):
    """`order` cut into batches that stay within the bounds."""
    batches, start, longest = [], 0, 0
    for stop, length in enumerate(lengths[order].tolist()):
        size = stop - start
        longest = max(longest, length)
        if size == largest or (size >= smallest and (size + 1) * longest > tokens):
            batches.append(order[start:stop])
            start, longest = stop, length
    return [*batches, order[start:]] if len(order) else []


def _checked_ids(sequence, row):
    sequence = np.asarray(sequence)
    if sequence.ndim != 1 or (sequence.size and sequence.dtype.kind not in "iu"):
        given = f"{sequence.dtype} of shape {sequence.shape}"
        raise TypeError(f"sequence {row} must be a row of whole numbers, got {given}; encode the text first")
    return sequence


def _check_unit(unit):
    if unit not in UNITS:
        raise ValueError(f"unit must be one of {UNITS}, got {unit!r}")
