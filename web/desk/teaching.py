"""Open questions and the clinic's own answers: where staff teach the assistant."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Form
from sqlalchemy.orm import Session
from starlette.responses import Response

from leads import teaching
from leads.records import ClinicAnswer
from leads.store import utc_now
from leads.texts import clean
from web.context import Context, Here
from web.desk.guard import SignedIn, back_to, for_staff
from web.desk.rendering import page
from web.problems import Problem
from web.questions import teach, vectors_of
from web.security import Staff
from web.shapes import LONGEST_TEXT
from web.staff import plain

MOST_WORDINGS = 8
LONGEST_WORDING = 200

router = for_staff()


@router.get("/questions")
async def questions_page(here: Here, staff: SignedIn, done: str = "") -> Response:
    """What nobody could answer, grouped by meaning."""
    return await _show(here, staff, done=done)


async def _show(here: Context, staff: Staff, *, done: str = "", wrong: str = "", code: int = 200) -> Response:
    groups = await here.database.read(teaching.list_groups)
    return await page(here, staff, "questions/open.html", "questions", code=code, groups=groups, done=done, wrong=wrong)


@router.post("/questions/answer")
async def answer(
    here: Here,
    staff: SignedIn,
    also: Annotated[list[str] | None, Form()] = None,
    text: Annotated[str, Form()] = "",
    publish: Annotated[str, Form()] = "",
    question: Annotated[str, Form()] = "",
    wordings: Annotated[str, Form()] = "",
) -> Response:
    """Answer the ticked questions of a group."""
    ids = [plain(one) or "" for one in also or []]
    text = clean(text)[:LONGEST_TEXT]
    if not ids or not text:
        return await _show(here, staff, wrong="Tick at least one question and write an answer.", code=422)
    worded = _wordings(question, wordings)
    try:
        await teach(here, staff, ids[0], text, publish=bool(publish), wordings=worded, also=tuple(ids[1:]))
    except Problem as problem:
        return await _show(here, staff, wrong=str(problem.detail), code=problem.status_code)
    return back_to("/desk/questions", "published" if publish else "answered")


def _wordings(question: str, others: str) -> list[str]:
    lines = [" ".join(clean(line).split())[:LONGEST_WORDING] for line in (question, *others.splitlines())]
    return list(dict.fromkeys(line for line in lines if line))[:MOST_WORDINGS]


@router.post("/questions/dismiss")
async def dismiss(here: Here, staff: SignedIn, also: Annotated[list[str] | None, Form()] = None) -> Response:
    """Take the ticked questions off the list."""
    ids = [plain(one) or "" for one in also or []]
    await here.database.write(lambda session: teaching.dismiss_questions(session, ids, staff.actor, utc_now()))
    here.hub.wake_desk()
    return back_to("/desk/questions", "dismissed")


# --- answers ----------------------------------------------------------------------------------------------------------


@router.get("/answers")
async def answers_page(here: Here, staff: SignedIn, done: str = "") -> Response:
    """The clinic's published answers, and how often each served."""
    answers = await here.database.read(teaching.list_answers)
    return await page(here, staff, "questions/answers.html", "questions", answers=answers, done=done)


@router.post("/answers/{answer_id}")
async def edit(
    here: Here,
    staff: SignedIn,
    answer_id: str,
    text: Annotated[str, Form()] = "",
    question: Annotated[str, Form()] = "",
    wordings: Annotated[str, Form()] = "",
) -> Response:
    """Change an answer, or how its question is worded."""
    text = clean(text)[:LONGEST_TEXT]
    worded = _wordings(question, wordings)
    if not text or not worded:
        raise Problem(422, "text: write the question and the answer")
    known = await here.database.read(lambda session: session.get(ClinicAnswer, plain(answer_id) or ""))
    fresh = [one for one in worded if known is None or one != known.question]
    vectors = await vectors_of(here, fresh)
    now = utc_now()
    return await _after(
        here,
        lambda session: teaching.edit_answer(
            session, plain(answer_id) or "", text, worded[0], vectors, staff.actor, now
        ),
        "saved",
    )


@router.post("/answers/{answer_id}/withdraw")
async def withdraw(here: Here, staff: SignedIn, answer_id: str) -> Response:
    """Give an answer to nobody any more."""
    return await _after(
        here,
        lambda session: teaching.withdraw_answer(session, plain(answer_id) or "", staff.actor, utc_now()),
        "withdrawn",
    )


@router.post("/answers/{answer_id}/restore")
async def restore(here: Here, staff: SignedIn, answer_id: str) -> Response:
    """Give a withdrawn answer again."""
    return await _after(
        here, lambda session: teaching.restore_answer(session, plain(answer_id) or "", staff.actor), "restored"
    )


async def _after(here: Context, work: Callable[[Session], ClinicAnswer | None], done: str) -> Response:
    if await here.database.write(work) is None:
        raise Problem(404)
    return back_to("/desk/answers", done)
