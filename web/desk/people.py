"""Accounts, the audit log, one's own calendar feed, and the widget's snippet."""

import base64
import hashlib
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

from anyio import to_thread
from fastapi import Form
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import Response

from leads import accounts
from leads.accounts import AccountExists, LastOwner
from leads.contacts import parse_email
from leads.records import Account, AuditEntry
from leads.texts import clean
from web.context import Context, Here
from web.desk.guard import Owner, SignedIn, back_to, for_owners, for_staff
from web.desk.rendering import page
from web.pages import WIDGET
from web.problems import Problem
from web.security import Staff
from web.staff import plain

ENTRIES = 100

router = for_staff()
owners = for_owners()


# --- team -------------------------------------------------------------------------------------------------------------


@owners.get("/team")
async def team_page(here: Here, staff: Owner, done: str = "") -> Response:
    """Who may sign in."""
    return await _team(here, staff, done=done)


async def _team(
    here: Context, staff: Staff, *, link: str = "", who: str = "", wrong: str = "", done: str = "", code: int = 200
) -> Response:
    people = await here.database.read(accounts.list_accounts)
    return await page(
        here, staff, "people/team.html", "team", code=code, people=people, link=link, who=who, wrong=wrong, done=done
    )


@owners.post("/team")
async def invite(
    here: Here,
    staff: Owner,
    email: Annotated[str, Form()] = "",
    name: Annotated[str, Form()] = "",
    role: Annotated[str, Form()] = "staff",
) -> Response:
    """Make an account and show its one-time link, this once."""
    address = parse_email(clean(email))
    name = " ".join(clean(name).split())[:100]
    if not address or not name or role not in accounts.ROLES:
        return await _team(here, staff, wrong="Give a name, an e-mail address and a role.", code=422)
    try:
        secret = await here.database.write(
            lambda session: accounts.create_account(session, address, name, role, staff.actor)
        )
    except AccountExists:
        return await _team(here, staff, wrong="There is an account with this e-mail address.", code=409)
    return await _team(here, staff, link=_link(here, secret), who=name)


@owners.post("/team/{account_id}/invite")
async def invite_again(here: Here, staff: Owner, account_id: str) -> Response:
    """A new one-time link for somebody who lost theirs or their password."""

    def work(session: Session) -> tuple[str, str] | None:
        secret = accounts.invite_again(session, plain(account_id) or "", staff.actor)
        account = session.get(Account, plain(account_id) or "")
        return (secret, account.name) if secret and account else None

    made = await here.database.write(work)
    if made is None:
        raise Problem(404)
    return await _team(here, staff, link=_link(here, made[0]), who=made[1])


@owners.post("/team/{account_id}/disable")
async def disable(here: Here, staff: Owner, account_id: str) -> Response:
    """Shut an account; whoever is signed in to it is out at once."""
    try:
        known = await here.database.write(
            lambda session: accounts.disable(session, plain(account_id) or "", staff.actor)
        )
    except LastOwner:
        return await _team(here, staff, wrong="Somebody has to stay who can let people in.", code=409)
    if not known:
        raise Problem(404)
    return back_to("/desk/team", "disabled")


@owners.post("/team/{account_id}/enable")
async def enable(here: Here, staff: Owner, account_id: str) -> Response:
    """Open a shut account again."""
    if not await here.database.write(lambda session: accounts.enable(session, plain(account_id) or "", staff.actor)):
        raise Problem(404)
    return back_to("/desk/team", "enabled")


def _link(here: Context, secret: str) -> str:
    return f"{here.settings.public_url}/desk/invitation/{secret}"


# --- audit ------------------------------------------------------------------------------------------------------------


@owners.get("/audit")
async def audit_page(here: Here, staff: Owner, after: str = "") -> Response:
    """Who did what, newest first."""
    before = int(after) if after.isascii() and after.isdigit() and len(after) <= 18 else None

    def work(session: Session) -> tuple[list[AuditEntry], dict[str, str]]:
        query = select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(ENTRIES)
        query = query.where(AuditEntry.seq < before) if before is not None else query
        names = {account.id: account.name for account in accounts.list_accounts(session)}
        return list(session.scalars(query)), names

    entries, names = await here.database.read(work)
    more = f"/desk/audit?after={entries[-1].seq}" if len(entries) == ENTRIES else None
    return await page(here, staff, "people/audit.html", "audit", entries=entries, names=names, more=more)


# --- one's own --------------------------------------------------------------------------------------------------------


@router.get("/me")
async def own_page(here: Here, staff: SignedIn, done: str = "") -> Response:
    """One's own account: the address of the calendar feed."""
    return await _own(here, staff, done=done)


async def _own(here: Context, staff: Staff, *, feed: str = "", done: str = "") -> Response:
    account = await here.database.read(lambda session: session.get(Account, staff.actor))
    return await page(here, staff, "people/me.html", "me", account=account, feed=feed, done=done)


@router.post("/me/calendar")
async def make_feed(here: Here, staff: SignedIn) -> Response:
    """A new address for the calendar feed, shown this once; an older one stops working."""
    token = await here.database.write(lambda session: accounts.make_feed(session, staff.actor))
    if token is None:
        raise Problem(404)
    return await _own(here, staff, feed=f"{here.settings.public_url}/api/calendar.ics?token={quote(token, safe='')}")


@router.post("/me/calendar/revoke")
async def revoke_feed(here: Here, staff: SignedIn) -> Response:
    """Make the address of the calendar feed worthless."""
    await here.database.write(lambda session: accounts.revoke_feed(session, staff.actor))
    return back_to("/desk/me", "revoked")


# --- the widget -------------------------------------------------------------------------------------------------------


@router.get("/widget")
async def widget_page(here: Here, staff: SignedIn) -> Response:
    """What to put on the clinic's site, and how it looks."""
    integrity = await to_thread.run_sync(integrity_of, WIDGET / "widget.js")
    return await page(here, staff, "people/widget.html", "widget", integrity=integrity, url=here.settings.public_url)


def integrity_of(path: Path) -> str:
    """The value of a script's `integrity` attribute; empty while there is no such file."""
    try:
        digest = hashlib.sha384(path.read_bytes()).digest()
    except FileNotFoundError:
        return ""
    return f"sha384-{base64.b64encode(digest).decode()}"
