"""Handing a talk to a person and back."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from leads import handoff
from leads.conversations import Said
from leads.draft import Draft
from leads.handoff import NotInTalk, Person, TalkTaken, end_silent_talks, give_up_waiting
from leads.records import Conversation, Delivery, Lead, OpenQuestion
from leads.store import Store
from leads.understanding import Segment, Understanding
from tests.leads.desks import CHANNELS, CLOSED, OPEN, VOICE, Talker, emptied

MAYA, SAM = Person("a_1", "Maya"), Person("a_2", "Sam")
KEY = Person("api-key", "Somebody", shared=True)
WAIT = timedelta(minutes=VOICE.clinic.handoff.wait_minutes)


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    yield from emptied(store_url)


@pytest.fixture
def visitor(store: Store) -> Talker:
    return Talker.arrive(store)


def take(store: Store, visitor: Talker, person: Person = MAYA) -> None:
    with store.transaction() as session:
        handoff.take_over(session, visitor.id, person, VOICE, OPEN)


def events(store: Store) -> list[str]:
    with store.reading() as session:
        return list(session.scalars(select(Delivery.event).order_by(Delivery.seq)))


def test_who_asks_for_a_person_waits_and_staff_are_told_once(store: Store, visitor: Talker) -> None:
    assert "told the team" in visitor.say("a person please", "human_handoff")[0]
    assert visitor.conversation().state == "waiting"
    assert "nobody has been free so far" in visitor.say("hello? a human!", "human_handoff")[0]
    assert events(store) == ["handoff.waiting"]


def test_while_a_visitor_waits_the_assistant_goes_on_answering(visitor: Talker) -> None:
    visitor.say("a person please", "human_handoff")
    assert "years" in visitor.say("how long does it last", "longevity")[0]
    assert visitor.conversation().state == "waiting"


@pytest.mark.parametrize("words", ["the quick reply", "stop"])
def test_who_no_longer_wants_a_person_stops_waiting(visitor: Talker, words: str) -> None:
    visitor.say("a person please", "human_handoff")
    said = visitor.choose("stop_waiting") if words == "the quick reply" else visitor.say("stop", "stop")
    assert "no longer waiting" in said[0]
    assert visitor.conversation().state == "bot"


def test_a_closed_clinic_says_when_it_opens_and_takes_the_question(store: Store, visitor: Talker) -> None:
    said = visitor.say("can I talk to someone", "human_handoff", CLOSED)[0]
    assert "Tuesday 24 November 2026 at 9:30 am" in said
    assert visitor.conversation().state == "bot"
    visitor.say("can you treat the scar behind my ear", "scars_and_patches", CLOSED, decision="refuse")
    with store.reading() as session:
        question = session.scalars(select(OpenQuestion)).one()
    assert (question.text, question.wanted) == ("can you treat the scar behind my ear", True)
    assert visitor.talk()[-1].asks_for in ("name", "contact"), "somebody has to be able to answer"


def test_a_closed_clinic_gives_its_number_and_says_no_paragraph_twice(visitor: Talker) -> None:
    first = visitor.say("I want someone NOW", "human_handoff", CLOSED)[0]
    second = visitor.say("I want someone NOW", "human_handoff", CLOSED)[0]
    assert first != second
    assert "0161 496 0123" in first
    assert "0161 496 0123" in second
    for words in ("whats the number", "is anyone there now?", "what time are you open until today"):
        said = visitor.say(words, "out_of_scope", CLOSED, decision="refuse")[0]
        assert "closed just now" in said
        assert "0161 496 0123" in said
        assert "Tuesday 24 November 2026 at 9:30 am" in said
    assert "until 6 pm" in visitor.say("until when are you open today?", "clinic_info", OPEN)[0]
    visitor.say("can you treat the scar behind my ear", "scars_and_patches", CLOSED, decision="refuse")
    assert visitor.talk()[-1].asks_for in ("name", "contact"), "the question is still waited for"


@pytest.mark.parametrize(
    "words", ["no i'll ask them myself, what time are you open until today", "I'll ring them myself"]
)
def test_who_asks_the_clinic_themselves_wants_nothing_passed_on(store: Store, visitor: Talker, words: str) -> None:
    visitor.say("can you treat the scar behind my ear", "scars_and_patches", CLOSED, decision="refuse")
    visitor.say(words, "out_of_scope", CLOSED, decision="refuse")
    with store.reading() as session:
        assert not [one for one in session.scalars(select(OpenQuestion)) if one.wanted]


def test_what_the_assistant_can_answer_is_answered_even_then(store: Store, visitor: Talker) -> None:
    visitor.say("can I talk to someone", "human_handoff", CLOSED)
    assert "years" in visitor.say("how long does it last", "longevity", CLOSED)[0]


def test_while_a_person_writes_the_assistant_is_silent(store: Store, visitor: Talker) -> None:
    late = visitor.post(Said("text", "does it hurt", None))
    take(store, visitor)
    assert visitor.respond(late, Understanding((Segment("does it hurt", 0, 12, "pain", 0.9, "sure"),)), OPEN) == []
    assert visitor.talk()[-1].text == "Maya from Northlight Scalp Studio has joined the chat."
    with store.transaction() as session:
        said = handoff.say(session, visitor.id, MAYA, "Hello!", "k1")
        again = handoff.say(session, visitor.id, MAYA, "Hello!", "k1")
    assert said is not None
    assert again is not None
    assert said[1].id == again[1].id
    assert (visitor.talk()[-1].author, visitor.talk()[-1].staff) == ("staff", "Maya")


@pytest.mark.parametrize("second", [SAM, KEY])
def test_two_cannot_take_the_same_talk(store: Store, visitor: Talker, second: Person) -> None:
    take(store, visitor)
    take(store, visitor)  # the same person, in another tab
    with pytest.raises(TalkTaken):
        take(store, visitor, second)
    with store.transaction() as session, pytest.raises(TalkTaken):
        handoff.say(session, visitor.id, second, "Hello!")
    assert [message.text for message in visitor.talk()].count(
        "Maya from Northlight Scalp Studio has joined the chat."
    ) == 1


def test_behind_a_shared_key_the_second_takeover_is_somebody_else(store: Store, visitor: Talker) -> None:
    take(store, visitor, KEY)
    with pytest.raises(TalkTaken):
        take(store, visitor, KEY)


def test_nobody_writes_in_a_talk_that_was_not_taken_over(store: Store, visitor: Talker) -> None:
    with store.transaction() as session, pytest.raises(NotInTalk):
        handoff.say(session, visitor.id, MAYA, "Hello!")


def test_handed_back_the_assistant_answers_again(store: Store, visitor: Talker) -> None:
    take(store, visitor)
    with store.transaction() as session:
        handoff.hand_back(session, visitor.id, SAM.actor, VOICE)
    assert "Maya has left the chat" in visitor.talk()[-1].text
    assert "years" in visitor.say("how long does it last", "longevity")[0]


def test_nobody_came_an_apology_and_the_offer_to_leave_details(store: Store, visitor: Talker) -> None:
    visitor.say("a person please", "human_handoff")
    assert give_up_waiting(store, lambda: VOICE, CHANNELS, OPEN + WAIT - timedelta(seconds=1)) == []
    assert give_up_waiting(store, lambda: VOICE, CHANNELS, OPEN + WAIT) == [visitor.id]
    assert give_up_waiting(store, lambda: VOICE, CHANNELS, OPEN + WAIT) == []
    assert "nobody is free just now" in visitor.talk()[-1].text
    assert visitor.conversation().state == "bot"
    visitor.say("yes", "affirm")
    assert visitor.talk()[-1].asks_for == "name"


def test_nobody_came_who_left_contact_and_consent_gets_a_lead(store: Store, visitor: Talker) -> None:
    visitor.say("a person please", "human_handoff")
    consent = {"given": True, "text": "I agree.", "version": "1", "at": OPEN.isoformat()}
    with store.transaction() as session:
        talk = session.get(Conversation, visitor.id)
        assert talk is not None
        talk.draft = Draft(name="Tom", phone="+447700900123", consent=consent, state="open").as_json()
    give_up_waiting(store, lambda: VOICE, CHANNELS, OPEN + WAIT)
    with store.reading() as session:
        lead = session.scalars(select(Lead)).one()
    assert (lead.status, lead.phone) == ("new", "+447700900123")
    assert "nobody was free" in lead.notes[0]["text"]
    assert lead.reference in visitor.talk()[-1].text
    assert "lead.created" in events(store)


def test_a_talk_that_was_taken_in_time_is_left_alone(store: Store, visitor: Talker) -> None:
    visitor.say("a person please", "human_handoff")
    take(store, visitor)
    assert give_up_waiting(store, lambda: VOICE, CHANNELS, OPEN + WAIT * 9) == []


def test_a_talk_that_its_person_forgot_goes_back(store: Store, visitor: Talker) -> None:
    take(store, visitor)
    now = visitor.conversation().updated_at
    assert end_silent_talks(store, lambda: VOICE, now + handoff.SILENT_FOR - timedelta(seconds=1)) == []
    assert end_silent_talks(store, lambda: VOICE, now + handoff.SILENT_FOR) == [visitor.id]
    assert visitor.conversation().state == "bot"


def test_urgent_talks_wait_first_until_somebody_has_seen_them(store: Store) -> None:
    first, second, urgent = (Talker.arrive(store) for _ in range(3))
    first.say("a person please", "human_handoff", OPEN)
    second.say("a person please", "human_handoff", OPEN + timedelta(minutes=1))
    urgent.say("my scalp is hot and swollen since yesterday", "urgent_problem", OPEN + timedelta(minutes=2))
    with store.transaction() as session:
        assert [talk.id for talk in handoff.list_waiting(session)] == [urgent.id, first.id, second.id]
        assert [talk.id for talk in handoff.list_waiting(session, after=urgent.id, limit=1)] == [first.id]
        assert handoff.mark_seen(session, urgent.id, MAYA.actor, OPEN)
        assert [talk.id for talk in handoff.list_waiting(session)] == [first.id, second.id]
