"""Pictures and widgets of the recurrent cells: their numbers are the cells' own, their words the reader's."""

import warnings

import matplotlib as mpl
import numpy as np
import pytest
from ipywidgets import VBox
from matplotlib import pyplot as plt
from test_plots import check_words, in_chinese

from rnncourse import cells, choose, language, plots, style, tasks, text, widgets
from rnncourse.cells import gru, lstm
from rnncourse.plots.cells import QUANTITIES
from rnncourse.widgets import gates
from rnncourse.widgets.panel import build_panel

RNG = np.random.default_rng(3)
TEXTS = ["a b c d e", "e d c b a", "a a b"]
VOCABULARY = text.Vocabulary.build(TEXTS, unit="word")
UNITS = 5
CLASSIFIER = gates.Classifier(
    RNG.normal(size=(len(VOCABULARY), 3)),
    cells.initial_params(lstm, 3, UNITS, RNG),
    RNG.normal(size=(UNITS, 1)),
    RNG.normal(size=1),
)


@pytest.fixture(params=["zh", "en"])
def reader(request, monkeypatch):
    monkeypatch.setattr(language, "_current", request.param)
    with mpl.rc_context({"backend": "agg"}), warnings.catch_warnings():
        warnings.simplefilter("error")  # a missing glyph is a warning
        style.use_figure_style()
        yield request.param
        plt.close("all")


def sentence():
    words = choose(zh=list("房间很大，早餐也不错。"), en=["a", "gripping", "film", ",", "oddly", "long"])
    return words, np.random.default_rng(1).normal(0, 1, (len(words), 8))


def draw_unit():
    tokens, values = sentence()
    return plots.plot_unit(tokens, {name: values[:, row] for row, name in enumerate(QUANTITIES)})


def draw_recall():
    scores = {part: {f"LSTM {n}": np.full((3, 2), 0.75) for n in range(4)} for part in "ab"}
    return plots.plot_recall(
        scores, (10, 30), titles=choose(zh=("空白", "干扰"), en=("blank", "distractors"))
    )


def draw_decay():
    return plots.plot_decay(np.ones(50), np.ones(50), gates.script()[:50], kept=np.ones(50))


PICTURES = {
    **{name: (lambda name=name: plots.plot_cell(name)) for name in ("simple_rnn", "lstm", "gru")},
    "gates": lambda: plots.plot_gates(*sentence(), quantity="c", unit=2),
    "unit": draw_unit,
    "recall": draw_recall,
    "decay": draw_decay,
}


@pytest.mark.parametrize("picture", PICTURES)
def test_every_word_is_whole_and_none_covers_another(picture, reader):
    figure = np.ravel(PICTURES[picture]())[0].figure
    check_words(figure)
    assert in_chinese(figure) == (reader == "zh")


def test_a_cells_picture_has_its_gates_and_states(reader):
    for name, symbols in {
        "lstm": "$i$ $f$ $o$ $c_t$ $h_t$",
        "gru": "$z$ $r$ $h_t$",
        "simple_rnn": "$h_t$",
    }.items():
        drawn = {one.get_text() for one in plots.plot_cell(name).texts}
        assert drawn >= set(symbols.split())
        assert ("$c_t$" in drawn) == (name == "lstm")
    with pytest.raises(ValueError, match="'rnn'"):
        plots.plot_cell("rnn")


def test_gates_are_shaded_by_their_values(reader):
    ax = plots.plot_gates(["a", "b"], np.array([[0.0, 1.0, 0.5], [1.0, 0.0, 0.5]]), quantity="f")
    (image,) = ax.images
    shades = image.get_array()[..., :3]  # (H, T, 3)
    blue = mpl.colors.to_rgb(style.COLOURS[0])
    np.testing.assert_allclose(shades[0], [[1, 1, 1], blue], atol=0.01)
    np.testing.assert_allclose(shades[1], [blue, [1, 1, 1]], atol=0.01)
    signed = plots.plot_gates(["a"], np.array([[-2.0, 2.0, 0.0]]), quantity="c")
    orange = mpl.colors.to_rgb(style.COLOURS[1])
    np.testing.assert_allclose(signed.images[0].get_array()[:, 0, :3], [orange, blue, [1, 1, 1]], atol=0.01)
    assert "2.0" in signed.get_title(loc="left")
    with pytest.raises(ValueError, match="2 tokens, got"):
        plots.plot_gates(["a", "b"], np.zeros((3, 4)), quantity="f")


def test_recall_shows_means_and_seeds(reader):
    scores = {"blank": {"LSTM": np.array([[0.5, 1.0], [1.0, 1.0], [0.6, 1.0]])}}
    (ax,) = plots.plot_recall(scores, (10, 100))
    assert [one.get_text() for one in ax.texts] == ["0.70", "1.00"]
    np.testing.assert_allclose(ax.lines[0].get_xdata(), [-0.3, 0.3, -0.18])


# Widgets


def test_the_widgets_lstm_is_keras_s():
    from keras import layers

    layer = layers.LSTM(UNITS, return_sequences=True, dtype="float64")
    layer.build((None, None, 3))
    layer.set_weights(CLASSIFIER.params)
    ids = VOCABULARY.encode("a c b e", 9)
    values = gates.read(CLASSIFIER, ids)
    assert tuple(values) == QUANTITIES and {v.shape for v in values.values()} == {(len(ids), UNITS)}
    np.testing.assert_allclose(values["h"], np.asarray(layer(CLASSIFIER.embedding[ids][None]))[0], atol=1e-6)
    before = np.vstack([np.zeros(UNITS), values["c"][:-1]])
    np.testing.assert_allclose(values["c"], values["f"] * before + values["i"] * values["candidate"])
    logit = values["h"] @ CLASSIFIER.kernel[:, 0] + CLASSIFIER.bias
    np.testing.assert_allclose(gates.probabilities(CLASSIFIER, values["h"]), 1 / (1 + np.exp(-logit)))


def gates_panel():
    view, controls = gates.build_gates(
        CLASSIFIER, VOCABULARY, label_names=("bad", "good"), examples=TEXTS[:2], length=4
    )
    return build_panel(view, controls), controls


def test_every_control_of_the_gates_changes_the_picture(reader):
    panel, (examples, field, quantity, unit) = gates_panel()
    words, picture = panel.children[-2:]
    changes = [(examples, TEXTS[1]), (field, "c c"), (quantity, "h"), (unit, 0)]
    for control, value in changes:
        before = bytes(picture.value)
        control.value = value
        assert bytes(picture.value) != before, control.description
        assert any(ord(c) > 0x2E7F for c in control.description) == (reader == "zh")
    last = gates.probabilities(CLASSIFIER, gates.read(CLASSIFIER, VOCABULARY.encode("c c", 4))["h"])[-1]
    assert f"{last:.1%}" in words.value and "good" in words.value


def test_empty_unknown_and_long_sentences_have_their_words(reader):
    panel, (_, field, *_) = gates_panel()
    words, picture = panel.children[-2:]
    field.value = " "
    assert bytes(picture.value) == b"" and len(words.value) > 10
    field.value = "a extraordinarily 😀 " * 1000
    assert bytes(picture.value)
    line = words.value.rpartition(">")[2]
    assert "4" in line and "2" in line and "3,000" in line  # read four, of which two are unknown


def test_one_unit_forgets_by_powers_of_its_gate(reader):
    written = gates.script()
    cell, hidden = gates.play(0.9, 0.5, 0.25, written)
    run = 0.5 * 0.9 ** np.arange(gates.SECOND - gates.FIRST)
    np.testing.assert_allclose(cell[gates.FIRST : gates.SECOND], run)
    assert not cell[: gates.FIRST].any()
    np.testing.assert_allclose(cell[gates.SECOND], 0.9 * run[-1] - 0.5)
    np.testing.assert_allclose(hidden, 0.25 * np.tanh(cell))


def test_every_slider_of_the_decay_changes_the_picture(reader):
    view, controls = gates.build_decay()
    panel = build_panel(view, controls)
    words, picture = panel.children[-2:]
    for control, value in zip(controls, (3.0, 0.5, 0.5), strict=True):
        before = bytes(picture.value)
        control.value = value
        assert bytes(picture.value) != before, control.description
    f = 1 / (1 + np.exp(-3.0))
    assert f"{f:.4f}" in words.value and f"{f**100:.2g}" in words.value
    for end in (controls[0].min, controls[0].max):
        controls[0].value = end
        assert "Error" not in words.value


@pytest.mark.parametrize(
    "call",
    [
        widgets.explore_decay,
        lambda: widgets.explore_gates(CLASSIFIER, VOCABULARY, label_names="ab", examples=TEXTS),
    ],
)
def test_a_still_picture_is_shown_before_the_controls(call, reader, monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    assert call() is None
    still, panel = shown
    assert isinstance(panel, VBox) and bytes(panel.children[-1].value) == still.data
    assert plt.get_fignums() == []


def test_no_examples_are_refused():
    with pytest.raises(ValueError, match="got 0 and 2"):
        widgets.explore_gates(CLASSIFIER, VOCABULARY, label_names="ab", examples=[])


# A task whose reference has no library behind it


def test_pytorchs_weights_give_pytorchs_gru():
    """Its equations as its manual states them, with weights at the left."""
    rng = np.random.default_rng(0)
    features, units = 3, 4
    w_ih, w_hh = rng.normal(size=(3 * units, features)), rng.normal(size=(3 * units, units))
    b_ih, b_hh = rng.normal(size=(2, 3 * units))
    x, h = rng.normal(size=(2, features)), rng.normal(size=(2, units))
    (i_r, i_z, i_n), (h_r, h_z, h_n) = (
        np.split(w_ih @ x.T + b_ih[:, None], 3),
        np.split(w_hh @ h.T + b_hh[:, None], 3),
    )
    r, z = 1 / (1 + np.exp(-(i_r + h_r))), 1 / (1 + np.exp(-(i_z + h_z)))
    n = np.tanh(i_n + r * h_n)
    expected = ((1 - z) * n + z * h.T).T
    params = gru.Params(*tasks.load("gru_from_pytorch").reference(w_ih, w_hh, b_ih, b_hh))
    np.testing.assert_allclose(gru.step(x, gru.State(h), params)[0].hidden, expected)


@pytest.mark.parametrize(("cell", "layer"), [("simple_rnn", "SimpleRNN"), ("lstm", "LSTM"), ("gru", "GRU")])
def test_counted_parameters_and_states_are_keras_s(cell, layer):
    import keras

    built = getattr(keras.layers, layer)(7, return_state=True)
    _, *states = built(np.zeros((2, 3, 4), "float32"))
    counted = tasks.load("count_states").reference(cell, 4, 7)
    assert counted == (built.count_params(), sum(state.shape[1] for state in states))
