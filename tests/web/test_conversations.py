"""The visitors' API without an assistant: what is taken, what is refused, and that nothing is lost."""

import json
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from hairline.compose import Hairline
from leads import conversations
from leads.outbox import announce
from leads.records import AuditEntry, Delivery, Lead, Message, OpenQuestion
from leads.replies import Choice, Reply
from leads.store import new_id, utc_now
from tests.web.visitors import Visitor

PHONE = "0161 496 0123"
JSON = {"Content-Type": "application/json"}


def test_a_visitor_is_greeted_and_may_choose_where_to_begin(client: httpx.Client) -> None:
    answer = client.post("/api/conversations", json={"page": "https://clinic.example/smp"})
    assert answer.status_code == 201
    assert answer.headers["cache-control"] == "no-store"
    opened = answer.json()
    [greeting] = opened["messages"]
    assert greeting["author"] == "bot"
    assert greeting["topics"] == ["greet"]
    assert "Northlight" in greeting["text"]
    assert "book" in [choice["id"] for choice in greeting["choices"]]
    assert {"id": "topic:price", "title": "What it costs", "topic": "price"} in greeting["choices"]
    assert set(greeting) == {"id", "author", "at", "text", "choices", "asks_for", "topics", "sources"}


@pytest.mark.parametrize(
    "body", [None, {}, {"page": None}, {"page": "http://localhost/a?b=c#d"}, {"referrer": "later"}]
)
def test_a_chat_opens_with_and_without_its_page(client: httpx.Client, body: Any) -> None:
    assert client.post("/api/conversations", json=body).status_code == 201
    assert client.post("/api/conversations").status_code == 201


@pytest.mark.parametrize(
    "page",
    [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "data:text/html,x",
        "//clinic.example",
        "https://",
        "https://user:secret@clinic.example",
        "https://clinic.example:port",
        "https://clinic.example/\x00",
        "https://clinic.example/a b",
        "https://clinic.example/" + "a" * 2000,
        "https://[::1",
        "\ud800",
        7,
        ["https://clinic.example"],
    ],
)
def test_what_is_no_page_of_the_web_is_refused_and_not_repeated(client: httpx.Client, page: Any) -> None:
    answer = client.post("/api/conversations", content=json.dumps({"page": page}), headers=JSON)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert [error["field"] for error in answer.json()["errors"]] == ["page"]
    assert "secret" not in answer.text
    assert "alert" not in answer.text


# --- whose conversation it is -----------------------------------------------------------------------------------------


def calls(visitor: Visitor) -> list[tuple[str, str, Any]]:
    message = visitor.greeting["id"]
    return [
        ("GET", f"{visitor.path}/messages", None),
        ("POST", f"{visitor.path}/messages", {"text": "hello"}),
        ("GET", f"{visitor.path}/events", None),
        ("POST", f"{visitor.path}/messages/{message}/feedback", {"helpful": True}),
        ("DELETE", visitor.path, None),
    ]


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Basic dTpw",
        "Bearer a b",
        "Bearer short",
        "token",
        "Bearer " + "x" * 600,
        "Bearer \xff",
    ],
)
def test_a_missing_or_malformed_token_is_401(client: httpx.Client, visitor: Visitor, authorization: str | None) -> None:
    for method, path, body in calls(visitor):
        headers = {} if authorization is None else {b"Authorization": authorization.encode("latin-1")}
        answer = client.request(method, path, json=body, headers=headers)
        assert answer.status_code == 401, (method, path)
        assert answer.headers["www-authenticate"].startswith("Bearer")


def test_somebody_elses_and_an_unknown_conversation_are_the_same_404(client: httpx.Client, visitor: Visitor) -> None:
    other = Visitor.open(client)
    answers = set()
    for theirs in (visitor, Visitor(client, "c_" + "0" * 32, other.token, other.greeting)):
        for method, path, body in calls(theirs):
            answer = client.request(method, path, json=body, headers=other.headers)
            assert answer.status_code == 404, (method, path)
            answers.add(answer.text.replace(answer.headers["x-request-id"], ""))
    assert len(answers) == 1
    assert len(visitor.talk()) == 1


@pytest.mark.parametrize("name", ["x", "c_..%2f", "%00", "c_" + "g" * 32, "c_" + "0" * 300, "default", "%F0%9F%98%80"])
def test_what_can_be_no_conversation_is_404(client: httpx.Client, visitor: Visitor, name: str) -> None:
    answer = client.get(f"/api/conversations/{name}/messages", headers=visitor.headers)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


# --- saying something -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({}, 422, "body"),
        ({"text": None}, 422, "body"),
        ({"text": "a", "choice": "book"}, 422, "body"),
        ({"text": ""}, 422, "text"),
        ({"text": " \n\t "}, 422, "text"),
        ({"text": "\x00\x1b\x7f"}, 422, "text"),
        ({"text": "a" * 2001}, 422, "text"),
        ({"text": "\ud83d"}, 422, "text"),
        ({"text": 5}, 422, "text"),
        ({"text": ["a"]}, 422, "text"),
        ({"text": {"$ne": ""}}, 422, "text"),
        ({"choice": ""}, 422, "choice"),
        ({"choice": "\udfff"}, 422, "choice"),
        ({"choice": "a" * 121}, 422, "choice"),
        ({"choice": 1}, 422, "choice"),
        ({"<script>alert(1)</script>": 1}, 422, "body"),
        ([], 422, "body"),
        ("hello", 422, "body"),
        (None, 422, "body"),
        (7, 422, "body"),
    ],
)
def test_what_is_no_message_is_refused_and_names_its_field(
    visitor: Visitor, body: Any, status: int, field: str
) -> None:
    answer = visitor.client.post(f"{visitor.path}/messages", content=json.dumps(body), headers=visitor.headers | JSON)
    assert answer.status_code == status, answer.text
    problem = answer.json()
    assert problem["status"] == status
    assert [error["field"] for error in problem["errors"]] == [field]
    assert "script" not in answer.text
    assert len(visitor.talk()) == 1


@pytest.mark.parametrize(
    "raw",
    [
        b"{",
        b"",
        b"text=hello",
        b'{"text": "a"',
        b"\xff\xfe",
        b'"\xed\xa0\x80"',
        b"[" * 60_000,
        b'{"a":' * 10_000,
        b"1" * 5000,
        b"nul",
    ],
)
def test_what_is_no_json_is_refused(visitor: Visitor, raw: bytes) -> None:
    answer = visitor.client.post(f"{visitor.path}/messages", content=raw, headers=visitor.headers | JSON)
    assert answer.status_code == (422 if raw[:1] == b'"' else 400), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert len(visitor.talk()) == 1


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "", "application/xml"]
)
def test_a_body_that_is_not_sent_as_json_is_415(visitor: Visitor, kind: str) -> None:
    headers = visitor.headers | {"Content-Type": kind}
    answer = visitor.client.post(f"{visitor.path}/messages", content=b'{"text": "a"}', headers=headers)
    assert answer.status_code == 415


def test_a_body_that_is_too_large_is_413_however_it_is_sent(visitor: Visitor) -> None:
    large = b'{"text": "' + b"a" * 70_000 + b'"}'
    for content in (large, iter([large[:40_000], large[40_000:]])):
        answer = visitor.client.post(f"{visitor.path}/messages", content=content, headers=visitor.headers | JSON)
        assert answer.status_code == 413
        assert answer.json()["title"] == "Content Too Large"


def test_a_text_is_kept_without_its_control_characters(visitor: Visitor) -> None:
    visitor.say("  one\x00two\r\nthree\u2028four \x1b[31mred\x07 ")
    assert visitor.talk()[1] == ("visitor", "one two\nthree\nfour  [31mred")


def test_two_thousand_characters_of_any_script_are_taken(visitor: Visitor) -> None:
    words = "\U0001f9d1\u200d\U0001f9b2" * 600 + "ж" * 200
    assert len(words) == 2000
    visitor.say(words)
    assert visitor.talk()[1] == ("visitor", words)


def test_a_message_survives_that_the_assistant_is_down(visitor: Visitor) -> None:
    answer = visitor.say("Does it hurt?", key="once")
    assert answer.status_code == 503
    assert PHONE in answer.json()["detail"]
    assert int(answer.headers["retry-after"]) >= 1
    assert visitor.say("Does it hurt?", key="once").status_code == 503
    assert [text for author, text in visitor.talk() if author == "visitor"] == ["Does it hurt?"]


def test_a_key_belongs_to_one_message(visitor: Visitor) -> None:
    visitor.say("Does it hurt?", key="once")
    for answer in (visitor.say("What does it cost?", key="once"), visitor.choose("book", key="once")):
        assert answer.status_code == 409
    other = Visitor.open(visitor.client)
    assert other.say("What does it cost?", key="once").status_code == 503
    assert len(visitor.talk()) == 2


@pytest.mark.parametrize("key", ["", " ", "a" * 256, "\xe9", "tab\there"])
def test_a_key_is_printable_ascii(visitor: Visitor, key: str) -> None:
    headers = visitor.headers | {"Idempotency-Key": key.encode("latin-1")}
    answer = visitor.client.post(f"{visitor.path}/messages", json={"text": "hello"}, headers=headers)  # type: ignore[arg-type]
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "Idempotency-Key"


def test_a_choice_is_taken_only_if_it_is_on_offer(visitor: Visitor) -> None:
    for choice in ("erase:yes", "topic:medical_question", "BOOK", "/restart"):
        assert visitor.choose(choice).status_code == 409
    assert len(visitor.talk()) == 1
    assert visitor.choose("book").status_code == 503  # taken; nobody answers here
    assert visitor.talk()[1] == ("visitor", "Arrange a consultation")
    assert visitor.choose("book").status_code == 503  # what got no answer took nothing off the table


def test_choices_end_with_the_turn_that_offered_them(visitor: Visitor, hairline: Hairline) -> None:
    with hairline.store.transaction() as session:
        talk = conversations.locked(session, visitor.id)
        assert talk
        asked = conversations.post(session, talk, conversations.Said("text", "hello"), visitor.token)
        asked.message.answered = True
        offer = Reply("Send it?", choices=(Choice("yes", "Yes"),), asks_for="confirm")
        conversations.add_reply(session, talk, offer, asked.message.id)
    assert visitor.choose("book").status_code == 409
    assert visitor.choose("yes").status_code == 503
    assert visitor.talk()[-1] == ("visitor", "Yes")


# --- while a person of the clinic writes ------------------------------------------------------------------------------


@pytest.fixture
def with_a_person(visitor: Visitor, hairline: Hairline) -> Visitor:
    set_state(hairline, visitor.id, "person", "Maya")
    return visitor


def set_state(hairline: Hairline, conversation_id: str, state: str, staff: str | None = None) -> None:
    with hairline.store.transaction() as session:
        talk = conversations.locked(session, conversation_id)
        assert talk
        talk.state, talk.staff = state, staff


def test_the_assistant_is_silent_while_a_person_writes(with_a_person: Visitor) -> None:
    answer = with_a_person.say("Are you there?", key="k")
    assert answer.status_code == 200
    assert answer.json() == {"messages": [], "state": "person", "staff": "Maya"}
    assert with_a_person.talk()[-1] == ("visitor", "Are you there?")


def test_what_was_said_to_a_person_is_never_answered_by_the_assistant(
    with_a_person: Visitor, hairline: Hairline
) -> None:
    with_a_person.say("Are you there?", key="k")
    set_state(hairline, with_a_person.id, "bot")
    again = with_a_person.say("Are you there?", key="k")
    assert again.status_code == 200
    assert again.json()["messages"] == []


# --- reading ----------------------------------------------------------------------------------------------------------


def test_a_page_that_reloads_reads_the_talk_or_its_end(visitor: Visitor) -> None:
    visitor.say("one", key="1")
    visitor.say("two", key="2")
    whole = visitor.read().json()
    assert [message["text"] for message in whole["messages"][1:]] == ["one", "two"]
    assert whole["messages"][1]["key"] == "1"
    assert whole["state"] == "bot"
    rest = visitor.read(after=whole["messages"][1]["id"]).json()["messages"]
    assert [message["text"] for message in rest] == ["two"]


@pytest.mark.parametrize("after", ["m_0", "x", "0", "'; DROP TABLE messages; --", "\x00", "é", "m_" + "0" * 38])
def test_an_unknown_message_to_read_on_from_is_422(visitor: Visitor, after: str) -> None:
    answer = visitor.read(after=after)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "after"


def test_nobody_reads_on_from_a_message_of_another_talk(visitor: Visitor) -> None:
    other = Visitor.open(visitor.client)
    assert visitor.read(after=other.greeting["id"]).status_code == 422


# --- thumbs -----------------------------------------------------------------------------------------------------------


def rate(visitor: Visitor, message_id: str, body: Any) -> Any:
    path = f"{visitor.path}/messages/{message_id}/feedback"
    return visitor.client.post(path, json=body, headers=visitor.headers)


def test_an_answer_can_be_rated_and_rated_again(visitor: Visitor) -> None:
    for helpful in (True, False):
        assert rate(visitor, visitor.greeting["id"], {"helpful": helpful}).status_code == 204
        assert visitor.read().json()["messages"][0]["helpful"] is helpful


def test_only_answers_of_the_own_talk_can_be_rated(visitor: Visitor) -> None:
    visitor.say("hello")
    own = visitor.read().json()["messages"][1]["id"]
    others = Visitor.open(visitor.client).greeting["id"]
    for message in (own, others, "m_0", "nothing", "%00", "é"):
        assert rate(visitor, message, {"helpful": True}).status_code == 404
    for body in ({}, {"helpful": 1}, {"helpful": "true"}, {"helpful": None}):
        assert rate(visitor, visitor.greeting["id"], body).status_code == 422


# --- clearing ---------------------------------------------------------------------------------------------------------


def leave_everything(hairline: Hairline, visitor: Visitor) -> str:
    """A lead, its deliveries and an open question of a conversation; the reference."""
    reference = f"SMP-{new_id('x')[2:10].upper()}"
    with hairline.store.transaction() as session:
        lead = Lead(
            reference=reference,
            conversation_id=visitor.id,
            booking=1,
            status="new",
            created_at=utc_now(),
            updated_at=utc_now(),
            name="Canary Canaryson",
            phone="+447700900461",
            timezone="Europe/London",
            consent={"given": True, "text": "I agree", "version": "1", "at": utc_now().isoformat()},
            search=f"canary canaryson +447700900461 {reference.lower()}",
        )
        session.add(lead)
        session.add(
            OpenQuestion(
                id=new_id("q"),
                conversation_id=visitor.id,
                message_id=visitor.greeting["id"],
                text="Canary?",
                topic="fallback",
                asked_at=utc_now(),
            )
        )
        session.flush()
        announce(session, lead, "lead.created", ["webhook", "email_staff"], utc_now())
    return reference


def test_clearing_the_chat_erases_everything_that_came_from_it(visitor: Visitor, hairline: Hairline) -> None:
    reference = leave_everything(hairline, visitor)
    stays = leave_everything(hairline, Visitor.open(visitor.client))
    visitor.say("My name is Canary Canaryson")
    assert visitor.clear().status_code == 204
    with hairline.store.reading() as session:
        assert session.scalars(select(Message).where(Message.conversation_id == visitor.id)).all() == []
        assert session.scalars(select(OpenQuestion).where(OpenQuestion.conversation_id == visitor.id)).all() == []
        assert session.scalars(select(Lead).where(Lead.reference == reference)).all() == []
        assert session.scalars(select(Delivery).where(Delivery.lead_reference == reference)).all() == []
        assert session.scalars(select(Lead).where(Lead.reference == stays)).one().conversation_id
        assert len(session.scalars(select(Delivery).where(Delivery.lead_reference == stays)).all()) == 2
        noted = session.scalars(select(AuditEntry).where(AuditEntry.subject == visitor.id)).one()
        assert (noted.actor, noted.action) == ("visitor", "conversation.erased")


def test_a_cleared_chat_is_gone_for_everybody(visitor: Visitor) -> None:
    assert visitor.clear().status_code == 204
    for method, path, body in calls(visitor):
        assert visitor.client.request(method, path, json=body, headers=visitor.headers).status_code == 404
