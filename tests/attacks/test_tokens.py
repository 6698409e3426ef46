"""Forged secrets of every kind, at every door they would open: each one is refused."""

import base64
import random
import string
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

import httpx
import pytest

from tests.attacks.bots import HairlineBot, RestBot
from tests.attacks.forms import count, report
from tests.attacks.people import Known, known

pytestmark = pytest.mark.slow

SEED = 13
ALPHABET = string.ascii_letters + string.digits + "-_"

Ask = Callable[[httpx.Client, str], httpx.Response]


@dataclass(frozen=True)
class Door:
    """What a kind of secret opens: the real one, how to show one, and what answers mean that it was refused."""

    name: str
    real: str
    ask: Ask
    refused: Callable[[httpx.Response], bool]
    lasts: bool = True
    """Whether asking with the real one ends and leaves everything as it was."""


def forge(chance: random.Random, real: str, others: list[str]) -> str:
    """A secret that is not the real one, most of them near it."""
    at = chance.randrange(len(real))
    made = chance.choice(
        (
            lambda: real[:at] + chance.choice(ALPHABET) + real[at + 1 :],
            lambda: real[:at] + real[at + 1 :],
            lambda: real[:at] + chance.choice(ALPHABET) + real[at:],
            lambda: real[: chance.choice((1, len(real) // 2, len(real) - 1))],
            lambda: real + chance.choice(("=", "A", "%00", ".", "/", "\u00e9", "\u200b", "\uff21")),
            lambda: real.swapcase(),
            lambda: real[::-1],
            lambda: "".join(chance.choices(ALPHABET, k=len(real))),
            lambda: real.replace(real[at], chr(0xFEE0 + ord(real[at]))),  # full-width: equal after normalisation
            lambda: "".join(chance.choices("\u00e9\u00ff\u00a0\u0131\u212a", k=9)),
            lambda: chance.choice(others),
            lambda: base64.b64encode(real.encode()).decode(),
            lambda: chance.choice(("", " ", "null", "undefined", "true", "0", "*", "%", "' OR 1=1 --", "../" * 9)),
            lambda: "A" * chance.choice((19, 43, 101, 511, 4000)),
            lambda: f'{{"alg":"none"}}.{real}',
            lambda: f"{real}, {real}",
        )
    )()
    return made if made != real else made + "x"


def refused_with(*statuses: int) -> Callable[[httpx.Response], bool]:
    """Whether an answer has one of these statuses."""
    return lambda answer: answer.status_code in statuses


def _bytes(value: str) -> bytes:
    """As a header can carry it: UTF-8, as a browser would send it."""
    return value.encode("utf-8")


def bearer(method: str, path: str, body: object = None) -> Ask:
    """Show it in the Authorization header."""
    return lambda client, secret: client.request(
        method, path, json=body, headers={b"Authorization": (b"Bearer " + _bytes(secret)).strip()}
    )


def cookie(method: str, path: str, **more: str) -> Ask:
    """Show it as the desk's cookie, from a page of the desk."""
    return lambda client, secret: client.request(
        method,
        path,
        headers={
            b"Cookie": (b"hairline_session=" + _bytes(secret)).strip(),
            b"Sec-Fetch-Site": b"same-origin",
            **{key.encode(): value.encode() for key, value in more.items()},
        },
    )


def to_login(answer: httpx.Response) -> bool:
    """Whether the desk sent whoever asks to its login."""
    return (answer.status_code, answer.headers.get("location")) == (303, "/desk/login")


def doors(people: Known) -> list[Door]:
    """Every kind of secret at what it opens."""
    talk, token, lead = f"/api/conversations/{people.chat.id}", people.chat.token, f"/api/leads/{people.reference}"
    no_visitor, no_staff = refused_with(400, 401, 404), refused_with(400, 401)
    return [
        Door("visitor", token, bearer("GET", f"{talk}/messages"), no_visitor),
        Door("visitor", token, bearer("POST", f"{talk}/messages", {"text": "forged"}), no_visitor, lasts=False),
        Door("visitor", token, bearer("GET", f"{talk}/events"), no_visitor, lasts=False),
        Door("visitor", token, bearer("DELETE", talk), no_visitor, lasts=False),
        Door(
            "visitor",
            token,
            lambda client, secret: client.get(f"{talk}/events", params={"access_token": secret}),
            refused_with(400, 401, 404, 422),
            lasts=False,
        ),
        Door("API key", people.api_key, bearer("GET", lead), no_staff),
        Door("API key", people.api_key, bearer("DELETE", lead), no_staff, lasts=False),
        Door("session", people.owner, cookie("GET", "/desk/team"), to_login),
        Door("session", people.staff, cookie("GET", "/desk"), to_login),
        Door("session", people.staff, cookie("GET", lead), no_staff),
        Door("session", people.staff, cookie("POST", f"/desk/leads/{people.reference}/cancel"), to_login),
        Door(
            "invitation",
            people.invitation,
            lambda client, secret: client.get(f"/desk/invitation/{quote(secret, safe='')}"),
            refused_with(400, 404),
        ),
        Door(
            "calendar",
            people.calendar,
            lambda client, secret: client.get("/api/calendar.ics", params={"token": secret}),
            refused_with(400, 401, 422),
        ),
    ]


def genuine(kind: str, *known_people: Known) -> set[str]:
    """Secrets that are no forgeries at a door: those of its kind, and the API key where staff may speak as well.

    A conversation's token is one only in its own conversation.
    """
    kinds = {
        "visitor": {known_people[0].chat.token},
        "session": {secret for one in known_people for secret in (one.owner, one.staff)},
        "invitation": {one.invitation for one in known_people},
        "calendar": {one.calendar for one in known_people},
    }
    return kinds.get(kind, set()) | {known_people[0].api_key}


def attack(client: httpx.Client, door: Door, others: list[str], tries: int, chance: random.Random) -> None:
    """So many forgeries at a door. Raises AssertionError for one that was taken."""
    for _ in range(tries):
        forged = forge(chance, door.real, others)
        answer = door.ask(client, forged)
        assert door.refused(answer), f"{door.name}: {forged!r} got {answer.status_code}"


def test_no_forged_secret_opens_anything(hairline_bot: HairlineBot) -> None:
    number = count(26, 10_000)
    people, others = known(hairline_bot), known(hairline_bot)
    foreign = [secret for one in (people, others) for secret in one.secrets()]
    chance = random.Random(SEED)
    made: dict[str, int] = {}
    found = doors(people)
    for door in found:
        tries = -(-number // sum(other.name == door.name for other in found))
        misplaced = [one for one in foreign if one not in genuine(door.name, people, others)]
        attack(hairline_bot.client, door, misplaced, tries, chance)
        made[door.name] = made.get(door.name, 0) + tries
    assert people.lead()["status"] == "new"
    assert people.chat.read().status == 200
    report("tokens", f"refused: {made}")


def test_the_real_secrets_do_open(hairline_bot: HairlineBot) -> None:
    people = known(hairline_bot)
    for door in (door for door in doors(people) if door.lasts):
        answer = door.ask(hairline_bot.client, door.real)
        assert not door.refused(answer), (door.name, answer.status_code)


def rest_door(bot: RestBot) -> Door:
    """The stock bot's only secret is a visitor's name for themselves."""
    chat = bot.open()
    assert chat.say("hello").status == 200
    path = f"/conversations/{chat.sender}/tracker"
    return Door("visitor", "x" * 43, bearer("GET", path), refused_with(400, 401, 403, 404))


def test_a_naive_bot_takes_them(naive: RestBot) -> None:
    with pytest.raises(AssertionError):
        attack(naive.client, rest_door(naive), ["y"], 10, random.Random(SEED))


def test_the_stock_bot_takes_them(stock: RestBot) -> None:
    with pytest.raises(AssertionError) as fault:
        attack(stock.client, rest_door(stock), ["y"], 10, random.Random(SEED))
    report("tokens", f"the stock bot fails: {str(fault.value).splitlines()[0][:150]}")
