"""Padded batches of similar length, as Keras takes them."""

import keras
import numpy as np

from rnncourse import text

# Each step of the loop over time costs about the same for 16 rows as for 64: fewer rows save nothing.
SMALLEST, LARGEST = 64, 128


class Batches(keras.utils.PyDataset):
    """Batches (tokens (B, T), labels (B, 1)) of similar length; a `seed` gives each epoch another order.

    `class_weights` (classes,) adds the weight of each example, (B,), as a third part.
    """

    def __init__(self, sequences, labels, *, tokens, seed=None, class_weights=None):
        super().__init__()
        self.sequences, self.labels, self.class_weights = sequences, labels, class_weights
        self.tokens, self.seed = tokens, seed
        self.rows = rows_by_length(sequences, tokens=tokens, seed=seed)

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, index):
        rows = self.rows[index]
        labels = self.labels[rows]
        batch = self._tokens(index), labels[:, None].astype("float32")
        return batch if self.class_weights is None else (*batch, self.class_weights[labels])

    def on_epoch_end(self):
        if self.seed is not None:
            self.seed += 1
            rows = rows_by_length(self.sequences, tokens=self.tokens, seed=self.seed)
            self.rows = as_many(rows, len(self.rows))  # Keras asks for the number before the epoch's end

    def _tokens(self, index):
        tokens = padded([self.sequences[row] for row in self.rows[index]])
        # Keras takes the shape of all batches from the first two: were these equally wide, T would be fixed.
        if index == 0 and len(self) > 1 and self._tokens(1).shape[1] == tokens.shape[1]:
            tokens = np.pad(tokens, [(0, 0), (0, 1)])
        return tokens


def rows_by_length(sequences, *, tokens, seed=None):
    """The rows of each batch, a list of index arrays."""
    lengths = np.array([max(1, len(ids)) for ids in sequences], dtype="int64")
    return text.bucket_batches(lengths, tokens=tokens, smallest=SMALLEST, largest=LARGEST, seed=seed)


def as_many(rows, count):
    """The same rows in `count` batches: the largest is halved, or the two smallest joined, until it fits."""
    rows = list(rows)
    while len(rows) < count:
        place = max(range(len(rows)), key=lambda index: len(rows[index]))
        rows[place : place + 1] = np.array_split(rows[place], 2)
    while len(rows) > count:
        first, second = sorted(sorted(range(len(rows)), key=lambda index: len(rows[index]))[:2])
        rows[first] = np.concatenate([rows[first], rows.pop(second)])
    return rows


def padded(sequences):
    """(B, T); T is a multiple of 32 on a backend that compiles anew for each shape."""
    tokens = text.pad(sequences)
    step = 1 if keras.backend.backend() == "tensorflow" else 32
    return np.pad(tokens, [(0, 0), (0, -tokens.shape[1] % step)])
