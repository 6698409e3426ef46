"""The OpenAPI document: every refusal of every route declared, with an example."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from web import examples
from web.problems import DETAILS, MEDIA_TYPE
from web.shapes import ProblemShape

EXAMPLES = {
    **DETAILS,
    401: "Send the conversation's token: Authorization: Bearer <token>.",
    403: "This must come from the desk's own pages.",
    409: "choice: it is not on offer in this conversation now.",
    422: "text: write at least one character",
    429: "That was a lot at once. Please try again in 12 s.",
    503: "I'm sorry, I can't answer just now. Please call Northlight Scalp Studio on 0161 496 0123.",
}
DESCRIPTION = """The front desk assistant of a scalp micropigmentation clinic.

Visitors open a conversation and get its token; staff use the API key or a session of the desk. Every refusal is
`application/problem+json` (RFC 9457)."""
TAGS = [
    {"name": "visitors", "description": "The chat, for the widget or any other client. Any origin, no cookies."},
    {"name": "clinic", "description": "What a visitor's page needs to know of the clinic. Any origin, no cookies."},
    {
        "name": "staff",
        "description": "Leads, open questions, conversations. The clinic's own people and programs only.",
    },
    {"name": "health", "description": "For whatever watches over the processes."},
]


def problems(*statuses: int, unavailable: str | None = None) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that may refuse so. Too slow (408), a head that is too long (431) and what nobody
    foresaw (500) can happen to any. `unavailable`: what a 503 says, where it is not said to a visitor.
    """
    body = {408} if 413 in statuses else set()
    said = EXAMPLES | ({503: unavailable} if unavailable else {})
    return {status: _problem(status, said[status]) for status in sorted({*statuses, *body, 431, 500})}


def _problem(status: int, detail: str) -> dict[str, Any]:
    phrase = HTTPStatus(status).phrase
    example: dict[str, Any] = {"type": "about:blank", "title": phrase, "status": status, "detail": detail}
    if status == 422:
        example["errors"] = [{"field": "text", "message": "write at least one character"}]
    shown: dict[str, Any] = {
        "description": phrase,
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}},
    }
    if status in (429, 503):
        shown["headers"] = {"Retry-After": {"description": "seconds", "schema": {"type": "integer", "minimum": 1}}}
    return shown


def describe(app: FastAPI) -> dict[str, Any]:
    """The document, made at the first use."""
    if app.openapi_schema is None:
        document = get_openapi(
            title="Hairline", version=app.version, description=DESCRIPTION, tags=TAGS, routes=app.routes
        )
        schemas = document["components"]["schemas"]
        schemas["Problem"] = ProblemShape.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas.update(schemas["Problem"].pop("$defs", {}))
        _drop_foreign_refusals(document)
        _add_examples(document)
        app.openapi_schema = document
    return app.openapi_schema


def _drop_foreign_refusals(document: dict[str, Any]) -> None:
    """FastAPI declares refusals of its own form for every route with parameters; we never send them."""
    for name in ("HTTPValidationError", "ValidationError"):
        document["components"]["schemas"].pop(name, None)
    for methods in document["paths"].values():
        for operation in methods.values():
            if "application/json" in operation["responses"].get("422", {}).get("content", {}):
                del operation["responses"]["422"]


def _add_examples(document: dict[str, Any]) -> None:
    for name, schema in document["components"]["schemas"].items():
        if name in examples.SHAPES:
            schema["examples"] = [examples.SHAPES[name]]
    for path, example in examples.TEXTS.items():
        for content in document["paths"][path]["get"]["responses"]["200"]["content"].values():
            content["example"] = example
