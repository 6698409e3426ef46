"""Something wrong after treatment: the warning, the urgent call-back, and what it is never taken for."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select

from leads.records import Delivery, Lead, Message, OpenQuestion
from leads.store import Store
from tests.leads.desks import CLOSED, OPEN, Talker, emptied

PUS = "there is pus coming out of my head"


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    yield from emptied(store_url)


@pytest.fixture
def visitor(store: Store) -> Talker:
    return Talker.arrive(store)


def leads(store: Store) -> list[Lead]:
    with store.reading() as session:
        return list(session.scalars(select(Lead).order_by(Lead.seq)))


def events(store: Store) -> list[str]:
    with store.reading() as session:
        return list(
            session.scalars(select(Delivery.event).where(Delivery.channel == "email_staff").order_by(Delivery.seq))
        )


def asked(visitor: Talker) -> str | None:
    return visitor.talk()[-1].asks_for


def leave_details(visitor: Talker, now: datetime = OPEN) -> None:
    """Tell what is wrong and how to be reached; the consent is asked for next."""
    visitor.say(f"{PUS}, 07700 900765", "urgent_problem", now)
    visitor.say("Mo Khan", "inform", now)
    assert asked(visitor) == "consent"


def test_the_button_asks_for_a_number_and_a_name_and_then_for_the_consent_only(store: Store, visitor: Talker) -> None:
    visitor.say(PUS, "urgent_problem")
    assert [choice["id"] for choice in visitor.talk()[-1].choices] == ["call_back"]
    visitor.choose("call_back")
    assert asked(visitor) == "contact"
    visitor.say("07700 900111", "inform")
    assert asked(visitor) == "name"
    assert PUS in visitor.say("my name is Kelly Marsh", "inform")[0]
    assert asked(visitor) == "consent"
    assert leads(store) == []
    assert "reached" in visitor.choose("consent:yes")[0]
    (lead,) = leads(store)
    assert (lead.name, lead.phone, lead.urgent) == ("Kelly Marsh", "+447700900111", True)
    assert (lead.concern_category, lead.concern_text, lead.time_start) == (None, PUS, None)
    assert lead.is_call_back
    assert lead.consent["given"]
    assert events(store) == ["handoff.waiting", "lead.created", "lead.urgent"]


def test_a_number_beside_the_problem_leaves_the_name_to_be_asked(visitor: Talker) -> None:
    said = visitor.say(f"{PUS}, 07700 900765", "urgent_problem")
    assert asked(visitor) == "name"
    assert "999" in said[0]
    assert "900765" in said[-1]


def test_a_running_booking_becomes_a_call_back_and_keeps_what_it_was_about_as_a_remark(
    store: Store, visitor: Talker
) -> None:
    visitor.say("book me in", "book_consultation")
    visitor.say("my name is Rob Dale", "inform")
    visitor.say("07700 900123", "inform")
    visitor.say("my crown is thinning", "pattern_baldness")
    assert asked(visitor) == "time"
    visitor.say("it has started to bleed again since yesterday", "urgent_problem")
    assert asked(visitor) == "consent"
    visitor.choose("consent:yes")
    (lead,) = leads(store)
    assert lead.is_call_back
    assert "bleed again" in (lead.concern_text or "")
    assert "crown" in str(lead.remarks)


def test_an_agreement_to_a_consultation_is_none_to_a_call_back(store: Store, visitor: Talker) -> None:
    visitor.say("book me in", "book_consultation")
    visitor.say("my name is Rob Dale", "inform")
    visitor.say("07700 900123", "inform")
    for choice in ("skip:concern", "time:any", "consent:yes"):
        visitor.choose(choice)
    assert asked(visitor) == "confirm"
    visitor.say(PUS, "urgent_problem")
    assert asked(visitor) == "consent"
    assert leads(store) == []


def test_the_same_words_are_never_said_twice_in_a_row(visitor: Talker) -> None:
    said = [visitor.say(f"{PUS} {number}", "urgent_problem")[0] for number in range(5)]
    assert all(one != other for one, other in pairwise(said))
    assert all("999" in one for one in said)


def test_a_listed_sign_comes_with_the_emergency_number_as_the_first_words(visitor: Talker) -> None:
    assert visitor.say("I can't breathe", "urgent_problem")[0].startswith("Call 999 now.")
    assert visitor.say("and I have a fever", "urgent_problem")[0].startswith(
        "Please call 999 now, as you mention a fever"
    )


@pytest.mark.parametrize("topic", ["aftercare", "pain", "medical_question", "side_effects", "out_of_scope"])
def test_what_to_do_about_it_is_never_answered_from_the_document(store: Store, visitor: Talker, topic: str) -> None:
    visitor.say(PUS, "urgent_problem")
    said = visitor.say("should I put savlon on it?", topic)
    assert "can't advise on that" in said[0]
    assert len(said) == 1
    with store.reading() as session:
        assert session.scalars(select(OpenQuestion.topic)).all() == ["urgent_problem"]


def test_inside_the_call_back_it_is_not_either(visitor: Talker) -> None:
    visitor.say(PUS, "urgent_problem")
    visitor.choose("call_back")
    said = visitor.say("can I wash it?", "daily_life")
    assert "can't advise on that" in said[0]
    assert asked(visitor) == "contact"


def test_after_some_days_a_question_is_a_question_again(visitor: Talker) -> None:
    visitor.say(PUS, "urgent_problem")
    assert "can't advise" not in visitor.say("how do I look after it?", "aftercare", OPEN + timedelta(days=3))[0]


def test_who_wants_no_call_hears_whom_to_call(store: Store, visitor: Talker) -> None:
    visitor.say(PUS, "urgent_problem")
    said = visitor.say("no", "deny")[0]
    assert "0161 496 0123" in said
    assert "999" in said
    assert leads(store) == []


@pytest.mark.parametrize("how", ["consent:no", "stop"])
def test_what_is_not_agreed_to_is_not_sent(store: Store, visitor: Talker, how: str) -> None:
    leave_details(visitor)
    said = visitor.choose(how) if how == "consent:no" else visitor.say("stop", "stop")
    assert "999" in said[0]
    assert leads(store) == []
    with store.reading() as session:
        kept = " ".join(session.scalars(select(Message.text).where(Message.author == "visitor")))
    assert how == "stop" or ("900765" not in kept and "pus" not in kept)


def test_a_request_that_was_sent_is_the_urgent_one_and_staff_hear_what_is_new(store: Store, visitor: Talker) -> None:
    leave_details(visitor)
    visitor.choose("consent:yes")
    before = events(store)
    visitor.say("and now I have a fever", "urgent_problem")
    visitor.say("yes please call me", "affirm")
    (lead,) = leads(store)
    assert lead.remarks == ["and now I have a fever"]
    assert events(store) == [*before, "lead.urgent"]
    assert asked(visitor) is None


def test_a_closed_clinic_says_that_nobody_reads_it_yet(visitor: Talker) -> None:
    leave_details(visitor, CLOSED)
    assert "closed now and opens again Tuesday" in visitor.choose("consent:yes", CLOSED)[0]


def test_while_it_is_closed_a_person_is_asked_for_by_a_call_back(visitor: Talker) -> None:
    visitor.say(PUS, "urgent_problem", CLOSED)
    visitor.say("I want a human", "human_handoff", CLOSED)
    assert asked(visitor) == "contact"


def test_who_names_a_consultation_gets_one(visitor: Talker) -> None:
    visitor.say(PUS, "urgent_problem")
    visitor.say("I'd like to book a consultation, 07700 900555", "book_consultation")
    visitor.say("Ola Berg", "inform")
    assert asked(visitor) == "concern"


def test_a_question_about_risks_that_was_taken_for_an_emergency_is_answered_with_a_way_on(visitor: Talker) -> None:
    said = visitor.say("Do people ever get infections from this?", "urgent_problem")[0]
    assert "side effects are minimal" in said
    assert "0161 496 0123" in said
    assert visitor.conversation().urgent_at is None


def test_the_same_question_beside_an_open_problem_is_none_in_general(visitor: Talker) -> None:
    visitor.say(PUS, "urgent_problem")
    assert "minimal" not in visitor.say("Do people ever get infections from this?", "urgent_problem")[0]


@pytest.mark.parametrize("words", ["ok thanks, bye", "actually it was only sweat and I am all fine"])
def test_a_polite_end_is_no_yes_to_the_call_back(visitor: Talker, words: str) -> None:
    visitor.say(PUS, "urgent_problem")
    visitor.say(words, "thanks" if "thanks" in words else "affirm")
    assert asked(visitor) is None


def test_a_yes_please_with_thanks_is_one(visitor: Talker) -> None:
    visitor.say(PUS, "urgent_problem")
    visitor.say("yes please, thanks", "thanks")
    assert asked(visitor) == "contact"


def test_when_somebody_can_be_called_is_a_remark_and_no_time(store: Store, visitor: Talker) -> None:
    visitor.say(PUS, "urgent_problem")
    visitor.say("I'm on nights so ring me tomorrow after 5pm", "inform")
    assert asked(visitor) == "contact"
    visitor.say("07700 900765", "inform")
    visitor.say("Mo Khan", "inform")
    visitor.choose("consent:yes")
    (lead,) = leads(store)
    assert (lead.time_start, lead.remarks) == (None, ["I'm on nights so ring me tomorrow after 5pm"])


def test_a_number_given_in_the_call_back_is_read_back(visitor: Talker) -> None:
    visitor.say(PUS, "urgent_problem")
    visitor.choose("call_back")
    assert "+44 7700 900765" in visitor.say("07700 900765", "inform")[0]


def test_a_call_back_that_is_changed_stays_one(store: Store, visitor: Talker) -> None:
    leave_details(visitor)
    visitor.choose("consent:yes")
    said = visitor.say("sorry, my number is 07700 900333", "correct_detail")
    assert "Preferred time" not in said[-1]
    visitor.choose("send")
    (lead,) = leads(store)
    assert (lead.phone, lead.is_call_back) == ("+447700900333", True)


def test_an_ok_while_a_problem_is_open_leads_to_no_consultation(visitor: Talker) -> None:
    visitor.say(PUS, "urgent_problem")
    visitor.say("no", "deny")
    said = visitor.say("ok, I will", "affirm")[0]
    assert "consultation" not in said
    assert "999" in said


def test_a_yes_after_a_no_begins_the_call_back_after_all(store: Store, visitor: Talker) -> None:
    leave_details(visitor)
    visitor.choose("consent:no")
    visitor.say("yes actually", "affirm")
    assert asked(visitor) == "contact"
    visitor.say("07700 900765", "inform")
    visitor.say("Mo Khan", "inform")
    visitor.choose("consent:yes")
    (lead,) = leads(store)
    assert lead.is_call_back
    assert "pus" not in (lead.concern_text or ""), "what was taken out of the chat is not sent"


def test_in_the_middle_of_the_call_back_a_consultation_can_be_asked_for(visitor: Talker) -> None:
    leave_details(visitor)
    visitor.say("no leave that, just the consultation please", "book_consultation")
    assert asked(visitor) == "concern"


@pytest.mark.parametrize(
    ("words", "topic"), [("do you sell shampoo", "out_of_scope"), ("where are you", "clinic_info")]
)
def test_what_is_not_about_the_body_is_answered_as_ever(visitor: Talker, words: str, topic: str) -> None:
    visitor.say(PUS, "urgent_problem")
    assert "can't advise" not in visitor.say(words, topic)[0]


def test_a_hello_while_a_problem_is_open_is_no_fresh_start(visitor: Talker) -> None:
    visitor.say(PUS, "urgent_problem")
    said = visitor.say("hello? anyone there", "greet")[0]
    assert "999" in said
    assert [choice["id"] for choice in visitor.talk()[-1].choices] == ["call_back"]


def test_while_the_clinic_is_open_a_person_is_called_into_the_chat(visitor: Talker) -> None:
    visitor.say(PUS, "urgent_problem")
    assert "told the team" in visitor.say("I want a human", "human_handoff")[0]
    assert visitor.conversation().state == "waiting"
