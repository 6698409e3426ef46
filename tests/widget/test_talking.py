"""A visitor and the assistant talk."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

from tests.widget.visitor import Visitor, choices, message

Arrive = Callable[..., Visitor]

pytestmark = pytest.mark.slow


def test_a_visitor_is_greeted_with_starters_and_gets_an_answer_to_one(
    arrive: Arrive, device: dict[str, object]
) -> None:
    visitor = arrive(**device)
    visitor.open_chat()
    expect(visitor.suggestions).not_to_have_count(0)
    title = visitor.suggestions.first.inner_text()
    visitor.suggestions.first.click()
    expect(visitor.said_by("visitor")).to_have_text([title])
    expect(visitor.said_by("bot").nth(1)).to_be_visible()
    assert not visitor.complaints


def test_a_visitor_who_types_a_question_sees_it_at_once_and_then_the_answer(
    arrive: Arrive, device: dict[str, object]
) -> None:
    visitor = arrive(**device)
    visitor.open_chat()
    visitor.say("How long does it last?")
    expect(visitor.said_by("visitor")).to_have_text(["How long does it last?"])
    visitor.answered(re.compile("years"))
    expect(visitor.field).to_have_value("")
    expect(visitor.chat.locator(".msg.visitor.pending")).to_have_count(0)


def test_a_visitor_sees_that_an_answer_is_being_written(arrive: Arrive) -> None:
    visitor = arrive()
    visitor.open_chat()
    held: list[Route] = []
    visitor.when_posting(held.append)
    visitor.say("Does it hurt?")
    expect(visitor.chat.locator(".dots")).to_be_visible()
    expect(visitor.chat.locator(".msg.visitor .status")).to_contain_text("Sending")
    held[0].fallback()
    expect(visitor.said_by("bot").nth(1)).to_be_visible()
    expect(visitor.chat.locator(".dots")).to_be_hidden()


def test_a_visitor_can_ask_where_an_answer_comes_from(arrive: Arrive) -> None:
    visitor = arrive()
    visitor.open_chat()
    visitor.say("How long does it last?")
    visitor.answered(re.compile("years"))
    toggle = visitor.button("Where does this come from?").first
    expect(toggle).to_have_attribute("aria-expanded", "false")
    toggle.click()
    expect(toggle).to_have_attribute("aria-expanded", "true")
    expect(visitor.chat.locator(".sources li").first).to_be_visible()
    expect(visitor.chat.locator(".sources cite").first).not_to_be_empty()
    toggle.click()
    expect(visitor.chat.locator(".sources li").first).to_be_hidden()


def test_a_visitor_says_that_an_answer_helped_and_finds_it_so_after_a_reload(arrive: Arrive) -> None:
    visitor = arrive()
    visitor.open_chat()
    visitor.say("How long does it last?")
    visitor.answered(re.compile("years"))
    with visitor.page.expect_response(re.compile("/feedback$")) as answer:
        visitor.button("Helpful").first.click()
    assert answer.value.status == 204
    assert answer.value.request.post_data_json == {"helpful": True}
    expect(visitor.button("Helpful").first).to_have_attribute("aria-pressed", "true")
    with visitor.page.expect_response(re.compile("/feedback$")):
        visitor.button("Not helpful").first.click()
    expect(visitor.button(re.compile("^Helpful")).first).to_have_attribute("aria-pressed", "false")


def test_several_answers_come_one_after_another(arrive: Arrive) -> None:
    visitor = arrive()
    visitor.open_chat()
    visitor.is_told(message("The first."), message("The second.", choices=choices("Go on")))
    visitor.say("Tell me two things")
    visitor.answered("The first.")
    expect(visitor.said_by("bot").filter(has_text="The second.")).to_have_count(0)
    expect(visitor.suggestions).to_have_count(0)
    visitor.answered("The second.")
    expect(visitor.suggestions).to_have_text(["Go on"])


def test_a_visitor_books_by_conversation_and_gets_a_reference(arrive: Arrive, device: dict[str, object]) -> None:
    visitor = arrive(**device)
    visitor.open_chat()
    visitor.say("I'd like to book a consultation")
    expect(visitor.field).to_have_attribute("autocomplete", "name")
    visitor.say("Alex Morgan")
    expect(visitor.field).to_have_attribute("type", "tel")
    visitor.say("07700 900123")
    expect(visitor.suggestions.filter(has_text=re.compile("hairline", re.IGNORECASE))).not_to_have_count(0)
    visitor.choose(re.compile("hairline", re.IGNORECASE))
    expect(visitor.button("Pick a date and time")).to_be_visible()
    visitor.say("any time")
    visitor.choose(re.compile("yes, i agree", re.IGNORECASE))
    card = visitor.chat.locator(".card").last
    expect(card.locator("dt").first).to_have_text("Name")
    expect(card.locator("dd").first).to_have_text("Alex Morgan")
    visitor.choose("Yes, send it")
    visitor.answered(re.compile("reference", re.IGNORECASE))
    assert not visitor.complaints


def test_the_field_follows_what_is_asked_and_words_stay_possible(arrive: Arrive) -> None:
    visitor = arrive()
    visitor.open_chat()
    visitor.is_told(message("How can the clinic reach you?", asks_for="contact"))
    visitor.say("book")
    expect(visitor.field).to_have_attribute("type", "tel")
    expect(visitor.field).to_have_attribute("autocomplete", "tel")
    expect(visitor.field).to_have_accessible_name("Phone number")
    visitor.button("E-mail").click()
    expect(visitor.field).to_have_attribute("type", "email")
    expect(visitor.field).to_have_attribute("autocomplete", "email")
    expect(visitor.field).to_be_focused()
    visitor.button("In words").click()
    expect(visitor.field).not_to_have_attribute("autocomplete", re.compile("."))
    expect(visitor.field).to_have_accessible_name("Write a message")
    visitor.is_told(message("And your name?", asks_for="name"))
    visitor.say("I'd rather not say")
    expect(visitor.field).to_have_attribute("autocomplete", "name")


def test_a_visitor_picks_a_date_and_time_instead_of_typing_one(arrive: Arrive, device: dict[str, object]) -> None:
    visitor = arrive(**device)
    visitor.open_chat()
    visitor.is_told(message("When would suit you?", asks_for="time", choices=choices("Any time")))
    visitor.say("book")
    visitor.button("Pick a date and time").click()
    expect(visitor.suggestions.first).to_be_in_viewport()
    expect(visitor.button("Use this time")).to_be_disabled()
    visitor.chat.get_by_label("Date", exact=True).fill("2031-12-04")
    visitor.chat.get_by_label("Time", exact=True).fill("17:30")
    visitor.is_told(message("Noted."))
    with visitor.page.expect_request(re.compile("/messages$")) as sent:
        visitor.button("Use this time").click()
    assert sent.value.post_data_json == {"text": "Thursday 4 December 2031 at 17:30"}
    expect(visitor.button("Pick a date and time")).to_be_hidden()


def test_the_summary_is_a_card_with_a_chip_for_each_field(arrive: Arrive, device: dict[str, object]) -> None:
    visitor = arrive(**device)
    visitor.open_chat()
    text = "Here is your request:\nName: Alex Morgan\nPhone: 07700 900123\nPreferred time: any time\nShall I send it?"
    offered = choices("Yes, send it", "Change the name", "Change the phone number", "Change the time")
    visitor.is_told(message(text, asks_for="confirm", choices=offered))
    visitor.say("book")
    card = visitor.chat.locator(".card")
    expect(card.locator("dt")).to_have_text(["Name", "Phone", "Preferred time"])
    expect(card.locator("dd")).to_have_text(["Alex Morgan", "07700 900123", "any time"])
    expect(card).to_contain_text("Shall I send it?")
    expect(visitor.suggestions).to_have_count(4)
    visitor.is_told(message("What should the name be?", asks_for="name"))
    with visitor.page.expect_request(re.compile("/messages$")) as sent:
        visitor.choose("Change the name")
    assert sent.value.post_data_json == {"choice": "choice:Change the name"}


def test_a_visitor_can_follow_addresses_and_nothing_else_becomes_a_link_or_markup(arrive: Arrive) -> None:
    visitor = arrive()
    visitor.open_chat()
    phone = visitor.page.request.get(f"{visitor.base_url}/api/widget").json()["phone"]
    text = (
        f"See https://clinic.example/a?b=1. Call {phone} or write to hello@clinic.example! "
        "Not javascript:alert(1), not data:text/html,x and not <img src=x onerror=alert(1)><b>bold</b>."
    )
    visitor.is_told(message(text))
    visitor.say("Where?")
    bubble = visitor.answered("See https")
    expect(bubble).to_have_text(text)
    links = bubble.get_by_role("link")
    hrefs = [link.get_attribute("href") for link in links.all()]
    tel = "tel:" + re.sub(r"[^\d+]", "", phone)
    assert hrefs == ["https://clinic.example/a?b=1", tel, "mailto:hello@clinic.example"]
    expect(links.first).to_have_attribute("rel", "noopener noreferrer")
    assert bubble.locator("img, b, script").count() == 0


def test_what_a_visitor_writes_is_never_markup_either(arrive: Arrive) -> None:
    visitor = arrive()
    visitor.open_chat()
    visitor.is_told(message("I see."))
    visitor.say("<script>window.hacked = 1</script><b>hi</b>")
    expect(visitor.said_by("visitor")).to_have_text(["<script>window.hacked = 1</script><b>hi</b>"])
    assert visitor.page.evaluate("window.hacked") is None


def test_a_visitor_who_presses_the_sites_own_button_is_understood_at_once(arrive: Arrive) -> None:
    visitor = arrive()
    visitor.page.get_by_role("button", name="How long does it last?").click()
    expect(visitor.panel).to_be_visible()
    expect(visitor.said_by("visitor")).to_have_text(["How long does it last?"])
    visitor.answered(re.compile("years"))
    expect(visitor.chat.locator(".msg").first).to_have_class(re.compile("bot"))


def test_shift_and_enter_makes_a_line_and_enter_sends(arrive: Arrive) -> None:
    visitor = arrive()
    visitor.open_chat()
    visitor.is_told(message("Two lines."))
    visitor.field.fill("one")
    visitor.field.press("Shift+Enter")
    visitor.field.type("two")
    visitor.field.press("Enter")
    expect(visitor.said_by("visitor")).to_have_text(["one\ntwo"])


def test_a_visitor_clears_the_chat_after_being_asked(arrive: Arrive, device: dict[str, object]) -> None:
    visitor = arrive(**device)
    visitor.open_chat()
    visitor.say("How long does it last?")
    visitor.answered(re.compile("years"))
    visitor.button("More").click()
    visitor.button("Clear this chat").click()
    expect(visitor.chat.get_by_role("alertdialog")).to_be_visible()
    visitor.page.keyboard.press("Escape")
    expect(visitor.chat.get_by_role("alertdialog")).to_have_count(0)
    expect(visitor.said_by("visitor")).to_have_count(1)
    visitor.button("More").click()
    visitor.button("Clear this chat").click()
    with visitor.page.expect_response(lambda answer: answer.request.method == "DELETE") as deleted:
        visitor.button("Clear chat").click()
    assert deleted.value.status == 204
    expect(visitor.said_by("visitor")).to_have_count(0)
    expect(visitor.said_by("bot")).to_have_count(1)


def test_a_person_takes_over_talks_and_hands_back(arrive: Arrive, base_url: str, api_key: str) -> None:
    visitor = arrive()
    visitor.open_chat()
    address = f"{base_url}/api/conversations/{visitor.inside('chat.talk.credentials.id')}"
    staff = {"Authorization": f"Bearer {api_key}"}

    def post(what: str, content: dict[str, str]) -> None:
        answer = visitor.page.request.post(f"{address}/{what}", headers=staff, data=content)
        assert answer.ok, answer.text()

    post("takeover", {"name": "Priya"})
    expect(visitor.panel).to_contain_text("Priya is here")
    post("messages", {"text": "Hello, how can I help?"})
    expect(visitor.said_by("staff")).to_have_text(["Hello, how can I help?"])
    expect(visitor.chat.locator(".msg.staff .head b")).to_have_text("Priya")
    visitor.say("May I come on Thursday?")
    expect(visitor.chat.locator(".msg.visitor.pending")).to_have_count(0)
    expect(visitor.chat.locator(".dots")).to_be_hidden()
    post("messages", {"text": "Of course."})
    expect(visitor.said_by("staff")).to_have_count(2)
    post("handback", {})
    expect(visitor.panel.locator(".presence")).to_have_text("Virtual assistant")
    visitor.say("How long does it last?")
    visitor.answered(re.compile("years"))


def test_a_visitor_is_told_who_writes_when_a_person_takes_over(arrive: Arrive) -> None:
    visitor = arrive(before=lambda one: one.hears(("state", {"state": "waiting", "staff": None})))
    visitor.open_chat()
    expect(visitor.panel).to_contain_text("Waiting for a colleague")
    hello = message("Hello, Priya here.", author="staff", staff="Priya")
    visitor.hears(("state", {"state": "person", "staff": "Priya"}), ("message", hello))
    expect(visitor.panel).to_contain_text("Priya is here")
    expect(visitor.said_by("staff")).to_have_text(["Hello, Priya here."])
    expect(visitor.chat.locator(".msg.staff .head b")).to_have_text("Priya")


def test_a_visitor_who_closed_the_chat_sees_how_many_messages_wait(arrive: Arrive) -> None:
    visitor = arrive(before=lambda one: one.hears(("state", {"state": "person", "staff": "Priya"})))
    visitor.open_chat()
    visitor.button("Close the chat").first.click()
    still, hurry = message("Are you still there?", author="staff"), message("No hurry.", author="staff")
    visitor.hears(("message", still), ("message", hurry))
    expect(visitor.launcher).to_have_accessible_name(re.compile("2 unread"))
    expect(visitor.chat.locator(".badge")).to_have_text("2")
    visitor.launcher.click()
    expect(visitor.chat.locator(".badge")).to_be_hidden()
    visitor.page.reload()
    expect(visitor.launcher).not_to_have_accessible_name(re.compile("unread"))


def test_sound_is_off_until_a_visitor_wants_it(arrive: Arrive) -> None:
    visitor = arrive()
    visitor.open_chat()
    visitor.button("More").click()
    visitor.button("Turn sound on").click()
    visitor.button("More").click()
    expect(visitor.button("Turn sound off")).to_be_visible()


def test_a_visitor_can_have_it_dark_and_keeps_it_so(arrive: Arrive) -> None:
    visitor = arrive()
    visitor.open_chat()
    visitor.button("More").click()
    visitor.button("Dark appearance").click()
    expect(visitor.chat.locator(".root")).to_have_css("color-scheme", "dark")
    visitor.page.reload()
    expect(visitor.chat.locator(".root")).to_have_css("color-scheme", "dark")
