"""The pictures beside the tasks of the exercises: what goes in and what is to come out, cell by cell."""

import numpy as np

from rnncourse.language import choose
from rnncourse.plots.axes import GREY, PALE, axes_or_new, colour, tint


def plot_padding(sequences, length, *, ax=None):
    """Sequences of ids as they are (left) and padded behind to `length` (right); what is cut is in red."""
    left, right = axes_or_new(ax, columns=2, height=0.9 + 0.3 * len(sequences), sharex=True, sharey=True)
    for row, sequence in enumerate(sequences):
        for t, number in enumerate(sequence):
            _cell(left, t, row, number, tint(colour(0), 0.3), "black" if t < length else colour(3))
        for t in range(length):
            real = t < len(sequence)
            number, letters = (sequence[t], "black") if real else (0, GREY)
            _cell(right, t, row, number, tint(colour(0), 0.3) if real else PALE, letters)
    for each in (left, right):
        _frame(each, max(map(len, sequences)), len(sequences))
        each.set(xlabel=choose(zh="时间步", en="time step"), yticks=range(len(sequences)))
    left.set_ylabel(choose(zh="序列", en="sequence"))
    return np.array([left, right])


def plot_orders(lengths, size, *, ax=None):
    """Batches of `size` of the `lengths` (N,) as they came (left) and sorted (right); grey is padding."""
    lengths = np.asarray(lengths)
    axes = axes_or_new(ax, columns=2, sharey=True)
    titles = choose(zh=("原来的次序", "按长度排序"), en=("as they came", "sorted by length"))
    for each, order, title in zip(axes, (lengths, np.sort(lengths)), titles, strict=True):
        batches = [order[start : start + size] for start in range(0, len(order), size)]
        for number, batch in enumerate(batches):
            places = np.arange(len(batch)) + number * (size + 1)
            each.bar(places, batch.max(), width=1, color=PALE)
            each.bar(places, batch, width=0.9, color=colour(number))
        each.set(title=title, xlabel=choose(zh="批", en="batch"))
        each.set_xticks(np.arange(len(batches)) * (size + 1) + (size - 1) / 2, range(1, len(batches) + 1))
        each.grid(False)
    axes[0].set_ylabel(choose(zh="长度", en="length"))
    return axes


def plot_masked_mean(states, length, *, ax=None):
    """The states (T, H) of one text, those from step `length` on grey, and the mean of the others."""
    steps, units = states.shape
    ax = axes_or_new(ax, height=0.8 + 0.3 * units)
    for (t, h), value in np.ndenumerate(states):
        real = t < length
        _cell(ax, t, h, f"{value:.1f}", tint(colour(0), 0.3) if real else PALE, "black" if real else GREY)
    for h, value in enumerate(states[:length].mean(axis=0)):
        _cell(ax, steps + 1, h, f"{value:.1f}", tint(colour(1), 0.5), "black")
    _frame(ax, steps + 2, units)
    ax.set_xticks([*range(steps), steps + 1], [*range(steps), choose(zh="平均", en="mean")])
    ax.set_yticks(range(units), [f"$h_{h}$" for h in range(units)])
    ax.set_xlabel(choose(zh="时间步", en="time step"), loc="left")
    return ax


def plot_order_examples(sequences, labels, *, ax=None):
    """Sequences of ids, the tokens that all of them hold in colour, and their labels at the right."""
    ax = axes_or_new(ax, height=0.9 + 0.22 * len(sequences))
    shared = sorted(set.intersection(*(set(np.asarray(sequence).tolist()) for sequence in sequences)))
    longest = max(map(len, sequences))
    for row, (sequence, label) in enumerate(zip(sequences, labels, strict=True)):
        for t, token in enumerate(np.asarray(sequence).tolist()):
            fill = tint(colour(shared.index(token)), 0.6) if token in shared else PALE
            _cell(ax, t, row, token, fill, "black")
        ax.text(longest + 0.5, row, label, ha="center", va="center")
    _frame(ax, longest + 1, len(sequences))
    steps = range(0, longest, 5)
    ax.set_xticks([*steps, longest + 0.5], [*steps, choose(zh="标签", en="label")])
    ax.set(yticks=[], xlabel=choose(zh="时间步", en="time step"))
    return ax


def _cell(ax, column, row, text, fill, letters):
    """One square of a picture, with `text` in it."""
    ax.barh(row, 0.94, left=column - 0.47, height=0.9, color=fill)
    ax.text(column, row, text, ha="center", va="center", color=letters, fontsize="small")


def _frame(ax, columns, rows):
    ax.set(xlim=(-0.6, columns - 0.4), ylim=(rows - 0.4, -0.6))
    ax.grid(False)
    ax.spines[["left", "bottom"]].set_visible(False)
    ax.tick_params(length=0)
