"""Answers to exactly what was asked, where the answer to the whole topic would be beside the point.

"Are you open on Sundays?" wants no address. What a topic's answer leaves open (parking, a guarantee, what is in the
pigment) is said to be unknown and kept for the clinic, however near the topic is.
"""

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

from leads.clinic import WEEKDAYS
from leads.questions import PERSONAL
from leads.reading import is_question
from leads.reading.people import is_minor
from leads.turn.talk import Talk, joined
from leads.understanding import Segment

# --- what the document and the profile leave open ---------------------------------------------------------------------

_SMP = r"(?:smp|(?:scalp |micro ?-?)?pigment\w*|dots|(?:scalp|hairline) (?:tattoo|work))"
_BAD = (
    r"(?:bad(?:ly)?|botched|awful|terribl[ey]|poor(?:ly)?|horribl[ey]|ruined|messed up|mess|colou?ring book|felt tip)"
)
_TURNED = r"(?:gone?|went|turned|looks?) (?:all )?(?:blue|green|gr[ea]y|purple|fake|dreadful|rubbish|awful|terrible)"
_BY_OTHERS = (
    r"(?:another|other|different|previous|last|old|first"
    r"|(?:some(?:one|body)|(?:other|another) (?:people|place))(?: else)?'?s?)"
    r" (?:\w+ )?(?:clinic|place|studio|artist|practitioner|smp|work|job|guy|dots)"
)
_MENDS = (
    r"(?:fix|correct\w*|repair|rescue|sort (?:it |them )?out|put (?:it |them )?right|go over|cover|redo|save|match)"
)
_MINE = r"\b(?:my|i (?:had|got|paid)|i'?ve (?:had|got|paid)|had (?:it|mine|smp|the dots))\b"
_CORRECTION = (
    rf"\b{_MENDS}\b.{{0,40}}\b{_BY_OTHERS}|\b{_MENDS}\b.{{0,20}}\b{_BAD} (?:\w+ )?{_SMP}\b"
    rf"|^(?!.*\b(?:will|would|does|might) (?:it|smp|the|they|mine)\b).*{_MINE}"
    rf".{{0,40}}(?:\b{_SMP}\b|\b{_BY_OTHERS}).{{0,80}}\b(?:{_BAD}|{_TURNED})\b"
)
_PIGMENT = r"(?:pigments?|inks?|dyes?)"
_MADE = (
    r"(?:(?:what|which|whose) (?:brand|make)|brand|ingredients?|contains?|vegan|halal|organic|metals?|made (?:of|from))"
)


@dataclass(frozen=True)
class Unknown:
    """A kind of question without an answer: its form, what is said, and the topics it may be of where one is sure."""

    key: str
    form: re.Pattern[str]
    topics: frozenset[str]
    told: bool = False  # also where it is told and not asked

    def fits(self, segment: Segment) -> bool:
        """Whether a segment is of this kind: asked, about it, and of no topic that has an answer to it."""
        placed = segment.topic in self.topics or not segment.is_sure
        asked = self.told or is_question(segment.text) or len(segment.text.split()) <= 3
        return placed and asked and bool(self.form.search(segment.text))


def _unknown(key: str, topics: str, form: str, *, told: bool = False) -> Unknown:
    return Unknown(f"utter_unknown_{key}", re.compile(form, re.I | re.S), frozenset(topics.split()), told)


UNKNOWN = (
    _unknown("correction", "removal longevity out_of_scope natural_look touch_ups", _CORRECTION, told=True),
    _unknown(
        "access",
        "clinic_info out_of_scope",
        r"\bpark(?:ing)?\b(?! (?:lane|road|street))|\bstep[- ]?free\b|\bwheel ?chair\b|\bmobility\b|\baccessib\w+\b",
    ),
    _unknown("access", "clinic_info", r"\bdisabled\b|\b(?:lift|elevator|stairs?|steps|ramp)\b"),
    _unknown(
        "consultation",
        "consultation_info",
        r"\b(?:bring|take (?:with|along)|wear)\b|\bvideo\b|\bzoom\b|\bskype\b|\bonline\b|\bremote(?:ly)?\b"
        r"|\bin person\b|\bface to face\b|\bover the phone\b"
        r"|\bwho(?:'ll|'d| will| would| do| am| is)?\b.{0,20}\b(?:see|meet|speak|talk)",
    ),
    _unknown(
        "consultation",
        "out_of_scope",
        r"^\W*(?:is|can|could|do|does|would) .{0,30}\b(?:by|over|via|on) (?:video|zoom|skype|teams)\b",
    ),
    _unknown("guarantee", "longevity out_of_scope", r"\bguarant\w+\b|\bwarrant(?:y|ies)\b|\bmoney[- ]back\b"),
    _unknown(
        "years",
        "longevity",
        r"\b(?:\d+|two|three|four|five|six|seven|eight|ten|fifteen|twenty)\W{0,2}(?:years?|yrs?)\b"
        r"(?! (?:old|ago|younger))",
    ),
    _unknown("between", "sessions", r"\b(?:between|apart|gaps?)\b"),
    _unknown(
        "colour",
        "natural_look longevity out_of_scope",
        r"\b(?:turns?|go(?:es)?|going|fades? to|shows? up|look)\b.{0,15}"
        r"\b(?:blue|green|gr[ea]y|purple|white|ashy|bluish)\b",
    ),
    _unknown("hygiene", "safety", r"\bsteril\w*|\bhygien\w*|\bdisposable\b|\b(?:new|clean) needles?\b"),
    _unknown(
        "pigment",
        "safety out_of_scope how_it_works what_is_smp natural_look practitioner",
        rf"\b{_MADE}\b.{{0,30}}\b{_PIGMENT}\b|\b{_PIGMENT}\b.{{0,30}}\b{_MADE}\b"
        rf"|\bwhat(?:'?s| is| are)? in(?:side)? (?:the|your) {_PIGMENT}\b",
    ),
    _unknown("regulated", "practitioner safety what_is_smp out_of_scope", r"\bregulat\w+\b"),
    _unknown("waiting", "out_of_scope consultation_info sessions clinic_info", r"\bwait(?:ing)?[- ](?:list|times?)\b"),
    _unknown(
        "interpreter",
        "out_of_scope clinic_info consultation_info",
        r"\bsign language\b|\bBSL\b|\binterpreters?\b|\bhearing loop\b",
    ),
    _unknown(
        "beard",
        "out_of_scope",
        r"^(?!.*\b(?:trim\w*|transplant\w*|oil|balm|dye\w*|wax\w*|cut|shave|grow\w*|laser|graft\w*)\b)"
        r".*\b(?:beards?|moustaches?|facial hair)\b",
    ),
)
"""The first that fits is meant. Questions about a visitor's own health are never among them."""

_ABOUT_US = re.compile(
    rf"\b{_SMP}\b|\b(?:(?:the|your|this) clinic|consultations?|appointments?|microneedles?|(?:the|your) treatment)\b",
    re.I,
)
"""What is about treatment or the clinic, be it in none of the topics."""

# --- what the profile answers -----------------------------------------------------------------------------------------

_OPEN = re.compile(r"\b(?:open(?:s|ing)?|clos(?:e|es|ed|ing)|shut|hours|till|until)\b", re.I)
_THERE = re.compile(
    r"^(?!.*\b(?:i|me|my|we)\b).*\b(?:are|do|does|is)\s+(?:you|u|they|it|there|the clinic|anyone|anybody|somebody)\b",
    re.I,
)
_DAY = re.compile(r"\b(mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?s?\b", re.I)
_SOON = re.compile(r"\b(today|tonight|now|at the moment|this evening|tomorrow|tmrw|tomoz)\b", re.I)
_WEEKEND = re.compile(r"\bweek ?ends?\b", re.I)
_CERTAIN_DATE = re.compile(
    r"\b(?:christmas|xmas|easter|new year|bank|holidays?|boxing day|next|week after|jan\w*|feb\w*|march|april|june|july"
    r"|aug\w*|sept\w*|oct\w*|nov\w*|dec\w*)\b|\d(?:st|nd|rd|th)\b|\d/\d",
    re.I,
)
_LENGTH = re.compile(r"\b(?:how (?:long|many min\w*|much time)|length|duration|take long|last)\b", re.I)
_NUMBER = re.compile(
    r"^(?!.*\b(?:my|sessions?|order|reference)\b).*(?:\b(?:phone|tele?phone|tel|contact)\b.{0,12}\b(?:number|no|num)\b"
    r"|\b(?:what'?s?|what is|have you got|give me|need|is there|do you have|which)\b.{0,12}"
    r"\b(?:the|your|ur|a|clinic'?s)\b.{0,8}\bnumber\b(?! of)|\bnumber for the clinic\b"
    r"|\b(?:what|which) number\b.{0,12}\b(?:ring|call|phone|dial)\b|^\W*(?:phone|number|tel)\W*$)",
    re.I | re.S,
)
_OFFERED = re.compile(
    r"^\W*(?:(?:hi|hey|hello|yo|so|and|ok|well)\W+)*(?:(?:do|does|are|is|can)\s+)?"
    r"(?:you|u|ya|y'?all|yous|they|this (?:clinic|place))(?:\s+(?:lot|guys|people|all|actually))*"
    r"\s+(?:do|offer|provide)\s+(?:the\s+)?(?:smp|(?:scalp )?micro ?-?pigmentation|scalp (?:micro ?-?)?pigment\w*)"
    r"(?:\s+(?:here|there|then|please|at all|treatment|thing|do you))*\W*$",
    re.I,
)


def answer_exactly(talk: Talk, segment: Segment) -> bool:
    """Answer from the profile what it answers, or say that exactly this is not known; False where neither is so."""
    if segment.topic in PERSONAL:
        return False
    return _answer_from_profile(talk, segment) or _admit_unknown(talk, segment)


def is_about_us(segment: Segment) -> bool:
    """Whether a question that has no topic is about treatment or the clinic, and so the clinic's to answer."""
    return is_question(segment.text) and bool(_ABOUT_US.search(segment.text))


def admit(talk: Talk, segment: Segment, key: str = "utter_unknown_here") -> None:
    """Say that something is not known, and keep the question: outside a booking the offer to ask follows by itself."""
    talk.declined.append(talk.keep_question(segment).id)
    topics = (segment.topic,) if segment.is_sure or segment.is_faq else ("fallback",)
    if segment.is_faq:
        talk.remember(segment.topic)
    talk.say(key, topics=topics)
    if talk.draft.is_open:
        last = talk.replies[-1]
        talk.replies[-1] = replace(last, text=joined(last.text, talk.voice.text("utter_question_kept")))


def _admit_unknown(talk: Talk, segment: Segment) -> bool:
    if segment.is_faq and talk.clinic.answer(segment.topic):
        return False  # what the clinic wrote itself goes before
    kind = next((one for one in UNKNOWN if one.fits(segment)), None)
    if kind is None or (kind.key == "utter_unknown_access" and any(one.directions for one in talk.clinic.addresses)):
        return False
    admit(talk, segment, kind.key)
    return True


def _answer_from_profile(talk: Talk, segment: Segment) -> bool:
    text = segment.text
    if segment.topic == "age_limit" and is_minor(text) and not talk.clinic.answer("age_limit"):
        admit(talk, segment, "utter_minor_asks")
    elif segment.topic == "consultation_info" and _LENGTH.search(text) and not talk.clinic.answer("consultation_info"):
        talk.say("utter_consultation_length", topics=("consultation_info",))
        talk.remember("consultation_info")
        talk.follow_up = talk.voice.answer("consultation_info")
    elif _NUMBER.search(text) and (segment.topic == "clinic_info" or not segment.is_sure):
        talk.say("utter_phone_number", topics=("clinic_info",))
    elif _OFFERED.match(text):
        talk.say("utter_offers_smp", topics=("what_is_smp",))
        talk.follow_up = talk.voice.say("utter_offers_smp")
    else:
        return _answer_opening(talk, segment)
    return True


def _answer_opening(talk: Talk, segment: Segment) -> bool:
    """Whether the clinic is open on a day that was named: yes or no, with the hours."""
    text = segment.text
    if _CERTAIN_DATE.search(text) or not (_OPEN.search(text) or _THERE.search(text)):
        return False
    if segment.topic not in ("clinic_info", "inform", "out_of_scope"):
        return False
    today = talk.clinic.local(talk.now).date()
    if soon := _SOON.search(text):
        return _say_hours_on(talk, today + timedelta(days=soon[1].lower() in ("tomorrow", "tmrw", "tomoz")))
    named = [5, 6] if _WEEKEND.search(text) else [_weekday(found) for found in _DAY.findall(text)]
    if not named:
        return False
    said = []
    for weekday in dict.fromkeys(named):
        hours, day = talk.clinic.describe_weekday(weekday), WEEKDAYS[weekday].title()
        key = "utter_open_on" if hours else "utter_closed_on"
        said.append(talk.voice.text(key, day=day, hours_of_day=hours))
    talk.say("utter_opening", topics=("clinic_info",), said=" ".join(said))
    talk.remember("clinic_info")
    return True


def _say_hours_on(talk: Talk, day: date) -> bool:
    clinic = talk.clinic
    named, hours = clinic.describe_day(day), clinic.describe_date(day)
    key = "utter_open_on_date" if hours else "utter_closed_on_date"
    said = talk.voice.text(key, day=named, hours_of_day=hours)
    opening = clinic.next_opening(talk.now)
    if not clinic.is_open(talk.now) and opening and not (hours and opening.date() == day):
        said += " " + talk.voice.text("utter_opens_again", when=clinic.describe_moment(opening))
    talk.say("utter_opening", topics=("clinic_info",), said=said)
    talk.remember("clinic_info")
    return True


def _weekday(found: str) -> int:
    return next(index for index, name in enumerate(WEEKDAYS) if name.startswith(found.lower()[:3]))
