"""What the language engine says about a message (docs/architecture.md, "understanding"), checked as it comes in."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leads.facts import FAQ_TOPICS

TALK_TOPICS = (
    "greet",
    "goodbye",
    "thanks",
    "affirm",
    "deny",
    "bot_challenge",
    "capabilities",
    "human_handoff",
    "book_consultation",
    "stop",
    "urgent_problem",
    "privacy",
    "out_of_scope",
)
"""What a visitor may say beside questions; the API reports these and the FAQ topics."""

BOOKING_TOPICS = ("inform", "refuse_detail", "clarify", "correct_detail", "start_over")
"""What a visitor says inside a booking; the API does not report these."""

TOPICS = frozenset(FAQ_TOPICS + TALK_TOPICS + BOOKING_TOPICS)
VECTOR_BYTES = 384 * 2


@dataclass(frozen=True)
class Segment:
    """One thing a visitor said. `start` and `end` are offsets in the message; `vector` is 384 float16 or empty."""

    text: str
    start: int
    end: int
    topic: str
    confidence: float
    decision: str  # sure | offer | refuse
    ranking: tuple[tuple[str, float], ...] = ()
    vector: bytes = b""

    @property
    def is_sure(self) -> bool:
        """Whether the engine would answer without asking back."""
        return self.decision == "sure"

    @property
    def is_faq(self) -> bool:
        """Whether it is a question that the document or the clinic may answer."""
        return self.topic in FAQ_TOPICS


@dataclass(frozen=True)
class Entity:
    """A name, concern, time, someone_else or channel that spaCy found."""

    kind: str
    value: str
    start: int
    end: int


@dataclass(frozen=True)
class Understanding:
    """A whole message: its segments in order (at least one) and its entities."""

    segments: tuple[Segment, ...]
    entities: tuple[Entity, ...] = ()
    language: str = "en"

    def values(self, kind: str) -> list[Entity]:
        """The entities of one kind, in order."""
        return [entity for entity in self.entities if entity.kind == kind]


def read_understanding(found: Mapping[str, Any] | None, text: str) -> Understanding:
    """Read the engine's JSON; whatever is missing or malformed counts as not understood, never as an error."""
    found = found if isinstance(found, Mapping) else {}
    segments = tuple(_segment(one) for one in _rows(found.get("segments")))
    if not segments:
        segments = (Segment(text, 0, len(text), "out_of_scope", 0.0, "refuse"),)
    entities = tuple(
        Entity(str(one.get("entity")), str(one.get("value")), int(one.get("start") or 0), int(one.get("end") or 0))
        for one in _rows(found.get("entities"))
        if one.get("value")
    )
    return Understanding(segments, entities, "other" if found.get("language") == "other" else "en")


def _rows(rows: object) -> list[Mapping[str, Any]]:
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []


def _segment(found: Mapping[str, Any]) -> Segment:
    topic = str(found.get("topic"))
    decision = str(found.get("decision"))
    if topic not in TOPICS or decision not in ("sure", "offer", "refuse"):
        topic, decision = "out_of_scope", "refuse"
    ranking = tuple(
        (str(one.get("topic")), float(one.get("confidence") or 0.0))
        for one in _rows(found.get("ranking"))
        if one.get("topic") in TOPICS
    )
    return Segment(
        text=str(found.get("text") or ""),
        start=int(found.get("start") or 0),
        end=int(found.get("end") or 0),
        topic=topic,
        confidence=float(found.get("confidence") or 0.0),
        decision=decision,
        ranking=ranking,
        vector=_vector(found.get("vector")),
    )


def _vector(encoded: object) -> bytes:
    if not isinstance(encoded, str):
        return b""
    try:
        decoded = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return b""
    return decoded if len(decoded) == VECTOR_BYTES else b""
