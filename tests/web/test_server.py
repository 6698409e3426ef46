"""The real server against clients that are slow, silent or no clients at all."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace

import httpx
import pytest

from hairline.compose import Hairline
from tests.system import wait_until
from tests.web.served import served
from tests.web.visitors import Visitor

pytestmark = pytest.mark.parametrize("store_url", ["sqlite"], indirect=True, scope="session")

PATIENCE = 0.4
POST = b"POST /api/conversations HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"


@pytest.fixture(scope="module")
def address(parts: Hairline) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch, served(parts) as (url, _, _):
        patch.setattr("web.server.HEAD_S", PATIENCE)
        patch.setattr("web.bodies.SLOWEST_S", PATIENCE)
        yield url


@pytest.fixture
def connection(address: str) -> Iterator[socket.socket]:
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as opened:
        yield opened


def drip(connection: socket.socket, text: bytes, pause: float = 0.05) -> None:
    """Send a byte at a time until the other end has had enough."""
    try:
        for position in range(len(text)):
            connection.sendall(text[position : position + 1])
            time.sleep(pause)
    except OSError:
        pass


def everything(connection: socket.socket) -> bytes:
    """All that comes until the other end closes; an error where it never does (the connection has a time limit)."""
    received = b""
    try:
        while chunk := connection.recv(65536):
            received += chunk
    except ConnectionResetError:
        pass
    return received


def test_who_says_nothing_is_not_waited_for(connection: socket.socket) -> None:
    assert everything(connection) == b""


def test_who_drips_the_head_of_a_request_is_not_waited_for(connection: socket.socket) -> None:
    threading.Thread(target=drip, args=(connection, b"GET /healthz HTTP/1.1\r\nX-Slow: " + b"a" * 200)).start()
    assert b"200" not in everything(connection)


def test_who_drips_a_second_request_is_not_waited_for_either(connection: socket.socket) -> None:
    connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
    assert b"200 OK" in connection.recv(65536)
    threading.Thread(target=drip, args=(connection, b"GET /healthz HTTP/1.1\r\nX-Slow: " + b"a" * 200)).start()
    assert b"200" not in everything(connection)


def test_a_body_that_drips_is_a_408(connection: socket.socket) -> None:
    connection.sendall(POST + b"Content-Length: 500\r\n\r\n")
    threading.Thread(target=drip, args=(connection, b" " * 500)).start()
    answer = everything(connection)
    assert b" 408 " in answer.split(b"\r\n")[0]
    assert b"application/problem+json" in answer


@pytest.mark.parametrize(
    "head",
    [b"HELLO\r\n\r\n", b"\x16\x03\x01\x02\x00\r\n\r\n", b"GET / HTTP/1.1\r\nA B: c\r\n\r\n"],
)
def test_what_is_no_http_is_refused_as_a_problem(connection: socket.socket, head: bytes) -> None:
    connection.sendall(head)
    answer = everything(connection)
    assert b" 400 " in answer.split(b"\r\n")[0]
    assert b"application/problem+json" in answer


def test_endless_headers_are_refused(connection: socket.socket) -> None:
    connection.sendall(b"GET / HTTP/1.1\r\n" + b"X-A: " + b"a" * 40_000)
    assert b" 400 " in everything(connection).split(b"\r\n")[0]


def test_a_large_body_is_refused_before_it_is_sent(connection: socket.socket) -> None:
    connection.sendall(POST + b"Content-Length: 9999999999\r\n\r\n")
    assert b" 413 " in everything(connection).split(b"\r\n")[0]


def test_slow_clients_harm_nobody(address: str) -> None:
    host, port = address.removeprefix("http://").split(":")
    slow = [socket.create_connection((host, int(port))) for _ in range(200)]
    for connection in slow:
        connection.sendall(b"POST /api/conversations HTTP/1.1\r\nContent-Le")
    with httpx.Client(base_url=address, timeout=10) as client:
        assert len(Visitor.open(client).talk()) == 1
    for connection in slow:
        connection.close()


def test_one_address_leaves_room_for_the_others_and_is_told_so(
    parts: Hairline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.server.OF_ONE_ADDRESS", 5)
    limited = replace(parts, settings=replace(parts.settings, rate_limit="600/minute"))
    with served(limited) as (url, _, _), ExitStack() as opened:
        host, port = url.removeprefix("http://").split(":")
        for _ in range(5):
            opened.enter_context(socket.create_connection((host, int(port)), timeout=5)).sendall(b"GET /heal")
        with socket.create_connection((host, int(port)), timeout=5) as refused:
            refused.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            answer = everything(refused)
        assert b" 503 " in answer.split(b"\r\n")[0]
        assert b"0161 496 0123" in answer
        assert b"retry-after: 5" in answer.lower()
        with socket.create_connection((host, int(port)), timeout=5, source_address=("127.0.0.2", 0)) as other:
            other.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            assert b"200 OK" in everything(other)
        opened.close()
        assert wait_until(lambda: httpx.get(f"{url}/healthz").status_code == 200, 10), "they have left"


def test_beyond_all_connections_everybody_is_told_to_call(parts: Hairline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.server.CONNECTIONS", 3)
    monkeypatch.setattr("web.server.REFUSED_AT_ONCE", 1)
    with served(parts) as (url, _, _), ExitStack() as opened:
        host, port = url.removeprefix("http://").split(":")
        inside = [opened.enter_context(socket.create_connection((host, int(port)), timeout=5)) for _ in range(4)]
        for connection in inside:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        lines = [connection.recv(65536).split(b"\r\n")[0] for connection in inside]
        assert [b" 200 " in line for line in lines] == [True, True, True, False]
        with socket.create_connection((host, int(port)), timeout=5) as shut_out:
            # The fourth may have left by now; then this one is told, else it is just closed.
            assert b" 200 " not in everything(shut_out)


def test_one_address_has_so_many_event_streams(parts: Hairline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.live.LISTENERS_OF_ADDRESS", 2)
    limited = replace(parts, settings=replace(parts.settings, rate_limit="600/minute"))
    with served(limited) as (url, _, _), httpx.Client(base_url=url, timeout=10) as client, ExitStack() as opened:
        visitors = [Visitor.open(client) for _ in range(3)]
        answers = [
            opened.enter_context(client.stream("GET", f"{it.path}/events", headers=it.headers)) for it in visitors
        ]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert answers[2].headers["retry-after"]
