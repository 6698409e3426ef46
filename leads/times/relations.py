"""Days in relation to each other: "Friday 4 December", "7/12 to 11/12", "before Friday", "week of the 7th"."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from leads.times.dates import Today, make_days, one_day
from leads.times.phrases import Days
from leads.times.weeks import CHANGED, whole_week

_BESIDE = re.compile(r"^[\s,(]*(?:the |on the |on )?$")
_UP_TO = re.compile(r"^ ?(?:-|to|until|till|through|up to) ?(?:the )?$")
_RELATIONS: list[tuple[re.Pattern[str], str]] = [
    (
        re.compile(
            r"(?:\bthe )?\bweek (?:of|commencing|beginning|starting|from|ending|with)(?: on)?(?: the)? $"
            r"|\bw/?c (?:the )?$"
        ),
        "week of",
    ),
    (re.compile(r"\b(?:the )?week before $"), "week before"),
    (re.compile(r"\b(?:the )?week after $"), "week after"),
    (re.compile(r"\b(?:the )?day before $"), "day before"),
    (re.compile(r"\b(?:the )?day after $"), "day after"),
    (
        re.compile(
            r"\b(?:not before|no earlier than|not earlier than|not until|not till|(?<!apart )(?<!aside )(?<!away"
            r" )from|starting|as of|beginning)(?: from)?(?: the)? $"
        ),
        "from",
    ),
    (re.compile(r"\b(?:not after|no later than|not later than|by|until|till|up to)(?: the)? $"), "by"),
    (re.compile(r"\b(?:any ?(?:time|day) )?(?:before|ahead of)(?: the)? $"), "before"),
    (re.compile(r"\b(?:any ?(?:time|day) )?(?:after|post)(?: the)? $"), "after"),
]
_ONWARDS = re.compile(r" ?(?:onwards?|or later|or after|and after)\b")


def related(found: list[Days], text: str, today: Today) -> list[Days]:
    """Joins "Friday 4 December", spans "7/12 to 11/12", turns "before Friday" and "week of the 7th" into stretches."""
    found = _joined(found, text, _beside)
    found = _joined(found, text, _stretch)
    found = [_relation(days, text, today) for days in found]
    return [_after_that(days, found[:index]) for index, days in enumerate(found)]


def _after_that(days: Days, before: list[Days]) -> Days:
    """ "The 5th or the Tuesday after that": the weekday after the day named before it."""
    named = next((one.spans[0][1] for one in reversed(before) if one.spans and one.kind in ("date", "weekday")), None)
    if days.kind != "unclear" or not days.weekdays or named is None:
        return days
    day = named + timedelta(days=(min(days.weekdays) - named.weekday() - 1) % 7 + 1)
    return replace(one_day(day), begin=days.begin, end=days.end)


def _joined(found: list[Days], text: str, join: Callable[[Days, Days, str], Days | None]) -> list[Days]:
    joined: list[Days] = []
    for days in found:
        both = join(joined[-1], days, text) if joined else None
        if both:
            joined[-1] = both
        else:
            joined.append(days)
    return joined


def _beside(first: Days, second: Days, text: str) -> Days | None:
    """A weekday and its date, where they agree."""
    if not _BESIDE.match(text[first.end : second.begin]) or first.kind == second.kind:
        return None
    weekday, other = (first, second) if first.kind == "weekday" else (second, first)
    if weekday.kind != "weekday" or other.kind != "date" or other.spans[0][0].weekday() not in weekday.weekdays:
        return None
    return replace(other, begin=first.begin, end=second.end)


def _stretch(first: Days, second: Days, text: str) -> Days | None:
    gap = text[first.end : second.begin]
    between = gap.strip() == "and" and re.search(r"\bbetween (?:the )?$", text[: first.begin])
    if not (between or _UP_TO.match(gap)) or {first.kind, second.kind} - {"date", "weekday"}:
        return None
    if CHANGED.search(text[: first.begin]):
        return None
    low, high = first.spans[0][0], second.spans[0][1]
    if second.kind == "weekday":
        high = low + timedelta(days=(high - low).days % 7)
    return Days("range", first.begin, second.end, ((low, high),)) if low < high else None


def _relation(days: Days, text: str, today: Today) -> Days:
    if not days.spans or days.kind in ("recurring", "past", "unclear"):
        return days
    before = text[: days.begin]
    for pattern, name in _RELATIONS:
        match = pattern.search(before)
        if match:
            return replace(_shifted(name, days, today), begin=match.start(), end=days.end)
    onwards = _ONWARDS.match(text, days.end)
    return replace(_shifted("from", days, today), begin=days.begin, end=onwards.end()) if onwards else days


def _shifted(name: str, days: Days, today: Today) -> Days:
    first, last = days.spans[0]
    one = timedelta(days=1)
    week = first - timedelta(days=first.weekday())
    if name.startswith("week"):
        return whole_week(week + timedelta(weeks={"week of": 0, "week before": -1, "week after": 1}[name]))
    if name.startswith("day"):
        return one_day(first - one if "before" in name else last + one)
    if name in ("from", "after"):
        begin = first if name == "from" else last + one
        return make_days("since", (begin, begin))
    end = last if name == "by" else first - one
    return make_days("range" if end >= today.day else "past", (min(today.day, end), end))
