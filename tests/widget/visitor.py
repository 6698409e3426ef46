"""What a visitor sees and does in the chat, for tests that read as sentences."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from typing import Any, Self

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import BrowserContext, Locator, Page, Route, expect

_numbers = count(1)
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RULES = {"runOnly": {"type": "tag", "values": TAGS}}


def message(text: str, author: str = "bot", **more: Any) -> dict[str, Any]:
    """Give a message as the server would."""
    at = datetime.now(UTC).isoformat()
    plain: dict[str, Any] = {"choices": [], "asks_for": None, "topics": [], "sources": []}
    return {"id": f"m_f{next(_numbers):05x}", "author": author, "at": at, "text": text, **plain, **more}


def choices(*titles: str) -> list[dict[str, str]]:
    """Give quick replies."""
    return [{"id": f"choice:{title}", "title": title} for title in titles]


def problem(status: int, detail: str = "", retry_after: int | None = None, **more: Any) -> dict[str, Any]:
    """Give a refusal for `route.fulfill`."""
    shown = {"type": "about:blank", "title": "Problem", "status": status, "detail": detail, **more}
    headers = {"Retry-After": str(retry_after)} if retry_after else {}
    return {
        "status": status,
        "headers": {"Content-Type": "application/problem+json", **headers},
        "body": json.dumps(shown),
    }


class Visitor:
    """A visitor and the browser tab they look at."""

    def __init__(self, context: BrowserContext, base_url: str, page: Page | None = None) -> None:
        self.context = context
        self.base_url = base_url
        self.page = page or context.new_page()
        self.complaints: list[str] = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._console)

    def _console(self, said: Any) -> None:
        if said.type == "error" and "Content Security Policy" in said.text:
            self.complaints.append(said.text)

    # --- the parts of the chat ---

    @property
    def chat(self) -> Locator:
        """The custom element."""
        return self.page.locator("hairline-chat")

    @property
    def launcher(self) -> Locator:
        """The button in the corner."""
        return self.chat.locator(".launcher")

    @property
    def panel(self) -> Locator:
        """The dialog."""
        return self.chat.get_by_role("dialog", name=re.compile("."))

    @property
    def log(self) -> Locator:
        """Everything said."""
        return self.chat.get_by_role("log")

    @property
    def field(self) -> Locator:
        """Where one writes."""
        return self.chat.locator("#field")

    @property
    def suggestions(self) -> Locator:
        """The quick replies on offer."""
        return self.chat.locator(".choices button")

    def said_by(self, author: str) -> Locator:
        """The bubbles of "bot", "staff" or "visitor"."""
        return self.chat.locator(f".msg.{author} .bubble")

    def button(self, name: str | re.Pattern[str]) -> Locator:
        """A button of the chat, by its whole name or a pattern."""
        return self.chat.get_by_role("button", name=name, exact=isinstance(name, str))

    # --- what a visitor does ---

    def visit(self, url: str) -> None:
        """Go to a page with the chat and wait for its button."""
        self.page.goto(url)
        expect(self.launcher).to_be_visible()

    def another_tab(self) -> Self:
        """Open the same page in a second tab."""
        other = type(self)(self.context, self.base_url)
        other.visit(self.page.url)
        return other

    def open_chat(self) -> None:
        """Open the chat and wait for the greeting."""
        self.launcher.click()
        expect(self.said_by("bot").first).to_be_visible()

    def say(self, text: str) -> None:
        """Write a message and send it."""
        self.field.fill(text)
        self.field.press("Enter")

    def choose(self, title: str | re.Pattern[str]) -> None:
        """Take a quick reply."""
        self.suggestions.filter(has_text=title).first.click()

    def answered(self, text: str | re.Pattern[str]) -> Locator:
        """Wait until the assistant said something."""
        bubble = self.said_by("bot").filter(has_text=text)
        expect(bubble.last).to_be_visible()
        return bubble.last

    # --- what stands between a visitor and the server ---

    def when_posting(self, handle: Callable[[Route], object]) -> None:
        """Let a function answer the next posts of messages instead of the server."""
        self._route(r"/api/conversations/[^/]+/messages$", "POST", handle)

    def when_opening(self, handle: Callable[[Route], object]) -> None:
        """Let a function answer when a conversation is to be opened."""
        self._route(r"/api/conversations$", "POST", handle)

    def when_contacting(self, handle: Callable[[Route], object]) -> None:
        """Let a function take the contact form."""
        self._route(r"/api/contact$", "POST", handle)

    def profile(self, **changes: Any) -> None:
        """Give the clinic another profile."""

        changed = {**self.context.request.get(f"{self.base_url}/api/widget").json(), **changes}
        self._route(r"/api/widget$", "GET", lambda route: route.fulfill(status=200, json=changed))

    def is_told(self, *messages: dict[str, Any]) -> None:
        """Let the server say exactly this to the next message, whatever it is."""
        body = json.dumps({"messages": list(messages), "state": "bot", "staff": None})
        self.when_posting(lambda route: route.fulfill(status=200, content_type="application/json", body=body))

    def hears(self, *events: tuple[str, dict[str, Any]]) -> None:
        """Let the live line say this from its next opening on."""
        body = "".join(f"event: {kind}\ndata: {json.dumps(content)}\n\n" for kind, content in events)
        self.listening(lambda route: route.fulfill(status=200, content_type="text/event-stream", body=body))

    def listening(self, handle: Callable[[Route], object]) -> None:
        """Let a function take the live line."""
        self._route(r"/api/conversations/[^/]+/events(\?.*)?$", "GET", handle)

    def _route(self, path: str, method: str, handle: Callable[[Route], object]) -> None:
        pattern = re.compile(re.escape(self.base_url) + path)
        self.page.route(pattern, lambda route: handle(route) if route.request.method == method else route.fallback())

    # --- what must hold ---

    def meets_wcag(self, context: str | None = "hairline-chat") -> None:
        """Have axe look at the chat, or with None at the page as well. Animations change colours and are waited for."""
        passing = "[...root.getAnimations()].filter((one) => one.effect.getTiming().iterations !== Infinity)"
        self.inside(f"Promise.allSettled({passing}.map((one) => one.finished)).then(() => null)")
        found = Axe().run(self.page, context=context, options=RULES).response["violations"]
        shown = [
            f"{one['id']}: {one['help']}: {node['target']} {node.get('failureSummary', '')}"
            for one in found
            for node in one["nodes"]
        ]
        assert not shown, "\n".join(shown)

    def inside(self, expression: str) -> Any:
        """What a JavaScript expression gives, in which `chat` is the element and `root` its shadow root."""
        chat = "document.querySelector('hairline-chat')"
        return self.page.evaluate(f"((chat, root) => {expression})({chat}, {chat}.shadowRoot)")
