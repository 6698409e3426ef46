"""What a message says about a booking: details, wishes and questions, told apart by what was asked.

Names, concerns and somebody-elses come from the language engine, phones, addresses and times from their libraries;
where the engine saw none, a note's own form helps (`people`, `concerns`). Whether words are an answer or a question is
decided here, once, for every field: a segment that asks is a question and nothing in it is taken for a detail.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from leads.contacts import Found, find_emails, find_phones
from leads.reading import agreement, forms
from leads.reading.asides import (
    asks_about_the_question,
    asks_for_language,
    asks_for_other_channel,
    asks_for_time,
    asks_if_open_now,
    asks_what_is_noted,
    limits_contact,
    read_contact_wish,
    read_remark,
    restricts_contact,
)
from leads.reading.concerns import (
    CONCERNS,
    adds_concern,
    concern_category,
    from_entities,
    mentions_concern,
    read_answer,
    read_mention,
    read_pointed_at,
)
from leads.reading.forms import is_question, masked
from leads.reading.parts import parted
from leads.reading.people import names_itself, read_person
from leads.reading.whom import Second, both, mentioned, read_second
from leads.times import Calendar, Preference, read_time, told_aside
from leads.understanding import Entity, Segment, Understanding

__all__ = ["ASIDES", "CONCERNS", "Reading", "concern_category", "is_question", "read_message"]

ASIDES = frozenset(("bot_challenge", "capabilities", "human_handoff", "privacy"))
"""What is answered in the middle of a booking beside the FAQ topics."""

DECISIONS = ("consent", "confirm")
"""The questions to which only a plain yes is a yes."""

_CONCERN_TALK = frozenset(
    """
    pattern_baldness receding_hairline scars_and_patches who_benefits hair_regrowth looks benefits natural_look inform
    out_of_scope correct_detail what_is_smp book_consultation versus_transplant shaving non_surgical
    """.split()  # noqa: SIM905
)
_OWN = re.compile(r"\b(?:my|i'?m|i am|i have|i'?ve|me|mine)\b", re.I)
_PUTS_OFF = re.compile(r"\b(?:i'?ll|i will|need to|have to|think)\b", re.I)
"""More than the "hang on" that opens a question."""
_ASKED_SENTENCE = re.compile(r"[^.!?\n]+\?+")
_SPOKEN_CONTACT = re.compile(r"@\w|\d(?:[\s().-]?\d){6,}")


@dataclass
class Reading:
    """One message, read. Fields that it says nothing about are None, empty or False."""

    text: str
    name: str | None = None
    surname: bool = False  # the name is told as a surname
    phones: list[Found] = field(default_factory=list)
    emails: list[Found] = field(default_factory=list)
    ending: str | None = None  # new last digits of the phone
    concern: tuple[str, str] | None = None  # (category, words)
    adds_concern: bool = False  # it is told beside the one that was told before
    time: Preference | None = None
    someone_else: str | None = None
    for_self: bool = False  # "it's for me"; beside `someone_else` it is for both
    asker: str | None = None  # the writer's own name, where it is for somebody else
    second: Second = Second()  # of the other one, where both wish to come
    mentioned: str | None = None  # of whom it speaks: "my wife's hair"
    minor: bool = False
    yes: bool = False
    no: bool = False
    refuses: bool = False
    refused: frozenset[str] = frozenset()  # "phone" or "email", where exactly that is not wanted
    chosen: frozenset[str] = frozenset()  # "phone" or "email", where exactly that is wanted
    unsure: bool = False
    waits: bool = False  # "one sec", "let me think": no answer yet, and none is meant
    firm: bool = False  # a yes of more than "ok", "fine" or "great"
    later: bool = False  # "not yet", "don't send it", "once I've asked my wife": neither yes nor no for now
    disputes: bool = False  # "I haven't agreed to anything"
    corrects: bool = False
    withdraws: bool = False
    leaves: bool = False  # "leave it", "never mind"
    removes: bool = False  # "take my number out"
    dropped: frozenset[str] = frozenset()  # "phone" or "email", where exactly that is to be taken out
    same: bool = False  # "the same number as before"
    wants_booking: bool = False
    conditions: str | None = None
    contact_wish: str | None = None  # how to get in touch, or how not, in the visitor's words
    remark: str | None = None  # what is to be passed on to the clinic, in the visitor's words
    fields: frozenset[str] = frozenset()  # which fields its words name
    questions: list[Segment] = field(default_factory=list)  # to be answered, in order
    unclear: list[Segment] = field(default_factory=list)  # neither detail nor question
    topics: frozenset[str] = frozenset()  # of the segments that are no questions
    sure_topics: frozenset[str] = frozenset()  # those of them that the engine is sure of
    attitudes: frozenset[str] = frozenset()  # those of them that ask nothing: "what if I say yes?" is no yes

    @property
    def has_detail(self) -> bool:
        """Whether it tells anything that a booking wants to know."""
        return bool(
            self.name
            or self.phones
            or self.emails
            or self.ending
            or self.concern
            or self.time
            or self.someone_else
            or self.asker
            or self.second.name
            or self.second.phone
        )


@dataclass(frozen=True)
class _Context:
    """What a message is read against."""

    asked: str | None
    now: datetime
    calendar: Calendar
    region: str
    booking: bool
    other: bool = False
    two: bool = False
    named: date | None = None

    def read_time(self, text: str) -> Preference | None:
        """A time in these words, at what was asked and talked about."""
        return read_time(text, self.now, self.calendar, self.named, asked=self.asked == "time")


def read_message(
    text: str,
    understood: Understanding,
    asked: str | None,
    now: datetime,
    calendar: Calendar,
    region: str,
    *,
    booking: bool,
    other: bool = False,
    two: bool = False,
    named: date | None = None,
) -> Reading:
    """Read a message in the light of what was `asked` (a field, or None). `booking`: a booking is open.

    `now` is aware; `region` is the clinic's for phone numbers. `other`: the booking is for somebody else; `two`: it is
    for the writer, and a second one is to follow. `named`: the day talked about before.
    """
    reading = Reading(text)
    text, understood = _as_written(text, understood)
    understood = replace(understood, segments=tuple(part for one in understood.segments for part in parted(one)))
    reading.emails, reading.phones = find_emails(text), find_phones(text, region)
    reading.wants_booking = forms.wants_booking(text)
    reading.waits = asks_for_time(text) and not (reading.phones or reading.emails)
    expects = booking or reading.wants_booking or bool(reading.phones or reading.emails)
    context = _Context(asked, now, calendar, region, expects if asked is None else booking, other, two, named)
    told = _sort_segments(reading, understood, context)
    plain = _only(text, told)
    if reading.questions and asks_for_time(plain) and _PUTS_OFF.search(plain):  # "I'll wait. But does it hurt?"
        reading.waits = True
    _read_ending(reading, text, booking=booking)
    rest = masked(plain, [found.span for found in (*reading.phones, *reading.emails)])
    _read_attitude(reading, plain, _answering(text, told))
    decides = asked in DECISIONS
    if decides:
        said = _Said.of(text, reading, told)
        _read_condition(reading, said, context)
    _read_time(reading, rest, context)
    if reading.time and plain[slice(*reading.time.span)].strip():
        rest = masked(rest, [reading.time.span])
    wishes = [one for one in reading.questions if forms.wants_booking(one.text)]  # "can I book for my son?"
    aside = told_aside(plain, now, calendar)  # "thursday is my mum's birthday": nobody's name, and for nobody else
    about_people = masked(_only(text, [*told, *wishes]), aside)
    _read_second(reading, about_people, context)
    _read_person(reading, about_people, masked(rest, aside), understood, told, context)
    _read_concern(reading, rest, understood, told, context)
    reading.contact_wish = reading.contact_wish or _read_contact_wish(reading, asked)
    reading.remark = None if reading.contact_wish else read_remark(text)
    if decides:
        _read_decision(reading, said, context)
    return reading


# --- questions and the rest -------------------------------------------------------------------------------------------


def _as_written(text: str, understood: Understanding) -> tuple[str, Understanding]:
    """The words without markup and with dictated stops, in the engine's segments and entities as well."""
    plain = forms.as_written(text)
    if plain == text:
        return text, understood
    segments = tuple(replace(one, text=plain[one.start : one.end]) for one in understood.segments)
    cut = ((one, plain[one.start : one.end].strip(" .,!?\n")) for one in understood.entities)
    return plain, replace(
        understood, segments=segments, entities=tuple(replace(one, value=words) for one, words in cut if words)
    )


def _sort_segments(reading: Reading, understood: Understanding, context: _Context) -> list[Segment]:
    """Put each segment among the questions, the unclear ones or the details; give the details."""
    told = []
    for segment in understood.segments:
        role = _role(segment, reading, context)
        if role == "question":
            aside = asks_about_the_question(segment.text) and context.asked is not None
            reading.questions.append(replace(segment, topic="privacy", decision="sure") if aside else segment)
            continue
        if role == "unclear":
            reading.unclear.append(segment)
            if is_question(segment.text) and not _tells(segment, reading):
                continue
        told.append(segment)
    reading.topics = frozenset(segment.topic for segment in told if segment.decision != "refuse")
    reading.sure_topics = frozenset(segment.topic for segment in told if segment.is_sure)
    reading.attitudes = frozenset(
        segment.topic for segment in told if segment.decision != "refuse" and not is_question(segment.text)
    )
    return told


def _role(segment: Segment, reading: Reading, context: _Context) -> str:
    asks = is_question(segment.text)
    known = segment.decision != "refuse"
    answerable = known and (segment.is_faq or segment.topic in ASIDES)
    wishes = not segment.is_sure and forms.wants_booking(segment.text)
    asks_else = asks and segment.topic not in ("book_consultation", "inform")
    if wishes or (not segment.is_sure and not asks_else and _tells(segment, reading)):
        return "detail"  # details win over guessing
    if asks_for_language(segment.text) or _asks_clinic_now(segment):
        return "question"
    if context.booking and (read_remark(segment.text) or restricts_contact(segment.text)):
        return "detail"
    if asks_for_other_channel(segment.text):
        return "detail" if context.booking else "question"
    if not context.booking:
        return "question" if answerable else "detail" if known and segment.topic != "out_of_scope" else "unclear"
    if (
        context.asked
        and asks_about_the_question(segment.text)
        and (not answerable or segment.topic == "privacy" or not segment.is_sure)
    ):
        return "question"
    if _answers(segment, context, asks=asks):
        return "detail"
    if answerable:
        return "question"
    return "detail" if known and segment.topic != "out_of_scope" else "unclear"


def _asks_clinic_now(segment: Segment) -> bool:
    """Whether a segment asks how to reach the clinic now, and not what was noted of the visitor's own number."""
    if segment.topic == "urgent_problem" or asks_what_is_noted(segment.text):
        return False
    return asks_if_open_now(segment.text)


def _tells(segment: Segment, reading: Reading) -> bool:
    """Whether a segment plainly tells something: a contact, or the wish for a consultation beside it."""
    inside = [found for found in (*reading.phones, *reading.emails) if segment.start <= found.span[0] < segment.end]
    return bool(inside) or forms.wants_booking(segment.text)


def _answers(segment: Segment, context: _Context, *, asks: bool) -> bool:
    """Whether a segment inside a booking is an answer, though the engine may see a topic in it."""
    asked = context.asked
    if asked == "time" and not (asks and segment.is_faq and segment.is_sure):
        named = context.read_time(segment.text)
        elsewhere = asks and (segment.topic in ("sessions", "downtime", "out_of_scope"))
        if named is not None and not (elsewhere and (segment.topic != "out_of_scope" or named.verdict == "past")):
            return True
    if segment.topic == "existing_appointment" and asked in ("consent", "confirm", "time"):
        # "can you change the time to Friday": that of this request
        return not asks or context.read_time(segment.text) is not None
    if asks:
        return False
    if segment.topic in CONCERNS or (asked == "concern" and segment.topic in _CONCERN_TALK):
        return True
    if asked == "name" and names_itself(segment.text):
        return True
    if asked == "concern" and segment.topic == "medical_question":
        return True  # "a mastectomy and chemo, lost my eyebrows": why they come, and the practitioner must know it
    if (asked == "concern" or not segment.is_sure) and segment.is_faq and mentions_concern(segment.text):
        return True
    if asked in ("name", "concern") and not segment.is_sure and (asked == "name" or segment.is_faq):
        return True
    if asked in ("contact", "phone", "email") and not segment.is_sure and _names_contact(segment.text):
        return True
    if asked in DECISIONS and _decides(segment.text, asked):
        return True
    if segment.topic == "privacy" and (forms.WITHDRAWS.search(segment.text) or forms.REMOVES.search(segment.text)):
        return True
    return bool(_SPOKEN_CONTACT.search(segment.text))


def _decides(text: str, asked: str) -> bool:
    """Whether words answer the consent question or the summary, whatever topic the engine sees in them."""
    return bool(forms.NO.match(text)) or agreement.is_put_off(text) or agreement.read_answer(text, asked).yes


def _names_contact(text: str) -> bool:
    return bool(forms.FIELDS["phone"].search(text) or forms.FIELDS["email"].search(text))


def _answering(text: str, told: Sequence[Segment]) -> str:
    """The words in which a yes or no would stand: those that do not ask, if there are any."""
    return _only(text, [segment for segment in told if not is_question(segment.text)] or told)


def _only(text: str, segments: Sequence[Segment]) -> str:
    """The text with the words outside these segments blanked, so that offsets and what divides them stay."""
    out = [char if char in "\n,.;:!?/|()" else " " for char in text]
    for segment in segments:
        out[segment.start : segment.end] = text[segment.start : segment.end]
    return "".join(out)


# --- details ----------------------------------------------------------------------------------------------------------


def _read_ending(reading: Reading, text: str, *, booking: bool) -> None:
    ending = forms.ENDING.search(text) if booking else None
    if ending and len(re.sub(r"\D", "", ending[1])) <= 6 and not any(found.value for found in reading.phones):
        reading.ending, reading.phones = ending[1], []


def _read_time(reading: Reading, rest: str, context: _Context) -> None:
    if context.asked in ("phone", "email") and (reading.phones or reading.ending):
        return
    if reading.conditions:  # "yes, but only call me after 6"
        return
    rest = _read_contact_time(reading, rest, context)
    reading.time = context.read_time(rest)
    vague = reading.time and reading.time.verdict == "any" and context.asked not in ("time", None)
    if (
        vague
        and (context.asked in ("consent", "confirm") or not reading.time or len(reading.time.text.split()) < 2)
        and not reading.corrects
    ):
        reading.time = None


def _read_second(reading: Reading, plain: str, context: _Context) -> None:
    """What is told of the second of two people, so that it is not taken for the writer's."""
    reading.mentioned = mentioned(reading.text)
    if context.two or both(plain) or (reading.mentioned and re.search(r"\bone for (?:me|myself)\b", plain, re.I)):
        reading.second = read_second(plain, reading.phones)
        good = [one.value for one in reading.phones if one.value]
        asked_own = context.asked in ("contact", "phone") or _OWN.search(plain)
        if context.two and reading.second.name and len(good) == 1 and not asked_own:
            reading.second = replace(reading.second, phone=good[0])  # "and his name is Ben Lee, 07700 900412"
        reading.phones = [one for one in reading.phones if one.value is None or one.value != reading.second.phone]


def _read_contact_time(reading: Reading, rest: str, context: _Context) -> str:
    """ "Please only e-mail before noon": when to get in touch, not when to come; the words without it."""
    if context.asked in ("contact", "phone", "email") and not (reading.phones or reading.emails):
        return rest
    for clause in re.finditer(r"[^,.;!?\n]+", rest):
        says_when = limits_contact if context.asked == "time" else restricts_contact
        if says_when(clause[0]) and not forms.CORRECTS.search(clause[0]) and context.read_time(clause[0]):
            reading.contact_wish = clause[0].strip()
            rest = masked(rest, [clause.span()])
    return rest


def _read_person(
    reading: Reading, plain: str, rest: str, understood: Understanding, told: Sequence[Segment], context: _Context
) -> None:
    contacts = [found.span for found in (*reading.phones, *reading.emails)]
    names = [
        one for one in _standing(understood.values("name"), plain) if not any(_overlap(one, span) for span in contacts)
    ]
    others = _standing(understood.values("someone_else"), plain)
    if context.asked == "consent" or reading.conditions:
        others = []
    expects = context.booking and context.asked not in ("consent",)
    asks = [segment for segment in understood.segments if is_question(segment.text) and segment not in told]
    remarks = masked(reading.text, [(segment.start, segment.end) for segment in asks])
    person = read_person(
        plain,
        rest,
        remarks,
        names,
        others,
        context.asked,
        told,
        booking=expects,
        other=context.other,
        second=reading.second.name,
    )
    reading.name, reading.asker, reading.minor = person.name, person.asker, person.minor
    reading.for_self = person.for_self
    reading.surname = bool(person.name and forms.SURNAME.search(plain))
    if reading.name:
        reading.conditions = None  # "fine, except the name is Beatrice" mends a detail
    reading.someone_else = None if reading.conditions else person.someone_else
    if context.asked == "concern" and not names and not contacts:
        reading.name = None  # "Alopecia Areata", "Grandad's bald head": what it is about, not who


def _read_contact_wish(reading: Reading, asked: str | None) -> str | None:
    """How to get in touch; where a phone or an address is asked for, "no calls" chooses between them instead."""
    chooses = asked in ("contact", "phone", "email") and not (reading.phones or reading.emails)
    chooses = chooses and not restricts_contact(reading.text)
    return None if chooses or reading.conditions else read_contact_wish(reading.text)


def _read_concern(
    reading: Reading, rest: str, understood: Understanding, told: Sequence[Segment], context: _Context
) -> None:
    if reading.name:
        rest = re.sub(re.escape(reading.name), lambda m: " " * len(m[0]), rest, flags=re.I)
    found = _standing(understood.values("concern"), rest)
    if context.asked == "concern":
        others = bool(reading.phones or reading.emails or reading.name or reading.ending or reading.time)
        reading.concern = read_pointed_at(reading.text) if reading.questions else None
        beside = bool(reading.questions) and not reading.sure_topics  # said for the sake of the question, perhaps
        mentioned = others or reading.leaves or beside
        answers = [one for one in told if not is_question(one.text) or mentions_concern(one.text)]
        reading.concern = reading.concern or read_answer(rest, answers, other_details=mentioned)
        return
    reading.adds_concern = context.asked in ("consent", "confirm", None) and adds_concern(rest)
    told_anew = reading.corrects or "concern" in reading.fields or reading.no or reading.adds_concern
    if context.asked in ("consent", "confirm") and not told_anew:
        return
    if context.booking or reading.wants_booking:
        reading.concern = read_mention(rest)
    elif _OWN.search(reading.text) and not is_question(reading.text):
        reading.concern = read_mention(reading.text)  # "my crown is thinning": kept for a booking that may follow
    if reading.concern is None:
        reading.concern = from_entities(found, corrects=reading.corrects)


def _standing(found: Sequence[Entity], plain: str) -> list[Entity]:
    """The entities that stand in words that tell something."""
    return [one for one in found if plain[one.start : one.end].strip()]


def _overlap(entity: Entity, span: tuple[int, int]) -> bool:
    return entity.start < span[1] and span[0] < entity.end


# --- attitude ---------------------------------------------------------------------------------------------------------


def _read_attitude(reading: Reading, plain: str, answer: str) -> None:
    """`answer`: of the words that tell something those that do not ask; the yes or no stands there."""
    words, said = plain.strip(), answer.strip()
    topics, sure = reading.topics, reading.sure_topics
    reading.fields = frozenset(name for name, pattern in forms.FIELDS.items() if pattern.search(words))
    yes, not_no = bool(forms.YES.match(said)), bool(forms.NOT_NO.match(said))
    said_no = bool(forms.NO.match(said)) and not not_no and not forms.NO_WAIT.match(said)
    negated = (bool(forms.NEGATED.search(words)) and not forms.CONDITION.search(words)) or bool(
        forms.NEGATED.match(words)
    )
    reading.withdraws = bool(forms.WITHDRAWS.search(words)) and not (yes and forms.CONDITION.search(words))
    reading.no = (
        said_no
        or (negated and not not_no)
        or ("deny" in reading.attitudes and not yes and not not_no and not forms.NO_WAIT.match(said))
        or reading.withdraws
    )
    reading.unsure = bool(forms.UNSURE.search(words))
    reading.yes = not reading.no and (yes or not_no or "affirm" in reading.attitudes)
    reading.refuses = "refuse_detail" in sure or bool(forms.REFUSES.search(words))
    reading.refused = frozenset(name for name, pattern in forms.REFUSED.items() if pattern.search(words))
    reading.chosen = (
        frozenset(name for name, pattern in forms.CHOSEN.items() if pattern.search(words)) - reading.refused
    )
    reading.corrects = "correct_detail" in topics or bool(forms.CORRECTS.search(words))
    reading.leaves, reading.removes = bool(forms.LEAVES.search(words)), bool(forms.REMOVES.search(words))
    reading.dropped = frozenset(name for name, pattern in forms.DROPPED.items() if pattern.search(words))
    reading.same = bool(forms.SAME.search(words))


@dataclass(frozen=True)
class _Said:
    """The words of an answer, apart from what is asked beside them; blanks stand for details and for the other one."""

    answer: str
    asked: str

    @classmethod
    def of(cls, text: str, reading: Reading, told: Sequence[Segment]) -> "_Said":
        """Divide a message. What only the engine takes for a question belongs to the answer: it may take that back."""
        form = [one for one in reading.questions if not is_question(one.text)]
        spans = [(one.start, one.end) for one in (*told, *form)]
        told_words = [any(start <= at < end for start, end in spans) for at in range(len(text))]
        for start, end in spans:
            for sentence in _ASKED_SENTENCE.finditer(text[:end], start):
                if not agreement.WHY_NOT.search(sentence[0]):
                    told_words[sentence.start() : sentence.end()] = [False] * len(sentence[0])
        contacts = [found.span for found in (*reading.phones, *reading.emails)]
        answer, asked = (
            "".join(char if told is wanted else " " for char, told in zip(text, told_words, strict=True))
            for wanted in (True, False)
        )
        return cls(masked(answer, contacts), masked(asked, contacts))

    @property
    def holds_back(self) -> bool:
        return agreement.holds_back(self.asked) or asks_for_time(self.asked)


def _read_condition(reading: Reading, said: _Said, context: _Context) -> None:
    """A condition about how to be contacted, read before its "after 6pm" can be taken for the time."""
    reading.conditions = None if said.holds_back else agreement.read_answer(said.answer, context.asked or "").condition


def _read_decision(reading: Reading, said: _Said, context: _Context) -> None:
    """What is said to the consent question or the summary: a plain yes, a no, or neither, for which to wait or ask."""
    words = masked(said.answer, [reading.time.span] if reading.time else [])
    for value in filter(None, (reading.name, reading.concern and reading.concern[1], reading.ending)):
        words = re.sub(re.escape(value), lambda found: " " * len(found[0]), words, flags=re.I)
    affirmed, detailed = "affirm" in reading.sure_topics, reading.has_detail
    plain = agreement.read_answer(
        words,
        context.asked or "",
        detailed=detailed,
        questioned=bool(said.asked.strip()),
        affirmed=affirmed,
        conditions=False,
    ).yes
    reading.yes = bool(plain or reading.conditions) and not said.holds_back
    reading.firm = reading.yes and (
        bool(reading.conditions) or agreement.read_answer(words, context.asked or "", questioned=True).yes
    )
    reading.disputes = agreement.denies_agreement(reading.text)
    reading.later = not reading.yes and agreement.is_put_off(said.answer)
    reading.waits = reading.waits or (asks_for_time(said.asked) and not detailed)
    reading.refuses = "refuse_detail" in reading.sure_topics or agreement.refuses(said.answer)
    if reading.yes:
        reading.no = reading.refuses = reading.withdraws = reading.unsure = False
    elif not reading.withdraws and _opens_only(reading):
        reading.no = reading.refuses = False


def _opens_only(reading: Reading) -> bool:
    """Whether a "no" is only how something else begins: a correction, a wish, "not yet"; nothing ends with that."""
    if reading.later or reading.disputes or reading.unsure:
        return True
    if forms.NEGATED.search(reading.text):  # "no, I don't agree, and my number is wrong"
        return False
    wish = reading.contact_wish and not agreement.begins_with_a_no(reading.text)
    named = reading.corrects and reading.fields - {"consent"}  # "no, the number is wrong"
    return bool(reading.has_detail or wish or named)
