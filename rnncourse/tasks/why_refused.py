"""At the door of a service: is this text refused, and for which reason?"""

import unicodedata

import numpy as np

from rnncourse.robustness.limits import Limits, Refused, check_known, check_text
from rnncourse.tasks._task import Case, Mistake, Task
from rnncourse.text import UNKNOWN

_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def cases(rng):
    """What is accepted, each reason by itself, and what lies just within the limits."""
    known = "".join(sorted(rng.choice(list(_LETTERS[:20]), 8, replace=False))) + "好看片"
    longest = int(rng.integers(10, 20))

    def words(length, letters=known):
        return "".join(rng.choice(list(letters), length))

    half = words(4) + "vwxy"
    texts = [
        words(6),
        int(rng.integers(10, 100)),
        [words(3), words(4)],
        " \t ",
        "",
        words(longest + 1),
        words(longest),
        " " * (longest + 1),
        words(3) + "\t" + words(2) + "\n",
        words(3) + "\x00" + words(2),
        words(2) + str(rng.choice(["\u200b", "\u202e", "\u2060"])) + words(4),
        half,
        words(2) + "vwxyz",
        words(1) * 5 + "vwx",
    ]
    return [Case((text, known, longest)) for text in texts]


def reference(text, known, longest):
    try:
        check_text(text, Limits(characters=longest))
        check_known([UNKNOWN if letter not in known else UNKNOWN + 1 for letter in text])
    except Refused as refused:
        return refused.reason
    return None


_ORDER = ("type", "long", "empty", "control", "invisible", "unknown")


def _tests(text, known, longest, **others):
    """Whether each reason holds; `others` replace some of the rules by functions of the text."""
    rules = {
        "type": lambda text: not isinstance(text, str),
        "long": lambda text: len(text) > longest,
        "empty": lambda text: not text.strip(),
        "control": lambda text: any(unicodedata.category(c) == "Cc" and c not in "\t\n\r" for c in text),
        "invisible": lambda text: any(unicodedata.category(c) in ("Cf", "Co", "Cn") for c in text),
        "unknown": lambda text: np.mean([c not in known for c in text]) > 0.5,
    }
    return rules | others


def _first(text, rules, order=_ORDER):
    return next((reason for reason in order if rules[reason](text)), None)


def numbers_become_text(text, known, longest):
    text = text if isinstance(text, str) else str(text)
    return _first(text, _tests(text, known, longest))


def lists_are_joined(text, known, longest):
    return reference("".join(text) if isinstance(text, list) else text, known, longest)


def blanks_are_no_text(text, known, longest):
    return _first(text, _tests(text, known, longest, empty=lambda text: text == ""))


def length_after_the_rest(text, known, longest):
    order = ("type", "empty", "control", "invisible", "unknown", "long")
    return _first(text, _tests(text, known, longest), order)


def limit_itself_refused(text, known, longest):
    return _first(text, _tests(text, known, longest, long=lambda text: len(text) >= longest))


def tabs_refused(text, known, longest):
    control = lambda text: any(unicodedata.category(c) == "Cc" for c in text)  # noqa: E731
    return _first(text, _tests(text, known, longest, control=control))


def invisible_passes(text, known, longest):
    return _first(text, _tests(text, known, longest, invisible=lambda text: False))


def not_printable(text, known, longest):
    return _first(text, _tests(text, known, longest, control=lambda text: not text.isprintable()))


def half_is_too_many(text, known, longest):
    unknown = lambda text: np.mean([c not in known for c in text]) >= 0.5  # noqa: E731
    return _first(text, _tests(text, known, longest, unknown=unknown))


def distinct_characters(text, known, longest):
    unknown = lambda text: np.mean([c not in known for c in set(text)]) > 0.5  # noqa: E731
    return _first(text, _tests(text, known, longest, unknown=unknown))


TASK = Task(
    name="why_refused",
    points=3,
    cases=cases,
    reference=reference,
    hides=("rnncourse.robustness",),
    mistakes=(
        Mistake(
            "numbers_become_text",
            numbers_become_text,
            zh="不是字符串的输入被 str() 变成了字符串：数字和列表（连方括号）都成了一条“评论”，谁也没有写过它。",
            en="What is no string is turned into one by str(): a number, or a list with its brackets, becomes a review "
            "that nobody wrote.",
        ),
        Mistake(
            "lists_are_joined",
            lists_are_joined,
            zh="列表里的几段被接成了一条：对方也许想问的是几条文本。不是 str 的，一律是 type。",
            en="The parts of a list become one text, while the caller may have meant several. Whatever is no str is "
            "refused as type.",
        ),
        Mistake(
            "blanks_are_no_text",
            blanks_are_no_text,
            zh="只有空白的文本没有算作空：去掉两端空白以后，它还剩什么？",
            en="A text of white space alone does not count as empty: what is left of it once it is stripped?",
        ),
        Mistake(
            "length_after_the_rest",
            length_after_the_rest,
            zh="长度检查得太晚：逐字的检查要花与长度成正比的时间，正是攻击者想要的。按表里的次序来。",
            en="The length is checked too late: going through the characters takes time in proportion to it, just what an "
            "attacker wants. Keep to the order of the table.",
        ),
        Mistake(
            "limit_itself_refused",
            limit_itself_refused,
            zh="恰好 longest 个字符也被拒了：上限本身还在允许之内。",
            en="A text of just `longest` characters is refused: the limit itself is still within it.",
        ),
        Mistake(
            "tabs_refused",
            tabs_refused,
            zh="制表符和换行也被当作控制字符拒了：它们的类别确实是 Cc，但评论里常有，应当放行。",
            en="Tabs and line ends are refused as control characters: their category is Cc indeed, but reviews hold them, "
            "and they are let through.",
        ),
        Mistake(
            "invisible_passes",
            invisible_passes,
            zh="看不见的字符（类别 Cf、Co、Cn，如零宽空格）放进来了：人看不见，模型看得见。",
            en="Invisible characters (categories Cf, Co and Cn, such as a space of no width) are let in: people cannot see "
            "them, the model does.",
        ),
        Mistake(
            "not_printable",
            not_printable,
            zh="isprintable 把换行、制表符和看不见的字符混成了一类：前两种应当放行，后一种另有原因代码。",
            en="isprintable makes one class of tabs, line ends and what is invisible: the first two are let through, the "
            "last has a code of its own.",
        ),
        Mistake(
            "half_is_too_many",
            half_is_too_many,
            zh="恰好一半不认识也被拒了：表里写的是“超过一半”。",
            en="A text of which just half is unknown is refused: the table says more than half.",
        ),
        Mistake(
            "distinct_characters",
            distinct_characters,
            zh="你数的是不同的字符：重复出现的也各是一个词元，要逐个算。",
            en="You count distinct characters: one that is repeated is a token each time, and each counts.",
        ),
    ),
)
