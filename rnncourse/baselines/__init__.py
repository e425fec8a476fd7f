"""Methods without a neural network, to hold one against. All take what `training.fit` takes: lists of ids.

Each `fit_...` returns a `Fitted`: its `predict` takes N id arrays to probabilities of class 1, (N,). No Keras
here.
"""

from rnncourse.baselines.counting import (
    Fitted,
    fit_logistic_regression,
    fit_majority,
    fit_naive_bayes,
    ngrams,
)
from rnncourse.baselines.hmm import HMM, fit_hmm, fit_hmm_classifier, log_likelihood

__all__ = [
    "HMM",
    "Fitted",
    "fit_hmm",
    "fit_hmm_classifier",
    "fit_logistic_regression",
    "fit_majority",
    "fit_naive_bayes",
    "log_likelihood",
    "ngrams",
]
