"""Pictures and widget of chapter 5.3: what is coloured was changed; every control changes something."""

import io
import warnings

import keras
import matplotlib as mpl
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib import pyplot as plt

from rnncourse import language, models, plots, style, text
from rnncourse import robustness as rb
from rnncourse.plots.security import edits_height
from rnncourse.widgets.attack import build_attack
from rnncourse.widgets.panel import build_panel

TEXTS = {
    "en": ["the film is surprisingly wonderful and warm", "a terribly boring picture"],
    "zh": ["未来的土地很好看,我情绪很好", "末班车不好"],
}


@pytest.fixture(params=language.LANGUAGES)
def reader(request):
    language.use(request.param)
    with mpl.rc_context({"backend": "agg"}), warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        style.use_figure_style()
        yield request.param
        plt.close("all")
    language.use("en")


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["en", "zh"]), st.integers(0, 10**6), st.sampled_from([0.1, 0.5, 1.0]))
def test_pieces_make_up_both_texts(code, seed, share):
    rng, one = np.random.default_rng(seed), TEXTS[code][seed % 2]
    unit = {"en": "word", "zh": "character"}[code]
    edits, made, left = rb.unnoticed(one, code), [], rb.budget(one, share)
    for place in rng.permutation(len(edits)):  # as random_edits draws them, but the list is kept
        fits = edits[place].cost <= left and all(
            edits[place].stop <= e.start or e.stop <= edits[place].start for e in made
        )
        if fits and all(e.start != edits[place].start for e in made):
            made.append(edits[place])
            left -= edits[place].cost
    pairs = rb.pieces(one, made, unit=unit)
    joint = " " if unit == "word" else ""
    assert joint.join(before for before, _ in pairs) == one
    assert joint.join(after for _, after in pairs) == rb.apply(one, made)
    assert sum(before != after for before, after in pairs) <= len(made)


def test_an_edit_over_two_characters_makes_one_piece():
    swap = rb.Edit(1, 3, "丙乙", 2)
    assert rb.pieces("甲乙丙丁", [swap], unit="character") == [("甲", "甲"), ("乙丙", "丙乙"), ("丁", "丁")]
    assert rb.pieces("甲 乙", [], unit="character") == [("甲", "甲"), ("乙", "乙")]
    assert rb.pieces("", [], unit="word") == []


def test_what_changed_is_coloured_and_the_old_stands_above(reader):
    pairs = [("good", "good"), ("film", "flim"), ("indeed", "")]
    ax = plots.plot_edits(pairs, unit="word", title="negative")
    assert len(ax.patches) == 2
    shown = [t.get_text() for t in ax.texts]
    assert shown == ["negative", "good", "film", "flim", "indeed", ""]
    ax.figure.savefig(io.BytesIO(), format="png")
    assert len(plots.plot_edits([], unit="word").patches) == 0


def test_long_texts_break_into_lines_and_are_cut(reader):
    few, many = ([("词", "词")] * count for count in (60, 3000))
    ax = plots.plot_edits(few)
    levels = sorted({round(t.get_position()[1], 2) for t in ax.texts})
    assert len(levels) == 2 and edits_height(few) > edits_height(few[:10])
    rights = [t.get_position()[0] for t in ax.texts]
    assert max(rights) <= ax.get_xlim()[1]
    cut = plots.plot_edits(many)
    assert len({round(t.get_position()[1]) for t in cut.texts}) == 10 and cut.texts[-1].get_text() == "…"


def test_defences_are_drawn_at_their_figures(reader):
    table = {
        "none": {"clean": (0.8, 0.7, 0.9), "attacked": (0.2, 0.1, 0.3)},
        "merged": {"clean": (0.75, 0.7, 0.8), "attacked": (0.5, 0.4, 0.6)},
    }
    ax = plots.plot_defences(table)
    lines = [container.lines[0] for container in ax.containers]
    np.testing.assert_array_equal([line.get_xdata() for line in lines], [[0.8, 0.75], [0.2, 0.5]])
    assert [t.get_text() for t in ax.get_yticklabels()] == ["none", "merged"]
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["clean", "attacked"]
    bars = ax.containers[1].lines[2][0].get_segments()
    np.testing.assert_allclose([segment[:, 0] for segment in bars], [[0.1, 0.3], [0.4, 0.6]])
    with pytest.raises(ValueError, match="same attacks"):
        plots.plot_defences({**table, "odd": {"clean": (0, 0, 0)}})
    with pytest.raises(ValueError, match="same attacks"):
        plots.plot_defences({})


@pytest.fixture(scope="module")
def victims():
    """For each language a vocabulary and a model whose answer hangs on its first text's tokens."""
    made = {}
    for code, unit in (("en", "word"), ("zh", "character")):
        vocabulary = text.Vocabulary.build(TEXTS[code], unit=unit)
        keras.utils.set_random_seed(1)
        options = {"units": 4, "embedding_size": 8, "embedding_dropout": 0.0, "dropout": 0.0}
        model = models.build_text_classifier(vocabulary_size=len(vocabulary), **options)
        for weight in model.trainable_weights:
            weight.assign(keras.random.normal(weight.shape, stddev=0.8, seed=len(weight.path)))
        made[code] = model, vocabulary
    return made


@pytest.mark.slow
def test_every_control_of_the_attack_changes_something(reader, victims):
    model, vocabulary = victims[reader]
    options = {"label_names": ["no", "yes"], "examples": TEXTS[reader]}
    view, controls = build_attack(model, vocabulary, **options)
    panel = build_panel(view, controls)
    said, picture = panel.children[-2:]
    example, field, percent, button = controls

    def changed(control, value):
        before = said.value, bytes(picture.value)
        control.value = value
        return said.value != before[0], bytes(picture.value) != before[1]

    assert changed(button, True) == (True, True)
    assert changed(percent, 30)[0]
    found = view()
    assert str(rb.budget(field.value, 0.3)) in found.words
    changed(example, TEXTS[reader][1])
    assert field.value == TEXTS[reader][1]
    assert changed(field, TEXTS[reader][0])[1]
    field.value = "   "
    assert view().figure is None and view().words
    field.value = "$x$ \\frac 😀 <b>"
    build_panel(view, controls)
    with pytest.raises(ValueError, match="two names, got 0 and 2"):
        build_attack(model, vocabulary, label_names=["no", "yes"], examples=[])


@pytest.mark.slow
def test_the_attack_shown_is_that_of_the_search(victims):
    model, vocabulary = victims["en"]
    view, controls = build_attack(model, vocabulary, label_names=["no", "yes"], examples=TEXTS["en"])
    controls[-1].value = True
    predict = rb.text_predictor(model, vocabulary)
    label = int(predict(TEXTS["en"][:1])[0] >= 0.5)
    found = rb.attack_texts(
        predict,
        TEXTS["en"][:1],
        [label],
        lambda one: rb.unnoticed(one, "en"),
        rank=rb.gradient_rank(model, vocabulary),
        tried=24,
    )[0]
    words = view().words
    assert found.queries > 1 and str(found.queries) in words
    assert ("turned" in words) == found.succeeded
