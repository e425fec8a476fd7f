"""The picture of the verdicts and the widget of chapter 6.1: marks say what colours say."""

import matplotlib as mpl
import pytest
from matplotlib import pyplot as plt

from rnncourse import claims, language, plots, style
from rnncourse.claims import HALF, RIGHT, WRONG, Evidence
from rnncourse.claims.measure import NUMBERS
from rnncourse.widgets import claims as widget
from rnncourse.widgets.panel import build_panel

WORDS = {RIGHT: "R", HALF: "H", WRONG: "W", None: "?"}


@pytest.fixture(params=language.LANGUAGES)
def reader(request, monkeypatch):
    monkeypatch.setattr(language, "_current", request.param)
    with mpl.rc_context({"backend": "agg"}):
        style.use_figure_style()
        yield request.param
        plt.close("all")


def test_every_claim_has_its_mark_and_number_in_the_row_of_its_part(reader):
    drawn = [(13, "2.1", RIGHT), (14, "2.1", HALF), (17, "2.2", WRONG), (19, "3", None), (20, "3", WRONG)]
    ax = plots.plot_verdicts(drawn, WORDS, parts={"2": "two"}, chosen=14)
    places = {text.get_text(): text.get_position() for text in ax.texts}
    assert {"13", "14", "17", "19", "20", "2.1", "2.2", "2 two"} <= set(places)
    assert places["13"][1] == places["17"][1] < places["19"][1] == places["20"][1]
    assert places["13"][0] < places["14"][0] < places["17"][0] - 1  # a gap between sections
    assert [text.get_text() for text in ax.texts if text.get_text() in "✓½✗?"] == ["✓", "½", "✗", "?", "✗"]
    assert len({tuple(patch.get_facecolor()) for patch in ax.patches}) == 4
    assert [patch.get_linewidth() for patch in ax.patches] == [1, 2, 1, 1, 1]
    legend = [text.get_text() for text in ax.get_legend().get_texts()]
    assert legend == ["✓ R 1", "½ H 1", "✗ W 2", "? ? 1"]


def test_names_of_parts_lie_within_the_picture(reader):
    parts = {"1": "introduction and more", "2": "结论与展望"}
    ax = plots.plot_verdicts([(1, "1", RIGHT), *((n, "2", HALF) for n in range(2, 20))], WORDS, parts=parts)
    ax.figure.canvas.draw()
    left = ax.figure.bbox.x0
    assert all(text.get_window_extent().x0 >= left for text in ax.texts)


@pytest.mark.parametrize(("drawn", "says"), [([], "empty"), ([(1, "1", "true")], "'true'")])
def test_what_cannot_be_drawn_is_named(drawn, says):
    with pytest.raises(ValueError, match=says):
        plots.plot_verdicts(drawn, WORDS)


def test_the_verdicts_are_those_stored_for_the_edition(reader):
    found = claims.verdicts()
    assert [number for number, _, _ in found] == list(range(1, 39))
    assert found[10] == (11, "2.2.2", claims.stored(11, reader).verdict)


def test_the_widget_shows_the_claim_its_figure_and_its_chapter(reader):
    view, controls = widget.build_claims(claim=7)
    panel = build_panel(view, controls)
    words, picture = panel.children[-2:]
    claim, evidence = claims.find(7), claims.stored(7)
    assert claim.text in words.value and "T = 100" in words.value and evidence.figure[:8] in words.value
    assert f'href="{claim.chapter}.ipynb"' in words.value
    before = bytes(picture.value)
    controls.claim.value = 1
    assert claims.find(1).text in words.value and bytes(picture.value) != before
    assert len(controls.claim.options) == 38


def test_only_what_is_fast_can_be_measured_now(reader):
    _, controls = widget.build_claims()
    for number in range(1, 39):
        controls.claim.value = number
        assert controls.measure.disabled == (number not in NUMBERS)


def test_the_button_measures_and_lets_go_when_another_claim_is_chosen(reader, monkeypatch):
    view, controls = widget.build_claims(claim=30)
    words = build_panel(view, controls).children[-2]
    same, other = (
        ("与课程相同", "与课程不同") if reader == "zh" else ("as in the course", "not as in the course")
    )
    assert same not in words.value
    controls.measure.value = True
    assert same in words.value and other not in words.value
    controls.claim.value = 7
    assert controls.measure.value is False and same not in words.value
    stored = Evidence(RIGHT, "<figure>")
    monkeypatch.setattr("rnncourse.claims.measure.stored", lambda number: stored)
    controls.claim.value, controls.measure.value = 30, True
    assert other in words.value


def test_a_claim_without_evidence_has_no_link(reader, monkeypatch):
    monkeypatch.setattr(widget, "stored", lambda number: None)
    view, _ = widget.build_claims(claim=38)
    shown = view()
    assert claims.verdict_word(None) in shown.words and "href" not in shown.markup
    assert claims.find(38).chapter in shown.markup


def test_an_unknown_claim_is_told():
    with pytest.raises(claims.UnknownClaim):
        widget.build_claims(claim=39)
