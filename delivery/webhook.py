"""The clinic's own programs: the lead as JSON, signed by the Standard Webhooks scheme."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from standardwebhooks import Webhook

from delivery.http import Receiver, Resolve, post, resolve
from leads.clinic import Clinic
from leads.outbox import Claim
from leads.store import utc_now
from leads.views import LeadView


@dataclass(frozen=True)
class WebhookChannel:
    """Posts `{"type", "timestamp", "data": Lead}`. Receivers drop repeats by `webhook-id`, the delivery's id."""

    receiver: Receiver
    signer: Webhook | None
    resolver: Resolve = resolve
    name: str = "webhook"

    def send(self, delivery: Claim, lead: LeadView | None, clinic: Clinic) -> None:
        """Post it. The timestamp of the signature is that of the attempt, the body's that of the event."""
        body = json.dumps(_content(delivery, lead), ensure_ascii=False)
        headers = {"Content-Type": "application/json", **self._signed(delivery.id, utc_now(), body)}
        post(self.receiver, body.encode(), headers, self.resolver)

    def _signed(self, delivery_id: str, at: datetime, body: str) -> dict[str, str]:
        headers = {"webhook-id": delivery_id, "webhook-timestamp": str(int(at.timestamp()))}
        if self.signer is not None:
            headers["webhook-signature"] = self.signer.sign(delivery_id, at, body)
        return headers


def signer_from(secret: str | None) -> Webhook | None:
    """Make the signer of HAIRLINE_WEBHOOK_SECRET, `whsec_` and base64. Raises ValueError where it is something else."""
    if secret is None:
        return None
    try:
        return Webhook(secret)
    except Exception as fault:  # the library raises RuntimeError, binascii.Error and its own
        raise ValueError("is not a signing secret; write whsec_ and the base64 of at least 24 random bytes") from fault


def _content(delivery: Claim, lead: LeadView | None) -> dict[str, Any]:
    content: dict[str, Any] = {"type": delivery.event, "timestamp": delivery.announced_at.isoformat()}
    if "changed" in delivery.payload:
        content["changed"] = delivery.payload["changed"]
    content["data"] = lead.as_json() if lead is not None else _without_lead(delivery)
    return content


def _without_lead(delivery: Claim) -> dict[str, Any]:
    if delivery.event == "lead.erased":
        return {"reference": delivery.payload["reference"]}
    return {"conversation": delivery.conversation_id}
