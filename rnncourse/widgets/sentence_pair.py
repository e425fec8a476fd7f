"""Two sentences of the reader's own, aligned and scored."""

from ipywidgets import Text, ToggleButtons

from rnncourse import metrics
from rnncourse.language import choose
from rnncourse.plots import plot_alignment, plot_ngrams
from rnncourse.plots.axes import WIDTH
from rnncourse.text import UNITS, tokenize
from rnncourse.widgets.panel import FULL_NAMES, WIDE, View, new_figure, show

_MOST = 24  # tokens of a sentence that fit into the picture
_ORDERS = (1, 2, 3, 4)


def explore_sentence_pair(reference, hypothesis, *, unit):
    """Two fields and a choice of the token: the alignment, the n-grams that BLEU counts, and the scores.

    `reference` and `hypothesis` stand in the fields at first; `unit` is "character" or "word". Of a longer
    sentence only the first 24 tokens are taken, which is said.
    """
    view, controls = build_sentence_pair(reference, hypothesis, unit=unit)
    show(view, controls)


def build_sentence_pair(reference, hypothesis, *, unit):
    """The view and its controls (reference, hypothesis, unit), not yet displayed."""
    names = {"style": FULL_NAMES, "layout": WIDE}
    right = Text(value=reference, description=choose(zh="参考", en="Reference"), **names)
    written = Text(value=hypothesis, description=choose(zh="输出", en="Hypothesis"), **names)
    options = list(zip(choose(zh=("字", "词"), en=("character", "word")), UNITS, strict=True))
    chosen = ToggleButtons(
        options=options, value=unit, description=choose(zh="词元", en="Token"), style=FULL_NAMES
    )

    def view():
        pair = [tokenize(field.value, chosen.value) for field in (right, written)]
        if not all(pair):
            return View(None, choose(zh="两句都请输入文字。", en="Please type both sentences."))
        shown = [tokens[:_MOST] for tokens in pair]
        return View(draw_sentence_pair(*shown), describe_sentence_pair(*shown, cut=pair != shown))

    return view, [right, written, chosen]


def draw_sentence_pair(reference, hypothesis):
    """Alignment above, n-grams below, on a new figure."""
    figure = new_figure(WIDTH, 4.4)
    top, bottom = (figure.add_axes((0.01, low, 0.98, high)) for low, high in ((0.64, 0.27), (0.01, 0.57)))
    plot_alignment(reference, hypothesis, metrics.align(reference, hypothesis), ax=top)
    matched = [metrics.matched_ngrams(hypothesis, reference, order) for order in _ORDERS]
    plot_ngrams(hypothesis, matched, ax=bottom)
    return figure


def describe_sentence_pair(reference, hypothesis, *, cut=False):
    """One line: error rate with its edits, BLEU with its factors, chrF."""
    edits = metrics.align(reference, hypothesis)
    kinds = [sum(edit.kind == kind for edit in edits) for kind in ("substitution", "deletion", "insertion")]
    rate = sum(kinds) / len(reference)
    texts = [" ".join(hypothesis)], [" ".join(reference)]
    found, chrf = metrics.bleu(*texts, tokenize="none"), metrics.chrf(*texts)
    words = choose(
        zh="错误率 ({} 替换 + {} 删除 + {} 插入) / {} = {:.1%}；BLEU {:.1f}，长度惩罚 {:.3f}；chrF {:.1f}。",
        en="Error rate ({} substituted + {} deleted + {} inserted) / {} = {:.1%}; BLEU {:.1f}, brevity "
        "penalty {:.3f}; chrF {:.1f}.",
    ).format(*kinds, len(reference), rate, found.score, found.brevity_penalty, chrf)
    return words + (
        choose(zh=f"只取前 {_MOST} 个词元。", en=f" Only the first {_MOST} tokens.") if cut else ""
    )
