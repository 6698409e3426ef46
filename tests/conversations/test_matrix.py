"""Every question of a booking x every topic: answered first, then the same question again, once, and nothing is "
"lost."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from leads.clinic import Clinic as Profile
from leads.wording import Wording, wording_paths
from tests.conversations.script import Days, check_lead, check_manners
from tests.conversations.visitor import Clinic, Visitor

pytestmark = pytest.mark.slow

TOPICS: dict[str, list[str]] = yaml.safe_load(Path(__file__).with_name("topics.yaml").read_text(encoding="utf-8"))
WAY_THERE: dict[str, list[str]] = {
    "name": ["[book]"],
    "contact": ["[book]", "Ann Lee"],
    "phone": ["[book]", "Ann Lee", "I don't have email"],
    "email": ["[book]", "Ann Lee", "I don't want to give my phone number"],
    "concern": ["book me in, Ann Lee, 07700 900321"],
    "time": ["book me in, Ann Lee, 07700 900321", "[concern:receding_hairline]"],
    "consent": ["book me in, Ann Lee, 07700 900321", "[concern:receding_hairline]", "[time:any]"],
    "confirm": ["book me in, Ann Lee, 07700 900321", "[concern:receding_hairline]", "[time:any]", "[consent:yes]"],
}
ANSWERS = {
    "name": "Ann Lee",
    "contact": "07700 900321",
    "phone": "07700 900321",
    "email": "ann@example.com",
    "concern": "[concern:receding_hairline]",
    "time": "[time:any]",
    "consent": "[consent:yes]",
    "confirm": "[send]",
}
QUESTIONS = tuple(WAY_THERE)
WORDING = Wording(wording_paths(Path(__file__).parents[2] / "data"))


def say(visitor: Visitor, words: str) -> None:
    """Say it, or take it where it is in brackets."""
    if words.startswith("["):
        visitor.chooses(words[1:-1])
    else:
        visitor.says(words)
    problems = list(check_manners(visitor))
    assert not problems, "\n".join([*problems, visitor.told()])


def question_words(question: str) -> str:
    """The last line of a question: what must be said again, once."""
    key = "utter_summary" if question == "confirm" else f"utter_ask_{question}"
    return WORDING.raw(key).text.splitlines()[-1]


def interrupt(visitor: Visitor, question: str, topic: str, words: str) -> None:
    """Say something else at a question: it is answered first, and the question comes again."""
    say(visitor, words)
    told = visitor.told()
    assert topic in visitor.topics, f"{topic} is not answered\n{told}"
    assert topic in visitor.answer[0]["topics"], f"{topic} is not answered first\n{told}"
    assert visitor.asks_for == question, f"the question after it is {visitor.asks_for}\n{told}"
    assert visitor.text.count(question_words(question)) == 1, f"the question does not come once\n{told}"
    assert visitor.answer[-1]["asks_for"] == question, told


@pytest.fixture(scope="module")
def standing_at(clinic: Clinic) -> Callable[[str], Visitor]:
    """A visitor who stands at a question; the same one again as long as nothing has moved it on."""
    visitors: dict[str, Visitor] = {}

    def stand(question: str) -> Visitor:
        visitor = visitors.get(question)
        if visitor is None or visitor.asks_for != question:
            visitor = visitors[question] = clinic.visitor()
            for words in WAY_THERE[question]:
                say(visitor, words)
            assert visitor.asks_for == question, visitor.told()
        del visitor.script[:-3]
        return visitor

    return stand


@pytest.mark.parametrize("topic", TOPICS)
@pytest.mark.parametrize("question", QUESTIONS)
def test_a_topic_at_a_question(question: str, topic: str, standing_at: Callable[[str], Visitor]) -> None:
    wordings = TOPICS[topic]
    words = wordings[(QUESTIONS.index(question) + list(TOPICS).index(topic)) % len(wordings)]
    interrupt(standing_at(question), question, topic, words)


@pytest.mark.parametrize("length", range(1, 7))
@pytest.mark.parametrize("question", QUESTIONS)
def test_a_run_of_interruptions(question: str, length: int, clinic: Clinic, profile: Profile) -> None:
    """One to six topics in a row at a question, then the booking to its end: the lead holds what was told."""
    chance = random.Random(f"{question} {length}")
    visitor = clinic.visitor()
    for words in WAY_THERE[question]:
        say(visitor, words)
    asked = chance.sample(list(TOPICS), length)
    for topic in asked:
        interrupt(visitor, question, topic, chance.choice(TOPICS[topic]))
    while visitor.asks_for:
        say(visitor, ANSWERS[visitor.asks_for])
    by_email = question == "email"
    wanted = {
        "name": "Ann Lee",
        "phone": None if by_email else "+447700900321",
        "email": "ann@example.com" if by_email else None,
        "category": "receding_hairline",
        "time": {"any": True},
        "questions": [
            topic
            for topic in asked
            if topic not in ("privacy", "bot_challenge", "capabilities", "human_handoff", "out_of_scope")
        ],
    }
    leads = visitor.leads()
    assert len(leads) == 1, visitor.told()
    problems = list(check_lead(wanted, leads[0], Days(profile)))
    assert not problems, "\n".join([*problems, visitor.told()])
