"""The desk: who gets in, how, and that nothing a visitor wrote does anything there."""

import html
import re
from html.parser import HTMLParser
from urllib.parse import quote

import httpx
import pytest
from sqlalchemy import select

from hairline.compose import Hairline
from leads import accounts, conversations
from leads.records import Account, Delivery
from leads.store import new_id, utc_now
from tests.web.leads import put_lead
from tests.web.visitors import Visitor

pytestmark = pytest.mark.parametrize("store_url", ["sqlite"], indirect=True, scope="session")

PASSWORD = "correct horse battery staple"
OWN = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def email() -> str:
    return f"{new_id('maya')}@clinic.example"


@pytest.fixture
def invitation(hairline: Hairline, email: str) -> str:
    with hairline.store.transaction() as session:
        return accounts.create_account(session, email, "Maya <b>Lind</b>", "owner")


@pytest.fixture
def maya(client: httpx.Client, invitation: str, email: str) -> httpx.Client:
    """A browser that Maya is signed in with."""
    chosen = client.post(f"/desk/invitation/{invitation}", data={"password": PASSWORD}, headers=OWN)
    assert chosen.status_code == 303
    signed_in = client.post("/desk/login", data={"email": email, "password": PASSWORD}, headers=OWN)
    assert signed_in.status_code == 303, signed_in.text
    return client


def test_whoever_is_not_signed_in_is_led_to_the_login(client: httpx.Client) -> None:
    for path in ("/desk", "/desk/leads/SMP-ABCDEF", "/desk?q=x"):
        answer = client.get(path)
        assert answer.status_code == 303
        assert answer.headers["location"] == "/desk/login"


def test_an_invited_person_chooses_a_password_once_and_signs_in(
    client: httpx.Client, invitation: str, email: str
) -> None:
    page = client.get(f"/desk/invitation/{invitation}")
    assert page.status_code == 200
    assert email in page.text
    short = client.post(f"/desk/invitation/{invitation}", data={"password": "short"}, headers=OWN)
    assert short.status_code == 422
    path = f"/desk/invitation/{invitation}"
    assert client.post(path, data={"password": PASSWORD}, headers=OWN).status_code == 303
    assert client.get(path).status_code == 404
    assert client.post(path, data={"password": "another password"}, headers=OWN).status_code == 404
    answer = client.post("/desk/login", data={"email": email.upper(), "password": PASSWORD}, headers=OWN)
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert client.get("/desk").status_code == 200


@pytest.mark.parametrize("overrides", [{"public_url": "https://chat.clinic.example"}])
def test_behind_https_the_cookie_is_sent_over_https_only(maya: httpx.Client, email: str) -> None:
    answer = maya.post("/desk/login", data={"email": email, "password": PASSWORD}, headers=OWN)
    assert "Secure" in answer.headers["set-cookie"]


@pytest.mark.parametrize("password", ["", "wrong", PASSWORD + "x", PASSWORD.upper(), "x" * 10_000, "\x00", "päss"])
def test_a_wrong_password_and_an_unknown_account_look_the_same(maya: httpx.Client, email: str, password: str) -> None:
    maya.cookies.clear()
    texts = set()
    for who in (email, "nobody@clinic.example"):
        answer = maya.post("/desk/login", data={"email": who, "password": password}, headers=OWN)
        assert answer.status_code == 401
        assert "set-cookie" not in answer.headers
        texts.add(answer.text.replace(who, ""))
    assert len(texts) == 1


@pytest.mark.parametrize("overrides", [{"rate_limit": "off"}])
def test_passwords_cannot_be_guessed_by_trying(client: httpx.Client) -> None:
    who = f"{new_id('guess')}@clinic.example"
    for number in range(40):
        answer = client.post("/desk/login", data={"email": who, "password": f"{number}"}, headers=OWN)
        if answer.status_code == 429:
            break
        assert answer.status_code == 401
    assert 9 <= number <= 20, "ten in any minute"
    assert int(answer.headers["retry-after"]) >= 1


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://127.0.0.1:8000"},
    ],
)
def test_another_sites_page_can_neither_sign_somebody_in_nor_act_for_them(
    maya: httpx.Client, hairline: Hairline, email: str, headers: dict[str, str]
) -> None:
    reference = put_lead(hairline)
    data = {"email": email, "password": PASSWORD}
    assert maya.post("/desk/login", data=data, headers=headers).status_code == 403
    assert maya.post("/desk/logout", headers=headers).status_code == 403
    assert maya.patch(f"/api/leads/{reference}", json={"status": "closed"}, headers=headers).status_code == 403
    assert maya.delete(f"/api/leads/{reference}", headers=headers).status_code == 403
    assert maya.get(f"/api/leads/{reference}").json()["status"] == "new"


def test_whoever_is_signed_in_uses_the_staff_api_by_name(maya: httpx.Client, hairline: Hairline) -> None:
    reference = put_lead(hairline)
    changed = maya.patch(f"/api/leads/{reference}", json={"note": "Rang."}, headers=OWN)
    assert changed.status_code == 200
    assert changed.json()["notes"][0]["by"] == "Maya <b>Lind</b>"


def test_signing_out_ends_the_session_for_good(maya: httpx.Client) -> None:
    cookies = dict(maya.cookies)
    assert maya.post("/desk/logout", headers=OWN).status_code == 303
    maya.cookies.clear()
    old = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
    assert maya.get("/desk", headers=old).status_code == 303


def test_a_disabled_account_is_out_at_once(maya: httpx.Client, hairline: Hairline, email: str) -> None:
    with hairline.store.transaction() as session:
        session.scalars(select(Account).where(Account.email == email)).one().disabled_at = utc_now()
    assert maya.get("/desk").status_code == 303
    assert maya.get("/api/leads").status_code == 401


# --- what is shown ----------------------------------------------------------------------------------------------------

AT = "2026-11-22T10:00:00+00:00"
DANGEROUS = {"script", "style", "img", "svg", "math", "iframe", "object", "embed", "base", "video", "audio", "b"}
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'-alert(1)-'",
    "javascript:alert(1)",
    "{{ 7 * 7 }}{% for x in y %}",
    "</bdi></table><svg/onload=alert(1)>",
    "\u202egnp.exe",
]


@pytest.mark.parametrize("value", HOSTILE)
def test_nothing_a_visitor_wrote_becomes_part_of_the_page(maya: httpx.Client, hairline: Hairline, value: str) -> None:
    talk = Visitor.open(maya)
    with hairline.store.transaction() as session:
        found = conversations.locked(session, talk.id)
        assert found
        conversations.add_message(session, found, "visitor", value)
    reference = put_lead(
        hairline,
        conversation_id=talk.id,
        name=value,
        email=value,
        concern_text=value,
        time_text=value,
        questions=[value],
        open_questions=[value],
        page=value,
        assignee=value,
        notes=[{"at": AT, "by": value, "text": value}],
        consent={"given": True, "text": value, "version": value, "at": AT, "conditions": value},
        for_someone_else=True,
        someone_else=value,
        asked_by=value,
        remarks=[value],
    )
    for path in (f"/desk?q={reference}", f"/desk/leads/{reference}", f"/desk?q={quote(value)}"):
        page = maya.get(path)
        assert page.status_code == 200
        seen = Seen(page.text)
        assert seen.tags.isdisjoint(DANGEROUS - {"script"})
        assert page.text.count("<script") == 1, "the desk's own"
        assert not [name for name, _ in seen.attributes if name.startswith("on") or name == "style"]
        links = [link for name, link in seen.attributes if name in ("href", "src", "action", "formaction")]
        ours = ("/desk", "#main", "/api/leads.csv", "tel:+", "mailto:")
        assert [link for link in links if not link.startswith(ours)] == []
        assert "49" not in page.text.split("<h1>")[1].split("</h1>")[0]


class Seen(HTMLParser):
    """The elements and attributes that a browser would make of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


def test_a_lead_is_shown_with_its_talk(maya: httpx.Client, hairline: Hairline) -> None:
    talk = Visitor.open(maya)
    talk.say("Does it hurt?")
    reference = put_lead(hairline, conversation_id=talk.id, channels=("webhook",))
    listed = maya.get("/desk", params={"q": reference}).text
    assert f"/desk/leads/{reference}" in listed
    assert 'href="tel:+447700900123"' in listed
    page = maya.get(f"/desk/leads/{reference}").text
    for shown in ("Tom Baker", "Does it hurt?", "my temples", "Friday morning", "webhook", "Do you take cards?"):
        assert shown in page
    assert maya.get("/desk/leads/SMP-NOTHER").status_code == 404


def test_a_delivery_that_failed_is_shown_with_its_reason(maya: httpx.Client, hairline: Hairline) -> None:
    reference = put_lead(hairline, channels=("webhook",))
    with hairline.store.transaction() as session:
        delivery = session.scalars(select(Delivery).where(Delivery.lead_reference == reference)).one()
        delivery.state, delivery.last_error = "failed", "the receiver answered 410"
        delivery.payload = {**delivery.payload, "request": "4f1c9a"}
    answer = maya.get(f"/desk/leads/{reference}")
    assert answer.status_code == 200
    assert "the receiver answered 410" in answer.text
    assert "in the logs: 4f1c9a" in answer.text


def test_the_list_can_be_searched_filtered_and_turned_over(
    maya: httpx.Client, hairline: Hairline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.desk.leads.PAGE", 2)
    name = new_id("name")
    references = [put_lead(hairline, name=name, status="closed" if number else "new") for number in range(4)]
    page = maya.get("/desk", params={"q": name, "status": "closed"}).text
    assert [reference in page for reference in references] == [False, False, True, True]
    older = html.unescape(re.search(r'class="next"><a href="([^"]+)"', page)[1])  # type: ignore[index]
    assert references[1] in maya.get(older).text
    for odd in ({"status": "lost"}, {"after": "x"}, {"q": "\x00"}, {"q": "a" * 5000}, {"after": "9" * 30}):
        assert maya.get("/desk", params=odd).status_code == 200


def test_pages_hold_no_inline_script_or_style(maya: httpx.Client, hairline: Hairline) -> None:
    reference = put_lead(hairline)
    for path in ("/desk", f"/desk/leads/{reference}", "/desk/leads/none", "/desk/invitation/none"):
        body = maya.get(path).text
        assert not re.search(r"<script(?! type=\"module\" src=\"/desk/static/\w+\.js\"></script>)", body)
        assert "<style" not in body
        assert " style=" not in body
    assert maya.get("/desk/static/desk.css").headers["content-type"].startswith("text/css")
