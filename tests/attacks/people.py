"""Somebody of each kind whom the harnesses use or try to pass for."""

from dataclasses import dataclass
from typing import Any

import httpx
from sqlalchemy.orm import Session

from hairline.compose import Hairline, build
from leads import accounts
from leads.store import new_id
from tests.attacks.bots import HairlineBot, HairlineChat
from tests.system import System

PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Known:
    """A visitor, a lead and the accounts of a running system."""

    system: System
    chat: HairlineChat
    reference: str
    name: str
    owner: str
    """The cookie of an owner's session."""
    staff: str
    """The cookie of a member of staff's session."""
    invitation: str
    calendar: str

    @property
    def api_key(self) -> str:
        """The key of the staff API."""
        return self.system.api_key

    def secrets(self) -> list[str]:
        """Everything that opens something somewhere."""
        told = [self.chat.token, self.owner, self.staff, self.invitation, self.calendar]
        return [*told, self.api_key, self.system.internal_secret]

    def lead(self) -> dict[str, Any]:
        """The lead as it stands now."""
        headers = {"Authorization": f"Bearer {self.api_key}"}
        found = httpx.get(f"{self.system.url}/api/leads/{self.reference}", headers=headers, timeout=60)
        lead: dict[str, Any] = found.raise_for_status().json()
        return lead


def known(bot: HairlineBot) -> Known:
    """A new visitor and lead, new accounts with sessions, a link and a calendar address that hold."""
    system = bot.system
    name = "Wilma Witness"
    contact = {"name": name, "email": f"{new_id('w')}@example.com", "text": "Hello.", "consent": True}
    left = httpx.post(f"{system.url}/api/contact", json=contact, timeout=60).raise_for_status().json()
    parts = build(system.settings)
    with parts.store.transaction() as session:
        owner, staff = new_account(session, "owner"), new_account(session, "staff")
        sessions = accounts.sign_in(session, owner), accounts.sign_in(session, staff)
        calendar = accounts.make_feed(session, staff) or ""
        invitation = accounts.create_account(session, f"{new_id('i')}@clinic.example", "Invited", "staff")
    parts.store.close()
    return Known(system, bot.open(), left["reference"], name, *sessions, invitation, calendar)


def new_account(session: Session, role: str) -> str:
    """An account with a password; its id."""
    secret = accounts.create_account(session, f"{new_id(role)}@clinic.example", role.title(), role)
    account = accounts.accept_invitation(session, secret, PASSWORD)
    assert account is not None
    return account.id


def owner_session(hairline: Hairline) -> str:
    """The cookie of a new owner's session."""
    with hairline.store.transaction() as session:
        return accounts.sign_in(session, new_account(session, "owner"))
