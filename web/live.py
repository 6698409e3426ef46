"""Server-sent events: what is new in a conversation, as soon as it is committed, whichever process wrote it.

Everything is read from the store. A turn of this process wakes its listeners at once; what others wrote (a member of
staff, the delivery worker, a second web process) is found by one cheap look for all listeners together.
"""

import asyncio
import contextlib
import json
import logging
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Collection
from functools import partial
from typing import Any

from prometheus_client import Gauge
from sqlalchemy.orm import Session
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from hairline.metrics import REFUSALS, STREAMS
from leads import conversations
from leads.conversations import Mark
from leads.pulse import Pulse, take_pulse
from leads.records import Message
from leads.store import StoreUnavailable
from web.database import Database

log = logging.getLogger(__name__)

LOOK_S = 0.5
HEARTBEAT_S = 15.0
LISTENERS = 2000
LISTENERS_OF_ONE = 8
LISTENERS_OF_ADDRESS = 200
IDS_OF_ONE_LOOK = 400
DESK = "desk"
"""What the desk's open pages listen to instead of a conversation."""
LISTENERS_OF_DESK = 200
HEARD_BY_VISITORS = (conversations.BOT, conversations.STAFF)


class TooManyListeners(Exception):
    """This conversation, or all together, have as many open event streams as there may be."""


class Listener:
    """One open event stream."""

    def __init__(self, conversation_id: str, address: str | None = None) -> None:
        self.conversation_id = conversation_id
        self.address = address
        self.news = asyncio.Event()
        self._seen: Mark | Pulse | None = None

    def look(self, mark: Mark | Pulse | None) -> None:
        """Wake up if things stand otherwise than at the last look.

        The first look always wakes: what was written between the listener's own beginning and it must not be missed.
        """
        if self._seen is None or self._seen != mark:
            self._seen = mark
            self.news.set()

    async def has_news(self, within: float) -> bool:
        """Wait for news, so many seconds at most; whether there are any."""
        try:
            async with asyncio.timeout(within):
                await self.news.wait()
        except TimeoutError:
            return False
        return True


class Hub:
    """Knows who listens to what, and wakes them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._listeners: dict[str, set[Listener]] = defaultdict(set)
        self._addresses: Counter[str | None] = Counter()
        self._count = 0
        self._seen: dict[str, Mark | Pulse | None] = {}
        self._watcher: asyncio.Task[None] | None = None
        self.closing = False

    def start(self) -> None:
        """Begin to watch the store."""
        self._watcher = asyncio.create_task(self._watch())

    def end_streams(self) -> None:
        """End every stream, so that the process can stop; browsers come back by themselves."""
        self.closing = True
        for conversation_id in list(self._listeners):
            self.wake(conversation_id)

    async def close(self) -> None:
        """End every stream and stop watching."""
        self.end_streams()
        if self._watcher:
            self._watcher.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watcher

    def wake(self, conversation_id: str) -> None:
        """There may be something new in this conversation."""
        for listener in self._listeners.get(conversation_id, ()):
            listener.news.set()

    def wake_desk(self) -> None:
        """There may be something new for the desk."""
        self.wake(DESK)

    def listen(self, conversation_id: str, address: str | None = None) -> Listener:
        """A new listener, which must be let go with `leave`. Raises `TooManyListeners`. It counts for `address`."""
        of_one = len(self._listeners.get(conversation_id, ()))
        most = LISTENERS_OF_DESK if conversation_id == DESK else LISTENERS_OF_ONE
        of_address = self._addresses[address] if address else 0
        if self._count >= LISTENERS or of_one >= most or of_address >= LISTENERS_OF_ADDRESS:
            REFUSALS.labels("event streams").inc()
            raise TooManyListeners
        listener = Listener(conversation_id, address)
        self._addresses[address] += 1
        self._listeners[conversation_id].add(listener)
        self._count += 1
        _audience(conversation_id).inc()
        return listener

    def leave(self, listener: Listener) -> None:
        """Let a listener go; twice is once."""
        listeners = self._listeners.get(listener.conversation_id, set())
        if listener not in listeners:
            return
        listeners.discard(listener)
        self._count -= 1
        self._addresses[listener.address] -= 1
        if not self._addresses[listener.address]:
            del self._addresses[listener.address]
        _audience(listener.conversation_id).dec()
        if not listeners:
            del self._listeners[listener.conversation_id]

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            ids = list(self._listeners)
            for start in range(0, len(ids), IDS_OF_ONE_LOOK):
                try:
                    await self._look(ids[start : start + IDS_OF_ONE_LOOK])
                except StoreUnavailable:
                    log.warning("live: the store does not answer")

    async def _look(self, ids: Collection[str]) -> None:
        marks = await self._database.read(lambda session: _marks(session, ids), patient=True)
        for conversation_id in ids:
            for listener in self._listeners.get(conversation_id, ()):
                listener.look(marks.get(conversation_id))


def _audience(conversation_id: str) -> Gauge:
    return STREAMS.labels(DESK if conversation_id == DESK else "visitors")


async def events(
    hub: Hub,
    database: Database,
    listener: Listener,
    after: int,
    last_id: str,
    *,
    tell_state: bool,
    authors: Collection[str] = HEARD_BY_VISITORS,
) -> AsyncIterator[str]:
    """The events of a conversation beyond the message `after`, whose id is `last_id`, until it is erased or we stop.

    `tell_state`: begin with the state, for someone who may have missed a change; else only changes from "bot" are told.
    """
    told: tuple[str, str | None] | None = None if tell_state else (conversations.BOT, None)
    yield "retry: 2000\n\n"
    while not hub.closing:
        listener.news.clear()
        try:
            mark, messages = await database.read(
                partial(_news, conversation_id=listener.conversation_id, after=after), patient=True
            )
        except StoreUnavailable:
            return  # the browser comes back and goes on where it was
        if mark is None:
            return
        for message in messages:
            after, last_id = message.seq, message.id
            if message.author in authors:
                yield event("message", conversations.message_as_json(message), message.id)
        if told != (mark.state, mark.staff):
            told = (mark.state, mark.staff)
            yield event("state", {"state": mark.state, "staff": mark.staff}, last_id)
        while not await listener.has_news(HEARTBEAT_S):
            yield ": still here\n\n"


def _marks(session: Session, ids: Collection[str]) -> dict[str, Mark | Pulse]:
    found: dict[str, Mark | Pulse] = dict(conversations.marks(session, [one for one in ids if one != DESK]))
    return {**found, DESK: take_pulse(session)} if DESK in ids else found


def event(name: str, content: dict[str, Any], last_id: str) -> str:
    """One server-sent event. JSON in ASCII is one line for every client, whatever it takes for a line break."""
    return f"id: {last_id}\nevent: {name}\ndata: {json.dumps(content)}\n\n"


def _news(session: Session, conversation_id: str, after: int) -> tuple[Mark | None, list[Message]]:
    mark = conversations.marks(session, [conversation_id]).get(conversation_id)
    return mark, conversations.list_messages(session, conversation_id, after)


class EventStream(StreamingResponse):
    """The response that carries events, and lets its listener go however it ends, even before it began."""

    def __init__(self, hub: Hub, listener: Listener, content: AsyncIterator[str]) -> None:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(content, media_type="text/event-stream", headers=headers)
        self._hub = hub
        self._listener = listener

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._hub.leave(self._listener)
