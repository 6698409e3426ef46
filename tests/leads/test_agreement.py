"""To "Do you agree?" and "Shall I send it?" only a plain yes is a yes."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.booking import calendar_of
from leads.reading import read_message
from leads.reading.agreement import read_answer
from leads.understanding import Segment, Understanding
from tests.leads.test_reading import CLINIC, NOW, read

TABLE = (Path(__file__).parent / "agreement.txt").read_text(encoding="utf-8")


def sentences(section: str) -> list[str]:
    """The sentences of one section of the table."""
    body = TABLE.split(f"[{section}]", 1)[1].split("\n\n[", 1)[0]
    return [one.strip() for line in body.splitlines()[1:] for one in line.split(" | ") if one.strip()]


BOTH, ONLY_AT_THE_SUMMARY, NEVER = (sentences(name) for name in ("both", "only_at_the_summary", "never"))
KEPT = {
    "yes but only by email": "but only by email",
    "yes but only call me after 6pm": "but only call me after 6pm",
    "yes, but don't call me at work": "but don't call me at work",
    "yes please don't leave voicemails": "don't leave voicemails",
    "ok, no calls before 10": "no calls before 10",
    "I agree as long as you don't send me marketing emails": "as long as you don't send me marketing emails",
    "ok, provided you don't leave voicemails, my husband doesn't know":
        "provided you don't leave voicemails, my husband doesn't know",
    "yeah if you text me": "if you text me",
    "yes if nobody rings my landline": "if nobody rings my landline",
    "I'd agree if you never phone": "if you never phone",
    "I would agree if nobody calls my work": "if nobody calls my work",
    "fine but email only please": "but email only please",
    "yes but keep it confidential": "but keep it confidential",
    "agreed, but please don't tell my wife": "but please don't tell my wife",
    "yes, by email": "by email",
}  # fmt: skip


@pytest.mark.parametrize("asked", ["consent", "confirm"])
@pytest.mark.parametrize("text", BOTH)
def test_a_plain_yes(text: str, asked: str) -> None:
    reading = read(text, asked, "affirm")
    assert (reading.yes, reading.no, reading.conditions) == (True, False, None)


@pytest.mark.parametrize("text", ONLY_AT_THE_SUMMARY)
def test_to_send_it_is_no_consent(text: str) -> None:
    assert read(text, "confirm", "affirm").yes
    if text.split()[0].strip(",") not in ("looks", "go", "good", "great", "ok", "yes"):
        assert not read(text, "consent", "affirm").yes


@pytest.mark.parametrize("topic", ["affirm", "inform", "deny", "out_of_scope"])
@pytest.mark.parametrize("asked", ["consent", "confirm"])
@pytest.mark.parametrize("text", NEVER)
def test_no_plain_yes_whatever_the_engine_thinks(text: str, asked: str, topic: str) -> None:
    assert not read(text, asked, topic).yes


@pytest.mark.parametrize("asked", ["consent", "confirm"])
@pytest.mark.parametrize(("text", "condition"), KEPT.items())
def test_how_to_be_contacted_may_be_a_condition_of_a_yes(text: str, condition: str, asked: str) -> None:
    reading = read(text, asked, "affirm")
    assert (reading.yes, reading.no, reading.conditions, reading.time) == (True, False, condition, None)


def test_a_condition_alone_agrees_and_sends_nothing() -> None:
    text = "as long as nobody phones my work"
    assert (read(text, "consent").yes, read(text, "consent").conditions) == (True, text)
    assert not read(text, "confirm").yes


@pytest.mark.parametrize(
    ("text", "yes"),
    [
        ("yes, my number is 07700 900131", True),
        ("I agree and my email is ann@example.com", True),
        ("yes thursday 11am", True),
        ("ok then friday at 3", False),
        ("ok, 07700 900131", False),
        ("no wait, the number is 07700900119", False),
        ("no, my number is 07700900555", False),
        ("no wait, it's Thursday 11am", False),
        ("make that thursday 1pm", False),
        ("wait it's the other number, 07700900131", False),
    ],
)
def test_a_detail_beside_the_answer(text: str, yes: bool) -> None:
    reading = read(text, "consent")
    assert (reading.yes, reading.no, reading.refuses) == (yes, False, False)
    assert reading.has_detail


@pytest.mark.parametrize(
    ("text", "yes"),
    [
        ("yes I agree, does it hurt?", True),
        ("will someone call me? yes send", True),
        ("yes but can I bring a friend?", True),
        ("yes but can I think about it?", False),
        ("ok but do I have to send it?", False),
        ("yes but what if I change my mind?", False),
    ],
)
def test_a_question_beside_a_yes(text: str, yes: bool) -> None:
    reading = read(text, "confirm", "out_of_scope", "refuse")
    assert reading.yes is yes
    assert reading.unclear or reading.questions


@pytest.mark.parametrize(
    "text",
    [
        "no",
        "nope",
        "no thanks",
        "I don't agree",
        "no I don't agree",
        "I refuse",
        "no, don't call me",
        "rather not",
        "I don't",
        "no I don't",
    ],
)
def test_a_plain_no_refuses(text: str) -> None:
    reading = read(text, "consent", "deny")
    assert reading.no or reading.refuses


@pytest.mark.parametrize(
    "text",
    [
        "not yet", "maybe later", "don't send it", "I haven't decided yet", "once I've asked my wife", "not sure",
        "no calls please", "no wait", "I haven't agreed to anything yet", "what if I don't", "do I have to?",
        "yeah nah", "my wife would agree", "not now", "no but my number is wrong", "no, the name is wrong",
    ],
)  # fmt: skip
def test_what_is_no_plain_no_ends_nothing(text: str) -> None:
    reading = read(text, "consent", "deny" if text.startswith("no") else "inform", "offer")
    assert (reading.yes, reading.no, reading.refuses) == (False, False, False)


@pytest.mark.parametrize("text", ["not yet", "maybe later", "don't send it", "please don't send it yet", "not now",
                                  "I haven't decided yet", "yes but not yet", "yes once I've asked my wife",
                                  "send it to my wife first", "I don't want it sent"])  # fmt: skip
def test_it_is_put_off(text: str) -> None:
    assert read(text, "confirm", "deny").later


# --- properties -------------------------------------------------------------------------------------------------------

YES = st.sampled_from([*BOTH, *ONLY_AT_THE_SUMMARY])
UNKNOWN = st.text("abcdefghijklmnopqrstuvwxyz", min_size=4, max_size=12).map(lambda letters: f"q{letters}zz")


def beside(plain: str, word: str, place: float) -> str:
    words = plain.split()
    at = round(place * len(words))
    return " ".join([*words[:at], word, *words[at:]])


@given(YES, UNKNOWN, st.floats(0, 1), st.sampled_from(["consent", "confirm"]))
def test_a_yes_with_any_unknown_word_in_it_is_none(plain: str, word: str, place: float, asked: str) -> None:
    assert not read_answer(beside(plain, word, place), asked, affirmed=True).yes


HOLDING = st.sampled_from(
    """
    not never no don't didn't won't can't haven't isn't if unless once until when first later maybe perhaps nothing
    nobody what who which wife husband mother he she brother tomorrow almost partly wrong except without stop cancel
    wait before half someone should could might
    """.split()  # noqa: SIM905
)


@given(YES, HOLDING, st.floats(0, 1), st.sampled_from(["consent", "confirm"]))
def test_a_word_that_holds_back_makes_any_yes_none(plain: str, word: str, place: float, asked: str) -> None:
    said = beside(plain, word, place)
    harmless = {"no worries", "no problem", "not a problem", "no objections", "no objection"}  # "no no problem"
    if any(words in said.lower() for words in harmless) or "why not" in said.lower() or "see why" in said.lower():
        return
    if "mind" in said.lower():
        return
    assert not read_answer(said, asked, affirmed=True).yes


@given(st.text(max_size=60), st.sampled_from(["consent", "confirm"]))
def test_whatever_is_typed_is_read(text: str, asked: str) -> None:
    read_answer(text, asked)


def test_a_long_message_of_agreement_is_read_at_once() -> None:
    words = "yes please ok thanks I agree that's fine " * 200
    assert not read_answer(words + "bananas", "consent").yes


def test_what_only_the_engine_takes_for_a_question_may_take_a_yes_back() -> None:
    text = "Agreed. Nothing until there is a price."
    understood = Understanding(
        (Segment("Agreed.", 0, 7, "affirm", 0.9, "sure"), Segment(text[8:], 8, len(text), "price", 0.9, "sure"))
    )
    reading = read_message(text, understood, "consent", NOW, calendar_of(CLINIC), "GB", booking=True)
    assert not reading.yes


@pytest.mark.parametrize(
    ("text", "firm"),
    [("ok thanks", False), ("great", False), ("fine", False), ("yes", True), ("ok yes", True), ("send it", True)],
)
def test_how_firm_a_yes_is(text: str, firm: bool) -> None:
    reading = read(text, "confirm", "affirm")
    assert (reading.yes, reading.firm) == (True, firm)
