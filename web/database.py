"""The store for coroutines: every look and every transaction runs in a thread, so that the event loop never waits."""

import asyncio
from collections.abc import Callable
from functools import partial

from anyio import CapacityLimiter, to_thread
from sqlalchemy.orm import Session

from hairline.metrics import STORE_CALLS
from leads.store import Store, StoreUnavailable

AT_ONCE = 8
WAITING = 100
WITHIN_S = 12.0  # a little longer than the store itself waits for a lock
LOOK_S = 3.0


class Overloaded(Exception):
    """So many wait for the store that it is kinder to say so than to let another one wait."""


class Database:
    """Reads and writes of one process, a bounded number at a time."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._reads = CapacityLimiter(AT_ONCE)
        # SQLite has one writer at a time; waiting in line here is fairer and quicker than polling for its lock.
        self._writes = CapacityLimiter(1 if store.url.startswith("sqlite") else AT_ONCE)

    async def read[T](self, work: Callable[[Session], T], *, patient: bool = False) -> T:
        """What `work` finds; it must write nothing. Raises `StoreUnavailable`, and `Overloaded` unless patient."""
        _refuse_crowd(self._reads, patient)
        with STORE_CALLS.labels("read").track_inprogress():
            return await _in_time(partial(self._read, work), self._reads)

    async def write[T](self, work: Callable[[Session], T], *, patient: bool = False) -> T:
        """What `work` gives, once its transaction is committed.

        Raises `StoreUnavailable`, and `Overloaded` unless patient. Then nothing was written, unless the store fell
        silent in the middle: what it has understood it may still do.
        """
        _refuse_crowd(self._writes, patient)
        with STORE_CALLS.labels("write").track_inprogress():
            return await _in_time(partial(self._write, work), self._writes)

    async def is_ready(self) -> bool:
        """Whether the store answers and has the newest schema."""
        try:
            return await _in_time(self.store.is_ready, self._reads, LOOK_S)
        except StoreUnavailable:
            return False

    def _read[T](self, work: Callable[[Session], T]) -> T:
        with self.store.reading() as session:
            return work(session)

    def _write[T](self, work: Callable[[Session], T]) -> T:
        with self.store.transaction() as session:
            return work(session)


def _refuse_crowd(limiter: CapacityLimiter, patient: bool) -> None:
    if not patient and limiter.statistics().tasks_waiting >= WAITING:
        raise Overloaded


async def _in_time[T](work: Callable[[], T], limiter: CapacityLimiter, seconds: float = WITHIN_S) -> T:
    """What `work` gives in a thread. A store that has fallen silent keeps its thread, but not whoever waits for it."""
    try:
        async with asyncio.timeout(seconds):
            return await to_thread.run_sync(work, limiter=limiter, abandon_on_cancel=True)
    except TimeoutError as silence:
        raise StoreUnavailable("no answer in time") from silence
