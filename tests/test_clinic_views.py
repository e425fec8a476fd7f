"""The picture of findings and the widget of chapter 4.3: what is shown is what was found."""

import subprocess
import sys

import matplotlib as mpl
import pytest
from matplotlib import pyplot as plt

from rnncourse import clinic, language, plots, style
from rnncourse.diagnosis import CHECKS, question
from rnncourse.widgets.clinic import build_clinic, describe_diagnosis, marked_lines
from rnncourse.widgets.panel import build_panel

pytestmark = pytest.mark.slow  # it builds, trains or compiles many models


@pytest.fixture(params=language.LANGUAGES)
def reader(request, monkeypatch):
    monkeypatch.setattr(language, "_current", request.param)
    with mpl.rc_context({"backend": "agg"}):
        style.use_figure_style()
        yield request.param
        plt.close("all")


def test_a_cross_stands_where_a_fault_is(reader):
    rows = {"a": {"runs": "ok", "order": "fault"}, "b": {"runs": "fault"}, "c": {"order": "note"}}
    ax = plots.plot_findings(rows, ["runs", "order"], names={"order": "?"})
    assert sorted(text.get_position() for text in ax.texts) == [(0, 1), (1, 0)]
    assert ax.images[0].get_array().tolist() == [[1, 3], [3, 0], [0, 2]]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["runs", "?"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("rows", "checks"), [({}, ["runs"]), ({"a": {}}, []), ({"a": {"runs": "ill"}}, ["runs"])]
)
def test_a_table_that_cannot_be_drawn(rows, checks):
    with pytest.raises(ValueError, match=r"empty|ill"):
        plots.plot_findings(rows, checks)


def test_the_widget_shows_code_and_findings_of_the_choice(reader):
    view, controls = build_clinic()
    panel = build_panel(view, controls)
    words, picture = panel.children[-2:]
    defect = clinic.DEFECTS[controls.defect.value]
    assert clinic.examine(defect, "broken")["padding"].found in words.value
    before = words.value, bytes(picture.value)
    controls.which.value = "mended"
    assert words.value != before[0] and bytes(picture.value) != before[1]
    assert {"zh": "没有发现毛病", "en": "no fault"}[reader] in words.value
    controls.which.value, controls.defect.value = "broken", "add_a_list"
    assert "AttributeError" in words.value and "has no attribute" in words.value
    assert len(controls.defect.options) == len(clinic.DEFECTS) == len(dict(controls.defect.options))


def test_the_figure_has_the_code_line_by_line(reader):
    view, controls = build_clinic()
    figure = view().figure
    code, below = figure.axes
    shown = [text.get_text() for text in code.texts]
    assert shown == clinic.DEFECTS[controls.defect.value].code("broken").splitlines()
    assert [label.get_text() for label in below.get_xticklabels()] == [question(check) for check in CHECKS]


def test_the_lines_that_change_are_marked():
    lines = marked_lines(clinic.DEFECTS["trainable_in_call"], "broken")
    marked = {line.strip() for line, changed in lines if changed}
    assert {"self.embedding.trainable = False", "self.embedding.trainable = True"} <= marked
    assert "self.recurrent = layers.LSTM(H)" not in marked
    lines = marked_lines(clinic.DEFECTS["softmax_over_the_batch"], "mended")
    assert [line.strip() for line, changed in lines if changed] == [
        "return keras.Model(tokens, layers.Softmax(axis=-1)(layers.Dense(2)(x)))"
    ]


def test_every_code_fits_the_picture():
    for defect in clinic.DEFECTS.values():
        for which in ("broken", "mended"):
            assert max(map(len, defect.code(which).splitlines())) <= 90, defect.name


def test_words_say_what_to_do():
    found = clinic.examine(clinic.DEFECTS["no_recurrence"], "broken")
    said = describe_diagnosis(found)
    assert all(found[check].advice in said for check in found.faults)


def test_the_other_widgets_do_without_keras():
    code = "import sys; from rnncourse import widgets; print('keras' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"
