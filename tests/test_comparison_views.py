"""Plots and widget of chapter 2.3: what is shown are the rows' numbers; every control changes something."""

import time

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt

from rnncourse import language, metrics, plots, results, style
from rnncourse.widgets.comparison import build_comparison, intervals_of
from rnncourse.widgets.panel import build_panel

TASKS = {"order": "order", "reviews_en": "reviews"}
METHODS = {"naive_bayes": "naive Bayes", "hmm": "HMM", "gru": "GRU"}


@pytest.fixture(params=language.LANGUAGES)
def reader(request):
    language.use(request.param)
    with mpl.rc_context({"backend": "agg"}):
        style.use_figure_style()
        yield request.param
        plt.close("all")
    language.use("en")


@pytest.fixture(scope="module")
def rows():
    return results.load("comparison")["rows"]


def test_intervals_are_those_of_the_runs(rows):
    table = intervals_of(rows)
    runs = [r["accuracy"] for r in rows if (r["task"], r["method"], r["size"]) == ("order", "gru", 2400)]
    assert table["order", "gru", 2400] == metrics.mean_interval(runs) and len(runs) >= 3


def test_every_control_changes_picture_and_words_in_time(rows, reader):
    view, controls = build_comparison(rows, task_names=TASKS, method_names=METHODS)
    panel = build_panel(view, controls)
    words, picture = panel.children[-2:]
    controls.method.value = "gru"
    for control, value in (
        (controls.task, "reviews_en"),
        (controls.size, 300),
        (controls.method, "naive_bayes"),
    ):
        before = words.value, bytes(picture.value)
        control.value = value
        assert words.value != before[0] and bytes(picture.value) != before[1]
    runs = [
        r["accuracy"]
        for r in rows
        if (r["task"], r["method"], r["size"]) == ("reviews_en", "naive_bayes", 300)
    ]
    assert f"{np.mean(runs):.3f}" in words.value
    controls.method.value = "hmm"  # measured on the order task alone
    assert {"zh": "没有", "en": "not measured"}[reader] in words.value and picture.value


def test_a_redraw_is_cheap(rows):
    view, _ = build_comparison(rows, task_names=TASKS, method_names=METHODS)
    view()
    started = time.process_time()
    build_panel(view, [])
    assert time.process_time() - started < 0.6  # 0.1 s alone; machines that test are slow


def test_no_rows_is_an_error():
    with pytest.raises(ValueError, match="no run"):
        build_comparison([], task_names=TASKS, method_names=METHODS)


def test_curves_show_the_estimates(reader):
    curves = {"a": [(0.6, 0.5, 0.7), (0.8, 0.7, 0.9)], "b": [(0.5, 0.4, 0.6)] * 2}
    ax = plots.plot_learning_curves([100, 400], curves, highlight="a", size=400)
    assert ax.lines[0].get_ydata().tolist() == [0.6, 0.8]
    assert ax.lines[0].get_color() != ax.lines[1].get_color()
    with pytest.raises(ValueError, match="a: expected 1 intervals"):
        plots.plot_learning_curves([100], curves)


def test_costs_and_attributions_are_drawn_where_they_are(reader):
    ax = plots.plot_cost({"a": (2.0, 0.9), "b": (0.01, 0.8)})
    assert [(line.get_xdata()[0], line.get_ydata()[0]) for line in ax.lines] == [(2.0, 0.9), (0.01, 0.8)]
    ax = plots.plot_attributions(["a", 7], {"one": [0.5, -0.25], "two": [0.1, 0.2]})
    assert [patch.get_height() for patch in ax.patches] == [0.5, -0.25, 0.1, 0.2]
