"""Raw bytes at every address that takes a body: an answer below 500 or none, no process exit, nothing else changed."""

import json
import random
import re
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

import pytest

from tests.attacks.bots import Bot, Chat, HairlineBot, RestBot
from tests.attacks.forms import count, report
from tests.attacks.people import Known, known
from tests.attacks.texts import HOSTILE

pytestmark = pytest.mark.slow

SEED = 7
ANSWERED_WITHIN_S = 30.0
FINAL = re.compile(rb"(?:HTTP/1\.1 100 \w*\r\n\r\n)?HTTP/1\.\d ([2-5]\d\d)")
FIELDS = (
    "text", "choice", "name", "phone", "email", "consent", "page", "helpful", "status", "note", "assignee", "publish",
    "question", "sender", "message", "password", "role", "sure", "topic", "start", "minutes",
)  # fmt: skip
TYPES = (
    "application/json",
    "application/json; charset=utf-16",
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "multipart/form-data; boundary=x; charset=utf-7",
    "multipart/form-data; boundary=x; charset=unicode_escape",
    "multipart/form-data",
    "application/json, a/b",
    "\u00ff",
    "",
)

Body = tuple[str, bytes]
"""A content type, and the bytes."""


@dataclass(frozen=True, slots=True)
class Door:
    """An address that is knocked at, and the header lines that let one in."""

    method: str
    path: str
    headers: tuple[str, ...] = ()


# --- bodies -----------------------------------------------------------------------------------------------------------


def _noise(chance: random.Random) -> Body:
    return chance.choice(TYPES), chance.randbytes(chance.choice((0, 1, 10, 1000, 70_000)))


def _deep(chance: random.Random) -> Body:
    depth = chance.choice((10, 500, 5_000, 30_000))
    left, right = chance.choice((("[", "]"), ('{"text":', "}"), ('[{"a":', "}]")))
    return TYPES[0], ((left * depth) + "1" + right * chance.choice((0, depth))).encode()


def _value(chance: random.Random) -> str:
    """JSON, mostly of the wrong kind."""
    odd = (
        "null", "true", "[]", "{}", "-0", "1e400", "-1e999", "NaN", "Infinity", "9" * 5000, "0.1e-999999", "1" * 400,
        '"\\ud800"', '"\\udfff x"', '"\\u0000"', '"a\\u0000b"', '"\\ud83d"', '""', '" "', "{\"$ref\": \"#\"}",
    )  # fmt: skip
    hostile = json.dumps(chance.choice(HOSTILE))
    return chance.choice((*odd, hostile, hostile, hostile, json.dumps(["x"] * 50)))


def _wrong_values(chance: random.Random) -> Body:
    fields = [f"{json.dumps(chance.choice(FIELDS))}: {_value(chance)}" for _ in range(chance.randint(1, 6))]
    return TYPES[0], ("{" + ", ".join(fields) + "}").encode("utf-8", "surrogatepass")


def _doubled(chance: random.Random) -> Body:
    field = json.dumps(chance.choice(FIELDS))
    return TYPES[0], ("{" + ", ".join(f"{field}: {_value(chance)}" for _ in range(9)) + "}").encode()


def _encoded(chance: random.Random) -> Body:
    text = json.dumps({chance.choice(FIELDS): "h\u00e9llo \u4f60"}, ensure_ascii=False)
    encoding = chance.choice(("utf-16", "utf-32", "utf-8-sig", "latin-1", "utf-7", "utf-16-be", "cp037"))
    return TYPES[0], text.encode(encoding, "replace")


def _bitten(chance: random.Random) -> Body:
    """A good body with a few bytes changed."""
    good = {"text": "hello", "name": "Ann", "email": "ann@example.com", "consent": True, "status": "contacted"}
    body = bytearray(json.dumps(good).encode())
    for _ in range(chance.randint(1, 4)):
        body[chance.randrange(len(body))] = chance.randrange(256)
    return TYPES[0], bytes(body)


def _form(chance: random.Random) -> Body:
    pairs = [(chance.choice(FIELDS), chance.choice(HOSTILE)) for _ in range(chance.choice((1, 3, 1200)))]
    raw = "&".join(f"{name}={quote(value, errors='surrogatepass')}" for name, value in pairs) + chance.choice(
        ("", "&%", "&=%ff%fe", "&;=;", "&%00=%00")
    )
    return "application/x-www-form-urlencoded", raw.encode()[:65_000]


def _multipart(chance: random.Random) -> Body:
    charset = chance.choice(
        ("", "; charset=utf-7", "; charset=unicode_escape", "; charset=utf-16", "; charset=nothing")
    )
    parts = []
    for _ in range(chance.choice((1, 2, 50))):
        file = chance.choice(("", '; filename="x.txt"', "; filename*=utf-8''%ff", "; filename"))
        value = chance.choice(("+2AA-", "\\ud800", "hello", chance.choice(HOSTILE)))
        parts.append(f'--x\r\nContent-Disposition: form-data; name="{chance.choice(FIELDS)}"{file}\r\n\r\n{value}\r\n')
    body = "".join(parts) + chance.choice(("--x--\r\n", "--x", "", "\r\n--"))
    return f"multipart/form-data; boundary=x{charset}", body.encode("utf-8", "surrogatepass")[:65_000]


BODIES: tuple[Callable[[random.Random], Body], ...] = (
    _noise, _deep, _wrong_values, _wrong_values, _doubled, _encoded, _bitten, _form, _multipart,
)  # fmt: skip


# --- requests ---------------------------------------------------------------------------------------------------------


def framed(chance: random.Random, door: Door, content_type: str, body: bytes) -> tuple[bytes, bool]:
    """The bytes of a request, sometimes with a length or chunks that do not add up; and whether they are all of it."""
    lines = [f"{door.method} {door.path} HTTP/1.1", "Host: hairline.example", "Connection: close", *door.headers]
    lines.append(f"Content-Type: {content_type}")
    lines += chance.choice(
        ([], [], [f"Idempotency-Key: {'k' * chance.choice((1, 255, 256, 9000))}"], ["Idempotency-Key: \u00ff\u00fe"],
         ["Cookie: hairline_session=\u00ff; a=b; =; hairline_session=" + "x" * 43], ["Last-Event-ID: m_\u00ff"],
         ["X-Forwarded-For: ,,1,::1%eth0, 300.1.1.1"], ["Expect: 100-continue"], ["Accept: " + "*/*," * 900])
    )  # fmt: skip
    way = chance.choice(("whole",) * 6 + ("chunks", "chunks", "bad chunks", "short", "long", "both", "odd length"))
    if way == "chunks":
        size = chance.choice((1, 7, 4096))
        body = body[:3000]
        chunks = [body[at : at + size] for at in range(0, len(body), size)]
        body = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"
        lines.append("Transfer-Encoding: chunked")
    elif way == "bad chunks":
        body = (
            chance.choice((b"zz\r\n", b"-1\r\n", b"ffffffffffffffff\r\nx", b"5\r\nab", b"0;x=y\r\nTrailer: 1\r\n"))
            + body
        )
        lines.append(f"Transfer-Encoding: {chance.choice(('chunked', 'gzip', 'chunked, chunked', 'x'))}")
    elif way == "odd length":
        lines.append(f"Content-Length: {chance.choice(('-1', '1e3', '0x10', '9' * 30, '', '1, 2', '+5'))}")
    elif way == "both":
        lines += [f"Content-Length: {len(body)}", "Transfer-Encoding: chunked"]
    else:
        off = {"short": -3, "long": 50}.get(way, 0)  # short: the rest looks like a second request
        lines.append(f"Content-Length: {max(0, len(body) + off)}")
    request = "\r\n".join([*lines, "", ""]).encode("latin-1", "replace") + body
    return request, way in ("whole", "chunks", "short")


def exchange(url: str, request: bytes, whole: bool) -> int | None:
    """The status of the answer to these bytes, None where the server hung up without one.

    What is not whole ends with the end of our side: the server would wait for the rest.
    """
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port), ANSWERED_WITHIN_S) as connection:
        try:
            connection.sendall(request)
            if not whole:
                connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # it refused before it had read everything; its answer may still be there
        head = b""
        while not (found := FINAL.match(head)):
            try:
                read = connection.recv(4096)
            except ConnectionResetError:
                break
            if not read:
                break
            head += read
    return int(found[1]) if found else None


def attack(bot: Bot[Chat], doors: list[Door], requests: int) -> dict[int | None, int]:
    """So many requests; how often each status came. Raises what is wrong with the bot."""
    chance = random.Random(SEED)
    before = bot.processes()
    seen: dict[int | None, int] = {}
    for number in range(requests):
        door, make = chance.choice(doors), BODIES[number % len(BODIES)]
        content_type, body = make(chance)
        request, whole = framed(chance, door, content_type, body)
        status = exchange(bot.url, request, whole)
        seen[status] = seen.get(status, 0) + 1
        assert status or not whole, f"request {number}, {make.__name__}: no answer to {request[:400]!r}"
        fine = status is None or status < 500 or (status == 503 and not bot.is_up())
        assert fine, f"request {number}, {make.__name__}: {status} for {request[:400]!r}"
    assert bot.processes() == before, "a process exited"
    assert bot.is_up()
    return dict(sorted(seen.items(), key=str))


def hairline_doors(people: Known) -> list[Door]:
    """Every address that takes a body, each with what lets one in, and some that are not there."""
    visitor = (f"Authorization: Bearer {people.chat.token}",)
    staff = (f"Authorization: Bearer {people.api_key}",)
    desk = (f"Cookie: hairline_session={people.owner}", "Sec-Fetch-Site: same-origin")
    talk, lead = f"/api/conversations/{people.chat.id}", f"/api/leads/{people.reference}"
    nobody = f"c_{'0' * 32}"
    doors = [
        Door("POST", "/api/conversations"),
        Door("POST", "/api/contact"),
        *(Door("POST", f"{talk}/messages", visitor) for _ in range(3)),
        Door("POST", f"{talk}/messages/m_0a/feedback", visitor),
        Door("DELETE", f"/api/conversations/{nobody}", visitor),
        Door("PATCH", lead, staff),
        Door("DELETE", "/api/leads/SMP-222222", staff),
        Door("POST", "/api/open-questions/q_0a/answer", staff),
        Door("POST", f"{talk}/takeover", (*staff, "X-Kind: body")),
        Door("POST", f"{talk}/handback", staff),
        Door("GET", "/api/leads?q=%00%ff", staff),
        Door("GET", "/api/leads.csv?status=%f0", staff),
        Door("GET", f"{talk}/messages?after=%00", visitor),
        Door("GET", "/api/calendar.ics?token=%00"),
        Door("POST", "/desk/login", desk[1:]),
        Door("POST", f"/desk/invitation/{'x' * 43}", desk[1:]),
        Door("POST", f"/desk/leads/{people.reference}/notes", desk),
        Door("POST", f"/desk/leads/{people.reference}/assignee", desk),
        Door("POST", f"/desk/leads/{people.reference}/confirm", desk),
        Door("POST", f"/desk/conversations/{people.chat.id}/say", desk),
        Door("POST", "/desk/questions/answer", desk),
        Door("POST", "/desk/team", desk),
        Door("PUT", "/%2e%2e/%00/%ff", ()),
        Door("BREW", "/api/leads", staff),
        Door("OPTIONS", "/api/contact", ("Origin: null", "Access-Control-Request-Method: POST\u00ff")),
    ]
    return doors


REST_DOORS = [Door("POST", "/webhooks/rest/webhook"), Door("POST", "/model/parse"), Door("PUT", "/model")]


def test_no_body_breaks_anything(hairline_bot: HairlineBot) -> None:
    number = count(300, 10_000)
    people = known(hairline_bot)
    witness = hairline_bot.open()
    assert witness.say("how long does it last?").status == 200
    before = witness.read().raw
    began = time.monotonic()
    seen = attack(hairline_bot, hairline_doors(people), number)
    assert witness.read().raw == before, "somebody else's talk changed"
    assert hairline_bot.open().say("does it hurt?").status == 200
    assert people.lead()["name"] == people.name, "the lead's name changed, which no call can do"
    assert people.lead()["consent"]["given"]
    report("bodies", f"{number} requests in {time.monotonic() - began:.0f} s, statuses {seen}")


def test_a_naive_bot_breaks(naive: RestBot) -> None:
    with pytest.raises(AssertionError):
        attack(naive, REST_DOORS, 100)


def test_the_stock_bot_breaks(stock: RestBot) -> None:
    with pytest.raises(AssertionError) as fault:
        attack(stock, REST_DOORS, 1_000)
    report("bodies", f"the stock bot fails: {str(fault.value).splitlines()[0][:200]}")
