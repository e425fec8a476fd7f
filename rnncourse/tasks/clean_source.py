"""Cleaning what people type before a model reads it: width, case and white space."""

import unicodedata

from rnncourse.tasks._task import Case, Mistake, Task

_FULL_WIDTH = {code: code + 0xFEE0 for code in range(33, 127)}
_IDEOGRAPHIC_SPACE = "\u3000"


def cases(rng):
    """Full width, capitals, ideographic spaces and runs of spaces, Chinese beside Latin letters."""
    year, day = int(rng.integers(1970, 2070)), int(rng.integers(1, 29))
    month = str(rng.choice(["NOVEMBER", "March", "JULY", "December"]))
    wide = f"{day} {month} {year}".translate(_FULL_WIDTH)
    drawn = [
        f"{day}  {month}   {year}",
        f"{year}年11月{day}日".translate(_FULL_WIDTH),
        wide.replace(" ", _IDEOGRAPHIC_SPACE),
        f" \t{year} 年 {day} 月 3 日\n",
        f"Wed{_FULL_WIDTH_COMMA} {month} {day}{_FULL_WIDTH_COMMA}{_IDEOGRAPHIC_SPACE}{year}  ",
    ]
    return [Case((text,)) for text in drawn]


_FULL_WIDTH_COMMA = "\uff0c"


def reference(text):
    return " ".join(unicodedata.normalize("NFKC", text).lower().split())


def _narrow(text, low=33, high=126):
    kept = "".join(chr(ord(c) - 0xFEE0) if low <= ord(c) - 0xFEE0 <= high else c for c in text)
    return kept.replace(_IDEOGRAPHIC_SPACE, " ")


def case_kept(text):
    return " ".join(_narrow(text).split())


def digits_alone_narrowed(text):
    return " ".join(_narrow(text, ord("0"), ord("9")).lower().split())


def runs_of_spaces_kept(text):
    return _narrow(text).lower().strip()


def all_spaces_dropped(text):
    return "".join(_narrow(text).lower().split())


def chinese_lost(text):
    return " ".join(_narrow(text).lower().encode("ascii", "ignore").decode().split())


def width_kept(text):
    return " ".join(text.lower().split())


TASK = Task(
    name="clean_source",
    points=2,
    cases=cases,
    reference=reference,
    mistakes=(
        Mistake(
            "case_kept",
            case_kept,
            zh="大写字母没有变成小写：对模型来说，NOV 和 nov 是不同的字符。",
            en="Capitals are still there: to a model, NOV and nov are different characters.",
        ),
        Mistake(
            "digits_alone_narrowed",
            digits_alone_narrowed,
            zh="只换了全角数字：全角的字母、标点也要换。U+FF01 到 U+FF5E 一共 94 个。",
            en="Only full-width digits are replaced: letters and marks have full-width forms, too, 94 in all, from U+FF01 "
            "to U+FF5E.",
        ),
        Mistake(
            "runs_of_spaces_kept",
            runs_of_spaces_kept,
            zh="两端的空白去掉了，中间连续的空白还在：应合并成一个空格。",
            en="White space is gone from the ends, but not the runs of it in the middle: let each become one space.",
        ),
        Mistake(
            "all_spaces_dropped",
            all_spaces_dropped,
            zh="空格全没了：题目要求把连续的空白变成一个空格，而不是删掉。5 11 2026 会变成 5112026，就读不出来了。",
            en="All spaces are gone: runs are to become one space, not none: 5 11 2026 would turn into 5112026, which "
            "nobody can read.",
        ),
        Mistake(
            "chinese_lost",
            chinese_lost,
            zh="汉字丢了：ASCII 里没有年、月、日。只换有半角写法的字符，其余原样留下。",
            en="The Chinese characters are lost: 年, 月 and 日 are not in ASCII. Replace what has a half-width form, and "
            "leave the rest as it is.",
        ),
        Mistake(
            "width_kept",
            width_kept,
            zh="全角字符还是全角。标准库 unicodedata 有一种规范化，能把它们变成半角"
            "（它还会改动别的兼容字符，如 ①；这里不会遇到）。",
            en="What was full width still is. The standard library's unicodedata has a normalisation that makes it half "
            "width. It changes other compatibility characters, too, such as ①, but none of those occurs here.",
        ),
    ),
)
