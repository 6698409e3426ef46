"""Handing over e-mail to real servers: obliging, refusing, dripping, lying and encrypted ones."""

import dataclasses
from email.message import EmailMessage
from pathlib import Path

import pytest

from delivery.channel import GiveUp, Retry
from delivery.mail import MailServer, mailbox, new_message, set_text
from tests.delivery.servers import MailReceiver, Script, ScriptedServer, odd_mail_server

SENDER, RECIPIENT = "desk@clinic.example", "staff@clinic.example"
SHORT_S = 0.5


def message(subject: str = "New request", name: str = "Clinic") -> EmailMessage:
    made = new_message("dlv_1", name, SENDER, RECIPIENT, subject)
    set_text(made, "Zoë wrote: ünïcödé\n", "<p>Zoë</p>\n")
    return made


def send(url: str, **changes: float) -> None:
    server = dataclasses.replace(MailServer.from_url(url), **changes)  # type: ignore[arg-type]
    server.hand_over(message(), SENDER, RECIPIENT)


def test_a_message_arrives_in_both_forms_with_the_deliverys_id(mail: MailReceiver) -> None:
    send(mail.url)
    (got,) = mail.mails
    assert (got.sender, got.recipients) == (SENDER, [RECIPIENT])
    assert got.message["Message-ID"] == "<dlv_1@clinic.example>"
    assert got.message["Auto-Submitted"] == "auto-generated"
    plain, html = got.message.get_body(("plain",)), got.message.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert "ünïcödé" in plain.get_content()
    assert "<p>Zoë</p>" in html.get_content()


@pytest.mark.parametrize(
    ("reply", "outcome"), [("451 later", Retry), ("421 closing", Retry), ("552 full", GiveUp), ("554 no", GiveUp)]
)
def test_the_servers_verdict_on_a_message_counts(reply: str, outcome: type[Exception]) -> None:
    with MailReceiver(reply=reply) as server, pytest.raises(outcome, match=reply[:3]):
        send(server.url)


@pytest.mark.parametrize(("reply", "outcome"), [("450 greylisted", Retry), ("550 nobody here", GiveUp)])
def test_the_servers_verdict_on_an_address_counts(reply: str, outcome: type[Exception]) -> None:
    with MailReceiver(recipient_reply=reply) as server, pytest.raises(outcome, match=reply[:3]) as raised:
        send(server.url)
    assert RECIPIENT not in str(raised.value)


def odd(inbox: list[bytes], **scripts: Script) -> ScriptedServer:
    return ScriptedServer(odd_mail_server(**scripts)(inbox))


def send_to_odd(inbox: list[bytes], **scripts: Script) -> None:
    with odd(inbox, **scripts) as server:
        send(f"smtp://127.0.0.1:{server.port}", step_s=2 * SHORT_S, attempt_s=SHORT_S)


@pytest.mark.parametrize(
    "greeting",
    [
        lambda talk: talk.say(b"554 go away\r\n"),
        lambda talk: talk.say(b"421 too busy\r\n"),
        lambda talk: talk.say(b"HTTP/1.1 200 OK\r\n"),
        lambda talk: talk.say(b"\xff\xfe\r\n"),
        lambda talk: talk.drip(b"220-still\r\n"),
        lambda talk: talk.drip(b"2"),
        lambda talk: talk.wait(),
        lambda talk: talk.socket.close(),
    ],
    ids=["554", "421", "web server", "binary", "drips lines", "drips bytes", "silent", "closes"],
)
def test_a_server_that_does_not_greet_is_tried_again(greeting: Script) -> None:
    inbox: list[bytes] = []
    with pytest.raises(Retry):
        send_to_odd(inbox, greeting=greeting)
    assert inbox == []


@pytest.mark.parametrize(
    "after_data",
    [lambda _: None, lambda talk: talk.wait(), lambda talk: talk.drip(b"250-almost\r\n")],
    ids=["closes", "silent", "drips"],
)
def test_without_its_word_after_the_message_a_server_is_not_believed(after_data: Script) -> None:
    inbox: list[bytes] = []
    with pytest.raises(Retry):
        send_to_odd(inbox, after_data=after_data)
    assert len(inbox) == 1, "it may have it: the Message-ID lets it drop the repeat"


@pytest.mark.parametrize(
    "quit_reply",
    [lambda talk: talk.say(b"500 what\r\n"), lambda _: None, lambda talk: talk.wait(), lambda talk: talk.drip(b"2")],
    ids=["500", "closes", "silent", "drips"],
)
def test_an_odd_good_bye_does_not_send_it_twice(quit_reply: Script) -> None:
    inbox: list[bytes] = []
    send_to_odd(inbox, quit_reply=quit_reply)
    assert len(inbox) == 1


def test_nobody_listening_is_tried_again() -> None:
    with ScriptedServer(lambda _: None) as server:
        port = server.port
    with pytest.raises(Retry):
        send(f"smtp://127.0.0.1:{port}")


# --- encryption and signing in ----------------------------------------------------------------------------------------


def test_starttls_is_used_where_it_is_offered(trusted: tuple[Path, Path]) -> None:
    with MailReceiver(tls=trusted) as server:
        send(server.url)
    assert [it.encrypted for it in server.mails] == [True]


def test_starttls_can_be_demanded(mail: MailReceiver) -> None:
    with pytest.raises(Retry, match="no STARTTLS"):
        send(mail.url.replace("smtp://", "smtp+starttls://"))
    assert mail.mails == []


def test_tls_from_the_start(trusted: tuple[Path, Path]) -> None:
    with MailReceiver(tls=trusted, implicit_tls=True) as server:
        send(server.url.replace("smtp://", "smtps://"))
    assert len(server.mails) == 1


@pytest.mark.parametrize("implicit", [True, False])
def test_an_unknown_authority_is_not_believed(certificate: tuple[Path, Path], implicit: bool) -> None:
    with MailReceiver(tls=certificate, implicit_tls=implicit) as server:
        with pytest.raises(Retry):
            send(server.url.replace("smtp://", "smtps://" if implicit else "smtp://"))
        assert server.mails == []


def test_the_certificate_must_be_the_servers(trusted: tuple[Path, Path]) -> None:
    with MailReceiver(tls=trusted) as server:
        with pytest.raises(Retry, match="SSLCertVerificationError"):
            send(server.url.replace("localhost", "127.0.0.1"))
        assert server.mails == []


def test_user_and_password_may_hold_any_character(trusted: tuple[Path, Path]) -> None:
    with MailReceiver(tls=trusted, password="p@ss/w: %") as server:
        send(server.url.replace("smtp://", "smtp://desk%40clinic.example:p%40ss%2Fw%3A%20%25@"))
    assert len(server.mails) == 1


def test_a_password_that_cannot_be_sent_is_given_up_and_not_told(trusted: tuple[Path, Path]) -> None:
    with MailReceiver(tls=trusted, password="x") as server, pytest.raises(GiveUp, match="ASCII") as raised:
        send(server.url.replace("smtp://", "smtp://desk:s%C3%B6cret@"))
    assert "cret" not in str(raised.value)


def test_a_wrong_password_is_tried_again_and_not_told(trusted: tuple[Path, Path]) -> None:
    with MailReceiver(tls=trusted, password="right") as server, pytest.raises(Retry, match="535") as raised:
        send(server.url.replace("smtp://", "smtp://desk:secret@"))
    assert "secret" not in str(raised.value)


@pytest.mark.filterwarnings("ignore:Requiring AUTH:UserWarning")
def test_the_password_is_not_sent_in_the_clear_to_another_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("delivery.mail._is_loopback", lambda _: False)
    with MailReceiver(password="secret") as server, pytest.raises(Retry, match="no encryption"):
        send(server.url.replace("smtp://", "smtp://desk:secret@"))


def test_the_password_is_in_no_repr() -> None:
    assert "secret" not in repr(MailServer.from_url("smtp://desk:secret@mail.example"))


@pytest.mark.parametrize(
    ("url", "port"), [("smtp://m.example", 587), ("smtps://m.example", 465), ("smtp://m.example:25", 25)]
)
def test_the_usual_port_stands_in_for_none(url: str, port: int) -> None:
    assert MailServer.from_url(url).port == port


# --- addresses and headers --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    ["a@b.example\nBcc: x@y.example", "a@b.example, c@d.example", "a@b.example\r\n", "<a@b.example>", "a b@c.example",
     "a@b@c.example", "@b.example", "a@", "", '"a@x.example"@b.example', "a@b.example;c@d.example", "a@b\u2028.example",
     "a@\u202eelpmaxe.b", "a@" + "x" * 64 + ".example", "a(b)@c.example"],
)  # fmt: skip
def test_what_is_not_one_address_gets_no_mail(address: str) -> None:
    with pytest.raises(GiveUp):
        mailbox(address)


def test_a_domain_goes_out_in_ascii() -> None:
    assert mailbox("zoe@bücher.example") == "zoe@xn--bcher-kva.example"


def test_an_address_that_the_server_cannot_write_is_given_up(mail: MailReceiver) -> None:
    with pytest.raises(GiveUp, match="outside ASCII"):
        MailServer.from_url(mail.url).hand_over(message(), SENDER, mailbox("zoë@bücher.example"))


def test_an_address_outside_ascii_gets_its_mail_where_the_server_can() -> None:
    recipient = mailbox("zoë@bücher.example")
    made = new_message("dlv_1", "Clinic", SENDER, recipient, "Hello")
    set_text(made, "Hello\n", "<p>Hello</p>\n")
    with MailReceiver(smtputf8=True) as server:
        MailServer.from_url(server.url).hand_over(made, SENDER, recipient)
    assert [it.recipients for it in server.mails] == [[recipient]]


HOSTILE = [
    "Zoe\r\nBcc: victim@example.org",
    "Zoe\nX-Evil: 1",
    "Zoe\rX-Evil: 1",
    "Zoe\r\n\r\n<script>",
    "Zoe\u2028X-Evil: 1",
    "Zoe\x85X-Evil: 1",
    "Zoe\x0bX-Evil: 1",
    "Zoe\x00X-Evil: 1",
    '"Zoe" <victim@example.org>, x',
    "=?utf-8?q?Zoe=0AX-Evil:_1?=",
    "Zoë " * 100,
    "\ud800 half",
]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_text_can_add_a_header_or_a_recipient(mail: MailReceiver, hostile: str) -> None:
    made = message(subject=f"About {hostile}", name=hostile)
    MailServer.from_url(mail.url).hand_over(made, SENDER, RECIPIENT)
    (got,) = mail.mails
    assert got.recipients == [RECIPIENT]
    assert set(got.message.keys()) == {
        "Message-ID", "Date", "From", "To", "Subject", "Auto-Submitted", "MIME-Version", "Content-Type",
    }  # fmt: skip
    assert [it.addr_spec for it in got.message["From"].addresses] == [SENDER]
