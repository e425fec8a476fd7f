"""Pictures and widget of chapter 3.3.2: what is shown are the counts; every control changes something."""

import io
import warnings
from collections import Counter

import matplotlib as mpl
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib import pyplot as plt

from rnncourse import language, metrics, plots, style
from rnncourse.widgets.panel import build_panel
from rnncourse.widgets.sentence_pair import build_sentence_pair

REFERENCE, HYPOTHESIS = (
    ["the", "quick", "fox", "jumps", "over", "the", "dog"],
    ["the", "fox", "jumped", "over", "the", "lazy", "dog"],
)
words = st.lists(st.sampled_from("abc"), max_size=8)


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


@settings(max_examples=60, deadline=None)
@given(words, words, st.integers(1, 4))
def test_clipped_matches_are_the_intersection_of_two_counters(hypothesis, reference, order):
    found = metrics.matched_ngrams(hypothesis, reference, order)
    assert len(found) == max(0, len(hypothesis) - order + 1)
    grams = [
        Counter(tuple(t[i : i + order]) for i in range(len(t) - order + 1)) for t in (hypothesis, reference)
    ]
    assert found.sum() == (grams[0] & grams[1]).total()
    if hypothesis and reference:
        counts = metrics.bleu_counts([" ".join(hypothesis)], [" ".join(reference)], tokenize="none")[0]
        assert found.sum() == counts[order - 1] and len(found) == counts[3 + order]


def test_the_table_outlines_the_way_and_shows_every_distance(reader):
    table, edits = metrics.edit_table(REFERENCE, HYPOTHESIS), metrics.align(REFERENCE, HYPOTHESIS)
    ax = plots.plot_edit_table(table, REFERENCE, HYPOTHESIS, edits)
    assert len(ax.patches) == len(edits) + 1
    shown = {(round(t.get_position()[1]), round(t.get_position()[0]), t.get_text()) for t in ax.texts}
    assert shown == {(m, n, str(d)) for (m, n), d in np.ndenumerate(table)}
    last = ax.patches[-1].get_xy()
    assert last == (len(HYPOTHESIS) - 0.5, len(REFERENCE) - 0.5)
    ax.figure.savefig(io.BytesIO(), format="png")
    with pytest.raises(ValueError, match=r"shape \(8, 8\).*got \(2, 2\)"):
        plots.plot_edit_table(np.zeros((2, 2)), REFERENCE, HYPOTHESIS, edits)


def test_an_alignment_has_a_column_an_edit_and_a_legend_of_what_occurs(reader):
    edits = metrics.align(REFERENCE, HYPOTHESIS)
    ax = plots.plot_alignment(REFERENCE, HYPOTHESIS, edits)
    assert len(ax.patches) == 2 * len(edits)
    assert len(ax.get_legend().get_texts()) == len({e.kind for e in edits} - {"hit"}) == 3
    assert plots.plot_alignment(["a"], ["a"], metrics.align(["a"], ["a"])).get_legend() is None
    with pytest.raises(ValueError, match="edits is empty"):
        plots.plot_alignment([], [], [])


def test_ngrams_are_coloured_where_they_count(reader):
    matched = [metrics.matched_ngrams(HYPOTHESIS, REFERENCE, order) for order in (1, 2)]
    ax = plots.plot_ngrams(HYPOTHESIS, matched)
    coloured = [p.get_facecolor() != (1, 1, 1, 1) for p in ax.patches]
    assert coloured == [*matched[0], *matched[1]]
    assert {"5/7", "1/6"} <= {t.get_text() for t in ax.texts}
    with pytest.raises(ValueError, match="order 1: expected 7 booleans, got 6"):
        plots.plot_ngrams(HYPOTHESIS, [matched[1]])


def test_precision_recall_curves_and_marks_are_those_of_the_thresholds(reader):
    rng = np.random.default_rng(0)
    y = (rng.random(300) < 0.2).astype(int)
    p = np.clip(0.2 + 0.3 * y + rng.normal(0, 0.2, 300), 0, 1)
    curves = metrics.threshold_curves(y, p)
    ax = plots.plot_precision_recall({"a": curves}, share=0.2, marks={"a": [0.4]})
    line, mark, guess = ax.lines
    np.testing.assert_array_equal(line.get_xdata(), curves.recall)
    expected = metrics.recall(y, p >= 0.4), metrics.precision(y, p >= 0.4)
    assert (mark.get_xdata()[0], mark.get_ydata()[0]) == pytest.approx(expected)
    assert guess.get_ydata()[0] == 0.2


def test_every_control_changes_picture_and_words(reader):
    view, controls = build_sentence_pair("the cat sat", "the cat sat down", unit="word")
    panel = build_panel(view, controls)
    said, picture = panel.children[-2:]
    assert "1" in said.value and "33.3%" in said.value  # one inserted, three words
    for control, value in zip(controls, ("the cat slept", "a cat slept", "character"), strict=True):
        before = said.value, bytes(picture.value)
        control.value = value
        assert said.value != before[0] and bytes(picture.value) != before[1]
    assert len({c.description for c in controls}) == 3
    assert all(any(ord(x) > 0x2E7F for x in c.description) == (reader == "zh") for c in controls)


def test_empty_and_endless_sentences_have_their_words(reader):
    view, controls = build_sentence_pair("今天很好。", "今天好。", unit="character")
    controls[1].value = "  "
    assert view().figure is None and view().words
    controls[1].value = "好" * 5000
    assert "24" in view().words and view().figure is not None
    controls[0].value = "a 😀 $x$ \\frac"
    build_panel(view, controls)
