"""The real application on real databases. Nobody listens where Rasa should: what needs the assistant uses `system`."""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from hairline.compose import Hairline, build
from hairline.settings import Settings
from tests.system import settings_for
from tests.web.applications import Applications, InThread
from tests.web.visitors import Visitor

KEY = "a-key-for-tests-only"
STAFF = {"Authorization": f"Bearer {KEY}"}
_addresses = itertools.count()


@pytest.fixture(scope="session")
def parts(store_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hairline]:
    """The parts, on a database of each kind with its tables. Reading all wording takes a while: once is enough."""
    settings = settings_for(tmp_path_factory.mktemp("web"), database_url=store_url)
    built = build(Settings.read(settings))
    built.store.migrate()
    yield built
    built.store.close()


@pytest.fixture
def overrides() -> dict[str, Any]:
    """Settings that a test wants otherwise, as `Settings` holds them: parametrize it."""
    return {}


@pytest.fixture
def hairline(parts: Hairline, overrides: dict[str, Any]) -> Hairline:
    """The parts with the settings of this test."""
    return replace(parts, settings=replace(parts.settings, **overrides))


@pytest.fixture(scope="session")
def running() -> Iterator[Applications]:
    """The applications of the session: one for each set of settings."""
    with Applications() as opened:
        yield opened


@pytest.fixture
def app(hairline: Hairline, running: Applications) -> FastAPI:
    """The application, which has begun."""
    return running.of(hairline)


@pytest.fixture
def client(app: FastAPI, running: Applications) -> Iterator[httpx.Client]:
    """A client of the application with an address and cookies of its own, without a network."""
    transport = InThread(app, running.portal, f"192.0.2.{next(_addresses) % 250 + 1}")
    with httpx.Client(transport=transport, base_url=app.state.context.settings.public_url) as opened:
        yield opened


@pytest.fixture
def visitor(client: httpx.Client) -> Visitor:
    """A visitor who just opened the chat."""
    return Visitor.open(client)
