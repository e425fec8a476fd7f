"""Occlusion against brute force on a model whose contributions are known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnncourse.explain import occlusion
from rnncourse.text import UNKNOWN

WEIGHTS = np.random.default_rng(3).normal(0, 0.1, 20)
sequences = st.lists(st.integers(1, 19), max_size=12)


class Linear:
    """A model whose answer is a sum over tokens; it remembers how often it was asked."""

    def __init__(self):
        self.calls = 0

    def __call__(self, sequences):
        self.calls += 1
        return np.array([0.5 + WEIGHTS[np.asarray(s, int)].sum() for s in sequences])


@settings(max_examples=50, deadline=None)
@given(sequences)
def test_contributions_to_a_linear_model_are_its_weights(sequence):
    model = Linear()
    np.testing.assert_allclose(
        occlusion(model, sequence), WEIGHTS[np.array(sequence, int)] - WEIGHTS[UNKNOWN], atol=1e-12
    )
    np.testing.assert_allclose(
        occlusion(model, sequence, replacement=None), WEIGHTS[np.array(sequence, int)], atol=1e-12
    )
    assert model.calls == (2 if sequence else 0)  # one batch each


def test_contributions_to_an_order_model_equal_brute_force():
    def first_minus_last(sequences):  # order matters, and an empty text has an answer
        return np.array([0.5 + (s[0] - s[-1]) / 100 if len(s) else 0.5 for s in sequences])

    sequence = np.array([7, 3, 9, 2], dtype="int32")
    full = first_minus_last([sequence])[0]
    removed = [
        full - first_minus_last([np.concatenate([sequence[:t], sequence[t + 1 :]])])[0] for t in range(4)
    ]
    np.testing.assert_allclose(occlusion(first_minus_last, sequence, replacement=None), removed)
    assert occlusion(first_minus_last, [5], replacement=None).tolist() == [0.0]
    assert sequence.tolist() == [7, 3, 9, 2]  # the caller's ids stay


@pytest.mark.parametrize(
    ("predict", "sequence", "says"),
    [
        (Linear(), [[1, 2]], r"must have shape \(T,\), got \(1, 2\)"),
        (lambda s: np.zeros((len(s), 3)), [1, 2], r"got \(3, 3\).*pick one"),
        (lambda s: np.zeros(1), [1, 2], "must return 3 probabilities"),
        (lambda s: np.full(len(s), np.nan), [1, 2], "NaN"),
    ],
)
def test_bad_input_is_named(predict, sequence, says):
    with pytest.raises(ValueError, match=says):
        occlusion(predict, sequence)
