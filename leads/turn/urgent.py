"""Something is wrong after treatment: that comes first, whatever else is going on.

What was told of it is kept in the conversation's memory as `trouble`: {"at": when it was told last, ISO 8601, "words":
[what was told], "signs": [listed signs that were named], "said": {text: how often it was said}}. While that is open,
what a visitor leaves is for an urgent call-back and not for a consultation, and no question about the body is answered
from the document.
"""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from leads import handoff
from leads.draft import Draft
from leads.intake import last_lead
from leads.outbox import announce, announce_conversation
from leads.reading import Reading, is_question
from leads.reading.asides import asks_for_language, asks_what_is_noted
from leads.reading.forms import masked
from leads.reading.trouble import signs_in, wants_call, wants_consultation
from leads.records import Lead
from leads.replies import Reply
from leads.turn.answering import answer
from leads.turn.request import ask_again, book_on, hear_in_booking, note_opening
from leads.turn.talk import Talk, joined, strong_details
from leads.understanding import Segment

LASTS = timedelta(days=2)
"""How long after it was told last a problem counts as open."""
LONGEST = 500
MOST = 10
"""How much of what is told is kept with the request; the whole talk is there to be read."""
LONGEST_YES = 6
"""Words that a plain yes to the offer of a call-back may have."""
_PLEASE = re.compile(r"\b(?:yes|yeah|yep|please|pls)\b", re.I)
_ABOUT_THE_BODY = frozenset(
    """
    aftercare capabilities daily_life downtime maintenance medical_question pain safety scars_and_patches side_effects
    sun_exposure
    """.split()  # noqa: SIM905
)
_ELSE = frozenset("bot_challenge clinic_info existing_appointment human_handoff payment price privacy".split())  # noqa: SIM905
_OF_IT = re.compile(r"\b(?:i|it|its|my|me|this|that|we|he|she|his|her|him|normal|should|can|ok|okay|safe)\b", re.I)
_TALK = frozenset(
    """
    affirm bot_challenge capabilities deny goodbye greet human_handoff privacy refuse_detail start_over stop thanks
    """.split()  # noqa: SIM905
)


def trouble(talk: Talk) -> dict[str, Any] | None:
    """What was told of a problem that is open; None where there is none."""
    told = talk.memory.get("trouble")
    if not told or talk.now - datetime.fromisoformat(told["at"]) > LASTS:
        return None
    return dict(told)


def report_urgent(talk: Talk, reading: Reading) -> None:
    """Something is wrong after treatment: numbers to call first, then a flag that staff see, then the call-back."""
    first = trouble(talk) is None
    news = note_trouble(talk, reading)
    flag_urgent(talk)
    _tell_staff_more(talk, reading, told_again=not first and bool(news))
    talk.put(Reply(_warning(talk, news or signs_in(reading.text), first=first), topics=("urgent_problem",)))
    called = _takes_out_a_person(talk, reading)
    answer(talk, [one for one in reading.questions if one.is_sure and not _asks_about_the_body(one)])
    return _go_on(talk, reading, called=called or wants_call(reading.text))


def _takes_out_a_person(talk: Talk, reading: Reading) -> bool:
    """Whether a person is asked for while the clinic is closed: a call-back is then the nearest that there is."""
    asked = [one for one in reading.questions if one.topic == "human_handoff"] or "human_handoff" in reading.topics
    if not asked or talk.clinic.is_open(talk.now):
        return False
    reading.questions = [one for one in reading.questions if one.topic != "human_handoff"]
    return True


def flag_urgent(talk: Talk) -> None:
    """Mark the conversation and its leads as urgent and tell staff, once per conversation."""
    first = not talk.memory.get("urgent")
    talk.memory["urgent"] = talk.now.isoformat()
    handoff.flag_urgent(talk.conversation, talk.now)
    for lead in talk.session.scalars(select(Lead).where(Lead.conversation_id == talk.conversation.id)):
        if not lead.urgent:
            lead.urgent, lead.updated_at = True, talk.now
            announce(talk.session, lead, "lead.urgent", talk.channels, talk.now)
    if first and not last_lead(talk.session, talk.conversation.id):
        announce_conversation(talk.session, talk.conversation.id, "handoff.waiting", talk.channels, talk.now)


def note_trouble(talk: Talk, reading: Reading) -> tuple[str, ...]:
    """Keep what is told of the problem, in the visitor's words; the listed signs that had not been named before."""
    told = trouble(talk) or {}
    known, words = list(told.get("signs", [])), list(told.get("words", []))
    news = tuple(sign for sign in signs_in(reading.text) if sign not in known)
    said = _without_contacts(reading)
    if said and said not in words:
        words = [*words[:1], *[*words[1:], said][1 - MOST :]]
        talk.draft.told.append(said)
    talk.memory["trouble"] = {**told, "at": talk.now.isoformat(), "words": words, "signs": [*known, *news]}
    if talk.draft.urgent and talk.draft.amends is None:
        talk.draft.concern_text = " / ".join(words)
    return news


def _without_contacts(reading: Reading) -> str:
    """The message without phone numbers and addresses: those have fields of their own."""
    spans = [found.span for found in (*reading.phones, *reading.emails)]
    return re.sub(r"\s+", " ", masked(reading.text, spans)).strip(" ,;-")[:LONGEST]


def _tell_staff_more(talk: Talk, reading: Reading, *, told_again: bool) -> None:
    """Put what is told with a request that was sent before; staff hear at once of a listed sign that is new."""
    lead = last_lead(talk.session, talk.conversation.id)
    said = _without_contacts(reading)
    if lead is None or (talk.draft.is_open and talk.draft.amends is None) or said in (lead.remarks or []):
        return
    lead.remarks, lead.updated_at = [*(lead.remarks or []), said], talk.now
    if talk.draft.amends == lead.reference:
        talk.draft.remarks = list(lead.remarks)
    if told_again:
        announce(talk.session, lead, "lead.urgent", talk.channels, talk.now)


def _warning(talk: Talk, signs: tuple[str, ...], *, first: bool) -> str:
    """Whom to call: at once where a listed sign is named; never the same words as the time before."""
    voice = talk.voice
    named = ""
    for sign in (voice.text(f"utter_sign_{one}") for one in signs):
        named = voice.text("utter_signs_joined", first=named, second=sign) if named else sign
    if first:
        flagged = voice.text("utter_urgent_flagged")
        if signs:
            return voice.text("utter_urgent_sign", signs=named, flagged=flagged)
        return voice.text("utter_urgent", flagged=flagged)
    more = _in_turn(talk, "utter_urgent_again", "utter_urgent_still")
    return joined(voice.text("utter_urgent_sign_again", signs=named), more) if signs else more


def _in_turn(talk: Talk, *keys: str) -> str:
    """These texts by turns, so that nobody is told twice in a row the same."""
    return talk.voice.text(keys[_count(talk, keys[0]) % len(keys)])


def _is_first(talk: Talk, key: str) -> bool:
    """Whether a text was not said of this problem before."""
    return _count(talk, key) == 0


def _count(talk: Talk, key: str) -> int:
    """How often this was counted before; it counts itself."""
    told = talk.memory.get("trouble") or {}
    said = dict(told.get("said", {}))
    before = int(said.get(key, 0))
    if told:
        talk.memory["trouble"] = {**told, "said": {**said, key: before + 1}}
    return before


def _go_on(talk: Talk, reading: Reading, *, called: bool) -> None:
    """After the warning: a running booking becomes a call-back; else one is offered, or begun with what is there."""
    draft, lead = talk.draft, last_lead(talk.session, talk.conversation.id)
    if draft.is_open and (draft.urgent or draft.amends is None):
        return start_call_back(talk, reading)
    if draft.is_open:  # a request that was sent is being changed: it stands as it was
        talk.draft = Draft(number=draft.number)
    if lead is not None:
        if _is_first(talk, "utter_urgent_known"):
            _say_more(talk, talk.voice.text("utter_urgent_known", reference=lead.reference))
        return None
    if _leaves_contact(reading) or (draft.has_contact and draft.name) or called:
        return start_call_back(talk, reading)
    talk.booking.take_details(_contact_of(reading))
    talk.booking.notes.texts.clear()
    talk.draft.asked, talk.booking.again = None, None
    return offer_call_back(talk)


def _say_more(talk: Talk, text: str) -> None:
    """More words in the last message."""
    last = talk.replies[-1]
    talk.replies[-1] = replace(last, text=joined(last.text, text))


def offer_call_back(talk: Talk) -> None:
    """Offer that the clinic calls, under whatever was said last."""
    talk.memory["pending"] = {"kind": "call_back"}
    _say_more(talk, _in_turn(talk, "utter_call_back_offer", "utter_call_back_offer_again"))
    talk.replies[-1] = replace(talk.replies[-1], choices=talk.choices("call_back"))


def start_call_back(talk: Talk, reading: Reading | None = None) -> None:
    """Take what is left for an urgent call-back: of name and one way to reach them only what is missing is asked."""
    draft, told = talk.draft, trouble(talk) or {}
    if not draft.urgent:
        if draft.is_open:
            talk.booking.notes.add(talk.voice.text("utter_call_back_instead"))
        draft.become_call_back()
    draft.state = "open"
    note_opening(talk)
    if draft.amends is None:
        draft.concern_text = " / ".join(told.get("words", [])) or talk.voice.text("utter_call_back_untold")
    if reading:
        if not draft.has_contact and reading.phones:
            draft.asked = "contact"  # so that a number that cannot be one is said to be none
        _note_when(talk, reading)
        talk.booking.take_details(_contact_of(reading))
    return book_on(talk, topics=("urgent_problem",))


def _note_when(talk: Talk, reading: Reading) -> None:
    """ "I'm on nights, ring me after five": no time is agreed for a call-back, but staff read it."""
    said = _without_contacts(reading)
    told = (trouble(talk) or {}).get("words", [])
    if reading.time and reading.time.verdict != "any" and said not in (*told, *talk.draft.remarks):
        talk.draft.remarks.append(said)
        talk.draft.told.append(said)


def _contact_of(reading: Reading) -> Reading:
    """Of a message what a call-back needs: who, and how to reach them."""
    kept = strong_details(reading)
    kept.concern, kept.time = None, None
    kept.phones, kept.emails, kept.contact_wish = reading.phones, reading.emails, reading.contact_wish
    return kept


def _leaves_contact(reading: Reading) -> bool:
    return bool(reading.phones or reading.emails)


# --- while a problem is open ------------------------------------------------------------------------------------------


def hear_in_trouble(talk: Talk, reading: Reading) -> bool:
    """Take what is said while a problem is open; False where it is for whoever takes it at other times."""
    draft = talk.draft
    if trouble(talk) is None and not (draft.is_open and draft.urgent):
        return False
    if reading.waits or (asks_what_is_noted(reading.text) and not reading.has_detail):
        return False
    asked, told = _take_out_the_body(talk, reading)
    if draft.is_open:
        return _hear_in_booking(talk, reading, asked=asked, told=told)
    return _hear_outside(talk, reading, asked=asked, told=told)


def _take_out_the_body(talk: Talk, reading: Reading) -> tuple[bool, bool]:
    """Take what is about the body out of the questions: whether it was asked about, and whether told of.

    Nobody answers that from the document; it goes to the clinic with everything else.
    """
    taken = [one for one in (*reading.questions, *reading.unclear) if _asks_about_the_body(one)]
    reading.questions = [one for one in reading.questions if one not in taken]
    reading.unclear = [one for one in reading.unclear if one not in taken]
    asks = [one for one in taken if is_question(one.text)]
    for one in asks:
        talk.keep_question(replace(one, topic="urgent_problem"))
    if asks:
        said = _in_turn(talk, "utter_urgent_no_advice", "utter_urgent_no_advice_again")
        talk.put(Reply(said, topics=("urgent_problem",)))
    elif taken:
        note_trouble(talk, reading)
        talk.put(Reply(_warning(talk, signs_in(reading.text), first=False), topics=("urgent_problem",)))
    return bool(asks), bool(taken) and not asks


def _asks_about_the_body(segment: Segment) -> bool:
    """Whether a segment is about what is wrong and what to do; what nobody can place and asks, may be."""
    if segment.topic in _ABOUT_THE_BODY:
        return True
    if not is_question(segment.text) or asks_for_language(segment.text):
        return False
    if segment.topic in _ELSE and (segment.is_sure or segment.topic != "bot_challenge"):
        return False
    if segment.topic == "out_of_scope" and segment.is_sure:
        return bool(_OF_IT.search(segment.text))  # "do you sell shampoo" is not
    return not segment.is_sure


def _hear_in_booking(talk: Talk, reading: Reading, *, asked: bool, told: bool) -> bool:
    """Inside a call-back only name, contact and consent are taken; whoever wants a consultation is given one."""
    draft = talk.draft
    if draft.urgent and draft.amends is None and wants_consultation(reading.text):
        draft.become_consultation()
        talk.booking.notes.add(talk.voice.text("utter_call_back_to_consultation"))
    elif draft.urgent:
        _note_when(talk, reading)
        reading.concern, reading.time = None, None
        if (
            "contact" in (draft.asked, draft.missing())
            and not _leaves_contact(reading)
            and len(reading.text.split()) > 3
        ):
            note_trouble(talk, reading)
    more = reading.has_detail or reading.questions or reading.yes or reading.no or reading.refuses
    if (asked or told) and not more:
        ask_again(talk)
        return True
    if not draft.urgent:
        return False
    hear_in_booking(talk, reading)
    return True


def _hear_outside(talk: Talk, reading: Reading, *, asked: bool, told: bool) -> bool:
    """Outside a booking: a contact, a yes or the wish for a call begins the call-back; all else keeps it in reach."""
    offered = talk.pending.get("kind") == "call_back"
    if offered:
        talk.pending = {}
    lead = last_lead(talk.session, talk.conversation.id)
    if wants_consultation(reading.text) and not (asked or told):
        return False
    wants = "book_consultation" in reading.topics or reading.wants_booking or wants_call(reading.text)
    wants = _takes_out_a_person(talk, reading) or wants
    if lead is not None:
        return _hear_beside(talk, reading, lead, wants=wants, said=asked or told)
    if wants or reading.phones or reading.emails or reading.name or _says_yes(reading, offered=offered):
        answer(talk, reading.questions)
        start_call_back(talk, reading)
        return True
    if offered and reading.no and not (reading.questions or asked or told):
        talk.say("utter_call_back_declined", topics=("deny",))
        return True
    answer(talk, reading.questions)
    if not talk.replies and "greet" in reading.topics:
        talk.say("utter_urgent_here", topics=("greet",))
    elsewhere = any(is_question(one.text) for one in reading.unclear)  # "do you sell shampoo"
    if not talk.replies and not elsewhere and not reading.topics & _TALK:
        note_trouble(talk, reading)
        talk.put(Reply(_warning(talk, signs_in(reading.text), first=False), topics=("urgent_problem",)))
    if not talk.replies:
        return _small_talk(talk, reading)
    if not talk.replies[-1].choices:
        offer_call_back(talk)
    return True


def _small_talk(talk: Talk, reading: Reading) -> bool:
    """An "ok" while a problem is open: nobody is asked to a consultation over it; False for all else."""
    if reading.unclear or "affirm" not in reading.topics or reading.topics & {"thanks", "goodbye", "stop"}:
        return False
    talk.say("utter_urgent_all_well", topics=("affirm",))
    return True


def _says_yes(reading: Reading, *, offered: bool) -> bool:
    """Whether it is a plain yes to the offer, or to one that was turned down; "ok thanks, bye" is none."""
    if not reading.yes or reading.questions or len(reading.text.split()) > LONGEST_YES:
        return False
    clear = bool(_PLEASE.search(reading.text))
    return clear or (offered and not reading.topics & {"thanks", "goodbye"})


def _hear_beside(talk: Talk, reading: Reading, lead: Lead, *, wants: bool, said: bool) -> bool:
    """Where the clinic has a request already: it is the one that is urgent, and no second one is begun."""
    if _leaves_contact(reading):
        return False
    if not (wants or said or reading.questions or reading.has_detail):
        return _small_talk(talk, reading)
    if wants:
        talk.say("utter_urgent_known", topics=("urgent_problem",), reference=lead.reference)
    elif said:
        answer(talk, reading.questions)
    return wants or said
