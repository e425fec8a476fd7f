"""Pictures and widget of performance: what they draw is what is computed."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
import test_plots
import test_widgets

from rnncourse import choose, compression, plots, widgets
from rnncourse.widgets import smaller

reader = test_plots.reader
RNG = np.random.default_rng(3)
GRID = smaller.SmallerGrid(
    np.array([8, 4, 2]),
    np.linspace(0, 1, 5),
    RNG.uniform(0.5, 0.9, (3, 5)),
    RNG.integers(1000, 9000, (3, 5)),
    np.array([52_000, 20_000, 9_000]),
)


def name():
    return choose(zh="余弦", en="cosine")


PICTURES = {
    "schedules": lambda: plots.plot_schedules({name(): np.cos(np.arange(50) / 40), "b": np.full(50, 0.2)}),
    "masks": lambda: plots.plot_masks({name(): RNG.random((9, 6)) > 0.5, "b": RNG.random((9, 6)) > 0.5}),
    "leaving": lambda: plots.plot_leaving(features=3, units=4, kept=[0, 2]),
    "staircase": lambda: plots.plot_staircase(np.linspace(-1, 1, 9), np.linspace(-1, 1, 9).round()),
    "tradeoff": lambda: plots.plot_tradeoff(
        {name(): (10, (0.8, 0.7, 0.9)), "b": (100, (0.9, 0.8, 1.0))},
        xlabel=choose(zh="大小", en="size"),
        ylabel=choose(zh="准确率", en="accuracy"),
    ),
}


@pytest.mark.parametrize("picture", PICTURES)
def test_every_word_is_whole_the_reader_s_and_covers_no_other(picture, reader):
    figure = np.ravel(PICTURES[picture]())[0].figure
    test_plots.check_words(figure)
    assert test_plots.in_chinese(figure) == (reader == "zh")
    plt.close("all")


def test_what_stays_is_what_remove_units_keeps(reader):
    """An array whose entries are their own numbers shows which of them `cut_weights` keeps."""
    left, right = plots.plot_leaving(features=2, units=4, kept=[1, 3], gates="zrh", classes=2)
    sizes = (2, 12), (4, 12), (4, 2)
    numbered = [np.arange(np.prod(size)).reshape(size) for size in sizes]
    *cut, _ = compression.cut_weights([*numbered[:2], np.zeros((2, 12))], "GRU", stay=[1, 3])
    cut += compression.cut_weights(numbered[2:], "Dense", stay=[0, 1], read=[1, 3])
    stays = [np.isin(array, some) for array, some in zip(numbered, cut, strict=True)]
    drawn = [
        np.asarray(ax.collections[0].get_array()).reshape(-1, width) for ax, width in ((left, 12), (right, 2))
    ]
    assert np.array_equal(drawn[0], np.concatenate(stays[:2])) and np.array_equal(drawn[1], stays[2])
    plt.close("all")


def test_masks_are_drawn_with_time_to_the_right(reader):
    kept = RNG.random((9, 6)) > 0.5
    axes = plots.plot_masks({"a": kept, "b": ~kept})
    for ax, mask in zip(axes, (kept, ~kept), strict=True):
        assert np.array_equal(ax.images[0].get_array(), mask.T)
    plt.close("all")


# The widget


def test_every_control_changes_picture_and_words(reader):
    _, controls, words, picture = test_widgets.panel_of(smaller.build_smaller, GRID)
    for control in controls:
        before = bytes(picture.value), words.value
        control.index = 1
        assert test_widgets.is_png(picture) and bytes(picture.value) != before[0]
        assert words.value != before[1]
        assert any(ord(c) > 0x2E7F for c in control.description) == (reader == "zh")
    assert any(ord(c) > 0x2E7F for c in words.value.split("</style>")[-1]) == (reader == "zh")
    for number in (f"{GRID.accuracy[1, 1]:.3f}", f"{GRID.bytes[1, 1]:,}", "52,000", "20,000"):
        assert number in words.value


def test_the_widget_is_at_hand(monkeypatch, reader):
    shown = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    assert widgets.explore_smaller(GRID) is None
    assert len(shown) == 2


@pytest.mark.slow
def test_zeros_change_bytes_and_units_change_everything():
    keras = pytest.importorskip("keras")
    keras.utils.set_random_seed(0)
    inputs = keras.Input((None,), dtype="int32")
    states = keras.layers.GRU(8)(keras.layers.Embedding(12, 5)(inputs))
    model = keras.Model(inputs, keras.layers.Dense(1)(states))
    before = model.get_weights()
    grid = smaller.smaller_grid(
        model, compression.sparsity_of, shares=(1.0, 0.5), sparsities=[0, 0.5, 1], steps=7
    )
    assert all(map(np.array_equal, before, model.get_weights()))
    assert grid.units.tolist() == [8, 4]
    np.testing.assert_allclose(grid.accuracy, [[0, 0.5, 1]] * 2)
    assert (np.diff(grid.bytes, axis=1) < 0).all() and (grid.bytes[1] < grid.bytes[0]).all()
    assert grid.multiply_adds.tolist() == [7 * 3 * 8 * (5 + 8), 7 * 3 * 4 * (5 + 4)]
    two = keras.Sequential(
        [keras.Input((None, 3)), keras.layers.GRU(2, return_sequences=True), keras.layers.GRU(2)]
    )
    with pytest.raises(ValueError, match="one recurrent layer, this one has 2"):
        smaller.smaller_grid(two, compression.sparsity_of)
