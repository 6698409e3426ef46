"""A lead as everybody outside the store sees it: the contract's JSON, and what a channel needs to tell of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from leads.records import ClinicAnswer, Delivery, Lead, OpenQuestion


@dataclass(frozen=True, slots=True)
class LeadView:
    """A lead at one moment, and what goes with a delivery about it. `lead` is detached: read it, nothing else."""

    lead: Lead
    deliveries: tuple[Delivery, ...]
    later: tuple[str, ...] = ()
    """The events announced on the same channel after the one that is being told."""
    question: str | None = None
    answer: str | None = None
    """For question.answered: what was asked and what the clinic says; None if the answer was withdrawn."""

    def as_json(self) -> dict[str, Any]:
        """Give the Lead of the contract."""
        return lead_as_json(self.lead, self.deliveries)


def lead_as_json(lead: Lead, deliveries: Sequence[Delivery]) -> dict[str, Any]:
    """Give the Lead of the contract, times as ISO 8601: the visitor's in the lead's time zone, ours in UTC."""
    return {
        "reference": lead.reference,
        "status": lead.status,
        "created_at": _iso(lead.created_at),
        "updated_at": _iso(lead.updated_at),
        "name": lead.name,
        "phone": lead.phone,
        "email": lead.email,
        "concern": {"category": lead.concern_category, "text": lead.concern_text},
        "preferred_time": {
            "text": lead.time_text,
            "start": _iso(lead.time_start, lead.timezone),
            "end": _iso(lead.time_end, lead.timezone),
            "timezone": lead.timezone,
        },
        "confirmed_time": {
            "start": _iso(lead.confirmed_start, lead.timezone),
            "end": _iso(lead.confirmed_end, lead.timezone),
        },
        "consent": {"given": False, "text": None, "version": None, "at": None, **lead.consent},
        "for_someone_else": lead.for_someone_else,
        "for_whom": lead.someone_else if lead.for_someone_else else None,
        "asked_by": lead.asked_by,
        "remarks": list(lead.remarks or []),
        "questions": list(lead.questions),
        "open_questions": list(lead.open_questions),
        "urgent": lead.urgent,
        "conversation": lead.conversation_id,
        "page": lead.page,
        "assignee": lead.assignee,
        "notes": list(lead.notes),
        "deliveries": [delivery_as_json(it) for it in deliveries],
    }


def delivery_as_json(delivery: Delivery) -> dict[str, Any]:
    """Give one entry of the contract's `deliveries`, with its id and event beside."""
    return {
        "id": delivery.id,
        "channel": delivery.channel,
        "event": delivery.event,
        "state": delivery.state,
        "attempts": delivery.attempts,
        "last_error": delivery.last_error,
        "request": delivery.payload.get("request"),
        "at": _iso(delivery.at),
    }


def view_for(session: Session, delivery_id: str) -> LeadView | None:
    """Read the lead that a delivery is about as it is now; None if lead or delivery were erased."""
    delivery = session.scalar(select(Delivery).where(Delivery.id == delivery_id))
    if delivery is None or delivery.lead_reference is None:
        return None
    lead = session.scalar(select(Lead).where(Lead.reference == delivery.lead_reference))
    if lead is None:
        return None
    told = session.scalars(
        select(Delivery).where(Delivery.lead_reference == lead.reference).order_by(Delivery.seq)
    ).all()
    later = tuple(it.event for it in told if it.channel == delivery.channel and it.seq > delivery.seq)
    question, answer = _answered(session, delivery.payload.get("question"))
    return LeadView(lead, tuple(told), later, question, answer)


def _answered(session: Session, question_id: str | None) -> tuple[str | None, str | None]:
    if question_id is None:
        return None, None
    found = session.execute(
        select(OpenQuestion.text, ClinicAnswer.text)
        .join(ClinicAnswer, ClinicAnswer.id == OpenQuestion.answer_id)
        .where(OpenQuestion.id == question_id, ClinicAnswer.withdrawn_at.is_(None))
    ).first()
    return (found[0], found[1]) if found is not None else (None, None)


def _iso(at: datetime | None, zone: str = "UTC") -> str | None:
    return None if at is None else at.astimezone(ZoneInfo(zone)).isoformat()
