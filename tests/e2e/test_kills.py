"""kill -9 of any process while visitors book: no request that was thanked for is lost, doubled or left untold.

HAIRLINE_KILLS says how often; `make kill-test` does it 200 times. HAIRLINE_KILLS_BOOKINGS asks for so many bookings at
least, HAIRLINE_KILLS_VISITORS for so many at once, HAIRLINE_KILLS_PAUSE for up to so many seconds before each kill;
HAIRLINE_KILLS_DATABASE_URL names an empty PostgreSQL database to do it with. What was measured: docs/reliability.md.
"""

import json
import os
import random
import re
import threading
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from standardwebhooks import Webhook

from hairline.supervise import Timing
from leads.outbox import LEASE
from tests.delivery.servers import HttpReceiver
from tests.system import System, running, wait_until

KILLS = int(os.environ.get("HAIRLINE_KILLS", "6"))
SEED = int(os.environ.get("HAIRLINE_KILLS_SEED", "5"))
DATABASE_URL = os.environ.get("HAIRLINE_KILLS_DATABASE_URL", "")
BOOKINGS = int(os.environ.get("HAIRLINE_KILLS_BOOKINGS", "0"))
VISITORS = int(os.environ.get("HAIRLINE_KILLS_VISITORS", "4"))
BETWEEN_KILLS_S = float(os.environ.get("HAIRLINE_KILLS_PAUSE", "2.5"))
PATIENCE_S = 300
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900 + 60 * KILLS + 10 * BOOKINGS)]
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLjSw"
REFERENCE = re.compile(r"SMP-[2-9A-Z]{6}")

FIRST_NAMES = ("Siobhan", "Tom", "Fatima", "Jean-Pierre", "Maria", "Vincent", "Ronald")
LAST_NAMES = ("O'Neill", "Baker", "al-Sayed", "Dupont", "da Silva", "van Gogh", "McDonald", "Watson-Parker", "Smith")


@dataclass(frozen=True)
class Person:
    """Who a booking is for. No two share name and phone."""

    name: str
    phone: str

    @classmethod
    def number(cls, number: int) -> "Person":
        """The person of this number. 07700 900000 to 900999 belong to nobody."""
        first = FIRST_NAMES[number % len(FIRST_NAMES)]
        last = LAST_NAMES[number % len(LAST_NAMES)]
        return cls(f"{first} {last}", f"07700 900{number % 1000:03d}")

    @property
    def e164(self) -> str:
        """The phone as the clinic sees it."""
        return "+44" + self.phone.replace(" ", "").removeprefix("0")

    @property
    def in_one_go(self) -> str:
        """All of it at once."""
        return f"Book me a consultation please. I am {self.name}, {self.phone}, my hairline has gone back, any time"

    def answer_to(self, asked: str) -> dict[str, str]:
        """What they say when they are asked for it."""
        return {
            "name": {"text": self.name},
            "contact": {"text": self.phone},
            "concern": {"text": "my hairline has gone back"},
            "time": {"text": "any time"},
            "consent": {"choice": "consent:yes"},
            "confirm": {"choice": "send"},
        }[asked]


@dataclass
class Booking:
    """One conversation as its visitor saw it; `reference` once they were thanked, `keys` of what they said."""

    person: Person
    id: str
    token: str
    reference: str | None = None
    keys: list[str] = field(default_factory=list)


class Visitor:
    """Books again and again as the widget does: what was not answered is said again with the same key.

    Every second booking is told in one go, so that more of them are under way when something dies.
    """

    def __init__(self, url: str, people: Iterator[Person]) -> None:
        self._url = url
        self._people = people
        self.bookings: list[Booking] = []
        self.said_again: Counter[str] = Counter()

    def book_until(self, over: threading.Event) -> None:
        """Book until it is over; what was begun is finished."""
        try:
            with httpx.Client(timeout=30, trust_env=False) as http:
                while not over.is_set():
                    self._book(http, next(self._people))
        finally:
            over.set()  # with a visitor who cannot go on, it is over for all

    def _book(self, http: httpx.Client, person: Person) -> None:
        opened = self._post(http, "", {}, {"page": "https://clinic.example/smp"})
        booking = Booking(person, opened["id"], opened["token"])
        self.bookings.append(booking)
        brief = len(self.bookings) % 2 == 0
        body, talk = {"text": person.in_one_go if brief else "I'd like to book a consultation"}, list[str]()
        while booking.reference is None:
            answer = self._say(http, booking, body, key=str(uuid.uuid4()))
            text = "\n".join(message["text"] for message in answer)
            talk += [f"visitor: {body}", f"bot: {text}"]
            asked = next((message["asks_for"] for message in answer if message["asks_for"]), None)
            found = REFERENCE.search(text)
            if found:
                booking.reference = found[0]
            else:
                assert asked, "nothing was asked and nobody was thanked:\n" + "\n".join(talk)
                assert len(booking.keys) < 15, "a booking without end:\n" + "\n".join(talk)
                body = person.answer_to(asked)
        again = self._say(http, booking, body, key=booking.keys[-1])
        assert again == answer, f"the same key got another answer: {answer} and then {again}"

    def _say(self, http: httpx.Client, booking: Booking, body: dict[str, str], key: str) -> list[dict[str, Any]]:
        if key not in booking.keys:
            booking.keys.append(key)
        headers = {"Authorization": f"Bearer {booking.token}", "Idempotency-Key": key}
        messages: list[dict[str, Any]] = self._post(http, f"/{booking.id}/messages", headers, body)["messages"]
        return messages

    def _post(self, http: httpx.Client, path: str, headers: dict[str, str], body: dict[str, str]) -> dict[str, Any]:
        deadline = time.monotonic() + PATIENCE_S
        while True:
            pause = 0.3
            try:
                answer = http.post(f"{self._url}/api/conversations{path}", headers=headers, json=body)
            except httpx.TransportError as fault:
                problem = type(fault).__name__
            else:
                if answer.is_success:
                    said: dict[str, Any] = answer.json()
                    return said
                problem = f"HTTP {answer.status_code}"
                assert answer.status_code == 503, f"{problem} {answer.text}"
                pause = min(float(answer.headers["Retry-After"]), 2)
            assert time.monotonic() < deadline, f"no answer for {PATIENCE_S} s; the last was {problem}"
            self.said_again[problem] += 1
            time.sleep(pause)


class Killer:
    """Kills the processes in a random order, each as often as the others, at a pace that the supervisor allows."""

    def __init__(self, system: System, chance: random.Random) -> None:
        self._system = system
        self._chance = chance
        self._timing = Timing()
        self._ready_at = dict.fromkeys(system.NAMES, -float("inf"))
        self._quick_deaths: Counter[str] = Counter()
        self.killed: Counter[str] = Counter()

    def kill(self, times: int, over: threading.Event) -> None:
        """Kill so often, unless it is over before; return when everything works again."""
        for name in self._names(times):
            if over.wait(self._chance.uniform(0, BETWEEN_KILLS_S)) or over.wait(self._allowed_in(name)):
                return
            settled = time.monotonic() - self._ready_at[name] > self._timing.settled
            self._quick_deaths[name] = 1 if settled else self._quick_deaths[name] + 1
            self._system.restart(name)
            self._ready_at[name] = time.monotonic()
            self.killed[name] += 1

    def _names(self, times: int) -> Iterator[str]:
        for done in range(0, times, len(self._system.NAMES)):
            yield from self._chance.sample(self._system.NAMES, k=len(self._system.NAMES))[: times - done]

    def _allowed_in(self, name: str) -> float:
        """Seconds until the supervisor takes the next death for a new misfortune; none while it is patient anyway."""
        if self._quick_deaths[name] < self._timing.quick_deaths // 2:
            return 0
        return max(0.0, self._ready_at[name] + self._timing.settled + 2 - time.monotonic())


@dataclass
class Clinic:
    """What the clinic sees: the staff API and what its own program received."""

    system: System
    receiver: HttpReceiver

    def leads(self) -> list[dict[str, Any]]:
        """All leads, newest first."""
        leads: list[dict[str, Any]] = []
        page: dict[str, Any] = {"next": ""}
        while page["next"] is not None:
            answer = httpx.get(
                f"{self.system.url}/api/leads",
                params={"limit": "100", **({"after": page["next"]} if page["next"] else {})},
                headers={"Authorization": f"Bearer {self.system.api_key}"},
                timeout=30,
                trust_env=False,
            )
            page = answer.raise_for_status().json()
            leads += page["leads"]
        return leads

    def transcript(self, booking: Booking) -> list[dict[str, Any]]:
        """A conversation as its visitor would see it after a reload."""
        answer = httpx.get(
            f"{self.system.url}/api/conversations/{booking.id}/messages",
            headers={"Authorization": f"Bearer {booking.token}"},
            timeout=30,
            trust_env=False,
        )
        messages: list[dict[str, Any]] = answer.raise_for_status().json()["messages"]
        return messages

    def has_told_all(self) -> bool:
        """True if no delivery of any lead is still to be made."""
        return all(it["state"] == "sent" for lead in self.leads() for it in lead["deliveries"])

    def received(self) -> dict[str, list[tuple[str, dict[str, Any]]]]:
        """Of each reference: the id and the content of every post that said it is new. Every signature is right."""
        posts = defaultdict(list)
        for request in list(self.receiver.requests):
            id_, at = request.headers["webhook-id"], request.headers["webhook-timestamp"]
            # `Webhook.verify` refuses what is older than five minutes, as some of it is by now.
            signed = Webhook(SECRET).sign(id_, datetime.fromtimestamp(int(at), UTC), request.body.decode())
            assert signed in request.headers["webhook-signature"].split()
            event = json.loads(request.body)
            if event["type"] == "lead.created":
                posts[event["data"]["reference"]].append((id_, event["data"]))
        return posts


def test_whatever_is_killed_under_load_no_thanked_visitor_is_forgotten_doubled_or_left_untold(tmp_path: Path) -> None:
    with HttpReceiver() as receiver:
        address = {"webhook_url": receiver.url, "webhook_secret": SECRET, "database_url": DATABASE_URL}
        with running(tmp_path, rate_limit="off", **address) as system:
            started = time.monotonic()
            killer, visitors = _kill_while_visitors_book(system)
            seconds = time.monotonic() - started
            assert killer.killed.total() == KILLS
            assert system.process.poll() is None, system.output
            clinic = Clinic(system, receiver)
            told_all = wait_until(clinic.has_told_all, LEASE.total_seconds() + 60)
            bookings = [booking for visitor in visitors for booking in visitor.bookings]
            _report(killer, visitors, len(receiver.requests), seconds)
            assert all(visitor.bookings for visitor in visitors)
            assert_leads_are_what_was_thanked_for(bookings, clinic.leads())
            assert_talks_are_whole(bookings, clinic)
            assert told_all, [it for lead in clinic.leads() for it in lead["deliveries"] if it["state"] != "sent"]
            assert_clinic_was_told(bookings, clinic)


def _kill_while_visitors_book(system: System) -> tuple[Killer, list[Visitor]]:
    over = threading.Event()
    people = map(Person.number, count())
    visitors = [Visitor(system.url, people) for _ in range(VISITORS)]
    killer = Killer(system, random.Random(SEED))
    with ThreadPoolExecutor(VISITORS) as pool:
        booking = [pool.submit(visitor.book_until, over) for visitor in visitors]
        try:
            killer.kill(KILLS, over)
            while not over.wait(1) and sum(len(visitor.bookings) for visitor in visitors) < BOOKINGS:
                pass
        finally:
            over.set()
    for visit in booking:
        visit.result()
    return killer, visitors


def assert_leads_are_what_was_thanked_for(bookings: list[Booking], leads: list[dict[str, Any]]) -> None:
    """Each booking has the one lead that its visitor was thanked for, and there is no other."""
    assert len({lead["reference"] for lead in leads}) == len(leads)
    made_in = defaultdict(list)
    for lead in leads:
        made_in[lead["conversation"]].append(lead)
    for booking in bookings:
        found = [(it["reference"], it["name"], it["phone"], it["status"]) for it in made_in.pop(booking.id, [])]
        assert found == [(booking.reference, booking.person.name, booking.person.e164, "new")]
    assert not made_in, "leads of conversations that nobody had"


def assert_talks_are_whole(bookings: list[Booking], clinic: Clinic) -> None:
    """Each message is there once, and one thank-you."""
    for booking in bookings:
        talk = clinic.transcript(booking)
        assert [it["key"] for it in talk if it["author"] == "visitor"] == booking.keys
        thanked = [found for it in talk if it["author"] == "bot" for found in REFERENCE.findall(it["text"])]
        assert thanked == [booking.reference]


def assert_clinic_was_told(bookings: list[Booking], clinic: Clinic) -> None:
    """The clinic's own program knows each lead, under one id, and no other."""
    received = clinic.received()
    for booking in bookings:
        posts = received.pop(booking.reference or "", [])
        assert posts, f"the clinic was never told of {booking.reference}"
        assert len({id_ for id_, _ in posts}) == 1, "a repeat that the receiver cannot tell"
        for _, lead in posts:
            assert (lead["name"], lead["phone"]) == (booking.person.name, booking.person.e164)
    assert not received, "the clinic was told of leads that nobody made"


def _report(killer: Killer, visitors: list[Visitor], posts: int, seconds: float) -> None:
    said_again: Counter[str] = sum((visitor.said_again for visitor in visitors), Counter())
    bookings = sum(len(visitor.bookings) for visitor in visitors)
    print(
        f"\nseed {SEED}: {killer.killed.total()} kills {dict(killer.killed)} in {seconds:.0f} s, {bookings} bookings, "
        f"said again {said_again.total()} times {dict(said_again)}, {posts} posts received"
    )
