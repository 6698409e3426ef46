"""Applications that run in a thread of their own, so that ordinary tests can call them."""

from contextlib import ExitStack
from typing import Self

import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI

from hairline.compose import Hairline
from hairline.settings import Settings
from web.app import create_app


class Applications:
    """One application for each set of settings, begun at its first use and ended with the session."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._known: dict[Settings, FastAPI] = {}
        self.portal: BlockingPortal

    def __enter__(self) -> Self:
        self.portal = self._stack.enter_context(start_blocking_portal())
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def of(self, hairline: Hairline) -> FastAPI:
        """The application with these parts."""
        if hairline.settings not in self._known:
            app = create_app(hairline.settings, hairline)
            self._stack.enter_context(self.portal.wrap_async_context_manager(app.router.lifespan_context(app)))
            self._known[hairline.settings] = app
        return self._known[hairline.settings]


class InThread(httpx.BaseTransport):
    """Brings the calls of an ordinary client to an application in another thread."""

    def __init__(self, app: FastAPI, portal: BlockingPortal, address: str) -> None:
        self._portal = portal
        self._inner = httpx.ASGITransport(app, client=(address, 4711))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Call, and wait for the whole answer."""
        whole = httpx.Request(request.method, request.url, headers=request.headers, content=request.read())
        return self._portal.call(self._call, whole)

    async def _call(self, request: httpx.Request) -> httpx.Response:
        answer = await self._inner.handle_async_request(request)
        return httpx.Response(answer.status_code, headers=answer.headers, content=await answer.aread())
