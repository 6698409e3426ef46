"""The operating system's side of the supervisor: one process group, its guardian, pid files, logs, the lock.

Every child joins one process group. Whatever happens to the supervisor, the group does not outlive it by more than
a few seconds: see `guardian.py`.
"""

import asyncio
import contextlib
import fcntl
import os
import shutil
import signal
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

from hairline import guardian
from hairline.settings import ROOT

LARGEST_LOG = 5_000_000
"""Bytes; a larger log is put aside as <name>.log.1 when its process starts."""


class AlreadyRunning(Exception):
    """Another Hairline holds this folder."""


class Household:
    """The children of one supervisor. Use `async with`; leaving it ends every process of the group.

    Raises AlreadyRunning where another one holds `var` and does not let go within `patience` seconds.
    """

    def __init__(self, var: Path, patience: float = guardian.GRACE_SECONDS + 5) -> None:
        self.var = var
        self._patience = patience
        self._pids = var / "run"
        self._logs = var / "log"
        self._group = 0
        self._members: set[int] = set()
        self._lock = -1
        self._guardian: Process | None = None
        self._watch: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self.var.mkdir(parents=True, exist_ok=True)
        self._lock = await self._take_lock()
        shutil.rmtree(self._pids, ignore_errors=True)
        self._pids.mkdir()
        self._logs.mkdir(exist_ok=True)
        self._guardian = await self._start_guardian()
        self._watch = asyncio.create_task(self._keep_guardian(self._guardian))
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._watch:
            self._watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watch
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._group, signal.SIGKILL)
        if self._guardian:
            await self._guardian.wait()
        shutil.rmtree(self._pids, ignore_errors=True)
        os.close(self._lock)

    def log(self, name: str) -> Path:
        """Where the output of the process `name` goes."""
        return self._logs / f"{name}.log"

    async def start(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> Process:
        """Starts a child in the project's folder, its output appended to `log(name)`, its pid in var/run."""
        log = self.log(name)
        if log.exists() and log.stat().st_size > LARGEST_LOG:
            log.replace(log.with_suffix(".log.1"))
        with log.open("ab") as output:
            child = await asyncio.create_subprocess_exec(
                *command,
                cwd=ROOT,
                env=dict(environment),
                stdin=DEVNULL,
                stdout=output,
                stderr=STDOUT,
                process_group=self._group,
            )
        self._members.add(child.pid)
        (self._pids / f"{name}.pid").write_text(f"{child.pid}\n")
        return child

    def note_starts(self, name: str, starts: int) -> None:
        """Leave in var/run how often a process was started, for /metrics."""
        (self._pids / f"{name}.starts").write_text(f"{starts}\n")

    async def wait(self, child: Process) -> int:
        """The exit code of `child`, once it has ended."""
        code = await child.wait()
        self._members.discard(child.pid)
        return code

    async def stop(self, child: Process, grace: float) -> None:
        """Asks `child` to end, and ends it after `grace` seconds."""
        for ask in (child.terminate, child.kill):
            with contextlib.suppress(ProcessLookupError):
                ask()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.wait(child), grace)
                return

    async def _take_lock(self) -> int:
        lock = os.open(self.var / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        deadline = time.monotonic() + self._patience
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return lock
            except BlockingIOError:
                if time.monotonic() > deadline:
                    os.close(lock)
                    raise AlreadyRunning(str(self.var)) from None
            await asyncio.sleep(0.2)

    async def _start_guardian(self) -> Process:
        # It holds the lock too: a folder is free again only when the last process of the group is gone.
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-S", guardian.__file__),
            stdin=PIPE,
            process_group=self._group if self._members else 0,
            pass_fds=(self._lock,),
        )
        if not self._members:
            self._group = process.pid
        return process

    async def _keep_guardian(self, process: Process) -> None:
        while True:
            await process.wait()
            process = self._guardian = await self._start_guardian()


class Tail:
    """What is added to a log from the moment this is made."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._start = log.stat().st_size if log.exists() else 0

    def lines(self, count: int = 15) -> list[str]:
        """At most the last `count` lines that are not empty."""
        if not self._log.exists():
            return []
        with self._log.open("rb") as stream:
            size = stream.seek(0, os.SEEK_END)
            stream.seek(self._start if self._start <= size else 0)
            text = stream.read().decode(errors="replace")
        return [line for line in text.splitlines() if line.strip()][-count:]
