"""What an open page of the desk hears: how things stand, and the talk it shows, as soon as it is committed."""

import hashlib
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from leads import conversations
from leads.conversations import Mark
from leads.pulse import Pulse, take_pulse
from leads.records import Message
from leads.store import StoreUnavailable
from web.context import Context, Here
from web.desk.guard import for_staff
from web.live import DESK, HEARTBEAT_S, EventStream, Hub, Listener, TooManyListeners, event
from web.problems import Problem, wait
from web.security import CONVERSATION

LASTS_S = 600.0
"""After this the browser comes back and shows again who it is: a session that ended hears nothing more."""

router = for_staff()


@router.get("/events")
async def stream(request: Request, here: Here, conversation: str = "", after: str = "") -> Response:
    """Events for the desk: `pulse` with a stamp that changes whenever the lists do; `message` and `state` of a talk."""
    if conversation and not CONVERSATION.fullmatch(conversation):
        raise Problem(404)
    known = request.headers.get("last-event-id") or after
    try:
        listener = here.hub.listen(DESK)
    except TooManyListeners:
        raise wait(429, 10, "The desk is open in too many places.") from None
    content = _events(here, listener, conversation or None, known)
    return EventStream(here.hub, listener, content)


async def _events(here: Context, listener: Listener, conversation: str | None, known: str) -> AsyncIterator[str]:
    """Until the page is closed, we stop, or LASTS_S are over."""
    until = time.monotonic() + LASTS_S
    told_pulse: Pulse | None = None
    told_mark: Mark | None = None
    seq = -1
    try:
        with _hears_also(here.hub, listener, conversation):
            yield "retry: 2000\n\n"
            while not here.hub.closing and time.monotonic() < until:
                listener.news.clear()
                pulse, mark, messages, seq = await here.database.read(_look(conversation, known, seq), patient=True)
                for message in messages:
                    known = message.id
                    yield event("message", conversations.message_as_json(message), message.id)
                if mark is not None and mark != told_mark:
                    told_mark = mark
                    yield event("state", {"state": mark.state, "staff": mark.staff}, known)
                if pulse != told_pulse:
                    told_pulse = pulse
                    yield event("pulse", as_json(pulse), known)
                while not await listener.has_news(HEARTBEAT_S) and time.monotonic() < until:
                    yield ": still here\n\n"
    except (StoreUnavailable, TooManyListeners):
        return  # the browser comes back and goes on where it was


@contextmanager
def _hears_also(hub: Hub, listener: Listener, conversation: str | None) -> Iterator[None]:
    """Have a page that listens to the desk hear of a talk, too."""
    if conversation is None:
        yield
        return
    second = hub.listen(conversation)
    second.news = listener.news
    try:
        yield
    finally:
        hub.leave(second)


def _look(conversation: str | None, known: str, seq: int) -> Any:
    def work(session: Session) -> tuple[Pulse, Mark | None, list[Message], int]:
        if conversation is None:
            return take_pulse(session), None, [], seq
        since = seq if seq >= 0 else _seq_of(session, conversation, known)
        messages = conversations.list_messages(session, conversation, since)
        mark = conversations.marks(session, [conversation]).get(conversation)
        return take_pulse(session), mark, messages, messages[-1].seq if messages else since

    return work


def _seq_of(session: Session, conversation: str, known: str) -> int:
    message = conversations.find_message(session, conversation, known) if known else None
    return message.seq if message else 0


def as_json(pulse: Pulse) -> dict[str, Any]:
    """What a page shows of the pulse, and a stamp that differs whenever its lists do."""
    stamp = hashlib.sha256(repr(asdict(pulse)).encode()).hexdigest()[:16]
    return {
        "leads": pulse.new_leads,
        "waiting": pulse.waiting,
        "urgent": pulse.urgent,
        "questions": pulse.questions,
        "newest_lead": pulse.newest_lead,
        "stamp": stamp,
    }
