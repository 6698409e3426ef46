"""E-mail to the clinic: everything about the lead in the body, nothing about the visitor in the subject."""

from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage

from delivery.channel import GiveUp
from delivery.links import Links
from delivery.mail import MailServer, mailbox, new_message, set_text
from delivery.rendering import render, split_subject
from leads.clinic import Clinic
from leads.outbox import Claim
from leads.records import Lead
from leads.views import LeadView


@dataclass(frozen=True)
class StaffEmail:
    """Without `sender` or `recipient` the clinic's own address stands in."""

    server: MailServer
    links: Links
    sender: str | None = None
    recipient: str | None = None
    name: str = "email_staff"

    def send(self, delivery: Claim, lead: LeadView | None, clinic: Clinic) -> None:
        """Hand it to the mail server; the Message-ID is made of the delivery's id."""
        sender, recipient = mailbox(self.sender or clinic.email), mailbox(self.recipient or clinic.email)
        message = self.compose(delivery, lead.lead if lead is not None else None, clinic, sender, recipient)
        self.server.hand_over(message, sender, recipient)

    def compose(self, delivery: Claim, lead: Lead | None, clinic: Clinic, sender: str, recipient: str) -> EmailMessage:
        """Write the message."""
        promised = clinic.callback_by(lead.created_at) if lead is not None else None
        values = {
            "event": delivery.event,
            "changed": delivery.payload.get("changed", []),
            "lead": lead,
            "clinic": clinic,
            "link": self.links.to(delivery),
            "promised": clinic.describe_moment(promised) if promised is not None else "now",
        }
        subject, text = split_subject(render("email_staff.txt.j2", **values))
        message = new_message(delivery.id, clinic.name, sender, recipient, subject)
        if lead is not None and lead.email is not None:
            _answer_to(message, lead.email)
        set_text(message, text, render("email_staff.html.j2", **values))
        return message


def _answer_to(message: EmailMessage, email: str) -> None:
    """Let "reply" go to the visitor, unless the clinic's mail server might choke on the address."""
    try:
        address = mailbox(email)
    except GiveUp:
        return
    if address.isascii():
        message["Reply-To"] = Address(addr_spec=address)
