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
from rnncourse.datasets.reviews import load_rated_snippets, load_reviews

__all__ = [
    "DownloadError",
    "Duplicates",
    "RatedTexts",
    "Split",
    "TextDataset",
    "count_duplicates",
    "drop_duplicates",
    "load_imdb",
    "load_rated_snippets",
    "load_reviews",
    "split",
]
