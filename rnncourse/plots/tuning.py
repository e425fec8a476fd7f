"""Pictures of a search: what was tried, and how well it did."""

import numpy as np
from matplotlib.ticker import MaxNLocator, NullFormatter

from rnncourse.language import choose
from rnncourse.plots.axes import GREY, axes_or_new, colour, tint


def plot_trials(trials, *, names=None, log=(), ax=None):
    """Each trial a dot: its validation score by number (left), and against each parameter.

    `trials` (K,): anything with `number`, `setting` {name: value}, `score` (None: not drawn) and `given_up`.
    `names`: the parameters to draw (default: all); those in `log` on a logarithmic axis. Later trials are
    darker, those given up are crosses, a star marks the best that came to an end, a step line the best so
    far. `ax`: an Axes for each picture, 1 + len(names), or one that makes room for them. Returns them all.
    Raises ValueError where no trial has a score or a name is unknown.
    """
    trials = [trial for trial in trials if trial.score is not None]
    if not trials:
        raise ValueError("there is no trial with a score to draw")
    names = list(trials[0].setting) if names is None else list(names)
    unknown = [name for name in (*names, *log) if name not in trials[0].setting]
    if unknown:
        raise ValueError(f"no parameter is called {unknown[0]!r}; there are {', '.join(trials[0].setting)}")
    axes = (
        axes_or_new(ax, columns=1 + len(names), height=2.8, sharey=ax is None) if names else [axes_or_new(ax)]
    )
    best = max((t for t in trials if not t.given_up), key=lambda t: t.score, default=None)
    numbers = [trial.number for trial in trials]
    _draw_best_so_far(axes[0], trials)
    _draw_dots(axes[0], numbers, trials, best)
    axes[0].set_xlabel(choose(zh="试验", en="trial"))
    axes[0].set_ylabel(choose(zh="验证得分", en="validation score"))
    axes[0].xaxis.set_major_locator(MaxNLocator(4, integer=True))
    for axis, name in zip(axes[1:], names, strict=True):
        values = [trial.setting[name] for trial in trials]
        _draw_dots(axis, _places(axis, values), trials, best)
        axis.set_xlabel(name)
        if name in log:
            _set_log_axis(axis, values)
    return np.array(axes)


def _draw_dots(ax, places, trials, best):
    darkest = max(1, max(trial.number for trial in trials))
    for place, trial in zip(places, trials, strict=True):
        style = {"color": tint(colour(0), 0.3 + 0.7 * trial.number / darkest), "markersize": 6}
        ax.plot(place, trial.score, "x" if trial.given_up else "o", **style)
        if trial is best:
            ax.plot(
                place, trial.score, "*", color=colour(1), markersize=14, markeredgecolor="white", zorder=3
            )


def _draw_best_so_far(ax, trials):
    ended = [trial for trial in trials if not trial.given_up]
    if ended:
        scores = np.maximum.accumulate([trial.score for trial in ended])
        ends = [*(trial.number for trial in ended), max(trial.number for trial in trials)]
        ax.step(ends, [*scores, scores[-1]], where="post", color=GREY, linewidth=1, zorder=0)


def _places(ax, values):
    """Numbers as they are; words and other choices side by side, named below."""
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        return values
    choices = sorted(set(map(str, values)))
    ax.set_xticks(range(len(choices)), choices)
    ax.set_xlim(-0.5, len(choices) - 0.5)
    return [choices.index(str(value)) for value in values]


def _set_log_axis(ax, values):
    """A logarithmic x axis with at most four labels, also where it spans less than a power of ten."""
    powers = np.arange(np.floor(np.log10(min(values))), np.ceil(np.log10(max(values))) + 1)
    ticks = [factor * 10**power for power in powers for factor in (1, 2, 5)]
    ticks = [tick for tick in ticks if min(values) / 1.1 <= tick <= max(values) * 1.1]
    if len(ticks) > 4:
        ticks = 10 ** powers[:: -(-len(powers) // 4)]
    ax.set_xscale("log")
    ax.set_xticks(
        ticks, [f"{tick:g}" if tick >= 0.01 else f"{tick:.0e}".replace("e-0", "e-") for tick in ticks]
    )
    ax.xaxis.set_minor_formatter(NullFormatter())
