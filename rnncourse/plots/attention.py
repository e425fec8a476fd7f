"""Where a decoder looks: a heat map of attention weights, the tokens of both sides beside it."""

from typing import NamedTuple

import numpy as np
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Rectangle

from rnncourse.language import choose
from rnncourse.plots.axes import WIDTH, colour, drawable

END = "</s>"
_LINES = "#ececec"
_LONGEST = 14  # characters of a token that are shown
_LETTERS, _SMALLEST = 11, 5  # points
_WIDEST, _HIGHEST, _FLATTEST = 0.5, 0.34, 0.15  # inches of a cell
_NARROWEST, _LOWEST = 3.6, 1.1  # inches of a figure, of a map: the words beside it need them
_PAD, _NAMES = 0.12, 0.32  # inches around the tokens; of the words beside the axes
_MOST_NUMBERS = 144  # cells that have their weight written in
_MATTERS = 0.5  # a source token is emphasised from this share of the chosen row's largest weight on


class Frame(NamedTuple):
    """Where the map stands on its figure, in inches, and the size of its letters in points."""

    width: float
    height: float
    left: float
    top: float
    wide: float  # of the map itself
    high: float
    letters: float
    upright: bool  # the source tokens stand on end

    @property
    def place(self):
        """The map's rectangle in shares of the figure, as Figure.add_axes takes it."""
        low = self.height - self.top - self.high
        return (
            self.left / self.width,
            low / self.height,
            self.wide / self.width,
            self.high / self.height,
        )


def plot_attention(weights, source_tokens, target_tokens, *, chosen=None, ax=None):
    """Attention weights (N, T) as a heat map: a row for each token written, a column for each token read.

    `source_tokens` are T strings, `target_tokens` N; where there are N - 1, the last row belongs to the end
    token. The full colour is the largest weight, which the label gives; small maps show every weight. The row
    `chosen` (0 to N - 1) is framed, and the tokens that it looks at are emphasised. Without `ax` the figure
    has the size that the tokens want (`attention_frame`). Raises ValueError for shapes that do not fit.
    """
    weights = checked_weights(weights, source_tokens, target_tokens)
    source_tokens, target_tokens = shown_tokens(source_tokens), shown_rows(weights, target_tokens)
    if chosen is not None and not 0 <= chosen < len(weights):
        raise ValueError(f"chosen must be a row from 0 to {len(weights) - 1}, got {chosen}")
    frame = attention_frame(source_tokens, target_tokens)
    ax = _new_axes(frame) if ax is None else ax
    largest = float(weights.max()) or 1.0
    shades = LinearSegmentedColormap.from_list("attention", ["white", colour(0)])
    ax.imshow(weights, cmap=shades, vmin=0, vmax=largest, aspect="auto")
    _write_tokens(ax, source_tokens, target_tokens, frame)
    _name_axes(ax, largest, frame)
    if weights.size <= _MOST_NUMBERS and frame.wide / weights.shape[1] >= 0.38:
        _write_numbers(ax, weights, largest)
    if chosen is not None:
        _emphasise(ax, weights, chosen)
    return ax


def attention_frame(source_tokens, target_tokens, *, width=WIDTH):
    """The Frame of a figure at most `width` inches wide on which the tokens of both sides have room."""
    source_tokens, target_tokens = shown_tokens(source_tokens), shown_tokens(target_tokens)
    steps, rows = len(source_tokens), len(target_tokens)
    high = float(max(np.clip(7.0 / rows, _FLATTEST, _HIGHEST), _LOWEST / rows))
    widths = _widths(target_tokens)
    left = _NAMES + 2 * _PAD + max(widths)
    wide = min(_WIDEST, (width - left - _PAD) / steps)
    letters = float(np.clip(min(wide, high) * 72 * 0.8, _SMALLEST, _LETTERS))
    left = _NAMES + 2 * _PAD + max(widths) * letters / _LETTERS
    longest = max(_widths(source_tokens)) * letters / _LETTERS
    upright = 1.15 * longest > wide
    top = 2 * _PAD + (longest if upright else 1.2 * letters / 72)
    taken = left + steps * wide + _PAD
    left += max(0.0, _NARROWEST - taken) / 2
    return Frame(
        width=max(taken, _NARROWEST),
        height=top + rows * high + _NAMES + _PAD,
        left=left,
        top=top,
        wide=steps * wide,
        high=rows * high,
        letters=letters,
        upright=upright,
    )


def checked_weights(weights, source_tokens, target_tokens):
    """`weights` as a float array (N, T), N and T at least 1, that fits the tokens. Raises ValueError."""
    weights = np.asarray(weights, dtype=float)
    fits = weights.ndim == 2 and weights.shape[1] == len(source_tokens) and weights.size
    if not fits or len(weights) - len(target_tokens) not in (0, 1):
        raise ValueError(
            f"weights must be (N, T), a row for each of the {len(target_tokens)} target tokens (or one more, "
            f"for the end token), a column for each of the {len(source_tokens)} source tokens, at least one "
            f"of each; got shape {weights.shape}"
        )
    if not np.isfinite(weights).all() or weights.min() < 0:
        raise ValueError("weights must be finite and not below 0; pass them as they come after the softmax")
    return weights


def shown_rows(weights, target_tokens):
    """The names of the rows: the target tokens, and the end token where the weights have a row more."""
    more = [END] * (len(weights) - len(target_tokens))
    return shown_tokens([*target_tokens, *more])


def shown_tokens(tokens):
    """`tokens` as they are drawn: a space is seen, a long one is cut, no glyph is missing."""
    cut = [token if len(token) <= _LONGEST else token[: _LONGEST - 1] + "…" for token in map(str, tokens)]
    return [drawable(token) if token.strip() else "␣" for token in cut]


def _widths(tokens):
    """Inches that each token takes in letters of full size."""
    renderer, font = RendererAgg(1, 1, 72), FontProperties(size=_LETTERS)
    return [renderer.get_text_width_height_descent(word, font, ismath=False)[0] / 72 for word in tokens]


def _new_axes(frame):
    from matplotlib import pyplot as plt

    figure = plt.figure(figsize=(frame.width, frame.height), layout="none")
    return figure.add_axes(frame.place)


def _write_tokens(ax, source_tokens, target_tokens, frame):
    ax.grid(visible=False)
    edges = [np.arange(len(tokens) + 1) - 0.5 for tokens in (source_tokens, target_tokens)]
    ax.vlines(edges[0], -0.5, edges[1][-1], color=_LINES, linewidth=0.5)
    ax.hlines(edges[1], -0.5, edges[0][-1], color=_LINES, linewidth=0.5)
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0, labelsize=frame.letters, top=False, labeltop=True, labelbottom=False, pad=3)
    turned = {"rotation": 90 if frame.upright else 0, "parse_math": False}
    ax.set_xticks(range(len(source_tokens)), source_tokens, **turned)
    ax.set_yticks(range(len(target_tokens)), target_tokens, parse_math=False)


def _name_axes(ax, largest, frame):
    steps = choose(zh=f"读入的词元（颜色最深为 {largest:.2f}）", en=f"read (full colour: {largest:.2f})")
    ax.set_xlabel(steps, labelpad=5)
    middle = -(frame.left - 0.5 * _NAMES) / frame.wide
    words = choose(zh="写出的词元", en="written")
    ax.text(middle, 0.5, words, rotation=90, ha="center", va="center", transform=ax.transAxes)


def _write_numbers(ax, weights, largest):
    for (n, t), weight in np.ndenumerate(weights):
        shade = "white" if weight > 0.55 * largest else "black"
        ax.text(t, n, f"{weight:.2f}"[-3:] if weight < 0.995 else "1", color=shade, **_NUMBER)


_NUMBER = {"ha": "center", "va": "center", "fontsize": 8}


def _emphasise(ax, weights, chosen):
    steps = weights.shape[1]
    ax.add_patch(
        Rectangle(
            (-0.5, chosen - 0.5),
            steps,
            1,
            fill=False,
            edgecolor=colour(3),
            linewidth=2,
            clip_on=False,
            zorder=5,
        )
    )
    row = weights[chosen]
    marked = [ax.get_yticklabels()[chosen]]
    marked += [
        label for label, w in zip(ax.get_xticklabels(), row, strict=True) if w and w >= _MATTERS * row.max()
    ]
    for label in marked:
        label.set(color=colour(3))
