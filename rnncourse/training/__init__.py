"""Train and apply a model on sequences of any lengths: `fit`, `predict`; `Batches` is what `fit` feeds.

`learning_rate_range_test` looks for a learning rate before that, `tune` for all settings; `schedules` let the
rate rise and fall, `adam` makes the optimizer, with weight decay where it belongs. `fit_translator` and
`perplexity` are for models that read one sequence and write another.
"""

from rnncourse.training.batches import Batches
from rnncourse.training.decay import adam
from rnncourse.training.range_test import RangeTest, geometric_rates, learning_rate_range_test, steepest_rate
from rnncourse.training.recipe import fit, predict
from rnncourse.training.schedules import PiecewiseLinear, one_cycle, rates_of, schedule_of, warm_cosine
from rnncourse.training.translation import fit_translator, perplexity
from rnncourse.training.tuning import Trial, Tuning, report_epochs, tune

__all__ = [
    "Batches",
    "PiecewiseLinear",
    "RangeTest",
    "Trial",
    "Tuning",
    "adam",
    "fit",
    "fit_translator",
    "geometric_rates",
    "learning_rate_range_test",
    "one_cycle",
    "perplexity",
    "predict",
    "rates_of",
    "report_epochs",
    "schedule_of",
    "steepest_rate",
    "tune",
    "warm_cosine",
]
