"""One turn of a conversation: what a visitor said goes in, what is answered, kept and sent comes out, all or nothing.

The whole turn is one transaction of the store, and a turn that was committed is never done again: a repeat of the same
message gets the same replies. Rasa's tracker is not read here, so losing it loses nothing.

`Conversation.memory` holds: `questions` (topics asked, in order), `pending` (the yes-or-no question that is open
outside a booking: {"kind", ...}), `misses` (messages in a row that were not understood), `urgent`, `trouble` (what was
told of it; see leads/turn/urgent.py), `comforted` (what was said to how the visitor feels), `booked` (how many requests
were sent), `opened_at` (since when there are details to forget, ISO 8601).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from leads.booking import calendar_of
from leads.clinic import Clinic, ClinicFile
from leads.conversations import add_reply, find_message, locked, mark_answered, replies_to
from leads.draft import Draft
from leads.handoff import PERSON
from leads.intake import refresh_questions
from leads.records import Conversation, Message
from leads.replies import Choice, Reply
from leads.store import Store, utc_now
from leads.times import read_time
from leads.turn.listening import run_turn
from leads.turn.talk import Heard, Talk
from leads.understanding import Understanding
from leads.wording import Voice, Wording

_SAID = (
    select(Message.text, Message.choice, Message.answered, Conversation.draft)
    .join(Conversation, Conversation.id == Message.conversation_id)
    .where(Message.id == bindparam("message"), Message.conversation_id == bindparam("conversation"))
)


class UnknownMessage(LookupError):
    """There is no such conversation or message: it was erased, or the caller is confused. Nothing was done."""


@dataclass(frozen=True)
class Turn:
    """A visitor's stored message and what the language engine says about it. A choice needs no understanding."""

    conversation_id: str
    message_id: str
    understood: Understanding | None = None


@dataclass(frozen=True)
class Outcome:
    """What was committed. `booking_open`: the next words belong to a booking. `forget`: Rasa must drop its tracker."""

    texts: tuple[str, ...]
    booking_open: bool
    forget: bool = False


class FrontDesk:
    """Answers visitors. One instance serves all of them and keeps nothing between turns."""

    def __init__(
        self,
        store: Store,
        clinic: ClinicFile,
        wording: Wording,
        channels: Sequence[str] = (),
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """`channels`: the names of the ways to tell staff and visitors (delivery/) that are set up."""
        self.store = store
        self._clinic = clinic
        self._wording = wording
        self._channels = tuple(channels)
        self._clock = clock

    def respond(self, turn: Turn) -> Outcome:
        """Do a visitor's turn, once. Raises `UnknownMessage` and `StoreUnavailable`; then nothing was changed."""
        voice, now = self._voice(), self._clock()
        heard = self._hear(turn, voice.clinic, now)
        with self.store.transaction() as session:
            conversation = locked(session, turn.conversation_id)
            message = find_message(session, turn.conversation_id, turn.message_id) if conversation else None
            if conversation is None or message is None:
                raise UnknownMessage(turn.message_id)
            if message.answered:
                return _outcome(
                    [reply.text for reply in replies_to(session, message.id, conversation.id)], conversation
                )
            if conversation.state == PERSON:  # somebody took the talk over while this turn was on its way
                mark_answered(message)
                return _outcome([], conversation)
            talk = Talk(voice, self._channels, session, conversation, message, now)
            replies = run_turn(talk, heard)
            _commit(session, conversation, message, replies, turn.understood, now, erased=talk.forget)
            return _outcome([reply.text for reply in replies], conversation, forget=talk.forget or talk.drop_tracker)

    def _hear(self, turn: Turn, clinic: Clinic, now: datetime) -> Heard | None:
        """Read the words before the store is locked: grammars of times and numbers are the slow part of a turn."""
        if turn.understood is None:
            return None
        with self.store.reading() as session:
            of_turn = {"message": turn.message_id, "conversation": turn.conversation_id}
            found = session.execute(_SAID, of_turn).one_or_none()
        if found is None:
            raise UnknownMessage(turn.message_id)
        if found.choice is not None or found.answered:
            return None
        heard = Heard(found.text, turn.understood)
        heard.read(Draft.from_json(found.draft), clinic, now)
        return heard

    def warm_up(self) -> None:
        """Build what is costly to build (the grammar of times), so that no visitor waits for it."""
        read_time("tomorrow at noon", self._clock(), calendar_of(self._clinic.current()))

    def greeting(self) -> Reply:
        """The first message of a conversation, with starters."""
        voice = self._voice()
        topics = ("what_is_smp", "longevity", "price")
        starters = [Choice(f"topic:{topic}", voice.title(topic), topic) for topic in topics]
        starters.append(Choice("book", voice.text("utter_choice_book"), "book_consultation"))
        return Reply(voice.text("utter_greeting"), tuple(starters), topics=("greet",))

    def _voice(self) -> Voice:
        return Voice(self._wording, self._clinic.current())


def _outcome(texts: Sequence[str], conversation: Conversation, *, forget: bool = False) -> Outcome:
    return Outcome(tuple(texts), Draft.from_json(conversation.draft).is_open, forget)


def _commit(
    session: Session,
    conversation: Conversation,
    message: Message,
    replies: Sequence[Reply],
    understood: Understanding | None,
    now: datetime,
    *,
    erased: bool,
) -> None:
    if not erased:
        mark_answered(message)
        if understood and not message.understood:
            message.understood = [
                {"text": s.text, "topic": s.topic, "confidence": round(s.confidence, 4), "decision": s.decision}
                for s in understood.segments
            ]
    for reply in replies:
        add_reply(session, conversation, reply, reply_to=message.id)
    if not erased:
        refresh_questions(session, conversation, now)
