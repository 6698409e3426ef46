"""How quick the staff's side is with many leads: fills a database, then asks the real web process over HTTP.

    .venv/bin/python -m bench.store --leads 1000000 sqlite:////tmp/many.db postgresql://postgres@127.0.0.1/many

Each database must be empty, or hold what an earlier run with as many leads left there. Prints one Markdown table.
"""

import argparse
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import batched
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import func, insert, select, text

from hairline import metrics
from hairline.processes import python_environment
from hairline.settings import PREFIX, ROOT, Settings
from leads import accounts
from leads.intake import REFERENCE_LETTERS
from leads.records import Conversation, Delivery, Lead
from leads.search import search_text
from leads.store import Store, new_id, utc_now

AT_ONCE = 5000
TALKS = 50_000  # the newest leads still have their conversation
KEY = "a-key-for-this-measurement"
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
    """Bring an empty store to `number` leads, each with one delivery; seconds, 0 where they were there already."""
    with store.reading() as session:
        there = session.scalar(select(func.count()).select_from(Lead)) or 0
    if there == number:
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


@dataclass(frozen=True)
class Question:
    """One thing that staff ask: `path` and its parameters, made from a lead that is there."""

    name: str
    parameters: Callable[[Lead], dict[str, str]]
    path: str = "/api/leads"


QUESTIONS = (
    Question("list, newest", lambda _: {}),
    *(Question(f"list, status {status}", lambda _, status=status: {"status": status}) for status in STATUSES),  # type: ignore[misc]
    Question("list, page from the middle", lambda lead: {"after": str(lead.seq)}),
    Question("list, status new, from the middle", lambda lead: {"status": "new", "after": str(lead.seq)}),
    Question("list, of a conversation", lambda lead: {"conversation": lead.conversation_id or "c_none"}),
    Question("search: whole name", lambda lead: {"q": lead.name or ""}),
    Question("search: surname", lambda lead: {"q": (lead.name or "").split()[1]}),
    Question("search: part of a surname", lambda lead: {"q": (lead.name or "").split()[1][1:5]}),
    Question("search: first two letters", lambda lead: {"q": (lead.name or "")[:2]}),
    Question("search: phone, 07… with blanks", lambda lead: {"q": _as_dialled(lead.phone or "")}),
    Question("search: last six digits", lambda lead: {"q": (lead.phone or "")[-6:]}),
    Question("search: e-mail", lambda lead: {"q": lead.email or ""}),
    Question("search: domain (a fifth of all)", lambda lead: {"q": (lead.email or "").partition("@")[2]}),
    Question("search: reference", lambda lead: {"q": lead.reference}),
    Question("search: words of the concern", lambda _: {"q": "scar transplant"}),
    Question(
        "search: concern and surname",
        lambda lead: {"q": f"{(lead.concern_text or '').split()[1]} {(lead.name or '').split()[1]}"},
    ),
    Question("search: surname, status new", lambda lead: {"q": (lead.name or "").split()[1], "status": "new"}),
    Question("search: concern, status incomplete", lambda _: {"q": "alopecia", "status": "incomplete"}),
    Question("search: nothing found", lambda lead: {"q": f"zx{lead.seq}qy"}),
    Question("one lead", lambda _: {}, "/api/leads/{reference}"),
    Question("desk: list", lambda _: {}, "/desk"),
    Question("desk: list, mine", lambda _: {"mine": "1"}, "/desk"),
    Question("desk: search surname", lambda lead: {"q": (lead.name or "").split()[1]}, "/desk"),
    Question("desk: talks", lambda _: {}, "/desk/talks"),
    Question("desk: insights", lambda _: {}, "/desk/insights"),
)


def _as_dialled(phone: str) -> str:
    return f"0{phone[3:7]} {phone[7:]}"


@dataclass(frozen=True)
class Answered:
    """How long one question took, in milliseconds: the median, the 95th percentile and the longest of `times`."""

    p50: float
    p95: float
    longest: float


def measure(client: httpx.Client, question: Question, leads: list[Lead]) -> Answered:
    """Ask once for each lead, after one that does not count."""
    took = []
    for lead in (leads[0], *leads):
        path = question.path.format(reference=lead.reference)
        began = time.perf_counter()
        answer = client.get(path, params=question.parameters(lead))
        took.append((time.perf_counter() - began) * 1000)
        answer.raise_for_status()
        if question.name.startswith("search") and "nothing" not in question.name and "status" not in question.name:
            assert answer.json()["leads"], question.name
    counted = sorted(took[1:])
    return Answered(statistics.median(counted), counted[int(len(counted) * 0.95)], counted[-1])


@contextmanager
def served(url: str, port: int) -> Iterator[httpx.Client]:
    """The web process alone on this database, and a client that is signed in for the API and for the desk."""
    with tempfile.TemporaryDirectory() as var:
        own = {"PORT": str(port), "DATABASE_URL": url, "VAR": var, "API_KEY": KEY, "LOG_LEVEL": "warning"}
        metrics.begin(Path(var))
        settings = Settings.read({PREFIX + name: value for name, value in own.items()})
        with (Path(var) / "web.log").open("wb") as log:
            web = subprocess.Popen(
                [sys.executable, "-m", "web"], cwd=ROOT, env=python_environment(settings), stderr=log
            )
        try:
            with httpx.Client(base_url=settings.local_url, timeout=60, trust_env=False) as client:
                _await(client)
                client.cookies.set("hairline_session", _session(Store(settings.database_url)), domain="127.0.0.1")
                client.headers["Authorization"] = f"Bearer {KEY}"
                yield client
        finally:
            web.terminate()
            web.wait()


def _await(client: httpx.Client) -> None:
    for _ in range(600):
        try:
            if client.get("/healthz").is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise SystemExit("the web process did not start")


def _session(store: Store) -> str:
    with store.transaction() as session:
        email = f"{new_id('bench')}@clinic.example"
        secret = accounts.create_account(session, email, "Colleague 3", "owner")
        account = accounts.accept_invitation(session, secret, new_id("password"))
        assert account
        return accounts.sign_in(session, account.id)


def some_leads(store: Store, number: int) -> list[Lead]:
    """Leads all over the store, so that no two questions look at the same pages of the disk."""
    with store.reading() as session:
        lowest, highest = session.execute(select(func.min(Lead.seq), func.max(Lead.seq))).one()
        step = (highest - lowest) / (number + 1)
        wanted = [lowest + int(step * (position + 1)) for position in range(number)]
        return list(session.scalars(select(Lead).where(Lead.seq.in_(wanted))))


def main() -> int:
    """Fill and measure each database, one after another; the table goes to the standard output."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("databases", nargs="+", help="sqlite:///path or postgresql://...")
    parser.add_argument("--leads", type=int, default=int(os.environ.get("HAIRLINE_BENCH_LEADS", "1000000")))
    parser.add_argument("--rounds", type=int, default=40, help="how often each question is asked")
    parser.add_argument("--port", type=int, default=8130)
    chosen = parser.parse_args()
    columns: list[dict[str, Answered]] = []
    for url in chosen.databases:
        store = Store(url)
        store.migrate()
        sys.stderr.write(f"{url.partition(':')[0]}: filled in {fill(store, chosen.leads):.0f} s\n")
        leads = some_leads(store, chosen.rounds)
        with served(store.url, chosen.port) as client:
            columns.append({it.name: measure(client, it, leads) for it in QUESTIONS})
        store.close()
    kinds = [url.partition(":")[0] for url in chosen.databases]
    sys.stdout.write(f"{chosen.leads} leads, {chosen.rounds} times each, {utc_now():%d %B %Y}\n\n")
    sys.stdout.write("| milliseconds over HTTP | " + " | ".join(f"{it} p50 | p95" for it in kinds) + " |\n")
    sys.stdout.write("|---|" + "---|---|" * len(kinds) + "\n")
    for question in QUESTIONS:
        cells = " | ".join(f"{it[question.name].p50:.0f} | {it[question.name].p95:.0f}" for it in columns)
        sys.stdout.write(f"| {question.name} | {cells} |\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
