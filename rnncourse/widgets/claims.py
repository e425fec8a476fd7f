"""Choose a claim of the article: its verdict, the figure that decides it, and a test on this machine."""

import html
from typing import NamedTuple

from ipywidgets import Dropdown, ToggleButton

from rnncourse.claims import CLAIMS, HALF, RIGHT, WRONG, find, stored, verdict_word, verdicts
from rnncourse.language import choose
from rnncourse.plots import plot_verdicts
from rnncourse.plots.axes import WIDTH
from rnncourse.widgets.panel import FULL_NAMES, WIDE, View, new_figure, show


class ClaimsControls(NamedTuple):
    """The controls of `explore_claims`."""

    claim: Dropdown
    measure: ToggleButton


def explore_claims(*, claim=1, parts=None):
    """Controls for the claim and for measuring it now: verdict, figure and chapter, and where it stands.

    The button is there for claims that a few seconds decide. `parts`: what the article's parts are called,
    {"2": name}, as in `plots.plot_verdicts`.
    """
    view, controls = build_claims(claim=claim, parts=parts)
    show(view, controls)


def build_claims(*, claim=1, parts=None):
    """The view and its controls, not yet displayed. Raises UnknownClaim."""
    from rnncourse.claims.measure import NUMBERS, compare  # here: it loads Keras, and most widgets do without

    controls = ClaimsControls(
        claim=Dropdown(
            options=[(f"{each.number}. {each.text} ({each.section})", each.number) for each in CLAIMS],
            value=find(claim).number,
            description=choose(zh="断言", en="Claim"),
            style=FULL_NAMES,
            layout=WIDE,
        ),
        measure=ToggleButton(description=choose(zh="现在就量", en="Measure now"), style=FULL_NAMES),
    )

    def other_claim(change=None):
        controls.measure.value = False
        controls.measure.disabled = controls.claim.value not in NUMBERS

    other_claim()
    controls.claim.observe(other_claim, "value")

    words = {verdict: verdict_word(verdict) for verdict in (RIGHT, HALF, WRONG, None)}

    def view():
        number = controls.claim.value
        compared = compare(number) if controls.measure.value else None
        figure = new_figure(WIDTH, 4.3)
        plot_verdicts(verdicts(), words, parts=parts, chosen=number, ax=figure.add_axes((0, 0.08, 1, 0.9)))
        return View(figure, describe_claim(number), _found(compared) + _link(number))

    return view, controls


def describe_claim(number):
    """What the claim says, in the article's section; its verdict, and the figure that decides it."""
    claim, evidence = find(number), stored(number)
    word = verdict_word(evidence and evidence.verdict)
    figure = choose(zh=f"。{evidence.figure}", en=f". {evidence.figure}") if evidence else ""
    return choose(
        zh=f"原文 {claim.section} 节：{claim.text}。判定：{word}{figure}",
        en=f"Section {claim.section} of the article: {claim.text}. Verdict: {word}{figure}",
    )


def _found(compared):
    """A paragraph on what was measured just now; empty for None."""
    if compared is None or compared.here is None:
        return ""
    here = compared.here
    word = verdict_word(here.verdict) if here.verdict else choose(zh="不能判定", en="undecided")
    agrees = choose(zh="与课程不同", en="not as in the course") if compared.differs else ""
    if not agrees and compared.course:
        agrees = choose(zh="与课程相同", en="as in the course")
    words = choose(zh=f"本机：{word}。{here.figure}", en=f"Here: {word}. {here.figure}")
    words += choose(zh=f"（{agrees}）", en=f" ({agrees})") if agrees else ""
    return f"<p><b>{html.escape(words)}</b></p>"


def _link(number):
    """A link to the chapter that measured the claim; its bare name where it has not."""
    chapter = find(number).chapter
    label = choose(zh="哪一章：", en="Chapter: ")
    if stored(number) is None:
        return f"<p>{label}{chapter}</p>"
    return f'<p>{label}<a href="{chapter}.ipynb" target="_blank">{chapter}</a></p>'
