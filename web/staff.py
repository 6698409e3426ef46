"""The staff's side: leads, open questions, conversations. Every route here asks who it is first."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import BeforeValidator
from sqlalchemy.orm import Session

from leads import appointments, conversations, handoff, requests, spreadsheet
from leads.appointments import ImpossibleTime, NothingToCancel
from leads.audit import note_action
from leads.conversations import UnknownCursor
from leads.records import Conversation, Lead
from leads.requests import LeadChange, LeadFilter
from leads.store import utc_now
from leads.views import lead_as_json
from web import shapes
from web.context import Context, Here
from web.handoff import summary
from web.openapi import problems
from web.problems import Problem, wrong_field
from web.security import CONVERSATION, StaffHere, not_found, staff_of

PAGE = 50
CSV_PAGE = 500

router = APIRouter(prefix="/api", tags=["staff"], dependencies=[Depends(staff_of)])

Cursor = Annotated[
    str | None, Query(pattern=r"^([0-9]{1,18})?$", description="`next` of the page before", examples=["1041"])
]
Limit = Annotated[int, Query(ge=1, le=200)]
Words = Annotated[str | None, Query(max_length=200, description="part of a name, phone, e-mail address or reference")]
Nothing = BeforeValidator(lambda given: given or None)
"""`status=` is as good as none."""
StatusQuery = Annotated[shapes.Status | None, Nothing, Query()]
StateQuery = Annotated[shapes.State | None, Nothing, Query()]
ConversationQuery = Annotated[str | None, Query(max_length=40, description="id of a conversation")]


async def lead_filter(
    status: StatusQuery = None, q: Words = None, conversation: ConversationQuery = None
) -> LeadFilter:
    """Which leads a listing wants."""
    return LeadFilter(status, plain(q), plain(conversation))


Wanted = Annotated[LeadFilter, Depends(lead_filter)]


def plain(text: str | None) -> str | None:
    """A search text without what no database can look for; None where nothing is left."""
    return (text or "").replace("\x00", "").encode("utf-8", "ignore").decode().strip() or None


@router.get("/leads", response_model=shapes.Leads, responses=problems(401, 422, 503))
async def list_leads(here: Here, wanted: Wanted, after: Cursor = None, limit: Limit = PAGE) -> dict[str, Any]:
    """Leads, newest first."""
    leads, shown = await here.database.read(lambda session: read_leads(session, wanted, after, limit))
    return {"leads": shown, "next": str(leads[-1].seq) if len(leads) == limit else None}


def read_leads(
    session: Session, wanted: LeadFilter, after: str | None, limit: int
) -> tuple[list[Lead], list[dict[str, Any]]]:
    """A page of leads: as records, and as JSON with their deliveries."""
    leads = requests.list_leads(session, wanted, int(after) if after else None, limit)
    deliveries = requests.deliveries_of(session, [lead.reference for lead in leads])
    return leads, [lead_as_json(lead, deliveries[lead.reference]) for lead in leads]


@router.get(
    "/leads.csv",
    response_class=Response,
    responses={
        200: {
            "description": "UTF-8 with a byte order mark, every cell quoted; what could be a formula begins with "
            "an apostrophe.",
            "content": {"text/csv": {"schema": {"type": "string"}}},
        },
        **problems(401, 422, 503),
    },
)
async def export_leads(here: Here, staff: StaffHere, wanted: Wanted) -> Response:
    """The same leads as a spreadsheet opens them, safely. The audit log notes who took them."""
    first = await _csv_page(here, wanted, None)  # a store that is away is a 503, not half a file
    await here.database.write(lambda session: note_action(session, staff.actor, "leads.exported", "leads"))
    return StreamingResponse(
        _csv(here, wanted, first),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="leads.csv"'},
    )


async def _csv(here: Context, wanted: LeadFilter, page: list[Lead]) -> AsyncIterator[str]:
    yield spreadsheet.header()
    while page:
        yield spreadsheet.rows(page)
        page = await _csv_page(here, wanted, page[-1].seq) if len(page) == CSV_PAGE else []


async def _csv_page(here: Context, wanted: LeadFilter, before: int | None) -> list[Lead]:
    return await here.database.read(lambda session: requests.list_leads(session, wanted, before, CSV_PAGE))


@router.get("/leads/{reference}", response_model=shapes.Lead, responses=problems(401, 404, 503))
async def read_lead(here: Here, reference: str) -> dict[str, Any]:
    """One lead."""
    shown = await here.database.read(lambda session: show_lead(session, reference))
    if shown is None:
        raise not_found()
    return shown


def show_lead(session: Session, reference: str) -> dict[str, Any] | None:
    """A lead with its deliveries as JSON."""
    lead = requests.find_lead(session, plain(reference) or "")
    return lead_as_json(lead, requests.deliveries_of(session, [lead.reference])[lead.reference]) if lead else None


@router.patch(
    "/leads/{reference}", response_model=shapes.Lead, responses=problems(400, 401, 403, 404, 409, 413, 415, 422, 503)
)
async def change_lead(here: Here, staff: StaffHere, reference: str, patch: shapes.LeadPatch) -> dict[str, Any]:
    """Change the status or the assignee, add a note; agree on a time or call it off.

    Of a time the visitor hears by e-mail, where there is an address, with the calendar entry they have in its new form.
    """
    change = LeadChange(
        status=patch.status,
        assigns="assignee" in patch.model_fields_set,
        assignee=plain(patch.assignee),
        note=patch.note,
    )

    def work(session: Session) -> dict[str, Any] | None:
        lead = requests.change_lead(session, plain(reference) or "", change, staff.name)
        if lead is None:
            return None
        if "confirmed_time" in patch.model_fields_set:
            _agree(session, here, lead.reference, patch.confirmed_time, staff.name)
        return show_lead(session, lead.reference)

    try:
        shown = await here.database.write(work)
    except ImpossibleTime as problem:
        raise wrong_field("confirmed_time", str(problem)) from None
    except NothingToCancel:
        raise Problem(409, "This lead is closed already.") from None
    here.hub.wake_desk()
    if shown is None:
        raise not_found()
    return shown


def _agree(session: Session, here: Context, reference: str, time: shapes.ConfirmedTime | None, actor: str) -> None:
    channels = here.hairline.channels
    if time is None:
        appointments.cancel(session, reference, actor, channels, utc_now())
    else:
        appointments.confirm(session, reference, time.start, time.end, actor, channels, utc_now())


@router.delete(
    "/leads/{reference}", status_code=204, response_class=Response, responses=problems(401, 403, 404, 413, 415, 503)
)
async def erase_lead(here: Here, staff: StaffHere, reference: str) -> Response:
    """Erase a lead, what was to be delivered about it, and the conversation it was made in."""
    erased = await here.database.write(lambda session: requests.erase_lead(session, plain(reference) or "", staff.name))
    if erased is None:
        raise not_found()
    if erased:
        await here.rasa.forget(erased)
        here.hub.wake(erased)
    return Response(status_code=204)


@router.get("/open-questions", response_model=shapes.OpenQuestions, responses=problems(401, 422, 503))
async def list_open_questions(
    here: Here, status: shapes.QuestionStatus = "open", after: Cursor = None, limit: Limit = PAGE
) -> dict[str, Any]:
    """What nobody could answer yet, with who waits for it; newest first."""

    def work(session: Session) -> dict[str, Any]:
        found = requests.list_open_questions(session, status, int(after) if after else None, limit)
        leads = requests.newest_leads(session, {question.conversation_id for question in found})
        shown = [requests.question_as_json(question, leads.get(question.conversation_id)) for question in found]
        return {"open_questions": shown, "next": str(found[-1].seq) if len(found) == limit else None}

    return await here.database.read(work)


@router.get("/conversations", response_model=shapes.Conversations, responses=problems(401, 422, 503))
async def list_conversations(
    here: Here,
    state: StateQuery = None,
    after: Annotated[str | None, Query(max_length=40, description="`next` of the page before")] = None,
    limit: Limit = PAGE,
) -> dict[str, Any]:
    """Conversations, the latest first; those in a state, the one that waits the longest first.

    `waiting` also lists urgent conversations that nobody of the clinic has seen, before all others.
    """
    after = after or None
    if after is not None and not CONVERSATION.fullmatch(after):
        raise wrong_field("after", "it is no conversation")

    def work(session: Session) -> list[Conversation]:
        if state == handoff.WAITING:
            return handoff.list_waiting(session, after, limit)
        return conversations.list_conversations(session, state, after, limit)

    try:
        found = await here.database.read(work)
    except UnknownCursor:
        raise wrong_field("after", "it is not in this list any more; begin again without it") from None
    shown = [summary(conversation) for conversation in found]
    return {"conversations": shown, "next": found[-1].id if len(found) == limit else None}
