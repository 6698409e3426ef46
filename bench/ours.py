"""Hairline itself as a system under test: the whole of it, over its public API."""

import contextlib
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import cycle
from pathlib import Path

from bench.load import NotAnswered
from bench.usage import Usage, usage_by_name
from hairline.loopback import Loopback, LoopbackError
from tests.system import RUN, System, free_row, running

PATIENCE_S = 60.0
API = "/api/conversations"


class HairlineVisitor:
    """A visitor as the widget makes one."""

    def __init__(self, http: Loopback) -> None:
        self._http = http
        self._path = ""
        self._headers: dict[str, str] = {}
        self.asked: str | None = None
        """What the last answer asks for."""

    async def open(self) -> None:
        """Open the chat."""
        opened = await self._post(API, {}, 201)
        self._path = f"{API}/{opened['id']}/messages"
        self._headers = {"Authorization": f"Bearer {opened['token']}"}

    async def say(self, text: str) -> None:
        """Say something and be answered."""
        said = (await self._post(self._path, {"text": text}, 200))["messages"]
        if not said:
            raise NotAnswered("an empty answer")

    async def _post(self, path: str, content: dict[str, str], status: int) -> dict[str, list[object]]:
        try:
            answer = await self._http.request("POST", path, content, headers=self._headers, timeout=PATIENCE_S)
        except LoopbackError as fault:
            raise NotAnswered(str(fault)) from fault
        if answer.status != status:
            raise NotAnswered(f"HTTP {answer.status}")
        answered: dict[str, list[object]] = answer.json()
        return answered


class Hairline:
    """A running system. `ready_after`: seconds from the start of its first process until it said that it is ready."""

    name = "Hairline"

    def __init__(self, system: System, ready_after: float) -> None:
        self.system = system
        self.ready_after = ready_after
        self._doors = [Loopback(port) for port in system.settings.web_ports]
        self._next = cycle(self._doors)

    def visitor(self) -> HairlineVisitor:
        """Somebody new; where there are several web processes, each gets as many as the others."""
        return HairlineVisitor(next(self._next))

    async def close(self) -> None:
        """Let go of all connections."""
        for door in self._doors:
            await door.close()

    def usage(self) -> dict[str, Usage]:
        """By process; `others` are the supervisor and its guardian."""
        names = [path.stem for path in (self.system.var / "run").glob("*.pid")]
        pids = {name: pid for name in sorted(names) if (pid := self.system.pid(name))}
        return usage_by_name(pids, self.system.process.pid)


@contextlib.contextmanager
def hairline(command: Sequence[str] = RUN, **settings: str) -> Iterator[Hairline]:
    """A system of its own in a temporary folder, with SQLite; a model must be there (`make train`)."""
    with tempfile.TemporaryDirectory(prefix="hairline-bench-") as folder:
        start = time.monotonic()
        with running(Path(folder), command, **settings) as system:
            yield Hairline(system, time.monotonic() - start)


@contextlib.contextmanager
def sets_of_workers(count: int, **settings: str) -> Iterator[Hairline]:
    """The same with so many web processes, Rasa processes and action servers, on as many cores."""
    command = ("taskset", "--cpu-list", f"0-{count - 1}", *RUN)
    ports = {f"{kind}port": str(free_row(count)) for kind in ("", "rasa_", "actions_")}
    workers = {f"{kind}_workers": str(count) for kind in ("web", "rasa", "actions")}
    with hairline(command, **ports, **workers, **settings) as ours:
        yield ours
