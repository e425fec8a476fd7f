"""An encoder with a decoder: its pictures, its experiment, and the step that its exercise hands out."""

import importlib
import itertools
import sys
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt
from test_plots import words_of
from test_widgets import reader  # noqa: F401  (a fixture)

from rnncourse import plots, probes, tasks
from rnncourse.text import pad

mpl.use("Agg")
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "experiments"))
experiment = importlib.import_module("encoder_decoder")

PICTURES = {
    "training": lambda: plots.plot_encoder_decoder([5, 0, 7], [7, 5]),
    "in use": lambda: plots.plot_encoder_decoder([5, 0, 7], [7, 5], feedback=True),
    "empty answer": lambda: plots.plot_encoder_decoder([0], []),
    "by length": lambda: plots.plot_by_length([1, 2, 3], {16: np.ones((3, 3)), 32: np.zeros((3, 3))}),
}


@pytest.mark.parametrize("picture", PICTURES)
def test_every_word_is_whole_and_none_covers_another(picture, reader):  # noqa: F811
    figure = PICTURES[picture]().figure
    words = words_of(figure)
    assert any("\u4e00" <= c <= "\u9fff" for word, _ in words for c in word) == (reader == "zh")
    for word, box in words:
        low, high = figure.bbox.padded(1).get_points()
        assert (box.get_points()[0] >= low).all() and (box.get_points()[1] <= high).all(), word
    for (first, a), (second, b) in itertools.combinations(words, 2):
        assert not a.padded(-1).overlaps(b.padded(-1)), (first, second)
    plt.close("all")


def test_the_decoder_reads_what_it_must_answer_one_step_later(reader):  # noqa: F811
    words = [(t.get_text(), t.get_position()) for t in PICTURES["training"]().texts]
    below = {x: word for word, (x, y) in words if y == -1.25 and x >= 0}
    above = {x: word for word, (x, y) in words if y == 1.25 and x >= 0}
    assert [below[x] for x in sorted(below)] == ["5", "0", "7", "<s>", "7", "5"]
    assert [above[x] for x in sorted(above)] == ["7", "5", "</s>"] and sorted(above) == [3, 4, 5]
    plt.close("all")


def test_accuracy_by_length_draws_the_means(reader):  # noqa: F811
    table = np.array([[1.0, 0.5], [0.8, 0.1]])
    ax = plots.plot_by_length([1, 2], {8: table})
    np.testing.assert_allclose(ax.lines[0].get_ydata(), [0.9, 0.3])
    np.testing.assert_allclose(np.sort(ax.lines[1].get_ydata()), np.sort(table.ravel()))
    plt.close("all")


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: plots.plot_encoder_decoder([], [1]), "source is empty"),
        (lambda: plots.plot_by_length([1, 2], {8: np.ones((3, 3))}), "has 3 lengths, expected 2"),
    ],
)
def test_bad_input_is_named(call, says):
    with pytest.raises(ValueError, match=says):
        call()
    plt.close("all")


def test_the_experiment_s_answers_are_the_digits_backwards_without_zeros():
    zero = experiment.FIRST_DIGIT
    source = np.array([5, 0, 7]) + zero
    padded = pad([source], length=experiment.LONGEST)
    assert experiment.answer(padded[0]).tolist() == [7 + zero, 5 + zero]
    inputs, targets = experiment.teacher_forced(padded)
    assert inputs[0, :4].tolist() == [experiment.START, 7 + zero, 5 + zero, 0]
    assert targets[0, :4].tolist() == [7 + zero, 5 + zero, experiment.END, 0]


def test_the_experiment_draws_every_length():
    rng = np.random.default_rng(0)
    lengths = (experiment.draw_sources(rng, 2000) > 0).sum(axis=1)
    assert set(lengths) == set(range(1, experiment.LONGEST + 1))
    assert ((experiment.draw_sources(rng, 50, length=4) > 0).sum(axis=1) == 4).all()


def test_the_step_of_the_exercise_depends_on_token_and_state():
    table = np.arange(2 * 3 * 3.0).reshape(2, 3, 3)
    seen = probes.decoder(lambda step, state, *_: [step(1, state), step(2, state + 1)], table, 0, 0, 1, 4)
    (first, after), (second, _) = seen
    np.testing.assert_array_equal(first, table[0, 1])
    np.testing.assert_array_equal(second, table[1, 2])
    assert after == 1
    first[:] = 0  # an answer may write into its scores
    assert (table[0, 1] != 0).any()


def test_greedy_decoding_takes_the_best_token_given_all_before():
    task = tasks.load("greedy_decode")
    for case in task.cases(np.random.default_rng(0)):
        table, _, start, end, longest = case.inputs
        answer = probes.run("decoder", task.reference, case.inputs).value
        path = [start, *answer, *([end] if len(answer) < longest else [])]
        for n, (last, token) in enumerate(itertools.pairwise(path)):
            assert token == table[n, last].argmax()
