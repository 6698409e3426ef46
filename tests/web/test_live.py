"""Event streams over real connections: what is new arrives, whoever wrote it, once and in order."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from hairline.compose import Hairline
from leads import conversations
from leads.replies import Reply
from tests.web.served import served
from tests.web.visitors import Visitor


@pytest.fixture(scope="module")
def address(parts: Hairline) -> Iterator[str]:
    with served(parts) as (url, _, _):
        yield url


@pytest.fixture
def visitor(address: str) -> Iterator[Visitor]:
    with httpx.Client(base_url=address, timeout=10) as client:
        yield Visitor.open(client)


class Stream:
    """An open event stream that is read in a thread of its own."""

    def __init__(self, visitor: Visitor, headers: dict[str, str] | None = None, **params: str) -> None:
        self.events: list[dict[str, Any]] = []
        self.comments = 0
        self.ended = threading.Event()
        self._open = threading.Event()
        self._visitor = visitor
        self._params = params
        self._headers = visitor.headers if headers is None else headers
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        assert self._open.wait(10)

    def _read(self) -> None:
        with httpx.stream(
            "GET",
            f"{self._visitor.client.base_url}{self._visitor.path}/events",
            params=self._params,
            headers=self._headers,
            timeout=30,
        ) as answer:
            assert answer.status_code == 200, answer.read()
            assert answer.headers["content-type"].startswith("text/event-stream")
            event: dict[str, str] = {}
            for line in answer.iter_lines():
                self._open.set()
                name, _, value = line.partition(": ")
                if line.startswith(":"):
                    self.comments += 1
                elif line:
                    event[name] = value
                elif "data" in event:
                    self.events.append({**event, "data": json.loads(event["data"])})
                    event = {}
        self.ended.set()

    def wait(self, count: int, seconds: float = 5) -> list[dict[str, Any]]:
        """The events, once there are so many."""
        deadline = time.monotonic() + seconds
        while len(self.events) < count:
            assert time.monotonic() < deadline, self.events
            time.sleep(0.01)
        return self.events


def write(hairline: Hairline, visitor: Visitor, text: str, author: str = "bot", staff: str | None = None) -> str:
    """What another process writes."""
    with hairline.store.transaction() as session:
        talk = conversations.locked(session, visitor.id)
        assert talk
        if author == "bot":
            return conversations.add_reply(session, talk, Reply(text)).id
        return conversations.add_message(session, talk, author, text, staff=staff).id


def set_state(hairline: Hairline, visitor: Visitor, state: str, staff: str | None = None) -> None:
    with hairline.store.transaction() as session:
        talk = conversations.locked(session, visitor.id)
        assert talk
        talk.state, talk.staff = state, staff


def test_what_another_process_writes_arrives_in_a_moment_and_in_order(visitor: Visitor, hairline: Hairline) -> None:
    stream = Stream(visitor)
    written = [write(hairline, visitor, f"line one\nline two {number} ✓\u2028") for number in range(5)]
    events = stream.wait(5)
    assert [event["id"] for event in events] == written
    assert {event["event"] for event in events} == {"message"}
    assert events[0]["data"]["text"] == "line one\nline two 0 ✓\u2028"
    assert events[0]["data"] == visitor.read().json()["messages"][1]


def test_staff_are_heard_and_the_own_words_are_not_repeated(visitor: Visitor, hairline: Hairline) -> None:
    stream = Stream(visitor)
    visitor.say("my own words")
    write(hairline, visitor, "Hello, Maya here.", author="staff", staff="Maya")
    [event] = stream.wait(1)
    assert event["data"]["author"] == "staff"
    assert event["data"]["staff"] == "Maya"


def test_each_change_of_state_is_told_once(visitor: Visitor, hairline: Hairline) -> None:
    stream = Stream(visitor)
    for number, (state, staff) in enumerate([("waiting", None), ("person", "Maya"), ("bot", None)], 1):
        set_state(hairline, visitor, state, staff)
        events = stream.wait(number)
        assert events[-1]["event"] == "state"
        assert events[-1]["data"] == {"state": state, "staff": staff}
    assert len(stream.events) == 3


def test_a_reconnection_goes_on_where_it_was(visitor: Visitor, hairline: Hairline) -> None:
    first = write(hairline, visitor, "one")
    second = write(hairline, visitor, "two")
    by_header = Stream(visitor, headers=visitor.headers | {"Last-Event-ID": first})
    by_query = Stream(visitor, after=first)
    anew = Stream(visitor, headers=visitor.headers | {"Last-Event-ID": "forgotten"})
    whole = [visitor.greeting["id"], first, second]
    for stream, expected in ((by_header, [second]), (by_query, [second]), (anew, whole)):
        events = stream.wait(len(expected) + 1)
        assert [event["id"] for event in events if event["event"] == "message"] == expected
        assert events[-1] == {"id": second, "event": "state", "data": {"state": "bot", "staff": None}}


def test_a_new_stream_tells_only_what_is_new_and_who_answers_if_not_the_assistant(
    visitor: Visitor, hairline: Hairline
) -> None:
    write(hairline, visitor, "old")
    set_state(hairline, visitor, "waiting")
    stream = Stream(visitor)
    assert stream.wait(1)[0]["data"] == {"state": "waiting", "staff": None}


def test_the_token_may_stand_in_the_query_for_a_plain_event_source(visitor: Visitor, hairline: Hairline) -> None:
    stream = Stream(visitor, headers={}, access_token=visitor.token)
    write(hairline, visitor, "one")
    assert stream.wait(1)[0]["data"]["text"] == "one"
    path = f"{visitor.path}/messages"
    assert visitor.client.get(path, params={"access_token": visitor.token}).status_code == 401


def test_nobody_hears_another_talk(visitor: Visitor, hairline: Hairline) -> None:
    other = Visitor.open(visitor.client)
    mine, theirs = Stream(visitor), Stream(other)
    write(hairline, other, "theirs")
    write(hairline, visitor, "mine")
    assert [event["data"]["text"] for event in mine.wait(1)] == ["mine"]
    assert [event["data"]["text"] for event in theirs.wait(1)] == ["theirs"]


def test_a_stream_ends_when_the_chat_is_cleared(visitor: Visitor) -> None:
    stream = Stream(visitor)
    assert visitor.clear().status_code == 204
    assert stream.ended.wait(5)
    assert stream.events == []


def test_a_quiet_stream_shows_that_it_lives(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.live.HEARTBEAT_S", 0.1)
    stream = Stream(visitor)
    deadline = time.monotonic() + 5
    while stream.comments < 3:
        assert time.monotonic() < deadline
        time.sleep(0.05)


@contextmanager
def opened(visitor: Visitor) -> Iterator[httpx.Response]:
    path = f"{visitor.client.base_url}{visitor.path}/events"
    with httpx.stream("GET", path, headers=visitor.headers, timeout=10) as answer:
        yield answer


def test_one_conversation_has_so_many_streams_and_a_closed_one_makes_room(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.live.LISTENERS_OF_ONE", 2)
    with opened(visitor) as first:
        assert first.status_code == 200
        with opened(visitor) as second:
            assert second.status_code == 200
            with opened(visitor) as third:
                assert third.status_code == 429
                assert "retry-after" in third.headers
            with opened(Visitor.open(visitor.client)) as others:
                assert others.status_code == 200
    deadline = time.monotonic() + 5
    while True:
        with opened(visitor) as again:
            if again.status_code == 200:
                break
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_streams_end_at_once_when_the_process_stops(parts: Hairline) -> None:
    with served(parts) as (url, _, server), httpx.Client(base_url=url) as client:
        stream = Stream(Visitor.open(client))
        server.should_exit = True
        assert stream.ended.wait(5)
