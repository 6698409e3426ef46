"""Conversations and their messages: opened, read, written, erased.

Whoever writes a message locks its conversation first (`locked`). Within one conversation the order of `Message.seq` is
then the order of the commits, so that a reader who goes on after the last message it saw misses none.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import BindParameter, and_, bindparam, delete, func, or_, select, tuple_, update
from sqlalchemy.orm import Session

from leads.audit import note_action
from leads.outbox import erase_deliveries
from leads.questions import erase_questions
from leads.records import Conversation, Lead, Message
from leads.replies import Reply
from leads.store import ERASED, new_id, utc_now

BOT, STAFF, VISITOR = "bot", "staff", "visitor"
TALKS_TO_PERSON = "person"  # the state in which the assistant is silent
TURN_LEASE = timedelta(seconds=25)  # longer than web.turns waits for an answer
MAX_LISTED = 2000  # messages of one answer; a page that reloads asks for the rest with `after`

# Statements of every turn, built once: building one takes longer than having it done.
_CONVERSATION: BindParameter[str] = bindparam("conversation")
_LOCK = select(Conversation).where(Conversation.id == _CONVERSATION).with_for_update()
_WHO_ANSWERS = select(Conversation.state, Conversation.staff).where(Conversation.id == _CONVERSATION)
_FIND_MESSAGE = select(Message).where(Message.id == bindparam("message"))
_REPLIES = (
    select(Message)
    .where(Message.conversation_id == _CONVERSATION, Message.reply_to == bindparam("message"))
    .order_by(Message.seq)
)
_IS_BEING_ANSWERED = and_(
    Message.turn_until.is_not(None), Message.turn_until > bindparam("now"), Message.answered.is_(False)
)
_EARLIER = (
    select(Message.seq)
    .where(Message.conversation_id == _CONVERSATION, Message.seq < bindparam("seq"), _IS_BEING_ANSWERED)
    .limit(1)
)


class ChoiceNotOffered(Exception):
    """The quick reply is none of those that the last turn offered."""


class UnknownCursor(Exception):
    """What a page was to go on after is not there any more."""


class KeyReused(Exception):
    """The idempotency key was used for another message of this conversation, or another request in the form."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A new conversation. The token is told once and not kept."""

    conversation: Conversation
    token: str


@dataclass(frozen=True, slots=True)
class Said:
    """What a visitor says: a text or the id of a choice, and the key that makes a repetition harmless."""

    kind: Literal["text", "choice"]
    content: str
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Posted:
    """A visitor's stored message. `needs_turn`: the assistant has not answered it and has to; whoever stored it sees to
    that until the message's `turn_until`. `waits`: an earlier message is being answered, perhaps by another process.
    """

    message: Message
    needs_turn: bool
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a conversation is: what a listener compares to know whether there is something new."""

    last: int
    state: str
    staff: str | None


def hash_token(token: str) -> str:
    """The SHA-256 of a bearer token, hex. Tokens have 256 random bits, so that no slow hash is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


def open_conversation(session: Session, page: str | None) -> Opened:
    """Begin a conversation on a page of the clinic's site."""
    now = utc_now()
    token = secrets.token_urlsafe(32)
    conversation = Conversation(
        id=new_id("c"),
        token_hash=hash_token(token),
        page=page,
        state=BOT,
        created_at=now,
        updated_at=now,
        draft={},
        memory={},
    )
    session.add(conversation)
    session.flush()
    return Opened(conversation, token)


def find_conversation(session: Session, conversation_id: str, token: str) -> Conversation | None:
    """The conversation if the token is its own, else None; how long that takes tells nothing about the token."""
    return _if_own(session.get(Conversation, conversation_id), token)


def locked(session: Session, conversation_id: str) -> Conversation | None:
    """The conversation, which nobody else writes to until this transaction ends. None where there is none."""
    found = session.scalars(_LOCK, {"conversation": conversation_id}, execution_options={"populate_existing": True})
    return found.one_or_none()


def find_locked(session: Session, conversation_id: str, token: str) -> Conversation | None:
    """`find_conversation` for a caller who is going to write."""
    return _if_own(locked(session, conversation_id), token)


def _if_own(conversation: Conversation | None, token: str) -> Conversation | None:
    expected = conversation.token_hash if conversation else "0" * 64
    return conversation if hmac.compare_digest(expected, hash_token(token)) else None


def add_message(
    session: Session,
    conversation: Conversation,
    author: str,
    text: str,
    *,
    choices: Sequence[dict[str, Any]] = (),
    topics: Sequence[str] = (),
    sources: Sequence[str] = (),
    asks_for: str | None = None,
    reply_to: str | None = None,
    staff: str | None = None,
    choice: str | None = None,
    idempotency_key: str | None = None,
    fingerprint: str | None = None,
    answered: bool = False,
    turn_until: datetime | None = None,
) -> Message:
    """Write a message into a locked conversation; `reply_to` is the id of the visitor's message it answers."""
    now = utc_now()
    message = Message(
        id=new_id("m"),
        conversation_id=conversation.id,
        author=author,
        at=now,
        text=text,
        choice=choice,
        choices=list(choices),
        topics=list(topics),
        sources=list(sources),
        asks_for=asks_for,
        reply_to=reply_to,
        staff=staff,
        idempotency_key=idempotency_key,
        fingerprint=fingerprint,
        understood=[],
        answered=answered,
        turn_until=turn_until,
    )
    conversation.updated_at = now
    session.add(message)
    session.flush()
    return message


def add_reply(session: Session, conversation: Conversation, reply: Reply, reply_to: str | None = None) -> Message:
    """Write what the assistant says into a locked conversation."""
    return add_message(
        session,
        conversation,
        BOT,
        reply.text,
        choices=[choice.as_json() for choice in reply.choices],
        topics=reply.topics,
        sources=reply.sources,
        asks_for=reply.asks_for,
        reply_to=reply_to,
    )


def post(session: Session, conversation: Conversation, said: Said, token: str) -> Posted:
    """Store what the visitor says in a locked conversation, once per idempotency key.

    Raises `ChoiceNotOffered` and `KeyReused`. While a person of the clinic writes, the assistant has no turn.
    """
    fingerprint = _fingerprint(said, token)
    known = _message_of_key(session, conversation.id, said.key) if said.key else None
    if known:
        if not hmac.compare_digest(known.fingerprint or "", fingerprint):
            raise KeyReused
        known.turn_until = None if known.answered else utc_now() + TURN_LEASE
        return _posted(session, known)
    text = _title_of(session, conversation.id, said.content) if said.kind == "choice" else said.content
    silent = conversation.state == TALKS_TO_PERSON
    message = add_message(
        session,
        conversation,
        VISITOR,
        text,
        choice=said.content if said.kind == "choice" else None,
        idempotency_key=said.key,
        fingerprint=fingerprint if said.key else None,
        answered=silent,
        turn_until=None if silent else utc_now() + TURN_LEASE,
    )
    return _posted(session, message)


def _posted(session: Session, message: Message) -> Posted:
    if message.answered:
        return Posted(message, needs_turn=False)
    return Posted(message, needs_turn=True, waits=not is_next(session, message))


def is_next(session: Session, message: Message) -> bool:
    """Whether no earlier message of the conversation is being answered by anybody who is still there."""
    of_message = {"conversation": message.conversation_id, "seq": message.seq, "now": utc_now()}
    return session.scalars(_EARLIER, of_message).first() is None


def keep_place(session: Session, message: Message) -> bool:
    """Hold a waiting message's place in the line for another `TURN_LEASE`; whether its turn has come."""
    waiting = update(Message).where(Message.seq == message.seq, Message.answered.is_(False))
    session.execute(waiting.values(turn_until=utc_now() + TURN_LEASE))
    return is_next(session, message)


def give_up_turn(session: Session, message: Message) -> None:
    """Nobody has this message answered any more: those behind it need not wait."""
    session.execute(update(Message).where(Message.seq == message.seq).values(turn_until=None))


def mark_answered(message: Message) -> None:
    """The turn of a visitor's message is over: committed with it, or not needed."""
    message.answered, message.turn_until = True, None


def _fingerprint(said: Said, token: str) -> str:
    # Keyed with the token, which only the visitor has: it outlives words that were erased and tells nothing about them.
    return hmac.new(token.encode(), f"{said.kind}:{said.content}".encode(), hashlib.sha256).hexdigest()


def _message_of_key(session: Session, conversation_id: str, key: str) -> Message | None:
    of_key = select(Message).where(Message.conversation_id == conversation_id, Message.idempotency_key == key)
    return session.scalars(of_key).first()


def _title_of(session: Session, conversation_id: str, choice: str) -> str:
    for offered in offered_choices(session, conversation_id):
        if offered["id"] == choice:
            return str(offered["title"])
    raise ChoiceNotOffered


def offered_choices(session: Session, conversation_id: str) -> list[dict[str, Any]]:
    """The quick replies on offer: those of the messages since the visitor's last one that was or is being answered.

    A message that got no answer (Rasa was down) takes nothing off the table.
    """
    taken = or_(Message.answered, _IS_BEING_ANSWERED)
    last_answered = (
        select(func.coalesce(func.max(Message.seq), 0))
        .where(Message.conversation_id == conversation_id, Message.author == VISITOR, taken)
        .scalar_subquery()
    )
    since = (
        select(Message.choices)
        .where(Message.conversation_id == conversation_id, Message.author != VISITOR, Message.seq > last_answered)
        .order_by(Message.seq)
    )
    return [choice for choices in session.scalars(since, {"now": utc_now()}) for choice in choices or ()]


def replies_to(session: Session, message_id: str, conversation_id: str) -> list[Message]:
    """What the assistant said to a visitor's message, in order; empty where its turn is not committed."""
    return list(session.scalars(_REPLIES, {"conversation": conversation_id, "message": message_id}))


def list_messages(session: Session, conversation_id: str, after: int = 0, limit: int = MAX_LISTED) -> list[Message]:
    """The messages of a conversation with a `seq` beyond `after`, in order."""
    return list(
        session.scalars(
            select(Message)
            .where(Message.conversation_id == conversation_id, Message.seq > after)
            .order_by(Message.seq)
            .limit(limit)
        )
    )


def last_message(session: Session, conversation_id: str) -> Message | None:
    """The newest message of a conversation."""
    newest = select(Message).where(Message.conversation_id == conversation_id).order_by(Message.seq.desc()).limit(1)
    return session.scalars(newest).first()


def last_words(session: Session, conversation_ids: Iterable[str]) -> dict[str, Message]:
    """For each conversation what its visitor said last, where they said anything."""
    newest = (
        select(func.max(Message.seq))
        .where(Message.conversation_id.in_(list(conversation_ids)), Message.author == VISITOR)
        .group_by(Message.conversation_id)
    )
    return {
        message.conversation_id: message for message in session.scalars(select(Message).where(Message.seq.in_(newest)))
    }


def find_message(session: Session, conversation_id: str, message_id: str) -> Message | None:
    """A message of this conversation and no other."""
    found = session.scalars(_FIND_MESSAGE, {"message": message_id}).first()
    return found if found and found.conversation_id == conversation_id else None


def marks(session: Session, conversation_ids: Iterable[str]) -> dict[str, Mark]:
    """How far each conversation is; those that no longer exist are left out."""
    ids = list(conversation_ids)
    newest = (
        select(Message.conversation_id, func.max(Message.seq))
        .where(Message.conversation_id.in_(ids))
        .group_by(Message.conversation_id)
    )
    last = {row[0]: row[1] for row in session.execute(newest)}
    who = select(Conversation.id, Conversation.state, Conversation.staff).where(Conversation.id.in_(ids))
    return {row.id: Mark(last.get(row.id, 0), row.state, row.staff) for row in session.execute(who)}


def who_answers(session: Session, conversation_id: str) -> tuple[str, str | None] | None:
    """The conversation's state and the name of the member of staff in it; None where there is none."""
    found = session.execute(_WHO_ANSWERS, {"conversation": conversation_id}).one_or_none()
    return (found.state, found.staff) if found else None


def rate_message(session: Session, conversation: Conversation, message_id: str, helpful: bool) -> bool:
    """Keep the visitor's thumb on a message of the assistant's. False where there is no such message."""
    message = find_message(session, conversation.id, message_id)
    if message is None or message.author != BOT:
        return False
    message.helpful = helpful
    return True


def list_conversations(
    session: Session, state: str | None = None, before: str | None = None, limit: int = 50
) -> list[Conversation]:
    """Conversations for staff: those that wait the longest first with a state, else the latest first.

    `before` is the id of the last one of the page before. Raises `UnknownCursor` where it was erased since.
    """
    order = Conversation.created_at
    anchor = session.get(Conversation, before) if before else None
    if before and anchor is None:
        raise UnknownCursor
    if state:
        query = select(Conversation).where(Conversation.state == state).order_by(order, Conversation.id)
        if anchor:
            query = query.where(tuple_(order, Conversation.id) > (anchor.created_at, anchor.id))
    else:
        query = select(Conversation).order_by(order.desc(), Conversation.id.desc())
        if anchor:
            query = query.where(tuple_(order, Conversation.id) < (anchor.created_at, anchor.id))
    return list(session.scalars(query.limit(limit)))


def erase_conversation(session: Session, conversation_id: str, actor: str) -> bool:
    """Erase a conversation with everything that came from it; False where there is none.

    Erased are its messages, draft and memory, the leads made in it, what was to be delivered about them, and its open
    questions. The audit log keeps that it happened, by its random id.
    """
    conversation = locked(session, conversation_id)
    if conversation is None:
        return False
    for reference in session.scalars(select(Lead.reference).where(Lead.conversation_id == conversation_id)).all():
        erase_deliveries(session, lead_reference=reference)
    erase_deliveries(session, conversation_id=conversation_id)
    session.execute(delete(Lead).where(Lead.conversation_id == conversation_id))
    erase_transcript(session, conversation)
    note_action(session, actor, "conversation.erased", conversation_id)
    return True


def erase_transcript(session: Session, conversation: Conversation) -> None:
    """Erase a conversation with its messages and open questions; its leads stay."""
    session.info[ERASED] = True
    erase_questions(session, conversation.id)
    session.execute(delete(Message).where(Message.conversation_id == conversation.id))
    session.delete(conversation)


def message_as_json(message: Message) -> dict[str, Any]:
    """A message as the public contract shows it; `staff`, `key` and `helpful` only where they say something."""
    shown: dict[str, Any] = {
        "id": message.id,
        "author": message.author,
        "at": message.at.isoformat(),
        "text": message.text,
        "choices": message.choices or [],
        "asks_for": message.asks_for,
        "topics": message.topics or [],
        "sources": message.sources or [],
    }
    if message.staff:
        shown["staff"] = message.staff
    if message.idempotency_key and message.author == VISITOR:
        shown["key"] = message.idempotency_key
    if message.helpful is not None:
        shown["helpful"] = message.helpful
    return shown
