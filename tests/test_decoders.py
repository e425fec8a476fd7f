"""Decoding: exhaustive search is the oracle of beam search; no answer depends on the other sources."""

import itertools

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnncourse.decoders import attention_weights, beam_search, greedy, sample, translate, truncate
from rnncourse.decoders.steps import IMPOSSIBLE
from rnncourse.models import build_text_classifier, build_translator
from rnncourse.text import END, START, UNKNOWN, Vocabulary

pytestmark = pytest.mark.slow  # it builds, trains or compiles many models

V, L = 6, 4
MAY_FOLLOW = (UNKNOWN, 4, 5)  # all but padding, start and end
SOURCES = [np.array([3, 4, 5]), np.array([6, 7, 8, 3, 4]), np.array([], int), np.array([5])]
FORMS = {
    "gru-general": {"attention": "general"},
    "lstm-additive": {"cell": "lstm"},
    "simple_rnn-none": {"cell": "simple_rnn", "attention": None},
}


def build(form):
    """A small translator with weights large enough that its answers differ."""
    keras.utils.set_random_seed(1)
    sizes = {"source_vocabulary_size": 9, "target_vocabulary_size": V, "embedding_size": 5, "units": 6}
    model = build_translator(**sizes, **FORMS[form])
    model.set_weights([4 * weight for weight in model.get_weights()])
    return model


@pytest.fixture(name="form", params=FORMS, scope="module")
def build_form(request):
    return build(request.param)


@pytest.fixture(name="model", scope="module")
def build_one():
    return build("lstm-additive")


def every_answer():
    """All rows of tokens that a decoder may write: those that end with END, and those cut off at L."""
    ended = [(*head, END) for n in range(L) for head in itertools.product(MAY_FOLLOW, repeat=n)]
    return ended + list(itertools.product(MAY_FOLLOW, repeat=L))


def log_probabilities(model, source, answers):
    """By the model itself, under teacher forcing: (A,)."""
    width = max(map(len, answers))
    written, target = np.zeros((2, len(answers), width), int)
    for row, answer in enumerate(answers):
        target[row, : len(answer)] = answer
        written[row, : len(answer)] = (START, *answer[:-1])
    source = np.tile(source if len(source) else [0], (len(answers), 1))
    logs = np.asarray(keras.ops.log_softmax(model([source, written])))
    return (np.take_along_axis(logs, target[..., None], axis=2)[..., 0] * (target > 0)).sum(axis=1)


@pytest.mark.slow
@pytest.mark.parametrize("length_penalty", [0.0, 0.7])
def test_a_wide_beam_is_exhaustive_search(form, length_penalty):
    answers = every_answer()
    lengths = np.array([len(answer) for answer in answers])
    found = beam_search(form, SOURCES, width=V ** (L - 1), longest=L, length_penalty=length_penalty)
    for source, hypotheses in zip(SOURCES, found, strict=True):
        logs = log_probabilities(form, source, answers)
        scores = logs / ((5 + lengths) / 6) ** length_penalty
        order = np.argsort(-scores)
        assert len(hypotheses) == len(answers)
        np.testing.assert_allclose([one.score for one in hypotheses], scores[order], atol=1e-4)
        np.testing.assert_allclose([one.log_probability for one in hypotheses], logs[order], atol=1e-4)
        best = [token for token in answers[order[0]] if token != END]
        assert hypotheses[0].tokens.tolist() == best


def test_a_beam_of_one_is_greedy(form):
    found = beam_search(form, SOURCES, width=1, longest=7)
    assert [one[0].tokens.tolist() for one in found] == [
        row.tolist() for row in greedy(form, SOURCES, longest=7)
    ]


def test_greedy_takes_the_likeliest_next_token(form):
    for source, answer in zip(SOURCES, greedy(form, SOURCES, longest=5), strict=True):
        written = np.r_[START, answer][None].astype(int)
        scores = np.array(form([source[None] if len(source) else np.zeros((1, 1), int), written]))[0]
        scores[:, [0, START]] = -np.inf
        expected = scores.argmax(axis=-1)[: len(answer) + 1]
        assert expected[: len(answer)].tolist() == answer.tolist()
        assert len(answer) == 5 or expected[-1] == END


@pytest.mark.parametrize("write", [greedy, sample, beam_search], ids=lambda write: write.__name__)
def test_an_answer_does_not_depend_on_what_else_is_decoded(write, model):
    sources = [SOURCES[0], *(np.full(9, 7) for _ in range(3))]
    alone, together = write(model, sources[:1], longest=6)[0], write(model, sources, longest=6)[0]
    if write is beam_search:
        np.testing.assert_allclose([one.score for one in alone], [one.score for one in together], atol=1e-4)
        alone, together = alone[0].tokens, together[0].tokens
    assert np.array_equal(alone, together)


def test_training_on_is_seen_by_a_search_that_was_compiled_before(model):
    before = greedy(model, SOURCES, longest=6)
    weights = model.get_weights()
    model.set_weights([-weight for weight in weights])
    after = greedy(model, SOURCES, longest=6)
    model.set_weights(weights)
    again = greedy(model, SOURCES, longest=6)
    assert any(not np.array_equal(a, b) for a, b in zip(before, after, strict=True))
    assert all(np.array_equal(a, b) for a, b in zip(before, again, strict=True))


def test_samples_follow_the_model(model):
    """The first token's frequencies in 2,000 samples are within five standard errors of its probabilities."""
    first = [answer[0] if len(answer) else END for answer in sample(model, [SOURCES[0]] * 2000, longest=1)]
    scores = np.array(model([SOURCES[0][None], np.array([[START]])]))[0, 0]
    p = np.exp(scores - np.logaddexp.reduce(scores))
    p[[0, START]] = 0
    p /= p.sum()
    error = np.abs(np.bincount(first, minlength=V) / 2000 - p)
    assert (error <= 5 * np.sqrt(p * (1 - p) / 2000) + 1e-9).all()


def test_one_likeliest_token_left_is_greedy(model):
    for options in ({"top_k": 1}, {"top_p": 1e-6}, {"temperature": 1e-4}):
        found = sample(model, SOURCES, longest=5, **options)
        assert all(map(np.array_equal, found, greedy(model, SOURCES, longest=5)))


def test_the_same_seed_gives_the_same_samples(model):
    options = {"longest": 8, "temperature": 3.0}
    first, again, other = (sample(model, SOURCES * 5, seed=seed, **options) for seed in (1, 1, 2))
    assert all(map(np.array_equal, first, again)) and not all(map(np.array_equal, first, other))


probabilities = st.lists(st.integers(1, 10**6), min_size=2, max_size=12, unique=True)


@given(probabilities, st.integers(1, 12), st.floats(0.01, 1))
def test_truncation_keeps_the_likeliest(counts, top_k, top_p):
    p = np.array(counts, "float64") / sum(counts)
    order = np.argsort(-p)
    by_k = np.asarray(truncate(np.log(p).astype("float32"), top_k=top_k)) > IMPOSSIBLE / 2
    assert set(np.flatnonzero(by_k)) == set(order[:top_k])
    by_p = np.flatnonzero(np.asarray(truncate(np.log(p).astype("float32"), top_p=top_p)) > IMPOSSIBLE / 2)
    kept = p[by_p].sum()
    assert set(by_p) == set(order[: len(by_p)]) and kept >= top_p - 1e-5
    assert len(by_p) == 1 or kept - p[by_p].min() < top_p + 1e-5


def test_top_p_acts_on_what_top_k_left():
    logs = np.log(np.array([0.4, 0.3, 0.2, 0.1], "float32"))
    left = np.asarray(truncate(logs, top_k=2, top_p=0.5)) > IMPOSSIBLE / 2
    assert left.tolist() == [True, False, False, False]  # 0.4 / 0.7 reaches 0.5, 0.4 alone does not


def test_no_sources_give_no_answers(model):
    assert greedy(model, []) == [] and beam_search(model, []) == [] and sample(model, []) == []


def test_a_limit_of_one_token(model):
    assert all(len(answer) <= 1 for answer in greedy(model, SOURCES, longest=1))
    assert all(len(one.tokens) <= 1 for found in beam_search(model, SOURCES, longest=1) for one in found)


def test_a_source_longer_than_any_and_one_of_unknown_characters(model):
    found = beam_search(model, [np.full(300, 4), np.full(5, UNKNOWN)], longest=5)
    assert all(np.isfinite(one.score) for hypotheses in found for one in hypotheses)


BAD = [
    (lambda model: beam_search(model, SOURCES, width=0), "width must be a whole number of at least 1, got 0"),
    (
        lambda model: beam_search(model, SOURCES, longest=0),
        "longest must be a whole number of at least 1, got 0",
    ),
    (
        lambda model: beam_search(model, SOURCES, length_penalty=-1),
        "length_penalty must be .* at least 0, got -1",
    ),
    (lambda model: greedy(model, SOURCES, longest=2.5), "longest must be a whole number"),
    (lambda model: greedy(model, ["abc"]), "sources, row 0: expected token ids"),
    (lambda model: greedy(model, "abc"), "got a string"),
    (lambda model: greedy(model, [[3], [9]]), "row 1: token id 9 is outside 0 to 8"),
    (lambda model: sample(model, SOURCES, temperature=0), "temperature must be above 0, got 0"),
    (lambda model: sample(model, SOURCES, top_k=0), "top_k must be a whole number of at least 1, got 0"),
    (lambda model: sample(model, SOURCES, top_p=1.5), "top_p must be above 0 and at most 1, got 1.5"),
    (lambda model: attention_weights(model, [3], [6]), "target, row 0: token id 6 is outside 0 to 5"),
]


@pytest.mark.parametrize(("call", "message"), BAD, ids=[message for _, message in BAD])
def test_bad_input_is_named(call, message, model):
    with pytest.raises(ValueError, match=message):
        call(model)


def test_another_model_is_refused():
    with pytest.raises(ValueError, match="makes it, got 'text_classifier'"):
        greedy(build_text_classifier(vocabulary_size=9, units=2), SOURCES)


@pytest.fixture(name="vocabularies", scope="module")
def build_vocabularies():
    return Vocabulary.build(["abcdefg"], unit="character"), Vocabulary.build(
        ["xy"], unit="character", marks=True
    )


def test_translate_goes_from_texts_to_texts(model, vocabularies):
    best, empty = translate(model, ["abe", ""], *vocabularies, longest=5)
    ids = beam_search(model, [vocabularies[0].encode("abe")], longest=5)[0][0].tokens
    assert best.text == "".join(vocabularies[1].decode(ids)) and best.source_tokens == ["a", "b", "e"]
    assert best.target_tokens == [*vocabularies[1].decode(ids), *(["</s>"] if len(ids) < 5 else [])]
    assert best.weights.shape == (len(best.target_tokens), 3)
    assert (empty.text, empty.source_tokens, empty.target_tokens, empty.weights) == ("", [], [], None)


def test_vocabularies_of_another_model_are_refused(model, vocabularies):
    source, target = vocabularies
    with pytest.raises(ValueError, match="build it with marks=True"):
        translate(model, ["a"], source, source)
    with pytest.raises(ValueError, match="the source vocabulary has 6 ids, but the model was built for 9"):
        translate(model, ["a"], target, target)
    with pytest.raises(TypeError):
        translate(model, [3], source, target)
