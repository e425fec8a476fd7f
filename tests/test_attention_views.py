"""Attention to look at: the heat map, and the widget that shades tokens where the mouse is."""

import html
import re
from types import SimpleNamespace

import matplotlib as mpl
import nbformat
import numpy as np
import pytest
from lab import CHROMIUM, NotebookPage, chromium, jupyterlab
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from test_plots import words_of
from test_widgets import is_png, panel_of, reader  # noqa: F401  (reader is a fixture)

from rnncourse import plots, widgets
from rnncourse.plots.attention import attention_frame
from rnncourse.widgets.attention import build_attention

mpl.use("Agg")
CHINESE = "我们今天在这里学习循环神经网络的基本原理技术要点和应用场景帮助读者更好地理解它们"
ENGLISH = ["the", "quick", "brown", "internationalisation", "fox", "jumps", "over", "the", "lazy", "dog"] * 4


def weights_of(rows, steps, seed=0):
    """Random attention weights (N, T): every row adds up to 1."""
    return np.random.default_rng(seed).dirichlet(np.full(steps, 0.3), rows)


SIZES = {
    "one": (["a"], ["b"]),
    "a sentence": (list("今天天气很好。"), ["The", "weather", "is", "nice", "today", "."]),
    "the end token is named": (list("今天"), ["today", "</s>"]),
    "long": (list(CHINESE[:40]), ENGLISH),
    "long and upright": (ENGLISH, list(CHINESE[:40])),
    "spaces and rare signs": (list("2 May"), list("2026-05-02😀")),
    "wide": (list(CHINESE[:40]), ["a"]),
    "high": (["a"], list(CHINESE[:40])),
}


@pytest.mark.parametrize("size", SIZES)
def test_every_word_is_whole_and_none_covers_another(size, reader):  # noqa: F811
    source, target = SIZES[size]
    figure = plots.plot_attention(weights_of(len(target), len(source)), source, target, chosen=0).figure
    words = words_of(figure)
    low, high = figure.bbox.padded(1).get_points()
    assert figure.get_figwidth() <= 7.001
    for word, box in words:
        assert (box.get_points()[0] >= low).all() and (box.get_points()[1] <= high).all(), word
    boxes = np.array([box.padded(-1.5).extents for _, box in words])
    for place, (x0, y0, x1, y1) in enumerate(boxes):
        rest = boxes[place + 1 :]
        over = (rest[:, 0] < x1) & (x0 < rest[:, 2]) & (rest[:, 1] < y1) & (y0 < rest[:, 3])
        assert not over.any(), (words[place][0], words[place + 1 + int(over.argmax())][0])
    plt.close("all")


def test_a_column_is_a_token_read_and_a_row_one_written(reader):  # noqa: F811
    weights = weights_of(3, 4)
    ax = plots.plot_attention(weights, list("abcd"), ["x", "y"], chosen=1)
    np.testing.assert_array_equal(ax.images[0].get_array(), weights)
    assert [label.get_text() for label in ax.get_xticklabels()] == list("abcd")
    assert [label.get_text() for label in ax.get_yticklabels()] == ["x", "y", "</s>"]
    assert ax.get_ylim()[0] > ax.get_ylim()[1]  # the first token written stands at the top
    (frame,) = ax.patches
    assert frame.get_xy() == (-0.5, 0.5) and (frame.get_width(), frame.get_height()) == (4, 1)
    assert f"{weights.max():.2f}" in ax.get_xlabel()
    plt.close("all")


def test_the_strongest_source_of_the_chosen_row_is_emphasised(reader):  # noqa: F811
    weights = np.array([[0.7, 0.2, 0.1], [0.1, 0.45, 0.45]])
    ax = plots.plot_attention(weights, list("abc"), ["x", "y"], chosen=1)
    colours = [label.get_color() for label in ax.get_xticklabels()]
    assert colours[1] == colours[2] != colours[0]
    plain = plots.plot_attention(weights, list("abc"), ["x", "y"])
    assert len({label.get_color() for label in plain.get_xticklabels()}) == 1 and not plain.patches
    plt.close("all")


def test_given_axes_are_used_and_all_zeros_can_be_drawn(reader):  # noqa: F811
    ax = Figure().subplots()
    assert plots.plot_attention(np.zeros((1, 2)), ["a", "b"], ["x"], chosen=0, ax=ax) is ax
    assert plt.get_fignums() == []


def test_the_figure_of_long_texts_stays_as_wide_as_the_notebook():
    frame = attention_frame(["a"] * 200, ["b"] * 200)
    assert frame.width <= 7.001 and frame.wide > 5


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: plots.plot_attention(np.ones((2, 2)), ["a"], ["b", "c"]), r"got shape \(2, 2\)"),
        (lambda: plots.plot_attention(np.ones((4, 1)), ["a"], ["b", "c"]), "each of the 2 target tokens"),
        (lambda: plots.plot_attention(np.ones(2), ["a", "b"], ["c"]), r"got shape \(2,\)"),
        (lambda: plots.plot_attention(np.ones((0, 1)), ["a"], []), "at least one"),
        (lambda: plots.plot_attention([[-1.0]], ["a"], ["b"]), "after the softmax"),
        (lambda: plots.plot_attention([[np.nan]], ["a"], ["b"]), "finite"),
        (lambda: plots.plot_attention([[1.0]], ["a"], ["b"], chosen=1), "row from 0 to 0, got 1"),
        (lambda: widgets.explore_attention(backwards, examples=[]), "examples is empty"),
    ],
)
def test_bad_input_is_named(call, says):
    with pytest.raises(ValueError, match=says):
        call()
    plt.close("all")


def backwards(text):
    """A reader that writes capital letters backwards and looks at them; the end token looks everywhere."""
    source = list(text)
    looks = np.eye(len(source))[::-1] * 0.8 + 0.2 / len(source)
    end = np.full((1, len(source)), 1 / len(source))
    target = [sign.upper() for sign in reversed(source)]
    return SimpleNamespace(source_tokens=source, target_tokens=target, weights=np.concatenate([looks, end]))


def test_the_reader_s_text_is_read_once_and_the_row_follows_the_slider(reader):  # noqa: F811
    seen = []

    def read(text):
        seen.append(text)
        return backwards(text)

    _, controls, words, picture = panel_of(build_attention, read, examples=["abc", "defgh"])
    assert controls.row.max == 4 and "C" in words.value
    before = bytes(picture.value)
    controls.row.value = 3
    assert is_png(picture) and bytes(picture.value) != before
    assert "a 0.87" in words.value and seen == ["abc"]
    controls.examples.value = "defgh"
    assert controls.field.value == "defgh" and controls.row.max == 6 and seen == ["abc", "defgh"]
    controls.row.value = 6
    controls.field.value = "xy"
    assert controls.row.max == controls.row.value == 3 and seen == ["abc", "defgh", "xy"]


def test_what_a_reader_types_is_escaped(reader):  # noqa: F811
    panel = panel_of(build_attention, backwards, examples=["<b>&</b><script>"])
    words = panel[2].value.partition("</style>")[2]
    inside = re.sub(r"<style>.*?</style>", "", words)
    assert set(re.findall(r"</?(\w+)", inside)) <= {"div", "span"}
    assert html.escape("<") in inside and html.escape("&") in inside


def test_the_style_sheet_holds_every_weight_both_ways(reader):  # noqa: F811
    weights = weights_of(3, 4)
    result = SimpleNamespace(source_tokens=list("abcd"), target_tokens=list("xyz"), weights=weights)
    *_, words, _ = panel_of(build_attention, lambda text: result, examples=["abcd"])
    percents = np.rint(100 * weights).astype(int)
    (name,) = re.findall(r'<div class="([\w-]+)"><div', words.value)
    for how in ("hover", "focus"):
        for n, row in enumerate(percents):
            rule = re.search(re.escape(f".{name}:has(.t{n}:{how}){{") + "(.*?)}", words.value)[1]
            assert all(f"--s{t}:{value};" in rule for t, value in enumerate(row))
        for t, column in enumerate(percents.T):
            rule = re.search(re.escape(f".{name}:has(.s{t}:{how}){{") + "(.*?)}", words.value)[1]
            assert all(f"--t{n}:{value};" in rule for n, value in enumerate(column))
    *_, other, _ = panel_of(build_attention, lambda text: result, examples=["abcd"])
    assert name + '"' not in other.value  # two widgets in one notebook keep their colours apart


def test_nothing_to_read_and_no_attention_have_their_words(reader):  # noqa: F811
    results = {
        "none": SimpleNamespace(source_tokens=["a"], target_tokens=["b"], weights=None),
        "empty": SimpleNamespace(source_tokens=[], target_tokens=[], weights=np.zeros((1, 0))),
        "nothing": SimpleNamespace(source_tokens=[], target_tokens=[], weights=None),  # as translate gives it
    }
    _, controls, words, picture = panel_of(build_attention, results.get, examples=["none", "empty", "!"])
    said = []
    for text in ("none", "empty", " ", "broken"):
        controls.field.value = text
        said.append(words.value)
        assert bytes(picture.value) == b""
    assert len(set(said)) == 4 and "AttributeError" in said[-1]
    controls.field.value = "nothing"
    assert words.value == said[1]  # nothing was read: that says nothing of the model


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
def test_pointing_at_a_token_shades_the_other_side_without_the_kernel(tmp_path):
    code = f"import sys\nsys.path.insert(0, {str(plots.__path__[0]).removesuffix('rnncourse/plots')!r})\n"
    code += (
        "import numpy as np, rnncourse\nfrom types import SimpleNamespace\nfrom rnncourse import widgets\n"
    )
    code += 'rnncourse.start("en")\nresult = SimpleNamespace(source_tokens=["a", "b"], target_tokens=["x"],\n'
    code += "    weights=np.array([[0.9, 0.1], [0.2, 0.8]]))\n"
    code += 'widgets.explore_attention(lambda text: result, examples=["a b"])'
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)], metadata=kernel)
    nbformat.write(notebook, tmp_path / "a.ipynb")
    with jupyterlab(tmp_path) as address, chromium() as browser:
        page = NotebookPage(browser, address, "a.ipynb")
        page.run_all()
        panel = page.show_cell(0).locator(".rnncourse-live")

        def alpha(token):
            shade = panel.locator(token).evaluate("e => getComputedStyle(e).backgroundColor")
            return float(shade.rstrip(")").split(",")[3]) if shade.count(",") == 3 else 1.0

        panel.locator(".t1").wait_for()
        assert alpha(".s0") > alpha(".s1")  # the first row is chosen
        panel.locator(".t1").hover()
        assert alpha(".s0") < alpha(".s1") and alpha(".t0") == alpha(".t1") == 0
        panel.locator(".s0").hover()
        assert alpha(".t0") > alpha(".t1") > 0 and alpha(".s0") == alpha(".s1") == 0
        panel.locator(".t1").click()
        page.page.mouse.move(2, 2)
        assert alpha(".s0") < alpha(".s1")  # a click stays
        page.close()
