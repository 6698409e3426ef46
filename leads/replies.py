"""What the assistant says in a turn: messages without ids, times or a store."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Choice:
    """A quick reply. `id` comes back when it is taken; a "did you mean" choice names its topic."""

    id: str
    title: str
    topic: str | None = None

    def as_json(self) -> dict[str, str]:
        """The form of the contract."""
        shown = {"id": self.id, "title": self.title}
        return shown | {"topic": self.topic} if self.topic else shown


@dataclass(frozen=True)
class Reply:
    """One message to the visitor. `asks_for` says what his next words are taken for, or None."""

    text: str
    choices: tuple[Choice, ...] = ()
    asks_for: str | None = None
    topics: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


@dataclass
class Notes:
    """Short acknowledgements that stand in front of the next question, in one message with it."""

    texts: list[str] = field(default_factory=list)

    def add(self, text: str) -> None:
        """Say something before the question; the same words only once."""
        if text and text not in self.texts:
            self.texts.append(text)

    def before(self, question: str) -> str:
        """All notes and then the question, one message; a question of several lines begins on a line of its own."""
        notes = " ".join(self.texts)
        return "\n".join(filter(None, (notes, question))) if "\n" in question else f"{notes} {question}".strip()
