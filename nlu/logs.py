"""Log lines of Rasa's process: one JSON object a line, as `hairline/logs.py` writes them in the other environment.

Rasa's own lines pass through here, too. Of what it logs as structured events only the event's name is kept, and of an
exception only its kind and place: the rest may quote what a visitor typed.
"""

from __future__ import annotations

import contextvars
import json
import logging
import os
import re
import sys
import traceback
from datetime import datetime, timezone
from typing import Any, Dict, Optional

FORMAT_SETTING, LEVEL_SETTING = "HAIRLINE_LOG_FORMAT", "HAIRLINE_LOG_LEVEL"
FRAMES = 6
REQUEST_ID = re.compile(r"(?=.*[a-f])[0-9a-f]{16,64}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

request_id: "contextvars.ContextVar[Optional[str]]" = contextvars.ContextVar("request_id", default=None)


def follow(given: Optional[str]) -> Optional[str]:
    """Takes up the id that web gave; None, and no id, where it is none."""
    known = given if given and REQUEST_ID.fullmatch(given) else None
    request_id.set(known)
    return known


def where(fault: BaseException) -> str:
    """The kind of a fault and the way to it, without its message."""
    frames = traceback.extract_tb(fault.__traceback__)[-FRAMES:]
    return f"{type(fault).__name__} at " + " > ".join(f"{frame.name}:{frame.lineno}" for frame in frames)


class Lines(logging.Formatter):
    """JSON, or plain text where `plain`."""

    def __init__(self, plain: bool) -> None:
        super().__init__()
        self._plain = plain

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        at = datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds")
        line: Dict[str, Any] = {
            "at": at,
            "level": record.levelname.lower(),
            "process": "rasa",
            "logger": record.name,
            "request": request_id.get(),
            "message": message_of(record),
        }
        if record.exc_info and record.exc_info[1]:
            line["fault"] = where(record.exc_info[1])
        if self._plain:
            return " ".join(str(value or "-") for value in line.values())
        return json.dumps(line, ensure_ascii=False)


def message_of(record: logging.LogRecord) -> str:
    """What a line says: the first line of a message, of a structured event its name."""
    message = record.getMessage()
    if message.startswith("{"):
        try:
            return str(json.loads(message)["event"])
        except (ValueError, KeyError, TypeError):
            return "an event that is no JSON"
    return message.partition("\n")[0]


class EveryLine(logging.StreamHandler):  # type: ignore[type-arg]
    """Writes all lines: Rasa would filter out what is like the line before, and so all turns but the first."""

    def addFilter(self, filter: Any) -> None:  # noqa: A002, N802 - the library's names
        """Nothing."""


def set_up() -> None:
    """Has everything that this process logs, warns of or dies of written so."""
    handler = EveryLine(sys.stderr)
    handler.setFormatter(Lines(plain=os.environ.get(FORMAT_SETTING) == "text"))
    root = logging.getLogger()
    root.handlers = [handler]
    # Ours alone: below a warning Rasa itself logs what visitors type.
    logging.getLogger("nlu").setLevel(os.environ.get(LEVEL_SETTING, "info").upper())
    logging.captureWarnings(True)
    logging.getLogger("py.warnings").setLevel(logging.ERROR)  # nobody mends what is frozen
    sys.excepthook = lambda _kind, fault, _trace: logging.getLogger("nlu").critical("ended by a fault", exc_info=fault)


def take_over(prefix: str) -> None:
    """Lets loggers that brought handlers of their own (Sanic's) write through ours."""
    for name in list(logging.Logger.manager.loggerDict):
        logger = logging.getLogger(name)
        if name.partition(".")[0] == prefix and logger.handlers:
            logger.handlers, logger.propagate = [], True
