"""Nothing a visitor says is lost or said twice, whatever the network, the server or the browser does."""

import json
import re
from collections import Counter
from collections.abc import Callable

import pytest
from playwright.sync_api import Request, Route, expect

from tests.widget.visitor import Visitor, problem

Arrive = Callable[..., Visitor]

pytestmark = pytest.mark.slow


def keys_of(visitor: Visitor) -> list[str | None]:
    """Note the idempotency key of every attempt to post a message, from now on."""
    keys: list[str | None] = []

    def note(request: Request) -> None:
        if request.method == "POST" and request.url.endswith("/messages"):
            keys.append(request.headers.get("idempotency-key"))

    visitor.page.on("request", note)
    return keys


def test_a_talk_goes_on_after_a_reload(arrive: Arrive, device: dict[str, object]) -> None:
    visitor = arrive(**device)
    visitor.open_chat()
    visitor.say("How long does it last?")
    visitor.answered(re.compile("years"))
    expect(visitor.chat.locator(".dots")).to_be_hidden()
    before = visitor.chat.locator(".bubble").all_inner_texts()
    visitor.page.reload()
    expect(visitor.panel).to_be_visible()
    expect(visitor.chat.locator(".bubble")).to_have_text(before)


def test_a_half_written_message_is_still_there_after_a_reload(arrive: Arrive) -> None:
    visitor = arrive()
    visitor.open_chat()
    visitor.field.fill("I have a scar that")
    visitor.page.reload()
    expect(visitor.field).to_have_value("I have a scar that")


def test_what_a_visitor_writes_offline_is_sent_once_when_the_network_is_back(
    arrive: Arrive, device: dict[str, object]
) -> None:
    visitor = arrive(**device)
    visitor.open_chat()
    keys = keys_of(visitor)
    visitor.context.set_offline(True)
    expect(visitor.chat.locator(".banner")).to_contain_text("You are offline")
    visitor.say("How long does it last?")
    expect(visitor.chat.locator(".msg.visitor .status")).to_contain_text("Will be sent when you are back online")
    visitor.context.set_offline(False)
    visitor.answered(re.compile("years"))
    expect(visitor.chat.locator(".banner")).to_be_hidden()
    assert len(set(keys)) == 1
    visitor.page.reload()
    expect(visitor.said_by("visitor")).to_have_text(["How long does it last?"])


def test_a_message_whose_answer_was_lost_is_asked_again_with_the_same_key_and_stands_once(arrive: Arrive) -> None:
    visitor = arrive()
    visitor.open_chat()
    keys = keys_of(visitor)
    lost: list[str] = []

    def lose_the_first(route: Route) -> None:
        if lost:
            return route.fallback()
        lost.append(route.fetch().text())
        return route.abort("connectionreset")

    visitor.when_posting(lose_the_first)
    visitor.say("How long does it last?")
    visitor.answered(re.compile("years"))
    expect(visitor.chat.locator(".msg.visitor.pending")).to_have_count(0)
    assert len(keys) >= 2
    assert len(set(keys)) == 1
    expect(visitor.said_by("visitor")).to_have_count(1)
    visitor.page.reload()
    expect(visitor.said_by("visitor")).to_have_text(["How long does it last?"])
    replies = json.loads(lost[0])["messages"]
    expect(visitor.said_by("bot")).to_have_count(1 + len(replies))


def test_a_message_on_its_way_during_a_reload_is_neither_lost_nor_doubled(arrive: Arrive) -> None:
    visitor = arrive()
    visitor.open_chat()
    keys = keys_of(visitor)
    arrived: list[int] = []

    def answer_never(route: Route) -> None:
        if arrived:
            return route.fallback()
        arrived.append(route.fetch().status)
        return None  # the answer never reaches the page

    visitor.when_posting(answer_never)
    visitor.say("How long does it last?")
    expect(visitor.chat.locator(".msg.visitor .status")).to_contain_text("Sending")
    while not arrived:
        visitor.page.evaluate("0")  # lets the route's handler run
    visitor.page.reload()
    visitor.answered(re.compile("years"))
    expect(visitor.chat.locator(".msg.visitor.pending")).to_have_count(0)
    expect(visitor.said_by("visitor")).to_have_text(["How long does it last?"])
    assert len(set(keys)) == 1


def test_the_live_line_and_the_answer_never_show_a_message_twice(arrive: Arrive) -> None:
    visitor = arrive()
    visitor.open_chat()
    for question in ("How long does it last?", "Does it look real?"):
        count = visitor.said_by("bot").count()
        visitor.say(question)
        expect(visitor.said_by("bot").nth(count)).to_be_visible()
        expect(visitor.chat.locator(".dots")).to_be_hidden()
    ids = visitor.inside("chat.talk.entries.map((entry) => entry.id)")
    assert [one for one, times in Counter(filter(None, ids)).items() if times > 1] == []
    shown = visitor.chat.locator(".bubble").all_inner_texts()
    visitor.page.reload()
    expect(visitor.chat.locator(".bubble")).to_have_text(shown)


def test_two_tabs_show_the_same_talk(arrive: Arrive) -> None:
    visitor = arrive()
    visitor.open_chat()
    other = visitor.another_tab()
    other.open_chat()
    visitor.page.bring_to_front()
    visitor.say("How long does it last?")
    visitor.answered(re.compile("years"))
    expect(other.said_by("visitor")).to_have_text(["How long does it last?"])
    other.answered(re.compile("years"))
    other.say("Does it look real?")
    expect(visitor.said_by("visitor")).to_have_count(2)
    expect(visitor.chat.locator(".bubble")).to_have_count(other.chat.locator(".bubble").count())


def test_clearing_in_one_tab_clears_the_other(arrive: Arrive) -> None:
    visitor = arrive()
    visitor.open_chat()
    visitor.say("How long does it last?")
    visitor.answered(re.compile("years"))
    other = visitor.another_tab()
    other.open_chat()
    expect(other.said_by("visitor")).to_have_count(1)
    other.button("More").click()
    other.button("Clear this chat").click()
    other.button("Clear chat").click()
    expect(visitor.said_by("visitor")).to_have_count(0)
    expect(visitor.said_by("bot")).to_have_count(1)


def test_a_visitor_who_writes_too_fast_sees_a_countdown_and_needs_do_nothing(
    arrive: Arrive, device: dict[str, object]
) -> None:
    visitor = arrive(**device)
    visitor.open_chat()
    keys = keys_of(visitor)
    refused: list[int] = []

    def refuse_once(route: Route) -> None:
        if refused:
            return route.fallback()
        refused.append(429)
        return route.fulfill(**problem(429, "That was a lot at once.", retry_after=2))

    visitor.when_posting(refuse_once)
    visitor.say("How long does it last?")
    expect(visitor.chat.locator(".msg.visitor .status")).to_contain_text(re.compile(r"Sending in \d s"))
    visitor.answered(re.compile("years"))
    assert len(keys) == 2
    assert len(set(keys)) == 1


def test_a_visitor_is_given_the_phone_when_the_assistant_cannot_answer_and_can_try_again(
    arrive: Arrive, device: dict[str, object]
) -> None:
    visitor = arrive(**device)
    visitor.open_chat()
    detail = "I'm sorry, I can't answer just now. Please call us on 0161 496 0123."
    visitor.when_posting(lambda route: route.fulfill(**problem(503, detail)))
    visitor.say("How long does it last?")
    expect(visitor.chat.locator(".msg.visitor.failed")).to_contain_text(detail)
    expect(visitor.chat.locator(".detail").get_by_role("link", name="0161 496 0123")).to_have_attribute(
        "href", re.compile("^tel:")
    )
    visitor.when_posting(lambda route: route.fallback())
    visitor.page.unroute_all(behavior="ignoreErrors")
    visitor.button("Try again").click()
    visitor.answered(re.compile("years"))
    expect(visitor.chat.locator(".failed")).to_have_count(0)


def test_an_assistant_that_asks_to_be_tried_later_is_tried_later(arrive: Arrive) -> None:
    visitor = arrive()
    visitor.open_chat()
    refused: list[int] = []

    def refuse_once(route: Route) -> None:
        if refused:
            return route.fallback()
        refused.append(503)
        return route.fulfill(**problem(503, "Please call 0161 496 0123.", retry_after=1))

    visitor.when_posting(refuse_once)
    visitor.say("How long does it last?")
    expect(visitor.chat.locator(".detail")).to_contain_text("0161 496 0123")
    visitor.answered(re.compile("years"))
    expect(visitor.chat.locator(".detail")).to_have_count(0)


def test_a_refused_message_goes_back_into_the_field_to_be_changed(arrive: Arrive) -> None:
    visitor = arrive()
    visitor.open_chat()
    visitor.when_posting(lambda route: route.fulfill(**problem(422, "text: too long")))
    visitor.say("a very long story")
    expect(visitor.chat.locator(".failed")).to_contain_text("text: too long")
    visitor.button("Edit").click()
    expect(visitor.field).to_have_value("a very long story")
    expect(visitor.said_by("visitor")).to_have_count(0)


def test_a_talk_that_the_clinic_no_longer_has_begins_anew_and_keeps_the_words(arrive: Arrive) -> None:
    visitor = arrive()
    visitor.open_chat()
    first = visitor.inside("chat.talk.credentials.id")
    gone = problem(404, "Not found")
    visitor.when_posting(lambda route: route.fulfill(**gone) if first in route.request.url else route.fallback())
    visitor.say("Are you there?")
    expect(visitor.field).to_have_value("Are you there?")
    expect(visitor.log).to_contain_text("a new one was started")
    expect(visitor.said_by("bot")).to_have_count(1)


def test_a_visitor_can_leave_a_message_when_no_chat_can_be_opened(arrive: Arrive, device: dict[str, object]) -> None:
    visitor = arrive(before=lambda one: one.when_opening(lambda route: route.fulfill(**problem(503, "Down"))), **device)
    visitor.launcher.click()
    expect(visitor.chat.get_by_role("heading", name="Leave us a message")).to_be_focused()
    visitor.button("Send message").click()
    expect(visitor.chat.get_by_label("Name")).to_be_focused()
    expect(visitor.chat.get_by_label("Name")).to_have_attribute("aria-invalid", "true")
    visitor.chat.get_by_label("Name").fill("Alex Morgan")
    visitor.chat.get_by_label("Phone").fill("07700 900123")
    visitor.chat.get_by_label("How can we help?").fill("Please call me about a consultation.")
    visitor.chat.get_by_role("checkbox").check()
    with visitor.page.expect_response(re.compile("/api/contact$")) as answer:
        visitor.button("Send message").click()
    assert answer.value.ok, answer.value.text()
    expect(visitor.chat.get_by_role("heading", name="Thank you")).to_be_visible()


def test_the_form_says_which_field_the_clinic_cannot_use(arrive: Arrive) -> None:
    visitor = arrive(before=lambda one: one.when_opening(lambda route: route.abort()))
    refusal = problem(422, "phone: not a number", errors=[{"field": "phone", "message": "not a number"}])
    visitor.when_contacting(lambda route: route.fulfill(**refusal))
    visitor.launcher.click()
    visitor.chat.get_by_label("Name").fill("Alex")
    visitor.chat.get_by_label("Phone").fill("12")
    visitor.chat.get_by_label("How can we help?").fill("Hello")
    visitor.chat.get_by_role("checkbox").check()
    visitor.button("Send message").click()
    expect(visitor.chat.get_by_label("Phone")).to_be_focused()
    expect(visitor.chat.get_by_label("Phone")).to_have_accessible_description(re.compile("not a number"))


def test_a_visitor_gets_the_phone_number_when_even_the_form_fails_and_loses_no_word(
    arrive: Arrive, device: dict[str, object]
) -> None:
    visitor = arrive(before=lambda one: one.when_opening(lambda route: route.abort()), **device)
    visitor.when_contacting(lambda route: route.abort())
    visitor.launcher.click()
    visitor.chat.get_by_label("Name").fill("Alex")
    visitor.chat.get_by_label("E-mail").fill("alex@example.com")
    visitor.chat.get_by_label("How can we help?").fill("Hello")
    visitor.chat.get_by_role("checkbox").check()
    visitor.button("Send message").click()
    expect(visitor.chat.get_by_role("heading", name="Your message did not get through")).to_be_focused()
    expect(visitor.chat.get_by_role("link", name=re.compile(r"^[\d +]+$"))).to_have_attribute(
        "href", re.compile("^tel:")
    )
    visitor.button("Try again").click()
    expect(visitor.chat.get_by_label("How can we help?")).to_have_value("Hello")


def test_the_chat_comes_back_from_the_form_when_the_assistant_does(arrive: Arrive) -> None:
    visitor = arrive(before=lambda one: one.when_opening(lambda route: route.abort()))
    visitor.launcher.click()
    expect(visitor.chat.get_by_role("heading", name="Leave us a message")).to_be_visible()
    visitor.page.unroute_all(behavior="ignoreErrors")
    visitor.button("Try the chat again").click()
    expect(visitor.said_by("bot").first).to_be_visible()
    expect(visitor.field).to_be_visible()


def test_a_visitor_who_opens_the_chat_offline_is_greeted_when_the_network_is_back(arrive: Arrive) -> None:
    visitor = arrive()
    visitor.context.set_offline(True)
    visitor.launcher.click()
    expect(visitor.chat.locator(".banner")).to_contain_text("You are offline")
    visitor.context.set_offline(False)
    expect(visitor.said_by("bot").first).to_be_visible()
    expect(visitor.chat.locator(".banner")).to_be_hidden()


def test_the_live_line_is_taken_up_again_where_it_broke(arrive: Arrive) -> None:
    visitor = arrive(before=lambda one: one.hears(("state", {"state": "person", "staff": "Priya"})))
    visitor.open_chat()
    last = visitor.inside("chat.talk.last.id")
    for _ in range(2):
        with visitor.page.expect_request(re.compile(rf"/events\?after={last}$")):
            pass


def test_the_chat_works_where_storage_is_blocked(arrive: Arrive) -> None:
    block = (
        "for (const name of ['localStorage', 'sessionStorage'])"
        "Object.defineProperty(window, name, { get() { throw new DOMException('no') } });"
    )
    visitor = arrive(before=lambda one: one.page.add_init_script(block))
    visitor.open_chat()
    visitor.say("How long does it last?")
    visitor.answered(re.compile("years"))
    assert not visitor.complaints


def test_a_line_that_died_in_its_sleep_is_noticed_and_taken_up_again(arrive: Arrive) -> None:
    visitor = arrive(before=lambda one: one.page.clock.install())
    lines: list[Route] = []
    visitor.listening(lines.append)  # never a word on it
    visitor.open_chat()
    while not lines:
        visitor.page.evaluate("0")
    visitor.page.clock.fast_forward(60_000)
    assert len(lines) == 1
    visitor.page.clock.fast_forward(60_000)
    visitor.page.clock.run_for(20_000)
    while len(lines) < 2:
        visitor.page.evaluate("0")


def test_words_that_reached_the_clinic_by_the_form_are_not_sent_again_by_the_chat(arrive: Arrive) -> None:
    visitor = arrive(before=lambda one: one.when_opening(lambda route: route.abort()))
    visitor.page.get_by_role("button", name="How long does it last?").click()
    expect(visitor.chat.get_by_label("How can we help?")).to_have_value("How long does it last?")
    visitor.chat.get_by_label("Name").fill("Alex")
    visitor.chat.get_by_label("E-mail").fill("alex@example.com")
    visitor.chat.get_by_role("checkbox").check()
    visitor.button("Send message").click()
    expect(visitor.chat.get_by_role("heading", name="Thank you")).to_be_visible()
    visitor.page.unroute_all(behavior="ignoreErrors")
    visitor.button("Try the chat again").click()
    expect(visitor.said_by("bot")).to_have_count(1)
    expect(visitor.said_by("visitor")).to_have_count(0)


def test_the_button_is_there_even_if_the_server_never_answers(arrive: Arrive) -> None:
    visitor = arrive(before=lambda one: one.page.route("**/api/**", lambda route: None))
    expect(visitor.launcher).to_be_visible()
    visitor.launcher.click()
    expect(visitor.panel).to_be_visible()
