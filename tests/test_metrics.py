"""Scores against scikit-learn, intervals against SciPy, and what bad input says."""

import subprocess
import sys
from math import comb, isnan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn import metrics as oracle

from rnncourse import language, metrics

quickly = settings(max_examples=30, deadline=None)

labels = st.integers(1, 40).flatmap(
    lambda n: st.tuples(*[st.lists(st.integers(0, 3), min_size=n, max_size=n)] * 2)
)
scored = st.integers(1, 40).flatmap(
    lambda n: st.tuples(
        st.lists(st.integers(0, 1), min_size=n, max_size=n),
        st.lists(st.integers(0, 6), min_size=n, max_size=n),  # few values: many ties
    )
)


@pytest.fixture(scope="module")
def predictions():
    """A plain classifier's labels (N,) and probabilities (N,) on 800 examples, a quarter of them positive."""
    rng = np.random.default_rng(7)
    y_true = (rng.random(800) < 0.25).astype(int)
    return y_true, np.clip(0.35 + 0.25 * y_true + rng.normal(0, 0.2, 800), 0, 1)


@pytest.fixture
def reader(monkeypatch):
    return lambda name: monkeypatch.setattr(language, "_current", name)


@quickly
@given(labels)
def test_scores_equal_scikit_learn_s(pair):
    y_true, y_pred = pair
    counts = metrics.confusion_matrix(y_true, y_pred, classes=4)
    np.testing.assert_array_equal(counts, oracle.confusion_matrix(y_true, y_pred, labels=range(4)))
    assert metrics.accuracy(y_true, y_pred) == pytest.approx(oracle.accuracy_score(y_true, y_pred))
    both = zip((metrics.precision, metrics.recall, metrics.f1), ("precision", "recall", "f1"), strict=True)
    for ours, name in both:
        theirs = getattr(oracle, f"{name}_score")
        options = {"labels": range(4), "zero_division": np.nan}
        per_class = theirs(y_true, y_pred, average=None, **options)
        mine = [ours(y_true, y_pred, positive=c) for c in range(4)]
        np.testing.assert_allclose(mine, per_class, equal_nan=True)
        assert ours(y_true, y_pred, positive="macro") == pytest.approx(
            theirs(y_true, y_pred, average="macro", **options)
        )


@quickly
@given(scored)
def test_average_precision_equals_scikit_learn_s_with_ties(pair):
    y_true, scores = pair
    if any(y_true):
        assert metrics.average_precision(y_true, scores) == pytest.approx(
            oracle.average_precision_score(y_true, scores)
        )
    else:
        assert isnan(metrics.average_precision(y_true, scores))


def test_undefined_scores_are_nan_and_never_a_silent_zero():
    only_zero, predicted = [0, 0, 0], [0, 0, 1]
    assert isnan(metrics.recall(only_zero, predicted))
    assert metrics.precision(only_zero, predicted) == 0
    assert isnan(metrics.precision([0, 1], [0, 0]))
    assert metrics.f1([0, 1], [0, 0]) == 0  # the class occurs and is never found
    assert isnan(metrics.f1([0, 0], [0, 0])) and isnan(metrics.recall([0, 1], [0, 1], positive=5))
    interval = metrics.bootstrap_interval(metrics.recall, only_zero, predicted)
    assert all(map(isnan, interval)) and str(interval) == "–"


@pytest.mark.parametrize("metric", [metrics.accuracy, metrics.recall, metrics.f1])
def test_bootstrap_agrees_with_scipy(metric, predictions):
    y_true, probabilities = predictions
    y_pred = (probabilities >= 0.5).astype(int)
    ours = metrics.bootstrap_interval(metric, y_true, y_pred, repeats=4000)
    theirs = stats.bootstrap(
        (y_true, y_pred), metric, paired=True, vectorized=False, n_resamples=1500, method="percentile", rng=1
    ).confidence_interval
    assert ours.estimate == metric(y_true, y_pred)
    width = theirs.high - theirs.low
    np.testing.assert_allclose(ours[1:], theirs, atol=0.12 * width)


def test_the_three_ways_to_resample_agree(predictions):
    y_true, probabilities = predictions
    y_pred = (probabilities >= 0.5).astype(int)
    pairs = [
        (
            metrics.bootstrap_interval(metrics.precision, y_true, y_pred, positive=0),
            metrics.bootstrap_interval(lambda t, p: metrics.precision(t, p, positive=0), y_true, y_pred),
        ),
        (
            metrics.bootstrap_interval(metrics.average_precision, y_true, probabilities),
            metrics.bootstrap_interval(oracle.average_precision_score, y_true, probabilities),
        ),
    ]
    for fast, plain in pairs:
        assert fast.estimate == pytest.approx(plain.estimate)
        np.testing.assert_allclose(fast, plain, atol=0.12 * (plain.high - plain.low))


def test_the_interval_covers_the_truth_about_as_often_as_it_says():
    rng, truth, covered = np.random.default_rng(0), 0.8, 0
    for seed in range(300):
        right = rng.random(200) < truth
        interval = metrics.bootstrap_interval(
            metrics.accuracy, right * 1, np.ones(200, int), repeats=400, seed=seed
        )
        covered += interval.low <= truth <= interval.high
    assert 0.9 < covered / 300 < 0.98


def test_a_difference_is_resampled_in_pairs(predictions):
    y_true, probabilities = predictions
    first = (probabilities >= 0.5).astype(int)
    assert metrics.bootstrap_difference(metrics.f1, y_true, first, first) == (0, 0, 0)
    second = first.copy()
    wrong = np.flatnonzero(first != y_true)[:20]
    second[wrong] = y_true[wrong]  # better on 20 examples, equal on all others
    paired = metrics.bootstrap_difference(metrics.accuracy, y_true, first, second)
    assert paired.estimate == pytest.approx(20 / 800) and 0 < paired.low < paired.high < 0.05
    single = metrics.bootstrap_interval(metrics.accuracy, y_true, first)
    assert paired.high - paired.low < single.high - single.low
    ranked = metrics.bootstrap_difference(metrics.average_precision, y_true, probabilities, y_true - 0.5)
    assert ranked.low > 0 and ranked.estimate + metrics.average_precision(
        y_true, probabilities
    ) == pytest.approx(1)


@quickly
@given(st.integers(0, 12), st.integers(0, 12))
def test_mcnemar_is_the_exact_binomial_test(only_first, only_second):
    n = only_first + only_second
    y_true = np.zeros(n + 5, int)
    first, second = y_true.copy(), y_true.copy()
    second[:only_first] = 1
    first[only_first:n] = 1
    tail = sum(comb(n, k) for k in range(min(only_first, only_second) + 1)) / 2**n
    expected = (only_first, only_second, min(1, 2 * tail))
    assert metrics.mcnemar(y_true, first, second) == pytest.approx(expected)


def test_mean_interval_is_student_s():
    values = [0.81, 0.84, 0.80, 0.86, 0.83]
    low, high = stats.t.interval(0.9, 4, np.mean(values), stats.sem(values))
    assert metrics.mean_interval(values, level=0.9) == pytest.approx((np.mean(values), low, high))
    with pytest.raises(ValueError, match="two seeds"):
        metrics.mean_interval([0.8])


def test_calibration_bins_every_example_once(predictions):
    from sklearn.calibration import calibration_curve

    y_true, probabilities = predictions
    bins = metrics.calibration(y_true, probabilities, bins=8)
    observed, predicted = calibration_curve(y_true, probabilities, n_bins=8)
    np.testing.assert_allclose(bins.observed, observed)
    np.testing.assert_allclose(bins.predicted, predicted)
    assert (
        bins.count.sum() == 800 and (bins.low <= bins.observed).all() and (bins.observed <= bins.high).all()
    )
    assert metrics.calibration([1, 0], [1.0, 0.0]).observed.tolist() == [0, 1]  # the ends belong to a bin


def test_threshold_curves_equal_the_scores_at_each_threshold(predictions):
    y_true, probabilities = predictions
    curves = metrics.threshold_curves(y_true, probabilities, steps=21)
    for place, threshold in enumerate(curves.thresholds):
        y_pred = metrics.predict_labels(probabilities, threshold=threshold)
        expected = [metric(y_true, y_pred) for metric in (metrics.precision, metrics.recall, metrics.f1)]
        actual = [curve[place] for curve in (curves.precision, curves.recall, curves.f1)]
        np.testing.assert_allclose(actual, expected, equal_nan=True)


def test_evaluate_reports_every_class(predictions, reader):
    y_true, probabilities = predictions
    report = metrics.evaluate(y_true, probabilities, threshold=0.6, label_names=("差评", "好评"))
    y_pred = (probabilities >= 0.6).astype(int)
    assert report.accuracy.estimate == metrics.accuracy(y_true, y_pred)
    assert [c.count for c in report.classes] == [int((y_true == 0).sum()), int((y_true == 1).sum())]
    assert report.classes[1].recall == metrics.bootstrap_interval(metrics.recall, y_true, y_pred)
    reader("zh")
    assert "召回率" in str(report) and "阈值 0.6" in str(report) and "精确率" in report._repr_html_()
    reader("en")
    table = str(report).splitlines()[:3]
    assert "recall" in table[0] and "threshold 0.6" in str(report)
    columns = [sum(1 + (ord(c) > 0x2E7F) for c in line) for line in table]  # a Chinese character takes two
    assert len(set(columns)) == 1


def test_evaluate_of_several_classes_and_of_one_class_only(reader):
    reader("en")
    rng = np.random.default_rng(3)
    probabilities = rng.dirichlet(np.ones(3), 60)
    report = metrics.evaluate(rng.integers(0, 3, 60), probabilities)
    assert report.average_precision is None and report.confusion.shape == (3, 3)
    assert "PR-AUC" not in str(report) and "threshold" not in str(report)
    alone = metrics.evaluate([0, 0, 0], [0.1, 0.2, 0.9])
    assert isnan(alone.classes[1].recall.estimate) and "–" in str(alone)


def test_the_html_of_a_report_is_stable_and_escaped(predictions):
    y_true, probabilities = predictions
    first, second = (metrics.evaluate(y_true, probabilities, label_names=("<b>", "&")) for _ in range(2))
    assert first._repr_html_() == second._repr_html_()
    assert "&lt;b&gt;" in first._repr_html_() and "<b>" not in first._repr_html_()


@pytest.mark.parametrize(
    ("y_true", "y_pred", "says"),
    [
        ([], [], "empty"),
        ([0, 1, 1], [0, 1], "y_true 3, y_pred 2"),
        ([0, 1], [0.2, 0.8], "0.2 at row 0.*predict_labels"),
        ([0, float("nan")], [0, 1], "nan at row 1"),
        ([0, -1], [0, 1], "-1 at row 1"),
        ([0, float("inf")], [0, 1], "inf at row 1"),
        ([0, 10**9], [0, 1], "1000000000 at row 1.*more than 1000 classes"),
        (["good", "bad"], [0, 1], "turn names into numbers"),
        ([[0], [1]], [0, 1], r"got \(2, 1\).*ravel"),
    ],
)
def test_bad_labels_are_named(y_true, y_pred, says):
    for metric in (metrics.accuracy, metrics.f1):
        with pytest.raises(ValueError, match=says):
            metric(y_true, y_pred)


@pytest.mark.parametrize(
    ("y_true", "probabilities", "options", "says"),
    [
        ([0, 2], [0.1, 0.9], {}, "y_true must be 0 or 1, got 2 at row 1"),
        ([0, 1], [0.1, 1.9], {}, "1.9 at row 1.*sigmoid"),
        ([0, 1], [0.1, float("nan")], {}, "nan at row 1"),
        ([0, 1], [[2.0, -1.0], [0.5, 0.5]], {}, "row 0.*softmax"),
        ([0, 1], [[0.5, 0.5], [float("nan"), 0.5]], {}, "nan at row 1"),
        ([0, 1, 1], [0.1, 0.9], {}, "lengths differ"),
        ([0, 1], [0.1, 0.9], {"threshold": 50}, "threshold must lie in 0 .. 1, got 50"),
        ([0, 1], [0.1, 0.9], {"label_names": ("a", "b", "c")}, "3 names, but there are 2 classes"),
        ([0, 1], [0.1, 0.9], {"level": 95}, "level must lie between 0 and 1"),
    ],
)
def test_bad_probabilities_and_options_are_named(y_true, probabilities, options, says):
    with pytest.raises(ValueError, match=says):
        metrics.evaluate(y_true, probabilities, **options)


def test_an_unknown_class_is_named():
    with pytest.raises(ValueError, match="got 'positive'"):
        metrics.recall([0, 1], [0, 1], positive="positive")


def test_importing_metrics_loads_no_heavy_package():
    code = (
        "import sys, rnncourse.metrics; print([m for m in ('sklearn', 'scipy', 'keras') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"
