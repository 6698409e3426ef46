"""The tracker store keeps little, keeps the form, and forgets when told to."""

import asyncio
import contextlib
import os
import uuid
from typing import Any, Iterator, List

import psycopg2
import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, BotUttered, Restarted, SessionStarted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from nlu.trackers import RecentTrackerStore, SharedTrackerStore


def run(work: Any) -> Any:
    return asyncio.run(work)


def turn(text: str) -> List[Any]:
    return [UserUttered(text, {"name": "inform"}), ActionExecuted("booking_form"), ActionExecuted("action_listen")]


def store(**settings: int) -> RecentTrackerStore:
    return RecentTrackerStore(Domain.empty(), **settings)


def test_only_recent_turns_are_kept_and_the_form_stays_active() -> None:
    async def talk() -> None:
        kept = store(turns=5)
        tracker = await kept.get_or_create_tracker("a", append_action_listen=False)
        tracker.update_with_events(
            [ActionExecuted("action_session_start"), SessionStarted(), ActionExecuted("action_listen")], Domain.empty()
        )
        tracker.update(ActiveLoop("booking_form"))
        for number in range(200):
            tracker = await kept.get_or_create_tracker("a", append_action_listen=False)
            tracker.update_with_events(turn(str(number)), Domain.empty())
            if number == 0:
                tracker.update(ActiveLoop("booking_form"))
            await kept.save(tracker)
        tracker = await kept.retrieve("a")
        assert tracker is not None
        assert tracker.active_loop_name == "booking_form"
        assert len(tracker.events) <= 5 * 3 + 3
        assert tracker.latest_message.text == "199"
        assert tracker.latest_action_name == "action_listen"
        assert tracker.applied_events()

    run(talk())


def test_an_ended_form_stays_ended() -> None:
    async def talk() -> None:
        kept = store(turns=2)
        tracker = DialogueStateTracker.from_events("a", [ActiveLoop("booking_form"), ActiveLoop(None)])
        for number in range(9):
            tracker.update_with_events(turn(str(number)), Domain.empty())
        await kept.save(tracker)
        again = await kept.retrieve("a")
        assert again is not None
        assert again.active_loop_name is None

    run(talk())


def test_the_conversation_unused_for_longest_goes_first() -> None:
    async def talk() -> None:
        kept = store(conversations=3)
        for name in "abc":
            await kept.save(DialogueStateTracker.from_events(name, turn(name)))
        await kept.retrieve("a")
        await kept.save(DialogueStateTracker.from_events("d", turn("d")))
        assert list(await kept.keys()) == ["c", "a", "d"]
        assert await kept.retrieve("b") is None

    run(talk())


def test_erasing_leaves_nothing() -> None:
    async def talk() -> None:
        kept = store()
        await kept.save(DialogueStateTracker.from_events("a", turn("my number is 07700 900123")))
        assert await kept.erase("a") is True
        assert await kept.erase("a") is False
        assert await kept.retrieve("a") is None
        assert "07700" not in repr(vars(kept))

    run(talk())


def test_after_a_restart_nothing_of_before_is_left() -> None:
    async def talk() -> None:
        kept = store()
        said = [*turn("my number is 07700 900123"), Restarted(), *turn("hello again")]
        await kept.save(DialogueStateTracker.from_events("a", said))
        assert "07700" not in repr([event.as_dict() for event in kept._events["a"]])
        again = await kept.retrieve("a")
        assert again is not None
        assert again.latest_message is not None
        assert again.latest_message.text == "hello again"

    run(talk())


@pytest.fixture
def address() -> Iterator[str]:
    """A database of its own with the two tables that the store meets, as the migrations make them."""
    server = os.environ.get("HAIRLINE_TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
    server = server.replace("postgresql+psycopg://", "postgresql://")
    name = f"hairline_trackers_{uuid.uuid4().hex}"
    try:
        opened = psycopg2.connect(server, connect_timeout=3)
    except psycopg2.OperationalError:
        if os.environ.get("CI"):
            pytest.fail("there is no PostgreSQL on this machine")
        pytest.skip("there is no PostgreSQL on this machine")
    opened.autocommit = True
    with contextlib.closing(opened), opened.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
        url = server.rpartition("/")[0] + f"/{name}"
        execute(url, "CREATE TABLE conversations (id varchar(40) PRIMARY KEY)")
        execute(
            url,
            "CREATE TABLE trackers (conversation_id varchar(40) PRIMARY KEY REFERENCES conversations ON DELETE CASCADE,"
            " events text NOT NULL, updated_at timestamptz NOT NULL)",
        )
        yield url
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def execute(url: str, statement: str) -> List[Any]:
    with contextlib.closing(psycopg2.connect(url)) as opened, opened, opened.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def shared(url: str, **settings: int) -> SharedTrackerStore:
    return SharedTrackerStore(Domain.empty(), address=url, host=None, **settings)


def test_what_one_worker_keeps_another_one_knows_without_the_words(address: str) -> None:
    execute(address, "INSERT INTO conversations VALUES ('a')")
    one, other = shared(address), shared(address)

    async def talk() -> None:
        tracker = DialogueStateTracker.from_events("a", [SessionStarted(), ActiveLoop("booking_form")])
        for number in range(300):
            tracker.update_with_events(turn(f"my number is 07700 900{number}"), Domain.empty())
            tracker.update(BotUttered("Thank you, 07700 900123 it is"))
            await one.save(tracker)
            found = await other.retrieve("a")
            assert found is not None
            tracker = found
        assert tracker.active_loop_name == "booking_form"
        assert tracker.latest_message is not None
        assert tracker.latest_message.intent == {"name": "inform"}
        assert tracker.latest_action_name == "action_listen"

    run(talk())
    [(events,)] = execute(address, "SELECT events FROM trackers")
    assert len(events) < 4000, "a row does not grow with the talk"
    assert "07700" not in events


def test_a_shared_memory_ends_with_its_conversation_and_is_not_made_again(address: str) -> None:
    execute(address, "INSERT INTO conversations VALUES ('a'), ('b')")
    store = shared(address)
    tracker = DialogueStateTracker.from_events("a", turn("hello"))

    async def talk() -> None:
        await store.save(tracker)
        await store.save(DialogueStateTracker.from_events("b", turn("hello")))
        assert await store.erase("b") is True
        assert await store.erase("b") is False
        execute(address, "DELETE FROM conversations WHERE id = 'a'")
        assert await store.retrieve("a") is None
        await store.save(tracker)  # the turn that was still running

    run(talk())
    assert execute(address, "SELECT count(*) FROM trackers") == [(0,)]


@pytest.mark.parametrize("sender", ["\ud800", "x\x00", "'; DROP TABLE trackers; --", "x" * 1000])
def test_a_hostile_sender_ends_nothing(address: str, sender: str) -> None:
    store = shared(address)

    async def talk() -> None:
        await store.save(DialogueStateTracker.from_events(sender, turn("hello")))
        assert await store.retrieve(sender) is None
        assert not await store.erase(sender)

    run(talk())
    assert execute(address, "SELECT count(*) FROM trackers") == [(0,)]


def test_without_its_database_a_talk_is_as_new_and_with_it_again_it_goes_on(address: str) -> None:
    execute(address, "INSERT INTO conversations VALUES ('a')")
    store = shared(address)
    tracker = DialogueStateTracker.from_events("a", turn("hello"))

    async def talk() -> None:
        await store.save(tracker)
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"  # noqa: E501
        execute(address, others)
        assert await store.retrieve("a") is not None, "the connection is opened again"
        nowhere = shared("postgresql://postgres@127.0.0.1:1/none")
        await nowhere.save(tracker)
        assert await nowhere.retrieve("a") is None

    run(talk())
