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


@pytest.mark.parametrize("language", ["zh", "en"])
def test_performance_leaves_the_chapters_test_texts_alone(language, monkeypatch):
    from rnncourse import datasets, text

    experiment = importlib.import_module("performance")
    monkeypatch.setattr(text.Vocabulary, "encode_all", lambda self, texts: texts)
    _, parts = experiment.reviews.__wrapped__(language, experiment.SIZES)
    assert tuple(len(texts) for texts, _ in parts) == experiment.SIZES
    texts = set().union(*(texts for texts, _ in parts))
    assert len(texts) == sum(experiment.SIZES)
    assert not texts & set(datasets.split(datasets.load_reviews(language)).test.texts)


def test_performance_turns_one_knob_at_a_time():
    experiment = importlib.import_module("performance")
    for knob in experiment.KNOBS:
        turned = {name for name in knob if knob[name] != experiment.REFERENCE[name]}
        assert turned == set(knob) and len(turned - {"pooling"}) <= 1
    assert {knob["dropout"] for knob in experiment.KNOBS if "dropout" in knob} < set(experiment.DROPOUTS)


@pytest.mark.slow
@pytest.mark.parametrize("layers, bidirectional", [(1, False), (2, True)])
def test_performance_counts_the_parameters_that_keras_counts(layers, bidirectional):
    import keras

    from rnncourse.models import build_text_classifier

    experiment = importlib.import_module("performance")
    options = {"embedding_size": 5, "bidirectional": bidirectional}
    model = build_text_classifier(vocabulary_size=9, units=3, layers=layers, **options)
    recurrent = [layer for layer in model.layers if isinstance(layer, keras.layers.GRU)]
    counted = experiment.cost(layers, 3, **options)
    assert counted["parameters"] == sum(layer.count_params() for layer in recurrent)
    kernels = sum(weight.size for layer in recurrent for weight in layer.get_weights()[:2])
    assert counted["multiply_adds"] == experiment.LONGEST * kernels


def test_small_classifier_chooses_on_the_validation_texts_alone():
    experiment = importlib.import_module("small_classifier")

    def rows(*figures):
        return [
            {"language": "en", "candidate": candidate, "validation": validation, "bytes": count, "test": None}
            for candidate, found in zip((None, 0, 1, 2), figures, strict=True)
            for validation, count in found
        ]

    full = [(0.8, 900), (0.7, 900)]  # two seeds
    large, good, bad = [(0.8, 300), (0.7, 300)], [(0.78, 200), (0.71, 200)], [(0.7, 100), (0.73, 100)]
    assert experiment.choose(rows(full, large, good, bad), "en") == 1
    assert experiment.choose(rows(full, bad, large, large), "en") == 0
    assert experiment.choose(rows(full, good, bad, [(0.78, 190), (0.71, 190)]), "en") == 2  # the smaller one
    assert experiment.choose(rows(full, large, [(0.1, 290)] * 2, large), "en") == 1  # none is small enough


def test_small_classifier_compares_text_by_text():
    import numpy as np

    experiment = importlib.import_module("small_classifier")
    before = np.array([1.0, 1.0, 0.0, 0.5] * 50)
    assert experiment._change(before, before) == [0, 0, 0]
    change, low, high = experiment._change(before, np.array([1.0, 0.0, 0.0, 1.0] * 50))
    assert change == pytest.approx(-0.125) and low < -0.125 < high
    spread = np.std([0, -1, 0, 0.5]) / np.sqrt(200)
    assert (high - low) / 2 == pytest.approx(1.96 * spread, rel=0.15)


def test_latency_takes_ratios_of_medians(monkeypatch):
    """With a clock that only the models move."""
    experiment = importlib.import_module("latency")
    now = [0.0]

    class Model:
        def __init__(self, seconds):
            self.seconds = seconds

        def run(self, row):
            assert row.shape == (1, experiment.STEPS) and row.min() >= 2 and row.max() < 50
            now[0] += self.seconds

    monkeypatch.setattr(experiment.time, "perf_counter", lambda: now[0])
    full, fast = experiment.timed({"full": Model(0.004), "fast": Model(0.001)}, 50, 0, 20)
    assert full["milliseconds"] == pytest.approx(4) and fast["milliseconds"] == pytest.approx(1)
    assert [fast[name] for name in ("faster", "low", "high")] == pytest.approx([4, 4, 4])
    assert [full[name] for name in ("faster", "low", "high")] == pytest.approx([1, 1, 1])


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
