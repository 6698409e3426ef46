"""Who a message is about: the name for the request, and for whom it is if not for the writer."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from leads.names import tidy_name
from leads.reading.concerns import mentions_concern
from leads.reading.forms import CORRECTS, FIELDS, WANTS_BOOKING, masked, without_symbols
from leads.reading.whom import CAPITAL, KIN_WORDS, NAME, PRONOUNS, SOMEBODY, both, own_name, pronoun
from leads.understanding import Entity, Segment

_KIN = re.compile(
    r"\b(?:for|behalf of|about|bring|bringing|book(?: in)?)\s+"
    r"(?P<who>(?:my|our|his|her|a)\s+(?:[\w-]+\s+){0,4}?(?:" + KIN_WORDS + r"))\b"
    r"(?:,? (?:called |named |\()?(?P<name>" + NAME + r"))?|\b(?:for"
    r"|on behalf of) (?:somebody|someone|another person|a friend)(?: else)?\b"
    r"|\b(?:it'?s|its|this is|that'?s|it is) (?:actually )?for (?P<them>my (?:[\w-]+\s+){0,3}?(?:"
    + KIN_WORDS
    + r")|somebody else|someone else|him|her|them)\b",
    re.I,
)
_KIN_WANTS = re.compile(
    rf"\b(?P<who>(?:my|our)\s+(?:[\w-]+\s+)?(?:{KIN_WORDS}))"
    r"(?:,? (?P<name>(?-i:[A-Z])[\w'’-]+(?: (?-i:[A-Z])[\w'’-]+){0,2}))?,?"
    r"\s+(?:needs|wants|would like|'?d like|is after|is looking (?:for|to))\s+"
    r"(?:to (?:book|come|have)|(?:an?\s+)?(?:\w+\s+)?(?:consult\w*|appointment|appt|booking|treatment))\b",
    re.I,
)
"""Whoever of the family wishes it himself: "my husband Greg needs an appointment"."""
_THEIR_NAME = re.compile(r"\b(?:his|her|their)(?: \w+)? name\b", re.I)
_AGES_OF_MINORS = ("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen")
_FOR_SELF = re.compile(
    r"\b(?:it'?s|it is|this is|that'?s|book(?:ing)?(?: it)?|consult\w*|appointment|appt|one|actually|only|just) "
    r"for (?:me|myself)\b",
    re.I,
)
_NOT_FOR = re.compile(r"\bnot(?: \w+){0,2}\W*$", re.I)
_MINOR = re.compile(
    r"\b(?:child|kid|toddler|teen(?:ager)?|minor|schoolboy|schoolgirl|underage|under ?18)\b"
    r"|\b(\d{1,2})(?:[\s-]*(?:yrs?|years?)[\s-]*old|\s*y\.?o\b)",
    re.I,
)
_MINOR_AGE = re.compile(
    r"\b(?:he|she|they|who|son|daughter|boy|girl|nephew|niece|brother|sister|i)(?:'s|'re|'m| is| are| am|m"
    rf"|s)?,? (?:only |just |aged? )?(\d{{1,2}}|{'|'.join(_AGES_OF_MINORS)})\b(?!\s*(?:%|percent|am|pm|:|years? ago))",
    re.I,
)
_NAMED_FOR = re.compile(
    r"\b(?:for|under|in the name of)\s+(?P<name>[A-Z][\w'’-]+(?: (?:[A-Z][\w'’-]+|van|von|de|der|da|di|al|bin)){1,3})"
)
_LABEL = re.compile(
    r"(?im)^\W*(?:(?:full|first|last|my|sur)\s*)?name\s*(?:is\b(?! not\b)|:|=|-)\s*(?P<name>[^\n,;]{2,60})$"
    r"|\b(?:full )?name\s*[:=]\s*(?P<also>[^\n,;.]{2,60})"
    rf"|\bname(?:'?s| is) (?:spelt |spelled )?(?P<amid>{CAPITAL}[\w'’-]*(?: {CAPITAL}[\w'’-]*){{0,3}})"
)
_SPELT = re.compile(r"\b(?:name|spell?(?:ed|t|ing)?|spelt)\b|\bwith (?:a|an|two|one|no|double) \w", re.I)
_FILLER = re.compile(
    r"^(?:(?:spelt|spelled|written|just|only|simply|it'?s just|everyone|everybody|people|friends|they|most people"
    r"|my friends)\s+)+(?:calls? me\s+)?",
    re.I,
)
_CAPITALISED = re.compile(r"\b[^\W\d_a-z]\w+")
_ORDINARY = frozenset(
    """
    a about above actually add after again agree all already also always am an and another any anybody anyone
    anything appointment are as ask at away back bad best better book booked booking both but by bye call can
    cancel cant change changed clinic come concern consent consultation contact correct could crown dad date day
    days delete details did do does dont done down each else email end enough erase even ever every everything
    except fact feel fine first for forget free friend from front get give given go going gone good got great
    guess had hair hairline half happy has hate have he hes headllo help her here hers hi him his hold home how
    hurt husband i id ill idea if ill im in info inside instead into is isnt it its ive just keep kind knew know
    later least leave left let like line list little long look looking looks lot mad made mail make many maybe me
    mean meant meet message mind mine mistake mobile money month more morning most mother much mum must my name
    need never new next nice no nobody none nope not nothing now number of off often oh ok okay old on once one
    only oops or other our out over own pain past patch pay people person phone place please pls point prefer
    price private problem put question questions quite rather read ready really reason receding remove request
    right ring said same save say scar scared see seem send sent she shes should show sick sister skip slot so
    some somebody someone something son soon sooner sorry spell spelled spelt spot start still stop stopped store
    stuff stupid such suit sure take talk team tell temples test thank thanks that thats the their theyre them
    then there these they thing things think thinning this those time times tired to today told tomorrow tonight
    too top treatment true try turn two type typed under until up us use used useful very visit wait wanna want
    wants was wasnt way we week weekend well went were what whatever when where which while who why wife will with
    without wont work works worse worth would write wrong yeah year years old yep yes yet you your yours yourself
    private secret anonymous sometime sometimes someday whenever anytime asap early earliest soonest noon midday
    afternoon evening night
    """.split()  # noqa: SIM905
)
_ALSO_NAMES = frozenset(
    """
    will may mark art rich grace hope faith joy rose sunny max bill rob frank jack dawn april june august summer
    autumn sky al di van
    """.split()  # noqa: SIM905
)
_SETTLED = frozenset(
    """
    affirm deny stop start_over clarify refuse_detail greet thanks goodbye book_consultation
    """.split()  # noqa: SIM905
)


_RENAMED = re.compile(
    r"\b(?:change|correct|set|switch|update|make) (?:my |the |his |her )?name to "
    r"(?P<name>(?-i:[A-Z])[\w'’-]+(?: (?-i:[A-Z])[\w'’-]+){0,3})",
    re.I,
)
_NOT_BUT = re.compile(
    rf"\b(?:isn'?t|is not|not|ain'?t) (?P<old>[\w'’-]+),? (?:it'?s |it is |i'?m |but |is )(?P<name>{CAPITAL}[\w'’-]+"
    rf"(?: {CAPITAL}[\w'’-]+){{0,3}})"
    r"|\bname (?:isn'?t|is not|ain'?t) [\w'’-]+,? (?:it'?s|it is|but|is) (?P<low>[\w'’-]+)\W*$"
    rf"|\b(?:it'?s|it is|i'?m|name is) (?P<first>{CAPITAL}[\w'’-]+),? not (?:{CAPITAL}[\w'’-]+)",
    re.I,
)
"""The new one of two names: "my name isn't Pat it's Patricia", "it's Jon, not John"."""
_CALL_ME = re.compile(
    rf"\b(?:calls? me|known as|i go by|goes by)\s+(?P<name>{CAPITAL}[\w'’-]*(?: {CAPITAL}[\w'’-]+){{0,2}})", re.I
)
_LETTER = re.compile(r"\W*(?:it'?s |i'?m |just |my name is )?(?P<letter>[a-z])\W*", re.I)
_NO_NAMES = frozenset("ynkxru")
"""Letters that rather say yes, no, okay, or stand for a kiss, "are" or "you"."""
_INSTEAD = re.compile(
    r"[\s,.;:-]+(?:no,? (?:wait|sorry|make (?:that|it)|actually)|wait,?(?: no)?|sorry|actually|i mean|make (?:that|it)"
    r"|scratch that|or rather|correction|oops|no)\b[\s,.;:-]+(?:(?:i'?m|it'?s|it is|that'?s|put|make (?:it|that))\s+)?"
    r"(?P<name>(?-i:[A-Z])[\w'’-]+(?: (?-i:[A-Z])[\w'’-]+){0,3})",
    re.I,
)
_NAMES_A_FIELD = re.compile(
    r"\b(?:phone|number|no|mobile|mob|cell|tel|telephone|landline|whats ?app|e-?mail|mail|address|contact|digits?)\b",
    re.I,
)


@dataclass(frozen=True)
class Person:
    """What a message says about people; None and False where it says nothing."""

    name: str | None = None
    someone_else: str | None = None
    asker: str | None = None  # who writes, where that is not the person it is for
    for_self: bool = False
    minor: bool = False


def read_person(
    plain: str,
    rest: str,
    remarks: str,
    names: Sequence[Entity],
    others: Sequence[Entity],
    asked: str | None,
    told: Sequence[Segment],
    *,
    booking: bool,
    other: bool = False,
    second: str | None = None,
) -> Person:
    """Read `plain` (questions blanked), `rest` (phones, addresses and times too) and `remarks` (all but what asks).

    `told` are the segments that tell something; `booking`: names without an introduction count, because one is due.
    `other`: the request is for somebody else; `second`: the name of a second person who is told of beside the writer.
    """
    others = [one for one in others if _is_for(plain, one.start, one.end)]
    kin = next(
        (one for one in (*_KIN.finditer(plain), *_KIN_WANTS.finditer(plain)) if _is_for(plain, *one.span())), None
    )
    who = others[0].value if others else _whom(kin) if kin else None
    who = _told_whom(who)
    pair = both(plain)
    topics = {segment.topic for segment in told}
    about = bool(who) or asked == "name" or booking or bool(topics & {"book_consultation", "inform"})
    minor = about and (is_minor(remarks) or is_minor(plain))
    elsewhere = other or bool(who or pair or _THEIR_NAME.search(plain))
    own = None if _FOR_SELF.search(plain) and not pair and who is None else own_name(plain, names, elsewhere=elsewhere)
    asker = _fit(own.name) if own else None
    if own and asker:
        rest = masked(rest, [own.span])
    if own and own.kin and not other:  # "I'm Cy's sister Jane, doing this for him"
        who = who or pronoun(plain) or SOMEBODY
    names = [
        one
        for one in names
        if not (asker and _fit(one.value) in (asker, *asker.split())) and not (second and one.value in second)
    ]
    for_both = bool(pair or (who and _FOR_SELF.search(plain)))
    name = _put_right(plain) or (tidy_name(kin["name"]) if kin and kin["name"] and not for_both else None)
    name = name or _from_entities(plain, names, others) or _labelled(plain)
    if name is None and asked == "name":
        name = _whole_answer(rest, told)
    elif name is None and "correct_detail" in topics:
        name = _corrected(rest)
    if booking and asked != "name" and (name is None or " " not in name):
        bare = next(_bare_names(rest), None)
        name = bare if name is None or (bare and name in bare.split()) else name
    name = name and (_taken_back(plain, name) or name)
    if name and (name == second or (own and own.kin and name in own.name)):
        name = None
    if pair or _FOR_SELF.search(plain):
        return Person(name=asker or name, someone_else=who or pair, for_self=True, minor=minor)
    if asker is None and kin and kin["name"] and name and booking:
        noted = next(_bare_names(rest), None)  # "for my dad Ron Lee ... Ann Lee, 07700 900321": whose number it is
        asker = noted if noted and noted != name else None
    return Person(name=name if name != asker else None, someone_else=who, asker=asker, minor=minor)


def _is_for(plain: str, start: int, end: int) -> bool:
    """No "not for my wife", and no "for my daughter's wedding", but "for my son's hairline"."""
    of_them = re.match(r"['’]s\b", plain[end:])
    return not _NOT_FOR.search(plain[:start]) and not (of_them and not mentions_concern(plain[end : end + 40]))


def _whom(kin: re.Match[str]) -> str:
    return kin["who"] or kin.groupdict().get("them") or SOMEBODY


def _told_whom(who: str | None) -> str | None:
    """Whom words name: "my dad", or "him", or that it is somebody else; never a whole sentence."""
    words = re.sub(r"^(?:for|on behalf of)\s+", "", who.strip(), flags=re.I) if who else ""
    if words.lower() in PRONOUNS:
        return words.lower()
    return SOMEBODY if re.match(r"(?:some|any)(?:body|one)\b|another person\b|me$", words, re.I) else words or None


def _from_entities(plain: str, names: Sequence[Entity], others: Sequence[Entity]) -> str | None:
    if not names:
        return None
    if CORRECTS.search(plain):
        best = names[-1]
    elif others:
        best = min(names, key=lambda name: abs(name.start - others[0].end))
    else:
        best = max(names, key=lambda name: (len(name.value.split()) > 1, -name.start))
    return _fit(best.value)


def _taken_back(plain: str, name: str) -> str | None:
    """ "I'm Sam Field, no wait, Samuel Field": the name that takes the place of the one before it."""
    place = plain.lower().find(name.lower())
    later = _INSTEAD.match(plain, place + len(name)) if place >= 0 else None
    return _fit(later["name"]) if later else None


def names_itself(text: str) -> bool:
    """ "Call me Al, everybody does": a name, no wish for a call."""
    return bool(_CALL_ME.search(text))


def _put_right(plain: str) -> str | None:
    """ "My name isn't Pat it's Patricia": the new one of two."""
    found = _NOT_BUT.search(plain)
    words = next((found[group] for group in ("name", "low", "first") if found[group]), None) if found else None
    return _fit(words) if words and not mentions_concern(words) else None


def _labelled(plain: str) -> str | None:
    for pattern in (_RENAMED, _LABEL, _NAMED_FOR, _CALL_ME):
        found = pattern.search(plain)
        name = _fit(next(filter(None, found.groups()))) if found else None
        if name and not mentions_concern(name):
            return name
    return None


def _fit(words: str) -> str | None:
    """The name in these words; None where they are rather a remark."""
    words = _FILLER.sub("", without_symbols(words).strip())
    if words.lower() in _ALSO_NAMES and words[0].isupper():
        return words
    name = tidy_name(words)
    if name is None or name.lower().endswith("'s"):
        return None
    pieces = [word.strip(".,!'").lower().replace("'", "") for word in re.split(r"[\s-]+", words.strip()) if word]
    ordinary = [word for word in pieces if word in _ORDINARY and word not in _ALSO_NAMES]
    kept = {word.strip(".,").lower().replace("'", "") for word in name.split()}
    standing = [word for word in ordinary if word in kept]
    if not standing or (len(kept) > 1 and len(standing) == 1 and name in words and name.istitle()):
        return name
    return None


def _whole_answer(rest: str, told: Sequence[Segment]) -> str | None:
    """The answer to "what is your name?" where the engine saw no name in it; one letter may be all there is."""
    letter = _LETTER.fullmatch(rest)
    if letter and letter["letter"].lower() not in _NO_NAMES:
        return letter["letter"].upper()
    spoken = [segment for segment in told if not (segment.topic in _SETTLED and segment.is_sure)]
    if not spoken:
        return None
    if all(segment.topic == "out_of_scope" and segment.is_sure for segment in spoken):
        introduced = _FILLER.match(rest.strip())
        words = _FILLER.sub("", rest.strip()).split()
        if not introduced and any(word[:1].islower() for word in words):
            return None
    pieces = [rest, *(rest[s.start : s.end] for s in spoken), *re.split(r"[,.;!\n]|\band\b", rest)]
    return next((name for name in map(_fit, pieces) if name and not mentions_concern(name)), None)


def _corrected(rest: str) -> str | None:
    """ "sorry, that is Catherine with a C", "the name should be Ann": a name where the words say that one follows."""
    if not _SPELT.search(rest) and not _CAPITALISED.search(rest.strip()[1:]):
        return None
    if any(pattern.search(rest) for field, pattern in FIELDS.items() if field != "name"):
        return None
    words = re.sub(r"^.*?\b(?:name|it|that|this)(?:'s| is| should be| to)\b", "", rest, flags=re.I | re.S)
    return _fit(words) or _fit(rest)


def _bare_names(rest: str) -> Iterator[str]:
    """Names that stand for themselves in a note ("Priya Patel 07700 900321, thinning"), the surest first."""
    noted = bool(re.search(r" {6,}", rest))  # a phone or an address was here
    wished = WANTS_BOOKING.search(rest) is not None
    cleaned = WANTS_BOOKING.sub(lambda m: "," + " " * (len(m[0]) - 1), rest)
    chunks = [
        re.sub(r"\s+(?:here|speaking)$", "", chunk.strip(" -:"))
        for chunk in re.split(r"[,.;:!?/|\n()]| {3,}|\b(?:it's|and|my|for|pls|please)\b", cleaned)
    ]
    for chunk in chunks:
        words = chunk.split()
        cased = bool(words) and all(
            word[0].isupper() or word in ("van", "von", "de", "der", "da", "di", "al", "bin", "la", "le", "del")
            for word in words
        )
        if (
            not 1 <= len(words) <= 4
            or mentions_concern(chunk)
            or _NAMES_A_FIELD.search(chunk)  # "my whatsapp number is 07700 ..."
            or (len(words) == 1 and not noted and not (wished and chunk is not chunks[0]))
        ):
            continue
        if not (cased or (noted and len(words) in (2, 3) and chunk.islower())):
            continue
        name = _fit(chunk)
        if name:
            yield name


def is_minor(text: str) -> bool:
    for pattern in (_MINOR, _MINOR_AGE):
        for match in pattern.finditer(text):
            age = match[1] if match.lastindex else None
            if age is None or age.lower() in _AGES_OF_MINORS or (age.isdigit() and int(age) < 18):
                return True
    return False
