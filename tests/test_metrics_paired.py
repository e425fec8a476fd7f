"""Comparing two models on the same examples: against exact enumeration, the exact tests, and simulation."""

import itertools

import numpy as np
import pytest
from scipy import stats

from rnncourse import metrics


def rows(right):
    """Accuracy as a ratio of sums: (N, 2)."""
    return np.stack([right, np.ones(len(right))], axis=1)


@pytest.fixture(scope="module")
def models():
    """Two models on 400 examples, right on 80% and 85%, mostly on the same ones."""
    rng = np.random.default_rng(3)
    difficulty = rng.random(400)
    return [np.where(rng.random(400) < 0.1, rng.random(400) < 0.5, difficulty < p) for p in (0.8, 0.88)]


def test_randomisation_equals_enumeration_of_all_swaps():
    first, second = rows(np.array([0, 0, 0, 1, 0, 1, 1])), rows(np.array([1, 1, 1, 0, 1, 1, 1]))
    gap, found = 3 / 7, []
    for swap in itertools.product((False, True), repeat=7):
        swap = np.array(swap)[:, None]
        a, b = np.where(swap, second, first).sum(0), np.where(swap, first, second).sum(0)
        found.append(abs((b - a)[0] / 7) >= gap - 1e-9)
    comparison = metrics.compare_models(metrics.ratio_of, first, second, repeats=20_000)
    assert comparison.difference.estimate == pytest.approx(gap)
    assert comparison.p_value == pytest.approx(np.mean(found), abs=0.01)


def test_accuracies_agree_with_the_exact_test_and_the_other_bootstrap(models):
    first, second = models
    ones = np.ones(400, int)
    comparison = metrics.compare_models(metrics.ratio_of, rows(first), rows(second), repeats=8000)
    assert (comparison.first, comparison.second) == (first.mean(), second.mean())
    exact = metrics.mcnemar(ones, first.astype(int), second.astype(int))
    assert comparison.p_value == pytest.approx(exact.p_value, abs=0.01)
    other = metrics.bootstrap_difference(metrics.accuracy, ones, first.astype(int), second.astype(int))
    width = other.high - other.low
    np.testing.assert_allclose(comparison.difference, other, atol=0.12 * width)


def test_bleu_s_interval_is_that_of_resampled_corpora():
    rng = np.random.default_rng(0)
    references = [" ".join(rng.choice(list("abcdefgh"), 12)) for _ in range(40)]

    def spoilt(share):
        return [
            " ".join("x" if rng.random() < share else word for word in reference.split())
            for reference in references
        ]

    outputs = spoilt(0.15), spoilt(0.1)
    counts = [metrics.bleu_counts(hypotheses, references, tokenize="none") for hypotheses in outputs]
    comparison = metrics.compare_models(metrics.bleu_of, *counts, repeats=1500)
    whole = [metrics.bleu(hypotheses, references, tokenize="none").score for hypotheses in outputs]
    assert (comparison.first, comparison.second) == pytest.approx(whole)
    gaps = []
    for _ in range(300):
        drawn = rng.integers(40, size=40)
        a, b = (
            metrics.bleu([h[i] for i in drawn], [references[i] for i in drawn], tokenize="none").score
            for h in outputs
        )
        gaps.append(b - a)
    low, high = np.percentile(gaps, [2.5, 97.5])
    np.testing.assert_allclose(comparison.difference[1:], (low, high), atol=0.2 * (high - low))


def test_equal_models_do_not_differ(models):
    comparison = metrics.compare_models(metrics.ratio_of, rows(models[0]), rows(models[0]))
    assert comparison.difference == (0, 0, 0) and comparison.p_value == 1


def test_under_chance_the_p_value_is_below_5_percent_in_about_5_percent():
    rng, small = np.random.default_rng(1), 0
    for seed in range(300):
        first, second = rng.random((2, 80)) < 0.7
        found = metrics.compare_models(metrics.ratio_of, rows(first), rows(second), repeats=200, seed=seed)
        small += found.p_value <= 0.05
    assert small / 300 < 0.09


@pytest.mark.parametrize(("difference", "disagreement"), [(0.01, 0.1), (0.03, 0.1), (0.05, 0.3)])
def test_so_many_examples_find_the_difference_in_80_percent_of_the_trials(difference, disagreement):
    n = metrics.examples_needed(difference, disagreement)
    better, worse = (disagreement + difference) / 2, (disagreement - difference) / 2
    drawn = np.random.default_rng(0).multinomial(n, (better, worse, 1 - disagreement), 20_000)
    gained, lost = drawn[:, 0], drawn[:, 1]
    significant = np.abs(gained - lost) / np.sqrt(gained + lost) > stats.norm.ppf(0.975)  # McNemar's chi
    assert np.mean(significant) == pytest.approx(0.8, abs=0.02)


def test_calibration_error_is_the_mean_gap_of_the_bins():
    rng = np.random.default_rng(4)
    p = rng.random(500)
    y = (rng.random(500) < p**2).astype(int)
    gap = 0
    for k in range(10):
        inside = (p >= k / 10) & (p < (k + 1) / 10)
        gap += abs(p[inside].sum() - y[inside].sum())
    assert metrics.expected_calibration_error(y, p) == pytest.approx(gap / 500)
    assert metrics.expected_calibration_error([0, 1], [0.0, 1.0]) == 0
    assert metrics.expected_calibration_error([1, 0], [0.0, 1.0]) == 1


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (
            lambda: metrics.compare_models(metrics.ratio_of, np.ones((3, 2)), np.ones((4, 2))),
            r"\(3, 2\) and \(4",
        ),
        (lambda: metrics.compare_models(metrics.ratio_of, np.ones(3), np.ones(3)), "one shape"),
        (lambda: metrics.compare_models(metrics.ratio_of, np.ones((0, 2)), np.ones((0, 2))), "no examples"),
        (lambda: metrics.examples_needed(0.1, 0.05), "got 0.1 and 0.05"),
        (lambda: metrics.examples_needed(0, 0.05), "0 < difference"),
        (lambda: metrics.examples_needed(0.01, 0.1, power=80), "got 0.95 and 80"),
    ],
)
def test_bad_input_is_named(call, says):
    with pytest.raises(ValueError, match=says):
        call()
