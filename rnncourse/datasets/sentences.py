"""The embedded sentences in Chinese and English, graded by HSK level."""

from functools import cache

import numpy as np

from rnncourse.datasets import slices
from rnncourse.datasets.pairs import SentencePairs


def load_sentences(*, clean=True):
    """Chinese sentences with an English translation each, as SentencePairs, from HSK level 1 to 6.

    Short (18 characters at most), simplified characters, with pinyin and word segmentation. `clean=False`
    gives all 4,354 as they came; 82 of these wait for their translation ("placeholder", "PH"), and 4,272
    remain. A few sentences occur twice: divide them with `split_pairs`, which keeps those together. From the
    package hsk-sentences-audio, CC-BY-SA-4.0: rnncourse/datasets/slices/ATTRIBUTION.md.
    """
    return _load(bool(clean))


@cache
def _load(clean):
    if clean:
        raw = _load(False)
        return raw.take(np.array([not is_placeholder(english) for english in raw.english]))
    levels, lines = zip(*slices.read("sentences"), strict=True)
    chinese, english, pinyin, words = zip(*(line.split("\t") for line in lines), strict=True)
    return SentencePairs("sentences", chinese, english, [int(n) for n in levels], pinyin, words)


def is_placeholder(english):
    """Whether a translation is still to come: "placeholder", "placeholder-p3" or "PH" stands in its place."""
    return english == "PH" or english.startswith("placeholder")
