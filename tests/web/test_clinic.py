"""What the widget learns of the clinic, and the form that stands in for the assistant."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import delete, select, update

from hairline.compose import Hairline
from leads.records import Delivery, Lead
from leads.requests import SAME_REQUEST
from leads.store import new_id, utc_now
from tests.web.conftest import STAFF
from web.app import create_app
from web.health import LATE_S, PARTS, is_ready

WANTED = {
    "name": "Zoë Baker",
    "phone": "07700 900123",
    "email": "zoe@visitor.example",
    "text": "Please call me about my scar.",
    "consent": True,
    "page": "https://clinic.example/smp",
}


@pytest.fixture(autouse=True)
def _no_leads_of_other_tests(hairline: Hairline) -> None:
    with hairline.store.transaction() as session:
        session.execute(delete(Delivery))
        session.execute(delete(Lead))


def test_the_widget_learns_how_the_clinic_looks_and_is_reached(client: httpx.Client, hairline: Hairline) -> None:
    profile = client.get("/api/widget").json()
    clinic = hairline.clinic.current()
    assert profile["clinic"] == clinic.name
    assert profile["phone"] == "0161 496 0123"
    assert profile["email"] == clinic.email
    assert profile["brand"] == {"accent": "#1f4d4a", "accent_text": "#ffffff", "logo_text": "Northlight"}
    assert profile["consent"] == clinic.privacy.consent.text
    assert str(clinic.privacy.notice) in profile["privacy_notice"]


def test_every_fact_can_be_looked_up(client: httpx.Client, hairline: Hairline) -> None:
    facts = client.get("/api/facts").json()["facts"]
    assert {fact["id"] for fact in facts} == set(hairline.facts)
    assert all(fact["text"] and fact["section"] for fact in facts)


def test_a_request_left_in_the_form_is_a_lead_with_its_consent(client: httpx.Client, hairline: Hairline) -> None:
    answer = client.post("/api/contact", json=WANTED)
    assert answer.status_code == 201
    reference = answer.json()["reference"]
    lead = client.get(f"/api/leads/{reference}", headers=STAFF).json()
    consent = hairline.clinic.current().privacy.consent
    assert (lead["name"], lead["phone"], lead["email"]) == ("Zoë Baker", "+447700900123", "zoe@visitor.example")
    assert lead["status"] == "new"
    assert lead["concern"] == {"category": None, "text": "Please call me about my scar."}
    assert lead["consent"]["given"] is True
    assert (lead["consent"]["text"], lead["consent"]["version"]) == (consent.text, consent.version)
    assert lead["page"] == "https://clinic.example/smp"
    assert lead["conversation"] is None


def test_the_same_request_twice_is_one_lead_and_another_is_another(client: httpx.Client, hairline: Hairline) -> None:
    first = client.post("/api/contact", json=WANTED).json()
    assert client.post("/api/contact", json=WANTED).json() == first
    assert client.post("/api/contact", json=WANTED | {"text": "And about the price."}).json() != first
    assert client.post("/api/contact", json=WANTED | {"name": "Tom"}).json() != first
    with hairline.store.reading() as session:
        assert len(session.scalars(select(Lead)).all()) == 3


def test_a_request_sent_again_with_its_key_is_one_lead_however_late(client: httpx.Client, hairline: Hairline) -> None:
    key = {"Idempotency-Key": "form-1"}
    first = client.post("/api/contact", json=WANTED, headers=key).json()
    with hairline.store.transaction() as session:
        session.execute(update(Lead).values(created_at=utc_now() - 2 * SAME_REQUEST))
    assert client.post("/api/contact", json=WANTED, headers=key).json() == first
    assert client.post("/api/contact", json=WANTED).json() != first
    other = client.post("/api/contact", json=WANTED | {"name": "Tom"}, headers=key)
    assert other.status_code == 409
    assert "Idempotency-Key" in other.json()["detail"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": " \x00 "}, "name"),
        ({"name": "a" * 201}, "name"),
        ({"name": None}, "name"),
        ({"phone": "12"}, "phone"),
        ({"phone": "call me"}, "phone"),
        ({"phone": "0" * 101}, "phone"),
        ({"phone": None, "email": None}, "phone"),
        ({"phone": "  ", "email": ""}, "phone"),
        ({"email": "zoe"}, "email"),
        ({"email": "zoe@visitor.example\nBcc: all@clinic.example"}, "email"),
        ({"email": "zoe@" + "a" * 320}, "email"),
        ({"email": "\ud800@visitor.example"}, "email"),
        ({"text": ""}, "text"),
        ({"text": "a" * 2001}, "text"),
        ({"consent": False}, "consent"),
        ({"consent": "yes"}, "consent"),
        ({"consent": None}, "consent"),
        ({"page": "javascript:alert(1)"}, "page"),
    ],
)
def test_what_is_wrong_in_the_form_is_named_and_nothing_is_stored(
    client: httpx.Client, hairline: Hairline, change: dict[str, Any], field: str
) -> None:
    headers = {"Content-Type": "application/json"}
    answer = client.post("/api/contact", content=json.dumps(WANTED | change), headers=headers)
    assert answer.status_code == 422, answer.text
    assert field in [error["field"] for error in answer.json()["errors"]]
    with hairline.store.reading() as session:
        assert session.scalars(select(Lead)).all() == []


def test_one_way_of_reaching_somebody_is_enough(client: httpx.Client) -> None:
    for missing in ("phone", "email", "page"):
        assert client.post("/api/contact", json={**WANTED, missing: None}).status_code == 201


def test_health_says_what_is_missing(client: httpx.Client) -> None:
    assert client.get("/healthz").json() == {"status": "alive"}
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["detail"] == "Not ready: the model, the action server."


def test_staff_who_are_told_late_make_it_degraded_and_not_down(hairline: Hairline) -> None:
    async def all_up() -> dict[str, bool]:
        return dict.fromkeys(PARTS, True)

    async def status() -> object:
        here = create_app(hairline.settings, hairline).state.context
        await here.parts.get(all_up)
        return (await is_ready(here))["status"]

    assert asyncio.run(status()) == "ready"
    since = utc_now() - timedelta(seconds=LATE_S + 1)
    moments = {"created_at": since, "next_at": since, "give_up_at": since}
    with hairline.store.transaction() as session:
        session.add(Delivery(id=new_id("dlv"), channel="webhook", event="lead.created", attempts_allowed=1, **moments))
    assert asyncio.run(status()) == "degraded"
