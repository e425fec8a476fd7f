"""Tokens, vocabulary, padding and batches, each against its definition written down another way."""

import copy
import math
import pickle
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnncourse import datasets, text
from rnncourse.text import Vocabulary, bucket_batches, join, pad, tokenize

units = st.sampled_from(["character", "word"])


@pytest.mark.parametrize(
    "given_text, tokens",
    [
        ("Don't go!", ["don't", "go", "!"]),
        ("The film's long... it’ll bore", ["the", "film", "'s", "long", "...", "it", "'ll", "bore"]),
        (
            '"Touché" 3.5/5, by-the-numbers',
            ['"', "touché", '"', "3.5", "/", "5", ",", "by", "-", "the", "-", "numbers"],
        ),
        ("'80s 'so what' isn’t", ["'", "80s", "'", "so", "what", "'", "isn't"]),
        (" \n\t", []),
        ("", []),
    ],
)
def test_words(given_text, tokens):
    assert tokenize(given_text, "word") == tokens


def test_characters():
    assert tokenize(" 这本 书，Good！\n\u3000", "character") == list("这本书，good！")
    assert tokenize("", "character") == []


@given(st.text() | st.text(alphabet="aN'’t.1, s\n《书"), units)
def test_joined_tokens_come_apart_again(given_text, unit):
    tokens = tokenize(given_text, unit)
    assert tokenize(join(tokens, unit), unit) == tokens
    assert not any(token == "" or token.isspace() for token in tokens)


@given(st.text(), units)
def test_no_character_is_lost(given_text, unit):
    kept = "".join(tokenize(given_text, unit))
    assert kept == "".join(given_text.lower().split()).replace("’", "'" if unit == "word" else "’")


@given(
    st.lists(st.text(alphabet="abc de好的"), min_size=1),
    units,
    st.integers(1, 3),
    st.none() | st.integers(3, 6),
)
def test_vocabulary_is_ranked_by_frequency(texts, unit, minimum_count, size):
    vocabulary = Vocabulary.build(texts, unit=unit, size=size, minimum_count=minimum_count)
    counts = Counter(token for one in texts for token in tokenize(one, unit))
    frequent = {token for token, count in counts.items() if count >= minimum_count}
    assert len(vocabulary) == min(len(frequent) + 2, size or math.inf)
    ranks = [(-counts[token], token) for token in vocabulary.tokens]
    assert ranks == sorted(ranks) and len(set(ranks)) == len(ranks)
    left_out = frequent - set(vocabulary.tokens)
    assert not left_out or max(ranks) < min((-counts[token], token) for token in left_out)


@given(st.lists(st.text(alphabet="abc de好的"), min_size=1), units)
def test_decoding_undoes_encoding(texts, unit):
    vocabulary = Vocabulary.build(texts, unit=unit)
    for one, ids in zip(texts, vocabulary.encode_all(texts), strict=True):
        assert ids.dtype == np.int32 and ids.shape == (len(tokenize(one, unit)),)
        assert vocabulary.decode(ids) == tokenize(one, unit)


def test_ids_have_their_places():
    vocabulary = Vocabulary(["好", "坏"], "character")
    assert (text.PADDING, text.UNKNOWN, len(vocabulary)) == (0, 1, 4)
    assert vocabulary.encode("很好 坏").tolist() == [1, 2, 3]
    assert vocabulary.encode("很好坏", length=2).tolist() == [1, 2]
    assert vocabulary.decode([0, 1, 2, 3]) == ["<pad>", "<unk>", "好", "坏"]
    assert vocabulary == Vocabulary(vocabulary.tokens, "character") != Vocabulary(["坏", "好"], "character")


def test_vocabulary_can_be_copied_and_stored():
    vocabulary = Vocabulary(["good", "bad"], "word")
    for other in (copy.deepcopy(vocabulary), pickle.loads(pickle.dumps(vocabulary))):
        assert other == vocabulary and other.encode("bad").tolist() == [3]


@pytest.mark.parametrize("unit", ["character", "word"])
def test_long_and_empty_texts(unit):
    vocabulary = Vocabulary(["a"], unit)
    assert vocabulary.encode("").shape == (0,) and vocabulary.encode("").dtype == np.int32
    assert vocabulary.encode("a " * 50_000, length=200).tolist() == [2] * 200
    assert len(vocabulary.encode("a" * 100_000)) == (100_000 if unit == "character" else 1)


@pytest.mark.parametrize(
    "bad, shown", [(float("nan"), "nan"), (None, "None"), (b"abc", "bytes"), (7, "int"), (["a"], "list")]
)
def test_what_is_no_text_is_named_with_its_place(bad, shown):
    vocabulary = Vocabulary(["a"], "word")
    for call in (
        lambda: vocabulary.encode_all(["fine", "fine", bad]),
        lambda: Vocabulary.build(["fine", "fine", bad], unit="word"),
    ):
        with pytest.raises(TypeError, match=f"text 2 must be a string.*{shown}.*first"):
            call()
    with pytest.raises(TypeError, match=shown):
        vocabulary.encode(bad)
    with pytest.raises(TypeError, match=shown):
        tokenize(bad, "word")


def test_other_bad_arguments():
    with pytest.raises(TypeError, match="list"):
        Vocabulary.build("one text", unit="word")
    with pytest.raises(ValueError, match="no texts"):
        Vocabulary.build([], unit="word")
    with pytest.raises(ValueError, match="at least 3"):
        Vocabulary.build(["a"], unit="word", size=2)
    with pytest.raises(ValueError, match="'a' twice"):
        Vocabulary(["b", "a", "a"], "word")
    with pytest.raises(ValueError, match=r"0 to 2, got 3"):
        Vocabulary(["a"], "word").decode([0, 3])
    for call in (
        lambda: tokenize("a", "letter"),
        lambda: join(["a"], "letter"),
        lambda: Vocabulary(["a"], "words"),
        lambda: Vocabulary.build(["a"], unit=None),
    ):
        with pytest.raises(ValueError, match="unit must be one of"):
            call()


sequences = st.lists(st.lists(st.integers(1, 99), max_size=6), max_size=5)


@given(sequences, st.none() | st.integers(1, 8), st.sampled_from(["post", "pre"]))
def test_padding(rows, length, side):
    padded = pad(rows, length=length, side=side)
    width = length or max([1, *map(len, rows)])
    assert padded.dtype == np.int32 and padded.shape == (len(rows), width)
    for row, sequence in zip(padded.tolist(), rows, strict=True):
        kept = sequence[:width]
        filling = [0] * (width - len(kept))
        assert row == (kept + filling if side == "post" else filling + kept)


def test_padding_refuses_what_is_no_sequence_of_ids():
    with pytest.raises(TypeError, match=r"sequence 1 .*float64"):
        pad([[1], [0.5]])
    with pytest.raises(TypeError, match=r"sequence 0 .*encode"):
        pad(["text"])
    with pytest.raises(TypeError, match=r"shape \(1, 2\)"):
        pad([[[1, 2]]])
    with pytest.raises(ValueError, match="side"):
        pad([[1]], side="both")
    with pytest.raises(ValueError, match="at least 1"):
        pad([[1]], length=0)


bounds = st.tuples(st.integers(1, 9), st.integers(0, 20)).map(lambda pair: (pair[0], pair[0] + pair[1]))


@given(
    st.lists(st.integers(0, 300), max_size=200), st.integers(1, 3000), bounds, st.none() | st.integers(0, 9)
)
def test_batches_hold_every_index_once_and_keep_their_bounds(lengths, tokens, bounds, seed):
    smallest, largest = bounds
    lengths = np.array(lengths, dtype=np.int64)
    batches = bucket_batches(lengths, tokens=tokens, smallest=smallest, largest=largest, seed=seed)
    assert sorted(index for batch in batches for index in batch.tolist()) == list(range(len(lengths)))
    for batch in batches:
        assert 1 <= len(batch) <= largest
        assert len(batch) <= smallest or len(batch) * lengths[batch].max() <= tokens
    assert sum(len(batch) < smallest for batch in batches) <= 1


@given(st.lists(st.integers(0, 50), min_size=1))
def test_without_a_seed_batches_go_from_short_to_long(lengths):
    batches = bucket_batches(lengths, tokens=200)
    assert np.concatenate(batches).tolist() == sorted(range(len(lengths)), key=lambda index: lengths[index])


@pytest.mark.parametrize("language", ["zh", "en"])
def test_batches_of_the_reviews_hold_little_padding_and_differ_between_seeds(language):
    reviews = datasets.load_reviews(language)
    lengths = np.array([len(tokenize(one, reviews.unit)[: reviews.length]) for one in reviews.texts])
    first, again, other = (bucket_batches(lengths, seed=seed) for seed in (0, 0, 1))
    for batches in (first, other):
        padded = sum(len(batch) * lengths[batch].max() for batch in batches)
        assert lengths.sum() / padded > 0.9
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert {frozenset(batch.tolist()) for batch in first} != {frozenset(batch.tolist()) for batch in other}


def test_batches_refuse_bad_bounds():
    with pytest.raises(ValueError, match="smallest <= largest"):
        bucket_batches([1, 2], smallest=9, largest=8)
    for lengths in ([1.5, 2.0], [[1, 2]]):
        with pytest.raises(ValueError, match="whole numbers"):
            bucket_batches(lengths)
