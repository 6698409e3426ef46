"""How a finished draft becomes a lead: once per booking, whatever is repeated, with everything staff need."""

import re
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from leads.clinic import Clinic
from leads.conversations import locked
from leads.draft import Draft
from leads.outbox import announce
from leads.questions import open_questions_of
from leads.records import Conversation, Delivery, Lead, Message
from leads.search import search_text
from leads.store import ERASED, Store

QUIET = timedelta(minutes=30)
"""After this long without a word a booking counts as abandoned."""
FORGOTTEN = timedelta(days=2)

_LEADS = select(Lead).where(Lead.conversation_id == bindparam("conversation"))

REFERENCE_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none that are mixed up on the phone


def commit_lead(
    session: Session,
    conversation: Conversation,
    draft: Draft,
    timezone: str,
    channels: Sequence[str],
    now: datetime,
    *,
    status: str = "new",
) -> Lead:
    """Write the lead of this booking and what staff must be told, in the caller's transaction.

    A booking has one lead: an incomplete one is completed, a repeat changes nothing.
    """
    lead = find_lead(session, conversation.id, draft)
    if lead is None:
        lead = Lead(
            reference=free_reference(session),
            conversation_id=conversation.id,
            booking=draft.number,
            status=status,
            created_at=now,
            page=conversation.page,
            notes=[],
        )
        event = "lead.created" if status == "new" else "lead.incomplete"
    elif lead.status == "incomplete" and status == "new":
        lead.status, event = "new", "lead.created"
    else:
        event = "lead.updated"
    changed = _fill(session, lead, conversation, draft, timezone, now)
    session.add(lead)
    session.flush()
    if event != "lead.updated" or changed:
        announce(session, lead, event, channels, now, changed=changed)  # type: ignore[arg-type]
    if lead.urgent and event == "lead.created":
        announce(session, lead, "lead.urgent", channels, now)
    return lead


def find_lead(session: Session, conversation_id: str, draft: Draft) -> Lead | None:
    """The lead that a draft belongs to: the one it amends, else the one of its booking number."""
    query = select(Lead).where(Lead.conversation_id == conversation_id)
    if draft.amends:
        return session.scalars(query.where(Lead.reference == draft.amends)).first()
    return session.scalars(query.where(Lead.booking == draft.number)).first()


def last_lead(session: Session, conversation_id: str) -> Lead | None:
    """The latest request that a visitor finished in this conversation."""
    query = select(Lead).where(Lead.conversation_id == conversation_id, Lead.status.not_in(("incomplete", "closed")))
    return session.scalars(query.order_by(Lead.seq.desc())).first()


def draft_of(lead: Lead, number: int, said: str | None) -> Draft:
    """A draft that changes a lead, filled with what the lead holds. `said` is its time as it is read back."""
    draft = Draft(number=number, state="open", amends=lead.reference)
    draft.name, draft.phone, draft.email = lead.name, lead.phone, lead.email
    draft.concern_category, draft.concern_text = lead.concern_category, lead.concern_text
    draft.concern_skipped = lead.concern_category is None
    draft.set_time(lead.time_text or "", lead.time_start, lead.time_end, said)
    draft.someone_else = lead.someone_else if lead.for_someone_else else None
    draft.asker, draft.remarks = lead.asked_by, list(lead.remarks or [])
    draft.consent = dict(lead.consent)
    draft.urgent = lead.is_call_back
    return draft


def free_reference(session: Session) -> str:
    """A new reference that no lead has: with a million leads one in nine hundred is taken."""
    while True:
        reference = new_reference()
        if session.scalar(select(Lead.seq).where(Lead.reference == reference)) is None:
            return reference


def new_reference() -> str:
    """A reference that can be read out on the phone: SMP- and six letters or digits."""
    return "SMP-" + "".join(secrets.choice(REFERENCE_LETTERS) for _ in range(6))


def _fill(
    session: Session, lead: Lead, conversation: Conversation, draft: Draft, timezone: str, now: datetime
) -> list[str]:
    memory = conversation.memory or {}
    wanted: dict[str, Any] = {
        "name": draft.name,
        "phone": draft.phone,
        "email": draft.email,
        "concern_category": draft.concern_category,
        "concern_text": draft.concern_text,
        "time_text": draft.time_text or None,
        "time_start": datetime.fromisoformat(draft.time_start) if draft.time_start else None,
        "time_end": datetime.fromisoformat(draft.time_end) if draft.time_end else None,
        "for_someone_else": bool(draft.someone_else),
        "someone_else": draft.someone_else,
        "asked_by": draft.asker if draft.someone_else else None,
        "remarks": list(draft.remarks) or None,
    }
    changed = [name for name, value in wanted.items() if getattr(lead, name) != value]
    for name, value in wanted.items():
        setattr(lead, name, value)
    lead.timezone = timezone
    consent = draft.consent or {"given": False, "text": "", "version": "", "at": None}
    if (lead.consent or {}).get("conditions") != consent.get("conditions"):
        changed.append("consent")  # how to get in touch is something that staff must hear of
    lead.consent = consent
    lead.questions = list(memory.get("questions", []))
    lead.open_questions = [question.text for question in open_questions_of(session, conversation.id)]
    lead.urgent = bool(lead.urgent or memory.get("urgent"))
    lead.updated_at = now
    lead.search = search_text(lead)
    return [] if lead.created_at == now else sorted(changed)


def refresh_questions(session: Session, conversation: Conversation, now: datetime) -> None:
    """Add to the conversation's leads what was asked after they were made."""
    memory = conversation.memory or {}
    leads = session.scalars(_LEADS, {"conversation": conversation.id}).all()
    for lead in leads:
        topics = list(memory.get("questions", []))
        texts = [question.text for question in open_questions_of(session, conversation.id)]
        if lead.questions != topics or lead.open_questions != texts:
            lead.questions, lead.open_questions, lead.updated_at = topics, texts, now


def drop_incomplete(session: Session, conversation_id: str, number: int) -> None:
    """Erase the incomplete lead of a booking, where one was kept, with what was to be told of it."""
    query = select(Lead).where(
        Lead.conversation_id == conversation_id, Lead.booking == number, Lead.status == "incomplete"
    )
    lead = session.scalars(query).first()
    if lead is not None:
        session.info[ERASED] = True
        session.execute(delete(Delivery).where(Delivery.lead_reference == lead.reference))
        session.delete(lead)


def keep_incomplete(
    store: Store, clinic: Clinic, channels: Sequence[str], now: datetime, quiet: timedelta = QUIET
) -> list[str]:
    """Keep abandoned bookings that have contact and consent as incomplete leads; their references.

    Safe to run twice and side by side: a booking has one lead, and a later "yes, send it" completes the same one.
    """
    with store.reading() as session:
        touched = Conversation.updated_at.between(now - FORGOTTEN, now - quiet)
        found = session.execute(select(Conversation.id, Conversation.draft).where(touched)).all()
    kept = []
    for conversation_id, draft in found:
        if _is_abandoned(Draft.from_json(draft)):
            with store.transaction() as session:
                conversation = locked(session, conversation_id)
                if conversation is not None and (
                    lead := _keep_abandoned(session, conversation, clinic, channels, now, quiet)
                ):
                    kept.append(lead.reference)
    return kept


def _is_abandoned(draft: Draft) -> bool:
    return draft.is_open and draft.amends is None and draft.has_contact and draft.has_consent


def _keep_abandoned(
    session: Session,
    conversation: Conversation,
    clinic: Clinic,
    channels: Sequence[str],
    now: datetime,
    quiet: timedelta,
) -> Lead | None:
    draft = Draft.from_json(conversation.draft)
    if not _is_abandoned(draft) or conversation.updated_at > now - quiet or find_lead(session, conversation.id, draft):
        return None
    return commit_lead(session, conversation, draft, clinic.time_zone, channels, now, status="incomplete")


def forget_details(session: Session, conversation_id: str, draft: Draft, since: datetime | None, instead: str) -> None:
    """Take a refused booking's details out of the transcript, so that "nothing is stored" is true.

    Replaced by `instead`: what the visitor wrote since the booking began, and every message that repeats a detail.
    """
    digits = [re.sub(r"\D", "", value)[-7:] for value in (draft.phone or "", *draft.told)]
    digits = [number for number in digits if len(number) == 7]
    kept = (draft.name, draft.email, draft.concern_text, draft.time_said, *draft.told)
    said = [value.casefold() for value in kept if value]
    for message in session.scalars(select(Message).where(Message.conversation_id == conversation_id)):
        text = message.text.casefold()
        repeats = any(value in text for value in said) or any(number in re.sub(r"\D", "", text) for number in digits)
        answered_then = message.author == "visitor" and since is not None and message.at >= since and not message.choice
        if repeats or answered_then:
            message.text, message.understood = instead, []
