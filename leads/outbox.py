"""The outbox: what staff and visitors have to be told, written in the transaction of what it tells.

No network here. `announce` writes; a worker (`delivery/`) claims, sends and records. Every delivery is sent at least
once; its id is the same at every attempt, so that a receiver can drop repeats. A delivery holds references and no copy
of anything personal: the worker reads the lead when it sends. `payload["request"]` is the id of the request it came of.
"""

import logging
import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Select, and_, delete, exists, or_, select, update
from sqlalchemy.orm import Session, aliased

from leads.clinic import Clinic
from leads.records import Delivery, Lead
from leads.store import Store, new_id, utc_now
from leads.trace import request_id

log = logging.getLogger(__name__)

Event = Literal[
    "lead.created",
    "lead.updated",
    "lead.confirmed",
    "lead.cancelled",
    "lead.incomplete",
    "lead.urgent",
    "lead.unclaimed",
    "handoff.waiting",
    "question.answered",
    "lead.erased",
]

VISITOR_CHANNELS = frozenset({"email_visitor"})
"""Channels that reach the visitor; all others reach the clinic or its programs."""

PROGRAM_CHANNELS = frozenset({"webhook"})
"""Channels to programs that keep a copy: they are told when what they were sent is erased here."""

FOR_VISITORS: frozenset[Event] = frozenset(
    {"lead.created", "lead.updated", "lead.confirmed", "lead.cancelled", "question.answered"}
)
FOR_THE_CLINIC: frozenset[Event] = frozenset(
    {
        "lead.created",
        "lead.updated",
        "lead.confirmed",
        "lead.cancelled",
        "lead.incomplete",
        "lead.urgent",
        "lead.unclaimed",
        "handoff.waiting",
    }
)
MOVES_THE_CALENDAR: frozenset[Event] = frozenset({"lead.updated", "lead.confirmed", "lead.cancelled"})

LEASE = timedelta(seconds=90)
"""How long a claim holds; longer than any attempt may take, so that only a dead worker's claim is taken again."""
GIVE_UP_AFTER = timedelta(hours=24)
ATTEMPTS = 40
FIRST_DELAY = timedelta(seconds=5)
LONGEST_DELAY = timedelta(hours=1)
JITTER = 0.25

_UNFINISHED = ("pending", "sending")


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery that one worker holds until `lease_until`. `attempt` counts from 1 and includes this one."""

    id: str
    channel: str
    event: str
    lead_reference: str | None
    conversation_id: str | None
    worker: str
    attempt: int
    announced_at: datetime
    lease_until: datetime
    payload: dict[str, Any] = field(default_factory=dict)


# --- writing ----------------------------------------------------------------------------------------------------------


def announce(
    session: Session,
    lead: Lead,
    event: Event,
    channels: Sequence[str],
    now: datetime,
    *,
    changed: Collection[str] = (),
    question: str | None = None,
) -> list[Delivery]:
    """Write, in the caller's transaction, one delivery for each channel that has to hear of the event.

    A visitor hears only of what concerns them (FOR_VISITORS), only with an e-mail address and consent, and of
    `lead.updated` only if `changed` names something; `changed` are names of the lead's fields, never values. Events
    that move the calendar entry raise `lead.calendar_sequence`. `question` is the id of the open question that
    `question.answered` is about.
    """
    if event in MOVES_THE_CALENDAR:
        lead.calendar_sequence = (lead.calendar_sequence or 0) + 1
    payload: dict[str, Any] = {}
    if changed:
        payload["changed"] = sorted(changed)
    if question is not None:
        payload["question"] = question
    wanted = [channel for channel in channels if _concerns(channel, lead, event, changed)]
    deliveries = [_delivery(channel, event, now, payload, lead.reference, lead.conversation_id) for channel in wanted]
    session.add_all(deliveries)
    session.flush()
    return deliveries


def announce_conversation(
    session: Session, conversation_id: str, event: Event, channels: Sequence[str], now: datetime
) -> list[Delivery]:
    """Write, in the caller's transaction, that the clinic has to look at a conversation: handoff.waiting."""
    wanted = [channel for channel in channels if channel not in VISITOR_CHANNELS]
    deliveries = [_delivery(channel, event, now, {}, None, conversation_id) for channel in wanted]
    session.add_all(deliveries)
    session.flush()
    return deliveries


def _concerns(channel: str, lead: Lead, event: Event, changed: Collection[str]) -> bool:
    if channel not in VISITOR_CHANNELS:
        return event in FOR_THE_CLINIC
    if event not in FOR_VISITORS or (event == "lead.updated" and not changed):
        return False
    return bool(lead.email) and bool(lead.consent.get("given"))


def _delivery(
    channel: str, event: Event, now: datetime, payload: dict[str, Any], reference: str | None, conversation: str | None
) -> Delivery:
    return Delivery(
        id=new_id("dlv"),
        lead_reference=reference,
        conversation_id=conversation,
        channel=channel,
        event=event,
        payload=payload | ({"request": known} if (known := request_id.get()) else {}),
        state="pending",
        attempts=0,
        attempts_allowed=ATTEMPTS,
        created_at=now,
        next_at=now,
        give_up_at=now + GIVE_UP_AFTER,
    )


# --- sending ----------------------------------------------------------------------------------------------------------


def due_channels(store: Store, now: datetime) -> set[str]:
    """Look, without writing, which channels have something to send."""
    with store.reading() as session:
        return set(session.scalars(select(Delivery.channel).where(*_is_due(now)).distinct()))


def claim(
    store: Store,
    worker: str,
    now: datetime,
    limit: int,
    *,
    channel: str | None = None,
    lease: timedelta = LEASE,
) -> list[Claim]:
    """Take up to `limit` due deliveries, oldest first, so that no other worker sends them before the lease ends.

    The attempt is committed before anything is sent. A delivery waits for the earlier ones of its lead and channel.
    One whose workers died at every allowed attempt becomes `failed` here.
    """
    query = select(Delivery).where(*_is_due(now)).order_by(Delivery.seq).limit(limit)
    if channel is not None:
        query = query.where(Delivery.channel == channel)
    with store.transaction() as session:
        found = list(session.scalars(_locked(query)))
        claims = [_take(row, worker, now, now + lease) for row in found if not _exhausted(row, now)]
        failed = [row.id for row in found if row.state == "failed"]
    for delivery_id in failed:
        log.error("delivery %s given up: its workers stopped in the middle of every attempt", delivery_id)
    return claims


def _is_due(now: datetime) -> list[Any]:
    earlier = aliased(Delivery)
    waits = exists().where(
        earlier.lead_reference == Delivery.lead_reference,
        earlier.channel == Delivery.channel,
        earlier.seq < Delivery.seq,
        earlier.state.in_(_UNFINISHED),
    )
    ready = and_(Delivery.state == "pending", Delivery.next_at <= now)
    abandoned = and_(Delivery.state == "sending", Delivery.lease_until <= now)
    return [or_(ready, abandoned), ~waits]


def _locked(query: Select[Delivery]) -> Select[Delivery]:
    # SQLite knows no row locks and needs none: its writers take turns (BEGIN IMMEDIATE).
    return query.with_for_update(skip_locked=True, of=Delivery)


def _exhausted(row: Delivery, now: datetime) -> bool:
    if row.attempts < row.attempts_allowed:
        return False
    row.state = "failed"
    row.last_error = "the worker stopped in the middle of every attempt"
    row.claimed_by = row.lease_until = None
    return True


def _take(row: Delivery, worker: str, now: datetime, lease_until: datetime) -> Claim:
    row.state = "sending"
    row.attempts += 1
    row.at = now
    row.claimed_by = worker
    row.lease_until = lease_until
    return Claim(
        id=row.id,
        channel=row.channel,
        event=row.event,
        lead_reference=row.lead_reference,
        conversation_id=row.conversation_id,
        worker=worker,
        attempt=row.attempts,
        announced_at=row.created_at,
        lease_until=lease_until,
        payload=dict(row.payload),
    )


def record_sent(store: Store, claimed: Claim) -> None:
    """Record that the receiver has it. Holds even if another worker took the claim meanwhile: sent is sent."""
    _finish(store, claimed, "sent", None)


def record_skipped(store: Store, claimed: Claim, reason: str) -> None:
    """Record that there is nothing to tell any more, such as after a withdrawn consent. Sent stays sent."""
    _finish(store, claimed, "skipped", reason)


def _finish(store: Store, claimed: Claim, state: str, reason: str | None) -> None:
    with store.transaction() as session:
        session.execute(
            update(Delivery)
            .where(Delivery.id == claimed.id, Delivery.state != "sent")
            .values(state=state, last_error=reason, claimed_by=None, lease_until=None)
        )


def record_failure(
    store: Store,
    claimed: Claim,
    reason: str,
    now: datetime,
    *,
    retry_after: timedelta | None = None,
    final: bool = False,
) -> str:
    """Record a failed attempt and return the new state: `pending` for another try, or `failed`, which is logged.

    `reason` is in our own words and holds nothing personal. A claim that another worker took meanwhile, or that a
    person retried or erased, is left alone; then the result is "" .
    """
    with store.transaction() as session:
        row = session.scalar(_locked_for_good(claimed))
        if row is None:
            return ""
        row.last_error = reason[:500]
        row.claimed_by = row.lease_until = None
        row.next_at = now + (retry_after if retry_after is not None else delay_after(row.attempts))
        done = final or row.attempts >= row.attempts_allowed or row.next_at > row.give_up_at
        row.state = "failed" if done else "pending"
        state, attempts = row.state, row.attempts
    level = logging.ERROR if state == "failed" else logging.WARNING
    what = "given up" if state == "failed" else "failed, will be tried again"
    log.log(level, "delivery %s by %s %s (attempt %d): %s", claimed.id, claimed.channel, what, attempts, reason)
    return state


def _locked_for_good(claimed: Claim) -> Select[Delivery]:
    return (
        select(Delivery)
        .where(
            Delivery.id == claimed.id,
            Delivery.state == "sending",
            Delivery.claimed_by == claimed.worker,
            Delivery.attempts == claimed.attempt,
        )
        .with_for_update()
    )


def delay_after(attempts: int) -> timedelta:
    """Give the pause after the n-th attempt: doubling from FIRST_DELAY to LONGEST_DELAY, scattered by JITTER."""
    doublings: int = 2 ** min(attempts - 1, 20)
    plain = min(FIRST_DELAY * doublings, LONGEST_DELAY)
    return plain * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - scatters load, guards nothing


# --- people and erasure -----------------------------------------------------------------------------------------------


def retry(store: Store, delivery_id: str, now: datetime) -> bool:
    """Send a failed or skipped delivery again from now on, or a waiting one at once; False if there is none such."""
    with store.transaction() as session:
        row = session.scalar(select(Delivery).where(Delivery.id == delivery_id).with_for_update())
        if row is None or row.state not in ("failed", "skipped", "pending"):
            return False
        row.state = "pending"
        row.next_at = now
        row.give_up_at = now + GIVE_UP_AFTER
        row.attempts_allowed = row.attempts + ATTEMPTS
        return True


def erase_deliveries(session: Session, *, lead_reference: str | None = None, conversation_id: str | None = None) -> int:
    """Erase the deliveries of a lead, or of a conversation and its leads, sent or not; return how many there were.

    Programs that were sent a lead, or may have been, are told by its reference that it is erased: lead.erased.
    """
    if lead_reference is None and conversation_id is None:
        raise ValueError("name a lead or a conversation")
    whose = []
    if lead_reference is not None:
        whose.append(Delivery.lead_reference == lead_reference)
    if conversation_id is not None:
        whose.append(Delivery.conversation_id == conversation_id)
    told = select(Delivery.channel, Delivery.lead_reference).where(
        or_(*whose), Delivery.channel.in_(PROGRAM_CHANNELS), Delivery.attempts > 0, Delivery.lead_reference.is_not(None)
    )
    copies = sorted((channel, reference) for channel, reference in session.execute(told.distinct()))
    count = len(session.scalars(delete(Delivery).where(or_(*whose)).returning(Delivery.seq)).all())
    for channel, reference in copies:
        session.add(_delivery(channel, "lead.erased", utc_now(), {"reference": reference}, None, None))
    return count


# --- escalation -------------------------------------------------------------------------------------------------------


def escalate_unclaimed(
    store: Store, clinic: Clinic, now: datetime, channels: Sequence[str], *, limit: int = 100
) -> list[str]:
    """Announce once more, as lead.unclaimed, the leads that nobody took up by the promised moment; return references.

    The moment follows from the clinic's opening hours (Clinic.callback_by). A clinic that promises nothing has none.
    Safe to run in several processes: each lead escalates once.
    """
    with store.reading() as session:
        waiting = session.execute(
            select(Lead.reference, Lead.created_at)
            .where(Lead.status == "new", Lead.escalated_at.is_(None), Lead.contacted_at.is_(None))
            .order_by(Lead.seq)
        ).all()
    late = [reference for reference, created_at in waiting if _is_late(clinic, created_at, now)]
    return [reference for reference in late[:limit] if _escalate(store, reference, channels, now)]


def _is_late(clinic: Clinic, created_at: datetime, now: datetime) -> bool:
    promised = clinic.callback_by(created_at)
    return promised is not None and promised <= now


def _escalate(store: Store, reference: str, channels: Sequence[str], now: datetime) -> bool:
    with store.transaction() as session:
        lead = session.scalar(
            select(Lead)
            .where(Lead.reference == reference, Lead.status == "new", Lead.escalated_at.is_(None))
            .with_for_update()
        )
        if lead is None:
            return False
        lead.escalated_at = now
        announce(session, lead, "lead.unclaimed", channels, now)
        return True
