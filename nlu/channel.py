"""The only door into Rasa: a channel for `web/`, behind a shared secret, which believes nothing else that it is sent.

    POST   /webhooks/hairline/webhook                one turn; the answer comes when the turn has ended
    POST   /webhooks/hairline/understand             what a text means, without touching any conversation
    GET    /webhooks/hairline/ready                  200 once the model is loaded
    DELETE /webhooks/hairline/conversations/<sender> forgets a conversation

A visitor's text is never a command. Rasa takes a text such as `/restart` or `/book{"name": "x"}` for one, with full
confidence; such a text is parsed behind an invisible word joiner, so that it is words like any others.
"""

from __future__ import annotations

import asyncio
import contextvars
import gc
import hmac
import json
import logging
import os
import re
import time
from dataclasses import dataclass
from typing import Any, Awaitable, Callable, Dict, Optional

from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from rasa.shared.exceptions import RasaException
from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from nlu import logs
from nlu.action_server import ActionServer

SECRET_SETTING = "HAIRLINE_INTERNAL_SECRET"
SECRET_HEADER = "X-Hairline-Secret"
ID_HEADER = "X-Request-ID"
GUARD = "\u2060"  # word joiner: no letter, no white space, so neither stripped nor read by anything
MAX_TEXT = 2000  # characters
MAX_CHOICE = 200  # characters
MAX_BODY = 64 * 1024  # bytes; 2,000 characters as JSON escapes are 24,000 bytes at most
IDENTIFIER = re.compile(r"[A-Za-z0-9_-]{1,64}")

logger = logging.getLogger(__name__)
stages: "contextvars.ContextVar[Optional[Dict[str, float]]]" = contextvars.ContextVar("stages", default=None)
"""How long the parts of this turn took, in seconds: `understand` and `act`."""
failed_turn: "contextvars.ContextVar[Optional[FailureNote]]" = contextvars.ContextVar("failed_turn", default=None)


class BadRequest(ValueError):
    """The body is not what this channel takes; the message says what is wrong and never repeats what was sent."""


@dataclass
class FailureNote:
    """Whether anything raised inside the turn that carries this note."""

    failed: bool = False


@dataclass(frozen=True)
class Turn:
    """One checked request: either what the visitor wrote or the button they pressed."""

    sender: str
    message_id: str
    text: Optional[str] = None
    choice: Optional[str] = None


class FailureWatcher(logging.Handler):
    """Notices errors inside a turn: Rasa logs an action's exception and goes on as though nothing had happened."""

    def emit(self, record: logging.LogRecord) -> None:
        note = failed_turn.get()
        if note is not None and (record.levelno >= logging.ERROR or "Circuit breaker" in str(record.msg)):
            note.failed = True


def check_text(value: Any, name: str, limit: int) -> str:
    """The value, if it is a string of 1 to `limit` characters that can be stored and shown; `BadRequest` otherwise."""
    if not isinstance(value, str):
        raise BadRequest(f"{name} must be a string")
    if len(value) > limit:
        raise BadRequest(f"{name} must have at most {limit} characters")
    if not value.strip():
        raise BadRequest(f"{name} must not be empty")
    if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise BadRequest(f"{name} holds a character that is no text")
    return value


def check_identifier(value: Any, name: str) -> str:
    """The value, if it is 1 to 64 letters, digits, hyphens and underscores; `BadRequest` otherwise."""
    if not isinstance(value, str) or not IDENTIFIER.fullmatch(value):
        raise BadRequest(f"{name} must be 1 to 64 letters, digits, hyphens or underscores")
    return value


def read_json(body: bytes) -> Dict[str, Any]:
    """The JSON object in the body; `BadRequest` for anything else."""
    if len(body) > MAX_BODY:
        raise BadRequest(f"the body must have at most {MAX_BODY} bytes")
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        raise BadRequest("the body is not JSON") from None
    if not isinstance(content, dict):
        raise BadRequest("the body must be an object")
    return content


def read_turn(body: bytes) -> Turn:
    """The turn in a request's body; `BadRequest` says what is wrong with it."""
    content = read_json(body)
    unknown = set(content) - {"sender", "message_id", "text", "choice"}
    if unknown:
        raise BadRequest("the body has keys that are not known here")
    sender = check_identifier(content.get("sender"), "sender")
    message_id = check_identifier(content.get("message_id"), "message_id")
    if ("text" in content) == ("choice" in content):
        raise BadRequest("either text or choice must be given")
    if "text" in content:
        return Turn(sender, message_id, text=check_text(content["text"], "text", MAX_TEXT))
    return Turn(sender, message_id, choice=check_text(content["choice"], "choice", MAX_CHOICE))


def chosen(choice: str) -> Dict[str, Any]:
    """What Rasa is told about a pressed button: nothing was said, so nothing has to be understood."""
    return {
        "text": "",
        "intent": {"name": "choose", "confidence": 1.0},
        "intent_ranking": [{"name": "choose", "confidence": 1.0}],
        "entities": [],
        "choice": choice,
        "understanding": {"language": "en", "segments": [], "entities": []},
    }


async def parse(agent: Agent, text: str) -> Dict[str, Any]:
    """Everything the pipeline finds in a text, offsets counted in the text as it was sent."""
    guard = GUARD if text.lstrip().startswith("/") else ""
    message = UserMessage("")
    message.text = guard + text  # set here because UserMessage strips white space, which would move every offset
    parsed = await agent.processor.parse_message(message)  # type: ignore[union-attr]
    parsed["text"] = text
    if guard:
        understanding = parsed["understanding"]
        for part in [*parsed["entities"], *understanding["entities"], *understanding["segments"]]:
            part["start"], part["end"] = max(part["start"] - len(guard), 0), part["end"] - len(guard)
        for segment in understanding["segments"]:
            segment["text"] = text[segment["start"] : segment["end"]]
    return parsed


async def run_turn(agent: Agent, turn: Turn) -> bool:
    """Understands one message and lets the rules act on it; whether nothing went wrong inside."""
    note = FailureNote()
    failed_turn.set(note)
    took = stages.get()
    took = {} if took is None else took
    began = time.perf_counter()
    try:
        parsed = chosen(turn.choice) if turn.choice is not None else await parse(agent, turn.text or "")
        took["understand"] = time.perf_counter() - began
        message = UserMessage(
            "",
            CollectingOutputChannel(),
            turn.sender,
            parse_data=parsed,
            input_channel=GuardedChannel.name(),
            message_id=turn.message_id,
            metadata={"message_id": turn.message_id, "request_id": logs.request_id.get()},
        )
        message.text = parsed["text"]
        await agent.handle_message(message)
        took["act"] = time.perf_counter() - began - took["understand"]
    except Exception:
        # The web process answers the visitor with the clinic's phone; what was said stays out of the log.
        logger.error("turn %s failed", turn.message_id, exc_info=True)
        return False
    return not note.failed


async def finish_turn(agent: Agent, turn: Turn) -> bool:
    """A turn, after which the conversation can go on; whether nothing went wrong.

    Rasa counts a failed turn's actions against all later turns and then answers nothing any more ("circuit breaker"):
    the tracker of a failed turn is dropped. It holds nothing that the core does not know.
    """
    done = await run_turn(agent, turn)
    if not done:
        await forget(agent, turn.sender)
    return done


async def forget(agent: Agent, sender: str) -> bool:
    """Erases a conversation after any turn of it that is still running; whether there was one."""
    store = agent.tracker_store
    store = getattr(store, "_tracker_store", store)  # Rasa wraps the configured store (FailSafeTrackerStore)
    async with agent.lock_store.lock(sender):
        return bool(await store.erase(sender))  # type: ignore[attr-defined]


def problem(status: int, message: str) -> HTTPResponse:
    """An answer that says what is wrong."""
    return response.json({"ok": False, "error": message}, status=status)


class GuardedChannel(InputChannel):
    """Takes turns from the web process only, one at a time for each conversation (Rasa's lock store sees to that)."""

    def __init__(self, secret: str) -> None:
        if not secret:
            raise RasaException(
                f"{SECRET_SETTING} is not set: Rasa's channel refuses to open without the shared secret. "
                "`make run` makes one at the start; set it yourself where you start Rasa by hand."
            )
        self._secret = secret.encode()

    @classmethod
    def name(cls) -> str:
        """The channel's name and the prefix of its routes."""
        return "hairline"

    @classmethod
    def from_credentials(cls, credentials: Optional[Dict[str, Any]]) -> "GuardedChannel":
        """The channel with the secret of this process's environment."""
        return cls(os.environ.get(SECRET_SETTING, ""))

    def refusal(self, request: Request) -> Optional[HTTPResponse]:
        """An answer for who does not know the secret, or comes before the model is loaded; nothing otherwise."""
        given = request.headers.get(SECRET_HEADER, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, self._secret):
            return problem(401, "the shared secret is missing or wrong")
        agent = getattr(request.app.ctx, "agent", None)
        if agent is None or not agent.is_ready():
            return problem(503, "the model is not loaded yet")
        return None

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes. `on_new_message` is Rasa's way to the agent; this channel needs the agent itself, to parse."""
        routes = Blueprint("hairline_channel", "nlu.channel")

        @routes.on_request
        async def follow(request: Request) -> None:
            logs.follow(request.headers.get(ID_HEADER))

        @routes.listener("before_server_start")
        async def prepare(app: Sanic, _: Any) -> None:
            app.config.REQUEST_MAX_SIZE = MAX_BODY
            watch_for_failures()
            logs.take_over("sanic")

        @routes.listener("after_server_start")
        async def warm_up(app: Sanic, _: Any) -> None:
            # Rasa has loaded the model by now. The first message would have to wait for the encoder's graph, and no
            # /ready is answered meanwhile.
            agent = getattr(app.ctx, "agent", None)
            if agent is not None and agent.is_ready():
                agent.processor.action_endpoint = ActionServer.at(agent.processor.action_endpoint)
                await parse(agent, "hello")
            # The model stays as long as the process: without this, each full collection walks through all of it.
            gc.collect()
            gc.freeze()

        @routes.listener("after_server_stop")
        async def let_go(app: Sanic, _: Any) -> None:
            agent = getattr(app.ctx, "agent", None)
            if agent is not None and isinstance(agent.processor.action_endpoint, ActionServer):
                await agent.processor.action_endpoint.close()

        @routes.get("/ready")
        async def ready(request: Request) -> HTTPResponse:
            return self.refusal(request) or response.json({"ok": True})

        @routes.post("/webhook")
        async def webhook(request: Request) -> HTTPResponse:
            refused = self.refusal(request)
            if refused:
                return refused
            try:
                turn = read_turn(request.body)
            except BadRequest as error:
                return problem(422, str(error))
            took: Dict[str, float] = {}
            stages.set(took)
            # A task of its own: whoever hangs up in the middle does not cancel the turn.
            done = await asyncio.shield(asyncio.ensure_future(finish_turn(request.app.ctx.agent, turn)))
            logger.info("turn %s", "done" if done else "failed")
            return response.json({"ok": done, "seconds": took}, status=200 if done else 500)

        @routes.post("/understand")
        async def understand(request: Request) -> HTTPResponse:
            refused = self.refusal(request)
            if refused:
                return refused
            try:
                text = check_text(read_json(request.body).get("text"), "text", MAX_TEXT)
            except BadRequest as error:
                return problem(422, str(error))
            parsed = await parse(request.app.ctx.agent, text)
            return response.json(parsed["understanding"])

        @routes.delete("/conversations/<sender>")
        async def erase(request: Request, sender: str) -> HTTPResponse:
            refused = self.refusal(request)
            if refused:
                return refused
            try:
                check_identifier(sender, "sender")
            except BadRequest as error:
                return problem(422, str(error))
            return response.json({"ok": True, "erased": await forget(request.app.ctx.agent, sender)})

        return routes


def watch_for_failures() -> None:
    """Puts one watcher on the loggers that Rasa reports swallowed errors to."""
    for name in ("rasa.core.processor", "rasa.core.actions.action", "rasa.core.tracker_store"):
        target = logging.getLogger(name)
        if not any(isinstance(handler, FailureWatcher) for handler in target.handlers):
            target.addHandler(FailureWatcher(level=logging.WARNING))
