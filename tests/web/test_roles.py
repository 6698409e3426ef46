"""Who may do what: every route that exists is asked by everybody, so that a new one is noticed."""

import re
from collections.abc import Iterable, Iterator

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Mount

from hairline.compose import Hairline
from leads import accounts
from leads.store import new_id
from tests.web.conftest import STAFF
from web.app import create_app

pytestmark = pytest.mark.parametrize("store_url", ["sqlite"], indirect=True, scope="session")

OWN = {"Sec-Fetch-Site": "same-origin"}
PUBLIC = {
    "GET /healthz",
    "GET /readyz",
    "GET /api/widget",
    "GET /api/facts",
    "POST /api/contact",
    "POST /api/conversations",
    "GET /widget.js",
    "GET /desk/login",
    "POST /desk/login",
    "POST /desk/logout",
    "GET /desk/invitation/{secret}",
    "POST /desk/invitation/{secret}",
}
OWNERS = re.compile(r"/desk/(?:team|audit)\b")
VISITORS = {
    "POST /api/conversations/{conversation_id}/messages",
    "GET /api/conversations/{conversation_id}/messages",
    "GET /api/conversations/{conversation_id}/events",
    "POST /api/conversations/{conversation_id}/messages/{message_id}/feedback",
    "DELETE /api/conversations/{conversation_id}",
}
"""Who has the conversation's token; at this one staff may speak, too:"""
SHARED = {"POST /api/conversations/{conversation_id}/messages"}
ENDLESS = {"GET /desk/events"}


def walk(routes: Iterable[BaseRoute], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Every method and path, also of routers that FastAPI keeps as they were included."""
    for route in routes:
        if isinstance(route, APIRoute):
            yield from ((method, prefix + route.path) for method in route.methods or ())
        inner = getattr(route, "routes", None) or getattr(getattr(route, "original_router", None), "routes", None)
        if inner and not isinstance(route, Mount):
            yield from walk(inner, prefix)


def all_routes(app: FastAPI) -> list[tuple[str, str]]:
    return sorted(set(walk(app.routes)))


def call(client: httpx.Client, method: str, path: str, **headers: str) -> httpx.Response:
    filled = re.sub(r"\{conversation_id\}", f"c_{'0' * 32}", path)
    filled = re.sub(r"\{\w+\}", "unknown", filled)
    return client.request(method, filled, headers=headers)


def sign_in(hairline: Hairline, client: httpx.Client, role: str) -> None:
    with hairline.store.transaction() as session:
        secret = accounts.create_account(session, f"{new_id(role)}@clinic.example", role.title(), role)
        account = accounts.accept_invitation(session, secret, "correct horse battery")
        assert account is not None
        client.cookies.set("hairline_session", accounts.sign_in(session, account.id))


def test_without_a_sign_nobody_gets_in_anywhere(app: FastAPI, client: httpx.Client) -> None:
    for method, path in all_routes(app):
        answer = call(client, method, path, **OWN)
        name = f"{method} {path}"
        if name in PUBLIC:
            assert answer.status_code not in (401, 403) or name == "POST /desk/login", name
        elif path.startswith("/desk"):
            assert (answer.status_code, answer.headers.get("location")) == (303, "/desk/login"), name
        else:
            assert answer.status_code == 401, name


@pytest.mark.parametrize("role", ["owner", "staff"])
def test_each_role_gets_where_it_belongs(app: FastAPI, client: httpx.Client, hairline: Hairline, role: str) -> None:
    sign_in(hairline, client, role)
    for method, path in all_routes(app):
        name = f"{method} {path}"
        if name in PUBLIC | ENDLESS:
            continue
        answer = call(client, method, path, **OWN)
        if OWNERS.match(path) and role != "owner":
            assert answer.status_code == 403, name
        elif name in VISITORS - SHARED:
            assert answer.status_code == 401, name
        else:
            assert answer.status_code not in (401, 403, 500), name
            assert answer.headers.get("location") != "/desk/login", name


def test_another_sites_page_can_do_nothing_in_the_name_of_whoever_is_signed_in(
    app: FastAPI, client: httpx.Client, hairline: Hairline
) -> None:
    sign_in(hairline, client, "owner")
    for method, path in all_routes(app):
        name = f"{method} {path}"
        if method == "GET" or name in PUBLIC - {"POST /desk/login", "POST /desk/logout"}:
            continue
        expected = 401 if name in VISITORS - SHARED else 403
        for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {}):
            assert call(client, method, path, **headers).status_code == expected, name


def test_the_api_key_opens_no_page_of_the_desk(app: FastAPI, client: httpx.Client) -> None:
    for method, path in all_routes(app):
        name = f"{method} {path}"
        if path.startswith("/desk") and name not in PUBLIC:
            answer = call(client, method, path, **STAFF, **OWN)
            assert answer.headers.get("location") == "/desk/login", name


def test_every_route_was_asked(hairline: Hairline) -> None:
    assert len(all_routes(create_app(hairline.settings, hairline))) > 50
