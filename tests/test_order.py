"""The generated sequences: their order alone decides, and the same Generator draws the same."""

import numpy as np
import pytest

from rnncourse.datasets.order import draw_order_examples


def test_which_of_two_tokens_comes_first_is_the_label():
    sequences, labels = draw_order_examples(np.random.default_rng(5), 300)
    a, b = set.intersection(*(set(sequence.tolist()) for sequence in sequences))
    first = [min(s.tolist().index(a), s.tolist().index(b)) for s in sequences]
    by_a = np.array([s[i] == a for s, i in zip(sequences, first, strict=True)])
    assert np.array_equal(by_a, labels == 1) or np.array_equal(by_a, labels == 0)
    assert all((s == a).sum() == 1 and (s == b).sum() == 1 for s in sequences)


def test_lengths_ids_and_classes_are_as_told():
    sequences, labels = draw_order_examples(np.random.default_rng(1), 500, vocabulary_size=12)
    assert {len(s) for s in sequences} == set(range(6, 17))
    assert set(np.concatenate(sequences).tolist()) == set(range(2, 12))
    assert all(s.dtype == np.int32 for s in sequences) and labels.dtype == np.int64
    assert 0.4 < labels.mean() < 0.6


def test_no_count_of_tokens_tells_the_classes_apart():
    sequences, labels = draw_order_examples(np.random.default_rng(2), 4000)
    counts = np.stack([np.bincount(s, minlength=30) for s in sequences])
    means = [counts[labels == label].mean(axis=0) for label in (0, 1)]
    assert np.abs(means[0] - means[1]).max() < 0.1


def test_the_generator_decides():
    once, again = (draw_order_examples(np.random.default_rng(3), 20) for _ in range(2))
    assert all(map(np.array_equal, once[0], again[0])) and np.array_equal(once[1], again[1])


def test_too_small_a_vocabulary_is_an_error():
    with pytest.raises(ValueError, match="at least 5, got 4"):
        draw_order_examples(np.random.default_rng(0), 1, vocabulary_size=4)
