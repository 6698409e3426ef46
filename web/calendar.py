"""The consultations as a feed that a calendar program asks for now and then."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response, Security
from sqlalchemy.orm import Session

from leads import accounts, appointments, calendar
from leads.store import utc_now
from web.context import Here
from web.openapi import problems
from web.problems import unauthorised
from web.security import TOKEN, session_scheme, staff_of, staff_scheme

router = APIRouter(prefix="/api", tags=["staff"])

KEPT = timedelta(days=30)  # how long a past consultation stays in the feed


@router.get(
    "/calendar.ics",
    response_class=Response,
    responses={
        200: {"description": "RFC 5545", "content": {"text/calendar": {"schema": {"type": "string"}}}},
        **problems(401, 422, 429, 503),
    },
)
async def read_calendar(
    request: Request,
    here: Here,
    _key: Annotated[object, Security(staff_scheme)],
    _session: Annotated[object, Security(session_scheme)],
    token: Annotated[str, Query(max_length=200, description="made in the desk, one for each account")] = "",
) -> Response:
    """Requested and confirmed consultations, for any calendar program; for staff without a token, too."""
    await here.limits.call(request)
    known = not token and bool(await staff_of(request, here, None, None))
    clinic, now = here.clinic, utc_now()
    desk_url = f"{here.settings.public_url}/desk/leads/"

    def work(session: Session) -> bytes | None:
        if not known and (not TOKEN.fullmatch(token) or accounts.feed_account(session, token) is None):
            return None
        return calendar.feed(appointments.consultations(session, now - KEPT), clinic, now, desk_url)

    ics = await here.database.read(work)
    if ics is None:
        raise unauthorised("The address of this calendar does not hold (any more): make a new one in the desk.")
    headers = {"Cache-Control": "no-store", "Content-Disposition": 'inline; filename="consultations.ics"'}
    return Response(ics, media_type="text/calendar; charset=utf-8", headers=headers)
