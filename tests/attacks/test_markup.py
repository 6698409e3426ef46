"""Markup in every field that people write, on the visitor's and the desk's pages, with the pages' policy switched off.

What runs is noticed by a mark on the window, a dialog or a request to a foreign host; what is injected without running,
by a look at every element and attribute. The payloads are put into the store, past every check of what comes in.
"""

import html
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import batched

import pytest
import yaml
from playwright.sync_api import Browser, Dialog, Error, Page, Route
from sqlalchemy import select

from hairline.compose import Hairline, build
from leads.audit import note_action
from leads.conversations import add_message, open_conversation
from leads.records import Account, ClinicAnswer, Conversation, Delivery, OpenQuestion
from leads.store import new_id, utc_now
from tests.attacks.bots import HairlineBot
from tests.attacks.forms import count, report
from tests.attacks.payloads import ELSEWHERE, INJECTED, payloads
from tests.attacks.people import owner_session
from tests.browsing import leave
from tests.web.leads import put_lead
from tests.widget.visitor import Visitor

pytestmark = pytest.mark.slow

TOGETHER = 40
"""Payloads on one page where a field may stand there many times."""


class Watched:
    """A tab that notices whatever runs or is injected."""

    def __init__(self, browser: Browser, cookie: dict[str, str] | None = None) -> None:
        self.context = browser.new_context(bypass_csp=True, viewport={"width": 1280, "height": 900})
        if cookie:
            self.context.add_cookies([cookie])  # type: ignore[list-item]
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(60_000)
        self.noticed: list[str] = []
        self.page.on("dialog", self._dialog)
        self.context.route(f"**://{ELSEWHERE}/**", self._foreign)

    def _dialog(self, dialog: Dialog) -> None:
        self.noticed.append("dialog")
        dialog.dismiss()

    def _foreign(self, route: Route) -> None:
        self.noticed.append(f"request to {route.request.url}")
        route.abort()

    def serve(self, content: str) -> None:
        """Show a page of somebody else's with this content."""
        self.context.unroute("http://naive.example/*")
        self.context.route(
            "http://naive.example/*", lambda route: route.fulfill(content_type="text/html", body=content)
        )
        self.page.goto("http://naive.example/", wait_until="domcontentloaded")

    def look(self) -> list[str]:
        """What was noticed on this page, and forget it."""
        try:
            found = self.page.evaluate(INJECTED)
        except Error:  # something on it navigated away
            self.page.wait_for_load_state()
            found = {"ran": 0, "injected": ["navigation"]}
        noticed = [*self.noticed, *found["injected"], *(["ran"] if found["ran"] else [])]
        self.noticed.clear()
        return noticed


@contextmanager
def watched(browser: Browser, cookie: dict[str, str] | None = None) -> Iterator[Watched]:
    """A tab, closed in the end."""
    tab = Watched(browser, cookie)
    try:
        yield tab
    finally:
        leave(tab.context)


@pytest.fixture(scope="module")
def parts(hairline_bot: HairlineBot) -> Iterator[Hairline]:
    """The parts of the running system, to put into its store what no input lets through."""
    built = build(hairline_bot.system.settings)
    yield built
    built.store.close()


def fill(parts: Hairline, conversation: str, texts: list[str]) -> None:
    """Put messages of everybody with quick replies, topics and names into a talk."""
    with parts.store.transaction() as session:
        talk = session.get(Conversation, conversation)
        assert talk is not None
        for text in texts:
            add_message(session, talk, "visitor", text)
            choices = [{"id": text, "title": text, "topic": text}]
            add_message(session, talk, "bot", text, choices=choices, topics=[text], sources=[text])
            add_message(session, talk, "bot", f"Name: {text}\nPhone: {text}\n{text}", asks_for="confirm")
            add_message(session, talk, "staff", text, staff=text[:200])


def put_everywhere(parts: Hairline, payload: str) -> tuple[str, str]:
    """A lead and its talk with a payload in every field that holds text; the reference and the conversation."""
    now = utc_now()
    with parts.store.transaction() as session:
        talk = open_conversation(session, f"https://clinic.example/{payload}").conversation
        talk.state, talk.staff, talk.staff_actor = "person", payload[:200], payload[:200]
        asked = OpenQuestion(
            id=new_id("q"), conversation_id=talk.id, message_id="m_0", text=payload, topic=payload[:40]
        )
        asked.asked_at = now
        given = ClinicAnswer(
            id=new_id("k"), question=payload, text=payload, topic=payload[:40], vectors=b"", author=payload
        )
        given.created_at = given.updated_at = now
        given.published = True
        person = Account(id=new_id("a"), email=f"{new_id('x')}{payload}"[:320], name=payload[:200], role="staff")
        person.created_at = now
        session.add_all([asked, given, person])
        note_action(session, payload, payload[:60], payload)
        conversation = talk.id
    fill(parts, conversation, [payload])
    reference = put_lead(
        parts,
        ("webhook",),
        conversation_id=conversation,
        name=payload,
        email=payload[:320],
        concern_category=payload[:30],
        concern_text=payload,
        time_text=payload,
        page=f"https://clinic.example/{payload}",
        questions=[payload],
        open_questions=[payload],
        notes=[{"text": payload, "by": payload, "at": now.isoformat()}],
        assignee=payload[:200],
        consent={"given": True, "text": payload, "version": payload, "at": now.isoformat(), "conditions": payload},
        for_someone_else=True,
        someone_else=payload,
        asked_by=payload,
        remarks=[payload],
    )
    with parts.store.transaction() as session:
        delivery = session.scalars(select(Delivery).where(Delivery.lead_reference == reference)).one()
        delivery.state, delivery.last_error = "failed", payload
    return reference, conversation


LISTS = (
    "/desk",
    "/desk?q=%22%3E%3Csvg%20onload%3Dwindow.attacked%3D1%3E",
    "/desk?done=%3Csvg%20onload%3Dwindow.attacked%3D1%3E",
    "/desk/talks",
    "/desk/questions",
    "/desk/answers",
    "/desk/team",
    "/desk/audit",
    "/desk/insights",
)


def test_nothing_runs_at_the_desk(browser: Browser, hairline_bot: HairlineBot, parts: Hairline) -> None:
    url, tried = hairline_bot.url, payloads(count(4, 200))
    faults: list[str] = []
    looked = 0
    cookie = {"name": "hairline_session", "value": owner_session(parts), "url": url}
    with watched(browser, cookie) as tab:
        for some in batched(tried, TOGETHER, strict=False):
            found = [put_everywhere(parts, payload) for payload in some]
            fill(parts, found[-1][1], list(some))
            pages = [f"/desk/leads/{reference}" for reference, _ in found]
            for path in (*pages, f"/desk/conversations/{found[-1][1]}", *LISTS):
                answer = tab.page.goto(f"{url}{path}")
                assert answer is not None
                assert answer.status == 200, (path, answer.status)
                assert "/desk/login" not in tab.page.url, path
                faults += [f"{path}: {one}" for one in tab.look()]
                looked += 1
    assert not faults, faults[:20]
    report("markup", f"desk: {len(tried)} payloads in every field, {looked} pages: none ran, none was injected")


def test_nothing_runs_in_the_chat(browser: Browser, hairline_bot: HairlineBot, parts: Hairline) -> None:
    tried = payloads(count(8, 200))
    faults: list[str] = []
    for some in batched(tried, TOGETHER, strict=False):
        with watched(browser) as tab:
            visitor = Visitor(tab.context, hairline_bot.url, tab.page)
            visitor.visit(hairline_bot.url)
            with tab.page.expect_response(lambda answer: answer.url.endswith("/api/conversations")) as opened:
                visitor.open_chat()
            conversation = opened.value.json()["id"]
            fill(parts, conversation, list(some))
            visitor.said_by("staff").nth(len(some) - 1).wait_for()  # by the event stream
            faults += tab.look()
            tab.page.reload()
            visitor.said_by("visitor").nth(len(some) - 1).wait_for(state="attached")  # from the transcript
            faults += tab.look()
    assert not faults, faults[:20]
    report("markup", f"chat: {len(tried)} payloads as what visitors, assistant and staff say: none ran or was injected")


def test_nothing_of_the_clinics_profile_runs_in_the_chat(browser: Browser, hairline_bot: HairlineBot) -> None:
    tried = payloads(count(3, 200))
    faults: list[str] = []
    with watched(browser) as tab:
        visitor = Visitor(tab.context, hairline_bot.url, tab.page)
        for payload in tried:
            tab.page.unroute_all()
            names = ("clinic", "phone", "email", "greeting", "privacy_notice", "consent")
            brand = {"accent": "#123456", "accent_text": "#ffffff", "logo_text": payload}
            visitor.profile(**dict.fromkeys(names, payload), brand=brand, strings={"title": payload, "send": payload})
            visitor.visit(hairline_bot.url)
            visitor.launcher.dispatch_event("click")  # a long greeting may lie over the button
            visitor.panel.wait_for()
            tab.page.evaluate("localStorage.clear(), sessionStorage.clear()")  # else it is open at the next visit
            faults += [f"{payload}: {one}" for one in tab.look()]
    assert not faults, faults[:20]
    report("markup", f"profile: {len(tried)} payloads in every field of it in the chat: none ran or was injected")


def test_nothing_of_the_clinics_profile_runs_at_the_desk(
    browser: Browser, hairline_bot: HairlineBot, parts: Hairline
) -> None:
    file, tried = hairline_bot.system.clinic, payloads(count(2, 200))
    before = file.read_text(encoding="utf-8")
    profile = yaml.safe_load(before)
    cookie = {"name": "hairline_session", "value": owner_session(parts), "url": hairline_bot.url}
    faults: list[str] = []
    try:
        with watched(browser, cookie) as tab:
            for payload in tried:
                # Taken, it is the clinic's name; refused, it may stand in the message that says so.
                file.write_text(yaml.safe_dump({**profile, "name": payload, payload: payload}), encoding="utf-8")
                tab.page.goto(f"{hairline_bot.url}/desk/insights")
                faults += [f"{payload}: {one}" for one in tab.look()]
                file.write_text(yaml.safe_dump({**profile, "name": payload}), encoding="utf-8")
                tab.page.goto(f"{hairline_bot.url}/desk/me")
                faults += [f"{payload}: {one}" for one in tab.look()]
    finally:
        file.write_text(before, encoding="utf-8")
    assert not faults, faults[:20]
    report("markup", f"profile: {len(tried)} payloads as the clinic's name at the desk: none ran or was injected")


def test_a_naive_page_runs_them(browser: Browser) -> None:
    tried = payloads(count(20, 200))
    noticed = {"text": 0, "attribute": 0, "escaped": 0}
    with watched(browser) as tab:
        for payload in tried:
            pages = {
                "text": f"<p>{payload}</p>",
                "attribute": f'<a href="{payload}">x</a>',
                "escaped": f"<p>{html.escape(payload)}</p>",
            }
            for kind, content in pages.items():
                tab.serve(f"<!doctype html><title>x</title><body>{content}")
                noticed[kind] += bool(tab.look())
    assert noticed["text"] > len(tried) / 3
    assert noticed["attribute"] > len(tried) / 8
    assert noticed["escaped"] == 0, "the harness cries wolf"
    report("markup", f"a naive page fails: of {len(tried)} payloads are noticed {noticed}")
