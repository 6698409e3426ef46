"""Days that Microsoft's recognizers-text reads: "in 10 days", "three weeks from now", "Thanksgiving"."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from leads.times.dates import Span, Today
from leads.times.phrases import DayKind, Days

_PHRASE = re.compile(
    r"\bin (?:about |another )?[\w-]{1,12} days?\b|\b[\w-]{1,12} (?:day|week|month|year)s? from (?:now|today)\b"
    r"|\b(?:thanksgiving|halloween|valentine'?s day|(?:saint |st )?patrick'?s day|mother'?s day"
    r"|father'?s day|memorial day|labou?r day|presidents'? day|veterans'? day|juneteenth|independence day"
    r"|martin luther king(?: jr)? day|columbus day|black friday|cyber monday)\b"
)


@cache
def _model() -> Any:
    # Building the grammar takes a third of a second: once per process, at the first phrase that needs it.
    from recognizers_date_time import Culture, DateTimeRecognizer  # type: ignore[import-untyped]

    return DateTimeRecognizer(Culture.English).get_datetime_model()


def recognised(text: str, today: Today) -> Iterator[Days]:
    """The days and stretches the recogniser knows, phrase by phrase: of whole sentences it makes other things."""
    for phrase in _PHRASE.finditer(text):
        spans = sorted({span for found in _parse(phrase[0], today) for span in _spans(found.resolution["values"])})
        ahead = [span for span in spans if span[1] >= today.day]
        if spans:
            first, last = (ahead or spans)[0]
            kind: DayKind = "past" if not ahead else "date" if first == last else "range"
            yield Days(kind, *phrase.span(), ((first, last),))


def _parse(phrase: str, today: Today) -> list[Any]:
    try:
        found = _model().parse(phrase, datetime.combine(today.day, datetime.min.time()))
    except (ValueError, OverflowError, LookupError, AttributeError, TypeError):  # the library's faults on odd numbers
        return []
    return [one for one in found if one.resolution and "values" in one.resolution]


def _spans(values: list[dict[str, str]]) -> Iterator[Span]:
    for value in values:
        try:
            if value.get("type") == "date":
                day = date.fromisoformat(value["value"])
                yield day, day
            elif value.get("type") == "daterange":
                yield date.fromisoformat(value["start"]), date.fromisoformat(value["end"]) - timedelta(days=1)
        except (KeyError, ValueError, OverflowError):  # "not resolved", an open end, the year 0
            continue
