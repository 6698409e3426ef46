"""Log lines: their shape, and what they leave out."""

import json
import logging
import sys
from collections.abc import Iterator

import pytest

from hairline.logs import JsonLines, PlainLines
from leads.trace import follow

CANARY = "Wilhelmina 07700 900999"


def a_record(level: int = logging.INFO, **extra: object) -> logging.LogRecord:
    record = logging.LogRecord("web.turns", level, __file__, 1, "a turn %s", ("failed",), None)
    record.__dict__.update(extra)
    return record


def a_fault() -> logging.LogRecord:
    try:
        raise ValueError(CANARY)
    except ValueError:
        return logging.LogRecord("web", logging.ERROR, __file__, 1, "it broke\nbadly", (), sys.exc_info())


@pytest.fixture(autouse=True)
def _a_request() -> Iterator[None]:
    follow("ab" * 16)
    yield
    follow(None)  # else it would stay for the tests that come after


def test_a_line_is_one_object_with_the_request() -> None:
    written = JsonLines("web").format(a_record(status=503, ms=1.5, secret=CANARY))
    line = json.loads(written)
    assert line.pop("at").endswith("+00:00")
    assert line == {
        "level": "info",
        "process": "web",
        "logger": "web.turns",
        "request": "ab" * 16,
        "message": "a turn failed",
        "status": 503,
        "ms": 1.5,
    }
    assert "\n" not in written


@pytest.mark.parametrize("lines", [JsonLines("web"), PlainLines("web")])
def test_a_fault_is_named_by_kind_and_place_and_never_quoted(lines: logging.Formatter) -> None:
    written = lines.format(a_fault())
    assert "ValueError at a_fault:" in written
    assert CANARY not in written


def test_a_line_break_in_a_message_makes_no_second_line() -> None:
    assert "\n" not in JsonLines("web").format(a_fault())


def test_plain_lines_name_the_request_too() -> None:
    assert f"web web.turns [{'ab' * 16}]: a turn failed" in PlainLines("web").format(a_record())


@pytest.mark.parametrize("given", ["", "x" * 32, "07700900123", "ab" * 33, "AB" * 16, 7, None, "ab" * 16 + "\n"])
def test_what_is_no_id_is_not_followed(given: object) -> None:
    assert follow(given) is None


@pytest.mark.parametrize("given", ["ab" * 8, "ab" * 32, "123e4567-e89b-12d3-a456-426614174000"])
def test_an_id_is_followed(given: str) -> None:
    assert follow(given) == given
