"""`python -m delivery`: one worker, until SIGTERM or Ctrl-C."""

import logging
import signal
import sys
import threading

from delivery.channels import build_channels
from delivery.jobs import jobs
from delivery.worker import POLL_S, Worker
from hairline import logs
from hairline.compose import build
from hairline.settings import Settings, SettingsError, load
from leads.clinic import ClinicProfileError
from leads.facts import FactsError
from leads.store import Store, StoreUrlError
from leads.wording import WordingError

log = logging.getLogger("delivery")


def main() -> int:
    """Work; return the exit code."""
    try:
        settings = load()
        _set_up_logs(settings)
        hairline = build(settings)
        channels = build_channels(settings)
    except (SettingsError, ClinicProfileError, WordingError, FactsError, StoreUrlError) as fault:
        sys.stderr.write(f"{fault}\n")
        return 2
    log.info("channels: %s", ", ".join(it.name for it in channels) or "none, leads are seen in the desk only")
    worker = Worker(hairline.store, channels, hairline.clinic.current, jobs=jobs(hairline))
    stopping = threading.Event()

    def stop(_signal: int, _frame: object) -> None:
        stopping.set()
        worker.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    _wait_for(hairline.store, stopping)
    worker.run()
    hairline.store.close()
    return 0


def _set_up_logs(settings: Settings) -> None:
    logs.set_up(settings, "delivery")
    for talkative in ("httpx", "httpcore", "alembic"):
        logging.getLogger(talkative).setLevel(logging.WARNING)  # the first two log addresses, which hold keys


def _wait_for(store: Store, stopping: threading.Event) -> None:
    told = False
    while not stopping.is_set() and not store.is_ready():
        if not told:
            log.warning("the database does not answer or is not migrated yet; waiting")
            told = True
        stopping.wait(POLL_S)


if __name__ == "__main__":
    sys.exit(main())
