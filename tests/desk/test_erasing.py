"""Erased is erased: no store and no log of the running system holds what a visitor said."""

from pathlib import Path

import httpx
import pytest

from hairline.compose import Hairline
from leads.records import Record
from tests.system import System, wait_until

pytestmark = pytest.mark.slow

CANARY = "Quetzalcoatlus"


def talk(clinic: System, page: str) -> tuple[str, dict[str, str]]:
    """Open a conversation; its address and what proves that it is ours."""
    opened = httpx.post(f"{clinic.url}/api/conversations", json={"page": page}).raise_for_status().json()
    return f"{clinic.url}/api/conversations/{opened['id']}", {"Authorization": f"Bearer {opened['token']}"}


def in_any_table(parts: Hairline) -> bool:
    with parts.store.reading() as session:
        rows = [row for table in Record.metadata.sorted_tables for row in session.execute(table.select())]
    return CANARY.lower() in repr(rows).lower()


def on_disk(parts: Hairline) -> bool:
    path = Path(str(parts.store.engine.url.database))
    return any(CANARY.lower().encode() in part.read_bytes().lower() for part in path.parent.glob(f"{path.name}*"))


def test_a_cleared_chat_leaves_nothing_in_any_table_file_or_log(clinic: System, parts: Hairline) -> None:
    address, own = talk(clinic, f"https://clinic.example/{CANARY}")
    staff = {"Authorization": f"Bearer {clinic.api_key}"}

    def say(text: str, headers: dict[str, str] = own) -> None:
        httpx.post(f"{address}/messages", json={"text": text}, headers=headers, timeout=30).raise_for_status()

    say(f"do you take {CANARY} cards?")
    say("I'd like to book a consultation")
    say(f"my name is {CANARY} Smith")
    say(f"{CANARY}@visitor.example")
    httpx.post(f"{address}/takeover", json={"name": "Maya"}, headers=staff).raise_for_status()
    say(f"Hello {CANARY}", staff)
    say(f"thanks, {CANARY} out")
    httpx.post(f"{address}/handback", headers=staff).raise_for_status()
    assert in_any_table(parts)
    httpx.delete(address, headers=own, timeout=30).raise_for_status()
    assert not in_any_table(parts)
    assert wait_until(lambda: not on_disk(parts), 90), "the retention job scrubs within a minute"
    assert CANARY.lower() not in clinic.logs().lower()
    assert httpx.get(f"{address}/messages", headers=own).status_code == 404
