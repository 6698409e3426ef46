"""Whether this process lives, whether a visitor would be answered, and what works only in part."""

import asyncio
from typing import Any

from fastapi import APIRouter

from leads.figures import Figures, take_figures
from leads.store import StoreUnavailable, utc_now
from web import shapes
from web.context import Context, Here
from web.openapi import problems
from web.problems import wait

PARTS = ("the store", "the model", "the action server", "Redis")
"""What is asked; Redis only where the settings name one."""
LATE_S = 300
"""A delivery that still has to be sent after this many seconds means that staff are not told."""

router = APIRouter(tags=["health"])


@router.get("/healthz", response_model=shapes.Alive, responses=problems())
async def is_alive() -> dict[str, Any]:
    """The process lives."""
    return {"status": "alive"}


@router.get(
    "/readyz", response_model=shapes.Ready, responses=problems(503, unavailable="Not ready: the action server.")
)
async def is_ready(here: Here) -> dict[str, Any]:
    """The model is loaded; the store, the action server and Redis, where Rasa's workers lock with it, answer. Else 503
    says what is missing.

    `degraded`: visitors are answered, but something behind is not as it should be. What is found is kept for a second
    (the parts) or ten (the store's figures), so that asking often costs nothing.
    """
    parts = await look(here)
    away = [part for part, answers in parts.items() if not answers]
    missing = [part for part in away if part != "Redis" or here.settings.trackers_url]  # Rasa's workers lock with it
    if missing:
        raise wait(503, 2, f"Not ready: {', '.join(missing)}.")
    late = await _late(here)
    return {"status": "degraded" if late or away else "ready", "parts": parts | {"telling staff": not late}}


async def look(here: Context) -> dict[str, bool]:
    """Whether each of PARTS answers now, or did a second ago."""

    async def ask() -> dict[str, bool]:
        asked = (here.database.is_ready(), here.rasa.is_ready(), here.rasa.actions_are_ready())
        redis = (here.limits.redis_answers(),) if here.settings.redis_url else ()
        return dict(zip(PARTS, await asyncio.gather(*asked, *redis), strict=False))

    return await here.parts.get(ask)


async def figures_of(here: Context) -> Figures | None:
    """How things stand in the store, or did ten seconds ago; None while it does not answer."""
    try:
        return await here.figures.get(lambda: here.database.read(lambda session: take_figures(session, utc_now())))
    except StoreUnavailable:
        return None


async def _late(here: Context) -> bool:
    figures = await figures_of(here)
    return figures is not None and any(age > LATE_S for age in figures.oldest_undelivered.values())
