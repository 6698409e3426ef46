"""Consultations as calendars read them (RFC 5545 and 5546): one lead for its visitor, all of them for staff.

The entry of a lead keeps its UID for ever; `Lead.calendar_sequence` says which version is newer.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from urllib.parse import quote

from icalendar import Calendar, Event, vCalAddress

from leads.clinic import Clinic, describe_phone
from leads.plain import one_line
from leads.records import Lead

PRODUCT = "-//Hairline//Consultations//EN"
MAX_LINE = 200

Method = Literal["REQUEST", "CANCEL"]
_REQUESTED = ("new", "contacted")


@dataclass(frozen=True, slots=True)
class Invitation:
    """An .ics for one visitor and the method that the e-mail around it has to name."""

    method: Method
    ics: bytes


def uid_of(reference: str, clinic: Clinic) -> str:
    """Give the entry's name, the same in every version and in the feed."""
    return f"{reference}@{clinic.email.rpartition('@')[2].encode('idna').decode('ascii')}"


def consultation_time(lead: Lead) -> tuple[datetime, datetime] | None:
    """Give the agreed time, else the time the visitor asked for, else None."""
    start, end = (
        (lead.confirmed_start, lead.confirmed_end) if lead.confirmed_start else (lead.time_start, lead.time_end)
    )
    return (start, end) if start and end else None


def invitation(lead: Lead, clinic: Clinic, now: datetime, *, cancelled: bool = False) -> Invitation | None:
    """Build the entry for the visitor: tentative, confirmed or cancelled. None if there is no time to enter.

    It names the clinic and nothing of why: other people see calendars.
    """
    when = consultation_time(lead)
    if when is None:
        return None
    method: Method = "CANCEL" if cancelled else "REQUEST"
    entry = _entry(lead, clinic, when, now)
    entry.add("summary", one_line(f"Consultation, {clinic.name}", MAX_LINE))
    entry.add("description", _visitor_description(lead, clinic))
    entry.add("organizer", _address(clinic.email), parameters={"CN": one_line(clinic.name, MAX_LINE)})
    if lead.email:
        answer = {"ROLE": "REQ-PARTICIPANT", "PARTSTAT": "NEEDS-ACTION", "RSVP": "FALSE"}
        entry.add("attendee", _address(lead.email), parameters=answer)
    if cancelled:
        entry.pop("status")
        entry.add("status", "CANCELLED")
    calendar = _calendar(clinic)
    calendar.add("method", method)
    calendar.add_component(entry)
    return Invitation(method, calendar.to_ical())


def feed(leads: Iterable[Lead], clinic: Clinic, now: datetime, desk_url: str | None = None) -> bytes:
    """Build the staff's calendar of requested and confirmed consultations; others among `leads` are left out.

    An entry has name, phone and reference, and a link to the lead in the desk (`desk_url` + reference); no concern.
    """
    calendar = _calendar(clinic)
    calendar.add("method", "PUBLISH")
    calendar.add("name", one_line(f"Consultations, {clinic.name}", MAX_LINE))
    calendar.add("x-wr-calname", one_line(f"Consultations, {clinic.name}", MAX_LINE))
    for lead in leads:
        when = consultation_time(lead)
        if when is None or (lead.status != "confirmed" and lead.status not in _REQUESTED):
            continue
        calendar.add_component(_staff_entry(lead, clinic, when, now, desk_url))
    ics: bytes = calendar.to_ical()
    return ics


def _staff_entry(
    lead: Lead, clinic: Clinic, when: tuple[datetime, datetime], now: datetime, desk_url: str | None
) -> Event:
    entry = _entry(lead, clinic, when, now)
    state = "" if lead.status == "confirmed" else " (requested)"
    entry.add("summary", one_line(f"{lead.name or lead.reference}{state}", MAX_LINE))
    phone = describe_phone(lead.phone, clinic.region) if lead.phone else None
    lines = [lead.reference, phone, lead.email]
    entry.add("description", "\n".join(one_line(line, MAX_LINE) for line in lines if line))
    if desk_url is not None:
        entry.add("url", f"{desk_url}{quote(lead.reference, safe='')}")
    return entry


def _entry(lead: Lead, clinic: Clinic, when: tuple[datetime, datetime], now: datetime) -> Event:
    confirmed = lead.status == "confirmed"
    entry = Event()
    entry.add("uid", uid_of(lead.reference, clinic))
    entry.add("dtstamp", now.astimezone(UTC))
    entry.add("last-modified", lead.updated_at.astimezone(UTC))
    entry.add("sequence", lead.calendar_sequence or 0)
    entry.add("dtstart", when[0].astimezone(UTC))
    entry.add("dtend", when[1].astimezone(UTC))
    entry.add("status", "CONFIRMED" if confirmed else "TENTATIVE")
    # What was only asked for, often half a day or a week, blocks nobody's time.
    entry.add("transp", "OPAQUE" if confirmed else "TRANSPARENT")
    entry.add("location", one_line(", ".join(clinic.addresses[0].lines), MAX_LINE))
    entry.add("class", "PRIVATE")
    return entry


def _visitor_description(lead: Lead, clinic: Clinic) -> str:
    lines = [lead.reference, describe_phone(clinic.phone, clinic.region), clinic.email]
    return "\n".join(one_line(line, MAX_LINE) for line in lines)


def _calendar(clinic: Clinic) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("x-wr-timezone", clinic.time_zone)
    return calendar


def _address(email: str) -> vCalAddress:
    return vCalAddress(f"mailto:{quote(email, safe='@+-_.!#$&*=~')}")
