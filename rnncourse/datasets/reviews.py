"""The embedded reviews: the course's default corpus in each language, and snippets rated by people."""

import re
from functools import cache

import numpy as np

from rnncourse import language as _language
from rnncourse.datasets import slices
from rnncourse.datasets.base import RatedTexts, TextDataset, drop_duplicates

SOURCES = ("films", "tweets", "shop", "news")
NEUTRAL = 0.5  # a mean rating within ±NEUTRAL belongs to neither class
# A Chinese line with fewer than four hanzi is a fragment, not a review.
_FOUR_HANZI = re.compile("(?:[^\u4e00-\u9fff]*[\u4e00-\u9fff]){4}")


def load_reviews(language=None, *, clean=True):
    """The embedded reviews of a language as a TextDataset; 0 is negative, 1 positive.

    `language` is "zh" (books, hotels, notebook computers; token: character) or "en" (films; token: word);
    None takes the reader's. `clean=False` leaves repeated lines, lines in both classes and fragments as they
    came. The order is that of the source, sorted by class: divide it with `split`, which shuffles. Raises
    ValueError for another language. Origin and licence: rnncourse/datasets/slices/ATTRIBUTION.md.
    """
    language = _language.current() if language is None else language
    if language not in _language.LANGUAGES:
        raise ValueError(f'language must be "zh" or "en", got {language!r}')
    return _load(language, bool(clean))


@cache
def load_rated_snippets(source):
    """English snippets with the mean rating of about 20 people, −4 to 4, as RatedTexts.

    `source`: "films" (reviews), "tweets", "shop" (customers' reviews) or "news" (editorials). Raises
    ValueError for another. From Hutto & Gilbert (2014); licence: rnncourse/datasets/slices/ATTRIBUTION.md.
    """
    if source not in SOURCES:
        raise ValueError(f"source must be one of {SOURCES}, got {source!r}")
    ratings, texts = _read(source)
    return RatedTexts(source, "en", texts, ratings)


@cache
def _load(language, clean):
    raw = _chinese() if language == "zh" else _english()
    if not clean:
        return raw
    whole = [language == "en" or _FOUR_HANZI.match(text) is not None for text in raw.texts]
    return drop_duplicates(raw.take(np.array(whole)))


def _chinese():
    labels, texts = _read("reviews_zh")
    names = ("负面", "正面")
    return TextDataset("reviews_zh", "zh", texts, labels.astype(np.int64), names, "character", length=200)


def _english():
    rated = load_rated_snippets("films")
    kept = np.flatnonzero(np.abs(rated.ratings) > NEUTRAL)
    texts = [rated.texts[i] for i in kept]
    labels = (rated.ratings[kept] > 0).astype(np.int64)
    return TextDataset("reviews_en", "en", texts, labels, ("negative", "positive"), "word", length=60)


def _read(name):
    """The values (float64, shape (N,)) and the texts of an embedded slice."""
    values, texts = zip(*slices.read(name), strict=True)
    return np.array(values, dtype=np.float64), texts
