"""Nothing is kept longer than promised, and what is erased is gone from the disk."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from leads import conversations, requests, teaching
from leads.audit import note_action
from leads.conversations import Said
from leads.intake import new_reference
from leads.outbox import announce
from leads.records import AuditEntry, ClinicAnswer, Conversation, Delivery, Lead, Message, OpenQuestion, Record
from leads.retention import AUDIT_FOR, erase_what_is_over
from leads.store import Store, utc_now
from leads.teaching import Given
from tests.leads.desks import CHANNELS, OPEN, PROFILE, VOICE, Talker, direction, emptied

CANARY = "Xylophonia"
CLINIC = PROFILE.current()
TALKS, LEADS = timedelta(days=CLINIC.privacy.conversation_days), timedelta(days=CLINIC.privacy.lead_days)
HOUR = timedelta(hours=1)


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    yield from emptied(store_url)


def visit(store: Store) -> tuple[Talker, str]:
    """A visitor whose every word holds the canary, with a lead, deliveries, an answered and an open question."""
    visitor = Talker.arrive(store)
    visitor.say(f"do you know {CANARY}", "payment", vector=direction(1))
    visitor.say(f"and {CANARY} again", "photos", vector=direction(2))
    values: dict[str, Any] = {"name": CANARY, "email": f"{CANARY}@visitor.example", "concern_text": CANARY}
    with store.transaction() as session:
        lead = Lead(reference=new_reference(), conversation_id=visitor.id, booking=1, status="new", **values)
        lead.created_at = lead.updated_at = utc_now()
        lead.timezone, lead.consent, lead.search = "Europe/London", {"given": True, "text": CANARY}, CANARY.lower()
        lead.questions, lead.open_questions, lead.notes = [], [CANARY], [{"at": "", "by": "Maya", "text": CANARY}]
        session.add(lead)
        session.flush()
        announce(session, lead, "lead.created", CHANNELS, utc_now())
        talk = session.get(Conversation, visitor.id)
        assert talk is not None
        talk.page, talk.draft = f"https://clinic.example/{CANARY}", {"name": CANARY}
    with store.transaction() as session:
        asked = session.scalars(select(OpenQuestion).order_by(OpenQuestion.seq)).first()
        assert asked is not None
        given = Given("Yes.", publish=True, name="Maya", actor="a_1")
        teaching.answer_question(session, asked.id, given, VOICE, CHANNELS, OPEN)
    return visitor, lead.reference


def everything(store: Store) -> str:
    """All that stands in any table, as one text."""
    with store.reading() as session:
        rows = [row for table in Record.metadata.sorted_tables for row in session.execute(table.select())]
    return repr(rows).lower()


def on_disk(store: Store) -> bytes:
    """The raw bytes of an SQLite store: the file, its log, its index."""
    assert store.engine.url.database
    path = Path(store.engine.url.database)
    return b"".join(part.read_bytes() for part in path.parent.glob(f"{path.name}*")).lower()


@pytest.mark.parametrize("how", ["the visitor clears the chat", "staff erase the lead", "the visitor asks in the chat"])
def test_what_is_erased_is_in_no_table_and_on_no_page_of_the_disk(store: Store, how: str) -> None:
    visitor, reference = visit(store)
    assert CANARY.lower() in everything(store)
    if how == "the visitor clears the chat":
        with store.transaction() as session:
            conversations.erase_conversation(session, visitor.id, "visitor")
    elif how == "staff erase the lead":
        with store.transaction() as session:
            requests.erase_lead(session, reference, "Maya")
    else:
        visitor.say("please delete my data", "privacy")
        visitor.choose("erase:yes")
    assert CANARY.lower() not in everything(store)
    if store.url.startswith("sqlite"):
        assert CANARY.lower().encode() not in on_disk(store)


def test_a_talk_goes_after_its_days_and_its_lead_stays_for_its_own(store: Store) -> None:
    visitor, reference = visit(store)
    now = utc_now()
    assert not erase_what_is_over(store, CLINIC, now + TALKS - HOUR).conversations
    assert erase_what_is_over(store, CLINIC, now + TALKS + HOUR).conversations == [visitor.id]
    with store.reading() as session:
        assert session.scalars(select(Conversation)).all() == []
        assert session.scalars(select(Message)).all() == []
        assert session.scalars(select(OpenQuestion)).all() == []
        kept = session.scalars(select(Lead)).one()
        assert (kept.reference, kept.conversation_id) == (reference, None)
        assert session.scalars(select(Delivery)).all(), "how it was told stays with the lead"
    erase_what_is_over(store, CLINIC, now + LEADS + HOUR)
    assert CANARY.lower() not in everything(store)
    if store.url.startswith("sqlite"):
        assert CANARY.lower().encode() not in on_disk(store)


def test_a_talk_that_goes_on_is_not_over(store: Store) -> None:
    visitor = Talker.arrive(store)
    with store.transaction() as session:
        talk = session.get(Conversation, visitor.id)
        assert talk is not None
        talk.created_at -= TALKS * 2
    visitor.post(Said("text", "I am still here", None))
    assert not erase_what_is_over(store, CLINIC, utc_now()).conversations


def test_published_answers_and_their_number_stay(store: Store) -> None:
    visit(store)
    erase_what_is_over(store, CLINIC, utc_now() + LEADS + HOUR)
    with store.reading() as session:
        kept = session.scalars(select(ClinicAnswer)).one()
    assert (kept.text, kept.published) == ("Yes.", True)


def test_the_audit_log_is_kept_for_a_year(store: Store) -> None:
    with store.transaction() as session:
        note_action(session, "Maya", "lead.erased", "SMP-AAAAAA")
    now = utc_now()
    erase_what_is_over(store, CLINIC, now + AUDIT_FOR - HOUR)
    with store.reading() as session:
        assert session.scalars(select(AuditEntry)).all()
    erase_what_is_over(store, CLINIC, now + AUDIT_FOR + HOUR)
    with store.reading() as session:
        assert not session.scalars(select(AuditEntry)).all()


def test_two_workers_may_do_it_at_once_and_twice(store: Store) -> None:
    visit(store)
    later = utc_now() + LEADS + HOUR
    assert erase_what_is_over(store, CLINIC, later)
    assert not erase_what_is_over(store, CLINIC, later).conversations
