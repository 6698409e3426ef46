"""Posting: only to where it may go, never longer than allowed, and never led elsewhere."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from delivery.channel import GiveUp, Retry
from delivery.http import LONGEST_WAIT, Receiver, is_public, post, resolve, wait_asked_for
from tests.delivery.servers import Connection, HttpReceiver, ScriptedServer, answer

SHORT_S = 0.5


def to(server: HttpReceiver, attempt_s: float = 20.0) -> Receiver:
    return Receiver(server.url, allow_private=True, attempt_s=attempt_s)


def refusal(receiver: Receiver) -> Retry:
    with pytest.raises(Retry) as raised:
        post(receiver, b"{}", {})
    return raised.value


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_2xx_is_success(status: int) -> None:
    with HttpReceiver(answer(status)) as server:
        post(to(server), b'{"a": 1}', {"Content-Type": "application/json"})
        (request,) = server.requests
    assert (request.path, request.body) == ("/hook?key=1", b'{"a": 1}')
    assert request.headers["host"] == f"localhost:{server.port}", "the name, although the address was dialled"
    assert request.headers["content-type"] == "application/json"


@pytest.mark.parametrize("status", [400, 401, 404, 408, 429, 500, 502, 503])
def test_any_other_answer_is_tried_again(status: int) -> None:
    with HttpReceiver(answer(status, body=b"Zanzibar lives here")) as server:
        fault = refusal(to(server))
    assert fault.reason == f"the receiver answered {status}"
    assert fault.after is None


def test_a_receiver_may_say_how_long_to_wait() -> None:
    with HttpReceiver(answer(429, "Retry-After: 120")) as server:
        assert refusal(to(server)).after == timedelta(minutes=2)


def test_a_receiver_that_is_gone_for_good_is_given_up() -> None:
    with HttpReceiver(answer(410)) as server, pytest.raises(GiveUp):
        post(to(server), b"{}", {})


def test_redirects_are_not_followed() -> None:
    with HttpReceiver() as inner, HttpReceiver(answer(307, f"Location: {inner.url}")) as server:
        assert "redirects are not followed" in refusal(to(server)).reason
        assert inner.requests == []


@pytest.mark.parametrize(
    "drip",
    [b"x", b"HTTP/1.1 200 OK\r\n", b"X-More: 1\r\n"],
    ids=["garbage", "status lines", "headers"],
)
def test_a_receiver_that_drips_its_answer_is_cut_off(drip: bytes) -> None:
    with HttpReceiver(lambda talk: talk.drip(drip)) as server:
        refusal(to(server, SHORT_S))


def test_headers_without_end_are_cut_off() -> None:
    def serve_headers(talk: Connection) -> None:
        talk.say(b"HTTP/1.1 200 OK\r\n")
        talk.drip(b"X-More: 1\r\n")

    with HttpReceiver(serve_headers) as server:
        assert refusal(to(server, SHORT_S)).reason == f"no answer within {SHORT_S:g} s"


def test_a_receiver_that_says_nothing_is_cut_off() -> None:
    with HttpReceiver(lambda talk: talk.wait()) as server:
        assert refusal(to(server, SHORT_S)).reason == f"no answer within {SHORT_S:g} s"


def test_a_receiver_that_hangs_up_is_tried_again() -> None:
    with HttpReceiver(lambda talk: talk.socket.close()) as server:
        assert "no answer" in refusal(to(server)).reason


def test_a_body_without_end_is_not_read() -> None:
    def endless(talk: Connection) -> None:
        talk.say(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n")
        talk.drip(b"x" * 65536)

    with HttpReceiver(endless) as server:
        post(to(server), b"{}", {})


def test_nobody_listening_is_tried_again() -> None:
    with ScriptedServer(lambda _: None) as server:
        port = server.port
    assert "no connection" in refusal(Receiver(f"http://127.0.0.1:{port}/", allow_private=True)).reason


def test_a_name_that_does_not_resolve_is_tried_again() -> None:
    def fail(_host: str, _port: int) -> list[str]:
        raise OSError

    with pytest.raises(Retry, match="does not resolve"):
        post(Receiver("https://clinic.example/"), b"", {}, fail)


# --- where it may go --------------------------------------------------------------------------------------------------

PRIVATE = [
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "224.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "::1", "::", "fe80::1", "fc00::1", "fd12::1", "ff02::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::", "2002:a00:1::",
    "2001:0:4136:e378:8000:63bf:80ff:fffe", "2001:db8::1", "64:ff9b:1::1",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_nothing_is_posted_to_a_private_address(address: str) -> None:
    assert not is_public(address)
    with pytest.raises(GiveUp, match="private network"):
        post(Receiver("http://harmless.example/"), b"", {}, lambda _host, _port: [address])


@pytest.mark.parametrize("address", ["93.184.215.14", "8.8.8.8", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_the_open_internet_is_allowed(address: str) -> None:
    assert is_public(address)


def test_one_private_address_among_public_ones_is_enough_to_refuse() -> None:
    with pytest.raises(GiveUp):
        post(Receiver("http://harmless.example/"), b"", {}, lambda _host, _port: ["8.8.8.8", "10.0.0.1"])


@pytest.mark.parametrize("host", ["localhost", "127.1", "2130706433", "0x7f.1", "0177.0.0.1", "[::1]", "127.0.0.1"])
def test_no_spelling_of_this_machine_gets_through(host: str) -> None:
    with HttpReceiver() as server:
        with pytest.raises((GiveUp, Retry)):
            post(Receiver(f"http://{host}:{server.port}/"), b"", {})
        assert server.requests == []


def test_the_name_is_resolved_once_and_the_connection_goes_where_it_was_checked() -> None:
    asked: list[str] = []

    def rebinding(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    with HttpReceiver() as server:
        url = f"http://rebind.example:{server.port}/"
        post(Receiver(url, allow_private=True), b"", {}, rebinding)
        assert server.requests[0].headers["host"] == f"rebind.example:{server.port}"
    assert asked == ["rebind.example"]


def test_the_second_address_is_tried_where_the_first_does_not_answer() -> None:
    with HttpReceiver() as server:
        post(to(server), b"", {}, lambda _host, _port: ["127.0.0.2", "::1", "127.0.0.1"])
        assert len(server.requests) == 1


def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with HttpReceiver() as proxy, HttpReceiver() as server:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        post(to(server), b"", {})
        assert (len(proxy.requests), len(server.requests)) == (0, 1)


def test_this_machines_name_resolves() -> None:
    assert "127.0.0.1" in resolve("localhost", 80)


# --- TLS --------------------------------------------------------------------------------------------------------------


def test_the_certificate_is_checked_for_the_name(trusted: tuple[Path, Path]) -> None:
    with HttpReceiver(tls=trusted) as server:
        post(to(server), b"{}", {})
        assert len(server.requests) == 1
        wrong_name = Receiver(f"https://other.example:{server.port}/", allow_private=True)
        with pytest.raises(Retry):
            post(wrong_name, b"{}", {}, lambda _host, _port: ["127.0.0.1"])
        assert len(server.requests) == 1


def test_an_unknown_authority_is_not_believed(certificate: tuple[Path, Path]) -> None:
    with HttpReceiver(tls=certificate) as server:
        refusal(to(server))
        assert server.requests == []


# --- Retry-After ------------------------------------------------------------------------------------------------------

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("0", timedelta(0)),
        (" 30 ", timedelta(seconds=30)),
        ("99999999999999999999", LONGEST_WAIT),
        ("Tue, 24 Nov 2026 12:10:00 GMT", timedelta(minutes=10)),
        ("Tue, 24 Nov 2026 11:00:00 GMT", timedelta(0)),
        ("Tue, 24 Nov 2099 11:00:00 GMT", LONGEST_WAIT),
        ("Tue, 99 Nov 2026 12:10:00 GMT", None),
    ],
)
def test_retry_after_is_read_with_care(header: str | None, wait: timedelta | None) -> None:
    assert wait_asked_for(header, NOON) == wait
