"""PostgreSQL and Redis of the tests' own, which may be stopped, and small file systems, which may be full."""

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.system import free_port, wait_until

SMALL = "96m"


@contextmanager
def small_disk(name: str) -> Iterator[Path]:
    """A file system of its own in memory, `SMALL` bytes large; the test is skipped where nothing may be mounted."""
    folder = Path(tempfile.mkdtemp(prefix=f"hairline-{name}-"))
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SMALL},mode=0777", "tmpfs", str(folder)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        folder.rmdir()
        pytest.skip(f"no file system can be mounted here: {mounted.stderr.decode().strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
        folder.rmdir()


@contextmanager
def full(disk: Path) -> Iterator[None]:
    """Not one byte more fits on the disk meanwhile."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as writing, contextlib.suppress(OSError):
        for size in (1 << 20, 4096, 1):
            with contextlib.suppress(OSError):
                while writing.write(b"\0" * size):
                    pass
    assert shutil.disk_usage(disk).free == 0
    try:
        yield
    finally:
        filler.unlink()


class Postgres:
    """A cluster in a folder of its own. Its tables are on a small disk, if there is one; its log of changes is not."""

    def __init__(self) -> None:
        found = shutil.which("pg_config")
        here = subprocess.run([found, "--bindir"], capture_output=True, text=True, check=True).stdout if found else ""
        self._bin = Path(here.strip())
        if not (self._bin / "initdb").exists():
            pytest.skip("PostgreSQL's own programs are not on this machine, so that none can be started and stopped")
        self._folder = Path(tempfile.mkdtemp(prefix="hairline-postgres-"))
        self._data = self._folder / "data"
        self.port = free_port()
        self._owner = "postgres" if os.geteuid() == 0 else None  # it refuses to be run by root
        self.own(self._folder)
        self._do("initdb", "-D", str(self._data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")

    def own(self, folder: Path) -> None:
        """Let it have a folder."""
        if self._owner:
            shutil.chown(folder, self._owner, self._owner)

    def start(self) -> None:
        """Start, and wait until it answers."""
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c shared_buffers=16MB"
        log = str(self._data / "server.log")
        self._do("pg_ctl", "-D", str(self._data), "-o", options, "-l", log, "-w", "-t", "60", "start")

    def remove(self) -> None:
        """Stop, and leave nothing."""
        self.stop()
        shutil.rmtree(self._folder)

    def stop(self) -> None:
        """Break every connection and stop, as in an accident."""
        self._do("pg_ctl", "-D", str(self._data), "-m", "immediate", "-w", "stop")

    def execute(self, *statements: str) -> None:
        """Do something as the superuser."""
        with psycopg.connect(host="127.0.0.1", port=self.port, user="postgres", autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def _do(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [self._bin / program, *arguments],
            user=self._owner,
            cwd=self._folder,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if program == "initdb" else subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
            check=False,
        )
        assert done.returncode == 0, (program, done.stdout)


class Redis:
    """A server that keeps nothing."""

    def __init__(self) -> None:
        found = shutil.which("redis-server")
        if found is None:
            pytest.skip("redis-server is not on this machine, so that none can be started and stopped")
        self._program = found
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, and wait until it answers."""
        import redis

        command = [self._program, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        client = redis.Redis(port=self.port)

        def answers() -> bool:
            try:
                return bool(client.ping())
            except redis.exceptions.ConnectionError:
                return False

        assert wait_until(answers, 30)
        client.close()

    def stop(self) -> None:
        """Kill it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
