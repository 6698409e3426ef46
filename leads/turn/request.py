"""The request for a consultation: begun, taken on with every message, sent, stopped, changed, forgotten."""

import re
from dataclasses import replace
from datetime import datetime

from leads.appointments import NothingToCancel, cancel
from leads.asking import Asking, shortened
from leads.audit import VISITOR
from leads.contacts import Found
from leads.draft import Draft
from leads.intake import commit_lead, draft_of, drop_incomplete, forget_details, last_lead
from leads.questions import open_questions_of, pass_on
from leads.reading import Reading, is_question
from leads.reading.agreement import read_answer
from leads.reading.asides import asks_what_is_noted, is_other_matter, names_consultation
from leads.reading.forms import ANOTHER
from leads.reading.whom import PRONOUNS
from leads.records import Lead
from leads.replies import Reply
from leads.store import ERASED
from leads.times import Preference, Verdict, read_time, say_time
from leads.turn.answering import ABUSE, OTHERS, answer, keep_for_clinic, keep_unmet, outside_scope
from leads.turn.exactly import answer_exactly, is_about_us
from leads.turn.talk import Talk, strong_details
from leads.understanding import Segment

CARRY_ON = re.compile(
    r"\b(?:carry on|continue|resume|go on|pick up|where (?:were|was) (?:we|i)|back to (?:my|the) (?:booking|request)"
    r"|finish (?:my|the))\b",
    re.I,
)
LONG_QUESTION = 5
"""Words from which a question beside a detail is more than "is that ok?"."""
_SECOND = re.compile(r"\b(?:booking|request|consultation|appointment|appt|one|turn|him|her|them)\b", re.I)
_CHANGED_MIND = re.compile(r"\b(?:i'?ve |i have |i )?(?:just )?changed my mind\b", re.I)
_AGREES = re.compile(r"\b(?:agree\w*|consent\w*|accept\w*|y|ye\w*|yup|go (?:on|ahead)|do it|i do)\b", re.I)
"""More than "ok" or "no problem", which only take note of what was said."""
_WITHOUT_CONTACT = re.compile(
    r"\bwithout (?:giving|leaving|telling|sharing|providing|handing over|using|having|a|an|any|my|you having)\b.{0,30}"
    r"\b(?:numbers?|phone|e-?mails?|contact|details|address)\b",
    re.I,
)
_STOPS = re.compile(
    r"\b(?:stop|cancel|quit|abort|forget (?:it|the (?:booking|whole thing|request))|never ?mind)\b", re.I
)


def start_booking(talk: Talk, reading: Reading | None, *, another: bool = False) -> None:
    """Open a booking, or say that there is a request already."""
    another = another or bool(reading and ANOTHER.search(reading.text))
    if talk.draft.urgent:
        talk.draft.become_consultation()
    second = _second_of(talk, reading, another=another)
    if talk.draft.state == "paused" and not another:
        talk.draft.asks = None
        return resume_booking(talk, reading=reading)
    if reading:
        answer(talk, reading.questions)
    someone_else = bool(reading and reading.someone_else and not reading.for_self)
    lead = last_lead(talk.session, talk.conversation.id) if talk.memory.get("booked") else None
    passed_on = bool(lead and lead.reference == talk.memory.get("passed_on"))
    if lead and passed_on:  # so far a question was passed on; who asked it is known
        talk.use_draft(Draft(number=talk.draft.number, name=lead.name, phone=lead.phone, email=lead.email))
    if lead and not (another or someone_else or second or passed_on):
        choices = talk.choices("book:another", "change")
        return talk.say("utter_already_booked", choices, ("book_consultation",), reference=lead.reference)
    first = passed_on or not talk.memory.get("booked")
    if another and not first:
        talk.use_draft(Draft(number=talk.draft.number))  # what was told for the first one is not taken for granted
    if second:
        _begin_second(talk, second)
    someone_else = someone_else or bool(talk.draft.someone_else)
    talk.draft.state, talk.draft.asks = "open", None
    talk.memory.pop("refused", None)
    note_opening(talk)
    if talk.draft.minor:  # told before there was a booking to say it for
        talk.booking.notes.add(talk.voice.text("utter_minor"))
    before = talk.draft.concern_text
    if reading:
        talk.booking.take_details(_with_same(talk, reading))
    if before and before == talk.draft.concern_text:
        talk.booking.notes.add(talk.voice.text("utter_concern_from_before", text=shortened(before)))
    told = talk.draft.name and talk.draft.has_contact
    key = "utter_booking_start_told" if told else "utter_booking_start"
    if someone_else:
        key = "utter_booking_start_for_someone"
    elif not first:
        key = "utter_booking_start_second"
    talk.booking.notes.texts.insert(0, talk.voice.text(key))
    if reading and _WITHOUT_CONTACT.search(reading.text) and not talk.draft.has_contact:
        talk.booking.notes.texts[0] = talk.voice.text("utter_contact_needed")
    return book_on(talk, topics=("book_consultation",))


def _second_of(talk: Talk, reading: Reading | None, *, another: bool) -> dict[str, str] | None:
    """Who was to have a request after the one that was sent, where this is the moment for it."""
    second: dict[str, str] | None = talk.memory.get("second")
    if not second or (reading and reading.for_self):
        return None
    same = reading is not None and reading.someone_else in (second["whom"], *PRONOUNS)
    return second if same or (another and not (reading and reading.someone_else)) else None


def _begin_second(talk: Talk, second: dict[str, str]) -> None:
    """Begin the request for the second of two people with what was told of them."""
    talk.memory.pop("second")
    draft = talk.draft
    draft.someone_else, draft.asker = second["whom"], second.get("asker")
    draft.name, draft.phone = draft.name or second.get("name"), draft.phone or second.get("phone")
    draft.told += [value for value in (draft.name, draft.phone, draft.asker) if value]


def asks_for_second(talk: Talk, reading: Reading) -> bool:
    """ "And my brother's booking?": about the request that was to follow the one that was sent."""
    second: dict[str, str] | None = talk.memory.get("second")
    names = [second[key] for key in ("whom", "name") if second.get(key)] if second else []
    named = any(name.lower() in reading.text.lower() for name in names)
    return bool(second and _SECOND.search(reading.text) and (named or ANOTHER.search(reading.text)))


def agree_after_all(talk: Talk, reading: Reading) -> bool:
    """A yes after the consent was refused: the details went with the refusal, so they are asked for again."""
    words = _CHANGED_MIND.sub(" ", reading.text)
    if not talk.memory.get("refused") or not _AGREES.search(words) or not read_answer(words, "consent").yes:
        return False
    talk.memory.pop("refused")
    talk.draft.state = "open"
    note_opening(talk)
    talk.booking.notes.add(talk.voice.text("utter_agreed_after_all"))
    book_on(talk, topics=("book_consultation",))
    return True


def ask_for_contact(talk: Talk, question: str, reading: Reading | None = None) -> None:
    """Open a request that only passes a question on: a name, a way to reach the visitor and the consent are enough."""
    if talk.memory.get("booked"):  # the last request in this conversation was called off
        talk.use_draft(Draft(number=talk.draft.number))
    talk.draft.state, talk.draft.asks = "open", question
    note_opening(talk)
    talk.booking.notes.add(talk.voice.text("utter_ask_clinic_contact"))
    if reading:
        talk.booking.take_details(reading)
    return book_on(talk)


def note_opening(talk: Talk) -> None:
    """Remember since when there is something that a visitor may want forgotten."""
    talk.memory.setdefault("opened_at", talk.message.at.isoformat())


def resume_booking(talk: Talk, reading: Reading | None = None, *, restart: bool = False) -> None:
    """Go on with a booking that was stopped."""
    if restart:
        return restart_booking(talk)
    talk.draft.state = "open"
    talk.booking.notes.add(talk.voice.text("utter_booking_resumed"))
    if reading:
        answer(talk, [one for one in reading.questions if not CARRY_ON.search(one.text)])
        talk.booking.take_details(_with_same(talk, reading))
    return book_on(talk, topics=("book_consultation",))


def restart_booking(talk: Talk) -> None:
    """Begin a booking anew, with nothing of what was told."""
    drop_incomplete(talk.session, talk.conversation.id, talk.draft.number)
    talk.use_draft(Draft(number=talk.draft.number, state="open", told=talk.draft.told))
    talk.booking.notes.add(talk.voice.text("utter_booking_restarted"))
    book_on(talk, topics=("book_consultation",))


def amend_lead(talk: Talk, reading: Reading | None) -> bool:
    """Change the request that was sent last in this conversation: its summary comes again before anything changes."""
    lead = last_lead(talk.session, talk.conversation.id)
    if lead is None or lead.status not in ("new", "contacted", "confirmed"):
        return False
    talk.use_draft(_draft_of(talk, lead))
    talk.draft.asked = "confirm"
    if reading:
        answer(talk, reading.questions)
        talk.booking.hear(reading)
    else:
        talk.booking.reopen_any()
    book_on(talk)
    return True


def add_to_lead(talk: Talk, reading: Reading) -> bool:
    """Put a remark or a wish beside the request that was sent last; it changes no detail, so nothing is asked first."""
    lead, words = last_lead(talk.session, talk.conversation.id), reading.contact_wish or reading.remark
    if lead is None or words is None:
        return False
    answer(talk, [one for one in reading.questions if words not in one.text and one.text.strip(" .,!?") not in words])
    draft = _draft_of(talk, lead)
    if reading.contact_wish and draft.consent:
        before = draft.consent.get("conditions")
        draft.consent["conditions"] = "; ".join(dict.fromkeys(filter(None, (before, words))))
    elif words not in draft.remarks:
        draft.remarks.append(words)
    talk.draft.told.append(words)
    commit_lead(talk.session, talk.conversation, draft, talk.clinic.time_zone, talk.channels, talk.now)
    talk.say("utter_remark_added", reference=lead.reference, text=shortened(words))
    return True


def tell_how_it_stands(talk: Talk) -> bool:
    """ "Is it confirmed?", "when will I hear from you?": what has become of the request that was sent last."""
    lead = last_lead(talk.session, talk.conversation.id)
    if lead is None:
        return False
    if lead.status == "confirmed" and lead.confirmed_start and lead.confirmed_end:
        agreed = say_time(lead.confirmed_start, lead.confirmed_end, talk.calendar)
        talk.say("utter_confirmed", topics=("existing_appointment",), reference=lead.reference, time=agreed)
    else:
        by = talk.clinic.callback_by(lead.created_at)
        due = talk.clinic.describe_moment(by) if by and by > talk.now else None
        promise = talk.voice.promise(due)
        talk.say("utter_not_confirmed_yet", topics=("existing_appointment",), reference=lead.reference, promise=promise)
    return True


def _draft_of(talk: Talk, lead: Lead) -> Draft:
    if lead.time_start is None or lead.time_end is None:
        return draft_of(lead, talk.draft.number, None)
    wish = read_time(lead.time_text or "", lead.created_at, talk.calendar)
    known = wish if wish and (wish.start, wish.end) == (lead.time_start, lead.time_end) else None
    said = talk.booking.asking.say_wish(known) if known else say_time(lead.time_start, lead.time_end, talk.calendar)
    return draft_of(lead, talk.draft.number, said)


def ask_to_call_off(talk: Talk) -> bool:
    """Ask whether the request that was sent last is to be called off; False where there is none."""
    lead = last_lead(talk.session, talk.conversation.id)
    if lead is None:
        return False
    talk.memory["pending"] = {"kind": "call_off", "reference": lead.reference}
    talk.say("utter_call_off_confirm", talk.choices("call_off:yes", "call_off:no"), reference=lead.reference)
    return True


def call_off(talk: Talk, agreed: bool) -> None:
    """Call the request off, as staff would, or leave it as it is."""
    reference = str(talk.pending.get("reference", ""))
    if not agreed:
        return talk.say("utter_amending_stopped")
    try:
        cancel(talk.session, reference, VISITOR, talk.channels, talk.now)
    except NothingToCancel:  # staff closed it since it was asked
        pass
    else:
        talk.memory["booked"] = int(talk.memory.get("booked", 1)) - 1
    return talk.say("utter_called_off", reference=reference)


def tell_what_is_noted(talk: Talk, reading: Reading) -> None:
    """Read back what was told: of the request that is being made, else of the one that was sent."""
    answer(talk, [segment for segment in reading.questions if not asks_what_is_noted(segment.text)])
    lead = None if talk.draft.is_open else last_lead(talk.session, talk.conversation.id)
    if lead:
        noted = Asking(_draft_of(talk, lead), talk.voice, talk.calendar, talk.now)
        return talk.say("utter_noted_in_request", reference=lead.reference, lines="\n".join(noted.summary()))
    lines = "\n".join(talk.booking.asking.summary())
    if talk.draft.asked != "confirm":  # there the summary is what comes next
        talk.say("utter_noted_so_far" if lines else "utter_nothing_noted", lines=lines)
    return ask_again(talk)


def hear_in_booking(talk: Talk, reading: Reading) -> None:
    """Take a message while a booking is open: an aside is answered and the question put again, the rest is for it."""
    if talk.pending.get("kind") == "meant" and not reading.questions:
        keep_unmet(talk)
    if _leaves_booking(talk, reading):
        return
    alone = not (reading.has_detail or reading.questions)
    if CARRY_ON.search(reading.text) and alone and not (reading.no or reading.yes):
        return book_on(talk)
    if OTHERS.search(reading.text) and (reading.unclear or reading.questions):
        talk.say("utter_others_data", topics=("out_of_scope",))
        return ask_again(talk)
    if _turns_into_question(talk, reading):
        return book_on(talk)
    if talk.draft.asks is not None and wants_consultation(reading):
        talk.draft.asks, talk.draft.consent = None, None
        talk.booking.notes.add(talk.voice.text("utter_booking_start"))
    answer(talk, reading.questions)
    attitude = reading.yes or reading.no or reading.refuses or reading.leaves or reading.removes or reading.same
    attitude = attitude or reading.later or reading.disputes
    if "clarify" in reading.sure_topics and alone and not reading.yes:
        return talk.put(talk.booking.explain())
    if alone and not attitude and _answer_unplaced(talk, reading):
        return ask_again(talk)
    polite = reading.topics and reading.topics <= {"greet", "thanks"} and alone and not reading.unclear
    if polite and "thanks" in reading.topics and talk.draft.amends and talk.draft.asked == "confirm":
        talk.booking.send()  # what they asked for was read back, they agreed before, and they thank for it
        return book_on(talk)
    if polite and not reading.yes:
        return ask_again(talk)
    if reading.questions and not reading.has_detail and not attitude:
        return ask_again(talk)
    talk.booking.hear(_with_same(talk, reading))
    if talk.booking.ending in (None, "send"):
        keep_for_clinic(talk, _asked_besides(reading))
    return book_on(talk)


def _turns_into_question(talk: Talk, reading: Reading) -> bool:
    """ "I don't want a consultation, I'm from the paper and just want a quote": passed on without concern and time."""
    if talk.draft.is_call_only or talk.draft.amends or not is_other_matter(reading.text):
        return False
    whole = Segment(reading.text, 0, len(reading.text), "out_of_scope", 0.0, "refuse")
    pass_on(talk.session, [talk.keep_question(whole).id])
    talk.draft.asks, talk.draft.consent = reading.text, None  # the agreement was to something else
    talk.booking.notes.add(talk.voice.text("utter_other_matter"))
    talk.booking.take_details(strong_details(reading))
    return True


def wants_consultation(reading: Reading) -> bool:
    """Whether a visitor whose question is to be passed on asks for a consultation after all."""
    wished = "book_consultation" in reading.sure_topics or reading.wants_booking
    return wished and names_consultation(reading.text) and not reading.no and not is_other_matter(reading.text)


def _asked_besides(reading: Reading) -> list[Segment]:
    """Questions that nobody can place, asked beside a detail or a yes: "yes, but can I bring a friend?"."""
    return [one for one in reading.unclear if is_question(one.text) and len(one.text.split()) >= LONG_QUESTION]


def _leaves_booking(talk: Talk, reading: Reading) -> bool:
    """Whether the visitor stops, starts over or says goodbye; then that was dealt with."""
    asked = talk.draft.asked
    decided = reading.no or reading.yes or reading.later or reading.disputes
    plain = asked in ("consent", "confirm") and decided and not _STOPS.search(reading.text)
    changing = talk.draft.asked != talk.draft.missing() or asked == "confirm"
    stops = "stop" in reading.sure_topics or ("stop" in reading.topics and _STOPS.search(reading.text))
    keeps = changing and reading.leaves and not (asked == "confirm" and _STOPS.search(reading.text))
    if reading.has_detail or reading.withdraws or plain or keeps:
        return False
    if stops:
        stop_booking(talk, reading)
    elif "start_over" in reading.sure_topics:
        answer(talk, reading.questions)
        restart_booking(talk)
    elif "goodbye" in reading.sure_topics and not reading.questions and not reading.yes:
        talk.say("utter_goodbye_in_booking", talk.choices("carry_on"), ("goodbye",))
    else:
        return False
    return True


def _answer_unplaced(talk: Talk, reading: Reading) -> bool:
    """What nobody can answer, said in the middle of a booking: outside, or a question for the clinic."""
    outside = [segment for segment in reading.unclear if segment.topic == "out_of_scope" and segment.is_sure]
    asked_outside = [one for one in outside if is_question(one.text) and not is_about_us(one)]
    if any(answer_exactly(talk, one) for one in reading.unclear):
        return True
    if asked_outside or ABUSE.search(reading.text):
        whole = Segment(reading.text, 0, len(reading.text), "out_of_scope", 0.0, "refuse")
        outside_scope(talk, next(iter(asked_outside), whole))
        return True
    asked = [segment for segment in reading.unclear if is_question(segment.text) and len(segment.text.split()) > 2]
    return keep_for_clinic(talk, asked)


def _with_same(talk: Talk, reading: Reading) -> Reading:
    """ "The same number", "the same time": what the last request of this conversation had."""
    lead = last_lead(talk.session, talk.conversation.id) if reading.same else None
    if lead is None or reading.phones or reading.emails:
        return reading
    if "time" in reading.fields and reading.time is None:
        reading = replace(reading, time=_time_of(lead))
    if reading.fields == {"time"}:
        return reading
    phones = [Found(lead.phone, lead.phone, (0, 0))] if lead.phone and reading.fields != {"email"} else []
    emails = [Found(lead.email, lead.email, (0, 0))] if lead.email and (not phones or "email" in reading.fields) else []
    return replace(reading, phones=phones, emails=emails)


def _time_of(lead: Lead) -> Preference:
    """The time of a request, as a wish for another one."""
    verdict: Verdict = "ok" if lead.time_start else "any"
    return Preference(verdict, lead.time_text or "", (0, 0), lead.time_start, lead.time_end)


def ask_again(talk: Talk) -> None:
    """After an aside: the open question once more, in the words of the first time."""
    if not talk.draft.is_open:
        return
    asked = talk.draft.asked or talk.draft.missing()
    if asked in ("name", "phone", "email", "time") and talk.draft.holds(asked):
        talk.booking.reopen(asked)
    talk.put(talk.booking.ask())


def wait_for(talk: Talk) -> None:
    """The visitor needs a moment: nothing counts as an answer or as a failed one, and what was asked stays open."""
    if talk.pending:
        talk.memory["pending"] = talk.pending
    if not talk.draft.is_open:
        return talk.say("utter_take_your_time")
    talk.draft.put_off = True
    said = talk.voice.text("utter_take_your_time_booking")
    return talk.put(Reply(said, talk.booking.asking.open_choices(), talk.draft.asked or talk.draft.missing()))


def book_on(talk: Talk, topics: tuple[str, ...] = ()) -> None:
    """Go on with the booking after the visitor's words were taken: its end, or the next question."""
    if talk.draft.urgent and talk.booking.changed == {"consent"} and talk.booking.again is None:
        talk.booking.send()  # the consent question showed everything, and somebody waits for help
    ending = talk.booking.ending
    talk.memory["misses"] = 0
    if ending == "send":
        return send_request(talk)
    if ending == "stopped":
        return stop_booking(talk, None)
    if ending in ("no_consent", "withdrawn"):
        return forget_booking(talk, ending)
    if ending in ("no_contact", "no_name"):
        talk.draft.state, talk.draft.asked = "paused", None
        talk.draft.no_phone = talk.draft.no_email = False
        talk.draft.tries = {}
        return talk.say("utter_call_back_not_sent" if talk.draft.urgent else f"utter_{ending}", talk.choices("person"))
    reply = talk.booking.ask()
    return talk.put(Reply(reply.text, reply.choices, reply.asks_for, topics or reply.topics, reply.sources))


def send_request(talk: Talk) -> None:
    """Commit the lead in this turn's transaction, then thank: who reads the thanks can rely on it."""
    amended = talk.draft.amends is not None
    # The transcript's questions count up to now, also those of this message.
    talk.conversation.memory = dict(talk.memory)
    talk.session.flush()
    lead = commit_lead(talk.session, talk.conversation, talk.draft, talk.clinic.time_zone, talk.channels, talk.now)
    if amended:
        talk.say("utter_booking_changed", reference=lead.reference)
    else:
        pass_on(talk.session, [question.id for question in open_questions_of(talk.session, talk.conversation.id)])
        first = not talk.memory.get("booked") or "passed_on" in talk.memory
        talk.memory["booked"] = int(talk.memory.get("booked", 0)) + 1
        key = "utter_booking_done" if first else "utter_booking_done_second"
        if talk.draft.urgent:
            _thank_for_call_back(talk, lead)
        elif talk.draft.asks is not None:
            talk.memory["passed_on"] = lead.reference
            talk.say("utter_question_sent", reference=lead.reference, promise=talk.promise())
        else:
            talk.memory.pop("passed_on", None)
            talk.say(key, topics=("book_consultation",), reference=lead.reference, promise=talk.promise())
        if talk.draft.second:
            _offer_second(talk, talk.draft.second)
    talk.draft = Draft(number=talk.draft.number + (0 if amended else 1))
    talk.memory.pop("opened_at", None)


def _thank_for_call_back(talk: Talk, lead: Lead) -> None:
    """Thank for what was committed, and say when nobody can have read it yet."""
    said = talk.voice.text("utter_call_back_done", reference=lead.reference)
    opening = None if talk.clinic.is_open(talk.now) else talk.clinic.next_opening(talk.now)
    if opening:
        said = f"{said} {talk.voice.text('utter_call_back_closed', when=talk.clinic.describe_moment(opening))}"
    talk.put(Reply(said, topics=("urgent_problem",)))


def _offer_second(talk: Talk, second: dict[str, str]) -> None:
    """The request for oneself is sent: now the one that was promised for the other."""
    talk.memory["second"] = {**second, **({"asker": talk.draft.name} if talk.draft.name else {})}
    talk.memory["pending"] = {"kind": "offer", "offers": "book_second"}
    talk.say("utter_offer_second", talk.choices("book:another"), who=second.get("name") or second["whom"])


def stop_booking(talk: Talk, reading: Reading | None) -> None:
    """Set the booking aside. Nothing of it is sent or stored as a request, so a consent that was given ends too."""
    if reading:
        answer(talk, reading.questions)
    talk.draft.asked = None
    talk.draft.tries = {}
    if talk.draft.amends:
        talk.draft = Draft(number=talk.draft.number)
        return talk.say("utter_amending_stopped", topics=("stop",))
    talk.draft.state, talk.draft.consent = "paused", None
    drop_incomplete(talk.session, talk.conversation.id, talk.draft.number)
    key = "utter_call_back_not_sent" if talk.draft.urgent else "utter_booking_stopped"
    return talk.say(key, talk.choices("carry_on"), ("stop",))


def forget_booking(talk: Talk, ending: str) -> None:
    """No consent: the details go, from the draft and from the transcript, before anybody says so."""
    if talk.draft.amends:  # a request that was sent: taking the consent back erases it, after a question
        talk.draft = Draft(number=talk.draft.number)
        return ask_to_erase(talk)
    talk.session.info[ERASED] = True
    opened = talk.memory.pop("opened_at", None)
    since = datetime.fromisoformat(opened) if opened else None
    forget_details(talk.session, talk.conversation.id, talk.draft, since, talk.voice.text("utter_words_removed"))
    drop_incomplete(talk.session, talk.conversation.id, talk.draft.number)
    urgent, talk.draft = talk.draft.urgent, Draft(number=talk.draft.number)
    if "trouble" in talk.memory:
        talk.memory["trouble"] = {**talk.memory["trouble"], "words": []}
    talk.memory["refused"] = True  # that there was a refusal, nothing of what was told
    talk.drop_tracker = True
    if urgent:
        return talk.say("utter_call_back_not_sent")
    return talk.say("utter_no_consent" if ending == "no_consent" else "utter_consent_withdrawn")


def ask_to_erase(talk: Talk) -> None:
    """Erasing cannot be undone, so it is asked first."""
    talk.memory["pending"] = {"kind": "erase"}
    talk.say("utter_erase_confirm", talk.choices("erase:yes", "erase:no"), ("privacy",))
