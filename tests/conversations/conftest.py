"""The system that the conversations run against: the tests' own, or one that runs already.

`HAIRLINE_TEST_URL` and `HAIRLINE_TEST_API_KEY` name a running one, to try a conversation without waiting for a start.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from leads.clinic import Clinic as Profile
from leads.clinic import load_clinic
from tests.conversations.visitor import Clinic, Visitor
from tests.system import System

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def clinic(request: pytest.FixtureRequest) -> Iterator[Clinic]:
    """The clinic that visitors of these tests talk to."""
    with httpx.Client(timeout=60) as http:
        url = os.environ.get("HAIRLINE_TEST_URL")
        if url:
            yield Clinic(url, os.environ["HAIRLINE_TEST_API_KEY"], http)
        else:
            system: System = request.getfixturevalue("system")
            yield Clinic(system.url, system.api_key, http)


@pytest.fixture(scope="session")
def profile() -> Profile:
    """The profile of that clinic."""
    return load_clinic(ROOT / "clinic.yml")


@pytest.fixture
def visitor(clinic: Clinic) -> Visitor:
    """Somebody who has just opened the chat."""
    return clinic.visitor()
