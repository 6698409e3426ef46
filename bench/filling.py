"""A database with many leads, made quickly: `bench.store` measures on it."""

import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import batched
from typing import Any

from sqlalchemy import func, insert, select, text

from leads.intake import REFERENCE_LETTERS
from leads.records import Conversation, Delivery, Lead
from leads.search import search_text
from leads.store import Store, new_id

AT_ONCE = 5000
TALKS = 50_000  # the newest leads still have their conversation
STATUSES = {"closed": 80, "contacted": 10, "confirmed": 5, "new": 4, "incomplete": 1}
FIRST = (
    "Tom",
    "Zoë",
    "Fatima",
    "Jean-Pierre",
    "Maria",
    "Vincent",
    "Siobhan",
    "Ahmed",
    "Olga",
    "Liam",
    "Emma",
    "Leo",
    "Nina",
)
SYLLABLES = (
    "ba",
    "ber",
    "bro",
    "car",
    "cho",
    "da",
    "del",
    "dun",
    "e",
    "far",
    "ga",
    "gor",
    "hin",
    "jo",
    "kal",
    "mor",
    "ro",
    "sen",
)
CONCERNS = {
    "receding_hairline": "my hairline has gone back over the last years",
    "pattern_baldness": "thinning at the crown, I shave my head",
    "scars_and_patches": "a scar from a transplant above the neck",
    "other": "alopecia since I was a child, in several patches",
}
HOSTS = ["mail.example", "post.example", "visitor.example", "inbox.example", "web.example"]


def lead_rows(number: int, chance: random.Random) -> Iterator[dict[str, Any]]:
    """Rows of `leads`, oldest first, over three years; one in fifty thousand shares its surname with another."""
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    for position in range(number):
        surname = "".join(chance.choices(SYLLABLES, k=chance.randint(2, 4))).title()
        first = chance.choice(FIRST)
        at = now - timedelta(days=1095) * ((number - position) / number)
        category = chance.choice([*CONCERNS])
        status = chance.choices([*STATUSES], [*STATUSES.values()])[0]
        lead = Lead(
            reference=_reference(position),
            conversation_id=new_id("c") if position >= number - TALKS else None,
            booking=1,
            status=status,
            created_at=at,
            updated_at=at,
            name=f"{first} {surname}",
            phone=f"+447{chance.randrange(400_000_000, 1_000_000_000)}",
            email=f"{first}.{surname}{chance.randrange(1000)}@{chance.choice(HOSTS)}".lower(),
            concern_category=category,
            concern_text=CONCERNS[category],
            timezone="Europe/London",
            consent={"given": True, "text": "I agree to be contacted.", "version": "1", "at": at.isoformat()},
            for_someone_else=False,
            questions=["price"],
            open_questions=[],
            urgent=False,
            page="https://clinic.example/smp",
            assignee=f"Colleague {chance.randrange(10)}" if status != "new" else None,
            notes=[],
            contacted_at=at + timedelta(hours=3) if status in ("contacted", "confirmed", "closed") else None,
            escalated_at=at + timedelta(days=2) if status == "new" else None,
            calendar_sequence=0,
        )
        lead.search = search_text(lead)
        yield {column.key: getattr(lead, column.key) for column in Lead.__table__.columns if column.key != "seq"}


def _reference(position: int) -> str:
    """References in no order, each once."""
    number = position * 470_001_007 % len(REFERENCE_LETTERS) ** 6  # the factor shares no divisor with 31 ** 6
    letters = ""
    for _ in range(6):
        number, letter = divmod(number, len(REFERENCE_LETTERS))
        letters += REFERENCE_LETTERS[letter]
    return f"SMP-{letters}"


def fill(store: Store, number: int) -> float:
    """Bring an empty store to `number` leads, each with one delivery; seconds, 0 where there are as many already."""
    with store.reading() as session:
        there = session.scalar(select(func.count()).select_from(Lead)) or 0
    if there >= number:  # visitors of an earlier measurement booked, too
        return 0.0
    if there:
        raise SystemExit(f"the database holds {there} leads; name an empty one")
    began = time.monotonic()
    index = _without_index(store)
    chance = random.Random(1)  # noqa: S311 - the same leads each time
    for rows in batched(lead_rows(number, chance), AT_ONCE, strict=False):
        with store.transaction() as session:
            session.execute(insert(Lead), list(rows))
            session.execute(insert(Delivery), [_delivery(row) for row in rows])
            if talks := [_talk(row) for row in rows if row["conversation_id"]]:
                session.execute(insert(Conversation), talks)
    with store.engine.begin() as connection:
        for statement in index:
            connection.execute(text(statement))
    # PostgreSQL does this by itself after so many rows, only not at once.
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT", hairline_bare=True) as connection:
        connection.execute(text("ANALYZE" if store.url.startswith("sqlite") else "VACUUM ANALYZE"))
    return time.monotonic() - began


def _without_index(store: Store) -> list[str]:
    """Drop PostgreSQL's index of trigrams: filling is quicker without. How to make it again."""
    if store.url.startswith("sqlite"):
        return []
    with store.engine.begin() as connection:
        made = text("SELECT indexdef FROM pg_indexes WHERE indexname = 'ix_leads_search'")
        definition = connection.execute(made).scalar_one_or_none()
        connection.execute(text("DROP INDEX IF EXISTS ix_leads_search"))
    return [definition] if definition else []


def _delivery(lead: dict[str, Any]) -> dict[str, Any]:
    at = lead["created_at"]
    when = {"created_at": at, "next_at": at, "give_up_at": at + timedelta(days=3), "at": at}
    about = {"id": new_id("d"), "lead_reference": lead["reference"], "conversation_id": lead["conversation_id"]}
    sent = {"channel": "email_staff", "event": "lead.created", "state": "sent", "attempts": 1, "attempts_allowed": 12}
    return {**when, **about, **sent, "payload": {}}


def _talk(lead: dict[str, Any]) -> dict[str, Any]:
    at = lead["created_at"]
    talk = {"id": lead["conversation_id"], "token_hash": "0" * 64, "created_at": at, "updated_at": at}
    return {**talk, "state": "bot", "draft": {}, "memory": {}}
