"""From results.jsonl to what people read: feedback for a student, the class, files for learning platforms."""

import base64
import csv
import hashlib
import json
import re
from html.parser import HTMLParser

import learners
import pytest

from rnncourse import cli, language
from rnncourse.grading import results as module
from rnncourse.grading.exports import ExportError, export
from rnncourse.grading.feedback import feedback_page, write_feedback
from rnncourse.grading.plain import as_cell, as_html, as_name, clean
from rnncourse.grading.report import commonest, describe, summarise, write_report
from rnncourse.grading.results import ResultsError, earned, read_results

NAME = "3_1_environment_and_data"
HINT = {"zh": "没有用到长度。", "en": "The length is not used."}
NO_HINT = {"zh": "", "en": ""}
EVIL = "<script>alert(1)</script>\x1b[31m\u202egnp.exe\u2066'\"&"


pytestmark = pytest.mark.usefixtures("english")


def task(name, status="passed", most=2, mistake=None, hint=HINT, detail="SECRET CASE"):
    points = most if status == "passed" else 0
    told = {"zh": "", "en": ""} if status == "passed" else hint
    return {
        "task": name, "points": points, "max": most, "status": status,
        "mistake": mistake, "hint": told, "detail": detail,
    }  # fmt: skip


def result(student="ann", *tasks, exercise=NAME, edition="en", status="graded", reason="", late=None):
    tasks = tasks or (task("encode", most=1), task("pad_batch", "failed", mistake="length_ignored"))
    return {
        "student": student, "exercise": exercise, "language": edition, "source": "x.ipynb", "sha256": "",
        "version": "1", "status": status, "reason": reason, "isolation": "namespaces", "seed": 1,
        "seconds": 0.2, "late": late, "tasks": list(tasks),
    }  # fmt: skip


CLASS = [
    result("ann"),
    result("bob", task("encode", most=1), task("pad_batch")),
    result("cyd", task("encode", "timeout", most=1), task("pad_batch", "failed", mistake="length_ignored")),
    result("dan", task("encode", "missing", most=1), task("pad_batch", "failed")),
    result(
        "eve",
        task("encode", "error", most=1),
        task("pad_batch", "error"),
        status="unreadable",
        reason="no JSON",
    ),
    result("ann", task("masked_mean"), exercise="4_2_text_classification", late={"days": 2, "factor": 0.8}),
]


def write(results, folder):
    folder.mkdir(parents=True, exist_ok=True)
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in results)
    (folder / module.FILE).write_text(text, encoding="utf-8")
    return folder


class Tags(HTMLParser):
    """The tags and attributes of a page; `text` is what a reader sees."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.attributes, self.text = [], [], ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.text += data


# results.jsonl


def test_the_last_line_of_a_submission_counts_and_broken_lines_are_passed_over(tmp_path):
    folder = write([result("ann"), result("bob")], tmp_path)
    better = result("ann", task("encode", most=1))
    lines = [
        json.dumps(better),
        "{",
        "[1]",
        "null",
        '{"student": "x"}',
        "[" * 5000,
        '{"student": "ann", "exer',
    ]
    with (folder / module.FILE).open("a", encoding="utf-8") as file:
        file.write("\n".join(lines))
    assert read_results(folder) == [better, result("bob")]


@pytest.mark.parametrize(
    "change",
    [
        {"language": "fr"},
        {"student": 1},
        {"tasks": [1]},
        {"tasks": [task("a") | {"points": float("nan")}]},
        {"tasks": [task("a") | {"max": "2"}]},
        {"tasks": [task("a") | {"hint": "x"}]},
        {"tasks": [task("a") | {"mistake": 1}]},
        {"late": {"factor": "1"}},
    ],
    ids=str,
)
def test_a_line_of_another_form_is_no_result(change, tmp_path):
    assert read_results(write([result() | change], tmp_path)) == []


def test_without_results_it_says_what_to_run(tmp_path, capsys):
    with pytest.raises(ResultsError, match="rnncourse grade"):
        read_results(tmp_path)
    assert cli.main(["report", str(tmp_path)]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_points_are_multiplied_where_it_was_late():
    assert earned(result("a", task("x", most=3), late={"days": 1, "factor": 0.9})) == 2.7
    assert earned(result("a", task("x", most=3))) == 3


# Text from strangers


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("a\x1b[31mb\x1b[0m", "ab"),
        ("a\x1b]0;title\x07b\x1b]8;;http://x\x1b\\c", "abc"),
        ("a\u202eb\u2066c\u200fd\u200be", "abcde"),
        ("a\x00\x08\x7f\x9bb\r\nc\td", "ab\nc\td"),
        ("\ud800x", "x"),
        ("好 é 🙂", "好 é 🙂"),
    ],
)
def test_controls_are_removed_and_words_are_kept(text, cleaned):
    assert clean(text) == cleaned


def test_long_text_is_cut():
    assert len(clean("x" * 10**6)) < 6000


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@x", "\t=1", " =1", "\r=1", "\x00=1", "＝1", "|x", "\u202e=1"]
)
def test_a_formula_becomes_text(text):
    assert as_cell(text).startswith("'")


def test_numbers_and_plain_words_stay_in_a_table():
    values = {2: "2", 2.5: "2.5", 0.1 + 0.2: "0.3", "ann": "ann", "a=b": "a=b", "": ""}
    assert [as_cell(value) for value in values] == list(values.values())


HOSTILE = ["../x", "..", "/etc/passwd", "a/b", "a\\b", "", ".", "con", "NUL.txt", "x" * 300, "a\nb", "a:b"]


@pytest.mark.parametrize("name", [*HOSTILE, "\u202e", "好" * 90])
def test_names_of_files_stay_in_their_folder(name, tmp_path):
    safe = as_name(name)
    assert safe not in ("", ".", "..") and len(safe.encode()) < 120
    assert not re.search(r'[/\\:\n\x00<>|?*"]', safe)
    assert (tmp_path / safe).resolve().parent == tmp_path.resolve()
    assert safe.split(".")[0].lower() not in ("con", "nul")


def test_usual_names_stay_and_different_ones_stay_different():
    for name in ("ann", "Li Lei", "韩梅梅", "a.b@c.org", "o_neil-1"):
        assert as_name(name) == name
    assert len({as_name(name) for name in ("a/b", "a_b", "a:b", "a\\b", "a/b ")}) == 5


# Feedback


@pytest.mark.parametrize("edition", language.LANGUAGES)
def test_feedback_shows_points_hints_and_what_to_do_and_no_hidden_case(edition, tmp_path):
    path = write_feedback(result(edition=edition), tmp_path)
    assert path == tmp_path / "ann" / f"{NAME}.html"
    text = path.read_text(encoding="utf-8")
    page = Tags(text)
    assert learners.exercise(NAME, edition).title in page.text
    assert "1/3" in page.text and HINT[edition] in page.text and "pad_batch" in page.text
    assert {"zh": "接下来", "en": "Next"}[edition] in page.text
    assert "SECRET" not in text and HINT["en" if edition == "zh" else "zh"] not in text
    assert ("lang", {"zh": "zh-Hans", "en": "en"}[edition]) in page.attributes


@pytest.mark.parametrize("place", ["student", "exercise", "reason", "task", "hint"])
def test_feedback_holds_no_markup_of_a_stranger(place, tmp_path):
    evil = result("ann", task(EVIL if place == "task" else "encode", "failed", hint={"zh": EVIL, "en": EVIL}))
    if place in evil:
        evil[place] = EVIL
    evil["status"] = "error"
    path = write_feedback(evil, tmp_path)
    text = path.read_text(encoding="utf-8")
    page = Tags(text)
    assert set(page.tags) <= set(
        [
            "html",
            "head",
            "meta",
            "title",
            "style",
            "body",
            "h1",
            "h2",
            "p",
            "strong",
            "span",
            "table",
            "tr",
            "th",
            "td",
            "div",
            "code",
        ]
    )
    assert not [
        name for name, _ in page.attributes if name.startswith("on") or name in ("href", "src", "style")
    ]
    assert "<script>alert(1)</script>" in page.text and not re.search("[\x1b\u202e\u2066]", text)
    assert path.resolve().is_relative_to(tmp_path.resolve())


def test_a_page_forbids_scripts_and_loading_and_allows_its_own_style():
    page = feedback_page(result())
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = re.search(r'Policy" content="([^"]+)"', page)[1]
    assert policy.startswith("default-src 'none'") and f"'sha256-{digest}'" in policy
    assert "script" not in policy


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (result("a", task("x")), "All right."),
        (result("a", task("x", "missing", hint=NO_HINT)), "stands there twice"),
        (result("a", task("x", "timeout", hint=NO_HINT)), "did not end in time"),
        (result("a", task("x", "error", hint=NO_HINT)), "Tell your instructor"),
        (result("a", task("x"), late={"days": 2, "factor": 0.8}), "1.6/2 points Handed in 2 days late"),
        (CLASS[4], "hand in that .ipynb file itself"),
        (result("a", task("x", "missing"), status="missing"), "was not handed in"),
        (result("a", exercise="") | {"tasks": [], "status": "unreadable"}, "x.ipynb"),
        (result("a", task("x", "failed"), task("y", "failed")), "Begin with x."),
    ],
)
def test_feedback_says_what_to_do(given, words):
    assert words in Tags(feedback_page(given)).text


# The class


def test_the_summary_counts_answers_and_mistakes():
    first, second = summarise(CLASS)
    assert (first.name, len(first.results), first.points, first.most) == (NAME, 5, [1, 3, 0, 0], 3)
    assert first.ungraded == {"unreadable": 1} and second.points == [1.6]
    encode, pad = first.tasks
    assert (encode.right, encode.of, encode.other) == (2, 4, {"timeout": 1, "missing": 1})
    assert (pad.right, pad.of, pad.mistakes) == (1, 4, {"length_ignored": 2, "": 1})
    assert commonest(first) == [("pad_batch", "length_ignored", 2)]


def test_the_terminal_shows_points_and_the_commonest_mistakes():
    text = describe(CLASS)
    assert "5 submissions, 4 graded; of 3 points mean 1, median 0.5; unreadable: 1" in text
    assert re.search(r"encode +█{10} +2/4  missing: 1, ran too long: 1", text)
    assert "2 × pad_batch: length_ignored" in text


@pytest.mark.parametrize("reader", language.LANGUAGES)
def test_the_page_of_the_class_holds_pictures_and_hints(reader, tmp_path):
    language.use(reader)
    page = write_report(CLASS, tmp_path).read_text(encoding="utf-8")
    tags = Tags(page)
    assert HINT[reader] in tags.text and "length_ignored" in tags.text and "ann" in tags.text
    assert tags.tags.count("img") == 5  # tasks, points, mistakes; tasks and points of the second exercise
    sources = [value for name, value in tags.attributes if name == "src"]
    assert all(source.startswith("data:image/png;base64,") for source in sources)
    files = {path.stem: path.read_bytes() for path in tmp_path.glob("*.png")}
    assert {name for name in files if name.startswith(NAME)} == {
        f"{NAME}-{picture}" for picture in ("mistakes", "points", "tasks")
    }
    assert len(files) == 5 and all(data.startswith(b"\x89PNG") for data in files.values())
    assert "SECRET" not in page


def test_a_class_of_strangers_is_harmless_too(tmp_path):
    evil = [result(EVIL, task(EVIL, "failed", mistake=EVIL, hint={"zh": EVIL, "en": EVIL}), exercise=EVIL)]
    page = write_report(evil, tmp_path).read_text(encoding="utf-8")
    assert "script" not in Tags(page).tags and not re.search("[\x1b\u202e]", page + describe(evil))


def test_a_file_that_is_no_exercise_is_named_and_counts_nowhere(tmp_path):
    stranger = result("zoe", exercise="", status="unreadable", reason="no exercise") | {"tasks": []}
    assert len(summarise([*CLASS, stranger])) == 2
    assert describe([*CLASS, stranger]).endswith("zoe, x.ipynb: no exercise")
    assert write_feedback(stranger, tmp_path).name == "x.ipynb.html"
    other = stranger | {"source": "y.ipynb"}
    assert read_results(write([stranger, other, stranger], tmp_path)) == [stranger, other]
    export([*CLASS, stranger], "canvas", tmp_path / "c.csv")
    assert "zoe" not in (tmp_path / "c.csv").read_text("utf-8")


# Exports


def rows_of(path):
    return list(csv.reader(path.read_text(encoding="utf-8").splitlines()))


def test_canvas_has_its_columns_and_the_points_possible(tmp_path):
    (path,) = export(CLASS, "canvas", tmp_path / "c.csv")
    header, possible, *students = rows_of(path)
    assert header == [
        "Student",
        "ID",
        "SIS User ID",
        "SIS Login ID",
        "Section",
        NAME,
        "4_2_text_classification",
    ]
    assert possible == ["    Points Possible", "", "", "", "", "3", "2"]
    assert students[0] == ["ann", "", "", "ann", "", "1", "1.6"]
    assert students[4] == ["eve", "", "", "eve", "", "0", ""]


def test_canvas_fills_a_gradebook_that_it_exported(tmp_path):
    roster = tmp_path / "gradebook.csv"
    title = learners.exercise(NAME, "zh").title
    lines = [
        f"Student,ID,SIS User ID,SIS Login ID,Section,{title} (77),Final Score",
        "    Points Possible,,,,,3,(read only)",
        *(
            f'"Name, {name.title()}",{i},S{i},{name},B1,,'
            for i, name in enumerate(["ann", "bob", "cyd", "dan", "eve"])
        ),
    ]
    roster.write_text("\ufeff" + "\n".join(lines), encoding="utf-8")
    (path,) = export(CLASS, "canvas", tmp_path / "c.csv", roster)
    header, _, first, *_ = rows_of(path)
    assert header[5] == f"{title} (77)" and first == ["Name, Ann", "0", "S0", "ann", "B1", "1", "1.6"]
    with pytest.raises(ExportError, match="1 students are not in the gradebook: zoe"):
        export([*CLASS, result("zoe")], "canvas", tmp_path / "d.csv", roster)
    with pytest.raises(ExportError, match="no gradebook"):
        (tmp_path / "x.csv").write_text("a,b\n1,2\n", encoding="utf-8")
        export(CLASS, "canvas", tmp_path / "d.csv", tmp_path / "x.csv")


def test_moodle_has_points_and_feedback_in_the_language_of_the_student(tmp_path):
    zh = result("li@x.cn", edition="zh")
    (path,) = export([zh], "moodle", tmp_path / "m.csv")
    rows = list(csv.reader(path.open(encoding="utf-8", newline="")))
    assert rows[0] == ["Email address", NAME, f"{NAME} (feedback)"]
    assert rows[1] == ["li@x.cn", "1", f"encode 1/1\npad_batch 0/2: {HINT['zh']}"]
    assert rows_of(export(CLASS, "moodle", tmp_path / "n.csv")[0])[0][0] == "Username"


def test_gradescope_gets_a_file_for_each_submission(tmp_path):
    paths = export(CLASS, "gradescope", tmp_path)
    assert len(paths) == 6 and all(path.name == "results.json" for path in paths)
    given = json.loads((tmp_path / "ann" / NAME / "results.json").read_text("utf-8"))
    assert given["score"] == 1 and [test["score"] for test in given["tests"]] == [1, 0]
    assert given["tests"][1] == {
        "name": "pad_batch", "score": 0, "max_score": 2, "status": "failed", "output": HINT["en"],
        "output_format": "text", "visibility": "visible",
    }  # fmt: skip
    assert "SECRET" not in json.dumps(given)


@pytest.mark.parametrize("kind", ["canvas", "moodle"])
def test_no_cell_of_an_export_is_a_formula(kind, tmp_path):
    bad = '=HYPERLINK("http://x")'
    evil = result(
        bad, task(bad, "failed", hint={"zh": bad, "en": bad}), exercise=bad, status="error", reason=bad
    )
    (path,) = export([evil], kind, tmp_path / "e.csv")
    with path.open(encoding="utf-8", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert not [cell for cell in cells if cell.lstrip()[:1] in ("=", "+", "-", "@")] and len(cells) > 4


def test_an_export_of_another_kind_is_refused(tmp_path):
    with pytest.raises(ValueError, match="canvas, moodle, gradescope"):
        export(CLASS, "excel", tmp_path / "x.csv")


# Answers for a tool that looks for copied code


def test_answers_are_written_one_file_a_student_beside_what_was_given(tmp_path, capsys):
    notebook = learners.with_answers(NAME, {"encode": "def encode(): return 'mine'\x1b[2J"})
    notebook["cells"].reverse()
    learners.write(notebook, tmp_path / "in" / "ann" / "homework.ipynb")
    learners.write(learners.solved(NAME, "zh"), tmp_path / "in" / "bob" / f"{NAME}.ipynb")
    (tmp_path / "in" / "cyd").mkdir()
    (tmp_path / "in" / "cyd" / "x.ipynb").write_text("{", encoding="utf-8")
    (tmp_path / "in" / "cyd" / "y.ipynb").symlink_to(tmp_path / "in" / "ann" / "homework.ipynb")
    assert cli.main(["answers", str(tmp_path / "in"), "--out", str(tmp_path / "out")]) == 1
    out = capsys.readouterr().out
    assert "x.ipynb: the file is not JSON" in out and "y.ipynb: not a plain file" in out
    assert "java -jar jplag.jar -l python3 -bc" in out
    ann, bob = (tmp_path / "out" / NAME / "submissions" / who / "answers.py" for who in ("ann", "bob"))
    given = (tmp_path / "out" / NAME / "given" / "answers.py").read_text("utf-8")
    assert ann.read_text("utf-8").count("def ") == given.count("def ") == len(learners.exercise(NAME).tasks)
    assert "return 'mine'\n" in ann.read_text("utf-8") and "def encode(): " not in given
    compile(bob.read_text("utf-8"), "bob", "exec")
    assert {path.name for path in (tmp_path / "out" / NAME / "submissions").iterdir()} == {"ann", "bob"}
    assert cli.main(["answers", str(tmp_path / "none"), "--out", str(tmp_path / "out")]) == 2


# The command


def test_the_command_writes_everything_below_the_folder(tmp_path, capsys):
    folder = write(CLASS, tmp_path / "grades")
    assert cli.main(["report", str(folder), "--feedback", "--export", "canvas"]) == 0
    out = capsys.readouterr().out
    assert "5 submissions" in out and "(6 pages)" in out and "canvas.csv" in out
    assert (folder / "report" / "index.html").is_file() and (folder / "canvas.csv").is_file()
    assert len(list((folder / "feedback").glob("*/*.html"))) == 6
    assert cli.main(["report", str(folder), "--roster", str(folder / "none.csv")]) == 2
    assert "none.csv" in capsys.readouterr().err


def test_as_html_escapes_quotes_too():
    assert as_html("<a b='\"'>&") == "&lt;a b=&#x27;&quot;&#x27;&gt;&amp;"
