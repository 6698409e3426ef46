"""How things stand at the desk, in a few numbers: what its open pages compare to know whether to look again."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from leads.counts import count
from leads.records import Conversation, Delivery, Lead, OpenQuestion


@dataclass(frozen=True, slots=True)
class Pulse:
    """Two that are equal look the same at the desk."""

    newest_lead: int
    leads_changed: datetime | None
    new_leads: int
    waiting: int
    urgent: int
    waiting_changed: datetime | None
    questions: int
    newest_question: int
    failed: int


def take_pulse(session: Session) -> Pulse:
    """Look how things stand; cheap enough for twice a second."""
    unseen = and_(Conversation.urgent_at.is_not(None), Conversation.urgent_seen_at.is_(None))
    # One by one: SQLite finds a greatest value in an index only where it is asked for nothing else.
    newest = session.scalar(select(func.max(Lead.seq))) or 0
    changed = session.scalar(select(func.max(Lead.updated_at)))
    waits = Conversation.state == "waiting"
    since = session.scalar(select(func.max(Conversation.waiting_since)).where(waits))
    open_, newest_question = session.execute(
        select(func.count(), func.coalesce(func.max(OpenQuestion.seq), 0)).where(OpenQuestion.status == "open")
    ).one()
    return Pulse(
        newest_lead=newest,
        leads_changed=changed,
        new_leads=count(session, Lead.seq, Lead.status == "new"),
        # Two looks, each with an index of its own, instead of one through all conversations. Written with "not", the
        # second cannot be misled into the index of states.
        waiting=count(session, Conversation.id, waits)
        + count(session, Conversation.id, Conversation.state.not_in(("waiting", "person")), unseen),
        urgent=count(session, Conversation.id, Conversation.state != "person", unseen),
        waiting_changed=since,
        questions=open_,
        newest_question=newest_question,
        failed=count(session, Delivery.seq, Delivery.state == "failed"),
    )
