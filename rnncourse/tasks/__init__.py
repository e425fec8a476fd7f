"""The tasks of the exercises: one module a task, found by its name.

`load("pad_batch").reference` is a right answer, `verdict` says what is wrong with another one.
"""

import importlib
import pkgutil

from rnncourse.tasks._show import wrap
from rnncourse.tasks._task import Case, Finding, Mistake, Task
from rnncourse.tasks._verdict import Verdict, verdict

__all__ = ["Case", "Finding", "Mistake", "Task", "Verdict", "load", "names", "verdict", "wrap"]


def names():
    """The names of all tasks, in alphabetical order."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__) if module.name[0] != "_")


def load(name):
    """The Task called `name`. Raises KeyError where there is none."""
    if name not in names():
        raise KeyError(f"no task {name!r}; there are {', '.join(names())}")
    return importlib.import_module(f"{__name__}.{name}").TASK
