"""Chapter 3.2.1: pictures, widget, the measure of what moves a state, experiment and tasks."""

import importlib
import sys
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.patches import Rectangle
from test_widgets import PNG, reader  # noqa: F401  (a fixture)

from rnncourse import explain, plots, tasks, text
from rnncourse.cells import gru, initial_params, lstm, simple_rnn, unroll
from rnncourse.widgets import encoder as widget
from rnncourse.widgets.panel import build_panel

mpl.use("Agg")
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "experiments"))
experiment = importlib.import_module("encoder")

RNG = np.random.default_rng(5)
TEXTS = ["a b c d e", "e d c", "a"]
VOCABULARY = text.Vocabulary.build(TEXTS, unit="word")
TABLE = RNG.normal(size=(len(VOCABULARY), 4))
ENCODERS = {
    name: widget.Encoder(TABLE, cell, initial_params(cell, 4, 3, RNG), initial_params(cell, 4, 3, RNG))
    for name, cell in {"SimpleRNN": simple_rnn, "GRU": gru, "LSTM": lstm}.items()
}


# What moves a state


def causal(rows):
    """States (N, T, 4): the running sum of the embeddings."""
    return np.cumsum(TABLE[rows], axis=1)


def test_effects_are_the_movements_of_the_states_one_by_one():
    sequence = np.array([3, 1, 5, 2])
    table = explain.state_effects(causal, sequence)
    for k in range(4):
        changed = sequence.copy()
        changed[k] = text.UNKNOWN if sequence[k] != text.UNKNOWN else 2
        before, after = causal(sequence[None])[0], causal(changed[None])[0]
        for t in range(4):
            expected = np.linalg.norm(after[t] - before[t]) / np.linalg.norm(before[t])
            assert table[t, k] == pytest.approx(expected)
            assert (table[t, k] > 0) == (t >= k)  # the unknown token in place 1 was changed, too


@pytest.mark.parametrize(
    ("states_of", "sequence", "says"),
    [
        (causal, np.zeros((2, 2), int), "sequence must have shape"),
        (causal, np.zeros(0, int), "with T >= 1"),
        (lambda rows: causal(rows)[:, -1], np.array([1, 2]), "states_of must return"),
    ],
)
def test_effects_name_what_does_not_fit(states_of, sequence, says):
    with pytest.raises(ValueError, match=says):
        explain.state_effects(states_of, sequence)


# Pictures


@pytest.mark.parametrize("pooling", ["last", "max", "mean"])
@pytest.mark.parametrize("both", [True, False])
def test_an_encoder_is_drawn_with_a_box_for_each_state(pooling, both, reader):  # noqa: F811
    ax = plots.plot_encoder(["x", "y", "z"], pooling=pooling, padding=2, bidirectional=both)
    boxes = [patch for patch in ax.patches if isinstance(patch, Rectangle)]
    assert len(boxes) == 5 * (3 if both else 2) + (2 if both else 1)
    lines = [line for line in ax.lines if line.get_zorder() == 0.5]  # from the states to the vector
    assert len(lines) == (1 if pooling == "last" else 3) * (2 if both else 1)
    if pooling == "last":
        starts = [line.get_xdata()[0] for line in lines]
        np.testing.assert_allclose(starts, [1.88, -0.12][: len(starts)])  # the last token, and the first
    words = [word.get_text() for word in ax.texts]
    assert any("\u4e00" <= c <= "\u9fff" for word in words for c in word) == (reader == "zh")
    plt.close("all")


def test_reach_is_drawn_as_it_is(reader):  # noqa: F811
    tables = {"one": np.eye(3), "two": np.full((2, 3), 0.5)}
    one, two = plots.plot_reach(tables, ["p", "q", "a very long token"])
    np.testing.assert_array_equal(one.images[0].get_array(), np.eye(3))
    assert two.images[0].get_clim() == (0, 1)
    assert one.get_xticklabels()[2].get_text() == "a very l…"
    plt.close("all")


def test_movement_leaves_masked_steps_without_a_number(reader):  # noqa: F811
    rows = {"forward": np.array([0.5, 0.0, np.nan]), "backward": np.array([1.5, 0.25, np.nan])}
    ax = plots.plot_movement(["p", "q", ""], rows, replaced=1)
    assert [word.get_text() for word in ax.texts] == ["50%", "0%", "150%", "25%"]
    assert ax.get_xticklabels()[1].get_color() != ax.get_xticklabels()[0].get_color()
    plt.close("all")


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: plots.plot_encoder([]), "expected tokens"),
        (lambda: plots.plot_encoder(["a"], pooling="sum"), "'sum'"),
        (lambda: plots.plot_reach({}), "tables is empty"),
        (lambda: plots.plot_reach({"a": np.eye(2)}, ["p"]), "2 inputs, but tokens has 1"),
        (lambda: plots.plot_movement(["p"], {"a": np.zeros(2)}), "2 movements for 1 tokens"),
    ],
)
def test_pictures_name_what_does_not_fit(call, says):
    with pytest.raises(ValueError, match=says):
        call()
    plt.close("all")


# The widget


@pytest.mark.parametrize("name", ENCODERS)
def test_the_widget_reads_each_direction_as_the_cells_do_on_rows_cut_to_length(name):
    encoder = ENCODERS[name]
    ids = text.pad([[2, 3, 4], [5, 2, 6, 3, 3]], length=7)
    forward, backward = widget.read(encoder, ids, ids > 0)
    for row, n in enumerate((3, 5)):
        x = TABLE[ids[row : row + 1, :n]]
        there = unroll(encoder.cell, x, encoder.forward).outputs[0]
        back = unroll(encoder.cell, x[:, ::-1], encoder.backward).outputs[0, ::-1]
        np.testing.assert_allclose(forward[row, :n], there, atol=1e-12)
        np.testing.assert_allclose(backward[row, :n], back, atol=1e-12)
        ends = widget.pool((forward, backward), ids > 0, "last")[row]
        np.testing.assert_allclose(ends, np.r_[there[-1], back[0]], atol=1e-12)
        both = np.concatenate([there, back], axis=-1)
        for kind, expected in (("max", both.max(axis=0)), ("mean", both.mean(axis=0))):
            found = widget.pool((forward, backward), ids > 0, kind)[row]
            np.testing.assert_allclose(found, expected, atol=1e-12)


@pytest.mark.parametrize("pooling", ["last", "max", "mean"])
def test_padding_moves_nothing_under_the_mask_and_something_without(pooling):
    ids = VOCABULARY.encode("a b c d")
    options = {"position": 2, "pooling": pooling}
    clean = widget.movements(ENCODERS["GRU"], ids, padding=0, masked=True, **options)
    masked = widget.movements(ENCODERS["GRU"], ids, padding=5, masked=True, **options)
    naked = widget.movements(ENCODERS["GRU"], ids, padding=5, masked=False, **options)
    assert clean.by_padding == 0 and masked.by_padding < 1e-12 and naked.by_padding > 1e-3
    for half in ("forward", "backward"):
        np.testing.assert_allclose(getattr(masked, half)[:4], getattr(clean, half), atol=1e-12)
        assert np.isnan(getattr(masked, half)[4:]).all()
    assert masked.pooled == pytest.approx(clean.pooled)
    assert clean.forward[0] == 0 and (clean.forward[1:] > 0).all()
    assert (clean.backward[:2] > 0).all() and (clean.backward[2:] == 0).all()


def test_an_unknown_token_is_replaced_as_well():
    ids = np.array([text.UNKNOWN, 3])
    found = widget.movements(ENCODERS["GRU"], ids, position=1, padding=0, masked=True, pooling="mean")
    assert found.forward[0] > 0


def test_every_control_changes_the_picture_or_the_words(reader):  # noqa: F811
    view, controls = widget.build_encoder_view(ENCODERS, VOCABULARY, examples=TEXTS)
    words, picture = build_panel(view, controls).children[-2:]
    for control, value in (
        (controls.cell, "LSTM"),
        (controls.pooling, "max"),
        (controls.position, 3),
        (controls.padding, 4),
        (controls.mask, False),
        (controls.example, TEXTS[1]),
        (controls.field, "e e a"),
    ):
        before = words.value, bytes(picture.value)
        control.value = value
        assert bytes(picture.value).startswith(PNG)
        assert (words.value, bytes(picture.value)) != before, control.description
    assert controls.position.max == 3
    controls.field.value = "a"  # the third token is gone
    assert controls.position.value == 1 and bytes(picture.value).startswith(PNG)
    for description in (control.description for control in controls):
        assert any(ord(c) > 0x2E7F for c in description) == (reader == "zh")
    controls.field.value = " "
    assert bytes(picture.value) == b"" and words.value


def test_the_words_say_what_moved(reader):  # noqa: F811
    view, controls = widget.build_encoder_view(ENCODERS, VOCABULARY, examples=["a b c d e"])
    controls.position.value = 2
    said = view().words
    assert " 4 " in said and " 2 " in said and "b" in said  # forward from the second on, backward up to it
    controls.position.value = 0
    assert view().words and "%" not in view().words


def test_the_widget_wants_encoders_and_examples():
    for encoders, examples in (({}, ["a"]), (ENCODERS, [])):
        with pytest.raises(ValueError, match="expected encoders and examples"):
            widget.build_encoder_view(encoders, VOCABULARY, examples=examples)


# The experiment


def test_the_tail_says_nothing_and_stands_behind():
    bare, labels = experiment.draw(np.random.default_rng(1), 50, "order_0")
    tailed, same = experiment.draw(np.random.default_rng(1), 50, "order_20")
    np.testing.assert_array_equal(labels, same)
    low, high = experiment.TAIL_TOKENS
    for short, long in zip(bare, tailed, strict=True):
        np.testing.assert_array_equal(long[: len(short)], short)
        assert len(long) == len(short) + 20 and (long[len(short) :] >= low).all() and long.max() < high
        assert short.max() < low


def test_the_encoders_are_of_about_equal_size():
    sizes = {name: experiment.build(name, 40).count_params() for name in experiment.ENCODERS}
    assert max(sizes.values()) < 1.1 * (min(sizes.values()))


# The tasks, held against Keras


def test_the_gradient_of_an_embedding_is_keras_own():
    import tensorflow as tf
    from keras import layers

    case = tasks.load("embedding_gradient").cases(np.random.default_rng(3))[1]
    tokens, d_x, size = case.inputs
    layer = layers.Embedding(size, d_x.shape[-1])
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(layer(tokens) * d_x.astype("float32"))
    gradient = tf.convert_to_tensor(tape.gradient(loss, layer.trainable_weights[0])).numpy()
    found = tasks.load("embedding_gradient").reference(*case.inputs)
    np.testing.assert_allclose(found[1:], gradient[1:], atol=1e-5)
    assert (found[0] == 0).all() and (gradient[0] != 0).any()  # without a mask Keras trains row 0


def test_bidirectional_states_and_their_ends_are_keras_own():
    from keras import layers

    for case in tasks.load("bidirectional_states").cases(np.random.default_rng(3)):
        x, lengths, *both = case.inputs
        mask = np.arange(x.shape[1]) < lengths[:, None]
        layer = layers.Bidirectional(
            layers.SimpleRNN(len(both[0][2]), return_sequences=True, return_state=True)
        )
        layer.build(x.shape)
        layer.set_weights([weight for params in both for weight in params])
        states, *ends = (np.asarray(part) for part in layer(x.astype("float32"), mask=mask))
        found = tasks.load("bidirectional_states").reference(*case.inputs)
        np.testing.assert_allclose(found, states * mask[:, :, None], atol=1e-5)
        found = tasks.load("end_states").reference(found, lengths)
        np.testing.assert_allclose(found, np.concatenate(ends, axis=-1), atol=1e-5)


def test_variational_dropout_drops_as_kerass_layers_do():
    from keras import layers

    x = np.random.default_rng(0).normal(1, 0.1, (200, 3, 50))
    for found in (
        tasks.load("variational_dropout").reference(x, 0.3, 7),
        np.asarray(layers.SpatialDropout1D(0.3, seed=1)(x.astype("float32"), training=True)),
    ):
        dropped = found == 0
        assert (dropped == dropped[:, :1]).all() and not (dropped == dropped[:1]).all()
        assert dropped.mean() == pytest.approx(0.3, abs=0.02)
        np.testing.assert_allclose(found[~dropped], x[~dropped] / 0.7, rtol=1e-5)
