"""Bad input: what a service with a model behind it refuses, and what it says.

The loop over time takes a step for each token: whoever may send a text of any length decides how long the
model computes. And what cannot be seen can still be read: invisible characters change tokens, not the text.
"""

import unicodedata
from dataclasses import dataclass

import numpy as np

from rnncourse.text import UNKNOWN

ALLOWED_CONTROLS = "\t\n\r"
MARKS_IN_A_ROW = 4  # combining marks on one letter; languages need two or three


@dataclass(frozen=True)
class Limits:
    """What is still accepted: characters and bytes of a text, texts at once, share of unknown tokens."""

    characters: int = 2_000
    bytes: int = 8_000
    texts: int = 256
    unknown: float = 0.5


class Refused(ValueError):
    """Input that is not accepted. `reason` is one word for programs; the message is for people."""

    def __init__(self, reason, message):
        super().__init__(message)
        self.reason = reason


def check_text(text, limits=None, *, name="the text"):
    """`text` itself, if it is one that a model should read; else raises Refused with a reason:

    "type" (no str), "empty", "long" (characters), "size" (bytes), "surrogate" (half a character: broken
    UTF-16), "control" (control characters but tab and line ends), "invisible" (characters without width,
    private ones, and those that turn the direction of writing), "marks" (heaps of combining marks). The size
    is checked before anything that takes time in proportion to it. Boucher et al. (2022).
    """
    limits = limits or Limits()
    if not isinstance(text, str):
        raise Refused(
            "type", f"{name} must be a string, got {type(text).__name__}; decode or convert it first"
        )
    if len(text) > limits.characters:
        given = f"{len(text):,} characters"
        raise Refused("long", f"{name} has {given}, at most {limits.characters:,} are read; shorten it")
    if not text.strip():
        raise Refused("empty", f"{name} is empty; write at least one character")
    _check_characters(text, name)
    size = len(text.encode("utf-8"))
    if size > limits.bytes:
        raise Refused("size", f"{name} takes {size:,} bytes, at most {limits.bytes:,} are read; shorten it")
    return text


def check_texts(texts, limits=None):
    """A list of texts, if all are accepted; raises Refused that names the first that is not.

    Reasons beside those of `check_text`: "type" for what is no list or tuple, "many" for more texts than the
    limit.
    """
    limits = limits or Limits()
    if not isinstance(texts, list | tuple):
        raise Refused(
            "type", f"texts must be a list, got {type(texts).__name__}; put a single one into a list"
        )
    if len(texts) > limits.texts:
        raise Refused(
            "many", f"{len(texts):,} texts at once, at most {limits.texts:,} are; send them in parts"
        )
    return [check_text(text, limits, name=f"text {place}") for place, text in enumerate(texts)]


def check_known(ids, limits=None):
    """`ids` (T,) of one text, if enough of them are known; raises Refused("unknown") where too few are.

    A model answers any input, also one of which it knows no word; the answer is then a guess.
    """
    limits = limits or Limits()
    ids = np.asarray(ids)
    share = float(np.mean(ids == UNKNOWN)) if len(ids) else 1.0
    if share > limits.unknown:
        says = f"{share:.0%} of the tokens are unknown, at most {limits.unknown:.0%} may be"
        raise Refused("unknown", f"{says}; is it the language that the model has learnt?")
    return ids


def invisible(character):
    """Whether a character has no width or turns the direction of writing, or is private or unassigned.

    General categories Cf, Co and Cn of Unicode, and the variation selectors and fillers that look like
    nothing, without being so classed.
    """
    if unicodedata.category(character) in ("Cf", "Co", "Cn"):
        return True
    return (
        character in "\u115f\u1160\u3164\uffa0\u034f\u17b4\u17b5\u2800" or "\ufe00" <= character <= "\ufe0f"
    )


def _check_characters(text, name):
    marks = 0
    for place, character in enumerate(text):
        category = unicodedata.category(character)
        where = f"{name} holds U+{ord(character):04X} at place {place}"
        if category == "Cs":
            raise Refused("surrogate", f"{where}, half a character; was it cut within one? decode it anew")
        if category == "Cc" and character not in ALLOWED_CONTROLS:
            raise Refused("control", f"{where}, a control character; remove it")
        if invisible(character):
            raise Refused("invisible", f"{where}, which nobody sees but the model; remove it")
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks > MARKS_IN_A_ROW:
            raise Refused("marks", f"{where}, the {marks}th mark on one letter; remove some")
