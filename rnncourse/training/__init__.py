"""Train and apply a model on sequences of any lengths: `fit`, `predict`; `Batches` is what `fit` feeds.

`learning_rate_range_test` looks for a learning rate before that.
"""

from rnncourse.training.batches import Batches
from rnncourse.training.range_test import RangeTest, geometric_rates, learning_rate_range_test, steepest_rate
from rnncourse.training.recipe import fit, predict

__all__ = [
    "Batches",
    "RangeTest",
    "fit",
    "geometric_rates",
    "learning_rate_range_test",
    "predict",
    "steepest_rate",
]
