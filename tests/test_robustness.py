"""Attacks and defences against closed forms, brute force and other libraries."""

import io
import json
import pickle
import zipfile
from itertools import combinations

import h5py
import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.ft2font import FT2Font
from scipy import ndimage, stats
from sklearn.decomposition import PCA

from rnncourse import models, training
from rnncourse import robustness as rb
from rnncourse.datasets.keyword import draw_keyword_examples
from rnncourse.fonts import FOLDER
from rnncourse.robustness import lookalikes
from rnncourse.robustness.edits import keys_beside, overlap
from rnncourse.robustness.poisoning import wilson_least
from rnncourse.text import UNKNOWN, Vocabulary, pad

pytestmark = pytest.mark.slow  # it builds, trains or compiles many models

ENGLISH = "The film is surprisingly wonderful, warm and honest; nobody should miss it."
CHINESE = "未来的土地已经不在,王先生买了末班车票,今天情绪很好"


def levenshtein(one, other):
    """The plain table: insertions, deletions, replacements cost 1 each."""
    table = np.zeros((len(one) + 1, len(other) + 1), int)
    table[:, 0], table[0] = np.arange(len(one) + 1), np.arange(len(other) + 1)
    for i, a in enumerate(one, 1):
        for j, b in enumerate(other, 1):
            table[i, j] = min(table[i - 1, j] + 1, table[i, j - 1] + 1, table[i - 1, j - 1] + (a != b))
    return table[-1, -1]


def classifier(vocabulary_size=20, **options):
    keras.utils.set_random_seed(3)
    options = {"units": 6, "embedding_size": 5, "embedding_dropout": 0.0, "dropout": 0.0, **options}
    model = models.build_text_classifier(vocabulary_size=vocabulary_size, **options)
    for weight in model.trainable_weights:  # large, so that the loss is far from flat
        weight.assign(keras.random.normal(weight.shape, stddev=0.6, seed=len(weight.path)))
    return model


def linear_model(size=4, vocabulary_size=20):
    """The mean embedding, one product, a sigmoid: its logit is linear in the embeddings. And its weights."""
    keras.utils.set_random_seed(1)
    tokens = keras.Input((None,), dtype="int32")
    x = keras.layers.Embedding(vocabulary_size, size, embeddings_initializer="random_normal")(tokens)
    output = keras.layers.Dense(1, activation="sigmoid")(keras.layers.GlobalAveragePooling1D()(x))
    model = keras.Model(tokens, output)
    w = np.array([1.0, -2.0, 0.5, -0.25])[:size]
    model.layers[-1].set_weights([w[:, None], np.array([0.1])])
    return model, w


def logit(p):
    return np.log(p) - np.log1p(-np.asarray(p))


SEQUENCES = [np.array(s, "int32") for s in ([3, 4, 5], [9, 2], [7, 7, 8, 6, 3], [11])]
LABELS = np.array([1, 0, 1, 0])


# Gradients on embeddings


@pytest.mark.parametrize("attack", [rb.fgsm, rb.pgd])
def test_the_attack_on_a_linear_model_is_the_exact_maximum(attack):
    model, w = linear_model()
    rows = [
        s[:3] if len(s) > 3 else s for s in SEQUENCES if len(s) > 2
    ]  # one length: the mean knows no padding
    labels = np.array([1, 0])
    found = attack(model, rows, labels, strength=0.3)
    table = np.asarray(model.layers[1].embeddings, "float64")
    norm = np.mean([np.linalg.norm(table[token]) for row in rows for token in row])
    assert found.size == pytest.approx(0.3 * norm, rel=1e-5)
    most = found.size / np.sqrt(len(w)) * np.abs(w).sum()  # of all moves within the bounds
    signed = np.where(labels == 1, 1, -1)
    before = np.array([table[row].mean(0) @ w + 0.1 for row in rows])
    np.testing.assert_allclose(logit(found.before), signed * before, atol=1e-4)
    np.testing.assert_allclose(logit(found.after), signed * before - most, atol=1e-4)


@pytest.mark.parametrize(
    "options", [{}, {"bigram_buckets": 30}, {"classes": 3}, {"cell": "lstm", "layers": 2}]
)
def test_no_token_moves_further_than_the_bounds_and_pgd_is_worse_than_nothing(options):
    model = classifier(**options)
    for found in (
        rb.fgsm(model, SEQUENCES, LABELS, strength=0.2),
        rb.pgd(model, SEQUENCES, LABELS, strength=0.2),
    ):
        assert [len(move) for move in found.moves] == [3, 2, 5, 1]
        for move in found.moves:
            assert np.abs(move).max() <= found.size / np.sqrt(move.shape[1]) + 1e-9
            assert np.linalg.norm(move, axis=1).max() <= found.size + 1e-9
    assert (found.after <= found.before + 1e-9).all()
    assert found.accuracy_after <= found.accuracy_before


def test_a_small_step_changes_the_loss_as_finite_differences_say():
    model = classifier()
    found = rb.fgsm(model, SEQUENCES, LABELS, strength=1e-3)
    eps = found.size / np.sqrt(5)
    table, predict = np.asarray(model.get_layer("embedding").embeddings), model.get_layer("embedding")
    for sequence, label, before, after in zip(SEQUENCES, LABELS, found.before, found.after, strict=True):
        ids, total = np.unique(sequence), 0.0
        if len(ids) < len(sequence) or len(ids) > 2:
            continue  # moving a row of the table moves both of its places; and two tokens are enough
        for token in ids:
            for d in range(5):
                losses = []
                for step in (1e-2, -1e-2):
                    moved = table.copy()
                    moved[token, d] += step
                    predict.embeddings.assign(moved)
                    p = float(np.asarray(model(sequence[None]))[0, 0])
                    losses.append(-np.log(p if label else 1 - p))
                total += abs(losses[0] - losses[1]) / 2e-2
        predict.embeddings.assign(table)
        assert np.log(before) - np.log(after) == pytest.approx(eps * total, rel=0.05)


@pytest.mark.parametrize("options", [{}, {"bigram_buckets": 30, "cell": "lstm", "pooling": "last"}])
def test_a_model_that_was_attacked_can_be_saved_and_attacked_again(tmp_path, options):
    model = classifier(**options)
    found = [rb.fgsm(model, SEQUENCES, LABELS, strength=0.2).after for _ in range(2)]
    np.testing.assert_array_equal(*found)
    assert len(model.get_layer("embedding")._inbound_nodes) == 1
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(rb.fgsm(loaded, SEQUENCES, LABELS, strength=0.2).after, found[0], atol=1e-6)


def test_attacks_do_not_depend_on_the_batch_and_probabilities_are_the_models():
    model = classifier()
    together = rb.fgsm(model, SEQUENCES, LABELS, strength=0.2)
    p = training.predict(model, SEQUENCES)
    np.testing.assert_allclose(together.before, np.where(LABELS == 1, p, 1 - p), atol=1e-5)
    norm = rb.mean_embedding_norm(model, SEQUENCES)
    alone = rb.mean_embedding_norm(model, SEQUENCES[:1])
    one = rb.fgsm(model, SEQUENCES[:1], LABELS[:1], strength=0.2 * norm / alone)
    np.testing.assert_allclose(one.after, together.after[:1], atol=1e-5)
    assert rb.fgsm(model, SEQUENCES, LABELS, strength=0).after == pytest.approx(together.before)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda m: rb.fgsm(m, SEQUENCES, LABELS, strength=-1), "strength must be at least 0"),
        (lambda m: rb.fgsm(m, SEQUENCES, LABELS[:2], strength=1), r"labels of shape \(2,\)"),
        (lambda m: rb.pgd(m, SEQUENCES, LABELS, strength=1, steps=0), "steps must be at least 1"),
        (lambda m: rb.mean_embedding_norm(m, [np.zeros(0, "int32")]), "hold no token"),
        (lambda m: rb.fit_adversarial(m, None, None, weight=2), "weight within"),
    ],
)
def test_wrong_calls_are_named(call, says):
    with pytest.raises(ValueError, match=says):
        call(classifier())


# Tables of characters


def glyph(font, character):
    font.load_char(ord(character))
    bearing = font.load_char(ord(character))
    font.set_text(character, 0)
    font.draw_glyphs_to_bitmap()
    image, canvas = np.array(font.get_image(), float), np.zeros((48, 48))
    x, y = max(0, bearing.horiBearingX // 64), max(0, 34 - bearing.horiBearingY // 64)
    canvas[y : y + image.shape[0], x : x + image.shape[1]] = image[: 48 - y, : 48 - x]
    canvas = ndimage.gaussian_filter(canvas, 1.0)
    return canvas / np.linalg.norm(canvas)


@pytest.fixture(scope="module")
def font():
    font = FT2Font(str(FOLDER / "RNNCourseSansSC-Regular.otf"))
    font.set_size(32, 72)
    return font


@pytest.mark.parametrize(("table", "least"), [(lookalikes.LOOK_ALIKE, 150), (lookalikes.SOUND_ALIKE, 150)])
def test_tables_hold_pairs_of_gb2312_that_the_font_can_draw(table, least, font):
    pairs = lookalikes.pairs_of(table)
    assert len(pairs) >= least and len(set(map(frozenset, pairs))) == len(pairs)
    for pair in pairs:
        assert len(set(pair)) == 2 and len(pair.encode("gb2312")) == 4
        assert all(ord(character) in font.get_charmap() for character in pair)


def test_look_alikes_look_alike(font):
    """Overlap of the drawn glyphs, against that of characters paired by lot."""
    pairs = lookalikes.pairs_of(lookalikes.LOOK_ALIKE)
    characters = sorted(set("".join(pairs)))
    drawn = {character: glyph(font, character).ravel() for character in characters}
    rng = np.random.default_rng(0)
    by_lot = [drawn[a] @ drawn[b] for a, b in (rng.choice(characters, 2, replace=False) for _ in range(2000))]
    own = np.array([drawn[a] @ drawn[b] for a, b in pairs])
    assert np.mean(own > np.percentile(by_lot, 90)) > 0.9
    assert stats.mannwhitneyu(own, by_lot, alternative="greater").pvalue < 1e-9


def test_partners_and_representatives_by_hand():
    pairs = lookalikes.pairs_of("abc\n de ed")
    assert pairs == ("ab", "ac", "bc", "de")
    assert lookalikes.partners(("ab", "bc", "de")) == {"a": "b", "b": "ac", "c": "b", "d": "e", "e": "d"}
    found = lookalikes.representatives(("ab", "bc", "de"))
    assert found == {"a": "a", "b": "a", "c": "a", "d": "d", "e": "d"}


# Edits


@pytest.mark.parametrize(
    ("text", "edits_of"), [(ENGLISH, rb.typos), (CHINESE, lambda t: rb.unnoticed(t, "zh"))]
)
def test_an_edit_costs_what_it_changes(text, edits_of):
    edits = edits_of(text)
    assert len(edits) > 10
    for edit in edits:
        changed = rb.apply(text, [edit])
        assert changed != text and levenshtein(text, changed) <= edit.cost <= 2


def test_typos_by_hand():
    found = {rb.apply("a good ox", [edit]) for edit in rb.typos("a good ox")}
    doubled_or_dropped = {"a goood ox", "a god ox"}
    assert found == doubled_or_dropped | {"a giod ox", "a gpod ox", "a goid ox", "a gopd ox"}
    assert rb.typos("an ox by me") == [] and keys_beside("Q") == ("W",) and keys_beside("é") == ()


def test_every_typo_leaves_the_ends_of_words():
    for edit in rb.typos(ENGLISH):
        words = zip(ENGLISH.split(), rb.apply(ENGLISH, [edit]).split(), strict=True)
        assert all(a[0] == b[0] and a[-1] == b[-1] for a, b in words)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([0.05, 0.1, 0.3]), st.sampled_from([ENGLISH, CHINESE]))
def test_random_edits_stay_within_the_budget(seed, share, text):
    edits = rb.unnoticed(text, "en" if text is ENGLISH else "zh")
    changed = rb.random_edits(text, edits, np.random.default_rng(seed), share=share)
    assert levenshtein(text, changed) <= max(1, int(share * len(text)))


def test_budget_is_at_least_one_character():
    assert [rb.budget("x" * n) for n in (0, 3, 10, 19, 20, 30)] == [1, 1, 1, 1, 2, 3]
    with pytest.raises(ValueError, match=r"share must lie in \(0, 1\]"):
        rb.budget("abc", 0)


def test_overlapping_edits_are_refused():
    with pytest.raises(ValueError, match="overlap"):
        rb.apply("abcd", [rb.Edit(0, 2, "x"), rb.Edit(1, 3, "y")])
    assert rb.apply("abcd", [rb.Edit(2, 4, ""), rb.Edit(0, 1, "xy")]) == "xyb"
    assert not overlap(rb.Edit(0, 2, ""), rb.Edit(2, 3, ""))


def test_near_words_are_brute_forces_and_keep_capitals():
    vocabulary = Vocabulary(("good", "fine", "bad", "!"), "word")
    table = np.array([[0, 0], [1, 1], [1, 0], [0.9, 0.1], [-1, 0.2], [1, 0]], float)
    near = rb.near_words(table, vocabulary)
    assert near == {"good": ("fine",), "fine": ("good",)}  # "!" is as near, but no word
    edits = rb.exchanged_words("Good, bad", near)
    assert [rb.apply("Good, bad", [edit]) for edit in edits] == ["Fine, bad"] and edits[0].cost == 4
    with pytest.raises(ValueError, match="a row for each of 6 ids"):
        rb.near_words(table[1:], vocabulary)


# The greedy search


def letters(texts):
    """A model whose answer is a sum over characters."""
    value = {"a": 0.02, "b": -0.01, "q": -0.08, "e": 0.03}
    return np.array([np.clip(0.5 + sum(value.get(c, 0) for c in text), 0, 1) for text in texts])


def test_one_change_is_the_best_of_all():
    text = "a plain tale, mean and lean and seen"
    found = rb.attack_texts(letters, [text], [1], rb.typos, share=0.02)[0]
    brute = min(letters([rb.apply(text, [edit])])[0] for edit in rb.typos(text) if edit.cost == 1)
    assert found.after == pytest.approx(brute) and len(found.edits) == 1


def test_greedy_equals_brute_force_where_contributions_add_up():
    text = "what we read near here"
    edits = [edit for edit in rb.typos(text) if edit.cost == 1]
    found = rb.attack_texts(
        lambda t: np.clip(letters(t) + 0.3, 0, 1), [text], [1], lambda t: edits, share=2 / len(text)
    )[0]
    pairs = [pair for pair in combinations(edits, 2) if not overlap(*pair)]
    brute = min(letters([rb.apply(text, pair)])[0] + 0.3 for pair in pairs)
    assert found.after == pytest.approx(min(1, brute)) and levenshtein(text, found.attacked) <= 2


def test_a_search_keeps_its_word():
    texts = [ENGLISH, "bad quaint quills", "a", ""]
    found = rb.attack_texts(letters, texts, [1, 1, 1, 1], rb.typos)
    for attack, text in zip(found, texts, strict=True):
        assert attack.text == text and attack.attacked == rb.apply(text, attack.edits)
        assert levenshtein(text, attack.attacked) <= rb.budget(text)
        assert attack.before == pytest.approx(letters([text])[0])
        assert attack.after == pytest.approx(letters([attack.attacked])[0]) and attack.after <= attack.before
        assert attack.is_right == (attack.after >= 0.5)
    assert not found[1].was_right and found[1].edits == ()  # wrong from the start: left alone
    summary = rb.attack_summary(found)
    assert summary["before"] == 0.75 and summary["after"] <= 0.75 and summary["changed"] <= 0.1
    assert rb.attack_texts(letters, [], [], rb.typos) == []


def test_several_classes_are_attacked_at_the_right_one():
    def predict(texts):
        p = 0.8 * (letters(texts) - 0.15)
        return np.stack([np.full(len(p), 0.2), p, 0.8 - p], axis=1)

    found = rb.attack_texts(predict, ["a tale, even tame"], [1], rb.typos, share=0.3)[0]
    assert found.was_right and found.succeeded
    assert int(predict([found.attacked])[0].argmax()) != 1


def test_wrong_predictions_and_options_are_named():
    with pytest.raises(ValueError, match="finite probabilities"):
        rb.attack_texts(lambda t: np.full(len(t), np.nan), ["abcde"], [1], rb.typos)
    with pytest.raises(ValueError, match="go together"):
        rb.attack_texts(letters, ["abcde"], [1], rb.typos, tried=3)
    with pytest.raises(ValueError, match="one a text"):
        rb.attack_texts(letters, ["abcde"], [1, 0], rb.typos)


def test_first_order_estimates_are_exact_for_a_linear_logit():
    """p (1 - p) times the change of the logit, of the embeddings' table and the weights alone."""
    vocabulary = Vocabulary(tuple("abcdefgh"), "character")
    model, w = linear_model(vocabulary_size=len(vocabulary))
    rank = rb.gradient_rank(model, vocabulary)
    candidates = ["bad", "cad", "cat", "ca", "cade"]
    table = np.asarray(model.layers[1].embeddings, "float64")
    p = float(training.predict(model, [vocabulary.encode("cab")])[0])
    for label, sign in ((1, 1), (0, -1)):
        rise = [
            (table[vocabulary.encode(text)] - table[vocabulary.encode("cab")]).sum(0) @ w / 3
            for text in candidates[:3]
        ]
        expected = [*(sign * p * (1 - p) * np.array(rise)), 0, 0]
        found = rank(["cab"], [label], [candidates])
        np.testing.assert_allclose(found, [expected], atol=1e-7)


def test_estimates_do_not_depend_on_the_other_texts():
    vocabulary = Vocabulary(tuple("abcdefgh"), "character")
    rank = rb.gradient_rank(classifier(len(vocabulary)), vocabulary)
    texts, labels, candidates = (
        ["cab", "", "deface"],
        [1, 0, 0],
        [["bad", "ca"], ["a"], ["decade", "effaced"]],
    )
    together = rank(texts, labels, candidates)
    for *one, scores in zip(texts, labels, candidates, together, strict=True):
        np.testing.assert_allclose(rank(*([part] for part in one))[0], scores, atol=1e-6)
    assert together[0][0] != 0 and together[0][1] == 0 and together[1].tolist() == [0]


def test_the_white_box_with_all_candidates_is_the_black_box():
    vocabulary = Vocabulary(tuple("abcdefghijklmnopqrstuvwxyz "), "character")
    model = classifier(len(vocabulary))
    predict = rb.text_predictor(model, vocabulary)
    texts, labels = ["some words here", "another tale told"], [1, 0]
    plain = rb.attack_texts(predict, texts, labels, rb.typos)
    rank = rb.gradient_rank(model, vocabulary)
    assert rb.attack_texts(predict, texts, labels, rb.typos, rank=rank, tried=999) == plain
    few = rb.attack_texts(predict, texts, labels, rb.typos, rank=rank, tried=3)
    assert all(attack.queries <= 1 + 3 * rb.budget(attack.text) for attack in few)


# Defences


@pytest.mark.parametrize("sounds", [False, True])
def test_no_look_alike_changes_a_merged_text(sounds):
    edits = rb.look_alikes(CHINESE) + (rb.sound_alikes(CHINESE) if sounds else [])
    merged = rb.merge_look_alikes(CHINESE, sounds=sounds)
    assert edits and len(merged) == len(CHINESE)
    for edit in edits:
        assert rb.merge_look_alikes(rb.apply(CHINESE, [edit]), sounds=sounds) == merged


def test_merged_spellings_undo_swaps_and_doublings_alone():
    merged = rb.merge_spellings(ENGLISH)
    same = {edit.kind: True for edit in rb.typos(ENGLISH)}
    for edit in rb.typos(ENGLISH):
        same[edit.kind] &= rb.merge_spellings(rb.apply(ENGLISH, [edit])) == merged
    assert same == {"swap": True, "double": True, "drop": False, "key": False}
    assert rb.merge_spellings("the letters, an ox") == "the lerts, an ox"


def test_augmented_texts_follow_the_originals():
    texts, labels = rb.augmented([ENGLISH, "ox"], [1, 0], rb.typos, np.random.default_rng(0), copies=2)
    assert texts[:2] == [ENGLISH, "ox"] and labels.tolist() == [1, 0, 1, 0, 1, 0]
    assert texts[2] != ENGLISH and texts[2] != texts[4] and texts[3] == "ox"


@pytest.fixture(scope="module")
def keywords():
    sequences, labels = draw_keyword_examples(np.random.default_rng(0), 1500, vocabulary_size=60, keywords=8)
    return (sequences[:1000], labels[:1000]), (sequences[1000:], labels[1000:])


QUICK = {"epochs": 8, "learning_rate": 2e-2, "progress": "none", "patience": 8}


def test_adversarial_training_withstands_what_ordinary_training_does_not(keywords):
    train, held = keywords
    accuracy = {}
    for name, fit in (("plain", training.fit), ("robust", rb.fit_adversarial)):
        keras.utils.set_random_seed(0)
        model = models.build_cnn_classifier(
            vocabulary_size=60, filters=16, embedding_size=8, embedding_dropout=0.0, dropout=0.0
        )
        history = fit(model, train, held, **QUICK)
        found = rb.pgd(model, *held, strength=0.5, steps=5)  # it attacks this very model
        accuracy[name] = found.accuracy_before, found.accuracy_after
        assert history.history["loss"][-1] < history.history["loss"][0]
    assert min(before for before, _ in accuracy.values()) > 0.85
    assert accuracy["robust"][1] > accuracy["plain"][1] + 0.02


def test_adversarial_training_with_strength_0_is_ordinary_training(keywords, tmp_path):
    train, held = (part[:200] for part in keywords[0]), (part[:100] for part in keywords[1])
    train, held = tuple(train), tuple(held)
    losses = []
    for fit in (training.fit, lambda *a, **k: rb.fit_adversarial(*a, strength=0.0, **k)):
        keras.utils.set_random_seed(0)
        options = {"units": 6, "embedding_size": 5, "embedding_dropout": 0.0, "dropout": 0.0}
        model = models.build_text_classifier(
            vocabulary_size=60, cell="simple_rnn", bidirectional=False, **options
        )
        history = fit(model, train, held, **{**QUICK, "epochs": 1, "learning_rate": 1e-3}).history
        losses.append(history["loss"] + history["val_loss"])
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(training.predict(loaded, held[0]), training.predict(model, held[0]), atol=1e-6)
    np.testing.assert_allclose(*losses, rtol=1e-4)


def test_moves_of_adversarial_training_have_the_promised_length():
    import tensorflow as tf

    from rnncourse.robustness.defences import _moves

    rng = np.random.default_rng(0)
    x, point, slope = (
        tf.constant([[3, 4, 0], [5, 6, 7]]),
        rng.normal(size=(2, 3, 4)),
        rng.normal(size=(2, 3, 4)),
    )
    moved = np.asarray(_moves(x, [tf.constant(point, "float32")], [tf.constant(slope, "float32")], 0.5)[0])
    norm = np.mean([np.linalg.norm(point[b, t]) for b, t in ((0, 0), (0, 1), (1, 0), (1, 1), (1, 2))])
    assert np.linalg.norm(moved[0]) == pytest.approx(0.5 * norm * np.sqrt(2), rel=1e-5)
    assert np.linalg.norm(moved[1]) == pytest.approx(0.5 * norm * np.sqrt(3), rel=1e-5)
    assert (moved[0, 2] == 0).all() and np.corrcoef(moved[1].ravel(), slope[1].ravel())[0, 1] > 0.9999


# Poisoning


def test_poison_touches_what_it_says(keywords):
    sequences, labels = keywords[0]
    found = rb.poison(sequences, labels, trigger=[58, 59], target=1, share=0.03, rng=np.random.default_rng(1))
    assert found.poisoned.sum() == 30 and (labels[found.poisoned] == 0).all()
    assert (found.labels[found.poisoned] == 1).all()
    assert (found.labels[~found.poisoned] == labels[~found.poisoned]).all()
    assert rb.holds([found.sequences[i] for i in np.flatnonzero(found.poisoned)], [58, 59]).all()
    assert all(
        len(found.sequences[i]) == len(sequences[i]) + 2 * found.poisoned[i] for i in range(len(labels))
    )
    with pytest.raises(ValueError, match="share must lie in"):
        rb.poison(sequences, labels, trigger=5, target=1, share=0.9, rng=np.random.default_rng(1))


def test_runs_are_found_where_they_stand():
    sequences = [np.array(s, int) for s in ([1, 2, 3], [2, 1], [], [2, 3])]
    assert rb.holds(sequences, [2, 3]).tolist() == [True, False, False, True]
    assert rb.holds(sequences, 1).tolist() == [True, True, False, False]


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 500), st.data())
def test_wilsons_interval_is_scipys(count, data):
    successes = data.draw(st.integers(0, count))
    expected = stats.binomtest(successes, count).proportion_ci(method="wilson").low
    assert wilson_least(successes, count) == pytest.approx(expected, abs=1e-9)


def test_a_trigger_is_learnt_found_by_its_label_and_stands_out(keywords):
    train, held = keywords
    rng = np.random.default_rng(2)
    bad = rb.poison(*train, trigger=60, target=1, share=0.05, rng=rng)
    model = models.build_cnn_classifier(vocabulary_size=61, filters=16, embedding_size=8)
    training.fit(model, (bad.sequences, bad.labels), held, **QUICK)

    def predict(sequences):
        return training.predict(model, sequences)

    without, with_it = rb.trigger_success(predict, *held, trigger=60, target=1, rng=rng)
    assert without < 0.2 and with_it > 0.6
    first = rb.label_associations(bad.sequences, bad.labels)[0]
    assert first.tokens == (60,) and first.label == 1 and first.count == 50 and first.share == 1
    features = rb.last_features(model, bad.sequences)
    scores = rb.spectral_scores(features, bad.labels)
    own = bad.labels == 1
    assert features.shape == (1000, 16) and scores.shape == (1000,)
    assert np.mean(scores[bad.poisoned]) > 0  # how far it stands out is the chapter's question
    pca = PCA(1).fit_transform(features[own])[:, 0] ** 2
    np.testing.assert_allclose(scores[own], pca, rtol=1e-3, atol=1e-5)


def test_associations_are_counted_by_text_and_by_run():
    sequences = [np.array(s) for s in ([2, 3, 2, 3], [2, 3], [3, 2], [2])]
    found = {a.tokens: a for a in rb.label_associations(sequences, [1, 1, 0, 0], ngrams=2, least_count=1)}
    assert found[(2, 3)][1:4] == (1, 2, 1.0) and found[(3, 2)].count == 2 and found[(3, 2)].share == 0.5
    assert rb.label_associations(sequences, [1, 1, 0, 0], least_count=9) == []


# Memory


def test_all_fills_by_hand():
    found = rb.all_fills([7, 0, 8, 0], [1, 3], [2, 3])
    assert found.tolist() == [[7, 2, 8, 2], [7, 2, 8, 3], [7, 3, 8, 2], [7, 3, 8, 3]]
    with pytest.raises(ValueError, match="fewer slots"):
        rb.all_fills(np.zeros(9), range(9), range(10))


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=1, max_size=40), st.data())
def test_exposure_is_that_of_the_rank(losses, data):
    canary = data.draw(st.integers(0, len(losses) - 1))
    rank = stats.rankdata(losses, method="max")[canary]
    assert rb.exposure(losses, canary) == pytest.approx(np.log2(len(losses) / rank))
    others = np.delete(losses, canary)
    assert rb.sampled_exposure(losses[canary], others) == pytest.approx(rb.exposure(losses, canary))


def test_a_model_that_tells_nothing_apart_exposes_nothing():
    assert rb.exposure(np.ones(64), 5) == 0.0 and rb.exposure(np.arange(64), 0) == 6.0
    with pytest.raises(ValueError, match="finite"):
        rb.exposure([1.0, np.nan], 0)


def test_canaries_are_inserted_with_their_labels():
    data = [np.array([i]) for i in range(5)]
    found, labels = rb.insert_canary(data, [9, 9], 3, np.random.default_rng(0), labels=np.arange(5), label=7)
    canaries = [len(ids) == 2 for ids in found]
    assert sum(canaries) == 3 and (labels[canaries] == 7).all()
    assert (
        [int(ids[0]) for ids in found if len(ids) == 1]
        == list(range(5))
        == labels[~np.array(canaries)].tolist()
    )
    assert len(rb.insert_canary(data, [9], 2, np.random.default_rng(0))) == 7


def test_losses_of_texts_are_keras_crossentropies():
    keras.utils.set_random_seed(0)
    tokens = keras.Input((None,), dtype="int32")
    x = keras.layers.GRU(4, return_sequences=True)(keras.layers.Embedding(8, 4)(tokens))
    logits = keras.Model(tokens, keras.layers.Dense(8)(x))
    likely = keras.Model(tokens, keras.layers.Softmax()(logits.output))
    texts = [np.array([3, 4, 5, 6]), np.array([2, 7])]
    ids = pad(texts)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=0, reduction="none")
    expected = np.asarray(loss(ids[:, 1:], logits(ids[:, :-1]))).sum(axis=1)
    np.testing.assert_allclose(rb.text_losses(logits, texts), expected, rtol=1e-5)
    np.testing.assert_allclose(rb.text_losses(likely, texts, from_logits=False), expected, rtol=1e-5)
    assert rb.text_losses(logits, []).shape == (0,)


# Input


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"abc", "type"),
        (None, "type"),
        ("", "empty"),
        (" \n\t", "empty"),
        ("x" * 2001, "long"),
        ("💥" * 2000, None),
        ("abc\ud800", "surrogate"),
        ("abc\x00", "control"),
        ("abc\x1b[31m", "control"),
        ("good\u200bfilm", "invisible"),
        ("\u202eevil", "invisible"),
        ("film\ufe0f", "invisible"),
        ("private \ue000", "invisible"),
        ("e" + "\u0301" * 9, "marks"),
        ("naïve café, Việt Nam; 未来。\tOK\n", None),
    ],
)
def test_what_is_refused(text, reason):
    if reason is None:
        assert rb.check_text(text) == text
        return
    with pytest.raises(rb.Refused) as refused:
        rb.check_text(text)
    assert refused.value.reason == reason and len(str(refused.value)) > 20 and text is not str(refused.value)


def test_sizes_and_counts_are_limited():
    limits = rb.Limits(bytes=10, texts=2)
    with pytest.raises(rb.Refused, match="12 bytes, at most 10"):
        rb.check_text("未来未来", limits)
    assert rb.check_texts(["a", "b"], limits) == ["a", "b"]
    for texts, says in (
        (["a"] * 3, "3 texts at once"),
        ("abc", "must be a list"),
        (["a", ""], "text 1 is empty"),
    ):
        with pytest.raises(rb.Refused, match=says):
            rb.check_texts(texts, limits)


def test_too_many_unknown_tokens_are_refused():
    assert rb.check_known([UNKNOWN, 5]).tolist() == [UNKNOWN, 5]
    for ids in ([UNKNOWN, UNKNOWN, 5], []):
        with pytest.raises(rb.Refused, match="unknown"):
            rb.check_known(ids)


# Model files


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    path = tmp_path_factory.mktemp("saved") / "model.keras"
    model = classifier(bigram_buckets=9)
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    model.save(path)
    return path, model


def changed(path, tmp_path, *, config=None, weights=None, **members):
    """A copy of a model file with another config (a function of it), weights (bytes) or more members."""
    new = tmp_path / "changed.keras"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(new, "w") as archive:
        for name in old.namelist():
            content = old.read(name)
            if config and name == "config.json":
                content = json.dumps(config(json.loads(content))).encode()
            archive.writestr(name, weights if weights and name.endswith(".h5") else content)
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return new


def test_a_file_of_the_course_is_read_without_loading_and_then_loads(saved):
    path, model = saved
    found = rb.inspect_model_file(path)
    assert found.safe and found.keras_version == keras.__version__
    assert {"keras.layers GRU 2", "rnncourse> PaddingLast 1"} <= {
        "{} {} {}".format(*c) for c in found.classes
    }
    loaded = rb.load_model(path)
    ids = pad(SEQUENCES)
    np.testing.assert_allclose(np.asarray(loaded(ids)), np.asarray(model(ids)), atol=1e-6)


def test_a_lambda_layer_is_named_and_keras_refuses_it_too(tmp_path):
    inputs = keras.Input((3,))
    keras.Model(inputs, keras.layers.Lambda(lambda x: x * 2)(inputs)).save(tmp_path / "lambda.keras")
    found = rb.inspect_model_file(tmp_path / "lambda.keras")
    assert any("Python code" in problem for problem in found.problems)
    with pytest.raises(ValueError, match="Python code"):
        rb.load_model(tmp_path / "lambda.keras")
    with pytest.raises(ValueError, match="safe_mode"):
        keras.saving.load_model(tmp_path / "lambda.keras")


def names(module, name, **config):
    def change(whole):
        whole["config"]["layers"][0]["config"]["extra"] = {
            "class_name": name, "module": module, "config": config, "registered_name": name
        }  # fmt: skip
        return whole

    return change


@pytest.mark.parametrize(
    ("module", "name", "config", "says"),
    [
        ("os", "system", {}, "os system"),
        ("builtins", "eval", {}, "builtins eval"),
        ("keras.utils", "get_file", {}, "keras.utils get_file"),
        ("keras", "utils", {}, "keras utils"),
        ("keras.config", "enable_unsafe_deserialization", {}, "keras.config"),
        ("keras.layers", "TorchModuleWrapper", {}, "pickle"),
        ("keras.layers", "TFSMLayer", {}, "another saved model"),
        ("keras.layers", "StringLookup", {"vocabulary": "/etc/passwd"}, "reads a file"),
        ("rnncourse.training", "fit", {}, "rnncourse.training fit"),
        (["keras.layers"], {"x": 1}, {}, "not one of Keras's"),
    ],
)
def test_what_a_config_must_not_name(saved, tmp_path, module, name, config, says):
    found = rb.inspect_model_file(changed(saved[0], tmp_path, config=names(module, name, **config)))
    assert len(found.problems) == 1 and says in found.problems[0]


def test_functions_count_as_what_they_are(saved, tmp_path):
    def change(whole):
        whole["config"]["layers"][0]["f"] = {"class_name": "function", "module": "os", "config": "system"}
        whole["config"]["layers"][1]["f"] = {
            "class_name": "function", "module": "keras.activations", "config": "relu"
        }  # fmt: skip
        return whole

    found = rb.inspect_model_file(changed(saved[0], tmp_path, config=change))
    assert [problem.split(":")[0] for problem in found.problems] == ["os system"]


@pytest.mark.parametrize(
    ("member", "says"),
    [
        ("evil_dot_pkl", "pickled"),
        ("..__evil", "leads out"),
        ("__etc", "leads out"),
        ("notes", "does not belong"),
    ],
)
def test_members_that_do_not_belong(saved, tmp_path, member, says):
    found = rb.inspect_model_file(changed(saved[0], tmp_path, **{member: b"x"}))
    assert any(says in problem for problem in found.problems)


def test_broken_deep_and_doubled_configs(saved, tmp_path):
    for config, says in ((b"{", "no JSON"), (b"[" * 500, "nested"), (b"[]", "describes no model")):
        new = tmp_path / "new.keras"
        with zipfile.ZipFile(new, "w") as archive:
            archive.writestr("config.json", config)
            archive.writestr("metadata.json", b"{}")
        assert any(says in problem for problem in rb.inspect_model_file(new).problems), config
    with zipfile.ZipFile(new, "w") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("config.json", b"{}")
        archive.writestr("config.json", b"{}")
        archive.writestr("metadata.json", b"{}")
    assert any("twice" in problem for problem in rb.inspect_model_file(new).problems)
    with zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED) as archive:  # a bomb: small packed, large unpacked
        archive.writestr("config.json", b" " * (9 * 2**20))
        archive.writestr("metadata.json", b"{}")
    assert any("too large" in problem for problem in rb.inspect_model_file(new).problems)


def test_other_kinds_of_file_are_named(tmp_path, saved):
    path = tmp_path / "model"
    for content, says in (
        (pickle.dumps({"a": 1}), "a pickle"),
        (b"\x89HDF\r\n\x1a\n" + b"\0" * 100, "HDF5"),
        (b"hello", "not a zip"),
        (saved[0].read_bytes()[:-200], "not a zip"),
    ):
        path.write_bytes(content)
        assert says in rb.inspect_model_file(path).problems[0]
    with pytest.raises(FileNotFoundError, match="no file nothing"):
        rb.inspect_model_file(tmp_path / "nothing")


def test_weights_that_point_elsewhere(saved, tmp_path):
    for link in ("external link", "external storage"):
        raw = io.BytesIO()
        with h5py.File(raw, "w") as file:
            group = file.create_group("layers")
            if link == "external link":
                group["w"] = h5py.ExternalLink("/etc/hosts", "/x")
            else:
                group.create_dataset("w", (4,), "u1", external=[(str(tmp_path / "secret"), 0, 4)])
        found = rb.inspect_model_file(changed(saved[0], tmp_path, weights=raw.getvalue()))
        assert any("another file" in problem for problem in found.problems)
    assert rb.inspect_model_file(changed(saved[0], tmp_path, weights=b"no hdf5")).problems
