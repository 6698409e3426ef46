"""The worker on real databases and receivers: everything told, nothing doubled, nothing lost to a kill."""

import logging
import random
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from delivery.channel import GiveUp, NotNeeded, Retry
from delivery.http import Receiver
from delivery.webhook import WebhookChannel, signer_from
from delivery.worker import Job, Worker
from leads.clinic import Clinic
from leads.outbox import Claim, announce, erase_deliveries, retry
from leads.records import Lead
from leads.requests import erase_lead
from leads.store import Store, StoreUnavailable, utc_now
from leads.views import LeadView
from tests.delivery.leads import CANARY, CLINIC, deliveries, running, states, tell, wait_until
from tests.delivery.servers import Connection, HttpReceiver, answer

ROOT = Path(__file__).parents[2]
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


class Remembering:
    """A channel that remembers what it was told, and then does as `then` says."""

    def __init__(self, name: str = "webhook", then: Callable[[Claim, LeadView | None], None] | None = None) -> None:
        self.name = name
        self.told: list[Claim] = []
        self._then = then or (lambda _claim, _lead: None)

    def send(self, delivery: Claim, lead: LeadView | None, clinic: Clinic) -> None:
        self.told.append(delivery)
        self._then(delivery, lead)


def worker_for(store: Store, *channels: Remembering | WebhookChannel, jobs: tuple[Job, ...] = ()) -> Worker:
    return Worker(store, channels, lambda: CLINIC, jobs=jobs, poll_s=0.02)


def test_what_is_announced_while_the_worker_runs_is_told(store: Store) -> None:
    channel = Remembering()
    with running(worker_for(store, channel)):
        lead = tell(store, ["webhook"])
        wait_until(lambda: states(store) == ["sent"])
    assert [(it.event, it.lead_reference) for it in channel.told] == [("lead.created", lead.reference)]


def test_what_was_announced_before_the_worker_started_is_told(store: Store) -> None:
    for _ in range(5):
        tell(store, ["webhook"])
    channel = Remembering()
    with running(worker_for(store, channel)):
        wait_until(lambda: states(store) == ["sent"] * 5)
    assert len({it.id for it in channel.told}) == len(channel.told) == 5


def test_a_lead_is_told_as_it_is_at_the_moment_of_telling(store: Store) -> None:
    seen: list[str | None] = []
    lead = tell(store, ["webhook"])
    with store.transaction() as session:
        found = session.get(Lead, lead.seq)
        assert found is not None
        found.name = "Corrected"

    def look(_: Claim, view: LeadView | None) -> None:
        seen.append(view.lead.name if view is not None else None)

    with running(worker_for(store, Remembering(then=look))):
        wait_until(lambda: states(store) == ["sent"])
    assert seen == ["Corrected"]


def test_creation_update_and_confirmation_arrive_in_order(store: Store) -> None:
    channel = Remembering()
    leads = [tell(store, ["webhook"]) for _ in range(4)]
    for event in ("lead.updated", "lead.confirmed"):
        for lead in leads:
            with store.transaction() as session:
                announce(session, session.merge(lead), event, ["webhook"], utc_now())
    with running(worker_for(store, channel), worker_for(store, channel)):
        wait_until(lambda: states(store) == ["sent"] * 12)
    for lead in leads:
        told = [it.event for it in channel.told if it.lead_reference == lead.reference]
        assert told == ["lead.created", "lead.updated", "lead.confirmed"]


def test_two_workers_share_the_work_and_double_nothing(store: Store, receiver: HttpReceiver) -> None:
    for _ in range(30):
        tell(store, ["webhook"])
    channel = WebhookChannel(Receiver(receiver.url, allow_private=True), None)
    with running(worker_for(store, channel), worker_for(store, channel)):
        wait_until(lambda: states(store) == ["sent"] * 30)
    told = [it.headers["webhook-id"] for it in receiver.requests]
    assert sorted(told) == sorted(it.id for it in deliveries(store))


def test_a_channel_that_hangs_keeps_no_other_waiting(store: Store) -> None:
    hung = threading.Event()

    def hang(_claim: Claim, _lead: LeadView | None) -> None:
        assert hung.wait(60)

    for _ in range(10):
        tell(store, ["webhook"])
    tell(store, ["slack"])
    slow, quick = Remembering("webhook", hang), Remembering("slack")
    with running(worker_for(store, slow, quick)):
        wait_until(lambda: states(store)[-1] == "sent")
        assert len(slow.told) <= 3, "a channel sends only so much at once"
        hung.set()
        wait_until(lambda: states(store) == ["sent"] * 11)


@pytest.mark.parametrize(
    ("fault", "state", "reason"),
    [
        (Retry("not now", timedelta(hours=1)), "pending", "not now"),
        (GiveUp("never"), "failed", "never"),
        (NotNeeded("no consent"), "skipped", "no consent"),
        (ValueError(CANARY), "pending", "unexpected fault in Hairline (ValueError)"),
    ],
)
def test_what_came_of_an_attempt_is_seen_in_the_desk(
    store: Store, fault: Exception, state: str, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_claim: Claim, _lead: LeadView | None) -> None:
        raise fault

    tell(store, ["webhook"])
    with running(worker_for(store, Remembering(then=fail))):
        wait_until(lambda: deliveries(store)[0].last_error is not None)
    (row,) = deliveries(store)
    assert (row.state, row.attempts, row.last_error) == (state, 1, reason)
    assert CANARY not in caplog.text


def test_a_failed_delivery_goes_out_when_a_person_retries_it(store: Store) -> None:
    broken = threading.Event()
    broken.set()

    def maybe(_claim: Claim, _lead: LeadView | None) -> None:
        if broken.is_set():
            raise GiveUp("broken")

    tell(store, ["webhook"])
    channel = Remembering(then=maybe)
    with running(worker_for(store, channel)):
        wait_until(lambda: states(store) == ["failed"])
        broken.clear()
        assert retry(store, deliveries(store)[0].id, utc_now())
        wait_until(lambda: states(store) == ["sent"])
    assert len({it.id for it in channel.told}) == 1


def test_a_channel_that_nobody_set_up_is_given_up_and_says_so(store: Store) -> None:
    tell(store, ["slack"])
    with running(worker_for(store)):
        wait_until(lambda: states(store) == ["failed"])
    assert "not set up" in str(deliveries(store)[0].last_error)


def test_a_lead_erased_in_the_meantime_is_not_told(store: Store) -> None:
    told = threading.Event()
    lead = tell(store, ["webhook"])
    with store.transaction() as session:
        session.delete(session.merge(lead))
    channel = Remembering(then=lambda _claim, _lead: told.set())
    with running(worker_for(store, channel)):
        wait_until(lambda: states(store) == ["skipped"])
    assert not told.is_set()


def test_erasing_while_it_is_being_sent_leaves_nothing_behind(store: Store) -> None:
    started, go_on = threading.Event(), threading.Event()

    def slow(_claim: Claim, _lead: LeadView | None) -> None:
        started.set()
        assert go_on.wait(60)

    lead = tell(store, ["webhook"])
    with running(worker_for(store, Remembering(then=slow))):
        assert started.wait(60)
        with store.transaction() as session:
            erase_deliveries(session, lead_reference=lead.reference)
        go_on.set()
    left = [(delivery.event, delivery.payload) for delivery in deliveries(store)]
    assert left == [("lead.erased", {"reference": lead.reference})]  # the program outside may have the lead by now


def test_stopping_lets_what_is_being_sent_come_to_its_end(store: Store) -> None:
    started, go_on = threading.Event(), threading.Event()

    def slow(_claim: Claim, _lead: LeadView | None) -> None:
        started.set()
        assert go_on.wait(60)

    tell(store, ["webhook"])
    worker = worker_for(store, Remembering(then=slow))
    with running(worker):
        assert started.wait(60)
        worker.stop()
        go_on.set()
    assert states(store) == ["sent"]


class Moody(Store):
    """A store whose database can be taken away."""

    away = False

    @contextmanager
    def transaction(self) -> Iterator[object]:  # type: ignore[override]
        if self.away:
            raise StoreUnavailable("gone")
        with super().transaction() as session:
            yield session


def test_what_was_sent_while_the_database_was_away_is_recorded_and_not_doubled(store: Store) -> None:
    moody = Moody(store.url)
    recorded_in_vain = threading.Event()

    def sends_and_loses_the_database(_claim: Claim, _lead: LeadView | None) -> None:
        moody.away = True

    class Watched(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if "does not answer" in record.getMessage():
                recorded_in_vain.set()

    handler = Watched()
    logging.getLogger("delivery.worker").addHandler(handler)
    channel = Remembering(then=sends_and_loses_the_database)
    tell(store, ["webhook"])
    try:
        with running(worker_for(moody, channel)):
            wait_until(lambda: moody.away)
            later = tell(store, ["slack"])
            assert recorded_in_vain.wait(60)
            assert later.reference
            moody.away = False
            wait_until(lambda: states(store)[0] == "sent")
    finally:
        logging.getLogger("delivery.worker").removeHandler(handler)
        moody.close()
    assert len(channel.told) == 1


# --- jobs -------------------------------------------------------------------------------------------------------------


def test_jobs_run_again_and_again_and_a_broken_one_stops_nobody(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    seen: list[datetime] = []

    def broken(_: datetime) -> None:
        raise RuntimeError(CANARY)

    jobs = (Job("broken", 0.01, broken), Job("good", 0.01, seen.append))
    with running(worker_for(store, jobs=jobs)):
        wait_until(lambda: len(seen) >= 3)
    assert "job broken: unexpected RuntimeError at test_worker.py" in caplog.text
    assert CANARY not in caplog.text


# --- kills ------------------------------------------------------------------------------------------------------------


def start_worker(store: Store, url: str, lease_s: float = 1.0) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "tests.delivery.killable", store.url, url, str(lease_s)]
    return subprocess.Popen(command, cwd=ROOT)


def all_sent(store: Store) -> bool:
    return set(states(store)) == {"sent"}


@pytest.mark.slow
def test_no_kill_loses_a_delivery_or_changes_its_idempotency_key(store: Store) -> None:
    """Half of the kills hit a worker whose posts were received but not yet answered, the worst moment there is."""
    leads, kills = 40, 8
    dice = random.Random(7)
    answering = threading.Event()

    def hold(talk: Connection) -> None:
        while not answering.wait(0.02):
            if talk.closing.is_set():
                return
        answer(200)(talk)

    with HttpReceiver(hold) as receiver, ExitStack() as processes:
        for _ in range(leads):
            tell(store, ["webhook"])
        for number in range(kills):
            # Hold the answers back for every other worker; the others get them.
            (answering.clear if number % 2 else answering.set)()
            before = len(receiver.requests)
            worker = processes.enter_context(start_worker(store, receiver.url))
            wanted = before + dice.randint(1, 3)
            wait_until(lambda wanted=wanted: len(receiver.requests) >= wanted or all_sent(store))  # type: ignore[misc]
            worker.send_signal(signal.SIGKILL)
            worker.wait()
        answering.set()
        last = processes.enter_context(start_worker(store, receiver.url))
        wait_until(lambda: states(store) == ["sent"] * leads)
        last.send_signal(signal.SIGTERM)
        assert last.wait() == 0
    received = [it.headers["webhook-id"] for it in receiver.requests]
    assert set(received) == {it.id for it in deliveries(store)}
    assert len(received) > leads, "some kills hit in the midst of sending, or this test shows nothing"
    by_id: dict[str, set[bytes]] = {}
    for request in receiver.requests:
        about = re.search(rb'"reference": "(SMP-\d+)"', request.body)
        assert about is not None
        by_id.setdefault(request.headers["webhook-id"], set()).add(about[1])
    assert all(len(about) == 1 for about in by_id.values()), "one key, one thing told"
    assert len({reference for about in by_id.values() for reference in about}) == leads


@pytest.mark.parametrize("tried", [True, False])
def test_a_program_that_was_sent_a_lead_is_told_that_it_is_erased(
    store: Store, receiver: HttpReceiver, tried: bool
) -> None:
    lead = tell(store, ["webhook"])
    channel = WebhookChannel(Receiver(receiver.url, allow_private=True), signer_from(SECRET))
    if tried:
        with running(Worker(store, [channel], lambda: CLINIC, poll_s=0.02)):
            wait_until(lambda: states(store) == ["sent"])
    with store.transaction() as session:
        erase_lead(session, lead.reference, "Maya")
    assert len(deliveries(store)) == tried, "nobody is told of what they never heard of"
    if not tried:
        return
    with running(Worker(store, [channel], lambda: CLINIC, poll_s=0.02)):
        wait_until(lambda: states(store) == ["sent"])
    _, request = receiver.requests
    told = Webhook(SECRET).verify(request.body, request.headers)
    assert (told["type"], told["data"]) == ("lead.erased", {"reference": lead.reference})
    assert set(told) == {"type", "timestamp", "data"}
