"""All benchmarks, one after the other: `make bench`; with --quick, only to see that they run (no chapter).

Speed beside the peers (recipe.py, decoding.py, grading.py), size and speed of a compressed model
(smaller.py), memory and widgets of every chapter (chapters.py), seconds of the import (imports.py). How to
read each stands at the head of its file. Exit code 1 if a chapter or the import is above its limit, or
decoding, the grader or the compressed model below its target.
"""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main(options):
    quick = "--quick" in options
    runs = [["imports.py"]] + [[name, *options] for name in ("recipe.py", "decoding.py", "smaller.py")]
    runs += [["grading.py", "--submissions", "6"]] if quick else [["grading.py"], ["chapters.py"]]
    failed = []
    for run in runs:
        print(f"\n== {' '.join(run)}", flush=True)
        if subprocess.run([sys.executable, HERE / run[0], *run[1:]]).returncode:
            failed.append(run[0])
    print(f"\nabove a limit or failed: {', '.join(failed)}" if failed else "\nall within their limits")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
