"""Several web, Rasa, action and delivery processes: each message once and in order, whatever dies.

The tests share one system, which each of them leaves whole; the last one ends it. The engines are the tests' own.
"""

import os
import shutil
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from hairline.processes import SECRET_HEADER
from hairline.settings import ROOT
from hairline.supervise import answers
from leads import conversations
from leads.outbox import LEASE
from leads.records import Message, Tracker
from leads.store import Store
from tests.e2e.test_kills import (
    Clinic,
    Person,
    assert_clinic_was_told,
    assert_leads_are_what_was_thanked_for,
    assert_talks_are_whole,
)
from tests.e2e.test_kills import Visitor as Booker
from tests.scale.conftest import Scaled
from tests.system import System, is_alive, wait_until
from tests.web.visitors import Visitor
from web.rasa import workers_of

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

ALL = ("web", "web-2", "rasa", "rasa-2", "actions", "actions-2", "delivery", "delivery-2")
BOOKERS = 3
PATIENCE_S = 240
QUESTIONS = ("Does it hurt?", "What does it cost?", "How long does it last?", "Is it safe?", "Who is it for?", "Hello")


def test_whatever_dies_while_visitors_book_each_request_is_kept_once_and_told(
    scaled: Scaled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    misfortunes: list[Callable[[], object]] = [
        lambda: scaled.system.kill("rasa"),
        lambda: scaled.system.kill("web-2"),
        lambda: scaled.redis.restart(signal.SIGKILL),
        lambda: scaled.system.kill("actions-2"),
        lambda: migrate_to_the_next_release(scaled, tmp_path, monkeypatch),
        lambda: scaled.system.kill("delivery"),
        lambda: scaled.postgres.restart(signal.SIGQUIT),  # without a checkpoint: it recovers from its log
        lambda: scaled.system.kill("rasa-2"),
    ]
    over = threading.Event()
    people = map(Person.number, count())
    bookers = [Booker(scaled.caddy.url, people) for _ in range(BOOKERS)]
    with ThreadPoolExecutor(BOOKERS) as pool:
        under_way = [pool.submit(booker.book_until, over) for booker in bookers]
        try:
            for befall in misfortunes:
                await_progress(bookers, over)
                befall()
            await_progress(bookers, over)
        finally:
            over.set()
    for visit in under_way:
        visit.result()
    wait_whole(scaled.system)
    bookings = [booking for booker in bookers for booking in booker.bookings]
    clinic = Clinic(scaled.system, scaled.receiver)
    told_all = wait_until(clinic.has_told_all, LEASE.total_seconds() + 60)
    print(f"\n{len(bookings)} bookings, said again {[dict(booker.said_again) for booker in bookers]}")
    assert_leads_are_what_was_thanked_for(bookings, clinic.leads())
    assert_talks_are_whole(bookings, clinic)
    assert told_all
    assert_clinic_was_told(bookings, clinic)
    for booking in bookings:
        assert_in_order(scaled.store, booking.id, booking.keys)


def test_parallel_messages_over_both_web_processes_are_answered_once_and_in_their_order(scaled: Scaled) -> None:
    with visitors(scaled, 4) as everyone, ThreadPoolExecutor(16) as pool:
        said = []
        for first, second in everyone:
            for number, text in enumerate(QUESTIONS):
                here, there = (first, second) if number % 2 else (second, first)
                # The same message reaches both processes at once, as when a network repeats it.
                said += [(text, pool.submit(say_until_answered, it, text, f"{number}")) for it in (here, there)]
        replies = [(text, task.result()) for text, task in said]
        for (_, one), (_, other) in zip(replies[::2], replies[1::2], strict=True):
            assert one == other
            assert one["messages"]
        for first, _ in everyone:
            assert_in_order(scaled.store, first.id, [str(number) for number in range(len(QUESTIONS))])


def test_what_is_said_first_is_answered_first_whichever_processes_it_went_through(scaled: Scaled) -> None:
    with visitors(scaled, 1) as [(first, second)], ThreadPoolExecutor(2) as pool:
        with stopped(scaled.system, "actions", "actions-2"):
            said = []
            for number, visitor in enumerate((second, first)):
                said.append(pool.submit(say_until_answered, visitor, QUESTIONS[number], str(number)))
                await_stored(scaled.store, first.id, number + 1)
        for answer in said:
            assert answer.result()["messages"]
        assert_in_order(scaled.store, first.id, ["0", "1"])


def test_one_booking_sent_through_both_processes_at_once_is_one_lead(scaled: Scaled) -> None:
    with visitors(scaled, 1) as [(first, second)], ThreadPoolExecutor(4) as pool:
        person = Person.number(777)
        asked = first.say(person.in_one_go).json()["messages"][-1]["asks_for"]
        turns = iter((second, first) * 5)
        while asked != "confirm":
            [*_, last] = say_until_answered(next(turns), person.answer_to(asked), asked)["messages"]
            asked = last["asks_for"]
        sent = [pool.submit(say_until_answered, it, {"choice": "send"}, "send") for it in (first, second) * 2]
        assert len({str(answer.result()["messages"]) for answer in sent}) == 1
        leads = [it for it in Clinic(scaled.system, scaled.receiver).leads() if it["conversation"] == first.id]
        assert [lead["name"] for lead in leads] == [person.name]


def test_a_worker_that_dies_with_a_message_hands_it_to_the_next_one(scaled: Scaled) -> None:
    with visitors(scaled, 1) as [(visitor, _)], ThreadPoolExecutor(1) as pool:
        name = worker_of(scaled.system, visitor.id)
        with stopped(scaled.system, name):
            said = pool.submit(visitor.say, "Does it hurt?", "only")
            await_stored(scaled.store, visitor.id, 1)
            scaled.system.kill(name)
        answer = said.result()
        assert answer.status_code == 200, answer.text
        assert answer.json()["messages"][0]["topics"] == ["pain"]
        assert_in_order(scaled.store, visitor.id, ["only"])
    wait_whole(scaled.system)


def test_a_web_process_that_dies_with_a_message_leaves_it_to_the_other_one(scaled: Scaled) -> None:
    with visitors(scaled, 1) as [(first, second)], ThreadPoolExecutor(1) as pool:
        with stopped(scaled.system, "actions", "actions-2"):
            said = pool.submit(first.say, "Does it hurt?", "only")
            await_stored(scaled.store, first.id, 1)
            scaled.system.kill("web")
            with pytest.raises(httpx.TransportError):
                said.result()
        assert say_until_answered(second, "Does it hurt?", "only")["messages"][0]["topics"] == ["pain"]
        assert_in_order(scaled.store, first.id, ["only"])
    wait_whole(scaled.system)


def test_without_redis_visitors_get_the_phone_and_with_it_again_their_answer(scaled: Scaled) -> None:
    with visitors(scaled, 1) as [(visitor, _)]:
        scaled.redis.stop(signal.SIGKILL)
        refused = visitor.say("Does it hurt?", "only")
        assert refused.status_code == 503
        assert "0161 496 0123" in refused.json()["detail"]
        assert visitor.read().status_code == 200, "what needs no assistant goes on"
        readyz = f"{scaled.system.url}/readyz"
        assert wait_until(lambda: "Redis" in httpx.get(readyz).json().get("detail", ""), PATIENCE_S)
        scaled.redis.start()
        assert wait_until(lambda: httpx.get(readyz).json().get("parts", {}).get("Redis", False), PATIENCE_S)
        assert say_until_answered(visitor, "Does it hurt?", "only")["messages"][0]["topics"] == ["pain"]
        assert_in_order(scaled.store, visitor.id, ["only"])


def test_what_either_process_writes_is_heard_at_the_other_and_through_the_proxy(scaled: Scaled) -> None:
    with visitors(scaled, 1) as [(_, second)]:
        listening = f"{scaled.caddy.url}{second.path}/events"
        with httpx.stream("GET", listening, headers=second.headers, timeout=60, trust_env=False) as events:
            assert events.headers["content-type"].startswith("text/event-stream")
            lines = events.iter_lines()
            assert next(lines).startswith("retry:")
            reply = say_until_answered(second, "Does it hurt?", "only")["messages"][0]["id"]
            assert f"id: {reply}" in lines
        with httpx.Client(base_url=scaled.system.settings.local_urls[0], trust_env=False) as client:
            staff = {"Authorization": f"Bearer {scaled.system.api_key}"}
            taken = client.post(f"{second.path}/takeover", json={"name": "Maya"}, headers=staff, timeout=30)
            assert taken.status_code == 200
        assert second.read().json()["staff"] == "Maya"


def test_erasing_a_talk_erases_what_rasas_workers_remember_of_it(scaled: Scaled) -> None:
    with visitors(scaled, 1) as [(first, second)]:
        say_until_answered(first, "My name is Zebulon, does it hurt?", "only")
        with scaled.store.reading() as session:
            kept = session.get(Tracker, first.id)
            assert kept is not None
            assert "Zebulon" not in kept.events
        assert second.clear().status_code == 204
        with scaled.store.reading() as session:
            assert session.get(Tracker, first.id) is None


def test_rasas_user_reaches_the_trackers_and_nothing_else(scaled: Scaled) -> None:
    theirs = Store(scaled.postgres.trackers_url)
    with theirs.engine.connect() as connection:
        connection.execute(select(func.count()).select_from(Tracker))
    for table in ("leads", "messages", "conversations", "accounts"):
        with theirs.engine.connect() as connection, pytest.raises(Exception, match="permission denied"):
            connection.exec_driver_sql(f"SELECT 1 FROM {table}")
    theirs.close()


def test_the_proxy_goes_round_a_web_process_that_is_away(scaled: Scaled) -> None:
    pid = scaled.system.kill("web-2")
    seen = 0
    with httpx.Client(trust_env=False, timeout=30) as client:
        while scaled.system.pid("web-2") in (0, pid) or not seen:
            assert client.get(f"{scaled.caddy.url}/healthz").status_code == 200
            seen += 1
    wait_whole(scaled.system)


def test_the_proxy_says_who_asks_whatever_they_claim_and_bounds_what_they_send(scaled: Scaled) -> None:
    with httpx.Client(base_url=scaled.caddy.url, trust_env=False, timeout=30) as client:
        forged = {"X-Forwarded-For": "203.0.113.77", "Origin": scaled.system.settings.public_url}
        client.post("/desk/login", data={"email": "who@example.org", "password": "x"}, headers=forged)
        counted = " ".join(scaled.redis.keys())
        assert "127.0.0.1" in counted
        assert "203.0.113.77" not in counted
        for size in (65_537, 99_999, 2_000_000):
            assert client.post("/api/conversations", content=b"[" * size).status_code == 413
        largest = client.post("/api/conversations", content=b"[" * 65_536, headers={"Content-Type": "application/json"})
        assert largest.status_code == 400, "Hairline reads it, and refuses what it says"
        assert client.get("/webhooks/hairline/ready").status_code == 404
        assert client.post("/webhook", json={}).status_code in (404, 405)


def test_rasa_and_the_action_servers_listen_on_loopback_only(scaled: Scaled) -> None:
    settings = scaled.system.settings
    inside = {*settings.rasa_ports, *settings.actions_ports}
    listening = set()
    for table in ("tcp", "tcp6"):
        for row in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            address, state = row.split()[1], row.split()[3]
            host, port = address.split(":")
            if state == "0A" and int(port, 16) in inside:
                listening.add((host, int(port, 16)))
    assert listening == {("0100007F", port) for port in inside}


def test_a_client_that_drips_is_let_go_by_the_proxy(scaled: Scaled) -> None:
    with socket.create_connection(("127.0.0.1", scaled.caddy.port)) as drip:
        drip.sendall(b"POST /api/conversations HTTP/1.1\r\nHost: ")
        drip.settimeout(60)
        while drip.recv(1024):
            pass


def test_ctrl_c_ends_all_of_it(scaled: Scaled) -> None:
    pids = [scaled.system.pid(name) for name in ALL]
    assert all(pids)
    scaled.system.stop()
    assert "stopping (SIGINT)" in scaled.system.output
    assert not any(is_alive(pid) for pid in pids)


# --- what they share --------------------------------------------------------------------------------------------------


@contextmanager
def visitors(scaled: Scaled, number: int) -> Iterator[list[tuple[Visitor, Visitor]]]:
    """Visitors, each once at the first web process and once at the second one."""
    with (
        httpx.Client(base_url=scaled.system.settings.local_urls[0], timeout=60, trust_env=False) as one,
        httpx.Client(base_url=scaled.system.settings.local_urls[1], timeout=60, trust_env=False) as other,
    ):
        opened = [Visitor.open(one) for _ in range(number)]
        yield [(it, Visitor(other, it.id, it.token, it.greeting)) for it in opened]


def say_until_answered(visitor: Visitor, said: str | dict[str, str], key: str) -> dict[str, Any]:
    """The answer to a message; where there is none now (503), it is said again, as the widget does."""
    answers: list[httpx.Response] = []

    def is_answered() -> bool:
        try:
            answers.append(visitor.send({"text": said} if isinstance(said, str) else said, key))
        except httpx.TransportError:
            return False
        return answers[-1].status_code != 503

    assert wait_until(is_answered, PATIENCE_S), answers
    assert answers[-1].status_code == 200, answers[-1].text
    found: dict[str, Any] = answers[-1].json()
    return found


@contextmanager
def stopped(system: System, *names: str) -> Iterator[None]:
    """These processes live and do nothing."""
    pids = [system.pid(name) for name in names]
    assert all(pids)
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in filter(is_alive, pids):
            os.kill(pid, signal.SIGCONT)


def await_stored(store: Store, conversation_id: str, messages: int) -> None:
    """Return when so many messages of the visitor are stored."""

    def are_stored() -> bool:
        with store.reading() as session:
            talk = conversations.list_messages(session, conversation_id)
        return sum(message.author == conversations.VISITOR for message in talk) == messages

    assert wait_until(are_stored, 30)


def assert_in_order(store: Store, conversation_id: str, keys: list[str]) -> None:
    """Each message is there once, answered once, and those stored first were answered first."""
    with store.reading() as session:
        talk = conversations.list_messages(session, conversation_id)
    said = [message for message in talk if message.author == conversations.VISITOR]
    assert sorted(message.idempotency_key or "" for message in said) == sorted(keys)
    assert all(message.answered and message.turn_until is None for message in said)
    answered = [reply.reply_to for reply in talk if reply.reply_to]
    first_replies = list(dict.fromkeys(answered))
    assert first_replies == [message.id for message in said]
    assert answered == sorted(answered, key=first_replies.index), "the replies of two turns are mixed"
    texts = [(reply.reply_to, reply.text) for reply in talk if reply.reply_to]
    assert len(set(texts)) == len(texts), "a turn was done twice"


def worker_of(system: System, conversation_id: str) -> str:
    """The name of the Rasa worker that does the turns of this conversation."""
    ports = list(system.settings.rasa_ports)
    return ("rasa", "rasa-2")[ports.index(workers_of(conversation_id, ports)[0])]


def await_progress(bookers: list[Booker], over: threading.Event) -> None:
    """Return when visitors have said two more things."""

    def said() -> int:
        return sum(len(booking.keys) for booker in bookers for booking in booker.bookings)

    before = said()
    assert wait_until(lambda: over.is_set() or said() >= before + 2, PATIENCE_S)
    assert not over.is_set(), "a visitor could not go on"


def wait_whole(system: System) -> None:
    """Return when every process lives and everything that can say so says that it works."""
    settings = system.settings
    inside = [f"http://127.0.0.1:{port}/webhooks/hairline/ready" for port in settings.rasa_ports]
    inside += [f"http://127.0.0.1:{port}/health" for port in settings.actions_ports]
    secret = {SECRET_HEADER: system.internal_secret}

    def is_whole() -> bool:
        return (
            all(system.pid(name) for name in ALL) and system.is_ready() and all(answers(it, secret, 5) for it in inside)
        )

    assert wait_until(is_whole, PATIENCE_S), system.output


def migrate_to_the_next_release(scaled: Scaled, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Add to the tables what this release does not know, as the first process of the next one would."""
    shutil.copytree(ROOT / "leads" / "migrations", folder / "migrations")
    newest = scaled.store.migrate()
    later = folder / "migrations" / "versions" / "v9999_later.py"
    later.write_text(
        f"import sqlalchemy as sa\nfrom alembic import op\n\nrevision, down_revision = '9999', '{newest}'\n"
        "branch_labels = depends_on = None\n\n\ndef upgrade():\n"
        "    op.add_column('conversations', sa.Column('mood', sa.Text()))\n"
        "    op.add_column('messages', sa.Column('tone', sa.Text(), server_default='calm', nullable=False))\n"
        "    op.create_index('ix_messages_tone', 'messages', ['tone'])\n"
        "    op.create_table('moods', sa.Column('name', sa.Text(), primary_key=True))\n"
    )
    with monkeypatch.context() as next_release:
        next_release.setattr("leads.store.MIGRATIONS", folder / "migrations")
        assert scaled.store.migrate() == "9999"
    with scaled.store.reading() as session:
        session.execute(select(func.max(Message.seq)))
    readyz = f"{scaled.system.url}/readyz"  # of the process that nobody killed
    assert wait_until(lambda: answers(readyz, {}, 5), PATIENCE_S), (
        "this release goes on with the tables of the next one"
    )
