"""Talks: who waits for a person, who talks to one, and the live chat with a visitor."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Form
from sqlalchemy.orm import Session
from starlette.responses import Response

from leads import conversations, handoff, requests, teaching
from leads.facts import FAQ_TOPICS
from leads.handoff import Person
from leads.records import Conversation, Lead, Message
from leads.store import utc_now
from leads.texts import clean
from leads.understanding import TALK_TOPICS
from web import handoff as staff_side
from web.context import Context, Here
from web.desk.guard import SignedIn, back_to, for_staff
from web.desk.rendering import page
from web.problems import Problem
from web.security import CONVERSATION, Staff
from web.shapes import LONGEST_TEXT
from web.staff import plain

LATEST = 40

router = for_staff()


@dataclass(frozen=True, slots=True)
class Row:
    """A talk in the list: with what the visitor said last, and who they are if they said so."""

    talk: Conversation
    last: Message | None
    lead: Lead | None
    urgent: bool


@router.get("/talks")
async def talks_page(here: Here, staff: SignedIn, done: str = "") -> Response:
    """Who waits, who talks to a person, and the latest talks."""

    def work(session: Session) -> tuple[list[Row], list[Row], list[Row]]:
        waiting = handoff.list_waiting(session, limit=200)
        taken = conversations.list_conversations(session, handoff.PERSON, limit=100)
        known = {talk.id for talk in (*waiting, *taken)}
        latest = [talk for talk in conversations.list_conversations(session, limit=LATEST) if talk.id not in known]
        return _rows(session, waiting), _rows(session, taken), _rows(session, latest)

    waiting, taken, latest = await here.database.read(work)
    return await page(here, staff, "talks/list.html", "talks", waiting=waiting, taken=taken, latest=latest, done=done)


def _rows(session: Session, talks: list[Conversation]) -> list[Row]:
    leads = requests.newest_leads(session, [talk.id for talk in talks])
    said = conversations.last_words(session, [talk.id for talk in talks])
    return [Row(talk, said.get(talk.id), leads.get(talk.id), handoff.is_urgent(talk)) for talk in talks]


@router.get("/conversations/{conversation_id}")
async def talk_page(here: Here, staff: SignedIn, conversation_id: str, done: str = "") -> Response:
    """One talk, live, with the way to take it over."""
    return await _show(here, staff, conversation_id, done=done)


async def _show(
    here: Context, staff: Staff, conversation_id: str, *, done: str = "", wrong: str = "", code: int = 200
) -> Response:
    def work(session: Session) -> tuple[Conversation, list[Message], list[Lead]] | None:
        talk = session.get(Conversation, _known(conversation_id))
        if talk is None:
            return None
        leads = requests.list_leads(session, requests.LeadFilter(conversation=talk.id))
        return talk, conversations.list_messages(session, talk.id), leads

    found = await here.database.read(work)
    if found is None:
        return await page(here, staff, "missing.html", "talks", code=404)
    talk, messages, leads = found
    return await page(
        here,
        staff,
        "talks/one.html",
        "talks",
        code=code,
        talk=talk,
        messages=messages,
        leads=leads,
        urgent=handoff.is_urgent(talk),
        own=talk.state == handoff.PERSON and talk.staff_actor == staff.actor,
        topics=(*FAQ_TOPICS, *TALK_TOPICS),
        last=messages[-1].id if messages else "",
        done=done,
        wrong=wrong,
    )


@router.post("/conversations/{conversation_id}/takeover")
async def take_over(here: Here, staff: SignedIn, conversation_id: str) -> Response:
    """Write instead of the assistant."""
    try:
        await staff_side.take(here, Person(staff.actor, staff.name), conversation_id)
    except Problem as problem:
        if problem.status_code != 409:
            raise
        return await _show(here, staff, conversation_id, wrong=str(problem.detail), code=409)
    return back_to(_path(conversation_id))


@router.post("/conversations/{conversation_id}/say")
async def say(here: Here, staff: SignedIn, conversation_id: str, text: Annotated[str, Form()] = "") -> Response:
    """Write to the visitor: what the page does without its script."""
    text = clean(text)[:LONGEST_TEXT]
    if not text:
        return back_to(_path(conversation_id))
    try:
        await staff_side.say(here, staff, conversation_id, text)
    except Problem as problem:
        if problem.status_code != 409:
            raise
        return await _show(here, staff, conversation_id, wrong=str(problem.detail), code=409)
    return back_to(_path(conversation_id))


@router.post("/conversations/{conversation_id}/handback")
async def hand_back(here: Here, staff: SignedIn, conversation_id: str) -> Response:
    """Let the assistant answer again."""
    await staff_side.give_back(here, staff, conversation_id)
    return back_to(_path(conversation_id), "handed")


@router.post("/conversations/{conversation_id}/seen")
async def mark_seen(here: Here, staff: SignedIn, conversation_id: str) -> Response:
    """Take an urgent talk off the waiting list."""
    await here.database.write(
        lambda session: handoff.mark_seen(session, _known(conversation_id), staff.actor, utc_now())
    )
    here.hub.wake_desk()
    return back_to(_path(conversation_id), "seen")


@router.post("/conversations/{conversation_id}/erase")
async def erase(here: Here, staff: SignedIn, conversation_id: str, sure: Annotated[str, Form()] = "") -> Response:
    """Erase a talk with everything that came from it, once somebody has ticked that they are sure."""
    if sure != "yes":
        return await _show(here, staff, conversation_id, wrong="Tick the box first: this cannot be undone.", code=422)
    async with here.turns.pause(_known(conversation_id)):
        erased = await here.database.write(
            lambda session: conversations.erase_conversation(session, conversation_id, staff.actor)
        )
        if not erased:
            raise Problem(404)
        await here.rasa.forget(conversation_id)
    here.hub.wake(conversation_id)
    here.hub.wake_desk()
    return back_to("/desk/talks", "erased")


@router.post("/conversations/{conversation_id}/messages/{message_id}/topic")
async def correct(
    here: Here, staff: SignedIn, conversation_id: str, message_id: str, topic: Annotated[str, Form()] = ""
) -> Response:
    """Say what a visitor's message really was about."""
    corrected = await here.database.write(
        lambda session: teaching.correct_message(
            session, _known(conversation_id), plain(message_id) or "", topic or None, staff.actor
        )
    )
    if not corrected:
        raise Problem(404)
    return back_to(_path(conversation_id), "corrected")


def _known(conversation_id: str) -> str:
    if not CONVERSATION.fullmatch(conversation_id):
        raise Problem(404)
    return conversation_id


def _path(conversation_id: str) -> str:
    return f"/desk/conversations/{_known(conversation_id)}"
