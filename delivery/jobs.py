"""What the worker does now and then beside sending. Add a job here; it must be harmless when two workers do it."""

import logging
from collections.abc import Iterable
from datetime import datetime

import httpx

from delivery.worker import Job
from hairline.backup import write_erased_log
from hairline.channels import channel_names
from hairline.compose import Hairline
from hairline.processes import SECRET_HEADER
from leads.handoff import end_silent_talks, give_up_waiting
from leads.intake import keep_incomplete
from leads.outbox import escalate_unclaimed
from leads.retention import erase_what_is_over
from leads.wording import Voice

log = logging.getLogger(__name__)

ESCALATE_EVERY_S = 30.0
HANDOFF_EVERY_S = 10.0
ERASE_EVERY_S = 60.0
SCRUB_FOR_S = 300.0  # a million leads take SQLite some twenty seconds, in small steps
KEEP_EVERY_S = 60.0
RASA_S = 3.0


def jobs(hairline: Hairline) -> list[Job]:
    """Give all jobs: what is done, how often in seconds, and how."""
    store, clinic = hairline.store, hairline.clinic
    channels = channel_names(hairline.settings)

    def voice() -> Voice:
        return Voice(hairline.wording, clinic.current())

    def erase(now: datetime) -> None:
        erased = erase_what_is_over(store, clinic.current(), now)
        forget_in_rasa(hairline, erased.conversations)
        if erased:
            log.info("erased what was over: %d talks, %d leads", len(erased.conversations), erased.leads)
        store.scrub(SCRUB_FOR_S)

    return [
        Job("escalation", ESCALATE_EVERY_S, lambda now: escalate_unclaimed(store, clinic.current(), now, channels)),
        Job("nobody came", HANDOFF_EVERY_S, lambda now: give_up_waiting(store, voice, channels, now)),
        Job("abandoned bookings", KEEP_EVERY_S, lambda now: keep_incomplete(store, clinic.current(), channels, now)),
        Job("silent talks", HANDOFF_EVERY_S, lambda now: end_silent_talks(store, voice, now)),
        Job("retention", ERASE_EVERY_S, erase),
        Job("erasure log", ERASE_EVERY_S, lambda _: write_erased_log(store, hairline.settings.var)),
    ]


def forget_in_rasa(hairline: Hairline, conversation_ids: Iterable[str]) -> None:
    """Have Rasa drop its memory of conversations that were erased. What it does not drop goes with its next restart."""
    headers = {SECRET_HEADER: hairline.settings.internal_secret or ""}
    ids = list(conversation_ids)
    with httpx.Client(headers=headers, timeout=RASA_S, trust_env=False) as client:
        for port in hairline.settings.rasa_ports:
            try:
                for conversation_id in ids:
                    url = f"http://127.0.0.1:{port}/webhooks/hairline/conversations/{conversation_id}"
                    client.delete(url).raise_for_status()
            except httpx.HTTPError as fault:
                log.warning("Rasa did not confirm that it forgot a conversation (%s)", type(fault).__name__)
