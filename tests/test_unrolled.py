"""The loop over time in pictures and under a slider: what is drawn is what the cells compute."""

import itertools

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt
from test_plots import words_of
from test_widgets import is_png, panel_of, reader  # noqa: F401  (a fixture)

from rnncourse import plots, widgets
from rnncourse.cells import simple_rnn
from rnncourse.widgets.steps import arithmetic, build_steps, read_numbers, run_over

mpl.use("Agg")
PARITY = simple_rnn.Params(
    np.array([[10.0, 10.0]]), np.array([[5.0, 5.0], [-5.0, -5.0]]), np.array([-5.0, -15.0])
)
NETWORKS = {
    "parity": (PARITY, np.array([0.5, -0.5])),
    "one": (simple_rnn.Params(np.array([[0.5]]), np.array([[0.9]]), np.zeros(1)), np.ones(1)),
}
BITS = [1, 0, 1, 1, 0, 1]


def unrolled(**options):
    states, outputs = run_over(*NETWORKS["parity"], np.array(BITS, float))
    return plots.plot_unrolled(BITS, states[1:], outputs=[f"{v:.0f}" for v in outputs], **options)


PICTURES = {
    "unrolled": unrolled,
    "unrolled at a step": lambda: unrolled(step=3),
    "patterns": lambda: plots.plot_patterns(),
    "influence": lambda: plots.plot_influence({"a": np.eye(5), "b": np.ones((1, 5)), "c": np.ones((3, 5))}),
}


@pytest.mark.parametrize("picture", PICTURES)
def test_every_word_is_whole_and_none_covers_another(picture, reader):  # noqa: F811
    figure = np.ravel(PICTURES[picture]())[0].figure
    words = words_of(figure)
    assert words and any("\u4e00" <= c <= "\u9fff" for word, _ in words for c in word) == (reader == "zh")
    for word, box in words:
        low, high = figure.bbox.padded(1).get_points()
        assert (box.get_points()[0] >= low).all() and (box.get_points()[1] <= high).all(), word
    for (first, a), (second, b) in itertools.combinations(words, 2):
        assert not a.padded(-1).overlaps(b.padded(-1)), (first, second)
    plt.close("all")


def test_unrolled_shows_the_states_it_is_given_up_to_the_step(reader):  # noqa: F811
    whole, part = unrolled(), unrolled(step=2)
    numbers = [[t.get_text() for t in ax.texts if "." in t.get_text()] for ax in (whole, part)]
    assert len(numbers[0]) == 2 * 7 and len(numbers[1]) == 2 * 3
    states, _ = run_over(*NETWORKS["parity"], np.array(BITS, float))
    drawn = [[float(word.replace("−", "-")) for word in numbers[0][2 * t : 2 * t + 2]] for t in range(7)]
    np.testing.assert_allclose(np.array(drawn)[:, ::-1], states, atol=0.05)
    plt.close("all")


def test_influence_colours_what_is_true(reader):  # noqa: F811
    (ax,) = plots.plot_influence({"a": np.tri(3)})
    fills = np.array([patch.get_facecolor()[2] - patch.get_facecolor()[0] for patch in ax.patches])
    np.testing.assert_array_equal(fills.reshape(3, 3) > 0.1, np.tri(3) > 0)
    plt.close("all")


def test_the_parity_network_computes_parity_for_any_length():
    bits = np.random.default_rng(0).integers(0, 2, 2000)
    _, outputs = run_over(*NETWORKS["parity"], bits.astype(float))
    np.testing.assert_array_equal(outputs > 0.5, np.cumsum(bits) % 2)


def test_the_arithmetic_is_that_of_the_cell():
    h = np.array([0.3, -0.2])
    new, _ = simple_rnn.step(np.array([[2.0]]), simple_rnn.State(h[None]), PARITY)
    sums, state, output = arithmetic(PARITY, np.array([0.5, -0.5]), 2.0, h)
    a = 2 * PARITY.kernel[0] + h @ PARITY.recurrent_kernel + PARITY.bias
    assert sums.endswith(f"= [{a[0]:.1f}, {a[1]:.1f}]")
    assert state.endswith(f"[{new.hidden[0, 0]:.1f}, {new.hidden[0, 1]:.1f}]")
    assert float(output.rpartition(" ")[2]) == round(float(new.hidden[0] @ [0.5, -0.5]), 2)


def test_every_control_of_the_stepper_changes_the_picture(reader):  # noqa: F811
    _, (chosen, field, step), words, picture = panel_of(build_steps, NETWORKS, numbers="1 0 1 1")
    for control, value in ((step, 2), (field, "1 1 0 1 1"), (chosen, "one"), (step, 5)):
        before = bytes(picture.value)
        control.value = value
        assert is_png(picture) and bytes(picture.value) != before, control.description
    _, outputs = run_over(*NETWORKS["one"], np.array([1.0, 1, 0, 1, 1]))
    assert f"{outputs[4]:.2f}" in words.value
    field.value = "1 0"  # the slider follows
    assert step.max == 2 and step.value == 2 and is_png(picture)
    field.value = "nothing"
    assert bytes(picture.value) == b"" and words.value
    assert all(
        any(ord(c) > 0x2E7F for c in c_.description) == (reader == "zh") for c_ in (chosen, field, step)
    )


def test_what_is_typed_is_read_kindly():
    np.testing.assert_array_equal(read_numbers("1，0, -2.5 x nan 1e9"), [1, 0, -2.5, 9])
    assert len(read_numbers("1 " * 50)) == 12


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: plots.plot_unrolled([1, 2], np.zeros((3, 2))), "got 2, 3"),
        (lambda: plots.plot_influence({}), "influence is empty"),
        (lambda: widgets.step_through({}, numbers="1"), "networks is empty"),
        (lambda: widgets.step_through({"a": (PARITY, np.ones(3))}, numbers="1"), "readout"),
    ],
)
def test_bad_input_is_named(call, says):
    with pytest.raises(ValueError, match=says):
        call()
