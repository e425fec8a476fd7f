"""The article's claims: what a chapter's output says of each, and the same measured here."""

import json
import subprocess
import sys

import nbformat
import pytest
from tiny_course import TITLES, write_course

from rnncourse import claims, cli, language
from rnncourse.authoring import evidence
from rnncourse.authoring.lists import outdated_lists
from rnncourse.claims import CLAIMS, HALF, RIGHT, WRONG, Claim, Evidence, read_evidence


@pytest.fixture(autouse=True)
def english(monkeypatch):
    before = language.current()
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    language.use("en")
    yield
    language.use(before)


def claim(number, figure=None, decides=None):
    return Claim(number, "1", "断言", "claim", "1_a", figure, decides or {})


def test_38_claims_in_order_each_in_both_languages():
    assert [each.number for each in CLAIMS] == list(range(1, 39))
    assert all(each.zh and each.en and each.zh != each.en for each in CLAIMS)
    assert [claims.find(number) for number in range(1, 39)] == list(CLAIMS)


@pytest.mark.parametrize("number", [0, 39, -1])
def test_an_unknown_number_is_told(number):
    with pytest.raises(claims.UnknownClaim, match=f"1 to 38, got {number}"):
        claims.stored(number)


@pytest.mark.parametrize(
    ("number", "words", "verdict"),
    [
        (3, "Claim 3: half right. Weights are shared.", HALF),
        (4, "Claim 4: right. Any T.", RIGHT),
        (16, "Claim 16 is wrong.", WRONG),
        (15, "Fastest: 10. Claim 15: true with a condition, either side is worse.", HALF),
        (35, "The article's claims (numbers 7 and 35, long memory): half right.", HALF),
        (7, "The article's claims (numbers 7 and 35, long memory): half right.", HALF),
        (1, "The part of claim 1 that speaks of imbalance: wrong.", WRONG),
        (1, "Claim 16 is wrong.", None),
        (6, "Claim 16 is wrong.", None),
        (3, "No verdict here, 3 times right.", None),
        (3, "Claim 3: ?", None),
        (3, "Claim 3: wrong.\nClaim 3: right.", RIGHT),  # the last one counts
    ],
)
def test_the_verdict_is_the_sentence_that_names_the_number(number, words, verdict):
    found = read_evidence(claim(number), f"figure 0.5\n{words}", "en")
    assert (found and found.verdict) == verdict


@pytest.mark.parametrize(
    ("number", "words", "verdict"),
    [
        (3, "第 3 条：对一半。状态每步传一次。", HALF),
        (15, "断言 15 成立，但有条件：往两边走都会变坏。", HALF),
        (16, "断言 16 不成立。", WRONG),
        (35, "原文的主张（第 7、35 条，长的上下文记忆）：对一半。", HALF),
        (7, "原文的主张（第 7、35 条，长的上下文记忆）：成立。", RIGHT),
        (5, "原文的主张（第 7、35 条，长的上下文记忆）：成立。", None),
        (1, "原文的主张（第 1 条）里“不平衡性”一项：不成立。", WRONG),
    ],
)
def test_the_chinese_verdict_too(number, words, verdict):
    found = read_evidence(claim(number), f"数字 0.5\n{words}", "zh")
    assert (found and found.verdict) == verdict


def test_the_figure_is_the_last_line_that_fits():
    printed = "accuracy  0.1\naccuracy  0.2 (late)\nloss 3\nClaim 4: right."
    assert read_evidence(claim(4), printed, "en") == Evidence(RIGHT, "loss 3")
    assert read_evidence(claim(4, "^acc"), printed, "en").figure == "accuracy 0.2 (late)"
    assert read_evidence(claim(4, r"\((\w+)\)"), printed, "en").figure == "late"
    assert read_evidence(claim(4, "nowhere"), printed, "en") is None
    assert read_evidence(claim(4), "Claim 4: right.", "en") is None


def test_a_rule_decides_where_no_sentence_does():
    rule = {"error.*False": WRONG, "error.*True": RIGHT}
    assert read_evidence(claim(11, "error", rule), "error < 1: True\nClaim 11: wrong", "en").verdict == RIGHT
    assert read_evidence(claim(11, "error", rule), "error: True\nerror: False", "en").verdict == WRONG
    assert read_evidence(claim(11, "error", rule), "error: ?", "en") is None


def test_evidence_is_read_from_the_built_home_chapter_alone(tmp_path):
    home = CLAIMS[29].chapter
    builder = write_course(tmp_path, chapters={home: TITLES, "1_a": TITLES})
    assert json.loads(evidence.evidence_text(builder.course)) == {}
    for name, words in ((home, "4.3: a and a, the same word: a slip"), ("1_a", "Claim 16 is wrong: 1")):
        cell = nbformat.v4.new_code_cell("", metadata={"rnncourse": {"claims": [30, 16]}})
        cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text=f"noise 1\n{words}\n")]
        path = tmp_path / "chapters" / "en" / f"{name}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)
    expected = {"verdict": WRONG, "figure": "4.3: a and a, the same word: a slip"}
    assert json.loads(evidence.evidence_text(builder.course)) == {"30": {"en": expected}}
    assert evidence.NAME not in outdated_lists(
        builder.course, builder.repository
    )  # no package in this course
    (tmp_path / evidence.NAME).parent.mkdir(parents=True)
    assert evidence.NAME in outdated_lists(builder.course, builder.repository)


def test_the_list_has_a_numbered_line_each_and_loads_nothing_heavy():
    code = "import sys; from rnncourse import cli; cli.main(['claims', '--list'])\n"
    code += "print(sorted({'numpy', 'keras', 'nbformat', 'matplotlib'} & set(sys.modules)))"
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, encoding="utf-8"
    )
    *lines, heavy = run.stdout.splitlines()
    assert heavy == "[]" and [int(line[:2]) for line in lines[::2]] == list(range(1, 39))
    assert all(line.startswith("      ") and line.endswith("]") for line in lines[1::2])


def test_the_list_says_what_is_not_measured_and_speaks_chinese(monkeypatch, capsys):
    stored = {3: Evidence(HALF, "figure 7")}
    monkeypatch.setattr(claims, "stored", lambda number, language=None: stored.get(number))
    assert cli.main(["claims", "--list", "3", "34"]) == 0
    third, figure, other, chapter = capsys.readouterr().out.splitlines()
    assert third.startswith(" 3  half right | 2.1 | the loop") and figure.split("  ")[-2:] == [
        "figure 7",
        "[2_1_basic_concepts]",
    ]
    assert other.startswith("34  not yet measured | 5.3 | ") and chapter.split() == ["[5_3_security]"]
    cli.main(["claims", "--list", "--language", "zh", "3", "34"])
    assert "对一半" in (out := capsys.readouterr().out) and "尚未测量" in out


def test_a_wrong_number_is_a_line(capsys):
    assert cli.main(["claims", "99"]) == 2
    assert capsys.readouterr().err == (
        "rnncourse: claims are numbered 1 to 38, got 99; rnncourse claims --list shows them\n"
    )


@pytest.fixture
def time_grows(monkeypatch):
    """Time is no matter for tests: a larger layer takes 20 times as long."""
    from rnncourse.claims.measure import _improvements

    monkeypatch.setattr(_improvements, "_time_ratio", lambda small, large: 20.0)


def test_every_fast_claim_comes_to_the_verdict_of_its_chapter(time_grows):
    from rnncourse.claims.measure import NUMBERS, measure

    assert len(NUMBERS) >= 10
    for number in NUMBERS:
        here, before = measure(number), claims.stored(number, "en")
        assert here.figure and (before is None or here.verdict == before.verdict), number
    assert measure(7) is None


@pytest.mark.parametrize(("number", "verdict"), [(27, RIGHT), (32, WRONG), (33, HALF)])
def test_scores_and_sizes_are_decided_here_in_both_languages(number, verdict, time_grows):
    from rnncourse.claims.measure import measure

    figures = []
    for reader in language.LANGUAGES:
        language.use(reader)
        found = measure(number)
        assert found.verdict == verdict
        figures.append(found.figure)
    assert figures[0] != figures[1] and not any("\u4e00" <= char <= "\u9fff" for char in figures[1])


def test_scores_that_recall_and_f1_cannot_tell_apart_are_no_measure(monkeypatch):
    from rnncourse import metrics
    from rnncourse.claims.measure import measure

    monkeypatch.setattr(metrics, "f1", lambda labels, answers: 0.0)
    assert measure(27).verdict == WRONG


def test_times_that_do_not_grow_decide_nothing(monkeypatch):
    from rnncourse.claims.measure import _improvements, measure

    monkeypatch.setattr(_improvements, "_time_ratio", lambda small, large: 1.5)
    assert [measure(number).verdict for number in (32, 33)] == [None, None]


def test_both_layers_are_run():
    from rnncourse.claims.measure import _improvements

    sizes = {"B": 1, "T": 3, "D": 2, "H": 2}
    assert 0 < _improvements._time_ratio(sizes, {**sizes, "T": 5}) < float("inf")


def test_what_differs_from_the_course_needs_both():
    from rnncourse.claims.measure import Compared, Measured, compare

    found = compare(30)
    assert (found.here.verdict, found.course.verdict, found.differs) == (WRONG, WRONG, False)
    assert compare(7).here is None and not compare(7).differs
    assert Compared(CLAIMS[29], Measured(RIGHT, "1"), found.course).differs
    assert Compared(CLAIMS[29], Measured(None, "1"), found.course).differs
    assert not Compared(CLAIMS[29], Measured(RIGHT, "1"), None).differs


def test_a_measurement_that_goes_wrong_is_seen(monkeypatch, capsys):
    from rnncourse.cells import gru
    from rnncourse.claims import measure

    real = gru.step
    monkeypatch.setattr(gru, "step", lambda x, state, params: real(2 * x, state, params))
    assert cli.main(["claims", "20", "22", "7"]) == 1
    out = capsys.readouterr().out
    assert out.count("✗ here:   wrong") == 1 and out.count("✓ here:   half right") == 1
    assert "course: half right" in out.splitlines()[-1] and "here" not in out.splitlines()[-1]
    assert measure.measure(11).verdict == WRONG


def test_the_command_measures_what_it_is_asked_for_in_chinese(capsys):
    assert cli.main(["claims", "30", "--language", "zh"]) == 0
    assert "✓ 本机：不成立。循环编码器 与 循环编码器：同一个词" in capsys.readouterr().out
