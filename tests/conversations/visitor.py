"""A visitor of the running system, and the clinic that looks at what arrived: both through the public API only."""

from dataclasses import dataclass, field
from typing import Any

import httpx

Message = dict[str, Any]


@dataclass
class Clinic:
    """A running system from outside: its address and the key of its staff API."""

    url: str
    api_key: str
    http: httpx.Client

    def visitor(self) -> "Visitor":
        """Somebody who opens the chat."""
        opened = self.http.post(f"{self.url}/api/conversations", json={"page": "https://clinic.example/smp"})
        opened.raise_for_status()
        return Visitor(self, opened.json()["id"], opened.json()["token"], opened.json()["messages"])

    def staff(self, path: str, **query: str) -> Any:
        """What the staff API answers to a GET."""
        answer = self.http.get(
            f"{self.url}/api/{path}", params=query, headers={"Authorization": f"Bearer {self.api_key}"}
        )
        answer.raise_for_status()
        return answer.json()

    def lead_exists(self, reference: str) -> bool:
        """Whether the clinic has a request of this reference."""
        answer = self.http.get(f"{self.url}/api/leads/{reference}", headers={"Authorization": f"Bearer {self.api_key}"})
        return answer.status_code == 200


@dataclass
class Visitor:
    """One conversation. `answer` is what the assistant said last; `script` is the talk so far, to be read by people."""

    clinic: Clinic
    id: str
    token: str
    answer: list[Message]
    script: list[str] = field(default_factory=list)

    def says(self, text: str) -> list[Message]:
        """Say something; the assistant's messages."""
        return self._post({"text": text}, text)

    def chooses(self, choice: str) -> list[Message]:
        """Take a quick reply by its id; where it holds a time, by its beginning."""
        return self._post({"choice": self.offered(choice)}, f"[{choice}]")

    def offered(self, choice: str) -> str:
        """The full id of a quick reply that is on offer and begins so; the words themselves where none does."""
        ids = [one["id"] for message in self.answer for one in message["choices"]]
        return next((id_ for id_ in ids if id_ == choice), next((id_ for id_ in ids if id_.startswith(choice)), choice))

    def says_nothing(self, body: dict[str, str]) -> int:
        """Post a body that should be refused; the status code."""
        return self._send(body).status_code

    @property
    def text(self) -> str:
        """Everything the assistant said last."""
        return "\n".join(str(message["text"]) for message in self.answer)

    @property
    def topics(self) -> list[str]:
        """The topics of everything the assistant said last."""
        return [topic for message in self.answer for topic in message["topics"]]

    @property
    def asks_for(self) -> str | None:
        """What the visitor's next words are taken for."""
        return next((str(message["asks_for"]) for message in self.answer if message["asks_for"]), None)

    @property
    def choices(self) -> list[str]:
        """The ids of the quick replies on offer."""
        return [str(one["id"]) for message in self.answer for one in message["choices"]]

    def leads(self) -> list[dict[str, Any]]:
        """The requests of this conversation as the clinic sees them, the first one first."""
        return list(reversed(self.clinic.staff("leads", conversation=self.id)["leads"]))

    def transcript(self) -> list[Message]:
        """The talk as a page that reloads sees it."""
        answer = self.clinic.http.get(f"{self._url}/messages", headers=self._headers)
        answer.raise_for_status()
        return list(answer.json()["messages"])

    def _post(self, body: dict[str, str], shown: str) -> list[Message]:
        self.script.append(f"  visitor: {shown}")
        answer = self._send(body)
        assert answer.status_code == 200, f"{answer.status_code} {answer.text}\n{self.told()}"
        self.answer = answer.json()["messages"]
        for message in self.answer:
            ids = ", ".join(one["id"] for one in message["choices"])
            self.script.append(
                f"      bot: {message['text']}\n           topics {message['topics']} asks_for "
                f"{message['asks_for']} ({ids})"
            )
        return self.answer

    def _send(self, body: dict[str, str]) -> httpx.Response:
        return self.clinic.http.post(f"{self._url}/messages", json=body, headers=self._headers)

    @property
    def _url(self) -> str:
        return f"{self.clinic.url}/api/conversations/{self.id}"

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def told(self) -> str:
        """The talk so far, for the report of a failed test."""
        return "\n".join(self.script)
