"""The staff API: closed by default, and what staff can do when it is open to them."""

import csv
import io
import json
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import delete, select

from hairline.compose import Hairline
from leads import conversations
from leads.records import AuditEntry, Conversation, Delivery, Lead, OpenQuestion
from leads.store import new_id, utc_now
from tests.web.conftest import KEY, STAFF
from tests.web.leads import put_lead
from tests.web.visitors import Visitor

PUBLIC = {
    ("POST", "/api/conversations"),
    ("POST", "/api/conversations/{conversation_id}/messages"),
    ("GET", "/api/conversations/{conversation_id}/messages"),
    ("GET", "/api/conversations/{conversation_id}/events"),
    ("POST", "/api/conversations/{conversation_id}/messages/{message_id}/feedback"),
    ("DELETE", "/api/conversations/{conversation_id}"),
    ("GET", "/api/widget"),
    ("GET", "/api/facts"),
    ("POST", "/api/contact"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
}


@pytest.fixture(autouse=True)
def _no_leads_of_other_tests(hairline: Hairline) -> None:
    with hairline.store.transaction() as session:
        for table in (Delivery, Lead, OpenQuestion):
            session.execute(delete(table))


def get(client: httpx.Client, path: str, **params: Any) -> Any:
    answer = client.get(path, params=params, headers=STAFF)
    assert answer.status_code == 200, answer.text
    return answer.json()


# --- who may ----------------------------------------------------------------------------------------------------------


def staff_calls(app: FastAPI) -> list[tuple[str, str]]:
    """Every documented route that is not listed as public: a new one is the staff's until somebody lists it."""
    documented = {(method.upper(), path) for path, methods in app.openapi()["paths"].items() for method in methods}
    assert documented >= PUBLIC
    return sorted(documented - PUBLIC)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer wrong"},
        {"Authorization": f"Basic {KEY}"},
        {"Authorization": f"Bearer {KEY} "[:-2]},
        {"Authorization": f"Bearer {KEY}x"},
        {"Cookie": "hairline_session=" + "a" * 43},
        {"Cookie": f"hairline_session={KEY}"},
        {"X-Api-Key": KEY},
    ],
)
def test_every_staff_route_is_closed_to_everybody_else(
    app: FastAPI, client: httpx.Client, headers: dict[str, str]
) -> None:
    found = staff_calls(app)
    assert len(found) >= 7
    for method, path in found:
        answer = client.request(method, path.replace("{reference}", "SMP-ABCDEF"), headers=headers)
        assert answer.status_code == 401, (method, path)
        assert answer.headers["content-type"] == "application/problem+json"


def test_a_visitors_token_opens_nothing_of_the_staffs(app: FastAPI, client: httpx.Client, visitor: Visitor) -> None:
    for method, path in staff_calls(app):
        assert client.request(method, path, headers=visitor.headers).status_code == 401


def test_the_key_opens_no_visitors_conversation(client: httpx.Client, visitor: Visitor) -> None:
    assert client.get(f"{visitor.path}/messages", headers=STAFF).status_code in (401, 404)


@pytest.mark.parametrize("overrides", [{"api_key": None}])
def test_without_a_key_the_staff_api_is_closed_and_says_why(client: httpx.Client) -> None:
    for headers in ({}, {"Authorization": "Bearer None"}, STAFF):
        answer = client.get("/api/leads", headers=headers)
        assert answer.status_code == 401
        assert "HAIRLINE_API_KEY" in answer.json()["detail"]


# --- leads ------------------------------------------------------------------------------------------------------------


def test_a_lead_is_shown_with_all_the_contract_promises(client: httpx.Client, hairline: Hairline) -> None:
    reference = put_lead(hairline, channels=("webhook",))
    [lead] = get(client, "/api/leads")["leads"]
    assert lead == get(client, f"/api/leads/{reference}")
    assert lead["reference"] == reference
    assert lead["phone"] == "+447700900123"
    assert lead["concern"] == {"category": "receding_hairline", "text": "my temples"}
    assert lead["preferred_time"] == {
        "text": "Friday morning",
        "start": None,
        "end": None,
        "timezone": "Europe/London",
    }
    assert lead["consent"]["given"] is True
    [delivery] = lead["deliveries"]
    assert (delivery["channel"], delivery["state"], delivery["attempts"]) == ("webhook", "pending", 0)


WHO: dict[str, Any] = {
    "for_someone_else": True,
    "someone_else": "my dad",
    "asked_by": "Gary Pike",
    "remarks": ["he is deaf"],
}
CONDITION = {"given": True, "text": "I agree.", "version": "1", "at": None, "conditions": "don't phone the house"}


def test_staff_see_who_asks_for_whom_and_what_to_mind(client: httpx.Client, hairline: Hairline) -> None:
    reference = put_lead(hairline, **WHO, consent=CONDITION)
    lead = get(client, f"/api/leads/{reference}")
    seen = {key: lead[key] for key in ("for_someone_else", "for_whom", "asked_by", "remarks")}
    assert seen == {"for_someone_else": True, "for_whom": "my dad", "asked_by": "Gary Pike", "remarks": ["he is deaf"]}
    content = client.get("/api/leads.csv", headers=STAFF).content.decode("utf-8-sig")
    [row] = csv.DictReader(io.StringIO(content))
    shown = tuple(row[key] for key in ("for_whom", "asked_by", "remarks", "consent_conditions"))
    assert shown == ("my dad", "Gary Pike", "he is deaf", "don't phone the house")


def test_a_lead_of_the_release_before_says_nothing_of_who_asks(client: httpx.Client, hairline: Hairline) -> None:
    lead = get(client, f"/api/leads/{put_lead(hairline)}")
    assert (lead["for_whom"], lead["asked_by"], lead["remarks"]) == (None, None, [])


def test_leads_come_newest_first_page_by_page(client: httpx.Client, hairline: Hairline) -> None:
    references = [put_lead(hairline) for _ in range(5)]
    seen: list[str] = []
    after = None
    while True:
        page = get(client, "/api/leads", limit=2, **({"after": after} if after else {}))
        seen += [lead["reference"] for lead in page["leads"]]
        after = page["next"]
        if after is None:
            break
    assert seen == references[::-1]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("zoë", True),
        ("ZOË", True),
        ("o'brien", True),
        ("07700 900456", True),
        ("+44 (7700) 900-456", True),
        ("0044 7700 900456", True),
        ("900456", True),
        ("zoe@visitor", True),
        ("100%_", True),
        ("%", False),
        ("_", False),
        ("a%b", False),
        ("tom", False),
        ("07700 900123", False),
        ("\x00", True),
        ("   ", True),
        ("\\", False),
        ("'; DROP TABLE leads; --", False),
    ],
)
def test_staff_find_a_lead_by_what_they_type(client: httpx.Client, hairline: Hairline, words: str, found: bool) -> None:
    reference = put_lead(hairline, name="Zoë O'Brien 100%_", phone="+447700900456", email="zoe@visitor.example")
    got = [lead["reference"] for lead in get(client, "/api/leads", q=words)["leads"]]
    assert got == ([reference] if found else [])


def test_leads_are_found_by_status_reference_and_conversation(client: httpx.Client, hairline: Hairline) -> None:
    talk = Visitor.open(client)
    one = put_lead(hairline, conversation_id=talk.id)
    two = put_lead(hairline, status="closed")
    assert [lead["reference"] for lead in get(client, "/api/leads", status="closed")["leads"]] == [two]
    assert [lead["reference"] for lead in get(client, "/api/leads", conversation=talk.id)["leads"]] == [one]
    assert [lead["reference"] for lead in get(client, "/api/leads", q=one.lower())["leads"]] == [one]
    all_of_them = get(client, "/api/leads", limit=200)
    assert get(client, "/api/leads", status="", q="", conversation="", after="", limit=200) == all_of_them
    assert get(client, f"/api/leads/{one.lower()}")["reference"] == one


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"status": "lost"}, "status"),
        ({"status": "new' OR 1=1"}, "status"),
        ({"after": "x"}, "after"),
        ({"after": "9" * 19}, "after"),
        ({"after": "-1"}, "after"),
        ({"limit": "0"}, "limit"),
        ({"limit": "201"}, "limit"),
        ({"q": "a" * 201}, "q"),
    ],
)
def test_a_wrong_question_for_leads_names_its_field(client: httpx.Client, params: dict[str, str], field: str) -> None:
    answer = client.get("/api/leads", params=params, headers=STAFF)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert "OR 1" not in answer.text


@pytest.mark.parametrize("reference", ["SMP-NOTHER", "x", "%00", "..%2f", "é", "a" * 300, "%F0%9F%98%80"])
def test_an_unknown_lead_is_404(client: httpx.Client, reference: str) -> None:
    path = f"/api/leads/{reference}"
    assert client.get(path, headers=STAFF).status_code == 404
    assert client.patch(path, json={"status": "closed"}, headers=STAFF).status_code == 404
    assert client.delete(path, headers=STAFF).status_code == 404


def test_staff_change_a_lead_and_the_audit_log_knows_without_its_content(
    client: httpx.Client, hairline: Hairline
) -> None:
    reference = put_lead(hairline)
    path = f"/api/leads/{reference}"
    change = {"status": "contacted", "assignee": "Maya", "note": " Rang\x00 back. "}
    changed = client.patch(path, json=change, headers=STAFF)
    assert changed.status_code == 200
    lead = changed.json()
    assert (lead["status"], lead["assignee"]) == ("contacted", "Maya")
    assert [(note["by"], note["text"]) for note in lead["notes"]] == [("API", "Rang  back.")]
    again = client.patch(path, json={"assignee": None, "note": "Second"}, headers=STAFF).json()
    assert again["assignee"] is None
    assert again["status"] == "contacted"
    assert [note["text"] for note in again["notes"]] == ["Rang  back.", "Second"]
    with hairline.store.reading() as session:
        noted = session.scalars(select(AuditEntry).where(AuditEntry.subject == reference)).all()
        assert [entry.action for entry in noted] == [
            "lead.contacted",
            "lead.assigned",
            "lead.noted",
            "lead.assigned",
            "lead.noted",
        ]
        assert session.scalars(select(Lead.contacted_at).where(Lead.reference == reference)).one() is not None


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "body"),
        ({"status": "won"}, "status"),
        ({"status": 1}, "status"),
        ({"note": ""}, "note"),
        ({"note": "a" * 2001}, "note"),
        ({"assignee": "a" * 201}, "assignee"),
        ({"assignee": "\ud800"}, "assignee"),
        ({"name": "Eve"}, "name"),
        ({"statis": "closed"}, "statis"),
        ([], "body"),
        (None, "body"),
    ],
)
def test_a_change_that_is_none_names_its_field_and_changes_nothing(
    client: httpx.Client, hairline: Hairline, body: Any, field: str
) -> None:
    reference = put_lead(hairline)
    before = get(client, f"/api/leads/{reference}")
    headers = STAFF | {"Content-Type": "application/json"}
    answer = client.patch(f"/api/leads/{reference}", content=json.dumps(body), headers=headers)
    assert answer.status_code == 422, answer.text
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert get(client, f"/api/leads/{reference}") == before


def test_erasing_a_lead_erases_its_talk_and_deliveries_but_no_other_lead(
    client: httpx.Client, hairline: Hairline
) -> None:
    talk = Visitor.open(client)
    reference = put_lead(hairline, channels=("webhook",), conversation_id=talk.id)
    second = put_lead(hairline, channels=("webhook",), conversation_id=talk.id, booking=2)
    stranger = put_lead(hairline, channels=("webhook",))
    assert client.delete(f"/api/leads/{reference}", headers=STAFF).status_code == 204
    assert client.get(f"/api/leads/{reference}", headers=STAFF).status_code == 404
    assert talk.read().status_code == 404
    left = get(client, "/api/leads")["leads"]
    assert {lead["reference"] for lead in left} == {second, stranger}
    assert all(lead["conversation"] is None and len(lead["deliveries"]) == 1 for lead in left)


# --- the spreadsheet --------------------------------------------------------------------------------------------------

HOSTILE = [
    "=1+1",
    "+1+1",
    "-2+3",
    "@SUM(1+1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    " =1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠x",
    "\u200b=1+1",
    "\ufeff=1+1",
    "\u00a0=1+1",
    '"=1+1',
    "'=1+1",
    '=HYPERLINK("http://evil.example","x")',
    "=cmd|' /C calc'!A0",
    "a,b;c\td",
    'say "hi"',
    "line\nbreak",
]


def test_no_cell_of_the_spreadsheet_is_live(client: httpx.Client, hairline: Hairline) -> None:
    for value in HOSTILE:
        free: dict[str, Any] = dict.fromkeys(("name", "concern_text", "time_text", "assignee", "page"), value)
        put_lead(hairline, questions=[value], **free)
    answer = client.get("/api/leads.csv", headers=STAFF)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="leads.csv"'
    header, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""))
    assert len(rows) == len(HOSTILE)
    for row in rows:
        for name, cell in zip(header, row, strict=True):
            assert cell[:1] not in ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"), (name, cell)
            assert cell.lstrip(' \n\u200b\ufeff\u00a0"')[:1] not in ("=", "+", "-", "@"), (name, cell)


def test_the_spreadsheet_keeps_phones_readable_and_names_right(client: httpx.Client, hairline: Hairline) -> None:
    put_lead(hairline, name="Zoë Müller-Łukasz", phone="+447700900123")
    content = client.get("/api/leads.csv", headers=STAFF).content
    assert content.startswith(b"\xef\xbb\xbf")
    [row] = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
    assert row["phone"] == "'+447700900123"
    assert row["name"] == "Zoë Müller-Łukasz"
    assert b"\r\n" in content


def test_the_spreadsheet_holds_every_lead_that_the_question_names(
    client: httpx.Client, hairline: Hairline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.staff.CSV_PAGE", 2)
    references = [put_lead(hairline, status="new" if number < 5 else "closed") for number in range(7)]
    for params, expected in (({}, references[::-1]), ({"status": "closed"}, references[:4:-1])):
        answer = client.get("/api/leads.csv", params=params, headers=STAFF)
        rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert [row["reference"] for row in rows] == expected
    assert client.get("/api/leads.csv", params={"status": "lost"}, headers=STAFF).status_code == 422


# --- open questions and conversations ---------------------------------------------------------------------------------


def test_open_questions_say_who_waits(client: httpx.Client, hairline: Hairline) -> None:
    talk = Visitor.open(client)
    with hairline.store.transaction() as session:
        for number, status in enumerate(("open", "answered", "open")):
            session.add(
                OpenQuestion(
                    id=new_id("q"),
                    conversation_id=talk.id,
                    message_id=talk.greeting["id"],
                    text=f"Question {number}?",
                    topic="price",
                    wanted=number == 2,
                    status=status,
                    asked_at=utc_now(),
                )
            )
    reference = put_lead(hairline, conversation_id=talk.id)
    page = get(client, "/api/open-questions")
    assert [question["text"] for question in page["open_questions"]] == ["Question 2?", "Question 0?"]
    assert page["open_questions"][0]["waiting"] == {
        "conversation": talk.id,
        "wanted": True,
        "lead": reference,
        "name": "Tom Baker",
    }
    assert page["next"] is None
    first = get(client, "/api/open-questions", limit=1)
    rest = get(client, "/api/open-questions", limit=1, after=first["next"])
    assert [question["text"] for question in rest["open_questions"]] == ["Question 0?"]
    assert len(get(client, "/api/open-questions", status="answered")["open_questions"]) == 1


def test_who_waits_the_longest_is_listed_first(client: httpx.Client, hairline: Hairline) -> None:
    with hairline.store.transaction() as session:
        session.execute(delete(Conversation))
    talks = [Visitor.open(client) for _ in range(3)]
    with hairline.store.transaction() as session:
        for talk in talks[:2]:
            found = conversations.locked(session, talk.id)
            assert found
            found.state, found.waiting_since = "waiting", utc_now()
    ids = [talk.id for talk in talks]
    assert [found["id"] for found in get(client, "/api/conversations", state="waiting")["conversations"]] == ids[:2]
    assert [found["id"] for found in get(client, "/api/conversations")["conversations"]] == ids[::-1]
    page = get(client, "/api/conversations", limit=2)
    rest = get(client, "/api/conversations", limit=2, after=page["next"])
    assert [found["id"] for found in rest["conversations"]] == ids[:1]
    assert "text" not in str(page)


@pytest.mark.parametrize("params", [{"state": "asleep"}, {"after": "x"}, {"after": "\x00"}, {"limit": "1e3"}])
def test_a_wrong_question_for_conversations_is_422(client: httpx.Client, params: dict[str, str]) -> None:
    assert client.get("/api/conversations", params=params, headers=STAFF).status_code == 422
