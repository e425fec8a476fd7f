"""Pictures and widget of chapter 5.2: they show the times and counts; every control changes something."""

import io
import warnings

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt

from rnncourse import language, plots, style
from rnncourse.metrics.intervals import Interval
from rnncourse.scalability.cost import recurrent_cost
from rnncourse.scalability.timing import CostModel
from rnncourse.widgets.cost import build_cost, doubled, in_bytes, time_parts
from rnncourse.widgets.panel import build_panel

BASE = {"T": 64, "B": 16, "D": 64, "H": 64}


def fitted(call=1e-3, step=5e-5, multiply_add=1e-10):
    parts = (Interval(value, value, value) for value in (call, step, multiply_add))
    return CostModel(*parts, worst=0.0)


@pytest.fixture(params=language.LANGUAGES)
def reader(request, capfd):
    language.use(request.param)
    with mpl.rc_context({"backend": "agg"}), warnings.catch_warnings():
        warnings.simplefilter("error")
        style.use_figure_style()
        yield request.param
        plt.close("all")
    language.use("en")
    assert capfd.readouterr().err == ""


def test_a_panel_a_letter_has_all_repetitions_and_their_median(reader):
    seconds = np.array([[0.001, 0.002], [0.002, 0.004], [0.009, 0.003]])
    axes = plots.plot_scaling({"T": {"a": ([8, 16], seconds)}, "B": {"a": ([1, 4], seconds[0])}}, slopes=(1,))
    first, second = axes
    assert [ax.get_xlabel() for ax in axes] == ["T", "B"]
    *repetitions, line, guide = first.lines
    drawn = np.array([points.get_ydata() for points in repetitions])
    np.testing.assert_allclose(drawn, 1e3 * seconds)
    np.testing.assert_allclose(line.get_ydata(), [2, 3])
    np.testing.assert_allclose(second.lines[-2].get_ydata(), [1, 2])
    rise = np.diff(np.log(guide.get_ydata())) / np.diff(np.log(guide.get_xdata()))
    assert rise == pytest.approx(1)
    first.figure.savefig(io.BytesIO(), format="png")
    with pytest.raises(ValueError, match="b: expected 2 times, one a size, got 3"):
        plots.plot_scaling({"T": {"b": ([8, 16], [1, 2, 3])}})


def test_predictions_stand_over_what_was_measured(reader):
    ax = plots.plot_predictions({"a": [0.001, 0.1]}, {"a": [0.002, 0.1]})
    points, equal, twice, half = ax.lines
    np.testing.assert_allclose(points.get_xydata(), [[1, 2], [100, 100]])
    for line, factor in ((equal, 1), (twice, 2), (half, 0.5)):
        np.testing.assert_allclose(line.get_ydata(), factor * line.get_xdata())
    low, high = ax.get_xlim()
    assert low < 1 and high > 100 and ax.get_ylim() == (low, high)
    with pytest.raises(ValueError, match=r"a: \(2,\) times measured and \(1,\) predicted"):
        plots.plot_predictions({"a": [1, 2]}, {"a": [1]})


def test_shares_lie_end_to_end_with_their_sum(reader):
    ax = plots.plot_shares({"now": {"a": 1.0, "b": 2.5}, "then": {"a": 4.0, "b": 0.0}}, unit="ms")
    ends = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in ax.patches]
    assert ends == [(0, 1), (1, 3.5), (0, 4), (4, 4)]
    assert [words.get_text() for words in ax.texts] == ["3.5", "4"]
    assert [words.get_text() for words in ax.get_legend().get_texts()] == ["a", "b"]
    for wrong in ({"a": 1.0}, {"a": 1.0, "b": -1.0}):
        with pytest.raises(ValueError, match="then: expected"):
            plots.plot_shares({"now": {"a": 1.0, "b": 2.5}, "then": wrong})


@pytest.mark.parametrize("cell", ["simple_rnn", "gru", "lstm"])
def test_the_parts_add_up_to_the_prediction(cell, reader):
    for name, parts in doubled(fitted(), cell, BASE).items():
        sizes = BASE if len(name.split()) == 1 else {**BASE, name[-1]: 2 * BASE[name[-1]]}
        assert sum(parts.values()) == pytest.approx(1e3 * fitted().predict(cell, **sizes))
    assert min(time_parts(fitted(call=-1.0), cell, BASE).values()) == 0


def test_every_control_changes_picture_and_words(reader):
    view, controls = build_cost(fitted(), base=BASE)
    panel = build_panel(view, controls)
    words, picture = panel.children[-2:]
    for control, value in zip(controls, (4096, 1, 1024, 512), strict=True):
        before = words.value, bytes(picture.value)
        control.value = value
        assert words.value != before[0] and bytes(picture.value) != before[1]
    found = recurrent_cost("gru", T=4096, B=1, D=1024, H=512)
    assert f"{found.multiply_adds:,}" in words.value and f"{found.parameters:,}" in words.value
    assert in_bytes(found.training_bytes) in words.value and in_bytes(found.state_bytes) in words.value
    assert len({control.description for control in controls}) == 4
    assert all(any(ord(x) > 0x2E7F for x in c.description) == (reader == "zh") for c in controls)


def test_bytes_in_units_of_a_thousand():
    assert [in_bytes(n) for n in (1, 999, 4096, 2_500_000, 10**12)] == [
        "1 B", "999 B", "4.1 kB", "2.5 MB", "1,000 GB"
    ]  # fmt: skip


def test_what_is_wrong_is_told():
    with pytest.raises(ValueError, match="cell must be one of"):
        build_cost(fitted(), cell="rnn")
    with pytest.raises(ValueError, match=r"T must be one of .* got 65"):
        build_cost(fitted(), base={"T": 65})
