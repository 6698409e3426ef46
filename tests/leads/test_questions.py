"""Staff teach by answering."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import select

from leads import teaching
from leads.conversations import Said
from leads.intake import new_reference
from leads.masking import mask
from leads.questions import NEAR, SAME_QUESTION, SAME_TOPIC, open_questions_of, pass_on
from leads.records import ClinicAnswer, Delivery, Lead, OpenQuestion
from leads.store import Store
from leads.teaching import AlreadyAnswered, Given, NotForEverybody, Taught
from tests.leads.desks import CHANNELS, OPEN, VOICE, Talker, direction, emptied

AMEX = direction(1)
SAME = direction(2, towards=1, share=SAME_QUESTION + 0.05)
SAME_IN_TOPIC = direction(3, towards=1, share=SAME_TOPIC + 0.02)
NEARBY = direction(4, towards=1, share=NEAR + 0.03)
FAR = direction(5, towards=1, share=NEAR - 0.05)


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    yield from emptied(store_url)


@pytest.fixture
def visitor(store: Store) -> Talker:
    """Somebody whose question nobody could answer."""
    visitor = Talker.arrive(store)
    visitor.say("do you take Amex", "payment", vector=AMEX)
    return visitor


def question(store: Store, visitor: Talker) -> OpenQuestion:
    with store.reading() as session:
        return session.scalars(select(OpenQuestion).where(OpenQuestion.conversation_id == visitor.id)).one()


def answer(store: Store, asked: OpenQuestion, **changes: Any) -> Taught:
    given: dict[str, Any] = {"text": "Yes, at the desk.", "publish": True, "name": "Maya", "actor": "a_1"}
    with store.transaction() as session:
        taught = teaching.answer_question(session, asked.id, Given(**(given | changes)), VOICE, CHANNELS, OPEN)
        assert taught is not None
        return taught


def test_an_answer_stands_in_the_chat_of_who_asked(store: Store, visitor: Talker) -> None:
    answer(store, question(store, visitor), publish=False)
    last = visitor.talk()[-1]
    assert (last.author, last.staff, last.sources) == ("staff", "Maya", ["clinic"])
    assert "do you take Amex" in last.text
    assert "Yes, at the desk." in last.text
    assert question(store, visitor).status == "answered"


def test_who_asked_for_it_and_left_an_address_also_gets_it_by_email(store: Store, visitor: Talker) -> None:
    with store.transaction() as session:
        pass_on(session, [one.id for one in open_questions_of(session, visitor.id)])
        values: dict[str, Any] = {"concern_text": None, "email": "tom@visitor.example", "name": "Tom"}
        lead = Lead(reference=new_reference(), conversation_id=visitor.id, booking=1, status="new", **values)
        lead.created_at = lead.updated_at = OPEN
        lead.timezone, lead.consent = "Europe/London", {"given": True}
        lead.open_questions, lead.questions, lead.notes, lead.search = ["do you take Amex"], [], [], ""
        session.add(lead)
    answer(store, question(store, visitor))
    with store.reading() as session:
        sent = session.scalars(select(Delivery)).one()
        assert (sent.channel, sent.event) == ("email_visitor", "question.answered")
        assert session.scalars(select(Lead)).one().open_questions == []


def test_published_it_serves_whoever_asks_the_same(store: Store, visitor: Talker) -> None:
    answer(store, question(store, visitor), question="Do you take American Express?")
    other = Talker.arrive(store)
    said = other.say("is amex fine", "payment", vector=SAME)[0]
    assert "“Do you take American Express?” and answers: Yes, at the desk." in said
    assert other.talk()[-1].sources == ["clinic"]
    with store.reading() as session:
        assert session.scalars(select(ClinicAnswer.served)).one() == 1
        assert open_questions_of(session, other.id) == []


def test_within_a_topic_it_may_be_a_little_farther(store: Store, visitor: Talker) -> None:
    answer(store, question(store, visitor))
    assert "at the desk" in Talker.arrive(store).say("amex?", "payment", vector=SAME_IN_TOPIC)[0]
    assert "at the desk" not in Talker.arrive(store).say("amex?", "photos", vector=SAME_IN_TOPIC)[0]


def test_a_near_question_is_offered_and_not_given(store: Store, visitor: Talker) -> None:
    taught = answer(store, question(store, visitor), question="Do you take American Express?")
    other = Talker.arrive(store)
    assert "at the desk" not in other.say("can I pay in Canadian dollars", "payment", vector=NEARBY)[0]
    assert other.talk()[-1].choices[0]["title"] == "Do you take American Express?"
    assert "at the desk" in other.choose(f"answer:{taught.answer.id}")[0]
    assert question(store, other).status == "answered"


def test_who_means_something_else_may_have_the_clinic_asked(store: Store, visitor: Talker) -> None:
    answer(store, question(store, visitor), question="Do you take American Express?")
    other = Talker.arrive(store)
    other.say("can I pay in Canadian dollars", "payment", vector=NEARBY)
    assert "pass your question to the clinic" in other.choose("none")[0]
    other.choose("ask_clinic:yes")
    assert question(store, other).wanted


def test_a_far_question_is_not_even_offered(store: Store, visitor: Talker) -> None:
    answer(store, question(store, visitor))
    other = Talker.arrive(store)
    other.say("do you sell shampoo", "payment", vector=FAR)
    assert not [choice for choice in other.talk()[-1].choices if choice["id"].startswith("answer:")]


def test_one_answer_settles_all_that_ask_the_same(store: Store, visitor: Talker) -> None:
    second, third = Talker.arrive(store), Talker.arrive(store)
    second.say("is amex fine", "payment", vector=SAME)
    third.say("do you sell shampoo", "payment", vector=FAR)
    with store.reading() as session:
        groups = teaching.list_groups(session)
    assert sorted(len(group.questions) for group in groups) == [1, 2]
    taught = answer(store, question(store, visitor))
    assert set(taught.conversations) == {visitor.id, second.id}
    assert question(store, third).status == "open"


def test_staff_choose_whom_an_answer_is_for(store: Store, visitor: Talker) -> None:
    second = Talker.arrive(store)
    second.say("is amex fine", "payment", vector=SAME)
    assert answer(store, question(store, visitor), also=()).conversations == (visitor.id,)


def test_withdrawn_it_is_given_to_nobody_and_restored_again(store: Store, visitor: Talker) -> None:
    taught = answer(store, question(store, visitor))
    with store.transaction() as session:
        teaching.withdraw_answer(session, taught.answer.id, "a_1", OPEN)
    assert "at the desk" not in Talker.arrive(store).say("is amex fine", "payment", vector=SAME)[0]
    with store.transaction() as session:
        teaching.restore_answer(session, taught.answer.id, "a_1")
    assert "at the desk" in Talker.arrive(store).say("is amex fine", "payment", vector=SAME)[0]


def test_an_edited_answer_is_given_as_edited_also_to_new_wordings(store: Store, visitor: Talker) -> None:
    taught = answer(store, question(store, visitor))
    with store.transaction() as session:
        teaching.edit_answer(session, taught.answer.id, "Yes, and Visa.", "Which cards?", direction(9), "a_1", OPEN)
    assert "Yes, and Visa." in Talker.arrive(store).say("which cards", "payment", vector=direction(9))[0]


def test_a_question_is_answered_once(store: Store, visitor: Talker) -> None:
    answer(store, question(store, visitor))
    with pytest.raises(AlreadyAnswered):
        answer(store, question(store, visitor))


def test_an_answer_about_somebodys_health_is_for_them_alone(store: Store) -> None:
    ill, other = Talker.arrive(store), Talker.arrive(store)
    ill.say("can I have it with psoriasis", "medical_question", vector=AMEX)
    other.say("can I have it with eczema", "medical_question", vector=AMEX)
    with pytest.raises(NotForEverybody):
        answer(store, question(store, ill))
    assert answer(store, question(store, ill), publish=False).conversations == (ill.id,)


def test_a_published_answer_is_never_given_to_a_question_about_health(store: Store, visitor: Talker) -> None:
    answer(store, question(store, visitor))
    assert "at the desk" not in Talker.arrive(store).say("with my heart?", "medical_question", vector=AMEX)[0]


def test_dismissed_questions_leave_the_list(store: Store, visitor: Talker) -> None:
    with store.transaction() as session:
        assert teaching.dismiss_questions(session, [question(store, visitor).id], "a_1", OPEN) == 1
        assert teaching.list_groups(session) == []


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("my name is Katherine O'Brien, is it painful", "my name is NAME, is it painful"),
        ("ring me on 07700 900123 or +44 (161) 496-0123", "ring me on NUMBER or NUMBER"),
        ("it's tom@visitor.example", "it's EMAIL"),
        ("Zoe asks: does it fade in 5 years?", "NAME asks: does it fade in 5 years?"),
        ("I live in M1 1AE, do you come here", "I live in POSTCODE, do you come here"),
    ],
)
def test_words_are_kept_without_the_person(said: str, kept: str) -> None:
    assert mask(said, ["Zoe Adams"]) == kept


def test_corrections_become_training_examples_without_the_person(store: Store) -> None:
    visitor = Talker.arrive(store)
    message = visitor.post(Said("text", "my name is Tom Baker - does it [really] hurt", None))
    with store.transaction() as session:
        assert teaching.correct_message(session, visitor.id, message, "pain", "a_1")
        assert not teaching.correct_message(session, visitor.id, message, "no such topic", "a_1")
        written = teaching.corrections_as_yaml(teaching.corrections(session))
    assert yaml.safe_load(written)["nlu"] == [
        {"intent": "faq/pain", "examples": "- my name is NAME - does it (really) hurt\n"}
    ]


def test_the_measured_questions_are_well_formed() -> None:
    rows = yaml.safe_load((Path(__file__).parent / "same_questions.yml").read_text(encoding="utf-8"))
    assert all(row["question"] and row["same"] and row["different"] for row in rows)
