"""Leads as staff change and erase them, and requests that came without the assistant."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import select

from leads import conversations, requests
from leads.clinic import load_clinic
from leads.records import AuditEntry, Conversation, Delivery, Lead
from leads.requests import SAME_REQUEST, ContactRequest, LeadChange, LeadFilter
from leads.search import search_text
from leads.spreadsheet import COLUMNS, safe_cell
from leads.store import Store
from tests.delivery.leads import emptied_store, new_lead

CLINIC = load_clinic(Path(__file__).parents[2] / "clinic.yml")
WANTED = ContactRequest("Zoë", "+447700900123", None, "Please call me.", None)


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    yield from emptied_store(store_url)


def put(store: Store, **changes: object) -> str:
    lead = new_lead(**changes)
    lead.search = search_text(lead)
    with store.transaction() as session:
        session.add(lead)
    return lead.reference


def found(store: Store, **wanted: str) -> list[str]:
    with store.reading() as session:
        return [lead.reference for lead in requests.list_leads(session, LeadFilter(**wanted))]


def test_leads_are_listed_newest_first_and_on_from_where_one_was(store: Store) -> None:
    references = [put(store) for _ in range(3)]
    assert found(store) == references[::-1]
    with store.reading() as session:
        [newest] = requests.list_leads(session, LeadFilter(), limit=1)
        rest = requests.list_leads(session, LeadFilter(), before=newest.seq)
        assert [lead.reference for lead in rest] == references[1::-1]


@pytest.mark.parametrize("words", ["07700 900123", "+44 7700 900 123", "900123", "(07700) 900-123", "ZOË", "@visitor"])
def test_a_lead_is_found_however_its_words_are_typed(store: Store, words: str) -> None:
    reference = put(store, phone="+447700900123")
    put(store, phone="+447700900999", name="Tom", email=None)
    assert found(store, words=words) == [reference]


def test_a_lead_is_found_by_who_asks_for_somebody_else(store: Store) -> None:
    reference = put(store, name="Norman Pike", for_someone_else=True, someone_else="my dad", asked_by="Gary Pike")
    assert found(store, words="gary") == [reference]


def test_filters_narrow_together(store: Store) -> None:
    reference = put(store, status="closed", conversation_id="c_1")
    put(store, status="closed", conversation_id="c_2")
    put(store, status="new", conversation_id="c_1", booking=2)
    assert found(store, status="closed", conversation="c_1") == [reference]
    assert found(store, status="closed", conversation="c_3") == []


def test_the_first_contact_is_remembered_and_not_moved(store: Store) -> None:
    reference = put(store)
    moments: set[datetime | None] = set()
    for status in ("contacted", "new", "confirmed"):
        with store.transaction() as session:
            lead = requests.change_lead(session, reference, LeadChange(status=status), "Maya")
            assert lead is not None
            moments.add(lead.contacted_at)
    assert len(moments) == 1
    with store.reading() as session:
        actions = session.scalars(select(AuditEntry.action).where(AuditEntry.subject == reference)).all()
        assert actions == ["lead.contacted", "lead.new", "lead.confirmed"]


def test_a_change_that_changes_nothing_is_not_noted(store: Store) -> None:
    reference = put(store, assignee="Maya")
    with store.transaction() as session:
        requests.change_lead(session, reference, LeadChange(status="new", assigns=True, assignee="Maya"), "Maya")
        assert requests.change_lead(session, "SMP-NOTHER", LeadChange(status="new"), "Maya") is None
    with store.reading() as session:
        assert session.scalars(select(AuditEntry).where(AuditEntry.subject == reference)).all() == []


def test_an_erased_lead_takes_its_talk_along_and_leaves_the_others(store: Store) -> None:
    with store.transaction() as session:
        talk = conversations.open_conversation(session, None).conversation
    first = put(store, conversation_id=talk.id, booking=1)
    second = put(store, conversation_id=talk.id, booking=2)
    with store.transaction() as session:
        assert requests.erase_lead(session, first, "Maya") == talk.id
    with store.reading() as session:
        assert session.get(Conversation, talk.id) is None
        assert session.scalars(select(Lead.reference)).all() == [second]
        assert session.scalars(select(Lead.conversation_id)).all() == [None]
    with store.transaction() as session:
        assert requests.erase_lead(session, second, "Maya") == ""
        assert requests.erase_lead(session, second, "Maya") is None


def test_a_request_from_the_form_is_announced_like_any_other(store: Store) -> None:
    with store.transaction() as session:
        lead = requests.leave_request(session, WANTED, CLINIC, ["email_staff", "email_visitor", "webhook"])
        assert lead.consent["given"] is True
        assert lead.consent["text"] == CLINIC.privacy.consent.text
    with store.reading() as session:
        told = session.scalars(select(Delivery.channel).where(Delivery.lead_reference == lead.reference)).all()
        assert sorted(told) == ["email_staff", "webhook"], "who gave no e-mail address gets no e-mail"
    assert found(store, words="07700 900123") == [lead.reference]


def test_requests_with_one_key_at_the_same_time_are_one_lead(store: Store) -> None:
    keyed = replace(WANTED, key="form-1")
    start = Barrier(8)

    def leave(_: int) -> str:
        start.wait()
        with store.transaction() as session:
            return requests.leave_request(session, keyed, CLINIC, []).reference

    with ThreadPoolExecutor(start.parties) as pool:
        references = set(pool.map(leave, range(start.parties)))
    assert found(store) == [*references]


def test_the_same_request_is_one_for_a_while(store: Store) -> None:
    def leave() -> str:
        with store.transaction() as session:
            return requests.leave_request(session, WANTED, CLINIC, []).reference

    first = leave()
    assert leave() == first
    with store.transaction() as session:
        lead = requests.find_lead(session, first)
        assert lead is not None
        lead.created_at -= SAME_REQUEST + timedelta(seconds=1)
    assert leave() != first


@pytest.mark.parametrize(
    "value",
    [
        "=1",
        "+1",
        "-1",
        "@a",
        "\t1",
        "\r1",
        " =1",
        "\n=1",
        "＝1",
        "＋1",
        "－1",
        "＠1",
        "\u200b=1",
        '"=1',
        "'=1",
        "\x00=1",
    ],
)
def test_what_a_spreadsheet_could_run_gets_an_apostrophe(value: str) -> None:
    assert safe_cell(value).startswith("'")
    assert "\x00" not in safe_cell(value)


@pytest.mark.parametrize(
    "value", ["", "Zoë", "1+1", "a=b", "2026-11-22", "https://clinic.example/?a=b", "Müller-Łukasz"]
)
def test_ordinary_words_stay_as_they_are(value: str) -> None:
    assert safe_cell(value) == value


def test_no_column_of_the_spreadsheet_is_forgotten() -> None:
    assert {"reference", "status", "name", "phone", "email", "consent", "page", "notes"} <= set(COLUMNS)


def test_a_reference_is_given_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter(["SMP-AAAAAA", "SMP-AAAAAA", "SMP-BBBBBB"])
    monkeypatch.setattr("leads.intake.new_reference", lambda: next(drawn))
    with store.transaction() as session:
        first = requests.leave_request(session, WANTED, CLINIC, [])
        second = requests.leave_request(session, replace(WANTED, name="Tom"), CLINIC, [])
        assert [first.reference, second.reference] == ["SMP-AAAAAA", "SMP-BBBBBB"]
