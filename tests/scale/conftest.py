"""One scaled system for all tests of this folder: `make run-scaled` behind Caddy, on engines of its own."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from leads.store import Store
from tests.conftest import lacking
from tests.delivery.servers import HttpReceiver
from tests.e2e.test_kills import SECRET
from tests.scale.engines import Caddy, Postgres, Redis, found
from tests.system import System, free_row, running

PROGRAMS = ("initdb", "postgres", "psql", "redis-server", "caddy", "make")
PACKAGES = "postgresql redis-server caddy make"


@dataclass(frozen=True)
class Scaled:
    """The system with what it stands on, and the clinic's own program, which it tells of each lead."""

    system: System
    postgres: Postgres
    redis: Redis
    caddy: Caddy
    receiver: HttpReceiver
    store: Store


@pytest.fixture(scope="session")
def scaled() -> Iterator[Scaled]:
    """Two processes of each kind, two users of the database, started by `make run-scaled`."""
    for program in PROGRAMS:
        if not found(program):
            lacking(program, f"install it (Debian and Ubuntu: apt-get install {PACKAGES})")
    with ExitStack() as stack:
        # Not pytest's own folder: PostgreSQL runs as another user, who may not enter it.
        home = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="hairline-scale-", ignore_cleanup_errors=True))
        )
        home.chmod(0o755)
        folder = _folders_in(home)
        postgres = stack.enter_context(Postgres(folder("postgres")))
        redis = stack.enter_context(Redis(folder("redis")))
        receiver = stack.enter_context(HttpReceiver())
        system = stack.enter_context(
            running(
                folder("hairline"),
                ("make", "run-scaled"),
                env_file="deploy/scaled.env",
                port=str(free_row(2)),
                rasa_port=str(free_row(2)),
                actions_port=str(free_row(2)),
                web_workers="2",
                rasa_workers="2",
                actions_workers="2",
                delivery_workers="2",
                trusted_proxies="127.0.0.1",
                database_url=postgres.url,
                trackers_url=postgres.trackers_url,
                redis_url=redis.url,
                webhook_url=receiver.url,
                webhook_secret=SECRET,
            )
        )
        caddy = stack.enter_context(Caddy(folder("caddy"), system.settings.local_urls))
        store = Store(system.settings.database_url)
        stack.callback(store.close)
        yield Scaled(system, postgres, redis, caddy, receiver, store)


def _folders_in(home: Path) -> Callable[[str], Path]:
    def make(name: str) -> Path:
        (home / name).mkdir()
        return home / name

    return make
