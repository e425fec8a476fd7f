"""Methods without a neural network, to hold one against. All take what `training.fit` takes: lists of ids.

Of classifiers each `fit_...` returns a `Fitted`: its `predict` takes N id arrays to probabilities of class 1,
(N,). Translation has `fit_nearest` and `fit_word_table`. No Keras here.
"""

from rnncourse.baselines.counting import (
    Fitted,
    fit_logistic_regression,
    fit_majority,
    fit_naive_bayes,
    ngrams,
)
from rnncourse.baselines.hmm import HMM, fit_hmm, fit_hmm_classifier, log_likelihood
from rnncourse.baselines.translation import Nearest, WordTable, fit_nearest, fit_word_table

__all__ = [
    "HMM",
    "Fitted",
    "Nearest",
    "WordTable",
    "fit_hmm",
    "fit_hmm_classifier",
    "fit_logistic_regression",
    "fit_majority",
    "fit_naive_bayes",
    "fit_nearest",
    "fit_word_table",
    "log_likelihood",
    "ngrams",
]
