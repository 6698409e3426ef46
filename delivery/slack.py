"""Slack, or whatever takes its incoming webhooks: one short line, no name, nothing of health beyond the category."""

import json
from dataclasses import dataclass

from delivery.http import Receiver, Resolve, post, resolve
from delivery.links import Links
from delivery.rendering import render
from leads.clinic import Clinic
from leads.outbox import Claim
from leads.views import LeadView


@dataclass(frozen=True)
class SlackChannel:
    """Posts `{"text": ...}`."""

    receiver: Receiver
    links: Links
    resolver: Resolve = resolve
    name: str = "slack"

    def send(self, delivery: Claim, lead: LeadView | None, clinic: Clinic) -> None:
        """Post it. Slack knows no idempotency key; a worker killed in the midst of sending posts it again."""
        lead_row = lead.lead if lead is not None else None
        text = render("slack.txt.j2", event=delivery.event, lead=lead_row, link=self.links.to(delivery), clinic=clinic)
        headers = {"Content-Type": "application/json", "Idempotency-Key": delivery.id}
        post(self.receiver, json.dumps({"text": text}).encode(), headers, self.resolver)
