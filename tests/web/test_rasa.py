"""Web asks Rasa with the shared secret, knows an answer from none, and which of several workers to ask."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

import web.rasa
from hairline.settings import Settings
from tests.system import free_port, free_row
from web.rasa import Rasa, RasaDown, workers_of

pytestmark = pytest.mark.anyio


class Worker:
    """Listens as Rasa does, and answers every turn with one status; with none it does not answer."""

    def __init__(self, status: int | None) -> None:
        self._status = status
        self.asked: list[str] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked.append((await reader.readuntil(b"\r\n\r\n")).decode())
        if self._status is None:
            await reader.read()  # until the other end has had enough
        else:
            body = b'{"ok": true, "seconds": {}}'
            writer.write(b"HTTP/1.1 %d Said\r\ncontent-length: %d\r\n\r\n%b" % (self._status, len(body), body))
        writer.close()


@pytest.fixture
def anyio_backend() -> str:
    """The event loop of our processes."""
    return "asyncio"


@asynccontextmanager
async def asking(worker: Worker | None) -> AsyncIterator[Rasa]:
    """The way to Rasa, which is down where there is no worker."""
    port = free_port()
    rasa = Rasa(Settings.read({"HAIRLINE_RASA_PORT": str(port), "HAIRLINE_INTERNAL_SECRET": "shared"}))
    server = await asyncio.start_server(worker.serve, "127.0.0.1", port) if worker else None
    try:
        yield rasa
    finally:
        await rasa.close()
        if server:
            server.close()


async def test_a_turn_is_asked_for_with_the_secret() -> None:
    worker = Worker(200)
    async with asking(worker) as rasa:
        await rasa.say("c_1", "m_1", "text", "hello")
        assert await rasa.is_ready()
        assert await rasa.forget("c_1")
    turn, ready, forget = worker.asked
    assert turn.startswith("POST /webhooks/hairline/webhook HTTP/1.1\r\n")
    assert ready.startswith("GET /webhooks/hairline/ready HTTP/1.1\r\n")
    assert forget.startswith("DELETE /webhooks/hairline/conversations/c_1 HTTP/1.1\r\n")
    assert all("X-Hairline-Secret: shared\r\n" in head for head in worker.asked)


@pytest.mark.parametrize("status", [401, 422, 500, 503])
async def test_a_refusal_is_no_answer_and_is_not_asked_for_twice(status: int) -> None:
    worker = Worker(status)
    async with asking(worker) as rasa:
        with pytest.raises(RasaDown, match=str(status)):
            await rasa.say("c_1", "m_1", "text", "hello")
    assert len(worker.asked) == 1


async def test_a_worker_that_is_slow_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web.rasa, "ANSWER_S", 0.1)
    async with asking(Worker(None)) as rasa:
        with pytest.raises(RasaDown):
            await rasa.say("c_1", "m_1", "text", "hello")


async def test_where_rasa_is_down_nobody_answers() -> None:
    async with asking(None) as rasa:
        with pytest.raises(RasaDown):
            await rasa.say("c_1", "m_1", "text", "hello")
        assert not await rasa.is_ready()
        assert not await rasa.actions_are_ready()
        assert not await rasa.forget("c_1")


# --- several workers --------------------------------------------------------------------------------------------------

PORTS = [5005, 5006, 5007]
CONVERSATIONS = [f"c_{number:032x}" for number in range(3000)]


@asynccontextmanager
async def asking_two(own: Worker | None, other: Worker) -> AsyncIterator[Rasa]:
    """The way to two workers; `own` is that of the conversation c_1."""
    first = free_row(2)
    settings = {"HAIRLINE_RASA_PORT": str(first), "HAIRLINE_RASA_WORKERS": "2", "HAIRLINE_ACTIONS_PORT": "1"}
    rasa = Rasa(Settings.read(settings))
    ports = workers_of("c_1", [first, first + 1])
    listening = [(worker, port) for worker, port in zip((own, other), ports, strict=True) if worker]
    servers = [await asyncio.start_server(worker.serve, "127.0.0.1", port) for worker, port in listening]
    try:
        yield rasa
    finally:
        await rasa.close()
        for server in servers:
            server.close()


@pytest.mark.parametrize("own", [None, Worker(500), Worker(503)])
async def test_where_the_own_worker_is_down_or_fails_the_next_one_is_asked(own: Worker | None) -> None:
    other = Worker(200)
    async with asking_two(own, other) as rasa:
        await rasa.say("c_1", "m_1", "text", "hello")
    assert len(other.asked) == 1


async def test_another_worker_is_not_asked_what_this_one_refuses_or_is_slow_with(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(web.rasa, "ANSWER_S", 0.1)
    for own in (Worker(422), Worker(None)):
        other = Worker(200)
        async with asking_two(own, other) as rasa:
            with pytest.raises(RasaDown):
                await rasa.say("c_1", "m_1", "text", "hello")
        assert not other.asked


async def test_each_worker_has_its_share() -> None:
    shares = Counter(workers_of(conversation, PORTS)[0] for conversation in CONVERSATIONS)
    assert all(800 < shares[port] < 1200 for port in PORTS)


async def test_a_worker_that_goes_moves_its_own_conversations_only_to_the_next_in_their_line() -> None:
    for conversation in CONVERSATIONS[:200]:
        line = workers_of(conversation, PORTS)
        assert sorted(line) == PORTS
        for gone in PORTS:
            left = [port for port in PORTS if port != gone]
            assert workers_of(conversation, left) == [port for port in line if port != gone]
