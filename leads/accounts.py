"""Staff accounts: invited by a one-time link, signed in by password, kept in by a session."""

import hashlib
import secrets
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from leads.audit import note_action
from leads.records import Account, StaffSession
from leads.store import new_id, utc_now

ROLES = ("owner", "staff")
INVITED_FOR = timedelta(days=7)
SIGNED_IN_FOR = timedelta(hours=12)
IDLE_FOR = timedelta(hours=2)
SEEN_TO = timedelta(minutes=1)  # how exactly a session's last use is kept, so that not every look is a write
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200

_hasher = PasswordHasher()


class AccountExists(Exception):
    """There is an account with this e-mail address."""


class LastOwner(Exception):
    """Nobody else could let people in."""


class WeakPassword(Exception):
    """The password is too short or too long."""


def create_account(session: Session, email: str, name: str, role: str = "staff", actor: str = "command") -> str:
    """Make an account without a password; the answer is the secret of its one-time link. Raises `AccountExists`."""
    assert role in ROLES, role
    email = email.strip().lower()
    if session.scalars(select(Account).where(Account.email == email)).first():
        raise AccountExists
    account = Account(id=new_id("a"), email=email, name=name.strip(), role=role, created_at=utc_now())
    session.add(account)
    session.flush()
    note_action(session, actor, "account.created", account.id)
    return invite(account)


def invite(account: Account) -> str:
    """A new secret for the one-time link of an account; an older one stops working."""
    secret = secrets.token_urlsafe(32)
    account.invite_hash = _hashed(secret)
    account.invite_until = utc_now() + INVITED_FOR
    return secret


def find_invited(session: Session, secret: str) -> Account | None:
    """The account whose one-time link this is, while it can be used."""
    account = session.scalars(select(Account).where(Account.invite_hash == _hashed(secret))).first()
    if account is None or account.disabled_at or not account.invite_until or account.invite_until < utc_now():
        return None
    return account


def accept_invitation(session: Session, secret: str, password: str) -> Account | None:
    """Set the password and spend the link; None where the link cannot be used. Raises `WeakPassword`.

    Whoever was signed in to the account is signed out.
    """
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise WeakPassword
    account = find_invited(session, secret)
    if account is None:
        return None
    account.password_hash = _hasher.hash(password)
    account.invite_hash = account.invite_until = None
    session.execute(delete(StaffSession).where(StaffSession.account_id == account.id))
    note_action(session, account.id, "account.password", account.id)
    return account


def password_hash_of(session: Session, email: str) -> tuple[str | None, str | None]:
    """(account id, password hash) of an enabled account, else (None, None)."""
    account = session.scalars(select(Account).where(Account.email == email.strip().lower())).first()
    if account is None or account.disabled_at or not account.password_hash:
        return None, None
    return account.id, account.password_hash


def password_fits(password_hash: str | None, password: str) -> bool:
    """Whether the password belongs to the hash. Takes as long without one, so that nobody learns which accounts exist.

    Costs about 50 ms and 64 MB: call it outside of any transaction.
    """
    try:
        _hasher.verify(password_hash or _nobodys_hash(), password[: LONGEST_PASSWORD + 1])
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


@cache
def _nobodys_hash() -> str:
    return _hasher.hash(secrets.token_urlsafe(16))


def sign_in(session: Session, account_id: str) -> str:
    """Begin a session for an account whose password was checked; the answer is the cookie's secret."""
    now = utc_now()
    end_old_sessions(session, now)
    secret = secrets.token_urlsafe(32)
    begun = StaffSession(id=_hashed(secret), account_id=account_id, created_at=now, seen_at=now)
    begun.expires_at = now + SIGNED_IN_FOR
    session.add(begun)
    note_action(session, account_id, "account.signed-in", account_id)
    return secret


def find_signed_in(session: Session, secret: str) -> Account | None:
    """The account whose session this is, while it lasts: SIGNED_IN_FOR in all, IDLE_FOR without being used."""
    found = session.get(StaffSession, _hashed(secret))
    now = utc_now()
    if found is None or found.expires_at < now or found.seen_at < now - IDLE_FOR:
        return None
    account = session.get(Account, found.account_id)
    return account if account and account.disabled_at is None else None


def needs_touch(session: Session, secret: str) -> bool:
    """Whether the last use of a session has to be noted (`touch`)."""
    found = session.get(StaffSession, _hashed(secret))
    return found is not None and found.seen_at < utc_now() - SEEN_TO


def touch(session: Session, secret: str) -> None:
    """Note that a session is in use."""
    found = session.get(StaffSession, _hashed(secret))
    if found is not None:
        found.seen_at = utc_now()


def end_old_sessions(session: Session, now: datetime) -> None:
    """Erase the sessions that ended by themselves."""
    over = or_(StaffSession.expires_at < now, StaffSession.seen_at < now - IDLE_FOR)
    session.execute(delete(StaffSession).where(over))


def sign_out(session: Session, secret: str) -> None:
    """End a session, if there is one."""
    session.execute(delete(StaffSession).where(StaffSession.id == _hashed(secret)))


# --- people -----------------------------------------------------------------------------------------------------------


def list_accounts(session: Session) -> list[Account]:
    """All accounts, in the order they were made."""
    return list(session.scalars(select(Account).order_by(Account.created_at, Account.id)))


def invite_again(session: Session, account_id: str, actor: str) -> str | None:
    """A new one-time link for an account, to set another password; its sessions go on. None where there is none."""
    account = session.get(Account, account_id)
    if account is None or account.disabled_at:
        return None
    note_action(session, actor, "account.invited", account.id)
    return invite(account)


def disable(session: Session, account_id: str, actor: str) -> bool:
    """Shut an account: no sign-in, no session, no calendar feed. False where there is none. Raises `LastOwner`."""
    account = session.get(Account, account_id, with_for_update=True)
    if account is None:
        return False
    if account.role == "owner" and not _other_owners(session, account_id):
        raise LastOwner
    account.disabled_at = account.disabled_at or utc_now()
    account.invite_hash = account.invite_until = account.feed_hash = None
    session.execute(delete(StaffSession).where(StaffSession.account_id == account.id))
    note_action(session, actor, "account.disabled", account.id)
    return True


def enable(session: Session, account_id: str, actor: str) -> bool:
    """Open a shut account again; its password is as it was. False where there is none."""
    account = session.get(Account, account_id)
    if account is None:
        return False
    account.disabled_at = None
    note_action(session, actor, "account.enabled", account.id)
    return True


def _other_owners(session: Session, account_id: str) -> bool:
    owners = select(Account.id).where(
        Account.role == "owner",
        Account.id != account_id,
        Account.disabled_at.is_(None),
        Account.password_hash.is_not(None),
    )
    return session.scalars(owners).first() is not None


# --- the calendar feed ------------------------------------------------------------------------------------------------


def make_feed(session: Session, account_id: str) -> str | None:
    """A new token for an account's calendar feed; an older one stops working. None where there is no such account."""
    account = session.get(Account, account_id)
    if account is None or account.disabled_at:
        return None
    token = secrets.token_urlsafe(32)
    account.feed_hash = _hashed(token)
    note_action(session, account_id, "calendar.made", account_id)
    return token


def revoke_feed(session: Session, account_id: str) -> None:
    """Make the token of an account's calendar feed worthless."""
    account = session.get(Account, account_id)
    if account is not None and account.feed_hash:
        account.feed_hash = None
        note_action(session, account_id, "calendar.revoked", account_id)


def feed_account(session: Session, token: str) -> Account | None:
    """The enabled account whose calendar feed this token opens."""
    account = session.scalars(select(Account).where(Account.feed_hash == _hashed(token))).first()
    return account if account and account.disabled_at is None else None


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
