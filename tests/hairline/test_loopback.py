"""The client between our own processes: it keeps connections, and knows a bad answer and no answer from a good one."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from hairline.loopback import Answer, Loopback, LoopbackError, TooSlow

pytestmark = pytest.mark.anyio

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture
def anyio_backend() -> str:
    """The event loop of our processes."""
    return "asyncio"


@asynccontextmanager
async def server(serve: Serve) -> AsyncIterator[Loopback]:
    """A client of a server that treats each connection so."""

    async def served(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await serve(reader, writer)
        except asyncio.IncompleteReadError:  # the client went
            pass
        finally:
            writer.close()

    listening = await asyncio.start_server(served, "127.0.0.1", 0)
    client = Loopback(listening.sockets[0].getsockname()[1], {"X-Secret": "shared"})
    try:
        yield client
    finally:
        await client.close()
        listening.close()
        await listening.wait_closed()


def echo(answers_each: int = 1000, extra: str = "") -> tuple[Serve, list[int]]:
    """A server that tells what it was sent, so often on each connection; and how often it answered on each."""
    connections: list[int] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(0)
        mine = len(connections) - 1
        while connections[mine] < answers_each:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            length = next((int(line[16:]) for line in head.split("\r\n") if line.startswith("Content-Length: ")), 0)
            body = json.dumps({"head": head, "body": (await reader.readexactly(length)).decode()}).encode()
            writer.write(f"HTTP/1.1 200 OK\r\n{extra}content-length: {len(body)}\r\n\r\n".encode() + body)
            connections[mine] += 1

    return serve, connections


def says(response: bytes) -> Serve:
    """A server that answers with these bytes and closes."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(response)

    return serve


async def test_a_request_has_its_method_headers_and_content() -> None:
    serve, _ = echo()
    async with server(serve) as client:
        answer = await client.request("POST", "/turn", {"text": "schön"}, headers={"X-Own": "1"})
    said = answer.json()
    assert answer.status == 200
    assert said["head"].startswith("POST /turn HTTP/1.1\r\nHost: 127.0.0.1:")
    assert "X-Secret: shared\r\n" in said["head"]
    assert "X-Own: 1\r\n" in said["head"]
    assert json.loads(said["body"]) == {"text": "schön"}


async def test_a_connection_is_used_again_and_two_at_once_have_one_each() -> None:
    serve, connections = echo()
    async with server(serve) as client:
        for _ in range(3):
            await client.request("GET", "/")
        assert connections == [3]
        await asyncio.gather(client.request("GET", "/"), client.request("GET", "/"))
        assert sorted(connections) == [1, 4]


async def test_a_connection_that_was_closed_meanwhile_is_replaced() -> None:
    serve, connections = echo(answers_each=1)
    async with server(serve) as client:
        for _ in range(3):
            assert (await client.request("POST", "/", {})).status == 200
    assert connections == [1, 1, 1]


async def test_the_other_end_may_say_that_it_closes() -> None:
    serve, connections = echo(extra="Connection: close\r\n")
    async with server(serve) as client:
        await client.request("GET", "/")
        await client.request("GET", "/")
    assert connections == [1, 1]


async def test_no_content_has_no_length() -> None:
    async with server(says(b"HTTP/1.1 204 No Content\r\n\r\n")) as client:
        assert await client.request("DELETE", "/") == Answer(204, b"")


@pytest.mark.parametrize(
    "response",
    [
        b"",
        b"HTTP/1.1 200",
        b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\n\r\nwithout a length",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
    ],
)
async def test_what_is_no_whole_answer_is_an_error(response: bytes) -> None:
    async with server(says(response)) as client:
        with pytest.raises(LoopbackError):
            await client.request("GET", "/", timeout=5)


async def test_an_answer_that_takes_too_long_is_not_given_to_the_next_request() -> None:
    answering = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        path = (await reader.readuntil(b"\r\n\r\n")).split(b" ")[1]
        if path == b"/slow":
            await answering.wait()
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(path), path))

    async with server(serve) as client:
        with pytest.raises(TooSlow):
            await client.request("GET", "/slow", timeout=0.05)
        answering.set()
        assert (await client.request("GET", "/quick")).body == b"/quick"


async def test_nobody_listens() -> None:
    serve, _ = echo()
    async with server(serve) as client:
        pass
    with pytest.raises(LoopbackError):
        await client.request("GET", "/")


async def test_a_header_has_one_line_of_plain_characters() -> None:
    for wrong in ("1\r\nX-Evil: 1", "1\nX-Evil: 1", "\N{SNOWMAN}"):
        with pytest.raises(LoopbackError):
            await Loopback(1).request("GET", "/", headers={"X-Request-ID": wrong})
    with pytest.raises(LoopbackError):
        await Loopback(1).request("GET", "/ HTTP/1.1\r\nX-Evil: 1\r\n")
