"""The widgets without a browser: a control moves, the picture and the words follow."""

import warnings

import ipywidgets
import matplotlib as mpl
import numpy as np
import pytest
from IPython.core.formatters import DisplayFormatter
from matplotlib import pyplot as plt

from rnncourse import language, metrics, style, text, widgets
from rnncourse.widgets.padding import build_padding, cut_batches, padding_share
from rnncourse.widgets.panel import View, build_panel, show
from rnncourse.widgets.sentences import build_sentences
from rnncourse.widgets.threshold import build_threshold

PNG = b"\x89PNG"
RNG = np.random.default_rng(2)
Y_TRUE = RNG.integers(0, 2, 300)
PROBABILITIES = np.clip(0.35 + 0.3 * Y_TRUE + RNG.normal(0, 0.25, 300), 0, 1)
TEXTS = ["a b c d e f g h", "a", "b c", "a c e g", "h g f e d c b a", "d", "e f", "a b c"]
VOCABULARY = text.Vocabulary.build(TEXTS, unit="word")
WEIGHTS = np.linspace(-1, 1, len(VOCABULARY))


@pytest.fixture(params=["zh", "en"])
def reader(request, monkeypatch, capfd):
    monkeypatch.setattr(language, "_current", request.param)
    with mpl.rc_context({"backend": "agg"}), warnings.catch_warnings():
        warnings.simplefilter("error")
        style.use_figure_style()
        yield request.param
    assert capfd.readouterr().err == ""
    assert plt.get_fignums() == []  # nothing is left behind in pyplot


@pytest.fixture
def displayed(monkeypatch):
    """What a call displays, in order."""
    things = []
    monkeypatch.setattr("IPython.display.display", things.append)
    return things


def is_png(picture):
    return bytes(picture.value).startswith(PNG)


def predict(sequences):
    """Probabilities (N,) of a linear model."""
    return np.array([1 / (1 + np.exp(-WEIGHTS[s].sum())) for s in sequences])


def panel_of(build, *arguments, **options):
    """The panel, its controls, its line of words and its picture."""
    view, controls = build(*arguments, **options)
    controls = controls if isinstance(controls, (list, tuple)) else [controls]
    panel = build_panel(view, controls)
    return panel, controls, *panel.children[-2:]


def sentence_panel(**options):
    options = {"label_names": ("bad", "good"), "examples": ["a b c", "d e"]} | options
    return panel_of(build_sentences, predict, VOCABULARY, **options)


@pytest.mark.parametrize(
    "call",
    [
        lambda: widgets.classify_sentences(
            predict, VOCABULARY, label_names=("bad", "good"), examples=["a b"]
        ),
        lambda: widgets.explore_padding(TEXTS, VOCABULARY),
        lambda: widgets.adjust_threshold(Y_TRUE, PROBABILITIES, label_names=("bad", "good")),
    ],
)
def test_a_still_picture_is_shown_before_the_controls(call, displayed, reader):
    assert call() is None  # so that a cell shows the widget once
    still, panel = displayed
    bundle, _ = DisplayFormatter().format(still)
    assert "image/png" in bundle and "application/vnd.jupyter.widget-view+json" not in bundle
    assert isinstance(panel, ipywidgets.VBox) and bytes(panel.children[-1].value) == still.data


def test_descriptions_are_in_the_reader_s_language_and_never_cut(reader):
    for build, arguments, options in [
        (build_threshold, (Y_TRUE, PROBABILITIES), {}),
        (build_padding, (TEXTS, VOCABULARY), {}),
        (build_sentences, (predict, VOCABULARY), {"label_names": ("a", "b"), "examples": ["a"]}),
    ]:
        for control in panel_of(build, *arguments, **options)[1]:
            assert any(ord(c) > 0x2E7F for c in control.description) == (reader == "zh")
            free = isinstance(control, ipywidgets.Checkbox) and not control.indent
            assert free or control.style.description_width == "initial"


def test_the_threshold_moves_picture_and_words(reader):
    _, (slider,), words, picture = panel_of(build_threshold, Y_TRUE, PROBABILITIES)
    before = bytes(picture.value)
    slider.value = 0.8
    assert is_png(picture) and bytes(picture.value) != before
    (_, wrong), (missed, found) = metrics.confusion_matrix(Y_TRUE, PROBABILITIES >= 0.8)
    assert all(f"{number:,}" in words.value for number in (wrong + found, found, missed))
    for end in (0, 1):
        slider.value = end
        assert is_png(picture)


def test_padding_counts_the_cells_of_all_batches():
    lengths = np.array([8, 1, 2, 4, 8, 1, 2, 3])
    plain, sorted_ = (cut_batches(lengths, 2, bucketed=b) for b in (False, True))
    for batches in (plain, sorted_):
        assert sorted(np.concatenate(batches)) == list(range(8)) and {len(b) for b in batches} == {2}
        padded = [text.pad([np.ones(lengths[i], int) for i in rows]) for rows in batches]
        expected = sum((p == text.PADDING).sum() for p in padded) / sum(p.size for p in padded)
        assert padding_share(lengths, batches) == pytest.approx(expected)
    assert padding_share(lengths, sorted_) < padding_share(lengths, plain)
    assert padding_share(lengths, plain, width=8) == pytest.approx(1 - lengths.sum() / 64)
    assert padding_share(np.array([0, 0]), [np.array([0, 1])]) == 1  # empty texts still take a cell


def test_every_padding_control_changes_the_picture(reader):
    _, controls, words, picture = panel_of(build_padding, TEXTS, VOCABULARY)
    length, side, fixed, bucketed, batch_size, batch = controls
    changes = [
        (batch_size, 3),
        (side, "pre"),
        (batch, 2),
        (length, 4),
        (bucketed, True),
        (batch, 1),
        (fixed, True),
    ]
    for control, value in changes:
        before = bytes(picture.value)
        control.value = value
        assert is_png(picture) and bytes(picture.value) != before, control.description
    kept = sum(min(len(t.split()), 4) for t in TEXTS)
    lost = 1 - kept / sum(len(t.split()) for t in TEXTS)
    assert f"{1 - kept / (4 * 8):.1%}" in words.value and f"{lost:.1%}" in words.value
    batch_size.value = 8  # only one batch is left
    assert batch.max == 1 and batch.value == 1


def test_the_reader_s_sentence_is_classified_while_they_type(reader):
    _, (examples, field), _, picture = sentence_panel()
    before = bytes(picture.value)
    field.value = "g h"
    assert is_png(picture) and bytes(picture.value) != before
    examples.value = "d e"
    assert field.value == "d e"


def test_empty_unknown_and_endless_sentences_have_their_words(reader):
    _, (_, field), words, picture = sentence_panel(length=20)
    said = {}
    for name, sentence in {
        "empty": " \n",
        "unknown": "好 😀",
        "some": "a 😀",
        "endless": "a " * 50_000,
    }.items():
        field.value = sentence
        said[name] = words.value
        assert (bytes(picture.value) == b"") == (name == "empty")
        assert (picture.layout.display == "none") == (name == "empty")
    assert len(set(said.values())) == 4
    assert "50,000" in said["endless"] and "20" in said["endless"]
    field.value = "a b"
    assert is_png(picture) and not picture.layout.display


def test_an_error_of_the_reader_s_model_is_shown_and_not_raised(reader):
    def broken(sequences):
        raise RuntimeError("weights <missing>")

    view, controls = build_sentences(broken, VOCABULARY, label_names=("bad", "good"), examples=["a"])
    panel = build_panel(view, controls)
    assert "RuntimeError: weights &lt;missing&gt;" in panel.children[-2].value
    assert bytes(panel.children[-1].value) == b""


def test_a_keras_model_is_recognised(monkeypatch, reader):
    class Model:
        def predict_on_batch(self, batch):
            raise AssertionError("the course's own predict pads and batches")

    calls = []
    training = type("training", (), {"predict": lambda model, s: calls.append(model) or predict(s)})
    monkeypatch.setitem(__import__("sys").modules, "rnncourse.training", training)
    model = Model()
    view, _ = build_sentences(model, VOCABULARY, label_names=("bad", "good"), examples=["a b"])
    assert view().figure is not None and calls[0] is model


def test_nothing_to_draw_shows_words_alone(displayed):
    show(lambda: View(None, "nothing"), [])
    assert len(displayed) == 1 and "nothing" in displayed[0].children[-2].value


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: widgets.explore_padding(["a"], VOCABULARY), "give two or more"),
        (lambda: widgets.adjust_threshold([0, 1], [0.5]), "lengths differ"),
        (lambda: widgets.classify_sentences(predict, VOCABULARY, label_names="ab", examples=[]), "got 0"),
        (lambda: widgets.classify_sentences(predict, VOCABULARY, label_names="abc", examples=["a"]), "and 3"),
    ],
)
def test_bad_input_is_named(call, says):
    with pytest.raises(ValueError, match=says):
        call()
