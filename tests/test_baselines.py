"""Methods without a network, each against an independent oracle: scikit-learn, brute force over all paths."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.naive_bayes import MultinomialNB

from rnncourse import baselines
from rnncourse.baselines import hmm
from rnncourse.datasets.keyword import draw_keyword_examples
from rnncourse.datasets.order import draw_order_examples
from rnncourse.text import pad


def random_hmm(rng, states, size):
    tables = (
        rng.dirichlet(np.ones(n), rows) for rows, n in ((1, states), (states, states), (states, size - 1))
    )
    start, transition, emission = tables
    emission = np.concatenate([np.full((states, 1), 1e-30), emission], axis=1)
    return baselines.HMM(np.log(start[0]), np.log(transition), np.log(emission))


def all_paths(model, tokens):
    """log p(tokens, path) of every path of states, and the paths."""
    paths = list(itertools.product(range(len(model.start)), repeat=len(tokens)))
    logs = [
        model.start[s[0]]
        + sum(model.transition[i, j] for i, j in itertools.pairwise(s))
        + sum(model.emission[i, x] for i, x in zip(s, tokens, strict=True))
        for s in paths
    ]
    return np.array(logs), np.array(paths)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    states=st.integers(1, 3),
    lengths=st.lists(st.integers(1, 6), min_size=1, max_size=4),
)
def test_the_likelihood_is_the_sum_over_all_paths(seed, states, lengths):
    rng = np.random.default_rng(seed)
    model = random_hmm(rng, states, 5)
    sequences = [rng.integers(1, 5, n) for n in lengths]
    expected = [np.logaddexp.reduce(all_paths(model, s)[0]) for s in sequences]
    np.testing.assert_allclose(baselines.log_likelihood(model, sequences), expected, atol=1e-9)


def test_forward_and_backward_agree_at_every_step():
    rng = np.random.default_rng(1)
    model, tokens = random_hmm(rng, 3, 6), pad([rng.integers(1, 6, n) for n in (7, 1, 4)])
    both = np.logaddexp.reduce(hmm.forward(model, tokens) + hmm.backward(model, tokens), axis=2)
    for row, n in zip(both, (7, 1, 4), strict=True):
        np.testing.assert_allclose(row[:n], row[0], atol=1e-9)


def test_a_round_of_baum_welch_counts_all_paths(monkeypatch):
    monkeypatch.setattr(hmm, "_LEAST", 0.0)
    rng = np.random.default_rng(4)
    model, sequences = random_hmm(rng, 2, 4), [rng.integers(1, 4, n) for n in (5, 3, 6)]
    start, moves, emitted = np.zeros(2), np.zeros((2, 2)), np.zeros((2, 4))
    for tokens in sequences:
        logs, paths = all_paths(model, tokens)
        for weight, path in zip(np.exp(logs - np.logaddexp.reduce(logs)), paths, strict=True):
            start[path[0]] += weight
            np.add.at(moves, (path[:-1], path[1:]), weight)
            np.add.at(emitted, (path, tokens), weight)
    new, _ = hmm.improve(model, pad(sequences))
    for found, counts in zip(new, (start, moves, emitted), strict=True):
        np.testing.assert_allclose(np.exp(found), counts / counts.sum(axis=-1, keepdims=True), atol=1e-9)


def test_no_round_lowers_the_likelihood(monkeypatch):
    monkeypatch.setattr(hmm, "_LEAST", 0.0)
    rng = np.random.default_rng(5)
    model, tokens = random_hmm(rng, 3, 8), pad([rng.integers(1, 8, rng.integers(1, 9)) for _ in range(30)])
    reached = []
    for _ in range(15):
        model, likelihood = hmm.improve(model, tokens)
        reached.append(likelihood)
    assert np.all(np.diff(reached) > -1e-8)


def test_a_long_sequence_stays_finite():
    model = random_hmm(np.random.default_rng(0), 3, 6)
    assert np.isfinite(baselines.log_likelihood(model, [np.ones(5000, int)])).all()


def test_left_to_right_states_never_go_back():
    sequences, _ = draw_order_examples(np.random.default_rng(0), 60)
    model = baselines.fit_hmm(sequences, states=3, vocabulary_size=30, rounds=5, left_to_right=True)
    assert np.exp(model.transition)[np.tril_indices(3, -1)].max() == 0
    for part in model:
        np.testing.assert_allclose(np.exp(part).sum(axis=-1), 1)
    assert np.exp(model.emission[:, 0]).max() == 0  # padding is never emitted


def test_an_hmm_a_class_solves_the_order_task_and_counting_does_not():
    sequences, labels = draw_order_examples(np.random.default_rng(1), 1100)
    train, test = (sequences[:600], labels[:600]), (sequences[600:], labels[600:])
    fitted = baselines.fit_hmm_classifier(*train, states=3, vocabulary_size=30, left_to_right=True)
    assert np.mean((fitted.predict(test[0]) >= 0.5) == test[1]) > 0.9
    assert fitted.parameters == 2 * (3 + 9 + 90)
    counted = baselines.fit_naive_bayes(*train)
    assert np.mean((counted.predict(test[0]) >= 0.5) == test[1]) < 0.7


@pytest.mark.parametrize("smoothing", [1.0, 0.3])
def test_naive_bayes_equals_scikit_learn(smoothing):
    sequences, labels = draw_keyword_examples(np.random.default_rng(2), 200, vocabulary_size=40, keywords=5)
    x = np.stack([np.bincount(s, minlength=40) for s in sequences])
    seen = x[:150].sum(axis=0) > 0
    oracle = (
        MultinomialNB(alpha=smoothing).fit(x[:150][:, seen], labels[:150]).predict_proba(x[150:][:, seen])
    )
    fitted = baselines.fit_naive_bayes(sequences[:150], labels[:150], longest=1, smoothing=smoothing)
    np.testing.assert_allclose(fitted.predict(sequences[150:]), oracle[:, 1], atol=1e-9)


def test_ngrams_of_each_length():
    assert baselines.ngrams([4, 2, 4]) == [(4,), (2,), (4,), (4, 2), (2, 4)]
    assert baselines.ngrams([7], longest=3) == [(7,)] and baselines.ngrams([]) == []


def test_logistic_regression_learns_keywords():
    sequences, labels = draw_keyword_examples(np.random.default_rng(3), 1300)
    train, held_out = (sequences[:800], labels[:800]), (sequences[800:900], labels[800:900])
    fitted = baselines.fit_logistic_regression(*train, held_out)
    assert np.mean((fitted.predict(sequences[900:]) >= 0.5) == labels[900:]) > 0.85


def test_majority_says_the_share_whatever_it_reads():
    fitted = baselines.fit_majority([[1], [2], [3], [4]], [1, 1, 1, 0])
    assert fitted.predict([[9], []]).tolist() == [0.75, 0.75] and fitted.parameters == 1


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: baselines.fit_naive_bayes([[1]], [0, 1]), "one label a sequence"),
        (lambda: baselines.fit_naive_bayes([[1], [2]], [0, 2]), "labels must be 0 or 1, got 2"),
        (lambda: baselines.fit_naive_bayes([[1], [2]], [1, 1]), "all labels are 1"),
        (lambda: baselines.fit_majority([], []), "one label a sequence"),
        (lambda: baselines.fit_hmm([[]], states=2, vocabulary_size=4), "at least one token"),
        (lambda: baselines.fit_hmm([[1, 4]], states=2, vocabulary_size=4), "must be 1 to 3, got 1 to 4"),
    ],
)
def test_bad_input_is_named(call, says):
    with pytest.raises(ValueError, match=says):
        call()
