"""How often one may ask, who is counted as one, and what a refusal says."""

import asyncio
import time
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.requests import Request

from hairline.settings import Network, Settings
from tests.system import settings_for
from tests.web.visitors import Visitor
from web.limits import BEHIND_ONE_ADDRESS, Limits, address_of
from web.problems import Problem

pytestmark = pytest.mark.parametrize("store_url", ["sqlite"], indirect=True, scope="session")

LOOPBACK = (ip_network("127.0.0.1/32"), ip_network("10.0.0.0/8"))


@pytest.mark.parametrize("overrides", [{"rate_limit": "5/minute", "actions_port": 1}])
def test_who_writes_too_fast_is_told_when_to_go_on_and_nobody_else_is(client: httpx.Client) -> None:
    eager, calm = Visitor.open(client), Visitor.open(client)
    answers = [eager.say(f"{number}") for number in range(8)]
    assert {answer.status_code for answer in answers[:5]} == {503}
    refused = answers[-1]
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert refused.headers["content-type"] == "application/problem+json"
    assert len(eager.talk()) <= 7
    assert calm.say("hello").status_code == 503


@pytest.mark.parametrize("overrides", [{"rate_limit": "1/minute", "actions_port": 2}])
def test_one_address_cannot_open_chats_without_end(client: httpx.Client) -> None:
    statuses = [client.post("/api/conversations").status_code for _ in range(BEHIND_ONE_ADDRESS * 2)]
    assert statuses[: BEHIND_ONE_ADDRESS - 1] == [201] * (BEHIND_ONE_ADDRESS - 1)
    assert statuses[-1] == 429


@pytest.mark.parametrize("overrides", [{"rate_limit": "1/minute", "actions_port": 3}])
def test_forged_tokens_use_nobodys_share_up(client: httpx.Client) -> None:
    visitor = Visitor.open(client)
    for number in range(5):
        assert Visitor(client, visitor.id, f"{number}" * 43, visitor.greeting).say("x").status_code == 404
    assert visitor.say("hello").status_code == 503


def test_off_means_off(client: httpx.Client, visitor: Visitor) -> None:
    assert [visitor.say(f"{number}").status_code for number in range(40)] == [503] * 40


def limits_with(tmp_path: Path, **settings: Any) -> Limits:
    return Limits(replace(Settings.read(settings_for(tmp_path)), **settings))


async def refused_after(limits: Limits, visitor: str, most: int) -> int:
    """How many messages were let through, of at most so many."""
    taken = 0
    try:
        while taken < most:
            await limits.message(visitor)
            taken += 1
    except Problem:
        pass
    finally:
        await limits.close()
    return taken


def test_processes_count_together_over_redis(store_url: str, redis_url: str, tmp_path: Path) -> None:
    settings = {"rate_limit": "4/minute", "redis_url": redis_url}
    who = f"test-{time.time_ns()}"

    async def count() -> int:
        first, second = limits_with(tmp_path, **settings), limits_with(tmp_path, **settings)
        await first.message(who)
        await first.message(who)
        await first.close()
        return await refused_after(second, who, 10)

    assert asyncio.run(count()) <= 3


def test_a_redis_that_is_away_refuses_nobody_and_still_counts(store_url: str, tmp_path: Path) -> None:
    limits = limits_with(tmp_path, rate_limit="4/minute", redis_url="redis://127.0.0.1:1/0")
    assert 3 <= asyncio.run(refused_after(limits, "somebody", 10)) <= 5


def test_a_redis_that_is_away_is_noticed(store_url: str, redis_url: str, tmp_path: Path) -> None:
    async def ask(limits: Limits) -> bool:
        try:
            return await limits.redis_answers()
        finally:
            await limits.close()

    for url, there in ((None, True), (redis_url, True), ("redis://127.0.0.1:1/0", False)):
        limits = limits_with(tmp_path, **({"redis_url": url} if url else {}))
        assert asyncio.run(ask(limits)) is there, url


@pytest.mark.parametrize(
    ("peer", "forwarded", "trusted", "expected"),
    [
        ("203.0.113.9", [], (), "203.0.113.9"),
        ("203.0.113.9", ["198.51.100.1"], (), "203.0.113.9"),
        ("203.0.113.9", ["198.51.100.1"], LOOPBACK, "203.0.113.9"),
        ("127.0.0.1", ["198.51.100.1"], LOOPBACK, "198.51.100.1"),
        ("127.0.0.1", ["1.1.1.1, 198.51.100.1"], LOOPBACK, "198.51.100.1"),
        ("127.0.0.1", ["1.1.1.1, 198.51.100.1, 10.0.0.5"], LOOPBACK, "198.51.100.1"),
        ("127.0.0.1", ["1.1.1.1", "198.51.100.1"], LOOPBACK, "198.51.100.1"),
        ("127.0.0.1", ["nonsense"], LOOPBACK, "127.0.0.1"),
        ("127.0.0.1", ["198.51.100.1, nonsense"], LOOPBACK, "127.0.0.1"),
        ("127.0.0.1", [""], LOOPBACK, "127.0.0.1"),
        ("127.0.0.1", [], LOOPBACK, "127.0.0.1"),
        ("::ffff:127.0.0.1", ["198.51.100.1"], LOOPBACK, "198.51.100.1"),
        ("2001:db8:1:2:3:4:5:6", [], (), "2001:db8:1:2::/64"),
        ("127.0.0.1", ["2001:db8:1:2:ffff::1"], LOOPBACK, "2001:db8:1:2::/64"),
        ("testclient", [], (), "unknown"),
    ],
)
def test_a_client_is_who_the_trusted_proxies_say_it_is(
    store_url: str, peer: str, forwarded: list[str], trusted: tuple[Network, ...], expected: str
) -> None:
    headers = [(b"x-forwarded-for", value.encode()) for value in forwarded]
    request = Request({"type": "http", "client": (peer, 1), "headers": headers})
    assert address_of(request, trusted) == expected
