"""What is handed in can be anything: each bad file is one readable line, and harms no other."""

import csv
import io
import json
import os
import stat
import struct
import unicodedata
import zipfile

import handed_in
import numpy as np
import pytest
from handed_in import ARRAYS, MODELS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rnncourse import language
from rnncourse.grading import catalogue, collect, late, notebooks, protocol, records, schedule
from rnncourse.probes import Opaque, Raised

EXERCISES = notebooks.find_exercises(handed_in.ROOT / "exercises")
CATALOGUE = catalogue.Catalogue()


def as_bytes(notebook):
    return json.dumps(notebook).encode()


def changed(**entries):
    return as_bytes(handed_in.stub() | entries)


BROKEN = {
    "empty": b"",
    "a blank": b" ",
    "no JSON": b"# my homework",
    "half a notebook": as_bytes(handed_in.stub())[:3000],
    "two notebooks": as_bytes(handed_in.stub()) * 2,
    "not UTF-8": b'{"nbformat": 4, "cells": "\xff\xfe"}',
    "UTF-16": as_bytes(handed_in.stub()).decode().encode("utf-16"),
    "half of a character": '{"a": "\u4f60"}'.encode()[:-3],
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(1000),
    "a pickle": b"\x80\x04cos\nsystem\n(S'touch /tmp/x'\ntR.",
    "nested deeply": b"[" * 200_000,
    "nested deeply and closed": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "a huge number": b'{"nbformat": ' + b"9" * 100_000 + b"}",
    "too large": b'{"nbformat": 4, "cells": [], "x": "' + b"x" * 17_000_000 + b'"}',
    "a list": b"[]",
    "a number": b"4",
    "null": b"null",
    "NaN": b'{"nbformat": NaN}',
    "nbformat 3": changed(nbformat=3),
    "nbformat as text": changed(nbformat="4"),
    "nbformat missing": b'{"cells": []}',
    "nbformat true": b'{"nbformat": true, "cells": []}',
    "no cells": b'{"nbformat": 4}',
    "cells that are text": changed(cells="import os"),
    "cells that are numbers": changed(cells=[1, 2, 3]),
    "cells within cells": changed(cells=[[handed_in.stub()["cells"]]]),
    "a bare NUL": b"\x00" * 100,
    "HTML": b"<html><script>alert(1)</script></html>",
}


def submission(data, source=f"{ARRAYS}.ipynb", student="ann"):
    return collect.Submission(student, source, 0.0, lambda: data)


def planned(submissions, out):
    return schedule.plan(submissions, EXERCISES, CATALOGUE, records.Records(out))


def only_line(path, out):
    (line,) = planned(collect.collect([path]), out).told
    return line


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_one_readable_line(name, tmp_path):
    (line,) = planned([submission(BROKEN[name])], tmp_path).told
    assert line["status"] == "unreadable" and line["exercise"] == ARRAYS
    assert 5 < len(line["reason"]) < 300 and "\n" not in line["reason"] and "Error" not in line["reason"]
    assert {task["status"] for task in line["tasks"]} == {"missing"}
    assert sum(task["max"] for task in line["tasks"]) == 11 and not any(handed_in.points(line).values())


def test_a_line_says_it_in_the_language_of_the_instructor(tmp_path):
    language.use("zh")
    try:
        (line,) = planned([submission(b"x")], tmp_path).told
    finally:
        language.use("en")
    assert "JSON" in line["reason"] and "文件" in line["reason"]


def test_a_byte_order_mark_is_no_fault(tmp_path):
    plan = planned([submission(b"\xef\xbb\xbf" + as_bytes(handed_in.stub()))], tmp_path)
    assert len(plan.work) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"id": 5},
        {"id": None},
        {"id": ["task-encode"]},
        {"source": None},
        {"source": 7},
        {"source": [1, 2]},
        {"source": ["a", None]},
        {"source": "x" * 200_000},
        {"source": "\ud800"},
        {"metadata": None},
        {"metadata": []},
        {"metadata": {"rnncourse": "encode"}},
        {"metadata": {"rnncourse": {"task": ["encode"]}}},
        {"metadata": {"rnncourse": {"task": "../../etc"}}},
        {"metadata": {"nbgrader": {"grade_id": 4}}},
        {"cell_type": "raw"},
        {"cell_type": None},
        {"outputs": "all passed"},
    ],
    ids=str,
)
def test_a_strange_answer_cell_costs_that_answer_at_most(change):
    notebook = handed_in.solved()
    handed_in.cell(notebook, "task-encode").update(change)
    cells = notebooks.parse(as_bytes(notebook))
    exercise = notebooks.identify(cells, "x.ipynb", EXERCISES)
    assert exercise.name == ARRAYS
    found = notebooks.answers(cells, exercise)
    assert all(answer.source for task, answer in found.items() if task != "encode")
    assert found["encode"].source or (found["encode"].zh and found["encode"].en)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (f"{ARRAYS}.ipynb", ARRAYS),
        (f"{MODELS}-1.ipynb", MODELS),
        (f"{MODELS} (2).ipynb", MODELS),
        (f"Ann Lee {MODELS}.IPYNB", MODELS),
        ("homework.ipynb", None),
        ("../../etc/passwd", None),
        ("", None),
    ],
)
def test_an_exercise_by_the_name_of_its_file(name, expected):
    assert notebooks.named_exercise(name, EXERCISES) == expected


def test_cells_say_more_than_the_name_of_the_file():
    cells = notebooks.parse(as_bytes(handed_in.stub(MODELS)))
    assert notebooks.identify(cells, f"{ARRAYS}.ipynb", EXERCISES).name == MODELS
    assert notebooks.identify([], "whatever.ipynb", EXERCISES) is None


# Folders and archives


def test_links_devices_and_pipes_are_not_read(tmp_path):
    secret = tmp_path / "secret"
    secret.write_bytes(as_bytes(handed_in.solved()))
    for student in ("link", "folder-link", "pipe", "dead"):
        (tmp_path / "in" / student).mkdir(parents=True)
    (tmp_path / f"in/link/{ARRAYS}.ipynb").symlink_to(secret)
    (tmp_path / f"in/dead/{ARRAYS}.ipynb").symlink_to("/no/such/file")
    (tmp_path / "in/folder-link/all").symlink_to("/")
    os.mkfifo(tmp_path / f"in/pipe/{ARRAYS}.ipynb")
    plan = planned(collect.collect([tmp_path / "in"]), tmp_path / "out")
    assert plan.work == []
    told = {line["student"]: line["reason"] for line in plan.told}
    assert (
        "symbolic link" in told["link"] and "symbolic link" in told["dead"] and "plain file" in told["pipe"]
    )


def make_zip(path, members):
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def test_a_zip_of_a_class(tmp_path):
    good = as_bytes(handed_in.stub())
    path = make_zip(
        tmp_path / "class.zip", {f"class/ann/{ARRAYS}.ipynb": good, f"class/bo/{ARRAYS}.ipynb": good}
    )
    assert [s.student for s in collect.collect([path])] == ["ann", "bo"]


def test_downloads_of_an_lms(tmp_path):
    good = as_bytes(handed_in.stub())
    canvas = make_zip(
        tmp_path / "canvas.zip",
        {f"leeann_LATE_123_456_{ARRAYS}.ipynb": good, f"wubo_77_88_{ARRAYS}-2.ipynb": good},
    )
    assert [(s.student, s.source) for s in collect.collect([canvas])] == [
        ("leeann_123", f"{ARRAYS}.ipynb"),
        ("wubo_77", f"{ARRAYS}-2.ipynb"),
    ]
    moodle = tmp_path / "moodle"
    handed_in.hand_in(moodle, "Ann Lee_4711_assignsubmission_file_", handed_in.stub())
    make_zip(moodle / "Wu Bo_4712_assignsubmission_file_" / "all.zip", {f"work/{ARRAYS}.ipynb": good})
    assert [s.student for s in collect.collect([moodle])] == ["Ann Lee_4711", "Wu Bo_4712"]


def test_paths_that_lead_out_of_a_zip(tmp_path):
    good = as_bytes(handed_in.stub())
    names = [f"../{ARRAYS}.ipynb", f"/etc/{ARRAYS}.ipynb", f"a/../../{ARRAYS}.ipynb", f"..\\{ARRAYS}.ipynb"]
    for i, name in enumerate(names):
        line = only_line(make_zip(tmp_path / f"in{i}" / "ann.zip", {name: good}), tmp_path / "out")
        assert line["status"] == "unreadable" and "outside" in line["reason"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in0", "in1", "in2", "in3", "out"]


def test_a_zip_bomb_is_not_unpacked(tmp_path):
    path = make_zip(tmp_path / "ann.zip", {f"{ARRAYS}.ipynb": bytes(300_000_000)})
    assert path.stat().st_size < 1_000_000
    assert "larger than" in only_line(path, tmp_path / "out")["reason"]


def test_a_link_in_a_zip(tmp_path):
    info = zipfile.ZipInfo(f"{ARRAYS}.ipynb")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    path = tmp_path / "ann.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(info, "/etc/passwd")
    assert "symbolic link" in only_line(path, tmp_path / "out")["reason"]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data[: len(data) // 2],
        lambda data: b"PK\x03\x04" + bytes(100),
        lambda data: b"",
        lambda data: data[:60] + bytes(200) + data[260:],
        lambda data: data.replace(b"PK\x01\x02", b"PK\x01\x03"),
    ],
    ids=["half", "a head alone", "empty", "a hole", "no directory"],
)
def test_a_broken_zip(spoil, tmp_path):
    path = make_zip(tmp_path / "ann.zip", {f"{ARRAYS}.ipynb": as_bytes(handed_in.stub())})
    path.write_bytes(spoil(path.read_bytes()))
    line = only_line(path, tmp_path / "out")
    assert line["student"] == "ann" and line["status"] == "unreadable" and line["reason"]


def test_an_encrypted_zip(tmp_path):
    path = make_zip(tmp_path / "ann.zip", {f"{ARRAYS}.ipynb": as_bytes(handed_in.stub())})
    data = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    path.write_bytes(data)
    assert "password" in only_line(path, tmp_path / "out")["reason"]


HOSTILE = [
    "=1+1",
    "@cmd",
    "\u202egnp.exe",
    "a\x1b[2Jb",
    "<script>alert(1)</script>",
    "new\nline",
    "x" * 200,
    "CON",
    "%s{0}",
]


def test_hostile_names_of_students(tmp_path):
    for name in HOSTILE:
        handed_in.hand_in(tmp_path / "in", name, handed_in.stub())
    raw = os.fsencode(tmp_path / "in") + b"/\xff\xfe"
    os.mkdir(raw)
    with open(raw + f"/{ARRAYS}.ipynb".encode(), "wb") as file:
        file.write(as_bytes(handed_in.stub()))
    found = collect.collect([tmp_path / "in"])
    assert len({s.student for s in found}) == len(HOSTILE) + 1
    for s in found:
        assert len(s.student) < 120 and not any(unicodedata.category(c)[0] == "C" for c in s.student)
        s.student.encode("utf-8")


def test_names_that_look_alike_are_told_apart(tmp_path):
    for name in ("a\x01", "a\x02"):
        handed_in.hand_in(tmp_path / "in", name, handed_in.stub())
    assert [s.student for s in collect.collect([tmp_path / "in"])] == ["a\ufffd", "a\ufffd (2)"]


@given(st.text(max_size=300))
def test_a_clean_name_is_a_line_of_plain_characters(name):
    shown = collect.clean(name)
    assert shown and shown.splitlines() == [shown]
    shown.encode("utf-8")


def test_of_two_that_a_student_handed_in_the_later_one_counts(tmp_path):
    first, second = (
        handed_in.hand_in(tmp_path / "in", "ann", handed_in.stub(), n) for n in (ARRAYS, f"{ARRAYS}-1")
    )
    os.utime(first, (1, 1))
    os.utime(second, (2, 2))
    (work,) = planned(collect.collect([tmp_path / "in"]), tmp_path / "out").work
    assert work.line["source"] == f"{ARRAYS}-1.ipynb" and "more than once" in work.line["reason"]


def test_what_a_student_did_not_hand_in_is_missing(tmp_path):
    handed_in.hand_in(tmp_path / "in", "ann", handed_in.stub())
    handed_in.hand_in(tmp_path / "in", "bo", handed_in.stub(MODELS), MODELS)
    told = planned(collect.collect([tmp_path / "in"]), tmp_path / "out").told
    assert {(line["student"], line["exercise"], line["status"]) for line in told} == {
        ("ann", MODELS, "missing"),
        ("bo", ARRAYS, "missing"),
    }


# Mutated notebooks

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda v: st.lists(v, max_size=3) | st.dictionaries(st.text(max_size=8), v, max_size=3),
    max_leaves=8,
)


@st.composite
def mutated(draw):
    """A solved notebook of which some parts, at any depth, are something else."""
    notebook = handed_in.solved()
    for _ in range(draw(st.integers(1, 6))):
        place = notebook
        for _ in range(draw(st.integers(0, 4))):
            keys = (
                list(place)
                if isinstance(place, dict)
                else list(range(len(place)))
                if isinstance(place, list)
                else []
            )
            if not keys:
                break
            key = draw(st.sampled_from(keys))
            if draw(st.integers(0, 3)) == 0 or not isinstance(place[key], dict | list):
                place[key] = draw(JSON)
                break
            place = place[key]
    return notebook


@settings(
    max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None
)
@given(mutated())
def test_a_mutated_notebook_is_read_or_refused(notebook):
    try:
        cells = notebooks.parse(as_bytes(notebook))
    except notebooks.NotebookError as error:
        assert str(error)
        return
    exercise = notebooks.identify(cells, "x.ipynb", EXERCISES)
    assert notebooks.language_of(cells) in language.LANGUAGES
    if exercise is not None:
        found = notebooks.answers(cells, exercise)
        assert list(found) == list(exercise.tasks)
        assert all(isinstance(a.source, str) or (a.zh and a.en) for a in found.values())


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.data())
def test_a_file_with_changed_bytes_is_read_or_refused(data):
    content = bytearray(as_bytes(handed_in.stub()))
    for _ in range(data.draw(st.integers(1, 20))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        cells = notebooks.parse(bytes(content))
    except notebooks.NotebookError:
        return
    for exercise in EXERCISES.values():
        notebooks.answers(cells, exercise)


# Messages of a worker

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(1 - 2**63, 2**63 - 1) | st.floats(allow_nan=False)
    | st.text(max_size=9)
    | st.builds(Raised, st.text(max_size=9), st.text(max_size=9), st.none() | st.integers(0, 99))
    | st.builds(Opaque, st.text(max_size=9), st.text(max_size=9)),
    lambda v: st.lists(v, max_size=4) | st.tuples(v, v) | st.dictionaries(st.text(max_size=5), v, max_size=4),
)  # fmt: skip


def carried(message):
    reading, writing = os.pipe()
    channel = protocol.Channel(reading, writing)
    channel.send(message)
    try:
        return channel.receive()
    finally:
        channel.close()


@given(PLAIN)
def test_a_plain_value_arrives_as_it_was(value):
    def tidy(text):
        return json.loads(json.dumps(text).encode("ascii")).encode("utf-8", "replace").decode()

    if "\\ud" not in json.dumps(repr(value)):
        assert carried(value) == value
    assert tidy("a") == "a"


@pytest.mark.parametrize("dtype", ["bool", "int8", "int64", ">i4", "float32", "float64", "<U5"])
def test_an_array_arrives_as_it_was(dtype):
    array = np.arange(6).reshape(2, 3).T.astype(dtype)
    found = carried({"x": array})["x"]
    assert found.dtype == array.dtype and found.shape == array.shape and (found == array).all()


@settings(max_examples=300, deadline=None)
@given(JSON, st.lists(st.binary(max_size=200), max_size=3))
def test_any_message_is_decoded_or_refused(value, blobs):
    header = json.dumps({"value": value, "sizes": [len(blob) for blob in blobs]}).encode()
    reading, writing = os.pipe()
    os.write(writing, struct.pack(">I", len(header)) + header + b"".join(blobs))
    os.close(writing)
    try:
        protocol.Channel(reading, reading).receive()
    except protocol.ProtocolError as error:
        assert str(error)
    finally:
        os.close(reading)


@given(st.binary(max_size=400))
def test_any_bytes_are_no_array_or_a_sound_one(data):
    file = io.BytesIO()
    np.save(file, np.arange(3.0))
    head = bytearray(file.getvalue())
    for place, byte in enumerate(data[:100]):
        head[(place * 37 + byte) % len(head)] = byte
    for candidate in (data, bytes(head)):
        try:
            found = protocol._from_bytes(candidate)
        except protocol.ProtocolError:
            continue
        assert found.dtype.kind in "biufU" and found.nbytes <= 1000


# Late work, and the table of grades


def test_a_deadline_costs_a_share_a_day():
    policy = late.read("2026-03-01 12:00, 20% a day")
    noon = policy.time
    assert policy("ann", "x", noon) is None
    assert policy("ann", "x", noon + 1) == {"days": 1, "factor": 0.8}
    assert policy("ann", "x", noon + 86401) == {"days": 2, "factor": 0.6}
    assert policy("ann", "x", noon + 9 * 86400)["factor"] == 0


def test_a_table_of_late_days(tmp_path):
    path = tmp_path / "late.csv"
    path.write_text("student,exercise,days,factor\nann,,2,\nbo,x,1,0.5\n", encoding="utf-8")
    policy = late.read(str(path))
    assert policy("ann", "any", 0) == {"days": 2.0, "factor": 0.8}
    assert policy("bo", "x", 0)["factor"] == 0.5 and policy("bo", "y", 0) is None


@pytest.mark.parametrize("text", ["tomorrow", "2026-13-01 x", "10%"])
def test_a_policy_that_is_none(text):
    with pytest.raises(late.LateError, match="10% a day"):
        late.read(text)


@pytest.mark.parametrize("row", ["ann,x,-1,", "ann,x,1,2", "ann,x,many,", "ann"])
def test_a_wrong_row_of_late_days_is_named(row, tmp_path):
    path = tmp_path / "late.csv"
    path.write_text(f"student,exercise,days,factor\n{row}\n", encoding="utf-8")
    with pytest.raises(late.LateError, match=r"late\.csv:2"):
        late.read(str(path))


def test_no_cell_of_the_grades_is_a_formula():
    task = {"task": "encode", "points": 1, "max": 1, "status": "passed", "mistake": None}
    lines = [
        {
            "student": name,
            "exercise": "x",
            "status": "graded",
            "late": {"days": 1, "factor": 0.5},
            "tasks": [task],
        }
        for name in ("=cmd|' /C calc'!A0", "+1", "-1", "@x", "ann, lee", 'bo "b"')
    ]
    rows = list(csv.reader(io.StringIO(records.grades(lines))))
    assert rows[0] == list(records.COLUMNS) and len(rows) == 7
    assert all(not row[0].startswith(("=", "+", "-", "@")) for row in rows)
    assert {row[3] for row in rows[1:]} == {"0.5"}


def test_every_hint_of_a_difference_has_two_languages():
    from rnncourse.grading import hints
    from rnncourse.tasks._compare import ORDER, Difference

    array = np.zeros((2, 2))
    values = {
        "raised": (1, Raised("ValueError", "")),
        "shape": (array, array[0]),
        "dtype": (array > 0, array),
    }
    for kind in ORDER:
        found = hints.of_difference(Difference(kind, (), *values.get(kind, ([1], {}))))
        assert found["zh"] and found["en"].endswith(".")
