"""Leads and open questions as staff see them: listed, found, changed, erased; and a lead left without the assistant."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from leads.audit import VISITOR, note_action
from leads.clinic import Clinic
from leads.conversations import KeyReused, erase_transcript, locked
from leads.counts import count
from leads.intake import free_reference
from leads.outbox import announce, erase_deliveries
from leads.records import Delivery, Lead, OpenQuestion
from leads.search import find_matching, search_text, sought
from leads.store import ERASED, utc_now

STATUSES = ("new", "contacted", "confirmed", "closed", "incomplete")
QUESTION_STATUSES = ("open", "answered", "dismissed")
SAME_REQUEST = timedelta(minutes=15)  # the same words from the same person within it are one request


@dataclass(frozen=True, slots=True)
class LeadFilter:
    """Which leads: each part narrows, None leaves all."""

    status: str | None = None
    words: str | None = None
    conversation: str | None = None
    assignee: str | None = None


@dataclass(frozen=True, slots=True)
class LeadChange:
    """What staff change. `assignee` is set where `assigns`; the empty assignee is nobody."""

    status: str | None = None
    assigns: bool = False
    assignee: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class ContactRequest:
    """What a visitor left in the form that stands in for the assistant. Phone (E.164) or e-mail are checked before."""

    name: str
    phone: str | None
    email: str | None
    text: str
    page: str | None
    key: str | None = None  # the same key is the same request, however long after


def list_leads(session: Session, wanted: LeadFilter, before: int | None = None, limit: int = 50) -> list[Lead]:
    """Leads that match, newest first; `before` is the `seq` of the last one of the page before."""
    query = _narrowed(wanted)
    if wanted.words and (parts := sought(wanted.words)):
        return find_matching(session, query, parts, before, limit)
    if before is not None:
        query = query.where(Lead.seq < before)
    return list(session.scalars(query.order_by(Lead.seq.desc()).limit(limit)))


def _narrowed(wanted: LeadFilter) -> Select[Lead]:
    query = select(Lead)
    if wanted.status:
        query = query.where(Lead.status == wanted.status)
    if wanted.conversation:
        query = query.where(Lead.conversation_id == wanted.conversation)
    if wanted.assignee:
        query = query.where(Lead.assignee == wanted.assignee)
    return query


def count_by_status(session: Session) -> dict[str, int]:
    """How many leads there are of each status, as `count` counts."""
    return {status: count(session, Lead.seq, Lead.status == status) for status in STATUSES}


def lead_of_delivery(session: Session, delivery_id: str) -> str | None:
    """The reference of the lead that a delivery is about."""
    return session.scalars(select(Delivery.lead_reference).where(Delivery.id == delivery_id)).first()


def questions_of(session: Session, conversation_id: str) -> list[OpenQuestion]:
    """What a conversation's visitor asked and the assistant could not answer, in order, answered or not."""
    query = select(OpenQuestion).where(OpenQuestion.conversation_id == conversation_id).order_by(OpenQuestion.seq)
    return list(session.scalars(query))


def find_lead(session: Session, reference: str) -> Lead | None:
    """The lead of a reference, however its letters are typed."""
    return session.scalars(select(Lead).where(Lead.reference == reference.strip().upper())).first()


def deliveries_of(session: Session, references: Iterable[str]) -> dict[str, list[Delivery]]:
    """What is told about each lead, in the order it was written."""
    found: dict[str, list[Delivery]] = {reference: [] for reference in references}
    query = select(Delivery).where(Delivery.lead_reference.in_(list(found))).order_by(Delivery.seq)
    for delivery in session.scalars(query):
        found[delivery.lead_reference or ""].append(delivery)
    return found


def change_lead(session: Session, reference: str, change: LeadChange, actor: str) -> Lead | None:
    """Change a lead's status or assignee, add a note. None where there is no such lead."""
    lead = session.scalars(select(Lead).where(Lead.reference == reference.strip().upper()).with_for_update()).first()
    if lead is None:
        return None
    now = utc_now()
    if change.status and change.status != lead.status:
        lead.status = change.status
        if change.status in ("contacted", "confirmed") and lead.contacted_at is None:
            lead.contacted_at = now
        note_action(session, actor, f"lead.{change.status}", lead.reference)
    if change.assigns and (change.assignee or None) != lead.assignee:
        lead.assignee = change.assignee or None
        note_action(session, actor, "lead.assigned", lead.reference)
    if change.note:
        lead.notes = [*(lead.notes or []), {"at": now.isoformat(), "by": actor, "text": change.note}]
        note_action(session, actor, "lead.noted", lead.reference)
    lead.updated_at = now
    return lead


def erase_lead(session: Session, reference: str, actor: str) -> str | None:
    """Erase a lead, its deliveries and the transcript it was made in; None where there is no such lead.

    Other leads of that conversation stay, without it. The answer is the erased conversation's id, "" where none was.
    """
    lead = find_lead(session, reference)
    if lead is None:
        return None
    session.info[ERASED] = True
    conversation = locked(session, lead.conversation_id) if lead.conversation_id else None
    erase_deliveries(session, lead_reference=lead.reference)
    session.delete(lead)
    note_action(session, actor, "lead.erased", lead.reference)
    if conversation is None:
        return ""
    for other in session.scalars(select(Lead).where(Lead.conversation_id == conversation.id)):
        other.conversation_id = None
    session.flush()
    erase_transcript(session, conversation)
    note_action(session, actor, "conversation.erased", conversation.id)
    return conversation.id


def leave_request(session: Session, request: ContactRequest, clinic: Clinic, channels: Sequence[str]) -> Lead:
    """Make a lead of what a visitor left in the contact form, with its consent and its deliveries.

    The same key is the same lead, and so is the same request again within a quarter of an hour. Raises
    `KeyReused` where the key came with another request.
    """
    now = utc_now()
    key = hashlib.sha256(request.key.encode()).hexdigest() if request.key else None
    known = (_of_key(session, request, key) if key else None) or _same_request(session, request, now)
    if known:
        return known
    reference = free_reference(session)
    consent = clinic.privacy.consent
    lead = Lead(
        reference=reference,
        booking=1,
        status="new",
        created_at=now,
        updated_at=now,
        name=request.name,
        phone=request.phone,
        email=request.email,
        concern_text=request.text,
        timezone=clinic.time_zone,
        consent={
            "given": True,
            "text": consent.text,
            "version": consent.version,
            "at": now.isoformat(),
            "conditions": None,
        },
        for_someone_else=False,
        questions=[],
        open_questions=[],
        urgent=False,
        page=request.page,
        notes=[],
        calendar_sequence=0,
        left_with=key,
    )
    lead.search = search_text(lead)
    try:
        with session.begin_nested():
            session.add(lead)
    except IntegrityError:  # another process has made a lead of it since we looked
        if key is None or (made := _of_key(session, request, key)) is None:
            raise
        return made
    announce(session, lead, "lead.created", channels, now)
    note_action(session, VISITOR, "lead.left", reference)
    return lead


def _same_request(session: Session, request: ContactRequest, now: datetime) -> Lead | None:
    query = select(Lead).where(Lead.conversation_id.is_(None), Lead.created_at > now - SAME_REQUEST)
    query = query.where(Lead.phone == request.phone) if request.phone else query.where(Lead.email == request.email)
    leads = session.scalars(query.order_by(Lead.seq.desc()).limit(20))
    return next((lead for lead in leads if _says_the_same(lead, request)), None)


def _of_key(session: Session, request: ContactRequest, key: str) -> Lead | None:
    lead = session.scalars(select(Lead).where(Lead.left_with == key)).first()
    if lead is not None and not _says_the_same(lead, request):
        raise KeyReused
    return lead


def _says_the_same(lead: Lead, request: ContactRequest) -> bool:
    left = (request.name, request.phone, request.email, request.text)
    return (lead.name, lead.phone, lead.email, lead.concern_text) == left


def list_open_questions(
    session: Session, status: str = "open", before: int | None = None, limit: int = 50
) -> list[OpenQuestion]:
    """Questions nobody could answer, newest first; `before` is the `seq` of the last one of the page before."""
    query = select(OpenQuestion).where(OpenQuestion.status == status).order_by(OpenQuestion.seq.desc()).limit(limit)
    if before is not None:
        query = query.where(OpenQuestion.seq < before)
    return list(session.scalars(query))


def newest_leads(session: Session, conversation_ids: Iterable[str]) -> dict[str, Lead]:
    """For each conversation the lead made last in it, where there is one: who waits for an answer."""
    query = select(Lead).where(Lead.conversation_id.in_(set(conversation_ids))).order_by(Lead.seq)
    return {lead.conversation_id or "": lead for lead in session.scalars(query)}


def question_as_json(question: OpenQuestion, lead: Lead | None) -> dict[str, Any]:
    """An open question with who waits for its answer."""
    return {
        "id": question.id,
        "text": question.text,
        "topic": question.topic,
        "status": question.status,
        "asked_at": question.asked_at.isoformat(),
        "waiting": {
            "conversation": question.conversation_id,
            "wanted": question.wanted,
            "lead": lead.reference if lead else None,
            "name": lead.name if lead else None,
        },
    }
