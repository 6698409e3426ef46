"""Far more than it can answer, and clients who only want to hold it up: what becomes of the others.

    .venv/bin/python -m bench.overload --seconds 20 --rate 100 --slow 500

starts a system of its own and prints figures; `tests/overload` does the same with fewer. A crowd sends its messages by
a timetable; each counts from the moment it was due. The slow clients are those of `SLOW`.
"""

import argparse
import asyncio
import socket
import sys
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field

from bench.load import quantile
from bench.ours import API, Hairline, hairline
from hairline.loopback import Loopback, LoopbackError

PATIENCE_S = 60.0
PROBE_EVERY_S = 0.25
QUESTIONS = ("How long does it last?", "Does it hurt?", "What does it cost?", "Is it safe?")
HEAD = "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"


@dataclass
class Crowd:
    """What became of a crowd's messages: seconds of those answered and of those refused; `odd` is everything else."""

    answered: list[float] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)
    odd: list[str] = field(default_factory=list)


@dataclass
class Held:
    """What slow clients met: how many, how many the server got rid of, and the probes of others meanwhile."""

    opened: int = 0
    closed: int = 0
    probes: list[float] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


class Talk:
    """A conversation that is open already."""

    def __init__(self, http: Loopback, id_: str, token: str) -> None:
        self._http = http
        self.path = f"{API}/{id_}"
        self._headers = {"Authorization": f"Bearer {token}"}

    @classmethod
    async def open(cls, http: Loopback) -> "Talk":
        """Open the chat."""
        while True:
            answer = await http.request("POST", API, {}, timeout=PATIENCE_S)
            if answer.status == 201:
                opened = answer.json()
                return cls(http, str(opened["id"]), str(opened["token"]))
            await asyncio.sleep(1)

    async def ask(self, number: int) -> tuple[int, str]:
        """Ask something: the status, and why it cannot be believed, if so."""
        text = {"text": QUESTIONS[number % len(QUESTIONS)]}
        try:
            answer = await self._http.request(
                "POST", f"{self.path}/messages", text, headers=self._headers, timeout=PATIENCE_S
            )
        except LoopbackError as fault:
            return 0, str(fault)
        if answer.status == 200:
            return 200, "" if answer.json()["messages"] else "an empty answer"
        return answer.status, "" if answer.status in (429, 503) else f"HTTP {answer.status}"


async def crowd(http: Loopback, rate: float, seconds: float, talks: list[Talk]) -> Crowd:
    """`rate` messages a second for so long, whatever becomes of them."""
    seen = Crowd()
    start = time.perf_counter() + 0.5

    async def one(number: int) -> None:
        due = start + number / rate
        await asyncio.sleep(due - time.perf_counter())
        status, odd = await talks[number % len(talks)].ask(number)
        took = time.perf_counter() - due
        if odd:
            seen.odd.append(odd)
        else:
            (seen.answered if status == 200 else seen.refused).append(took)

    await asyncio.gather(*(one(number) for number in range(int(rate * seconds))))
    return seen


async def back_to_normal(talk: Talk, usual: float) -> float:
    """Seconds until a message is answered in no more than twice the usual time; `PATIENCE_S` where it never is."""
    began = time.perf_counter()
    for number in range(10_000):
        sent = time.perf_counter()
        status, _ = await talk.ask(number)
        now = time.perf_counter()
        if (status == 200 and now - sent <= 2 * usual) or now - began > PATIENCE_S:
            return now - began
    return PATIENCE_S


async def usual_time(talk: Talk, times: int = 12) -> float:
    """The 95th percentile of messages one after another, while nobody else asks."""
    took = []
    for number in range(times):
        sent = time.perf_counter()
        status, odd = await talk.ask(number)
        assert status == 200, odd
        took.append(time.perf_counter() - sent)
    return quantile(took, 0.95)


# --- slow clients -----------------------------------------------------------------------------------------------------

type Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _drip(streams: Streams, text: bytes) -> None:
    for position in range(len(text)):
        streams[1].write(text[position : position + 1])
        await streams[1].drain()
        await asyncio.sleep(1)


async def drips_its_head(streams: Streams, _talk: Talk) -> None:
    """A byte of the head a second."""
    await _drip(streams, b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: " + b"a" * 600)


async def drips_its_body(streams: Streams, _talk: Talk) -> None:
    """The head at once, then a byte of the body a second."""
    streams[1].write((HEAD.format(path=API) + "Content-Length: 600\r\n\r\n").encode())
    await _drip(streams, b" " * 600)


async def says_nothing(streams: Streams, _talk: Talk) -> None:
    """A connection, and not a byte."""
    await asyncio.sleep(PATIENCE_S)


async def floods_headers(streams: Streams, _talk: Talk) -> None:
    """Headers without end."""
    streams[1].write(b"GET / HTTP/1.1\r\n")
    for number in range(100_000):
        streams[1].write(b"X-%d: %s\r\n" % (number, b"a" * 200))
        await streams[1].drain()


async def sends_a_huge_body(streams: Streams, _talk: Talk) -> None:
    """A body of which nobody said how long it is, in chunks of a megabyte."""
    streams[1].write((HEAD.format(path=API) + "Transfer-Encoding: chunked\r\n\r\n").encode())
    for _ in range(200):
        streams[1].write(b"100000\r\n" + b"a" * 0x100000 + b"\r\n")
        await streams[1].drain()


async def never_reads(streams: Streams, talk: Talk) -> None:
    """Request after request for the largest file, without reading an answer."""
    for _ in range(2000):
        streams[1].write(b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n")
        await streams[1].drain()


SLOW: tuple[Callable[[Streams, Talk], Coroutine[None, None, None]], ...] = (
    drips_its_head,
    drips_its_body,
    says_nothing,
    floods_headers,
    sends_a_huge_body,
    never_reads,
)


async def hold_up(port: int, talk: Talk, clients: int, seconds: float, usual: Held) -> Held:
    """So many clients of every kind in turn for so long, and meanwhile somebody who asks now and then."""
    seen = Held()
    over = asyncio.Event()

    async def client(number: int) -> None:
        raw = socket.socket()
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        raw.setblocking(False)
        await asyncio.get_running_loop().sock_connect(raw, ("127.0.0.1", port))
        kind = SLOW[number % len(SLOW)]
        streams = await asyncio.open_connection(sock=raw, limit=4096)
        seen.opened += 1
        with suppress(OSError):
            doing = asyncio.create_task(kind(streams, talk))
            # Who never reads cannot see the end; their writes fail once the server has let go.
            gone = asyncio.create_task(_until_closed(streams[0]) if kind is not never_reads else over.wait())
            stop = asyncio.create_task(over.wait())
            await asyncio.wait([gone, stop, *([doing] if kind is never_reads else [])], return_when="FIRST_COMPLETED")
            seen.closed += not over.is_set()
            for task in (doing, gone, stop):
                task.cancel()
            await asyncio.gather(doing, gone, stop, return_exceptions=True)
        streams[1].transport.abort()

    async def ask_now_and_then(into: Held, until: asyncio.Event) -> None:
        number = 0
        while not until.is_set():
            sent = time.perf_counter()
            status, odd = await talk.ask(number)
            if status == 200:
                into.probes.append(time.perf_counter() - sent)
            else:
                into.failed.append(odd or f"HTTP {status}")
            number += 1
            await asyncio.sleep(PROBE_EVERY_S)

    before = asyncio.Event()
    asyncio.get_running_loop().call_later(min(seconds, 5), before.set)
    await ask_now_and_then(usual, before)
    held = [asyncio.create_task(client(number)) for number in range(clients)]
    asking = asyncio.create_task(ask_now_and_then(seen, over))
    await asyncio.sleep(seconds)
    over.set()
    await asyncio.gather(asking, *held)
    return seen


async def _until_closed(reader: asyncio.StreamReader) -> None:
    with suppress(OSError):
        while await reader.read(4096):
            pass


# --- figures ----------------------------------------------------------------------------------------------------------


def spread(took: list[float]) -> str:
    """Quantiles in milliseconds."""
    if not took:
        return "none"
    p50, p95, last = (1000 * it for it in (quantile(took, 0.5), quantile(took, 0.95), max(took)))
    return f"p50 {p50:.0f}, p95 {p95:.0f}, longest {last:.0f} ms"


async def measure(ours: Hairline, rate: float, seconds: float, slow: int) -> list[str]:
    """The figures, one line each."""
    port = ours.system.settings.port
    http = Loopback(port)
    talk = await Talk.open(http)
    usual = await usual_time(talk)
    talks = [await Talk.open(http) for _ in range(int(rate * 3))]
    memory = ours.usage()["web"].memory
    seen = await crowd(http, rate, seconds, talks)
    normal = await back_to_normal(talk, usual)
    total = int(rate * seconds)
    lines = [
        f"one at a time: p95 {1000 * usual:.0f} ms",
        f"{rate:.0f} messages a second for {seconds:.0f} s: {len(seen.answered)} of {total} answered, "
        f"{len(seen.refused)} refused, {len(seen.odd)} neither {sorted(set(seen.odd))}",
        f"answered: {spread(seen.answered)}",
        f"refused: {spread(seen.refused)}",
        f"back to normal after {normal:.1f} s",
    ]
    quiet = Held()
    held = await hold_up(port, talk, slow, max(seconds, 75), quiet)
    lines += [
        f"{slow} slow clients: {held.closed} of {held.opened} got rid of within {max(seconds, 75):.0f} s",
        f"somebody who asks: before {spread(quiet.probes)}; meanwhile {spread(held.probes)}, failed {held.failed}",
        f"memory of web: {memory:.0f} MB before, {ours.usage()['web'].memory:.0f} MB afterwards",
    ]
    await http.close()
    return lines


def main() -> int:
    """Start a system, overload it, print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rate", type=float, default=100, help="messages a second")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--slow", type=int, default=500, help="slow clients")
    chosen = parser.parse_args()
    with hairline(rate_limit="off") as ours:
        lines = asyncio.run(measure(ours, chosen.rate, chosen.seconds, chosen.slow))
    sys.stdout.write("".join(f"- {line}\n" for line in lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
