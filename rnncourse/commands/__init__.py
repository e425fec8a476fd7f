"""The commands of `rnncourse`, one module each: `add(commands)` describes one, its `run` does it.

Their codes: 0 done, 1 something is not as it should be, 2 a mistake, told in one line.
"""

import sys

DONE, NOT_WELL, MISTAKE = 0, 1, 2


def tell(errors):
    """Print each of `errors` as a line. Returns the exit code."""
    for error in errors:
        print(f"rnncourse: {error}", file=sys.stderr)
    return MISTAKE if errors else DONE
