"""Whom a harness attacks: Hairline, or a control that speaks Rasa's REST channel. Both look the same to a harness."""

import json
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol, Self

import httpx

from leads.store import new_id
from tests.system import System, is_alive

PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status, what the bot said, every byte of it, and the quick replies that were offered."""

    status: int
    texts: list[str]
    raw: bytes
    choices: list[str]
    state: str = "bot"


class Chat(Protocol):
    """One visitor's talk. `greeted_with`: the quick replies of its first message."""

    greeted_with: list[str]

    def say(self, text: str, key: str | None = None) -> Answer:
        """Say something, under an idempotency key."""

    def choose(self, choice: str) -> Answer:
        """Press a quick reply."""

    def read(self) -> Answer:
        """What was said so far; `texts` are the visitor's own words."""

    def read_of(self, other: Self) -> Answer:
        """Try to read another visitor's talk with what this one has."""

    def speak_for(self, other: Self, text: str) -> Answer:
        """Try to speak in another visitor's talk with what this one has."""

    def leads(self) -> list[dict[str, Any]]:
        """The requests that came from this talk, as staff see them."""


class Bot[C: Chat](Protocol):
    """A running bot."""

    url: str

    def open(self) -> C:
        """A new visitor opens the chat."""

    def processes(self) -> tuple[int, ...]:
        """The pids that must outlive every attack."""

    def is_up(self) -> bool:
        """Whether it says itself that it can answer."""


class HairlineChat:
    """A talk over the visitors' API."""

    def __init__(self, client: httpx.Client, system: System) -> None:
        self._client = client
        self._system = system
        opened = client.post("/api/conversations", json={}).raise_for_status().json()
        self.id: str = opened["id"]
        self.token: str = opened["token"]
        self.greeted_with: list[str] = [choice["id"] for choice in opened["messages"][0]["choices"]]

    def say(self, text: str, key: str | None = None) -> Answer:
        """Say something, under an idempotency key."""
        return self._post(self.id, {"text": text}, key)

    def choose(self, choice: str) -> Answer:
        """Press a quick reply."""
        return self._post(self.id, {"choice": choice}, None)

    def read(self) -> Answer:
        """What was said so far."""
        return self._get(self.id)

    def read_of(self, other: Self) -> Answer:
        """Try another visitor's address with our token."""
        return self._get(other.id)

    def speak_for(self, other: Self, text: str) -> Answer:
        """Try another visitor's address with our token."""
        return self._post(other.id, {"text": text}, None)

    def leads(self) -> list[dict[str, Any]]:
        """The requests that came from this talk, as staff see them."""
        staff = {"Authorization": f"Bearer {self._system.api_key}"}
        found = self._client.get("/api/leads", params={"conversation": self.id}, headers=staff).raise_for_status()
        leads: list[dict[str, Any]] = found.json()["leads"]
        return leads

    def events(self) -> AbstractContextManager[httpx.Response]:
        """The event stream, open."""
        return self._client.stream("GET", f"/api/conversations/{self.id}/events", headers=self.headers)

    def clear(self) -> None:
        """Clear the chat."""
        self._client.delete(f"/api/conversations/{self.id}", headers=self.headers).raise_for_status()

    @property
    def headers(self) -> dict[str, str]:
        """What proves that the talk is ours."""
        return {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}

    def _post(self, conversation: str, body: dict[str, str], key: str | None) -> Answer:
        headers = self.headers | ({"Idempotency-Key": key} if key else {})
        # json.dumps, unlike httpx, writes half a character as it is: as an escape.
        content = json.dumps(body)
        answer = self._client.post(f"/api/conversations/{conversation}/messages", content=content, headers=headers)
        return _answer(answer, "bot", "staff")

    def _get(self, conversation: str) -> Answer:
        return _answer(self._client.get(f"/api/conversations/{conversation}/messages", headers=self.headers), "visitor")


def _answer(answer: httpx.Response, *authors: str) -> Answer:
    body = answer.json() if answer.headers.get("content-type", "").startswith("application/") else {}
    messages = [message for message in body.get("messages", []) if message["author"] in authors]
    texts = [message["text"] for message in messages]
    choices = [choice["id"] for message in messages for choice in message["choices"]]
    return Answer(answer.status_code, texts, answer.content, choices, body.get("state", "bot"))


class HairlineBot:
    """The fixture `system`."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.url = system.url
        self.client = httpx.Client(base_url=system.url, timeout=PATIENCE_S, limits=httpx.Limits(max_connections=64))

    def open(self) -> HairlineChat:
        """A new visitor opens the chat."""
        return HairlineChat(self.client, self.system)

    def processes(self) -> tuple[int, ...]:
        """The four processes and their supervisor."""
        supervisor = self.system.process.pid if self.system.process.poll() is None else 0
        return (supervisor, *(self.system.pid(name) for name in self.system.NAMES))

    def is_up(self) -> bool:
        """What /readyz says."""
        return self.system.is_ready()


class RestChat:
    """A talk over Rasa's REST channel, where a visitor is whoever they say they are."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self.sender = new_id("visitor")
        self.greeted_with: list[str] = []

    def say(self, text: str, key: str | None = None) -> Answer:
        """Say something; there are no keys."""
        return self._post(self.sender, text)

    def choose(self, choice: str) -> Answer:
        """A quick reply is a text that is believed."""
        return self._post(self.sender, choice)

    def read(self) -> Answer:
        """The tracker."""
        return self._get(self.sender)

    def read_of(self, other: Self) -> Answer:
        """Another visitor's tracker: nobody asks who reads it."""
        return self._get(other.sender)

    def speak_for(self, other: Self, text: str) -> Answer:
        """As another visitor: nobody asks who speaks."""
        return self._post(other.sender, text)

    def leads(self) -> list[dict[str, Any]]:
        """There are none."""
        return []

    def _post(self, sender: str, text: str) -> Answer:
        body = json.dumps({"sender": sender, "message": text})
        try:
            answer = self._client.post("/webhooks/rest/webhook", content=body)
        except httpx.TransportError:
            return Answer(500, [], b"", [])  # it hung up without a word
        said = answer.json() if answer.status_code == 200 else []
        buttons = [button["payload"] for one in said for button in one.get("buttons", [])]
        return Answer(answer.status_code, [one["text"] for one in said if "text" in one], answer.content, buttons)

    def _get(self, sender: str) -> Answer:
        answer = self._client.get(f"/conversations/{sender}/tracker")
        events = answer.json().get("events", []) if answer.status_code == 200 else []
        texts = [event["text"] for event in events if event.get("event") == "user" and event.get("text") is not None]
        return Answer(answer.status_code, texts, answer.content, [])


class RestBot:
    """A server with Rasa's REST channel and its open HTTP API."""

    def __init__(self, url: str, *pids: int) -> None:
        self.url = url
        self._pids = pids
        self.client = httpx.Client(base_url=url, timeout=PATIENCE_S, limits=httpx.Limits(max_connections=64))

    def open(self) -> RestChat:
        """A visitor opens the chat by thinking of a name."""
        return RestChat(self.client)

    def processes(self) -> tuple[int, ...]:
        """Those that live of the pids it began with."""
        return tuple(pid if is_alive(pid) else 0 for pid in self._pids)

    def is_up(self) -> bool:
        """Whether it lives: it has no other sign."""
        return True
