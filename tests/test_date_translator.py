"""The translator of dates: its pictures, and the experiment behind them."""

import importlib
import itertools
import sys
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt
from test_plots import words_of
from test_widgets import reader  # noqa: F401  (a fixture)

from rnncourse import plots
from rnncourse.plots.dates import PARTS

mpl.use("Agg")
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "experiments"))
experiment = importlib.import_module("dates")

SHAPES = dict.fromkeys(PARTS, ("B", "N", 128))
CURVES = {"a": [[0.1, 0.9, 1.0], [0.0, 0.8, 0.999]], "b": [[0.0, 0.5, 0.99]]}
ANSWERS = {"03/04/2021": [("2021-03-04", 0.6), ("2021-04-03", 0.4)], "二〇二六年": [("2026-01-01", 1.0)]}
PICTURES = {
    "translator": lambda: plots.plot_translator(SHAPES),
    "misses": lambda: plots.plot_misses(["a", "汉字"], [3, 0], [1000, 20]),
    "no misses": lambda: plots.plot_misses(["a"], [0], [0]),
    "exact match": lambda: plots.plot_exact_match([1000, 20_000, 90_000], CURVES, bar=0.999),
    "hypotheses": lambda: plots.plot_hypotheses(ANSWERS),
}


@pytest.mark.parametrize("picture", PICTURES)
def test_every_word_is_whole_and_none_covers_another(picture, reader):  # noqa: F811
    figure = PICTURES[picture]().figure
    words = words_of(figure)
    assert any("\u4e00" <= c <= "\u9fff" for word, _ in words for c in word) or reader == "en"
    for word, box in words:
        low, high = figure.bbox.padded(1).get_points()
        assert (box.get_points()[0] >= low).all() and (box.get_points()[1] <= high).all(), word
    for (first, a), (second, b) in itertools.combinations(words, 2):
        assert not a.padded(-1).overlaps(b.padded(-1)), (first, second)
    plt.close("all")


def test_the_translator_s_words_fit_their_boxes(reader):  # noqa: F811
    ax = plots.plot_translator(SHAPES)
    ax.figure.draw_without_rendering()
    boxes = [patch.get_window_extent() for patch in ax.patches if patch.get_facecolor()[:3] != (1, 1, 1)]
    for text in ax.texts:
        if "\n" in text.get_text():
            extent = text.get_window_extent()
            assert any(box.x0 <= extent.x0 and extent.x1 <= box.x1 for box in boxes), text.get_text()
    plt.close("all")


def test_what_is_drawn_is_what_was_given(reader):  # noqa: F811
    ax = plots.plot_misses(["a", "b"], [1, 0], [200, 50])
    assert [bar.get_width() for bar in ax.patches] == [0.5, 0.0]
    assert [text.get_text() for text in ax.texts] == ["1 / 200", "0 / 50"]
    ax = plots.plot_exact_match([1, 2, 3], CURVES)
    thick = [line for line in ax.lines if line.get_linewidth() == 2]
    np.testing.assert_allclose(1 - thick[0].get_ydata(), np.mean(CURVES["a"], axis=0), atol=1e-4)
    ax = plots.plot_hypotheses(ANSWERS)
    assert [bar.get_width() for bar in ax.patches] == [0.6, 0.4, 1.0]
    plt.close("all")


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: plots.plot_translator({"source": "(B, T)"}), "shapes lacks source embedding"),
        (lambda: plots.plot_exact_match([1, 2], {"a": [[1, 1, 1]]}), "'a' has 3 steps, expected 2"),
        (lambda: plots.plot_hypotheses({}), "rows holds no answer"),
    ],
)
def test_bad_input_is_named(call, says):
    with pytest.raises(ValueError, match=says):
        call()
    plt.close("all")


def test_the_experiment_changes_one_thing_at_a_time():
    for name, changes in experiment.SETTINGS.items():
        assert sum(map(len, changes)) == (name != "recipe")


def test_the_experiment_tests_on_unseen_unambiguous_dates():
    from rnncourse.datasets import dates

    train, (sources, targets, hard), sizes = experiment.data(3000)
    answers = {tuple(target) for target in train[1]}
    assert len(sources) == len(targets) == len(hard) > 200
    assert not answers & {tuple(target) for target in targets}
    assert max(max(map(max, train[0])), max(map(max, sources))) < sizes[0]
    parts = dates.split_dates(dates.load_dates(3000))
    assert len(sources) == (~parts.test.ambiguous).sum() and sizes[1] == 15


def test_the_stored_result_reaches_the_goal_with_every_seed():
    from rnncourse import results

    record = results.load("dates")
    whole = [row for row in record["rows"] if row["setting"] == "whole"]
    assert len(whole) == 3 and min(row["exact"] for row in whole) >= record["bar"] == 0.999
