"""Hostile fields in e-mails and calendar entries: no header, recipient, part, event or property that is not ours."""

import random
import re
from datetime import timedelta

import icalendar

from delivery.channel import GiveUp
from delivery.email_staff import StaffEmail
from delivery.email_visitor import VisitorEmail
from delivery.links import Links
from delivery.mail import MailServer
from leads import calendar
from leads.outbox import Claim
from leads.records import Lead
from leads.store import new_id
from tests.attacks.forms import count, report
from tests.delivery.leads import CLINIC, NOW, new_lead, view_of
from tests.delivery.servers import MailReceiver

SEED = 31
BREAKS = (
    "\r\n",
    "\n",
    "\r",
    "\r\n ",
    "\n\t",
    "\u2028",
    "\u2029",
    "\x85",
    "\x0b",
    "\x0c",
    "\x1e",
    "\x00",
    "%0d%0a",
    "\\n",
    "\\r\\n",
    "=?utf-8?q?=0D=0A?=",
    "=?utf-8?b?DQo=?=",
    "\u560a\u560d",
    "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
)
HEADERS = (
    "Bcc: evil@canary.invalid",
    "To: evil@canary.invalid",
    "Subject: owned",
    "Content-Type: text/html",
    "X-Evil: 1",
    "MIME-Version: 2.0",
    "\r\n<script>x</script>",
    ".\r\nMAIL FROM:<evil@canary.invalid>",
    "--===============\r\nContent-Type: text/html",
)
LINES = (
    "END:VEVENT",
    "BEGIN:VEVENT",
    "ATTENDEE:mailto:evil@canary.invalid",
    "ATTACH:http://canary.invalid/x",
    "URL:http://canary.invalid",
    "END:VCALENDAR\r\nBEGIN:VCALENDAR",
    "BEGIN:VALARM\r\nACTION:EMAIL",
    "ORGANIZER;CN=evil:mailto:evil@canary.invalid",
    'X-EVIL;A="b":1',
)
OURS = {
    "received",
    "message-id",
    "date",
    "from",
    "to",
    "subject",
    "auto-submitted",
    "mime-version",
    "content-type",
    "reply-to",
    "x-peer",
    "x-mailfrom",
    "x-rcptto",
    "list-id",
    "precedence",
    "references",
    "in-reply-to",
}
PROPERTIES = {
    "UID",
    "DTSTAMP",
    "LAST-MODIFIED",
    "SEQUENCE",
    "DTSTART",
    "DTEND",
    "STATUS",
    "TRANSP",
    "LOCATION",
    "CLASS",
    "SUMMARY",
    "DESCRIPTION",
    "ORGANIZER",
    "ATTENDEE",
    "URL",
}


def hostile(chance: random.Random) -> str:
    """A field that tries to become a header or a line of a calendar."""
    line = chance.choice((*HEADERS, *LINES))
    return chance.choice(("Ann", "", "Ann Lee ")) + chance.choice(BREAKS) + line + chance.choice((*BREAKS, ""))


def hostile_lead(chance: random.Random) -> Lead:
    """A lead with hostile words in every field, past every check; the visitor's address is hostile now and then."""
    email = chance.choice(
        (
            "ann@visitor.example",
            "ann@visitor.example",
            f"ann@visitor.example{hostile(chance)}",
            "a@visitor.example,evil@canary.invalid",
            "a@visitor.example> <evil@canary.invalid",
            '"a\r\nb"@visitor.example',
        )
    )
    return new_lead(
        name=hostile(chance),
        email=email,
        concern_text=hostile(chance),
        time_text=hostile(chance),
        for_someone_else=True,
        someone_else=hostile(chance),
        asked_by=hostile(chance),
        remarks=[hostile(chance)],
        questions=[hostile(chance)],
        open_questions=[hostile(chance)],
        page=f"https://clinic.example/{hostile(chance)}",
        notes=[{"text": hostile(chance), "by": "x", "at": NOW.isoformat()}],
        time_start=NOW + timedelta(days=3),
        time_end=NOW + timedelta(days=3, hours=1),
    )


def claim_of(channel: str, lead: Lead) -> Claim:
    """A delivery as a worker holds it."""
    return Claim(new_id("d"), channel, "lead.created", lead.reference, None, "test", 1, NOW, NOW + timedelta(hours=1))


def check_calendar(ics: bytes, events: int) -> None:
    """Nothing but so many events of ours stands in it; read by a library, and line by line."""
    read = icalendar.Calendar.from_ical(ics)
    assert [part.name for part in read.walk()] == ["VCALENDAR"] + ["VEVENT"] * events
    for event in read.walk("VEVENT"):
        assert set(event) <= PROPERTIES, set(event) - PROPERTIES
        assert "canary" not in str(event.get("organizer", "")) + str(event.get("url", ""))
    lines = re.sub(rb"\r\n[ \t]", b"", ics).split(b"\r\n")
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    assert lines.count(b"BEGIN:VEVENT") == lines.count(b"END:VEVENT") == events
    assert lines.count(b"BEGIN:VCALENDAR") == 1


def test_no_field_becomes_a_line_of_a_calendar() -> None:
    chance = random.Random(SEED)
    leads = [hostile_lead(chance) for _ in range(count(200, 10_000))]
    for lead in leads:
        made = calendar.invitation(lead, CLINIC, NOW)
        assert made is not None
        check_calendar(made.ics, 1)
    for at in range(0, len(leads), 500):
        some = leads[at : at + 500]
        check_calendar(calendar.feed(some, CLINIC, NOW, "https://desk.example/desk/leads/"), len(some))
    report("letters", f"{len(leads)} hostile leads as calendar entries and in the feed: nothing was injected")


def test_no_field_becomes_a_header_or_a_recipient() -> None:
    chance = random.Random(SEED)
    sent = refused = 0
    with MailReceiver(smtputf8=True) as inbox:
        server = MailServer.from_url(inbox.url)
        channels = (
            StaffEmail(server, Links("https://desk.example"), "desk@clinic.example", "staff@clinic.example"),
            VisitorEmail(server, "desk@clinic.example"),
        )
        for _ in range(count(20, 1_000)):
            lead = hostile_lead(chance)
            for channel in channels:
                claim = claim_of(channel.name, lead)
                try:
                    channel.send(claim, view_of(lead), CLINIC)
                    sent += 1
                except GiveUp:
                    refused += 1  # an address that is none, or several
        mails = inbox.mails
    assert len(mails) == sent > 0
    for mail in mails:
        names = [name.lower() for name in mail.message]
        assert set(names) <= OURS, set(names) - OURS
        assert len(names) == len(set(names)), names
        assert mail.recipients in (["staff@clinic.example"], ["ann@visitor.example"]), mail.recipients
        assert "canary" not in "".join(str(mail.message[name]) for name in ("from", "to", "message-id", "date"))
        for part in mail.message.walk():
            if part.get_content_type() == "text/calendar":
                payload = part.get_payload(decode=True)
                assert isinstance(payload, bytes)
                check_calendar(payload, 1)
    report("letters", f"{sent} e-mails with hostile fields, {refused} refused for their address: nothing was injected")


def test_a_naive_letter_and_a_naive_calendar_are_injected() -> None:
    chance = random.Random(SEED)
    letters = calendars = 0
    for _ in range(100):
        name = hostile(chance)
        header = f"To: staff@clinic.example\r\nSubject: {name}\r\n\r\nHello".partition("\r\n\r\n")[0]
        letters += len(re.split(r"\r\n(?![ \t])", header)) > 2
        entry = f"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:{name}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        try:
            check_calendar(entry.encode(), 1)
        except (AssertionError, ValueError):
            calendars += 1
    assert letters > 0
    assert calendars > 0
    report("letters", f"naive ones fail: of 100 hostile names {letters} add a header, {calendars} break a calendar")
