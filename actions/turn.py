"""What all actions share: a visitor's message goes to the front desk, the committed replies come back.

Which action Rasa's rules choose names the skill that leads the turn; the front desk decides by its own record of the
conversation, so that a tracker that was lost or is behind cannot lose or double anything.
"""

import asyncio
import logging
import time
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActiveLoop, EventType, FollowupAction, Restarted
from rasa_sdk.executor import CollectingDispatcher

from hairline.metrics import TURN_SECONDS
from leads.front_desk import FrontDesk, Outcome, Turn, UnknownMessage
from leads.store import StoreUnavailable
from leads.trace import follow
from leads.understanding import read_understanding

BOOKING = "booking_form"

log = logging.getLogger(__name__)


class FrontDeskAction(Action):
    """An action of one skill. Subclasses give their name only; no state, for one instance serves all visitors."""

    skill: str

    def __init__(self, desk: FrontDesk) -> None:
        self._desk = desk

    def name(self) -> str:
        """The action's name in domain.yml."""
        return self.skill

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Do the visitor's turn. Where nothing could be committed nothing is said: web/ then answers with the phone."""
        follow(metadata_of(tracker).get("request_id"))
        turn = read_turn(tracker)
        began = time.perf_counter()
        try:
            with TURN_SECONDS.labels("front desk").time():
                outcome = await asyncio.to_thread(self._desk.respond, turn)
        except (StoreUnavailable, UnknownMessage) as problem:
            log.error("turn %s not done: %s", turn.message_id, type(problem).__name__)
            return []
        took = (time.perf_counter() - began) * 1000
        log.info("turn done by %s", self.skill, extra={"ms": round(took, 1)})
        for text in outcome.texts:
            dispatcher.utter_message(text=text)
        return events_after(outcome, tracker)


def read_turn(tracker: Tracker) -> Turn:
    """Which stored message Rasa is asking about, and what was understood of it."""
    latest = tracker.latest_message or {}
    message_id = str(metadata_of(tracker).get("message_id") or "")
    return Turn(
        tracker.sender_id, message_id, read_understanding(latest.get("understanding"), str(latest.get("text") or ""))
    )


def metadata_of(tracker: Tracker) -> dict[str, Any]:
    """What web sent along with the message: `message_id`, `request_id`."""
    return (tracker.latest_message or {}).get("metadata") or {}


def events_after(outcome: Outcome, tracker: Tracker) -> list[EventType]:
    """Rasa's side of the outcome: the booking's loop begins or ends, or everything is forgotten."""
    if outcome.forget:
        return [Restarted()]
    # The turn is over. Without the listen a loop that just began would be run once more on the same message, and Rasa
    # would go through its rules a second time only to find that it has to listen.
    events = [FollowupAction("action_listen")]
    active = (tracker.active_loop or {}).get("name") == BOOKING
    if outcome.booking_open != active:
        events.insert(0, ActiveLoop(BOOKING if outcome.booking_open else None))
    return events
