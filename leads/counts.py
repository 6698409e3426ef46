"""Numbers for people: exact as far as anybody counts, and no dearer however many there are."""

from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

COUNTED = 10_000
"""This number means: so many or more."""


def count(session: Session, key: InstrumentedAttribute[Any], *where: ColumnElement[bool]) -> int:
    """How many records fulfil all conditions, at most `COUNTED`."""
    some = select(key).where(*where).limit(COUNTED).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0
