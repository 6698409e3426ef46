"""Every refusal is problem+json, every answer is strict, and other sites' pages get only what is public."""

import logging

import httpx
import pytest
from fastapi import FastAPI

from leads.store import StoreUnavailable
from tests.web.conftest import STAFF
from tests.web.visitors import Visitor

pytestmark = pytest.mark.parametrize("store_url", ["sqlite"], indirect=True, scope="session")

ELSEWHERE = "https://clinic.example"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api", 404),
        ("GET", "/api/", 404),
        ("GET", "/api/nothing", 404),
        ("POST", "/api/nothing", 404),
        ("GET", "/nothing.html", 404),
        ("POST", "/nothing", 404),
        ("GET", "/../../clinic.yml", 404),
        ("GET", "/widget/../../clinic.yml", 404),
        ("GET", "/widget/%2e%2e/%2e%2e/clinic.yml", 404),
        ("GET", "/widget/..%2f..%2fclinic.yml", 404),
        ("GET", "/desk/static/../routes.py", 404),
        ("GET", "/docs", 404),
        ("GET", "/redoc", 404),
        ("GET", "/api/conversations/", 404),
        ("GET", "/webhooks/hairline/webhook", 404),
        ("POST", "/webhooks/rest/webhook", 404),
        ("PUT", "/api/conversations", 405),
        ("PATCH", "/api/leads", 405),
        ("POST", "/healthz", 405),
        ("DELETE", "/widget.js", 405),
        ("TRACE", "/api/leads", 405),
        ("BREW", "/api/leads", 405),
        ("OPTIONS", "/api/leads", 405),
    ],
)
def test_what_is_not_there_is_refused_as_a_problem(client: httpx.Client, method: str, path: str, status: int) -> None:
    answer = client.request(method, httpx.URL("http://127.0.0.1:8000").copy_with(raw_path=path.encode()))
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert problem["title"]
    assert "nothing" not in problem["detail"].replace("There is nothing here", "")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_head_that_is_too_long_is_refused_at_once(client: httpx.Client, method: str) -> None:
    assert client.request(method, "/api/widget", headers={"X-Long": "a" * 15_000}).status_code in (200, 405)
    for headers, query in (({"X-Long": "a" * 17_000}, ""), ({}, "a" * 17_000), ({"A": "a" * 9_000}, "b" * 9_000)):
        answer = client.request(method, "/api/widget", params={"q": query}, headers=headers)
        assert (answer.status_code, answer.headers["content-type"]) == (431, "application/problem+json")


def test_a_wrong_method_is_told_all_right_ones(client: httpx.Client, visitor: Visitor) -> None:
    assert client.put("/api/conversations").headers["allow"] == "GET, HEAD, POST"
    assert client.put(f"{visitor.path}/messages").headers["allow"] == "GET, HEAD, POST"
    assert client.put("/api/leads/SMP-ABCDEF").headers["allow"] == "GET, HEAD, PATCH, DELETE"


def test_a_store_that_is_away_is_a_503_with_the_phone(
    client: httpx.Client, app: FastAPI, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The way a store fails is the store's own test; here it is what a visitor is told.
    def away(*_: object) -> None:
        raise StoreUnavailable("OperationalError")

    monkeypatch.setattr("leads.conversations.open_conversation", away)
    monkeypatch.setattr("leads.conversations.find_conversation", away)
    monkeypatch.setattr("leads.conversations.find_locked", away)
    for answer in (client.post("/api/conversations"), visitor.read(), visitor.say("hello")):
        assert answer.status_code == 503
        assert "0161 496 0123" in answer.json()["detail"]
        assert "retry-after" in answer.headers
        assert "Operational" not in answer.text


def test_what_nobody_expected_is_a_500_without_details_and_a_log_without_personal_data(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("canary 07700 900123")

    monkeypatch.setattr("leads.conversations.open_conversation", broken)
    with caplog.at_level(logging.DEBUG):
        answer = client.post("/api/conversations")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "canary" not in answer.text + caplog.text
    assert "RuntimeError" in caplog.text


def test_no_log_line_holds_what_a_visitor_says_or_who_they_are(
    client: httpx.Client, visitor: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        visitor.say("canary-words 07700 900123", key="canary-key")
        visitor.send({"text": ["canary-list"]})
        visitor.read(after="canary-after")
        client.get(f"{visitor.path}/events", params={"access_token": "canary-token", "after": "canary"})
        client.get("/api/leads", params={"q": "canary-search"}, headers=STAFF)
        client.post("/api/contact", json={"name": "canary", "phone": "canary", "text": "canary", "consent": True})
        client.get("/desk/invitation/canary-invitation-canary")
    ours = [record for record in caplog.records if record.name.split(".")[0] in ("web", "leads", "hairline", "uvicorn")]
    assert ours
    lines = " ".join(record.getMessage() for record in ours)
    for secret in ("canary", "900123", visitor.id, visitor.token):
        assert secret not in lines


# --- headers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/", "/widget.js", "/api/widget", "/api/leads", "/nothing", "/desk", "/desk/login", "/openapi.json"]
)
def test_every_answer_keeps_a_browser_strict(client: httpx.Client, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "*" not in policy
    assert "frame-ancestors" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert "referrer-policy" in headers
    assert "cache-control" in headers
    assert "server" not in headers
    assert "strict-transport-security" not in headers


@pytest.mark.parametrize("overrides", [{"public_url": "https://chat.clinic.example"}])
def test_behind_https_browsers_are_told_to_stay_there(client: httpx.Client) -> None:
    assert "max-age" in client.get("/").headers["strict-transport-security"]


def test_no_page_of_the_desk_may_be_framed_or_kept(client: httpx.Client) -> None:
    headers = client.get("/desk/login").headers
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"


# --- other sites' pages -----------------------------------------------------------------------------------------------


def preflight(client: httpx.Client, method: str, path: str) -> httpx.Response:
    asked = {
        "Origin": ELSEWHERE,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "authorization,content-type,idempotency-key",
    }
    return client.options(path, headers=asked)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/conversations"),
        ("GET", "/api/conversations/c_1/messages"),
        ("POST", "/api/conversations/c_1/messages"),
        ("GET", "/api/conversations/c_1/events"),
        ("POST", "/api/conversations/c_1/messages/m_1/feedback"),
        ("DELETE", "/api/conversations/c_1"),
        ("GET", "/api/widget"),
        ("GET", "/api/facts"),
        ("POST", "/api/contact"),
        ("GET", "/widget.js"),
    ],
)
def test_a_clinics_page_may_call_what_is_public_without_cookies(client: httpx.Client, method: str, path: str) -> None:
    allowed = preflight(client, method, path)
    assert allowed.status_code == 200
    assert allowed.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in allowed.headers
    assert "idempotency-key" in allowed.headers["access-control-allow-headers"].lower()
    answer = client.request(method, path, headers={"Origin": ELSEWHERE})
    assert answer.headers["access-control-allow-origin"] == "*"


def test_a_refusal_can_be_read_by_a_clinics_page_with_its_retry_after(client: httpx.Client, visitor: Visitor) -> None:
    headers = visitor.headers | {"Origin": ELSEWHERE}
    answer = client.post(f"{visitor.path}/messages", json={"text": "hello"}, headers=headers)
    assert answer.status_code == 503
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "Retry-After" in answer.headers["access-control-expose-headers"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/conversations"),
        ("GET", "/api/leads"),
        ("PATCH", "/api/leads/SMP-ABCDEF"),
        ("DELETE", "/api/leads/SMP-ABCDEF"),
        ("GET", "/api/leads.csv"),
        ("GET", "/api/open-questions"),
        ("GET", "/desk"),
        ("POST", "/desk/login"),
        ("GET", "/openapi.json"),
    ],
)
def test_no_other_page_may_call_what_is_the_staffs(client: httpx.Client, method: str, path: str) -> None:
    for answer in (
        preflight(client, method, path),
        client.request(method, path, headers=STAFF | {"Origin": ELSEWHERE}),
    ):
        assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("charset", ["", "; charset=utf-8", "; charset=unicode_escape", "; charset=utf-7"])
def test_the_desk_takes_forms_in_one_way_only(client: httpx.Client, charset: str) -> None:
    # A part of a multipart form names its charset, and some charsets decode to what no text can hold.
    part = '--x\r\nContent-Disposition: form-data; name="password"\r\n\r\n\\ud800 +2AA-\r\n--x--\r\n'
    headers = {"Content-Type": f"multipart/form-data; boundary=x{charset}", "Sec-Fetch-Site": "same-origin"}
    answer = client.post("/desk/login", content=part, headers=headers)
    assert answer.status_code == 415
    assert "x-www-form-urlencoded" in answer.json()["detail"]
