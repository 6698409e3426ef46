"""What happened at the front desk over a period: numbers for the clinic's owner, without anybody's name."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leads.conversations import BOT, VISITOR
from leads.draft import FIELDS, Draft
from leads.facts import FAQ_TOPICS
from leads.records import AuditEntry, ClinicAnswer, Conversation, Lead, Message, OpenQuestion

ABANDONED_AFTER = timedelta(minutes=30)
"""A booking that nobody has touched for this long stopped there."""
UNFINISHED = ("open", "paused")
"""States of a draft that is being filled in, or was when the visitor went on to something else."""


@dataclass(frozen=True, slots=True)
class Insights:
    """Numbers of one period. Days are dates of the clinic; `stops` says what was asked when a booking stopped."""

    conversations: dict[date, int]
    leads: dict[date, int]
    talked: int
    booked: int
    first_contact: timedelta | None
    uncontacted: int
    topics: list[tuple[str, int]]
    understood: int
    not_understood: int
    offered: int
    stops: list[tuple[str, int]]
    handed_over: int
    nobody_came: int
    open_questions: int
    answers_served: int
    helpful: int
    unhelpful: int

    @property
    def conversion(self) -> float | None:
        """The share of conversations with a word from the visitor that led to a request; None without any."""
        return self.booked / self.talked if self.talked else None


def insights(session: Session, first: date, last: date, zone: ZoneInfo, now: datetime) -> Insights:
    """Count what began on the days from `first` to `last`, both included."""
    since, until = _midnight(first, zone), _midnight(last + timedelta(days=1), zone)
    began = (Conversation.created_at >= since, Conversation.created_at < until)
    unfinished = session.execute(
        select(Conversation.draft, Conversation.updated_at).where(
            *began,
            Conversation.draft["state"].as_string().in_(UNFINISHED),  # the few, not the drafts of all
        )
    )
    told = select(Lead.conversation_id, Lead.status, Lead.created_at, Lead.contacted_at)
    leads = session.execute(told.where(Lead.created_at >= since, Lead.created_at < until)).all()
    spoke = set(
        session.scalars(
            select(Message.conversation_id)
            .join(Conversation, Conversation.id == Message.conversation_id)
            .where(*began, Message.author == VISITOR)
            .distinct()
        )
    )
    booked = {lead.conversation_id for lead in leads if lead.conversation_id and lead.status != "incomplete"}
    decisions, topics = _understanding(session, since, until)
    thumbs = _thumbs(session, since, until)
    contacted = [(lead.contacted_at - lead.created_at).total_seconds() for lead in leads if lead.contacted_at]
    return Insights(
        conversations=_per_day(session.scalars(select(Conversation.created_at).where(*began)), first, last, zone),
        leads=_per_day((lead.created_at for lead in leads), first, last, zone),
        talked=len(spoke),
        booked=len(booked & spoke),
        first_contact=timedelta(seconds=median(contacted)) if contacted else None,
        uncontacted=sum(lead.status == "new" for lead in leads),
        topics=topics.most_common(),
        understood=decisions["sure"],
        not_understood=decisions["refuse"],
        offered=decisions["offer"],
        stops=_stops(((Draft.from_json(draft), touched) for draft, touched in unfinished), now),
        handed_over=_audited(session, "conversation.taken", since, until),
        nobody_came=_audited(session, "conversation.nobody-came", since, until),
        open_questions=_count_questions(session, since, until),
        answers_served=session.scalar(select(func.coalesce(func.sum(ClinicAnswer.served), 0))) or 0,
        helpful=thumbs[True],
        unhelpful=thumbs[False],
    )


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)


def _per_day(moments: Iterable[datetime], first: date, last: date, zone: ZoneInfo) -> dict[date, int]:
    counted = Counter(at.astimezone(zone).date() for at in moments)
    return {day: counted[day] for day in (first + timedelta(days=n) for n in range((last - first).days + 1))}


def _understanding(session: Session, since: datetime, until: datetime) -> tuple[Counter[str], Counter[str]]:
    """How sure the engine was, segment by segment, and the topics that were asked."""
    query = select(Message.understood).where(Message.author == VISITOR, Message.at >= since, Message.at < until)
    decisions: Counter[str] = Counter()
    topics: Counter[str] = Counter()
    for segments in session.scalars(query):
        for segment in segments or ():
            decisions[str(segment.get("decision"))] += 1
            if segment.get("decision") == "sure" and segment.get("topic") in FAQ_TOPICS:
                topics[str(segment["topic"])] += 1
    return decisions, topics


def _stops(drafts: Iterable[tuple[Draft, datetime]], now: datetime) -> list[tuple[str, int]]:
    stopped = Counter(
        _field(draft) for draft, touched in drafts if not draft.amends and touched < now - ABANDONED_AFTER
    )
    return [(name, stopped[name]) for name in FIELDS if stopped[name]]


def _field(draft: Draft) -> str:
    missing = draft.missing()
    return "contact" if missing in ("phone", "email") else missing


def _thumbs(session: Session, since: datetime, until: datetime) -> Counter[bool]:
    rated = select(Message.helpful, func.count()).where(Message.author == BOT, Message.helpful.is_not(None))
    rows = session.execute(rated.where(Message.at >= since, Message.at < until).group_by(Message.helpful))
    return Counter({bool(helpful): count for helpful, count in rows})


def _audited(session: Session, action: str, since: datetime, until: datetime) -> int:
    query = select(func.count()).select_from(AuditEntry).where(AuditEntry.action == action)
    return session.scalar(query.where(AuditEntry.at >= since, AuditEntry.at < until)) or 0


def _count_questions(session: Session, since: datetime, until: datetime) -> int:
    query = select(func.count()).select_from(OpenQuestion)
    return session.scalar(query.where(OpenQuestion.asked_at >= since, OpenQuestion.asked_at < until)) or 0
