"""A visitor of the API, for tests."""

from dataclasses import dataclass
from typing import Any, Self

from httpx import Client, Response


@dataclass
class Visitor:
    """Someone with a conversation."""

    client: Client
    id: str
    token: str
    greeting: dict[str, Any]

    @classmethod
    def open(cls, client: Client, page: str = "https://clinic.example/smp") -> Self:
        """Open the chat."""
        answer = client.post("/api/conversations", json={"page": page})
        assert answer.status_code == 201, answer.text
        opened = answer.json()
        return cls(client, opened["id"], opened["token"], opened["messages"][0])

    @property
    def path(self) -> str:
        """The address of the conversation."""
        return f"/api/conversations/{self.id}"

    @property
    def headers(self) -> dict[str, str]:
        """What proves that the conversation is theirs."""
        return {"Authorization": f"Bearer {self.token}"}

    def say(self, text: str, key: str | None = None) -> Response:
        """Send a text."""
        return self.send({"text": text}, key)

    def choose(self, choice: str, key: str | None = None) -> Response:
        """Take a quick reply."""
        return self.send({"choice": choice}, key)

    def send(self, body: Any, key: str | None = None) -> Response:
        """Send any JSON body as a message."""
        headers = self.headers | ({"Idempotency-Key": key} if key else {})
        return self.client.post(f"{self.path}/messages", json=body, headers=headers)

    def read(self, after: str | None = None) -> Response:
        """Read the talk."""
        return self.client.get(f"{self.path}/messages", params={"after": after} if after else {}, headers=self.headers)

    def talk(self) -> list[tuple[str, str]]:
        """Who said what."""
        return [(message["author"], message["text"]) for message in self.read().json()["messages"]]

    def clear(self) -> Response:
        """Clear the chat."""
        return self.client.delete(self.path, headers=self.headers)
