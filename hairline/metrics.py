"""What our processes count for Prometheus. `GET /metrics` of web adds it up (web/metrics.py).

Each process counts in files of its own (PROMETHEUS_MULTIPROC_DIR, set by the supervisor), so that any web process can
answer for all, and nothing is lost when one dies. Labels take few, fixed values: never an id, a text or an address.
"""

import shutil
from pathlib import Path

from prometheus_client import Counter, Gauge, Histogram

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0)

REQUESTS = Counter("hairline_http_requests", "Answered calls, by the route's pattern", ("method", "route", "status"))
MESSAGES = Counter("hairline_messages", "Visitors' messages, by what became of them", ("outcome",))
REFUSALS = Counter("hairline_refusals", "Calls that were turned away to protect the others", ("reason",))
TURN_SECONDS = Histogram("hairline_turn_seconds", "How long each stage of a turn took", ("stage",), buckets=SECONDS)
TURNS = Gauge("hairline_turns", "Turns that run or wait now", ("state",), multiprocess_mode="livesum")
STORE_CALLS = Gauge(
    "hairline_store_calls", "Looks and transactions of web, running or waiting", ("kind",), multiprocess_mode="livesum"
)
STREAMS = Gauge("hairline_event_streams", "Open event streams", ("audience",), multiprocess_mode="livesum")
ATTEMPTS = Counter("hairline_delivery_attempts", "Attempts to tell somebody, by outcome", ("channel", "outcome"))
JOB_DONE = Gauge(
    "hairline_job_done_timestamp_seconds",
    "When a job of the worker last ended well",
    ("job",),
    multiprocess_mode="max",
)


def folder_of(var: Path) -> Path:
    """Where the processes count."""
    return var / "metrics"


def begin(var: Path) -> None:
    """Start to count anew: for the supervisor, before its first process."""
    shutil.rmtree(folder_of(var), ignore_errors=True)
    folder_of(var).mkdir(parents=True)
