"""Heads are bounded here, and bodies read, whole and bounded, before anything looks at them."""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.problems import Problem, response

LARGEST = 64 * 1024
LONGEST_HEAD = 16 * 1024
SLOWEST_S = 10.0
WITH_BODY = frozenset({"POST", "PUT", "PATCH", "DELETE"})
FORMS = "/desk"  # the desk's own pages send forms, everything else JSON
JSON_TYPE = b"application/json"
FORM_TYPE = b"application/x-www-form-urlencoded"


class Gone(Exception):
    """The client hung up in the middle of its body."""


class Bodies:
    """Refuses heads that are too long (431), and bodies that are too large (413), too slow (408) or of the wrong type
    (415); hands on the others whole.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and _length_of_head(scope) > LONGEST_HEAD:
            await response(Problem(431, headers={"Connection": "close"}))(scope, receive, send)
            return
        if scope["type"] != "http" or scope["method"] not in WITH_BODY:
            await self.app(scope, receive, send)
            return
        try:
            body = await _read(scope, receive)
            _check_type(scope, body)
        except Gone:
            return
        except Problem as problem:
            await response(problem)(scope, receive, send)
            return
        await self.app(scope, _replay(body, receive), send)


def _length_of_head(scope: Scope) -> int:
    """Bytes. The server's own limit only holds for a head that comes in pieces."""
    lines = sum(len(name) + len(value) + 4 for name, value in scope["headers"])
    return lines + len(scope.get("raw_path") or b"") + len(scope["query_string"])


async def _read(scope: Scope, receive: Receive) -> bytes:
    declared = _header(scope, b"content-length")
    if declared and (not declared.isdigit() or len(declared) > 12 or int(declared) > LARGEST):
        raise Problem(413, headers={"Connection": "close"})
    body = bytearray()
    try:
        async with asyncio.timeout(SLOWEST_S):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise Gone
                body += message.get("body", b"")
                if len(body) > LARGEST:
                    raise Problem(413, headers={"Connection": "close"})
                if not message.get("more_body", False):
                    return bytes(body)
    except TimeoutError:
        raise Problem(408, headers={"Connection": "close"}) from None


def _check_type(scope: Scope, body: bytes) -> None:
    if not body:
        return
    given = _header(scope, b"content-type").partition(b";")[0].strip().lower()
    if scope["path"].startswith(FORMS):
        # No multipart: its parts may name any charset, and some of those decode to half characters.
        if given != FORM_TYPE:
            raise Problem(415, "Send the form as application/x-www-form-urlencoded.")
    elif given != JSON_TYPE:
        raise Problem(415)


def _header(scope: Scope, name: bytes) -> bytes:
    return next((value for key, value in scope["headers"] if key == name), b"")


def _replay(body: bytes, receive: Receive) -> Receive:
    told = False

    async def replay() -> Message:
        nonlocal told
        if told:
            return await receive()  # from now on only whether the client is still there
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
