"""More than can be answered, and clients who only want to hold it up: the others are answered or told so.

`make overload` does the same with 100 messages a second and 500 slow clients, and prints how long everything took.
"""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from bench.overload import SLOW, Held, Talk, back_to_normal, crowd, hold_up
from bench.usage import usage
from hairline.loopback import Loopback
from tests.system import System
from tests.web.visitors import Visitor

pytestmark = pytest.mark.slow

MOST_MEMORY_MB = 100
AT_ONCE = 2000
"""Messages a second, for a tenth of one: no machine answers them as they come, however quick it is."""


def with_client[T](system: System, work: Callable[[Loopback], Coroutine[None, None, T]]) -> T:
    """What `work` gives, in an event loop of its own."""

    async def whole() -> T:
        http = Loopback(system.settings.port)
        try:
            return await work(http)
        finally:
            await http.close()

    return asyncio.run(whole())


def test_a_crowd_is_answered_or_refused_and_leaves_nothing_behind(system: System) -> None:
    async def work(http: Loopback) -> None:
        talks = [await Talk.open(http) for _ in range(40)]
        seen = await crowd(http, AT_ONCE, 0.1, talks)
        assert seen.odd == []
        assert seen.refused, "there are more than can be answered"
        assert len(seen.answered) + len(seen.refused) == 200
        assert seen.answered
        await back_to_normal(talks[0], 60)
        for number, talk in enumerate(talks):
            assert await talk.ask(number) == (200, ""), "after the crowd everybody is answered"

    with_client(system, work)


def test_slow_clients_are_got_rid_of_and_hold_nobody_up(system: System) -> None:
    before = usage(system.pid("web")).memory

    async def work(http: Loopback) -> Held:
        return await hold_up(system.settings.port, await Talk.open(http), 20 * len(SLOW), 18, Held())

    held = with_client(system, work)
    assert held.probes
    assert held.failed == []
    readers = held.opened // len(SLOW)
    assert held.closed >= held.opened - readers, "all but those who never read, whom the kernel drops after a minute"
    assert usage(system.pid("web")).memory - before < MOST_MEMORY_MB


def test_whoever_is_refused_is_told_when_to_come_back_and_whom_to_call(system: System) -> None:
    with httpx.Client(base_url=system.url, timeout=60, trust_env=False) as client:
        visitor = Visitor.open(client)

        with ThreadPoolExecutor(40) as pool:
            answers = list(pool.map(lambda _: visitor.say("Is it safe?"), range(40)))
    refused = [answer for answer in answers if answer.status_code != 200]
    assert refused
    for answer in refused:
        assert answer.status_code in (429, 503)
        assert int(answer.headers["retry-after"]) > 0
        assert answer.headers["content-type"] == "application/problem+json"
