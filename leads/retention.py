"""Nothing is kept longer than the clinic's profile and docs/privacy.md say: the job that erases what is over."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from leads.accounts import end_old_sessions
from leads.clinic import Clinic
from leads.conversations import erase_transcript, locked
from leads.outbox import erase_deliveries
from leads.records import Account, AuditEntry, ClinicAnswer, Conversation, Delivery, Lead, OpenQuestion
from leads.store import SCRUB_S, Store

AUDIT_FOR = timedelta(days=365)
AT_ONCE = 200  # records of a kind in one round; the job comes again


@dataclass(frozen=True, slots=True)
class Erased:
    """What one round erased. `conversations` are ids: whoever else remembers them has to forget them, too."""

    conversations: list[str] = field(default_factory=list)
    leads: int = 0
    others: int = 0

    def __bool__(self) -> bool:
        return bool(self.conversations or self.leads or self.others)


def erase_what_is_over(store: Store, clinic: Clinic, now: datetime) -> Erased:
    """Erase what is older than the profile allows. Each conversation and lead in a transaction of its own."""
    conversations = _each(store, _old_conversations(store, clinic, now), _erase_conversation(clinic, now))
    leads = _each(store, _old_leads(store, clinic, now), _erase_lead(clinic, now))
    with store.transaction() as session:
        others = _erase_others(session, clinic, now)
    erased = Erased(conversations, len(leads), others)
    if erased:
        store.scrub(SCRUB_S)
    return erased


def _old_conversations(store: Store, clinic: Clinic, now: datetime) -> list[str]:
    before = now - timedelta(days=clinic.privacy.conversation_days)
    with store.reading() as session:
        return list(session.scalars(select(Conversation.id).where(Conversation.updated_at < before).limit(AT_ONCE)))


def _old_leads(store: Store, clinic: Clinic, now: datetime) -> list[str]:
    before = now - timedelta(days=clinic.privacy.lead_days)
    with store.reading() as session:
        return list(session.scalars(select(Lead.reference).where(Lead.created_at < before).limit(AT_ONCE)))


def _each(store: Store, names: Iterable[str], erase: Callable[[Session, str], bool]) -> list[str]:
    erased = []
    for name in names:
        with store.transaction() as session:
            if erase(session, name):
                erased.append(name)
    return erased


def _erase_conversation(clinic: Clinic, now: datetime) -> Callable[[Session, str], bool]:
    before = now - timedelta(days=clinic.privacy.conversation_days)

    def erase(session: Session, conversation_id: str) -> bool:
        conversation = locked(session, conversation_id)
        if conversation is None or conversation.updated_at >= before:
            return False
        kept = update(Lead).where(Lead.conversation_id == conversation_id)
        session.execute(kept.values(conversation_id=None))
        alone = (Delivery.conversation_id == conversation_id) & Delivery.lead_reference.is_(None)
        session.execute(delete(Delivery).where(alone))
        session.execute(
            update(Delivery).where(Delivery.conversation_id == conversation_id).values(conversation_id=None)
        )
        erase_transcript(session, conversation)
        return True

    return erase


def _erase_lead(clinic: Clinic, now: datetime) -> Callable[[Session, str], bool]:
    before = now - timedelta(days=clinic.privacy.lead_days)

    def erase(session: Session, reference: str) -> bool:
        lead = session.scalars(select(Lead).where(Lead.reference == reference).with_for_update()).first()
        if lead is None or lead.created_at >= before:
            return False
        erase_deliveries(session, lead_reference=reference)
        session.delete(lead)
        return True

    return erase


def _erase_others(session: Session, clinic: Clinic, now: datetime) -> int:
    """Sessions, invitations, audit entries, and what is left of conversations and leads that are gone."""
    end_old_sessions(session, now)
    spent = update(Account).where(Account.invite_until < now).values(invite_hash=None, invite_until=None)
    session.execute(spent)
    before = now - timedelta(days=max(clinic.privacy.conversation_days, clinic.privacy.lead_days))
    asked = exists().where(OpenQuestion.answer_id == ClinicAnswer.id)
    statements = (
        delete(AuditEntry).where(AuditEntry.at < now - AUDIT_FOR),
        delete(Delivery).where(Delivery.created_at < before),
        delete(OpenQuestion).where(~exists().where(Conversation.id == OpenQuestion.conversation_id)),
        delete(ClinicAnswer).where(ClinicAnswer.published.is_(False), ~asked),
    )
    return sum(session.execute(statement).rowcount for statement in statements)  # type: ignore[attr-defined]
