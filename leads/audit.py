"""Who did what to which record, without its content: the audit log."""

from sqlalchemy.orm import Session

from leads.records import AuditEntry
from leads.store import utc_now

VISITOR = "visitor"


def note_action(session: Session, actor: str, action: str, subject: str) -> None:
    """Note in the same transaction that `actor` did `action` to `subject` (an id or a reference, never a name)."""
    session.add(AuditEntry(at=utc_now(), actor=actor[:200], action=action, subject=subject[:60]))
