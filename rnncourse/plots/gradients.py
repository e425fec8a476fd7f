"""Pictures of the way back through time: its path, its length step by step, and what is done about it."""

import numpy as np
from matplotlib.patches import Circle, FancyArrowPatch, Rectangle
from matplotlib.ticker import FixedFormatter, FixedLocator, MaxNLocator, NullLocator

from rnncourse.language import choose
from rnncourse.plots.axes import GREY, axes_or_new, colour, tint

_LINES = ("-", "--", "-.", ":")
_FLOOR = 1e-300  # what a logarithmic axis can show of 0
_ABOVE = {"loc": "lower left", "bbox_to_anchor": (0, 1), "borderaxespad": 0.2, "fontsize": "small"}


def plot_passes(steps, *, segment=None, ax=None):
    """A SimpleRNN unrolled over `steps`: values go forward along one arrow, gradients back along another.

    With `segment` no gradient goes back from one segment of that many steps to the one before.
    """
    ax = axes_or_new(ax, width=min(7.0, 1.7 + 1.3 * steps), height=2.7)
    for t in range(steps + 1):
        _node(ax, t, 1, f"$h_{t}$", tint(colour(0), 0.25))
        if t:
            _node(ax, t, 0, f"$x_{t}$", "white")
            _node(ax, t, 2, f"$L_{t}$", "white")
            cut = segment is not None and t > 1 and (t - 1) % segment == 0
            for start, end in (((t - 1, 1), (t, 1)), ((t, 0), (t, 1)), ((t, 1), (t, 2))):
                _both_ways(ax, start, end, cut=cut and start == (t - 1, 1))
    names = choose(
        zh=("前向传播：值", "反向传播：梯度"), en=("forward pass: values", "backward pass: gradients")
    )
    for index, name in enumerate(names):
        ax.plot([], [], color=colour(index), linestyle=_LINES[index], linewidth=2, label=name)
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2, borderaxespad=0)
    ax.set(xlim=(-0.45, steps + 0.45), ylim=(-0.4, 2.4))
    ax.axis("off")
    return ax


def _node(ax, x, y, name, fill):
    box = {"boxstyle": "circle,pad=0.25", "facecolor": fill, "edgecolor": GREY}
    ax.text(x, y, name, ha="center", va="center", bbox=box)


def _both_ways(ax, start, end, *, cut):
    """An arrow from `start` to `end` and one back, or a cross in its place."""
    (x, y), (u, v) = start, end
    sideways = np.array([0.0, 0.11]) if y == v else np.array([-0.06, 0.0])
    _arrow(ax, np.array(start) + sideways, np.array(end) + sideways, 0)
    if cut:
        ax.plot((x + u) / 2, (y + v) / 2 - sideways[1], "x", color=colour(3), markersize=9, markeredgewidth=2)
    else:
        _arrow(ax, np.array(end) - sideways, np.array(start) - sideways, 1)


def _arrow(ax, start, end, index):
    style = {"arrowstyle": "-|>", "mutation_scale": 11, "shrinkA": 14, "shrinkB": 14, "linewidth": 1.6}
    ax.add_patch(FancyArrowPatch(start, end, color=colour(index), linestyle=_LINES[index], **style))


def plot_norms(curves, *, ax=None, name=None):
    """Norms of gradients by time step, on a logarithmic axis.

    `curves` maps names to arrays (T + 1,), or (S, T + 1) for S seeds: then the line is their median, and the
    band goes from the smallest to the largest. `name`: what the axis says. Raises ValueError for no curve.
    """
    if not curves:
        raise ValueError("curves is empty: give one array or more, {name: norms}")
    ax = axes_or_new(ax, height=3.4)
    for index, (label, norms) in enumerate(curves.items()):
        norms = np.maximum(np.atleast_2d(norms), _FLOOR)
        style = {"color": colour(index), "linestyle": _LINES[index % len(_LINES)]}
        ax.plot(np.median(norms, axis=0), label=label, linewidth=2, **style)
        if len(norms) > 1:
            ax.fill_between(
                range(norms.shape[1]), norms.min(axis=0), norms.max(axis=0), color=colour(index), alpha=0.15
            )
    ax.set_yscale("log")
    ax.set(xlabel=choose(zh="时间步 t", en="time step t"))
    ax.set_ylabel(name or choose(zh="梯度的范数", en="norm of the gradient"))
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
    if len(curves) > 1 or None not in curves:
        ax.legend(ncols=min(len(curves), 3), **_ABOVE)
    return ax


def plot_state_path(paths, gradients, *, ax=None):
    """Two states on their way through the plane (left); by step, the first one's length and more (right).

    `paths` (2, T + 1, 2): two runs that differ in where they begin; their distance is drawn on the right.
    `gradients` (T + 1,): the length that the Jacobian of h_t with respect to h_0 gives to a unit vector at
    most. `ax`: two Axes. Returns both.
    """
    plane, time = axes_or_new(ax, columns=2, height=3.2)
    for index, path in enumerate(paths):
        style = {"color": colour(index), "linestyle": _LINES[index]}
        plane.plot(*path.T, marker="o", markersize=2.5, linewidth=0.8, **style)
        plane.plot(*path[0], "o", markersize=8, markerfacecolor="white", markeredgecolor=colour(index))
    far = max(1.05, 1.1 * min(np.abs(paths).max(), 4))
    plane.set(xlim=(-far, far), ylim=(-far, far), aspect="equal")
    names = choose(zh=("状态", "两条路径的距离", "梯度"), en=("state", "distance of the paths", "gradient"))
    first, second = paths
    lengths = (np.linalg.norm(first, axis=-1), np.linalg.norm(first - second, axis=-1), gradients)
    for index, (name, values) in enumerate(zip(names, lengths, strict=True)):
        style = {"color": colour((0, 2, 3)[index]), "linestyle": ("-", "-.", ":")[index]}
        time.plot(np.maximum(values, _FLOOR), linewidth=2, label=name, **style)
    time.set_yscale("log")
    time.set(xlabel=choose(zh="时间步 t", en="time step t"), ylim=(1e-9, 1e9))
    powers = range(-8, 9, 4)  # in plain letters: mathematics would take a third of a widget's redraw
    time.yaxis.set_major_locator(FixedLocator([10.0**power for power in powers]))
    time.yaxis.set_major_formatter(FixedFormatter([f"1e{power}" for power in powers]))
    time.yaxis.set_minor_locator(NullLocator())
    time.set_title(choose(zh="长度（对数刻度）", en="length (logarithmic)"), fontsize="medium")
    time.legend(loc="upper left", fontsize="small", borderaxespad=0.1)
    return np.array([plane, time])


def plot_clipping(gradient, limit, *, ax=None):
    """A gradient (2,), and what is left of it when clipped to `limit`: by norm, by value.

    The circle holds what is within the limit by norm, the square by value.
    """
    gradient = np.asarray(gradient, dtype=float)
    ax = axes_or_new(ax, width=5.6, height=3.0)
    by_norm = gradient / max(np.linalg.norm(gradient) / limit, 1)
    by_value = np.clip(gradient, -limit, limit)
    names = choose(
        zh=("梯度", "按范数裁剪", "按值裁剪"), en=("gradient", "clipped by norm", "clipped by value")
    )
    ax.add_patch(Circle((0, 0), limit, fill=False, edgecolor=colour(0), linewidth=1))
    ax.add_patch(
        Rectangle((-limit, -limit), 2 * limit, 2 * limit, fill=False, edgecolor=colour(1), linestyle="--")
    )
    for name, arrow, ink in zip(
        names, (gradient, by_norm, by_value), (GREY, *map(colour, (0, 1))), strict=True
    ):
        ax.quiver(0, 0, *arrow, angles="xy", scale_units="xy", scale=1, color=ink, width=0.012, label=name)
    reach = 1.15 * max(limit, *np.abs(gradient))
    ax.set(
        xlim=(-1.3 * limit, reach), ylim=(-1.3 * limit, max(1.3 * limit, 1.15 * gradient[1])), aspect="equal"
    )
    ax.set(xlabel=r"$\mathrm{d}\theta_1$", ylabel=r"$\mathrm{d}\theta_2$")
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return ax


def plot_ratios(ratios, intervals, *, name=None, ax=None):
    """One row for each way to begin: a dot a seed, and the interval of their geometric mean.

    `ratios` maps names to positive numbers (S,), `intervals` the same names to (estimate, low, high). `name`
    says what the logarithmic axis shows. Raises ValueError if the names differ.
    """
    if list(ratios) != list(intervals):
        raise ValueError(f"one interval a row is expected, got {list(intervals)} for {list(ratios)}")
    ax = axes_or_new(ax, height=0.9 + 0.36 * len(ratios))
    for row, (label, values) in enumerate(ratios.items()):
        estimate, low, high = intervals[label]
        ax.plot(values, np.full(len(values), row), "o", color=colour(0), alpha=0.25, markersize=4)
        reach = [[estimate - low], [high - estimate]]
        ax.errorbar([estimate], [row], xerr=reach, fmt="D", color=colour(3), capsize=4, markersize=5)
    ax.axvline(1, color=GREY, linestyle=":", linewidth=1)
    ax.set_xscale("log")
    ax.set_yticks(range(len(ratios)), list(ratios))
    ax.set(ylim=(len(ratios) - 0.5, -0.5))
    ax.set_xlabel(
        name or choose(zh="第一步与最后一步的梯度之比", en="gradient at the first step / at the last")
    )
    return ax


def plot_learning(curves, *, bar=None, bar_name="", ax=None):
    """Losses by training step, one line for each of the (S, N) arrays in `curves`: median, smallest, largest.

    A dotted line at `bar`, named `bar_name`.
    """
    ax = axes_or_new(ax, height=3.2)
    if bar is not None:
        ax.axhline(bar, color=GREY, linestyle=":", label=bar_name)
    plot_norms(curves, ax=ax, name=choose(zh="损失", en="loss"))
    ax.set_xlabel(choose(zh="训练步", en="training step"))
    return ax
