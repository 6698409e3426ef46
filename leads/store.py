"""The one way to the database: SQLite out of the box, PostgreSQL when a clinic grows.

A `Store` hands out transactions; what is read and written inside stands in the modules that own it.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, InterfaceError, InternalError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from leads.search import forget_erased

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK_WAIT_S = 10.0
_NOTICE_A_DEAD_SERVER = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20000,
}
"""For libpq: a PostgreSQL whose machine is gone is noticed within half a minute, not after two hours."""
SCRUB_WAIT_MS = 300
SCRUB_S = 0.3
ERASED = "erased"
"""Key of `Session.info`: set it where something is erased, and the store is scrubbed after the commit."""


class StoreUnavailable(Exception):
    """The database does not answer, is locked, is full or is not migrated. Nothing was written."""


class StoreUrlError(ValueError):
    """The database's address cannot be used; the text says what to write instead."""


class NoSuchRole(LookupError):
    """PostgreSQL has no such user."""


def new_id(prefix: str) -> str:
    """A name nobody can guess: `prefix`_ and 128 random bits."""
    return f"{prefix}_{secrets.token_hex(16)}"


def utc_now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


class Store:
    """A database and its transactions. Connects at the first use, not before."""

    def __init__(self, url: str) -> None:
        """`url`: `sqlite:///path` or `postgresql://user:password@host/database`. Raises `StoreUrlError`."""
        self.url = _driver_url(url)
        # hide_parameters: an error in the log must not quote what a visitor wrote.
        options: dict[str, Any] = {"hide_parameters": True}
        self._sqlite = self.url.startswith("sqlite")
        if self._sqlite:
            options["connect_args"] = {"timeout": LOCK_WAIT_S, "check_same_thread": False}
            database = make_url(self.url).database
            if database:
                Path(database).parent.mkdir(parents=True, exist_ok=True)
        else:
            options |= {"pool_size": 5, "max_overflow": 10, "pool_timeout": LOCK_WAIT_S}
            options["pool_pre_ping"] = True  # a server restarts; a file does not
            options["connect_args"] = {"connect_timeout": 5, **_NOTICE_A_DEAD_SERVER}
        self.engine = create_engine(self.url, **options)
        if self._sqlite:
            event.listen(self.engine, "connect", _prepare_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)
        self._reader = self.engine.execution_options(hairline_reads=True)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """All or nothing: commits at the end, rolls back if anything raises. Raises `StoreUnavailable`."""
        with _unavailable(), Session(self.engine, expire_on_commit=False) as session:
            with session.begin():
                yield session
            if session.info.get(ERASED):
                self.scrub(SCRUB_S)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A look that writes nothing and, on SQLite, waits for no writer. Raises `StoreUnavailable`."""
        with _unavailable(), Session(self._reader, expire_on_commit=False) as session:
            yield session

    def scrub(self, seconds: float) -> bool:
        """Overwrite on the disk what was erased before; whether that was possible now, and within `seconds`.

        SQLite keeps traces in the search index and old pages in its write-ahead log until both are folded in. While
        somebody reads the log cannot be; the retention job tries again every minute and takes its time.
        """
        if not self._sqlite:
            return True  # PostgreSQL's own affair: docs/privacy.md
        try:
            with self.engine.connect().execution_options(hairline_bare=True) as connection:
                connection.exec_driver_sql(f"PRAGMA busy_timeout={SCRUB_WAIT_MS}")
                try:
                    if not forget_erased(connection, seconds):
                        return False
                    busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar()
                finally:
                    connection.exec_driver_sql(f"PRAGMA busy_timeout={int(LOCK_WAIT_S * 1000)}")
        except OperationalError:
            return False
        return busy == 0

    def is_ready(self) -> bool:
        """Whether the database answers and has the newest schema, or that of a later release, which only adds to it."""
        try:
            with self._reader.connect() as connection:
                connection.execute(text("SELECT 1"))
                return self._revision(connection) not in self._outdated()
        except SQLAlchemyError:
            return False

    def migrate(self) -> str:
        """Bring the schema to the newest revision and return its name. Safe to run twice and side by side."""
        config = _alembic_config(self.url)
        with _unavailable(), self.engine.begin() as connection:
            if not self._sqlite:
                # Two processes may start at once; the second waits here and then finds nothing to do.
                connection.execute(text("SELECT pg_advisory_xact_lock(4242424242)"))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
        return self._newest()

    def revision(self) -> str | None:
        """The schema's revision in the database; None where it has no tables yet. Raises `StoreUnavailable`."""
        with _unavailable(), self._reader.connect() as connection:
            return self._revision(connection)

    def known_revisions(self) -> set[str]:
        """Every revision of the schema that `migrate` can go on from."""
        return {it.revision for it in ScriptDirectory.from_config(_alembic_config(self.url)).walk_revisions()}

    def admit_to_trackers(self, role: str) -> None:
        """Give a user of PostgreSQL the table of trackers, no other. Raises `StoreUnavailable`, `NoSuchRole`."""
        with _unavailable(), self.engine.begin() as connection:
            if connection.scalar(text("SELECT count(*) FROM pg_roles WHERE rolname = :role"), {"role": role}) == 0:
                raise NoSuchRole(role)
            name = connection.dialect.identifier_preparer.quote(role)
            connection.exec_driver_sql(f"GRANT SELECT, INSERT, UPDATE, DELETE ON trackers TO {name}")

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()

    def _newest(self) -> str:
        return ScriptDirectory.from_config(_alembic_config(self.url)).get_current_head() or ""

    def _outdated(self) -> set[str | None]:
        """The revisions before the newest one that this release knows, and that of a database without tables."""
        return {None, *self.known_revisions()} - {self._newest()}

    @staticmethod
    def _revision(connection: Connection) -> str | None:
        return MigrationContext.configure(connection).get_current_revision()


@contextmanager
def _unavailable() -> Iterator[None]:
    """The database's own failures under one name; a mistake of ours (a wrong statement) stays what it is."""
    try:
        yield
    except (OperationalError, InterfaceError, InternalError, PoolTimeout) as problem:
        raise StoreUnavailable(type(problem).__name__) from problem


def _alembic_config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


def _driver_url(url: str) -> str:
    try:
        parsed = make_url(url)
    except ArgumentError as problem:
        raise StoreUrlError("write sqlite:///path/to/file.db or postgresql://user:password@host/database") from problem
    if parsed.drivername in ("postgres", "postgresql"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername not in ("sqlite", "postgresql+psycopg"):
        raise StoreUrlError(f"{parsed.drivername} is not supported: write sqlite:///... or postgresql://...")
    return parsed.render_as_string(hide_password=False)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver's own transactions are switched off: _begin_sqlite opens them, so that a writer takes its lock
    # at the start and never fails half-way through.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")  # an acknowledged lead outlives a power cut
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA secure_delete=ON")  # erased means overwritten
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("hairline_bare", False):
        return  # a command that SQLite takes outside of transactions only
    reads = options.get("hairline_reads", False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
