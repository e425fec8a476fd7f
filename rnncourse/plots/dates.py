"""Pictures of the translator of dates: its parts and shapes, what it gets right, and what it weighs."""

import numpy as np
from matplotlib.patches import FancyBboxPatch

from rnncourse.language import choose
from rnncourse.plots.axes import GREY, axes_or_new, colour, drawable, tint

_WIDE, _HIGH = 1.9, 0.62


def plot_translator(shapes, *, ax=None):
    """The parts of a translator with attention, and the shape of what each hands on.

    `shapes` maps the names of `PARTS` to shapes, strings or tuples. Raises ValueError if one is missing.
    """
    missing = [name for name in PARTS if name not in shapes]
    if missing:
        raise ValueError(f"shapes lacks {', '.join(missing)}; give one for each of {', '.join(PARTS)}")
    ax = axes_or_new(ax, height=4.4)
    for begin, end in _ARROWS:
        _connect(ax, PARTS[begin], PARTS[end])
    for name, (x, y, shade) in PARTS.items():
        words = f"{_words()[name]}\n{_shape(shapes[name])}"
        _part(ax, x, y, words, tint(colour(shade), 0.35))
    names = choose(zh=("编码器", "解码器"), en=("encoder", "decoder"))
    for x, name, shade in zip((0.0, 5.2), names, (0, 1), strict=True):
        ax.text(x, -0.85, name, ha="center", va="center", color=colour(shade))
    ax.set(xlim=(-1.1, 6.3), ylim=(-1.15, 4.65))
    ax.axis("off")
    return ax


# part -> x, y, colour
PARTS = {
    "source": (0.0, 0.0, 2),
    "source embedding": (0.0, 1.0, 0),
    "states": (0.0, 2.0, 0),
    "first state": (2.6, 1.0, 4),
    "written": (5.2, 0.0, 2),
    "written embedding": (5.2, 1.0, 1),
    "decoder states": (5.2, 2.0, 1),
    "weights": (2.6, 2.0, 4),
    "context": (2.6, 3.05, 4),
    "combined": (5.2, 3.05, 1),
    "scores": (5.2, 4.1, 1),
}
_ARROWS = (
    ("source", "source embedding"),
    ("source embedding", "states"),
    ("states", "first state"),
    ("first state", "decoder states"),
    ("written", "written embedding"),
    ("written embedding", "decoder states"),
    ("states", "weights"),
    ("decoder states", "weights"),
    ("states", "context"),
    ("weights", "context"),
    ("context", "combined"),
    ("decoder states", "combined"),
    ("combined", "scores"),
)


def _words():
    return choose(zh=dict(zip(PARTS, _CHINESE, strict=True)), en=dict(zip(PARTS, _ENGLISH, strict=True)))


_CHINESE = ("源序列的编号", "嵌入", "双向 GRU 的各步", "起始状态", "已写下的编号", "嵌入")
_CHINESE += ("GRU 的各步", "注意力权重", "看到的内容", "tanh 层", "下一个词元的分数")
_ENGLISH = ("source ids", "embedding", "states, both ways", "first state", "ids written", "embedding")
_ENGLISH += ("states", "attention weights", "context", "tanh layer", "scores of the next")


def _shape(shape):
    return shape if isinstance(shape, str) else "(" + ", ".join(map(str, shape)) + ")"


def _part(ax, x, y, words, fill):
    corner = (x - _WIDE / 2, y - _HIGH / 2)
    style = "round,pad=0,rounding_size=0.08"
    ax.add_patch(FancyBboxPatch(corner, _WIDE, _HIGH, style, facecolor=fill, edgecolor=GREY, linewidth=0.8))
    ax.text(x, y, words, ha="center", va="center", fontsize=8.5, parse_math=False)


def _connect(ax, begin, end):
    """An arrow from box to box: upwards from the top, sideways from the side."""
    (x, y, _), (to_x, to_y, _) = begin, end
    if x == to_x:
        start, stop = (x, y + _HIGH / 2), (x, to_y - _HIGH / 2)
    else:
        side = _WIDE / 2 if to_x > x else -_WIDE / 2
        start, stop = (x + side, y), (to_x - side, to_y)
    ax.annotate("", stop, start, arrowprops={"arrowstyle": "-|>", "color": GREY, "shrinkA": 0, "shrinkB": 0})


def plot_misses(names, misses, of, *, ax=None):
    """How many of each kind went wrong: `misses` of `of`, whole numbers (N,); the bar is the share in %."""
    misses, of = np.asarray(misses), np.asarray(of)
    ax = axes_or_new(ax, height=0.9 + 0.3 * len(names))
    rows, shares = np.arange(len(names)), 100 * misses / np.maximum(of, 1)
    ax.barh(rows, shares, color=colour(3), height=0.6)
    for row, (wrong, total) in enumerate(zip(misses.tolist(), of.tolist(), strict=True)):
        ax.text(1.01, row, f"{wrong} / {total:,}", transform=ax.get_yaxis_transform(), va="center")
    ax.set_yticks(rows, [drawable(name) for name in names])
    ax.set(ylim=(len(names) - 0.5, -0.5), xlim=(0, max(1.0, 1.1 * shares.max(initial=0))))
    ax.set_xlabel(choose(zh="没有全对的比例（%）", en="not right as a whole (%)"))
    return ax


def plot_exact_match(seen, curves, *, bar=None, ax=None):
    """The share that is right as a whole against the number of pairs seen in training.

    `curves` maps a name to an array (seeds, steps): a thin line a seed, a thick one through the means. The
    scale is that of the *error*, logarithmic, so that 99% and 99.9% lie apart. `bar`: a dashed line.
    """
    ax = axes_or_new(ax, height=3.2)
    seen = np.asarray(seen)
    for index, (name, table) in enumerate(curves.items()):
        wrong = np.maximum(1 - np.atleast_2d(table), 1e-4)
        if wrong.shape[1] != len(seen):
            raise ValueError(f"{name!r} has {wrong.shape[1]} steps, expected {len(seen)}")
        ax.plot(seen, wrong.T, color=colour(index), linewidth=0.8, alpha=0.5)
        ax.plot(seen, wrong.mean(axis=0), color=colour(index), linewidth=2, label=name)
    if bar is not None:
        ax.axhline(1 - bar, color=colour(3), linestyle="--", linewidth=1.3)
    ax.set_yscale("log")
    ax.set_ylim(1.2, 7e-5)
    ax.set_yticks([1, 0.1, 0.01, 0.001, 0.0001], ["0%", "90%", "99%", "99.9%", "99.99%"])
    ax.minorticks_off()
    ax.set_xlim(0, 1.02 * seen.max())
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    ax.set_xlabel(choose(zh="训练中见过的对数", en="pairs seen in training"))
    ax.set_ylabel(choose(zh="整条全对", en="right as a whole"))
    ax.legend(loc="lower right")
    return ax


def plot_hypotheses(rows, *, ax=None):
    """The likeliest answers to several sources: `rows` maps a source to a list of (answer, probability)."""
    count = sum(map(len, rows.values()))
    if not count:
        raise ValueError("rows holds no answer; give at least one")
    ax = axes_or_new(ax, height=0.7 + 0.27 * count + 0.22 * len(rows))
    y, ticks = 0.0, []
    for index, (source, answers) in enumerate(rows.items()):
        for answer, probability in answers:
            ax.barh(y, probability, color=tint(colour(index), 0.7), height=0.75)
            ax.text(max(probability, 0) + 0.01, y, f"{probability:.3f}", va="center", fontsize="small")
            ticks.append((y, drawable(answer)))
            y += 1
        ax.text(1.13, y - (len(answers) + 1) / 2, drawable(source), va="center", parse_math=False)
        y += 0.8
    ax.set_yticks(*zip(*ticks, strict=True))
    ax.set(ylim=(y - 1.2, -0.7), xlim=(0, 1.1), xticks=np.linspace(0, 1, 6))
    ax.grid(axis="y", visible=False)
    ax.set_xlabel(choose(zh="模型给的概率", en="the model's probability"))
    return ax
