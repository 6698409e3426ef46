"""Questions that nobody could answer, and the answers that the clinic gave: how staff teach without retraining.

Both carry the sentence vectors that the language engine made (384 float16, L2-normalised); similarity is their cosine.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from leads.records import ClinicAnswer, OpenQuestion
from leads.store import new_id

DIMENSIONS = 384
SAME_QUESTION = 0.65
"""Cosine from which a visitor's question counts as one that the clinic has answered (docs/teaching.md)."""
SAME_TOPIC = 0.54
"""The same where the language engine is sure that both are of one topic."""
NEAR = 0.45
"""Cosine from which the clinic's answer to another question is offered: "did you mean"."""
PERSONAL = frozenset({"medical_question", "urgent_problem"})
"""Topics of one visitor's own health: an answer to one of them is never given to another."""
SAME_GROUP = 0.55
"""Cosine from which two open questions are shown together in the desk, where a person decides."""

_PUBLISHED = select(ClinicAnswer).where(ClinicAnswer.published, ClinicAnswer.withdrawn_at.is_(None))


@dataclass(frozen=True)
class Match:
    """A published answer and how close its question is (cosine, 0 to 1)."""

    answer: ClinicAnswer
    similarity: float


def vectors_of(packed: bytes) -> NDArray[np.float32]:
    """Packed float16 rows as an array of shape (k, 384)."""
    return np.frombuffer(packed, dtype="<f2").reshape(-1, DIMENSIONS).astype(np.float32)


def keep_open_question(
    session: Session, conversation_id: str, message_id: str, text: str, topic: str, vector: bytes, now: datetime
) -> OpenQuestion:
    """Put a question on the clinic's list, once per message and text."""
    known = session.scalars(
        select(OpenQuestion).where(OpenQuestion.message_id == message_id, OpenQuestion.text == text)
    ).first()
    if known:
        return known
    question = OpenQuestion(
        id=new_id("q"),
        conversation_id=conversation_id,
        message_id=message_id,
        text=text,
        topic=topic,
        vector=vector or None,
        wanted=False,
        status="open",
        asked_at=now,
    )
    session.add(question)
    session.flush()
    return question


def pass_on(session: Session, ids: Iterable[str]) -> None:
    """Note that the visitor wants these questions answered by the clinic."""
    session.execute(update(OpenQuestion).where(OpenQuestion.id.in_(list(ids))).values(wanted=True))


def open_questions_of(session: Session, conversation_id: str) -> list[OpenQuestion]:
    """What a conversation's visitor asked and nobody has answered, in order."""
    query = select(OpenQuestion).where(OpenQuestion.conversation_id == conversation_id, OpenQuestion.status == "open")
    return list(session.scalars(query.order_by(OpenQuestion.seq)))


def find_answer(
    session: Session, vector: bytes, topic: str | None = None, least: float = SAME_QUESTION
) -> Match | None:
    """The clinic's published answer to the closest question, if that is close enough.

    `topic`: the question's, where the engine is sure of it; an answer of the same topic may be a little farther.
    """
    for match in _matches(session, vector):
        same_topic = topic is not None and match.answer.topic == topic
        if match.similarity >= (min(least, SAME_TOPIC) if same_topic else least):
            return match
    return None


def near_answers(session: Session, vector: bytes, most: int = 2) -> list[Match]:
    """Published answers that may be what a visitor means, the closest first: to be offered, not to be given."""
    return [match for match in _matches(session, vector) if match.similarity >= NEAR and match.answer.question][:most]


def published_answer(session: Session, answer_id: str) -> ClinicAnswer | None:
    """A published answer that was not withdrawn."""
    answer = session.get(ClinicAnswer, answer_id)
    return answer if answer and answer.published and answer.withdrawn_at is None else None


def _matches(session: Session, vector: bytes) -> list[Match]:
    if not vector:
        return []
    wanted = vectors_of(vector)[0]
    found = [
        Match(answer, float((vectors_of(answer.vectors) @ wanted).max()))
        for answer in session.scalars(_PUBLISHED)
        if answer.vectors
    ]
    return sorted(found, key=lambda match: match.similarity, reverse=True)


def count_served(session: Session, answer: ClinicAnswer) -> None:
    """Note that an answer was given once more."""
    session.execute(update(ClinicAnswer).where(ClinicAnswer.id == answer.id).values(served=ClinicAnswer.served + 1))


def group_by_meaning(questions: Sequence[OpenQuestion], least: float = SAME_GROUP) -> list[list[OpenQuestion]]:
    """Open questions, those that ask the same together, the largest group first.

    Each question joins the first group whose first question is close enough; without a vector it stands alone.
    """
    groups: list[tuple[NDArray[np.float32] | None, list[OpenQuestion]]] = []
    for question in questions:
        vector = vectors_of(question.vector)[0] if question.vector else None
        home = next(
            (
                group
                for head, group in groups
                if head is not None and vector is not None and float(head @ vector) >= least
            ),
            None,
        )
        if home is None:
            groups.append((vector, [question]))
        else:
            home.append(question)
    return sorted((group for _, group in groups), key=len, reverse=True)


def like(question: OpenQuestion, others: Iterable[OpenQuestion], least: float = SAME_QUESTION) -> list[OpenQuestion]:
    """Those among others that ask the same as a question."""
    if not question.vector:
        return []
    head = vectors_of(question.vector)[0]
    return [
        other
        for other in others
        if other.id != question.id and other.vector and float(head @ vectors_of(other.vector)[0]) >= least
    ]


def settle_questions(session: Session, ids: Iterable[str], answer_id: str) -> None:
    """Note that open questions are answered: their visitors took an answer that the clinic has given before."""
    chosen = update(OpenQuestion).where(OpenQuestion.id.in_(list(ids)), OpenQuestion.status == "open")
    session.execute(chosen.values(status="answered", answer_id=answer_id))


def erase_questions(session: Session, conversation_id: str) -> None:
    """Erase a conversation's questions, and their words wherever an answer repeats them.

    A published answer keeps what staff wrote. One that was given to this visitor alone goes with the question.
    """
    own = list(session.scalars(select(OpenQuestion).where(OpenQuestion.conversation_id == conversation_id)))
    answers = {question.answer_id for question in own if question.answer_id}
    said = {question.text for question in own}
    session.execute(delete(OpenQuestion).where(OpenQuestion.conversation_id == conversation_id))
    for answer in session.scalars(select(ClinicAnswer).where(ClinicAnswer.id.in_(answers))):
        still = session.scalar(
            select(func.count()).select_from(OpenQuestion).where(OpenQuestion.answer_id == answer.id)
        )
        if not answer.published and not still:
            session.delete(answer)
        elif answer.question in said:
            answer.question = ""


def count_open(session: Session) -> int:
    """How many questions wait for an answer."""
    return session.scalar(select(func.count()).select_from(OpenQuestion).where(OpenQuestion.status == "open")) or 0
