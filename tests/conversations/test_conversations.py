"""Every written conversation of this folder, with the running system."""

from collections import Counter

import httpx
import pytest

from leads.clinic import Clinic as Profile
from tests.conversations.script import Conversation, Days, load_all, talk_through
from tests.conversations.visitor import Clinic, Visitor
from tests.system import System

CONVERSATIONS = load_all()

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("conversation", CONVERSATIONS, ids=[f"{it.file[:-4]}: {it.name}" for it in CONVERSATIONS])
def test_a_visitor(conversation: Conversation, visitor: Visitor, profile: Profile) -> None:
    talk_through(conversation, visitor, Days(profile))


def test_no_name_stands_twice_and_there_are_enough() -> None:
    names = Counter((it.file, it.name) for it in CONVERSATIONS)
    assert max(names.values()) == 1
    assert len(CONVERSATIONS) >= 150


def test_nothing_that_a_visitor_says_is_in_any_log(system: System) -> None:
    with httpx.Client(timeout=60) as http:
        visitor = Clinic(system.url, system.api_key, http).visitor()
        visitor.says("book me in, Wilhelmina Quirk, 07700 900987, wilhelmina@example.com, thinning")
        visitor.says("on the 31st of February")
        visitor.chooses("time:any")
        visitor.chooses("consent:yes")
        visitor.chooses("send")
    written = system.logs().lower()
    for words in ("wilhelmina", "900987", "31st of february", "thinning"):
        assert words not in written
