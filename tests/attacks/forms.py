"""How much of an attack is made: a small form in `make test`, the full numbers in `make attack`."""

import math
import os
import time

VARIABLE = "HAIRLINE_ATTACKS"
"""The share of the full numbers, such as 1 or 0.1. Without it the small form is made, and no stock bot is attacked."""
MINUTES_VARIABLE = "HAIRLINE_ATTACKS_MINUTES"
"""After how long the random talks stop and say how far they came. Without it they go on to their number."""


def share() -> float | None:
    """The share of the full numbers that was asked for; None for the small form."""
    asked = os.environ.get(VARIABLE)
    return float(asked) if asked else None


def count(small: int, full: int) -> int:
    """How many attacks of a kind to make."""
    asked = share()
    return small if asked is None else max(1, round(full * asked))


def deadline() -> float:
    """When to stop, on the monotonic clock."""
    minutes = os.environ.get(MINUTES_VARIABLE)
    return time.monotonic() + float(minutes) * 60 if minutes else math.inf


def report(harness: str, what: str) -> None:
    """A line for whoever runs `make attack`, which shows what tests print."""
    print(f"\nattack: {harness}: {what}", flush=True)
