"""What the course ships: texts compressed, and the scripts that make them anew."""

import lzma
from importlib import resources


def read(name):
    """The rows of the embedded slice `name`, in order: (number as it stands there, text) each."""
    packed = resources.files("rnncourse.datasets.slices").joinpath(f"{name}.xz").read_bytes()
    lines = lzma.decompress(packed).decode("utf-8").rstrip("\n").split("\n")
    return [tuple(line.split("\t", 1)) for line in lines]
