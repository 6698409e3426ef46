"""A backup holds everything, and a restore brings it back, on each kind of database."""

import fcntl
import io
import json
import os
import shutil
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select
from sqlalchemy.engine import make_url

from hairline.__main__ import main
from hairline.backup import ERASED_LOG, BackupFault, back_up, restore, write_erased_log
from hairline.settings import ENV_FILE_VARIABLE, Settings
from leads.conversations import add_message, erase_conversation, open_conversation
from leads.outbox import announce
from leads.records import ClinicAnswer, Lead, Record
from leads.requests import erase_lead
from leads.store import Store, utc_now
from tests.system import settings_for

CANARY = "Wilhelmina"


@pytest.fixture
def settings(empty_store_url: str, tmp_path: Path) -> Settings:
    if "postgresql" in empty_store_url and not shutil.which("pg_dump"):
        pytest.skip("pg_dump is not installed")
    return Settings.read(settings_for(tmp_path, database_url=empty_store_url))


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    opened = Store(settings.database_url)
    opened.migrate()
    yield opened
    opened.close()


def a_lead(reference: str, conversation: str) -> Lead:
    now = utc_now()
    return Lead(
        reference=reference,
        conversation_id=conversation,
        booking=1,
        created_at=now,
        updated_at=now,
        name=f"{CANARY} of {reference}",
        email=f"{reference}@visitor.example",
        timezone="Europe/London",
        consent={"given": True},
        calendar_sequence=0,
    )


def fill(store: Store) -> list[str]:
    """Two talks with a lead, a transcript and deliveries each, and a published answer; the conversations' ids."""
    with store.transaction() as session:
        ids = []
        for reference in ("SMP-AAAAAA", "SMP-BBBBBB"):
            conversation = open_conversation(session, "https://clinic.example").conversation
            add_message(session, conversation, "visitor", f"I am {CANARY} ☂ \N{GREEK SMALL LETTER ALPHA}")
            lead = a_lead(reference, conversation.id)
            session.add(lead)
            session.flush()
            announce(session, lead, "lead.created", ["webhook", "email_visitor"], utc_now())
            ids.append(conversation.id)
        answer = {"question": "Do you take cards?", "text": "Yes.", "author": "Maya", "vectors": b"\x00\x01\xff"}
        session.add(ClinicAnswer(id="ans_1", published=True, created_at=utc_now(), updated_at=utc_now(), **answer))
        return ids


def everything(store: Store) -> dict[str, list[Any]]:
    """Every row of every table."""
    with store.reading() as session:
        return {
            table.name: sorted(map(repr, session.execute(table.select()))) for table in Record.metadata.sorted_tables
        }


def test_what_was_backed_up_comes_back_row_by_row(settings: Settings, store: Store, tmp_path: Path) -> None:
    fill(store)
    before, profile = everything(store), settings.clinic.read_bytes()
    file = back_up(settings, tmp_path / "there" / "backup.tar")
    assert file.stat().st_mode & 0o077 == 0, "for its owner only"
    with store.transaction() as session:
        for table in reversed(Record.metadata.sorted_tables):
            if table.name != "audit":
                session.execute(table.delete())
    settings.clinic.write_text("name: Another\n")
    store.close()

    lines = restore(settings, file)

    assert everything(store) == before
    assert {len(rows) for name, rows in before.items() if name in ("leads", "conversations", "messages")} == {2}
    assert len(before["deliveries"]) == 4
    assert len(before["clinic_answers"]) == 1
    assert settings.clinic.read_bytes() == profile
    assert settings.clinic.with_name("clinic.yml.before-restore").read_text() == "name: Another\n"
    assert store.is_ready()
    assert not [line for line in lines if "WARNING" in line]


def test_a_restored_store_works_on(settings: Settings, store: Store, tmp_path: Path) -> None:
    fill(store)
    file = back_up(settings, tmp_path / "backup.tar")
    store.close()
    restore(settings, file, replace=True)
    with store.transaction() as session:
        session.add(a_lead("SMP-CCCCCC", "c_new"))
    with store.reading() as session:
        assert len(session.scalars(select(Lead)).all()) == 3


@pytest.mark.parametrize("lost", [False, True], ids=["database-there", "database-lost"])
def test_what_was_erased_since_is_erased_again(settings: Settings, store: Store, tmp_path: Path, lost: bool) -> None:
    first, _ = fill(store)
    file = back_up(settings, tmp_path / "backup.tar")
    with store.transaction() as session:
        assert erase_conversation(session, first, "visitor")
    with store.transaction() as session:
        assert erase_lead(session, "SMP-BBBBBB", "Maya") is not None
    if lost:
        write_erased_log(store, settings.var)
        assert CANARY not in (settings.var / ERASED_LOG).read_text()
        with store.transaction() as session:
            for table in reversed(Record.metadata.sorted_tables):
                session.execute(table.delete())
    store.close()

    lines = restore(settings, file, replace=True)

    assert "erased again: 2 records that had been erased since" in lines
    assert CANARY not in repr(everything(store))
    path = make_url(settings.database_url).database or ""
    if settings.database_url.startswith("sqlite"):
        store.close()
        assert not [
            part for part in Path(path).parent.glob(f"{Path(path).name}*") if CANARY.encode() in part.read_bytes()
        ]


def test_nobody_knows_what_was_erased_is_said_loudly(settings: Settings, tmp_path: Path, store: Store) -> None:
    fill(store)
    file = back_up(settings, tmp_path / "backup.tar")
    if settings.database_url.startswith("sqlite"):
        store.close()
        Path(make_url(settings.database_url).database or "").unlink()
    else:
        with store.transaction() as session:
            session.connection().exec_driver_sql("DROP SCHEMA public CASCADE")
            session.connection().exec_driver_sql("CREATE SCHEMA public")
        store.close()
    assert any("WARNING" in line and "erase them again" in line for line in restore(settings, file))
    assert store.is_ready()


def test_the_log_of_erasures_only_grows(settings: Settings, store: Store) -> None:
    first, second = fill(store)
    settings.var.mkdir(exist_ok=True)
    for number, conversation in enumerate((first, second), start=1):
        with store.transaction() as session:
            erase_conversation(session, conversation, "visitor")
        for _ in range(2):
            write_erased_log(store, settings.var)
        assert len((settings.var / ERASED_LOG).read_text().splitlines()) == number


# --- refusals: nothing is changed -------------------------------------------------------------------------------------


def changed(file: Path, **manifest: object) -> Path:
    """The backup with another manifest."""
    there = file.with_name("changed.tar")
    with tarfile.open(file) as old, tarfile.open(there, "w") as new:
        for member in old:
            content = old.extractfile(member)
            assert content
            read = content.read()
            if member.name == "manifest.json":
                read = json.dumps({**json.loads(read), **manifest}).encode()
                member.size = len(read)
            new.addfile(member, io.BytesIO(read))
    return there


@pytest.mark.parametrize(
    ("manifest", "said"),
    [
        ({"schema": "9999"}, "made by a newer one"),
        ({"schema": None}, "no backup"),
        ({"format": 2}, "no backup"),
        ({"database": "oracle"}, "another kind"),
    ],
)
def test_a_backup_that_does_not_fit_changes_nothing(
    settings: Settings, store: Store, tmp_path: Path, manifest: dict[str, object], said: str
) -> None:
    fill(store)
    before = everything(store)
    file = changed(back_up(settings, tmp_path / "backup.tar"), **manifest)
    store.close()
    with pytest.raises(BackupFault, match=said):
        restore(settings, file, replace=True)
    assert everything(store) == before


@pytest.mark.parametrize("damage", ["cut", "noise", "empty"])
def test_a_damaged_backup_changes_nothing(settings: Settings, store: Store, tmp_path: Path, damage: str) -> None:
    fill(store)
    before = everything(store)
    file = back_up(settings, tmp_path / "backup.tar")
    content = bytearray(file.read_bytes())
    if damage == "cut":
        content = content[: len(content) // 3]
    elif damage == "noise":
        content[2048:] = os.urandom(len(content) - 2048)
    else:
        content = bytearray()
    file.write_bytes(content)
    store.close()
    with pytest.raises(BackupFault):
        restore(settings, file, replace=True)
    assert everything(store) == before


def test_a_database_that_holds_something_is_replaced_only_if_that_is_said(
    settings: Settings, store: Store, tmp_path: Path
) -> None:
    fill(store)
    file = back_up(settings, tmp_path / "backup.tar")
    store.close()
    with pytest.raises(BackupFault, match="REPLACE=yes"):
        restore(settings, file)


def test_nothing_is_restored_under_a_running_system(settings: Settings, store: Store, tmp_path: Path) -> None:
    fill(store)
    file = back_up(settings, tmp_path / "backup.tar")
    store.close()
    settings.var.mkdir(exist_ok=True)
    with (settings.var / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(BackupFault, match="stop it"):
            restore(settings, file, replace=True)


@pytest.mark.parametrize("empty_store_url", ["postgresql"], indirect=True)
def test_nothing_is_restored_while_another_machine_uses_the_database(
    settings: Settings, store: Store, tmp_path: Path
) -> None:
    fill(store)
    file = back_up(settings, tmp_path / "backup.tar")
    with store.reading() as session:
        session.execute(select(Lead))
        with pytest.raises(BackupFault, match="every machine"):
            restore(settings, file, replace=True)


@pytest.mark.parametrize("empty_store_url", ["postgresql"], indirect=True)
def test_without_postgresqls_programs_one_line_says_so(
    settings: Settings, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BackupFault, match="postgresql-client"):
        back_up(settings, tmp_path / "backup.tar")
    assert not (tmp_path / "backup.tar").exists()


@pytest.mark.parametrize("empty_store_url", ["sqlite"], indirect=True)
def test_the_commands_do_it(
    settings: Settings,
    store: Store,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    fill(store)
    store.close()
    for name, value in replace(settings).environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv(ENV_FILE_VARIABLE, os.devnull)
    assert main(["backup"]) == 0
    [file] = (settings.var / "backups").iterdir()
    assert "unencrypted" in capsys.readouterr().out
    assert main(["restore", str(file)]) == 1
    assert "REPLACE=yes" in capsys.readouterr().err
    assert main(["restore", str(file), "--replace"]) == 0
    assert main(["restore", str(tmp_path / "nothing.tar")]) == 1


def test_a_backup_while_somebody_writes_is_whole(settings: Settings, store: Store, tmp_path: Path) -> None:
    fill(store)
    with store.transaction() as session:
        session.execute(
            insert(ClinicAnswer.__table__).values(  # type: ignore[arg-type]
                id="ans_2",
                question="?",
                text="!",
                vectors=b"",
                published=False,
                author="x",
                created_at=utc_now(),
                updated_at=utc_now(),
                served=0,
            )
        )
        session.flush()
        file = back_up(settings, tmp_path / "backup.tar")
    store.close()
    restore(settings, file, replace=True)
    with store.reading() as session:
        assert session.scalars(select(ClinicAnswer.id)).all() == ["ans_1"]
