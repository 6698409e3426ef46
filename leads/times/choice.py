"""Wishes against the clinic's calendar: the earliest open reading of each, or what is wrong with it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from leads.times.opening import Calendar, Stretch, Verdict, aware, next_quarter, suggest
from leads.times.phrases import MIDNIGHT, NOON, Clock, Days, Wish, Wishes

_WEEKS_OF_HABIT = 4
_MOST_OTHERS = 5
_ALTERNATIVES = 3
_LOOK_AHEAD = 21
_DAY_PARTS = ((0, NOON), (NOON, 17 * 60), (17 * 60, MIDNIGHT))
"""Morning, afternoon, evening: whoever asks for an evening is offered evenings."""
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
    do ("next week except Thursday"). `day`: the one day that is named, also where it cannot be. `wishes`: what it was
    made of, so that the next message can complete it.
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
    day: date | None = None
    wishes: Wishes | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True)
class _Moment:
    """Now: exact, on the clinic's clock, and how far ahead a consultation may be asked for."""

    now: datetime
    local: datetime
    horizon: datetime
    calendar: Calendar


def choose(wishes: Wishes, text: str, span: tuple[int, int], now: datetime, calendar: Calendar) -> Preference:
    """The earliest possible reading of each wish; the first leads, the others are what else would do."""
    return replace(_choose(wishes, text, span, now, calendar), day=_one_day(wishes), wishes=wishes)


def _one_day(wishes: Wishes) -> date | None:
    """The day, where all wishes are for one and the same."""
    spans = {wish.days.spans if wish.days and wish.days.kind in ("date", "weekday") else () for wish in wishes.wanted}
    (only,) = spans if len(spans) == 1 else ((),)
    return only[0][0] if len(only) == 1 and only[0][0] == only[0][1] else None


def _choose(wishes: Wishes, text: str, span: tuple[int, int], now: datetime, calendar: Calendar) -> Preference:
    local = calendar.local(now)
    at = _Moment(now, local, _plus(local, calendar.days_ahead), calendar)
    if wishes.contradiction:
        return Preference("unclear", text, span, alternatives=_both_days(wishes.contradiction, at))
    unclear = next(
        (wish for wish in wishes.wanted if wish.days and wish.days.kind == "unclear" and wish.days.spans), None
    )
    if unclear:
        return Preference("unclear", text, span, alternatives=_each_meaning(unclear, wishes, at))
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
            all_day=lead.clock is None and not any(one.clock for one in wishes.ruled_out),
            others=tuple(fits[1 : _MOST_OTHERS + 1]),
            recurring=general,
            dayless=dayless,
            excepts=bool(wishes.ruled_out) and any(_has_gap(fit, wishes, at) for fit in fits[: _MOST_OTHERS + 1]),
        )
    verdict = judged[0][0]
    return Preference(verdict, text, span, alternatives=_alternatives(verdict, wanted, wishes, at), dayless=dayless)


def _has_gap(fit: Stretch, wishes: Wishes, at: _Moment) -> bool:
    """Whether something between start and end of a reading is ruled out."""
    begin, end = (one.replace(tzinfo=None) for one in fit)
    if begin.date() != end.date():
        return True
    whole = [(low, high) for low, high in at.calendar.ranges(begin.date()) if low < end and begin < high]
    left = [piece for piece in _open_on(begin.date(), Wish(), wishes, at) if piece[0] < end and begin < piece[1]]
    return len(left) > len(whole)


def _each_meaning(wish: Wish, wishes: Wishes, at: _Moment) -> tuple[Stretch, ...]:
    """What an unclear wish can mean, one reading for each of its days."""
    spans = wish.days.spans if wish.days else ()
    found = [fit for span in spans for fit in _fits(_on(wish, span), [span], wishes, at)]
    return tuple(found) or _alternatives("unclear", (wish,), wishes, at)


def _on(wish: Wish, span: tuple[date, date]) -> Wish:
    return replace(wish, days=Days("date", 0, 0, (span,)))


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
    if _is_over(near, clock, at):
        return "past", []
    return ("too_late" if _last_visit(wish, near, wishes, at) else "closed"), []


def _last_visit(wish: Wish, spans: list[tuple[date, date]], wishes: Wishes, at: _Moment) -> Stretch | None:
    """The last visit of the day that was named, where the hour is before closing but leaves no time for one."""
    clock = wish.clock
    if clock is None or not clock.point or len(spans) != 1 or spans[0][0] != spans[0][1]:
        return None
    day, visit = spans[0][0], timedelta(minutes=at.calendar.minutes)
    for _, end in at.calendar.ranges(day)[-1:]:
        for low, _ in clock.options:
            wished = _minute(day, low)
            if end - visit < wished <= end:
                latest = aware(end - visit, end, at.now, at.calendar)
                open_then = [piece for piece in _open_on(day, Wish(), wishes, at) if piece[1] >= end]
                return latest if open_then else None
    return None


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
    out = [one for one in wishes.ruled_out if one.days is None or _is_ruled_out(day, one.days)]
    if any(one.clock is None for one in out):
        return []
    ranges = at.calendar.ranges(day)
    closed = [hours for one in out if one.clock for hours in _hours(one.clock, day, ranges, at.calendar, out=True)[:1]]
    if wish.clock is None:
        pieces = [piece for begin, end in ranges for piece in _free(begin, end, closed, at)]
        return pieces[:1] + pieces[-1:] if len(pieces) > 1 else pieces
    for low, high in _hours(wish.clock, day, ranges, at.calendar):
        for begin, end in ranges:
            if wish.clock.point:
                end_of_visit = low + timedelta(minutes=at.calendar.minutes)
                taken = any(first < end_of_visit and low < last for first, last in closed)
                if begin <= low and at.local < low and end_of_visit <= min(end, at.horizon) and not taken:
                    return [(low, end_of_visit)]
                continue
            pieces = list(_free(max(begin, low), min(end, high), closed, at))
            if pieces:
                return pieces[:1]
    return []


def _hours(clock: Clock, day: date, ranges: list[Stretch], calendar: Calendar, *, out: bool = False) -> list[Stretch]:
    """The hours of a phrase on a day, the likelier reading first; `out`: as what is ruled out, a moment is a visit."""
    if clock.anchor and ranges:
        if clock.anchor == "opening":
            return [(ranges[0][0], ranges[0][0] + timedelta(hours=1))]
        return [(ranges[-1][1] - timedelta(hours=2), ranges[-1][1])]
    if out and clock.point:
        visit = timedelta(minutes=calendar.minutes)
        return [(_minute(day, low), _minute(day, low) + visit) for low, _ in clock.options]
    return [(_minute(day, low), _minute(day, high)) for low, high in clock.options]


def _minute(day: date, minute: int) -> datetime:
    if minute >= MIDNIGHT:
        return datetime.combine(day, time(23, 59, 59))
    return datetime.combine(day, time(minute // 60, minute % 60))


def _free(begin: datetime, end: datetime, closed: list[Stretch], at: _Moment) -> Iterator[Stretch]:
    """What is left of a stretch after now and without the hours ruled out, where a consultation still fits."""
    stretches = [(max(begin, next_quarter(at.local + timedelta(seconds=1))), min(end, at.horizon))]
    for begin_out, end_out in closed:
        stretches = [
            piece for one in stretches for piece in ((one[0], min(one[1], begin_out)), (max(one[0], end_out), one[1]))
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


def _alternatives(verdict: Verdict, wanted: tuple[Wish, ...], wishes: Wishes, at: _Moment) -> tuple[Stretch, ...]:
    """Open times near the one wished for and at that part of the day, never beyond the horizon."""
    wish = wanted[0]
    near = at.local.date()
    if wish.days and wish.days.spans and verdict in ("closed", "too_late"):
        near = max(near, min(wish.days.spans[0][0], at.horizon.date()))
    latest = _last_visit(wish, list(wish.days.spans), wishes, at) if verdict == "too_late" and wish.days else None
    found = [latest] if latest else []
    if wish.clock and wish.clock.options and not wish.clock.anchor and verdict in ("closed", "too_late", "past"):
        found += _same_part(wish.clock, near, wishes, at, without=[one[0].date() for one in found])
    if not found:
        begin = datetime.combine(near, time(0)).replace(tzinfo=at.calendar.zone)
        found = list(suggest(max(begin, at.now), at.calendar))
    found = [one for one in found if one[1].replace(tzinfo=None) <= at.horizon]
    return tuple(found[:_ALTERNATIVES]) or _until_horizon(suggest(at.now, at.calendar), at)


def _same_part(clock: Clock, begin: date, wishes: Wishes, at: _Moment, *, without: list[date]) -> list[Stretch]:
    """Open times at the same part of the day, on the days from `begin` on, one a day."""
    low = clock.options[0][0]
    part = next((hours for hours in _DAY_PARTS if hours[0] <= low < hours[1]), _DAY_PARTS[-1])
    wish = Wish(clock=Clock(0, 0, options=(part,), part=True))
    found = []
    for ahead in range(_LOOK_AHEAD):
        day = _day_after(begin, ahead)
        pieces = [] if day in without or day > at.horizon.date() else _open_on(day, wish, wishes, at)
        exact = aware(*pieces[0], at.now, at.calendar) if pieces else None
        if exact:
            found.append(exact)
        if len(found) == _ALTERNATIVES:
            break
    return found


def _until_horizon(stretches: tuple[Stretch, ...], at: _Moment) -> tuple[Stretch, ...]:
    return tuple(one for one in stretches if one[1].replace(tzinfo=None) <= at.horizon)


def _both_days(contradiction: tuple[Days, Days], at: _Moment) -> tuple[Stretch, ...]:
    """For "Monday 4 December": the 4th, and the Monday nearest to it."""
    weekday, dated = sorted(contradiction, key=lambda days: days.kind == "date")
    day = dated.spans[0][0]
    number = next(iter(weekday.weekdays))
    offers = [day, day + timedelta(days=(number - day.weekday() + 3) % 7 - 3)]
    wish = Wish()
    nothing = Wishes((), (), 0, 0)
    found = [
        fit
        for one in offers
        for fit in _fits(replace(wish, days=Days("date", 0, 0, ((one, one),))), [(one, one)], nothing, at)
    ]
    return tuple(found) or _alternatives("unclear", (wish,), nothing, at)
