"""The channel lets in who knows the secret, and takes nothing but what it knows."""

import asyncio
import json
import logging
import socket
import threading
from typing import Any, Dict, Iterator, List, Optional, Tuple
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from rasa.core.channels import channel as rasa_channel
from rasa.core.lock_store import InMemoryLockStore
from rasa.shared.core.domain import Domain
from rasa.shared.exceptions import RasaException
from sanic import Sanic

from nlu import channel
from nlu.trackers import RecentTrackerStore

SECRET = "a secret of the test"


class StandInProcessor:
    """Parses like the pipeline in form, and remembers what it was given."""

    def __init__(self) -> None:
        self.parsed: List[str] = []

    async def parse_message(self, message: Any) -> Dict[str, Any]:
        self.parsed.append(message.text)
        text = message.text
        segment = {"text": text, "start": 0, "end": len(text), "topic": "greet"}
        entity = {"entity": "name", "value": text[-3:], "start": len(text) - 3, "end": len(text)}
        return {"text": text, "intent": {"name": "greet", "confidence": 1.0}, "entities": [dict(entity)],
                "understanding": {"language": "en", "segments": [segment], "entities": [dict(entity)]}}  # fmt: skip


class StandInAgent:
    """An agent that handles messages as told by their text."""

    def __init__(self) -> None:
        self.processor = StandInProcessor()
        self.tracker_store = RecentTrackerStore(Domain.empty())
        self.lock_store = InMemoryLockStore()
        self.handled: List[Any] = []
        self.ready = True
        self.running: Dict[str, int] = {}
        self.most: Dict[str, int] = {}

    def is_ready(self) -> bool:
        return self.ready

    async def handle_message(self, message: Any) -> None:
        async with self.lock_store.lock(message.sender_id):
            self.running[message.sender_id] = self.running.get(message.sender_id, 0) + 1
            self.most[message.sender_id] = max(self.most.get(message.sender_id, 0), self.running[message.sender_id])
            await asyncio.sleep(0.02)
            self.running[message.sender_id] -= 1
        self.handled.append(message)
        if message.text == "swallowed":  # what Rasa does when an action raises
            logging.getLogger("rasa.core.processor").error("Encountered an exception while running action 'x'.")
        if message.text == "raise":
            raise RuntimeError("no")


@pytest.fixture(scope="module")
def server() -> Iterator[Tuple[str, StandInAgent]]:
    """A real Sanic server with the channel as Rasa registers it."""
    agent = StandInAgent()
    app = Sanic("test_guarded_channel", configure_logging=False)
    rasa_channel.register([channel.GuardedChannel(SECRET)], app, route="/webhooks/")
    app.ctx.agent = agent
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    started = threading.Event()
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        running = await app.create_server(host="127.0.0.1", port=port, return_asyncio_server=True, access_log=False)
        await running.startup()
        await running.before_start()
        await running.start_serving()
        started.set()

    def work() -> None:
        asyncio.set_event_loop(loop)
        loop.create_task(serve())  # noqa: RUF006
        loop.run_forever()

    threading.Thread(target=work, daemon=True).start()
    assert started.wait(10)
    yield f"http://127.0.0.1:{port}/webhooks/hairline", agent
    loop.call_soon_threadsafe(loop.stop)


def call(
    server: Tuple[str, StandInAgent], path: str, body: Any = None, method: str = "POST", secret: Optional[str] = SECRET
) -> Tuple[int, Dict[str, Any]]:
    content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json", **({channel.SECRET_HEADER: secret} if secret is not None else {})}
    try:
        with urlopen(Request(server[0] + path, content, headers, method=method), timeout=10) as answer:
            return answer.status, json.loads(answer.read())
    except HTTPError as error:
        return error.code, json.loads(error.read())


def say(text: Any, **more: Any) -> Dict[str, Any]:
    return {"sender": "visitor-1", "message_id": "m1", "text": text, **more}


def test_a_text_is_parsed_and_handled(server: Tuple[str, StandInAgent]) -> None:
    status, answer = call(server, "/webhook", say("  does it hurt "))
    assert (status, answer["ok"]) == (200, True)
    assert set(answer["seconds"]) == {"understand", "act"}
    assert answer["seconds"]["act"] >= 0.02
    message = server[1].handled[-1]
    assert (message.text, message.sender_id, message.message_id) == ("  does it hurt ", "visitor-1", "m1")
    assert message.metadata == {"message_id": "m1", "request_id": None}
    assert message.input_channel == "hairline"


@pytest.mark.parametrize("text", ["/restart", '  /book{"name": "x"}', "/faq@0.9"])
def test_a_text_is_never_a_command(server: Tuple[str, StandInAgent], text: str) -> None:
    assert call(server, "/webhook", say(text))[0] == 200
    assert not server[1].processor.parsed[-1].lstrip().startswith("/")
    message = server[1].handled[-1]
    assert message.text == text
    segment = message.parse_data["understanding"]["segments"][0]
    assert (segment["text"], segment["start"], segment["end"]) == (text, 0, len(text))
    entity = message.parse_data["entities"][0]
    assert text[entity["start"] : entity["end"]] == entity["value"]


def test_rasa_itself_would_have_taken_it_for_a_command() -> None:
    from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
    from rasa.shared.nlu.training_data.message import Message

    domain = Domain.from_dict({"intents": ["restart"]})
    command = YAMLStoryReader.unpack_regex_message(Message.build("/restart"), domain)
    guarded = YAMLStoryReader.unpack_regex_message(Message.build(channel.GUARD + "/restart"), domain)
    assert command.get("intent", {}).get("name") == "restart"
    assert guarded.get("intent") is None


def test_a_choice_needs_no_understanding(server: Tuple[str, StandInAgent]) -> None:
    before = len(server[1].processor.parsed)
    status, answer = call(server, "/webhook", {"sender": "s", "message_id": "m2", "choice": "topic:pain"})
    assert (status, answer["ok"]) == (200, True)
    assert len(server[1].processor.parsed) == before
    parsed = server[1].handled[-1].parse_data
    assert (parsed["intent"]["name"], parsed["choice"], parsed["text"]) == ("choose", "topic:pain", "")


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET + "x", "é"])
@pytest.mark.parametrize(
    ("path", "method"),
    [("/webhook", "POST"), ("/understand", "POST"), ("/ready", "GET"), ("/conversations/a", "DELETE")],
)
def test_nobody_without_the_secret_gets_in(
    server: Tuple[str, StandInAgent], secret: Optional[str], path: str, method: str
) -> None:
    sent = secret.encode().decode("latin-1") if secret else secret
    assert call(server, path, say("hi") if method == "POST" else None, method, sent)[0] == 401


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 5000, {}, {"sender": "a"}, {"sender": "a", "message_id": "m"},
     say(""), say("   "), say(None), say(1), say(["hi"]), say("x" * 2001), say("a\x00b"), say("\ud800"),
     say("hi", sender=""), say("hi", sender=None), say("hi", sender="a b"), say("hi", sender="a\n"), say("hi", sender="x" * 65),  # noqa: E501
     say("hi", sender="a\x00"), say("hi", sender=["a"]), say("hi", message_id=3), say("hi", message_id=""), say("hi", choice="x"),  # noqa: E501
     say("hi", metadata={"slot": 1}), {"sender": "a", "message_id": "m", "choice": 5}, {"sender": "a", "message_id": "m", "choice": "x" * 201}],  # noqa: E501
)  # fmt: skip
def test_what_is_not_known_is_refused(server: Tuple[str, StandInAgent], body: Any) -> None:
    before = len(server[1].handled)
    status, answer = call(server, "/webhook", body)
    assert status == 422
    assert answer["ok"] is False
    assert len(server[1].handled) == before


@pytest.mark.parametrize("text", ["raise", "swallowed"])
def test_an_error_inside_the_turn_is_reported(server: Tuple[str, StandInAgent], text: str) -> None:
    status, answer = call(server, "/webhook", say(text))
    assert (status, answer["ok"]) == (500, False)
    status, answer = call(server, "/webhook", say("fine again"))
    assert (status, answer["ok"]) == (200, True)


def test_understanding_touches_no_conversation(server: Tuple[str, StandInAgent]) -> None:
    before = len(server[1].handled)
    status, answer = call(server, "/understand", {"text": "does it hurt"})
    assert status == 200
    assert answer["segments"][0]["topic"] == "greet"
    assert len(server[1].handled) == before
    assert call(server, "/understand", {"text": 5})[0] == 422


def test_ready_only_with_a_model(server: Tuple[str, StandInAgent]) -> None:
    assert call(server, "/ready", method="GET") == (200, {"ok": True})
    server[1].ready = False
    try:
        assert call(server, "/ready", method="GET")[0] == 503
        assert call(server, "/webhook", say("hi"))[0] == 503
    finally:
        server[1].ready = True


def test_a_conversation_is_erased(server: Tuple[str, StandInAgent]) -> None:
    from rasa.shared.core.trackers import DialogueStateTracker

    asyncio.run(server[1].tracker_store.save(DialogueStateTracker.from_events("gone", [])))
    assert call(server, "/conversations/gone", method="DELETE") == (200, {"ok": True, "erased": True})
    assert call(server, "/conversations/gone", method="DELETE") == (200, {"ok": True, "erased": False})
    assert call(server, "/conversations/a%20b", method="DELETE")[0] == 422


def test_turns_of_one_conversation_run_one_after_another(server: Tuple[str, StandInAgent]) -> None:
    answers: List[int] = []
    threads = [
        threading.Thread(target=lambda n=n: answers.append(call(server, "/webhook", say("hi", message_id=f"c{n}"))[0]))
        for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [200] * 8
    assert server[1].most["visitor-1"] == 1


def test_without_a_secret_it_does_not_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(channel.SECRET_SETTING, raising=False)
    with pytest.raises(RasaException, match="refuses to open"):
        channel.GuardedChannel.from_credentials({})
