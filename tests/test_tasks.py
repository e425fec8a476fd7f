"""Every task: its reference passes, each catalogued mistake is recognised as itself, on many seeds.

Tasks on models take one seed for each mistake here: building or training them costs seconds.
"""

import importlib.util
import itertools
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnncourse import checks, language, probes, tasks
from rnncourse.probes import Opaque, Raised
from rnncourse.tasks._compare import alike, compare
from rnncourse.tasks._show import WIDTH, beside, show, width, wrap

MODELS = ("build_classifier", "train_classifier")
MODELS += ("build_seq2seq",)
MODELS += ("build_attention_seq2seq",)
MODELS += ("mend_tagger",)
TASKS = {name: tasks.load(name) for name in tasks.names()}
CHEAP = {name: task for name, task in TASKS.items() if name not in MODELS}
MISTAKES = [(name, mistake) for name, task in TASKS.items() for mistake in task.mistakes]
SEEDS = range(20)

# Some mistakes are warned about by NumPy or Keras: learners see that, a test need not.
pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore::UserWarning")

pairs = pytest.mark.parametrize(
    ("name", "mistake"),
    [
        pytest.param(name, mistake, id=f"{name}-{mistake.name}", marks=[pytest.mark.slow] * (name in MODELS))
        for name, mistake in MISTAKES
    ],
)
every = pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
cheap = pytest.mark.parametrize("task", CHEAP.values(), ids=CHEAP)


@pytest.fixture(params=language.LANGUAGES)
def reader(request):
    language.use(request.param)
    yield request.param
    language.use("en")


def examine(task, answer, seed=0):
    return checks.examine(task, answer, np.random.default_rng(seed))


def outputs(task, answer, seed):
    cases = task.cases(np.random.default_rng(seed))
    return [probes.run(task.probe, answer, case.inputs).value for case in cases]


# The catalogue


@every
def test_a_task_is_complete(task):
    names = [mistake.name for mistake in task.mistakes]
    assert task.points > 0 and task.probe in probes.PROBES
    assert len(names) >= 3 and len(set(names)) == len(names)
    assert all(importlib.util.find_spec(module) for module in task.hides)


DATE_CHARACTERS = "零一二三四五六七八九十百千年月日"


@pytest.mark.parametrize("mistake", [mistake for _, mistake in MISTAKES], ids=lambda m: m.name)
def test_a_hint_speaks_both_languages(mistake):
    assert any("\u4e00" <= char <= "\u9fff" for char in mistake.zh)
    hanzi = {char for char in mistake.en if "\u4e00" <= char <= "\u9fff"}
    assert hanzi <= set(DATE_CHARACTERS)  # what the tasks on Chinese dates are about, quoted
    assert mistake.zh[-1] in "。？" and mistake.en[-1] in ".?"


@every
def test_cases_come_from_the_seed_and_can_travel(task):
    once, again, other = (task.cases(np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert repr([case.inputs for case in once]) == repr([case.inputs for case in again])
    assert repr([case.inputs for case in once]) != repr([case.inputs for case in other])
    assert "Opaque" not in repr([probes.plain(case.inputs) for case in once])


def test_labels_to_judge_by_are_not_among_the_inputs():
    (case,) = TASKS["train_classifier"].cases(np.random.default_rng(0))
    sequences, labels, _, unseen = case.inputs
    assert len(sequences) == len(labels) and len(unseen) == len(case.secret)
    assert {s.tobytes() for s in sequences}.isdisjoint(s.tobytes() for s in unseen)


def test_no_task_is_called_something_else():
    with pytest.raises(KeyError, match="pad_batch"):
        tasks.load("pad")


def test_tasks_on_arrays_do_without_keras():
    code = "import sys; from rnncourse import tasks\nfor name in sys.argv[1:]: tasks.load(name)\n"
    code += "sys.exit(any(module in sys.modules for module in ('keras', 'tensorflow')))"
    assert subprocess.run([sys.executable, "-c", code, *TASKS]).returncode == 0


# Verdicts


@cheap
def test_the_reference_passes(task):
    assert all(examine(task, task.reference, seed).passed for seed in SEEDS)


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS)
def test_the_reference_of_a_task_on_models_passes(name):
    assert all(examine(TASKS[name], TASKS[name].reference, seed).passed for seed in range(2))


@pairs
def test_a_mistake_gets_its_own_hint(name, mistake):
    for seed in range(3 if name in CHEAP else 1):
        found = examine(TASKS[name], mistake.answer, seed)
        assert (found.passed, found.mistake) == (False, mistake.name)
        assert found.hint == mistake.en and found.detail


@cheap
def test_hints_come_in_the_readers_language(task, reader):
    for mistake in task.mistakes:
        assert examine(task, mistake.answer).hint == getattr(mistake, reader)


@pytest.mark.slow
@cheap
def test_mistakes_lie_ten_tolerances_from_the_reference_and_each_other(task):
    answers = {"reference": task.reference} | {mistake.name: mistake.answer for mistake in task.mistakes}
    for seed in SEEDS:
        found = {name: outputs(task, answer, seed) for name, answer in answers.items()}
        for a, b in itertools.combinations(found, 2):
            same = (alike(x, y, 10 * task.tolerance) for x, y in zip(found[a], found[b], strict=True))
            assert not all(same), f"seed {seed}: {a} and {b} agree"


@pytest.mark.slow
def test_two_mistakes_in_a_model_are_told_one_after_the_other():
    """As facts stand: first the mask, then, with a mask, the number of layers."""
    task = TASKS["build_classifier"]
    facts = {"output_shape": (16, 1), "outputs_from_0_to_1": True, "outputs_differ": True}
    facts |= {"padding_changes_outputs": True, "order_changes_outputs": True, "parameters": 1}
    cases = task.cases(np.random.default_rng(0))
    found = tasks.verdict(task, cases, [probes.Outcome(facts) for _ in cases])
    assert found.mistake == "mask_missing"
    facts |= {"padding_changes_outputs": False}
    found = tasks.verdict(task, cases, [probes.Outcome(facts) for _ in cases])
    assert found.mistake is None and "parameters" in found.hint


@pytest.mark.parametrize(
    ("predictions", "mistake"),
    [
        (lambda y: y.astype(float), None),
        (lambda y: np.stack([1.0 - y, y], axis=1), "two_units"),
        (lambda y: np.full(len(y), 0.3), "constant_output"),
        (lambda y: np.full(len(y), np.nan), "constant_output"),
        (lambda y: np.tile(np.linspace(0, 1, len(y) // 2), 2), "bag_of_words"),
        (lambda y: 1.0 - y, "trained_too_little"),
        (lambda y: Opaque("Thing", "?"), "two_units"),
    ],
)
def test_predictions_are_judged_by_what_they_are(predictions, mistake):
    task = TASKS["train_classifier"]
    (case,) = task.cases(np.random.default_rng(3))
    p = predictions(case.secret)
    finding = task.judge(case, {"predictions": p, "predictions_padded": p})
    assert (finding and finding.mistake) == mistake


def test_predictions_that_padding_changes_are_not_accepted():
    task = TASKS["train_classifier"]
    (case,) = task.cases(np.random.default_rng(3))
    p = case.secret.astype(float)
    finding = task.judge(case, {"predictions": p, "predictions_padded": np.abs(p - 0.1)})
    assert finding.mistake == "padding_is_read"


# Comparing

NUMBERS = st.floats(allow_nan=True) | st.integers(1 - 2**63, 2**63 - 1) | st.booleans()
LEAVES = st.none() | NUMBERS | st.text(max_size=5) | st.builds(np.array, st.lists(st.floats(), min_size=1))
VALUES = st.recursive(LEAVES, lambda v: st.lists(v, max_size=4) | st.dictionaries(st.text(max_size=3), v))


@given(VALUES)
def test_a_value_equals_itself(value):
    assert compare(value, value, 1e-5) is None and alike(value, value, 1e-5)


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=6), st.data())
def test_a_moved_number_is_found_where_it_is(values, data):
    place = data.draw(st.integers(0, len(values) - 1))
    array = np.array(values)
    near, far = array.copy(), array.copy()
    near[place] += 1e-7
    far[place] += 1 + abs(far[place])
    assert compare(near, array, 1e-5) is None
    difference = compare(far, array, 1e-5)
    assert (difference.kind, difference.path) == ("value", (place,))
    assert (difference.yours, difference.expected) == (far[place], array[place])


@given(st.dictionaries(st.text(max_size=3), st.integers(), min_size=2))
def test_the_order_of_keys_does_not_matter(table):
    assert compare(dict(reversed(table.items())), table, 1e-5) is None


@pytest.mark.parametrize(
    ("yours", "expected", "kind", "path"),
    [
        (np.zeros((2, 3)), np.zeros((3, 2)), "shape", ()),
        (np.zeros(3), np.zeros(3, int), "dtype", ()),
        (np.zeros(3, bool), np.zeros(3, int), "dtype", ()),
        ([1, 2], np.array([1, 2]), "type", ()),
        (2.0, 2, "type", ()),
        (True, 1, "type", ()),
        ([[1], [2, 3]], [[1], [2]], "length", (1,)),
        ({"a": 1}, {"b": 1}, "keys", ()),
        ({"a": [1.0, 2.0]}, {"a": [1.0, 2.5]}, "value", ("a", 1)),
        (float("nan"), 0.0, "value", ()),
        (np.array([0.0, np.nan]), np.zeros(2), "value", (1,)),
        (Raised("KeyError", "x"), 3, "raised", ()),
        (Raised("KeyError", "x"), Raised("ValueError", "x"), "raised", ()),
        (3, Raised("ValueError", "x"), "raised", ()),
        (Opaque("set", "{1}"), [1], "type", ()),
    ],
)
def test_the_first_difference(yours, expected, kind, path):
    difference = compare(yours, expected, 1e-5)
    assert (difference.kind, difference.path) == (kind, path)


@pytest.mark.parametrize(
    ("yours", "expected"),
    [
        (2, 2.0),
        ((1, 2), [1, 2]),
        (np.zeros(2, "int64"), np.zeros(2, "int32")),
        (np.zeros(2, "float32"), np.zeros(2)),
        (float("nan"), float("nan")),
        (np.array([np.nan, np.inf]), np.array([np.nan, np.inf])),
        (Raised("ValueError", "one message"), Raised("ValueError", "another")),
    ],
)
def test_what_counts_as_equal(yours, expected):
    assert compare(yours, expected, 1e-5) is None


@pytest.mark.parametrize(
    ("yours", "other", "same"),
    [
        ([[1, 2]], np.array([[1.0, 2.0]]), True),
        (np.array([True, False]), [1, 0], True),
        ([1, 2], [2, 1], False),
        (Raised("KeyError", "'a'"), Raised("KeyError", "'b'"), True),
        (Raised("ValueError", "shapes (2,) (3,)"), Raised("ValueError", "shapes (4,1) (5,)"), True),
        (Raised("ValueError", "bad axis"), Raised("ValueError", "bad shape"), False),
        (Raised("KeyError", "'a'"), Raised("IndexError", "'a'"), False),
    ],
)
def test_mistakes_are_alike_but_for_containers_and_names(yours, other, same):
    assert alike(yours, other, 1e-5) is same


# Showing


def test_columns_stand_aligned_also_under_chinese_headings():
    language.use("zh")
    try:
        lines = beside("[1 2]\n[3 4]", "[5 6]").splitlines()
    finally:
        language.use("en")
    assert lines == ["你的结果    应为", "[1 2]       [5 6]", "[3 4]"]


def test_what_is_too_wide_stands_below():
    assert beside("a" * 60, "b" * 60).splitlines() == ["yours", "  " + "a" * 60, "expected", "  " + "b" * 60]


@given(st.text(st.sampled_from("ab c，。“”（）字词"), max_size=200))
def test_wrapping_keeps_every_mark_and_the_width(text):
    wrapped = wrap(text)
    assert "".join(wrapped.split()) == "".join(text.split())
    longest = max((len(word) for word in text.split(" ")), default=0)
    if 2 * longest < WIDTH:
        assert all(width(line) <= WIDTH + 2 for line in wrapped.splitlines())


@given(VALUES)
def test_whatever_is_shown_is_short(value):
    lines = show(value).splitlines()
    assert len(lines) <= 12 and all(width(line) <= WIDTH + 2 for line in lines)
