"""The course's corpora. The embedded ones load offline; standard ones download on demand.

Nothing here imports Keras.
"""

from rnncourse.datasets.base import (
    Duplicates,
    RatedTexts,
    Split,
    TextDataset,
    count_duplicates,
    drop_duplicates,
    split,
)
from rnncourse.datasets.download import DownloadError
from rnncourse.datasets.imdb import load_imdb
from rnncourse.datasets.pairs import SentencePairs, group_pairs, split_pairs
from rnncourse.datasets.reviews import load_rated_snippets, load_reviews
from rnncourse.datasets.sentences import load_sentences
from rnncourse.datasets.tatoeba import load_tatoeba

__all__ = [
    "DownloadError",
    "Duplicates",
    "RatedTexts",
    "SentencePairs",
    "Split",
    "TextDataset",
    "count_duplicates",
    "drop_duplicates",
    "group_pairs",
    "load_imdb",
    "load_rated_snippets",
    "load_reviews",
    "load_sentences",
    "load_tatoeba",
    "split",
    "split_pairs",
]
