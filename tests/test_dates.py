"""Dates in Chinese and English: every form is read back by another's parser; ambiguity by brute force."""

import re
import unicodedata
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta

import babel.dates
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnncourse import text
from rnncourse.datasets import dates

DAYS = st.dates(dates.FIRST, dates.LAST)
FORMS = st.sampled_from(dates.forms())
EVERY_DAY = [dates.FIRST + timedelta(n) for n in range((dates.LAST - dates.FIRST).days + 1)]
# How strptime writes a field.
CODES = {"y": "%Y", "yyyy": "%Y", "yy": "%y", "M": "%m", "MM": "%m", "d": "%d", "dd": "%d", "th": "%d"}
CODES |= {"MMM": "%b", "MMMM": "%B", "EEE": "%a", "EEEE": "%A"}


# ---------------------------------------------------------------- the forms


@given(DAYS, st.sampled_from(dates.PLAIN), st.sampled_from(dates.LOCALES))
def test_plain_forms_are_babel_s(day, kind, locale):
    (form,) = [form for form in dates.forms(kind) if form.locale == locale]
    assert form.write(day) == babel.dates.format_date(day, kind, locale=locale)


@given(DAYS, FORMS)
@settings(max_examples=500)
def test_english_forms_are_read_back_by_strptime(day, form):
    if form.locale == "zh_CN":
        return
    written = unicodedata.normalize("NFKC", form.write(day)).replace("Sept ", "Sep ")
    written = re.sub(r"\bSept\b|SEPT\b|(?<=\d)SEPT(?=\d)|(?<=_)Sept(?=_)", "Sep", written)
    written = re.sub(r"(?<=\d)(st|nd|rd|th)\b", "", written)
    template = re.sub(r"{(\w+)}", lambda found: CODES[found[1]], form.template)
    if "{yy}" in form.template and day.year == 2069:  # 69 is 1969 to strptime
        day = day.replace(year=1969)
    assert datetime.strptime(written, template).date() == day


def read_chinese(numeral):
    """Read a numeral by a table of all that can occur: not by arithmetic."""
    tables = [str.maketrans("〇零一二三四五六七八九", "00123456789")]
    tens = ["", "十", "二十", "三十"]
    table = {tens[n // 10] + "〇一二三四五六七八九"[n % 10].replace("〇", ""): n for n in range(1, 32)}
    return table.get(numeral) or int(numeral.translate(tables[0]))


@given(DAYS, FORMS)
@settings(max_examples=500)
def test_chinese_forms_are_read_back(day, form):
    if form.locale != "zh_CN":
        return
    written = unicodedata.normalize("NFKC", form.write(day))
    weekdays = set(babel.dates.get_day_names("wide", locale="zh").values())
    weekdays |= set(babel.dates.get_day_names("abbreviated", locale="zh").values())
    for name in sorted(weekdays):
        written = written.replace(name, "")
    numbers = [read_chinese(n) for n in re.findall(r"\d+|[〇零一二三四五六七八九十]+", written)]
    if len(numbers) == 1:
        assert datetime.strptime(written, "%Y%m%d").date() == day
        return
    order = [field[0].lower() for field in re.findall(r"{(\w+)}", form.template) if field[0] != "E"]
    found = dict(zip(order, numbers, strict=True))
    year, month, day_of_month = (found.get(new, found.get(old)) for new, old in ("yz", "mn", "dd"))
    year = year + (1900 if year > 69 else 2000) if year < 100 else year
    assert date(year, month, day_of_month) == day


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        ("Chinese numerals", "二〇二六年十一月二十五日"),
        ("Chinese numerals", "二零二六年十一月二十五号"),
        ("Chinese numerals", "二六年十一月二十五日"),
        ("full width", "２０２６／１１／２５"),
        ("ordinal", "the 25th of November, 2026"),
        ("weekday", "Wed, Nov 25, 2026"),
        ("weekday", "2026-11-25（周三）"),
        ("capitals", "25NOV2026"),
        ("two-digit year", "26年11月25日"),
        ("digits alone", "20261125"),
    ],
)
def test_a_form_is_there(kind, written):
    assert written in [form.write(date(2026, 11, 25)) for form in dates.forms(kind)]
    assert dates.readings(written) == ("2026-11-25",)


def test_ordinals_and_numerals():
    assert [dates.ordinal(n) for n in (1, 2, 3, 4, 11, 12, 13, 21, 22, 23, 30, 31)] == [
        *("1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "22nd", "23rd", "30th", "31st")
    ]
    assert [dates.chinese_numeral(n) for n in (1, 9, 10, 11, 20, 25, 31)] == [
        *("一", "九", "十", "十一", "二十", "二十五", "三十一")
    ]


# ---------------------------------------------------------------- ambiguity


@pytest.mark.slow
def test_ambiguity_is_that_of_brute_force():
    """Every form of every date: two and a half million sources."""
    meanings = defaultdict(set)
    for form in dates.forms():
        for day in EVERY_DAY:
            meanings[dates.as_read(form.write(day))].add(day)
    several = {source for source, found in meanings.items() if len(found) > 1}
    assert all(dates.is_ambiguous(source) for source in several)
    single = sorted(meanings.keys() - several)
    assert not any(dates.is_ambiguous(source) for source in single[::37])
    pairs = dates.load_dates()
    assert [len(meanings[dates.as_read(s)]) > 1 for s in pairs.sources] == pairs.ambiguous.tolist()
    for source in [s for s, a in zip(pairs.sources, pairs.ambiguous, strict=True) if a][::10]:
        found = tuple(sorted(day.isoformat() for day in meanings[dates.as_read(source)]))
        assert dates.readings(source) == found


@given(DAYS, FORMS)
@settings(max_examples=300)
def test_a_source_names_its_own_date(day, form):
    source = form.write(day)
    assert day.isoformat() in dates.readings(source)
    assert dates.is_ambiguous(source) == (len(dates.readings(source)) > 1)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("03/04/2021", ("2021-03-04", "2021-04-03")),
        ("13/04/2021", ("2021-04-13",)),
        ("04/04/2021", ("2021-04-04",)),
        ("05/11/06", ("2005-11-06", "2006-05-11", "2006-11-05")),
        ("31/05/34", ("2034-05-31",)),  # 2031-05-34 does not exist
        ("2021/03/04", ("2021-03-04",)),
        ("31 Feb 2020", ()),
        ("29 Feb 2021", ()),
        ("", ()),
        ("tomorrow", ()),
        ("1 2 3 4 5 6 7 8", ()),
    ],
)
def test_readings(source, found):
    assert dates.readings(source) == found


# ---------------------------------------------------------------- the corpus and its parts


def test_the_corpus_is_reproducible_and_as_described():
    pairs, again = dates.load_dates(3000), dates.draw_dates(np.random.default_rng(42), 3000)
    assert pairs.sources == again.sources and pairs.targets == again.targets
    assert pairs.sources != dates.load_dates(3000, seed=1).sources
    assert dates.load_dates(3000) is pairs and not pairs.ambiguous.flags.writeable
    assert len({*zip(map(dates.as_read, pairs.sources), pairs.targets, strict=True)}) == len(pairs) == 3000
    counts = Counter(pairs.kinds)
    for kind in dates.KINDS:  # every form equally often
        assert abs(counts[kind] - 3000 * len(dates.forms(kind)) / len(dates.forms())) < 80
    assert set(pairs.locales) == set(dates.LOCALES)
    assert all(dates.FIRST <= date.fromisoformat(target) <= dates.LAST for target in pairs.targets)
    assert {len(target) for target in pairs.targets} == {10}
    assert pairs.hard.tolist() == [kind in dates.HARDER for kind in pairs.kinds]
    assert repr(pairs) == f"DatePairs(3,000, {pairs.ambiguous.sum()} of them ambiguous)"


def test_plain_forms_alone():
    pairs = dates.load_dates(2000, hard=False)
    assert set(pairs.kinds) == set(dates.PLAIN) and not pairs.hard.any()


def test_as_read_is_what_a_character_model_reads():
    for source in dates.load_dates(500).sources:
        assert "".join(text.tokenize(source, "character")) == dates.as_read(source)


@pytest.mark.parametrize("seed", [0, 42])
def test_no_date_and_no_source_is_in_two_parts(seed):
    pairs = dates.load_dates(6000)
    parts = dates.split_dates(pairs, seed=seed)
    for first, second in ((0, 1), (0, 2), (1, 2)):
        assert not set(parts[first].targets) & set(parts[second].targets)
        assert not set(map(dates.as_read, parts[first].sources)) & set(
            map(dates.as_read, parts[second].sources)
        )
    lost = len(pairs) - sum(map(len, parts))
    assert 0 <= lost < pairs.ambiguous.sum()
    assert 0.09 < len(parts.test) / len(pairs) < 0.11
    known = set(zip(pairs.sources, pairs.targets, pairs.kinds, strict=True))
    assert all(set(zip(p.sources, p.targets, p.kinds, strict=True)) <= known for p in parts)


def test_take():
    pairs = dates.load_dates(200)
    assert pairs.take([3, 1]).sources == (pairs.sources[3], pairs.sources[1])
    plain = pairs.take(~pairs.hard)
    assert len(plain) == (~pairs.hard).sum() and not plain.hard.any()
    with pytest.raises(ValueError, match="one value a pair: 200, got 2"):
        pairs.take([True, False])


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: dates.load_dates(0), "count must be from 1 to 300,000, got 0"),
        (lambda: dates.load_dates(10**7), "count must be from 1"),
        (lambda: dates.split_dates(dates.load_dates(100), test=0.99), "every part needs a date"),
        (lambda: dates.forms("long ago"), "kind must be one of short"),
    ],
)
def test_bad_arguments_are_named(call, says):
    with pytest.raises(ValueError, match=says):
        call()


def test_readings_want_a_string():
    with pytest.raises(TypeError, match="must be a string, got 20210304"):
        dates.readings(20210304)
