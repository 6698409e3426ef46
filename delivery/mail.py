"""Handing one e-mail to the clinic's mail server."""

import contextlib
import ipaddress
import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import cache
from typing import Literal, NoReturn, Self
from urllib.parse import unquote, urlsplit

from delivery.channel import GiveUp, Retry
from delivery.tls import tls_context
from leads.plain import one_line
from leads.store import utc_now

STEP_S = 10.0
ATTEMPT_S = 25.0

Security = Literal["tls", "starttls", "offered"]
_SECURITY: dict[str, tuple[Security, int]] = {
    "smtps": ("tls", 465),
    "smtp": ("offered", 587),
    "smtp+starttls": ("starttls", 587),
}
_MAILBOX = re.compile(r"[^\s@<>()\[\],;:\\\"]{1,64}@[^\s@<>()\[\],;:\\\"]{1,255}")


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where e-mail goes out. `security`: TLS from the start, STARTTLS demanded, or STARTTLS where it is offered.

    `step_s` limits each step of the talk with the server, `attempt_s` the whole of it.
    """

    host: str
    port: int
    security: Security
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    step_s: float = STEP_S
    attempt_s: float = ATTEMPT_S

    @classmethod
    def from_url(cls, url: str) -> Self:
        """`smtp://user:password@host:port`, `smtp+starttls://` or `smtps://`; user and password percent-encoded."""
        parts = urlsplit(url)
        security, usual_port = _SECURITY[parts.scheme]
        user = unquote(parts.username) if parts.username else None
        password = unquote(parts.password) if parts.password else None
        return cls(parts.hostname or "", parts.port or usual_port, security, user, password)

    def hand_over(self, message: EmailMessage, sender: str, recipient: str) -> None:
        """Send one message to one recipient; returning means that the server took it. Raises Retry or GiveUp."""
        try:
            with self._session() as session:
                session.send_message(message, sender, [recipient])
        except smtplib.SMTPRecipientsRefused as fault:
            _refused("the address", next(iter(fault.recipients.values()))[0])
        except smtplib.SMTPDataError as fault:
            _refused("the message", fault.smtp_code)
        except smtplib.SMTPNotSupportedError:
            raise GiveUp("the mail server cannot write to addresses with letters outside ASCII") from None
        except smtplib.SMTPResponseException as fault:
            raise Retry(f"the mail server answered {fault.smtp_code}") from None
        except (smtplib.SMTPException, OSError) as fault:
            raise Retry(f"the mail server does not answer as it should ({type(fault).__name__})") from None

    @contextmanager
    def _session(self) -> Iterator[smtplib.SMTP]:
        session = self._new_session()
        with _cut_off_after(self.attempt_s, session):
            try:
                code, _ = session.connect(self.host, self.port)
                if code != 220:
                    raise Retry(f"the mail server answered {code}")
                self._secure(session)
                yield session
                # It has the message. Whatever it makes of our good-bye, the message is not sent twice for it.
                with contextlib.suppress(smtplib.SMTPException, OSError):
                    session.quit()
            finally:
                session.close()

    def _new_session(self) -> smtplib.SMTP:
        session: smtplib.SMTP
        if self.security == "tls":
            session = smtplib.SMTP_SSL(local_hostname=_own_name(), timeout=self.step_s, context=tls_context())
        else:
            session = smtplib.SMTP(local_hostname=_own_name(), timeout=self.step_s)
        # The name that the certificate is checked for. The constructor sets it only if it connects at once, and then
        # nobody could cut the connection off.
        vars(session)["_host"] = self.host
        return session

    def _secure(self, session: smtplib.SMTP) -> None:
        session.ehlo_or_helo_if_needed()
        offered = session.has_extn("starttls")
        if self.security == "starttls" and not offered:
            raise Retry("the mail server offers no STARTTLS, which the settings demand")
        if self.security != "tls" and offered:
            session.starttls(context=tls_context())
            session.ehlo()
        if self.user is not None:
            self._sign_in(session, self.user, self.password or "")

    def _sign_in(self, session: smtplib.SMTP, user: str, password: str) -> None:
        if not isinstance(session.sock, ssl.SSLSocket) and not _is_loopback(session.sock):
            raise Retry("the mail server offers no encryption, and the password is not sent without")
        try:
            session.login(user, password)
        except smtplib.SMTPAuthenticationError as fault:
            raise Retry(f"the mail server refuses our user or password ({fault.smtp_code})") from None
        except smtplib.SMTPNotSupportedError:
            raise Retry("the mail server offers no way to sign in") from None
        except UnicodeEncodeError:  # smtplib signs in with ASCII only
            raise GiveUp("user and password of the mail server may have ASCII characters only") from None


def _refused(what: str, code: int) -> NoReturn:
    if 400 <= code < 500:
        raise Retry(f"the mail server put {what} off ({code})") from None
    raise GiveUp(f"the mail server refuses {what} ({code})") from None


def _is_loopback(connection: socket.socket | None) -> bool:
    return connection is not None and ipaddress.ip_address(connection.getpeername()[0]).is_loopback


@cache
def _own_name() -> str:
    name = socket.getfqdn()  # may ask a name server and take seconds: once is enough
    return name if "." in name and name.isascii() else "[127.0.0.1]"


@contextmanager
def _cut_off_after(limit_s: float, session: smtplib.SMTP) -> Iterator[None]:
    """End the session's connection at the limit: a server that drips its answers would outlast every timeout."""
    done = threading.Event()

    def watch() -> None:
        pause = limit_s
        while not done.wait(pause):
            pause = 0.2
            with contextlib.suppress(OSError):
                if session.sock is not None:
                    session.sock.shutdown(socket.SHUT_RDWR)

    watcher = threading.Thread(target=watch, name="mail-limit", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


def mailbox(address: str) -> str:
    """Give an address as the mail server takes it, its domain in ASCII. Raises GiveUp if it is none, or several."""
    if _MAILBOX.fullmatch(address) is None or one_line(address, 400) != address:
        raise GiveUp("the e-mail address cannot be used")
    local, _, domain = address.rpartition("@")
    try:
        return f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        raise GiveUp("the e-mail address cannot be used") from None


def new_message(delivery_id: str, sender_name: str, sender: str, recipient: str, subject: str) -> EmailMessage:
    """Start a message with the same Message-ID at every attempt; `sender` and `recipient` as `mailbox` gives them."""
    message = EmailMessage(policy=SMTP)
    message["Message-ID"] = f"<{delivery_id}@{sender.rpartition('@')[2]}>"
    message["Date"] = format_datetime(utc_now())
    message["From"] = Address(_header_text(sender_name, 100), addr_spec=sender)
    message["To"] = recipient
    message["Subject"] = _header_text(subject, 150)
    message["Auto-Submitted"] = "auto-generated"  # no holiday answers, please (RFC 3834)
    return message


def _header_text(text: str, limit: int) -> str:
    # Plain text that looks like an encoded word would be decoded by the reader, line breaks and all.
    return one_line(text, limit).replace("=?", "= ?")


def set_text(message: EmailMessage, text: str, html: str) -> None:
    """Give the message its two forms, in seven bits, so that it passes every server."""
    message.set_content(text, cte="quoted-printable")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
