"""Where posts go: no spelling of an address inside, no name that changes its mind and no redirect leads inside."""

import contextlib
import ipaddress
import random

import httpx
import pytest

from delivery.channel import GiveUp, Retry
from delivery.channels import build_channels
from delivery.http import Receiver, is_public, post
from delivery.slack import SlackChannel
from delivery.webhook import WebhookChannel
from hairline.settings import Settings
from tests.attacks.forms import count, report
from tests.delivery.servers import HttpReceiver, answer

SEED = 23
INSIDE = ("127.0.0.1", "10.1.2.3", "172.16.9.9", "192.168.0.7", "169.254.169.254", "100.64.1.1", "0.0.0.0")
SERVICE_S = 5.0


def spelled(chance: random.Random, address: str) -> str:
    """An IPv4 address in one of the ways in which programs write, wrap and disguise one."""
    number = int(ipaddress.IPv4Address(address))
    parts = [int(part) for part in address.split(".")]
    high, low = number >> 16, number & 0xFFFF
    part = chance.choice((str, hex, lambda value: f"0{value:o}", lambda value: f"0x{value:08x}"))
    digits = chance.choice(("０１２３４５６７８９", "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗", "٠١٢٣٤٥٦٧٨٩"))
    return chance.choice(
        (
            address,
            f"{address}.",
            str(number),
            hex(number),
            f"0{number:o}",
            ".".join(part(value) for value in parts),
            ".".join(chance.choice((str, hex))(value) for value in parts),
            f"{parts[0]}.{number & 0xFFFFFF}",
            f"{parts[0]}.{parts[1]}.{low}",
            "".join(digits[int(it)] if it.isdigit() else it for it in address),
            address.replace(".", chance.choice(("\u3002", "\uff0e", "%2e"))),
            f"[::ffff:{address}]",
            f"[::ffff:{high:x}:{low:x}]",
            f"[0:0:0:0:0:ffff:{high:x}:{low:x}]",
            f"[::{high:x}:{low:x}]",
            f"[64:ff9b::{high:x}:{low:x}]",
            f"[64:ff9b:1::{high:x}:{low:x}]",
            f"[2002:{high:x}:{low:x}::1]",
            f"[2001:0:{high:x}:{low:x}::]",
            f"public.example@{address}",
            f"93.184.215.14:80@{address}",
        )
    )


INSIDE_6 = (
    "[::1]", "[::]", "[fe80::1]", "[fe80::1%25lo]", "[fc00::1]", "[fd00:ec2::254]", "[ff02::1]", "localhost",
    "LOCALHOST", "localhost.", "ip6-localhost", "127.0.0.1#@public.example", "127.0.0.1\\@public.example",
)  # fmt: skip


def attack(send: type | None, tries: int) -> int:
    """So many addresses inside, posted to by `post` or by a naive sender; how often the service inside was reached."""
    chance = random.Random(SEED)
    with HttpReceiver() as inside:
        for _ in range(tries):
            host = chance.choice((spelled(chance, chance.choice(INSIDE)), spelled(chance, "127.0.0.1"), *INSIDE_6))
            url = f"http://{host}:{inside.port}/"
            if send is None:
                with pytest.raises((GiveUp, Retry)):
                    post(Receiver(url, attempt_s=SERVICE_S), b"{}", {})
            else:
                send(url)
        return len(inside.requests)


class _Naive:
    """Posts to whatever it is given, as a quickly written channel does."""

    def __init__(self, url: str) -> None:
        with contextlib.suppress(httpx.HTTPError, httpx.InvalidURL, ValueError):
            httpx.post(url, content=b"{}", timeout=0.2, trust_env=False)


def test_no_spelling_of_an_address_inside_is_posted_to() -> None:
    tries = count(200, 10_000)
    assert attack(None, tries) == 0
    report("receivers", f"{tries} addresses inside in many spellings: none was posted to")


def test_a_naive_sender_is_led_inside() -> None:
    reached = attack(_Naive, 60)
    assert reached > 0
    report("receivers", f"a naive sender was led inside {reached} times of 60")


def test_what_a_name_resolves_to_later_changes_nothing() -> None:
    asked: list[str] = []

    def rebinding(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["93.184.215.14"] if len(asked) > 1 else ["127.0.0.1"]

    with HttpReceiver() as inside, pytest.raises(GiveUp):
        post(Receiver(f"http://rebind.example:{inside.port}/"), b"{}", {}, rebinding)
    assert asked == ["rebind.example"]
    assert inside.requests == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_leads_inside(status: int) -> None:
    with HttpReceiver() as inside, HttpReceiver(answer(status, f"Location: {inside.url}")) as outside:
        with pytest.raises(Retry):
            post(Receiver(outside.url, allow_private=True), b"{}", {})
        assert (len(outside.requests), len(inside.requests)) == (1, 0)


# --- what an operator allows on purpose -------------------------------------------------------------------------------


def receivers(**settings: str) -> dict[str, bool]:
    """For each receiver of these settings whether it may be inside."""
    read = Settings.read({f"HAIRLINE_{name.upper()}": value for name, value in settings.items()})
    channels = build_channels(read)
    return {it.name: it.receiver.allow_private for it in channels if isinstance(it, WebhookChannel | SlackChannel)}


INSIDE_HOOK, OUTSIDE_HOOK = "http://127.0.0.1:9/hook", "https://hooks.example/hook"


def test_an_address_written_as_one_inside_is_meant_and_opens_nothing_else() -> None:
    assert receivers(webhook_url=INSIDE_HOOK, slack_url=OUTSIDE_HOOK) == {"webhook": True, "slack": False}
    assert receivers(webhook_url=OUTSIDE_HOOK, slack_url=INSIDE_HOOK) == {"webhook": False, "slack": True}


@pytest.mark.parametrize("address", ["169.254.169.254", "[fe80::1]", "0.0.0.0", "[::]", "[::ffff:169.254.169.254]"])
def test_what_no_receiver_is_has_to_be_allowed_in_so_many_words(address: str) -> None:
    url = f"http://{address}/latest/meta-data"
    assert receivers(webhook_url=url) == {"webhook": False}
    assert receivers(webhook_url=url, webhook_allow_private="yes") == {"webhook": True}


def test_no_is_no() -> None:
    assert receivers(webhook_url=INSIDE_HOOK, webhook_allow_private="no") == {"webhook": False}
    assert not is_public("127.0.0.1")
