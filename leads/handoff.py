"""Handing a talk to a person and back: bot, waiting, person, bot.

While a visitor waits the assistant goes on answering; while a person writes it is silent. Every change of state is told
to the visitor in the transaction that makes it.
"""

import hashlib
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from leads.audit import note_action
from leads.conversations import BOT, STAFF, TALKS_TO_PERSON, KeyReused, UnknownCursor, add_message, add_reply, locked
from leads.draft import Draft
from leads.intake import commit_lead, last_lead
from leads.outbox import announce, announce_conversation
from leads.records import Conversation, Lead, Message
from leads.replies import Choice, Reply
from leads.store import Store
from leads.wording import Voice

WAITING = "waiting"
PERSON = TALKS_TO_PERSON
SILENT_FOR = timedelta(minutes=30)
"""After this long without a word from anybody a talk goes back to the assistant: the person forgot to hand it back."""
TOPICS = ("human_handoff",)
OWN_NAME = "Hairline"  # who notes something on a lead, where no person did


class TalkTaken(Exception):
    """Somebody else of the clinic writes in this conversation."""


class NotInTalk(Exception):
    """The conversation has to be taken over before somebody writes in it."""


@dataclass(frozen=True, slots=True)
class Person:
    """A member of staff. `name` is what visitors see; `shared`: several may stand behind this actor (the API key)."""

    actor: str
    name: str
    shared: bool = False


# --- asking for somebody ----------------------------------------------------------------------------------------------


def ask_for_person(session: Session, conversation: Conversation, channels: Sequence[str], now: datetime) -> bool:
    """Have a locked conversation wait for a person and tell staff; False where it waits or talks to one already."""
    if conversation.state != BOT:
        return False
    conversation.state = WAITING
    conversation.waiting_since = now
    announce_conversation(session, conversation.id, "handoff.waiting", channels, now)
    return True


def stop_waiting(conversation: Conversation) -> bool:
    """The visitor of a locked conversation does not want a person any more; False where they did not wait."""
    if conversation.state != WAITING:
        return False
    _back_to_bot(conversation)
    return True


def flag_urgent(conversation: Conversation, now: datetime) -> None:
    """Put a locked conversation at the head of the waiting list, until staff have seen it."""
    if conversation.urgent_at is None:
        conversation.urgent_at = now
    conversation.urgent_seen_at = now if conversation.state == PERSON else None


def list_waiting(session: Session, after: str | None = None, limit: int = 50) -> list[Conversation]:
    """Who waits for staff: urgent talks that nobody has seen first, then those who wait the longest.

    `after` is the id of the last one of the page before. Raises `UnknownCursor` where it does not wait any more.
    """
    unseen = and_(Conversation.urgent_at.is_not(None), Conversation.urgent_seen_at.is_(None))
    # Two looks, as in leads.pulse.
    kinds = (Conversation.state == WAITING, and_(Conversation.state.not_in((WAITING, PERSON)), unseen))
    found = sorted((one for kind in kinds for one in session.scalars(select(Conversation).where(kind))), key=_by_need)
    ids = [conversation.id for conversation in found]
    if after is not None and after not in ids:
        raise UnknownCursor
    start = ids.index(after) + 1 if after is not None else 0
    return found[start : start + limit]


def is_urgent(conversation: Conversation) -> bool:
    """Whether something is wrong and nobody of the clinic has seen it."""
    return conversation.urgent_at is not None and conversation.urgent_seen_at is None


def _by_need(conversation: Conversation) -> tuple[bool, datetime, str]:
    since = conversation.urgent_at if is_urgent(conversation) else conversation.waiting_since
    return not is_urgent(conversation), since or conversation.created_at, conversation.id


# --- staff ------------------------------------------------------------------------------------------------------------


def take_over(
    session: Session, conversation_id: str, person: Person, voice: Voice, now: datetime
) -> Conversation | None:
    """Let a person write instead of the assistant, and tell the visitor; None where there is no such conversation.

    Again by the same person changes nothing. Raises `TalkTaken`.
    """
    conversation = locked(session, conversation_id)
    if conversation is None:
        return None
    if conversation.state == PERSON:
        if person.shared or conversation.staff_actor != person.actor:
            raise TalkTaken
        return conversation
    conversation.state, conversation.waiting_since = PERSON, None
    conversation.staff, conversation.staff_actor = person.name, person.actor
    if conversation.urgent_at is not None:
        conversation.urgent_seen_at = now
    add_reply(session, conversation, Reply(voice.text("utter_joined", staff=person.name), topics=TOPICS))
    note_action(session, person.actor, "conversation.taken", conversation.id)
    return conversation


def say(
    session: Session, conversation_id: str, person: Person, text: str, key: str | None = None
) -> tuple[Conversation, Message] | None:
    """Write to the visitor; None where there is no such conversation. The same key writes once.

    Raises `KeyReused` for a key that was used for other words, `NotInTalk` and `TalkTaken`.
    """
    conversation = locked(session, conversation_id)
    if conversation is None:
        return None
    kept_key, fingerprint = _of_repeats(person.actor, key, text) if key else (None, None)
    known = _of_key(session, conversation.id, kept_key) if kept_key else None
    if known is not None:
        if known.fingerprint != fingerprint:
            raise KeyReused
        return conversation, known
    if conversation.state != PERSON:
        raise NotInTalk
    if conversation.staff_actor != person.actor:
        raise TalkTaken
    message = add_message(session, conversation, STAFF, text, staff=conversation.staff)
    message.idempotency_key, message.fingerprint = kept_key, fingerprint
    session.flush()
    return conversation, message


def _of_repeats(actor: str, key: str, text: str) -> tuple[str, str]:
    """What is kept of a key, and of the words said with it: neither tells what they were."""
    fingerprint = hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()
    return f"staff:{hashlib.sha256(f'{actor}:{key}'.encode()).hexdigest()}", fingerprint


def _of_key(session: Session, conversation_id: str, key: str) -> Message | None:
    query = select(Message).where(Message.conversation_id == conversation_id, Message.idempotency_key == key)
    return session.scalars(query).first()


def hand_back(session: Session, conversation_id: str, actor: str, voice: Voice) -> Conversation | None:
    """Let the assistant answer again, and tell the visitor; None where there is no such conversation.

    Anybody of the clinic may: whoever took the talk may have gone home. Where nobody writes nothing changes.
    """
    conversation = locked(session, conversation_id)
    if conversation is None or conversation.state != PERSON:
        return conversation
    _say_back(session, conversation, voice)
    note_action(session, actor, "conversation.handed-back", conversation.id)
    return conversation


def mark_seen(session: Session, conversation_id: str, actor: str, now: datetime) -> bool:
    """Note that staff have seen an urgent talk, which then leaves the waiting list. False where there is none."""
    conversation = locked(session, conversation_id)
    if conversation is None or not is_urgent(conversation):
        return False
    conversation.urgent_seen_at = now
    note_action(session, actor, "conversation.seen", conversation.id)
    return True


def _say_back(session: Session, conversation: Conversation, voice: Voice) -> None:
    text = voice.text("utter_back_to_bot", staff=conversation.staff or voice.text("utter_staff_unnamed"))
    draft = Draft.from_json(conversation.draft)
    choices = (Choice("carry_on", voice.text("utter_choice_carry_on")),) if draft.state in ("open", "paused") else ()
    _back_to_bot(conversation)
    add_reply(session, conversation, Reply(text, choices, topics=TOPICS))


def _back_to_bot(conversation: Conversation) -> None:
    conversation.state = BOT
    conversation.staff = conversation.staff_actor = conversation.waiting_since = None


# --- nobody came ------------------------------------------------------------------------------------------------------


def give_up_waiting(
    store: Store, voice: Callable[[], Voice], channels: Sequence[str], now: datetime, *, limit: int = 100
) -> list[str]:
    """Give the talks back to the assistant that nobody took within the profile's minutes, with an apology; their ids.

    Who left contact and consent gets a lead, everybody else the offer to leave them. Safe to run in several processes.
    """
    waited = now - timedelta(minutes=voice().clinic.handoff.wait_minutes)
    late = select(Conversation.id).where(Conversation.state == WAITING, Conversation.waiting_since <= waited)
    return _for_each(
        store, late.limit(limit), lambda session, one: _apologise(session, one, waited, voice(), channels, now)
    )


def end_silent_talks(store: Store, voice: Callable[[], Voice], now: datetime, *, limit: int = 100) -> list[str]:
    """Give the talks back to the assistant in which nobody has written for SILENT_FOR; their ids."""
    silent = now - SILENT_FOR

    def end(session: Session, conversation: Conversation) -> bool:
        if conversation.state != PERSON or conversation.updated_at > silent:
            return False
        _say_back(session, conversation, voice())
        note_action(session, OWN_NAME, "conversation.handed-back", conversation.id)
        return True

    quiet = select(Conversation.id).where(Conversation.state == PERSON, Conversation.updated_at <= silent)
    return _for_each(store, quiet.limit(limit), end)


def _for_each(store: Store, query: object, change: Callable[[Session, Conversation], bool]) -> list[str]:
    """Change each conversation in a transaction of its own; what another process did meanwhile is left alone."""
    with store.reading() as session:
        ids = list(session.scalars(query))  # type: ignore[call-overload]
    changed = []
    for conversation_id in ids:
        with store.transaction() as session:
            conversation = locked(session, conversation_id)
            if conversation is not None and change(session, conversation):
                changed.append(conversation_id)
    return changed


def _apologise(
    session: Session, conversation: Conversation, waited: datetime, voice: Voice, channels: Sequence[str], now: datetime
) -> bool:
    since = conversation.waiting_since
    if conversation.state != WAITING or since is None or since > waited:
        return False
    _back_to_bot(conversation)
    lead = _lead_of(session, conversation, voice, channels, now)
    if lead is not None:
        by = voice.clinic.callback_by(now)
        promise = voice.promise(voice.clinic.describe_moment(by) if by else None)
        text = voice.text("utter_nobody_came_lead", reference=lead.reference, promise=promise)
        add_reply(session, conversation, Reply(text, topics=TOPICS))
    else:
        add_reply(session, conversation, _offer(conversation, voice))
    note_action(session, OWN_NAME, "conversation.nobody-came", conversation.id)
    return True


def _lead_of(
    session: Session, conversation: Conversation, voice: Voice, channels: Sequence[str], now: datetime
) -> Lead | None:
    """The visitor's request with the note that nobody came; made of the draft if that has contact and consent."""
    lead, draft = last_lead(session, conversation.id), Draft.from_json(conversation.draft)
    event_told = False
    if lead is None and draft.has_contact and draft.has_consent:
        lead = commit_lead(session, conversation, draft, voice.clinic.time_zone, channels, now)
        memory = dict(conversation.memory or {})
        conversation.memory = {**memory, "booked": int(memory.get("booked", 0)) + 1}
        conversation.draft = Draft(number=draft.number + 1).as_json()
        event_told = True
    if lead is None:
        return None
    note = {"at": now.isoformat(), "by": OWN_NAME, "text": "Asked for a person in the chat; nobody was free."}
    lead.notes = [*(lead.notes or []), note]
    lead.updated_at = now
    if not event_told:
        announce(session, lead, "lead.updated", channels, now)
    return lead


def _offer(conversation: Conversation, voice: Voice) -> Reply:
    if Draft.from_json(conversation.draft).state in ("open", "paused"):
        choice = Choice("carry_on", voice.text("utter_choice_carry_on"))
    else:
        choice = Choice("book", voice.text("utter_choice_book"))
        offer = {"kind": "offer", "offers": "book_consultation"}
        conversation.memory = {**(conversation.memory or {}), "pending": offer}
    return Reply(voice.text("utter_nobody_came"), (choice,), topics=TOPICS)
