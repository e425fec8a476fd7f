"""The experiment of chapter 3.2.2: what its decoder reads, and what it must answer."""

import importlib
import sys
from pathlib import Path

import numpy as np

from rnncourse.text import END, PADDING, START

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "experiments"))
experiment = importlib.import_module("decoder")


def test_the_answer_is_the_source_shifted_by_one_and_ended():
    lengths = [5, 7, 6]
    source, written, target = experiment.draw(np.random.default_rng(0), lengths)
    assert source.shape == (3, 7) and written.shape == target.shape == (3, 8)
    for row, length in enumerate(lengths):
        digits = source[row, :length]
        assert ((digits >= experiment.FIRST_DIGIT) & (digits < experiment.VOCABULARY)).all()
        assert written[row, : length + 1].tolist() == [START, *digits]
        assert target[row, : length + 1].tolist() == [*digits, END]
        for rest in (source[row, length:], written[row, length + 1 :], target[row, length + 1 :]):
            assert (rest == PADDING).all()


def test_every_digit_is_drawn_and_the_same_seed_draws_the_same():
    first, again = (experiment.draw(np.random.default_rng(3), [30] * 50)[0] for _ in range(2))
    assert set(first.ravel()) == set(range(experiment.FIRST_DIGIT, experiment.VOCABULARY))
    np.testing.assert_array_equal(first, again)
