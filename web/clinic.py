"""What a visitor's page needs to know of the clinic, and the form that stands in when the assistant is down."""

from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request, Response

from leads import requests
from leads.contacts import parse_email, parse_phone
from leads.conversations import KeyReused
from leads.requests import ContactRequest
from web import shapes
from web.context import Context, Here
from web.openapi import problems
from web.problems import Problem, wrong_field

FRESH_S = 60  # how long a browser may show a profile or facts that have changed

router = APIRouter(prefix="/api", tags=["clinic"])


@router.get("/widget", response_model=shapes.WidgetProfile, responses=problems(429))
async def read_widget(request: Request, here: Here, response: Response) -> dict[str, Any]:
    """The clinic's name, contact details, colours and notices, for the widget."""
    await here.limits.call(request)
    response.headers["Cache-Control"] = f"public, max-age={FRESH_S}"
    clinic, voice = here.clinic, here.voice
    notice = voice.text("utter_privacy")
    if clinic.privacy.notice:
        notice = f"{notice} {clinic.privacy.notice}"
    return {
        "clinic": clinic.name,
        "phone": clinic.wording_values["phone"],
        "email": clinic.email,
        "brand": {
            "accent": clinic.widget.brand_colour,
            "accent_text": clinic.widget.text_colour,
            "logo_text": clinic.widget.logo_text,
        },
        "position": clinic.widget.position,
        "greeting": clinic.widget.greeting,
        "strings": {},
        "privacy_notice": notice,
        "consent": clinic.privacy.consent.text,
        "contact_form": True,
    }


@router.get("/facts", response_model=shapes.Facts, responses=problems(429))
async def read_facts(request: Request, here: Here, response: Response) -> dict[str, Any]:
    """The facts of the document that answers rest on, in our own words; `sources` of a message names them."""
    await here.limits.call(request)
    response.headers["Cache-Control"] = f"public, max-age={FRESH_S}"
    facts = here.hairline.facts.values()
    return {"facts": [{"id": fact.id, "section": fact.section, "text": fact.text} for fact in facts]}


@router.post(
    "/contact", status_code=201, response_model=shapes.Left, responses=problems(400, 409, 413, 415, 422, 429, 503)
)
async def leave_contact(
    request: Request, here: Here, contact: shapes.Contact, idempotency_key: shapes.IdempotencyKey = None
) -> dict[str, Any]:
    """Leave a request without the assistant. Sent twice, it is one request: by its key, or within 15 minutes."""
    await here.limits.contact(request)
    wanted = replace(_checked(here, contact), key=idempotency_key)
    clinic, channels = here.clinic, here.hairline.channels
    try:
        lead = await here.database.write(lambda session: requests.leave_request(session, wanted, clinic, channels))
    except KeyReused:
        raise Problem(409, "The Idempotency-Key was used for another request.") from None
    return {"reference": lead.reference}


def _checked(here: Context, contact: shapes.Contact) -> ContactRequest:
    if not contact.consent:
        raise wrong_field("consent", "without it the clinic may not keep these details")
    written_phone, written_email = (contact.phone or "").strip(), (contact.email or "").strip()
    phone = parse_phone(written_phone, here.clinic.region) if written_phone else None
    email = parse_email(written_email) if written_email else None
    errors = []
    if written_phone and not phone:
        errors.append({"field": "phone", "message": "that is no phone number"})
    if written_email and not email:
        errors.append({"field": "email", "message": "that is no e-mail address"})
    if not written_phone and not written_email:
        errors.append({"field": "phone", "message": "give a phone number or an e-mail address"})
    if errors:
        raise Problem(422, "; ".join(f"{error['field']}: {error['message']}" for error in errors), errors=errors)
    return ContactRequest(contact.name, phone, email, contact.text, contact.page)
