"""What the store keeps, one class per table.

Times are aware datetimes in UTC. JSON columns hold plain dictionaries whose shapes their owners document:
`Conversation.draft` in `leads.booking`, `Conversation.memory` in `leads.conversation`.
"""

from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC datetime on every database (SQLite itself would forget the zone)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times: nobody knows when they are."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


_UNSEEN = "urgent_at IS NOT NULL AND urgent_seen_at IS NULL"
Key = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers only INTEGER keys by itself


_RUNS = text("turn_until IS NOT NULL")


class Record(DeclarativeBase):
    """Base of all tables."""

    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: UtcDateTime, dict[str, Any]: JSON, list[Any]: JSON}


class Conversation(Record):
    """One visitor's talk. `token_hash` is the SHA-256 of the bearer token, hex; the token itself is not kept."""

    __tablename__ = "conversations"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64))
    page: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10), default="bot")  # bot | waiting | person
    staff: Mapped[str | None] = mapped_column(String(200))  # who writes, while state is person: as visitors see them
    staff_actor: Mapped[str | None] = mapped_column(String(200))  # the same, as the audit log knows them
    waiting_since: Mapped[datetime | None]
    urgent_at: Mapped[datetime | None]  # something is wrong after treatment
    urgent_seen_at: Mapped[datetime | None]  # staff took the talk over or noted that they have seen it
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime] = mapped_column(index=True)
    draft: Mapped[dict[str, Any]] = mapped_column(default=dict)
    memory: Mapped[dict[str, Any]] = mapped_column(default=dict)

    __table_args__ = (
        Index("ix_conversations_state", "state", "waiting_since"),
        Index("ix_conversations_created_at", "created_at", "id"),
        Index("ix_conversations_unseen", "id", sqlite_where=text(_UNSEEN), postgresql_where=text(_UNSEEN)),
    )


class Message(Record):
    """One message of a conversation, in the order of `seq`. `reply_to` is the id of the message it answers."""

    __tablename__ = "messages"

    seq: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(String(40), unique=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    author: Mapped[str] = mapped_column(String(10))  # bot | staff | visitor
    at: Mapped[datetime]
    text: Mapped[str] = mapped_column(Text)
    choice: Mapped[str | None] = mapped_column(String(120))  # the quick reply the visitor took
    choices: Mapped[list[Any]] = mapped_column(default=list)
    asks_for: Mapped[str | None] = mapped_column(String(20))
    topics: Mapped[list[Any]] = mapped_column(default=list)
    sources: Mapped[list[Any]] = mapped_column(default=list)
    reply_to: Mapped[str | None] = mapped_column(String(40))
    staff: Mapped[str | None] = mapped_column(String(200))
    idempotency_key: Mapped[str | None] = mapped_column(String(255))
    fingerprint: Mapped[str | None] = mapped_column(
        String(64)
    )  # of what was sent with the key; see leads.conversations
    answered: Mapped[bool] = mapped_column(Boolean, default=False)  # a visitor's message whose turn is committed
    turn_until: Mapped[datetime | None]  # until then some process has it answered, and later messages wait for it
    understood: Mapped[list[Any]] = mapped_column(default=list)  # [{"text", "topic", "confidence", "decision"}]
    helpful: Mapped[bool | None] = mapped_column(Boolean)  # thumbs
    corrected_topic: Mapped[str | None] = mapped_column(String(40))  # staff: it should have been this

    __table_args__ = (
        Index("ix_messages_conversation", "conversation_id", "seq"),
        Index("ix_messages_turn", "conversation_id", "seq", postgresql_where=_RUNS, sqlite_where=_RUNS),
        UniqueConstraint("conversation_id", "idempotency_key"),
    )


class Tracker(Record):
    """What Rasa's workers remember together of a conversation (nlu/trackers.py); here, so that it goes with it."""

    __tablename__ = "trackers"

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True)
    events: Mapped[str] = mapped_column(Text)  # a JSON list; nothing that anybody said
    updated_at: Mapped[datetime]


class Lead(Record):
    """One consultation request. At most one per booking of a conversation, whatever is retried."""

    __tablename__ = "leads"

    seq: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=True)
    reference: Mapped[str] = mapped_column(String(20), unique=True)
    conversation_id: Mapped[str | None] = mapped_column(String(40), index=True)
    booking: Mapped[int] = mapped_column(Integer)
    status: Mapped[str] = mapped_column(String(12), default="new")
    created_at: Mapped[datetime] = mapped_column(index=True)
    updated_at: Mapped[datetime] = mapped_column(index=True)
    name: Mapped[str | None] = mapped_column(Text)
    phone: Mapped[str | None] = mapped_column(String(20), index=True)
    email: Mapped[str | None] = mapped_column(String(320), index=True)
    concern_category: Mapped[str | None] = mapped_column(String(30))
    concern_text: Mapped[str | None] = mapped_column(Text)
    time_text: Mapped[str | None] = mapped_column(Text)
    time_start: Mapped[datetime | None]
    time_end: Mapped[datetime | None]
    timezone: Mapped[str] = mapped_column(String(64))
    consent: Mapped[dict[str, Any]]  # {"given", "text", "version", "at", "conditions"}
    for_someone_else: Mapped[bool] = mapped_column(Boolean, default=False)
    someone_else: Mapped[str | None] = mapped_column(Text)  # in the visitor's words: "my son"
    asked_by: Mapped[str | None] = mapped_column(Text)  # the name of who asks for somebody else
    remarks: Mapped[list[Any] | None]  # what else staff must know, in the visitor's words
    questions: Mapped[list[Any]] = mapped_column(default=list)
    open_questions: Mapped[list[Any]] = mapped_column(default=list)
    urgent: Mapped[bool] = mapped_column(Boolean, default=False)
    page: Mapped[str | None] = mapped_column(Text)
    assignee: Mapped[str | None] = mapped_column(String(200))
    notes: Mapped[list[Any]] = mapped_column(default=list)  # [{"at", "by", "text"}]
    contacted_at: Mapped[datetime | None]
    escalated_at: Mapped[datetime | None]
    confirmed_start: Mapped[datetime | None]
    confirmed_end: Mapped[datetime | None]
    calendar_sequence: Mapped[int] = mapped_column(Integer, default=0)
    left_with: Mapped[str | None] = mapped_column(String(64))  # the contact form's Idempotency-Key, hashed
    search: Mapped[str] = mapped_column(Text, default="")  # made by leads.search, and indexed as it says

    __table_args__ = (
        UniqueConstraint("conversation_id", "booking"),
        Index("ix_leads_left_with", "left_with", unique=True),
        Index("ix_leads_status", "status", "seq"),
        Index("ix_leads_assignee", "assignee", "seq"),
    )

    @property
    def is_call_back(self) -> bool:
        """Whether it asks for an urgent call-back and not for a consultation: that has words of what is wrong, and no
        category of hair loss.
        """
        return bool(self.urgent and self.concern_text and self.concern_category is None)


class SearchDebt(Record):
    """SQLite: a lead was erased whose trigrams still stand in the index. Written by a trigger (migration 0002)."""

    __tablename__ = "search_debt"

    id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=True)


class Delivery(Record):
    """One thing to tell somebody, written in the transaction of what it tells (the outbox)."""

    __tablename__ = "deliveries"

    seq: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(String(40), unique=True)  # the receiver's idempotency key
    lead_reference: Mapped[str | None] = mapped_column(String(20), index=True)
    conversation_id: Mapped[str | None] = mapped_column(String(40), index=True)
    channel: Mapped[str] = mapped_column(String(30))
    event: Mapped[str] = mapped_column(String(30))
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[str] = mapped_column(String(10), default="pending")  # pending | sending | sent | skipped | failed
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    attempts_allowed: Mapped[int] = mapped_column(Integer)
    last_error: Mapped[str | None] = mapped_column(Text)  # in our own words, without personal data
    created_at: Mapped[datetime]
    next_at: Mapped[datetime]
    give_up_at: Mapped[datetime]
    at: Mapped[datetime | None]  # of the last attempt
    claimed_by: Mapped[str | None] = mapped_column(String(80))  # the worker that sends it, while state is sending
    lease_until: Mapped[datetime | None]  # after this another worker takes it: the first one is dead

    __table_args__ = (Index("ix_deliveries_due", "state", "next_at"),)


class OpenQuestion(Record):
    """A visitor's question that nobody could answer. `wanted`: the visitor asked that it be passed on."""

    __tablename__ = "open_questions"

    seq: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(String(40), unique=True)
    conversation_id: Mapped[str] = mapped_column(String(40), index=True)
    message_id: Mapped[str] = mapped_column(String(40))
    text: Mapped[str] = mapped_column(Text)
    topic: Mapped[str] = mapped_column(String(40))
    vector: Mapped[bytes | None] = mapped_column(LargeBinary)  # 384 float16, little-endian, L2-normalised
    wanted: Mapped[bool] = mapped_column(Boolean, default=False)
    status: Mapped[str] = mapped_column(String(10), default="open", index=True)  # open | answered | dismissed
    answer_id: Mapped[str | None] = mapped_column(String(40))
    asked_at: Mapped[datetime]


class ClinicAnswer(Record):
    """What staff answered. Published ones serve similar questions from then on."""

    __tablename__ = "clinic_answers"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    question: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    topic: Mapped[str | None] = mapped_column(String(40))
    vectors: Mapped[bytes] = mapped_column(LargeBinary)  # k x 384 float16, one per wording of the question
    published: Mapped[bool] = mapped_column(Boolean, default=False)
    author: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    served: Mapped[int] = mapped_column(Integer, default=0)


class Account(Record):
    """A member of staff. `password_hash` is argon2; None until the one-time link was used."""

    __tablename__ = "accounts"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    email: Mapped[str] = mapped_column(String(320), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(10))  # owner | staff
    password_hash: Mapped[str | None] = mapped_column(Text)
    invite_hash: Mapped[str | None] = mapped_column(String(64))
    invite_until: Mapped[datetime | None]
    feed_hash: Mapped[str | None] = mapped_column(String(64), unique=True)  # of the token of the calendar feed
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class StaffSession(Record):
    """A signed-in browser. `id` is the SHA-256 of the cookie, hex."""

    __tablename__ = "staff_sessions"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]  # to a minute
    expires_at: Mapped[datetime]


class AuditEntry(Record):
    """Who did what to which record, without its content."""

    __tablename__ = "audit"

    seq: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str] = mapped_column(String(200))
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(60))
