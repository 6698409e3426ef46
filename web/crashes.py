"""The last net: whatever no handler expected becomes a 500 without details, and a log line without personal data."""

import logging
import secrets
import time

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hairline.logs import where
from hairline.metrics import REQUESTS
from leads.trace import follow, request_id
from web.problems import Problem, response

log = logging.getLogger(__name__)

ID_HEADER = "X-Request-ID"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


WATCHED = ("/healthz", "/readyz", "/metrics")
"""Asked every few seconds by whatever watches: that all is well is no line worth keeping."""


class LastNet:
    """Gives each request an id, answers what nothing else answered, and writes a line: method, route, status, ms.

    The id is the caller's X-Request-ID where that is one (`leads.trace.SHAPE`), else a new one; the answer names it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if not follow(Headers(scope=scope).get(ID_HEADER)):
            request_id.set(secrets.token_hex(16))
        status = 0
        began = time.perf_counter()

        async def send_seen(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[ID_HEADER] = request_id.get() or ""
            await send(message)

        try:
            await self.app(scope, receive, send_seen)
        except Exception as fault:
            log.error("crash in %s %s: %s", _method(scope), _route(scope), where(fault))
            if not status:
                await response(Problem(500))(scope, receive, send_seen)
        finally:
            took = (time.perf_counter() - began) * 1000
            asked = {"method": _method(scope), "route": _route(scope), "status": status, "ms": round(took, 1)}
            REQUESTS.labels(asked["method"], asked["route"], status).inc()
            watched = asked["route"] in WATCHED and status == 200
            log.log(logging.DEBUG if watched else logging.INFO, "%s %s %d %.1f ms", *asked.values(), extra=asked)


def _method(scope: Scope) -> str:
    """A method that exists: a made-up one may say anything."""
    return scope["method"] if scope["method"] in METHODS else "OTHER"


def _route(scope: Scope) -> str:
    """The route's pattern, never the path itself: ids and invitations stand in it."""
    return str(getattr(scope.get("route"), "path", "-"))
