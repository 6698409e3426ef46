"""Staff in talks, answering questions, and their calendar: the API, without an assistant behind it."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import icalendar
import pytest

from hairline.compose import Hairline
from leads import accounts, handoff
from leads.conversations import locked
from leads.questions import keep_open_question
from leads.records import StaffSession
from leads.store import new_id, utc_now
from tests.web.conftest import STAFF
from tests.web.leads import put_lead
from tests.web.test_roles import OWN, sign_in
from tests.web.visitors import Visitor


def wait_for_a_person(hairline: Hairline, visitor: Visitor) -> None:
    with hairline.store.transaction() as session:
        conversation = locked(session, visitor.id)
        assert conversation is not None
        handoff.ask_for_person(session, conversation, (), utc_now())


def ask(hairline: Hairline, visitor: Visitor, text: str, topic: str = "payment") -> str:
    with hairline.store.transaction() as session:
        return keep_open_question(session, visitor.id, new_id("m"), text, topic, b"", utc_now()).id


def test_a_talk_is_taken_over_written_in_and_handed_back(
    client: httpx.Client, hairline: Hairline, visitor: Visitor
) -> None:
    wait_for_a_person(hairline, visitor)
    waiting = client.get("/api/conversations?state=waiting&limit=200", headers=STAFF).json()["conversations"]
    assert visitor.id in [talk["id"] for talk in waiting]
    early = client.post(f"{visitor.path}/messages", json={"text": "Hello"}, headers=STAFF)
    assert early.status_code == 409

    taken = client.post(f"{visitor.path}/takeover", json={"name": "Maya"}, headers=STAFF)
    assert (taken.status_code, taken.json()["state"], taken.json()["staff"]) == (200, "person", "Maya")
    assert client.post(f"{visitor.path}/takeover", headers=STAFF).status_code == 409
    keyed = STAFF | {"Idempotency-Key": "k1"}
    said = [client.post(f"{visitor.path}/messages", json={"text": "Hello"}, headers=keyed).json() for _ in range(2)]
    assert said[0] == said[1]
    assert said[0]["messages"][0]["author"] == "staff"
    answer = visitor.say("Thank you").json()
    assert (answer["messages"], answer["state"], answer["staff"]) == ([], "person", "Maya")

    back = client.post(f"{visitor.path}/handback", headers=STAFF)
    assert (back.status_code, back.json()["state"]) == (200, "bot")
    said_to_visitor = [text for author, text in visitor.talk() if author != "visitor"]
    assert said_to_visitor[1:] == [
        "Maya from Northlight Scalp Studio has joined the chat.",
        "Hello",
        "Maya has left the chat. You're talking to the automated assistant again.",
    ]


def test_a_name_turns_nothing_around(client: httpx.Client, visitor: Visitor) -> None:
    taken = client.post(f"{visitor.path}/takeover", json={"name": "Ana \u202e\u2066 Okafor"}, headers=STAFF)
    assert taken.json()["staff"] == "Ana Okafor"
    empty = client.post(f"{visitor.path}/takeover", json={"name": "\u202e"}, headers=STAFF)
    assert empty.status_code == 422


def test_a_key_used_for_other_words_is_refused_and_a_repeat_is_known_after_the_talk_was_handed_back(
    client: httpx.Client, visitor: Visitor
) -> None:
    client.post(f"{visitor.path}/takeover", headers=STAFF)
    keyed = STAFF | {"Idempotency-Key": "k1"}

    def say(text: str) -> httpx.Response:
        return client.post(f"{visitor.path}/messages", json={"text": text}, headers=keyed)

    first = say("Your appointment is at 10.")
    assert say("Sorry, at 11!").status_code == 409
    client.post(f"{visitor.path}/handback", headers=STAFF)
    again = say("Your appointment is at 10.")
    assert (again.status_code, again.json()["messages"]) == (200, first.json()["messages"])
    assert say("Sorry, at 11!").status_code == 409
    assert [text for _, text in visitor.talk()].count("Your appointment is at 10.") == 1


def test_a_page_after_a_talk_that_is_gone_is_refused_not_begun_again(client: httpx.Client, visitor: Visitor) -> None:
    for state in ("", "waiting", "bot"):
        gone = {"state": state, "limit": "1", "after": f"c_{'0' * 32}"}
        refused = client.get("/api/conversations", params=gone, headers=STAFF)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "after"), state


def test_a_visitors_token_is_a_visitor_also_in_the_browser_of_staff(
    client: httpx.Client, hairline: Hairline, visitor: Visitor
) -> None:
    client.post(f"{visitor.path}/takeover", headers=STAFF)
    sign_in(hairline, client, "staff")
    assert visitor.say("It is me").status_code == 200
    assert visitor.talk()[-1] == ("visitor", "It is me")


def test_a_choice_is_no_thing_for_staff_to_send(client: httpx.Client, visitor: Visitor) -> None:
    client.post(f"{visitor.path}/takeover", headers=STAFF)
    assert client.post(f"{visitor.path}/messages", json={"choice": "book"}, headers=STAFF).status_code == 422


@pytest.mark.parametrize("call", ["takeover", "handback"])
def test_there_is_no_such_talk(client: httpx.Client, call: str) -> None:
    for talk in (f"c_{'0' * 32}", "nonsense"):
        assert client.post(f"/api/conversations/{talk}/{call}", headers=STAFF).status_code == 404


def test_an_open_question_is_answered_once(client: httpx.Client, hairline: Hairline, visitor: Visitor) -> None:
    question = ask(hairline, visitor, "Do you take Amex?")
    path = f"/api/open-questions/{question}/answer"
    done = client.post(path, json={"text": "Yes.", "publish": True}, headers=STAFF)
    assert done.status_code == 200, done.text
    assert done.json()["answered"] == [question]
    assert visitor.talk()[-1][0] == "staff"
    assert "Yes." in visitor.talk()[-1][1]
    assert visitor.read().json()["messages"][-1]["staff"] == "Northlight Scalp Studio"
    assert client.post(path, json={"text": "Yes."}, headers=STAFF).status_code == 409
    assert client.post("/api/open-questions/q_0/answer", json={"text": "Yes."}, headers=STAFF).status_code == 404


def test_nobodys_health_is_published(client: httpx.Client, hairline: Hairline, visitor: Visitor) -> None:
    question = ask(hairline, visitor, "Can I have it with psoriasis?", "medical_question")
    path = f"/api/open-questions/{question}/answer"
    refused = client.post(path, json={"text": "Ask your doctor.", "publish": True}, headers=STAFF)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "publish"
    assert client.post(path, json={"text": "Ask your doctor."}, headers=STAFF).status_code == 200


def test_without_the_language_engine_a_question_cannot_be_reworded(
    client: httpx.Client, hairline: Hairline, visitor: Visitor
) -> None:
    question = ask(hairline, visitor, "Do you take Amex?")
    body = {"text": "Yes.", "publish": True, "question": "Do you take American Express?"}
    refused = client.post(f"/api/open-questions/{question}/answer", json=body, headers=STAFF)
    assert refused.status_code == 503
    assert "Retry-After" in refused.headers


def test_a_calendar_is_read_with_its_own_token_until_that_is_revoked(client: httpx.Client, hairline: Hairline) -> None:
    start = utc_now() + timedelta(days=2)
    reference = put_lead(hairline, time_start=start, time_end=start + timedelta(hours=1))
    put_lead(hairline, time_start=start, time_end=start + timedelta(hours=1), status="closed", name="Zanzibar")
    with hairline.store.transaction() as session:
        secret = accounts.create_account(session, f"{new_id('maya')}@clinic.example", "Maya")
        account = accounts.accept_invitation(session, secret, "correct horse battery")
        assert account is not None
        token = accounts.make_feed(session, account.id)
    read = client.get("/api/calendar.ics", params={"token": token or ""})
    assert read.headers["content-type"].startswith("text/calendar")
    events = icalendar.Calendar.from_ical(read.text).walk("VEVENT")
    assert [str(event["status"]) for event in events if reference in str(event["uid"])] == ["TENTATIVE"]
    assert "Zanzibar" not in read.text
    assert client.get("/api/calendar.ics").status_code == 401
    assert client.get("/api/calendar.ics", headers={"Authorization": "Bearer nobodys-key"}).status_code == 401
    assert reference in client.get("/api/calendar.ics", headers=STAFF).text
    assert client.get("/api/calendar.ics", params={"token": "x" * 43}).status_code == 401
    assert client.get("/api/calendar.ics", params={"token": "x" * 43}, headers=STAFF).status_code == 401
    with hairline.store.transaction() as session:
        accounts.revoke_feed(session, account.id)
    assert client.get("/api/calendar.ics", params={"token": token or ""}).status_code == 401


def test_the_desk_confirms_notes_assigns_cancels_and_erases(client: httpx.Client, hairline: Hairline) -> None:
    sign_in(hairline, client, "staff")
    reference = put_lead(hairline)
    path = f"/desk/leads/{reference}"

    def post(action: str, **data: str) -> httpx.Response:
        return client.post(f"{path}/{action}", data=data, headers=OWN)

    assert post("notes", text="Rang. <script>alert(1)</script>").status_code == 303
    assert post("assignee", assignee="Staff").status_code == 303
    day = (utc_now() + timedelta(days=8)).date()
    assert post("confirm", start=f"{day}T14:30", minutes="30").status_code == 303
    assert post("confirm", start="nonsense", minutes="30").status_code == 422
    assert post("confirm", start=f"{day}T14:30", minutes="-5").status_code == 422
    lead = client.get(f"/api/leads/{reference}").json()
    assert (lead["status"], lead["assignee"]) == ("confirmed", "Staff")
    zone = ZoneInfo("Europe/London")
    assert datetime.fromisoformat(lead["confirmed_time"]["start"]) == datetime(
        *day.timetuple()[:3], 14, 30, tzinfo=zone
    )
    page = client.get(path)
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert post("cancel").status_code == 303
    assert post("cancel").status_code == 409
    assert post("erase").status_code == 422
    assert post("erase", sure="yes").status_code == 303
    assert client.get(path).status_code == 404


def test_a_session_ends_when_it_is_not_used(client: httpx.Client, hairline: Hairline) -> None:
    sign_in(hairline, client, "staff")
    assert client.get("/desk").status_code == 200
    with hairline.store.transaction() as session:
        found = session.get(StaffSession, accounts._hashed(client.cookies["hairline_session"]))
        assert found is not None
        found.seen_at -= accounts.IDLE_FOR
    assert client.get("/desk").headers["location"] == "/desk/login"


def test_an_owner_invites_shuts_and_cannot_lock_everybody_out(client: httpx.Client, hairline: Hairline) -> None:
    sign_in(hairline, client, "owner")
    email = f"{new_id('sam')}@clinic.example"
    made = client.post("/desk/team", data={"email": email, "name": "Sam", "role": "staff"}, headers=OWN)
    assert "/desk/invitation/" in made.text
    again = client.post("/desk/team", data={"email": email, "name": "Sam", "role": "staff"}, headers=OWN)
    assert again.status_code == 409
    with hairline.store.reading() as session:
        sam = next(one for one in accounts.list_accounts(session) if one.email == email)
    assert client.post(f"/desk/team/{sam.id}/disable", headers=OWN).status_code == 303
    assert client.get("/desk/audit").status_code == 200


@pytest.mark.parametrize(
    "page", ["talks", "questions", "answers", "insights?days=7", "insights?first=x", "me", "widget"]
)
def test_every_page_opens(client: httpx.Client, hairline: Hairline, visitor: Visitor, page: str) -> None:
    ask(hairline, visitor, "<b>Do you take Amex?</b>")
    sign_in(hairline, client, "staff")
    answer = client.get(f"/desk/{page}")
    assert answer.status_code == 200
    assert "<b>Do you" not in answer.text


def test_a_talks_page_shows_what_was_understood_and_takes_a_correction(
    client: httpx.Client, hairline: Hairline, visitor: Visitor
) -> None:
    client.post(f"{visitor.path}/takeover", headers=STAFF)
    visitor.say("does it <i>hurt</i>")
    message = visitor.read().json()["messages"][-1]["id"]
    sign_in(hairline, client, "staff")
    page = client.get(f"/desk/conversations/{visitor.id}")
    assert "does it &lt;i&gt;hurt" in page.text
    path = f"/desk/conversations/{visitor.id}/messages/{message}/topic"
    assert client.post(path, data={"topic": "pain"}, headers=OWN).status_code == 303
    assert client.post(path, data={"topic": "nonsense"}, headers=OWN).status_code == 404
