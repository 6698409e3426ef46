"""`make backup` and `make restore`: one file with the database and the clinic's profile.

SQLite is copied by its online backup, PostgreSQL by pg_dump: both while Hairline runs. A restore wants it stopped,
replaces everything or nothing, and erases again what was erased since (leads/erasures.py). The file holds all that
the clinic knows of its visitors, unencrypted: docs/operations.md.
"""

import contextlib
import fcntl
import gzip
import io
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import URL, func, select, text
from sqlalchemy.engine import make_url

from hairline.settings import Settings
from leads.erasures import Erasure, erase_again, list_erasures
from leads.records import Conversation, Lead
from leads.store import SCRUB_S, Store, StoreUnavailable

FORMAT = 1
MANIFEST, DATABASE, PROFILE = "manifest.json", "database", "clinic.yml"
LARGEST_MANIFEST = 64 * 1024  # bytes; of the profile, too
LEAVING_S = 5.0
ERASED_LOG = "erased.jsonl"
"""In var: a copy of the erasures in the audit log, which survives the database. The worker writes it."""


class BackupFault(Exception):
    """It could not be done and nothing was changed; the text says why and what to do."""


def back_up(settings: Settings, file: Path | None) -> Path:
    """Write a backup to `file`, readable by its owner only; without one to var/backups/. Raises `BackupFault`."""
    url = make_url(settings.database_url)
    now = datetime.now(UTC)
    path = file or settings.var / "backups" / f"hairline-{now:%Y%m%dT%H%M%SZ}.tar"
    if path.exists():
        raise BackupFault(f"{path} exists already; name another file.")
    path.parent.mkdir(parents=True, exist_ok=True)
    manifest = {
        "format": FORMAT,
        "made_at": now.isoformat(),
        "database": url.get_backend_name(),
        "schema": _schema_of(settings.database_url),
    }
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".backup-") as folder:  # mode 0700
        database, archive = Path(folder) / DATABASE, Path(folder) / "archive"
        (_copy_sqlite if manifest["database"] == "sqlite" else _dump_postgres)(url, database)
        with tarfile.open(archive, "w") as tar:
            _add(tar, MANIFEST, json.dumps(manifest).encode())
            if settings.clinic.is_file():
                _add(tar, PROFILE, settings.clinic.read_bytes())
            tar.add(database, DATABASE)
        archive.chmod(0o600)
        with archive.open("rb") as written:
            os.fsync(written.fileno())
        archive.replace(path)
    return path


def restore(settings: Settings, file: Path, *, replace: bool = False) -> list[str]:
    """Put a backup in place of what is there; what was done, line by line. Raises `BackupFault`.

    Without `replace` only an empty database is replaced. What was erased since the backup is erased again.
    """
    url = make_url(settings.database_url)
    with _alone(settings), tempfile.TemporaryDirectory(prefix="hairline-restore-") as folder:
        manifest, database, profile = _unpack(file, Path(folder))
        kind = "SQLite" if url.get_backend_name() == "sqlite" else "PostgreSQL"
        if manifest["database"] != url.get_backend_name():
            raise BackupFault(f"{file} is of another kind of database than HAIRLINE_DATABASE_URL, which is {kind}.")
        if manifest["schema"] not in Store(settings.database_url).known_revisions():
            raise BackupFault(
                f"{file} has the database version {manifest['schema']!r}, which this Hairline does not know: it was "
                "made by a newer one. Update Hairline, then restore."
            )
        erased, complete = _known_erasures(settings)
        if not replace and _holds_something(settings.database_url):
            raise BackupFault(
                "The database holds conversations or leads, and a restore replaces all of them. Make a backup of it, "
                "then say so: make restore FILE=... REPLACE=yes"
            )
        if kind == "SQLite":
            again = _restore_sqlite(url, database, manifest["schema"], erased)
        else:
            again = _restore_postgres(settings.database_url, url, database, erased)
        lines = [f"database: {kind}, as it was at {manifest['made_at']}"]
        lines.append(f"erased again: {again} records that had been erased since")
        if not complete:
            lines.append(
                f"WARNING: neither the database that was there nor {settings.var / ERASED_LOG} says what was erased "
                f"since {manifest['made_at']}. If anybody's data were erased since then, erase them again."
            )
        lines += _restore_profile(settings.clinic, profile)
    return lines


def write_erased_log(store: Store, var: Path) -> None:
    """Keep the list of erasures beside the database, too: ids without personal data."""
    path = var / ERASED_LOG
    known = path.read_text().splitlines() if path.exists() else []
    with store.reading() as session:
        lines = [json.dumps(erasure._asdict()) for erasure in list_erasures(session)]
    fresh = [line for line in lines if line not in set(known)]
    if not fresh:
        return
    var.mkdir(parents=True, exist_ok=True)
    written = path.with_suffix(f".{os.getpid()}")  # two workers may do this at once
    written.write_text("".join(f"{line}\n" for line in (*known, *fresh)))
    written.replace(path)


# --- parts of both ----------------------------------------------------------------------------------------------------


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(content), 0o600
    tar.addfile(member, io.BytesIO(content))


def _unpack(file: Path, folder: Path) -> tuple[dict[str, Any], Path, bytes | None]:
    """The manifest, the database's file and the profile. Only these names are read, whatever else is inside."""
    try:
        with tarfile.open(file) as tar:
            manifest = json.loads(_read(tar, MANIFEST, LARGEST_MANIFEST))
            profile = _read(tar, PROFILE, LARGEST_MANIFEST) if PROFILE in tar.getnames() else None
            found = tar.extractfile(DATABASE)
            assert found is not None
            with found, (folder / DATABASE).open("wb") as written:
                shutil.copyfileobj(found, written)
        assert manifest["format"] == FORMAT
        assert isinstance(manifest["schema"], str)
        assert manifest["made_at"]
    except (OSError, tarfile.TarError, ValueError, KeyError, TypeError, AssertionError):
        raise BackupFault(f"{file} is no backup of Hairline, or is damaged.") from None
    return manifest, folder / DATABASE, profile


def _read(tar: tarfile.TarFile, name: str, limit: int) -> bytes:
    found = tar.extractfile(name)
    assert found is not None
    return found.read(limit)


def _schema_of(url: str) -> str:
    store = Store(url)
    try:
        revision = store.revision()
    except StoreUnavailable as fault:
        raise BackupFault(f"The database cannot be read ({fault}); is it running?") from None
    finally:
        store.close()
    if revision is None:
        raise BackupFault("The database has no tables yet; there is nothing to back up.")
    return revision


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """Nothing of Hairline runs meanwhile with this folder, and none can start."""
    settings.var.mkdir(parents=True, exist_ok=True)
    with (settings.var / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupFault(f"Hairline runs with {settings.var}; stop it, then restore.") from None
        yield


def _known_erasures(settings: Settings) -> tuple[list[Erasure], bool]:
    """What was erased, from the database that is there and from the log beside it; False where neither can be read."""
    known: list[Erasure] = []
    store = Store(settings.database_url)
    readable = False
    try:
        if store.revision() is not None:
            with store.reading() as session:
                known += list_erasures(session)
            readable = True
    except StoreUnavailable:
        readable = False
    finally:
        store.close()
    log = settings.var / ERASED_LOG
    if log.exists():
        known += [Erasure(**json.loads(line)) for line in log.read_text().splitlines()]
    return known, readable or log.exists()


def _holds_something(url: str) -> bool:
    store = Store(url)
    try:
        if store.revision() is None:
            return False
        with store.reading() as session:
            return any(session.scalar(select(func.count()).select_from(table)) for table in (Conversation, Lead))
    except StoreUnavailable:
        return False  # it cannot be read at all: that is what a backup is for
    finally:
        store.close()


def _bring_up(url: str, erased: list[Erasure]) -> int:
    """Migrate a restored database and erase again what has to be gone."""
    store = Store(url)
    try:
        store.migrate()
        again = erase_again(store, erased)
        store.scrub(SCRUB_S)
        return again
    finally:
        store.close()


def _restore_profile(path: Path, profile: bytes | None) -> list[str]:
    if profile is None or (path.is_file() and path.read_bytes() == profile):
        return ["clinic: the profile is the same"]
    said = []
    if path.is_file():
        kept = path.with_name(f"{path.name}.before-restore")
        path.replace(kept)
        said.append(f"clinic: the profile that was there is now {kept.name}")
    path.write_bytes(profile)
    return [*said, f"clinic: {path.name} as it was then"]


# --- SQLite -----------------------------------------------------------------------------------------------------------


def _copy_sqlite(url: URL, target: Path) -> None:
    with closing(sqlite3.connect(url.database or "")) as here, closing(sqlite3.connect(target)) as there:
        here.backup(there)
        there.execute("PRAGMA journal_mode=DELETE")


def _restore_sqlite(url: URL, database: Path, schema: str, erased: list[Erasure]) -> int:
    """Prepare the restored database beside the one that is there, then swap them in one step."""
    path = Path(url.database or "")
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.restored")
    try:
        _remove_sqlite(fresh)
        shutil.copyfile(database, fresh)
        fresh.chmod(0o600)
        with closing(sqlite3.connect(fresh)) as connection:
            sound = connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            found = connection.execute("SELECT version_num FROM alembic_version").fetchone() if sound else None
        if found != (schema,):
            raise BackupFault("The database in the backup is damaged.")
        again = _bring_up(f"sqlite:///{fresh}", erased)
        with closing(sqlite3.connect(fresh)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")  # folds its log in: one file is all there is
        _fold_in(path)
        _remove_sqlite(path, keep_main=True)
        fresh.replace(path)
    except sqlite3.DatabaseError:
        raise BackupFault("The database in the backup is damaged.") from None
    finally:
        _remove_sqlite(fresh)
    return again


def _fold_in(path: Path) -> None:
    """Bring a database's log into its file, so that it is whole without the log; one that is damaged is left alone."""
    if path.exists():
        with closing(sqlite3.connect(path)) as connection, contextlib.suppress(sqlite3.DatabaseError):
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _remove_sqlite(path: Path, *, keep_main: bool = False) -> None:
    for suffix in ("-wal", "-shm", *(() if keep_main else ("",))):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


# --- PostgreSQL -------------------------------------------------------------------------------------------------------


def _dump_postgres(url: URL, target: Path) -> None:
    with gzip.open(target, "wb") as written:
        written.write(_run("pg_dump", url, "--no-owner", "--no-privileges", "--no-comments"))


def _restore_postgres(full_url: str, url: URL, database: Path, erased: list[Erasure]) -> int:
    if _is_used(full_url):
        raise BackupFault("Other programs use this database; stop Hairline on every machine, then restore.")
    # One transaction: a dump that cannot be read leaves everything as it was.
    statements = b"DROP SCHEMA public CASCADE;\nCREATE SCHEMA public;\n" + gzip.decompress(database.read_bytes())
    _run("psql", url, "--quiet", "--no-psqlrc", "--single-transaction", "--set=ON_ERROR_STOP=1", given=statements)
    return _bring_up(full_url, erased)


def _is_used(url: str) -> bool:
    """Whether somebody else is connected, and still is after a moment: our own looks may be on their way out."""
    store = Store(url)
    others = text(
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )
    deadline = time.monotonic() + LEAVING_S
    try:
        while True:
            with store.reading() as session:
                if not session.scalar(others):
                    return False
            if time.monotonic() > deadline:
                return True
            time.sleep(0.1)
    except StoreUnavailable as fault:
        raise BackupFault(f"PostgreSQL does not answer ({fault}); does it run, and the database exist?") from None
    finally:
        store.close()


def _run(program: str, url: URL, *options: str, given: bytes | None = None) -> bytes:
    """A program of PostgreSQL on this database; the password goes by the environment, where no other user sees it."""
    if shutil.which(program) is None:
        raise BackupFault(f"{program} is missing; install PostgreSQL's client programs (Debian: postgresql-client).")
    address = url.set(drivername="postgresql", password=None).render_as_string()
    environment = {**os.environ, "PGPASSWORD": str(url.password or ""), "PGOPTIONS": "--client-min-messages=warning"}
    ended = subprocess.run(
        [program, f"--dbname={address}", *options], input=given, capture_output=True, env=environment, check=False
    )
    if ended.returncode != 0:
        # Its words may quote rows; the first word in capitals (ERROR, FATAL) and the kind is enough to go on.
        raise BackupFault(f"{program} failed with exit code {ended.returncode}: {_kind(ended.stderr)}")
    return ended.stdout


def _kind(said: bytes) -> str:
    lines = [line for line in said.decode(errors="replace").splitlines() if "error" in line.lower() or "FATAL" in line]
    return lines[0][:200] if lines else "it did not say why"
