"""How quick the staff's side is with many leads, and what they cost a visitor: the part `store` of the report.

    .venv/bin/python -m bench.store --leads 1000000 sqlite:////tmp/many.db postgresql://postgres@127.0.0.1/many

Each database must be empty, or hold what an earlier run with as many leads left there. Asks the real web process over
HTTP; then the whole system answers visitors with this database and, in the same run, with an empty one.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import httpx
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.engine import make_url

from bench.filling import STATUSES, fill
from bench.ours import hairline
from bench.parts import Figures, Options, measure_latency
from bench.report import Book
from hairline import metrics
from hairline.processes import python_environment
from hairline.settings import PREFIX, ROOT, Settings
from leads import accounts
from leads.records import Lead
from leads.store import Store, new_id

KEY = "a-key-for-this-measurement"


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

    def figures(self) -> dict[str, float]:
        """As JSON holds it."""
        return {"p50": self.p50, "p95": self.p95, "longest": self.longest}


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


@contextmanager
def empty_beside(url: str) -> Iterator[str]:
    """The address of a new database of the same kind, on the same server or disk, which is gone afterwards."""
    if url.startswith("sqlite"):
        with tempfile.TemporaryDirectory(dir=Path(make_url(url).database or "").parent) as folder:
            yield f"sqlite:///{folder}/empty.db"
        return
    name = f"hairline_bench_{uuid4().hex}"
    server = create_engine(make_url(url), isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        yield make_url(url).set(database=name).render_as_string(hide_password=False)
    finally:
        with server.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        server.dispose()


def measure_visitors(url: str, seconds: float) -> Figures:
    """The latency part of the benchmark, with the whole system on this database."""
    with hairline(rate_limit="off", database_url=url) as ours:
        return measure_latency(ours, Options(seconds=seconds))


def main() -> int:
    """Fill and measure each database, one after another; the figures go into docs/performance.md."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("databases", nargs="+", help="sqlite:///path or postgresql://...")
    parser.add_argument("--leads", type=int, default=int(os.environ.get("HAIRLINE_BENCH_LEADS", "1000000")))
    parser.add_argument("--rounds", type=int, default=40, help="how often each question is asked")
    parser.add_argument("--seconds", type=float, default=30, help="of visitors' messages, with and without the leads")
    parser.add_argument("--port", type=int, default=8130)
    parser.add_argument("--fill-only", action="store_true", help="measure nothing yet")
    chosen = parser.parse_args()
    for url in chosen.databases:
        store = Store(url)
        store.migrate()
        kind = store.url.partition(":")[0].partition("+")[0]
        print(f"{kind}: filled in {fill(store, chosen.leads):.0f} s", file=sys.stderr)
        if not chosen.fill_only:
            leads = some_leads(store, chosen.rounds)
            with served(store.url, chosen.port) as client:
                asked = {it.name: measure(client, it, leads).figures() for it in QUESTIONS}
            visitors = {"full": measure_visitors(store.url, chosen.seconds)}
            with empty_beside(store.url) as other:
                visitors["empty"] = measure_visitors(other, chosen.seconds)
            figures = {"leads": chosen.leads, "rounds": chosen.rounds, "asked": asked, "visitors": visitors}
            Book().keep("store", {kind: figures})
        store.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
