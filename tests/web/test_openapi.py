"""The OpenAPI document is true: what it declares is what happens, also for what nobody would send."""

from typing import Any

import httpx
import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from pydantic import BaseModel
from schemathesis.core.result import Ok

from tests.attacks.forms import count
from tests.web.conftest import STAFF
from web import examples, shapes

pytestmark = pytest.mark.parametrize("store_url", ["sqlite"], indirect=True, scope="session")


def operations(app: FastAPI) -> list[tuple[str, dict[str, Any]]]:
    """Every operation with its name."""
    return [
        (f"{method.upper()} {path}", operation)
        for path, methods in app.openapi()["paths"].items()
        for method, operation in methods.items()
    ]


def test_every_call_of_the_contract_is_described(app: FastAPI) -> None:
    described = {name for name, _ in operations(app)}
    assert described >= {
        "POST /api/conversations",
        "POST /api/conversations/{conversation_id}/messages",
        "GET /api/conversations/{conversation_id}/messages",
        "GET /api/conversations/{conversation_id}/events",
        "DELETE /api/conversations/{conversation_id}",
        "GET /api/leads",
        "GET /api/leads/{reference}",
        "PATCH /api/leads/{reference}",
        "DELETE /api/leads/{reference}",
        "GET /api/leads.csv",
        "GET /api/open-questions",
        "GET /api/conversations",
        "GET /healthz",
        "GET /readyz",
    }


def test_every_operation_says_what_it_does_and_how_it_refuses(app: FastAPI) -> None:
    for name, operation in operations(app):
        assert operation["summary"], name
        assert operation["description"], name
        refusals = {status: answer for status, answer in operation["responses"].items() if int(status) >= 400}
        assert "500" in refusals, name
        for status, answer in refusals.items():
            content = answer["content"]["application/problem+json"]
            assert content["schema"] == {"$ref": "#/components/schemas/Problem"}, (name, status)
            assert content["example"]["status"] == int(status)
            assert content["example"]["detail"]


def test_every_body_and_answer_has_an_example(app: FastAPI) -> None:
    document = app.openapi()
    schemas = document["components"]["schemas"]

    def has_example(content: dict[str, Any]) -> bool:
        schema = content.get("schema", {})
        references = [schema, *schema.get("anyOf", [])]
        named = [schemas.get(str(part.get("$ref", "")).rsplit("/", 1)[-1], {}) for part in references]
        return any(key in place for place in (content, schema, *named) for key in ("example", "examples"))

    for name, operation in operations(app):
        bodies = operation.get("requestBody", {}).get("content", {}).items()
        answers = [
            pair
            for status, answer in operation["responses"].items()
            if status.startswith("2")
            for pair in answer.get("content", {}).items()
        ]
        for kind, content in [*bodies, *answers]:
            assert has_example(content), (name, kind)


def test_calls_that_need_somebody_say_whom(app: FastAPI) -> None:
    document = app.openapi()
    schemes = document["components"]["securitySchemes"]
    assert set(schemes) == {"visitorToken", "staffKey", "staffSession"}
    for name, operation in operations(app):
        if "401" in operation["responses"] and "calendar" not in name:
            assert operation["security"], name


def test_no_page_of_it_loads_anything_from_elsewhere(app: FastAPI) -> None:
    assert app.docs_url is None
    assert app.redoc_url is None


@pytest.mark.parametrize("name", sorted(examples.SHAPES))
def test_every_example_has_its_shape(store_url: str, name: str) -> None:
    shape: type[BaseModel] = getattr(shapes, name)
    shape.model_validate(examples.SHAPES[name])
    assert set(examples.SHAPES[name]) <= set(shape.model_fields)


@pytest.mark.slow
def test_whatever_is_sent_the_answer_is_a_declared_one(app: FastAPI, client: httpx.Client) -> None:
    document = schemathesis.openapi.from_dict(app.openapi())
    for found in document.get_all_operations():
        assert isinstance(found, Ok), found
        operation = found.ok()
        if not operation.path.endswith("/events"):  # a stream that does not end
            _try_out(operation, client)


def _try_out(operation: Any, client: httpx.Client) -> None:
    declared = set(operation.definition.raw["responses"])

    @settings(
        max_examples=count(40, 400),
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def send(case: Any) -> None:
        sent = case.as_transport_kwargs(base_url=str(client.base_url))
        answer = client.request(
            sent["method"],
            sent["url"],
            headers={**(sent.get("headers") or {}), **STAFF},
            params=sent.get("params"),
            json=sent.get("json"),
            content=sent.get("data"),
        )
        assert str(answer.status_code) in declared, (case.method, case.path, answer.text)
        assert answer.status_code != 500, (case.method, case.path)
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["status"] == answer.status_code

    send()
