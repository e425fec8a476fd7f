"""Train and apply a model on sequences of any lengths: `fit`, `predict`."""

from rnncourse.training.recipe import fit, predict

__all__ = ["fit", "predict"]
