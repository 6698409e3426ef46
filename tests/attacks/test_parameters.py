"""Every parameter of every route, the desk's included, with hostile values, as whoever may use it: no answer is a 5xx.

The application runs here without Rasa, on both databases: what needs the assistant says 503 in its own words.
"""

import random
from collections.abc import Iterator
from typing import Annotated, Any
from urllib.parse import quote, urlencode

import httpx
import pytest
from fastapi import FastAPI, Form
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from hairline.compose import Hairline
from leads.records import OpenQuestion
from leads.store import new_id, utc_now
from tests.attacks.forms import count, report
from tests.attacks.people import owner_session
from tests.attacks.texts import COMMANDS, HOSTILE
from tests.web.applications import Applications, InThread
from tests.web.conftest import STAFF, hairline, overrides, parts, running  # noqa: F401
from tests.web.leads import put_lead
from tests.web.visitors import Visitor

pytestmark = pytest.mark.slow

SEED = 17
ENDLESS = {"/desk/events", "/api/conversations/{conversation_id}/events"}
NEEDS_RASA = ("/readyz", "/messages", "/answer", "/answers/{answer_id}")
"""Ends of the paths that ask Rasa, which is not there: 503 is the right answer."""
ODD = (
    *HOSTILE, *COMMANDS, "-1", "0", "1", "18446744073709551616", "9" * 18, "9" * 19, "9" * 4000, "1e9", "NaN", "\u0660",
    "\u00b2", "2026-13-45T99:99", "0001-01-01T00:00", "9999-12-31T23:59", "2026-03-29T01:30", "2026-11-22",
    "0001-01-01", "9999-12-31", "new", "open", "waiting", "yes", "owner", "price", "SMP-222222",
    f"c_{'0' * 32}", "m_0a", "x" * 20, "x" * 70_000,
)  # fmt: skip


@pytest.fixture
def app(hairline: Hairline, running: Applications) -> FastAPI:  # noqa: F811
    """The application, which has begun."""
    return running.of(hairline)


def routes_of(routes: Any, prefix: str = "") -> Iterator[tuple[str, APIRoute]]:
    """Every route with its whole path."""
    for route in routes:
        if isinstance(route, APIRoute):
            yield prefix + route.path, route
        elif inner := getattr(getattr(route, "original_router", None), "routes", None):
            yield from routes_of(inner, prefix)


def real_values(hairline: Hairline, visitor: Visitor) -> dict[str, str]:  # noqa: F811
    """Something that is there for each name in a path."""
    reference = put_lead(hairline, ("webhook",), conversation_id=visitor.id)
    now = utc_now()
    with hairline.store.transaction() as session:
        question = OpenQuestion(
            id=new_id("q"), conversation_id=visitor.id, message_id=visitor.greeting["id"], text="Is it?", topic="x"
        )
        question.asked_at = now
        session.add(question)
        return {
            "conversation_id": visitor.id,
            "message_id": visitor.greeting["id"],
            "reference": reference,
            "question_id": question.id,
            "also": question.id,
        }


def test_no_parameter_breaks_anything(app: FastAPI, hairline: Hairline, running: Applications) -> None:  # noqa: F811
    number = count(3, 400)
    chance = random.Random(SEED)
    sent = 0
    faults: list[str] = []
    owner = owner_session(hairline)
    found = [(path, route) for path, route in routes_of(app.router.routes) if path not in ENDLESS]
    assert len(found) > 50
    for path, route in found:
        real: dict[str, str] = {}
        for turn in range(number):
            # A new address each time: what is limited is tried elsewhere.
            address = f"10.{chance.randrange(256)}.{chance.randrange(256)}.{chance.randrange(256)}"
            with httpx.Client(
                transport=InThread(app, running.portal, address), base_url="http://desk.example"
            ) as client:
                if turn % 10 == 0:
                    visitor = Visitor.open(client)
                    real = real_values(hairline, visitor)
                request = request_for(chance, client, path, route, real)
                request.headers.update(credentials(path, owner, visitor))
                answer = client.send(request)
            sent += 1
            fine = answer.status_code < 500 or (answer.status_code == 503 and path.endswith(NEEDS_RASA))
            if not fine:
                faults.append(f"{answer.status_code} for {request.method} {request.url} {request.content[:300]!r}")
    assert not faults, "\n".join([f"{len(faults)} faults", *faults[:40]])
    report("parameters", f"{sent} requests to {len(found)} routes on {hairline.store.url.partition(':')[0]}")


def credentials(path: str, owner: str, visitor: Visitor) -> dict[str, str]:
    """What lets one in at a path."""
    if path.startswith("/desk"):
        return {"Cookie": f"hairline_session={owner}", "Sec-Fetch-Site": "same-origin"}
    return visitor.headers if path.startswith("/api/conversations/{conversation_id}") else STAFF


def request_for(
    chance: random.Random, client: httpx.Client, path: str, route: APIRoute, real: dict[str, str]
) -> httpx.Request:
    """A request with hostile values where the route has parameters."""
    dependants = list(_all_of(route.dependant))

    def value(name: str) -> str:
        return real[name] if name in real and chance.random() < 0.6 else chance.choice(ODD)

    def escaped(text: str) -> str:
        return quote(text.encode("utf-8", "surrogatepass")[:3000], safe="")

    for param in [param for one in dependants for param in one.path_params]:
        path = path.replace("{" + param.name + "}", escaped(value(param.name)) or "x")
    asked = [param.alias for one in dependants for param in one.query_params if chance.random() < 0.7]
    query = "&".join(f"{escaped(name)}={escaped(value(name))}" for name in asked)
    method = next(iter(route.methods or {"GET"}))
    fields = [param.alias for one in dependants for param in one.body_params]
    names = [name for name in fields if chance.random() < 0.9]
    content_type, content = body_for(chance, names, value) if fields else ("", b"")
    headers = {"Content-Type": content_type} if content_type else {}
    return client.build_request(
        method, httpx.URL(f"http://desk.example{path}?{query}"), content=content, headers=headers
    )


def _all_of(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for inner in dependant.dependencies:
        yield from _all_of(inner)


def body_for(chance: random.Random, names: list[str], value: Any) -> tuple[str, bytes]:
    """A form, in one of the ways in which forms can be sent."""
    charset = chance.choice(("", "; charset=utf-7", "; charset=unicode_escape", "; charset=utf-16"))
    pairs = [(name, value(name)) for name in names for _ in range(chance.choice((1, 1, 2)))]
    if chance.random() < 0.5:
        return "application/x-www-form-urlencoded", urlencode(pairs, errors="surrogatepass").encode()[:64_000]
    parts_ = [
        f'--x\r\nContent-Disposition: form-data; name="{name}"{chance.choice(("", "", "; filename=x"))}\r\n\r\n'
        f"{chance.choice((text, '+2AA-', 'hello +2AA- there', chr(92) + 'ud800'))}\r\n"
        for name, text in pairs
    ]
    body = "".join([*parts_, "--x--\r\n"]).encode("utf-8", "surrogatepass")
    return f"multipart/form-data; boundary=x{charset}", body[:64_000]


def test_a_naive_application_breaks(running: Applications) -> None:  # noqa: F811
    naive = FastAPI()

    @naive.post("/login")
    async def log_in(number: str, name: Annotated[str, Form()] = "") -> dict[str, int]:
        return {"number": int(number), "length": len(name.encode())}

    chance = random.Random(SEED)
    route = next(route for path, route in routes_of(naive.router.routes) if path == "/login")
    with httpx.Client(transport=InThread(naive, running.portal, "10.0.0.1"), base_url="http://desk.example") as client:

        def attack() -> None:
            for _ in range(50):
                client.send(request_for(chance, client, "/login", route, {}))

        with pytest.raises((ValueError, UnicodeError)):
            attack()
