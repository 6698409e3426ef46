"""A worker in a process of its own, for tests that kill it. Arguments: store, receiver, lease in seconds."""

import signal
import sys
from datetime import timedelta

from delivery.http import Receiver
from delivery.webhook import WebhookChannel
from delivery.worker import Worker
from leads.store import Store
from tests.delivery.leads import CLINIC


def main(store_url: str, receiver_url: str, lease_s: str) -> None:
    """Work with one webhook and a short lease until SIGTERM."""
    channel = WebhookChannel(Receiver(receiver_url, allow_private=True), None)
    lease = timedelta(seconds=float(lease_s))
    worker = Worker(Store(store_url), [channel], lambda: CLINIC, lease=lease, poll_s=0.02)
    signal.signal(signal.SIGTERM, lambda _signal, _frame: worker.stop())
    worker.run()


if __name__ == "__main__":
    main(*sys.argv[1:])
