"""`GET /metrics` for Prometheus: what all processes counted, and how things stand. For staff's programs only.

Several web processes may run: whichever is asked reads the files of all (hairline/metrics.py) and looks into the store,
so that one answer is the whole truth of this machine. Looks at the store are kept for ten seconds (web/context.py).
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from fastapi import APIRouter, Depends
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector
from starlette.responses import Response

from hairline.metrics import folder_of
from leads.figures import UNFINISHED, Figures
from web.context import Context, Here
from web.health import figures_of, look
from web.openapi import problems
from web.security import staff_of

LIVE_FILE = re.compile(r"gauge_live\w+_(\d+)\.db")

router = APIRouter(tags=["health"], dependencies=[Depends(staff_of)])


@router.get(
    "/metrics",
    response_class=Response,
    responses={
        200: {"description": "Prometheus's text format", "content": {"text/plain": {"schema": {"type": "string"}}}},
        **problems(401),
    },
)
async def read_metrics(here: Here) -> Response:
    """What Hairline counts: messages, turns, refusals, deliveries, what waits. Numbers only."""
    registry = CollectorRegistry()
    registry.register(Standing(await figures_of(here), await look(here), here))
    folder = folder_of(here.settings.var)
    shared = folder.is_dir() and os.listdir(folder)
    if shared:
        _forget_the_dead(folder)
        MultiProcessCollector(registry, path=str(folder))  # type: ignore[no-untyped-call]
    counted = generate_latest(registry) if shared else generate_latest(REGISTRY) + generate_latest(registry)
    return Response(counted, media_type=CONTENT_TYPE_LATEST)


class Standing(Collector):
    """How things stand at this moment: the store's figures, the parts, the processes of the supervisor."""

    def __init__(self, figures: Figures | None, parts: dict[str, bool], here: Context) -> None:
        self._figures = figures
        self._parts = parts
        self._here = here

    def collect(self) -> Iterator[Metric]:
        """The families; those of the store are left out while it does not answer."""
        up = GaugeMetricFamily("hairline_part_up", "Whether a part answers (1) or not (0)", labels=["part"])
        for part, answers in self._parts.items():
            up.add_metric([part], answers)
        yield up
        yield from _processes(self._here.settings.var / "run")
        if self._figures:
            yield from self._of_store(self._figures)

    def _of_store(self, figures: Figures) -> Iterator[Metric]:
        leads = GaugeMetricFamily("hairline_leads", "Requests in the store", labels=["status"])
        for status, count in figures.leads.items():
            leads.add_metric([status], count)
        yield leads
        waiting = GaugeMetricFamily(
            "hairline_deliveries", "Deliveries not done, and failed ones", labels=["channel", "state"]
        )
        oldest = GaugeMetricFamily(
            "hairline_oldest_undelivered_seconds", "Age of the oldest delivery still to be sent", labels=["channel"]
        )
        for channel in sorted({*self._here.hairline.channels, *(channel for channel, _ in figures.deliveries)}):
            for state in UNFINISHED:
                waiting.add_metric([channel, state], figures.deliveries.get((channel, state), 0))
            oldest.add_metric([channel], figures.oldest_undelivered.get(channel, 0.0))
        yield from (waiting, oldest)
        newest = figures.newest_lead.timestamp() if figures.newest_lead else 0
        for name, what, value in (
            ("hairline_newest_lead_timestamp_seconds", "When the newest request was made; 0 without any", newest),
            ("hairline_handoffs_waiting", "Visitors who wait for a person", figures.waiting),
            ("hairline_urgent_unseen", "Urgent conversations that nobody of the clinic has seen", figures.urgent),
            ("hairline_open_questions", "Questions that nobody could answer yet", figures.open_questions),
        ):
            yield GaugeMetricFamily(name, what, value=value)


def _processes(folder: Path) -> Iterator[Metric]:
    """What the supervisor wrote of its processes (hairline/household.py); nothing where another one keeps them up."""
    up = GaugeMetricFamily("hairline_process_up", "Whether a process of the supervisor runs", labels=["process"])
    starts = CounterMetricFamily("hairline_process_starts", "How often a process was started", labels=["process"])
    for path in sorted(folder.glob("*.starts")):
        up.add_metric([path.stem], _is_alive(_number(path.with_suffix(".pid"))))
        starts.add_metric([path.stem], _number(path))
    yield from (up, starts)


def _number(path: Path) -> int:
    try:
        return int(path.read_text())
    except (FileNotFoundError, ValueError):  # it is being written
        return 0


def _is_alive(pid: int) -> bool:
    return pid > 0 and Path(f"/proc/{pid}").exists()


def _forget_the_dead(folder: Path) -> None:
    """Gauges of processes that were killed would stay for ever."""
    for path in folder.iterdir():
        found = LIVE_FILE.fullmatch(path.name)
        if found and not _is_alive(int(found[1])):
            mark_process_dead(int(found[1]), str(folder))  # type: ignore[no-untyped-call]
