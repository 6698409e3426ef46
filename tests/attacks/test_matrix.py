"""Every route as every role: in only who is on the list. Made from the application's routes, so none is forgotten."""

import itertools
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
import yaml
from fastapi import FastAPI
from starlette.routing import Mount, Route

from hairline.compose import Hairline
from leads import accounts
from tests.attacks.forms import report
from tests.attacks.people import new_account
from tests.attacks.test_parameters import ENDLESS, app, routes_of  # noqa: F401
from tests.web.applications import Applications, InThread
from tests.web.conftest import STAFF, hairline, overrides, parts, running  # noqa: F401
from tests.web.leads import put_lead
from tests.web.visitors import Visitor

pytestmark = pytest.mark.parametrize("store_url", ["sqlite"], indirect=True, scope="session")

ACCESS: dict[str, list[str]] = yaml.safe_load(Path(__file__).with_name("access.yml").read_text())
ROLES = ("nobody", "own visitor", "foreign visitor", "staff", "owner", "API key", "internal secret", "calendar token")
IN: dict[str, set[str]] = {
    "everybody": set(ROLES),
    "files": set(ROLES),
    "its_visitor": {"own visitor"},
    "its_visitor_or_staff": {"own visitor", "staff", "owner", "API key"},
    "calendar_token_staff_and_key": {"calendar token", "staff", "owner", "API key"},
    "staff_and_key": {"staff", "owner", "API key"},
    "staff": {"staff", "owner"},
    "owners": {"owner"},
}
BODIES = {"feedback": {"helpful": True}, "messages": {"text": "hello"}}
"""What is sent where the body is looked at before the token; elsewhere nothing."""
LAST = "POST /desk/logout"
"""It ends the session that the other calls need."""
_addresses = itertools.count()

Ask = Callable[[str, str], httpx.Response]


def all_routes(app: FastAPI) -> set[str]:  # noqa: F811
    """Every method and path, files included."""
    found = {f"{method} {path}" for path, route in routes_of(app.router.routes) for method in route.methods or ()}
    for route in app.router.routes:
        if isinstance(route, Mount):
            found.add(f"GET {route.path}/")
        elif isinstance(route, Route):
            found.add(f"GET {route.path}")
    return found


class Roles:
    """One of each role, and a conversation with everything that paths may name."""

    def __init__(self, hairline: Hairline, client: httpx.Client) -> None:  # noqa: F811
        self.client = client
        self.hairline = hairline
        self.talks: tuple[Visitor, Visitor] | None = None
        with hairline.store.transaction() as session:
            self.people = {role: new_account(session, role) for role in ("staff", "owner")}
            self.spare = new_account(session, "staff")
            self.sessions = {role: accounts.sign_in(session, account) for role, account in self.people.items()}
            self.calendar = accounts.make_feed(session, self.people["staff"]) or ""

    def ask(self, role: str, method: str, path: str) -> httpx.Response:
        """Call a route as somebody, with names of things that are there."""
        self.client.cookies.clear()
        talk, other = self.talks or self.renew()
        names = {
            "conversation_id": talk.id,
            "message_id": talk.greeting["id"],
            "reference": self.reference,
            "account_id": self.spare,
        }
        if method == "DELETE" or path.endswith(("/erase", "/handback")):
            self.talks = None
        path = re.sub(r"\{(\w+)\}", lambda name: names.get(name[1], "unknown"), path)
        headers, query = self._signs(role, talk, other)
        headers |= {"Sec-Fetch-Site": "same-origin"}
        return self.client.request(method, path, headers=headers, params=query, json=BODIES.get(path.split("/")[-1]))

    def renew(self) -> tuple[Visitor, Visitor]:
        """Two new visitors, and a lead."""
        self.talks = Visitor.open(self.client), Visitor.open(self.client)
        self.reference = put_lead(self.hairline)
        return self.talks

    def _signs(self, role: str, talk: Visitor, other: Visitor) -> tuple[dict[str, str], dict[str, str]]:
        secret = self.hairline.settings.internal_secret or ""
        match role:
            case "own visitor":
                return talk.headers, {}
            case "foreign visitor":
                return other.headers, {}
            case "staff" | "owner":
                return {"Cookie": f"hairline_session={self.sessions[role]}"}, {}
            case "API key":
                return dict(STAFF), {}
            case "internal secret":
                return {"Authorization": f"Bearer {secret}", "X-Hairline-Secret": secret}, {}
            case "calendar token":
                return {"Authorization": f"Bearer {self.calendar}"}, {"token": self.calendar}
        return {}, {}


@pytest.fixture
def roles(app: FastAPI, hairline: Hairline, running: Applications) -> Iterator[Roles]:  # noqa: F811
    """One of each."""

    class Elsewhere(httpx.BaseTransport):
        """A new address for each call, so that limits on one address do not answer instead."""

        def handle_request(self, request: httpx.Request) -> httpx.Response:
            number = next(_addresses)
            return InThread(app, running.portal, f"10.1.{number // 250 % 250}.{number % 250}").handle_request(request)

    with httpx.Client(transport=Elsewhere(), base_url=hairline.settings.public_url) as client:
        yield Roles(hairline, client)


def is_out(answer: httpx.Response, *, looks_empty: bool = False) -> bool:
    """Whether somebody was turned away. `looks_empty`: by being told that there is nothing."""
    to_login = (answer.status_code, answer.headers.get("location")) == (303, "/desk/login")
    return to_login or answer.status_code in (401, 403) or (looks_empty and answer.status_code == 404)


def test_every_route_is_on_the_list_once(app: FastAPI) -> None:  # noqa: F811
    listed = [route for group in ACCESS.values() for route in group]
    assert sorted(listed) == sorted(set(listed))
    assert all_routes(app) == set(listed)
    assert set(ACCESS) == set(IN)


@pytest.mark.parametrize("role", ROLES)
def test_a_role_gets_where_the_list_lets_it_and_nowhere_else(roles: Roles, role: str) -> None:
    asked = 0
    listed = [(group, route) for group, routes in ACCESS.items() for route in routes]
    for group, route in sorted(listed, key=lambda one: one[1] == LAST):
        method, path = route.split()
        lets_in = role in IN[group]
        if lets_in and path in ENDLESS:
            continue  # an event stream that is let in does not end
        answer = roles.ask(role, method, path)
        if route in ("POST /desk/login", LAST):
            assert answer.status_code in (303, 401), route  # a wrong password, and back to the login
        else:
            looks_empty = group.startswith("its_visitor") and not lets_in
            assert is_out(answer, looks_empty=looks_empty) != lets_in, (route, role, answer.status_code)
        assert answer.status_code != 500, route
        asked += 1
    report("matrix", f"{role}: {asked} routes")


def test_a_route_that_nobody_guards_is_noticed(store_url: str, running: Applications) -> None:  # noqa: F811
    careless = FastAPI()

    @careless.get("/api/forgotten")
    async def forgotten() -> str:
        return "everything"

    assert all_routes(careless) - {route for group in ACCESS.values() for route in group} >= {"GET /api/forgotten"}
    with httpx.Client(transport=InThread(careless, running.portal, "10.0.0.1"), base_url="http://a.example") as client:
        assert not is_out(client.get("/api/forgotten"))
