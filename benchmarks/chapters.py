"""Every built chapter in a fresh Jupyter kernel: peak memory, and how soon its widgets answer.

    python benchmarks/chapters.py [NAME ...]

A NAME is part of a notebook's path; without one, every chapter of both languages runs. GB are 10^9 bytes of
resident memory (the kernel's own peak, `ru_maxrss`); processes that a cell starts are not counted. A widget's
time is that of the slowest of its controls, each moved through its range: the median of its moves, from the
new value to the new picture, in CPU time of the thread that draws, which a busy machine stretches less than
the clock. Exit code 1 above 1.5 GB, or above 150 ms for a widget without a text field (a typed sentence asks
a network, which takes as long as it takes: shown, not judged).
"""

import json
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parent.parent
MOST_MEMORY, MOST_TIME = 1.5, 150  # GB, ms
WATCH = """
from rnncourse.widgets import panel as _panel
_build, _panels = _panel.build_panel, []
def _watched(view, controls):
    _panels.append(list(controls))
    return _build(view, controls)
_panel.build_panel = _watched
"""
# Runs in the kernel after the chapter's last cell.
MOVE = '''
import json, resource, statistics, time
def _values(control):
    """Values to move a control to, none of them the one it has before."""
    if hasattr(control, "options"):
        return [value for _, value in control._options_full][-1::-1][:6] * 2
    if isinstance(control.value, bool):
        return [not control.value, control.value] * 3
    if isinstance(control.value, str):
        return [control.value + " 不 not", control.value] * 2
    steps = [control.min + (control.max - control.min) * part for part in (0.1, 0.9, 0.3, 0.7, 0.5)]
    return [type(control.value)(value) for value in steps]
def _milliseconds(control):
    times = []
    for value in _values(control):
        if value != control.value:
            started = time.thread_time()
            control.value = value
            times.append(1000 * (time.thread_time() - started))
    return statistics.median(times)
_found = [{type(c).__name__ + f" {i}": _milliseconds(c) for i, c in enumerate(cs)} for cs in _panels]
print("FOUND" + json.dumps([resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, _found]))
'''


def main(names):
    notebooks = [path for path in sorted((ROOT / "chapters").glob("*/*.ipynb")) if selected(path, names)]
    if not notebooks:
        print(f"no built chapter under {ROOT / 'chapters'} matches {names or 'anything'}; run make build")
        return 1
    found = {path: measure(path) for path in notebooks}
    slow = [time for _, widgets in found.values() for time in map(judged, widgets) if time > MOST_TIME]
    highest = max(memory for memory, _ in found.values())
    print(f"highest {highest:.2f} GB, limit {MOST_MEMORY} GB; widgets above {MOST_TIME} ms: {len(slow)}")
    return int(highest > MOST_MEMORY or bool(slow))


def selected(path, names):
    return not names or any(name in str(path.relative_to(ROOT)) for name in names)


def measure(path):
    """Peak memory in GB and, for each widget, {control: milliseconds}."""
    notebook = nbformat.read(path, as_version=4)
    setup = next(place for place, cell in enumerate(notebook.cells) if cell.cell_type == "code")
    notebook.cells.insert(setup + 1, nbformat.v4.new_code_cell(WATCH))
    notebook.cells.append(nbformat.v4.new_code_cell(MOVE))
    folder = {"metadata": {"path": path.parent}}
    NotebookClient(notebook, timeout=600, kernel_name="python3", resources=folder).execute()
    said = "".join(output.get("text", "") for output in notebook.cells[-1].outputs)
    peak, widgets = json.loads(said.split("FOUND")[1])
    gigabytes = peak * (1 if sys.platform == "darwin" else 1024) / 1e9  # bytes there, KiB on Linux
    times = ", ".join(f"{max(times.values()):.0f} ms ({max(times, key=times.get)})" for times in widgets)
    print(f"{gigabytes:5.2f} GB  {path.relative_to(ROOT)}  widgets: {times or 'none'}", flush=True)
    return gigabytes, widgets


def judged(times):
    """The slowest control of a widget; 0 for one with a text field."""
    return 0 if any(name.startswith("Text") for name in times) else max(times.values())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
