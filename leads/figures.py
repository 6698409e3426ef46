"""How things stand, in numbers for whoever watches over Hairline: no names, no ids."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from leads.counts import count
from leads.records import Conversation, Delivery, Lead, OpenQuestion
from leads.requests import count_by_status

UNFINISHED = ("pending", "sending", "failed")


@dataclass(frozen=True, slots=True)
class Figures:
    """Ages in seconds. Deliveries that are done are not counted here: they are many, and the worker counts them."""

    leads: dict[str, int]
    newest_lead: datetime | None
    deliveries: dict[tuple[str, str], int]
    """By channel and state, of UNFINISHED."""
    oldest_undelivered: dict[str, float]
    """By channel, of what still has to be sent."""
    waiting: int
    urgent: int
    open_questions: int


def take_figures(session: Session, now: datetime) -> Figures:
    """Count; leads and questions up to `leads.counts.COUNTED`, so that it costs the same however many there are."""
    counted = session.execute(
        select(Delivery.channel, Delivery.state, func.count(), func.min(Delivery.created_at))
        .where(Delivery.state.in_(UNFINISHED))
        .group_by(Delivery.channel, Delivery.state)
    ).all()
    oldest: dict[str, float] = {}
    for channel, state, _, since in counted:
        if state != "failed":
            oldest[channel] = max(oldest.get(channel, 0.0), (now - since).total_seconds())
    unseen = and_(Conversation.urgent_at.is_not(None), Conversation.urgent_seen_at.is_(None))
    newest = session.scalars(select(Lead.created_at).order_by(Lead.seq.desc()).limit(1)).first()
    return Figures(
        leads=count_by_status(session),
        newest_lead=newest,
        deliveries={(channel, state): number for channel, state, number, _ in counted},
        oldest_undelivered=oldest,
        waiting=count(session, Conversation.id, Conversation.state == "waiting"),
        urgent=count(session, Conversation.id, unseen),
        open_questions=count(session, OpenQuestion.seq, OpenQuestion.status == "open"),
    )
