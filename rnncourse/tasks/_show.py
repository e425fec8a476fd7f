"""Values as text for a hint: short, aligned, also where a line holds Chinese characters."""

import pprint
import re
import unicodedata

import numpy as np

from rnncourse.language import choose
from rnncourse.probes import Opaque, Raised

WIDTH = 84
MOST_LINES = 9
MOST_ITEMS = 200  # more than fits into the lines
SMALL = 80  # an array of more numbers is shown by its shape, or by its corners
_PIECE = re.compile(r"[“（]*[\u3400-\u9fff][，。：；、？！）”]*|[^\s\u3400-\u9fff“（]+|\s+|.")


def show(value):
    """A plain value as a few lines of text."""
    if isinstance(value, Raised):
        return wrap(f"{value.type}: {value.message}") + _line(value)
    if isinstance(value, Opaque):
        return f"{value.type}: {value.text}"
    if isinstance(value, np.ndarray):
        text = np.array2string(
            value, precision=5, suppress_small=True, threshold=SMALL, max_line_width=WIDTH // 2
        )
    elif isinstance(value, float):
        text = f"{value:.6g}"
    else:
        text = pprint.pformat(_rounded(value), width=WIDTH // 2, compact=True, sort_dicts=False)
    return _cut(text)


def _line(raised):
    number, code = raised.line, raised.code.strip()
    return "" if number is None else choose(zh=f"\n第 {number} 行：{code}", en=f"\nline {number}: {code}")


def _rounded(value):
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, list | tuple):
        return type(value)(_rounded(item) for item in value[:MOST_ITEMS])
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    return value


def _cut(text):
    lines = [line if width(line) <= WIDTH else line[: WIDTH // 2] + " …" for line in text.splitlines()]
    return "\n".join(lines if len(lines) <= MOST_LINES else [*lines[: MOST_LINES - 1], "…"])


def show_inputs(names, inputs):
    """The inputs of a case that have names, as lines `name = value`; a large one by its size only."""
    return "\n".join(_show_input(name, value) for name, value in zip(names, inputs, strict=False))


def _show_input(name, value):
    text = show(value)
    if "…" not in text and "..." not in text:
        return _hang(f"{name} = ", text)
    if isinstance(value, np.ndarray):
        return f"{name}: {choose(zh='数组，形状为', en='an array of shape')} {value.shape}"
    size = choose(zh=f"共 {len(value)} 项：", en=f"{len(value)} items: ")
    return f"{name}: {size}{text.splitlines()[0]} …"


def beside(yours, expected):
    """Two texts with headings, side by side where they fit, else one below the other."""
    left = [choose(zh="你的结果", en="yours"), *yours.splitlines()]
    right = [choose(zh="应为", en="expected"), *expected.splitlines()]
    column = max(map(width, left)) + 4
    if column + max(map(width, right)) > WIDTH:
        return "\n".join([left[0], *_indent(left[1:]), right[0], *_indent(right[1:])])
    rows = max(len(left), len(right))
    left, right = (lines + [""] * (rows - len(lines)) for lines in (left, right))
    return "\n".join((a + " " * (column - width(a)) + b).rstrip() for a, b in zip(left, right, strict=True))


def _indent(lines):
    return ["  " + line for line in lines]


def _hang(prefix, text):
    first, *rest = text.splitlines()
    return "\n".join([prefix + first, *((" " * width(prefix) + line).rstrip() for line in rest)])


def width(text):
    """How many columns `text` takes in a monospaced font: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def wrap(text):
    """`text` in lines of at most WIDTH columns; Chinese breaks anywhere but before a mark of punctuation."""
    lines = [""]
    for piece in _PIECE.findall(text):
        if lines[-1] and width(lines[-1]) + width(piece.rstrip()) > WIDTH:
            lines[-1] = lines[-1].rstrip()
            lines.append("")
        lines[-1] += piece
    return "\n".join(lines)
