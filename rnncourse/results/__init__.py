"""Results of the course's long measurements: written by experiments/run.py, drawn by the chapters."""

import json
from importlib import resources


def names():
    """The experiments whose results are stored, in alphabetical order."""
    files = (entry.name for entry in resources.files("rnncourse.results").iterdir())
    return sorted(file.removesuffix(".json") for file in files if file.endswith(".json"))


def load(name):
    """The record of the experiment `name`, a dict.

    "rows": one dict a run; "seeds"; "versions" of the packages; "processor", "cores" and "seconds" of the
    machine that measured; "sha256" of the script; further keys are the experiment's own. Raises ValueError
    for a name without a result.
    """
    if name not in names():
        known = ", ".join(names()) or "none yet"
        raise ValueError(f"no result is called {name!r}; there are: {known}; `make experiments` makes them")
    file = resources.files("rnncourse.results").joinpath(f"{name}.json")
    return json.loads(file.read_text(encoding="utf-8"))
