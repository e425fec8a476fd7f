"""What dates a source like 03/04/2021 can name: day first or month first."""

from datetime import date, timedelta

from rnncourse.tasks._task import Case, Mistake, Task


def cases(rng):
    """Two readings, one, the same one twice, none; the ends of months and 29 February."""
    year = int(rng.integers(1971, 2069))
    low, high = sorted(rng.choice(range(2, 13), 2, replace=False).tolist())
    leap, common = 4 * int(rng.integers(493, 517)), 4 * int(rng.integers(493, 517)) + 1
    drawn = [
        f"03/04/{year}",
        f"{high:02d}/{low:02d}/{year}",
        f"{int(rng.integers(13, 29))}/{low:02d}/{year}",
        f"{low:02d}/{int(rng.integers(13, 29))}/{year}",
        f"{low:02d}/{low:02d}/{year}",
        f"31/{int(rng.choice([4, 6, 9, 11])):02d}/{year}",
        f"29/02/{leap}",
        f"29/02/{common}",
        f"{int(rng.integers(32, 99))}/{low:02d}/{year}",
    ]
    return [Case((source,)) for source in drawn]


def reference(source):
    """Write every day of the year both ways, and see which are written so."""
    year = int(source[-4:])
    days = (date(year, 1, 1) + timedelta(n) for n in range(366))
    days = (day for day in days if day.year == year)
    return [f"{day:%Y-%m-%d}" for day in days if source in (f"{day:%d/%m/%Y}", f"{day:%m/%d/%Y}")]


def _iso(year, month, day):
    return f"{year:04d}-{month:02d}-{day:02d}"


def _both(source, exists):
    first, second, year = map(int, source.split("/"))
    found = {(year, second, first), (year, first, second)}
    return [_iso(*one) for one in sorted(found) if exists(*one)]


def _exists(year, month, day):
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def day_first_only(source):
    first, second, year = map(int, source.split("/"))
    return [_iso(year, second, first)] if _exists(year, second, first) else []


def month_first_only(source):
    first, second, year = map(int, source.split("/"))
    return [_iso(year, first, second)] if _exists(year, first, second) else []


def same_date_twice(source):
    found = reference(source)
    first, second, _ = source.split("/")
    return found * 2 if first == second else found


def calendar_ignored(source):
    return _both(source, lambda year, month, day: month <= 12 and day <= 31)


def every_february_has_28_days(source):
    lengths = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    return _both(source, lambda year, month, day: month <= 12 and day <= lengths[month - 1])


def not_in_order(source):
    return reference(source)[::-1]


def nothing_ruled_out(source):
    return _both(source, lambda *_: True)


def impossible_is_an_error(source):
    first, second, year = map(int, source.split("/"))
    found = {date(year, second, first), date(year, first, second)}
    return [day.isoformat() for day in sorted(found)]


TASK = Task(
    name="date_readings",
    points=2,
    cases=cases,
    reference=reference,
    mistakes=(
        Mistake(
            "day_first_only",
            day_first_only,
            zh="只读成了“日/月/年”：美国人把月份写在前面，两种读法都要试。",
            en="It is read day first only: in the United States the month comes first. Try both readings.",
        ),
        Mistake(
            "month_first_only",
            month_first_only,
            zh="只读成了“月/日/年”：英国等多数国家把日写在前面，两种读法都要试。",
            en="It is read month first only: Britain and most countries write the day first. Try both readings.",
        ),
        Mistake(
            "same_date_twice",
            same_date_twice,
            zh="日和月相等时，两种读法是同一天，只应出现一次：这时并没有歧义。",
            en="Where day and month are equal, both readings are one date, which should be there once: nothing is "
            "ambiguous then.",
        ),
        Mistake(
            "calendar_ignored",
            calendar_ignored,
            zh="不是每个月都有 31 天：4 月 31 日、2 月 30 日不存在。让 datetime.date 来判断。",
            en="Not every month has 31 days: there is no 31 April and no 30 February. Let datetime.date decide.",
        ),
        Mistake(
            "every_february_has_28_days",
            every_february_has_28_days,
            zh="闰年的 2 月 29 日丢了。自己列各月天数容易漏，让 datetime.date 来判断。",
            en="29 February of a leap year is lost. A table of the months' lengths is easily wrong; let datetime.date "
            "decide.",
        ),
        Mistake(
            "not_in_order",
            not_in_order,
            zh="日期都对，次序不对：早的在前。ISO 写法的好处之一，就是按字符串排序即按时间排序。",
            en="The dates are right, their order is not: the earlier comes first. ISO dates have the merit that sorting "
            "them as strings sorts them in time.",
        ),
        Mistake(
            "nothing_ruled_out",
            nothing_ruled_out,
            zh="没有排除不存在的日期：没有第 25 个月，也没有 45 日。",
            en="Dates that do not exist are not ruled out: there is no 25th month and no 45th day.",
        ),
        Mistake(
            "impossible_is_an_error",
            impossible_is_an_error,
            zh="有一种读法不存在时出错了：datetime.date 会抛出 ValueError。接住它，跳过这种读法；另一种可能还是对的。",
            en="It fails where one of the readings does not exist: datetime.date raises a ValueError. Catch it and leave "
            "that reading out; the other may be right.",
        ),
    ),
)
