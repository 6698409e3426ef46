"""How a lead is found: by any part of a word from three characters on, by the beginning of a word below that.

`Lead.search` holds what is looked for, written so that one plain comparison finds it. The database keeps an index of
its trigrams (SQLite: the FTS5 table `leads_search`, PostgreSQL: pg_trgm), made by migration 0002 and kept up by
triggers or by PostgreSQL itself; without pg_trgm everything is found, too, only slowly.
"""

import re
import time
import unicodedata
from collections.abc import Iterator
from itertools import batched

from sqlalchemy import ColumnElement, Connection, Select, and_, column, delete, func, select, table
from sqlalchemy.orm import Session

from leads.records import Lead, SearchDebt

BEFORE_A_WORD = "  "
"""Two blanks, so that even one letter makes a trigram with them."""
MOST_WORDS = 8
LOOKED_THROUGH = 5000
"""Leads that are simply read, the newest first, before the index is asked: what is common is found among them."""
AT_ONCE = 1000
PAGES_OF_A_STEP = 50
"""How much of SQLite's index one statement rewrites: some milliseconds in which nobody else writes."""

_PHONE = re.compile(r"(?:tel:)?[\d\s()+./\-\u2010-\u2015\u2212]*\d[\d\s()+./\-\u2010-\u2015\u2212]*")
_index = table("leads_search", column("rowid"), column("leads_search"), column("rank"))


def search_text(lead: Lead) -> str:
    """What `Lead.search` has to hold: name, who asks, phone, e-mail, reference, concern; folded, word by word."""
    category = (lead.concern_category or "").replace("_", " ")
    phone = (lead.phone or "").removeprefix("+")
    parts = (lead.name, lead.asked_by, phone, lead.email, lead.reference, category, lead.concern_text)
    return "".join(BEFORE_A_WORD + word for part in parts for word in _fold(part or "").split())


def sought(words: str) -> list[str]:
    """What all has to stand in `Lead.search`; a phone number in its digits, whatever it was typed with."""
    folded = _fold(words).strip()
    if _PHONE.fullmatch(folded):
        return [_padded(_national(re.sub(r"\D", "", folded.replace("(0)", ""))))]
    found = [_national(word.lstrip("+")) if word.lstrip("+").isdecimal() else word for word in folded.split()]
    return [_padded(word) for word in found[:MOST_WORDS]]


def _fold(text: str) -> str:
    """Without accents, case and odd forms of characters: Zoë is found as zoe."""
    plain = unicodedata.normalize("NFKD", text)
    return "".join(it for it in plain if not unicodedata.combining(it)).casefold()


def _national(digits: str) -> str:
    return digits.lstrip("0") or digits


def _padded(word: str) -> str:
    return word if len(word) >= 3 else BEFORE_A_WORD + word


def matches(parts: list[str]) -> ColumnElement[bool]:
    """Whether a lead has all of this in its search text."""
    return and_(*(Lead.search.contains(part, autoescape=True) for part in parts))


def find_matching(
    session: Session, query: Select[Lead], parts: list[str], before: int | None, limit: int
) -> list[Lead]:
    """Leads of a query without an order that have all of `parts`, newest first; only those with a `seq` below `before`.

    Common words are found among the newest leads, which are read one by one. What is rare there is looked up in the
    index. So neither depends on what the database's planner believes about the words.
    """
    if before is not None:
        query = query.where(Lead.seq < before)
    newest = query.with_only_columns(Lead.seq).order_by(Lead.seq.desc())
    floor = session.scalars(newest.offset(LOOKED_THROUGH).limit(1)).first()
    query = query.where(matches(parts)).order_by(Lead.seq.desc())
    if floor is None:
        return list(session.scalars(query.limit(limit)))
    found = list(session.scalars(query.where(Lead.seq > floor).limit(limit)))
    if len(found) == limit:
        return found  # before the index is asked at all: of a common word it would name half of all leads
    for candidates in batched(_candidates(session, parts, floor), AT_ONCE, strict=False):
        found += session.scalars(query.where(Lead.seq.in_(candidates)).limit(limit - len(found)))
        if len(found) == limit:
            break
    return found


def _candidates(session: Session, parts: list[str], highest: int) -> Iterator[int]:
    """The `seq` of every lead up to `highest` that may have all of `parts`, newest first, from the index."""
    if session.get_bind().dialect.name == "sqlite":
        found = select(_index.c.rowid).where(_index.c.leads_search.op("MATCH")(_trigrams(parts)))
        yield from session.scalars(found.where(_index.c.rowid <= highest).order_by(_index.c.rowid.desc()))
        return
    telling = [_telling(part) for part in parts]
    hits = select(Lead.seq).where(matches(telling), Lead.seq <= highest).cte("hits").prefix_with("MATERIALIZED")
    yield from session.scalars(select(hits.c.seq).order_by(hits.c.seq.desc()))


def _trigrams(parts: list[str]) -> str:
    """The condition of FTS5: trigrams side by side, which is nearly as narrow as all of them and asks less."""
    pieces = []
    for telling in map(_telling, parts):
        starts = [*range(0, len(telling) - 2, 3), len(telling) - 3]
        pieces += [telling[start : start + 3].replace('"', '""') for start in starts]
    return " AND ".join(f'"{piece}"' for piece in dict.fromkeys(pieces))


def _telling(part: str) -> str:
    """Of an e-mail address the part before the @: what follows is the same for thousands."""
    name, at, _ = part.partition("@")
    return name if at and len(name) >= 3 else part


def forget_erased(connection: Connection, seconds: float) -> bool:
    """Take the trigrams of erased leads out of SQLite's index; whether all are gone. Each statement is a transaction.

    FTS5 only marks them as gone. Rewriting the index, a little at a time, leaves them out.
    """
    owed = connection.scalar(select(func.max(SearchDebt.id)))
    if owed is None:
        return True
    until = time.monotonic() + seconds
    pages = -PAGES_OF_A_STEP  # below zero it begins to rewrite everything, above zero it goes on
    while time.monotonic() < until:
        before = connection.exec_driver_sql("SELECT total_changes()").scalar_one()
        connection.execute(_index.insert().values(leads_search="merge", rank=pages))
        pages = PAGES_OF_A_STEP
        if connection.exec_driver_sql("SELECT total_changes()").scalar_one() - before < 2:
            connection.execute(delete(SearchDebt).where(SearchDebt.id <= owed))
            return True
    return False
