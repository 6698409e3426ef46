"""What a member of staff sees and does at the desk, for tests that read as sentences."""

import re

from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, expect

PASSWORD = "correct horse battery staple"


class Member:
    """A member of staff and the browser tab they look at."""

    def __init__(self, context: BrowserContext, url: str, name: str) -> None:
        self.page = context.new_page()
        self.url = url
        self.name = name
        self.complaints: list[str] = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._console)

    def _console(self, said: ConsoleMessage) -> None:
        if said.type == "error" and "Content Security Policy" in said.text:
            self.complaints.append(said.text)

    def sign_in(self, email: str) -> None:
        """Sign in by e-mail address and password."""
        self.page.goto(f"{self.url}/desk/login")
        self.page.get_by_label("E-mail address").fill(email)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        expect(self.page.get_by_role("heading", name="Leads")).to_be_visible()

    def go(self, path: str) -> None:
        """Open a page of the desk."""
        self.page.goto(f"{self.url}{path}")

    def section(self, name: str) -> None:
        """Take a section of the navigation."""
        self.page.get_by_role("navigation", name="Desk").get_by_role("link", name=re.compile(name)).click()
        expect(self.page.get_by_role("heading", level=1)).to_be_visible()

    def press(self, name: str) -> None:
        """Press a button."""
        self.page.get_by_role("button", name=name).click()

    def badge(self, name: str) -> Locator:
        """The number beside "leads", "waiting" or "questions"."""
        return self.page.locator(f'[data-badge="{name}"]')

    def heard(self, text: str, author: str = "visitor") -> Locator:
        """What stands in the open talk."""
        return self.page.locator(f"#messages li.{author} p").filter(has_text=text)

    def write(self, text: str) -> None:
        """Write to the visitor of the open talk."""
        self.page.get_by_label("To the visitor").fill(text)
        self.press("Send")
