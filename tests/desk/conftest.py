"""A clinic that is always open, with a mail server, its staff at the desk and its visitors on the demo page."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from hairline.compose import Hairline, build
from hairline.settings import ROOT
from leads.accounts import accept_invitation, create_account
from leads.store import new_id
from tests.browsing import leave
from tests.delivery.servers import MailReceiver
from tests.desk.staff import PASSWORD, Member
from tests.system import System, running
from tests.widget.visitor import Visitor

DAYS = "monday|tuesday|wednesday|thursday|friday|saturday|sunday"
DESKTOP = {"width": 1280, "height": 900}


def always_open(profile: str) -> str:
    """A profile without closing hours and holidays."""
    opened = re.sub(rf"^(  (?:{DAYS})): .*$", r'\1: ["00:00-23:59"]', profile, flags=re.M)
    return re.sub(r"^  (?:country|subdivision): .*\n", "", opened, flags=re.M)


@pytest.fixture(scope="session")
def mail() -> Iterator[MailReceiver]:
    """The mail server of the clinic."""
    with MailReceiver() as started:
        yield started


@pytest.fixture(scope="session")
def clinic(mail: MailReceiver, tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """The whole real system."""
    folder: Path = tmp_path_factory.mktemp("desk")
    (folder / "clinic.yml").write_text(always_open((ROOT / "clinic.yml").read_text()))
    with running(folder, smtp_url=f"smtp://127.0.0.1:{mail.port}") as started:
        yield started


@pytest.fixture(scope="session")
def parts(clinic: System) -> Iterator[Hairline]:
    """The parts of the running system, for a look into its store."""
    built = build(clinic.settings)
    yield built
    built.store.close()


@pytest.fixture
def sign_in(browser: Browser, clinic: System, parts: Hairline) -> Iterator[Callable[..., Member]]:
    """Lets a member of staff sign in with a browser of their own."""
    contexts = []

    def newcomer(name: str, role: str = "staff", viewport: dict[str, int] | None = None) -> Member:
        email = f"{new_id('person')}@clinic.example"
        with parts.store.transaction() as session:
            accept_invitation(session, create_account(session, email, name, role), PASSWORD)
        context = browser.new_context(viewport=viewport or DESKTOP, locale="en-GB")  # type: ignore[arg-type]
        context.set_default_timeout(20_000)
        contexts.append(context)
        member = Member(context, clinic.url, name)
        member.sign_in(email)
        return member

    yield newcomer
    for context in contexts:
        leave(context)


@pytest.fixture
def arrive(browser: Browser, clinic: System) -> Iterator[Callable[[], Visitor]]:
    """Lets a visitor arrive at the demo page and open the chat."""
    contexts = []

    def newcomer() -> Visitor:
        context = browser.new_context(viewport=DESKTOP, locale="en-GB")  # type: ignore[arg-type]
        context.set_default_timeout(20_000)
        contexts.append(context)
        visitor = Visitor(context, clinic.url)
        visitor.visit(clinic.url)
        visitor.open_chat()
        return visitor

    yield newcomer
    for context in contexts:
        leave(context)
