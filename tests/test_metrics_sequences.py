"""Scores of written sequences: against sacrebleu, jiwer, a recursion, and figures worked out by hand."""

import math
import subprocess
import sys
from functools import cache

import jiwer
import numpy as np
import pytest
import sacrebleu
from hypothesis import given, settings
from hypothesis import strategies as st

from rnncourse import language, metrics

quickly = settings(max_examples=60, deadline=None)
words = st.lists(st.sampled_from("abcd"), max_size=7)
EN = (
    ["The cat sat on a mat, I think.", "It is raining.", "A dog barks at the cat"],
    ["The cat sat on the mat.", "It rains cats and dogs today.", "The dog barks at the cat"],
)
ZH = (["今天天气很好。", "我喜欢猫和狗"], ["今天的天气非常好。", "我很喜欢猫"])


@cache
def distance(reference, hypothesis):
    """Edit distance of tuples, as it is defined."""
    if not reference or not hypothesis:
        return len(reference) + len(hypothesis)
    differs = reference[-1] != hypothesis[-1]
    return min(
        distance(reference[:-1], hypothesis[:-1]) + differs,
        distance(reference[:-1], hypothesis) + 1,
        distance(reference, hypothesis[:-1]) + 1,
    )


@quickly
@given(words, words)
def test_every_entry_of_the_table_is_the_distance_of_two_beginnings(reference, hypothesis):
    table = metrics.edit_table(reference, hypothesis)
    assert table.shape == (len(reference) + 1, len(hypothesis) + 1)
    for m in range(len(reference) + 1):
        for n in range(len(hypothesis) + 1):
            assert table[m, n] == distance(tuple(reference[:m]), tuple(hypothesis[:n]))


@quickly
@given(words, words)
def test_an_alignment_is_a_shortest_way_that_leaves_nothing_out(reference, hypothesis):
    edits = metrics.align(reference, hypothesis)
    assert [e.reference for e in edits if e.reference is not None] == list(range(len(reference)))
    assert [e.hypothesis for e in edits if e.hypothesis is not None] == list(range(len(hypothesis)))
    assert sum(e.kind != "hit" for e in edits) == distance(tuple(reference), tuple(hypothesis))
    for kind, r, h in edits:
        assert kind == {(True, False): "insertion", (False, True): "deletion"}.get(
            (r is None, h is None),
            "hit" if r is not None and h is not None and reference[r] == hypothesis[h] else "substitution",
        )


def test_a_string_is_no_list_of_tokens():
    with pytest.raises(TypeError, match=r"hypothesis must be a list of tokens.*list"):
        metrics.edit_table(["a"], "a b")


def test_bleu_by_hand():
    """`the` stands three times and counts twice: clipped. No triple matches, so smoothing steps in."""
    found = metrics.bleu(["the cat the the sat on mat"], ["the cat sat on the mat"], tokenize="none")
    matched = (6, 2, 0, 0)  # the (2), cat, sat, on, mat; the cat, sat on
    assert found.matched == matched and found.total == (7, 6, 5, 4)
    smoothed = (6 / 7, 2 / 6, 1 / 2 / 5, 1 / 4 / 4)  # orders without a match: 1/2, 1/4
    assert found.score == pytest.approx(100 * math.prod(smoothed) ** 0.25)
    short = metrics.bleu(["the cat sat on"], ["the cat sat on the mat"], tokenize="none")
    assert short.precisions == (100,) * 4 and (short.length, short.reference_length) == (4, 6)
    assert short.brevity_penalty == pytest.approx(math.exp(1 - 6 / 4))
    assert short.score == pytest.approx(100 * math.exp(-0.5))


@pytest.mark.parametrize(("name", "pair"), [("en", EN), ("zh", ZH)])
def test_bleu_and_chrf_are_sacrebleu_s(name, pair, monkeypatch):
    hypotheses, references = pair
    tokenizer = {"zh": "zh", "en": "13a"}[name]
    theirs = sacrebleu.corpus_bleu(hypotheses, [references], tokenize=tokenizer)
    ours = metrics.bleu(hypotheses, references, language=name)
    assert ours.score == pytest.approx(theirs.score) and ours.brevity_penalty == pytest.approx(theirs.bp)
    assert ours.matched == tuple(theirs.counts) and ours.total == tuple(theirs.totals)
    assert (ours.length, ours.reference_length) == (theirs.sys_len, theirs.ref_len)
    assert metrics.chrf(hypotheses, references) == pytest.approx(
        sacrebleu.corpus_chrf(hypotheses, [references]).score
    )
    plus = sacrebleu.corpus_chrf(hypotheses, [references], word_order=2).score
    assert metrics.chrf(hypotheses, references, word_order=2) == pytest.approx(plus)
    monkeypatch.setattr(language, "_current", name)
    assert metrics.bleu(hypotheses, references) == ours  # the reader's language


@quickly
@given(st.lists(st.tuples(words, words.filter(bool)), min_size=1, max_size=4))
def test_the_parts_add_up_to_the_corpus(pairs):
    hypotheses, references = ([" ".join(side) for side in both] for both in zip(*pairs, strict=True))
    theirs = sacrebleu.corpus_bleu(hypotheses, [references], tokenize="none", force=True)
    counts = metrics.bleu_counts(hypotheses, references, tokenize="none")
    assert counts.shape == (len(pairs), 10)
    assert metrics.bleu_of(counts.sum(0)) == pytest.approx(theirs.score)
    sums = np.stack([counts.sum(0), counts[0]])
    both = metrics.bleu_of(sums)
    assert both.shape == (2,) and both[0] == pytest.approx(theirs.score)
    errors = metrics.error_counts(hypotheses, references, unit="word")
    rate = metrics.word_error_rate(hypotheses, references)
    assert metrics.ratio_of(errors.sum(0)) == pytest.approx(rate.rate)


def test_several_references_and_upper_case():
    hypotheses = ["it is raining hard", "Yes"]
    references = [["it rains hard", "it is raining a lot"], "yes"]
    theirs = sacrebleu.corpus_bleu(
        hypotheses, [["it rains hard", "yes"], ["it is raining a lot", None]], lowercase=True
    )
    ours = metrics.bleu(hypotheses, references, language="en", lowercase=True)
    assert ours.score == pytest.approx(theirs.score) and ours.reference_length == theirs.ref_len
    assert metrics.chrf(hypotheses, references) > metrics.chrf(hypotheses, ["it rains hard", "yes"])


def test_in_chinese_the_tokens_decide_the_score():
    single, whole = (metrics.bleu(*ZH, tokenize=name).score for name in ("zh", "13a"))
    assert single > 20 and whole < 5


@quickly
@given(st.lists(st.tuples(words, words.filter(bool)), min_size=1, max_size=4))
def test_error_rates_are_the_edits_over_the_references_length(pairs):
    hypotheses, references = ([" ".join(side) for side in both] for both in zip(*pairs, strict=True))
    found = metrics.word_error_rate(hypotheses, references)
    edits = sum(distance(tuple(r), tuple(h)) for h, r in pairs)
    length = sum(len(r) for _, r in pairs)
    assert found.substitutions + found.deletions + found.insertions == edits
    assert found.rate == pytest.approx(edits / length) and found.reference_length == length
    assert found.hits + found.substitutions + found.deletions == length
    assert found.rate == pytest.approx(jiwer.wer(references, hypotheses))
    assert metrics.character_error_rate(hypotheses, references).rate == pytest.approx(
        jiwer.cer(references, hypotheses)
    )


def test_error_rates_by_hand():
    found = metrics.word_error_rate(["a x c d e"], ["a b c"])
    assert found == (1, 1, 0, 2, 2, 3)  # one replaced, two inserted, of three words
    assert metrics.word_error_rate([""], ["a b"]) == (1, 0, 2, 0, 0, 2)
    assert metrics.word_error_rate(["x y z"], ["a"]).rate == 3  # above 1
    assert metrics.character_error_rate(["今天好"], ["今天很好"]).rate == 0.25
    assert metrics.word_error_rate(["今天好"], ["今天很好"]).rate == 1  # no spaces: one word
    counts = metrics.error_counts(["a x c d e", ""], ["a b c", "a b"], unit="word")
    assert counts.tolist() == [[3, 3], [2, 2]]


def test_perplexity():
    uniform = np.log(np.full((2, 3), 1 / 50))
    assert metrics.perplexity(uniform) == pytest.approx(50)
    logs = np.log([[0.5, 0.25, 0.9], [0.125, 0.9, 0.9]])
    mask = [[1, 1, 0], [1, 0, 0]]
    assert metrics.perplexity(logs, mask) == pytest.approx(2 ** ((1 + 2 + 3) / 3))
    assert metrics.perplexity([0.0, 0.0]) == 1 and metrics.perplexity([-np.inf, 0]) == math.inf
    assert metrics.perplexity(logs, mask) == pytest.approx(
        math.exp(sum(-logs[i, j] for i, j in ((0, 0), (0, 1), (1, 0))) / 3)
    )


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: metrics.bleu("a b", ["a b"]), TypeError, "hypotheses must be a list.*put it into a list"),
        (lambda: metrics.chrf(["a"], "a"), TypeError, "references must be a list"),
        (lambda: metrics.bleu(["a", "b"], ["a"]), ValueError, "2 hypotheses and 1 references"),
        (lambda: metrics.bleu([], []), ValueError, "no hypotheses"),
        (lambda: metrics.bleu(["a", 3], ["a", "b"]), TypeError, "hypothesis 1 must be a string, got int"),
        (lambda: metrics.bleu(["a"], [["a", None]]), TypeError, "reference 0 must be a string, got NoneType"),
        (lambda: metrics.word_error_rate(["a", "b"], ["a", "  "]), ValueError, "reference 1 is empty"),
        (lambda: metrics.bleu(["a"], [[]]), ValueError, "reference 0 is empty"),
        (lambda: metrics.word_error_rate(["a"], [["a", "b"]]), ValueError, "0 has several references"),
        (lambda: metrics.bleu(["a"], ["a"], language="fr"), ValueError, "got 'fr'.*tokenize="),
        (lambda: metrics.bleu(["a"], ["a"], tokenize="words"), ValueError, "must be one of.*got 'words'"),
        (lambda: metrics.error_counts(["a"], ["a"], unit="token"), ValueError, "got 'token'"),
        (lambda: metrics.bleu_of([1, 2]), ValueError, r"got \(2,\).*bleu_counts"),
        (lambda: metrics.perplexity([0.5]), ValueError, "at most 0.*np.log"),
        (lambda: metrics.perplexity([math.nan]), ValueError, "not NaN"),
        (lambda: metrics.perplexity([-1.0], [False]), ValueError, "no token counts"),
        (lambda: metrics.perplexity([[-1.0]], [True]), ValueError, r"the shape.*\(1, 1\), got \(1,\)"),
    ],
)
def test_bad_input_is_named(call, error, says):
    with pytest.raises(error, match=says):
        call()


def test_importing_metrics_loads_neither_sacrebleu_nor_jiwer():
    code = "import sys, rnncourse.metrics; print([m for m in ('sacrebleu', 'jiwer') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"
