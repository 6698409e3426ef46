"""uvicorn, hardened: nobody holds a connection open without asking something, and nobody takes all there are."""

import asyncio
import contextlib
import json
import resource
import socket
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from http import HTTPStatus
from typing import Any

import h11
import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol

from hairline.settings import Settings
from web.bodies import LONGEST_HEAD
from web.limits import is_proxy
from web.problems import MEDIA_TYPE

CONNECTIONS = 3000
OF_ONE_ADDRESS = 1000  # an office's visitors behind one address are far fewer, and the others keep theirs
REFUSED_AT_ONCE = 300  # connections beyond CONNECTIONS that are still told so; more are just closed
HEAD_S = 10.0  # for a request's line and headers, counted from the connection or from its first byte
IDLE_S = 15
UNHEARD_S = 60  # after this long without any sign from the other end it is gone
STOP_S = 20
BACKLOG = 1024


class Doors:
    """How many connections there are, in all and from each address.

    Addresses are not counted where `counts_addresses` is False: for a load test, and behind a proxy, which is one.
    """

    def __init__(self, apology: Callable[[], str], counts_addresses: Callable[[str], bool]) -> None:
        self.apology = apology
        self._counts = counts_addresses
        self._inside: Counter[str] = Counter()

    def enter(self, address: str) -> bool:
        """Count a connection; whether it may be served. It must `leave` in either case."""
        self._inside[address] += 1
        if self._inside.total() > CONNECTIONS:
            return False
        return self._inside[address] <= OF_ONE_ADDRESS or not self._counts(address)

    def are_blocked(self) -> bool:
        """Whether there are too many even to tell them so."""
        return self._inside.total() > CONNECTIONS + REFUSED_AT_ONCE

    def leave(self, address: str) -> None:
        """One connection less."""
        self._inside[address] -= 1
        if not self._inside[address]:
            del self._inside[address]


class ImpatientProtocol(H11Protocol):
    """HTTP/1.1 that closes connections whose request head takes too long (uvicorn itself waits for ever)."""

    _deadline: asyncio.TimerHandle | None = None

    def __init__(self, *arguments: Any, doors: Doors, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._doors = doors
        self._address = ""
        self._refused = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client is there; it has HEAD_S to ask."""
        super().connection_made(transport)
        self._address = str((transport.get_extra_info("peername") or ("",))[0])
        self._refused = not self._doors.enter(self._address)
        if self._refused and self._doors.are_blocked():
            transport.abort()
            return
        _notice_silence(transport)
        self._expect_head()

    def data_received(self, data: bytes) -> None:
        """Some bytes came; the clock runs as long as they are no whole head."""
        if self._refused:  # once it has asked: closed before, it would lose the answer
            if not self.transport.is_closing():
                self._refuse(503, self._doors.apology(), [(b"retry-after", b"5")])
            return
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._stop_expecting()
        elif self.conn.trailing_data[0]:
            self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone."""
        self._stop_expecting()
        self._doors.leave(self._address)
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP."""
        self._refuse(400, msg)

    def _refuse(self, status: int, detail: str, more: Sequence[tuple[bytes, bytes]] = ()) -> None:
        """Refuse in the form of every other refusal, and close."""
        self._stop_expecting()
        title = HTTPStatus(status).phrase
        body = json.dumps({"type": "about:blank", "title": title, "status": status, "detail": detail}).encode()
        headers = [
            *more,
            (b"content-type", MEDIA_TYPE.encode()),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
        ]
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            for event in (h11.Response(status_code=status, headers=headers), h11.Data(data=body), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def _expect_head(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(HEAD_S, self._give_up)

    def _stop_expecting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        self._deadline = None
        if self.conn.their_state is h11.IDLE and not self.transport.is_closing():
            self.transport.close()


def _notice_silence(transport: asyncio.Transport) -> None:
    """Have the kernel end connections whose other end vanished: event streams would stay for a quarter of an hour."""
    connection = transport.get_extra_info("socket")
    if connection is not None and hasattr(socket, "TCP_USER_TIMEOUT") and connection.family != socket.AF_UNIX:
        with contextlib.suppress(OSError):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNHEARD_S * 1000)


class Server(uvicorn.Server):
    """Ends event streams first when it is told to stop, so that stopping takes no longer than the turns that run."""

    def __init__(self, config: uvicorn.Config, app: FastAPI) -> None:
        super().__init__(config)
        self._app = app

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop: streams, connections, turns, lifespan."""
        self._app.state.context.hub.end_streams()
        await super().shutdown(sockets)


def server_of(app: FastAPI, settings: Settings) -> Server:
    """The server of an application, which `run` starts."""
    context = app.state.context
    doors = Doors(
        lambda: str(context.voice.text("utter_unavailable")),
        lambda address: settings.rate_limit != "off" and not is_proxy(address, settings.trusted_proxies),
    )
    options: dict[str, Any] = {
        "host": settings.host,
        "port": settings.port,
        "http": partial(ImpatientProtocol, doors=doors),
        "ws": "none",
        "proxy_headers": False,  # web.limits decides whom to believe
        "server_header": False,
        "access_log": False,  # web.crashes writes a line without ids
        "log_config": None,
        "limit_concurrency": None,  # Doors, which also says the phone
        "timeout_keep_alive": IDLE_S,
        "timeout_graceful_shutdown": STOP_S,
        "h11_max_incomplete_event_size": LONGEST_HEAD,
        "backlog": BACKLOG,
    }
    return Server(uvicorn.Config(app, **options), app)


def allow_many_files() -> None:
    """Every connection is an open file; the usual limit of 1024 is fewer than CONNECTIONS."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS + 500
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft < wanted:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
