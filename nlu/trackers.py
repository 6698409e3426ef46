"""Rasa's memory of a talk, kept small: recent events of recent conversations, in this process or shared by several.

The core keeps every conversation in its own store (docs/architecture.md), so that this one is disposable. Rasa needs only
what its rules look at: that a session began, which form is active, and the last turns.
"""  # noqa: E501

from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Dict, Iterable, List, Optional, Tuple

import psycopg2
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    Event,
    Restarted,
    SessionStarted,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

READ = "SELECT events FROM trackers WHERE conversation_id = %s"
WRITE = """INSERT INTO trackers (conversation_id, events, updated_at) VALUES (%s, %s, now())
ON CONFLICT (conversation_id) DO UPDATE SET events = excluded.events, updated_at = excluded.updated_at"""
ERASE = "DELETE FROM trackers WHERE conversation_id = %s"
CONNECTIONS = 4
WAIT_S = 2  # for the database: the turn itself fails where it does not answer, so nothing is gained by waiting longer

logger = logging.getLogger(__name__)


class RecentTrackerStore(TrackerStore):
    """Keeps the last `turns` turns of the last `conversations` conversations, and forgets one when told to."""

    def __init__(
        self,
        domain: Optional[Domain],
        event_broker: Optional[EventBroker] = None,
        conversations: int = 1000,
        turns: int = 20,
        **kwargs: Any,
    ) -> None:
        super().__init__(domain, event_broker, **kwargs)
        if conversations < 1 or turns < 1:
            raise ValueError("the tracker store must keep at least one conversation of one turn")
        self.conversations = conversations
        self.turns = turns
        self._events: "OrderedDict[str, List[Event]]" = OrderedDict()

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keeps the recent events of the tracker; the conversation unused for longest is dropped when there are too many."""  # noqa: E501
        await self.stream_events(tracker)
        self._events[tracker.sender_id] = recent_events(list(tracker.events), self.turns)
        self._events.move_to_end(tracker.sender_id)
        while len(self._events) > self.conversations:
            self._events.popitem(last=False)

    async def retrieve(self, sender_id: str) -> Optional[DialogueStateTracker]:
        """The tracker of a conversation, or nothing where none is kept."""
        events = self._events.get(sender_id)
        if events is None:
            return None
        self._events.move_to_end(sender_id)
        return DialogueStateTracker.from_events(sender_id, events, self.domain.slots, domain=self.domain)

    async def keys(self) -> Iterable[str]:
        """The conversations kept, the one unused for longest first."""
        return list(self._events)

    async def erase(self, sender_id: str) -> bool:
        """Forgets a conversation; whether there was one."""
        return self._events.pop(sender_id, None) is not None


class SharedTrackerStore(TrackerStore):
    """Keeps the last `turns` turns of each conversation in PostgreSQL, for all workers: one row each, no words in it.

    A row ends with its conversation, by the table's foreign key. Where the database does not answer, a talk is as new:
    the store of Rasa itself would keep the words in memory instead, or end the process (rasa-notes).
    """

    def __init__(
        self,
        domain: Optional[Domain],
        event_broker: Optional[EventBroker] = None,
        address: str = "",
        turns: int = 3,
        **kwargs: Any,
    ) -> None:
        super().__init__(domain, event_broker, **kwargs)
        if not address.startswith("postgresql://") or turns < 1:
            raise ValueError("the shared tracker store needs the address of PostgreSQL and at least one turn")
        self.turns = turns
        self._address = address
        self._threads = ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="trackers")
        self._own = threading.local()  # each thread's connection

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keeps the recent events of the tracker, unless its conversation was erased meanwhile."""
        await self.stream_events(tracker)
        events = [without_words(event) for event in recent_events(list(tracker.events), self.turns) if keeps(event)]
        await self._run(WRITE, (tracker.sender_id, json.dumps(events)))

    async def retrieve(self, sender_id: str) -> Optional[DialogueStateTracker]:
        """The tracker of a conversation, or nothing where none is kept."""
        row = await self._run(READ, (sender_id,))
        if not row:
            return None
        events = [Event.from_parameters(event) for event in json.loads(row[0])]
        return DialogueStateTracker.from_events(sender_id, events, self.domain.slots, domain=self.domain)

    async def keys(self) -> Iterable[str]:
        """None: nothing in Rasa's server asks, and no worker has to know all conversations."""
        return []

    async def erase(self, sender_id: str) -> bool:
        """Forgets a conversation; whether there was one."""
        return bool(await self._run(ERASE, (sender_id,)))

    async def _run(self, statement: str, values: Tuple[Any, ...]) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._do, statement, values)

    def _do(self, statement: str, values: Tuple[Any, ...]) -> Any:
        """The row that was found, or whether one was changed; nothing where the database did not do it."""
        for _ in range(2):  # a connection that has ended since its last use is opened again
            try:
                with self._connection().cursor() as cursor:
                    cursor.execute(statement, values)
                    return cursor.fetchone() if cursor.description else cursor.rowcount > 0
            except (psycopg2.IntegrityError, psycopg2.DataError, ValueError):
                return None  # there is no such conversation: it was erased while its turn ran, or is no name of ours
            except psycopg2.Error as fault:
                problem = type(fault).__name__
                self._close()
        logger.warning("trackers: the database does not answer (%s); Rasa goes on without its memory", problem)
        return None

    def _connection(self) -> Any:
        if getattr(self._own, "connection", None) is None:
            options = f"-c statement_timeout={WAIT_S * 1000}"
            self._own.connection = psycopg2.connect(self._address, connect_timeout=WAIT_S, options=options)
            self._own.connection.autocommit = True
        return self._own.connection

    def _close(self) -> None:
        connection, self._own.connection = getattr(self._own, "connection", None), None
        if connection is not None:
            connection.close()


def keeps(event: Event) -> bool:
    """Whether rules may look at an event: what the assistant said they never see."""
    return not isinstance(event, BotUttered)


def without_words(event: Event) -> Dict[str, Any]:
    """An event as JSON. Of a message only its intent's name is left, which is all that the rules read (domain.yml)."""
    if not isinstance(event, UserUttered):
        return event.as_dict()
    return UserUttered("", {"name": event.intent_name}, timestamp=event.timestamp).as_dict()


def since_restart(events: List[Event]) -> List[Event]:
    """The events from the last restart on; all where there was none."""
    restarts = [index for index, event in enumerate(events) if isinstance(event, Restarted)]
    return events[restarts[-1] :] if restarts else events


def recent_events(events: List[Event], turns: int) -> List[Event]:
    """The events of the last `turns` visitor's messages, opened by a session start and, if one was active, the form.

    A cut in the middle of a form would lose the event that began it, and with it the form: it is put in again. What
    stands before a restart was erased by the visitor: nothing of it is kept.
    """
    events = since_restart(events)
    starts = [index for index, event in enumerate(events) if isinstance(event, UserUttered)]
    if len(starts) <= turns:
        return events
    cut = starts[-turns]
    loop = None
    for event in events[:cut]:
        if isinstance(event, ActiveLoop):
            loop = event.name
    moment = events[cut].timestamp
    opening: List[Event] = [SessionStarted(timestamp=moment)]
    if loop:
        opening.append(ActiveLoop(loop, timestamp=moment))
    return [*opening, ActionExecuted(ACTION_LISTEN_NAME, timestamp=moment), *events[cut:]]
