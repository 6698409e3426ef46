"""E-mail to the visitor who gave an address and consent: what was asked, by when somebody answers, the calendar entry.

The address was typed into a chat and may be a stranger's: nothing free-form of the visitor's goes there that could be
clicked, and the last line says what to do if it was not them.
"""

from dataclasses import dataclass
from email.message import EmailMessage

from delivery.channel import NotNeeded
from delivery.mail import MailServer, mailbox, new_message, set_text
from delivery.rendering import render, split_subject
from leads.calendar import Invitation, invitation
from leads.clinic import Clinic
from leads.outbox import Claim
from leads.records import Lead
from leads.store import utc_now
from leads.views import LeadView

WITH_CALENDAR = ("lead.created", "lead.updated", "lead.confirmed", "lead.cancelled")
OVERTAKEN_BY = {
    "lead.created": {"lead.confirmed", "lead.cancelled"},
    "lead.updated": {"lead.updated", "lead.confirmed", "lead.cancelled"},
    "lead.confirmed": {"lead.confirmed", "lead.cancelled"},
    "lead.cancelled": {"lead.confirmed"},
}
"""News that make older ones, still unsent, untrue: a mail reads the lead as it is when the mail is sent."""


@dataclass(frozen=True)
class VisitorEmail:
    """Without `sender` the clinic's own address stands in."""

    server: MailServer
    sender: str | None = None
    name: str = "email_visitor"

    def send(self, delivery: Claim, lead: LeadView | None, clinic: Clinic) -> None:
        """Hand it to the mail server, unless the consent is gone or the news is old."""
        if lead is None or lead.lead.email is None or not lead.lead.consent.get("given"):
            raise NotNeeded("the visitor has no e-mail address or no consent any more")
        if OVERTAKEN_BY.get(delivery.event, set()) & set(lead.later):
            raise NotNeeded("newer news is on its way")
        if delivery.event == "question.answered" and lead.answer is None:
            raise NotNeeded("the answer was withdrawn")
        sender, recipient = mailbox(self.sender or clinic.email), mailbox(lead.lead.email)
        self.server.hand_over(self.compose(delivery, lead, clinic, sender, recipient), sender, recipient)

    def compose(self, delivery: Claim, view: LeadView, clinic: Clinic, sender: str, recipient: str) -> EmailMessage:
        """Write the message."""
        entry = _calendar_entry(delivery, view.lead, clinic)
        values = {
            "lead": view.lead,
            "clinic": clinic,
            "promised": _promise(view.lead, clinic),
            "has_calendar": entry is not None,
            "question": view.question,
            "answer": view.answer,
        }
        subject, text = split_subject(render(f"email_visitor/{delivery.event}.txt.j2", **values))
        message = new_message(delivery.id, clinic.name, sender, recipient, subject)
        if sender != clinic.email:
            message["Reply-To"] = mailbox(clinic.email)
        set_text(message, text, render("email_visitor/layout.html.j2", subject=subject, text=text))
        if entry is not None:
            _attach(message, entry)
        return message


def _calendar_entry(delivery: Claim, lead: Lead, clinic: Clinic) -> Invitation | None:
    if delivery.event not in WITH_CALENDAR:
        return None
    return invitation(lead, clinic, utc_now(), cancelled=delivery.event == "lead.cancelled")


def _promise(lead: Lead, clinic: Clinic) -> str:
    promised = clinic.callback_by(lead.created_at)
    return clinic.describe_moment(promised) if promised is not None and promised > utc_now() else ""


def _attach(message: EmailMessage, entry: Invitation) -> None:
    """Add the entry twice, as calendars expect it: as a form of the message, and as a file for all others."""
    shown = {"method": entry.method, "charset": "utf-8"}
    message.add_alternative(entry.ics, maintype="text", subtype="calendar", params=shown, cte="base64")
    message.add_attachment(entry.ics, maintype="application", subtype="ics", filename="consultation.ics")
