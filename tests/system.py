"""The whole real system for tests: `make run` on free ports, with a folder, a database and a profile of its own."""

import contextlib
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from hairline.ports import is_free
from hairline.settings import ENV_FILE_VARIABLE, PREFIX, ROOT, Settings
from hairline.supervise import answers

RUN = (sys.executable, "-m", "hairline", "run")
STARTED_WITHIN = 600
"""Seconds; the model may have to be trained first."""


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def free_row(count: int) -> int:
    """The first of `count` ports in a row that nobody listens on now.

    They are below those that the kernel gives to outgoing connections, one of which would take the second port.
    """
    while True:
        first = random.randrange(10_240, 32_000)
        if all(is_free("127.0.0.1", port) for port in range(first, first + count)):
            return first


def is_alive(pid: int) -> bool:
    """True if the process runs; a zombie that nobody has waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):  # gone before it was opened, or while it was read
        return False


def wait_until(true: Callable[[], bool], seconds: float) -> bool:
    """True as soon as `true` is, False if it still is not after `seconds`."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


class System:
    """A running Hairline. `settings` are what its processes were told; `process` is its supervisor."""

    NAMES = ("web", "rasa", "actions", "delivery")

    def __init__(self, settings: Settings, process: subprocess.Popen[bytes], output: Path) -> None:
        self.settings = settings
        self.process = process
        self._output = output

    @property
    def url(self) -> str:
        """Where its web process answers, without a slash at the end."""
        return self.settings.local_url

    @property
    def api_key(self) -> str:
        """The key of its staff API."""
        return self.settings.api_key or ""

    @property
    def internal_secret(self) -> str:
        """What its processes show each other."""
        return self.settings.internal_secret or ""

    @property
    def var(self) -> Path:
        """The folder it writes to."""
        return self.settings.var

    @property
    def clinic(self) -> Path:
        """Its own copy of the profile; a test may change it, and puts back what it changed."""
        return self.settings.clinic

    @property
    def output(self) -> str:
        """What the supervisor has printed so far."""
        return self._output.read_text(errors="replace")

    @property
    def has_started(self) -> bool:
        """True once the supervisor has printed the address."""
        return f"Hairline is ready: {self.settings.public_url}" in self.output

    def log(self, name: str) -> str:
        """What the process `name` has written so far."""
        return (self.var / "log" / f"{name}.log").read_text(errors="replace")

    def logs(self) -> str:
        """Everything that any process has written so far, the supervisor included."""
        return "\n".join(path.read_text(errors="replace") for path in (self.var / "log").glob("*")) + self.output

    def pid(self, name: str) -> int:
        """The process `name` as it runs now; 0 while there is none."""
        try:
            pid = int((self.var / "run" / f"{name}.pid").read_text())
        except (FileNotFoundError, ValueError):
            return 0
        return pid if is_alive(pid) else 0

    def is_ready(self) -> bool:
        """True if each of its web processes says that everything works."""
        return all(answers(f"{url}/readyz", {}, 5) for url in self.settings.local_urls)

    def wait_ready(self, seconds: float = 300) -> None:
        """Returns when everything works."""
        assert wait_until(self.is_ready, seconds), f"not ready after {seconds} s:\n{self.output}"

    def kill(self, name: str, how: signal.Signals = signal.SIGKILL) -> int:
        """Ends the process `name` and returns at once; the pid that it had. The supervisor starts it again."""
        pid = self.pid(name)
        assert pid, f"{name} does not run"  # 0 would be the tests themselves
        os.kill(pid, how)
        return pid

    def restart(self, name: str, seconds: float = 300) -> None:
        """Kills the process `name` and returns when everything works again."""
        with self.killed(name, seconds):
            pass

    @contextlib.contextmanager
    def killed(self, name: str, seconds: float = 300) -> Iterator[None]:
        """Kills the process `name`; the block runs while it is gone and ends when everything works again."""
        returned = f"{name}: ready again"
        before = self.output.count(returned)
        self.kill(name)
        yield
        # /readyz alone may still tell of the moment before.
        assert wait_until(lambda: self.output.count(returned) > before, seconds), f"{name} was not started again"
        self.wait_ready(seconds)

    def stop(self) -> int:
        """Asks it to stop as Ctrl-C does; the exit code."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(timeout=20)


def settings_for(folder: Path, **overrides: str) -> dict[str, str]:
    """Variables of a system that shares nothing with another; `overrides` without prefix, as `rate_limit="off"`."""
    profile = folder / "clinic.yml"
    if not profile.exists():
        shutil.copy(ROOT / "clinic.yml", profile)
    own = {
        "PORT": str(free_port()),
        "RASA_PORT": str(free_port()),
        "ACTIONS_PORT": str(free_port()),
        "CLINIC": str(profile),
        "VAR": str(folder / "var"),
        "API_KEY": "a-key-for-tests-only",
        "INTERNAL_SECRET": "a-secret-for-tests-only",
        "RATE_LIMIT": "off",
        **{name.upper(): value for name, value in overrides.items()},
    }
    return {PREFIX + name: value for name, value in own.items()}


@contextlib.contextmanager
def running(folder: Path, command: Sequence[str] = RUN, **overrides: str) -> Iterator[System]:
    """A whole system in `folder`, ready when the block begins, gone when it ends.

    `command` starts it, in a process group of its own.
    """
    variables = settings_for(folder, **overrides)
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    printed = folder / "supervisor.log"
    with printed.open("wb") as output:
        process = subprocess.Popen(
            command,
            process_group=0,
            cwd=ROOT,
            env={**inherited, ENV_FILE_VARIABLE: os.devnull, **variables},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    system = System(Settings.read(variables), process, printed)
    try:
        wait_until(lambda: system.has_started or process.poll() is not None, STARTED_WITHIN)
        assert system.has_started, f"the system did not start:\n{system.output}"
        yield system
    finally:
        if process.poll() is None:
            system.stop()
