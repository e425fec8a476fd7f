"""Majority, naive Bayes and logistic regression: what counts of n-grams alone tell of a class."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression


class Fitted(NamedTuple):
    """A trained classifier: `predict` takes N id arrays to probabilities of class 1, (N,)."""

    predict: Callable
    parameters: int  # numbers that were learnt from the data


def ngrams(sequence, longest=2):
    """All runs of 1 to `longest` neighbouring ids of a sequence (T,), as tuples."""
    ids = np.asarray(sequence).tolist()
    return [tuple(ids[i : i + n]) for n in range(1, longest + 1) for i in range(len(ids) - n + 1)]


def fit_majority(sequences, labels):
    """Whatever the sequence, the share of class 1 in the training `labels` (N,), 0 or 1."""
    labels = _checked(sequences, labels)
    share = float(labels.mean())
    return Fitted(lambda sequences: np.full(len(sequences), share), 1)


def fit_naive_bayes(sequences, labels, *, longest=2, smoothing=1.0):
    """Naive Bayes over the counts of n-grams of 1 to `longest` ids.

    For a sequence with the n-grams g: log p(1)/p(0) + sum of log p(g|1)/p(g|0), where p(g|k) is the share of
    g among all n-grams of class k, each counted `smoothing` times more. N-grams that training never met say
    nothing. `labels` (N,) are 0 or 1, both of them; else a ValueError is raised.
    """
    labels = _checked(sequences, labels, both=True)
    features = CountVectorizer(analyzer=lambda ids: ngrams(ids, longest))
    x = features.fit_transform(sequences)  # (N, G)
    counts = np.stack([np.asarray(x[labels == k].sum(axis=0))[0] for k in (0, 1)]) + smoothing  # (2, G)
    odds = np.diff(np.log(counts / counts.sum(axis=1, keepdims=True)), axis=0)[0]  # (G,)
    prior = np.log(labels.mean()) - np.log(1 - labels.mean())

    def predict(sequences):
        return _sigmoid(prior + features.transform(sequences) @ odds)

    return Fitted(predict, 2 * counts.shape[1] + 1)


def fit_logistic_regression(sequences, labels, validation, *, longest=2, strengths=(1, 3, 10, 30)):
    """Logistic regression over the TF-IDF weights of n-grams of 1 to `longest` ids.

    The inverse strength of its regularisation is the one of `strengths` that is best on `validation`, a pair
    (sequences, labels). `labels` (N,) are 0 or 1, both of them; else a ValueError is raised.
    """
    labels = _checked(sequences, labels, both=True)
    features = TfidfVectorizer(analyzer=lambda ids: ngrams(ids, longest), sublinear_tf=True)
    x, held_out = features.fit_transform(sequences), features.transform(validation[0])
    models = [LogisticRegression(C=c, max_iter=1000).fit(x, labels) for c in strengths]
    best = max(models, key=lambda model: model.score(held_out, validation[1]))

    def predict(sequences):
        return best.predict_proba(features.transform(sequences))[:, 1]

    return Fitted(predict, x.shape[1] + 1)


def _sigmoid(x):
    return 0.5 * (1 + np.tanh(x / 2))  # exp would overflow for a long text


def _checked(sequences, labels, *, both=False):
    labels = np.asarray(labels)
    if labels.shape != (len(sequences),) or not len(labels):
        raise ValueError(
            f"expected one label a sequence, got {labels.shape} labels for {len(sequences)} sequences"
        )
    if not np.isin(labels, (0, 1)).all():
        raise ValueError(f"labels must be 0 or 1, got {np.setdiff1d(labels, (0, 1))[0]}")
    if both and (labels == labels[0]).all():
        raise ValueError(f"all labels are {labels[0]}; a classifier needs examples of both classes")
    return labels
