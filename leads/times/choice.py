"""Wishes against the clinic's calendar: the earliest open reading of each, or what is wrong with it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from leads.times.opening import Calendar, Stretch, Verdict, aware, next_quarter, suggest
from leads.times.phrases import MIDNIGHT, Clock, Days, Wish, Wishes

_WEEKS_OF_HABIT = 4
_MOST_OTHERS = 5
_MOST_DAYS = 62
_SOON = timedelta(days=7)
_GENERAL = re.compile(
    r"\b(?:any|every|each|always|usually|generally|(?:morning|afternoon|evening|night|lunchtime)s)\b", re.I
)

_HABIT = re.compile(
    r"^(?!.*\b(?:this|next|coming)\b).*(?:\b(?:weekend|\w+day) (?:morning|afternoon|evening|lunchtime)s\b"
    r"|\ba (?:mon|tues|wednes|thurs|fri|satur|sun)day\b)",
    re.I | re.S,
)


@dataclass(frozen=True)
class Preference:
    """A preferred time. `start` and `end` are aware and in the clinic's zone; both None unless the verdict is `ok`.

    `text` is the visitor's wording and `span` its place in the message. `others` are further acceptable times ("or
    Thursday"), earliest reading of each. `alternatives` are open times instead of one that cannot be. `recurring`: a
    general wish ("weekends", "after work"), of which start and end are the first occasion. `dayless`: it names no day
    ("3pm"), so that it is of the day that was named before, if there was one. `excepts`: not all from start to end will
    do ("next week except Thursday").
    """

    verdict: Verdict
    text: str
    span: tuple[int, int]
    start: datetime | None = None
    end: datetime | None = None
    all_day: bool = False
    others: tuple[Stretch, ...] = ()
    alternatives: tuple[Stretch, ...] = ()
    recurring: bool = False
    dayless: bool = False
    excepts: bool = False


@dataclass(frozen=True)
class _Moment:
    """Now: exact, on the clinic's clock, and how far ahead a consultation may be asked for."""

    now: datetime
    local: datetime
    horizon: datetime
    calendar: Calendar


def choose(wishes: Wishes, text: str, span: tuple[int, int], now: datetime, calendar: Calendar) -> Preference:
    """The earliest possible reading of each wish; the first leads, the others are what else would do."""
    local = calendar.local(now)
    at = _Moment(now, local, _plus(local, calendar.days_ahead), calendar)
    if wishes.contradiction:
        return Preference("unclear", text, span, alternatives=_both_days(wishes.contradiction, at))
    dayless = bool(wishes.wanted) and all(wish.days is None for wish in wishes.wanted) and not _GENERAL.search(text)
    wanted = wishes.wanted or (Wish(Days("recurring", 0, 0, (), frozenset(range(7)))),)
    judged = [_judge(wish, wishes, at) for wish in wanted]
    fits = list(dict.fromkeys(fit for _, found in judged for fit in found))
    if fits:
        lead = next(wish for wish, (_, found) in zip(wanted, judged, strict=True) if found)
        general = lead.days is None or lead.days.kind == "recurring" or bool(_HABIT.search(text))
        return Preference(
            "ok",
            text,
            span,
            *fits[0],
            all_day=lead.clock is None and not wishes.not_clocks,
            others=tuple(fits[1 : _MOST_OTHERS + 1]),
            recurring=general,
            dayless=dayless,
            excepts=bool(wishes.not_days or wishes.not_clocks) and fits[0][0].date() != fits[0][1].date(),
        )
    verdict = judged[0][0]
    return Preference(verdict, text, span, alternatives=_alternatives(verdict, wanted, at), dayless=dayless)


def _plus(at: datetime, days: int) -> datetime:
    return datetime.combine(_day_after(at.date(), days), at.time())


def _judge(wish: Wish, wishes: Wishes, at: _Moment) -> tuple[Verdict, list[Stretch]]:
    days, clock = wish.days, wish.clock
    if (days and days.kind == "impossible") or (clock and clock.impossible):
        return "impossible", []
    if days and days.kind == "unclear":
        return "unclear", []
    if days and days.kind == "past":
        return "past", []
    spans = _spans(wish, at)
    ahead = [span for span in spans if span[1] >= at.local.date()]
    near = [span for span in ahead if span[0] <= at.horizon.date()]
    if not near:
        return ("too_far" if ahead else "past"), []
    found = list(_fits(wish, near, wishes, at))
    if found:
        return "ok", found
    if any(last > at.horizon.date() for _, last in near):
        return "too_far", []
    return ("past" if _is_over(near, clock, at) else "closed"), []


def _spans(wish: Wish, at: _Moment) -> list[tuple[date, date]]:
    """The days of a wish, the likelier reading first."""
    days, today = wish.days, at.local.date()
    if days is None or days.kind == "recurring":
        numbers = days.weekdays if days else frozenset(range(7))
        begin = max(today, days.spans[0][0]) if days and days.spans else today
        each = [_day_after(begin, ahead) for ahead in range(7 * _WEEKS_OF_HABIT)]
        return [(day, day) for day in each if day.weekday() in numbers]
    if days.kind == "since":
        return [_open_week(days.spans[0][0], at)]
    if days.kind == "weekday":
        day = days.spans[0][0]
        return [(day, day)]
    return list(days.spans)


def _day_after(day: date, ahead: int) -> date:
    return date.fromordinal(min(day.toordinal() + ahead, date.max.toordinal()))


def _open_week(begin: date, at: _Moment) -> tuple[date, date]:
    """A week from the first open day from `begin` on."""
    begin = max(begin, at.local.date())
    first = next((day for ahead in range(30) if at.calendar.ranges(day := _day_after(begin, ahead))), begin)
    return first, _day_after(first, 6)


def _fits(wish: Wish, spans: list[tuple[date, date]], wishes: Wishes, at: _Moment) -> Iterator[Stretch]:
    """The open readings: one for a general wish, one for a stretch, one a day for a stretch with hours."""
    first_only = wish.days is None or wish.days.kind in ("recurring", "since")
    for span in spans:
        opens = [piece for day in _each(span, at) for piece in _open_on(day, wish, wishes, at)]
        if not opens:
            continue
        if wish.clock is None:
            opens = [(opens[0][0], opens[-1][1])]
        for begin, end in opens:
            exact = aware(begin, end, at.now, at.calendar)
            if exact:
                yield exact
                if first_only:
                    return


def _each(span: tuple[date, date], at: _Moment) -> list[date]:
    begin, end = max(span[0], at.local.date()), min(span[1], at.horizon.date())
    return [_day_after(begin, ahead) for ahead in range(min((end - begin).days + 1, at.calendar.days_ahead + 1))]


def _open_on(day: date, wish: Wish, wishes: Wishes, at: _Moment) -> list[Stretch]:
    """The open stretches of a day; with hours wished for, the first within the likelier reading of them."""
    if any(_is_ruled_out(day, days) for days in wishes.not_days):
        return []
    ranges = at.calendar.ranges(day)
    if wish.clock is None:
        pieces = [piece for begin, end in ranges for piece in _free(begin, end, wishes, at)]
        return pieces[:1] + pieces[-1:] if len(pieces) > 1 else pieces
    for low, high in _hours(wish.clock, day, ranges, at.calendar):
        for begin, end in ranges:
            if wish.clock.point:
                end_of_visit = low + timedelta(minutes=at.calendar.minutes)
                if begin <= low and at.local < low and end_of_visit <= min(end, at.horizon):
                    return [(low, end_of_visit)]
                continue
            pieces = list(_free(max(begin, low), min(end, high), wishes, at))
            if pieces:
                return pieces[:1]
    return []


def _hours(clock: Clock, day: date, ranges: list[Stretch], calendar: Calendar) -> list[Stretch]:
    if clock.anchor and ranges:
        if clock.anchor == "opening":
            return [(ranges[0][0], ranges[0][0] + timedelta(hours=1))]
        return [(ranges[-1][1] - timedelta(hours=2), ranges[-1][1])]
    return [(_minute(day, low), _minute(day, high)) for low, high in clock.options]


def _minute(day: date, minute: int) -> datetime:
    if minute >= MIDNIGHT:
        return datetime.combine(day, time(23, 59, 59))
    return datetime.combine(day, time(minute // 60, minute % 60))


def _free(begin: datetime, end: datetime, wishes: Wishes, at: _Moment) -> Iterator[Stretch]:
    """What is left of a stretch after now and without the hours ruled out, where a consultation still fits."""
    stretches = [(max(begin, next_quarter(at.local + timedelta(seconds=1))), min(end, at.horizon))]
    for clock in wishes.not_clocks:
        for low, high in clock.options[:1]:
            begin_out, end_out = _minute(begin.date(), low), _minute(begin.date(), high)
            stretches = [
                piece
                for one in stretches
                for piece in ((one[0], min(one[1], begin_out)), (max(one[0], end_out), one[1]))
            ]
    for low_at, high_at in stretches:
        if low_at + timedelta(minutes=at.calendar.minutes) <= high_at:
            yield low_at, high_at


def _is_ruled_out(day: date, days: Days) -> bool:
    if days.kind in ("weekday", "recurring") and days.weekdays:
        return day.weekday() in days.weekdays
    return any(first <= day <= last for first, last in days.spans)


def _is_over(spans: list[tuple[date, date]], clock: Clock | None, at: _Moment) -> bool:
    """Whether the hours wished for were earlier today."""
    if clock is None or clock.anchor or any(last > at.local.date() for _, last in spans):
        return False
    return _minute(at.local.date(), clock.options[0][1]) <= at.local


def _alternatives(verdict: Verdict, wanted: tuple[Wish, ...], at: _Moment) -> tuple[Stretch, ...]:
    """Open times near the one wished for, never beyond the horizon."""
    near = at.now
    spans = wanted[0].days.spans if wanted[0].days and verdict == "closed" else ()
    if spans and spans[0][0] > at.local.date():
        near = datetime.combine(spans[0][0], time(0)).replace(tzinfo=at.calendar.zone)
    found = _until_horizon(suggest(near, at.calendar), at)
    return found or _until_horizon(suggest(at.now, at.calendar), at)


def _until_horizon(stretches: tuple[Stretch, ...], at: _Moment) -> tuple[Stretch, ...]:
    return tuple(one for one in stretches if one[1].replace(tzinfo=None) <= at.horizon)


def _both_days(contradiction: tuple[Days, Days], at: _Moment) -> tuple[Stretch, ...]:
    """For "Monday 4 December": the 4th, and the Monday nearest to it."""
    weekday, dated = sorted(contradiction, key=lambda days: days.kind == "date")
    day = dated.spans[0][0]
    number = next(iter(weekday.weekdays))
    offers = [day, day + timedelta(days=(number - day.weekday() + 3) % 7 - 3)]
    wish = Wish()
    nothing = Wishes((), (), (), 0, 0)
    found = [
        fit
        for one in offers
        for fit in _fits(replace(wish, days=Days("date", 0, 0, ((one, one),))), [(one, one)], nothing, at)
    ]
    return tuple(found) or _alternatives("unclear", (wish,), at)
