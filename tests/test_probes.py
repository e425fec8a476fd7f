"""Running answers: inputs stay as they were, outputs become plain, whatever an answer does is an outcome."""

import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnncourse import probes
from rnncourse.probes import Opaque, Raised

SCALARS = st.none() | st.booleans() | st.integers(1 - 2**63, 2**63 - 1) | st.floats() | st.text(max_size=20)
PLAIN = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner))


@given(PLAIN)
def test_plain_values_stay_as_they_are(value):
    assert repr(probes.plain(value)) == repr(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.float32(0.5), 0.5),
        (np.int64(3), 3),
        (np.bool_(True), True),
        (np.array(2.5), 2.5),
        ((np.int32(1), [np.float64(2)]), (1, [2.0])),
        ({np.int64(1): np.float32(1)}, {1: 1.0}),
        ({1, 2}, Opaque("set", "{1, 2}")),
        (np.array([object()], dtype=object)[:0], Opaque("ndarray", "array([], dtype=object)")),
    ],
)
def test_what_becomes_plain(value, expected):
    found = probes.plain(value)
    assert found == expected and type(found) is type(expected)


def test_what_is_too_large_or_too_deep_is_opaque():
    endless = []
    endless.append(endless)
    deep = probes.plain(endless)
    while isinstance(deep, list):
        (deep,) = deep
    assert isinstance(deep, Opaque)
    assert isinstance(probes.plain(np.zeros(3_000_000)), Opaque)
    assert isinstance(probes.plain([0] * 200_000), Opaque)
    assert isinstance(probes.plain(10**5000), Opaque) and isinstance(probes.plain([2**63])[0], Opaque)
    assert len(probes.plain("a" * 20_000)) == probes.MOST_TEXT


class Number(int):
    def __eq__(self, other):
        return True

    __hash__ = int.__hash__


class Unprintable:
    def __repr__(self):
        raise ValueError("no")


def test_a_value_that_lies_about_itself_becomes_what_it_is():
    found = probes.plain(Number(3))
    assert type(found) is int and found == 3


def test_a_value_that_cannot_be_shown_is_an_outcome():
    assert isinstance(probes.run("call", lambda: Unprintable(), ()).value, Opaque | Raised)


def test_inputs_are_copied_and_changes_reported():
    def answer(numbers, table, text):
        numbers.append(9)
        table["a"] = 0
        return text

    inputs = ([1, 2], {"b": 1}, "x")
    outcome = probes.run("call", answer, inputs)
    assert inputs == ([1, 2], {"b": 1}, "x")
    assert (outcome.value, outcome.changed) == ("x", (0, 1))


def test_a_changed_array_is_reported():
    def answer(array):
        array[0, 0] = 7
        return array.sum()

    array = np.zeros((2, 2))
    assert probes.run("call", answer, (array,)).changed == (0,)
    assert not array.any()


def test_an_exception_is_an_output_with_the_line_of_the_answer():
    def answer(table):
        return table["missing"]

    value = probes.run("call", answer, ({},)).value
    assert value.type == "KeyError" and value.code == 'return table["missing"]'


def test_an_exception_within_a_library_names_the_answers_line():
    value = probes.run("call", lambda: np.concatenate([]), ()).value
    assert value.type == "ValueError" and "np.concatenate([])" in value.code


def test_wrong_parameters_have_no_line():
    assert probes.run("call", lambda: 1, (2,)).value.line is None


def test_an_answer_that_exits_does_not_end_the_check():
    assert probes.run("call", lambda: sys.exit(3), ()).value == Raised("SystemExit", "3", *_here())


def _here():
    """Line and code of the lambda above."""
    source = Path(__file__).read_text(encoding="utf-8").splitlines()
    number = next(i for i, line in enumerate(source, 1) if "lambda: sys.exit(3)" in line)
    return number, source[number - 1].strip()


def test_what_is_printed_is_captured(capfd):
    def answer():
        print("one")
        print("two", file=sys.stderr)

    assert probes.run("call", answer, ()).printed == "one\ntwo\n"
    assert capfd.readouterr() == ("", "")


def test_chance_repeats():
    def answer():
        return np.random.random()

    assert probes.run("call", answer, ()).value == probes.run("call", answer, ()).value


def test_an_answer_that_returns_no_model_is_told_so():
    value = probes.run("classifier", lambda size: None, (5, np.ones((2, 3), int))).value
    assert value.type == "TypeError" and "return model" in value.message
