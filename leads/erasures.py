"""What was erased by wish, by random ids only: from the audit log, so that it can be erased again after a restore.

What the retention job erases is not listed here: it finds the same again by its age.
"""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from leads.conversations import erase_conversation
from leads.records import AuditEntry
from leads.requests import erase_lead
from leads.store import Store

CONVERSATION = ("conversation.erased", "conversation.emptied")
LEAD = ("lead.erased",)
RESTORE = "restore"


class Erasure(NamedTuple):
    """One entry: what was done to which conversation (its id) or lead (its reference)."""

    action: str
    subject: str


def list_erasures(session: Session) -> list[Erasure]:
    """Everything that was erased by wish and that the audit log still knows, oldest first."""
    query = select(AuditEntry.action, AuditEntry.subject).where(AuditEntry.action.in_(CONVERSATION + LEAD))
    return [Erasure(action, subject) for action, subject in session.execute(query.order_by(AuditEntry.seq))]


def erase_again(store: Store, erasures: Iterable[Erasure]) -> int:
    """Erase what a restored store has come to hold again; how many records that were. Twice is once."""
    return sum(_erase(store, erasure) for erasure in dict.fromkeys(erasures))


def _erase(store: Store, erasure: Erasure) -> bool:
    with store.transaction() as session:
        if erasure.action in LEAD:
            return erase_lead(session, erasure.subject, RESTORE) is not None
        return erase_conversation(session, erasure.subject, RESTORE)
