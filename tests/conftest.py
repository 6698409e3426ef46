"""Fixtures for every test: the running system, real databases, a real browser.

What a machine lacks is skipped with a reason. In CI (`CI=true`) nothing is skipped: there a lack is a failure.
"""

import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from sqlalchemy.engine import make_url

from tests.browsing import leave
from tests.system import System, running

POSTGRES = "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
REDIS = "redis://127.0.0.1:6379/9"
PATIENCE_MS = 30_000
"""How long a condition in the browser is awaited: it is met at once, but a crowded machine takes its time."""
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def lacking(what: str, mend: str) -> NoReturn:
    """Skips the test, or fails it in CI, because this machine has no `what`."""
    reason = f"there is no {what} on this machine; {mend}"
    if os.environ.get("CI"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """The whole real system, started once for all tests that use it. Rate limits are off."""
    with running(tmp_path_factory.mktemp("system")) as started:
        yield started


@pytest.fixture(scope="session")
def postgres() -> str:
    """The address of a PostgreSQL server whose user may create databases (HAIRLINE_TEST_POSTGRES_URL names another)."""
    url = os.environ.get("HAIRLINE_TEST_POSTGRES_URL", POSTGRES)
    try:
        _connect(url).close()
    except psycopg.OperationalError:
        lacking("PostgreSQL", "start one on 127.0.0.1:5432 or name one in HAIRLINE_TEST_POSTGRES_URL")
    return url


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A database of each kind, new and empty (not migrated), for all tests of the session that use it."""
    yield from _new_database(request, tmp_path_factory.mktemp("store"))


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of each kind, new and empty (not migrated), for one test alone."""
    yield from _new_database(request, tmp_path)


@pytest.fixture(scope="session")
def redis_url() -> str:
    """The address of a Redis database that tests may write to (HAIRLINE_TEST_REDIS_URL names another)."""
    import redis

    url = os.environ.get("HAIRLINE_TEST_REDIS_URL", REDIS)
    try:
        redis.Redis.from_url(url, socket_connect_timeout=2).ping()
    except redis.exceptions.ConnectionError:
        lacking("Redis", "start one on 127.0.0.1:6379 or name one in HAIRLINE_TEST_REDIS_URL")
    return url


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium, the machine's own. For a module, not the session: while it is open, asyncio.run fails."""
    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if found is None:
        lacking("Chromium", "install it (Debian and Ubuntu: apt-get install chromium)")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        # A container's root may not have a sandbox, and its /dev/shm may be small.
        opened = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A new tab without cookies or storage, as a new visitor's."""
    context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 900})
    context.set_default_timeout(15_000)
    yield context.new_page()
    leave(context)


def _new_database(request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{folder / 'store.db'}"
        return
    server = request.getfixturevalue("postgres")
    name = f"hairline_test_{uuid.uuid4().hex}"
    with _connect(server) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield make_url(server).set(database=name).render_as_string(hide_password=False)
    with _connect(server) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _connect(url: str) -> psycopg.Connection:
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(address, autocommit=True, connect_timeout=3)
