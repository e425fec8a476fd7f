"""Every stored notebook, run again by nbval in a fresh kernel, shows what it showed when it was built.

A chapter that computes another thing in each language is run here in one of them, in JupyterLab in the
other.
"""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from lab import CHROMIUM, RUN_IN
from stored import code_cells, compared, is_measured

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = {"chapter": ROOT / "chapters", "solution": ROOT / "exercises" / "solutions"}


def _names():
    return [
        (kind, path.name) for kind, folder in FOLDERS.items() for path in sorted(folder.glob("zh/*.ipynb"))
    ]


def _computed(path):
    """Source and outputs, as they are compared, of each code cell but the set-up."""
    return [(cell.source, compared(cell, cell.outputs)) for cell in code_cells(path)[1:]]


def _editions(kind, name):
    """The editions to run here: where both computed the same thing, the Chinese one stands for the two.

    Otherwise both; but a chapter's edition that the browser's test runs and compares is not run again.
    """
    zh, en = (FOLDERS[kind] / language / name for language in ("zh", "en"))
    if not any(is_measured(cell) for cell in code_cells(zh)) and _computed(zh) == _computed(en):
        return [zh]
    in_browser = RUN_IN[Path(name).stem] if kind == "chapter" and CHROMIUM else None
    return [path for language, path in (("zh", zh), ("en", en)) if language != in_browser]


RUNS = [path for kind, name in _names() for path in _editions(kind, name)]


def _run(path):
    """nbval on one notebook, with one thread of arithmetic: another runs beside it."""
    threads = dict.fromkeys(("TF_NUM_INTRAOP_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--nbval",
        "-q",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        str(ROOT),
        str(path),
    ]
    return subprocess.run(command, cwd=ROOT, env={**os.environ, **threads}, capture_output=True, text=True)


@pytest.mark.slow
@pytest.mark.parametrize("path", RUNS, ids=[str(path.relative_to(ROOT)) for path in RUNS])
def test_notebook_runs_as_stored(path):
    run = _run(path)
    assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-2000:]


@pytest.mark.parametrize(("kind", "name"), _names(), ids=[f"{kind}-{name}" for kind, name in _names()])
def test_stored_outputs_are_complete(kind, name):
    for language in ("zh", "en"):
        for cell in nbformat.read(FOLDERS[kind] / language / name, as_version=4).cells:
            if cell.cell_type == "code":
                assert cell.execution_count is not None, f"{language}/{name}: cell {cell.id} was not run"
                assert all(output.output_type != "error" for output in cell.outputs), (
                    f"{language}/{name}: {cell.id}"
                )
                assert all(output.get("name") != "stderr" for output in cell.outputs), (
                    f"{language}/{name}: {cell.id}"
                )
