"""Whatever is in trouble: visitors hear the truth and a phone number, nothing is lost, doubled or misdirected.

HAIRLINE_FAULTS=all does every cell of the matrix (`make fault-matrix`), the suite one or two of each part.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial

import httpx
import pytest

from tests.faults.clinic import PHONE, REFERENCE, TROUBLES, Booking, Clinic, wait_ready
from tests.system import wait_until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

SHORT = {
    ("rasa", "slow"), ("actions", "down"), ("postgresql", "down"), ("postgresql", "disk full"), ("redis", "slow"),
    ("smtp", "down"), ("webhook", "restarting"), ("sqlite", "disk full"),
}  # fmt: skip
CELLS = sorted(
    (cell for cell in TROUBLES if os.environ.get("HAIRLINE_FAULTS") == "all" or cell in SHORT),
    key=lambda cell: cell[0] == "sqlite",  # its clinic after the other, so that each is started once
)
DELIVERED_WITHIN_S = 240


class Clinics:
    """A running clinic on each database, one at a time."""

    def __init__(self, folders: pytest.TempPathFactory) -> None:
        self._folders = folders
        self._stack = ExitStack()
        self._known: dict[str, Clinic] = {}

    def with_database(self, kind: str) -> Clinic:
        """The clinic on this database; the other one is closed."""
        if kind not in self._known:
            self.close()
            self._known = {kind: self._stack.enter_context(Clinic(self._folders.mktemp(kind), kind))}
        return self._known[kind]

    def close(self) -> None:
        """Stop what runs."""
        self._stack.close()


@pytest.fixture(scope="module")
def clinics(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinics]:
    """Clinics whose troubles come one after another."""
    opened = Clinics(tmp_path_factory)
    yield opened
    opened.close()


@pytest.mark.parametrize(("part", "kind"), CELLS)
def test_visitors_hear_the_truth_and_nothing_is_lost_or_doubled(clinics: Clinics, part: str, kind: str) -> None:
    clinic = clinics.with_database("sqlite" if part == "sqlite" else "postgresql")
    wait_ready(clinic)
    thanked, halfway, asking = clinic.arrive(), clinic.arrive(), clinic.arrive()
    clinic.go_on(thanked)
    clinic.go_on(halfway, until="confirm")

    with clinic.trouble(part, kind):
        last = halfway.visitor.choose("send", "the-last-word")
        assert_true(last)
        clinic.is_thanked(halfway, last)
        assert_true(asking.visitor.say("How long does it last?", "a-question"))
        assert_true(clinic.http.post("/api/conversations", json={}))
        assert_true(clinic.http.get("/readyz"), readiness=True)

    wait_ready(clinic)
    heard: list[httpx.Response] = []
    assert wait_until(lambda: is_answered(heard, halfway.visitor.choose("send", "the-last-word")), 60), heard
    assert clinic.is_thanked(halfway, heard[-1])
    if last.status_code == 200:
        assert heard[-1].json() == last.json(), "said again, it is the same answer"
    assert wait_until(lambda: is_answered(heard, asking.visitor.say("How long does it last?", "a-question")), 60)
    assert heard[-1].json()["messages"][0]["topics"] == ["longevity"]
    afterwards = clinic.arrive()
    clinic.go_on(afterwards)

    for booking in (thanked, halfway, afterwards):
        [lead] = clinic.leads_of(booking)
        assert (lead["reference"], lead["name"], lead["email"]) == (booking.reference, booking.name, booking.email)
        assert len(set(REFERENCE.findall("\n".join(text for _, text in booking.visitor.talk())))) == 1
        said = [text for author, text in booking.visitor.talk() if author == "visitor"]
        assert said.count(booking.name) == 1
        assert wait_until(partial(clinic.was_told, booking), DELIVERED_WITHIN_S), lead["deliveries"]
        assert_told_once(clinic, booking)
    assert clinic.leads_of(asking) == []


def is_answered(heard: list[httpx.Response], answer: httpx.Response) -> bool:
    """Whether it is an answer; before there is one, only a true refusal will do."""
    heard.append(answer)
    assert_true(answer)
    return answer.status_code == 200


def assert_true(answer: httpx.Response, *, readiness: bool = False) -> None:
    """It says something; if it is a refusal, it names the phone and when to try again."""
    if answer.is_success:
        assert answer.json().get("messages") or readiness, answer.text
        return
    assert answer.status_code == 503, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert int(answer.headers["retry-after"]) > 0
    assert PHONE in answer.json()["detail"] or readiness
    assert not REFERENCE.search(answer.text)


def assert_told_once(clinic: Clinic, booking: Booking) -> None:
    """Staff and visitor each have their mail and the clinic's program its post; a repeat is known by its id."""
    mails = clinic.mails_about(booking)
    assert {tuple(recipients) for recipients, _ in mails} == {("staff@clinic.example",), (booking.email,)}
    assert len({message_id for _, message_id in mails}) == 2, mails
    posts = clinic.posts_about(booking)
    assert len({post_id for post_id, _ in posts}) == 1
    assert all(booking.email.encode() in body for _, body in posts)
