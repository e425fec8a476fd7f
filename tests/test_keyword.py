"""The generated sequences whose keywords decide: what is counted is the label, order says nothing."""

import numpy as np
import pytest

from rnncourse.datasets.keyword import draw_keyword_examples


def test_the_same_generator_draws_the_same():
    once, again = (draw_keyword_examples(np.random.default_rng(3), 20) for _ in range(2))
    assert all(map(np.array_equal, once[0], again[0])) and np.array_equal(once[1], again[1])


def test_lengths_ids_and_classes_are_as_told():
    sequences, labels = draw_keyword_examples(np.random.default_rng(1), 800, vocabulary_size=40, keywords=5)
    assert {len(s) for s in sequences} == set(range(6, 17))
    assert set(np.concatenate(sequences).tolist()) == set(range(2, 40))
    assert all(s.dtype == np.int32 for s in sequences) and 0.4 < labels.mean() < 0.6


def test_a_linear_count_of_tokens_decides_every_label():
    """The keywords are found from the generator's own permutation, then counted."""
    sequences, labels = draw_keyword_examples(np.random.default_rng(7), 500, vocabulary_size=60, keywords=8)
    tokens = np.random.default_rng(7).permutation(np.arange(2, 60))
    weights = np.zeros(60)
    weights[tokens[:8]], weights[tokens[8:16]] = -1, 1
    sums = np.array([weights[s].sum() for s in sequences])
    assert np.array_equal(sums > 0, labels == 1) and set(np.abs(sums)) == {1, 3}
    assert all((weights[s] != 0).sum() == 3 for s in sequences)


def test_where_a_keyword_stands_says_nothing():
    sequences, _ = draw_keyword_examples(np.random.default_rng(2), 4000, vocabulary_size=20, keywords=2)
    tokens = np.random.default_rng(2).permutation(np.arange(2, 20))
    where = [np.flatnonzero(np.isin(s, tokens[:4])) / (len(s) - 1) for s in sequences]
    assert abs(np.concatenate(where).mean() - 0.5) < 0.02


@pytest.mark.parametrize(("size", "keywords"), [(6, 2), (50, 0), (3, 1)])
def test_no_room_for_other_tokens_is_an_error(size, keywords):
    with pytest.raises(ValueError, match="at least 3"):
        draw_keyword_examples(np.random.default_rng(0), 1, vocabulary_size=size, keywords=keywords)
