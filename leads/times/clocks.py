"""Clock times and parts of a day in regular wording."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from leads.times.phrases import MIDNIGHT, NOON, TAKEN_CLOCK, TAKEN_DAY, Clock
from leads.times.words import HOUR, HOURS

PARTS: dict[str, tuple[int, int]] = {
    "early morning": (6 * 60, 10 * 60),
    "mid morning": (10 * 60, 11 * 60 + 30),
    "late morning": (10 * 60 + 30, NOON),
    "morning": (0, NOON),
    "early afternoon": (NOON, 15 * 60),
    "mid afternoon": (14 * 60, 16 * 60),
    "late afternoon": (15 * 60, 18 * 60),
    "afternoon": (NOON, 17 * 60),
    "early evening": (17 * 60, 19 * 60),
    "late evening": (19 * 60, 22 * 60),
    "evening": (17 * 60, 21 * 60),
    "night": (17 * 60, MIDNIGHT),
    "lunch": (NOON, 14 * 60),
    "after lunch": (13 * 60, 17 * 60),
    "before lunch": (0, NOON),
    "after work": (17 * 60, MIDNIGHT),
    "before work": (0, 9 * 60),
    "after school": (15 * 60 + 30, MIDNIGHT),
    "school hours": (9 * 60, 15 * 60),
    "daytime": (9 * 60, 17 * 60),
    "tea": (16 * 60, 18 * 60),
    "early": (0, 10 * 60 + 30),
    "late": (17 * 60, MIDNIGHT),
    "am": (0, NOON),
    "pm": (NOON, MIDNIGHT),
}
"""What the parts of a day mean here, in minutes. "Evening" is from five: that is when people come from work."""

_HALVES = {
    "morning": (0, NOON),
    "afternoon": (NOON, 18 * 60),
    "evening": (16 * 60, MIDNIGHT),
    "night": (17 * 60, MIDNIGHT),
}
_LIKELY_AFTERNOON = range(1, 8)


def _time(name: str) -> str:
    hour = f"(?P<{name}h>\\d{{1,2}}|noon|midnight|{'|'.join(HOURS[1:])})"
    return rf"{hour}(?::(?P<{name}m>\d{{2}}))?(?P<{name}x> ?(?:am|pm|o'clock)\b)?"


_NO_UNIT = r"(?![\d:/%]|[.,]\d|-\d|(?:st|nd|rd|th)\b| ?(?:%|years?|weeks?|days?|months?|of\b|or so years))"
_ABOUT = r"(?:about |around |roughly |approx\.? |say |like |maybe |circa |exactly )?"
_POLITE = re.compile(
    r"\b(?:please|pls|thanks|thank you|any ?time|any ?day|every ?day|ideally|preferably"
    r"|would|works?|good|best|fine|suits?|for me|maybe|only|then|onwards)\b"
)
_TAKEN_BACK = r"(?:(?:no|sorry|make (?:that|it)|i mean|actually|wait|rather)[ ,]+)*"
_TO = r" ?(?:-|to|and|until|till|through|&) ?"
_RANGE = re.compile(
    rf"(?P<lead>between |from |any ?time (?:between |from )?)?{_ABOUT}(?<![\d:/.-])\b{_time('a')}"
    rf"(?P<to>{_TO}){_ABOUT}{_time('b')}"
    rf"(?<!:){_NO_UNIT}"
)
_FROM = re.compile(
    rf"\b(?:(?:not|never|no|nothing) (?:before|earlier than|sooner than|until|till)"
    rf"|(?:any ?time |just )?after|from|past|post|later than|starting|as of"
    rf"|leave(?: work| school| the office)(?: at)?|(?:finish|finished|finishing|done|off|free|out|get off|home"
    rf"|available)(?: work"
    rf"| working| school)?(?: at| by| from| after)?"
    rf"|(?:work|working|works|busy|in meetings|at work)(?: until| till| to| 'til)) {_ABOUT}{_time('a')}{_NO_UNIT}"
    rf"(?: ?(?:onwards?|or later))?"
    rf"|{_ABOUT}\b{_time('b')} ?(?:onwards?|or later|or after|and later|and after|plus\b"
    rf"|\+)(?! ?(?:\d|noon|half|{HOUR}))"
)
_UNTIL = re.compile(
    rf"\b(?:(?:not|never|no|nothing) (?:after|later than|past)|(?:any ?time )?before"
    rf"|start(?:ing)? (?:work|my shift|school)(?: at)?|(?:work|shift|school) starts(?: at)?"
    rf"|by|until|till|up to|earlier than|latest|pre) {_ABOUT}{_time('a')}{_NO_UNIT}"
    rf"|{_ABOUT}\b{_time('b')} ?(?:or earlier|or before|at the latest|latest|at latest)(?! ?(?:\d"
    rf"|noon|half|{HOUR}))"
)
_CLEAR = re.compile(
    r"(?P<about>\b(?:at |@ ?|about |around |approx\.? |roughly |for |by )*)?(?<![\d:/.,-])\b(?P<h>\d{1,2})"
    r"(?:(?::(?P<m>\d{2}))(?![\d:])(?P<x> ?(?:am|pm|o'clock)\b)?| ?(?P<y>(?:am|pm|o'clock)\b))"
    rf"|\b(?:at |around |about |@ ?)*(?P<w>{'|'.join(HOURS[1:])}) ?(?P<z>am|pm|o'clock)\b"
    rf"|(?:\bat |\baround |\babout )*\b(?P<n>noon|midnight)\b"
)
_AT = re.compile(
    rf"(?:\bat|@|\b(?:do|say|make (?:it|that)|manage|was thinking)\b(?= \w+\W*$)) ?{_ABOUT}(?P<h>1[0-2]"
    rf"|[1-9]|{'|'.join(HOURS[1:])})\b{_NO_UNIT}(?! ?(?:the|a|my|least|most|all|time)\b)"
)
_BESIDE = re.compile(
    rf"(?P<before>[{TAKEN_DAY}{TAKEN_CLOCK}] ?,? ?{_TAKEN_BACK}(?:or |and |/ ?|- ?|, ?|at "
    rf"|for |@ ?)?{_ABOUT})(?P<h>1\d|2[0-3]|[1-9]|{'|'.join(HOURS[1:])})\b{_NO_UNIT}(?! ?(?:{TAKEN_DAY}"
    rf"|sessions?|people|times?))"
    rf"|(?P<before2>\b{_ABOUT})(?<![\d:/.-])(?P<h2>1\d|2[0-3]|[1-9]|{'|'.join(HOURS[1:])})\b(?= ?(?:"
    rf"(?:on|or) )?[{TAKEN_DAY}{TAKEN_CLOCK}]){_NO_UNIT}"
)
_ABOUT_ALONE = re.compile(
    rf"^\W*(?:around|about|say|maybe) (?P<h>1[0-2]|[1-9]|{'|'.join(HOURS[1:])})\W*(?:please"
    rf"|is good|is fine|ideally)?\W*$"
)
_PART = re.compile(
    r"\b(?:(?:in |during |over |at |on |by |of )?(?:the |my |a )?)?(?:(?P<mod>early"
    r"|mid|late|later)[ -](?:in the )?)?(?P<part>morning|afternoon|evening|night)s?\b(?: time)?"
    r"|\b(?P<after>after|before|post|pre) ?(?:my |the |i finish |finishing )?(?P<what>work"
    r"|lunch|school run|school|office|college|uni|tea)\b(?: hours)?"
    r"|\b(?P<hours>after hours|out of hours|school hours|(?:in |during )?(?:the )?day ?time|during the day)\b"
    r"|\b(?:(?:at|over|during|in|on) )?(?:my |the |a )?(?P<lunch>lunch(?:es)?)(?: (?:time"
    r"|break|hour|breaks|hours|times))*\b"
    r"|\b(?P<tea>tea time)\b"
    r"|(?<=\bnot )(?:(?:too|so|that|very) )?(?P<bare>early|late)\b(?! (?:in|next|this|january|february|november))"
    r"|(?<=\bnothing )(?:(?:too|so|that|very) )?(?P<bare2>early|late)\b|(?<=\bno )(?P<bare3>early"
    r"|late) (?:starts?|ones?"
    r"|slots?|appointments?|times?)\b"
)
_ANCHOR = re.compile(
    r"\b(?:the )?(?P<open>first thing(?: in the morning)?|first (?:slot|appointment"
    r"|one)(?: of the day)?|(?:when|as soon as|once|the moment) (?:you|they|u) (?:first )?open(?: up)?(?: then"
    r"| that day)?|opening time|(?:at )?start of the day)\b"
    r"|\b(?:the )?(?P<close>last thing|last (?:slot|appointment|one)(?: of the day)?"
    r"|(?:the )?end of (?:the )?(?:business )?day|close of (?:business|play)|before you close"
    r"|closing time|eod|cob)\b"
)
_HALF_DAY = re.compile(
    rf"(?P<before>[{TAKEN_DAY}] ?,? ?(?:in the )?)(?P<half>am|pm)s?\b"
    rf"|^[^\w{TAKEN_DAY}{TAKEN_CLOCK}]*(?:in the )?(?P<half5>am"
    rf"|pm)s?\W*$|(?P<or>(?<=or )|(?<=and )|(?<=/))(?P<half2>am|pm)\b|\b(?:in |during )the (?P<half3>am"
    rf"|pm)\b|\b(?P<half4>am|pm)(?= or (?:am|pm)\b| only| please| pls| best| is (?:best"
    rf"|better|fine))"
)


def minutes_of(hour: str, minute: str | None, half: str | None) -> tuple[int, ...] | None:
    """The minutes of the day a clock time can mean, likelier first; None for a time no clock shows."""
    if hour in ("noon", "midnight"):
        return (NOON,) if hour == "noon" else (MIDNIGHT,)
    number = HOURS.index(hour) if hour in HOURS else int(hour)
    minutes = int(minute or 0)
    if number > 24 or minutes > 59 or (number == 24 and minutes):
        return None
    half = (half or "").strip()
    if half == "am":
        return (number % 12 * 60 + minutes,) if number <= 12 else (number * 60 + minutes,)
    if half == "pm":
        return (number % 12 * 60 + NOON + minutes,) if number <= 12 else (number * 60 + minutes,)
    if number > 12 or number == 0 or (len(hour) == 2 and hour[0] == "0"):
        return (number * 60 + minutes,)
    morning, afternoon = number * 60 + minutes, number % 12 * 60 + NOON + minutes
    if number == 12:
        return (afternoon,)
    return (afternoon, morning) if number in _LIKELY_AFTERNOON else (morning, afternoon)


def find_clocks(text: str) -> tuple[list[Clock], str]:
    """Every clock time in `text`, in order, and the text with these places marked as taken.

    Days must have been taken out before: "3-5 December" is no clock time, "Friday 2" is one.
    """
    found: list[Clock] = []
    with_day = TAKEN_DAY in text
    for pattern, build in _RULES:
        for match in list(pattern.finditer(text)):
            if TAKEN_CLOCK in text[match.start() : match.end()].strip(TAKEN_CLOCK) and pattern not in (_BESIDE,):
                continue
            clock = build(match, with_day or _alone(match))
            if clock is None:
                continue
            found.append(clock)
            text = text[: clock.begin] + TAKEN_CLOCK * (clock.end - clock.begin) + text[clock.end :]
    return sorted(found, key=lambda clock: clock.begin), text


def _alone(match: re.Match[str]) -> bool:
    """Whether a message says little else: a bare "2-4" is then an hour."""
    rest = match.string[: match.start()] + match.string[match.end() :]
    return not re.search(r"[a-z]{3,}", _POLITE.sub("", rest))


def _range(match: re.Match[str], loose: bool) -> Clock | None:
    """ "9-11", "between 2 and 4", "10 to 2": the later end decides on a half of the day left open."""
    clear = match["lead"] or match["ax"] or match["bx"] or match["am"] or match["bm"]
    if not (clear or loose) or (match["to"].strip() in ("and", "&") and not match["lead"]):
        return None
    late = minutes_of(match["bh"], match["bm"], match["bx"])
    early = minutes_of(match["ah"], match["am"], match["ax"])
    if not late or not early:
        return Clock(*match.span(), impossible=True) if match["am"] or match["bm"] else None
    half = (match["bx"] or "").strip()
    options = [(low, high) for high in late for low in early if low < high]
    same_half = (
        [one for one in options if (one[0] < NOON) == (half == "am")]
        if half in ("am", "pm") and not match["ax"]
        else []
    )
    likely = [one for one in options if one[0] >= 7 * 60 and one[1] - one[0] <= 10 * 60]
    best = same_half or likely or options
    return Clock(*match.span(), options=(min(best, key=lambda one: (one[1] - one[0], one[0])),)) if best else None


def _from(match: re.Match[str], loose: bool) -> Clock | None:
    """ "After 5", "not before 11", "I finish at half 5"."""
    at = _single(match)
    if at is None or (match[0].startswith("from") and not loose and not _is_clear(match)):
        return None
    return Clock(*match.span(), options=((at[0], MIDNIGHT),))


def _until(match: re.Match[str], loose: bool) -> Clock | None:
    at = _single(match)
    if at is None or (match[0].startswith(("by", "up to", "until", "till")) and not loose and not _is_clear(match)):
        return None
    return Clock(*match.span(), options=((0, at[0]),))


def _is_clear(match: re.Match[str]) -> bool:
    return any(match[name] for name in ("ax", "am", "bx", "bm")) or match["ah"] in ("noon", "midnight")


def _single(match: re.Match[str]) -> tuple[int, ...] | None:
    name = "a" if match["ah"] else "b"
    return minutes_of(match[f"{name}h"], match[f"{name}m"], match[f"{name}x"])


def _point(match: re.Match[str], minutes: tuple[int, ...] | None, begin: int | None = None) -> Clock:
    start = match.start() if begin is None else begin
    if minutes is None:
        return Clock(start, match.end(), impossible=True)
    if re.match(
        r"[\W\d]*(?:at )?(?:around|about|roughly|approx)", match[0]
    ):  # "9ish" is also half past, where nine is closed
        minutes = (*minutes, *(one + 30 for one in minutes), *(one - 30 for one in minutes if one >= 30))
    return Clock(start, match.end(), options=tuple((one % MIDNIGHT, one % MIDNIGHT) for one in minutes), point=True)


def _clear(match: re.Match[str], loose: bool) -> Clock | None:
    if match["n"] or match["w"]:
        return _point(match, minutes_of(match["n"] or match["w"], None, match["z"]))
    return _point(match, minutes_of(match["h"], match["m"], match["x"] or match["y"]))


def _at(match: re.Match[str], loose: bool) -> Clock | None:
    return _point(match, minutes_of(match["h"], None, None))


def _beside(match: re.Match[str], loose: bool) -> Clock | None:
    """A bare number beside a day or another hour: "Friday 2", "2 on Friday", "at 2 or 3"."""
    minutes = minutes_of(match["h"] or match["h2"], None, None)
    begin = match.end("before") if match["h"] else match.start("before2")
    return _point(match, minutes, begin) if minutes else None


def _part(match: re.Match[str], loose: bool) -> Clock | None:
    if match["after"]:
        what = {"office": "work", "college": "school", "uni": "school"}.get(match["what"], match["what"])
        when = {"post": "after", "pre": "before"}.get(match["after"], match["after"])
        if match["what"] == "school run":
            return Clock(*match.span(), options=((9 * 60, 15 * 60),), part=True)
        hours = PARTS.get(f"{when} {what}") or ((18 * 60, MIDNIGHT) if when == "after" else (0, 16 * 60))
    elif bare := match["bare"] or match["bare2"] or match["bare3"]:
        return Clock(*match.span(), options=(PARTS[bare],), part=True, manner=True)
    elif match["hours"]:
        hours = PARTS[
            "school hours" if "school" in match["hours"] else "after work" if "hours" in match["hours"] else "daytime"
        ]
    elif match["lunch"] or match["tea"]:
        hours = PARTS["lunch" if match["lunch"] else "tea"]
    else:
        mod = {"later": "late"}.get(match["mod"], match["mod"])
        hours = PARTS.get(f"{mod} {match['part']}", PARTS[match["part"]])
        plural = bool(re.search(rf"{match['part']}s\b", match[0]))
        return Clock(*match.span(), options=(hours,), part=True, plural=plural)
    return Clock(*match.span(), options=(hours,), part=True)


def _anchor(match: re.Match[str], loose: bool) -> Clock | None:
    return Clock(
        *match.span(),
        options=((0, MIDNIGHT),),
        part=True,
        anchor="opening" if match["open"] else "closing",
        manner=True,
    )


def _half_day(match: re.Match[str], loose: bool) -> Clock | None:
    half = match["half"] or match["half2"] or match["half3"] or match["half4"] or match["half5"]
    begin = match.end("before") if match["half"] else match.start()
    return Clock(begin, match.end(), options=(PARTS[half],), part=True)


_RULES: list[tuple[re.Pattern[str], Callable[[re.Match[str], bool], Clock | None]]] = [
    (_RANGE, _range),
    (_FROM, _from),
    (_UNTIL, _until),
    (_ANCHOR, _anchor),
    (_CLEAR, _clear),
    (_PART, _part),
    (_AT, _at),
    (_BESIDE, _beside),
    (_BESIDE, _beside),
    (_HALF_DAY, _half_day),
    (_ABOUT_ALONE, _at),
]


def refine(first: Clock, second: Clock) -> Clock | None:
    """Two phrases about the same hour as one: "9 in the morning", "10 tomorrow morning"; None if they disagree."""
    begin, end = min(first.begin, second.begin), max(first.end, second.end)
    part, other = (first, second) if first.part else (second, first)
    if first.impossible or second.impossible:
        return Clock(begin, end, impossible=True)
    if part.anchor or other.anchor:
        return replace(part if part.anchor else other, begin=begin, end=end)
    if not part.part and (first.point or second.point):
        return None
    options = tuple(_overlaps(part, other))
    return replace(other, begin=begin, end=end, options=options, part=other.part) if options else None


def _overlaps(part: Clock, other: Clock) -> Iterator[tuple[int, int]]:
    for low, high in part.options:
        if other.point and part.part:
            low, high = next((wide for wide in _HALVES.values() if wide[0] <= low and high <= wide[1]), (low, high))
        for first, last in other.options:
            if other.point and low <= first <= high:
                yield first, last
            elif not other.point and max(low, first) < min(high, last):
                yield max(low, first), min(high, last)
