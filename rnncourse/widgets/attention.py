"""Attention to explore: point at a token written and see where the decoder looked, and the reverse."""

import html
import itertools
from typing import NamedTuple

import numpy as np
from ipywidgets import Dropdown, IntSlider, Text

from rnncourse.language import choose
from rnncourse.plots.attention import attention_frame, checked_weights, plot_attention, shown_rows
from rnncourse.widgets.panel import FULL_NAMES, WIDE, View, new_figure, show

_SHOWN = 36  # characters of an example in the list
_MENTIONED = 3  # source tokens that the line of words names
_NUMBERS = itertools.count()  # each widget's style sheet holds for its own tokens only


class AttentionControls(NamedTuple):
    """The controls of `explore_attention`."""

    examples: Dropdown
    field: Text
    row: IntSlider  # the token written, counted from 1


def explore_attention(read, *, examples):
    """A field for the reader's own source text: what was written, and where the decoder looked at each token.

    `read(text)` returns an object with `source_tokens` (T strings), `target_tokens` (N or N - 1, without the
    end token) and `weights` (N, T), or None for weights where there is no attention: a
    decoders.Translation, for instance. `examples` are the texts to begin with. Pointing at a token (or
    clicking it) shades the tokens of the other side, in the browser, with no question to the kernel; the
    slider chooses the row of the heat map. The field is read when Enter is pressed. Raises ValueError for no
    examples.
    """
    view, controls = build_attention(read, examples=examples)
    show(view, controls)


def build_attention(read, *, examples):
    """The view and its controls, not yet displayed."""
    if not len(examples):
        raise ValueError("examples is empty; give at least one text to begin with")
    controls = _controls(examples)
    name = f"rnncourse-attention-{next(_NUMBERS)}"
    last = [None, None]  # the text read last, and what came of it

    def view():
        text = controls.field.value.strip()
        if not text:
            return View(None, choose(zh="请输入一段文字，按回车。", en="Type a text and press Enter."))
        if last[0] != text:
            last[:] = text, read(text)
        return view_attention(last[1], controls.row, name)

    return view, controls


def _controls(examples):
    names = {"style": FULL_NAMES, "layout": WIDE}
    options = [(t if len(t) <= _SHOWN else t[:_SHOWN] + "…", t) for t in dict.fromkeys(examples)]
    chosen = Dropdown(options=options, description=choose(zh="示例", en="Example"), **names)
    field = Text(
        value=examples[0],
        description=choose(zh="你的输入（按回车）", en="Your own (press Enter)"),
        continuous_update=False,
        **names,
    )
    chosen.observe(lambda change: setattr(field, "value", change["new"]), "value")
    words = choose(zh="写出的第几个词元", en="Token written, number")
    row = IntSlider(value=1, min=1, max=1, description=words, **names)
    return AttentionControls(chosen, field, row)


def view_attention(result, row, name):
    """The View of one result at the slider `row`, whose end follows the result."""
    written = "".join(map(str, result.target_tokens))
    if not len(result.source_tokens):
        return View(None, choose(zh="没有可读的词元。", en="There is no token to read."))
    if result.weights is None:
        words = choose(zh="这个模型没有注意力，看不出它看了哪里。", en="This model has no attention to show.")
        return View(None, f"{words} {written}")
    weights = checked_weights(result.weights, result.source_tokens, result.target_tokens)
    row.max = len(weights)
    chosen = row.value - 1
    return View(
        draw_attention(result, weights, chosen),
        describe_attention(
            weights[chosen], result.source_tokens, shown_rows(weights, result.target_tokens)[chosen]
        ),
        mark_up(weights, result.source_tokens, shown_rows(weights, result.target_tokens), chosen, name),
    )


def draw_attention(result, weights, chosen):
    """The heat map with the chosen row framed, on a new figure of the size that the tokens want."""
    frame = attention_frame(result.source_tokens, shown_rows(weights, result.target_tokens))
    figure = new_figure(frame.width, frame.height)
    ax = figure.add_axes(frame.place)
    plot_attention(weights, result.source_tokens, result.target_tokens, chosen=chosen, ax=ax)
    return figure


def describe_attention(row, source_tokens, token):
    """One line: the source tokens with the largest weights (T,) for the token written."""
    largest = np.argsort(-row, kind="stable")[:_MENTIONED]
    found = [f"{source_tokens[t]} {row[t]:.2f}" for t in largest if row[t] >= 0.005]
    seen = choose(zh="，", en=", ").join(found) or choose(zh="哪里也没看", en="nothing")
    return choose(
        zh=f"写“{token}”时主要看：{seen}。把鼠标移到（或点击）下面任何一个词元，看它与另一侧的哪些词元相连。",
        en=f"Writing “{token}” it looked at: {seen}. Point at any token below, or click it, to see which of "
        "the other side it goes with.",
    )


def mark_up(weights, source_tokens, target_tokens, chosen, name):
    """Both rows of tokens as HTML, shaded by the row `chosen`, and by whichever token the mouse is on.

    Weights are whole per cent in CSS variables, one set a token, which the selector :has switches.
    """
    sides = (
        (choose(zh="读入", en="read"), "s", source_tokens),
        (choose(zh="写出", en="written"), "t", target_tokens),
    )
    rows = "".join(
        f'<div class="row"><span class="side">{title}</span>{_spans(kind, tokens)}</div>'
        for title, kind, tokens in sides
    )
    return f'<style>{_style(weights, chosen, "." + name)}</style><div class="{name}">{rows}</div>'


def _spans(kind, tokens):
    shown = (html.escape(str(token)) if str(token).strip() else "␣" for token in tokens)
    return "".join(
        f'<span class="{kind} {kind}{place}" tabindex="0">{token}</span>' for place, token in enumerate(shown)
    )


def _style(weights, chosen, name):
    percents = np.rint(100 * weights).astype(int)
    rules = [_LOOK.replace("NAME", name)]
    rules += [f"{name} .s{t}{{--w:var(--s{t},0)}}" for t in range(percents.shape[1])]
    rules += [f"{name} .t{n}{{--w:var(--t{n},0)}}" for n in range(percents.shape[0])]
    rules.append(f"{name}{{{_variables('s', percents[chosen])}}}")
    rules.append(f"{name}:not(:has(:is(.s,.t):is(:hover,:focus))) .t{chosen}{{{_OUTLINE}}}")
    for how in ("focus", "hover"):  # the token under the mouse goes before the one that was clicked
        rules += [
            f"{name}:has(.t{n}:{how}){{{_clear('t', len(percents))}{_variables('s', row)}}}"
            for n, row in enumerate(percents)
        ]
        rules += [
            f"{name}:has(.s{t}:{how}){{{_clear('s', percents.shape[1])}{_variables('t', column)}}}"
            for t, column in enumerate(percents.T)
        ]
    return "".join(rules)


def _variables(kind, percents):
    return "".join(f"--{kind}{place}:{value};" for place, value in enumerate(percents))


def _clear(kind, count):
    return _variables(kind, [0] * count)


_OUTLINE = "outline:2px solid #D55E00"
_LOOK = (
    "NAME .row{line-height:1.35;margin:.25em 0}"
    "NAME .side{display:inline-block;min-width:4em;opacity:.7}"
    "NAME :is(.s,.t){display:inline-block;vertical-align:top;text-align:center;min-width:1.1em;"
    "padding:0 .2em;margin:2px;border-radius:3px;cursor:pointer;white-space:pre;outline:none}"
    "NAME .s{background:rgb(0 114 178/calc(var(--w)*.6%))}"
    "NAME .t{background:rgb(230 159 0/calc(var(--w)*.8%))}"
    "NAME :is(.s,.t)::after{counter-reset:w var(--w);content:counter(w);display:block;font-size:.65em;"
    "opacity:min(1,calc(var(--w)*.25))}"
    "NAME :is(.s,.t):focus{outline:2px dotted #D55E00}"
    "NAME :is(.s,.t):hover{outline:2px solid #D55E00}"
)
