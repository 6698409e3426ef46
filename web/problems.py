"""Refusals: every one is `application/problem+json` (RFC 9457), says what to do, and repeats nothing that was sent."""

import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from leads.trace import request_id

MEDIA_TYPE = "application/problem+json"
FIELD = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")
AGAIN_S = 5
AGAIN_WHEN_BUSY_S = 2
OUTER = ("body", "query", "path", "header", "cookie")

DETAILS = {
    400: "The body is not JSON.",
    404: "There is nothing here, or it is not yours.",
    405: "This address takes other methods; the Allow header names them.",
    408: "The request came in too slowly.",
    413: "The body is too large.",
    431: "The head of the request is too long.",
    415: "Send the body as application/json.",
    500: "Something went wrong on our side.",
}


class Problem(HTTPException):
    """A refusal. `errors` names the fields at fault: [{"field", "message"}]."""

    def __init__(
        self,
        status: int,
        detail: str | None = None,
        *,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, detail or DETAILS.get(status, ""), dict(headers) if headers else None)
        self.errors = list(errors)


def unauthorised(detail: str) -> Problem:
    """401, with what the caller has to send."""
    return Problem(401, detail, headers={"WWW-Authenticate": 'Bearer realm="hairline"'})


def wrong_field(field: str, message: str) -> Problem:
    """422 for one field."""
    return Problem(422, f"{field}: {message}", errors=[{"field": field, "message": message}])


def wait(status: int, seconds: int, detail: str) -> Problem:
    """429 or 503 with the time after which it is worth trying again."""
    return Problem(status, detail, headers={"Retry-After": str(max(1, seconds))})


def response(problem: HTTPException) -> JSONResponse:
    """The answer that carries a problem."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(problem.status_code).phrase,
        "status": problem.status_code,
        "detail": str(problem.detail),
    }
    if known := request_id.get():
        body["request_id"] = known
    if errors := getattr(problem, "errors", None):
        body["errors"] = errors
    return JSONResponse(body, problem.status_code, headers=problem.headers, media_type=MEDIA_TYPE)


def of_validation(fault: RequestValidationError) -> Problem:
    """400 where the body is no JSON, else 422 naming each field; what was sent is not repeated."""
    faults = fault.errors()
    if any(
        one["type"] == "json_invalid" or (one["type"], tuple(one["loc"])) == ("missing", ("body",)) for one in faults
    ):
        return Problem(400)
    errors = [{"field": _field(one["loc"]), "message": _message(one)} for one in faults][:20]
    return Problem(422, "; ".join(f"{one['field']}: {one['message']}" for one in errors[:3]), errors=errors)


def _field(place: Sequence[str | int]) -> str:
    names = [part for part in place if isinstance(part, str) and part not in OUTER]
    # The name of an unknown field comes from the caller: only what looks like a name is said again.
    return names[0] if names and FIELD.fullmatch(names[0]) else "body"


def _message(fault: Mapping[str, Any]) -> str:
    if fault["type"] == "value_error":
        return str(fault["ctx"]["error"])  # raised by our own checks, in our own words
    if fault["type"] == "extra_forbidden":
        return "there is no such field"
    return str(fault["msg"])
