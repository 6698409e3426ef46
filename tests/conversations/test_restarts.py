"""A half-done booking outlives a reloaded page and processes that die."""

import httpx
import pytest

from tests.conversations.visitor import Clinic
from tests.system import System

pytestmark = pytest.mark.slow


def test_a_booking_goes_on_after_a_reload_and_the_death_of_every_process_behind(system: System) -> None:
    with httpx.Client(timeout=60) as http:
        visitor = Clinic(system.url, system.api_key, http).visitor()
        visitor.says("book me in, Ann Lee, 07700 900321, a receding hairline")
        assert visitor.asks_for == "time"
        for name in ("actions", "rasa", "web"):
            system.restart(name, 180)
        http_after = httpx.Client(timeout=60)
        visitor.clinic.http = http_after
        with http_after:
            assert visitor.transcript()[-1]["asks_for"] == "time"
            visitor.says("any time")
            assert visitor.asks_for == "consent", visitor.told()
            visitor.chooses("consent:yes")
            visitor.chooses("send")
            (lead,) = visitor.leads()
    assert (lead["name"], lead["phone"]) == ("Ann Lee", "+447700900321")
    assert lead["concern"]["category"] == "receding_hairline"
