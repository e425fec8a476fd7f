"""The pictures show the numbers they are given; in both languages no word is cut, covered or missing."""

import itertools
import warnings
from unittest import mock

import matplotlib as mpl
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from matplotlib.text import Text

from rnncourse import choose, language, metrics, plots, style, text
from rnncourse.plots.axes import drawable
from rnncourse.plots.timeline import _spread

mpl.use("Agg")
RNG = np.random.default_rng(5)
LENGTHS = np.append(np.exp(RNG.normal(3.8, 0.8, 2000)).astype(int) + 1, 2876)
HISTORY = {
    "loss": [0.7, 0.5, 0.4, 0.3],
    "val_loss": [0.68, 0.55, 0.5, 0.56],
    "accuracy": [0.5, 0.7, 0.8, 0.9],
    "val_accuracy": [0.5, 0.7, 0.75, 0.74],
}
Y_TRUE = RNG.integers(0, 2, 600)
PROBABILITIES = np.clip(0.35 + 0.3 * Y_TRUE + RNG.normal(0, 0.25, 600), 0, 1)
EVENTS = [(1986, "a"), (1990, "b"), *((year, f"event {year}") for year in range(2012, 2026))]


@pytest.fixture(params=["zh", "en"])
def reader(request, monkeypatch):
    monkeypatch.setattr(language, "_current", request.param)
    with mpl.rc_context(), warnings.catch_warnings():
        warnings.simplefilter("error")  # a missing glyph is a warning
        style.use_figure_style()
        yield request.param
        plt.close("all")


def names():
    return choose(zh=("负面", "正面"), en=("negative", "positive"))


def batch():
    texts = choose(
        zh=["房间很大，隔音太差", "好", "位置不错😀"],
        en=["an oddly gripping film", "dull", "no plot at all 😀"],
    )
    vocabulary = text.Vocabulary.build(texts[:2], unit=choose(zh="character", en="word"))
    return text.pad(vocabulary.encode_all(texts)), vocabulary


def sentence():
    unit = choose(zh="character", en="word")
    words = (
        choose(zh="房间很大，早餐也不错，就是隔音太差。", en="A gripping film, but oddly long and loud. ") * 4
    )
    tokens = text.tokenize(words + "😀 $x^2$", unit)
    return tokens, np.random.default_rng(1).normal(0, 0.1, len(tokens)), unit


def draw_contributions():
    tokens, contributions, unit = sentence()
    return plots.plot_contributions(tokens, contributions, unit=unit, label_names=names())


def draw_intervals():
    label = choose(zh="TF-IDF + 逻辑回归", en="TF-IDF + logistic regression")
    rows = {label: (0.854, 0.84, 0.868), "GRU": (0.83, 0.816, 0.844), "x": (np.nan,) * 3}
    return plots.plot_intervals(rows, bar=0.854)


PICTURES = {
    "lengths": lambda: plots.plot_lengths(LENGTHS, percentiles=(50, 95, 99)),
    "lengths of groups": lambda: plots.plot_lengths({"a": LENGTHS, "b": LENGTHS // 2, "c": LENGTHS // 3}),
    "history": lambda: plots.plot_history(HISTORY),
    "history of one epoch": lambda: plots.plot_history({k: v[:1] for k, v in HISTORY.items()}, epochs=5),
    "confusion": lambda: plots.plot_confusion([[1930, 310], [352, 1908]], label_names=names()),
    "intervals": draw_intervals,
    "calibration": lambda: plots.plot_calibration({"GRU": metrics.calibration(Y_TRUE, PROBABILITIES)}),
    "thresholds": lambda: plots.plot_thresholds(
        metrics.threshold_curves(Y_TRUE, PROBABILITIES), threshold=0.5
    ),
    "batch with words": lambda: plots.plot_batch(batch()[0], vocabulary=batch()[1]),
    "batch as an image": lambda: plots.plot_batch(np.tril(np.full((64, 200), 5))),
    "contributions": draw_contributions,
    "probability": lambda: plots.plot_probability(0.97, label_names=names()),
    "timeline": lambda: plots.plot_timeline(EVENTS),
    "knob": lambda: plots.plot_knob(
        ["simple_rnn", "lstm", "gru"],
        [(0.8, 0.78, 0.82)] * 3,
        [3, 9, 7],
        name=choose(zh="循环单元", en="cell"),
        bar=0.85,
    ),
}


def words_of(figure):
    """Every word that is drawn on `figure`, with its box in pixels."""
    drawn = []
    draw = Text.draw
    with mock.patch.object(Text, "draw", lambda self, renderer: (drawn.append(self), draw(self, renderer))):
        figure.canvas.draw()
    return [
        (t.get_text(), t.get_window_extent())
        for t in dict.fromkeys(drawn)
        if t.get_visible() and t.get_text().strip()
    ]


def check_words(figure):
    """There are words on `figure`; each lies within it as a whole, and none covers another."""
    words = words_of(figure)
    assert words
    inside = figure.bbox.padded(1).get_points()
    for word, box in words:
        assert (box.get_points()[0] >= inside[0]).all() and (box.get_points()[1] <= inside[1]).all(), word
    for (first, a), (second, b) in itertools.combinations(words, 2):
        a, b = a.padded(-1), b.padded(-1)  # boxes may touch
        assert not a.overlaps(b), (first, second)


def in_chinese(figure):
    """Whether any word of `figure` has a Chinese character."""
    return any("\u4e00" <= c <= "\u9fff" for word, _ in words_of(figure) for c in word)


@pytest.mark.parametrize("picture", PICTURES)
def test_every_word_is_whole_and_none_covers_another(picture, reader):
    check_words(np.ravel(PICTURES[picture]())[0].figure)


@pytest.mark.parametrize("picture", PICTURES)
def test_words_are_the_reader_s(picture, reader):
    figure = np.ravel(PICTURES[picture]())[0].figure
    assert in_chinese(figure) == (reader == "zh" and picture != "timeline")  # whose words are given


def test_given_axes_are_used_and_pyplot_learns_of_no_figure(reader):
    figure = Figure(figsize=(8, 4))
    left, right = figure.subplots(1, 2)
    assert plots.plot_confusion([[1, 2], [3, 4]], ax=left) is left
    assert list(plots.plot_history(HISTORY, ax=figure.subplots(1, 2))) != [left, right]
    whole = Figure(layout="constrained").subplots()
    assert len(plots.plot_history(HISTORY, ax=whole)) == 2 and whole.figure is None  # two took its place
    assert plt.get_fignums() == []


def test_history_draws_each_number_at_its_epoch(reader):
    loss, accuracy = plots.plot_history(HISTORY)
    drawn = [line.get_xydata() for line in loss.lines[:2]]
    np.testing.assert_array_equal(drawn[1], np.column_stack([[1, 2, 3, 4], HISTORY["val_loss"]]))
    assert loss.lines[2].get_xdata() == [3, 3]  # the lowest validation loss
    np.testing.assert_array_equal(accuracy.lines[0].get_ydata(), HISTORY["accuracy"])
    alone, _ = plots.plot_history({"loss": [0.5, 0.4]})
    assert len(alone.lines) == 1
    assert plots.plot_history({k: v[:2] for k, v in HISTORY.items()}, epochs=9)[0].get_xlim() == (0.5, 9.5)


def test_batch_tells_tokens_padding_and_unknown_apart(reader):
    ax = plots.plot_batch([[5, 1, 7, 0], [9, 0, 0, 0]])
    np.testing.assert_array_equal(ax.images[0].get_array(), [[1, 2, 1, 0], [1, 0, 0, 0]])
    shares = [t.get_text().split()[-1] for t in ax.get_legend().get_texts()]
    assert shares == ["37.5%", "12.5%", "50.0%"]


def test_batch_writes_each_token_in_its_cell(reader):
    padded, vocabulary = batch()
    ax = plots.plot_batch(padded, vocabulary=vocabulary)
    for cell in ax.texts:
        step, row = cell.get_position()
        token = vocabulary.decode([padded[row, step]])[0]
        shown = cell.get_text().rstrip("…")
        expected = choose(zh="未知", en="unk") if token == "<unk>" else token
        assert shown and expected.startswith(shown)
    assert len(ax.texts) == np.count_nonzero(padded)
    assert not plots.plot_batch(np.ones((30, 30), int), vocabulary=vocabulary).texts


def test_lengths_are_shares_and_the_longest_is_named(reader):
    ax = plots.plot_lengths([1, 1, 2, 2, 2, 3, 3, 50], percentiles=(50,))
    assert any("50" in t.get_text() and "2" in t.get_text() for t in ax.texts)
    heights = ax.patches[0].get_xy()[:, 1]
    assert heights.max() == pytest.approx(3 / 8)
    assert plots.plot_lengths([4]).get_xlim()[1] >= 4


def test_confusion_shows_counts_and_row_shares(reader):
    ax = plots.plot_confusion([[3, 1], [0, 0]])
    assert [t.get_text() for t in ax.texts] == ["3\n75.0%", "1\n25.0%", "0\n0.0%", "0\n0.0%"]


def test_thresholds_name_the_values_at_the_line(reader):
    curves = metrics.threshold_curves(Y_TRUE, PROBABILITIES)
    ax = plots.plot_thresholds(curves, threshold=0.4)
    expected = metrics.recall(Y_TRUE, PROBABILITIES >= 0.4)
    assert ax.get_legend().get_texts()[1].get_text().endswith(f"{expected:.3f}")
    nothing = metrics.threshold_curves([0, 0], [0.1, 0.2])
    assert "–" in plots.plot_thresholds(nothing, threshold=0.9).get_legend().get_texts()[1].get_text()


def test_contributions_colour_by_sign_and_strength(reader):
    ax = plots.plot_contributions(["a", "b", "c"], [0.4, -0.1, 0.0], unit="word")
    strong, weak, none = (np.array(patch.get_facecolor()[:3]) for patch in ax.patches)
    blue, orange = (np.array(mpl.colors.to_rgb(c)) for c in style.COLOURS[:2])
    assert np.allclose(none, 1)
    assert np.linalg.norm(strong - blue) < np.linalg.norm(strong - orange)
    assert np.linalg.norm(weak - orange) < np.linalg.norm(weak - blue)
    assert (1 - strong).sum() > (1 - weak).sum()
    faint = plots.plot_contributions(["a"], [0.001]).patches[0].get_facecolor()[:3]
    assert (1 - np.array(faint)).sum() < 0.05  # next to nothing does not shine


def test_contributions_wrap_and_a_long_text_is_cut(reader):
    tokens, contributions, unit = sentence()
    many = plots.plot_contributions(tokens * 60, np.tile(contributions, 60), unit=unit)
    lines = sorted({int(t.get_position()[1]) for t in many.texts})
    assert lines == list(range(12)) and many.texts[-1].get_text() == "…"
    assert len(plots.plot_contributions([], []).texts) == 0


def test_no_line_begins_with_a_closing_mark(reader):
    tokens, _, unit = sentence()
    for shift in range(0, 12, 2):
        shifted = [*"甲乙丙丁甲乙丙丁甲乙丙丁"[:shift], *tokens]
        ax = plots.plot_contributions(shifted, np.zeros(len(shifted)), unit=unit)
        places = [(int(t.get_position()[1]), t.get_position()[0], t.get_text()) for t in ax.texts]
        firsts = [min(row for row in places if row[0] == line)[2] for line in {row[0] for row in places}]
        assert len(firsts) > 1 and not set(firsts) & set("，。,.")
        plt.close("all")


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(0.02, 0.98), min_size=1, max_size=20))
def test_words_of_a_timeline_keep_their_distance_and_order(places):
    gap = 0.9 / 20
    words = _spread(np.sort(places), gap)
    assert (np.diff(words) >= gap - 1e-9).all()
    assert words[0] >= -1e-9 and words[-1] <= 1 + 1e-9


def test_a_timeline_with_room_moves_no_word():
    places = np.array([0.1, 0.5, 0.9])
    np.testing.assert_allclose(_spread(places, 0.1), places)


def test_what_no_font_has_becomes_a_square(reader):
    assert drawable("好 a\tb\u200b") == "好 a b "
    assert drawable("\U00020000") == "□"  # a hanzi of no GB 2312


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: plots.plot_lengths([]), "lengths is empty"),
        (lambda: plots.plot_batch(np.zeros((0, 3))), r"got \(0, 3\)"),
        (lambda: plots.plot_batch([1, 2]), r"got \(2,\)"),
        (lambda: plots.plot_confusion([[1, 2], [3, 4]], label_names=("a", "b", "c")), "3 names"),
        (lambda: plots.plot_intervals({}), "intervals is empty"),
        (lambda: plots.plot_timeline([]), "events is empty"),
        (lambda: plots.plot_contributions(["a"], [0.1, 0.2]), "got 2 for 1 tokens"),
        (lambda: plots.plot_knob([1, 2], [(0, 0, 0)], [1, 2], name="x"), "2 settings, 1 intervals, 2 costs"),
        (lambda: plots.plot_history(HISTORY, ax=Figure().subplots(1, 3)), "2 axes, got 3"),
    ],
)
def test_bad_input_is_named(call, says):
    with pytest.raises(ValueError, match=says):
        call()
    plt.close("all")
