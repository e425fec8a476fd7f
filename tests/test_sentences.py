"""The embedded sentence pairs, and how pairs are divided without a leak."""

import io
import json
import re
import zipfile
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnncourse import datasets
from rnncourse.datasets.pairs import SentencePairs, group_pairs, normal, split_pairs
from rnncourse.datasets.slices import make_sentences

HANZI = re.compile("[\u4e00-\u9fff]")


def test_the_corpus():
    raw, clean = datasets.load_sentences(clean=False), datasets.load_sentences()
    assert (len(raw), len(clean)) == (4_354, 4_272)
    assert raw.english.count("placeholder") == 65
    assert not any("placeholder" in text or text == "PH" for text in clean.english)
    assert all(text[-1] in ".?!" for text in clean.english)
    assert (raw.chinese[0], raw.english[0]) == ("老师，您好！", "Hello, teacher!")
    assert (raw.pinyin[0], raw.words[0], raw.levels[0]) == ("lao3 shi1 nin2 hao3", "老师 您 好", 1)
    assert Counter(raw.levels.tolist()) == {1: 281, 2: 538, 3: 727, 4: 801, 5: 965, 6: 1042}
    assert datasets.load_sentences() is clean and (np.diff(clean.levels) >= 0).all()


def test_pinyin_and_words_are_those_of_the_sentence():
    pairs = datasets.load_sentences(clean=False)
    for chinese, pinyin, words in zip(pairs.chinese, pairs.pinyin, pairs.words, strict=True):
        assert len(HANZI.findall(chinese)) == len(pinyin.split())
        assert words.replace(" ", "") == "".join(re.findall(r"\w", chinese))
        assert all(re.fullmatch(r"[a-zü:]+[1-5]", syllable) for syllable in pinyin.split())
    assert all(text == " ".join(text.split()) != "" for text in (*pairs.chinese, *pairs.english))


def test_take_and_side():
    pairs = datasets.load_sentences()
    some = pairs.take([5, 2])
    assert some.chinese == (pairs.chinese[5], pairs.chinese[2]) == some.side("zh")
    assert some.side("en") == some.english and some.levels.tolist() == pairs.levels[[5, 2]].tolist()
    assert len(pairs.take(pairs.levels == 1)) == 281
    assert some.pinyin == (pairs.pinyin[5], pairs.pinyin[2]) and repr(some) == "SentencePairs(sentences, 2)"
    with pytest.raises(ValueError, match="'fr'"):
        pairs.side("fr")
    with pytest.raises(IndexError):
        pairs.take([5_000])
    with pytest.raises(ValueError, match="read-only"):
        pairs.levels[0] = 3


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"english": ["a"]}, "english has 1 rows, chinese 2"),
        ({"levels": [1, 2, 3]}, "levels has 3 rows"),
        ({"words": []}, "no texts"),
        ({"chinese": "一二"}, "list"),
        ({"english": ["a", None]}, "text 1 must be a string"),
    ],
)
def test_columns_that_do_not_fit_are_refused(change, message):
    with pytest.raises((ValueError, TypeError), match=message):
        SentencePairs(**{"name": "mine", "chinese": ["一", "二"], "english": ["a", "b"]} | change)


def pairs_of(rows):
    chinese, english = zip(*rows, strict=True)
    return SentencePairs("small", chinese, english)


ROWS = st.lists(st.tuples(st.sampled_from("一二三四五六七八"), st.sampled_from("abcdefgh")), min_size=1)


@given(ROWS)
def test_groups_are_the_components_of_what_shares_a_side(rows):
    from scipy.sparse.csgraph import connected_components

    rows = [(chinese, english.upper() + "!" * (i % 2)) for i, (chinese, english) in enumerate(rows)]
    shared = np.array([[a[0] == b[0] or a[1][0] == b[1][0] for b in rows] for a in rows])
    count, expected = connected_components(shared)
    groups = group_pairs(pairs_of(rows))
    assert groups.max() + 1 == count
    assert ((groups[:, None] == groups) == (expected[:, None] == expected)).all()


@given(ROWS, st.sampled_from([0, 0.1, 0.3]), st.sampled_from([0.1, 0.4]), st.integers(0, 3))
def test_a_split_never_leaks(rows, validation, test, seed):
    rows = [*rows, *((f"甲{i}", f"z{i}") for i in range(30))]
    pairs = pairs_of(rows)
    largest = np.bincount(group_pairs(pairs)).max()
    parts = split_pairs(pairs, validation=validation, test=test, seed=seed)
    assert (parts.validation is None) == (validation == 0)
    found = [part for part in parts if part is not None]
    assert sorted(p for part in found for p in zip(part.chinese, part.english, strict=True)) == sorted(rows)
    for language in ("zh", "en"):
        sides = [{normal(text) for text in part.side(language)} for part in found]
        assert sum(map(len, sides)) == len(set.union(*sides))
    assert abs(len(parts.test) - test * len(pairs)) <= largest


def test_the_split_of_the_corpus():
    pairs = datasets.load_sentences()
    parts, again, other = (split_pairs(pairs, seed=seed) for seed in (42, 42, 43))
    assert [len(part) for part in parts] == [3_418, 427, 427]
    assert parts.test.english == again.test.english != other.test.english
    counts = np.bincount(parts.test.levels) / len(parts.test)
    assert np.abs(counts - np.bincount(pairs.levels) / len(pairs)).max() < 0.05  # shuffled over the levels
    assert abs(np.corrcoef(np.arange(len(parts.train)), parts.train.levels)[0, 1]) < 0.1
    for shares in ({"validation": 0.6, "test": 0.4}, {"test": -0.1}, {"test": float("nan")}):
        with pytest.raises(ValueError, match="together below 1"):
            split_pairs(pairs, **shares)
    with pytest.raises(ValueError, match="2 pairs in 1 groups"):
        split_pairs(pairs_of([("一", "a"), ("一", "b")]))


def test_normal():
    assert normal("I'm 20, OK?") == normal("im 20 ok") == "im20ok"
    assert normal("他来了。") == normal("他来了！") == "他来了" and normal("?!") == "?!"


def card(**change):
    tokens = [{"word": "你", "pinyin": "nǐ", "gloss_en": "you"}, {"word": "好", "pinyin": "hǎo"}]
    plain = {"chinese": "你好！", "translation": {"en": "Hello!"}, "pinyin_numbered": "ni3 hao3"}
    return {"hsk_level": 1, "tokens": tokens, **plain, **change}


def wheel(cards):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(make_sentences.MEMBER, json.dumps(cards))
    return buffer.getvalue()


def test_rows_of_the_package():
    assert list(make_sentences.rows(wheel([card()]))) == [(1, "你好！\tHello!\tni3 hao3\t你 好")]


@pytest.mark.parametrize(
    "change",
    [
        {"pinyin_numbered": "ni3"},
        {"chinese": "你很好"},
        {"translation": {"en": "a  b"}},
        {"translation": {"en": ""}},
    ],
)
def test_rows_that_do_not_fit_are_refused(change):
    with pytest.raises(ValueError, match="你"):
        list(make_sentences.rows(wheel([card(**change)])))
