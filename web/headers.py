"""What a browser is told with every answer: nothing inline, nothing foreign; and which pages may ask."""

import re

from starlette.datastructures import MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

API_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
_PAGE = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'"
)
DESK_POLICY = f"{_PAGE}; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
DEMO_POLICY = f"{_PAGE}; form-action 'none'; base-uri 'none'; frame-ancestors 'self'"

PUBLIC = (
    ("POST", re.compile(r"/api/conversations")),
    ("DELETE", re.compile(r"/api/conversations/[^/]+")),
    ("GET", re.compile(r"/api/conversations/[^/]+/(?:messages|events)")),
    ("POST", re.compile(r"/api/conversations/[^/]+/messages(?:/[^/]+/feedback)?")),
    ("GET", re.compile(r"/api/(?:widget|facts)")),
    ("POST", re.compile(r"/api/contact")),
    ("GET", re.compile(r"/widget(?:\.js|/.*)")),
)
"""What a clinic's own pages may call from another origin. No cookie is ever sent with it."""


def policy_of(path: str) -> str:
    """The Content-Security-Policy for a path."""
    if path == "/desk" or path.startswith("/desk/"):
        return DESK_POLICY
    if path.startswith(("/api/", "/openapi.json", "/healthz", "/readyz")):
        return API_POLICY
    return DEMO_POLICY


class SecurityHeaders:
    """Adds the headers that keep a browser strict."""

    def __init__(self, app: ASGIApp, https: bool) -> None:
        self.app = app
        self.https = https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path: str = scope["path"]

        async def send_strict(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._add(MutableHeaders(scope=message), path)
            await send(message)

        await self.app(scope, receive, send_strict)

    def _add(self, headers: MutableHeaders, path: str) -> None:
        headers["Content-Security-Policy"] = policy_of(path)
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "no-referrer" if path.startswith(("/desk", "/api")) else "strict-origin"
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
        headers["Cross-Origin-Resource-Policy"] = "cross-origin" if path.startswith("/widget") else "same-origin"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers.setdefault("Cache-Control", "no-store")
        if self.https:
            headers["Strict-Transport-Security"] = "max-age=31536000"


class PublicCors:
    """Lets pages of any origin call what `PUBLIC` lists, without credentials; all else stays with its own origin."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.cors = CORSMiddleware(
            app,
            allow_origins=["*"],
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "Idempotency-Key", "Last-Event-ID"],
            expose_headers=["Retry-After", "X-Request-ID"],
            max_age=7200,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (self.cors if scope["type"] == "http" and _is_public(scope) else self.app)(scope, receive, send)


def _is_public(scope: Scope) -> bool:
    method: str = scope["method"]
    if method == "OPTIONS":
        asked = next((value for key, value in scope["headers"] if key == b"access-control-request-method"), b"")
        method = asked.decode("latin-1")
    return any(method == allowed and pattern.fullmatch(scope["path"]) for allowed, pattern in PUBLIC)
