"""Peak memory of each built chapter: its code runs in a fresh Jupyter kernel. Exit code 1 above 1.5 GB.

    python benchmarks/memory.py [NAME ...]

A NAME is part of a notebook's path; without one, every chapter of both languages runs. GB are 10^9 bytes of
resident memory (the kernel's own peak, `ru_maxrss`); processes that a cell starts are not counted.
"""

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parent.parent
LIMIT = 1.5  # GB
PROBE = "import resource, sys; print('PEAK', resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"


def main(names):
    notebooks = [path for path in sorted((ROOT / "chapters").glob("*/*.ipynb")) if selected(path, names)]
    if not notebooks:
        print(f"no built chapter under {ROOT / 'chapters'} matches {names or 'anything'}; run make build")
        return 1
    peaks = {path: peak_gigabytes(path) for path in notebooks}
    over = [path for path, peak in peaks.items() if peak > LIMIT]
    print(f"highest {max(peaks.values()):.2f} GB, limit {LIMIT} GB")
    return int(bool(over))


def selected(path, names):
    return not names or any(name in str(path.relative_to(ROOT)) for name in names)


def peak_gigabytes(path):
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell(PROBE))
    client = NotebookClient(
        notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": path.parent}}
    )
    client.execute()
    said = "".join(output.get("text", "") for output in notebook.cells[-1].outputs)
    unit = 1 if sys.platform == "darwin" else 1024  # bytes there, KiB on Linux
    peak = int(said.split("PEAK")[1]) * unit / 1e9
    print(
        f"{peak:5.2f} GB{' above the limit' if peak > LIMIT else '':16} {path.relative_to(ROOT)}", flush=True
    )
    return peak


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
