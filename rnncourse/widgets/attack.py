"""The reader's own review under attack: a budget, a button, and what was changed."""

from functools import partial

from ipywidgets import Dropdown, IntSlider, Textarea, ToggleButton

from rnncourse import robustness
from rnncourse.language import choose
from rnncourse.plots import plot_edits, plot_probability
from rnncourse.plots.axes import WIDTH
from rnncourse.plots.security import edits_height
from rnncourse.text import tokenize
from rnncourse.widgets.panel import FULL_NAMES, WIDE, View, new_figure, show

_BAR = 0.85  # inches, the height of one probability bar with its name
_SHOWN = 36  # characters of an example in the list
LONGEST = 60  # tokens that are read and attacked
TRIED = 24  # changes that are tried in a round


def explore_attack(model, vocabulary, *, label_names, examples, edits_of=None):
    """A field for a review, a slider for the budget, a button: the search for edits that turn the answer.

    `model`, `vocabulary`: a classifier of the course (two classes) and its own vocabulary; `label_names` its
    classes; `examples` reviews to begin with. `edits_of`: a text -> Edits (default: `robustness.unnoticed` in
    the vocabulary's language). The right class is taken to be the one that the model names before the attack.
    The first 60 tokens are read. Raises ValueError for no examples or another number of names.
    """
    view, controls = build_attack(
        model, vocabulary, label_names=label_names, examples=examples, edits_of=edits_of
    )
    show(view, controls)


def build_attack(model, vocabulary, *, label_names, examples, edits_of=None):
    """The view and its controls (examples, the field, the budget, the button), not yet displayed."""
    if not len(examples) or len(label_names) != 2:
        raise ValueError(f"expected examples and two names, got {len(examples)} and {len(label_names)}")
    language = "zh" if vocabulary.unit == "character" else "en"
    edits_of = edits_of or partial(robustness.unnoticed, language=language)
    controls = _controls(examples)
    chosen, field, percent, button = controls
    chosen.observe(lambda change: setattr(field, "value", change["new"]), "value")

    def view():
        share = percent.value / 100 if button.value else None
        return view_attack(model, vocabulary, field.value, share, edits_of, label_names)

    return view, controls


def _controls(examples):
    names = {"style": FULL_NAMES, "layout": WIDE}
    options = [(one if len(one) <= _SHOWN else one[:_SHOWN] + "…", one) for one in dict.fromkeys(examples)]
    return [
        Dropdown(options=options, description=choose(zh="示例", en="Example"), **names),
        Textarea(value=examples[0], description=choose(zh="评论", en="Review"), rows=3, **names),
        IntSlider(
            value=10,
            min=2,
            max=30,
            description=choose(zh="预算（字符的 %）", en="Budget (% of characters)"),
            **names,
        ),
        ToggleButton(description=choose(zh="攻击", en="Attack")),
    ]


def view_attack(model, vocabulary, text, share, edits_of, label_names):
    """The View of one text: unattacked where `share` is None, else after the search with that budget."""
    if not tokenize(text, vocabulary.unit):
        return View(None, choose(zh="请输入一句评论。", en="Please type a review."))
    predict = robustness.text_predictor(model, vocabulary, length=LONGEST)
    before = float(predict([text])[0])
    if share is None:
        return View(_drawn([], [before], vocabulary.unit, label_names), _asks())
    label = int(before >= 0.5)
    rank = robustness.gradient_rank(model, vocabulary, length=LONGEST)
    found = robustness.attack_texts(predict, [text], [label], edits_of, share=share, rank=rank, tried=TRIED)[
        0
    ]
    pairs = robustness.pieces(text, found.edits, unit=vocabulary.unit)
    after = found.after if label else 1 - found.after
    return View(_drawn(pairs, [before, after], vocabulary.unit, label_names), describe_attack(found, share))


def _asks():
    return choose(zh="模型的看法如上；按“攻击”。", en="That is what the model thinks; press Attack.")


def describe_attack(found, share):
    """One line: how many characters changed of how many allowed, whether the answer turned, what it cost."""
    spent, allowed = sum(edit.cost for edit in found.edits), robustness.budget(found.text, share)
    return choose(
        zh=f"改了 {spent} 个字符（最多 {allowed} 个），问了模型 {found.queries} 次："
        f"{'答案变了' if found.succeeded else '答案没有变'}。读一读：你看得出来吗？意思变了吗？",
        en=f"Characters changed: {spent} of at most {allowed}; texts that the model was asked about: "
        f"{found.queries}. The answer {'turned' if found.succeeded else 'stays'}. "
        "Read it: do you notice, and is the meaning still the same?",
    )


def _drawn(pairs, probabilities, unit, label_names):
    """The bars, before and after, and below them the text with its changes; a new figure."""
    below = edits_height(pairs, unit=unit, width=0.98 * WIDTH) if pairs else 0.0
    height = _BAR * len(probabilities) + below
    figure = new_figure(WIDTH, height)
    names = choose(zh=("攻击前", "攻击后"), en=("before", "after"))
    for place, (name, probability) in enumerate(zip(names, probabilities, strict=False)):
        bottom = 1 - _BAR * (place + 1) / height
        ax = figure.add_axes((0.01, bottom, 0.98, 0.9 * _BAR / height))
        plot_probability(probability, label_names=label_names, ax=ax)
        ax.text(0.5, 0.5, name, ha="center", va="bottom")
    if pairs:
        plot_edits(pairs, unit=unit, ax=figure.add_axes((0.01, 0, 0.98, below / height)))
    return figure
