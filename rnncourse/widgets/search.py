"""Choosing the next token: temperature, top-k and top-p under sliders, and beam search step by step."""

from typing import NamedTuple

import numpy as np
from ipywidgets import FloatSlider, IntSlider

from rnncourse.language import choose
from rnncourse.plots.axes import WIDTH
from rnncourse.plots.search import plot_beam_tree, plot_distribution
from rnncourse.widgets.panel import FULL_NAMES, WIDE, View, new_figure, show

DRAWS = 20
_STYLE = {"style": FULL_NAMES, "layout": WIDE}


class SamplingControls(NamedTuple):
    """The controls of `explore_sampling`."""

    temperature: FloatSlider
    top_k: IntSlider
    top_p: FloatSlider


def explore_sampling(scores, tokens):
    """Sliders for temperature, k and p over the scores (V,) of one next token, and 20 tokens drawn so.

    `tokens` are the V names. The draws use the same random numbers at every setting. Raises ValueError for
    fewer than two tokens, or lengths that differ.
    """
    view, controls = build_sampling(scores, tokens)
    show(view, controls)


def build_sampling(scores, tokens):
    """The view and its controls, not yet displayed."""
    scores = np.asarray(scores, dtype=float)
    if scores.shape != (len(tokens),) or len(tokens) < 2:
        raise ValueError(f"scores must be (V,), one for each of {len(tokens)} tokens, got {scores.shape}")
    size = len(tokens)
    controls = SamplingControls(
        FloatSlider(
            value=1, min=0.1, max=3, step=0.1, description=choose(zh="温度", en="Temperature"), **_STYLE
        ),
        IntSlider(value=size, min=1, max=size, description="top-k", **_STYLE),
        FloatSlider(value=1, min=0.05, max=1, step=0.05, description="top-p", **_STYLE),
    )
    noise = np.random.default_rng(0).gumbel(size=(DRAWS, size))

    def view():
        temperature, top_k, top_p = (control.value for control in controls)
        before = reshaped(scores)
        after = reshaped(scores, temperature=temperature, top_k=top_k, top_p=top_p)
        with np.errstate(divide="ignore"):
            drawn = (np.log(after) + noise).argmax(axis=1)
        figure = new_figure(WIDTH, 2.9)
        plot_distribution(before, after, tokens, ax=figure.add_axes((0.08, 0.12, 0.91, 0.84)))
        return View(figure, describe_sampling(after, [str(tokens[i]) for i in drawn]))

    return view, controls


def reshaped(scores, *, temperature=1.0, top_k=None, top_p=1.0):
    """Scores (V,) -> probabilities (V,) to draw from: by temperature, then top-k, then top-p."""
    powers = np.exp((scores - np.max(scores)) / temperature)
    order = np.argsort(-powers, kind="stable")
    ranked = powers[order]
    ranked[top_k or len(ranked) :] = 0
    ranked /= ranked.sum()
    ranked[np.cumsum(ranked) - ranked >= top_p] = 0  # the token that crosses p stays
    result = np.empty_like(ranked)
    result[order] = ranked / ranked.sum()
    return result


def describe_sampling(probabilities, drawn):
    """One line: how many tokens are left, how uncertain the choice is, and what was drawn."""
    left = probabilities[probabilities > 0]
    choices = np.exp(-np.sum(left * np.log(left)))
    words = " ".join(drawn)
    return choose(
        zh=f"留下 {len(left)} 个词元，相当于在 {choices:.1f} 个等可能的词元里选。抽 {len(drawn)} 次：{words}",
        en=f"Tokens left: {len(left)}, as uncertain as {choices:.1f} equally likely ones. "
        f"{len(drawn)} draws: {words}",
    )


class Candidate(NamedTuple):
    """A hypothesis that was looked at: its tokens, log-probability, and whether it stayed in the beam."""

    tokens: tuple
    log_probability: float
    kept: bool


def search_tree(following, *, width, longest, end="</s>"):
    """Beam search that remembers all it looked at: a list of levels, each a list of Candidate.

    `following(tokens)` gives {next token: probability} after the tuple of tokens; tokens of probability 0 are
    left out. A hypothesis that wrote `end` stays and competes. Stops when all of the beam has ended, or after
    `longest` steps.
    """
    beam, levels = [((), 0.0)], []
    for _ in range(longest):
        grown = [(tokens, log) for tokens, log in beam if tokens[-1:] == (end,)]
        for tokens, log in beam:
            if tokens[-1:] != (end,):
                grown += [((*tokens, t), log + np.log(p)) for t, p in following(tokens).items() if p > 0]
        beam = sorted(grown, key=lambda candidate: -candidate[1])[:width]
        kept = {tokens for tokens, _ in beam}
        levels.append([Candidate(tokens, float(log), tokens in kept) for tokens, log in grown])
        if all(tokens[-1] == end for tokens, _ in beam):
            break
    return levels


class BeamControls(NamedTuple):
    """The controls of `step_through_beam`."""

    width: IntSlider
    step: IntSlider


def step_through_beam(following, *, widest=4, longest=3, end="</s>"):
    """Sliders for the width of the beam and the step: which candidates there are, which stay, which go.

    `following`, `longest` and `end` as in `search_tree`. Raises ValueError for widest or longest below 1.
    """
    view, controls = build_beam(following, widest=widest, longest=longest, end=end)
    show(view, controls)


def build_beam(following, *, widest=4, longest=3, end="</s>"):
    """The view and its controls, not yet displayed."""
    if widest < 1 or longest < 1:
        raise ValueError(f"widest and longest must be at least 1, got {widest} and {longest}")
    width = IntSlider(
        value=min(2, widest), min=1, max=widest, description=choose(zh="束宽", en="Beam width"), **_STYLE
    )
    step = IntSlider(value=longest, min=1, max=longest, description=choose(zh="步", en="Step"), **_STYLE)
    trees = {w: search_tree(following, width=w, longest=longest, end=end) for w in range(1, widest + 1)}

    def view():
        levels = trees[width.value][: step.value]
        count = len({c.tokens for level in levels for c in level})
        figure = new_figure(WIDTH, max(1.8, 0.26 * count + 0.9))
        plot_beam_tree(levels, end=end, ax=figure.add_axes((0.01, 0.01, 0.98, 0.98)))
        return View(figure, describe_beam(levels, width.value))

    return view, BeamControls(width, step)


def describe_beam(levels, width):
    """One line: candidates and what stayed at the last of the `levels`, and the best so far."""
    last = levels[-1]
    kept = [c for c in last if c.kept]
    best = max(kept, key=lambda c: c.log_probability)
    looked = sum(map(len, levels))
    answer, share = " ".join(best.tokens), np.exp(best.log_probability)
    return choose(
        zh=f"束宽 {width}：这一步有 {len(last)} 个候选，留下 {len(kept)} 个，到此一共看过 {looked} 个；"
        f"目前最好的是 {answer}，概率 {share:.3f}。",
        en=f"Width {width}: {len(last)} candidates at this step, {len(kept)} stay, {looked} seen so far; the "
        f"best is {answer}, probability {share:.3f}.",
    )
