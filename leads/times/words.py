"""The words of a message: shorthand, typos and dictation made regular, what only looks like a time taken out.

Everything here keeps track of where each character came from, so that the visitor's own wording can be quoted.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches

WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
WEEKDAY = f"(?:{'|'.join(WEEKDAYS)})"
MONTH = f"(?:{'|'.join(MONTHS)})"
HOURS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
HOUR = f"(?:{'|'.join(HOURS[1:])})"
NOISE = "§"
LONGEST = 1500
"""Characters of a message that are read: no preferred time stands behind a page of pasted text."""

_HINT = re.compile(
    r"\d|\b(?:(?:mon|tue|wed|thu|thr|fri|sat|sun|fir)(?:s|day|days|n?e?sdays?|rs?|urdays?)?\b"
    r"|[mtwfs][a-z]{1,7}(?:d[aei]{0,2}y|dya|ay|iy)(?:'?s)?\b|week|wk|mo?nth"
    r"|mo?rn|mrng|mng|noon|midnight|midday|forenoon|after\s?noon|eves?\b|evenin|evn"
    r"|night|nite|ton[ai]|2nite|lunch|a\.?m\b|p\.?m\b|arvo|avo\b|aft|later|asap|soon"
    r"|earl|whenever|when ever|whatever"
    r"|whichever|never|always|everyday|any|all (?:day|week|the same)|o'? ?clock|to?d[a]?y"
    r"|2day|to?m+[aeo]?r|tomoz|tm[rw]|y'?e?ste?r|yday|fortn|forthn|ch?rist?mas|xmas"
    r"|easter|good fri|boxing"
    r"|new year|when (?:you|u|they|it) open|opening|next|nxt|nex\b|year|you close|clos(?:e of|ing t)|thanksg"
    r"|hallow|valent"
    r"|mother'?s|father'?s|memorial|labou?r|bank hol|public hol|national hol|tea ?time"
    r"|school h|(?:after|before|post|pre) (?:my |the )?(?:work|school|office|college"
    r"|uni)|work(?:ing)? ?day|days?\b|end of|eod|cob|first|last|flexible|easy|either"
    r"|choose"
    r"|you (?:decide|pick)|(?:don'?t|do not) (?:really )?(?:mind|care)|doesn'?t|does not|no (?:real "
    r"|particular )?pref|not (?:fussed|bothered|fussy|picky)|up to you|straight|right away"
    r"|immed|sooner"
    r"|jan|feb|mar(?:ch)?\b|apr|may\b|june?\b|july?\b|aug|sept?\b|september|oct|nov"
    r"|dec(?:\b|em)|spring|summer|autumn|winter|in the fall|business days?|mid\b|mid[wdma]"
    r"|middle|late\b|end\b|begin|start"
    r"|(?:second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twel"
    r"|thirt|twent)|quarter|half|possible|available|fifteen|forty"
    r"|(?:at|after|before|by|around|past|to|till|until|between|and|about|do|say) (?:one"
    r"|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b"
    r"|(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)[ -]?(?:ish|am|pm)\b|l8r|bst\b)"
)


def may_name_a_time(message: str) -> bool:
    """Whether a message can name a time at all; what has no such word or digit is not read further. Microseconds."""
    return _HINT.search(message[:LONGEST].lower().replace("\u2019", "'")) is not None


_MEANT = {
    "mons": "mondays", "tue": "tuesday", "tues": "tuesday", "tus": "tuesday", "weds": "wednesday",
    "thu": "thursday", "thur": "thursday", "thurs": "thursday", "thrs": "thursday", "fri": "friday",
    "fris": "fridays", "tmrw": "tomorrow", "tmw": "tomorrow", "tmr": "tomorrow", "tmrow": "tomorrow",
    "tmoro": "tomorrow", "tomoro": "tomorrow", "tomoz": "tomorrow", "tomorow": "tomorrow",
    "tomorro": "tomorrow", "tommorow": "tomorrow", "tommorrow": "tomorrow", "tomorrrow": "tomorrow",
    "tomarrow": "tomorrow", "tomorrows": "tomorrow", "2moro": "tomorrow", "2morrow": "tomorrow",
    "2mrw": "tomorrow", "2morro": "tomorrow", "2day": "today", "tday": "today", "2nite": "tonight",
    "2night": "tonight", "tonite": "tonight", "ystrdy": "yesterday", "yday": "yesterday", "midday": "noon",
    "midday's": "noon", "mornin": "morning", "morn": "morning", "mrng": "morning", "mng": "morning",
    "avo": "afternoon", "arvo": "afternoon", "aft": "afternoon", "aftn": "afternoon", "afternon": "afternoon",
    "afernoon": "afternoon", "aftenoon": "afternoon", "afternoom": "afternoon", "eve": "evening",
    "eves": "evenings", "evng": "evening", "evenin": "evening", "evning": "evening", "nite": "night",
    "nxt": "next", "nex": "next", "wk": "week", "wks": "weeks", "wkend": "weekend", "wknd": "weekend",
    "wkends": "weekends", "wknds": "weekends", "wkday": "weekday", "wkdays": "weekdays",
    "fortnite": "fortnight", "forthnight": "fortnight", "forenoon": "morning", "xmas": "christmas",
    "chrismas": "christmas", "christmass": "christmas", "feb": "february", "apr": "april", "jun": "june",
    "jul": "july", "aug": "august", "sep": "september", "sept": "september", "oct": "october",
    "nov": "november", "dec": "december", "febuary": "february", "feburary": "february", "wensday": "wednesday",
    "wendsday": "wednesday", "febr": "february", "til": "until", "'til": "until", "untill": "until",
    "lunchtime": "lunch", "lunchtimes": "lunch", "teatime": "tea time", "oclock": "o'clock",
    "aswell": "as well", "anyday": "any day", "thursdy": "thursday", "bst": "", "gmt": "", "ist": "",
    "pm's": "pm",
}  # fmt: skip
_NOT_WEEKDAYS = frozenset(
    ["someday", "midday", "mayday", "workday", "weekday", "weekdays", "workdays", "midweek", "satay", "sturdy"]
)
_UNITS = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"]
_TEENS = [
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
]
_TWENTIES = ["nineteenth", "twentieth", *(f"twenty {one}" for one in _UNITS), "thirtieth", "thirty first"]
_ORDINALS = [*_UNITS, *_TEENS, *_TWENTIES]
_MINUTES = {
    "five": 5, "oh five": 5, "ten": 10, "quarter": 15, "a quarter": 15, "fifteen": 15, "twenty": 20, "twenty five": 25,
    "half": 30, "thirty": 30, "forty": 40, "forty five": 45, "fifty": 50,
}  # fmt: skip
_COUNTED = (
    r"(?:years?|yrs?|yo|y/o|months?|weeks?|days?|hours?|minutes?|mins?|seconds?|secs?"
    r"|sessions?|treatments?|appointments?|visits?|grafts?|times?"
    r"|people|persons?|kids?|children|cm|mm|inch(?:es)?|kg|lbs?|stone|%|percent|pounds?"
    r"|quid|dollars?|euros?|rupees?|rs|k|grand|hairs?"
    r"|follicles?|questions?|things?|points?|per|of (?:my|the|your|his|her|them|us)|patch(?:es)?|scars?|stars?)"
)
_NUMBER = (
    rf"(?:\d+(?:[.,]\d+)?|{'|'.join(HOURS)}|a few|few|several|a couple of|couple of"
    r"|some|many|how many|fifteen|twenty|thirty|forty)"
)


@dataclass(frozen=True)
class Wording:
    """A regular form of a message. `origin[i]` is where its i-th character stands in the message itself."""

    text: str
    origin: tuple[int, ...]

    @classmethod
    def of(cls, message: str) -> "Wording":
        """The message in lower case, with plain digits, dashes and quotes; a line break separates like a comma."""
        pieces = [_plain(char) for char in message[:LONGEST]]
        origin = [at for at, piece in enumerate(pieces) for _ in piece]
        return cls("".join(pieces), (*origin, min(len(message), LONGEST)))

    def sub(self, pattern: re.Pattern[str], new: str | Callable[[re.Match[str]], str]) -> "Wording":
        """As `re.sub`, and the places stay right."""
        pieces: list[str] = []
        origin: list[int] = []
        done = 0
        for match in pattern.finditer(self.text):
            put = match.expand(new) if isinstance(new, str) else new(match)
            pieces += [self.text[done : match.start()], put]
            origin += self.origin[done : match.start()]
            origin += self._origins(match, put)
            done = match.end()
        if not pieces:
            return self
        return Wording("".join(pieces) + self.text[done:], (*origin, *self.origin[done:]))

    def _origins(self, match: re.Match[str], put: str) -> list[int]:
        """Places of the characters of a replacement: what it begins and ends with as before keeps its own."""
        begin, end = match.span()
        same = _shared(match[0], put)
        tail = _shared(match[0][same:][::-1], put[same:][::-1])
        middle = self.origin[begin + same] if begin + same < end else self.origin[begin]
        return [
            *self.origin[begin : begin + same],
            *[middle] * (len(put) - same - tail),
            *self.origin[end - tail : end],
        ]

    def place(self, begin: int, end: int) -> tuple[int, int]:
        """Where a piece of this wording stands in the message."""
        return self.origin[begin], self.origin[end]


def _shared(one: str, two: str) -> int:
    """How many characters both begin with."""
    return next((at for at, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))


def _plain(char: str) -> str:
    if char in "\n\r":
        return ","
    if char.isspace():
        return " "
    if char.isdigit():
        value = unicodedata.decimal(char, None)
        return str(value) if value is not None else char
    if char in "’‘`´ʼ":
        return "'"
    if char in "–—‒−‐‑":
        return "-"
    if ord(char) < 128:
        return char.lower()
    plain = unicodedata.normalize("NFKC", char).lower()
    return plain if len(plain) == 1 else char


def _blank(match: re.Match[str]) -> str:
    return NOISE * len(match[0])


def _blank_number(match: re.Match[str]) -> str:
    """Phone and card numbers are no times; dates in digits and pairs of times are kept."""
    run = match[0]
    digits = re.sub(r"\D", "", run)
    dated = re.match(r"(?:\d{4}-\d\d-\d\d|\d{1,2}[-.]\d{1,2}[-.]\d{4}|[012]\d[0-5]\d ?- ?[012]\d[0-5]\d)(?!\d)", run)
    if dated:
        rest = run[dated.end() :]
        return dated[0] + (NOISE * len(rest) if sum(char.isdigit() for char in rest) > 4 else rest)
    long_group = re.search(r"\d{5,}", run)
    return _blank(match) if long_group or len(digits) >= 9 or (run[0] in "+(" and len(digits) >= 7) else run


def _mend_word(match: re.Match[str]) -> str:
    word = match[0]
    return _MEANT.get(word, word)


def _mend_weekday(match: re.Match[str]) -> str:
    """ "wedensday", "thrusday": the weekday a word most resembles."""
    word = match[0]
    if word in WEEKDAYS or word.rstrip("s") in WEEKDAYS or word in _NOT_WEEKDAYS:
        return word
    close = get_close_matches(word.rstrip("s"), WEEKDAYS, n=1, cutoff=0.75)
    return close[0] if close else word


def _mend_month(match: re.Match[str]) -> str:
    word = match[0]
    close = [] if word in MONTHS else get_close_matches(word, MONTHS, n=1, cutoff=0.82)
    return close[0] if close else word


def _hour(word: str) -> int:
    return HOURS.index(word) if word in HOURS else int(word)


def _past_or_to(match: re.Match[str]) -> str:
    """ "Quarter to four" as 3:45, "ten past 2" as 2:10."""
    minutes = _MINUTES.get(match[1]) or int(match[1])
    hour = _hour(match[3])
    if match[2] in ("past", "after"):
        return f"{hour}:{minutes:02}"
    return f"{hour - 1 or 12}:{60 - minutes:02}"


def _spoken_minutes(match: re.Match[str]) -> str:
    return f"{_hour(match[1])}:{_MINUTES[match[2].replace('-', ' ')]:02}"


def _ordinal_number(match: re.Match[str]) -> str:
    return f"{_ORDINALS.index(match[1].replace('-', ' ')) + 1}th"


def _before(match: re.Match[str]) -> str:
    return match.string[: match.start()]


def _after(match: re.Match[str]) -> str:
    return match.string[match.end() :]


_ASKS_FOR_DAY = re.compile(
    r"(?:^|[,/&+(:;.!?-] ?|day |\b(?:on|this|next|or|and|for|any|to|coming|maybe|not"
    r"|every|only|say|mean|sorry|no|do|but|a|in|from|until|till"
    r"|by|after|before|except|either|both|saturday|can|come|about|make it|perhaps|ideally"
    r"|preferably|possibly|late|early|last|first) |\d ?|[ap]m |noon |morning |afternoon "
    r"|evening )$"
)
_GOES_ON_AS_DAY = re.compile(
    r" ?(?:$|[,;!?/&).-]|\d|(?:at|am|pm|the|only|if|pls|please|next|in the|is|would"
    r"|works|from|lunch|before|after|but|noon|half|week|then"
    rf"|morning|afternoon|evening|night|(?:or|and|to) (?:mon|tue|wed|thu|fri|sat|sun"
    rf"|the|next)|{WEEKDAY}|{MONTH})\w*\b)"
)
_CLEARLY_DAY = re.compile(
    r" ?(?:\d|(?:am|pm|morning|afternoon|evening|night|at \d|the \d|lunch|noon)s?\b"
    r"|[/&-] ?(?:sun|mon|sat|fri))"
)
_SHORT_DAYS = {"mon": "monday", "wed": "wednesday", "sat": "saturday", "sun": "sunday"}
_NO_DAY_BEFORE = {
    "mon": re.compile(r"(?!)"),
    "wed": re.compile(r"\b(?:getting|to|be|newly|we|just|got|they|when i) $"),
    "sat": re.compile(r"\b(?:i|he|she|we|have|had|been|just|the one|is|was|and) $"),
    "sun": re.compile(r"\b(?:the|hot|of|much|in|to|full|direct|strong|and|from|sea) $"),
}
_NO_DAY_AFTER = {
    "mon": re.compile(r" ami\b"),
    "wed": re.compile(r" (?:in|last|him|her)\b"),
    "sat": re.compile(
        r" (?:down|here|there|nav|next|by|with|my|back|still|up|on (?!the \d|sun)|in (?!the"
        r"|dec|jan))"
    ),
    "sun": re.compile(
        r"[ -](?:damage|burn|cream|block|screen|exposure|bed|tan|light|protection|hat|lotion"
        r"|is (?:bad|out|hot|shining)|set|rise|kissed)"
        r"|[ -]?(?:and|or) (?!mon|sat|the \d)"
    ),
}


def _short_weekday(match: re.Match[str]) -> str:
    """ "sat", "sun", "wed" and "mon" are weekdays only where the words around them say so ("sat down", "the sun")."""
    word, before, after = match[1], _before(match), _after(match)
    if _NO_DAY_AFTER[word].match(after):
        return match[0]
    paired = re.search(r"\b(?:saturday|sat|fri|friday|sun|sunday)(?: ?[/&,-] ?| (?:or|and|to) )$", before)
    if not paired and _NO_DAY_BEFORE[word].search(before):
        return match[0]
    asked, goes_on = bool(_ASKS_FOR_DAY.search(before)), bool(_GOES_ON_AS_DAY.match(after))
    either = word in ("mon", "wed") and (asked or goes_on)
    if either or paired or (asked and goes_on) or _CLEARLY_DAY.match(after):
        return _SHORT_DAYS[word] + match[2]
    return match[0]


def _short_month(match: re.Match[str]) -> str:
    """Jan and Mar are also names: months only beside a number or after "in", "next" and the like."""
    dated = re.search(
        r"(?:\d ?|\d(?:st|nd|rd|th) |\b(?:in|of|next|early|mid|late|end|this|till|until"
        r"|by) |^)$",
        _before(match),
    )
    numbered = re.match(r"\.? ?(?:the )?\d", _after(match))
    alone = not _before(match).strip() and _after(match).strip(" .!?")
    if numbered or (dated and not alone):
        return {"jan": "january", "mar": "march"}[match[0]]
    return match[0]


def _question(match: re.Match[str]) -> str:
    """A question about lengths asks, it does not name: taken out to the end of its sentence."""
    end = re.search(r"[?.!]", match[0])
    cut = end.end() if end else len(match[0])
    return NOISE * cut + match[0][cut:]


def _aftermath(match: re.Match[str]) -> str:
    """ "The day after" a treatment, unless a day was just named ("tomorrow or the day after")."""
    return match[0] if re.search(r"(?:day|tomorrow),? (?:or|and|maybe) $", _before(match)) else _blank(match)


def _bare_clock(match: re.Match[str]) -> str:
    """ "1730" as a whole message is a time of day; "1999" and "2015" are years."""
    return match[0] if match[1] in ("19", "20") else f"{match[1]}:{match[2]}"


Step = tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]


def _steps(*steps: tuple[str, str | Callable[[re.Match[str]], str]]) -> list[Step]:
    return [(re.compile(pattern), new) for pattern, new in steps]


_ORDINAL = "|".join(sorted((one.replace(" ", "[ -]") for one in _ORDINALS), key=len, reverse=True))
_AFTER_ORDINAL = (
    r" *(?:$|[,.;!?)/-]|(?:or|and|at|to|in the|if|is|would|please|any|morning|afternoon"
    r"|evening|then|works|no|sorry|after|before|around|actually"
    r"|make)\b)(?!,? (?:available|slot|time))"
)
_LEAD = (
    rf"\b(?:at|by|after|before|around|about|from|until|till|between|past|to|than|for"
    rf"|{WEEKDAY}|tomorrow|today|tonight|morning|afternoon"
    r"|evening) |@ ?"
)
_TO = r" ?(?:-|to|and|until|till) ?"

_LOOKALIKES = _steps(
    (r"(?:https?://|www\.)\S+|[^\s<>,;@]{1,64}@(?!\d)[^\s<>,;@]{2,}", _blank),
    (r"(?:\+|\()?\d(?:[ ().-]{0,2}\d){6,}", _blank_number),
    (r"\d{5,}", _blank),
    (r"\b(?!at|by|to|on)[a-z]{1,2}\d[a-z\d]? ?\d(?!am|pm|nd|rd|th|st)[a-z]{2}\b", _blank),  # postcodes
    (r"[£$€₹] ?\d[\d.,]*k?|\b(?:rs|inr|usd|gbp|aud)\.? ?\d[\d.,]*", _blank),
    (
        r"\b(?:norwood|grade|number|no\.|nr|size|level|stage|type|class|room|flat|floor"
        r"|unit|option|guard)\s?\d+(?: ?(?:-|to|or) ?\d+)?\b",
        _blank,
    ),
    (r"\b(?:good|lovely|nice|great|wonderful) (?:morning|afternoon|evening|night|day|weekend|week)\b", _blank),
    (
        r"^(?:morning|afternoon|evening)\b(?: all| everyone| there| folks| guys| team| sir"
        r"| madam)?(?=\s*[,!.]\s*\w)(?!, ?(?:afternoon|evening|any|or|pref|ideal|if))",
        _blank,
    ),
    (r"\bon (?:nights|lates|earlies)\b", _blank),
    (r"\b24/7\b|\b50/50\b|\b7 days a week\b|\bany questions?\b", _blank),
)
_TYPING = _steps(
    (r"\b[a-z0-9']+\b", _mend_word),
    (r"\b[mtwfs][a-z]{2,8}(?:d[aei]{0,2}y|dya|[ai]y)s?\b", _mend_weekday),
    (r"\b(?:jan|feb|sep|oct|nov|dec|ocot)[a-z]{4,8}\b", _mend_month),
    (r"\bmid[ -]day\b|\b12 ?noon\b|\b12 midday\b", "noon"),
    (r"\b(mon|wed|sat|sun)(s?)\b", _short_weekday),
    (r"(?<![a-z])(?:jan|mar)\b", _short_month),
    (rf"(?<=\d)({MONTH})\b", r" \1"),
    (rf"\b({MONTH})\.", r"\1 "),
    (rf"(?<=\d)\. ?(?={MONTH})", " "),
    (r"(?<=\d\d\d\d-\d\d-\d\d)t(?=\d)", " "),
    (r"\btonight\b", "today night"),
    (rf"\b({MONTH})(?=\d)", r"\1 "),
    (rf"\b({WEEKDAY})\.(?= ?\w)", r"\1 "),
    (
        rf"\b({WEEKDAY})'s (?=better|good|fine|best|ok|great|not|no|out|easier|easiest|perfect"
        rf"|a|ideal)",
        r"\1 is ",
    ),
    (rf"\b({WEEKDAY})'s\b", r"\1s"),
    (r"\b(?:what|how) about\b", "say"),
    (rf"\b({_ORDINAL})(?= (?:of (?:the month|next month|this month|{MONTH})|{MONTH})\b)", _ordinal_number),
    (rf"(?<=\bthe )({_ORDINAL})(?={_AFTER_ORDINAL})", _ordinal_number),
    (rf"(?<=day )({_ORDINAL})(?={_AFTER_ORDINAL})", _ordinal_number),
    (rf"(?<=day the )({_ORDINAL})\b", _ordinal_number),
    (rf"\b({MONTH}) (?:the )?({_ORDINAL})\b", lambda m: f"{m[1]} {_ORDINALS.index(m[2].replace('-', ' ')) + 1}"),
)
_CLOCKS = _steps(
    (rf"\b({HOUR}) (fifteen|thirty|forty[ -]five|oh five)\b", _spoken_minutes),
    (rf"(?<=at )({HOUR}) (ten|twenty|forty|fifty)\b", _spoken_minutes),
    (r"(?<=\d) ?([ap])\.? ?m\b\.?(?!')", r"\1m"),
    (rf"\b({HOUR}) ([ap])\.? ?m\b\.?(?! (?:i|not|a|interested|looking)\b)", r"\1 \2m"),
    (r"\b([ap])\.m\.?(?=\W|$)", r"\1m"),
    (r"\bo'? ?clock\b", "o'clock"),
    (r"(?<=:\d\d) ?(?:hours|hrs|h|uhr)\b", ""),
    (r"\bat (?:the )?(\d{1,2}) ?(?:hours|hrs|uhr)\b", r"at \1:00"),
    (rf"\b(\d{{1,2}})\.(00|15|30|45)(?= (?:{WEEKDAY}|tomorrow|today|on|in the|this|next|please)\b)", r"\1:\2"),
    (
        rf"\b(five|ten|twenty five|twenty|a quarter|quarter|half|\d{{1,2}}) ?(?:minutes "
        rf"|mins )?(past) (\d{{1,2}}|{HOUR})\b(?!:)",
        _past_or_to,
    ),
    (
        rf"(?<!from )(?<!between )\b(five|ten|twenty five|twenty|a quarter|quarter) ?(?:minutes "
        rf"|mins )?(to|till|before) (\d{{1,2}}|{HOUR})\b(?!:)",
        _past_or_to,
    ),
    (rf"\b(a quarter|quarter) (after|of) (\d{{1,2}}|{HOUR})\b", _past_or_to),
    (rf"\bhalf[ -](\d{{1,2}}|{HOUR})(?:ish)?\b(?! ?{_COUNTED})", lambda m: f"{_hour(m[1])}:30"),
    (r"\b(\d{1,2})\.(\d{2})(?= ?(?:am|pm)\b)", r"\1:\2"),
    (rf"\b(\d{{1,2}})[.;](\d{{2}})(?={_TO}\d{{1,2}}[.:]\d\d\b)", r"\1:\2"),
    (rf"((?:{_LEAD})(?:at |around |about )?)(\d{{1,2}})[.;]([0-5]\d)\b(?![.\d])", r"\1\2:\3"),
    (r"^\s*(\d{1,2})[.](00|15|30|45)(?=[\s!?]*$)", r"\1:\2"),
    (
        r"(\b(?:make|put|move|change|say|do|book|try)(?: (?:it|that|me))?(?: (?:for|to|in))? )(\d{1,2})[.]([0-5]\d)\b"
        r"(?![.\d]|,\d| ?(?:%|k|percent|pounds|quid|mm|cm))",
        r"\1\2:\3",
    ),
    (
        r"(?<![\d.,£$€:])\b(\d{1,2})[.]([0-5]\d)(?= (?:instead|rather|then|please|pls|works|would|is (?:better"
        r"|fine|good"
        r"|ok|best)|suits)\b)",
        r"\1:\2",
    ),
    (rf"(?<=:\d\d)({_TO})(\d{{1,2}})\.(\d\d)\b", r"\1\2:\3"),
    (r"(?<![\d:/.-])([01]\d|2[0-3])([0-5]\d) ?(?:hrs?|hours|h)\b", r"\1:\2"),
    (r"\b([01]\d|2[0-3])([0-5][05])( ?(?:-|to) ?)([01]\d|2[0-3])([0-5][05])\b", r"\1:\2\3\4:\5"),
    (
        rf"((?:{_LEAD})(?:at |around |about )?)([01]?\d|2[0-3])([0-5]\d)(?=(?!\d)\b| ?[ap]m\b)(?!/"
        rf"|-\d|,? {MONTH})",
        r"\1\2:\3",
    ),
    (r"\b(1?\d)([0-5]\d)(?= ?[ap]m\b)", r"\1:\2"),
    (r"^\s*([01]\d|2[0-3])([0-5][05])(?=[\s!?.]*$)", _bare_clock),
    (r"\b(\d{1,2})h(\d{2})?\b", lambda m: f"{m[1]}:{m[2] or '00'}"),
    (rf"\b(?:around |about |at )?(\d{{1,2}}(?::\d\d)?(?: ?[ap]m)?|noon|{HOUR})[ -]?ish\b", r"around \1"),
)
_NTH = r"(\d{1,2})(?:st|nd|rd|th)?"
_LISTS = _steps(
    *[
        (
            rf"(?<!between )(?<!between the )(?<!at )(?<!after )(?<!before )\b{_NTH}((?: or "
            rf"| and |, ?|/| & )(?:the )?){_NTH}(?: of)? ({MONTH})\b",
            r"\1 \4\2\3 \4",
        )
    ]
    * 2,
    (
        rf"\b({MONTH}) (?:the )?{_NTH}((?: or | and |, ?| & )(?:the )?){_NTH}(?![:\d/]| ?(?:am"
        rf"|pm|o'clock|{MONTH}))",
        r"\1 \2\3\1 \4",
    ),
    (
        r"\btomorrow,? or the (?:next day|day after|following day|one after)\b(?! tomorrow)",
        "tomorrow or the day after tomorrow",
    ),
    (r"\btoday,? or the (?:next day|day after|following day)\b", "today or tomorrow"),
    (
        rf"\b({WEEKDAY}),? or the (?:next day|day after|following day)\b",
        lambda m: f"{m[1]} or {WEEKDAYS[(WEEKDAYS.index(m[1]) + 1) % 7]}",
    ),
)
_COUNTS = _steps(
    (r"\b(?:in (?:my|his|her|their) )?(?:early |mid |late )?\d0'?s\b", _blank),
    (
        r"\b(?:i'?m|i am|he'?s|he is|she'?s|she is|aged?(?: of)?|turning|turned|age:?)(?: now"
        r"| only| just)? \d{2}\b(?! ?(?:am|pm|:|o'clock|st|nd|rd|th))",
        _blank,
    ),
    (
        r"\b(?:started|began|los\w+|bald\w*|thinning|noticed)\b[^,.;!?]{0,30}\bat (?:about "
        r"|around )?\d{1,2}\b(?! ?(?:am|pm|:))",
        _blank,
    ),
    (
        rf"\b{_NUMBER}(?: ?(?:-|to|or) ?{_NUMBER})?[ -]?(?:years?|yrs?|months?|weeks?|days?"
        rf"|hours?) (?:ago|old|back|apart|after(?! tomorrow)|since|now)\b",
        _blank,
    ),
    (
        rf"(?<!in )(?<!within )\b(?:for|over|about|around|after|past|last|every|takes?|lasts?"
        rf"|roughly|up to|at least|more than|less than) (?:the (?:last|past) |about |around )?"
        rf"{_NUMBER}(?: ?(?:-|to|or) ?{_NUMBER})? ?{_COUNTED}\b",
        _blank,
    ),
    (
        rf"(?<!in )\b{_NUMBER}(?: ?(?:-|to|or) ?{_NUMBER})? ?(?:hours?|minutes?|mins?|seconds?"
        rf"|sessions?|treatments?|appointments?|visits?|grafts?|times?"
        r"|years?|yrs?|people|kids|children|cm|mm|inch(?:es)?|kg|%|percent|pounds?|quid"
        r"|dollars?|rupees?|hairs?|patch(?:es)?|scars?|of (?:my|the|your|his|her|them|us))\b",
        _blank,
    ),
    (
        r"\bsince (?!i\b|we\b)(?:last |the )?\w+\b|\bin (?:19|20[01])\d\d?\b|\b(?:monthly|weekly|daily"
        r"|fortnightly)\b",
        _blank,
    ),
    (
        r"\b(?:once|twice|times?|days?|sessions?) (?:a|per|every|each) (?:day|week|month"
        r"|year)\b|\b(?:per|every|each) (?:week|month|year)\b",
        _blank,
    ),
    (r"\bhow (?:long|many|soon after|often|much)\b.*", _question),
    (
        r"\b(?:the )?(?:next day|day after|week after|morning after|night before|day before"
        r"|same day|following day)\b(?=\W*$| ?[?.,!;)]| (?:or|if|can|will|is|it|i|my|without"
        r"|and|treatment|a|the session)\b)",
        _aftermath,
    ),
)
_STEPS = _LOOKALIKES + _TYPING + _CLOCKS + _LISTS + _COUNTS


def regular(message: str) -> Wording:
    """The message as the rules for days and clock times expect it."""
    wording = Wording.of(message)
    for pattern, new in _STEPS:
        wording = wording.sub(pattern, new)
    return wording
