"""Leads to tell of, full of text that must not turn up where it does not belong."""

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select

from delivery.worker import Worker
from leads.clinic import load_clinic
from leads.outbox import Event, announce
from leads.records import ClinicAnswer, Delivery, Lead, OpenQuestion
from leads.store import Store, utc_now
from leads.views import LeadView

CLINIC = load_clinic(Path(__file__).parents[2] / "clinic.yml")
CANARY = "Zanzibar"
CANARY_NAME = f"Zoë {CANARY}"
CANARY_EMAIL = "zanzibar@visitor.example"
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)  # a Tuesday; the clinic is open
_numbers = itertools.count(1)


def new_lead(**changes: Any) -> Lead:
    """A complete lead that nobody has stored yet."""
    number = next(_numbers)
    values: dict[str, Any] = {
        "reference": f"SMP-{number:06}",
        "conversation_id": f"cnv_{number}",
        "booking": 1,
        "status": "new",
        "created_at": NOW,
        "updated_at": NOW,
        "name": CANARY_NAME,
        "phone": "+447700900123",
        "email": CANARY_EMAIL,
        "concern_category": "scars_and_patches",
        "concern_text": f"a scar from {CANARY}",
        "time_text": "Friday morning",
        "time_start": NOW + timedelta(days=3),
        "time_end": NOW + timedelta(days=3, hours=2),
        "timezone": "Europe/London",
        "consent": {"given": True, "text": "I agree.", "version": "2026-1", "at": NOW.isoformat()},
        "for_someone_else": False,
        "questions": ["price"],
        "open_questions": [f"Do you know {CANARY}?"],
        "urgent": False,
        "notes": [],
        "calendar_sequence": 0,
    }
    return Lead(**(values | changes))


def view_of(lead: Lead, **more: Any) -> LeadView:
    """What a channel gets to see."""
    return LeadView(lead, (), **more)


def tell(store: Store, channels: list[str], event: Event = "lead.created", lead: Lead | None = None) -> Lead:
    """Store a lead (a new one by default) and announce it, in one transaction."""
    lead = lead if lead is not None else new_lead()
    with store.transaction() as session:
        session.add(lead)
        announce(session, lead, event, channels, utc_now(), changed=["time"] if event == "lead.updated" else ())
    return lead


def deliveries(store: Store) -> list[Delivery]:
    """All deliveries, in the order they were announced."""
    with store.reading() as session:
        return list(session.scalars(select(Delivery).order_by(Delivery.seq)))


def states(store: Store) -> list[str]:
    """Their states, in the order they were announced."""
    return [it.state for it in deliveries(store)]


def wait_until(true: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for a condition; the limit only ends a test that would hang."""
    limit = time.monotonic() + seconds
    pause = threading.Event()
    while not true():
        assert time.monotonic() < limit, "waited in vain"
        pause.wait(0.01)


def emptied_store(url: str) -> Iterator[Store]:
    """A migrated store of the session with nothing in it that the outbox could find."""
    store = Store(url)
    store.migrate()
    with store.transaction() as session:
        for table in (Delivery, Lead, OpenQuestion, ClinicAnswer):
            session.execute(delete(table))
    yield store
    store.close()


@contextmanager
def running(*workers: Worker) -> Iterator[None]:
    """Let workers work, and stop them in the end."""
    threads = [threading.Thread(target=it.run) for it in workers]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for worker in workers:
            worker.stop()
        for thread in threads:
            thread.join()
