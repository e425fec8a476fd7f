"""Seconds that `import rnncourse` takes in a fresh process: the lowest of several. Exit code 1 above 0.2."""

import subprocess
import sys

LIMIT = 0.2  # seconds
TIMED = "import time; t = time.perf_counter(); import rnncourse; print(time.perf_counter() - t)"


def import_seconds(runs=7):
    command = [sys.executable, "-c", TIMED]
    return min(float(subprocess.check_output(command, text=True)) for _ in range(runs))


def main():
    seconds = import_seconds()
    print(f"import rnncourse: {seconds:.3f} s, limit {LIMIT} s")
    return int(seconds > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
