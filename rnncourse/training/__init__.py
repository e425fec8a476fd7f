"""Train and apply a model on sequences of any lengths: `fit`, `predict`; `Batches` is what `fit` feeds."""

from rnncourse.training.batches import Batches
from rnncourse.training.recipe import fit, predict

__all__ = ["Batches", "fit", "predict"]
