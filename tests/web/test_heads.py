"""HEAD answers as GET does, without the body."""

import httpx
import pytest

from tests.web.conftest import STAFF
from tests.web.visitors import Visitor

pytestmark = pytest.mark.parametrize("store_url", ["sqlite"], indirect=True, scope="session")

SAME = ("content-type", "content-length", "cache-control", "content-security-policy", "location")


@pytest.mark.parametrize(
    "path", ["/", "/widget.js", "/widget/widget.js", "/desk", "/desk/login", "/api/widget", "/api/facts", "/healthz",
             "/openapi.json", "/api/leads", "/nothing/here", "/api/contact"],
)  # fmt: skip
def test_the_head_is_that_of_get(client: httpx.Client, path: str) -> None:
    full, head = client.get(path), client.head(path)
    assert head.status_code == full.status_code
    assert head.content == b""
    assert {name: head.headers.get(name) for name in SAME if name != "content-length" or full.status_code == 200} == {
        name: full.headers.get(name) for name in SAME if name != "content-length" or full.status_code == 200
    }


def test_staff_may_ask_for_the_head_of_what_is_theirs(client: httpx.Client) -> None:
    assert client.head("/api/leads").status_code == 401
    assert client.head("/api/leads", headers=STAFF).status_code == 200


def test_a_stream_without_end_is_ended_after_its_head(client: httpx.Client, visitor: Visitor) -> None:
    answer = client.head(f"{visitor.path}/events", headers=visitor.headers)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/event-stream")


def test_where_get_is_taken_head_is_named(client: httpx.Client) -> None:
    answer = client.post("/api/facts", json={})
    assert answer.headers["allow"] == "GET, HEAD"
