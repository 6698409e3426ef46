"""PostgreSQL, Redis and Caddy as real processes of the tests' own, in folders and on ports of their own."""

import os
import shutil
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Self

import psycopg
import redis

from hairline.settings import ROOT
from hairline.supervise import answers
from tests.system import free_port, wait_until

PASSWORD, RASA_PASSWORD = "a password:with/signs@", "another%one"


class Engine:
    """A process that a test may end and start again. `start` returns when it answers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def command(self) -> list[str]:
        """What starts it, in the foreground."""
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        """What it is told."""
        return dict(os.environ)

    def answers(self) -> bool:
        """Whether it can be used."""
        raise NotImplementedError

    def start(self) -> None:
        """Start it."""
        with (self.folder / "engine.log").open("ab") as log:
            self._process = subprocess.Popen(
                self.command(),
                cwd=self.folder,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,
            )
        assert wait_until(self.answers, 60), (self.folder / "engine.log").read_text()

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it. SIGKILL leaves it no time for anything."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, how)
            self._process.wait(timeout=60)

    def restart(self, how: signal.Signals) -> None:
        """End it and start it again."""
        self.stop(how)
        self.start()


class Redis(Engine):
    """A Redis that keeps nothing on the disk, as deploy/compose.yaml runs it."""

    @property
    def url(self) -> str:
        """For HAIRLINE_REDIS_URL."""
        return f"redis://127.0.0.1:{self.port}/0"

    def command(self) -> list[str]:
        """What starts it."""
        return ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]

    def answers(self) -> bool:
        """Whether it can be used."""
        with suppress(redis.RedisError), redis.Redis(port=self.port) as client:
            return bool(client.ping())
        return False

    def keys(self) -> list[str]:
        """All that it holds."""
        with redis.Redis(port=self.port, decode_responses=True) as client:
            return list(client.scan_iter())


class Postgres(Engine):
    """A cluster with the users and the database of deploy/database.sql. PostgreSQL refuses to run as root."""

    def __enter__(self) -> Self:
        self.folder.chmod(0o755)
        self._data = self.folder / "data"
        self._data.mkdir()
        if os.getuid() == 0:
            shutil.chown(self._data, "postgres")
        self._run("initdb", "-D", str(self._data), "-U", "postgres", "-A", "scram-sha-256", "--auth-local=trust", "-N")
        self.start()
        passwords = ("-v", f"password={PASSWORD}", "-v", f"rasa_password={RASA_PASSWORD}")
        script = (ROOT / "deploy" / "database.sql").read_text()
        self._run("psql", *self._as_superuser(), "-v", "ON_ERROR_STOP=1", *passwords, "-f", "-", told=script)
        return self

    @property
    def url(self) -> str:
        """For HAIRLINE_DATABASE_URL."""
        return f"postgresql://hairline:a%20password%3Awith%2Fsigns%40@127.0.0.1:{self.port}/hairline"

    @property
    def trackers_url(self) -> str:
        """For HAIRLINE_TRACKERS_URL."""
        return f"postgresql://hairline_rasa:another%25one@127.0.0.1:{self.port}/hairline"

    def command(self) -> list[str]:
        """What starts it."""
        options = {"port": self.port, "listen_addresses": "127.0.0.1", "unix_socket_directories": self._data}
        return self._as_owner(
            "postgres", "-D", str(self._data), *(part for it in options.items() for part in ("-c", f"{it[0]}={it[1]}"))
        )

    def answers(self) -> bool:
        """Whether it can be used."""
        with suppress(psycopg.OperationalError):
            psycopg.connect(host=str(self._data), port=self.port, user="postgres", dbname="postgres").close()
            return True
        return False

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it without waiting for anybody; with SIGQUIT as in a crash, so that it has to recover."""
        super().stop(how)

    def _as_superuser(self) -> list[str]:
        return ["-h", str(self._data), "-p", str(self.port), "-U", "postgres", "-d", "postgres"]

    def _run(self, *command: str, told: str = "") -> None:
        ended = subprocess.run(
            self._as_owner(*command), cwd="/", input=told, capture_output=True, text=True, check=False
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr

    def _as_owner(self, program: str, *arguments: str) -> list[str]:
        as_postgres = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] if os.getuid() == 0 else []
        return [*as_postgres, found(program), *arguments]


class Caddy(Engine):
    """The proxy with deploy/Caddyfile, on plain HTTP, in front of these web processes."""

    def __init__(self, folder: Path, upstreams: tuple[str, ...]) -> None:
        super().__init__(folder)
        self._upstreams = upstreams

    @property
    def url(self) -> str:
        """Where visitors come."""
        return f"http://127.0.0.1:{self.port}"

    def command(self) -> list[str]:
        """What starts it."""
        return ["caddy", "run", "--config", str(ROOT / "deploy" / "Caddyfile"), "--adapter", "caddyfile"]

    def environment(self) -> dict[str, str]:
        """What it is told."""
        upstreams = " ".join(url.removeprefix("http://") for url in self._upstreams)
        ours = {"HAIRLINE_SITE": self.url, "HAIRLINE_UPSTREAMS": upstreams, "HAIRLINE_PHONE": "0161 496 0123"}
        return {**os.environ, **ours, "XDG_DATA_HOME": str(self.folder), "XDG_CONFIG_HOME": str(self.folder)}

    def answers(self) -> bool:
        """Whether it can be used."""
        return answers(f"{self.url}/healthz", {}, 5)


def found(program: str) -> str:
    """Where a program of PostgreSQL is; Debian keeps the server's out of the path. Empty where it is nowhere."""
    homes = [str(folder) for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
    return shutil.which(program, path=os.pathsep.join([*homes, os.environ["PATH"]])) or ""
