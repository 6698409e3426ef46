"""The turn while it runs: what is known, what is said so far, and what the conversation remembers."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from leads.booking import Booking, calendar_of
from leads.clinic import Clinic
from leads.draft import Draft
from leads.questions import keep_open_question
from leads.reading import Reading, read_message
from leads.records import Conversation, Message, OpenQuestion
from leads.replies import Choice, Reply
from leads.understanding import Segment, Understanding
from leads.wording import Said, Voice


@dataclass
class Heard:
    """A visitor's words and what the language engine makes of them, read once for what was asked."""

    text: str
    understood: Understanding
    _reading: Reading | None = None
    _for: tuple[str | None, bool, bool, bool] | None = None

    def read(self, draft: Draft, clinic: Clinic, now: datetime) -> Reading:
        """What they say at the question that is open; done again only if that is another one by now."""
        key = (draft.asked if draft.is_open else None, draft.is_open, bool(draft.someone_else), bool(draft.second))
        if self._reading is None or self._for != key:
            asked, booking, other, two = key
            self._reading = read_message(
                self.text,
                self.understood,
                asked,
                now,
                calendar_of(clinic),
                clinic.region,
                booking=booking,
                other=other,
                two=two,
                named=draft.named_day,
            )
            self._for = key
        return self._reading


@dataclass
class Talk:
    """One visitor's turn. `draft` and `memory` are put back into the conversation at its end."""

    voice: Voice
    channels: tuple[str, ...]
    session: Session
    conversation: Conversation
    message: Message
    now: datetime
    forget: bool = False  # everything was erased
    drop_tracker: bool = False  # Rasa must forget what it was told
    replies: list[Reply] = field(default_factory=list)
    follow_up: Said | None = None
    declined: list[str] = field(default_factory=list)  # ids of the open questions of this turn
    last_declined: str = ""  # the topic of the last one that the document is silent about

    def __post_init__(self) -> None:
        self.clinic: Clinic = self.voice.clinic
        self.calendar = calendar_of(self.clinic)
        self.draft = Draft.from_json(self.conversation.draft)
        self.memory: dict[str, Any] = dict(self.conversation.memory or {})
        self.pending: dict[str, Any] = self.memory.pop("pending", None) or {}
        self.booking = Booking(self.draft, self.voice, self.calendar, self.now)

    def say(self, key: str, choices: tuple[Choice, ...] = (), topics: tuple[str, ...] = (), **values: str) -> None:
        """Say a text of the wording files."""
        said = self.voice.say(key, **values)
        self.put(Reply(said.text, choices, topics=topics, sources=said.sources))

    def put(self, reply: Reply) -> None:
        """Say something."""
        self.replies.append(reply)

    def choices(self, *ids: str) -> tuple[Choice, ...]:
        """Quick replies by their ids."""
        titles = {"book:another": "book_another", "ask_clinic:yes": "ask_clinic_yes", "ask_clinic:no": "ask_clinic_no"}
        named = [(id_, titles.get(id_, id_.replace(":", "_"))) for id_ in ids]
        return tuple(Choice(id_, self.voice.text(f"utter_choice_{title}")) for id_, title in named)

    def promise(self) -> str:
        """By when somebody of the clinic answers, in words."""
        by = self.clinic.callback_by(self.now)
        return self.voice.promise(self.clinic.describe_moment(by) if by else None)

    def remember(self, topic: str) -> None:
        """Note the topic of a question."""
        asked = list(self.memory.get("questions", []))
        if topic not in asked:
            self.memory["questions"] = [*asked, topic]

    def keep_question(self, segment: Segment) -> OpenQuestion:
        """Put a question on the clinic's list."""
        words = segment.text.strip() or self.message.text
        return keep_open_question(
            self.session, self.conversation.id, self.message.id, words[:500], segment.topic, segment.vector, self.now
        )

    def use_draft(self, draft: Draft) -> None:
        """Go on with another draft."""
        self.draft = draft
        self.booking = Booking(draft, self.voice, self.calendar, self.now)


def strong_details(reading: Reading) -> Reading:
    """What may be kept from a message outside a booking: nothing that is only a guess."""
    kept = Reading(reading.text)
    kept.name, kept.phones = reading.name, [found for found in reading.phones if found.value]
    kept.emails = [found for found in reading.emails if found.value and not found.suggestion]
    kept.concern, kept.someone_else, kept.minor = reading.concern, reading.someone_else, reading.minor
    kept.for_self, kept.asker, kept.second, kept.mentioned = (
        reading.for_self and bool(reading.someone_else),
        reading.asker,
        reading.second,
        reading.mentioned,
    )
    kept.time = reading.time if reading.time and reading.time.verdict == "ok" and "inform" in reading.topics else None
    return kept


def joined(text: str, more: str) -> str:
    """Two texts as one."""
    return f"{text} {more}".strip()
