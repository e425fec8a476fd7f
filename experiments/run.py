"""Run the long measurements that the chapters draw; their results go into rnncourse/results.

python experiments/run.py [NAMES] [--small]
"""

import argparse
import importlib
import json
import sys
import time

import record


def main(arguments=None):
    """Run the experiments named (default: all). Returns the exit code: 2 for a name that does not exist."""
    options = parse(arguments)
    unknown = sorted(set(options.names) - set(record.scripts()))
    if unknown:
        known = ", ".join(record.scripts())
        print(f"no experiment is called {', '.join(unknown)}; there are: {known}", file=sys.stderr)
        return 2
    for name in options.names or record.scripts():
        started = time.perf_counter()
        measured = importlib.import_module(name).measure(small=options.small)
        made = record.make_record(name, measured, time.perf_counter() - started)
        if options.small:
            print(json.dumps(made, indent=1, ensure_ascii=False))
        else:
            print(f"{record.write_record(made).name}: {len(made['rows'])} rows, {made['seconds']} s")
    return 0


def parse(arguments):
    parser = argparse.ArgumentParser(description="Run the long measurements that the chapters draw.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="an experiment; default: all")
    parser.add_argument(
        "--small", action="store_true", help="a few runs on little data; prints the record, stores nothing"
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
