"""When somebody would like to come: words in, an absolute time in the clinic's zone out.

The way of a message: `words` makes shorthand, typos and dictation regular, `days` and `clocks` find what is named (the
former with Microsoft's recognizers-text), `wishes` puts them together, `choice` holds them against `opening`, the
clinic's calendar. Golden table: tests/leads/times.yml.
"""

import re
from dataclasses import replace
from datetime import date, datetime

from leads.times.choice import Preference, choose
from leads.times.dates import Today
from leads.times.opening import Calendar, Hours, Verdict, say_clock, say_time, suggest
from leads.times.phrases import Days, Wish, Wishes
from leads.times.wishes import clauses_aside, corrected, read_wishes
from leads.times.words import Wording, may_name_a_time, regular

__all__ = [
    "Calendar",
    "Hours",
    "Preference",
    "Verdict",
    "completed",
    "is_bare_month",
    "on_day",
    "read_time",
    "say_clock",
    "say_time",
    "suggest",
    "told_aside",
]

_ANY = re.compile(
    r"\b(?:any ?time|any ?day|any ?slot|any of (?:them|those|these)|any (?:is|will"
    r"|works|would)\b|when ?ever|(?:don'?t|do not) (?:really )?(?:mind|care)"
    r"|not fussed"
    r"|doesn'?t (?:really )?matter|does not matter|no (?:real |particular )?preferences?"
    r"|not bothered|not fussy|not picky|i'?m (?:pretty |quite |very |fairly )?(?:flexible"
    r"|easy)"
    r"|flexible|up to you|you (?:choose|decide|pick)|as soon as (?:possible|you can)"
    r"|asap|soonest|(?:the )?earliest(?: (?:you (?:have|can)|available|slot|possible"
    r"|appointment))?"
    r"|(?:first|next) (?:available|free|open)(?: \w+)?|next slot|either (?:is|one|will"
    r"|works|would)|all the same|straight ?away|right away|immediately|sooner the better"
    r"|all week(?: long)?)\b"
    r"|^\W*(?:any|either|easy|soon|whatever|all|any one|anyone|whichever|everyday|every day"
    r"|all days|always)\W*$"
)
_MAY_BE_A_NAME = re.compile(r"[^a-z\d]*(?:(?:march|april|may|june|august)[^a-z\d]*(?:and |or )?)+")
"""Months that are also names or words: alone they are no time."""
_NOT_ANY = re.compile(
    r"\b(?:not any|(?:won't|wont|not|isn't) \w* ?any ?(?:time|day) soon|not (?:really )?flexible"
    r"|how flexible|no flexib\w+|inflexible)\b"
)


def read_time(
    text: str, now: datetime, calendar: Calendar, named: date | None = None, *, asked: bool = False
) -> Preference | None:
    """Read a preferred time out of `text`; None where it names none. `now` is aware.

    Where a visitor corrects himself inside the message ("the 3rd, no, make that the 5th") the last version counts. Only
    the first 1,500 characters are read. `named`: the day talked about before ("the Tuesday after that"). `asked`: a
    time was asked for, so that a month that is also a name or a word counts alone ("May").
    """
    if not may_name_a_time(text):
        return None
    wording = regular(text)
    if not asked and _MAY_BE_A_NAME.fullmatch(wording.text):
        return None
    day = calendar.local(now).date()
    today = Today(day, calendar.day_first, lambda one: bool(calendar.hours(one)), named)
    wishes = read_wishes(wording.text, today)
    if wishes is None or not _says_something(wishes):
        return _any(text, wording)
    begin, end = _place(wording, wishes.begin, wishes.end, text)
    return choose(wishes, text[begin:end], (begin, end), now, calendar)


def told_aside(text: str, now: datetime, calendar: Calendar) -> list[tuple[int, int]]:
    """Where `text` tells of a time that is no wish ("Thursday is my mum's birthday"): nothing else is told there."""
    if not may_name_a_time(text):
        return []
    wording = regular(text)
    today = Today(calendar.local(now).date(), calendar.day_first, lambda one: bool(calendar.hours(one)))
    return [_place(wording, *place, text) for place in clauses_aside(wording.text, today)]


def is_bare_month(text: str) -> bool:
    """Whether words are nothing but months that are also names or words: "May", "April May June"."""
    return bool(_MAY_BE_A_NAME.fullmatch(text.lower()))


def on_day(wish: Preference, day: date, now: datetime, calendar: Calendar) -> Preference:
    """A time that names no day, on that one."""
    days = Days("date", 0, 0, ((day, day),))
    wishes = wish.wishes or Wishes((), (), *wish.span)
    wanted = tuple(replace(one, days=days) for one in wishes.wanted or (Wish(),))
    return choose(replace(wishes, wanted=wanted), wish.text, wish.span, now, calendar)


def completed(before: Preference, wish: Preference, now: datetime, calendar: Calendar) -> Preference:
    """A time that names no day, on the days of the one before: "any morning", then "at 11"."""
    if before.wishes is None or wish.wishes is None:
        return wish
    return choose(corrected(before.wishes, wish.wishes), wish.text, wish.span, now, calendar)


def _says_something(wishes: Wishes) -> bool:
    return bool(wishes.wanted or wishes.ruled_out)


def _any(text: str, wording: Wording) -> Preference | None:
    found = None if _NOT_ANY.search(wording.text) else _ANY.search(wording.text)
    if found is None:
        return None
    begin, end = _place(wording, *found.span(), text)
    return Preference("any", text[begin:end], (begin, end))


def _place(wording: Wording, begin: int, end: int, text: str) -> tuple[int, int]:
    """The place of a piece of the regular wording in the message, without blanks around it."""
    first, last = wording.place(begin, end)
    article = re.search(r"\b(?:the|any) $", text[:first], re.I)
    first = article.start() if article else first
    piece = text[first:last]
    return first + len(piece) - len(piece.lstrip(" ,")), first + len(piece.rstrip(" ,.;!?"))
