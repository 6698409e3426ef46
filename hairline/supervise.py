"""Starts processes, waits until each is ready, restarts what dies, and stops everything together.

The system is never left half alive: a process that cannot be kept up takes the rest down with a clear message.
"""

import asyncio
import signal
import time
from asyncio.subprocess import Process as Running
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from itertools import count
from typing import Any
from urllib.parse import urlsplit

from hairline.household import Household, Tail

Say = Callable[[str], None]


class Failed(Exception):
    """The system cannot be started or kept up. The message is for the person at the terminal."""


@dataclass(frozen=True)
class Process:
    """One process to keep up. Ready when `ready_url` answers 200, or as soon as it lives where there is none."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(repr=False)
    ready_url: str | None = None
    ready_headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    ready_within: float = 300
    first_to_stop: bool = False
    """Stopped before the others, so that what it has begun can still be finished."""


@dataclass(frozen=True)
class Timing:
    """All in seconds, but `quick_deaths`: how many deaths in a row soon after a start end the whole system."""

    poll: float = 0.2
    heartbeat: float = 10
    grace: float = 3
    settled: float = 10
    longest_backoff: float = 5
    quick_deaths: int = 8
    check_every: float = 5
    answer_within: float = 5
    stuck_after: float = 60


def answers(url: str, headers: Mapping[str, str], timeout: float) -> bool:
    """True if a GET of `url`, an address of ours without TLS, gives 200. Proxies of the environment are not asked."""
    # Not urllib.request: it reads all certificates of the machine for each request, TLS or not.
    address = urlsplit(url)
    connection = HTTPConnection(address.hostname or "", address.port, timeout=timeout)
    try:
        connection.request("GET", address.path or "/", headers=dict(headers))
        return connection.getresponse().status == 200
    except (OSError, HTTPException):  # refused, reset, too slow, or not HTTP yet
        return False
    finally:
        connection.close()


class Supervisor:
    """Keeps processes up inside `household`, telling each step to `say`."""

    def __init__(self, household: Household, say: Say, timing: Timing | None = None) -> None:
        self._household = household
        self._say = say
        self._timing = timing or Timing()
        self._children: dict[str, tuple[Process, Running]] = {}
        self._ready: dict[str, asyncio.Event] = {}
        self._all_were_ready = False

    async def work(self, title: str, name: str, command: Sequence[str], environment: Mapping[str, str]) -> list[str]:
        """Runs a command to its end, with a sign of life while it lasts; the last lines it printed. Raises Failed."""
        tail = Tail(self._household.log(name))
        started = time.monotonic()
        child = await self._household.start(name, command, environment)
        code = await self._with_heartbeat(f"{title}: still at it", self._household.wait(child))
        if code != 0:
            raise Failed(self._account(f"{title}: failed after {_seconds(started)}", name, tail))
        return tail.lines()

    async def keep(self, process: Process) -> None:
        """Starts `process` and keeps it up for ever. Raises Failed where that is not possible."""
        timing = self._timing
        became_ready = self._ready.setdefault(process.name, asyncio.Event())
        deaths = 0
        for start in count():
            tail = Tail(self._household.log(process.name))
            started = time.monotonic()
            child = await self._household.start(process.name, process.command, process.environment)
            self._children[process.name] = (process, child)
            self._household.note_starts(process.name, start + 1)
            end = asyncio.create_task(self._household.wait(child))
            if await self._with_heartbeat(f"{process.name}: starting", self._until_ready(process, end)):
                self._say(f"{process.name}: ready{' again' if start else ''} after {_seconds(started)}")
                became_ready.set()
                settled_at = time.monotonic() + timing.settled
                reason = await self._until_dead(process, end)
                deaths = 0 if time.monotonic() > settled_at else deaths
            else:
                reason = _reason(end) if end.done() else f"was not ready within {process.ready_within:.0f} s"
            await self._household.stop(child, timing.grace)
            deaths += 1
            if not self._all_were_ready or deaths >= timing.quick_deaths:
                raise Failed(self._account(f"{process.name} {reason}", process.name, tail))
            self._say(f"{process.name} {reason}; starting it again")
            await asyncio.sleep(min(timing.longest_backoff, 0.25 * 2 ** (deaths - 1)))

    async def wait_ready(self, *names: str) -> None:
        """Returns when each of these processes has been ready once."""
        for name in names:
            await self._ready.setdefault(name, asyncio.Event()).wait()

    def all_ready(self) -> None:
        """From here on a process that dies is started again; before, it means that the start has failed."""
        self._all_were_ready = True

    async def stop(self) -> None:
        """Stops every process: the first ones first, the others together."""
        for wave in (True, False):
            children = [child for process, child in self._children.values() if process.first_to_stop is wave]
            await asyncio.gather(*(self._household.stop(child, self._timing.grace) for child in children))

    async def _answers(self, process: Process) -> bool:
        if process.ready_url is None:
            return True
        return await asyncio.to_thread(answers, process.ready_url, process.ready_headers, self._timing.answer_within)

    async def _until_ready(self, process: Process, end: asyncio.Task[int]) -> bool:
        deadline = time.monotonic() + process.ready_within
        while time.monotonic() < deadline:
            await asyncio.wait([end], timeout=self._timing.poll)
            if end.done():
                return False
            if await self._answers(process):
                return not end.done()
        return False

    async def _until_dead(self, process: Process, end: asyncio.Task[int]) -> str:
        silent_since: float | None = None
        while True:
            await asyncio.wait([end], timeout=self._timing.check_every)
            if end.done():
                return _reason(end)
            if await self._answers(process):
                silent_since = None
                continue
            silent_since = silent_since or time.monotonic()
            if time.monotonic() - silent_since >= self._timing.stuck_after:
                return f"has not answered for {self._timing.stuck_after:.0f} s"

    async def _with_heartbeat[Result](self, sign: str, work: Coroutine[Any, Any, Result]) -> Result:
        task = asyncio.create_task(work)
        started = time.monotonic()
        try:
            while not task.done():
                await asyncio.wait([task], timeout=self._timing.heartbeat)
                if not task.done():
                    self._say(f"{sign} ({_seconds(started)})")
            return task.result()
        finally:
            task.cancel()

    def _account(self, what: str, name: str, tail: Tail) -> str:
        lines = "".join(f"\n    {line}" for line in tail.lines())
        return f"{what}. The end of {self._household.log(name)}:{lines or ' nothing was written'}"


async def until_signalled(work: Coroutine[Any, Any, None], stop: Coroutine[Any, Any, None], say: Say) -> int:
    """Runs `work` until it ends or somebody asks to stop (Ctrl-C, SIGTERM, SIGHUP), then `stop`. The exit code.

    A second Ctrl-C does not wait for `stop`.
    """
    asked = asyncio.Queue[int]()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, asked.put_nowait, number)
    working = asyncio.create_task(work)
    asking = asyncio.create_task(asked.get())
    code = 0
    try:
        await asyncio.wait([working, asking], return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            await working
        else:
            say(f"stopping ({signal.Signals(asking.result()).name})")
    except Failed as failure:
        say(f"{failure}")
        code = 1
    finally:
        working.cancel()
        asking.cancel()
        await asyncio.wait([working, asking])
        hurry = asyncio.create_task(asked.get())
        await asyncio.wait([asyncio.create_task(stop), hurry], return_when=asyncio.FIRST_COMPLETED)
        hurry.cancel()
    return code


def _seconds(since: float) -> str:
    return f"{time.monotonic() - since:.0f} s"


def _reason(end: asyncio.Task[int]) -> str:
    code = end.result()
    if code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    return f"ended with exit code {code}"
