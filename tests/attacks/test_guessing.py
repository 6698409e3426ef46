"""Guessing: passwords, accounts, references, and whose address a call comes from. The application runs without Rasa."""

import itertools
import random
from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest
from fastapi import FastAPI

from hairline.compose import Hairline
from leads.records import Account
from leads.store import new_id
from tests.attacks.bots import RestBot
from tests.attacks.forms import count, report
from tests.attacks.people import PASSWORD, new_account
from tests.attacks.test_parameters import app  # noqa: F401
from tests.web.applications import Applications, InThread
from tests.web.conftest import hairline, overrides, parts, running  # noqa: F401
from tests.web.leads import put_lead
from tests.web.served import served
from tests.web.visitors import Visitor
from web.limits import BEHIND_ONE_ADDRESS

pytestmark = pytest.mark.parametrize("store_url", ["sqlite"], indirect=True, scope="session")

SEED = 19
GUESSES_OF_ONE = 60
"""Sign-ins within an hour with one e-mail address, or from one address."""
OWN_PAGE = {"Sec-Fetch-Site": "same-origin"}
_addresses = itertools.count()

Client = Callable[[], httpx.Client]


@pytest.fixture
def from_anywhere(app: FastAPI, running: Applications) -> Client:  # noqa: F811
    """Clients, each with an address of its own."""

    def newcomer() -> httpx.Client:
        number = next(_addresses)
        transport = InThread(app, running.portal, f"10.{2 + number // 62500}.{number // 250 % 250}.{number % 250}")
        return httpx.Client(transport=transport, base_url="http://desk.example", headers=OWN_PAGE)

    return newcomer


def sign_in(client: httpx.Client, email: str, password: str) -> httpx.Response:
    """An attempt."""
    return client.post("/desk/login", data={"email": email, "password": password})


def said(answer: httpx.Response) -> str:
    """The answer's body without the number of the request."""
    return answer.text.replace(answer.headers.get("x-request-id", "no number"), "")


def account_email(hairline: Hairline) -> str:  # noqa: F811
    """The e-mail address of a new account."""
    with hairline.store.transaction() as session:
        account = session.get(Account, new_account(session, "staff"))
        assert account is not None
        return account.email


def test_a_password_cannot_be_guessed_however_many_addresses_guess(
    from_anywhere: Client,
    hairline: Hairline,  # noqa: F811
) -> None:
    email = account_email(hairline)
    tries = count(100, 1_000)
    statuses = []
    for number in range(tries):
        with from_anywhere() as client:
            spelled = email.upper() if number % 2 else f" {email} "
            statuses.append(sign_in(client, spelled, f"guess number {number}").status_code)
    assert set(statuses) == {401, 429}
    assert statuses.count(401) <= GUESSES_OF_ONE
    with from_anywhere() as client:  # not even the right one is told any more
        assert sign_in(client, email, PASSWORD).status_code == 429
    report(
        "guessing",
        f"{tries} passwords for one account, each from another address: {statuses.count(401)} were looked at",
    )


def test_one_address_cannot_try_many_accounts(from_anywhere: Client) -> None:
    tries = count(100, 1_000)
    with from_anywhere() as client:
        statuses = [sign_in(client, f"{new_id('a')}@clinic.example", "a guess at it").status_code for _ in range(tries)]
    assert statuses.count(401) <= GUESSES_OF_ONE
    assert set(statuses) == {401, 429}
    report("guessing", f"{tries} accounts from one address: {statuses.count(401)} were looked at")


def test_nobody_learns_which_accounts_there_are(from_anywhere: Client, hairline: Hairline) -> None:  # noqa: F811
    known, unknown = account_email(hairline), f"{new_id('staff')}@clinic.example"
    answers = []
    for email in (known, unknown):
        with from_anywhere() as client:
            answer = sign_in(client, email, "not the password")
            answers.append((answer.status_code, answer.text.replace(email, "E-MAIL"), answer.headers.get("set-cookie")))
    assert answers[0] == answers[1]


def test_nobody_learns_which_conversations_and_references_there_are(
    from_anywhere: Client,
    hairline: Hairline,  # noqa: F811
) -> None:
    reference = put_lead(hairline)
    with from_anywhere() as client:
        one, other = Visitor.open(client), Visitor.open(client)
        there = client.get(f"/api/conversations/{one.id}/messages", headers=other.headers)
        absent = client.get(f"/api/conversations/c_{'1' * 32}/messages", headers=other.headers)
        assert said(there) == said(absent)
        assert there.status_code == 404
        for path in ("/api/leads/{}", "/desk/leads/{}"):
            answers = [client.get(path.format(one)) for one in (reference, "SMP-ZZZZZZ")]
            assert answers[0].status_code == answers[1].status_code in (401, 303)
            assert said(answers[0]) == said(answers[1])


# --- whose address ----------------------------------------------------------------------------------------------------


def calls_let_through(url: str, tries: int, forwarded: Callable[[random.Random], str]) -> int:
    """How many of so many calls were taken, each with another X-Forwarded-For."""
    chance = random.Random(SEED)
    with httpx.Client(base_url=url, timeout=60) as client:
        statuses = [
            client.post("/api/conversations", headers={"X-Forwarded-For": forwarded(chance)}).status_code
            for _ in range(tries)
        ]
    assert set(statuses) <= {201, 429}
    return statuses.count(201)


def anybody(chance: random.Random) -> str:
    """An address that is made up."""
    made = ".".join(str(chance.randrange(1, 250)) for _ in range(4))
    return chance.choice((made, f"{made}, {made}", f"127.0.0.1, {made}", f"::ffff:{made}", f"{made}, 127.0.0.1"))


@pytest.mark.slow
def test_nobody_gets_more_by_making_addresses_up(hairline: Hairline) -> None:  # noqa: F811
    direct = replace(hairline, settings=replace(hairline.settings, rate_limit="1/minute"))
    tries = count(100, 1_000)
    with served(direct) as (url, _, _):
        # Two windows may meet while it lasts.
        through = calls_let_through(url, tries, anybody)
    assert through <= 2 * BEHIND_ONE_ADDRESS * (1 + tries // 300)
    report("guessing", f"{tries} calls with made-up X-Forwarded-For, no proxy trusted: {through} were taken")


@pytest.mark.slow
def test_behind_a_trusted_proxy_the_address_it_saw_counts(hairline: Hairline) -> None:  # noqa: F811
    loopback = type(hairline.settings).read({"HAIRLINE_TRUSTED_PROXIES": "127.0.0.0/8"}).trusted_proxies
    behind = replace(hairline, settings=replace(hairline.settings, rate_limit="1/minute", trusted_proxies=loopback))
    tries = count(100, 1_000)
    with served(behind) as (url, _, _):
        through = calls_let_through(url, tries, lambda chance: f"{anybody(chance)}, 198.51.100.7")
        others = calls_let_through(url, 50, lambda chance: ".".join(str(chance.randrange(1, 250)) for _ in range(4)))
    assert through <= 2 * BEHIND_ONE_ADDRESS * (1 + tries // 300)
    assert others == 50, "visitors with addresses of their own are counted together"
    report("guessing", f"{tries} calls of one client behind a trusted proxy: {through} were taken")


# --- controls ---------------------------------------------------------------------------------------------------------


def refused(bot: RestBot, tries: int) -> int:
    """How many of so many messages in a row a bot without limits refuses."""
    chat = bot.open()
    return [chat.say(f"guess {number}").status for number in range(tries)].count(429)


def test_a_naive_bot_refuses_nobody(naive: RestBot, store_url: str) -> None:
    assert refused(naive, 100) == 0


def test_the_stock_bot_refuses_nobody(stock: RestBot, store_url: str) -> None:
    assert refused(stock, 100) == 0
    report("guessing", "the stock bot fails: it refused none of 100 messages in a row")
