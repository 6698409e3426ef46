"""The chat is a good guest: safe, small, fast, and invisible to the page it stands on."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

from tests.browsing import box
from tests.widget.visitor import Visitor
from widget.build import snippets

Arrive = Callable[..., Visitor]
Serve = Callable[..., str]

pytestmark = pytest.mark.slow

PAGE = (
    "<!doctype html><html lang=en><head><meta charset=utf-8><title>A clinic</title>{head}</head>"
    "<body><h1>A clinic</h1><p>Text</p>{body}</body></html>"
)


def test_the_chat_works_under_the_strictest_policy_on_another_origin(
    arrive: Arrive, host_page: Serve, base_url: str
) -> None:
    policy = (
        f"default-src 'none'; script-src {base_url}; style-src 'self'; connect-src {base_url}; "
        "require-trusted-types-for 'script'; base-uri 'none'"
    )
    visitor = arrive(host_page(PAGE.format(head=snippets(base_url).splitlines()[0], body=""), policy))
    visitor.open_chat()
    visitor.say("How long does it last?")
    visitor.answered(re.compile("years"))
    expect(visitor.panel).to_have_css("width", "404px")
    expect(visitor.panel.locator(".header")).not_to_have_css("background-color", "rgba(0, 0, 0, 0)")
    assert not visitor.complaints
    assert visitor.context.cookies() == []


def test_a_pinned_script_is_accepted_with_its_integrity_and_refused_with_another(
    arrive: Arrive, host_page: Serve, base_url: str
) -> None:
    pinned = snippets(base_url).splitlines()[1]
    visitor = arrive(host_page(PAGE.format(head=pinned, body="")))
    visitor.open_chat()
    wrong = re.sub(r"sha384-....", "sha384-AAAA", pinned)
    visitor.page.goto(host_page(PAGE.format(head=wrong, body="")))
    visitor.page.wait_for_load_state("load")
    assert visitor.chat.count() == 0


def test_the_chat_asks_nobody_but_its_own_server(arrive: Arrive, base_url: str) -> None:
    asked: list[str] = []
    visitor = arrive(before=lambda one: one.page.on("request", lambda request: asked.append(request.url)))
    visitor.open_chat()
    visitor.say("How long does it last?")
    visitor.answered(re.compile("years"))
    assert {"/".join(url.split("/")[:3]) for url in asked if not url.startswith("data:")} == {base_url}


def test_the_page_gains_no_global_no_cookie_and_only_storage_of_ours(
    arrive: Arrive, host_page: Serve, base_url: str
) -> None:
    before = "<script>window.before = Object.getOwnPropertyNames(window)</script>"
    visitor = arrive(host_page(PAGE.format(head="", body=before + snippets(base_url).splitlines()[0])))
    visitor.open_chat()
    now = visitor.page.evaluate("Object.getOwnPropertyNames(window)")
    assert set(now) - set(visitor.page.evaluate("window.before")) == {"before"}
    assert visitor.page.evaluate("document.cookie") == ""
    assert visitor.context.cookies() == []
    keys = visitor.page.evaluate("[...Object.keys(localStorage), ...Object.keys(sessionStorage)]")
    assert keys
    assert all(key.startswith("hairline:") for key in keys)


HOSTILE = """<style>
body * { all: unset !important; color: red !important; font-size: 40px !important; transform: rotate(3deg) !important; }
hairline-chat { display: none !important; opacity: 0 !important; width: 10px !important; }
button { position: static !important; }
</style>"""


def test_the_styles_of_a_hostile_page_do_not_reach_the_chat_nor_the_chats_the_page(
    arrive: Arrive, host_page: Serve, base_url: str
) -> None:
    calm = arrive(host_page(PAGE.format(head="", body=f"<script src='{base_url}/widget.js' async></script>")))
    calm.open_chat()
    hostile = arrive(host_page(PAGE.format(head=HOSTILE, body=f"<script src='{base_url}/widget.js' async></script>")))
    hostile.open_chat()
    assert box(hostile.panel) == box(calm.panel)
    expect(hostile.said_by("bot").first).to_have_css("font-size", "15px")
    expect(calm.page.locator("h1")).to_have_css("font-size", "32px")
    assert calm.page.evaluate("document.adoptedStyleSheets.length + document.querySelectorAll('style').length") == 0


def test_the_pages_own_shortcuts_do_not_fire_while_a_visitor_writes(arrive: Arrive) -> None:
    visitor = arrive()
    visitor.page.evaluate(
        "document.addEventListener('keydown', (event) => (window.pressed = (window.pressed ?? '') + event.key))"
    )
    visitor.open_chat()
    visitor.field.press_sequentially("sk/")
    assert visitor.page.evaluate("window.pressed") is None


def test_a_script_that_is_included_twice_makes_one_chat(arrive: Arrive, host_page: Serve, base_url: str) -> None:
    tag = f"<script src='{base_url}/widget.js' async></script>"
    visitor = arrive(host_page(PAGE.format(head=tag, body=tag)))
    visitor.page.wait_for_load_state("load")
    expect(visitor.chat).to_have_count(1)


@pytest.mark.parametrize("position", ["left", "right"])
def test_the_chat_stands_where_the_clinic_wants_it(arrive: Arrive, position: str) -> None:
    visitor = arrive(before=lambda one: one.profile(position=position))
    visitor.open_chat()
    for part in (visitor.launcher, visitor.panel):
        place = box(part)
        assert (place["x"] + place["width"] / 2 < 640) == (position == "left")


def test_the_clinic_may_say_everything_in_its_own_words(arrive: Arrive) -> None:
    words = {"write": "Schreiben Sie uns", "open": "Fragen?", "assistant": "Digitale Assistentin", "language": "de"}
    visitor = arrive(before=lambda one: one.profile(strings=words))
    expect(visitor.launcher).to_have_accessible_name("Fragen?")
    visitor.open_chat()
    expect(visitor.field).to_have_attribute("placeholder", "Schreiben Sie uns")
    expect(visitor.panel).to_contain_text("Digitale Assistentin")


def test_the_line_beside_the_button_goes_when_sent_away_and_stays_away(arrive: Arrive) -> None:
    visitor = arrive(before=lambda one: one.profile(greeting="Questions? Ask here."))
    expect(visitor.chat.locator(".teaser")).to_contain_text("Questions? Ask here.")
    visitor.chat.locator(".teaser .icon").click()
    expect(visitor.chat.locator(".teaser")).to_have_count(0)
    expect(visitor.launcher).to_be_focused()
    visitor.page.reload()
    expect(visitor.launcher).to_be_visible()
    expect(visitor.chat.locator(".teaser")).to_have_count(0)


def test_the_panel_is_there_before_the_press_ends_and_waits_for_nothing(
    arrive: Arrive, device: dict[str, object]
) -> None:
    visitor = arrive(**device)
    shown = visitor.inside(
        "(root.querySelector('.launcher').click(), root.querySelector('.panel').getBoundingClientRect().height)"
    )
    assert shown > 0


def test_the_page_does_not_wait_for_the_chat(arrive: Arrive, host_page: Serve, base_url: str) -> None:
    held: list[Route] = []
    address = host_page(
        PAGE.format(head=f"<script src='{base_url}/widget.js' async></script>", body="<p id=end>End</p>")
    )
    visitor = Visitor(arrive().context, base_url)
    visitor.page.route("**/widget.js", lambda route: held.append(route))
    visitor.page.goto(address, wait_until="domcontentloaded")
    expect(visitor.page.locator("#end")).to_be_visible()
    assert held
    assert visitor.chat.count() == 0
