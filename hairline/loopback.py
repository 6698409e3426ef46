"""HTTP/1.1 between our own processes: connections are kept, bodies have a length, nothing else is understood.

A general client takes longer for its own work than a message may take (docs/performance.md has the figures).
"""

import asyncio
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

KEPT = 32  # idle connections to one process
LARGEST_HEAD = 64 * 1024
CONNECT_S = 2.0


class LoopbackError(Exception):
    """No answer came: nobody listens, it took too long, or what came is not HTTP as our processes speak it."""


class TooSlow(LoopbackError):
    """The other end took the request, or may have, and did not answer in time."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and body of a response."""

    status: int
    body: bytes

    def json(self) -> Any:
        """The body's content; ValueError where it is not JSON."""
        return json.loads(self.body)


@dataclass(slots=True)
class _Connection:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    used: bool = False

    def close(self) -> None:
        self.writer.close()


class Loopback:
    """A client of one process on this machine. One event loop; as many requests at once as are asked for."""

    def __init__(self, port: int, headers: Mapping[str, str] | None = None, host: str = "127.0.0.1") -> None:
        self._host, self._port = host, port
        self._headers = {"Host": f"{host}:{port}", **(headers or {})}
        self._idle: list[_Connection] = []

    async def request(
        self,
        method: str,
        path: str,
        content: Any = None,
        *,
        headers: Mapping[str, str] | None = None,
        timeout: float = 15.0,  # noqa: ASYNC109, the promise is that of the whole request
    ) -> Answer:
        """The answer within `timeout` seconds; `content` is sent as JSON. Raises `LoopbackError`.

        A kept connection may turn out to be closed by the other end: then the request is sent once more, so that it
        must be harmless twice.
        """
        try:
            message = self._message(method, path, content, headers or {})
            async with asyncio.timeout(timeout):
                while True:
                    connection = self._take() or await self._connect()
                    answer = await self._ask(connection, message)
                    if answer is not None:
                        return answer
        except TimeoutError as fault:
            raise TooSlow("no answer in time") from fault
        except (OSError, ValueError, EOFError, asyncio.LimitOverrunError) as fault:
            raise LoopbackError(type(fault).__name__) from fault

    async def close(self) -> None:
        """Let go of all idle connections."""
        idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()
            with suppress(OSError):
                await connection.writer.wait_closed()

    def _message(self, method: str, path: str, content: Any, headers: Mapping[str, str]) -> bytes:
        body = b"" if content is None else json.dumps(content).encode()
        every = {**self._headers, **headers}
        if content is not None:
            every["Content-Type"] = "application/json"
        if content is not None or method == "POST":
            every["Content-Length"] = str(len(body))
        if any("\r" in part or "\n" in part for part in (path, *every, *every.values())):
            raise ValueError("a line break in a header")
        lines = (f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in every.items()), "", "")
        return "\r\n".join(lines).encode("latin-1") + body

    def _take(self) -> _Connection | None:
        """A kept connection that the other end has not closed, as far as is known."""
        while self._idle:
            connection = self._idle.pop()
            if not connection.reader.at_eof():
                return connection
            connection.close()
        return None

    async def _connect(self) -> _Connection:
        try:
            async with asyncio.timeout(CONNECT_S):
                return _Connection(*await asyncio.open_connection(self._host, self._port, limit=LARGEST_HEAD))
        except TimeoutError as fault:
            raise LoopbackError("no connection in time") from fault

    async def _ask(self, connection: _Connection, message: bytes) -> Answer | None:
        """The answer, or None where the connection was kept and is closed without a byte of one."""
        kept = False
        try:
            connection.writer.write(message)
            head = await connection.reader.readuntil(b"\r\n\r\n")
            status, length, stays = _read_head(head)
            body = await connection.reader.readexactly(length)
            kept = stays and len(self._idle) < KEPT
        except (ConnectionError, asyncio.IncompleteReadError) as fault:
            if connection.used and not getattr(fault, "partial", b""):
                return None
            raise
        finally:
            # Also when the caller was cancelled: what still comes on this connection belongs to nobody.
            if not kept:
                connection.close()
        if kept:
            connection.used = True
            self._idle.append(connection)
        return Answer(status, body)


def _read_head(head: bytes) -> tuple[int, int, bool]:
    """Status, length of the body in bytes, and whether the connection stays open. ValueError if it is not ours."""
    first, *lines = head[:-4].decode("latin-1").split("\r\n")
    version, status, *_ = first.split(" ")
    if version != "HTTP/1.1":
        raise ValueError("not HTTP/1.1")
    fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    if "transfer-encoding" in fields:
        raise ValueError("a body without a length")
    length = 0 if status == "204" else int(fields["content-length"]) if "content-length" in fields else -1
    if length < 0:
        raise ValueError("a body without a length")
    return int(status), length, fields.get("connection", "").lower() != "close"
