"""The clinic's calendar: when it is open, what is still free to ask for, and how a time is said."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

Hours = Callable[[date], Sequence[tuple[time, time]]]
"""The opening ranges of a day, in the clinic's zone; none on a closed day."""

Verdict = Literal["ok", "any", "past", "closed", "too_late", "too_far", "impossible", "unclear"]
Stretch = tuple[datetime, datetime]

_SUGGEST_DAYS = 60


@dataclass(frozen=True)
class Calendar:
    """What decides whether a time is possible: zone, opening hours, how far ahead, how long a consultation takes."""

    zone: ZoneInfo
    hours: Hours
    days_ahead: int = 90
    minutes: int = 30
    day_first: bool = True

    def ranges(self, day: date) -> list[Stretch]:
        """The opening ranges of a day, naive, in order."""
        return [(datetime.combine(day, begin), datetime.combine(day, end)) for begin, end in self.hours(day)]

    def local(self, at: datetime) -> datetime:
        """An aware moment on the clinic's clock, naive."""
        return at.astimezone(self.zone).replace(tzinfo=None)


def aware(start: datetime, end: datetime, now: datetime, calendar: Calendar) -> Stretch | None:
    """Clinic times made aware, right on days the clocks change; None where the hour does not exist or is over."""
    begin, finish = _exact(start, calendar.zone), _exact(end, calendar.zone)
    if begin.astimezone(UTC) <= now.astimezone(UTC):
        begin = begin.replace(fold=1)
    if finish.astimezone(UTC) <= begin.astimezone(UTC):
        finish = finish.replace(fold=1)
    late = begin.astimezone(UTC) > now.astimezone(UTC)
    long = finish.astimezone(UTC) - begin.astimezone(UTC) >= timedelta(minutes=calendar.minutes)
    return (begin, finish) if late and long and begin < finish else None


def _exact(at: datetime, zone: ZoneInfo) -> datetime:
    """The moment; an hour the clocks skip is moved to the one they show instead."""
    there_and_back = at.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)
    return there_and_back.replace(fold=0)


def suggest(after: datetime, calendar: Calendar, count: int = 3) -> tuple[Stretch, ...]:
    """The next open times from `after` on, on different days: (start, end), aware, in the clinic's zone."""
    local = calendar.local(after)
    found: list[Stretch] = []
    for ahead in range(_SUGGEST_DAYS):
        if len(found) == count or local.date().toordinal() + ahead > date.max.toordinal():
            break
        day = local.date() + timedelta(days=ahead)
        for begin, end in calendar.ranges(day):
            begin = max(begin, next_quarter(local) + timedelta(hours=1)) if ahead == 0 else begin
            exact = aware(begin, min(end, _part_end(begin, end)), after, calendar) if begin < end else None
            if exact:
                found.append(exact)
                break
    return tuple(found)


def next_quarter(at: datetime) -> datetime:
    """The next quarter of an hour, so that nobody is offered 17:23."""
    whole = at.replace(second=0, microsecond=0)
    return whole + timedelta(minutes=(-whole.minute) % 15 or (15 if whole != at else 0))


def _part_end(begin: datetime, end: datetime) -> datetime:
    """Noon for a morning, closing time for the rest: a suggestion names a half day."""
    noon = begin.replace(hour=12, minute=0)
    return noon if begin < noon - timedelta(minutes=30) and noon < end else end


def say_time(start: datetime, end: datetime, calendar: Calendar) -> str:
    """Read a time back as an absolute date: "Tuesday 24 November 2026, 8 am to 12 noon"."""
    start, end = start.astimezone(calendar.zone), end.astimezone(calendar.zone)
    day = _say_day(start)
    if start.date() != end.date():
        return f"between {day} and {_say_day(end)}"
    ranges = calendar.ranges(start.date())
    if ranges and (start.replace(tzinfo=None), end.replace(tzinfo=None)) == (ranges[0][0], ranges[-1][1]):
        return f"{day}, any time between {say_clock(start)} and {say_clock(end)}"
    if end - start <= timedelta(minutes=calendar.minutes):
        return f"{day} at {say_clock(start)}"
    return f"{day}, {say_clock(start)} to {say_clock(end)}"


def _say_day(at: datetime) -> str:
    return f"{at:%A} {at.day} {at:%B} {at.year}"


def say_clock(at: datetime) -> str:
    """An hour as it is said: "12 noon", "5:30 pm"."""
    if (at.hour, at.minute) == (12, 0):
        return "12 noon"
    hour = at.hour % 12 or 12
    minutes = f":{at.minute:02}" if at.minute else ""
    return f"{hour}{minutes} {'am' if at.hour < 12 else 'pm'}"
