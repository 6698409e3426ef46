"""A time is agreed on and called off over the API as in the desk."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from hairline.compose import Hairline
from leads.store import utc_now
from tests.web.conftest import STAFF
from tests.web.leads import put_lead

DAY = (utc_now() + timedelta(days=8)).date()
TIME = {"start": f"{DAY}T14:30:00+00:00", "end": f"{DAY}T15:00:00+00:00"}
MAIL = {"smtp_url": "smtp://127.0.0.1:9", "webhook_url": "http://127.0.0.1:9/"}
pytestmark = [
    pytest.mark.parametrize("store_url", ["sqlite"], indirect=True, scope="session"),
    pytest.mark.parametrize("overrides", [MAIL]),
]


def patch(client: httpx.Client, reference: str, **body: Any) -> httpx.Response:
    return client.patch(f"/api/leads/{reference}", json=body, headers=STAFF)


def told(lead: dict[str, Any]) -> list[tuple[str, str]]:
    return [(it["channel"], it["event"]) for it in lead["deliveries"] if it["channel"] in ("email_visitor", "webhook")]


def test_a_time_is_agreed_on_moved_and_called_off_and_the_visitor_hears_of_each(
    client: httpx.Client, hairline: Hairline
) -> None:
    reference = put_lead(hairline)
    lead = patch(client, reference, confirmed_time=TIME, note="by phone").raise_for_status().json()
    assert (lead["status"], lead["confirmed_time"]) == ("confirmed", TIME)
    assert [note["text"] for note in lead["notes"]] == ["by phone"]
    both = [("email_visitor", "lead.confirmed"), ("webhook", "lead.confirmed")]
    assert told(lead) == both
    assert told(patch(client, reference, confirmed_time=TIME).json()) == both, "the same again tells nobody"

    later = {"start": f"{DAY}T18:00:00-05:00", "end": f"{DAY}T18:30:00-05:00"}
    lead = patch(client, reference, confirmed_time=later).json()
    assert lead["confirmed_time"]["start"] == f"{DAY}T23:00:00+00:00"
    assert told(lead) == both * 2

    lead = patch(client, reference, confirmed_time=None).json()
    assert lead["status"] == "closed"
    assert told(lead)[-2:] == [("email_visitor", "lead.cancelled"), ("webhook", "lead.cancelled")]
    again = patch(client, reference, confirmed_time=None, note="not kept")
    assert again.status_code == 409
    assert "not kept" not in client.get(f"/api/leads/{reference}", headers=STAFF).text, "all or nothing"


@pytest.mark.parametrize(
    "time",
    [
        {"start": TIME["end"], "end": TIME["start"]},
        {"start": TIME["start"], "end": f"{DAY + timedelta(days=2)}T15:00:00+00:00"},
        {"start": TIME["start"].partition("+")[0], "end": TIME["end"]},
        {"start": 1_900_000_000, "end": 1_900_001_800},
        {"start": "2020-12-01T14:30:00+00:00", "end": "2020-12-01T15:00:00+00:00"},
        {"start": "2999-12-01T14:30:00+00:00", "end": "2999-12-01T15:00:00+00:00"},
        {"start": "9999-12-31T23:30:00-12:00", "end": "9999-12-31T23:59:00-12:00"},
        {"start": "0001-01-01T00:00:00+14:00", "end": "0001-01-01T01:00:00+14:00"},
        {"start": "0001-01-01T00:00:00+00:00", "end": "9999-12-31T23:59:00-14:00"},
        {"start": TIME["start"]},
        {**TIME, "room": 1},
        "tomorrow",
    ],
)
def test_an_impossible_time_is_refused_and_changes_nothing(client: httpx.Client, hairline: Hairline, time: Any) -> None:
    reference = put_lead(hairline)
    answer = patch(client, reference, confirmed_time=time, note="x")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"].partition(".")[0] == "confirmed_time"
    lead = client.get(f"/api/leads/{reference}", headers=STAFF).json()
    assert (lead["status"], lead["notes"], told(lead)) == ("new", [], [])


def test_a_status_and_a_time_at_once_are_refused(client: httpx.Client, hairline: Hairline) -> None:
    reference = put_lead(hairline)
    assert patch(client, reference, status="new", confirmed_time=TIME).status_code == 422


def test_of_an_unknown_lead_nothing_is_told(client: httpx.Client, hairline: Hairline) -> None:
    assert patch(client, "SMP-XXXXXX", confirmed_time=TIME).status_code == 404
