"""Weekdays, weeks, months, feasts: days somebody names without a date."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from leads.times.dates import (
    Today,
    dated,
    make_days,
    month_end,
    month_start,
    next_month_named,
    no_such_day,
    one_day,
)
from leads.times.phrases import Days
from leads.times.words import WEEKDAYS

CHANGED = re.compile(r"\b(?:change|move|switch|swap|rearrange)\b[^\x01]*$")
"""What before two days says that the second takes the place of the first: no stretch from one to the other."""

FEW = {
    "a": 1, "an": 1, "one": 1, "two": 2, "a couple of": 2, "couple of": 2, "three": 3, "a few": 3, "few": 3, "four": 4,
    "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
}  # fmt: skip
COUNT = rf"(?:\d{{1,3}}|{'|'.join(sorted(FEW, key=len, reverse=True))})"


def _next_weekday(weekday: int, today: Today) -> date:
    """The next such day after today: on a Tuesday "Tuesday" is the one in a week, today is called "today"."""
    return today.later(days=(weekday - today.day.weekday() - 1) % 7 + 1)


def read_weekday(match: re.Match[str], today: Today) -> Days | None:
    """ "Friday", "this Friday", "next Friday" (the one of next week), "coming Friday", "last Friday"."""
    weekday = WEEKDAYS.index(match["weekday"])
    found = _next_weekday(weekday, today)
    before, after = match["before"] or "", match["after"] or ""
    if "after that" in after or ("following" in before and today.named):
        return _weekday_after(weekday, today)
    if "last" in before:
        gone = today.later(days=-((today.day.weekday() - weekday - 1) % 7 + 1))
        return make_days("past", (gone, gone))
    if "after next" in after:
        found = today.monday(2) + timedelta(days=weekday)
    elif "next" in before + after:
        found = today.monday(1) + timedelta(days=weekday)
    elif "this" in before and weekday == today.day.weekday():
        found = today.day
    plain = before.strip() in ("", "a", "the")
    repeated = match["s"] or any(word in before for word in ("every", "any", "most"))
    if repeated and not after:
        return make_recurring(weekday)
    if plain and not after:
        return Days("weekday", 0, 0, ((found, found),), frozenset({weekday}))
    # "Next Tuesday or Wednesday": a weekday after "next" may be of the same week, one after "this" is the next to come
    return Days("date", 0, 0, ((found, found),), frozenset({weekday} if "next" in before + after else ()))


def _weekday_after(weekday: int, today: Today) -> Days:
    """ "The Tuesday after that": of the day that was named before; without one nobody can tell which."""
    if today.named:
        return one_day(today.named + timedelta(days=(weekday - today.named.weekday() - 1) % 7 + 1))
    first = _next_weekday(weekday, today)
    second = first + timedelta(weeks=1)
    return Days("unclear", 0, 0, ((first, first), (second, second)), frozenset({weekday}))


def make_recurring(*weekdays: int) -> Days:
    return Days("recurring", 0, 0, (), frozenset(weekdays))


def read_weekday_range(match: re.Match[str], today: Today) -> Days | None:
    """ "Mon-Wed" as a stretch; "Monday to Friday" as any weekday."""
    if CHANGED.search(match.string[: match.start()]):
        return None
    one, two = WEEKDAYS.index(match["w1"]), WEEKDAYS.index(match["w2"])
    numbers = [(one + step) % 7 for step in range((two - one) % 7 + 1)]
    if match["week"]:
        begin = today.monday(1 if "next" in match["week"] else 0) + timedelta(days=one)
        return make_days("range", (begin, begin + timedelta(days=len(numbers) - 1)))
    if len(numbers) >= 5:
        return make_recurring(*numbers)
    begin = _next_weekday(one, today)
    return replace(make_days("range", (begin, begin + timedelta(days=len(numbers) - 1))), weekdays=frozenset(numbers))


def read_week_on(match: re.Match[str], today: Today) -> Days | None:
    """ "Friday week", "a week on Friday", "a fortnight on Monday", "a week tomorrow", "two weeks today"."""
    word = match["day"] or match["day2"]
    weeks = _weeks(match["span"] or match["span2"])
    if word in WEEKDAYS:
        start = _next_weekday(WEEKDAYS.index(word), today)
    else:
        start = today.later(days=1 if word == "tomorrow" else 0)
    return one_day(start + timedelta(weeks=weeks))


def _weeks(words: str) -> int:
    if "fortnight" in words:
        return 2
    return count(re.sub(r" ?weeks?.*", "", words) or "a")


def count(words: str) -> int:
    return FEW.get(words) or (int(words) if words.isdigit() else 1)


def whole_week(begin: date) -> Days:
    return make_days("range", (begin, begin + timedelta(days=6)))


def read_weeks_ahead(match: re.Match[str], today: Today) -> Days | None:
    """ "In two weeks", "in a fortnight": the week that day lies in."""
    count = _weeks(match["span"])
    return whole_week(today.monday(min(count, 500)))


def read_after_that(match: re.Match[str], today: Today) -> Days | None:
    """ "The day after that": of the day that was named before."""
    if today.named is None:
        return None
    if match["what"] == "week":
        return whole_week(today.named - timedelta(days=today.named.weekday()) + timedelta(weeks=1))
    return one_day(today.named + timedelta(days=1))


def read_within(match: re.Match[str], today: Today) -> Days | None:
    """ "In the next two weeks", "next few days", "within 10 days"."""
    each = {"d": 1, "w": 7, "f": 14, "m": 30}[match["unit"][0]]
    return make_days("range", (today.day, today.later(days=each * min(count(match["count"] or "a"), 300))))


def read_months_ahead(match: re.Match[str], today: Today) -> Days | None:
    """ "In a month", "in 2 months": the week around that day."""
    return whole_week(today.later(days=30 * min(count(match["count"]), 100) - 3))


def read_years_ahead(match: re.Match[str], today: Today) -> Days | None:
    return one_day(today.later(days=365 * min(count(match["count"]), 50)))


def read_named_week(match: re.Match[str], today: Today) -> Days | None:
    which = match["which"]
    if which == "week after that" and today.named:
        return whole_week(today.named - timedelta(days=today.named.weekday()) + timedelta(weeks=1))
    if which in ("week after next", "week after that", "next to next week", "following week", "next but one"):
        return whole_week(today.monday(2 if which != "following week" else 1))
    if which.startswith(("last", "past")):
        return make_days("past", (today.monday(-1), today.monday() - timedelta(days=1)))
    begin = today.monday(1 if re.match(r"(?:the )?(?:next|coming)", which) else 0)
    return _part_of(match["part"], begin, begin + timedelta(days=6), today)


_WEEK_PARTS = {"early": (0, 1), "mid": (1, 3), "late": (3, 5)}


def _part_of(part: str | None, begin: date, end: date, today: Today) -> Days:
    """The beginning, the middle or the end of a week or month."""
    kind = _part_name(part)
    if kind == "rest":
        begin = max(begin, today.later(days=1) if "later" in (part or "") else today.day)
    elif kind and (end - begin).days < 7:
        low, high = _WEEK_PARTS[kind]
        begin, end = begin + timedelta(days=low), begin + timedelta(days=high)
    elif kind:
        low, high = {"early": (0, 9), "mid": (10, 19), "late": (20, 40)}[kind]
        begin, end = begin + timedelta(days=low), min(end, begin + timedelta(days=high))
    return make_days("range", (begin, end))


_PART_NAMES = {
    "rest": ("rest", "remainder", "later"),
    "early": ("early", "begin", "start", "first half", "top"),
    "mid": ("mid",),
    "late": ("late", "end", "second half", "back"),
}


def _part_name(part: str | None) -> str:
    for name, words in _PART_NAMES.items():
        if part and part.strip().removeprefix("the ").startswith(words):
            return name
    return ""


def read_midweek(match: re.Match[str], today: Today) -> Days | None:
    begin = today.monday(1 if today.day.weekday() > 3 else 0)
    return make_days("range", (begin + timedelta(days=1), begin + timedelta(days=3)))


_NO_WISH = re.compile(
    r"\b(?:lost|losing|started|began|had|since|was|were|got|wedding|birthday|holiday"
    r"|born|married|wed)\b[^.;!?]*$"
)


def read_month(match: re.Match[str], today: Today) -> Days | None:
    """ "In December", "end of the month", "beginning of January", "next month"."""
    name = match["month"]
    if name and _NO_WISH.search(match.string[: match.start()]):
        return None
    if name and not match["part"] and not match["year"] and _is_word(name, match, today):
        return None
    if name:
        begin = next_month_named(name, today, match["year"])
    else:
        begin = month_start(today.day, 1 if "next" in match["rel"] or "following" in match["rel"] else 0)
        if "last" in match["rel"]:
            begin = month_start(today.day, -1)
            return make_days("past", (begin, month_end(begin)))
        if not match["part"] and match["rel"].strip() == "the month":
            return None
    return _part_of(match["part"], begin, month_end(begin), today)


def _is_word(name: str, match: re.Match[str], today: Today) -> bool:
    """Whether a month's name is rather a verb ("may I"), a walk or a woman."""
    if name not in ("march", "april", "may", "june", "august"):
        return False
    before, after = match.string[: match.start("month")], match.string[match.end("month") :]
    if re.search(
        r"\b(?:in|next|this|during|by|for|before|after|until|till|from|of|or|maybe|sometime"
        r"|around|late|mid|early) $",
        before,
    ):
        return not re.match(r"\W*(?:$|or\b|and\b|at\b|if\b|please|would|is\b|then|some|any|on\b|,)", after)
    return bool(before.strip() or after.strip(" .!?"))


def read_week_of_month(match: re.Match[str], today: Today) -> Days | None:
    """ "First week of December" is 1 to 7 December; the last week is its last seven days."""
    if match["month"]:
        begin = next_month_named(match["month"], today)
    else:
        begin = month_start(today.day, 1 if "next" in match["rel"] else 0)
    number = _nth(match["n"])
    if number == 0:
        return make_days("range", (month_end(begin) - timedelta(days=6), month_end(begin)))
    first = begin + timedelta(days=7 * (number - 1))
    return (
        make_days("range", (first, min(first + timedelta(days=6), month_end(begin)))) if number <= 5 else no_such_day()
    )


def read_weekday_of_month(match: re.Match[str], today: Today) -> Days | None:
    """ "First Monday in December", "last Friday of the month"."""
    weekday, number = WEEKDAYS.index(match["weekday"]), _nth(match["n"])
    for ahead in range(13):
        if match["month"]:
            month = month_start(next_month_named(match["month"], today), 12 * ahead)
        else:
            month = month_start(today.day, ahead + ("next" in match["rel"]))
        if number:
            found = month + timedelta(days=(weekday - month.weekday()) % 7 + 7 * (number - 1))
        else:
            found = month_end(month) - timedelta(days=(month_end(month).weekday() - weekday) % 7)
        if found >= today.day and found.month == month.month:
            return one_day(found)
    return no_such_day()


def _nth(word: str) -> int:
    """1 for "first" or "1st"; 0 for "last"."""
    if word in ("last", "final"):
        return 0
    names = ["first", "second", "third", "fourth", "fifth"]
    return names.index(word) + 1 if word in names else int(re.sub(r"\D", "", word))


def read_new_year(match: re.Match[str], today: Today) -> Days | None:
    """ "In the new year": from 2 January, the first open week."""
    if match["eve"]:
        return dated(31, 12, None, today)
    year = today.day.year + (0 if today.day.month == 1 and today.day.day < 3 else 1)
    if match["day"]:
        return dated(1, 1, None, today)
    begin = date(year, 1, 2)
    return make_days("since", (begin, begin))


def read_season(match: re.Match[str], today: Today) -> Days | None:
    month = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}[match["season"]]
    begin = date(today.day.year + (month + 2 < today.day.month), month, 1)
    if match["rel"] == "last":
        return None
    return make_days("range", (begin, month_end(month_start(begin, 2))))


def easter(year: int) -> date:
    """Easter Sunday in the Western churches (the anonymous Gregorian computus)."""
    a, b, c = year % 19, year // 100, year % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    i = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * i) // 451
    return date(year, (h + i - 7 * m + 114) // 31, (h + i - 7 * m + 114) % 31 + 1)


def read_feast(match: re.Match[str], today: Today) -> Days | None:
    name = match["feast"].removesuffix("ning")
    if "easter" in name or name == "good friday":
        shift = {"good friday": -2, "easter monday": 1}.get(name, 0)
        found = [easter(today.day.year + ahead) + timedelta(days=shift) for ahead in (0, 1)]
        return one_day(next(day for day in found if day >= today.day))
    day, month = {"christmas eve": (24, 12), "boxing day": (26, 12), "may day": (1, 5)}.get(name, (25, 12))
    return dated(day, month, None, today)


def read_between_the_years(match: re.Match[str], today: Today) -> Days | None:
    """ "Between Christmas and New Year": 27 to 31 December."""
    year = today.day.year - (today.day.month == 1 and today.day.day == 1)
    return make_days("range", (date(year, 12, 27), date(year, 12, 31)))


def read_bank_holiday(match: re.Match[str], today: Today) -> Days | None:
    """The next day that is closed though its weekday is open the week before or after."""
    for ahead in range(200):
        day = today.later(days=ahead)
        week = timedelta(weeks=1)
        if not today.is_open(day) and (today.is_open(day - week) or today.is_open(day + week)):
            return one_day(day)
    return make_days("unclear")


def read_yesterday(match: re.Match[str], today: Today) -> Days | None:
    day = today.later(days=-2 if "before" in match[0] else -1)
    return make_days("past", (day, day))


def days_ahead(days: int) -> Callable[[re.Match[str], Today], Days | None]:
    return lambda match, today: one_day(today.later(days=days))


def read_few_days(match: re.Match[str], today: Today) -> Days | None:
    """ "In a few days": from two days on to five."""
    return make_days("range", (today.later(days=2), today.later(days=5)))


def read_weekend(match: re.Match[str], today: Today) -> Days | None:
    before = match["before"] or ""
    if match["s"] or re.search(r"any|every|only|either|a$", before.strip()) or (match["only"] and not before.strip()):
        return make_recurring(5, 6)
    if "last" in before:
        return make_days("past", (today.monday() - timedelta(days=2), today.monday() - timedelta(days=1)))
    saturday = today.monday(1 if "next" in before else 2 if "after" in (match["after"] or "") else 0) + timedelta(
        days=5
    )
    return make_days("range", (saturday, saturday + timedelta(days=1)))
