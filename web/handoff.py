"""Staff in a visitor's talk: who waits, taking it over, writing, handing it back."""

import hashlib
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends
from sqlalchemy.orm import Session

from leads import conversations, handoff
from leads.conversations import KeyReused
from leads.handoff import NotInTalk, Person, TalkTaken
from leads.records import Conversation
from leads.store import utc_now
from web import shapes
from web.context import Context, Here
from web.openapi import problems
from web.problems import Problem, wrong_field
from web.security import CONVERSATION, Staff, StaffHere, not_found, staff_of

router = APIRouter(prefix="/api/conversations", tags=["staff"], dependencies=[Depends(staff_of)])

TAKEN = "Somebody else of the clinic writes in this conversation."
NOT_IN_TALK = "Take the conversation over first: the assistant answers in it now."
KEY_HOLDER = "api-key"


def person_of(here: Context, staff: Staff, name: str | None = None) -> Person:
    """Staff as a visitor meets them. Behind the API key may be anybody: a name can be given with the takeover."""
    if staff.actor != KEY_HOLDER:
        return Person(staff.actor, staff.name)
    return Person(staff.actor, name or here.voice.text("utter_staff_unnamed"), shared=True)


@router.post(
    "/{conversation_id}/takeover",
    response_model=shapes.ConversationSummary,
    responses=problems(400, 401, 403, 404, 409, 413, 415, 422, 503),
)
async def take_over(
    here: Here,
    staff: StaffHere,
    conversation_id: str,
    body: Annotated[shapes.TakeOver | None, Body()] = None,
) -> dict[str, Any]:
    """Write instead of the assistant from now on. 409 where somebody else does already."""
    person = person_of(here, staff, body.name if body else None)
    return await take(here, person, conversation_id)


async def take(here: Context, person: Person, conversation_id: str) -> dict[str, Any]:
    """Take a talk over and tell whoever listens to it. Raises 404 and 409."""
    voice = here.voice

    def work(session: Session) -> dict[str, Any] | None:
        return _shown(handoff.take_over(session, _known(conversation_id), person, voice, utc_now()))

    try:
        shown = await here.database.write(work)
    except TalkTaken:
        raise Problem(409, TAKEN) from None
    return _told(here, conversation_id, shown)


@router.post(
    "/{conversation_id}/handback",
    response_model=shapes.ConversationSummary,
    responses=problems(401, 403, 404, 413, 415, 503),
)
async def hand_back(here: Here, staff: StaffHere, conversation_id: str) -> dict[str, Any]:
    """Let the assistant answer again."""
    return await give_back(here, staff, conversation_id)


async def give_back(here: Context, staff: Staff, conversation_id: str) -> dict[str, Any]:
    """Hand a talk back and tell whoever listens to it. Raises 404."""
    voice = here.voice
    shown = await here.database.write(
        lambda session: _shown(handoff.hand_back(session, _known(conversation_id), staff.actor, voice))
    )
    return _told(here, conversation_id, shown)


async def say(here: Context, staff: Staff, conversation_id: str, text: str, key: str | None = None) -> dict[str, Any]:
    """Write to the visitor of a talk that was taken over. Raises 404 and 409."""
    person = person_of(here, staff)

    def work(session: Session) -> dict[str, Any] | None:
        said = handoff.say(session, _known(conversation_id), person, text, key)
        if said is None:
            return None
        conversation, message = said
        shown = conversations.message_as_json(message)
        return {"messages": [shown], "state": conversation.state, "staff": conversation.staff}

    try:
        answer = await here.database.write(work)
    except KeyReused:
        raise Problem(409, "The Idempotency-Key was used for another message.") from None
    except NotInTalk:
        raise Problem(409, NOT_IN_TALK) from None
    except TalkTaken:
        raise Problem(409, TAKEN) from None
    return _told(here, conversation_id, answer)


async def post_as_staff(
    here: Context, staff: Staff, conversation_id: str, body: shapes.Post, key: str | None
) -> dict[str, Any]:
    """The staff's side of `POST /api/conversations/{id}/messages`."""
    if body.text is None:
        raise wrong_field("choice", "quick replies are the visitor's; send text")
    hashed = hashlib.sha256(key.encode()).hexdigest() if key else None
    return await say(here, staff, conversation_id, body.text, hashed)


def summary(conversation: Conversation) -> dict[str, Any]:
    """A conversation without what was said in it."""
    waiting, urgent = conversation.waiting_since, conversation.urgent_at
    return {
        "id": conversation.id,
        "state": conversation.state,
        "staff": conversation.staff,
        "urgent": handoff.is_urgent(conversation),
        "urgent_at": urgent.isoformat() if urgent else None,
        "waiting_since": waiting.isoformat() if waiting else None,
        "created_at": conversation.created_at.isoformat(),
        "updated_at": conversation.updated_at.isoformat(),
        "page": conversation.page,
    }


def _known(conversation_id: str) -> str:
    if not CONVERSATION.fullmatch(conversation_id):
        raise not_found()
    return conversation_id


def _shown(conversation: Conversation | None) -> dict[str, Any] | None:
    return summary(conversation) if conversation is not None else None


def _told(here: Context, conversation_id: str, shown: dict[str, Any] | None) -> dict[str, Any]:
    if shown is None:
        raise not_found()
    here.hub.wake(conversation_id)
    here.hub.wake_desk()
    return shown
