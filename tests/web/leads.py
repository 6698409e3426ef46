"""Leads in the store, for tests of the staff's side."""

from typing import Any

from hairline.compose import Hairline
from leads.intake import new_reference
from leads.outbox import announce
from leads.records import Lead
from leads.store import utc_now


def put_lead(hairline: Hairline, channels: tuple[str, ...] = (), **changes: Any) -> str:
    """Store a lead and announce it; its reference."""
    now = utc_now()
    values: dict[str, Any] = {
        "reference": new_reference(),
        "booking": 1,
        "status": "new",
        "created_at": now,
        "updated_at": now,
        "name": "Tom Baker",
        "phone": "+447700900123",
        "email": "tom@visitor.example",
        "concern_category": "receding_hairline",
        "concern_text": "my temples",
        "time_text": "Friday morning",
        "timezone": "Europe/London",
        "consent": {"given": True, "text": "I agree.", "version": "1", "at": now.isoformat()},
        "questions": ["price"],
        "open_questions": ["Do you take cards?"],
    }
    lead = Lead(**(values | changes))
    lead.search = " ".join(part for part in (lead.name, lead.phone, lead.email, lead.reference) if part).lower()
    with hairline.store.transaction() as session:
        session.add(lead)
        session.flush()
        announce(session, lead, "lead.created", channels, now)
    return lead.reference
