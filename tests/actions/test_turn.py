"""The actions: one call of the core, its replies said, its end told to Rasa, and nobody's words in a log."""

import asyncio
import logging
from pathlib import Path
from typing import Any

import pytest
import yaml
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.__main__ import ACTIONS
from actions.faq import AnswerQuestion
from actions.turn import BOOKING, events_after, read_turn
from leads.front_desk import FrontDesk, Outcome, Turn, UnknownMessage
from leads.store import StoreUnavailable

ROOT = Path(__file__).parents[2]
WORDS = "my name is Wilhelmina Quirk, 07700 900999"


class Desk:
    """A front desk that gives or raises what it was made with."""

    def __init__(self, outcome: Outcome | Exception) -> None:
        self.outcome = outcome
        self.turns: list[Turn] = []

    def respond(self, turn: Turn) -> Outcome:
        self.turns.append(turn)
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


def tracker(loop: str | None = None) -> Tracker:
    latest = {
        "text": WORDS,
        "metadata": {"message_id": "m_1"},
        "understanding": {"language": "en", "segments": [], "entities": []},
    }
    return Tracker("c_1", {}, latest, [], False, None, {"name": loop} if loop else {}, "action_listen")


def run(outcome: Outcome | Exception) -> tuple[list[str], list[Any], Desk]:
    desk = Desk(outcome)
    dispatcher = CollectingDispatcher()
    action = AnswerQuestion(desk)  # type: ignore[arg-type]
    events = asyncio.run(action.run(dispatcher, tracker(), {}))
    return [message["text"] for message in dispatcher.messages], events, desk


def test_the_committed_replies_are_said_in_order() -> None:
    said, events, desk = run(Outcome(("one", "two"), booking_open=False))
    assert said == ["one", "two"]
    assert [event["event"] for event in events] == ["followup"]
    assert (desk.turns[0].conversation_id, desk.turns[0].message_id) == ("c_1", "m_1")


@pytest.mark.parametrize("problem", [StoreUnavailable("locked"), UnknownMessage("m_1")])
def test_what_was_not_committed_is_not_said_and_nobodys_words_are_logged(
    problem: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        said, events, _ = run(problem)
    assert said == []
    assert events == []
    assert "m_1" in caplog.text
    assert "Wilhelmina" not in caplog.text
    assert "900999" not in caplog.text


@pytest.mark.parametrize(
    ("is_open", "loop", "expected"),
    [(True, None, BOOKING), (False, BOOKING, None), (True, BOOKING, "unchanged"), (False, None, "unchanged")],
)
def test_rasas_loop_follows_the_booking(is_open: bool, loop: str | None, expected: str | None) -> None:
    events = events_after(Outcome(("x",), booking_open=is_open), tracker(loop))
    *loops, last = events
    assert (last["event"], last["name"]) == ("followup", "action_listen")
    assert loops == ([] if expected == "unchanged" else [{"event": "active_loop", "timestamp": None, "name": expected}])


def test_who_was_erased_is_forgotten_by_rasa_too() -> None:
    events = events_after(Outcome(("x",), booking_open=False, forget=True), tracker(BOOKING))
    assert [event["event"] for event in events] == ["restart"]


def test_a_tracker_without_understanding_is_a_message_that_was_not_understood() -> None:
    bare = Tracker("c_1", {}, {"text": "hello"}, [], False, None, {}, None)
    turn = read_turn(bare)
    assert turn.understood is not None
    assert [segment.decision for segment in turn.understood.segments] == ["refuse"]


def test_every_action_of_the_domain_is_there() -> None:
    domain = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    named = {action.skill for action in ACTIONS}
    assert named == set(domain["actions"]) | set(domain.get("forms", {}))


def test_actions_keep_nothing_but_the_desk() -> None:
    for action in ACTIONS:
        made = action(Desk(Outcome((), booking_open=False)))  # type: ignore[arg-type]
        assert list(vars(made)) == ["_desk"]
    assert FrontDesk.respond.__doc__
