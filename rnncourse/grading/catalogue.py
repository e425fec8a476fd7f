"""The tasks to grade: those of the package, and an instructor's own, which come before them."""

import hashlib
import importlib.util
import sys
from pathlib import Path

from rnncourse import probes, tasks
from rnncourse.language import choose

_SHARED = [Path(probes.__file__), *sorted(Path(tasks.__file__).parent.glob("_*.py"))]


class CatalogueError(Exception):
    """A task that does not exist, or a module that is none; the message says which."""


class Catalogue:
    """Tasks by name. `folder`: an instructor's modules NAME.py, each with a TASK, or None."""

    def __init__(self, folder=None):
        self.folder = None if folder is None else Path(folder)
        if self.folder is not None and not self.folder.is_dir():
            raise CatalogueError(choose(zh=f"没有文件夹 {folder}", en=f"there is no folder {folder}"))
        self._tasks = {}

    def load(self, name):
        """The Task called `name`. Raises CatalogueError."""
        if name not in self._tasks:
            self._tasks[name] = self._load(name)
        return self._tasks[name]

    def fingerprint(self, name):
        """A hash of the module of the task `name`, and of what decides about all tasks."""
        paths = [
            *_SHARED,
            self._private(name) or Path(sys.modules[self.load(name).cases.__module__].__file__),
        ]
        return hashlib.sha256(b"\0".join(path.read_bytes() for path in paths)).hexdigest()

    def _private(self, name):
        path = self.folder and self.folder / f"{name}.py"
        return path if path and path.is_file() else None

    def _load(self, name):
        path = self._private(name)
        if path is None:
            try:
                return tasks.load(name)
            except KeyError:
                raise CatalogueError(
                    choose(zh=f"没有名为 {name} 的题目", en=f"there is no task {name}")
                ) from None
        spec = importlib.util.spec_from_file_location(f"rnncourse_private_tasks_{name}", path)
        module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        task = getattr(module, "TASK", None)
        if not isinstance(task, tasks.Task) or task.name != name:
            message = choose(zh=f"{path}：缺少名为 {name} 的 TASK", en=f"{path}: no TASK called {name}")
            raise CatalogueError(message)
        return task
