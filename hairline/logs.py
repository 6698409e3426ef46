"""Log lines of our own processes: one JSON object a line, or plain text for a person at a terminal.

A line says what happened to which request, and holds nothing a visitor typed: of an exception its kind and place are
written, never its message, which may quote one. `nlu/logs.py` does the same in Rasa's environment.
"""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from types import TracebackType

from hairline.settings import Settings
from leads.trace import request_id

FRAMES = 6
EXTRAS = ("method", "route", "status", "ms")
"""What a line may carry beside its message (`extra=`), as values of its own."""
Fault = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def where(fault: BaseException) -> str:
    """The kind of a fault and the way to it. Its message is left out: it may quote what a visitor typed."""
    frames = traceback.extract_tb(fault.__traceback__)[-FRAMES:]
    return f"{type(fault).__name__} at " + " > ".join(f"{frame.name}:{frame.lineno}" for frame in frames)


class JsonLines(logging.Formatter):
    """{"at", "level", "process", "logger", "request", "message"}, and where they say something EXTRAS and "fault"."""

    def __init__(self, process: str) -> None:
        super().__init__()
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        """One line; whatever line breaks were in it are escaped."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "process": self._process,
            "logger": record.name,
            "request": request_id.get(),
            "message": record.getMessage(),
        }
        line.update((name, getattr(record, name)) for name in EXTRAS if hasattr(record, name))
        if record.exc_info and record.exc_info[1]:
            line["fault"] = where(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False, default=str)


class PlainLines(logging.Formatter):
    """The same for people."""

    def __init__(self, process: str) -> None:
        super().__init__(f"%(asctime)s %(levelname)s {process} %(name)s [%(request)s]: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """One line, and one more for a fault."""
        record.request = request_id.get() or "-"
        return super().format(record)

    def formatException(self, ei: Fault) -> str:  # noqa: N802 - the library's name
        """The kind and place of a fault."""
        return where(ei[1]) if ei[1] else ""


def set_up(settings: Settings, process: str) -> None:
    """Have everything that this process logs, warns of or dies of written so to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter((PlainLines if settings.log_format == "text" else JsonLines)(process))
    logging.basicConfig(level=settings.log_level.upper(), handlers=[handler], force=True)
    logging.captureWarnings(True)
    sys.excepthook = _log_death


def _log_death(kind: type[BaseException], fault: BaseException, _: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger("hairline").critical("ended by a fault", exc_info=fault)
