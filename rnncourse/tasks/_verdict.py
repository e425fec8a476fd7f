"""From the outcomes of an answer to a verdict: right, or one hint that says what is wrong."""

import inspect
from dataclasses import dataclass

from rnncourse import probes
from rnncourse.language import choose
from rnncourse.probes import Raised
from rnncourse.tasks import _words as words
from rnncourse.tasks._compare import ORDER, Difference, alike, compare
from rnncourse.tasks._show import beside, show, show_inputs


@dataclass(frozen=True)
class Verdict:
    """Right, or what is wrong, in the reader's language.

    `mistake`: the name of the catalogued mistake, if it is one. `hint` says what is wrong, `detail` shows the
    case: a grader with secret cases leaves it out, and makes words of its own of the `difference`.
    """

    passed: bool
    mistake: str | None = None
    hint: str = ""
    detail: str = ""
    difference: Difference | None = None


def verdict(task, cases, outcomes, run=probes.run):
    """Judge the `outcomes` of an answer, one probes.Outcome a case. Returns a Verdict.

    `run` is how the reference and the mistakes are run: a grader of many answers remembers what they gave.
    """
    values = [outcome.value for outcome in outcomes]
    stub = next((value for value in values if is_stub(value)), None)
    if stub is not None:
        return Verdict(False, hint=words.not_written())
    if task.judge is not None:
        return _judged(task, cases, outcomes)
    expected = [run(task.probe, task.reference, case.inputs).value for case in cases]
    worst, difference = _first_difference(values, expected, task.tolerance)
    if difference is None:
        return _unchanged_inputs(task, cases, outcomes)
    mistake = _recognise(task, cases, values, difference, run)
    hint = _hint(mistake) if mistake else words.describe(difference)
    detail = _detail(task, cases[worst], outcomes[worst], expected[worst], difference)
    return Verdict(False, mistake and mistake.name, hint, detail, difference)


def is_stub(value):
    """Whether an output is that of a stub nobody has filled in."""
    return isinstance(value, Raised) and value.type == "NotImplementedError"


def _judged(task, cases, outcomes):
    for case, outcome in zip(cases, outcomes, strict=True):
        if isinstance(outcome.value, Raised):
            difference = compare(outcome.value, None, task.tolerance)
            detail = "\n\n".join(filter(None, [show(outcome.value), _printed(outcome)]))
            return Verdict(False, None, words.describe(difference), detail, difference)
        finding = task.judge(case, outcome.value)
        if finding is not None:
            mistake = next(mistake for mistake in task.mistakes if mistake.name == finding.mistake)
            detail = beside(finding.yours, finding.required)
            return Verdict(False, mistake.name, _hint(mistake), detail)
    return Verdict(True)


def _first_difference(values, expected, tolerance):
    """The case and the Difference to tell first: by kind, then by case."""
    found = [(i, compare(a, b, tolerance)) for i, (a, b) in enumerate(zip(values, expected, strict=True))]
    found = [(i, difference) for i, difference in found if difference is not None]
    return min(found, key=lambda pair: ORDER.index(pair[1].kind), default=(None, None))


def _recognise(task, cases, values, difference, run):
    """The catalogued mistake whose outputs agree with `values` on every case, or None.

    Facts about a model are compared up to the first that is wrong: two mistakes are then mended one by one.
    """
    last = difference.path[0] if task.probe not in probes.CALLING and difference.path else None
    values = [_up_to(last, value) for value in values]
    for mistake in task.mistakes:
        outputs = [_up_to(last, run(task.probe, mistake.answer, case.inputs).value) for case in cases]
        if all(alike(a, b, task.tolerance) for a, b in zip(values, outputs, strict=True)):
            return mistake
    return None


def _up_to(last, facts):
    if last is None or not isinstance(facts, dict) or last not in facts:
        return facts
    keys = list(facts)
    return {key: facts[key] for key in keys[: keys.index(last) + 1]}


def _unchanged_inputs(task, cases, outcomes):
    """Right values; but an answer must leave its inputs as they were."""
    for case, outcome in zip(cases, outcomes, strict=True):
        if outcome.changed:
            names = _parameters(task)
            changed = ", ".join(names[i] for i in outcome.changed)
            hint = words.changes_inputs(changed)
            return Verdict(False, None, hint, show_inputs(names, case.inputs))
    return Verdict(True)


def _hint(mistake):
    return choose(zh=mistake.zh, en=mistake.en)


def _detail(task, case, outcome, expected, difference):
    """The case that went wrong: inputs, both outputs, what was printed."""
    parts = [show_inputs(_parameters(task), case.inputs), beside(show(outcome.value), show(expected))]
    return "\n\n".join(part for part in [*parts, _printed(outcome)] if part)


def _printed(outcome):
    text = "\n".join(outcome.printed.strip().splitlines()[:10])
    return text and choose(zh="你的函数打印了：\n", en="your function printed:\n") + text


def _parameters(task):
    return list(inspect.signature(task.reference).parameters)
