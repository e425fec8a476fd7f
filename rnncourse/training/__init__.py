"""Train and apply a model on sequences of any lengths: `fit`, `predict`; `Batches` is what `fit` feeds.

`learning_rate_range_test` looks for a learning rate before that. `fit_translator` and `perplexity` are for
models that read one sequence and write another.
"""

from rnncourse.training.batches import Batches
from rnncourse.training.range_test import RangeTest, geometric_rates, learning_rate_range_test, steepest_rate
from rnncourse.training.recipe import fit, predict
from rnncourse.training.translation import fit_translator, perplexity

__all__ = [
    "Batches",
    "RangeTest",
    "fit",
    "fit_translator",
    "geometric_rates",
    "learning_rate_range_test",
    "perplexity",
    "predict",
    "steepest_rate",
]
