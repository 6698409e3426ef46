"""The outbox: nothing lost, nothing doubled by us, nothing personal in it."""

import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from leads.clinic import Clinic
from leads.outbox import (
    ATTEMPTS,
    FIRST_DELAY,
    GIVE_UP_AFTER,
    JITTER,
    LEASE,
    LONGEST_DELAY,
    Event,
    announce,
    announce_conversation,
    claim,
    delay_after,
    due_channels,
    erase_deliveries,
    escalate_unclaimed,
    record_failure,
    record_sent,
    record_skipped,
    retry,
)
from leads.records import Delivery, Lead
from leads.store import Store
from tests.delivery.leads import CANARY, CANARY_EMAIL, CLINIC, NOW, deliveries, emptied_store, new_lead, states

ALL = ["email_staff", "email_visitor", "webhook", "slack"]
SECOND = timedelta(seconds=1)


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    yield from emptied_store(store_url)


def announced(store: Store, event: Event, channels: list[str], lead: Lead | None = None, **more: Any) -> Lead:
    lead = lead if lead is not None else new_lead()
    with store.transaction() as session:
        lead = session.merge(lead)
        announce(session, lead, event, channels, NOW, **more)
    return lead


# --- announcing -------------------------------------------------------------------------------------------------------


def test_a_lead_is_announced_once_on_each_channel(store: Store) -> None:
    announced(store, "lead.created", ALL)
    assert [(it.channel, it.event, it.state) for it in deliveries(store)] == [
        (name, "lead.created", "pending") for name in ALL
    ]
    assert len({it.id for it in deliveries(store)}) == len(ALL)


def test_what_the_callers_transaction_loses_the_outbox_never_had(store: Store) -> None:
    lead = new_lead()

    def fail() -> None:
        with store.transaction() as session:
            session.add(lead)
            announce(session, lead, "lead.created", ALL, NOW)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert deliveries(store) == []


def test_a_delivery_holds_nothing_personal(store: Store) -> None:
    announced(store, "lead.updated", ALL, changed=["name", "time_start"])
    for row in deliveries(store):
        kept = " ".join(str(getattr(row, column.key)) for column in Delivery.__table__.columns)
        assert CANARY.lower() not in kept.lower()
        assert "7700900123" not in kept


@pytest.mark.parametrize(
    ("changes", "event", "told"),
    [
        ({}, "lead.created", True),
        ({}, "lead.confirmed", True),
        ({}, "lead.incomplete", False),
        ({}, "lead.urgent", False),
        ({}, "lead.unclaimed", False),
        ({"email": None}, "lead.created", False),
        ({"consent": {"given": False}}, "lead.created", False),
        ({"consent": {}}, "lead.created", False),
    ],
)
def test_a_visitor_hears_only_with_address_and_consent_and_only_what_concerns_them(
    store: Store, changes: dict[str, Any], event: Event, told: bool
) -> None:
    announced(store, event, ALL, new_lead(**changes))
    assert ("email_visitor" in [it.channel for it in deliveries(store)]) is told


def test_a_visitor_hears_of_an_update_only_if_something_of_theirs_changed(store: Store) -> None:
    announced(store, "lead.updated", ["email_visitor"])
    assert deliveries(store) == []
    announced(store, "lead.updated", ["email_visitor"], changed=["time_start"])
    assert [it.payload for it in deliveries(store)] == [{"changed": ["time_start"]}]


def test_an_answered_question_goes_to_the_visitor_alone(store: Store) -> None:
    announced(store, "question.answered", ALL, question="qst_1")
    assert [(it.channel, it.payload) for it in deliveries(store)] == [("email_visitor", {"question": "qst_1"})]


def test_each_move_of_the_calendar_entry_raises_its_sequence(store: Store) -> None:
    lead = announced(store, "lead.created", [])
    assert lead.calendar_sequence == 0
    for expected, event in enumerate(("lead.updated", "lead.confirmed", "lead.cancelled"), start=1):
        lead = announced(store, event, [], lead)  # type: ignore[arg-type]
        assert lead.calendar_sequence == expected


def test_a_waiting_conversation_without_a_lead_is_told_to_staff(store: Store) -> None:
    with store.transaction() as session:
        announce_conversation(session, "cnv_7", "handoff.waiting", ALL, NOW)
    assert [it.channel for it in deliveries(store)] == ["email_staff", "webhook", "slack"]
    assert len(claim(store, "w", NOW, 10)) == 3


# --- claiming ---------------------------------------------------------------------------------------------------------


def test_the_attempt_is_stored_before_anything_is_sent(store: Store) -> None:
    announced(store, "lead.created", ["webhook"])
    (claimed,) = claim(store, "w", NOW, 10)
    (row,) = deliveries(store)
    assert (row.state, row.attempts, row.claimed_by, row.at) == ("sending", 1, "w", NOW)
    assert row.lease_until == NOW + LEASE == claimed.lease_until
    assert claimed.id == row.id


def test_a_claimed_delivery_is_nobody_elses_until_the_lease_ends(store: Store) -> None:
    announced(store, "lead.created", ["webhook"])
    (first,) = claim(store, "killed", NOW, 10)
    assert claim(store, "other", NOW + LEASE - SECOND, 10) == []
    (second,) = claim(store, "other", NOW + LEASE, 10)
    assert second.id == first.id
    assert (second.attempt, second.worker) == (2, "other")


def test_the_oldest_go_first_and_no_more_than_asked_for(store: Store) -> None:
    for _ in range(5):
        announced(store, "lead.created", ["webhook"])
    expected = [it.id for it in deliveries(store)]
    assert [it.id for it in claim(store, "w", NOW, 3)] == expected[:3]
    assert [it.id for it in claim(store, "w", NOW, 3)] == expected[3:]


def test_a_channel_can_be_claimed_by_itself(store: Store) -> None:
    announced(store, "lead.created", ALL)
    assert due_channels(store, NOW) == set(ALL)
    assert [it.channel for it in claim(store, "w", NOW, 10, channel="slack")] == ["slack"]
    assert due_channels(store, NOW) == set(ALL) - {"slack"}


def test_nothing_is_claimed_before_its_time(store: Store) -> None:
    announced(store, "lead.created", ["webhook"])
    assert claim(store, "w", NOW - SECOND, 10) == []
    assert due_channels(store, NOW - SECOND) == set()


def test_workers_that_claim_at_once_never_get_the_same_delivery(store: Store) -> None:
    with store.transaction() as session:
        for _ in range(60):
            lead = new_lead()
            session.add(lead)
            announce(session, lead, "lead.created", ["webhook"], NOW)
    together = threading.Barrier(4)

    def take_all(worker: str) -> list[str]:
        together.wait()
        mine: list[str] = []
        while taken := claim(store, worker, NOW, 4):
            mine += [it.id for it in taken]
        return mine

    with ThreadPoolExecutor(4) as pool:
        taken = [it for mine in pool.map(take_all, "abcd") for it in mine]
    # A worker may stop early while another one's rows are locked; what is left is still there for the next round.
    taken += [it.id for it in claim(store, "last", NOW, 100)]
    assert sorted(taken) == sorted(it.id for it in deliveries(store))


# --- order ------------------------------------------------------------------------------------------------------------


def test_an_update_waits_for_its_creation_on_the_same_channel(store: Store) -> None:
    lead = announced(store, "lead.created", ["webhook", "slack"])
    announced(store, "lead.updated", ["webhook", "slack"], lead)
    first = claim(store, "w", NOW, 10)
    assert [(it.channel, it.event) for it in first] == [("webhook", "lead.created"), ("slack", "lead.created")]
    assert claim(store, "w", NOW, 10) == []
    record_sent(store, first[0])
    assert [(it.channel, it.event) for it in claim(store, "w", NOW, 10)] == [("webhook", "lead.updated")]


def test_an_update_waits_while_its_creation_is_tried_again(store: Store) -> None:
    lead = announced(store, "lead.created", ["webhook"])
    announced(store, "lead.updated", ["webhook"], lead)
    (created,) = claim(store, "w", NOW, 10)
    record_failure(store, created, "no answer", NOW, retry_after=60 * SECOND)
    assert claim(store, "w", NOW + 59 * SECOND, 10) == []
    assert [it.event for it in claim(store, "w", NOW + 60 * SECOND, 10)] == ["lead.created"]


def test_what_was_given_up_or_skipped_holds_nothing_back(store: Store) -> None:
    lead = announced(store, "lead.created", ["webhook", "slack"])
    announced(store, "lead.updated", ["webhook", "slack"], lead)
    webhook, slack = claim(store, "w", NOW, 10)
    record_failure(store, webhook, "gone", NOW, final=True)
    record_skipped(store, slack, "not needed")
    assert [it.event for it in claim(store, "w", NOW, 10)] == ["lead.updated", "lead.updated"]


def test_leads_do_not_wait_for_each_other(store: Store) -> None:
    announced(store, "lead.created", ["webhook"])
    claim(store, "w", NOW, 10)
    announced(store, "lead.created", ["webhook"])
    assert len(claim(store, "w", NOW, 10)) == 1


# --- outcomes ---------------------------------------------------------------------------------------------------------


def test_what_was_sent_is_never_claimed_again(store: Store) -> None:
    announced(store, "lead.created", ["webhook"])
    (claimed,) = claim(store, "w", NOW, 10)
    record_sent(store, claimed)
    assert states(store) == ["sent"]
    assert claim(store, "w", NOW + timedelta(days=365), 10) == []


def test_a_failure_is_tried_again_later_and_says_why(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    announced(store, "lead.created", ["webhook"])
    (claimed,) = claim(store, "w", NOW, 10)
    assert record_failure(store, claimed, "the receiver answered 500", NOW) == "pending"
    (row,) = deliveries(store)
    assert row.last_error == "the receiver answered 500"
    assert FIRST_DELAY * (1 - JITTER) <= row.next_at - NOW <= FIRST_DELAY * (1 + JITTER)
    assert caplog.records[-1].levelno == logging.WARNING


def test_the_pause_doubles_up_to_a_limit_and_is_scattered() -> None:
    for attempts in (1, 2, 5, 11, 500):
        plain = min(FIRST_DELAY * 2 ** min(attempts - 1, 20), LONGEST_DELAY)
        pauses = [delay_after(attempts) for _ in range(50)]
        assert all(plain * (1 - JITTER) <= it <= plain * (1 + JITTER) for it in pauses)
        assert len(set(pauses)) > 1


def test_it_is_given_up_loudly_when_its_time_is_over(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    announced(store, "lead.created", ["webhook"])
    now, tries = NOW, 0
    while claims := claim(store, "w", now, 1):
        tries += 1
        record_failure(store, claims[0], "no answer", now)
        now = deliveries(store)[0].next_at
    assert states(store) == ["failed"]
    assert now > NOW + GIVE_UP_AFTER
    assert 20 < tries < ATTEMPTS
    assert caplog.records[-1].levelno == logging.ERROR
    assert CANARY not in caplog.text


def test_a_fault_that_only_a_person_can_mend_is_given_up_at_once(store: Store) -> None:
    announced(store, "lead.created", ["webhook"])
    (claimed,) = claim(store, "w", NOW, 10)
    assert record_failure(store, claimed, "refused", NOW, final=True) == "failed"


def test_a_delivery_that_kills_its_workers_does_not_do_so_for_ever(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    announced(store, "lead.created", ["webhook"])
    now, taken = NOW, 0
    while claim(store, "killed", now, 1):
        taken += 1
        now += LEASE
    assert taken == ATTEMPTS
    assert states(store) == ["failed"]
    assert caplog.records[-1].levelno == logging.ERROR


def test_a_slow_worker_that_succeeded_after_all_is_believed(store: Store) -> None:
    announced(store, "lead.created", ["webhook"])
    (slow,) = claim(store, "slow", NOW, 10)
    claim(store, "other", NOW + LEASE, 10)
    record_sent(store, slow)
    assert states(store) == ["sent"]


def test_a_slow_workers_failure_does_not_disturb_its_successor(store: Store) -> None:
    announced(store, "lead.created", ["webhook"])
    (slow,) = claim(store, "slow", NOW, 10)
    (other,) = claim(store, "other", NOW + LEASE, 10)
    assert record_failure(store, slow, "no answer", NOW + LEASE) == ""
    assert states(store) == ["sending"]
    record_sent(store, other)
    record_skipped(store, slow, "late")
    assert states(store) == ["sent"]


# --- people -----------------------------------------------------------------------------------------------------------


def test_a_person_can_have_a_failed_delivery_sent_again_under_the_same_id(store: Store) -> None:
    announced(store, "lead.created", ["webhook"])
    (claimed,) = claim(store, "w", NOW, 10)
    record_failure(store, claimed, "refused", NOW, final=True)
    later = NOW + timedelta(days=3)
    assert retry(store, claimed.id, later)
    (again,) = claim(store, "w", later, 10)
    assert (again.id, again.attempt) == (claimed.id, 2)
    assert record_failure(store, again, "no answer", later) == "pending", "it has its full time again"


def test_a_person_can_hurry_a_waiting_delivery(store: Store) -> None:
    announced(store, "lead.created", ["webhook"])
    (claimed,) = claim(store, "w", NOW, 10)
    record_failure(store, claimed, "no answer", NOW, retry_after=timedelta(hours=1))
    assert retry(store, claimed.id, NOW)
    assert len(claim(store, "w", NOW, 10)) == 1


def test_what_is_sent_or_being_sent_or_unknown_cannot_be_sent_again(store: Store) -> None:
    announced(store, "lead.created", ["webhook"])
    (claimed,) = claim(store, "w", NOW, 10)
    assert not retry(store, claimed.id, NOW)
    record_sent(store, claimed)
    assert not retry(store, claimed.id, NOW)
    assert not retry(store, "dlv_unknown", NOW)


def test_erasing_a_lead_takes_its_deliveries_and_no_others(store: Store) -> None:
    erased, kept = (announced(store, "lead.created", ALL) for _ in range(2))
    with store.transaction() as session:
        assert erase_deliveries(session, lead_reference=erased.reference) == len(ALL)
    assert {it.lead_reference for it in deliveries(store)} == {kept.reference}


def test_erasing_a_conversation_takes_the_deliveries_of_its_leads(store: Store) -> None:
    lead = announced(store, "lead.created", ALL)
    announced(store, "lead.created", ["webhook"])
    with store.transaction() as session:
        announce_conversation(session, str(lead.conversation_id), "handoff.waiting", ["slack"], NOW)
        assert erase_deliveries(session, conversation_id=lead.conversation_id) == len(ALL) + 1
    assert len(deliveries(store)) == 1


def test_erasing_nothing_in_particular_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="name a lead"), store.transaction() as session:
        erase_deliveries(session)


def test_the_outcome_of_an_erased_delivery_is_forgotten(store: Store) -> None:
    lead = announced(store, "lead.created", ["webhook", "slack"])
    first, second = claim(store, "w", NOW, 10)
    with store.transaction() as session:
        erase_deliveries(session, lead_reference=lead.reference)
    record_sent(store, first)
    assert record_failure(store, second, "no answer", NOW) == ""
    assert [it.event for it in deliveries(store)] == ["lead.erased"], "the program that may have it is told"


# --- escalation -------------------------------------------------------------------------------------------------------


def promised(clinic: Clinic = CLINIC) -> Any:
    by = clinic.callback_by(NOW)
    assert by is not None
    return by


def test_a_lead_that_nobody_took_up_is_announced_once_more_after_the_promise(store: Store) -> None:
    lead = announced(store, "lead.created", [])
    assert escalate_unclaimed(store, CLINIC, promised() - SECOND, ALL) == []
    assert escalate_unclaimed(store, CLINIC, promised(), ALL) == [lead.reference]
    assert [(it.channel, it.event) for it in deliveries(store)] == [
        (name, "lead.unclaimed") for name in ("email_staff", "webhook", "slack")
    ]
    assert escalate_unclaimed(store, CLINIC, promised() + timedelta(days=9), ALL) == []


def test_the_promise_counts_opening_hours_only(store: Store) -> None:
    assert promised() > NOW + timedelta(hours=CLINIC.consultation.answer_within_hours or 0)


@pytest.mark.parametrize(
    "changes",
    [{"status": "contacted"}, {"status": "closed"}, {"status": "incomplete"}, {"contacted_at": NOW}],
)
def test_a_lead_that_somebody_took_up_does_not_escalate(store: Store, changes: dict[str, Any]) -> None:
    announced(store, "lead.created", [], new_lead(**changes))
    assert escalate_unclaimed(store, CLINIC, promised(), ALL) == []


def test_a_clinic_that_promises_nothing_has_nothing_to_escalate(store: Store) -> None:
    announced(store, "lead.created", [])
    silent = CLINIC.model_copy(
        update={"consultation": CLINIC.consultation.model_copy(update={"answer_within_hours": None})}
    )
    assert escalate_unclaimed(store, silent, NOW + timedelta(days=99), ALL) == []


def test_workers_that_escalate_at_once_announce_once(store: Store) -> None:
    for _ in range(5):
        announced(store, "lead.created", [])
    together = threading.Barrier(3)

    def escalate(_: int) -> list[str]:
        together.wait()
        return escalate_unclaimed(store, CLINIC, promised(), ["webhook"])

    with ThreadPoolExecutor(3) as pool:
        escalated = [it for mine in pool.map(escalate, range(3)) for it in mine]
    assert len(escalated) == len(set(escalated)) == 5
    assert len(deliveries(store)) == 5


def test_no_log_line_of_the_outbox_names_a_visitor(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    announced(store, "lead.created", ALL)
    for claimed in claim(store, "w", NOW, 10):
        record_failure(store, claimed, "no answer", NOW, final=True)
    assert CANARY not in caplog.text
    assert CANARY_EMAIL not in caplog.text
    with store.reading() as session:
        assert session.scalars(select(Lead.name)).all(), "there was something to name"
