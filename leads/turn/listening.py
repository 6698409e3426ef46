"""What a visitor said or chose goes to whoever deals with it."""

import re
from collections.abc import Sequence
from dataclasses import replace

from leads.facts import FAQ_TOPICS
from leads.handoff import stop_waiting
from leads.intake import last_lead
from leads.reading import Reading, is_question
from leads.reading.asides import asks_for_time, asks_how_it_stands, asks_what_is_noted, calls_off
from leads.reading.concerns import mentions_concern, read_mention, tells_of_another
from leads.reading.trouble import asks_in_general, seeks_help
from leads.replies import Reply
from leads.turn.answering import answer, answer_unclear, hand_over, keep_unmet, matters, miss, offer_meanings
from leads.turn.erasing import erase_everything, keep_everything
from leads.turn.exactly import answer_exactly
from leads.turn.feelings import answer_despair, comfort, feeling, is_despair, is_only_felt, say_kind_word, tells_loss
from leads.turn.offers import (
    answer_topic,
    ask_clinic,
    finish_answers,
    meant_none,
    offer_to_ask,
    settle,
    take_answer,
    take_contact_for_question,
    take_passing_on,
    take_question,
)
from leads.turn.request import (
    CARRY_ON,
    add_to_lead,
    agree_after_all,
    amend_lead,
    ask_again,
    ask_to_call_off,
    ask_to_erase,
    asks_for_second,
    book_on,
    call_off,
    hear_in_booking,
    note_opening,
    restart_booking,
    resume_booking,
    start_booking,
    stop_booking,
    tell_how_it_stands,
    tell_what_is_noted,
    wait_for,
)
from leads.turn.talk import Heard, Talk, joined, strong_details
from leads.turn.urgent import hear_in_trouble, report_urgent, start_call_back, trouble
from leads.understanding import BOOKING_TOPICS, Segment, Understanding

_ERASE = re.compile(
    r"\b(?:delet\w*|eras\w*|remov\w*|forget|wipe|scrub|get rid of|destroy|clear|unsubscribe)\b.{0,40}\b(?:data"
    r"|details?|info\w*|chat|conversation|everything|all"
    r"|me|record\w*|number|request|messages?|history|what i(?:'ve)? (?:typed|wrote|written|said|told|sent|gave))\b"
    r"|\bright to be forgotten\b"
    r"|\b(?:data|details?|info\w*|chat|conversation|everything|records?|request|history)\b.{0,20}\b(?:deleted|erased"
    r"|removed|wiped|gone)\b",
    re.I | re.S,
)
RATHER = 0.6
"""The confidence from which an unsure question about coming is taken for a wish to come."""
_ALL = re.compile(r"\b(?:all|everything|data|chat|conversation|details|info\w*|record\w*|request)\b", re.I)


def run_turn(talk: Talk, heard: Heard | None) -> list[Reply]:
    """Run the turn and give what is said. Draft and memory are put back into the conversation."""
    if talk.message.choice is not None:
        take_choice(talk, talk.message.choice)
    elif heard is not None:
        listen(talk, heard)
    if not talk.replies:
        miss(talk, [])
    if not talk.forget:
        talk.draft.touched_at = talk.now.isoformat()
        talk.conversation.draft = talk.draft.as_json()
        talk.conversation.memory = dict(talk.memory)
    return talk.replies


def listen(talk: Talk, heard: Heard) -> None:
    """Give a text to whoever deals with it; an emergency comes first."""
    general = trouble(talk) is None and _asks_about_risks(heard)
    if general:
        heard = _as_risks(heard)
    text, understood = heard.text, heard.understood
    reading = heard.read(talk.draft, talk.clinic, talk.now)
    if understood.language == "other" and not reading.phones and not reading.emails and not reading.name:
        talk.say("utter_other_language", topics=("out_of_scope",))
        return ask_again(talk)
    urgent = [segment for segment in understood.segments if _is_urgent(segment)]
    if is_despair(text):
        answer_despair(talk)
        return ask_again(talk)
    if urgent or (seeks_help(text) and trouble(talk) is None):
        return report_urgent(talk, reading)
    felt, outside = feeling(text), not talk.draft.is_open
    hear(talk, reading, understood, felt)
    if general:
        _mind_own_trouble(talk)
    if felt:
        say_kind_word(talk, felt)
    elif outside and not talk.draft.is_open and tells_loss(text):
        say_kind_word(talk, "loss")
    return None


def _is_urgent(segment: Segment) -> bool:
    return segment.topic == "urgent_problem" and segment.decision != "refuse"


def _asks_about_risks(heard: Heard) -> bool:
    """Whether the engine took for an urgent problem what is only asked in general ("do people get infections?")."""
    return any(_is_urgent(one) for one in heard.understood.segments) and asks_in_general(heard.text)


def _as_risks(heard: Heard) -> Heard:
    """The same words as a question about side effects."""
    segments = tuple(
        replace(one, topic="side_effects", decision="sure") if _is_urgent(one) else one
        for one in heard.understood.segments
    )
    return Heard(heard.text, replace(heard.understood, segments=segments))


def _mind_own_trouble(talk: Talk) -> None:
    """Whoever asks in general and is in trouble after all learns what to do."""
    for index, reply in enumerate(talk.replies):
        if "side_effects" in reply.topics:
            text = joined(reply.text, talk.voice.text("utter_urgent_if_own"))
            talk.replies[index] = replace(reply, text=text)
            return


def hear(talk: Talk, reading: Reading, understood: Understanding, felt: str | None) -> None:
    """Give a text that tells of no emergency to whoever deals with it; `felt`: how the visitor feels, if they say."""
    if reading.waits and (talk.draft.is_open or talk.pending):
        answer(talk, [one for one in reading.questions if not asks_for_time(one.text)])
        return wait_for(talk)
    if talk.pending.get("kind") == "erase" and settle(talk, reading):
        return None
    if _wants_erasing(talk, reading, understood):
        return ask_to_erase(talk)
    if hear_in_trouble(talk, reading):
        return None
    if talk.pending and (take_passing_on(talk, reading) or take_question(talk, reading) or settle(talk, reading)):
        return None
    if asks_what_is_noted(reading.text) and not reading.has_detail:
        return tell_what_is_noted(talk, reading)
    if talk.draft.is_open:
        return hear_in_booking(talk, reading)
    return hear_outside(talk, reading, understood, felt)


def _wants_erasing(talk: Talk, reading: Reading, understood: Understanding) -> bool:
    """Whether data is to be erased: all of it, not one field of an open booking."""
    if talk.draft.is_open:
        one_field = reading.fields & {"phone", "email", "name"} and not _ALL.search(reading.text)
        if one_field or reading.withdraws:
            return False
    elif reading.withdraws and talk.memory.get("booked"):
        return True
    told = any(segment.topic in ("privacy", "stop", "refuse_detail") for segment in understood.segments)
    return told and bool(_ERASE.search(reading.text))


def hear_outside(talk: Talk, reading: Reading, understood: Understanding, felt: str | None) -> None:
    """Take a message while no booking is open."""
    topics = reading.topics
    wants = "book_consultation" in reading.sure_topics or reading.wants_booking
    sent = bool(talk.memory.get("booked"))
    if agree_after_all(talk, reading):
        return None
    if sent and calls_off(reading.text) and ask_to_call_off(talk):
        return None
    if sent and asks_for_second(talk, reading):
        return start_booking(talk, None, another=True)
    if sent and asks_how_it_stands(reading.text) and not reading.has_detail and tell_how_it_stands(talk):
        return None
    other_detail = reading.name or reading.phones or reading.emails or reading.concern
    if sent and (reading.contact_wish or reading.remark) and not other_detail and add_to_lead(talk, reading):
        return None
    if sent and not wants and tells_of_another(reading.text):
        reading = replace(reading, concern=read_mention(reading.text), adds_concern=True, questions=[])
    told = reading.has_detail or reading.contact_wish
    if told and sent and not wants and not reading.questions and amend_lead(talk, reading):
        return None
    if take_contact_for_question(talk, reading):
        return None
    if wants or reading.phones or reading.emails:
        return start_booking(talk, reading)
    if talk.draft.state == "paused" and (CARRY_ON.search(reading.text) or "start_over" in topics):
        return resume_booking(talk, reading, restart="start_over" in topics)
    if "book_consultation" in topics and not reading.questions:
        unsure = [s for s in understood.segments if s.topic == "book_consultation" and not s.is_sure]
        if unsure and is_question(reading.text) and (sent or unsure[0].confidence < RATHER):
            return offer_meanings(talk, unsure[0])  # "can I come with him?" is no request, and no second one
        return start_booking(talk, reading)
    if takes_offer(talk, reading):
        return start_booking(talk, reading)
    talk.booking.take_details(strong_details(reading))  # kept for a booking that may follow
    if talk.booking.changed:
        note_opening(talk)
    talk.booking.notes.texts.clear()
    talk.draft.asked, talk.booking.again = None, None
    felt = felt or ("loss" if tells_loss(reading.text) else None)
    unclear = [one for one in reading.unclear if matters(talk, one, reading) and not (felt and _is_told(one, felt))]
    questions = [one for one in reading.questions if not (felt and is_only_felt(one))]
    asked_first = [one for one in unclear if questions and one.start < questions[0].start]
    answer_unclear(talk, asked_first)
    answer(talk, questions)
    unclear = unclear[len(asked_first) :]
    if felt and not talk.replies:
        return comfort(talk, reading.text, felt)
    if reading.questions and not talk.replies:
        return miss(talk, reading.questions)
    if unclear and not answer_unclear(talk, unclear):
        return miss(talk, unclear)
    if not talk.replies:
        return small_talk(talk, reading, understood.segments)
    return finish_answers(talk)


def _is_told(segment: Segment, felt: str) -> bool:
    """Whether words that could not be placed only tell how somebody is: they are answered with a kind word."""
    return felt != "loss" or not is_question(segment.text)


def takes_offer(talk: Talk, reading: Reading) -> bool:
    """Whether a name or a time is told right after "shall I arrange a consultation?": that is a yes."""
    offered = talk.pending.get("kind") == "offer" and talk.pending.get("offers") == "book_consultation"
    told = reading.name or (reading.time and reading.time.verdict == "ok")
    plain = not (reading.questions or reading.unclear or reading.no) and not is_question(reading.text)
    return bool(offered and told and plain and "inform" in reading.topics)


def small_talk(talk: Talk, reading: Reading, segments: Sequence[Segment]) -> None:
    """What needs no answer from the document."""
    topics = reading.topics
    order = (
        "bot_challenge",
        "capabilities",
        "human_handoff",
        "privacy",
        "stop",
        "thanks",
        "goodbye",
        "greet",
        "affirm",
        "deny",
    )
    topic = next((topic for topic in order if topic in topics), None)
    if topic in ("affirm", "deny", "greet", None):  # "guaranteed?", "do you do it at weekends": asked, not so placed
        asked = [one for one in segments if is_question(one.text) and not (one.is_sure and topic)]
        if [one for one in asked if answer_exactly(talk, one)]:
            return finish_answers(talk)
    lead = last_lead(talk.session, talk.conversation.id)
    if topic == "stop" and stop_waiting(talk.conversation):
        return talk.say("utter_waiting_stopped", topics=("stop",))
    if topic == "stop" or (topic is None and "start_over" in topics):
        return talk.say("utter_nothing_to_stop", topics=("stop",) if topic else ())
    if topic == "greet":
        return talk.say("utter_greet_again", talk.choices("book"), ("greet",))
    if topic == "deny" and reading.someone_else:  # "it's not for me, it's for my brother"
        talk.memory["pending"] = {"kind": "offer", "offers": "book_consultation"}
        return talk.say("utter_offer_for_someone", talk.choices("book"))
    if topic in ("affirm", "deny"):
        return talk.say(f"utter_{topic}_nothing", talk.choices("book") if topic == "affirm" else (), (topic,))
    if topic:
        return talk.say(f"utter_{topic}", topics=(topic,))
    if "correct_detail" in topics:
        if lead and amend_lead(talk, None):
            return None
        return talk.say("utter_nothing_to_change", talk.choices("book"))
    if topics & set(BOOKING_TOPICS) and "clarify" not in topics:
        asked = [segment for segment in segments if is_question(segment.text)]
        if asked and not (reading.name or reading.time):  # "can my brother come with me"
            return offer_to_ask(talk, [talk.keep_question(segment).id for segment in asked])
        return answer_told(talk, reading)
    return miss(talk, [])


def answer_told(talk: Talk, reading: Reading) -> None:
    """A detail told while no booking is open: of hair loss kindly, else with the booking that it may be meant for."""
    if reading.concern or mentions_concern(reading.text):
        return comfort(talk, reading.text, "loss")
    talk.memory["pending"] = {"kind": "offer", "offers": "book_consultation"}
    note = talk.voice.text("utter_got_name", name=reading.name) if reading.name else talk.voice.text("utter_got_it")
    wish = (
        "utter_offer_with_time" if reading.time else "utter_offer_with_name" if reading.name else "utter_anything_else"
    )
    return talk.put(Reply(joined(note, talk.voice.text(wish)), talk.choices("book")))


def take_choice(talk: Talk, choice: str) -> None:
    """Take a quick reply."""
    kind, _, value = choice.partition(":")
    if kind == "topic" and value in FAQ_TOPICS:
        talk.memory["misses"] = 0
        answer_topic(talk, value)
    elif choice in ("book", "book:another"):
        start_booking(talk, None, another=choice == "book:another")
    elif choice == "call_back":
        start_call_back(talk)
    elif choice == "person":
        hand_over(talk)
        ask_again(talk)
    elif choice == "stop_waiting":
        talk.say("utter_waiting_stopped" if stop_waiting(talk.conversation) else "utter_nothing_to_stop")
        ask_again(talk)
    elif kind == "answer":
        take_answer(talk, value)
    elif choice == "none" and talk.pending.get("kind") == "near":
        offer_to_ask(talk, talk.pending.get("ids", []))
    elif choice == "none":
        meant_none(talk)
    elif choice == "carry_on":
        resume_booking(talk) if talk.draft.state == "paused" else ask_again(talk)
    elif choice == "restart":
        restart_booking(talk)
    elif choice == "stop":
        stop_booking(talk, None)
    elif choice == "change":
        if talk.draft.is_open or not amend_lead(talk, None):
            ask_again(talk)
    elif kind == "ask_clinic":
        ask_clinic(talk, value == "yes")
    elif kind == "call_off":
        call_off(talk, value == "yes")
    elif kind == "erase":
        erase_everything(talk) if value == "yes" else keep_everything(talk)
    elif talk.draft.is_open and talk.booking.choose(choice):
        keep_unmet(talk)
        book_on(talk)
    else:
        ask_again(talk)
