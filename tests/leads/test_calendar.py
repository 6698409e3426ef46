"""Calendar entries: one UID for life, each version newer than the last, and hostile names harmless."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar, Event

from leads.calendar import consultation_time, feed, invitation, uid_of
from leads.records import Lead
from tests.delivery.leads import CANARY, CLINIC, NOW, new_lead

FROM = NOW + timedelta(days=4)
TO = FROM + timedelta(minutes=30)
HOSTILE = 'Zoë "x"; a:b,c\\n\nEND:VEVENT\r\nATTENDEE:mailto:evil@x.example\rX\u2028Y\x00'


def confirmed_lead(**changes: Any) -> Lead:
    return new_lead(status="confirmed", confirmed_start=FROM, confirmed_end=TO, calendar_sequence=1, **changes)


def entry_of(lead: Lead, *, cancelled: bool = False) -> tuple[Calendar, Event]:
    made = invitation(lead, CLINIC, NOW, cancelled=cancelled)
    assert made is not None
    calendar = Calendar.from_ical(made.ics)
    assert isinstance(calendar, Calendar)
    assert calendar["method"] == made.method
    (entry,) = calendar.events
    return calendar, entry


def test_a_request_is_tentative_and_takes_nobodys_time() -> None:
    lead = new_lead()
    calendar, entry = entry_of(lead)
    assert (calendar["method"], entry["status"], entry["transp"]) == ("REQUEST", "TENTATIVE", "TRANSPARENT")
    assert (entry.start, entry.end) == (lead.time_start, lead.time_end)


def test_a_confirmation_is_a_newer_version_of_the_same_entry() -> None:
    lead = new_lead()
    _, before = entry_of(lead)
    lead.status, lead.confirmed_start, lead.confirmed_end, lead.calendar_sequence = "confirmed", FROM, TO, 1
    calendar, after = entry_of(lead)
    assert after["uid"] == before["uid"] == uid_of(lead.reference, CLINIC)
    assert int(str(after["sequence"])) > int(str(before["sequence"]))
    assert (calendar["method"], after["status"], after["transp"]) == ("REQUEST", "CONFIRMED", "OPAQUE")
    assert (after.start, after.end) == (FROM, TO)


def test_a_cancellation_takes_the_same_entry_away() -> None:
    lead = confirmed_lead()
    calendar, entry = entry_of(lead, cancelled=True)
    assert (calendar["method"], entry["status"]) == ("CANCEL", "CANCELLED")
    assert entry["uid"] == uid_of(lead.reference, CLINIC)


def test_without_a_time_there_is_no_entry() -> None:
    lead = new_lead(time_start=None, time_end=None)
    assert consultation_time(lead) is None
    assert invitation(lead, CLINIC, NOW) is None


def test_a_visitors_entry_does_not_say_why_they_come() -> None:
    made = invitation(new_lead(), CLINIC, NOW)
    assert made is not None
    text = Calendar.from_ical(made.ics).to_ical().decode()
    assert CANARY not in text.replace("\r\n ", "")
    assert "scar" not in text.lower()


def test_the_visitor_is_not_asked_to_reply_to_the_invitation() -> None:
    _, entry = entry_of(new_lead())
    assert entry["attendee"].params["RSVP"] == "FALSE"
    assert entry["organizer"] == f"mailto:{CLINIC.email}"


@pytest.mark.parametrize("field", ["name", "reference", "email", "phone", "time_text", "concern_text"])
def test_hostile_text_adds_nothing_to_a_calendar(field: str) -> None:
    lead = new_lead(**{field: HOSTILE if field != "phone" else None})
    made = invitation(lead, CLINIC, NOW)
    assert made is not None
    for ics, attendees in ((made.ics, 1), (feed([lead], CLINIC, NOW, "https://chat.example/desk/leads/"), 0)):
        lines = ics.replace(b"\r\n ", b"").decode().splitlines()
        assert [line for line in lines if line.startswith(("BEGIN:", "END:"))] == [
            "BEGIN:VCALENDAR", "BEGIN:VEVENT", "END:VEVENT", "END:VCALENDAR",
        ]  # fmt: skip
        assert sum(line.startswith("ATTENDEE") for line in lines) == attendees
        Calendar.from_ical(ics)


@given(st.text())
def test_any_name_survives_the_feed_on_one_line(name: str) -> None:
    calendar = Calendar.from_ical(feed([confirmed_lead(name=name)], CLINIC, NOW))
    assert isinstance(calendar, Calendar)
    (entry,) = calendar.events
    assert "\n" not in str(entry["summary"])


def test_the_feed_has_what_was_requested_and_confirmed_and_nothing_else() -> None:
    shown = [new_lead(), new_lead(status="contacted"), confirmed_lead()]
    hidden = [
        new_lead(status="closed"),
        new_lead(status="incomplete"),
        new_lead(time_start=None, time_end=None),
    ]
    calendar = Calendar.from_ical(feed(shown + hidden, CLINIC, NOW, "https://chat.example/desk/leads/"))
    assert isinstance(calendar, Calendar)
    assert calendar["method"] == "PUBLISH"
    assert [it["uid"] for it in calendar.events] == [uid_of(it.reference, CLINIC) for it in shown]
    assert [it["status"] for it in calendar.events] == ["TENTATIVE", "TENTATIVE", "CONFIRMED"]
    assert calendar.events[0]["url"] == f"https://chat.example/desk/leads/{shown[0].reference}"
    assert all("scar" not in str(it.get(field)) for it in calendar.events for field in ("summary", "description"))


def test_an_empty_feed_is_a_calendar() -> None:
    calendar = Calendar.from_ical(feed([], CLINIC, NOW))
    assert isinstance(calendar, Calendar)
    assert calendar.events == []
