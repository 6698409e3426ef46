"""The rules: one action a message, and while a booking is open every message goes to it."""

import asyncio
import tempfile
from pathlib import Path
from typing import Any, List

import pytest
import yaml
from rasa.core.actions import action as rasa_actions
from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.model_training import train_core
from rasa.shared.core.events import ActiveLoop, Event

OUTSIDE_A_BOOKING = {
    "faq": "action_answer",
    "human_handoff": "action_hand_over",
    "urgent_problem": "action_urgent",
    "privacy": "action_privacy",
    "out_of_scope": "action_default_fallback",
    "nlu_fallback": "action_default_fallback",
    **dict.fromkeys(
        ["greet", "goodbye", "thanks", "affirm", "deny", "bot_challenge", "capabilities"], "action_small_talk"
    ),
    **dict.fromkeys(["stop", "choose", "inform", "refuse_detail", "clarify", "correct_detail"], "action_small_talk"),
    "start_over": "action_small_talk",
}


class Talk:
    """Says intents to the trained rules; the actions do nothing but give the events told them."""

    def __init__(self, model: str) -> None:
        self.agent = Agent.load(model)
        self.ran: List[str] = []
        self.events: List[Event] = []

    def say(self, intent: str, sender: str, *events: Event) -> List[str]:
        self.ran, self.events = [], list(events)
        parsed = {"intent": {"name": intent, "confidence": 1.0}, "entities": [], "text": "x"}
        asyncio.run(self.agent.handle_message(UserMessage("x", sender_id=sender, parse_data=parsed)))
        return self.ran


@pytest.fixture(scope="module")
def talk() -> Any:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        rules = Path(folder) / "rules"
        rules.mkdir()
        for path in Path("data").glob("*/rules.yml"):
            (rules / f"{path.parent.name}.yml").write_text(path.read_text())
        config = {**yaml.safe_load(Path("config.yml").read_text()), "pipeline": []}
        (Path(folder) / "config.yml").write_text(yaml.safe_dump(config))
        talk = Talk(str(train_core("domain.yml", str(Path(folder) / "config.yml"), str(rules), folder)))

        async def run(action: Any, *_: Any, **__: Any) -> List[Event]:
            talk.ran.append(action.name())
            return talk.events

        patch.setattr(rasa_actions.RemoteAction, "run", run)
        yield talk


@pytest.mark.parametrize(("intent", "action"), OUTSIDE_A_BOOKING.items())
def test_outside_a_booking_each_intent_has_its_action(talk: Talk, intent: str, action: str) -> None:
    assert talk.say(intent, f"new-{intent}") == [action]


def test_while_a_booking_is_open_everything_goes_to_it(talk: Talk) -> None:
    assert talk.say("book_consultation", "b", ActiveLoop("booking_form")) == ["booking_form"]
    for intent in [*OUTSIDE_A_BOOKING, "book_consultation"]:
        assert talk.say(intent, "b") == ["booking_form"]


@pytest.mark.parametrize("intent", ["stop", "affirm", "choose", "inform", "urgent_problem", "book_consultation"])
def test_a_booking_ends_with_whatever_ended_it(talk: Talk, intent: str) -> None:
    sender = f"end-{intent}"
    talk.say("book_consultation", sender, ActiveLoop("booking_form"))
    assert talk.say(intent, sender, ActiveLoop(None)) == ["booking_form"]
    assert talk.say("faq", sender) == ["action_answer"]


def test_a_booking_that_does_not_begin_leaves_no_loop(talk: Talk) -> None:
    assert talk.say("book_consultation", "none") == ["booking_form"]
    assert talk.say("faq", "none") == ["action_answer"]
