"""One turn: a visitor's message is stored, answered by the assistant, and its replies are read back from the store.

A turn that began is finished, whatever the visitor's browser does. In one conversation turns follow each other, in the
order in which the messages were stored, whichever web processes took them; in each process a bounded number runs or
waits, and whoever comes beyond that is told at once.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from hairline.metrics import MESSAGES, REFUSALS, TURN_SECONDS, TURNS
from leads import conversations
from leads.conversations import ChoiceNotOffered, KeyReused, Posted, Said
from leads.store import StoreUnavailable
from web.database import Database
from web.live import Hub
from web.rasa import Rasa, RasaDown

log = logging.getLogger(__name__)

AT_ONCE = 6  # turns that Rasa works on; more only makes all of them slower
WAITING = 42
LONGEST_WAIT_S = 1.2  # whoever would wait longer for their turn to begin is refused at once instead
NEWEST_SHARE = 0.1  # of the latest turn in what a turn is expected to take
WAITING_IN_ONE = 8  # messages of one conversation that may wait for each other
TURN_S = 20.0
ANSWER_S = 25.0  # whoever waits longer is told to call; the turn goes on, and the message sent again gets its answer
LAST_TURNS_S = 25.0
LOOK_S = 0.1  # how often a turn looks whether those before it, in other processes, are over


class UnknownConversation(Exception):
    """There is no such conversation, or the token is not its own."""


class Busy(Exception):
    """More turns wait than can be answered soon."""


class TooEager(Exception):
    """More messages of this conversation wait than one person writes."""


class NoAnswer(Exception):
    """The assistant did not answer. The message stays stored; sent again with its key, its turn runs again."""


OUTCOMES: dict[type[BaseException], str] = {
    NoAnswer: "no answer",
    UnknownConversation: "unknown conversation",
    ChoiceNotOffered: "choice not offered",
    KeyReused: "key reused",
    StoreUnavailable: "store down",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the assistant said to it, and who answers in this conversation now."""

    messages: list[dict[str, Any]]
    state: str
    staff: str | None


class Turns:
    """Runs the turns of one process."""

    def __init__(
        self, database: Database, rasa: Rasa, hub: Hub, at_once: int = AT_ONCE, waiting: int = WAITING
    ) -> None:
        self._database = database
        self._rasa = rasa
        self._hub = hub
        self._slots = asyncio.Semaphore(at_once)
        self._at_once = at_once
        self._most = at_once + waiting
        self._usual_s = 0.0  # that a turn holds its slot
        self._tasks: set[asyncio.Task[Answer]] = set()
        self._lines = Lines()

    async def take(self, conversation_id: str, token: str, said: Said) -> Answer:
        """The answer to a message. Raises what the classes above say, `ChoiceNotOffered` and `KeyReused`."""
        if self._is_crowded():
            REFUSALS.labels("turns").inc()
            raise Busy
        if self._lines.length(conversation_id) >= WAITING_IN_ONE:
            REFUSALS.labels("turns of one conversation").inc()
            raise TooEager
        task = asyncio.create_task(self._run(conversation_id, token, said))
        self._tasks.add(task)
        task.add_done_callback(self._forget)
        try:
            async with asyncio.timeout(ANSWER_S):
                return await asyncio.shield(task)
        except TimeoutError:
            raise NoAnswer from None

    def _is_crowded(self) -> bool:
        """Whether one more would wait too long. On a quick machine more may wait than on a slow one."""
        ahead = len(self._tasks)
        if ahead < self._at_once:
            return False
        return ahead >= self._most or (ahead - self._at_once) * self._usual_s / self._at_once > LONGEST_WAIT_S

    async def finish(self) -> None:
        """Wait for the turns that run: for the end of the process."""
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=LAST_TURNS_S)

    @asynccontextmanager
    async def pause(self, conversation_id: str) -> AsyncIterator[None]:
        """Nothing of this conversation runs meanwhile in this process: to erase it. A turn elsewhere finds nothing."""
        async with self._lines.turn_of(conversation_id):
            yield

    def _forget(self, task: asyncio.Task[Answer]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():  # its exception is looked at, so that a visitor who left causes no warning
            MESSAGES.labels(_outcome(task)).inc()

    async def _run(self, conversation_id: str, token: str, said: Said) -> Answer:
        with TURNS.labels("all").track_inprogress(), TURN_SECONDS.labels("whole").time():
            async with self._lines.turn_of(conversation_id):
                with TURN_SECONDS.labels("store message").time():
                    posted = await self._database.write(
                        lambda session: _post(session, conversation_id, token, said), patient=True
                    )
                if posted.waits:
                    with TURN_SECONDS.labels("wait in line").time():
                        await self._wait_in_line(posted)
                if posted.needs_turn:
                    await self._have_answered(conversation_id, posted.message.id, said)
                with TURN_SECONDS.labels("read replies").time():
                    answer = await self._replies(conversation_id, posted)
        self._hub.wake(conversation_id)
        return answer

    async def _replies(self, conversation_id: str, posted: Posted) -> Answer:
        try:
            return await self._database.read(lambda session: _read(session, conversation_id, posted), patient=True)
        except NoAnswer:
            await self._database.write(
                lambda session: conversations.give_up_turn(session, posted.message), patient=True
            )
            raise

    async def _wait_in_line(self, posted: Posted) -> None:
        """Wait for earlier messages of the conversation that other processes have answered."""
        while True:
            first = await self._database.write(
                lambda session: conversations.keep_place(session, posted.message), patient=True
            )
            if first:
                return
            await asyncio.sleep(LOOK_S)

    async def _have_answered(self, conversation_id: str, message_id: str, said: Said) -> None:
        began = time.perf_counter()
        try:
            async with asyncio.timeout(TURN_S), self._slots:
                TURN_SECONDS.labels("wait for Rasa").observe(time.perf_counter() - began)
                taken = time.perf_counter()
                try:
                    with TURNS.labels("in Rasa").track_inprogress(), TURN_SECONDS.labels("Rasa").time():
                        await self._rasa.say(conversation_id, message_id, said.kind, said.content)
                finally:
                    self._usual_s += NEWEST_SHARE * (time.perf_counter() - taken - self._usual_s)
        except (RasaDown, TimeoutError) as problem:
            # Not yet a failure: the turn may be committed all the same. The store decides.
            log.warning(
                "a turn got no answer from Rasa: %s",
                type(problem).__name__ if isinstance(problem, TimeoutError) else problem,
            )


class Lines:
    """For each conversation a line of turns; one that is empty takes no memory."""

    def __init__(self) -> None:
        self._locks: dict[str, asyncio.Lock] = {}
        self._lengths: dict[str, int] = {}

    def length(self, conversation_id: str) -> int:
        """How many turns run or wait."""
        return self._lengths.get(conversation_id, 0)

    @asynccontextmanager
    async def turn_of(self, conversation_id: str) -> AsyncIterator[None]:
        """Wait for the turns before this one."""
        lock = self._locks.setdefault(conversation_id, asyncio.Lock())
        self._lengths[conversation_id] = self.length(conversation_id) + 1
        try:
            async with lock:
                yield
        finally:
            self._lengths[conversation_id] -= 1
            if not self._lengths[conversation_id]:
                del self._lengths[conversation_id], self._locks[conversation_id]


def _outcome(task: asyncio.Task[Answer]) -> str:
    """What became of a message, for whoever watches."""
    fault = task.exception()
    if fault is not None:
        return OUTCOMES.get(type(fault), "fault")
    answer = task.result()
    topics = {topic for message in answer.messages for topic in message["topics"]}
    if not answer.messages:
        return "left to a person"
    return "not understood" if "fallback" in topics else "answered"


def _post(session: Session, conversation_id: str, token: str, said: Said) -> Posted:
    conversation = conversations.find_locked(session, conversation_id, token)
    if conversation is None:
        raise UnknownConversation
    return conversations.post(session, conversation, said, token)


def _read(session: Session, conversation_id: str, posted: Posted) -> Answer:
    found = conversations.who_answers(session, conversation_id)
    if found is None:
        raise UnknownConversation
    state, staff = found
    replies = conversations.replies_to(session, posted.message.id, conversation_id)
    if posted.needs_turn and not replies and state != conversations.TALKS_TO_PERSON:
        raise NoAnswer
    return Answer([conversations.message_as_json(reply) for reply in replies], state, staff)
