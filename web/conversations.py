"""The visitors' side: a conversation is opened, spoken in, listened to, rated and cleared."""

import logging
import re
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import StreamingResponse
from sqlalchemy.orm import Session

from leads import conversations
from leads.audit import VISITOR
from leads.conversations import ChoiceNotOffered, KeyReused, Said, hash_token
from leads.records import Conversation, Message
from web import shapes
from web.context import Context, Here
from web.handoff import post_as_staff
from web.live import EventStream, TooManyListeners, events
from web.openapi import problems
from web.problems import AGAIN_S, AGAIN_WHEN_BUSY_S, Problem, wait, wrong_field
from web.security import ListenerHere, SpeakerHere, Staff, Visitor, VisitorHere, not_found
from web.turns import Answer, Busy, NoAnswer, TooEager, UnknownConversation

log = logging.getLogger(__name__)

MESSAGE_ID = re.compile(r"m_[0-9a-f]{1,38}")

router = APIRouter(prefix="/api/conversations", tags=["visitors"])


@router.post(
    "",
    status_code=201,
    response_model=shapes.Opened,
    response_model_exclude_unset=True,
    responses=problems(400, 413, 415, 422, 429, 503),
)
async def open_conversation(request: Request, here: Here, start: shapes.Start | None = None) -> dict[str, Any]:
    """Open a conversation: its id, its token (told this once) and the greeting."""
    await here.limits.call(request)
    greeting = here.hairline.front_desk.greeting()
    page = start.page if start else None

    def work(session: Session) -> dict[str, Any]:
        opened = conversations.open_conversation(session, page)
        message = conversations.add_reply(session, opened.conversation, greeting)
        shown = conversations.message_as_json(message)
        return {"id": opened.conversation.id, "token": opened.token, "messages": [shown]}

    return await here.database.write(work)


@router.post(
    "/{conversation_id}/messages",
    response_model=shapes.Talk,
    response_model_exclude_unset=True,
    responses=problems(400, 401, 403, 404, 409, 413, 415, 422, 429, 503),
)
async def post_message(
    request: Request,
    here: Here,
    speaker: SpeakerHere,
    conversation_id: str,
    body: shapes.Post,
    idempotency_key: shapes.IdempotencyKey = None,
) -> dict[str, Any]:
    """Say something; the answer is what the assistant says to it. While a person of the clinic writes, it is empty.

    Staff write here, too, once they have taken the conversation over (409 before); the answer is their own message.
    """
    if isinstance(speaker, Staff):
        return await post_as_staff(here, speaker, conversation_id, body, idempotency_key)
    visitor = speaker
    await here.limits.call(request)
    await here.limits.message(hash_token(visitor.token))
    said = (
        Said("choice", body.choice, idempotency_key) if body.choice else Said("text", body.text or "", idempotency_key)
    )
    answer = await _answer(here, visitor, said)
    return {"messages": answer.messages, "state": answer.state, "staff": answer.staff}


async def _answer(here: Context, visitor: Visitor, said: Said) -> Answer:
    try:
        return await here.turns.take(visitor.conversation_id, visitor.token, said)
    except UnknownConversation:
        raise not_found() from None
    except ChoiceNotOffered:
        raise Problem(409, "choice: it is not on offer in this conversation now.") from None
    except KeyReused:
        raise Problem(409, "The Idempotency-Key was used for another message.") from None
    except TooEager:
        raise wait(429, 1, "Your messages before this one are still being answered.") from None
    except Busy:
        raise wait(503, AGAIN_WHEN_BUSY_S, here.voice.text("utter_unavailable")) from None
    except NoAnswer:
        raise wait(503, AGAIN_S, here.voice.text("utter_unavailable")) from None


@router.get(
    "/{conversation_id}/messages",
    response_model=shapes.Talk,
    response_model_exclude_unset=True,
    responses=problems(401, 404, 422, 429, 503),
)
async def read_messages(
    request: Request,
    here: Here,
    visitor: VisitorHere,
    after: Annotated[str | None, Query(max_length=40, description="id of the last message that is known")] = None,
) -> dict[str, Any]:
    """The talk so far, or what came after a message."""
    await here.limits.call(request)

    def work(session: Session) -> dict[str, Any]:
        conversation = _own(session, visitor)
        messages = conversations.list_messages(session, conversation.id, _seq_of(session, conversation, after))
        return {
            "messages": [conversations.message_as_json(message) for message in messages],
            "state": conversation.state,
            "staff": conversation.staff,
        }

    return await here.database.read(work)


@router.get(
    "/{conversation_id}/events",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "`message` events carry a Message of the assistant or of staff, `state` events "
            '`{"state", "staff"}`; a comment at least every 15 s.',
            "content": {
                "text/event-stream": {
                    "schema": {"type": "string"},
                    "example": 'id: m_0f8a2c\nevent: state\ndata: {"state": "waiting", "staff": null}\n\n',
                }
            },
        },
        **problems(401, 404, 422, 429, 503),
    },
)
async def stream_events(
    request: Request,
    here: Here,
    visitor: ListenerHere,
    resumed: Annotated[
        str | None, Header(alias="Last-Event-ID", description="id of the last message a broken stream brought")
    ] = None,
    after: Annotated[str | None, Query(max_length=40, description="id of the last message that is known")] = None,
    access_token: Annotated[
        str | None, Query(max_length=512, description="the token, for a client that can send no header")
    ] = None,
) -> Response:
    """New messages and changes of state, as server-sent events. A reconnection goes on after Last-Event-ID."""
    await here.limits.call(request)

    def work(session: Session) -> tuple[int, str]:
        conversation = _own(session, visitor)
        if after is not None:
            return _seq_of(session, conversation, after), after
        if resumed is None:
            last = conversations.last_message(session, conversation.id)
        else:  # an id that is not known any more: everything again is better than a gap
            last = _message(session, conversation, resumed)
        return (last.seq, last.id) if last else (0, "")

    seq, last_id = await here.database.read(work)
    try:
        listener = here.hub.listen(visitor.conversation_id, here.limits.address(request))
    except TooManyListeners:
        raise wait(429, 10, "This conversation is open in too many places.") from None
    resuming = after is not None or resumed is not None
    stream = events(here.hub, here.database, listener, seq, last_id, tell_state=resuming)
    return EventStream(here.hub, listener, stream)


@router.post(
    "/{conversation_id}/messages/{message_id}/feedback",
    status_code=204,
    response_class=Response,
    responses=problems(400, 401, 404, 413, 415, 422, 429, 503),
)
async def rate_message(
    request: Request, here: Here, visitor: VisitorHere, message_id: str, feedback: shapes.Feedback
) -> Response:
    """Whether a message of the assistant's helped."""
    await here.limits.call(request)

    def work(session: Session) -> bool:
        conversation = _own(session, visitor)
        if not MESSAGE_ID.fullmatch(message_id):
            return False
        return conversations.rate_message(session, conversation, message_id, feedback.helpful)

    if not await here.database.write(work):
        raise not_found()
    return Response(status_code=204)


@router.delete(
    "/{conversation_id}", status_code=204, response_class=Response, responses=problems(401, 404, 413, 415, 429, 503)
)
async def clear_conversation(request: Request, here: Here, visitor: VisitorHere) -> Response:
    """Clear the chat: it and everything that came from it is erased, as docs/privacy.md says."""
    await here.limits.call(request)
    async with here.turns.pause(visitor.conversation_id):

        def work(session: Session) -> None:
            _own(session, visitor)
            conversations.erase_conversation(session, visitor.conversation_id, VISITOR)

        await here.database.write(work)
        if not await here.rasa.forget(visitor.conversation_id):
            log.warning("Rasa did not confirm that it forgot a conversation; it forgets with its next restart")
    here.hub.wake(visitor.conversation_id)
    return Response(status_code=204)


def _own(session: Session, visitor: Visitor) -> Conversation:
    conversation = conversations.find_conversation(session, visitor.conversation_id, visitor.token)
    if conversation is None:
        raise not_found()
    return conversation


def _message(session: Session, conversation: Conversation, message_id: str) -> Message | None:
    if not MESSAGE_ID.fullmatch(message_id):
        return None
    return conversations.find_message(session, conversation.id, message_id)


def _seq_of(session: Session, conversation: Conversation, message_id: str | None) -> int:
    if message_id is None:
        return 0
    known = _message(session, conversation, message_id)
    if known is None:
        raise wrong_field("after", "it is no message of this conversation")
    return known.seq
