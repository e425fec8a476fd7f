"""Pictures of one text: what the model says of it, and what each token contributes."""

import numpy as np
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Patch, Rectangle

from rnncourse.language import choose
from rnncourse.plots.axes import WIDTH, axes_or_new, colour, drawable, tint

_LETTERS = 12  # points
_LINE, _MARGIN, _LEGEND = 0.3, 0.4, 0.4  # inches
_MOST_LINES = 12
_FAINT = 0.05  # where no token contributes more than this, none gets the full colour
_CLOSING = "，。！？；：、”’）》…,.;:!?)"  # marks that do not begin a line: they hang into the margin


def plot_contributions(tokens, contributions, *, unit="character", label_names=None, ax=None):
    """A text in lines, each token coloured by its contribution to the probability of class 1.

    `tokens` (T,) strings, `contributions` (T,) as from `explain.occlusion`: positive speaks for class 1.
    `unit` "word" puts spaces between tokens. The strongest token has the full colour, unless it contributes
    less than 0.05; the legend gives the scale. What goes beyond 12 lines is cut and ends in "…". Raises
    ValueError if the lengths differ.
    """
    contributions = np.asarray(contributions, dtype=float)
    if len(tokens) != len(contributions):
        raise ValueError(
            f"expected one contribution a token, got {len(contributions)} for {len(tokens)} tokens"
        )
    width = WIDTH if ax is None else ax.figure.get_figwidth() * ax.get_position().width
    boxes = _wrap(tokens, width, unit)
    ax = axes_or_new(ax, height=_LEGEND + _LINE * _lines(boxes))
    ax.set(xlim=(0, width), ylim=(_lines(boxes) + 0.1, -_LEGEND / _LINE))
    ax.axis("off")
    strongest = np.abs(contributions).max(initial=_FAINT)
    for box, value in zip(boxes, contributions, strict=False):
        _draw_token(ax, *box, _shade(value, strongest))
    _name_directions(ax, strongest, label_names)
    return ax


def contributions_height(tokens, *, unit="character", width=WIDTH):
    """Inches of height that `plot_contributions` wants for `tokens` on axes `width` inches wide."""
    return _LEGEND + _LINE * _lines(_wrap(tokens, width, unit))


def _lines(boxes):
    return 1 + max((line for line, *_ in boxes), default=0)


def _shade(value, strongest):
    return tint(colour(0 if value > 0 else 1), 0.75 * abs(value) / strongest)


def _draw_token(ax, line, left, wide, word, shade):
    ax.add_patch(Rectangle((left, line + 0.05), wide, 0.9, facecolor=shade, linewidth=0))
    ax.text(
        left + wide / 2, line + 0.72, word, ha="center", va="baseline", fontsize=_LETTERS, parse_math=False
    )


def _name_directions(ax, strongest, label_names):
    negative, positive = label_names or ("0", "1")
    words = choose(zh="偏向“{}”", en="speaks for “{}”")
    ends = ((1.0, positive), (-1.0, negative))
    patches = [Patch(facecolor=_shade(sign, 1), label=words.format(name)) for sign, name in ends]
    scale = choose(zh=f"颜色最深为 {strongest:.2f}", en=f"full colour: {strongest:.2f}")
    patches.append(Patch(alpha=0, label=scale))
    ax.legend(handles=patches, loc="upper left", ncols=3, borderaxespad=0.2)


def _wrap(tokens, width, unit):
    """Place `tokens` in lines of `width` inches: a list of (line, left, wide, word); the rest is cut."""
    measure, gap, width = _measure(), 0.06 if unit == "word" else 0.0, width - _MARGIN
    boxes, line, left = [], 0, 0.0
    for word in map(drawable, tokens):
        wide = min(measure(word) + 0.04, width)
        if left + wide > width and not (word in _CLOSING and left <= width):
            line, left = line + 1, 0.0
        if line == _MOST_LINES:
            boxes[-1] = (*boxes[-1][:3], "…")
            break
        boxes.append((line, left, wide, word))
        left += wide + gap
    return boxes


def _measure():
    """A function that gives a word's width in inches."""
    renderer, font = RendererAgg(1, 1, 72), FontProperties(size=_LETTERS)
    return lambda word: renderer.get_text_width_height_descent(word, font, ismath=False)[0] / 72


def plot_probability(probability, *, label_names=None, ax=None):
    """The probability of class 1 as one bar between the names of the two classes."""
    ax = axes_or_new(ax, height=0.75)
    negative, positive = label_names or ("0", "1")
    parts = (1 - probability, probability)
    ax.barh([0, 0], parts, left=[0, parts[0]], color=[_shade(-1.0, 1), _shade(1.0, 1)], height=0.8)
    ax.text(0, 0.5, f"{negative} {parts[0]:.1%}", va="bottom", ha="left", parse_math=False)
    ax.text(1, 0.5, f"{positive} {parts[1]:.1%}", va="bottom", ha="right", parse_math=False)
    ax.axvline(0.5, 0, 0.5, color="black", linewidth=1, linestyle=":")
    ax.set(xlim=(0, 1), ylim=(-0.45, 1.3))
    ax.axis("off")
    return ax
