"""A time agreed with the visitor: confirmed, moved, cancelled. The visitor hears of it by e-mail where there is one."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from leads.audit import note_action
from leads.outbox import announce
from leads.records import Lead

LONGEST = timedelta(hours=12)
FURTHEST = timedelta(days=2 * 365)


class ImpossibleTime(ValueError):
    """It is over, too far away or too long, or ends before it starts; the text says so."""


class NothingToCancel(Exception):
    """The lead was closed before."""


def confirm(
    session: Session, reference: str, start: datetime, end: datetime, actor: str, channels: Sequence[str], now: datetime
) -> Lead | None:
    """Agree on a time for a lead, or on another one; the same again tells nobody. None where there is no such lead.

    Raises `ImpossibleTime`.
    """
    _check(start, end, now)
    lead = _locked(session, reference)
    if lead is None:
        return None
    if lead.status == "confirmed" and (lead.confirmed_start, lead.confirmed_end) == (start, end):
        return lead
    lead.status, lead.confirmed_start, lead.confirmed_end = "confirmed", start, end
    lead.contacted_at = lead.contacted_at or now
    lead.updated_at = now
    announce(session, lead, "lead.confirmed", channels, now)
    note_action(session, actor, "lead.confirmed", lead.reference)
    return lead


def _check(start: datetime, end: datetime, now: datetime) -> None:
    if start >= now + FURTHEST:
        raise ImpossibleTime("That is more than two years away.")
    if end <= now:
        raise ImpossibleTime("That time is over.")
    if start >= end:
        raise ImpossibleTime("The end must come after the start.")
    if end - start > LONGEST:
        raise ImpossibleTime("From start to end must be twelve hours at most.")


def cancel(session: Session, reference: str, actor: str, channels: Sequence[str], now: datetime) -> Lead | None:
    """Call a consultation off and close its lead. None where there is no such lead. Raises `NothingToCancel`."""
    lead = _locked(session, reference)
    if lead is None:
        return None
    if lead.status == "closed":
        raise NothingToCancel
    lead.status, lead.updated_at = "closed", now
    lead.contacted_at = lead.contacted_at or now
    announce(session, lead, "lead.cancelled", channels, now)
    note_action(session, actor, "lead.cancelled", lead.reference)
    return lead


def consultations(session: Session, since: datetime) -> list[Lead]:
    """Leads with a requested or agreed time that is not over, for the calendar feed."""
    query = select(Lead).where(Lead.status.in_(("new", "contacted", "confirmed")))
    when = query.where((Lead.confirmed_end >= since) | (Lead.confirmed_end.is_(None) & (Lead.time_end >= since)))
    return list(session.scalars(when.order_by(Lead.seq)))


def _locked(session: Session, reference: str) -> Lead | None:
    return session.scalars(select(Lead).where(Lead.reference == reference.strip().upper()).with_for_update()).first()
