"""Batches of pairs for an encoder–decoder: padded, shifted by one, similar lengths together."""

import keras
import numpy as np

from rnncourse import text
from rnncourse.training.batches import padded


class PairBatches(keras.utils.PyDataset):
    """Batches ((source (B, T), written (B, N)), target (B, N), weights (B, N)); a `seed` shuffles each epoch
    anew.

    written is START and the answer, target the answer and END; weights are 1 on real tokens and 0 on padding.
    """

    def __init__(self, sources, targets, *, batch_size, seed=None):
        super().__init__()
        self.sources, self.targets = sources, targets
        self.batch_size, self.seed = batch_size, seed
        self._cut()

    def _cut(self):
        lengths = np.array([len(s) + len(t) for s, t in zip(self.sources, self.targets, strict=True)])
        size = self.batch_size
        self.rows = text.bucket_batches(lengths, tokens=1, smallest=size, largest=size, seed=self.seed)

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, index):
        source, written, target = self._arrays(index)
        # Keras takes the shape of all batches from the first two: were these equally wide, it would be fixed.
        if index == 0 and len(self) > 1:
            others = self._arrays(1)
            source = _wider(source, others[0])
            written, target = _wider(written, others[1]), _wider(target, others[2])
        return (source, written), target, (target != text.PADDING).astype("float32")

    def _arrays(self, index):
        rows = self.rows[index]
        answers = [self.targets[row] for row in rows]
        return (
            padded([self.sources[row] for row in rows]),
            padded([np.r_[text.START, answer] for answer in answers]),
            padded([np.r_[answer, text.END] for answer in answers]),
        )

    def on_epoch_end(self):
        if self.seed is not None:
            self.seed += 1
            self._cut()


def _wider(tokens, other):
    return np.pad(tokens, [(0, 0), (0, int(tokens.shape[1] == other.shape[1]))])
