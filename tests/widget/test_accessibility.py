"""Everybody can use the chat: WCAG 2.2 AA in every state, by keyboard alone, zoomed, and in any brand colour."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browsing import box
from tests.widget.visitor import Visitor, choices, message, problem

Arrive = Callable[..., Visitor]

pytestmark = pytest.mark.slow


@pytest.fixture(params=["light", "dark"])
def scheme(request: pytest.FixtureRequest) -> str:
    """Both appearances."""
    return str(request.param)


def test_axe_finds_nothing_while_a_visitor_talks(arrive: Arrive, device: dict[str, object], scheme: str) -> None:
    visitor = arrive(**device, color_scheme=scheme)
    visitor.meets_wcag()
    visitor.open_chat()
    visitor.meets_wcag()
    visitor.say("How long does it last?")
    visitor.answered(re.compile("years"))
    visitor.button("Where does this come from?").first.click()
    expect(visitor.chat.locator(".sources li").first).to_be_visible()
    visitor.button("Helpful").first.click()
    visitor.meets_wcag()
    visitor.is_told(message("How can the clinic reach you?", asks_for="contact"))
    visitor.say("book")
    expect(visitor.button("In words")).to_be_visible()
    visitor.meets_wcag()
    visitor.is_told(message("When would suit you?", asks_for="time", choices=choices("Any time", "Thursday afternoon")))
    visitor.say("07700 900123")
    visitor.button("Pick a date and time").click()
    visitor.meets_wcag()
    text = "Here it is:\nName: Alex\nPhone: 07700 900123\nAll right?"
    visitor.is_told(message(text, asks_for="confirm", choices=choices("Send", "Change the name")))
    visitor.say("any time")
    expect(visitor.chat.locator(".card")).to_be_visible()
    visitor.meets_wcag()


def test_axe_finds_nothing_in_the_menu_and_its_questions(
    arrive: Arrive, device: dict[str, object], scheme: str
) -> None:
    visitor = arrive(**device, color_scheme=scheme)
    visitor.open_chat()
    visitor.button("More").click()
    visitor.meets_wcag()
    visitor.button("Your privacy").click()
    visitor.meets_wcag()
    visitor.button("OK").click()
    visitor.button("More").click()
    visitor.button("Clear this chat").click()
    visitor.meets_wcag()


def test_axe_finds_nothing_where_something_went_wrong(arrive: Arrive, device: dict[str, object], scheme: str) -> None:
    visitor = arrive(**device, color_scheme=scheme)
    visitor.open_chat()
    visitor.when_posting(lambda route: route.fulfill(**problem(503, "Please call 0161 496 0123.")))
    visitor.say("Hello?")
    expect(visitor.button("Try again")).to_be_visible()
    visitor.meets_wcag()
    visitor.when_posting(lambda route: route.fulfill(**problem(429, "Slowly", retry_after=30)))
    visitor.say("Hello again?")
    expect(visitor.chat.locator(".status").last).to_contain_text("Sending in")
    visitor.meets_wcag()
    visitor.context.set_offline(True)
    expect(visitor.chat.locator(".banner")).to_be_visible()
    visitor.meets_wcag()


def test_axe_finds_nothing_while_staff_write(arrive: Arrive, device: dict[str, object], scheme: str) -> None:
    hello = message("Hello, Priya here.", author="staff", staff="Priya")
    waiting = ("state", {"state": "waiting", "staff": None})
    visitor = arrive(before=lambda one: one.hears(waiting), **device, color_scheme=scheme)
    visitor.open_chat()
    expect(visitor.panel).to_contain_text("Waiting for a colleague")
    visitor.meets_wcag()
    visitor.hears(("state", {"state": "person", "staff": "Priya"}), ("message", hello))
    expect(visitor.said_by("staff")).to_be_visible()
    visitor.meets_wcag()
    visitor.button("Close the chat").first.click()
    visitor.hears(("message", message("Still there?", author="staff")))
    expect(visitor.chat.locator(".badge")).to_be_visible()
    visitor.meets_wcag()


def test_axe_finds_nothing_in_the_contact_form_and_after_it(
    arrive: Arrive, device: dict[str, object], scheme: str
) -> None:
    visitor = arrive(before=lambda one: one.when_opening(lambda route: route.abort()), **device, color_scheme=scheme)
    visitor.when_contacting(lambda route: route.abort())
    visitor.launcher.click()
    expect(visitor.chat.get_by_role("heading", name="Leave us a message")).to_be_visible()
    visitor.button("Send message").click()
    expect(visitor.chat.get_by_label("Name")).to_be_focused()
    visitor.meets_wcag()
    visitor.chat.get_by_label("Name").fill("Alex")
    visitor.chat.get_by_label("E-mail").fill("alex@example.com")
    visitor.chat.get_by_label("How can we help?").fill("Hello")
    visitor.chat.get_by_role("checkbox").check()
    visitor.button("Send message").click()
    expect(visitor.chat.get_by_role("heading", name="Your message did not get through")).to_be_visible()
    visitor.meets_wcag()


@pytest.mark.parametrize(
    "colours",
    [
        ("#ffd400", "#ffffff"),
        ("#808080", "#888888"),
        ("#000000", "#000000"),
        ("#ffffff", "#ffffff"),
        ("#ff5a8a", "#fff"),
        ("nonsense", "url(x)"),
    ],
)
def test_words_stay_readable_in_whatever_colours_a_clinic_chose(
    arrive: Arrive, colours: tuple[str, str], scheme: str
) -> None:
    brand = {"accent": colours[0], "accent_text": colours[1], "logo_text": "Bright"}
    visitor = arrive(before=lambda one: one.profile(brand=brand), color_scheme=scheme)
    visitor.open_chat()
    text = "Call 0161 496 0123 or see https://a.example."
    visitor.is_told(message(text, asks_for="contact", choices=choices("Yes", "No")))
    visitor.say("Hello")
    expect(visitor.button("In words")).to_be_visible()
    visitor.meets_wcag()
    assert not visitor.complaints


def test_the_demo_page_itself_meets_wcag(arrive: Arrive, device: dict[str, object]) -> None:
    visitor = arrive(**device)
    visitor.meets_wcag(None)


def test_a_visitor_needs_no_mouse(arrive: Arrive) -> None:
    visitor = arrive()
    keyboard = visitor.page.keyboard
    visitor.launcher.focus()
    keyboard.press("Enter")
    expect(visitor.field).to_be_focused()
    expect(visitor.said_by("bot").first).to_be_visible()
    keyboard.press("Shift+Tab")
    expect(visitor.suggestions.last).to_be_focused()
    keyboard.press("Enter")
    expect(visitor.said_by("visitor")).to_have_count(1)
    expect(visitor.field).to_be_focused()
    expect(visitor.said_by("bot").nth(1)).to_be_visible()
    visitor.button("More").focus()
    keyboard.press("Enter")
    expect(visitor.button("Turn sound on")).to_be_focused()
    keyboard.press("Escape")
    expect(visitor.button("More")).to_be_focused()
    expect(visitor.panel).to_be_visible()
    keyboard.press("Escape")
    expect(visitor.panel).to_be_hidden()
    expect(visitor.launcher).to_be_focused()


def test_the_focus_moves_from_the_header_over_the_talk_to_the_field(arrive: Arrive) -> None:
    visitor = arrive()
    visitor.open_chat()
    visitor.button("More").focus()
    stops = []
    for _ in range(12):
        stops.append(visitor.inside("root.activeElement && (root.activeElement.id || root.activeElement.className)"))
        if stops[-1] == "field":
            break
        visitor.page.keyboard.press("Tab")
    assert stops[:3] == ["icon", "icon", "scroller"]
    assert stops[-1] == "field"
    assert set(stops[3:-1]) == {"choice"}


def test_the_focus_goes_back_to_what_opened_the_chat(arrive: Arrive) -> None:
    visitor = arrive()
    opener = visitor.page.get_by_role("link", name="Ask a question first")
    opener.press("Enter")
    expect(visitor.said_by("bot").first).to_be_visible()
    visitor.page.keyboard.press("Escape")
    expect(opener).to_be_focused()


def test_on_a_phone_the_focus_stays_in_the_dialog_and_no_keyboard_jumps_up(
    arrive: Arrive, phone: dict[str, object]
) -> None:
    visitor = arrive(**phone)
    visitor.open_chat()
    expect(visitor.panel).to_have_attribute("aria-modal", "true")
    expect(visitor.field).not_to_be_focused()
    expect(visitor.chat.get_by_role("heading", level=2)).to_be_focused()
    visitor.page.keyboard.press("Shift+Tab")
    for _ in range(14):
        visitor.page.keyboard.press("Tab")
        assert visitor.inside("document.activeElement === chat && root.activeElement.closest('.panel') !== null")


def test_a_screen_reader_hears_what_is_said_and_by_whom(arrive: Arrive) -> None:
    visitor = arrive()
    visitor.open_chat()
    expect(visitor.log).to_have_accessible_name("Conversation")
    expect(visitor.panel).to_have_accessible_name(re.compile("."))
    visitor.is_told(message("An answer.", sources=["F01"], topics=["longevity"]))
    visitor.say("A question")
    visitor.answered("An answer.")
    expect(visitor.chat.locator(".msg.visitor")).to_contain_text("You: ")
    expect(visitor.chat.locator(".tools")).to_have_attribute("aria-live", "off")
    # Answers that follow each other share one name on the screen; the one before is still in reach.
    expect(visitor.chat.locator(".msg.bot .head b").last).to_have_text("Virtual assistant")


def test_everything_one_can_press_is_large_enough(arrive: Arrive, device: dict[str, object]) -> None:
    visitor = arrive(**device)
    visitor.open_chat()
    answer = message("Years.", sources=["F01"], topics=["longevity"])
    visitor.is_told(answer, message("How can the clinic reach you?", asks_for="contact", choices=choices("A", "B")))
    visitor.say("Hello")
    expect(visitor.button("In words")).to_be_visible()
    for button in [*visitor.chat.get_by_role("button").all(), visitor.field]:
        place = box(button)
        assert min(place["width"], place["height"]) >= 24, button.get_attribute("aria-label") or button.inner_text()


def test_nothing_moves_for_a_visitor_who_wants_no_motion(arrive: Arrive) -> None:
    visitor = arrive(reduced_motion="reduce")
    visitor.open_chat()
    visitor.is_told(message("The first."), message("The second."))
    visitor.say("Tell me two things")
    visitor.answered("The second.")
    assert visitor.inside("root.getAnimations().length") == 0


@pytest.mark.parametrize(("width", "height"), [(640, 430), (320, 256), (320, 568)])
def test_the_chat_can_be_used_at_200_and_400_percent_and_on_the_smallest_phone(
    arrive: Arrive, width: int, height: int
) -> None:
    visitor = arrive(viewport={"width": width, "height": height})
    visitor.open_chat()
    visitor.say("How long does it last?")
    visitor.answered(re.compile("years"))
    place = box(visitor.panel)
    assert min(place["x"], place["y"]) >= 0
    assert place["x"] + place["width"] <= width
    assert place["y"] + place["height"] <= height
    expect(visitor.field).to_be_in_viewport(ratio=1)
    assert visitor.inside("chat.scroller.scrollWidth - chat.scroller.clientWidth") == 0


def test_with_the_keyboard_up_field_and_newest_message_stay_in_sight(arrive: Arrive, phone: dict[str, object]) -> None:
    visitor = arrive(**phone)
    visitor.open_chat()
    visitor.say("How long does it last?")
    newest = visitor.answered(re.compile("years"))
    # What a phone does when its keyboard comes: the visual viewport shrinks, the layout does not.
    visitor.page.evaluate(
        "() => { Object.defineProperty(visualViewport, 'height', { get: () => 480 });"
        "visualViewport.dispatchEvent(new Event('resize')) }"
    )
    assert round(box(visitor.panel)["height"]) == 480
    field = box(visitor.field)
    assert field["y"] + field["height"] <= 480
    expect(newest).to_be_in_viewport()


def test_no_field_is_small_enough_for_a_phone_to_zoom_in(arrive: Arrive, phone: dict[str, object]) -> None:
    visitor = arrive(before=lambda one: one.when_opening(lambda route: route.abort()), **phone)
    visitor.launcher.click()
    expect(visitor.chat.get_by_role("heading", name="Leave us a message")).to_be_visible()
    sizes = "[...root.querySelectorAll('input, textarea')].map((one) => parseFloat(getComputedStyle(one).fontSize))"
    assert min(visitor.inside(sizes)) >= 16
