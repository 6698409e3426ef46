"""Takes the pictures in docs/screenshots: python -m tests.widget.screenshots http://127.0.0.1:8000

The system must run there. Nothing but the address differs from what a visitor does.
"""

import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import expect, sync_playwright

from tests.widget.conftest import DESKTOP, PHONE
from tests.widget.visitor import Visitor, message, problem

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screenshots"


def greeting(visitor: Visitor) -> None:
    """The chat as it opens."""
    visitor.open_chat()


def answer(visitor: Visitor) -> None:
    """An answer and where it comes from."""
    visitor.open_chat()
    visitor.say("How long does it last?")
    visitor.answered(re.compile("years"))
    visitor.button("Where does this come from?").first.click()
    expect(visitor.chat.locator(".sources li").first).to_be_visible()


def review(visitor: Visitor) -> None:
    """The summary of a booking."""
    visitor.open_chat()
    visitor.say("I'd like to book a consultation")
    expect(visitor.field).to_have_attribute("autocomplete", "name")
    visitor.say("Alex Morgan")
    expect(visitor.field).to_have_attribute("type", "tel")
    visitor.say("07700 900123")
    visitor.choose(re.compile("receding", re.IGNORECASE))
    expect(visitor.button("Pick a date and time")).to_be_visible()
    visitor.say("any time")
    visitor.choose(re.compile("yes, i agree", re.IGNORECASE))
    expect(visitor.chat.locator(".card")).to_be_visible()


def person(visitor: Visitor) -> None:
    """A member of staff writes."""
    hello = message("Hi, this is Priya from the studio. How can I help?", author="staff", staff="Priya")
    visitor.hears(("state", {"state": "person", "staff": "Priya"}), ("message", hello))
    visitor.open_chat()
    expect(visitor.said_by("staff")).to_be_visible()


def offline(visitor: Visitor) -> None:
    """The network is gone."""
    visitor.open_chat()
    visitor.context.set_offline(True)
    expect(visitor.chat.locator(".banner")).to_be_visible()
    visitor.say("Does it look real?")
    expect(visitor.chat.locator(".msg.visitor .status")).to_contain_text("Will be sent")


def down(visitor: Visitor) -> None:
    """The assistant cannot answer."""
    visitor.open_chat()
    visitor.when_posting(
        lambda route: route.fulfill(**problem(503, "I can't answer just now. Please call 0161 496 0123."))
    )
    visitor.say("Does it look real?")
    expect(visitor.button("Try again")).to_be_visible()


def form(visitor: Visitor) -> None:
    """No chat can be opened."""
    visitor.when_opening(lambda route: route.abort())
    visitor.launcher.click()
    expect(visitor.chat.get_by_role("heading", name="Leave us a message")).to_be_visible()


DARK: dict[str, Any] = {"color_scheme": "dark"}
PICTURES: list[tuple[str, dict[str, Any], Callable[[Visitor], None] | None]] = [
    ("demo", DESKTOP, None),
    ("greeting", DESKTOP, greeting),
    ("answer", DESKTOP, answer),
    ("review", DESKTOP, review),
    ("greeting-phone", PHONE, greeting),
    ("answer-phone-dark", PHONE | DARK, answer),
    ("review-phone", PHONE, review),
    ("person-phone", PHONE, person),
    ("offline-phone", PHONE, offline),
    ("down-phone", PHONE, down),
    ("form-phone", PHONE, form),
]


def main(address: str) -> None:
    """Take all of them."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, device, show in PICTURES:
            context = browser.new_context(**{**device, "device_scale_factor": 1, "reduced_motion": "reduce"})
            visitor = Visitor(context, address.rstrip("/"))
            visitor.visit(address)
            visitor.page.evaluate("document.fonts.ready.then(() => null)")
            if show:
                show(visitor)
            visitor.page.screenshot(path=FOLDER / f"{name}.png")
            context.close()
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1])
