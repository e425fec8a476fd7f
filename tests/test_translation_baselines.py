"""Translation without a network: EM against the sum over all alignments, similarity against scikit-learn."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics.pairwise import cosine_similarity

from rnncourse import baselines, datasets
from rnncourse.text import UNKNOWN, Vocabulary, tidy, tokenize

IDS = st.lists(st.integers(2, 5), min_size=1, max_size=3)
PAIRS = st.lists(st.tuples(IDS, IDS), min_size=1, max_size=4)


def brute_force(pairs, rounds):
    """The table {(e, f): t} of IBM model 1: each alignment of each sentence, weighted by its probability."""
    targets = {f for _, target in pairs for f in target}
    t = {(e, f): 1 / len(targets) for source, target in pairs for e in (0, *source) for f in target}
    for _ in range(rounds):
        counts = dict.fromkeys(t, 0.0)
        for source, target in pairs:
            source = (0, *source)
            alignments = list(itertools.product(source, repeat=len(target)))
            chances = [np.prod([t[link] for link in zip(a, target, strict=True)]) for a in alignments]
            for alignment, chance in zip(alignments, chances, strict=True):
                for link in zip(alignment, target, strict=True):
                    counts[link] += chance / sum(chances)
        totals = {e: sum(c for (other, _), c in counts.items() if other == e) for e, _ in t}
        t = {(e, f): c / totals[e] for (e, f), c in counts.items()}
    return t


@settings(deadline=None, max_examples=30)
@given(PAIRS, st.integers(1, 3))
def test_em_is_the_sum_over_all_alignments(pairs, rounds):
    table = baselines.fit_word_table(*zip(*pairs, strict=True), rounds=rounds)
    expected = brute_force(pairs, rounds)
    found = {
        (int(e), int(f)): p for e, f, p in zip(table.sources, table.targets, table.probabilities, strict=True)
    }
    assert found == pytest.approx(expected)
    for (e, f), p in expected.items():
        assert table.probability([e], [f])[0, 0] == pytest.approx(p)


@settings(deadline=None, max_examples=30)
@given(PAIRS)
def test_em_never_gets_worse_and_rows_are_distributions(pairs):
    table = baselines.fit_word_table(*zip(*pairs, strict=True), rounds=6)
    assert (np.diff(table.log_likelihoods) > -1e-12).all()
    sums = np.bincount(table.sources, table.probabilities)
    assert sums[np.unique(table.sources)] == pytest.approx(1)
    for source, target in pairs:
        posterior = table.posterior(source, target)
        assert posterior.shape == (len(target), len(source) + 1)
        assert posterior.sum(axis=1) == pytest.approx(1)


def test_a_language_of_two_words_is_learnt():
    table = baselines.fit_word_table([[2], [3], [2, 3]], [[7], [8], [8, 7]], rounds=20)
    assert table.best([2, 3, 9]).tolist() == [7, 8, UNKNOWN]
    assert table.word_for_word([2, 2, 9, 3]).tolist() == [7, 8]
    assert table.posterior([2, 3], [8, 7]).argmax(axis=1).tolist() == [2, 1]


def test_tokens_that_never_met():
    table = baselines.fit_word_table([[2], [3]], [[4], [5]])
    assert table.probability([2, 3, 9], [4, 6]).tolist()[1] == [0, 0, 0]
    assert table.probability([2], [5]) == 0 and table.word_for_word([9]).tolist() == []
    assert (table.posterior([9], [6]) == 0).all()


def test_the_nearest_is_that_of_all_cosines():
    parts = datasets.split_pairs(datasets.load_sentences())
    known = parts.train.take(range(400))
    vocabulary = Vocabulary.build(known.chinese, unit="character")
    sources, asked = vocabulary.encode_all(known.chinese), vocabulary.encode_all(parts.test.chinese[:50])
    found = baselines.fit_nearest(sources, known.english)(asked)
    from sklearn.feature_extraction.text import TfidfVectorizer

    features = TfidfVectorizer(analyzer="char", ngram_range=(1, 2), sublinear_tf=True)
    table = features.fit_transform(known.chinese)
    cosines = cosine_similarity(features.transform(parts.test.chinese[:50]), table)
    assert found.similarities == pytest.approx(cosines.max(axis=1), abs=0.05)  # ids fold some unknown ones
    assert np.mean(found.indices == cosines.argmax(axis=1)) > 0.9
    assert list(found.targets) == [known.english[i] for i in found.indices]
    itself = baselines.fit_nearest(sources, known.english)(sources[:5])
    assert itself.indices.tolist() == [0, 1, 2, 3, 4] and itself.similarities == pytest.approx(1)


@pytest.mark.parametrize("fit", [baselines.fit_nearest, baselines.fit_word_table])
@pytest.mark.parametrize("pairs", [([], []), ([[2]], [[2], [3]]), ([[2]], [[]])])
def test_no_pairs_are_refused(fit, pairs):
    with pytest.raises(ValueError, match=r"pairs of sentences|empty"):
        fit(*pairs)
    with pytest.raises(ValueError, match="rounds must be at least 1, got 0"):
        baselines.fit_word_table([[2]], [[2]], rounds=0)


def test_tidy_undoes_tokenize_but_for_capitals():
    english = datasets.load_sentences().english
    written = [tidy(tokenize(text, "word"), "word") for text in english]
    assert [tokenize(text, "word") for text in written] == [tokenize(text, "word") for text in english]
    assert np.mean([a == b.lower() for a, b in zip(written, english, strict=True)]) > 0.99
    assert tidy(["i", "'m", "20", ",", "don't", "(", "well", "-", "known", ")", "!"], "word") == (
        "i'm 20, don't (well-known)!"
    )
    assert tidy(list("你好。"), "character") == "你好。" and tidy([], "word") == ""
