"""The parts a wish is made of: days and clock times, each with its place in the wording. No rules, only shapes."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

NOON, MIDNIGHT = 12 * 60, 24 * 60
TAKEN_DAY, TAKEN_CLOCK = "\x01", "\x02"
"""Stand in the wording where a day or an hour was found already."""

DayKind = Literal["weekday", "date", "range", "recurring", "since", "past", "impossible", "unclear"]


@dataclass(frozen=True)
class Days:
    """Days somebody names. `spans` are first and last day, both included, the likelier reading first.

    `weekday`: one weekday, not yet tied to a week. `recurring`: "weekends". `since`: that day or soon after it.
    `unclear`: which day is meant depends on what was said before; `spans` are the days it can be.
    """

    kind: DayKind
    begin: int
    end: int
    spans: tuple[tuple[date, date], ...] = ()
    weekdays: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Clock:
    """Hours somebody names. `options` are (first, last) minute of the day, the likelier reading first.

    `point`: one moment, first and last are the same. `part`: a word like "morning". `anchor`: counted from the day's
    opening ("first thing") or closing ("end of the day") instead. `manner`: rather how than when ("not too early").
    `plural`: "mornings".
    """

    begin: int
    end: int
    options: tuple[tuple[int, int], ...] = ()
    point: bool = False
    part: bool = False
    anchor: Literal["", "opening", "closing"] = ""
    impossible: bool = False
    manner: bool = False
    plural: bool = False


@dataclass(frozen=True)
class Wish:
    """A day, an hour, or both. `inherited`: the day was taken over from the wish before ("Friday at 2 or 3")."""

    days: Days | None = None
    clock: Clock | None = None
    inherited: bool = False


@dataclass(frozen=True)
class Wishes:
    """What a message asks for, first choice first, and what it rules out.

    `ruled_out`: days, hours on any day, or, where both are named, these hours on these days ("not Friday afternoon").
    `contradiction`: a weekday and a date of another weekday.
    """

    wanted: tuple[Wish, ...]
    ruled_out: tuple[Wish, ...]
    begin: int
    end: int
    contradiction: tuple[Days, Days] | None = None
