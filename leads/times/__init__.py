"""When somebody would like to come: words in, an absolute time in the clinic's zone out.

The way of a message: `words` makes shorthand, typos and dictation regular, `days` and `clocks` find what is named (the
former with Microsoft's recognizers-text), `wishes` puts them together, `choice` holds them against `opening`, the
clinic's calendar. Golden table: tests/leads/times.yml.
"""

import re
from datetime import datetime

from leads.times.choice import Preference, choose
from leads.times.dates import Today
from leads.times.opening import Calendar, Hours, Verdict, say_time, suggest
from leads.times.phrases import Wishes
from leads.times.wishes import read_wishes
from leads.times.words import Wording, may_name_a_time, regular

__all__ = ["Calendar", "Hours", "Preference", "Verdict", "read_time", "say_time", "suggest"]

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
_NOT_ANY = re.compile(
    r"\b(?:not any|(?:won't|wont|not|isn't) \w* ?any ?(?:time|day) soon|not (?:really )?flexible"
    r"|how flexible|no flexib\w+|inflexible)\b"
)


def read_time(text: str, now: datetime, calendar: Calendar) -> Preference | None:
    """Read a preferred time out of `text`; None where it names none. `now` is aware.

    Where a visitor corrects himself inside the message ("the 3rd, no, make that the 5th") the last version counts. Only
    the first 1,500 characters are read.
    """
    if not may_name_a_time(text):
        return None
    wording = regular(text)
    today = Today(calendar.local(now).date(), calendar.day_first, lambda day: bool(calendar.hours(day)))
    wishes = read_wishes(wording.text, today)
    if wishes is None or not _says_something(wishes):
        return _any(text, wording)
    begin, end = _place(wording, wishes.begin, wishes.end, text)
    return choose(wishes, text[begin:end], (begin, end), now, calendar)


def _says_something(wishes: Wishes) -> bool:
    return bool(wishes.wanted or wishes.not_days or wishes.not_clocks)


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
