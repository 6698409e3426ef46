"""A tiny server with the faults that a quickly written bot has; every harness must find them."""

import json
import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.attacks.bots import RestBot

TRACKER = re.compile(r"/conversations/([^/]+)/tracker")


class _Handler(BaseHTTPRequestHandler):
    """Rasa's REST channel as the stock bot has it: believes the sender, obeys commands, stumbles over odd bodies."""

    protocol_version = "HTTP/1.1"
    talks: dict[str, list[str]]

    def do_POST(self) -> None:
        """Take a message."""
        try:
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
            sender, text = body["sender"], body["message"]
        except (ValueError, LookupError, TypeError, RecursionError):
            self._send(500, {"error": "crash"})
            return
        self.talks.setdefault(str(sender), []).append(str(text))
        said = [] if str(text).startswith("/") else [{"text": f"You said {text}"}]
        self._send(200, said)

    def do_GET(self) -> None:
        """Show anybody's talk to anybody."""
        found = TRACKER.fullmatch(self.path)
        if found:
            events = [{"event": "user", "text": text} for text in self.talks.get(found[1], [])]
            self._send(200, {"events": events})
        else:
            self._send(404, {})

    def _send(self, status: int, content: object) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def naive_bot() -> Iterator[RestBot]:
    """The server on a free port of this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"talks": {}}))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    bot = RestBot(f"http://127.0.0.1:{server.server_address[1]}", os.getpid())
    yield bot
    bot.client.close()
    server.shutdown()
    server.server_close()
