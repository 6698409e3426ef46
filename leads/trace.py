"""Which request is being worked on. The edges set it; log lines and deliveries carry it; nothing is decided by it."""

import re
from contextvars import ContextVar

SHAPE = re.compile(r"(?=.*[a-f])[0-9a-f]{16,64}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""Hexadecimal with a letter in it, or a UUID: no phone number, and nothing that a name or an address fits in."""

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)


def follow(given: object) -> str | None:
    """Take up the id that another process gave; None, and no id, where it is none."""
    known = given if isinstance(given, str) and SHAPE.fullmatch(given) else None
    request_id.set(known)
    return known
