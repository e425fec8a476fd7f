"""Dates as people write them in Chinese and English, beside the ISO date: generated, so never used up.

The plain forms are the four date formats of Unicode's CLDR for en_US, en_GB and zh_CN, as babel has them. The
harder forms are what else is met: two-digit years, Chinese numerals, full-width digits, ordinals ...
A two-digit year lies in 1970–2069.
"""

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from itertools import permutations
from typing import NamedTuple

import numpy as np

from rnncourse.datasets.base import checked_texts

FIRST, LAST = date(1970, 1, 1), date(2069, 12, 31)
LOCALES = ("en_US", "en_GB", "zh_CN")
PLAIN = ("short", "medium", "long", "full")  # CLDR's four formats
_DIGITS = "〇一二三四五六七八九"
_FULL_WIDTH = {code: code + 0xFEE0 for code in range(ord("!"), ord("~") + 1)}

# What is written beside CLDR's formats: kind -> locale -> templates. Fields are named as in CLDR, and beside
# them `th` (5th), and in Chinese numerals `Y` (year), `Z` (with 零 for 〇), `YY`, `N` (month), `D` (day).
_HARDER = {
    "digits alone": {
        "en_US": ("{M}/{d}/{y}", "{MM}/{dd}/{y}", "{MM}-{dd}-{y}"),
        "en_GB": ("{d}/{M}/{y}", "{dd}-{MM}-{y}", "{d}.{M}.{y}", "{dd}.{MM}.{y}"),
        "zh_CN": ("{y}/{MM}/{dd}", "{y}-{M}-{d}", "{y}.{M}.{d}", "{y}{MM}{dd}", "{y}-{MM}-{dd}"),
    },
    "two-digit year": {
        "en_US": ("{MMM} {d}, '{yy}", "{MM}/{dd}/{yy}", "{MMMM} {d}, {yy}"),
        "en_GB": ("{d} {MMM} {yy}", "{dd}/{MM}/{yy}", "{d}-{MMM}-{yy}", "{d}/{M}/{yy}"),
        "zh_CN": ("{yy}年{M}月{d}日", "{yy}/{MM}/{dd}", "{yy}年{MM}月{dd}日"),
    },
    "Chinese numerals": {
        "zh_CN": ("{Y}年{N}月{D}日", "{Z}年{N}月{D}号", "{YY}年{N}月{D}日", "{Y}年{N}月{D}日{EEEE}"),
    },
    "full width": {
        "en_GB": ("{d} {MMMM} {y}",),
        "zh_CN": ("{y}年{M}月{d}日", "{y}/{MM}/{dd}", "{y}-{M}-{d}"),
    },
    "ordinal": {
        "en_US": ("{MMMM} {th}, {y}", "{MMM} {th}, {y}", "{MMMM} the {th}, {y}"),
        "en_GB": ("{th} {MMMM} {y}", "the {th} of {MMMM}, {y}", "{th} of {MMM} {y}"),
    },
    "weekday": {
        "en_US": ("{EEE}, {MMM} {d}, {y}", "{MMMM} {d}, {y} ({EEEE})"),
        "en_GB": ("{EEE} {d} {MMM} {y}", "{EEEE} the {th} of {MMMM} {y}"),
        "zh_CN": ("{EEEE}，{y}年{M}月{d}日", "{y}-{MM}-{dd}（{EEE}）", "{M}月{d}日 {EEE} {y}年"),
    },
    "capitals": {
        "en_US": ("{MMMM} {d}, {y}", "{MMM}. {d}, {y}"),
        "en_GB": ("{dd}{MMM}{y}", "{d} {MMMM} {y}"),
    },
    "odd separators": {
        "en_US": ("{MMM}-{dd}-{y}", "{MMM} . {d} . {y}", "{y}, {MMMM} {d}"),
        "en_GB": ("{d} / {MMM} / {y}", "{dd}_{MMM}_{y}", "{y}-{MMM}-{dd}"),
        "zh_CN": ("{y} 年 {M} 月 {d} 日", "{y}年{MM}月{dd}号", "{y}、{M}、{d}"),
    },
}
HARDER = tuple(_HARDER)
KINDS = PLAIN + HARDER


class Form(NamedTuple):
    """One way to write a date: its kind (of KINDS), a locale, and a template with CLDR's fields."""

    kind: str
    locale: str
    template: str

    def write(self, day):
        """The date `day` (a datetime.date) in this form, as a str."""
        written = self.template.format_map(_fields(day, self.locale))
        if self.kind == "capitals":
            return written.upper()
        return written.translate(_FULL_WIDTH) if self.kind == "full width" else written


@dataclass(frozen=True, eq=False)
class DatePairs:
    """Sources, and the ISO date (YYYY-MM-DD) that each names. Everything has N entries.

    `sources`, `targets`: tuples of str; `locales`, `kinds`: tuples of str from LOCALES and KINDS;
    `ambiguous`: bool, shape (N,): the source names another date, too, in another form (`readings`).
    """

    sources: tuple
    targets: tuple
    locales: tuple
    kinds: tuple
    ambiguous: np.ndarray

    def __len__(self):
        return len(self.sources)

    def __repr__(self):
        return f"DatePairs({len(self):,}, {int(self.ambiguous.sum()):,} of them ambiguous)"

    @property
    def hard(self):
        """Whether each source is in one of the HARDER kinds: bool, shape (N,)."""
        return np.isin(self.kinds, HARDER)

    def take(self, indices):
        """The pairs at `indices` (whole numbers, or one boolean a pair), in that order."""
        indices = np.asarray(indices)
        if indices.dtype == bool and len(indices) != len(self):
            raise ValueError(f"a boolean choice needs one value a pair: {len(self)}, got {len(indices)}")
        rows = (np.flatnonzero(indices) if indices.dtype == bool else indices.astype(np.int64)).tolist()
        columns = ("sources", "targets", "locales", "kinds")
        taken = {name: tuple(getattr(self, name)[row] for row in rows) for name in columns}
        return replace(self, **taken, ambiguous=_read_only(self.ambiguous[rows]))


class DateSplit(NamedTuple):
    """Three DatePairs that have no calendar date and no source in common."""

    train: DatePairs
    validation: DatePairs
    test: DatePairs


@cache
def load_dates(count=150_000, *, hard=True, seed=42):
    """The course's corpus: `draw_dates` with a generator of `seed`; the same call gives the same pairs."""
    return draw_dates(np.random.default_rng(seed), count, hard=hard)


def draw_dates(rng, count, *, hard=True):
    """`count` distinct pairs, drawn by a NumPy Generator. Returns DatePairs.

    A date is uniform over 1970–2069, its form over all `forms()` (the PLAIN ones without
    `hard`). Distinct: no source occurs twice with the same date, white space and case apart. Raises
    ValueError for a count below 1, or above what the forms allow with ease.
    """
    possible = forms() if hard else tuple(form for form in forms() if form.kind in PLAIN)
    most = 300_000 if hard else 100_000
    if not 1 <= count <= most:
        raise ValueError(f"count must be from 1 to {most:,}, got {count!r}")
    found = {}
    while len(found) < count:
        days = rng.integers((LAST - FIRST).days + 1, size=count).tolist()
        chosen = rng.integers(len(possible), size=count).tolist()
        for day, form in zip(days, (possible[i] for i in chosen), strict=True):
            day = FIRST + timedelta(days=day)
            source = form.write(day)
            found.setdefault((as_read(source), day), (source, day.isoformat(), form.locale, form.kind))
    sources, targets, locales, drawn = zip(*list(found.values())[:count], strict=True)
    return DatePairs(sources, targets, locales, drawn, _read_only([is_ambiguous(s) for s in sources]))


def split_dates(pairs, *, validation=0.05, test=0.1, seed=42):
    """Divide DatePairs by calendar date: no date is in two parts, and no source either. Returns DateSplit.

    `validation` and `test` are shares of the dates that occur. An ambiguous source may name a date of one
    part and a date of another; such a pair is left out of the later part (train, validation, test). So every
    source of the test part is *unseen*: neither it, white space and case apart, nor its date occurs in
    training. Raises ValueError for shares that leave a part empty.
    """
    rng = np.random.default_rng(seed)
    days = sorted(set(pairs.targets))
    sizes = [round(len(days) * share) for share in (validation, test)]
    if min(sizes) < 1 or sum(sizes) >= len(days):
        given = f"validation={validation!r}, test={test!r}"
        raise ValueError(f"every part needs a date, got {given} of {len(days)} dates; change the shares")
    days = [days[i] for i in rng.permutation(len(days))]
    part_of = dict.fromkeys(days, 0) | dict.fromkeys(days[: sizes[0]], 1)
    part_of |= dict.fromkeys(days[sizes[0] : sum(sizes)], 2)
    rows, taken = ([], [], []), {}
    for part in range(3):
        for row, (source, day) in enumerate(zip(pairs.sources, pairs.targets, strict=True)):
            if part_of[day] == part and taken.setdefault(as_read(source), part) == part:
                rows[part].append(row)
    if not all(rows):
        raise ValueError(f"a part is empty: {[len(part) for part in rows]} pairs; draw more pairs")
    return DateSplit(*(pairs.take(np.array(part)) for part in rows))


def readings(source):
    """The dates that some form writes as `source`, white space and case apart: ISO dates, in order.

    One: the source is unambiguous. Several: ambiguous. None: no form writes it so; it may be a date still.
    """
    (source,) = checked_texts([source])
    wanted, found = as_read(source), set()
    possible = numeric_forms() if _is_numeric(source) else forms()
    for day in _candidates(source):
        if any(as_read(form.write(day)) == wanted for form in possible):
            found.add(day.isoformat())
    return tuple(sorted(found))


def is_ambiguous(source):
    """Whether `source` names several dates: only what has neither words nor 年, 月, 日 can."""
    return _is_numeric(source) and len(_candidates(source)) > 1 and len(readings(source)) > 1


def as_read(text):
    """`text` as a character model reads it (`text.tokenize`): lower case, without white space."""
    return "".join(text.lower().split())


@cache
def forms(kind=None):
    """All Forms, or those of one kind, in a fixed order. Raises ValueError for a kind that does not exist."""
    if kind not in (None, *KINDS):
        raise ValueError(f"kind must be one of {', '.join(KINDS)}, got {kind!r}")
    plain = ((name, locale, (_cldr(name, locale),)) for name in PLAIN for locale in LOCALES)
    harder = ((name, locale, some) for name, by in _HARDER.items() for locale, some in by.items())
    every = (Form(name, locale, one) for name, locale, some in (*plain, *harder) for one in some)
    return tuple(form for form in every if kind in (None, form.kind))


@cache
def numeric_forms():
    """The Forms that consist of digits and separators."""
    return tuple(form for form in forms() if _is_numeric(form.write(FIRST)))


def _is_numeric(source):
    return re.fullmatch(r"[\d\s/.\-]+", unicodedata.normalize("NFKC", source)) is not None


def _cldr(name, locale):
    """CLDR's format `name` as a template: babel has "%(MMMM)s %(d)s, %(y)s"."""
    from babel.dates import get_date_format

    return re.sub(r"%\((\w+)\)s", r"{\1}", get_date_format(name, locale).format)


@cache
def _names(locale):
    """Names of months (from 1) and weekdays (from Monday 0), long and short: {"MMMM": {...}, ...}."""
    from babel.dates import get_day_names, get_month_names

    widths = {"MMMM": "wide", "MMM": "abbreviated"}
    names = {field: dict(get_month_names(width, locale=locale)) for field, width in widths.items()}
    widths = {"EEEE": "wide", "EEE": "abbreviated"}
    return names | {field: dict(get_day_names(width, locale=locale)) for field, width in widths.items()}


@cache
def _fields(day, locale):
    names = _names(locale)
    year, two = f"{day.year}", f"{day.year % 100:02d}"
    fields = {"y": year, "yyyy": year, "yy": two, "M": day.month, "MM": f"{day.month:02d}"}
    fields |= {"d": day.day, "dd": f"{day.day:02d}", "th": ordinal(day.day)}
    fields |= {name: names[name][day.month] for name in ("MMM", "MMMM")}
    fields |= {name: names[name][day.weekday()] for name in ("EEE", "EEEE")}
    digits = {name: "".join(_DIGITS[int(d)] for d in text) for name, text in (("Y", year), ("YY", two))}
    digits["Z"] = digits["Y"].replace("〇", "零")
    return fields | digits | {"N": chinese_numeral(day.month), "D": chinese_numeral(day.day)}


def ordinal(number):
    """1st, 2nd, 3rd, 4th ... 11th ... 21st: a whole number as an English ordinal."""
    ends = {1: "st", 2: "nd", 3: "rd"}
    return f"{number}{'th' if number % 100 in (11, 12, 13) else ends.get(number % 10, 'th')}"


def chinese_numeral(number):
    """1 to 99 in Chinese numerals: 5 is 五, 10 is 十, 25 is 二十五."""
    tens, ones = divmod(number, 10)
    before = "" if not tens else "十" if tens == 1 else _DIGITS[tens] + "十"
    return before + (_DIGITS[ones] if ones else "")


def _candidates(source):
    """Dates made of three of the source's numbers in any order: whatever it can mean is among them."""
    found = set()
    for year, month, day in permutations(_numbers(source), 3):
        year = year + (1900 if year >= 70 else 2000) if year < 100 else year
        try:
            found.add(date(year, month, day))
        except ValueError:
            continue
    return sorted(day for day in found if FIRST <= day <= LAST)


def _numbers(source):
    """The numbers in `source`, names of months among them, in order."""
    months = _months()
    found, text = [], unicodedata.normalize("NFKC", source).lower().replace("零", "〇")
    for piece in re.findall(rf"\d+|[a-z]+|[{_DIGITS}十]+", text):
        if len(piece) == 8 and piece.isdigit():
            found += [int(piece[:4]), int(piece[4:6]), int(piece[6:])]
        elif piece[0] in _DIGITS + "十":
            found.append(_value(piece))
        else:
            found.append(int(piece) if piece.isdigit() else months.get(piece))
    return [number for number in found if number is not None]


@cache
def _months():
    """English names of months, long and short, in lower case -> 1 to 12."""
    names = [_names(locale)[field] for locale in LOCALES[:2] for field in ("MMM", "MMMM")]
    return {name.lower(): month for some in names for month, name in some.items()}


def _value(numeral):
    """The value of 二十五 or, digit by digit, of 二〇二六."""
    if "十" not in numeral:
        return int("".join(str(_DIGITS.index(sign)) for sign in numeral))
    tens, _, ones = numeral.partition("十")
    return 10 * (_DIGITS.index(tens[:1]) if tens else 1) + (_DIGITS.index(ones[:1]) if ones else 0)


def _read_only(values):
    values = np.array(values, dtype=bool)
    values.setflags(write=False)
    return values
