"""An abandoned booking with contact and consent is kept, once, and completed later; without consent nothing is."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from leads.clinic import load_clinic
from leads.conversations import locked, open_conversation
from leads.draft import Draft
from leads.intake import commit_lead, draft_of, drop_incomplete, keep_incomplete
from leads.records import Delivery, Lead
from leads.store import Store

CLINIC = load_clinic(Path(__file__).parents[2] / "clinic.yml")
CONSENT = {"given": True, "text": "I agree", "version": "1", "at": "2026-11-22T12:00:00+00:00", "conditions": None}
TOLD: dict[str, Any] = {"state": "open", "name": "Ann Lee", "phone": "+447700900321", "consent": CONSENT}


@pytest.fixture
def store(empty_store_url: str) -> Iterator[Store]:
    opened = Store(empty_store_url)
    opened.migrate()
    yield opened
    opened.close()


def begin(store: Store, **told: Any) -> str:
    with store.transaction() as session:
        conversation = open_conversation(session, None).conversation
        conversation.draft = Draft(**told).as_json()
        return conversation.id


def later(minutes: int) -> datetime:
    return datetime.now(UTC) + timedelta(minutes=minutes)


def leads(store: Store) -> list[Lead]:
    with store.reading() as session:
        return list(session.scalars(select(Lead)))


def test_an_abandoned_booking_is_kept_once(store: Store) -> None:
    begin(store, **TOLD)
    assert len(keep_incomplete(store, CLINIC, ["email_staff"], later(31))) == 1
    assert keep_incomplete(store, CLINIC, ["email_staff"], later(32)) == []
    (lead,) = leads(store)
    assert (lead.status, lead.name, lead.phone) == ("incomplete", "Ann Lee", "+447700900321")
    assert lead.consent["given"]


@pytest.mark.parametrize(
    ("changed", "minutes"),
    [
        ({}, 29),
        ({"consent": None}, 31),
        ({"phone": None}, 31),
        ({"state": "paused"}, 31),
        ({"state": "idle"}, 31),
        ({"amends": "SMP-ABCDEF"}, 31),
    ],
    ids=["touched a moment ago", "no consent", "no contact", "stopped", "not begun", "a change of a request"],
)
def test_nothing_else_is_kept(store: Store, changed: dict[str, Any], minutes: int) -> None:
    begin(store, **{**TOLD, **changed})
    assert keep_incomplete(store, CLINIC, ["email_staff"], later(minutes)) == []
    assert leads(store) == []


def test_the_visitor_who_comes_back_completes_the_same_lead(store: Store) -> None:
    conversation_id = begin(store, **TOLD)
    (reference,) = keep_incomplete(store, CLINIC, ["email_staff"], later(31))
    with store.transaction() as session:
        conversation = locked(session, conversation_id)
        assert conversation is not None
        draft = Draft.from_json({**conversation.draft, "email": "ann@example.com"})
        commit_lead(session, conversation, draft, CLINIC.time_zone, ["email_staff"], later(40))
    (lead,) = leads(store)
    assert (lead.reference, lead.status, lead.email) == (reference, "new", "ann@example.com")


def test_who_asks_and_what_to_mind_reach_the_lead_and_its_change(store: Store) -> None:
    told = {**TOLD, "someone_else": "my dad", "asker": "Gary", "remarks": ["he is deaf"]}
    conversation_id = begin(store, **told)
    with store.transaction() as session:
        conversation = locked(session, conversation_id)
        assert conversation is not None
        commit_lead(session, conversation, Draft.from_json(told), CLINIC.time_zone, ["webhook"], later(1))
    (lead,) = leads(store)
    assert (lead.someone_else, lead.asked_by, lead.remarks) == ("my dad", "Gary", ["he is deaf"])
    again = draft_of(lead, 1, None)
    assert (again.someone_else, again.asker, again.remarks) == ("my dad", "Gary", ["he is deaf"])
    again.consent = {**CONSENT, "conditions": "don't phone the house"}
    with store.transaction() as session:
        conversation = locked(session, conversation_id)
        assert conversation is not None
        commit_lead(session, conversation, again, CLINIC.time_zone, ["webhook"], later(2))
    with store.reading() as session:
        news = session.scalars(select(Delivery).order_by(Delivery.seq)).all()
        assert [(it.event, it.payload.get("changed")) for it in news] == [
            ("lead.created", None),
            ("lead.updated", ["consent"]),
        ]


def test_who_stops_after_all_leaves_nothing(store: Store) -> None:
    conversation_id = begin(store, **TOLD)
    keep_incomplete(store, CLINIC, ["email_staff"], later(31))
    with store.transaction() as session:
        drop_incomplete(session, conversation_id, 1)
    assert leads(store) == []
    with store.reading() as session:
        assert session.scalars(select(Delivery)).all() == []
