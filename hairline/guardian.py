"""Ends a process group when the supervisor is gone, however it went (`kill -9` included).

The supervisor starts this file as the leader of the group that all its children join, and holds the other end of the
pipe on its standard input. The pipe closes when the supervisor ends; nothing is ever written to it. Only the standard
library, because it is started with `python -I -S`.
"""

import os
import signal
import sys
import time

GRACE_SECONDS = 3.0


def guard() -> None:
    """Waits for the end of the supervisor, then asks the group to stop, then stops it. Does not return."""
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    sys.stdin.buffer.read()
    os.killpg(0, signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    guard()
