"""Small changes of a text that a reader hardly notices: look-alikes, sound-alikes, typos, near words.

Each function makes the list of all `Edit`s of its kind for a text. Their places are those of the text as it
was, so that edits which do not overlap can be made together, with `apply`.
"""

import re
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from rnncourse.robustness.lookalikes import LOOK_ALIKE, SOUND_ALIKE, pairs_of, partners
from rnncourse.text import UNKNOWN

SHARE = 0.1  # of a text's characters that an attack may change
_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_LONG_WORD = re.compile("[A-Za-z]{4,}")
_WORD = re.compile("[A-Za-z]+")
_LOOK, _SOUND = partners(pairs_of(LOOK_ALIKE)), partners(pairs_of(SOUND_ALIKE))


class Edit(NamedTuple):
    """Replace the characters from `start` to `stop` by `new`; `cost` characters count as changed."""

    start: int
    stop: int
    new: str
    cost: int = 1
    kind: str = ""


def budget(text, share=SHARE):
    """How many characters of `text` may change: the share of all, rounded down, but at least 1."""
    if not 0 < share <= 1:
        raise ValueError(f"share must lie in (0, 1], the share of the characters; got {share!r}")
    return max(1, int(share * len(text) + 1e-9))


def apply(text, edits):
    """`text` after all of `edits`, which refer to it as it is. Raises ValueError where two overlap."""
    for one, other in pairwise(sorted(edits)):
        if overlap(one, other):
            raise ValueError(f"edits overlap: {one} and {other}; make one of them")
    for edit in sorted(edits, reverse=True):
        text = text[: edit.start] + edit.new + text[edit.stop :]
    return text


def pieces(text, edits, *, unit):
    """What became of each character ("character") or word ("word"): (before, after) pairs, without spaces.

    `edits` as in `apply`. Where an edit reaches over several, these make one pair; words are what stands
    between white space.
    """
    pattern = {"character": r"\S", "word": r"\S+"}[unit]
    spans = []
    for match in re.finditer(pattern, text):
        start, stop = match.span()
        reached = max([stop, *(edit.stop for edit in edits if start <= edit.start < stop)])
        if spans and start < spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], reached))
        else:
            spans.append((start, reached))
    found = []
    for start, stop in spans:
        own = [edit._replace(start=edit.start - start, stop=edit.stop - start) for edit in edits]
        own = [edit for edit in own if 0 <= edit.start < stop - start]
        found.append((text[start:stop], apply(text[start:stop], own)))
    return found


def overlap(one, other):
    """Whether two edits touch a common character (or insert at the same place)."""
    return (one.start < other.stop and other.start < one.stop) or one.start == other.start


def look_alikes(text):
    """Every character that has a double by its shape, replaced by it: Chinese."""
    return _exchanged(text, _LOOK, "look")


def sound_alikes(text):
    """Every character that has a homophone in the course's table, replaced by it: Chinese."""
    return _exchanged(text, _SOUND, "sound")


def typos(text):
    """Slips of the keyboard within English words of four letters or more; first and last letter stay.

    Two neighbours swapped (costs 2 characters), a letter dropped, doubled, or hit on the neighbouring key
    of the same row. Readers recognise a word by its ends (Rawlinson, 1976; Pruthi et al., 2019).
    """
    found = []
    for match in _LONG_WORD.finditer(text):
        for i in range(match.start() + 1, match.end() - 1):
            letter = text[i]
            if i + 1 < match.end() - 1 and letter != text[i + 1]:
                found.append(Edit(i, i + 2, text[i + 1] + letter, 2, "swap"))
            found.append(Edit(i, i + 1, "", 1, "drop"))
            found.append(Edit(i, i + 1, letter * 2, 1, "double"))
            found += [Edit(i, i + 1, key, 1, "key") for key in keys_beside(letter)]
    return found


def keys_beside(letter):
    """The keys left and right of a letter on an English keyboard, in the letter's case."""
    for row in _KEYS:
        place = row.find(letter.lower())
        if place >= 0:
            beside = row[max(0, place - 1) : place] + row[place + 1 : place + 2]
            return tuple(beside.upper() if letter.isupper() else beside)
    return ()


def near_words(table, vocabulary, *, count=5, least=0.6):
    """{word: its nearest words}: at most `count` rows of an embedding of a cosine of at least `least`.

    `table`: (V, D), the rows of `vocabulary`'s ids. Words of letters alone count, the unknown token does
    not. What is near in a classifier's embedding speaks for the same class, which is often not the same
    meaning: read what an attack wrote.
    """
    table = np.asarray(table, "float64")
    if table.ndim != 2 or len(table) != len(vocabulary):
        raise ValueError(f"table must have a row for each of {len(vocabulary)} ids, got {table.shape}")
    first = UNKNOWN + 1
    rows = table[first:] / np.maximum(np.linalg.norm(table[first:], axis=1, keepdims=True), 1e-12)
    words = [i for i, token in enumerate(vocabulary.tokens) if _WORD.fullmatch(token)]
    near = {}
    for i in words:
        cosines = rows[words] @ rows[i]
        order = [words[j] for j in np.argsort(-cosines, kind="stable") if cosines[j] >= least]
        near[vocabulary.tokens[i]] = tuple(vocabulary.tokens[j] for j in order if j != i)[:count]
    return {word: others for word, others in near.items() if others}


def exchanged_words(text, near):
    """Every word that `near_words` knows, replaced by each of its near words; first capitals stay.

    A replaced word costs the longer one's letters, so short words alone fit into a small budget.
    """
    found = []
    for match in _WORD.finditer(text):
        word = match.group()
        for other in near.get(word.lower(), ()):
            new = other.capitalize() if word[0].isupper() else other
            found.append(Edit(match.start(), match.end(), new, max(len(word), len(new)), "word"))
    return found


def unnoticed(text, language):
    """All small changes that the course tries on a text: look- and sound-alikes for "zh", typos for "en"."""
    if language not in ("zh", "en"):
        raise ValueError(f'language must be "zh" or "en", got {language!r}')
    if language == "en":
        return typos(text)
    return list({edit[:3]: edit for edit in sound_alikes(text) + look_alikes(text)}.values())


def random_edits(text, edits, rng, *, share=SHARE):
    """`text` after some of `edits`, drawn by a NumPy Generator, that fit together and into the budget."""
    made, left = [], budget(text, share)
    for place in rng.permutation(len(edits)):
        edit = edits[place]
        if edit.cost <= left and not any(overlap(edit, other) for other in made):
            made.append(edit)
            left -= edit.cost
    return apply(text, made)


def _exchanged(text, others, kind):
    pairs = [(i, new) for i, character in enumerate(text) for new in others.get(character, "")]
    return [Edit(i, i + 1, new, 1, kind) for i, new in pairs]
