"""Who asks: a visitor with a conversation's token, staff with the API key or signed in at the desk, or nobody."""

import hmac
import re
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Security
from fastapi.security import APIKeyCookie, HTTPBearer
from starlette.requests import Request

from leads import accounts
from web.context import Context, Here
from web.problems import Problem, unauthorised

BEARER = re.compile(r"Bearer +([\x21-\x7e]{1,512})", re.IGNORECASE)
TOKEN = re.compile(r"[A-Za-z0-9_-]{20,100}")
CONVERSATION = re.compile(r"c_[0-9a-f]{32}")
SESSION_COOKIE = "hairline_session"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

# These only describe themselves in the OpenAPI document; the checks are the functions below.
visitor_scheme = HTTPBearer(
    scheme_name="visitorToken", description="The `token` that came with the conversation.", auto_error=False
)
staff_scheme = HTTPBearer(scheme_name="staffKey", description="`HAIRLINE_API_KEY` of the settings.", auto_error=False)
session_scheme = APIKeyCookie(
    name=SESSION_COOKIE, scheme_name="staffSession", description="Set by signing in at /desk.", auto_error=False
)


@dataclass(frozen=True, slots=True)
class Visitor:
    """A claim to a conversation. The store decides whether the token is its own."""

    conversation_id: str
    token: str


@dataclass(frozen=True, slots=True)
class Staff:
    """Who works for the clinic. `name` is shown, `actor` goes into the audit log."""

    actor: str
    name: str
    role: str


def not_found() -> Problem:
    """404: unknown and somebody else's look the same."""
    return Problem(404)


def bearer_of(request: Request) -> str | None:
    """The bearer token of the request; None without an Authorization header. Raises 401 for a malformed one."""
    header = request.headers.get("authorization")
    if header is None:
        return None
    found = BEARER.fullmatch(header.strip())
    if not found:
        raise unauthorised("Send the header Authorization: Bearer <token>.")
    return found[1]


def _visitor(conversation_id: str, token: str | None) -> Visitor:
    if token is None:
        raise unauthorised("Send the conversation's token: Authorization: Bearer <token>.")
    if not TOKEN.fullmatch(token):
        raise unauthorised("That is no token of a conversation.")
    if not CONVERSATION.fullmatch(conversation_id):
        raise not_found()
    return Visitor(conversation_id, token)


async def visitor_of(
    request: Request, conversation_id: str, _described: Annotated[object, Security(visitor_scheme)]
) -> Visitor:
    """The visitor by the Authorization header."""
    return _visitor(conversation_id, bearer_of(request))


async def listener_of(
    request: Request, conversation_id: str, _described: Annotated[object, Security(visitor_scheme)]
) -> Visitor:
    """The visitor of an event stream: a browser's EventSource sends no header, so the token may stand in the query."""
    return _visitor(conversation_id, bearer_of(request) or request.query_params.get("access_token"))


async def staff_of(
    request: Request,
    here: Here,
    _key: Annotated[object, Security(staff_scheme)],
    _session: Annotated[object, Security(session_scheme)],
) -> Staff:
    """Staff, or 401. A cookie counts for a change only if the change comes from our own pages (403)."""
    key = bearer_of(request)
    if key is not None:
        return _staff_of_key(key, here.settings.api_key)
    staff = await signed_in(request, here)
    if staff is None:
        closed = "" if here.settings.api_key else " The staff API has no key: set HAIRLINE_API_KEY to open it."
        raise unauthorised(f"This is for staff: sign in at /desk, or send the API key as a bearer token.{closed}")
    require_own_page(request, here)
    return staff


def _staff_of_key(key: str, expected: str | None) -> Staff:
    if not expected:
        raise unauthorised("The staff API is closed: HAIRLINE_API_KEY is not set.")
    if not hmac.compare_digest(key.encode(), expected.encode()):
        raise unauthorised("That is not the API key.")
    return Staff("api-key", "API", "owner")


async def speaker_of(
    request: Request,
    here: Here,
    conversation_id: str,
    _visitor_token: Annotated[object, Security(visitor_scheme)],
    _key: Annotated[object, Security(staff_scheme)],
    _session: Annotated[object, Security(session_scheme)],
) -> Visitor | Staff:
    """Who speaks in a conversation: its visitor, or staff.

    An Authorization header decides alone: the API key is staff, everything else is a visitor's token, also in the
    browser of someone who is signed in at the desk. Without a header it is staff, by the desk's cookie (403 for another
    site's page), or nobody (401).
    """
    bearer = bearer_of(request)
    if bearer is not None:
        expected = here.settings.api_key
        if expected and hmac.compare_digest(bearer.encode(), expected.encode()):
            return _staff_of_key(bearer, expected)
        return _visitor(conversation_id, bearer)
    staff = await signed_in(request, here)
    if staff is None:
        return _visitor(conversation_id, None)
    require_own_page(request, here)
    return staff


async def signed_in(request: Request, here: Context) -> Staff | None:
    """Whoever is signed in at the desk with this browser."""
    secret = request.cookies.get(SESSION_COOKIE, "")
    if not TOKEN.fullmatch(secret):
        return None
    account, stale = await here.database.read(
        lambda session: (accounts.find_signed_in(session, secret), accounts.needs_touch(session, secret))
    )
    if account is None:
        return None
    if stale and not _by_itself(request):
        await here.database.write(lambda session: accounts.touch(session, secret))
    return Staff(account.id, account.name, account.role)


def _by_itself(request: Request) -> bool:
    """Whether an open page asks without anybody at the desk: that keeps no session alive."""
    return request.url.path == "/desk/events" or "x-renewal" in request.headers


def require_own_page(request: Request, here: Context) -> None:
    """Refuse (403) what another site's page makes a browser send with our cookie."""
    if request.method in SAFE_METHODS:
        return
    site = request.headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        raise Problem(403, "This must come from the desk's own pages.")
    origin = urlsplit(request.headers.get("origin", "")).netloc
    if not origin and site is None:
        raise Problem(403, "This must come from the desk's own pages: the browser did not say from where it comes.")
    own = (request.headers.get("host", ""), urlsplit(here.settings.public_url).netloc)
    if origin and origin not in own:
        raise Problem(403, "This must come from the desk's own pages.")


VisitorHere = Annotated[Visitor, Depends(visitor_of)]
ListenerHere = Annotated[Visitor, Depends(listener_of)]
SpeakerHere = Annotated[Visitor | Staff, Depends(speaker_of)]
StaffHere = Annotated[Staff, Depends(staff_of)]
