"""Leads as a table that Excel, LibreOffice and Google Sheets open without running anything."""

import csv
import io
import unicodedata
from collections.abc import Iterable
from typing import Any

from leads.records import Lead
from leads.views import lead_as_json

COLUMNS = (
    "created_at",  # first, because Excel's byte order mark sticks to the name of the first column
    "reference",
    "status",
    "updated_at",
    "name",
    "phone",
    "email",
    "concern",
    "concern_text",
    "preferred_time",
    "start",
    "end",
    "timezone",
    "consent",
    "consent_version",
    "consent_at",
    "for_someone_else",
    "urgent",
    "questions",
    "open_questions",
    "assignee",
    "notes",
    "page",
    "conversation",
    "for_whom",  # new columns come last, so that programs that read by place stay right
    "asked_by",
    "remarks",
    "consent_conditions",
)
BYTE_ORDER_MARK = "\ufeff"  # without it Excel reads UTF-8 as the machine's old code page
_LIVE = "=+-@\t\r＝＋－＠﹢﹣﹦﹫−"  # a cell that begins so is a formula to some program, full-width forms included


def safe_cell(value: str) -> str:
    """The value as text in every spreadsheet: whatever could begin a formula gets an apostrophe in front.

    Blanks and invisible characters at the front do not hide it. A phone stays readable: '+441614960000.
    """
    value = value.replace("\x00", "").replace("\r\n", "\n")
    first = next((it for it in value if it not in "\"'" and (it in _LIVE or not _is_unseen(it))), "")
    return "'" + value if first and first in _LIVE else value


def _is_unseen(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp", "Zs")


def header() -> str:
    """The byte order mark and the names of the columns."""
    return BYTE_ORDER_MARK + _lines([COLUMNS])


def rows(leads: Iterable[Lead]) -> str:
    """One line for each lead; every cell quoted and safe."""
    return _lines([safe_cell(value) for value in _cells(lead)] for lead in leads)


def _lines(table: Iterable[Iterable[str]]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(table)
    return buffer.getvalue()


def _cells(lead: Lead) -> list[str]:
    shown = lead_as_json(lead, ())
    concern, time, consent = shown["concern"], shown["preferred_time"], shown["consent"]
    flat: dict[str, Any] = {
        **shown,
        "concern": concern["category"],
        "concern_text": concern["text"],
        "preferred_time": time["text"],
        "start": time["start"],
        "end": time["end"],
        "timezone": time["timezone"],
        "consent": consent["given"],
        "consent_version": consent["version"],
        "consent_at": consent["at"],
        "consent_conditions": consent.get("conditions"),
        "notes": [note.get("text", "") for note in shown["notes"]],
    }
    return [_text(flat[column]) for column in COLUMNS]


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "; ".join(str(part) for part in value)
    return str(value)
