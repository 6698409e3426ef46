"""Which processes make up Hairline, how each is started, and what each is told."""

import itertools
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from hairline.metrics import FOLDER_VARIABLE, folder_of
from hairline.model import RASA_PYTHON
from hairline.settings import ENV_FILE_VARIABLE, PREFIX, ROOT, Settings
from hairline.supervise import Process

SECRET_HEADER = "X-Hairline-Secret"
FOR_RASA = (
    "HAIRLINE_INTERNAL_SECRET",
    "HAIRLINE_RASA_PORT",
    "HAIRLINE_ACTIONS_PORT",
    "HAIRLINE_LOG_FORMAT",
    "HAIRLINE_LOG_LEVEL",
)
"""All that Rasa's old environment gets to know: no key of the staff, no mail server, no lead. Where several workers
share their memory also its address, whose user reaches the table of trackers only (docs/scaling.md), and Redis."""
LOCKED_S = "5"
"""How long a worker that died holds its conversation in Redis (60 s in Rasa itself)."""


def python_environment(settings: Settings) -> dict[str, str]:
    """The environment of our own processes. They need not read `.env`: it is complete."""
    return {
        **_inherited(),
        **settings.environment(),
        ENV_FILE_VARIABLE: os.devnull,
        FOLDER_VARIABLE: str(folder_of(settings.var)),
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
    }


def rasa_environment(settings: Settings) -> dict[str, str]:
    """The environment of Rasa, serving or training."""
    ours = settings.environment()
    return {
        **_inherited(),
        **{name: ours[name] for name in FOR_RASA},
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "PYTHONWARNINGS": "ignore",
        "RASA_TELEMETRY_ENABLED": "false",
        # What visitors type must not reach a log: nothing below a warning.
        "LOG_LEVEL": "WARNING",
        "LOG_LEVEL_LIBRARIES": "ERROR",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        # Two threads were no faster for one message, and slower for several.
        "OMP_NUM_THREADS": "1",
        "TF_NUM_INTRAOP_THREADS": "1",
        "TF_NUM_INTEROP_THREADS": "1",
        "SANIC_WORKERS": "1",
        **_shared_memory(settings),
    }


def rasa(settings: Settings, model: Path) -> list[Process]:
    """Rasa's workers with `model`, each reachable through nlu/channel.py only and with an action server of its own, as
    far as there are so many.
    """
    environment = rasa_environment(settings)
    endpoints = "deploy/endpoints.yml" if settings.trackers_url else "endpoints.yml"
    actions = itertools.cycle(settings.actions_ports)
    return [
        Process(
            name,
            (
                *(str(RASA_PYTHON), "-m", "nlu.serve", "run", "--model", str(model.relative_to(ROOT))),
                *("--interface", "127.0.0.1", "--port", str(port)),
                *("--endpoints", endpoints, "--credentials", "credentials.yml"),
            ),
            {**environment, "HAIRLINE_RASA_PORT": str(port), "HAIRLINE_ACTIONS_PORT": str(next(actions))},
            f"http://127.0.0.1:{port}/webhooks/hairline/ready",
            _secret(settings),
        )
        for name, port in zip(names("rasa", settings.rasa_workers), settings.rasa_ports, strict=True)
    ]


def ours(settings: Settings) -> list[Process]:
    """The processes of this environment, each a package that is started with `python -m`."""
    environment = python_environment(settings)
    actions = [
        Process(
            name,
            (sys.executable, "-m", "actions"),
            {**environment, "HAIRLINE_ACTIONS_PORT": str(port), "HAIRLINE_ACTIONS_WORKERS": "1"},
            f"http://127.0.0.1:{port}/health",
            _secret(settings),
        )
        for name, port in zip(names("actions", settings.actions_workers), settings.actions_ports, strict=True)
    ]
    web = [
        Process(
            name,
            (sys.executable, "-m", "web"),
            {**environment, "HAIRLINE_PORT": str(port), "HAIRLINE_WEB_WORKERS": "1"},
            f"{url}/healthz",
            first_to_stop=True,
        )
        for name, port, url in zip(
            names("web", settings.web_workers), settings.web_ports, settings.local_urls, strict=True
        )
    ]
    delivery = [
        Process(name, (sys.executable, "-m", "delivery"), environment)
        for name in names("delivery", settings.delivery_workers)
    ]
    return [*actions, *web, *delivery]


def names(kind: str, count: int) -> list[str]:
    """What the processes of one kind are called: web, web-2, web-3."""
    return [kind if number == 1 else f"{kind}-{number}" for number in range(1, count + 1)]


def _shared_memory(settings: Settings) -> dict[str, str]:
    """What deploy/endpoints.yml names. Rasa's lock store takes Redis in parts, not as an address."""
    if not settings.trackers_url:
        return {}
    redis = urlsplit(settings.redis_url or "")
    return {
        "TICKET_LOCK_LIFETIME": LOCKED_S,
        "HAIRLINE_TRACKERS_URL": settings.trackers_url,
        "HAIRLINE_REDIS_HOST": redis.hostname or "",
        "HAIRLINE_REDIS_PORT": str(redis.port or 6379),
        "HAIRLINE_REDIS_DB": redis.path.strip("/") or "0",
        "HAIRLINE_REDIS_USERNAME": unquote(redis.username or ""),
        "HAIRLINE_REDIS_PASSWORD": unquote(redis.password or ""),
        "HAIRLINE_REDIS_TLS": "yes" if redis.scheme == "rediss" else "",
    }


def _secret(settings: Settings) -> Mapping[str, str]:
    return {SECRET_HEADER: settings.internal_secret or ""}


def _inherited() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
