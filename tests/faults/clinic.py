"""A running clinic whose every part can be put into trouble, and what its visitors and its staff see of it."""

import re
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import httpx
from sqlalchemy.engine import make_url

from tests.delivery.servers import HttpReceiver, MailReceiver, answer
from tests.faults.proxy import Proxy
from tests.faults.servers import Postgres, Redis, full, small_disk
from tests.system import System, running, wait_until
from tests.web.visitors import Visitor

PHONE = "0161 496 0123"
PATIENCE_S = 180
REFERENCE = re.compile(r"SMP-[2-9A-Z]{6}")
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLjSw"
ANSWERS = {
    "contact": {"text": "{email}"},
    "phone": {"text": "07700 900123"},
    "concern": {"text": "my hairline has gone back"},
    "time": {"text": "any time"},
    "consent": {"choice": "consent:yes"},
    "confirm": {"choice": "send"},
}


@dataclass
class Booking:
    """A visitor on the way to a consultation: what they gave, and the reference once they were thanked."""

    visitor: Visitor
    name: str
    email: str
    reference: str | None = None
    keys: Iterator[str] = field(default_factory=lambda: (f"key-{number}" for number in range(1000)))


class Clinic:
    """The whole system with its own database, Redis, mail server and receiver of webhooks, each behind a proxy."""

    def __init__(self, folder: Path, database: str) -> None:
        self._folder = folder
        self._database = database
        self._stack = ExitStack()
        self.system: System
        self.disk: Path
        self.proxies: dict[str, Proxy] = {}
        self.postgres: Postgres | None = None
        self.redis = Redis()
        self.mail = MailReceiver()
        self.hook = HttpReceiver()
        self._people = (f"{first} {last}" for last in LAST_NAMES for first in FIRST_NAMES)

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self.disk = stack.enter_context(small_disk(self._database))
            settings = {"smtp_url": self._proxied(stack, "smtp", stack.enter_context(self.mail).port, "smtp://")}
            hook = stack.enter_context(self.hook)
            settings["webhook_url"] = self._proxied(stack, "webhook", hook.port, "http://") + "/hook"
            self.redis.start()
            stack.callback(self.redis.stop)
            settings["redis_url"] = self._proxied(stack, "redis", self.redis.port, "redis://") + "/0"
            if self._database == "postgresql":
                settings["database_url"] = self._with_postgres(stack)
            else:
                settings["var"] = str(self.disk / "var")
            own = {"webhook_secret": SECRET, "staff_email": "staff@clinic.example", "mail_from": "desk@clinic.example"}
            self.system = stack.enter_context(running(self._folder, rate_limit="3000/minute", **own, **settings))
            self.http = stack.enter_context(httpx.Client(base_url=self.system.url, timeout=60, trust_env=False))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _proxied(self, stack: ExitStack, part: str, port: int, scheme: str) -> str:
        self.proxies[part] = stack.enter_context(Proxy(port))
        return f"{scheme}127.0.0.1:{self.proxies[part].port}"

    def _with_postgres(self, stack: ExitStack) -> str:
        self.postgres = postgres = Postgres()
        postgres.start()
        stack.callback(postgres.remove)
        # The tables on the small disk; the log of changes elsewhere: full, it would end PostgreSQL itself.
        space = self.disk / "tables"
        space.mkdir(mode=0o777)
        postgres.own(space)
        postgres.execute(f"CREATE TABLESPACE small LOCATION '{space}'", "CREATE DATABASE hairline TABLESPACE small")
        return self._proxied(stack, "database", postgres.port, "postgresql://postgres@") + "/hairline"

    # --- what visitors do and hear ---

    def arrive(self) -> Booking:
        """A visitor opens the chat."""
        name = next(self._people)
        email = f"{name.lower().replace(' ', '.')}@visitor.example"
        return Booking(Visitor.open(self.http), name, email)

    def go_on(self, booking: Booking, until: str | None = None) -> None:
        """Book, until that is asked, or to the thanks."""
        body = {"text": "I'd like to book a consultation"}
        for _ in range(12):
            heard = booking.visitor.send(body, next(booking.keys))
            assert heard.status_code == 200, heard.text
            if self.is_thanked(booking, heard):
                return
            asked = next(it["asks_for"] for it in heard.json()["messages"][::-1] if it["asks_for"])
            if asked == until:
                return
            given = {"name": {"text": booking.name}, **ANSWERS}[asked]
            body = {kind: content.format(email=booking.email) for kind, content in given.items()}
        raise AssertionError("a booking without end")

    def is_thanked(self, booking: Booking, heard: httpx.Response) -> bool:
        """Whether this is the thanks; its reference is noted."""
        found = REFERENCE.search(heard.text) if heard.status_code == 200 else None
        booking.reference = found[0] if found else booking.reference
        return found is not None

    # --- what staff see ---

    def leads_of(self, booking: Booking) -> list[dict[str, Any]]:
        """The leads that were made in this conversation."""
        key = {"Authorization": f"Bearer {self.system.api_key}"}
        heard = self.http.get("/api/leads", params={"conversation": booking.visitor.id}, headers=key)
        found: list[dict[str, Any]] = heard.raise_for_status().json()["leads"]
        return found

    def was_told(self, booking: Booking) -> bool:
        """Whether every delivery about this booking has been made."""
        [lead] = self.leads_of(booking)
        return all(it["state"] == "sent" for it in lead["deliveries"])

    def mails_about(self, booking: Booking) -> list[tuple[list[str], str]]:
        """Recipients and Message-ID of each mail that names the reference."""
        about = [it for it in self.mail.mails if booking.reference and booking.reference in it.message.as_string()]
        return [(it.recipients, str(it.message["Message-ID"])) for it in about]

    def posts_about(self, booking: Booking) -> list[tuple[str, bytes]]:
        """The id and the body of each webhook that names the reference."""
        reference = (booking.reference or "?").encode()
        return [(it.headers["webhook-id"], it.body) for it in list(self.hook.requests) if reference in it.body]

    # --- troubles ---

    @contextmanager
    def trouble(self, part: str, kind: str) -> Iterator[None]:
        """A part in trouble. Where the system sees to the mend itself, this ends when it has begun."""
        with TROUBLES[part, kind](self):
            yield


def _killed(name: str) -> Callable[[Clinic], Any]:
    @contextmanager
    def trouble(clinic: Clinic) -> Iterator[None]:
        clinic.system.kill(name)
        yield

    return trouble


def _restarting(name: str) -> Callable[[Clinic], Any]:
    @contextmanager
    def trouble(clinic: Clinic) -> Iterator[None]:
        clinic.system.kill(name, signal.SIGTERM)
        yield

    return trouble


def _stopped(name: str) -> Callable[[Clinic], Any]:
    @contextmanager
    def trouble(clinic: Clinic) -> Iterator[None]:
        pid = clinic.system.kill(name, signal.SIGSTOP)
        try:
            yield
        finally:
            if clinic.system.pid(name) == pid:  # otherwise the supervisor has replaced it
                clinic.system.kill(name, signal.SIGCONT)

    return trouble


def _cut(part: str) -> Callable[[Clinic], Any]:
    @contextmanager
    def trouble(clinic: Clinic) -> Iterator[None]:
        clinic.proxies[part].cut()
        try:
            yield
        finally:
            clinic.proxies[part].mend()

    return trouble


def _silent(part: str) -> Callable[[Clinic], Any]:
    @contextmanager
    def trouble(clinic: Clinic) -> Iterator[None]:
        clinic.proxies[part].silence()
        try:
            yield
        finally:
            clinic.proxies[part].mend()

    return trouble


def _dripping(part: str) -> Callable[[Clinic], Any]:
    @contextmanager
    def trouble(clinic: Clinic) -> Iterator[None]:
        clinic.proxies[part].drip()
        try:
            yield
        finally:
            clinic.proxies[part].mend()

    return trouble


@contextmanager
def _disk_full(clinic: Clinic) -> Iterator[None]:
    with full(clinic.disk):
        yield


@contextmanager
def _postgres_restarts(clinic: Clinic) -> Iterator[None]:
    assert clinic.postgres
    clinic.postgres.stop()
    clinic.postgres.start()
    yield


@contextmanager
def _postgres_stopped(clinic: Clinic) -> Iterator[None]:
    assert clinic.postgres
    clinic.postgres.stop()
    try:
        yield
    finally:
        clinic.postgres.start()


@contextmanager
def _postgres_read_only(clinic: Clinic) -> Iterator[None]:
    assert clinic.postgres
    drop = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'hairline'"
    clinic.postgres.execute("ALTER DATABASE hairline SET default_transaction_read_only = on", drop)
    try:
        yield
    finally:
        clinic.postgres.execute("ALTER DATABASE hairline RESET default_transaction_read_only", drop)


@contextmanager
def _sqlite_locked(clinic: Clinic) -> Iterator[None]:
    path = make_url(clinic.system.settings.database_url).database
    assert path
    holder = sqlite3.connect(path, isolation_level=None, timeout=30)
    holder.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        holder.execute("ROLLBACK")
        holder.close()


@contextmanager
def _redis_restarts(clinic: Clinic) -> Iterator[None]:
    clinic.redis.stop()
    clinic.redis.start()
    yield


@contextmanager
def _mail_full(clinic: Clinic) -> Iterator[None]:
    clinic.mail.reply = "452 4.3.1 Insufficient system storage"
    try:
        yield
    finally:
        clinic.mail.reply = ""


@contextmanager
def _hook_full(clinic: Clinic) -> Iterator[None]:
    clinic.hook.answers[:] = [answer(507)]
    try:
        yield
    finally:
        clinic.hook.answers[:] = [answer(200)]


@contextmanager
def _hook_restarts(clinic: Clinic) -> Iterator[None]:
    clinic.hook.answers[:] = [lambda _: None]  # hangs up in the middle: it may or may not have taken the post
    try:
        yield
    finally:
        clinic.hook.answers[:] = [answer(200)]


@contextmanager
def _mail_restarts(clinic: Clinic) -> Iterator[None]:
    clinic.mail.reply = "421 4.3.2 Service shutting down"
    try:
        yield
    finally:
        clinic.mail.reply = ""


TROUBLES: dict[tuple[str, str], Callable[[Clinic], Any]] = {
    ("rasa", "down"): _killed("rasa"),
    ("rasa", "slow"): _stopped("rasa"),
    ("rasa", "restarting"): _restarting("rasa"),
    ("actions", "down"): _killed("actions"),
    ("actions", "slow"): _stopped("actions"),
    ("actions", "restarting"): _restarting("actions"),
    ("postgresql", "down"): _postgres_stopped,
    ("postgresql", "cut off"): _cut("database"),
    ("postgresql", "silent"): _silent("database"),
    ("postgresql", "slow"): _dripping("database"),
    ("postgresql", "restarting"): _postgres_restarts,
    ("postgresql", "disk full"): _disk_full,
    ("postgresql", "read only"): _postgres_read_only,
    ("sqlite", "locked"): _sqlite_locked,
    ("sqlite", "disk full"): _disk_full,
    ("redis", "down"): _cut("redis"),
    ("redis", "slow"): _silent("redis"),
    ("redis", "restarting"): _redis_restarts,
    ("smtp", "down"): _cut("smtp"),
    ("smtp", "slow"): _silent("smtp"),
    ("smtp", "restarting"): _mail_restarts,
    ("smtp", "disk full"): _mail_full,
    ("webhook", "down"): _cut("webhook"),
    ("webhook", "slow"): _silent("webhook"),
    ("webhook", "restarting"): _hook_restarts,
    ("webhook", "disk full"): _hook_full,
}
"""Each part and each trouble. A full disk under SQLite is that of all processes: their logs and the database."""

FIRST_NAMES = ("Siobhan", "Tom", "Fatima", "Maria", "Vincent", "Ronald", "Olga", "Leo")
LAST_NAMES = ("Baker", "Dupont", "McDonald", "Smith", "Novak", "Larsen", "Weber", "Rossi", "Silva", "Cohen", "Keller")


def wait_ready(clinic: Clinic) -> None:
    """Returns when it says that everything works. Nobody has started anything by hand."""
    began = time.monotonic()
    assert wait_until(clinic.system.is_ready, PATIENCE_S), (time.monotonic() - began, clinic.system.output)
