"""The web process put together: middleware, routes, refusals, start and end."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Mount
from starlette.types import Scope

from hairline.compose import Hairline, build
from hairline.metrics import REFUSALS
from hairline.settings import Settings
from leads.store import StoreUnavailable
from web import calendar, clinic, conversations, handoff, health, metrics, questions, staff
from web.bodies import Bodies
from web.context import assemble
from web.crashes import LastNet
from web.database import Overloaded
from web.desk.pages import ROUTERS as DESK
from web.headers import PublicCors, SecurityHeaders
from web.heads import Heads
from web.openapi import describe
from web.pages import add_pages
from web.problems import AGAIN_S, AGAIN_WHEN_BUSY_S, Problem, of_validation, response, wait

log = logging.getLogger(__name__)

VERSION = "1.0.0"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


def create_app(settings: Settings, hairline: Hairline | None = None) -> FastAPI:
    """The application. Nothing connects before the first request."""
    app = FastAPI(
        title="Hairline",
        version=VERSION,
        docs_url=None,  # both would load scripts of other sites
        redoc_url=None,
        openapi_url="/openapi.json",
        redirect_slashes=False,
        lifespan=_lifespan,
    )
    app.state.context = assemble(hairline or build(settings))
    api = (conversations, clinic, staff, handoff, questions, calendar, health, metrics)
    for router in (*(part.router for part in api), *DESK):
        app.include_router(router)
    add_pages(app)
    app.openapi = lambda: describe(app)  # type: ignore[method-assign]
    _add_refusals(app)
    _add_middleware(app, https=settings.public_url.startswith("https:"))
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    here = app.state.context
    here.hub.start()
    yield
    await here.hub.close()
    await here.turns.finish()
    await here.rasa.close()
    await here.limits.close()
    here.hairline.store.close()


def _add_middleware(app: FastAPI, *, https: bool) -> None:
    # The last one added is the first one asked.
    app.add_middleware(Bodies)
    app.add_middleware(PublicCors)
    app.add_middleware(Heads)
    app.add_middleware(LastNet)
    app.add_middleware(SecurityHeaders, https=https)


def _add_refusals(app: FastAPI) -> None:
    @app.exception_handler(HTTPException)
    async def refuse(request: Request, fault: HTTPException) -> Response:
        if fault.status_code == 405:
            methods = _methods_of(app, request.scope)
            fault = Problem(405, headers={"Allow": ", ".join(methods)}) if methods else Problem(404)
        elif not isinstance(fault, Problem):
            fault = Problem(fault.status_code, headers=fault.headers)
        return response(fault)

    @app.exception_handler(RequestValidationError)
    async def refuse_fields(_: Request, fault: RequestValidationError) -> Response:
        return response(of_validation(fault))

    @app.exception_handler(StoreUnavailable)
    @app.exception_handler(Overloaded)
    async def apologise(request: Request, fault: Exception) -> Response:
        seconds = AGAIN_WHEN_BUSY_S if isinstance(fault, Overloaded) else AGAIN_S
        REFUSALS.labels("store busy" if isinstance(fault, Overloaded) else "store down").inc()
        log.warning("refused, because of the store: %s", str(fault) or type(fault).__name__)
        return response(wait(503, seconds, request.app.state.context.voice.text("utter_unavailable")))


def _methods_of(app: FastAPI, scope: Scope) -> list[str]:
    """By what methods the path of a request can be asked; none where there is nothing."""
    taken = {method for method in METHODS if any(_takes(route, scope, method) for route in app.router.routes[:-1])}
    if "GET" in taken:
        taken.add("HEAD")  # web.heads
    return [method for method in METHODS if method in taken]


def _takes(route: BaseRoute, scope: Scope, method: str) -> bool:
    if isinstance(route, Mount) and method not in ("GET", "HEAD"):
        return False
    match, _ = route.matches({**scope, "method": method, "path_params": {}})
    return match == Match.FULL
