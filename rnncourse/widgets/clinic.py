"""Choose a defect: its lines, its symptoms, the mended lines, and what the check-up then says."""

import difflib
from typing import NamedTuple

from ipywidgets import Dropdown, ToggleButtons

from rnncourse.language import choose
from rnncourse.plots import plot_findings
from rnncourse.plots.axes import GREY, WIDTH, colour, tint
from rnncourse.widgets.panel import FULL_NAMES, View, new_figure, show

_LINE = 0.165  # inches a line of code


class ClinicControls(NamedTuple):
    """The controls of `explore_clinic`."""

    defect: Dropdown
    which: ToggleButtons  # "broken" | "mended"


def explore_clinic():
    """Controls for the defect and for broken or mended: the code, changed lines in colour, and the findings.

    Each choice builds the model and examines it, which takes a second or two the first time.
    """
    view, controls = build_clinic()
    show(view, controls)


def build_clinic():
    """The view and its controls, not yet displayed."""
    from rnncourse import clinic  # here: it loads Keras, and most widgets do without

    controls = ClinicControls(
        defect=Dropdown(
            options=[(defect.title, name) for name, defect in clinic.DEFECTS.items()],
            value="padding_read",
            description=choose(zh="毛病", en="Defect"),
            style=FULL_NAMES,
        ),
        which=ToggleButtons(
            options=choose(
                zh=[("有毛病的", "broken"), ("改好的", "mended")],
                en=[("broken", "broken"), ("mended", "mended")],
            ),
            description=choose(zh="看", en="Show"),
            style=FULL_NAMES,
        ),
    )

    def view():
        defect, which = clinic.DEFECTS[controls.defect.value], controls.which.value
        diagnosis = clinic.examine(defect, which)
        return View(draw_clinic(defect, which, diagnosis), describe_diagnosis(diagnosis))

    return view, controls


def marked_lines(defect, which):
    """(line, whether the other version lacks it) for the lines of a Defect's "broken" or "mended" code."""
    sides = defect.code("broken").splitlines(), defect.code("mended").splitlines()
    own, other = sides if which == "broken" else sides[::-1]
    matcher = difflib.SequenceMatcher(a=other[1:], b=own[1:], autojunk=False)
    changed = {
        1 + j for tag, _, _, low, high in matcher.get_opcodes() if tag != "equal" for j in range(low, high)
    }
    return [(line, number in changed) for number, line in enumerate(own)]


def draw_clinic(defect, which, diagnosis):
    """The code with the changed lines in colour, and a row of findings below; a new figure."""
    from rnncourse.diagnosis import CHECKS, FAULT, question

    lines = marked_lines(defect, which)
    height = 1.75 + _LINE * len(lines)
    figure = new_figure(WIDTH, height)
    code = figure.add_axes((0.02, 1 - (_LINE * len(lines) + 0.1) / height, 0.96, _LINE * len(lines) / height))
    code.set(xlim=(0, 1), ylim=(len(lines), 0))
    code.axis("off")
    shade = tint(colour(3 if which == "broken" else 2), 0.3)
    for number, (line, marked) in enumerate(lines):
        if marked:
            code.axhspan(number, number + 1, color=shade, linewidth=0)
        code.text(0.01, number + 0.52, line, va="center", family="monospace", fontsize=8.5, color="black")
    below = figure.add_axes((0.02, 0.12 / height, 0.88, 0.3 / height))
    found = {finding.check: finding.status for finding in diagnosis.findings}
    plot_findings({"": found}, CHECKS, names={check: question(check) for check in CHECKS}, ax=below)
    below.get_legend().remove()
    for check, label in zip(CHECKS, below.get_xticklabels(), strict=True):
        label.set(fontsize=8, color="black" if found.get(check) == FAULT else GREY)
    return figure


def describe_diagnosis(diagnosis):
    """The faults in words, with what to do; or that there is none."""
    faults = [diagnosis[check] for check in diagnosis.faults]
    if not faults:
        return choose(zh="体检没有发现毛病。", en="The check-up finds no fault.")
    full = choose(zh="。", en=". ")
    return full.join(part for finding in faults for part in (finding.found, finding.advice) if part)
