"""Real receivers on loopback: obliging ones, failing ones, slow ones and liars."""

import contextlib
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

DRIP_S = 0.02


@dataclass
class Request:
    """One request as it came in; header names in small letters."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Connection:
    """What a scripted server does its part with."""

    socket: socket.socket
    reader: Any
    closing: threading.Event

    def say(self, data: bytes) -> None:
        """Send it all."""
        self.socket.sendall(data)

    def drip(self, data: bytes) -> None:
        """Send it byte by byte for ever, or until the server closes."""
        while not self.closing.wait(DRIP_S):
            self.say(data)

    def wait(self) -> None:
        """Say nothing until the server closes."""
        self.closing.wait()


type Script = Callable[[Connection], None]


class ScriptedServer:
    """A TCP server on a free port of 127.0.0.1 that runs `script` for each connection, in a thread of its own."""

    def __init__(self, script: Script, tls: tuple[Path, Path] | None = None) -> None:
        self.closing = threading.Event()
        outer = self
        context = None
        if tls is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                with contextlib.suppress(OSError, ValueError):
                    plain: socket.socket = self.request
                    talk = context.wrap_socket(plain, server_side=True) if context is not None else plain
                    with talk, talk.makefile("rb") as reader:
                        script(Connection(talk, reader, outer.closing))

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler, bind_and_activate=False)
        self._server.daemon_threads = False
        self._server.request_queue_size = 64
        self._server.allow_reuse_address = True
        self._server.server_bind()
        self._server.server_activate()
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def answer(status: int, *headers: str, body: bytes = b"") -> Script:
    """An ordinary answer."""
    lines = [f"HTTP/1.1 {status} Whatever", *headers, f"Content-Length: {len(body)}", "Connection: close", "", ""]
    return lambda talk: talk.say("\r\n".join(lines).encode() + body)


class HttpReceiver(ScriptedServer):
    """Keeps each request and answers it by the next of `answers`, the last of which stays in use."""

    def __init__(self, *answers: Script, tls: tuple[Path, Path] | None = None) -> None:
        super().__init__(self._serve, tls)
        self.answers = list(answers) or [answer(200)]
        self.requests: list[Request] = []
        self._lock = threading.Lock()
        self._scheme = "http" if tls is None else "https"

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"{self._scheme}://localhost:{self.port}/hook?key=1"

    def _serve(self, talk: Connection) -> None:
        request_line = talk.reader.readline().decode().split(" ")
        headers: dict[str, str] = {}
        while line := talk.reader.readline().decode().strip():
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        length = int(headers.get("content-length", "-1"))
        body = talk.reader.read(max(length, 0))
        if len(body) != length:
            return  # the sender was killed in the middle: nobody can use half a request
        with self._lock:
            self.requests.append(Request(request_line[1], headers, body))
            script = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        script(talk)


@dataclass
class Mail:
    """One message as the mail server took it."""

    sender: str
    recipients: list[str]
    message: EmailMessage
    encrypted: bool


@dataclass
class MailReceiver:
    """A real mail server (aiosmtpd). `reply` answers DATA, `recipient_reply` RCPT; "" takes the message."""

    reply: str = ""
    recipient_reply: str = ""
    tls: tuple[Path, Path] | None = None
    implicit_tls: bool = False
    password: str | None = None
    smtputf8: bool = False
    mails: list[Mail] = field(default_factory=list)

    def __enter__(self) -> Self:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = int(probe.getsockname()[1])
        context = None
        if self.tls is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*self.tls)
        options: dict[str, Any] = {"enable_SMTPUTF8": self.smtputf8}
        if self.implicit_tls:
            options["ssl_context"] = context
        elif context is not None:
            options["tls_context"] = context
        if self.password is not None:
            options |= {"authenticator": self._sign_in, "auth_required": True, "auth_require_tls": self.tls is not None}
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, **options)
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"smtp://localhost:{self.port}"

    def _sign_in(self, _server: SMTP, _session: Session, _envelope: Envelope, _how: str, data: Any) -> AuthResult:
        return AuthResult(success=data.password == (self.password or "").encode(), handled=False)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd names it
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if not self.recipient_reply:
            envelope.rcpt_tos.append(address)
        return self.recipient_reply or "250 OK"

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.reply:
            return self.reply
        message = message_from_bytes(envelope.original_content or b"", policy=default)
        assert isinstance(message, EmailMessage)
        self.mails.append(Mail(envelope.mail_from or "", list(envelope.rcpt_tos), message, session.ssl is not None))
        return "250 taken"


def odd_mail_server(
    *, greeting: Script | None = None, after_data: Script | None = None, quit_reply: Script | None = None
) -> Callable[[list[bytes]], Script]:
    """A mail server in the raw, for what a decent library would not do. Gives a script that keeps the messages."""

    def with_inbox(inbox: list[bytes]) -> Script:
        def serve(talk: Connection) -> None:
            (greeting or (lambda it: it.say(b"220 here\r\n")))(talk)
            while line := talk.reader.readline():
                command = line[:4].upper()
                if command == b"DATA":
                    talk.say(b"354 go on\r\n")
                    inbox.append(_read_message(talk))
                    (after_data or (lambda it: it.say(b"250 taken\r\n")))(talk)
                    if after_data is not None:
                        return
                elif command == b"QUIT":
                    (quit_reply or (lambda it: it.say(b"221 bye\r\n")))(talk)
                    return
                else:
                    talk.say(b"250 fine\r\n")

        return serve

    return with_inbox


def _read_message(talk: Connection) -> bytes:
    lines = []
    while (line := talk.reader.readline()) not in (b".\r\n", b""):
        lines.append(line)
    return b"".join(lines)
