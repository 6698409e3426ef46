"""Staff teach by answering: an answer goes to those who wait for it and, published, to everybody who asks the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leads.audit import note_action
from leads.conversations import STAFF, VISITOR, add_message, find_message, locked
from leads.facts import FAQ_TOPICS
from leads.intake import refresh_questions
from leads.masking import mask
from leads.outbox import announce
from leads.questions import PERSONAL, group_by_meaning, like
from leads.records import ClinicAnswer, Conversation, Lead, Message, OpenQuestion
from leads.requests import newest_leads
from leads.store import new_id
from leads.understanding import TOPICS
from leads.wording import Voice

CLINIC = "clinic"
"""The source of the clinic's own answers, where others name a fact of the document."""
MOST_GROUPED = 500  # open questions that are compared with each other for the desk
LONGEST_QUESTION = 300


class AlreadyAnswered(Exception):
    """The question is not open any more."""


class NotForEverybody(Exception):
    """The question is about a visitor's own health: its answer is for this visitor only."""


@dataclass(frozen=True, slots=True)
class Given:
    """What a member of staff answers.

    `question`: the question in staff's own words, `vectors` those of that and of further wordings (384 float16 each).
    `also`: ids of the questions that it answers as well; None for those that clearly ask the same.
    """

    text: str
    publish: bool
    name: str
    actor: str
    question: str | None = None
    vectors: bytes = b""
    also: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Taught:
    """An answer that was given, and the conversations where it now stands."""

    answer: ClinicAnswer
    conversations: tuple[str, ...]
    questions: tuple[OpenQuestion, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Open questions that ask the same, and the latest lead of each conversation where there is one."""

    questions: tuple[OpenQuestion, ...]
    leads: dict[str, Lead]

    @property
    def head(self) -> OpenQuestion:
        """The one that names the group: the newest."""
        return self.questions[0]

    @property
    def waiting(self) -> int:
        """How many asked that their question be passed on."""
        return sum(question.wanted for question in self.questions)


def list_groups(session: Session) -> list[Group]:
    """The open questions, grouped by meaning; groups in which somebody waits first, then the larger ones."""
    query = select(OpenQuestion).where(OpenQuestion.status == "open").order_by(OpenQuestion.seq.desc())
    found = group_by_meaning(list(session.scalars(query.limit(MOST_GROUPED))))
    leads = newest_leads(session, [question.conversation_id for group in found for question in group])
    groups = [Group(tuple(group), leads) for group in found]
    return sorted(groups, key=lambda group: (group.waiting > 0, len(group.questions), group.waiting), reverse=True)


def answer_question(
    session: Session, question_id: str, given: Given, voice: Voice, channels: Sequence[str], now: datetime
) -> Taught | None:
    """Answer an open question and those that ask the same; None where there is no such question.

    Each visitor finds the answer in the chat; who asked for it and left an e-mail address with consent also gets it by
    e-mail. Raises `AlreadyAnswered` and `NotForEverybody`.
    """
    question = _find(session, question_id)
    if question is None:
        return None
    if question.status == "answered":
        raise AlreadyAnswered
    if given.publish and question.topic in PERSONAL:
        raise NotForEverybody
    questions = [question, *_others(session, question, given.also)]
    answer = _keep_answer(session, questions, given, now)
    told = _tell(session, questions, answer, given, voice, channels, now)
    note_action(session, given.actor, "question.published" if given.publish else "question.answered", question.id)
    return Taught(answer, tuple(told), tuple(questions))


def _find(session: Session, question_id: str) -> OpenQuestion | None:
    return session.scalars(select(OpenQuestion).where(OpenQuestion.id == question_id).with_for_update()).first()


def _others(session: Session, question: OpenQuestion, also: tuple[str, ...] | None) -> list[OpenQuestion]:
    query = select(OpenQuestion).where(OpenQuestion.status == "open", OpenQuestion.id != question.id)
    if also is not None:
        query = query.where(OpenQuestion.id.in_(also))
    found = list(session.scalars(query.order_by(OpenQuestion.seq.desc()).limit(MOST_GROUPED).with_for_update()))
    if also is not None:
        return found
    return [] if question.topic in PERSONAL else like(question, found)


def _keep_answer(session: Session, questions: Sequence[OpenQuestion], given: Given, now: datetime) -> ClinicAnswer:
    first = questions[0]
    worded = given.question or (mask(first.text, _names(session, first.conversation_id)) if given.publish else "")
    vectors = b"".join(dict.fromkeys([given.vectors, *(question.vector or b"" for question in questions)]))
    answer = ClinicAnswer(
        id=new_id("ans"),
        question=worded[:LONGEST_QUESTION],
        text=given.text,
        topic=first.topic if first.topic in FAQ_TOPICS else None,
        vectors=vectors,
        published=given.publish,
        author=given.name,
        created_at=now,
        updated_at=now,
        served=0,
    )
    session.add(answer)
    session.flush()
    for question in questions:
        question.status, question.answer_id = "answered", answer.id
    return answer


def _names(session: Session, conversation_id: str) -> list[str | None]:
    leads = list(session.scalars(select(Lead.name).where(Lead.conversation_id == conversation_id)))
    conversation = session.get(Conversation, conversation_id)
    return [*leads, (conversation.draft or {}).get("name") if conversation else None]


def _tell(
    session: Session,
    questions: Sequence[OpenQuestion],
    answer: ClinicAnswer,
    given: Given,
    voice: Voice,
    channels: Sequence[str],
    now: datetime,
) -> list[str]:
    first = {question.conversation_id: question for question in reversed(questions)}
    leads = newest_leads(session, first)
    told = []
    for conversation_id in sorted(first):  # in one order, so that two answers given at once wait and do not lock up
        question, conversation = first[conversation_id], locked(session, conversation_id)
        if conversation is None:
            continue
        text = voice.text("utter_question_answered", question=question.text, answer=given.text)
        topics = (answer.topic,) if answer.topic else ()
        add_message(session, conversation, STAFF, text, topics=topics, sources=(CLINIC,), staff=given.name)
        session.flush()
        refresh_questions(session, conversation, now)
        told.append(conversation_id)
        lead = leads.get(conversation_id)
        if lead is not None and any(one.wanted for one in questions if one.conversation_id == conversation_id):
            announce(session, lead, "question.answered", channels, now, question=question.id)
    return told


def dismiss_questions(session: Session, ids: Sequence[str], actor: str, now: datetime) -> int:
    """Take open questions off the list without an answer; how many."""
    query = select(OpenQuestion).where(OpenQuestion.id.in_(ids), OpenQuestion.status == "open")
    found = list(session.scalars(query.with_for_update()))
    for question in found:
        question.status = "dismissed"
        note_action(session, actor, "question.dismissed", question.id)
    session.flush()
    for conversation_id in sorted({question.conversation_id for question in found}):
        conversation = locked(session, conversation_id)
        if conversation is not None:
            refresh_questions(session, conversation, now)
    return len(found)


# --- answers that were given ------------------------------------------------------------------------------------------


def list_answers(session: Session, limit: int = 200) -> list[ClinicAnswer]:
    """Published answers, those in use first, the newest first; withdrawn ones after them."""
    query = select(ClinicAnswer).where(ClinicAnswer.published)
    in_use_first = (ClinicAnswer.withdrawn_at.is_not(None), ClinicAnswer.updated_at.desc())
    return list(session.scalars(query.order_by(*in_use_first).limit(limit)))


def edit_answer(
    session: Session, answer_id: str, text: str, question: str | None, vectors: bytes, actor: str, now: datetime
) -> ClinicAnswer | None:
    """Change what a published answer says, or the question it is shown with. None where there is none.

    `vectors`: those of new wordings; the old ones stay.
    """
    answer = session.get(ClinicAnswer, answer_id, with_for_update=True)
    if answer is None or not answer.published:
        return None
    answer.text, answer.updated_at = text, now
    answer.question = (question or answer.question)[:LONGEST_QUESTION]
    answer.vectors = vectors + answer.vectors
    note_action(session, actor, "answer.edited", answer.id)
    return answer


def withdraw_answer(session: Session, answer_id: str, actor: str, now: datetime) -> ClinicAnswer | None:
    """Give an answer to nobody from now on. None where there is none."""
    answer = session.get(ClinicAnswer, answer_id, with_for_update=True)
    if answer is None:
        return None
    answer.withdrawn_at = answer.withdrawn_at or now
    note_action(session, actor, "answer.withdrawn", answer.id)
    return answer


def restore_answer(session: Session, answer_id: str, actor: str) -> ClinicAnswer | None:
    """Give a withdrawn answer again. None where there is none."""
    answer = session.get(ClinicAnswer, answer_id, with_for_update=True)
    if answer is None:
        return None
    answer.withdrawn_at = None
    note_action(session, actor, "answer.restored", answer.id)
    return answer


def count_answers(session: Session) -> int:
    """How many answers are in use."""
    in_use = (
        select(func.count())
        .select_from(ClinicAnswer)
        .where(ClinicAnswer.published, ClinicAnswer.withdrawn_at.is_(None))
    )
    return session.scalar(in_use) or 0


# --- corrections ------------------------------------------------------------------------------------------------------


def correct_message(session: Session, conversation_id: str, message_id: str, topic: str | None, actor: str) -> bool:
    """Note what a visitor's message really was about (None: as it was understood). False where there is no such one."""
    message = find_message(session, conversation_id, message_id)
    if message is None or message.author != VISITOR or (topic is not None and topic not in TOPICS):
        return False
    message.corrected_topic = topic
    note_action(session, actor, "message.corrected", message.id)
    return True


def corrections(session: Session) -> dict[str, list[str]]:
    """What visitors wrote under the topic that staff say it is, without personal details; topics as intents of Rasa."""
    query = select(Message).where(Message.corrected_topic.is_not(None)).order_by(Message.seq)
    found: dict[str, dict[str, None]] = {}
    for message in session.scalars(query):
        topic = str(message.corrected_topic)
        text = " ".join(mask(message.text, _names(session, message.conversation_id)).split())
        intent = f"faq/{topic}" if topic in FAQ_TOPICS else topic
        found.setdefault(intent, {})[text] = None
    return {intent: list(texts) for intent, texts in sorted(found.items())}


def corrections_as_yaml(found: dict[str, Any]) -> str:
    """Corrections as Rasa reads examples; square brackets, which mean something there, become round ones."""
    lines = ["# What staff marked as misunderstood. Read each line before you move it into data/."]
    lines += ['version: "3.1"', "nlu:"] if found else ['version: "3.1"', "nlu: []"]
    for intent, texts in found.items():
        lines += [f"- intent: {intent}", "  examples: |"]
        lines += [f"    - {text.translate(_PLAIN)}" for text in texts]
    return "\n".join(lines) + "\n"


_PLAIN = str.maketrans({"[": "(", "]": ")", "{": "(", "}": ")"})
