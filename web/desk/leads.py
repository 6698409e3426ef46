"""The list of leads, one lead, and everything that staff do with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated
from urllib.parse import quote, urlencode

from anyio import to_thread
from fastapi import Form
from sqlalchemy.orm import Session
from starlette.responses import Response

from leads import accounts, appointments, conversations, outbox, requests
from leads.appointments import ImpossibleTime, NothingToCancel
from leads.calendar import consultation_time
from leads.clinic import Clinic
from leads.records import Conversation, Delivery, Lead, Message, OpenQuestion
from leads.requests import LeadChange, LeadFilter
from leads.store import utc_now
from leads.texts import clean
from web.context import Context, Here
from web.desk.guard import SignedIn, back_to, for_staff
from web.desk.rendering import page
from web.problems import Problem
from web.security import Staff
from web.staff import plain

PAGE = 50
LONGEST_NOTE = 2000
MINUTES = (15, 30, 45, 60, 90, 120)

router = for_staff()


@dataclass(frozen=True, slots=True)
class Shown:
    """A lead with everything that stands on its page."""

    lead: Lead
    deliveries: Sequence[Delivery]
    messages: Sequence[Message]
    conversation: Conversation | None
    questions: Sequence[OpenQuestion]
    people: Sequence[str]


@router.get("")
async def leads_page(
    here: Here, staff: SignedIn, status: str = "", q: str = "", mine: str = "", after: str = "", done: str = ""
) -> Response:
    """The list of leads, newest first."""
    status = status if status in requests.STATUSES else ""
    words = (plain(q) or "")[:200]
    before = int(after) if after.isascii() and after.isdigit() and len(after) <= 18 else None
    wanted = LeadFilter(status or None, words or None, assignee=staff.name if mine else None)

    def work(session: Session) -> tuple[list[Lead], dict[str, int], list[str]]:
        found = requests.list_leads(session, wanted, before, PAGE)
        deliveries = requests.deliveries_of(session, [lead.reference for lead in found])
        failed = [reference for reference, sent in deliveries.items() if any(it.state == "failed" for it in sent)]
        return found, requests.count_by_status(session), failed

    leads, counts, failed = await here.database.read(work)
    filters = {"status": status, "q": words, "mine": "1" if mine else ""}
    more = f"/desk?{urlencode({**filters, 'after': leads[-1].seq})}" if len(leads) == PAGE else None
    return await page(
        here,
        staff,
        "leads/list.html",
        "leads",
        leads=leads,
        counts=counts,
        failed=failed,
        status=status,
        q=words,
        mine=mine,
        statuses=requests.STATUSES,
        more=more,
        done=done,
    )


@router.get("/leads/{reference}")
async def lead_page(here: Here, staff: SignedIn, reference: str, done: str = "") -> Response:
    """Everything about a lead, with the talk it came from."""
    return await _show(here, staff, reference, done=done)


async def _show(
    here: Context, staff: Staff, reference: str, *, done: str = "", wrong: str = "", code: int = 200
) -> Response:
    shown = await here.database.read(lambda session: _read(session, plain(reference) or ""))
    if shown is None:
        return await page(here, staff, "missing.html", "leads", code=404)
    start, minutes = _suggested(shown.lead, here.clinic)
    return await page(
        here,
        staff,
        "leads/one.html",
        "leads",
        code=code,
        shown=shown,
        lead=shown.lead,
        statuses=requests.STATUSES,
        start=start,
        minutes=minutes,
        choices=sorted({*MINUTES, minutes}),
        done=done,
        wrong=wrong,
    )


def _read(session: Session, reference: str) -> Shown | None:
    lead = requests.find_lead(session, reference)
    if lead is None:
        return None
    deliveries = requests.deliveries_of(session, [lead.reference])[lead.reference]
    talk = session.get(Conversation, lead.conversation_id) if lead.conversation_id else None
    messages = conversations.list_messages(session, talk.id) if talk else []
    questions = requests.questions_of(session, talk.id) if talk else []
    people = [account.name for account in accounts.list_accounts(session) if account.disabled_at is None]
    return Shown(lead, deliveries, messages, talk, questions, people)


def _suggested(lead: Lead, clinic: Clinic) -> tuple[str, int]:
    """What the form for a time begins with: the agreed time, else the beginning of what the visitor asked for."""
    when = consultation_time(lead)
    usual = clinic.consultation.minutes
    if when is None:
        return "", usual
    length = int((when[1] - when[0]).total_seconds()) // 60
    minutes = length if lead.confirmed_start and 0 < length <= 720 else usual
    return f"{clinic.local(when[0]):%Y-%m-%dT%H:%M}", minutes


# --- changes ----------------------------------------------------------------------------------------------------------


async def _change(here: Context, staff: Staff, reference: str, change: LeadChange, done: str) -> Response:
    lead = await here.database.write(
        lambda session: requests.change_lead(session, plain(reference) or "", change, staff.name)
    )
    if lead is None:
        raise Problem(404)
    here.hub.wake_desk()
    return back_to(_path(lead.reference), done)


@router.post("/leads/{reference}/status")
async def set_status(here: Here, staff: SignedIn, reference: str, status: Annotated[str, Form()] = "") -> Response:
    """Set the status."""
    if status not in requests.STATUSES:
        raise Problem(422, "status: choose one of the list")
    return await _change(here, staff, reference, LeadChange(status=status), "saved")


@router.post("/leads/{reference}/assignee")
async def assign(here: Here, staff: SignedIn, reference: str, assignee: Annotated[str, Form()] = "") -> Response:
    """Say who looks after it; nobody, if it is empty."""
    change = LeadChange(assigns=True, assignee=(plain(assignee) or "")[:200] or None)
    return await _change(here, staff, reference, change, "saved")


@router.post("/leads/{reference}/notes")
async def add_note(here: Here, staff: SignedIn, reference: str, text: Annotated[str, Form()] = "") -> Response:
    """Add a note."""
    text = clean(text)[:LONGEST_NOTE]
    if not text:
        return back_to(_path(reference))
    return await _change(here, staff, reference, LeadChange(note=text), "noted")


@router.post("/leads/{reference}/confirm")
async def confirm(
    here: Here,
    staff: SignedIn,
    reference: str,
    start: Annotated[str, Form()] = "",
    minutes: Annotated[str, Form()] = "",
) -> Response:
    """Agree on a time: the visitor gets it by e-mail with a calendar entry, where there is an address."""
    try:
        begins = datetime.fromisoformat(start).replace(tzinfo=here.clinic.zone)
        ends = begins + timedelta(minutes=int(minutes))
    except (ValueError, OverflowError):
        return await _show(here, staff, reference, wrong="Choose a day, a time and how long it takes.", code=422)
    channels = here.hairline.channels
    try:
        lead = await here.database.write(
            lambda session: appointments.confirm(
                session, plain(reference) or "", begins, ends, staff.name, channels, utc_now()
            )
        )
    except ImpossibleTime as problem:
        return await _show(here, staff, reference, wrong=str(problem), code=422)
    if lead is None:
        raise Problem(404)
    here.hub.wake_desk()
    return back_to(_path(lead.reference), "confirmed")


@router.post("/leads/{reference}/cancel")
async def cancel(here: Here, staff: SignedIn, reference: str) -> Response:
    """Call the consultation off; the visitor gets that by e-mail, where there is an address."""
    channels = here.hairline.channels
    try:
        lead = await here.database.write(
            lambda session: appointments.cancel(session, plain(reference) or "", staff.name, channels, utc_now())
        )
    except NothingToCancel:
        return await _show(here, staff, reference, wrong="This lead is closed already.", code=409)
    if lead is None:
        raise Problem(404)
    here.hub.wake_desk()
    return back_to(_path(lead.reference), "cancelled")


@router.post("/leads/{reference}/erase")
async def erase(here: Here, staff: SignedIn, reference: str, sure: Annotated[str, Form()] = "") -> Response:
    """Erase a lead with its talk, once somebody has ticked that they are sure."""
    if sure != "yes":
        return await _show(here, staff, reference, wrong="Tick the box first: this cannot be undone.", code=422)
    erased = await here.database.write(lambda session: requests.erase_lead(session, plain(reference) or "", staff.name))
    if erased is None:
        raise Problem(404)
    if erased:
        await here.rasa.forget(erased)
        here.hub.wake(erased)
    here.hub.wake_desk()
    return back_to("/desk", "erased")


@router.post("/deliveries/{delivery_id}/retry")
async def retry(here: Here, delivery_id: str) -> Response:
    """Send a delivery again."""
    store, wanted = here.hairline.store, plain(delivery_id) or ""
    if not await to_thread.run_sync(lambda: outbox.retry(store, wanted, utc_now())):
        raise Problem(404)
    reference = await here.database.read(lambda session: requests.lead_of_delivery(session, wanted))
    return back_to(_path(reference) if reference else "/desk", "retried")


def _path(reference: str) -> str:
    return f"/desk/leads/{quote(reference, safe='')}"
