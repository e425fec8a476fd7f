"""A date in Chinese numerals: the year digit by digit, month and day as numbers."""

from datetime import date

from rnncourse.datasets.dates import Form
from rnncourse.tasks._task import Case, Mistake, Task

_DIGITS = "〇一二三四五六七八九"
_FORM = Form("Chinese numerals", "zh_CN", "{Y}年{N}月{D}日")


def cases(rng):
    """Days of one sign, of two, of three, the tens that end in 0, and years with a 0 and with a 1."""
    drawn = [(2026, 11, 25), (2010, 10, 10), (2005, 8, 20)]
    drawn += [(int(rng.integers(1971, 2000)), 12, int(rng.integers(11, 20)))]
    drawn += [(int(rng.integers(2020, 2070)), int(rng.integers(1, 10)), int(rng.choice([30, 21, 22, 23])))]
    return [Case(one) for one in drawn]


def reference(year, month, day):
    return _FORM.write(date(year, month, day))


def _signs(number):
    return "".join(_DIGITS[int(digit)] for digit in str(number))


def _write(year, month, day, *, year_as=_signs, number=None, ends="年月日"):
    def plain(n):
        tens, ones = divmod(n, 10)
        before = "" if not tens else "十" if tens == 1 else _DIGITS[tens] + "十"
        return before + (_DIGITS[ones] if ones else "")

    number = number or plain
    return f"{year_as(year)}{ends[0]}{number(month)}{ends[1]}{number(day)}{ends[2]}"


def digit_by_digit(year, month, day):
    return _write(year, month, day, number=_signs)


def one_before_ten(year, month, day):
    def number(n):
        tens, ones = divmod(n, 10)
        return (_DIGITS[tens] + "十" if tens else "") + (_DIGITS[ones] if ones else "")

    return _write(year, month, day, number=number)


def zero_after_ten(year, month, day):
    def number(n):
        tens, ones = divmod(n, 10)
        return ("" if not tens else "十" if tens == 1 else _DIGITS[tens] + "十") + _DIGITS[ones]

    return _write(year, month, day, number=number)


def year_as_a_number(year, month, day):
    def in_thousands(n):
        parts = [(_DIGITS[int(d)] + unit) for d, unit in zip(f"{n:04d}", ("千", "百", "十", ""), strict=True)]
        return "".join(part for part in parts if part[0] != "〇")

    return _write(year, month, day, year_as=in_thousands)


def other_zero(year, month, day):
    return reference(year, month, day).replace("〇", "零")


def tens_left_out(year, month, day):
    def number(n):
        return _DIGITS[n] if n < 10 else "十" + _DIGITS[n % 10] if n % 10 else "十"

    return _write(year, month, day, number=number)


TASK = Task(
    name="chinese_date",
    points=2,
    cases=cases,
    reference=reference,
    hides=("rnncourse.datasets.dates",),
    mistakes=(
        Mistake(
            "digit_by_digit",
            digit_by_digit,
            zh="月和日也逐位写了：十一月不写作“一一月”。只有年份逐位写，月和日是数。",
            en="Month and day are written digit by digit, too: nobody writes 一一月 for November. Only the year is a row "
            "of digits; month and day are numbers.",
        ),
        Mistake(
            "one_before_ten",
            one_before_ten,
            zh="10 到 19 前面多了“一”：十一月，不是“一十一月”。",
            en="Numbers from 10 to 19 begin with 一: it is 十一, not 一十一. When is the digit of the tens written?",
        ),
        Mistake(
            "zero_after_ten",
            zero_after_ten,
            zh="整十的数后面多了“〇”：20 日是“二十日”。个位是 0 时写什么？",
            en="There is a 〇 behind the tens: the 20th is 二十日. What is written where the last digit is 0?",
        ),
        Mistake(
            "year_as_a_number",
            year_as_a_number,
            zh="年份写成了数（带“千”“百”“十”）：日期里的年份逐位写，如“二〇二六年”。",
            en="The year is written as a number, with 千, 百, 十: in a date it is a row of digits, as in 二〇二六年.",
        ),
        Mistake(
            "other_zero",
            other_zero,
            zh="“零”也有人写，但题目要的是“〇”（U+3007）。",
            en="Some do write 零 in a year, but the task asks for 〇 (U+3007).",
        ),
        Mistake(
            "tens_left_out",
            tens_left_out,
            zh="二十几、三十几的十位丢了：25 写成了“十五”。",
            en="In numbers from 20 on the digit of the tens is lost: 25 became 十五.",
        ),
    ),
)
