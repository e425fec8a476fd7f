"""The figure style and the embedded font: every character that a figure may need has a glyph."""

import warnings

import matplotlib as mpl
import pytest
from fontTools.ttLib import TTFont
from matplotlib import font_manager
from matplotlib import pyplot as plt

from rnncourse import datasets, language, style
from rnncourse.fonts import FOLDER

mpl.use("Agg")
NOT_IN_SOURCE = "\ufffd"  # of all characters below; DejaVu Sans has it, which comes with matplotlib


@pytest.fixture(scope="module")
def glyphs():
    return {chr(code) for code in TTFont(FOLDER / style.FONT_FILE).getBestCmap()}


@pytest.fixture(params=["zh", "en"])
def reader(request, monkeypatch):
    monkeypatch.setattr(language, "_current", request.param)
    with mpl.rc_context():
        style.use_figure_style()
        yield request.param
        plt.close("all")


def test_every_character_of_the_corpora_has_a_glyph(glyphs):
    corpora = [datasets.load_reviews("zh", clean=False).texts]
    corpora += [datasets.load_rated_snippets(source).texts for source in ("films", "tweets", "shop", "news")]
    sentences = datasets.load_sentences(clean=False)
    corpora += [sentences.chinese, sentences.english, sentences.pinyin, sentences.words]
    characters = set().union(*(text for texts in corpora for text in texts))
    characters |= set("".join(characters).lower())
    assert {c for c in characters if not c.isspace()} - glyphs <= set(NOT_IN_SOURCE)


def test_every_character_of_gb_2312_has_a_glyph(glyphs):
    cells = [bytes([row, cell]) for row in range(0xA1, 0xFF) for cell in range(0xA1, 0xFF)]
    decoded = {cell.decode("gb2312", errors="ignore") for cell in cells} - {""}
    assert len(decoded) == 6763 + 682 and decoded <= glyphs


def test_ascii_latin_1_and_the_symbols_of_figures_have_glyphs(glyphs):
    assert {chr(code) for code in [*range(0x20, 0x7F), *range(0xA0, 0x100)]} <= glyphs
    assert set("−→←↑↓≥≤≠≈×·±√∑∂✓●○■“”‘’…—–（），。！？：；《》「」￥") <= glyphs


def test_the_licence_lies_beside_the_font_whose_name_is_not_the_original_s():
    licence = (FOLDER / "OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence and "Adobe" in licence
    names = TTFont(FOLDER / style.FONT_FILE)["name"]
    assert names.getDebugName(1) == style.FONT_FAMILY
    assert not any("Noto" in names.getDebugName(number) for number in (1, 4, 6))


def test_both_scripts_are_drawn_without_a_missing_glyph(reader, caplog):
    figure, axes = plt.subplots()
    axes.set_title("训练集的损失 Training loss, Touché ✓ ✗ � −4 → 4 ≥ “早停”…")
    axes.set_xticks(range(3), ["这", "本", "书"])
    axes.set_xlabel("epoch $h_t$" if reader == "en" else "轮 $h_t$ ≥ 0")
    axes.plot([-1, 1])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure.canvas.draw()
    assert not caplog.records  # mathematics logs what it lacks instead of warning


def test_the_embedded_font_is_the_one_that_is_found(reader):
    found = font_manager.findfont(style.FONT_FAMILY, fallback_to_default=False)
    assert found.endswith(style.FONT_FILE)
    assert set(mpl.rcParams["font.family"]) == {style.FONT_FAMILY, "DejaVu Sans"}


def test_figures_have_the_course_s_size_and_colours(reader):
    figure, axes = plt.subplots()
    lines = [axes.plot([0, 1])[0].get_color() for _ in style.COLOURS]
    assert lines == style.COLOURS and len(set(lines)) == len(lines)
    assert tuple(figure.get_size_inches()) == (7, 3.5)
    assert not axes.spines["top"].get_visible() and not axes.spines["right"].get_visible()


def relative_luminance(colour):
    """WCAG 2's relative luminance of a hex colour, 0 to 1."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_every_colour_stands_out_from_white_paper():
    assert all(1.05 / (relative_luminance(colour) + 0.05) >= 2 for colour in style.COLOURS)
