"""Talks at random against the core with a real store: whatever is answered, asked, corrected, stopped and resumed.

In any order: the lead holds what its visitor said last, consent comes first, and thanks come only with a lead.

What the visitor's words mean was asked of the running Rasa once, before; a talk here is a few milliseconds a turn.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from leads import conversations
from leads.clinic import ClinicFile
from leads.front_desk import FrontDesk, Turn
from leads.records import Lead, Message
from leads.store import Store
from leads.understanding import read_understanding
from leads.wording import Wording, wording_paths
from tests.system import System

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
TOPICS: dict[str, list[str]] = yaml.safe_load(Path(__file__).with_name("topics.yaml").read_text(encoding="utf-8"))
NAMES = ("Ann Lee", "Catherine O'Brien", "Tomasz Nowak")
PHONES = {"07700 900321": "+447700900321", "07700 900555": "+447700900555", "0161 496 0777": "+441614960777"}
EMAILS = ("ann@example.com", "c.obrien@example.org")
CONCERNS = {
    "my crown is thinning": "pattern_baldness",
    "a receding hairline": "receding_hairline",
    "a scar from an accident": "scars_and_patches",
}
NO_LEAD = ("stop", "never mind", "cancel this")
CORRECTIONS = {
    "name": {f"sorry, my name is {name}": name for name in NAMES},
    "phone": {f"my number is wrong, it's {typed}": number for typed, number in PHONES.items()},
    "email": {f"please change my email to {email}": email for email in EMAILS},
}
BAD = ("07700 9", "asdfghjkl", "hmm", "rob@", "???")

Understand = Callable[[str], dict[str, Any]]


def everything_said() -> list[str]:
    """All the words that a talk may hold."""
    said = [*NAMES, *PHONES, *EMAILS, *CONCERNS, *NO_LEAD, *BAD, "carry on", "any time", "yes", "no", "start again"]
    said += [words for one in CORRECTIONS.values() for words in one] + [
        words for one in TOPICS.values() for words in one[:1]
    ]
    return said


class Talks(RuleBasedStateMachine):
    """One conversation; `told` is what the visitor said last of each field, `consented` whether to this request."""

    understand: Understand
    desk: FrontDesk
    store: Store

    @initialize()
    def open_chat(self) -> None:
        with self.store.transaction() as session:
            opened = conversations.open_conversation(session, None)
            conversations.add_reply(session, opened.conversation, self.desk.greeting())
            self.id, self.token = opened.conversation.id, opened.token
        self.told: dict[str, str | None] = {}
        self.sent: list[dict[str, str | None]] = []
        self.thanked = 0
        self.replies: list[Message] = []
        self.turn("choice", "book")

    def turn(self, kind: Any, words: str) -> None:
        with self.store.transaction() as session:
            conversation = conversations.locked(session, self.id)
            assert conversation is not None
            message = conversations.post(session, conversation, conversations.Said(kind, words), self.token).message
        heard = read_understanding(self.understand(words), words) if kind == "text" else None
        before = self.asks_for
        self.desk.respond(Turn(self.id, message.id, heard))
        with self.store.reading() as session:
            self.replies = conversations.replies_to(session, message.id, self.id)
        assert self.replies, "silence"
        if any("request has reached" in reply.text for reply in self.replies):
            assert before == "confirm", "sent without a summary"
            self.thanked += 1
            self.sent.append(dict(self.told))
            self.told = {}

    @property
    def asks_for(self) -> str | None:
        return next((reply.asks_for for reply in self.replies if reply.asks_for), None)

    @property
    def choices(self) -> list[str]:
        return [choice["id"] for reply in self.replies for choice in reply.choices or []]

    def forget_if_ended(self) -> None:
        """Without consent, and after a new start, nothing is left of what was told."""
        said = " ".join(reply.text for reply in self.replies)
        if "No request has been stored or sent. If you'd like" in said or "start afresh" in said:
            self.told = {}

    # --- what the visitor does ----------------------------------------------------------------------------------------

    @precondition(lambda self: self.asks_for == "name")
    @rule(name=st.sampled_from(NAMES))
    def tell_name(self, name: str) -> None:
        self.told["name"] = name
        self.turn("text", name)

    @precondition(lambda self: self.asks_for in ("contact", "phone"))
    @rule(typed=st.sampled_from(sorted(PHONES)))
    def tell_phone(self, typed: str) -> None:
        self.told["phone"] = PHONES[typed]
        self.turn("text", typed)

    @precondition(lambda self: self.asks_for in ("contact", "email", "phone"))
    @rule(email=st.sampled_from(EMAILS))
    def tell_email(self, email: str) -> None:
        self.told["email"] = email
        self.turn("text", email)

    @precondition(lambda self: self.asks_for == "concern")
    @rule(words=st.sampled_from(sorted(CONCERNS)))
    def tell_concern(self, words: str) -> None:
        self.told["concern"] = CONCERNS[words]
        self.turn("text", words)

    @precondition(lambda self: "skip:concern" in self.choices)
    @rule()
    def skip_concern(self) -> None:
        self.told["concern"] = None
        self.turn("choice", "skip:concern")

    @precondition(lambda self: "time:any" in self.choices)
    @rule()
    def any_time(self) -> None:
        self.turn("choice", "time:any")

    @precondition(lambda self: "consent:yes" in self.choices)
    @rule()
    def agree(self) -> None:
        self.turn("choice", "consent:yes")

    @precondition(lambda self: self.asks_for == "consent")
    @rule()
    def refuse(self) -> None:
        self.turn("text", "no")
        self.forget_if_ended()

    @precondition(lambda self: "send" in self.choices)
    @rule(how=st.sampled_from(["button", "words"]))
    def send(self, how: str) -> None:
        self.turn("choice", "send") if how == "button" else self.turn("text", "yes")

    @precondition(lambda self: self.asks_for is not None)
    @rule(topic=st.sampled_from(sorted(TOPICS)))
    def interrupt(self, topic: str) -> None:
        before = self.asks_for
        self.turn("text", TOPICS[topic][0])
        assert self.asks_for == before, f"{TOPICS[topic][0]} moved {before} on to {self.asks_for}"

    @precondition(lambda self: self.asks_for in ("concern", "time", "confirm"))
    @rule(field=st.sampled_from(sorted(CORRECTIONS)), pick=st.integers(0, 2))
    def correct(self, field: str, pick: int) -> None:
        choices = sorted(CORRECTIONS[field].items())
        words, value = choices[pick % len(choices)]
        self.told[field] = value
        self.turn("text", words)

    @precondition(lambda self: "fix:name" in self.choices)
    @rule(name=st.sampled_from(NAMES))
    def fix_name(self, name: str) -> None:
        self.turn("choice", "fix:name")
        self.tell_name(name)

    @precondition(lambda self: self.asks_for not in (None, "concern"))
    @rule(words=st.sampled_from(BAD))
    def answer_badly(self, words: str) -> None:
        self.turn("text", words)

    @precondition(lambda self: self.asks_for is not None)
    @rule(words=st.sampled_from(NO_LEAD))
    def stop(self, words: str) -> None:
        self.turn("text", words)
        assert self.asks_for is None, f"{words} does not stop"

    @precondition(lambda self: self.asks_for is None and "carry_on" in self.choices)
    @rule(how=st.sampled_from(["button", "words"]))
    def carry_on(self, how: str) -> None:
        self.turn("choice", "carry_on") if how == "button" else self.turn("text", "carry on")

    @precondition(lambda self: self.asks_for is not None)
    @rule()
    def start_again(self) -> None:
        self.turn("text", "start again")
        self.forget_if_ended()

    @precondition(lambda self: self.asks_for is None and "carry_on" not in self.choices)
    @rule()
    def book(self) -> None:
        self.turn("text", "I'd like to book a consultation")
        if "book:another" in self.choices:
            self.turn("choice", "book:another")

    # --- what always holds --------------------------------------------------------------------------------------------

    @invariant()
    def leads_hold_what_was_said_last(self) -> None:
        with self.store.reading() as session:
            leads = list(session.scalars(select(Lead).where(Lead.conversation_id == self.id).order_by(Lead.seq)))
        assert len(leads) == self.thanked == len(self.sent), "thanks and leads are not the same number"
        for lead, told in zip(leads, self.sent, strict=True):
            assert lead.consent["given"], "a lead without consent"
            assert lead.status == "new"
            found = {"name": lead.name, "phone": lead.phone, "email": lead.email, "concern": lead.concern_category}
            wanted = {"name": None, "phone": None, "email": None, "concern": None, **told}
            assert found == wanted, f"the lead holds {found}, the visitor said {wanted}"


@pytest.fixture(scope="module")
def understand(request: pytest.FixtureRequest) -> Understand:
    """What Rasa makes of the words, asked once for each."""
    import os

    url, secret = os.environ.get("HAIRLINE_TEST_RASA_URL"), os.environ.get("HAIRLINE_TEST_SECRET", "")
    if not url:
        system: System = request.getfixturevalue("system")
        url, secret = f"http://127.0.0.1:{system.settings.rasa_port}", system.internal_secret
    heard: dict[str, dict[str, Any]] = {}
    with httpx.Client(headers={"X-Hairline-Secret": secret}, timeout=60) as rasa:
        for words in {*everything_said(), "I'd like to book a consultation"}:
            answer = rasa.post(f"{url}/webhooks/hairline/understand", json={"text": words})
            answer.raise_for_status()
            heard[words] = answer.json().get("understanding", answer.json())
    return heard.__getitem__


def test_no_talk_ends_with_a_lead_that_differs_from_what_was_said(understand: Understand, tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'talks.db'}")
    store.migrate()
    desk = FrontDesk(store, ClinicFile(ROOT / "clinic.yml"), Wording(wording_paths(ROOT / "data")), ("email_staff",))
    desk.warm_up()

    class Here(Talks):
        pass

    Here.understand, Here.desk, Here.store = staticmethod(understand), desk, store
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=30,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=True,
            phases=(Phase.explicit, Phase.reuse, Phase.generate),  # a talk of thirty turns is short enough to be read
        ),
    )
    store.close()
