"""Whom the harnesses attack."""

from collections.abc import Iterator

import pytest

from tests.attacks.bots import HairlineBot, RestBot
from tests.attacks.forms import share
from tests.attacks.naive import naive_bot
from tests.attacks.stock import stock_bot
from tests.system import System


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The stock bot takes minutes to train: its tests belong to `make attack`."""
    if share() is None:
        stock = [item for item in items if "stock" in getattr(item, "fixturenames", ())]
        config.hook.pytest_deselected(items=stock)
        items[:] = [item for item in items if item not in stock]


@pytest.fixture(scope="session")
def hairline_bot(system: System) -> Iterator[HairlineBot]:
    """The running system, as harnesses see it."""
    bot = HairlineBot(system)
    yield bot
    bot.client.close()


@pytest.fixture(scope="session")
def naive() -> Iterator[RestBot]:
    """The control of `make test`."""
    with naive_bot() as bot:
        yield bot


@pytest.fixture(scope="session")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RestBot]:
    """The control of `make attack`."""
    with stock_bot(tmp_path_factory.mktemp("stock")) as bot:
        yield bot
