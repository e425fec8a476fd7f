"""Puts the exercises, without their solutions, into the package that is built, for `rnncourse start`.

Everything else stands in pyproject.toml.
"""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

HERE = Path(__file__).resolve().parent


class BuildWithExercises(build_py):
    """Copies exercises/zh and exercises/en; an editable installation reads them in the checkout instead."""

    def run(self):
        super().run()
        if not getattr(self, "editable_mode", False):
            for notebook in sorted(HERE.glob("exercises/[ez][nh]/*.ipynb")):
                target = Path(self.build_lib, "rnncourse", "exercises", notebook.parent.name, notebook.name)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(notebook, target)


setup(cmdclass={"build_py": BuildWithExercises})
