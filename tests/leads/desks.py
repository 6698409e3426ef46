"""A front desk on a store, and visitors who say things to it as if the language engine had understood them so."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from hairline.settings import ROOT
from leads import conversations
from leads.clinic import ClinicFile
from leads.conversations import Said
from leads.front_desk import FrontDesk, Turn
from leads.records import Conversation, Message, Record
from leads.store import Store
from leads.understanding import Segment, Understanding
from leads.wording import Voice, Wording, wording_paths

OPEN = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
"""A Tuesday morning: the clinic of clinic.yml is open."""
CLOSED = datetime(2026, 11, 22, 11, 0, tzinfo=UTC)
"""A Sunday."""
CHANNELS = ("email_staff", "email_visitor")
PROFILE = ClinicFile(ROOT / "clinic.yml")
WORDING = Wording(wording_paths(ROOT / "data"))
VOICE = Voice(WORDING, PROFILE.current())


def emptied(url: str) -> Iterator[Store]:
    """A migrated store with nothing in any table."""
    store = Store(url)
    store.migrate()
    with store.transaction() as session:
        for table in reversed(Record.metadata.sorted_tables):
            session.execute(table.delete())
    yield store
    store.close()


def direction(number: int, towards: int | None = None, share: float = 0.0) -> bytes:
    """A sentence vector: one axis, or one that leans towards another by a cosine of `share`."""
    vector = np.zeros(384)
    vector[number] = (1 - share**2) ** 0.5
    if towards is not None:
        vector[towards] = share
    return vector.astype("<f2").tobytes()


@dataclass
class Talker:
    """A visitor with a conversation."""

    store: Store
    id: str
    token: str

    @classmethod
    def arrive(cls, store: Store) -> "Talker":
        """Open the chat."""
        with store.transaction() as session:
            opened = conversations.open_conversation(session, "https://clinic.example/smp")
            return cls(store, opened.conversation.id, opened.token)

    def say(
        self, text: str, topic: str, now: datetime = OPEN, vector: bytes = b"", decision: str = "sure"
    ) -> list[str]:
        """Say something that is understood so; what the assistant answers."""
        message = self.post(Said("text", text, None))
        segment = Segment(text, 0, len(text), topic, 0.97, decision, ((topic, 0.97),), vector)
        return self.respond(message, Understanding((segment,)), now)

    def choose(self, choice: str, now: datetime = OPEN) -> list[str]:
        """Take a quick reply; what the assistant answers."""
        return self.respond(self.post(Said("choice", choice, None)), None, now)

    def post(self, said: Said) -> str:
        """Store a message, as the web process does."""
        with self.store.transaction() as session:
            conversation = conversations.find_locked(session, self.id, self.token)
            assert conversation is not None
            return conversations.post(session, conversation, said, self.token).message.id

    def respond(self, message: str, understood: Understanding | None, now: datetime) -> list[str]:
        """Have the front desk do the turn."""
        desk = FrontDesk(self.store, PROFILE, WORDING, CHANNELS, clock=lambda: now)
        return list(desk.respond(Turn(self.id, message, understood)).texts)

    def talk(self) -> list[Message]:
        """Everything said."""
        with self.store.reading() as session:
            return conversations.list_messages(session, self.id)

    def conversation(self) -> Conversation:
        """How it stands."""
        with self.store.reading() as session:
            found = session.get(Conversation, self.id)
            assert found is not None
            return found
