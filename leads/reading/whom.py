"""For whom a request is and who asks for it: the writer, somebody of theirs, or both."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from leads.contacts import Found
from leads.understanding import Entity

KIN_WORDS = (
    r"husband|wife|partner|boyfriend|girlfriend|fianc[eé]e?|son|daughter|mum|mom|mother|dad|father|brother"
    r"|sister|friend|mate|boss|employee|employer|colleague|uncle|aunt|nephew|niece|cousin|client|patient|child|kid"
    r"|boy|girl|grandson|granddaughter|grandad|grandfather|grandma|grandmother|nan|neighbou?r|flatmate"
    r"|other half|teenager|staff|worker"
)
CAPITAL = r"(?-i:[A-ZÀ-ÖØ-Þ])"
NAME = rf"(?!i['’]?m\b|i\b)(?:(?:mr|mrs|ms|miss|dr|prof)\.? )?{CAPITAL}[\w'’-]+(?: {CAPITAL}[\w'’-]+){{0,2}}"
PRONOUNS = frozenset(("him", "her", "them"))
SOMEBODY = "somebody else"
"""Whom it is for where only that was said."""

_OWN = re.compile(
    r"\b(?:mine(?:'s| is)|my (?:own |first |full )?name(?:'?s| is)|i'?m|i am|this is)\s+"
    rf"(?P<kin>(?:his|her|their|the|{CAPITAL}[\w-]+['’]s)\s+(?:{KIN_WORDS}),?\s+)?(?P<name>{NAME})?",
    re.I,
)
_SPEAKING = re.compile(rf"\b(?P<name>{NAME}) (?:here|speaking|writing|calling)\b", re.I)
_MENTIONED = re.compile(rf"\bmy (?:(?!and\b)[\w-]+ )?(?:{KIN_WORDS})\b", re.I)
_FOR_PRONOUN = re.compile(r"\b(?:for|on behalf of) (?P<who>him|her|them)\b", re.I)
_HERS = re.compile(r"\b(?:wife|girlfriend|daughter|mum|mom|mother|sister|aunt|niece|girl|gran\w*|nan)\b", re.I)
_HIS = re.compile(
    r"\b(?:husband|boyfriend|son|dad|father|brother|uncle|nephew|boy|grandson|grandad|grandfather)\b", re.I
)

_ONE_OF_MINE = rf"(my (?:\w+ )?(?:{KIN_WORDS}))"
_PAIR = rf"(?:(?:me|myself|i) and {_ONE_OF_MINE}|{_ONE_OF_MINE} and (?:me|i|myself))\b"
_BOTH = re.compile(
    rf"\b(?:for|book|booking) {_PAIR}|\b{_PAIR}"
    r"(?=[\s,]+(?:\w+ ){0,2}?(?:both|each|together|come|book|have|need|want|would|could|can)\b)",
    re.I,
)
"""Two who both wish it: "could me and my brother both come"; no "me and my brother argued about it"."""
_SECOND_NAME = re.compile(
    rf"\b(?:he|she)(?:'s| is)(?: called| named)? (?P<a>{NAME})|\b(?:his|her|their)(?: first| full)? name(?:'?s| is) "
    rf"(?P<b>{NAME})|\bmy (?:\w+ )?(?:{KIN_WORDS})(?:'?s name)?(?: is| called|,|:)? \(?(?P<c>{NAME})",
    re.I,
)
_OF_THEM = rf"(?:him|her|them|my (?:\w+ )?(?:{KIN_WORDS}))\b"
_LABEL_AFTER = re.compile(rf"[\s,]*(?:\(|is )?(?:for )?(?:{_OF_THEM}|(?:his|hers|theirs)\b)", re.I)
_LABEL_BEFORE = re.compile(
    rf"\b(?:his|hers|her|their|my (?:\w+ )?(?:{KIN_WORDS})['’]?s)(?: (?:phone|number|mobile|one))*(?:'s| is)?[\s:]*$",
    re.I,
)


@dataclass(frozen=True)
class Own:
    """The writer's own name and where it was told. `kin`: with what they are to the other, "I'm his uncle Tunde"."""

    name: str
    kin: bool
    span: tuple[int, int]


@dataclass(frozen=True)
class Second:
    """What a message says of the second of two people: a name, a phone, or neither."""

    name: str | None = None
    phone: str | None = None


def own_name(plain: str, names: Sequence[Entity], *, elsewhere: bool) -> Own | None:
    """The writer's own name, where it is not that of whom the request is for.

    `elsewhere`: the message or the request is for somebody else, so that "I'm Carmen" names who asks.
    """
    for found in _OWN.finditer(plain):
        near = next((one.value for one in names if one.start == found.end()), None)
        name = found["name"] or near
        if name and (elsewhere or found["kin"]):
            return Own(name, bool(found["kin"]), (found.start(), found.end() + (0 if found["name"] else len(name))))
    speaking = _SPEAKING.search(plain) if elsewhere else None
    return Own(speaking["name"], False, speaking.span()) if speaking else None


def mentioned(text: str) -> str | None:
    """The one of the writer's people that is spoken of: "my wife's hair is thinning"; None where it is nobody's."""
    found = {one[0].lower(): one[0] for one in _MENTIONED.finditer(text)}
    return next(iter(found.values())) if len(found) == 1 else None


def pronoun(plain: str) -> str | None:
    """ "I'm doing this for him"."""
    found = _FOR_PRONOUN.search(plain)
    return found["who"].lower() if found else None


def meant_by(word: str, before: str | None) -> str:
    """Whom "him", "her" or "somebody" means, if somebody was spoken of before who fits."""
    wrong = {"him": _HERS, "her": _HIS}.get(word)
    return before if before and not (wrong and wrong.search(before)) else SOMEBODY


def both(plain: str) -> str | None:
    """The second person of two who wish to come: "my brother"; None where words speak of one."""
    found = _BOTH.search(plain)
    return next(filter(None, found.groups()), None) if found else None


def read_second(plain: str, phones: Sequence[Found]) -> Second:
    """The second person's name and phone, where words say that they are theirs."""
    named = _SECOND_NAME.search(plain)
    name = next(filter(None, named.groups()), None) if named else None
    theirs = next((found.value for found in phones if found.value and is_theirs(plain, found, phones)), None)
    return Second(name, theirs)


def is_theirs(plain: str, found: Found, phones: Sequence[Found]) -> bool:
    """Whether words beside a phone say that it is somebody else's: "07700 900302 for him", "his is 07700 900302"."""
    begin, end = found.span
    return bool(_LABEL_AFTER.match(_after(plain, end, phones)) or _LABEL_BEFORE.search(plain[:begin]))


def _after(plain: str, end: int, phones: Sequence[Found]) -> str:
    later: Iterator[int] = (one.span[0] for one in phones if one.span[0] >= end)
    return plain[end : min(later, default=len(plain))]
