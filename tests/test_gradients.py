"""Gradients through time in pictures, widgets and tasks: right numbers, and words in both languages."""

import warnings

import ipywidgets
import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from test_plots import check_words, in_chinese, words_of

from rnncourse import cells, language, plots, style, tasks, widgets
from rnncourse.cells import simple_rnn
from rnncourse.widgets import gradient_norms, state_path
from rnncourse.widgets.panel import build_panel

pytestmark = pytest.mark.slow  # it builds, trains or compiles many models

mpl.use("Agg")
RNG = np.random.default_rng(4)
NORMS = np.exp(RNG.normal(0, 1, (3, 51)) - np.arange(51))
RATIOS = {"SimpleRNN": np.array([1e-6, 1e-5]), "LSTM, chrono": np.array([0.1, 0.2])}
INTERVALS = {"SimpleRNN": (3e-6, 1e-7, 1e-4), "LSTM, chrono": (0.14, 0.1, 0.2)}


@pytest.fixture(params=["zh", "en"])
def reader(request, monkeypatch):
    monkeypatch.setattr(language, "_current", request.param)
    with mpl.rc_context(), warnings.catch_warnings():
        warnings.simplefilter("error")  # a missing glyph is a warning
        style.use_figure_style()
        yield request.param
        plt.close("all")


# Pictures

PICTURES = {
    "passes": lambda: plots.plot_passes(3),
    "passes, cut": lambda: plots.plot_passes(4, segment=2),
    "norms": lambda: plots.plot_norms({"a": NORMS, "b": NORMS[0], "c": NORMS[0] * 0}),
    "state path": lambda: plots.plot_state_path(RNG.normal(0, 0.4, (2, 41, 2)), NORMS[0, :41]),
    "clipping": lambda: plots.plot_clipping([3.0, 0.8], 1.0),
    "ratios": lambda: plots.plot_ratios(RATIOS, INTERVALS),
    "learning": lambda: plots.plot_learning({"a": NORMS, "b": NORMS}, bar=0.17, bar_name="0.17"),
}


@pytest.mark.parametrize("picture", PICTURES)
def test_every_word_is_whole_none_covers_another_and_all_are_the_reader_s(picture, reader):
    figure = np.ravel(PICTURES[picture]())[0].figure
    check_words(figure)
    assert in_chinese(figure) == (reader == "zh")


def test_norms_draw_median_and_reach(reader):
    ax = plots.plot_norms({"a": NORMS})
    np.testing.assert_allclose(ax.lines[0].get_ydata(), np.median(NORMS, axis=0))
    band = ax.collections[0].get_paths()[0].vertices[:, 1]
    assert band.max() == NORMS.max() and band.min() == NORMS.min()
    assert ax.get_yscale() == "log"


def test_clipped_arrows_are_what_clipping_gives(reader):
    ax = plots.plot_clipping([3.0, 4.0], 1.0)
    arrows = [(quiver.U[0], quiver.V[0]) for quiver in ax.collections]
    np.testing.assert_allclose(arrows, [(3, 4), (0.6, 0.8), (1, 1)])
    inside = plots.plot_clipping([0.3, 0.4], 1.0)
    np.testing.assert_allclose([(q.U[0], q.V[0]) for q in inside.collections], [(0.3, 0.4)] * 3)


def test_the_picture_of_a_path_draws_distance_and_gradient(reader):
    paths = RNG.normal(size=(2, 6, 2))
    _, time = plots.plot_state_path(paths, np.arange(6.0))
    drawn = [line.get_ydata() for line in time.lines]
    np.testing.assert_allclose(drawn[0], np.linalg.norm(paths[0], axis=1))
    np.testing.assert_allclose(drawn[1], np.linalg.norm(paths[0] - paths[1], axis=1))
    np.testing.assert_allclose(drawn[2], np.arange(6.0), atol=1e-200)


def test_a_border_has_one_arrow_less_and_a_cross(reader):
    whole, cut = plots.plot_passes(4), plots.plot_passes(4, segment=2)
    assert len(whole.patches) - len(cut.patches) == 1
    assert [line.get_marker() for line in cut.lines].count("x") == 1


def test_given_axes_are_used(reader):
    one, (left, right) = Figure().subplots(), Figure().subplots(1, 2)
    assert plots.plot_norms({"a": NORMS}, ax=one) is one
    assert list(plots.plot_state_path(np.zeros((2, 3, 2)), np.ones(3), ax=(left, right))) == [left, right]
    assert plt.get_fignums() == []


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="curves is empty"):
        plots.plot_norms({})
    with pytest.raises(ValueError, match=r"got \['b'\] for \['a'\]"):
        plots.plot_ratios({"a": [1]}, {"b": (1, 1, 1)})


@pytest.mark.parametrize(
    "build", [state_path.build_state_path, gradient_norms.build_gradient_norms], ids=["path", "norms"]
)
def test_no_word_of_a_widget_s_picture_is_cut(build, reader):
    view, controls = build()
    for control in controls:
        if isinstance(control, ipywidgets.FloatSlider):
            control.value = control.min
    figure = view().figure
    inside = figure.bbox.padded(1).get_points()
    for word, box in words_of(figure):
        (left, low), (right, high) = box.get_points()
        assert left >= inside[0][0] and low >= inside[0][1], word
        assert right <= inside[1][0] and high <= inside[1][1], word


# The path of a state


@pytest.mark.parametrize("activation", [state_path.LINEAR, state_path.TANH])
def test_a_path_is_that_of_the_cell_and_its_gradient_that_of_bptt(activation):
    paths = state_path.compute_paths(activation)
    place = r, a, s = 14, 3, 2
    turn = np.radians(state_path.ANGLES[a])
    U = state_path.RADII[r] * np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    assert cells.spectral_radius(U) == pytest.approx(state_path.RADII[r])
    x = state_path.STRENGTHS[s] * np.random.default_rng(3).normal(size=(1, state_path.STEPS, 2))
    if activation == state_path.LINEAR:
        h = state_path.STARTS[0]
        for t in range(state_path.STEPS):
            h = h @ U + x[0, t]
        np.testing.assert_allclose(paths.states[place][0, -1], h)
        np.testing.assert_allclose(paths.gradients[place], state_path.RADII[r] ** np.arange(41))
        return
    params = simple_rnn.Params(np.eye(2), U, np.zeros(2))
    jacobian = []
    for unit in np.eye(2):
        run = cells.unroll(simple_rnn, x, params, state=simple_rnn.State(state_path.STARTS[:1]))
        d_outputs = np.zeros_like(run.outputs)
        d_outputs[0, -1] = unit
        jacobian.append(cells.bptt(run, d_outputs).state.hidden[0])
    np.testing.assert_allclose(paths.states[place][0, 1:], run.outputs[0], atol=1e-12)
    assert paths.gradients[place][-1] == pytest.approx(np.linalg.norm(jacobian, 2))


def test_every_control_of_the_path_changes_the_picture(reader):
    view, controls = state_path.build_state_path()
    answers(
        build_panel(view, controls),
        controls,
        {"radius": 0.7, "angle": 80, "strength": 0.5, "activation": "linear"},
    )
    controls.strength.value = 0
    assert f"{0.7**40:.1e}" in view().words  # linear, no input: the radius to the power of the steps


# The gradient's norm


def test_measured_norms_are_those_of_automatic_differentiation():
    """The ratio of first to last state, by TensorFlow, for the LSTM's hidden and cell state together."""
    import tensorflow as tf
    from keras import layers

    length, seed, units = 10, 1, gradient_norms.UNITS
    measured = gradient_norms.measure("lstm", "forget 0", length)
    rng = np.random.default_rng(seed)
    params = cells.initial_params(cells.lstm, gradient_norms.SYMBOLS, units, rng)
    layer = layers.LSTM(units, return_state=True, dtype="float64", unit_forget_bias=False)
    layer.build((None, None, gradient_norms.SYMBOLS))
    layer.set_weights([params.kernel, params.recurrent_kernel, np.zeros(4 * units)])
    symbols = rng.integers(0, gradient_norms.SYMBOLS, (gradient_norms.BATCH, length))
    d_last = rng.normal(size=(len(symbols), units)) / np.sqrt(units * len(symbols))
    initial = [tf.Variable(np.zeros((len(symbols), units))) for _ in range(2)]
    with tf.GradientTape() as tape:
        outputs, *_ = layer(tf.constant(np.eye(gradient_norms.SYMBOLS)[symbols]), initial_state=initial)
        loss = tf.reduce_sum(outputs * d_last)
    first, weights = tape.gradient(loss, [initial, [weight.value for weight in layer.weights]])
    assert measured.norms[seed, 0] == pytest.approx(gradient_norms.length_of(map(np.asarray, first)))
    assert measured.norms[seed, -1] == pytest.approx(np.linalg.norm(d_last))
    assert measured.totals[seed] == pytest.approx(gradient_norms.length_of(map(np.asarray, weights)))


def test_the_grid_shows_what_the_chapter_says():
    ratio = {
        key: np.median(m.norms[:, 0] / m.norms[:, -1]) for key, m in gradient_norms.measure_grid().items()
    }
    assert ratio["simple_rnn", "half", 100] < 1e-25 and ratio["simple_rnn", "double", 100] > 1e3
    assert ratio["lstm", "forget 0", 100] < ratio["lstm", "keras", 100] < ratio["simple_rnn", "keras", 100]
    assert ratio["lstm", "chrono", 100] > 1e-2 and ratio["gru", "chrono", 100] > 1e-2
    assert ratio["gru", "keras", 100] < 1e-10


def test_clipping_is_one_factor_and_never_enlarges():
    totals = np.array([0.5, 1.0, 4.0])
    np.testing.assert_allclose(gradient_norms.clip_factor(totals, 1.0), [1, 1, 0.25])
    np.testing.assert_array_equal(gradient_norms.clip_factor(totals, np.inf), 1)


def test_every_control_of_the_norms_changes_the_picture(reader):
    view, controls = gradient_norms.build_gradient_norms()
    panel = build_panel(view, controls)
    answers(panel, controls, {"limit": 0.01, "beginning": "double", "length": 100, "cell": "lstm"})
    for cell, ways in gradient_norms.BEGINNINGS.items():
        controls.cell.value = cell
        assert [key for _, key in controls.beginning.options] == list(ways)
        for way in ways:
            controls.beginning.value = way
            assert "Error" not in panel.children[-2].value
    measured = gradient_norms.measure_grid()["gru", "chrono", 100]
    assert f"{np.median(measured.norms[:, 0] / measured.norms[:, -1]):.1e}" in view().words


def answers(panel, controls, values):
    """Set each control to its value: the picture follows; its description is the reader's, and whole."""
    words, picture = panel.children[-2:]
    for name, value in values.items():
        control = getattr(controls, name)
        before = bytes(picture.value)
        control.value = value
        assert bytes(picture.value).startswith(b"\x89PNG") and bytes(picture.value) != before, name
        assert "Error" not in words.value
        assert any(ord(c) > 0x2E7F for c in control.description) == (language.current() == "zh")
        assert control.style.description_width == "initial"


def test_a_still_picture_is_shown_before_the_controls(monkeypatch, reader):
    things = []
    monkeypatch.setattr("IPython.display.display", things.append)
    for call in (widgets.follow_state, widgets.explore_gradient_norms):
        things.clear()
        assert call() is None
        still, panel = things
        assert isinstance(panel, ipywidgets.VBox) and bytes(panel.children[-1].value) == still.data


# References of the tasks against TensorFlow


def test_the_clipping_task_is_tensorflow_s():
    import tensorflow as tf

    task = tasks.load("clip_by_global_norm")
    for seed in range(3):
        for case in task.cases(np.random.default_rng(seed)):
            expected, _ = tf.clip_by_global_norm([tf.constant(g) for g in case.inputs[0]], case.inputs[1])
            for mine, theirs in zip(task.reference(*case.inputs), expected, strict=True):
                np.testing.assert_allclose(mine, np.asarray(theirs), atol=1e-12)


def test_the_tasks_on_the_way_back_are_tensorflow_s():
    """BPTT with and without borders, where `tf.stop_gradient` cuts between segments."""
    import tensorflow as tf

    for case in tasks.load("simple_rnn_bptt").cases(np.random.default_rng(1)):
        d_outputs, x, outputs, h_0, *_ = case.inputs
        W, U = (tf.Variable(array) for array in case.inputs[-2:])
        b = tf.Variable(np.zeros(len(h_0[0])))
        with tf.GradientTape() as tape:
            h, loss = tf.constant(h_0), 0.0
            for t in range(x.shape[1]):
                h = tf.tanh(x[:, t] @ W + h @ U + b)
                loss += tf.reduce_sum(h * d_outputs[:, t])
        np.testing.assert_allclose(h, outputs[:, -1])
        expected = tape.gradient(loss, [W, U, b])
        for mine, theirs in zip(tasks.load("simple_rnn_bptt").reference(*case.inputs), expected, strict=True):
            np.testing.assert_allclose(mine, theirs, atol=1e-10)

    for case in tasks.load("truncated_bptt").cases(np.random.default_rng(1)):
        d_outputs, outputs, U, steps = case.inputs
        before = np.concatenate([np.zeros_like(outputs[:, :1]), outputs[:, :-1]], axis=1)
        a = tf.Variable(np.arctanh(outputs) - before @ U)
        with tf.GradientTape() as tape:
            h, loss = tf.zeros_like(a[:, 0]), 0.0
            for t in range(outputs.shape[1]):
                h = tf.tanh(a[:, t] + (tf.stop_gradient(h) if t % steps == 0 else h) @ U)
                loss += tf.reduce_sum(h * d_outputs[:, t])
        expected = tape.gradient(loss, a)
        np.testing.assert_allclose(tasks.load("truncated_bptt").reference(*case.inputs), expected, atol=1e-10)
