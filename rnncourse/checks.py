"""What an exercise calls: `from rnncourse import checks as check`, then `check.pad_batch(pad_batch)`.

A right answer prints one line, a wrong one raises CheckFailed with the hint. The cases are always the same.
"""

import difflib
import functools

import numpy as np

from rnncourse import probes, progress, tasks
from rnncourse.language import choose
from rnncourse.tasks import Verdict

SEED = 0


class CheckFailed(AssertionError):
    """A wrong answer; the message is the hint, in the reader's language."""

    def _render_traceback_(self):
        """What a notebook shows: the hint alone."""
        return str(self).splitlines()


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    if name not in tasks.names():
        raise AttributeError(_no_such_check(name))
    check = functools.partial(_check, name)
    check.__doc__ = f"Check an answer to the task {name}. Raises CheckFailed with a hint where it is wrong."
    return check


def __dir__():
    return ["CheckFailed", *tasks.names()]


def _no_such_check(name):
    close = ", ".join(difflib.get_close_matches(name, tasks.names())) or ", ".join(tasks.names())
    return choose(zh=f"没有名为 {name} 的检查；有：{close}", en=f"there is no check {name}; there is {close}")


def _check(name, answer):
    task = tasks.load(name)
    found = examine(task, answer, np.random.default_rng(SEED))
    progress.note(name, found.passed)
    if not found.passed:
        parts = [f"✗ {name}  0/{task.points}", tasks.wrap(found.hint), found.detail]
        raise CheckFailed("\n\n".join(part for part in parts if part))
    print(f"✓ {name}  {task.points}/{task.points}")


def examine(task, answer, rng):
    """Run `answer` on the cases that a NumPy Generator draws, in this process. Returns a Verdict."""
    if not callable(answer):
        return Verdict(False, hint=_not_callable(task.name, answer))
    cases = task.cases(rng)
    outcomes = [probes.run(task.probe, answer, case.inputs) for case in cases]
    return tasks.verdict(task, cases, outcomes)


def _not_callable(name, answer):
    given = type(answer).__name__
    return choose(
        zh=f"请把函数本身交给检查，而不是调用的结果：check.{name}({name})；得到的却是 {given}。",
        en=f"Hand over the function itself, not what it returns: check.{name}({name}). It got {given}.",
    )
