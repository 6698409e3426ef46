"""Dates: "4 December", "3/12", "the 3rd", "3-5 December". What else reads days builds on the shapes made here."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from leads.times.phrases import DayKind, Days
from leads.times.words import MONTHS

Span = tuple[date, date]
_RECENT = timedelta(days=60)


@dataclass(frozen=True)
class Today:
    """What the rules need to know: the day it is, whether 3/12 is in December, on which days nobody is there."""

    day: date
    day_first: bool
    is_open: Callable[[date], bool]
    named: date | None = None
    """The day that was talked about before, if there was one."""

    def later(self, **ahead: int) -> date:
        return self.day + timedelta(**ahead)

    def monday(self, weeks: int = 0) -> date:
        return self.day - timedelta(days=self.day.weekday()) + timedelta(weeks=weeks)


def make_days(kind: DayKind, *spans: Span) -> Days:
    return Days(kind, 0, 0, tuple(spans))


def one_day(day: date) -> Days:
    return make_days("date", (day, day))


def no_such_day() -> Days:
    return make_days("impossible")


def dated(day: int, month: int, year: str | None, today: Today) -> Days:
    """A day and month as a date: without a year the next one, but one just gone by counts as past."""
    try:
        if year:
            number = int(year.strip("' "))
            return one_day(date(number + (2000 if number < 100 else 0), month, day))
        for ahead in range(9):  # eight years: 29 February
            try:
                found = date(today.day.year + ahead, month, day)
            except ValueError:
                continue
            if found >= today.day:
                return one_day(found)
            if today.day - found <= _RECENT:
                return make_days("past", (found, found))
        return no_such_day()
    except ValueError:
        return no_such_day()


def _day_of_month(number: int, today: Today, months: int = 0) -> Days:
    """The next such day: "the 3rd" on 22 November is 3 December; after talk of 5 January it is one in January."""
    if not 1 <= number <= 31:
        return no_such_day()
    first = month_start(today.day, months)
    if today.named and not months:
        first = max(first, month_start(today.named))
    for ahead in range(4):
        month = month_start(first, ahead)
        found = _in_month(month, number)
        if found and found >= today.day:
            return one_day(found)
    return no_such_day()


def _in_month(month: date, number: int) -> date | None:
    try:
        return month.replace(day=number)
    except ValueError:
        return None


def month_start(day: date, ahead: int = 0) -> date:
    months = day.year * 12 + day.month - 1 + ahead
    return date(months // 12, months % 12 + 1, 1) if months < 9998 * 12 else date(9998, 1, 1)


def month_end(day: date) -> date:
    return month_start(day, 1) - timedelta(days=1)


def next_month_named(name: str, today: Today, year: str | None = None) -> date:
    month = MONTHS.index(name) + 1
    if year:
        return date(max(1, int(year)), month, 1)
    return date(today.day.year + (month < today.day.month), month, 1)


def read_numeric(match: re.Match[str], today: Today) -> Days | None:
    """3/12, 3.12.26 or 2026-12-03; the other order counts where only that one makes a date."""
    if match["iso"]:
        return dated(int(match["d"]), int(match["m"]), match["iso"], today)
    one, two = int(match["one"]), int(match["two"])
    day, month = (one, two) if today.day_first else (two, one)
    if month > 12 and day <= 12:
        day, month = month, day
    return dated(day, month, match["year"], today)


def read_named_date(match: re.Match[str], today: Today) -> Days | None:
    return dated(int(match["d"]), MONTHS.index(match["month"]) + 1, match["year"], today)


def _is_range(match: re.Match[str]) -> bool:
    """ "3 and 5 December" are two days, "between 3 and 5 December" is a stretch."""
    return " and " not in match[0] or match[0].startswith("between")


def read_named_range(match: re.Match[str], today: Today) -> Days | None:
    """ "3-5 December", "28 November to 2 December"."""
    if not _is_range(match):
        return None
    first, last = match["month1"] or match["month"], match["month"] or match["month1"]
    begin = dated(int(match["d1"]), MONTHS.index(first) + 1, match["year"], today)
    end = dated(int(match["d2"]), MONTHS.index(last) + 1, match["year"], today)
    return make_stretch(begin, end)


def make_stretch(begin: Days, end: Days) -> Days:
    if "impossible" in (begin.kind, end.kind):
        return no_such_day()
    low, high = begin.spans[0][0], end.spans[0][1]
    if low > high:  # "28 to 3 December" was meant the other way round, or begins in what is past
        low, high = (
            (high, low) if begin.kind != "past" and end.kind != "past" and (low - high).days < 60 else (high, high)
        )
    if end.kind == "past":
        return make_days("past", (low, high))
    return make_days("range", (low, high))


def read_ordinal(match: re.Match[str], today: Today) -> Days | None:
    """ "The 3rd", "15th of next month"."""
    which = match["which"] or ""
    return _day_of_month(int(match["d"]), today, months=1 if "next" in which else 0)


def read_ordinal_range(match: re.Match[str], today: Today) -> Days | None:
    if " and" in match[0] and not re.search(r"between (?:the )?$", match.string[: match.start()]):
        return None
    begin = _day_of_month(int(match["d1"]), today)
    end = _day_of_month(int(match["d2"]), today)
    return make_stretch(begin, end) if begin.kind == end.kind == "date" and begin.spans[0] < end.spans[0] else None


def read_weekday_number(match: re.Match[str], today: Today) -> Days | None:
    return _day_of_month(int(match["d"]), today)
