"""Pictures and widgets of learning rate and pruning: what they draw is what is computed."""

import time

import matplotlib.pyplot as plt
import numpy as np
import pytest
import test_plots
import test_widgets

from rnncourse import choose, compression, plots, widgets
from rnncourse.training import RangeTest, geometric_rates
from rnncourse.widgets import descent, pruning

pytestmark = pytest.mark.slow  # it builds, trains or compiles many models

reader = test_plots.reader
RNG = np.random.default_rng(7)
RATES = geometric_rates(1e-5, 10, 60)
LOSSES = 0.7 - 0.5 / (1 + np.exp(-3 * np.log10(RATES / 1e-2))) + (RATES / 3) ** 2
KERNELS = RNG.normal(size=(5, 24)), RNG.normal(size=(6, 24))
CURVATURES = (1.0, 10.0)
GRID_ACCURACY = {gates: np.linspace(1, 0.5, 21) ** (i + 1) for i, gates in enumerate(("all", *"ifco"))}
GRID = pruning.PruningGrid(
    np.linspace(0, 1, 21), KERNELS, GRID_ACCURACY, {gates: 4000 * a for gates, a in GRID_ACCURACY.items()}
)


def path(rate=0.1, momentum=0.0, steps=20):
    return descent.descent_path(CURVATURES, descent.START, rate, momentum, steps)


def name():
    return choose(zh="梯度下降", en="gradient descent")


PICTURES = {
    "descent": lambda: plots.plot_descent(CURVATURES, {name(): path(), "0.3": path(0.3, steps=200)}),
    "factors": lambda: plots.plot_step_factors(CURVATURES),
    "range test": lambda: plots.plot_range_test(RangeTest(RATES, LOSSES, LOSSES), chosen=3e-3),
    "bands": lambda: plots.plot_bands(
        [0.1, 0.5, 0.9], {name(): [(0.9, 0.8, 1.0)] * 3, "b": [(0.5,) * 3] * 3}, chance=0.5
    ),
    "kernels": lambda: plots.plot_kernels(KERNELS, names=choose(zh=("输入", "循环"), en=("input", "loop"))),
}


@pytest.mark.parametrize("picture", PICTURES)
def test_every_word_is_whole_the_reader_s_and_covers_no_other(picture, reader):
    figure = np.ravel(PICTURES[picture]())[0].figure
    test_plots.check_words(figure)
    assert test_plots.in_chinese(figure) == (reader == "zh")


def test_descent_draws_path_and_loss(reader):
    surface, curve = plots.plot_descent(CURVATURES, {"a": path()})
    np.testing.assert_allclose(surface.lines[1].get_xydata(), path())
    losses = [(w[0] ** 2 + 10 * w[1] ** 2) / 2 for w in path()]
    np.testing.assert_allclose(curve.lines[0].get_ydata(), losses)


def test_factors_cross_one_at_the_limit(reader):
    steep = plots.plot_step_factors(CURVATURES).lines[1]
    rates, factors = steep.get_data()
    assert ((factors < 1) == ((rates > 0) & (rates < 0.2))).all()


def test_pruned_weights_are_blank_and_the_others_keep_their_values(reader):
    masks = compression.magnitude_masks(KERNELS, 0.5)
    drawn = plots.plot_kernels(KERNELS, masks).images[0].get_array()
    assert np.array_equal(np.ma.getmaskarray(np.ma.masked_invalid(drawn)), ~np.concatenate(masks))
    assert np.allclose(
        np.asarray(drawn)[np.concatenate(masks)], np.concatenate(KERNELS)[np.concatenate(masks)]
    )


def test_bands_need_an_interval_a_place(reader):
    with pytest.raises(ValueError, match="x: one interval a place is expected, got 1 for 2"):
        plots.plot_bands([1, 2], {"x": [(0, 0, 0)]})
    plt.close("all")


# The mathematics under the sliders


def test_a_path_without_momentum_is_the_closed_form():
    for rate in (0.05, 0.2, 0.3):
        steps = np.arange(21)[:, None]
        expected = (1 - rate * np.array(CURVATURES)) ** steps * descent.START
        np.testing.assert_allclose(path(rate), expected)


def test_a_path_with_momentum_is_keras_s():
    keras = pytest.importorskip("keras")
    w = keras.Variable(np.array(descent.START, "float32"))
    optimizer = keras.optimizers.SGD(0.07, momentum=0.8)
    followed = [np.array(descent.START)]
    for _ in range(20):
        gradient = np.array(CURVATURES) * keras.ops.convert_to_numpy(w)
        optimizer.apply([keras.ops.convert_to_tensor(gradient, "float32")], [w])
        followed.append(keras.ops.convert_to_numpy(w))
    np.testing.assert_allclose(path(0.07, 0.8), followed, atol=1e-4)


@pytest.mark.parametrize("momentum", [0.0, 0.3, 0.9])
def test_the_limit_divides_what_shrinks_from_what_grows(momentum):
    limit = 2 * (1 + momentum) / max(CURVATURES)
    assert descent.step_factor(CURVATURES, 0.999 * limit, momentum) < 1
    assert descent.step_factor(CURVATURES, 1.001 * limit, momentum) > 1
    with np.errstate(all="ignore"):
        far = [np.abs(path(share * limit, momentum, 2_000)[-1]).max() for share in (0.95, 1.05)]
    assert far[0] < 1e-6 and not far[1] < 1e6  # or no number any more


def test_the_grid_holds_what_pruning_does_and_leaves_the_model_alone():
    import keras

    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((None, 3)), keras.layers.LSTM(4)])
    before = model.get_weights()
    grid = pruning.pruning_grid(model, compression.sparsity_of, sparsities=[0.0, 0.25, 1.0])
    assert all(map(np.array_equal, before, model.get_weights()))
    np.testing.assert_allclose(grid.accuracy["all"], [0, 0.25, 1])
    np.testing.assert_allclose(grid.accuracy["f"], [0, 0.0625, 0.25], atol=0.01)
    assert (np.diff(grid.bytes["all"]) < 0).all()
    masks = compression.prune(model, 0.25, gates="c")
    assert all(map(np.array_equal, masks, pruning.masks_at(grid.kernels, 0.25, "c")))
    other = keras.Sequential([keras.Input((None, 3)), keras.layers.GRU(4)])
    with pytest.raises(ValueError, match="one LSTM layer"):
        pruning.pruning_grid(other, compression.sparsity_of)


# The widgets

BUILDERS = [(descent.build_learning_rate, ()), (pruning.build_pruning, (GRID,))]
MOVES = [(0.3, 0.5, 100, 40), (0.8, "f")]


@pytest.mark.parametrize(
    ("build", "arguments", "moves"), [(*b, m) for b, m in zip(BUILDERS, MOVES, strict=True)]
)
def test_every_control_changes_picture_and_speaks_the_reader_s_language(build, arguments, moves, reader):
    _, controls, words, picture = test_widgets.panel_of(build, *arguments)
    for control, value in zip(controls, moves, strict=True):
        before = bytes(picture.value)
        control.value = value
        assert test_widgets.is_png(picture) and bytes(picture.value) != before, control.description
        assert any(ord(c) > 0x2E7F for c in control.description) == (reader == "zh")
    assert any(ord(c) > 0x2E7F for c in words.value.split("</style>")[-1]) == (reader == "zh")


def test_the_words_of_the_learning_rate_follow_the_limit(reader):
    _, (rate, momentum, ratio, _), words, _ = test_widgets.panel_of(descent.build_learning_rate)
    ends = choose(zh=("收敛", "恰在上限", "越来越大"), en=("Converges", "Just on it", "the error grows"))
    for value, end in zip((0.1, 0.2, 0.3), ends, strict=True):
        rate.value = value
        assert end in words.value and "0.20" in words.value
    momentum.value = 0.9
    assert ends[0] in words.value and "0.38" in words.value
    momentum.value, rate.value, ratio.value = 0.0, 0.1, 10
    assert "0.900" in words.value and "44" in words.value  # 0.9^44 < 0.01
    ratio.value = 1
    assert "0.000" in words.value


def test_the_words_of_pruning_are_the_grid_s(reader):
    _, (share, gates), words, _ = test_widgets.panel_of(pruning.build_pruning, GRID)
    share.value, gates.value = 0.8, "o"
    size = KERNELS[0].size + KERNELS[1].size
    gone = round(0.8 * size / 4)
    for number in (
        f"{size:,}",
        f"{gone:,}",
        f"{GRID.accuracy['o'][16]:.3f}",
        f"{int(GRID.bytes['o'][16]):,}",
    ):
        assert number in words.value, number


@pytest.mark.slow
@pytest.mark.parametrize(("build", "arguments"), BUILDERS)
def test_a_move_redraws_at_once(build, arguments):
    """CPU time, so that a busy machine does not count; 150 ms is the promise on a quiet one."""
    view, controls = build(*arguments)
    test_widgets.build_panel(view, controls)
    spent = []
    for value in np.linspace(controls[0].min, controls[0].max, 7):
        started = time.process_time()
        controls[0].value = value
        spent.append(time.process_time() - started)
    assert np.median(spent) < 0.25


def test_the_widgets_are_at_hand(monkeypatch, reader):
    shown = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    assert widgets.explore_learning_rate() is None and widgets.explore_pruning(GRID) is None
    assert len(shown) == 4  # a still picture and a panel each
