"""From the demo page in a browser to the lead in the clinic's hands: every real part, nothing in between left out."""

import re
from collections.abc import Callable

import httpx
from playwright.sync_api import expect

from tests.system import System
from tests.widget.visitor import Visitor


def test_a_visitor_asks_books_corrects_and_interrupts_and_the_clinic_has_the_lead(
    arrive: Callable[..., Visitor], system: System
) -> None:
    visitor = arrive()
    visitor.open_chat()
    visitor.say("how long does it last?")
    visitor.answered(re.compile("several years"))

    visitor.say("ok I'd like to book a consultation")
    visitor.answered(re.compile("name", re.I))
    visitor.say("Katherine O'Brien")
    visitor.answered(re.compile("Katherine O'Brien"))
    visitor.say("sorry, it's Catherine with a C")
    visitor.answered(re.compile("Catherine O'Brien"))
    visitor.say("does it hurt?")
    visitor.answered(re.compile("numbed"))
    visitor.say("07700 900123")
    visitor.answered(re.compile("help with|brings you", re.I))
    visitor.say("my hairline has gone back a lot")
    visitor.answered(re.compile("suit you", re.I))
    visitor.say("thursday afternoon")
    visitor.answered(re.compile(r"Thursday \d+ \w+ \d{4}"))
    visitor.say("yes I agree")
    visitor.answered(re.compile("Is that right"))
    visitor.say("make the phone number 07700 900456 instead")
    visitor.answered(re.compile("900456"))
    visitor.say("yes, send it")
    thanks = visitor.answered(re.compile(r"SMP-[2-9A-Z]{6}"))

    reference = re.search(r"SMP-[2-9A-Z]{6}", thanks.inner_text())
    assert reference
    staff = {"Authorization": f"Bearer {system.api_key}"}
    lead = httpx.get(f"{system.url}/api/leads/{reference[0]}", headers=staff).raise_for_status().json()
    assert lead["name"] == "Catherine O'Brien"
    assert lead["phone"] == "+447700900456"
    assert lead["status"] == "new"
    assert lead["concern"]["category"] == "receding_hairline"
    assert lead["consent"]["given"]
    assert lead["consent"]["text"]
    assert lead["preferred_time"]["start"]
    assert "longevity" in lead["questions"]
    assert any("hurt" in question for question in lead["open_questions"])
    assert not visitor.complaints


def test_a_visitor_who_reloads_in_the_middle_goes_on_where_they_were(
    arrive: Callable[..., Visitor], system: System
) -> None:
    visitor = arrive()
    visitor.open_chat()
    visitor.say("book me in please")
    visitor.answered(re.compile("name", re.I))
    visitor.say("Maria da Silva")
    visitor.answered(re.compile("Maria da Silva"))
    visitor.page.reload()
    expect(visitor.said_by("visitor").last).to_have_text("Maria da Silva")
    visitor.say("maria@example.org")
    visitor.answered(re.compile("help with", re.I))


def test_a_booking_survives_a_restart_of_every_process(arrive: Callable[..., Visitor], system: System) -> None:
    visitor = arrive()
    visitor.open_chat()
    visitor.say("i want an appointment")
    visitor.answered(re.compile("name", re.I))
    visitor.say("Ade Bello")
    visitor.answered(re.compile("Ade Bello"))
    for name in ("actions", "rasa", "web"):
        system.restart(name)
    visitor.say("07700 900222")
    visitor.answered(re.compile("help with", re.I))
