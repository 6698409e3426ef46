"""The application behind its real server on a real port, in a thread."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from fastapi import FastAPI

from hairline.compose import Hairline
from tests.system import free_port
from web.app import create_app
from web.server import Server, server_of


class Quiet(Server):
    """Leaves the signals of the test run alone."""

    def install_signal_handlers(self) -> None:
        """None: only a main thread may have them."""


@contextmanager
def served(hairline: Hairline) -> Iterator[tuple[str, FastAPI, Server]]:
    """Its address, the application, and the server."""
    port = free_port()
    settings = replace(hairline.settings, host="127.0.0.1", port=port, public_url=f"http://127.0.0.1:{port}")
    app = create_app(settings, replace(hairline, settings=settings))
    server = server_of(app, settings)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        yield settings.public_url, app, server
    finally:
        server.should_exit = True
        thread.join(30)
        assert not thread.is_alive()
