"""The contract of a channel: one way of telling somebody."""

from datetime import timedelta
from typing import Protocol

from leads.clinic import Clinic
from leads.outbox import Claim
from leads.views import LeadView

DEADLINE_S = 30.0
"""No attempt takes longer, whatever the other side does; much less than `leads.outbox.LEASE`."""


class Retry(Exception):
    """It did not work now and may later. `reason` is in our own words and holds nothing personal."""

    def __init__(self, reason: str, after: timedelta | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.after = after
        """When the receiver said how long to wait."""


class GiveUp(Exception):
    """It will not work until a person mends something. `reason` as in Retry."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotNeeded(Exception):
    """There is nothing to tell any more. `reason` as in Retry."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Channel(Protocol):
    """One way of telling. Used by several threads at once."""

    @property
    def name(self) -> str:
        """What `Delivery.channel` says."""

    def send(self, delivery: Claim, lead: LeadView | None, clinic: Clinic) -> None:
        """Tell it; returning means that the receiver has it.

        `lead` is None where the delivery is about a conversation. Raises Retry, GiveUp or NotNeeded. Takes at most
        DEADLINE_S and gives the receiver `delivery.id`, the same at each attempt.
        """
