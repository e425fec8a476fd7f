"""What an experiment leaves behind: its rows, and where and with what they were measured."""

import hashlib
import json
import os
import platform
from importlib import metadata
from pathlib import Path

import rnncourse

FOLDER = Path(__file__).parent
RESULTS = Path(rnncourse.__file__).parent / "results"
PACKAGES = ("keras", "tensorflow", "tensorflow-cpu", "numpy", "scikit-learn")


def scripts():
    """The experiments of this folder: {name: path}. An experiment is a module with a function `measure`."""
    tools = {"record", "run"}
    return {path.stem: path for path in sorted(FOLDER.glob("*.py")) if path.stem not in tools}


def sha256(path):
    """Hash of a script's text; line ends do not count, since git may change them."""
    return hashlib.sha256(Path(path).read_text(encoding="utf-8").encode("utf-8")).hexdigest()


def make_record(name, measured, seconds):
    """The record of the experiment `name`: what `measure` returned, and its circumstances."""
    return {
        "experiment": name,
        "sha256": sha256(scripts()[name]),
        "processor": processor(),
        "cores": os.cpu_count(),
        "seconds": round(seconds),
        "python": platform.python_version(),
        "versions": versions(),
        **measured,
    }


def write_record(record):
    """Write `record` where `rnncourse.results.load` finds it: one row a line. Returns the path."""
    plain = {key: value for key, value in record.items() if key != "rows"}
    head = json.dumps(plain, indent=1, ensure_ascii=False).removesuffix("\n}")
    rows = ",\n".join("  " + json.dumps(row, ensure_ascii=False) for row in record["rows"])
    path = RESULTS / f"{record['experiment']}.json"
    path.write_text(f'{head},\n "rows": [\n{rows}\n ]\n}}\n', encoding="utf-8", newline="\n")
    return path


def versions():
    """Version of each of PACKAGES that is installed."""
    installed = {}
    for package in PACKAGES:
        try:
            installed[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return installed


def processor():
    """The processor's own name where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, "") or platform.processor() or platform.machine()
