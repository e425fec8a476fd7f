"""Choosing the next token, seen: the distribution that is reshaped, and the tree that beam search grows."""

import itertools

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt
from test_plots import words_of
from test_widgets import is_png, panel_of, reader  # noqa: F401  (reader is a fixture)

from rnncourse import plots, probes, tasks, widgets
from rnncourse.widgets.search import build_beam, build_sampling, reshaped, search_tree

mpl.use("Agg")
TREE = {
    (): {"A": 0.5, "B": 0.4, "</s>": 0.1},
    ("A",): {"A": 0.35, "B": 0.35, "</s>": 0.3},
    ("B",): {"A": 0.05, "B": 0.05, "</s>": 0.9},
}
SCORES = np.array([3, 2.5, 2, 1, 0.5, 0, -0.5, -1])


def following(tokens):
    return TREE.get(tokens, {"A": 0.2, "B": 0.2, "</s>": 0.6})


def levels_of(width):
    return search_tree(following, width=width, longest=3)


PICTURES = {
    "distribution": lambda: plots.plot_distribution(
        reshaped(SCORES), reshaped(SCORES, top_k=3), list("今明昨天abcd")
    ),
    "many tokens": lambda: plots.plot_distribution(np.full(60, 1 / 60), np.full(60, 1 / 60), ["字"] * 60),
    "tree": lambda: plots.plot_beam_tree(levels_of(2)),
    "wide tree": lambda: plots.plot_beam_tree(levels_of(9)),
    "one level": lambda: plots.plot_beam_tree([[(("A",), -0.5, True), (("B",), -1.0, False)]]),
}


@pytest.mark.parametrize("picture", PICTURES)
def test_every_word_is_whole_and_none_covers_another(picture, reader):  # noqa: F811
    figure = PICTURES[picture]().figure
    words = words_of(figure)
    low, high = figure.bbox.padded(1).get_points()
    for word, box in words:
        assert (box.get_points()[0] >= low).all() and (box.get_points()[1] <= high).all(), word
    for (first, a), (second, b) in itertools.combinations(words, 2):
        assert not a.padded(-1).overlaps(b.padded(-1)), (first, second)
    plt.close("all")


def test_bars_are_the_probabilities_the_likeliest_first(reader):  # noqa: F811
    before, after = np.array([0.1, 0.6, 0.3]), np.array([0, 0.7, 0.3])
    ax = plots.plot_distribution(before, after, ["x", "y", "z"])
    given, used = ([bar.get_height() for bar in bars] for bars in ax.containers)
    assert given == [0.6, 0.3, 0.1] and used == [0.7, 0.3, 0]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["y", "z", "x"]
    plt.close("all")


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"temperature": 0.3},
        {"temperature": 2.5, "top_k": 4},
        {"top_p": 0.8},
        {"top_k": 3, "top_p": 0.6},
        {"top_p": 0.01},
        {"top_k": 1},
    ],
)
def test_reshaping_agrees_with_the_decoders(options):
    from keras import ops

    from rnncourse.decoders import truncate

    temperature = options.get("temperature", 1.0)
    cut = truncate(
        ops.log_softmax(ops.convert_to_tensor(SCORES / temperature)),
        top_k=options.get("top_k"),
        top_p=options.get("top_p"),
    )
    np.testing.assert_allclose(reshaped(SCORES, **options), np.asarray(ops.softmax(cut)), atol=1e-6)


def test_the_sliders_reshape_the_distribution(reader):  # noqa: F811
    _, controls, words, picture = panel_of(build_sampling, SCORES, list("abcdefgh"))
    for control, value in ((controls.temperature, 2.0), (controls.top_k, 5), (controls.top_p, 0.5)):
        before = bytes(picture.value), words.value
        control.value = value
        assert is_png(picture) and bytes(picture.value) != before[0] and words.value != before[1]
    controls.temperature.value, controls.top_k.value = 0.1, 1
    assert " ".join("a" * 20) in words.value


def probability(tokens):
    steps = (0.0 if "</s>" in tokens[:n] else following(tokens[:n])[t] for n, t in enumerate(tokens))
    return float(np.prod(list(steps)))


def test_a_wide_beam_is_exhaustive_and_a_narrow_one_greedy():
    whole = [
        (*tokens, end)
        for n in range(3)
        for tokens in itertools.product("AB", repeat=n)
        for end in ("A", "B", "</s>")
        if n == 2 or end == "</s>"
    ]
    best = max(whole, key=probability)
    found = max((c for c in levels_of(27)[-1] if c.kept), key=lambda c: c.log_probability)
    assert found.tokens == best and np.exp(found.log_probability) == pytest.approx(probability(best))
    (greedy,) = (c for c in levels_of(1)[-1] if c.kept)
    path = ()
    while len(path) < 3 and path[-1:] != ("</s>",):
        path = (*path, max(following(path), key=following(path).get))
    assert greedy.tokens == path != best


def test_the_tree_shows_every_candidate_and_marks_the_best(reader):  # noqa: F811
    levels = levels_of(2)
    ax = plots.plot_beam_tree(levels)
    candidates = {c.tokens for level in levels for c in level}
    boxes = [text for text in ax.texts if text.get_bbox_patch()]
    assert len(boxes) == len(candidates) + 1  # and the start token
    red = [line for line in ax.lines if line.get_color() == "#D55E00"]
    assert len(red) == 2  # B, </s>
    plt.close("all")


def test_the_beam_is_stepped_through(reader):  # noqa: F811
    _, controls, words, picture = panel_of(build_beam, following)
    assert "B &lt;/s&gt;" in words.value and "0.360" in words.value
    before = bytes(picture.value)
    controls.width.value = 1
    assert is_png(picture) and bytes(picture.value) != before and "0.105" in words.value
    controls.step.value = 1
    assert "0.500" in words.value


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: plots.plot_distribution([1.0], [1.0], ["a", "b"]), "one length, got 1, 1, 2"),
        (lambda: plots.plot_beam_tree([[]]), "no candidate"),
        (lambda: widgets.explore_sampling([1.0, 2.0], ["a"]), r"got \(2,\)"),
        (lambda: widgets.explore_sampling([1.0], ["a"]), "scores must be"),
        (lambda: widgets.step_through_beam(following, widest=0), "got 0 and 3"),
    ],
)
def test_bad_input_is_named(call, says):
    with pytest.raises(ValueError, match=says):
        call()
    plt.close("all")


def test_the_state_of_the_exercise_s_search_depends_on_every_token_before():
    table = np.log(np.full((7, 4, 4), 0.25))
    seen = {}

    def answer(step, state, *_):
        for tokens in itertools.product(range(4), repeat=2):
            now = state
            for token in (0, *tokens):
                _, now = step(token, now)
            seen[tokens] = now
        return 0

    probes.searcher(answer, table, 0, 0, 1, 2, 3)
    assert len(set(seen.values())) > 3 and seen[0, 1] != seen[1, 0]


def test_a_beam_as_wide_as_all_answers_finds_the_likeliest():
    task = tasks.load("beam_search")
    table, *_ = task.cases(np.random.default_rng(0))[0].inputs
    tokens, log = probes.run("searcher", task.reference, (table, 0, 0, 1, 4**3, 3)).value

    def log_probability(answer):
        state, before, total = 0, 0, 0.0
        for token in answer:
            total += table[state, before, token]
            state, before = probes.following_state(table, state, before), token
        return total

    answers = [
        (*answer, end)
        for n in range(3)
        for answer in itertools.product((0, 2, 3), repeat=n)
        for end in range(4)
        if end == 1 or n == 2
    ]
    best = max(answers, key=log_probability)
    assert tokens == [token for token in best if token != 1] and log == pytest.approx(log_probability(best))
