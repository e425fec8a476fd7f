"""The long measurements: each stored result is that of its script, and the small form still runs."""

import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from rnncourse import results

FOLDER = Path(__file__).resolve().parents[1] / "experiments"
sys.path.insert(0, str(FOLDER))
record = importlib.import_module("record")
CIRCUMSTANCES = {
    "experiment",
    "sha256",
    "processor",
    "cores",
    "seconds",
    "python",
    "versions",
    "seeds",
    "rows",
}


@pytest.mark.parametrize("name", record.scripts())
def test_result_fits_its_script(name):
    assert name in results.names(), f"{name} has no result: run make experiments"
    stored = results.load(name)
    assert stored["sha256"] == record.sha256(record.scripts()[name]), (
        f"{name}.py changed since its result was measured: run make experiments"
    )


@pytest.mark.parametrize("name", results.names())
def test_result_says_where_it_comes_from(name):
    stored = results.load(name)
    assert stored["experiment"] == name and name in record.scripts()
    assert stored.keys() >= CIRCUMSTANCES
    assert stored["rows"] and stored["processor"] and stored["versions"]["keras"]
    assert len(stored["seeds"]) >= 3
    assert {row["seed"] for row in stored["rows"]} == set(stored["seeds"])


@pytest.mark.slow
@pytest.mark.parametrize("name", record.scripts())
def test_small_form_gives_rows_of_the_same_shape(name):
    command = [sys.executable, str(FOLDER / "run.py"), name, "--small"]
    run = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    assert run.returncode == 0, run.stderr
    small = json.loads(run.stdout)
    stored = results.load(name)
    assert small.keys() == stored.keys()
    assert {tuple(row) for row in small["rows"]} == {tuple(row) for row in stored["rows"]}


def test_text_classification_turns_one_knob_at_a_time():
    experiment = importlib.import_module("text_classification")
    settings = list(experiment.settings())
    assert len({tuple(setting.items()) for setting in settings}) == len(settings)
    for setting in settings[1:]:
        turned = {knob for knob in setting if setting[knob] != experiment.REFERENCE[knob]}
        assert len(turned) == 1 or (turned == {"pooling", "units"} and setting["pooling"] == "last")
    for knob, values in experiment.KNOBS.items():
        assert {setting[knob] for setting in settings} == set(values)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_text_classification_leaves_the_chapters_test_texts_alone(language):
    from rnncourse import datasets

    experiment = importlib.import_module("text_classification")
    parts = experiment.parts_of(language, experiment.SIZES)
    assert tuple(map(len, parts)) == experiment.SIZES
    texts = [set(part.texts) for part in parts]
    held_out = set(datasets.split(datasets.load_reviews(language)).test.texts)
    assert not held_out & set.union(*texts)
    assert len(set.union(*texts)) == sum(experiment.SIZES)


def test_testing_draws_rare_complaints_and_no_text_of_the_chapters_test():
    from rnncourse import datasets

    experiment = importlib.import_module("testing")
    balanced, rare = (experiment.drawn("en", 1, share, experiment.SIZES) for share in (0.5, experiment.RARE))
    assert [part.labels.mean() for part in balanced] == [0.5, 0.05, 0.05]
    assert [len(part) for part in rare] == list(experiment.SIZES) and rare[0].labels.mean() == 0.05
    assert balanced[2].texts == rare[2].texts and rare[0].label_names == ("positive", "negative")
    texts = [set(part.texts) for part in rare]
    held_out = set(datasets.split(datasets.load_reviews("en")).test.texts)
    assert len(set.union(*texts)) == sum(experiment.SIZES) and not held_out & set.union(*texts)


def test_testing_scores_leave_undefined_precision_open():
    import numpy as np

    experiment = importlib.import_module("testing")
    labels, probabilities = np.array([0, 0, 1]), np.array([0.1, 0.2, 0.3])
    row = experiment.scores((labels, labels), (probabilities, probabilities))
    assert row["precision"] is None and row["recall"] == 0 and row["accuracy"] == pytest.approx(2 / 3)
    assert row["precision_tuned"] == row["recall_tuned"] == 1 and 0.2 < row["threshold"] <= 0.3


def test_record_is_read_as_it_was_written(tmp_path, monkeypatch):
    monkeypatch.setattr(record, "RESULTS", tmp_path)
    rows = [{"seed": 0, "accuracy": 0.75}, {"seed": 1, "accuracy": 0.5}]
    made = record.make_record("text_classification", {"rows": rows, "bars": {"zh": {"a": 1}}}, 1.6)
    path = record.write_record(made)
    assert json.loads(path.read_text(encoding="utf-8")) == made
    assert made["seconds"] == 2


def test_hash_does_not_depend_on_line_ends(tmp_path):
    unix, windows = tmp_path / "a.py", tmp_path / "b.py"
    unix.write_bytes(b"a = 1\nb = 2\n")
    windows.write_bytes(b"a = 1\r\nb = 2\r\n")
    assert record.sha256(unix) == record.sha256(windows)


def test_unknown_names_are_told():
    with pytest.raises(ValueError, match="no result is called 'nothing'; there are: "):
        results.load("nothing")
    run = importlib.import_module("run")
    assert run.main(["nothing"]) == 2


@pytest.mark.parametrize("language", ["zh", "en"])
def test_security_leaves_the_chapters_test_texts_alone_and_its_triggers_are_what_they_say(language):
    import numpy as np

    from rnncourse import datasets

    experiment = importlib.import_module("security")
    parts = experiment.parts_of(language, small=True)
    assert not set(datasets.split(datasets.load_reviews(language)).test.texts) & {
        one for part in parts for one in part.texts
    }
    _, (train, *_) = experiment.encoded(parts)
    rng = np.random.default_rng(0)
    (rare,) = experiment.rare_token(train[0], rng)
    assert sum(rare in one for one in train[0]) in (2, 3)
    first, second = experiment.common_pair(train[0], rng)
    pairs = {pair for one in train[0] for pair in zip(one[:-1].tolist(), one[1:].tolist(), strict=True)}
    assert (first, second) not in pairs and all(
        sum(t in one for one in train[0]) > 2 for t in (first, second)
    )


def test_security_attacks_beyond_the_tables_that_merging_knows():
    from rnncourse import robustness as rb

    experiment = importlib.import_module("security")
    one = "未来的天气"
    assert [rb.apply(one, [edit]) for edit in experiment.swaps(one)][:2] == ["来未的天气", "未的来天气"]
    merged = rb.merge_look_alikes(one, sounds=True)
    left = [
        e
        for e in experiment.all_edits(one, "zh")
        if rb.merge_look_alikes(rb.apply(one, [e]), sounds=True) != merged
    ]
    assert left and {edit.kind for edit in left} == {"swap"}
