"""The way to Rasa's workers and to the action servers, over loopback and with the shared secret.

Any worker can do any turn: the core remembers the conversation and does no turn twice (leads/front_desk.py). Each
conversation has a worker of its own as long as that one lives, because it has the conversation in its caches.
"""

import asyncio
import hashlib
from collections.abc import Iterable
from typing import Literal

from hairline.loopback import Answer, Loopback, LoopbackError, TooSlow
from hairline.metrics import TURN_SECONDS
from hairline.settings import Settings
from leads.trace import request_id
from leads.understanding import read_understanding

SECRET_HEADER = "X-Hairline-Secret"
ID_HEADER = "X-Request-ID"
CHANNEL = "/webhooks/hairline"
ANSWER_S = 15.0
LOOK_S = 2.0
ASKED = 2  # workers for one message: what fails in two of them fails in all
NOT_TRIED_ELSEWHERE = (401, 422)

STAGES = ("understand", "act")  # what Rasa says it spent its time on; `act` holds the front desk

Kind = Literal["text", "choice"]


class RasaDown(Exception):
    """Rasa did not take the message, or not in time. Whether its turn was committed only the store knows."""


def workers_of(conversation_id: str, ports: Iterable[int]) -> list[int]:
    """The workers' ports, this conversation's own first (rendezvous hashing: one that goes moves only its own)."""
    return sorted(ports, key=lambda port: hashlib.blake2b(f"{port} {conversation_id}".encode()).digest())


class Rasa:
    """Rasa's guarded channel, in one worker or several."""

    def __init__(self, settings: Settings) -> None:
        headers = {SECRET_HEADER: settings.internal_secret or ""}
        self._workers = {port: Loopback(port, headers) for port in settings.rasa_ports}
        self._actions = [Loopback(port, headers) for port in settings.actions_ports]

    async def say(self, conversation_id: str, message_id: str, kind: Kind, content: str) -> None:
        """Have a visitor's message answered; the replies stand in the store then. Raises `RasaDown`.

        Where its worker is down, or dies or fails in the middle, the next one does it. One that is only slow is not
        given up: a second worker would make it slower.
        """
        body = {"sender": conversation_id, "message_id": message_id, kind: content}
        answer = await self._post("webhook", body, conversation_id)
        for stage, seconds in answer.json()["seconds"].items():
            if stage in STAGES:
                TURN_SECONDS.labels(f"Rasa: {stage}").observe(seconds)

    async def vector(self, text: str) -> bytes:
        """The sentence vector of what staff wrote (384 float16); empty where there is none. Raises `RasaDown`."""
        answer = await self._post("understand", {"text": text}, text)
        segments = read_understanding(answer.json(), text).segments
        return max(segments, key=lambda segment: len(segment.text)).vector

    async def forget(self, conversation_id: str) -> bool:
        """Erase what Rasa's workers remember of a conversation; whether all of them said so."""
        path = f"{CHANNEL}/conversations/{conversation_id}"
        return all(await asyncio.gather(*(_forgets(worker, path) for worker in self._workers.values())))

    async def is_ready(self) -> bool:
        """Whether the model is loaded, in one worker at least."""
        return any(await asyncio.gather(*(_answers(worker, f"{CHANNEL}/ready") for worker in self._workers.values())))

    async def actions_are_ready(self) -> bool:
        """Whether an action server answers."""
        return any(await asyncio.gather(*(_answers(server, "/health") for server in self._actions)))

    async def close(self) -> None:
        """Let go of all connections."""
        for process in (*self._workers.values(), *self._actions):
            await process.close()

    async def _post(self, route: str, body: dict[str, str], of: str) -> Answer:
        """The answer of the first worker that gives one, in the order of `workers_of(of)`. Raises `RasaDown`."""
        problem = ""
        for port in workers_of(of, self._workers)[:ASKED]:
            worker = self._workers[port]
            try:
                answer = await worker.request("POST", f"{CHANNEL}/{route}", body, headers=_id(), timeout=ANSWER_S)
            except TooSlow as slow:
                raise RasaDown(str(slow)) from slow
            except LoopbackError as fault:
                problem = str(fault)
                continue
            if answer.status == 200:
                return answer
            problem = f"HTTP {answer.status}"
            if answer.status in NOT_TRIED_ELSEWHERE:
                break
        raise RasaDown(problem)


async def _forgets(worker: Loopback, path: str) -> bool:
    try:
        return (await worker.request("DELETE", path, headers=_id(), timeout=LOOK_S)).status == 200
    except LoopbackError:
        return False


async def _answers(process: Loopback, path: str) -> bool:
    try:
        return (await process.request("GET", path, timeout=LOOK_S)).status == 200
    except LoopbackError:
        return False


def _id() -> dict[str, str]:
    known = request_id.get()
    return {ID_HEADER: known} if known else {}
