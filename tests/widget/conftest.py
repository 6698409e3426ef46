"""A visitor with a browser. The tests run against the real system."""

import os
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser

from tests.browsing import leave
from tests.widget.visitor import Visitor

DESKTOP: dict[str, object] = {"viewport": {"width": 1280, "height": 860}, "locale": "en-GB"}
PHONE: dict[str, object] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
    "locale": "en-GB",
}


@pytest.fixture(scope="session")
def base_url(request: pytest.FixtureRequest) -> str:
    """Where the running system is: started by the fixture `system`, or named for work on the widget alone."""
    named = os.environ.get("HAIRLINE_TEST_URL")
    return named.rstrip("/") if named else request.getfixturevalue("system").url.rstrip("/")


@pytest.fixture(scope="session")
def api_key(request: pytest.FixtureRequest) -> str:
    """The key of the running system's staff API."""
    named = os.environ.get("HAIRLINE_TEST_URL")
    return os.environ.get("HAIRLINE_API_KEY", "") if named else request.getfixturevalue("system").api_key


@pytest.fixture
def arrive(browser: Browser, base_url: str) -> Iterator[Callable[..., Visitor]]:
    """Lets a visitor arrive at the demo page, or at another; each has cookies and storage of their own."""
    contexts = []

    def newcomer(url: str = "", *, before: Callable[[Visitor], object] | None = None, **device: object) -> Visitor:
        context = browser.new_context(**{**DESKTOP, **device})  # type: ignore[arg-type]
        context.set_default_timeout(15_000)
        contexts.append(context)
        visitor = Visitor(context, base_url)
        if before:
            before(visitor)
        visitor.visit(url or base_url)
        return visitor

    yield newcomer
    for context in contexts:
        leave(context)


@pytest.fixture(params=["desktop", "phone"])
def device(request: pytest.FixtureRequest) -> dict[str, object]:
    """Both sizes."""
    return DESKTOP if request.param == "desktop" else PHONE


@pytest.fixture
def phone() -> dict[str, object]:
    """A phone's screen and finger."""
    return PHONE


class Page(BaseHTTPRequestHandler):
    """A clinic's own site on an origin of its own, as strict as can be."""

    html = ""
    policy = ""

    def do_GET(self) -> None:
        """Serve the page for every path."""
        body = self.html.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        if self.policy:
            self.send_header("Content-Security-Policy", self.policy)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def host_page() -> Iterator[Callable[..., str]]:
    """Serves a page of a clinic's on another origin and gives its address."""
    servers = []

    def serve(html: str, policy: str = "") -> str:
        handler = type("HostPage", (Page,), {"html": html, "policy": policy})
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_address[1]}/"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()
