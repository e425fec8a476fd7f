"""Modules that a worker must not have: refused by the import system, and empty on the disk where there is a
room.
"""

import contextlib
import importlib.machinery
import sys
from pathlib import Path

ALWAYS = ("rnncourse.tasks",)


class _Refuser:
    """An importer that comes first and knows nothing of the modules in `names`."""

    def __init__(self, names):
        self.names = names

    def find_spec(self, name, path=None, target=None):
        if is_hidden(name, self.names):
            raise ModuleNotFoundError(f"No module named {name!r} (this exercise does without it)", name=name)
        return None


def is_hidden(name, hidden):
    """Whether the module `name` is among the modules `hidden`, or within one."""
    return any(name == module or name.startswith(module + ".") for module in hidden)


@contextlib.contextmanager
def refusing(hidden):
    """Refuse to import the modules `hidden` in the block."""
    refuser = refuse(hidden)
    try:
        yield
    finally:
        sys.meta_path.remove(refuser)


def refuse(hidden):
    """Refuse to import the modules `hidden` from now on. Returns what was put into sys.meta_path."""
    refuser = _Refuser(tuple(hidden))
    sys.meta_path.insert(0, refuser)
    return refuser


def loaded(hidden):
    """Those modules of `hidden`, and within them, that this process has loaded already."""
    return sorted(name for name, module in sys.modules.items() if module and is_hidden(name, hidden))


def files_of(module):
    """The files and folders that hold the `module`, compiled or not, found without importing anything."""
    top, *rest = module.split(".")
    spec = importlib.machinery.PathFinder.find_spec(top)
    places = list(spec.submodule_search_locations or ()) if spec else []
    if not rest:
        return [*places, *([spec.origin] if spec and spec.origin else ())]
    found = []
    for place in places:
        folder = Path(place, *rest[:-1])
        name = rest[-1]
        found += [folder / name, folder / f"{name}.py", folder / f"{name}.pyi"]
        found += [*folder.glob(f"{name}.*.so"), *folder.glob(f"__pycache__/{name}.*.pyc")]
    return [str(path) for path in found if path.exists()]
