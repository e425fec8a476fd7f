"""Replace the most important characters of a text by their look-alikes, within a budget."""

from rnncourse.robustness.edits import Edit, apply, budget
from rnncourse.robustness.lookalikes import LOOK_ALIKE, pairs_of, partners
from rnncourse.tasks._task import Case, Mistake, Task

_LATIN = dict(zip("olesagtbz", "013546789", strict=True))
_CHINESE = {one: others[0] for one, others in partners(pairs_of(LOOK_ALIKE)).items()}


def cases(rng):
    """Lengths below ten, a multiple of ten, and others; drawn until all mistakes show."""
    while True:
        texts = [(_LATIN, "inputchr", 8), (_LATIN, "inputchr", 27)]
        texts += [(_CHINESE, "的了是不在有我他这中", 20), (_CHINESE, "的了是不在有我他这中", 38)]
        drawn = [_drawn(rng, *text) for text in texts]
        answers = [reference, *(mistake.answer for mistake in TASK.mistakes)]
        if len({tuple(answer(*case.inputs) for case in drawn) for answer in answers}) == len(answers):
            return drawn


def _drawn(rng, table, others, length):
    """A text half of which can be replaced, with the table of its characters and a random order of places."""
    exchangeable = rng.choice(sorted(table), 5, replace=False).tolist()
    others = [letter for letter in others if letter not in table]
    text = rng.choice(exchangeable, length // 2).tolist() + rng.choice(others, length - length // 2).tolist()
    order = rng.permutation(length).tolist()
    used = {letter: table[letter] for letter in exchangeable if letter in text}
    return Case(("".join(rng.permutation(text)), used, order))


def reference(text, look_alikes, order):
    edits = [
        Edit(place, place + 1, look_alikes[text[place]]) for place in order if text[place] in look_alikes
    ]
    return apply(text, edits[: budget(text)])


def _attack(text, look_alikes, order, most, *, skipped_cost=False):
    letters, made = list(text), 0
    for place in order:
        if made >= most:
            break
        if text[place] in look_alikes:
            letters[place] = look_alikes[text[place]]
        made += skipped_cost or text[place] in look_alikes
    return "".join(letters)


def no_budget(text, look_alikes, order):
    return _attack(text, look_alikes, order, len(text))


def budget_rounded_up(text, look_alikes, order):
    return _attack(text, look_alikes, order, -(-len(text) // 10))


def none_for_short_texts(text, look_alikes, order):
    return _attack(text, look_alikes, order, len(text) // 10)


def left_to_right(text, look_alikes, order):
    return _attack(text, look_alikes, sorted(order), max(1, len(text) // 10))


def least_important_first(text, look_alikes, order):
    return _attack(text, look_alikes, order[::-1], max(1, len(text) // 10))


def skipped_are_paid(text, look_alikes, order):
    return _attack(text, look_alikes, order, max(1, len(text) // 10), skipped_cost=True)


def every_occurrence(text, look_alikes, order):
    most, attacked = max(1, len(text) // 10), text
    for place in [place for place in order if text[place] in look_alikes][:most]:
        attacked = attacked.replace(text[place], look_alikes[text[place]])
    return attacked


def share_of_the_replaceable(text, look_alikes, order):
    replaceable = sum(letter in look_alikes for letter in text)
    return _attack(text, look_alikes, order, max(1, replaceable // 10))


TASK = Task(
    name="look_alike_attack",
    points=2,
    cases=cases,
    reference=reference,
    hides=("rnncourse.robustness",),
    mistakes=(
        Mistake(
            "no_budget",
            no_budget,
            zh="能换的全换了：预算没有用上。读的人一眼就会看出来。",
            en="All that can be replaced is: the budget is not used, and a reader would notice at once.",
        ),
        Mistake(
            "budget_rounded_up",
            budget_rounded_up,
            zh="预算向上取整了：27 个字符的一成是 2.7，换 3 个就超过了一成。",
            en="The budget is rounded up: a tenth of 27 characters is 2.7, and three would be more than a tenth.",
        ),
        Mistake(
            "none_for_short_texts",
            none_for_short_texts,
            zh="不到 10 个字符的文本，你一个也没有换：预算再小，也至少是多少？",
            en="In a text of fewer than ten characters you replace nothing: what is the least that a budget can be?",
        ),
        Mistake(
            "left_to_right",
            left_to_right,
            zh="你从左到右地换，没有用 order：预算花在了不重要的字符上。",
            en="You go from left to right and do not use `order`: the budget is spent on characters that matter little.",
        ),
        Mistake(
            "least_important_first",
            least_important_first,
            zh="次序反了：order 里排在最前面的最重要。",
            en="The wrong end: what comes first in `order` matters most.",
        ),
        Mistake(
            "skipped_are_paid",
            skipped_are_paid,
            zh="没有形近字的位置也用掉了预算：没换的字符不该算钱。",
            en="Places without a look-alike use up the budget, too: what is not replaced should cost nothing.",
        ),
        Mistake(
            "every_occurrence",
            every_occurrence,
            zh="同一个字符在别处也被换了（str.replace 换掉所有的），于是超出了预算。order 里是位置，不是字符。",
            en="The same character is replaced elsewhere, too (str.replace takes all of them), which exceeds the "
            "budget. `order` holds places, not characters.",
        ),
        Mistake(
            "share_of_the_replaceable",
            share_of_the_replaceable,
            zh="预算按能换的字符数来算了：题目说的是全部字符的一成。",
            en="The budget is a share of the characters that can be replaced; it is a tenth of all characters.",
        ),
    ),
)
