"""The worker: takes what is due from the outbox, hands it to the channels, records what came of it.

Several may run. One that is killed loses nothing: its claims end with their lease, and another worker sends them with
the same idempotency key.
"""

import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from delivery.channel import Channel, GiveUp, NotNeeded, Retry
from hairline.metrics import ATTEMPTS, JOB_DONE
from leads import outbox
from leads.clinic import Clinic
from leads.outbox import LEASE, Claim
from leads.store import Store, StoreUnavailable, utc_now
from leads.trace import follow
from leads.views import LeadView, view_for

log = logging.getLogger(__name__)

POLL_S = 0.5
THREADS_PER_CHANNEL = 3


class Job(NamedTuple):
    """Something to do every `interval_s` seconds. Every worker runs it: it must be harmless when two do it at once."""

    name: str
    interval_s: float
    run: Callable[[datetime], object]


@dataclass
class _Lane:
    """The threads of one channel, so that a slow one keeps no other waiting."""

    pool: ThreadPoolExecutor
    size: int
    when_free: Callable[[], None]
    busy: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def free(self) -> int:
        with self.lock:
            return self.size - self.busy

    def submit(self, work: Callable[[], None]) -> None:
        with self.lock:
            self.busy += 1
        self.pool.submit(self._run, work)

    def _run(self, work: Callable[[], None]) -> None:
        try:
            work()
        finally:
            with self.lock:
                self.busy -= 1
            self.when_free()


class Worker:
    """Sends what is due until `stop` is called. `clinic` gives the newest profile at each sending."""

    def __init__(
        self,
        store: Store,
        channels: Sequence[Channel],
        clinic: Callable[[], Clinic],
        *,
        jobs: Sequence[Job] = (),
        threads: int = THREADS_PER_CHANNEL,
        lease: timedelta = LEASE,
        poll_s: float = POLL_S,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self.name = f"{socket.gethostname()[:40]}-{os.getpid()}-{secrets.token_hex(4)}"
        self._store = store
        self._channels: Mapping[str, Channel] = {it.name: it for it in channels}
        self._clinic = clinic
        self._jobs = tuple(jobs)
        self._threads = threads
        self._lease = lease
        self._poll_s = poll_s
        self._now = now
        self._lanes: dict[str, _Lane] = {}
        self._stopping = threading.Event()
        self._wake = threading.Event()
        self._store_answers = True

    def run(self) -> None:
        """Work until `stop`, then let what is being sent come to its end."""
        jobs = threading.Thread(target=self._run_jobs, name="jobs")
        jobs.start()
        try:
            while not self._stopping.is_set():
                self._wake.clear()
                self._try_round()
                self._wake.wait(self._poll_s)
        finally:
            self._stopping.set()
            for lane in self._lanes.values():
                lane.pool.shutdown(wait=True)
            jobs.join()

    def stop(self) -> None:
        """Take nothing new. Safe to call from a signal handler and twice."""
        self._stopping.set()
        self._wake.set()

    # --- taking ---

    def _try_round(self) -> None:
        try:
            self._round()
        except StoreUnavailable as fault:
            if self._store_answers:
                log.error("the database does not answer (%s); deliveries wait for it", fault)
            self._store_answers = False
        else:
            if not self._store_answers:
                log.info("the database answers again")
            self._store_answers = True

    def _round(self) -> None:
        for channel in sorted(outbox.due_channels(self._store, self._now())):
            lane = self._lane(channel)
            free = lane.free()
            if free == 0 or self._stopping.is_set():
                continue
            claims = outbox.claim(self._store, self.name, self._now(), free, channel=channel, lease=self._lease)
            for claimed in claims:
                lane.submit(self._handler(claimed))

    def _lane(self, channel: str) -> _Lane:
        if channel not in self._lanes:
            pool = ThreadPoolExecutor(self._threads, thread_name_prefix=channel)
            self._lanes[channel] = _Lane(pool, self._threads, self._wake.set)
        return self._lanes[channel]

    def _handler(self, claimed: Claim) -> Callable[[], None]:
        return lambda: self._record(claimed, self._attempt(claimed))

    # --- sending ---

    def _attempt(self, claimed: Claim) -> Callable[[], object]:
        """Send once and return what has to be recorded."""
        follow(claimed.payload.get("request"))
        try:
            self._send(claimed)
        except NotNeeded as nothing:
            reason = nothing.reason
            ATTEMPTS.labels(claimed.channel, "not needed").inc()
            return lambda: outbox.record_skipped(self._store, claimed, reason)
        except Retry as fault:
            return self._failure(claimed, fault.reason, fault.after)
        except GiveUp as fault:
            return self._failure(claimed, fault.reason, None, final=True)
        except StoreUnavailable:
            return self._failure(claimed, "the database did not answer when the lead was read", None)
        except Exception as bug:  # a fault of ours must be seen in the desk like any other, and must not end the thread
            log.error("delivery %s: unexpected %s at %s", claimed.id, type(bug).__name__, _place(bug))
            return self._failure(claimed, f"unexpected fault in Hairline ({type(bug).__name__})", None)
        ATTEMPTS.labels(claimed.channel, "sent").inc()
        log.info("delivery %s by %s sent (attempt %d)", claimed.id, claimed.channel, claimed.attempt)
        return lambda: outbox.record_sent(self._store, claimed)

    def _send(self, claimed: Claim) -> None:
        channel = self._channels.get(claimed.channel)
        if channel is None:
            raise GiveUp("this channel is not set up (any more)")
        channel.send(claimed, self._view(claimed), self._clinic())

    def _view(self, claimed: Claim) -> LeadView | None:
        if claimed.lead_reference is None:
            return None
        with self._store.reading() as session:
            view = view_for(session, claimed.id)
        if view is None:
            raise NotNeeded("the lead was erased")
        return view

    def _failure(
        self, claimed: Claim, reason: str, after: timedelta | None, *, final: bool = False
    ) -> Callable[[], object]:
        ATTEMPTS.labels(claimed.channel, "given up" if final else "failed").inc()
        return lambda: outbox.record_failure(self._store, claimed, reason, self._now(), retry_after=after, final=final)

    def _record(self, claimed: Claim, write: Callable[[], object]) -> None:
        """Record the outcome, also if the database is away for a while: forgotten, it would be sent twice."""
        while True:
            try:
                write()
                return
            except StoreUnavailable:
                if self._stopping.wait(self._poll_s) or self._now() >= claimed.lease_until:
                    log.error("delivery %s: its outcome could not be recorded; it will be sent again", claimed.id)
                    return

    # --- jobs ---

    def _run_jobs(self) -> None:
        due = dict.fromkeys(self._jobs, time.monotonic())
        while self._jobs and not self._stopping.is_set():
            job = min(due, key=lambda it: due[it])
            if self._stopping.wait(max(0.0, due[job] - time.monotonic())):
                return
            self._run_job(job)
            due[job] = time.monotonic() + job.interval_s

    def _run_job(self, job: Job) -> None:
        try:
            job.run(self._now())
            JOB_DONE.labels(job.name).set_to_current_time()
        except StoreUnavailable as fault:
            log.error("job %s: the database does not answer (%s)", job.name, fault)
        except Exception as bug:  # one broken job must not end the others
            log.error("job %s: unexpected %s at %s", job.name, type(bug).__name__, _place(bug))


def _place(fault: BaseException) -> str:
    """Say where a fault came from without its text, which might quote a visitor."""
    trace = fault.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "?" if trace is None else f"{os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}"
