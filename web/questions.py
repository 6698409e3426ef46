"""Open questions: what nobody could answer yet, who waits for it, and staff's answer to it."""

import logging
from typing import Any

from fastapi import APIRouter, Depends
from sqlalchemy.orm import Session

from leads import teaching
from leads.store import utc_now
from leads.teaching import AlreadyAnswered, Given, NotForEverybody
from web import shapes
from web.context import Context, Here
from web.handoff import KEY_HOLDER
from web.openapi import problems
from web.problems import Problem, wrong_field
from web.rasa import RasaDown
from web.security import Staff, StaffHere, not_found, staff_of
from web.staff import plain

log = logging.getLogger(__name__)

router = APIRouter(prefix="/api/open-questions", tags=["staff"], dependencies=[Depends(staff_of)])

PERSONAL = "this is about a visitor's own health: answer it for this visitor only"
ANSWERED = "This question was answered before."


@router.post(
    "/{question_id}/answer",
    response_model=shapes.Taught,
    responses=problems(400, 401, 403, 404, 409, 413, 415, 422, 503),
)
async def answer(here: Here, staff: StaffHere, question_id: str, body: shapes.AnswerTo) -> dict[str, Any]:
    """Answer a question and those that ask the same. Published, the answer serves similar questions from then on."""
    wordings = [body.question] if body.question else []
    return await teach(here, staff, question_id, body.text, publish=body.publish, wordings=wordings)


async def teach(
    here: Context,
    staff: Staff,
    question_id: str,
    text: str,
    *,
    publish: bool,
    wordings: list[str],
    also: tuple[str, ...] | None = None,
) -> dict[str, Any]:
    """Give an answer. `wordings`: the question in staff's words, and other ways to ask it. Raises 404, 409 and 503."""
    vectors = await vectors_of(here, wordings)
    by = here.clinic.name if staff.actor == KEY_HOLDER else staff.name
    given = Given(text, publish, by, staff.actor, wordings[0] if wordings else None, vectors, also)
    voice, channels = here.voice, here.hairline.channels

    def work(session: Session) -> tuple[dict[str, Any], tuple[str, ...]] | None:
        taught = teaching.answer_question(session, plain(question_id) or "", given, voice, channels, utc_now())
        if taught is None:
            return None
        shown = {
            "answer": taught.answer.id,
            "question": taught.answer.question,
            "text": taught.answer.text,
            "published": taught.answer.published,
            "answered": [question.id for question in taught.questions],
            "conversations": list(taught.conversations),
        }
        return shown, taught.conversations

    try:
        done = await here.database.write(work)
    except AlreadyAnswered:
        raise Problem(409, ANSWERED) from None
    except NotForEverybody:
        raise wrong_field("publish", PERSONAL) from None
    if done is None:
        raise not_found()
    shown, told = done
    for conversation_id in told:
        here.hub.wake(conversation_id)
    here.hub.wake_desk()
    return shown


async def vectors_of(here: Context, wordings: list[str]) -> bytes:
    """The sentence vectors of questions in staff's words. Raises 503 while the language engine does not answer."""
    try:
        vectors = [await here.rasa.vector(wording) for wording in wordings]
    except RasaDown:
        detail = "The language engine does not answer, so the question cannot be reworded now. Try again in a moment."
        raise Problem(503, detail, headers={"Retry-After": "5"}) from None
    if not all(vectors):
        raise wrong_field("question", "write it as an English sentence")
    return b"".join(vectors)
