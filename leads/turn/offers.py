"""Questions that are open outside a booking: the visitor's yes, no or choice."""

import re
from dataclasses import replace

from leads.facts import FAQ_TOPICS
from leads.intake import last_lead
from leads.questions import keep_open_question, open_questions_of, pass_on, published_answer, settle_questions
from leads.reading import Reading
from leads.reading.asides import asks_if_open_now, declines_consultation, is_other_matter
from leads.reading.forms import NO, YES
from leads.replies import Choice, Reply
from leads.turn.answering import answer, hand_over, is_declined, keep_for_clinic, say_learned, unmet_question
from leads.turn.erasing import erase_everything, keep_everything
from leads.turn.request import ask_again, ask_for_contact, call_off, start_booking, wants_consultation
from leads.turn.talk import Talk, joined
from leads.understanding import Segment

PASS_ON = re.compile(
    r"\b(?:pass|send|forward|put) (?:it|this|that|them|(?:my|the|these|those) questions?) (?:on|along|over|to)\b"
    r"|\bask (?:the )?(?:clinic|them|team|some(?:one|body)|him|her)\b|\b(?:ask|find out|check) (?:it |that )?for me\b"
    r"|\b(?:check|find out) (?:it |that )?(?:with|from) (?:the )?(?:clinic|them|team)\b",
    re.I,
)


_MYSELF = re.compile(
    r"\b(?:i'?ll|i will|i can|i'?d rather|i'?m going to|imma|let me)(?: just| probably| try to)? (?:ask|call|ring"
    r"|phone|check|find out|go)\b"
    r"|\bmyself\b",
    re.I,
)
"""Who says so wants nothing passed on."""


def settle(talk: Talk, reading: Reading) -> bool:
    """The visitor's yes or no to the last question; False where his words are something else."""
    kind = talk.pending.get("kind")
    if kind in ("erase", "call_off") and len(reading.text.split()) <= 6:  # "yes, erase it" is no question about removal
        yes = bool(YES.match(reading.text))
        reading = replace(reading, yes=yes, no=not yes and bool(NO.match(reading.text)), questions=[])
    other = bool(reading.questions) or (reading.has_detail and kind != "offer") or "book_consultation" in reading.topics
    if kind == "offer" and talk.pending.get("offers") != "book_consultation":
        # "yes please can i book in, my number is ..." after "would you like to hear about aftercare?"
        other = other or reading.wants_booking or bool(reading.phones or reading.emails)
    if kind is None or other or reading.yes == reading.no:
        return False
    if (
        talk.draft.is_open
        and kind != "erase"
        and not (kind == "meant" and talk.draft.asked not in ("consent", "confirm"))
    ):
        return False
    if kind == "erase":
        erase_everything(talk) if reading.yes else keep_everything(talk)
    elif kind == "call_off":
        call_off(talk, reading.yes)
    elif kind == "ask_clinic":
        ask_clinic(talk, reading.yes)
    elif kind == "near" and reading.yes and len(talk.pending.get("answers", [])) == 1:
        take_answer(talk, str(talk.pending["answers"][0]))
    elif kind == "near":
        offer_to_ask(talk, talk.pending.get("ids", []))
    elif kind == "offer" and reading.yes:
        take_offer(talk, str(talk.pending.get("offers")), reading)
    elif kind == "meant" and reading.yes and len(talk.pending.get("topics", [])) == 1:
        answer_topic(talk, str(talk.pending["topics"][0]))
    elif kind == "meant":
        meant_none(talk)
    else:
        talk.say("utter_deny_nothing", topics=("deny",))
    return True


def meant_none(talk: Talk) -> None:
    """None of the offered meanings: the question goes to the clinic's list, and that is said."""
    segment = unmet_question(talk)
    if segment is None:
        talk.say("utter_not_understood", topics=("fallback",))
    elif talk.draft.is_open:
        keep_for_clinic(talk, [segment])
    else:
        talk.memory["misses"] = 0
        offer_to_ask(talk, [talk.keep_question(segment).id])
    ask_again(talk)


def take_offer(talk: Talk, offers: str, reading: Reading) -> None:
    """The visitor wants what was offered."""
    if offers in ("book_consultation", "book_second"):
        return start_booking(talk, reading, another=offers == "book_second")
    return answer_topic(talk, offers)


def answer_topic(talk: Talk, topic: str) -> None:
    """Do what a choice of a topic stands for."""
    if topic == "book_consultation":
        return start_booking(talk, None)
    if topic == "human_handoff":
        return hand_over(talk)
    answer(talk, [Segment(talk.voice.title(topic), 0, 0, topic, 1.0, "sure")])
    if talk.draft.is_open:
        return ask_again(talk)
    return finish_answers(talk)


def ask_clinic(talk: Talk, agreed: bool, reading: Reading | None = None) -> None:
    """Pass the question on, asking for a way to reach the visitor where there is none.

    `reading`: the words of the visitor's yes, where they tell more than that.
    """
    if not agreed:
        return talk.say("utter_ask_clinic_declined")
    ids = talk.pending.get("ids", [])
    pass_on(talk.session, ids)
    if talk.draft.is_open or last_lead(talk.session, talk.conversation.id):
        return talk.say("utter_ask_clinic_noted", promise=talk.promise())
    kept = [one.text for one in open_questions_of(talk.session, talk.conversation.id) if one.id in ids]
    return ask_for_contact(talk, " ".join(kept), reading)


def offer_to_ask(talk: Talk, ids: list[str]) -> None:
    """None of the clinic's answers was meant: shall the question be passed on?"""
    talk.memory["pending"] = {"kind": "ask_clinic", "ids": ids}
    talk.say("utter_ask_clinic_offer", talk.choices("ask_clinic:yes", "ask_clinic:no"), ("fallback",))


def take_answer(talk: Talk, answer_id: str) -> None:
    """The visitor took one of the clinic's answers."""
    found = published_answer(talk.session, answer_id)
    ids = talk.pending.get("ids", []) if talk.pending.get("kind") == "near" else []
    if found is None:
        return offer_to_ask(talk, ids)
    settle_questions(talk.session, ids, found.id)
    say_learned(talk, found)
    return ask_again(talk)


def finish_answers(talk: Talk) -> None:
    """After the answers: an offer to ask the clinic, or the question that fits the last answer."""
    if any(reply.sources or set(reply.topics) - {"fallback", "out_of_scope"} for reply in talk.replies):
        talk.memory["misses"] = 0
    last = talk.replies[-1]
    if talk.declined and not last.choices:
        before = talk.pending.get("ids", []) if talk.pending.get("kind") == "ask_clinic" else []
        ids = list(dict.fromkeys([*before, *talk.declined]))
        talk.memory["pending"] = {"kind": "ask_clinic", "ids": ids, "declined": talk.last_declined}
        offer = talk.voice.text("utter_ask_clinic_offer_more" if before else "utter_ask_clinic_offer")
        choices = talk.choices("ask_clinic:yes", "ask_clinic:no")
        talk.replies[-1] = Reply(joined(last.text, offer), choices, None, last.topics, last.sources)
    elif talk.follow_up and talk.follow_up.follow_up and not last.choices and not _is_settled(talk):
        talk.memory["pending"] = {"kind": "offer", "offers": talk.follow_up.offers}
        text = joined(last.text, talk.follow_up.follow_up)
        talk.replies[-1] = Reply(text, offer_choices(talk, talk.follow_up.offers), None, last.topics, last.sources)


def _is_settled(talk: Talk) -> bool:
    """Whether the next offer is a consultation and one was asked for already."""
    asked = bool(talk.memory.get("booked")) and "passed_on" not in talk.memory
    return asked and talk.follow_up is not None and talk.follow_up.offers == "book_consultation"


def offer_choices(talk: Talk, offers: str | None) -> tuple[Choice, ...]:
    """The quick reply that takes an offer."""
    if offers == "book_consultation":
        return talk.choices("book")
    return (Choice(f"topic:{offers}", talk.voice.title(offers), offers),) if offers in FAQ_TOPICS else ()


def take_passing_on(talk: Talk, reading: Reading) -> bool:
    """ "Ask them for me", said to a question that found no answer; False where the words or the question are none."""
    if reading.no or not PASS_ON.search(reading.text) or _MYSELF.search(reading.text):
        return False
    ids, segment = list(talk.pending.get("ids", [])), unmet_question(talk)
    if segment is not None:
        ids.append(talk.keep_question(segment).id)
    if not ids:
        return False
    if talk.draft.is_open:
        pass_on(talk.session, ids)
        talk.say("utter_question_kept")
        ask_again(talk)
    else:
        talk.pending = {"ids": ids}
        ask_clinic(talk, True)
    return True


def take_contact_for_question(talk: Talk, reading: Reading) -> bool:
    """ "Ask them to ring me on ...", where a question waits or it is about something else than a consultation."""
    kind, other_matter = talk.pending.get("kind"), is_other_matter(reading.text)
    contact = any(found.value for found in (*reading.phones, *reading.emails))
    if wants_consultation(reading) or not (contact or other_matter):
        return False
    ids = list(talk.pending.get("ids", [])) if kind in ("ask_clinic", "near") else []
    segment = unmet_question(talk) if kind in ("outside", "meant") else None
    if segment is not None:
        ids.append(talk.keep_question(segment).id)
    if other_matter and not (contact or reading.wants_booking or declines_consultation(reading.text)):
        return False  # a person is wanted, or it is only talk of the press or a job: whoever answers it has the word
    if kind == "leave_question" or other_matter:
        whole = Segment(reading.text, 0, len(reading.text), "human_handoff", 0.0, "refuse")
        ids.append(talk.keep_question(whole).id)
    if not ids:
        return False
    talk.pending = {"ids": ids}
    ask_clinic(talk, True, reading)
    return True


def take_question(talk: Talk, reading: Reading) -> bool:
    """What somebody reads when the clinic opens; False where the words are something to be done now."""
    if talk.pending.get("kind") != "leave_question":
        return False
    aside = {"stop", "goodbye", "thanks", "greet", "deny", "book_consultation", "privacy", "bot_challenge"}
    asked = [*reading.questions, *reading.unclear]
    if reading.topics & aside or reading.no or reading.phones or reading.emails:
        return False
    at_once = ("human_handoff", "privacy")
    if any(asks_if_open_now(s.text) for s in asked) or _MYSELF.search(reading.text):
        return False
    if any(s.topic in at_once or (s.is_sure and s.is_faq and not is_declined(talk, s)) for s in asked):
        return False
    if not asked and len(reading.text.split()) < 3:
        if reading.yes:
            talk.memory["pending"] = {"kind": "leave_question"}
            talk.say("utter_leave_question", topics=("human_handoff",))
        return reading.yes
    first = asked[0] if asked else Segment(reading.text, 0, len(reading.text), "human_handoff", 0.0, "refuse")
    question = keep_open_question(
        talk.session, talk.conversation.id, talk.message.id, reading.text[:500], first.topic, first.vector, talk.now
    )
    talk.pending = {"ids": [question.id]}
    ask_clinic(talk, True)
    return True
