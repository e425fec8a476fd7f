"""Pictures of optimisation: paths on a quadratic loss, learning rates, pruned kernels."""

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.ticker import NullLocator

from rnncourse.language import choose
from rnncourse.plots.axes import GREY, PALE, axes_or_new, colour, tint

_MARKS = ("o", "s", "^", "D", "v", "P", "X")
_SURFACE_REACH = 1.3  # the drawn square goes this far beyond the start


def plot_descent(curvatures, paths, *, ax=None):
    """Paths on the loss (a w_1^2 + b w_2^2) / 2 from above (left), and their loss by step (right).

    `curvatures`: (a, b), both above 0. `paths`: {name: weights (K, 2)}; the start of the first gives the
    scale, and what leaves the picture is cut off. `ax`: two Axes, or one that makes room for them. Returns
    both.
    """
    curvatures = np.asarray(curvatures, dtype=float)
    surface, curve = axes_or_new(ax, columns=2, height=3.2)
    start = np.abs(next(iter(paths.values()))[0])
    reach = _SURFACE_REACH * max(start.max(), 1e-12)
    _draw_surface(surface, curvatures, reach)
    first = curvatures @ start**2 / 2
    for index, (name, path) in enumerate(paths.items()):
        style = {"color": colour(index + 1), "marker": _MARKS[index], "markersize": 4, "linewidth": 1.3}
        far = 10 * reach  # lines to infinity cannot be drawn
        surface.plot(*np.clip(np.asarray(path), -far, far).T, **style)
        losses = np.asarray(path) ** 2 @ curvatures / 2
        curve.plot(np.clip(losses, 1e-30, 1e30), label=name, **style)
    curve.set(yscale="log", ylim=(first * 1e-6, first * 1e3), xlabel=choose(zh="步", en="step"))
    curve.set_title(choose(zh="损失", en="loss"))
    curve.legend(loc="lower left")
    return np.array([surface, curve])


def _draw_surface(ax, curvatures, reach):
    grid = np.linspace(-reach, reach, 61)
    loss = (curvatures[0] * grid**2)[None, :] / 2 + (curvatures[1] * grid**2)[:, None] / 2
    levels = loss.max() * np.linspace(0, 1, 9)[1:] ** 2
    ax.contour(grid, grid, loss, levels=levels, colors=[GREY], linewidths=0.7)
    ax.plot(0, 0, "*", color="black", markersize=9)
    ax.set(xlim=(-reach, reach), ylim=(-reach, reach), xlabel="$w_1$", ylabel="$w_2$")
    ax.set_title(choose(zh="从上往下看", en="seen from above"))
    ax.grid(False)


def plot_step_factors(curvatures, *, highest=None, ax=None):
    """By what |1 - rate * curvature| each direction's error is multiplied in a step, against the rate.

    Stable is where all lie below 1: up to 2 / the largest curvature, where a dotted line stands.
    """
    ax = axes_or_new(ax)
    limit = 2 / max(curvatures)
    rates = np.linspace(0, highest or 1.3 * limit, 300)
    for index, curvature in enumerate(curvatures):
        label = rf"$|1-\eta\cdot{curvature:g}|$"
        ax.plot(rates, np.abs(1 - rates * curvature), color=colour(index), label=label)
    ax.axhline(1, color="black", linewidth=1)
    ax.axvline(limit, color=colour(3), linestyle=":")
    ax.annotate(
        rf"$2/\lambda_{{\max}}={limit:g}$", (limit, 0), (-4, 4), textcoords="offset points", ha="right"
    )
    ax.set(xlabel=r"$\eta$", ylim=(0, 1.6), xlim=(0, rates[-1]), yticks=(0, 0.5, 1, 1.5))
    ax.set_ylabel(choose(zh="每步误差的倍数", en="factor a step"))
    ax.legend(loc="upper center", ncols=len(curvatures))
    return ax


def plot_range_test(test, *, chosen=None, ax=None):
    """Loss of each step (pale) and its running mean against the learning rate; a dotted line at `chosen`.

    `test`: anything with `rates`, `losses` and `smoothed`, (K,) each.
    """
    ax = axes_or_new(ax)
    ax.plot(
        test.rates, test.losses, color=tint(colour(0), 0.35), linewidth=1, label=choose(zh="每批", en="batch")
    )
    ax.plot(test.rates, test.smoothed, color=colour(0), label=choose(zh="平滑后", en="smoothed"))
    usual = np.nanmax(test.smoothed[: max(1, len(test.rates) // 2)])
    ax.set(xscale="log", ylim=(0, 2.5 * usual), xlabel=choose(zh="学习率", en="learning rate"))
    ax.set_ylabel(choose(zh="损失", en="loss"))
    if chosen is not None:
        ax.axvline(chosen, color=colour(3), linestyle=":", label=f"{chosen:.2g}")
    ax.legend(loc="upper left")
    return ax


def plot_bands(x, curves, *, xlabel="", ylabel="", log=False, chance=None, ax=None):
    """Curves with bands: `curves` is {name: K intervals (estimate, low, high)}, one for each of `x` (K,).

    `log`: a logarithmic x axis. A dashed line at `chance`. Raises ValueError if the lengths differ.
    """
    ax = axes_or_new(ax)
    for index, (name, intervals) in enumerate(curves.items()):
        if len(intervals) != len(x):
            raise ValueError(f"{name}: one interval a place is expected, got {len(intervals)} for {len(x)}")
        estimate, low, high = np.array(intervals, dtype=float).T
        style = {"marker": _MARKS[index % len(_MARKS)], "markersize": 5, "color": colour(index)}
        ax.plot(x, estimate, label=name, **style)
        ax.fill_between(x, low, high, color=colour(index), alpha=0.15, linewidth=0)
    if chance is not None:
        ax.axhline(chance, color=GREY, linestyle="--", linewidth=1)
    ax.set(xscale="log" if log else "linear", xlabel=xlabel, ylabel=ylabel)
    ax.legend()
    return ax


def plot_kernels(kernels, masks=None, *, gates="ifco", names=None, ax=None):
    """Kernels (rows, len(gates) * H) under each other, blue below 0, orange above; pruned weights are grey.

    `masks`: arrays of bool, False where a weight is pruned. `names`: one word for each kernel. The blocks of
    the gates are divided by lines and named above.
    """
    ax = axes_or_new(ax, height=3.4)
    stacked = np.concatenate(kernels)
    colours = LinearSegmentedColormap.from_list("weights", [colour(0), "white", colour(1)])
    shown = stacked if masks is None else np.where(np.concatenate(masks), stacked, np.nan)
    most = np.abs(stacked).max()
    ax.set_facecolor(PALE)
    ax.imshow(shown, cmap=colours, vmin=-most, vmax=most, aspect="auto", interpolation="nearest")
    units = stacked.shape[1] // max(1, len(gates))
    for place in range(1, len(gates)):
        ax.axvline(place * units - 0.5, color="black", linewidth=1)
    ends = np.cumsum([len(kernel) for kernel in kernels])
    for end in ends[:-1]:
        ax.axhline(end - 0.5, color="black", linewidth=1)
    ax.set_xticks([(place + 0.5) * units - 0.5 for place in range(len(gates))], list(gates))
    middles = (np.r_[0, ends[:-1]] + ends - 1) / 2
    ax.set_yticks(middles, names or [""] * len(kernels), rotation=90, va="center")
    ax.xaxis.tick_top()
    ax.xaxis.set_minor_locator(NullLocator())
    ax.tick_params(length=0)
    ax.grid(False)
    return ax
