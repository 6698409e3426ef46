"""A visitor on the clinic's site and staff at the desk, each with a browser, against the running system."""

import re
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage, Message
from typing import Any

import httpx
import icalendar
import pytest
from playwright.sync_api import expect

from hairline.compose import Hairline
from leads.handoff import give_up_waiting
from leads.store import utc_now
from leads.wording import Voice
from tests.delivery.servers import MailReceiver
from tests.desk.staff import Member
from tests.system import System, wait_until
from tests.widget.visitor import Visitor

pytestmark = pytest.mark.slow

Arrive = Callable[[], Visitor]
SignIn = Callable[..., Member]
REFERENCE = re.compile(r"SMP-[2-9A-Z]{6}")


def book(visitor: Visitor, name: str, email: str) -> str:
    """A visitor asks for a consultation; the reference."""
    visitor.say("I'd like to book a consultation")
    visitor.answered(re.compile("name", re.I))
    visitor.say(name)
    visitor.answered(re.compile(name))
    visitor.say(email)
    visitor.answered(re.compile("help with|brings you|concern", re.I))
    visitor.say("my hairline is receding")
    visitor.answered(re.compile("suit you|when", re.I))
    visitor.say("any time")
    visitor.answered(re.compile("agree", re.I))
    visitor.say("yes I agree")
    visitor.answered(re.compile("Is that right", re.I))
    visitor.say("yes")
    found = REFERENCE.search(visitor.answered(REFERENCE).inner_text())
    assert found
    return found[0]


def test_a_talk_goes_to_a_person_and_back(arrive: Arrive, sign_in: SignIn) -> None:
    maya, visitor = sign_in("Maya"), arrive()
    maya.section("Talks")
    visitor.say("can I talk to a real person please")
    visitor.answered(re.compile("told the team"))
    expect(maya.badge("waiting")).to_be_visible()
    waiting = maya.page.locator("section", has_text="Waiting for a person")
    waiting.get_by_role("link").filter(has_text="Visitor").last.click()

    visitor.say("how long does it last?")
    visitor.answered(re.compile("years"))
    expect(maya.heard("how long does it last?")).to_be_visible()

    maya.press("Take over and write")
    visitor.answered("Maya from Northlight Scalp Studio has joined")
    maya.write("Hello, Maya here. How can I help?")
    expect(visitor.said_by("staff").filter(has_text="Hello, Maya here")).to_be_visible()
    said_by_bot = visitor.said_by("bot").count()
    visitor.say("does it hurt?")
    expect(maya.heard("does it hurt?")).to_be_visible()
    maya.write("We numb the skin first.")
    expect(visitor.said_by("staff").filter(has_text="We numb")).to_be_visible()
    assert visitor.said_by("bot").count() == said_by_bot

    maya.press("Hand back to the assistant")
    visitor.answered("Maya has left the chat")
    visitor.say("is it painful?")
    expect(visitor.said_by("bot")).to_have_count(said_by_bot + 2)
    assert not visitor.complaints + maya.complaints


def test_two_members_of_staff_cannot_take_the_same_talk(arrive: Arrive, sign_in: SignIn) -> None:
    maya, sam, visitor = sign_in("Maya"), sign_in("Sam"), arrive()
    visitor.say("I want to speak to a human")
    visitor.answered(re.compile("told the team"))
    for member in (maya, sam):
        member.section("Talks")
        rows = member.page.locator("section", has_text="Waiting for a person").locator("li")
        rows.filter(has_text="I want to speak to a human").last.get_by_role("link").click()
        expect(member.page.get_by_role("button", name="Take over and write")).to_be_visible()
    address = sam.page.url
    maya.press("Take over and write")
    visitor.answered("Maya from")
    expect(sam.page.get_by_text("Maya writes")).to_be_visible()
    status = sam.page.evaluate(
        "async (path) => (await fetch(path, {method: 'POST'})).status",
        address.replace("/desk/conversations/", "/api/conversations/") + "/takeover",
    )
    assert status == 409
    maya.press("Hand back to the assistant")
    visitor.answered("Maya has left the chat")


def test_a_visitor_whom_nobody_answers_gets_an_apology_and_a_way_on(arrive: Arrive, parts: Hairline) -> None:
    visitor = arrive()
    visitor.say("put me through to a person")
    visitor.answered(re.compile("told the team"))
    later = utc_now() + timedelta(minutes=parts.clinic.current().handoff.wait_minutes)
    voice = Voice(parts.wording, parts.clinic.current())
    assert give_up_waiting(parts.store, lambda: voice, parts.channels, later)
    visitor.answered(re.compile("nobody is free just now"))
    visitor.choose(re.compile("consultation", re.I))
    visitor.answered(re.compile("name", re.I))


def test_an_answer_reaches_who_waits_and_then_everybody_who_asks(
    arrive: Arrive, sign_in: SignIn, mail: MailReceiver
) -> None:
    maya, visitor = sign_in("Maya"), arrive()
    visitor.say("do you accept American Express?")
    visitor.answered(re.compile("pass|don't|not", re.I))
    reference = book(visitor, "Priya Patel", "priya@visitor.example")
    maya.section("Questions")
    group = maya.page.locator("form.group").filter(has_text="American Express")
    expect(group).to_contain_text("waiting")
    expect(group).to_contain_text("Priya Patel")
    group.get_by_label("Answer", exact=True).fill("Yes, we take American Express at the desk.")
    group.get_by_label("Publish").check()
    group.get_by_text("How the question is worded").click()
    group.get_by_label("The question as visitors will see it").fill("Do you take American Express?")
    group.get_by_role("button", name="Answer", exact=True).click()
    expect(maya.page.get_by_text("The answer is published.")).to_be_visible()
    expect(visitor.said_by("staff").filter(has_text="at the desk")).to_be_visible()
    assert wait_until(lambda: told(mail, "priya@visitor.example", "at the desk"), 30)
    maya.go(f"/desk/leads/{reference}")
    expect(maya.page.locator("dl").first).not_to_contain_text("American Express")

    other = arrive()
    other.say("can I pay with American Express")
    other.answered(re.compile("at the desk"))
    maya.go("/desk/answers")
    expect(maya.page.locator("article").filter(has_text="at the desk")).to_contain_text("served 1×")
    maya.page.locator("article").filter(has_text="at the desk").get_by_role("button", name="Withdraw").click()
    third = arrive()
    third.say("can I pay with American Express")
    expect(third.said_by("bot")).to_have_count(2)
    expect(third.said_by("bot").filter(has_text="at the desk")).to_have_count(0)
    assert not other.complaints + maya.complaints


def told(mail: MailReceiver, recipient: str, words: str) -> bool:
    """Whether somebody got these words by e-mail."""
    sent = [it.message for it in mail.mails if recipient in it.recipients]
    return any(words in str(body_of(message)) for message in sent)


def body_of(message: EmailMessage) -> str:
    """The plain text of an e-mail."""
    body = message.get_body(("plain",))
    return " ".join(str(body.get_content()).split()) if body else ""


def test_a_confirmed_time_reaches_the_visitor_and_every_calendar(
    arrive: Arrive, sign_in: SignIn, mail: MailReceiver, clinic: System
) -> None:
    maya, visitor = sign_in("Maya"), arrive()
    reference = book(visitor, "Tom Baker", "tom@visitor.example")
    maya.go("/desk/me")
    maya.press("Make an address")
    feed = maya.page.get_by_label("Address of the calendar").input_value()

    maya.section("Leads")
    maya.page.get_by_label("Name, phone, e-mail, reference or concern").fill("tom b")
    maya.page.keyboard.press("Enter")
    maya.page.get_by_role("link", name="Tom Baker").click()
    day = (utc_now() + timedelta(days=3)).date()
    maya.page.get_by_label("Consultation on").fill(f"{day}T14:30")
    maya.press("Confirm the time")
    expect(maya.page.get_by_text("The time is confirmed.")).to_be_visible()
    assert wait_until(lambda: len(entries(mail)) >= 1, 30)
    confirmed = entries(mail)[-1]
    assert confirmed["status"] == "CONFIRMED"
    assert confirmed.decoded("dtstart").date() == day

    calendar = icalendar.Calendar.from_ical(httpx.get(feed).raise_for_status().text)
    own: list[Any] = [event for event in calendar.walk("VEVENT") if reference in str(event["uid"])]
    assert [event["status"] for event in own] == ["CONFIRMED"]
    assert own[0]["uid"] == confirmed["uid"]
    assert httpx.get(feed[:-4] + "abcd").status_code == 401

    maya.page.get_by_label("Consultation on").fill(f"{day}T16:00")
    maya.press("Move the time")
    assert wait_until(lambda: entries(mail)[-1]["sequence"] > confirmed["sequence"], 30)
    assert entries(mail)[-1]["uid"] == confirmed["uid"]
    maya.press("Call the consultation off")
    assert wait_until(lambda: entries(mail)[-1]["status"] == "CANCELLED", 30)
    assert not maya.complaints


def payload_of(part: Message) -> bytes:
    """The decoded content of a part of an e-mail."""
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload


def entries(mail: MailReceiver) -> list[Any]:
    """The calendar entries that Tom got, in order, without tentative ones."""
    found: list[Any] = []
    for it in [it for it in mail.mails if "tom@visitor.example" in it.recipients]:
        for part in it.message.walk():
            if part.get_content_type() == "text/calendar":
                events = icalendar.Calendar.from_ical(payload_of(part)).walk("VEVENT")
                found += [event for event in events if event["status"] != "TENTATIVE"]
    return found


def test_a_new_lead_appears_in_the_open_list_by_itself(arrive: Arrive, sign_in: SignIn) -> None:
    maya, visitor = sign_in("Maya"), arrive()
    maya.section("Leads")
    reference = book(visitor, "Zoe Adams", "zoe@visitor.example")
    row = maya.page.locator("tr").filter(has_text="Zoe Adams")
    expect(row).to_be_visible()
    maya.page.keyboard.press("j")
    maya.page.keyboard.press("Enter")
    expect(maya.page.get_by_role("heading", name="Zoe Adams")).to_be_visible()
    assert reference in maya.page.url
