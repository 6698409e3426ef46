"""What words about something wrong after treatment name and want, and which of them only ask in general."""

from pathlib import Path

import pytest
import yaml

from leads.reading.trouble import asks_in_general, seeks_help, signs_in, wants_call, wants_consultation

ROOT = Path(__file__).parents[2]


def urgent_examples() -> list[str]:
    written = yaml.safe_load((ROOT / "data" / "urgent" / "nlu.yml").read_text(encoding="utf-8"))
    return [line.removeprefix("- ") for line in written["nlu"][0]["examples"].splitlines()]


@pytest.mark.parametrize(
    ("text", "signs"),
    [
        ("I can't breathe properly and my face is swelling", ("breathing", "swelling")),
        ("I’m struggling to breathe", ("breathing",)),
        ("my throat is closing up", ("breathing",)),
        ("his eyelids have puffed right up", ("swelling",)),
        ("I've got a temperature of 38.9 too", ("fever",)),
        ("feeling feverish", ("fever",)),
        ("39.4 this morning", ("fever",)),
        ("the redness is spreading to my ear", ("redness",)),
        ("red streaks down my neck", ("redness",)),
        ("it won't stop bleeding", ("bleeding",)),
        ("blood is pouring down my face", ("bleeding",)),
        ("the area is bleeding again", ()),
        ("my scalp is oozing", ()),
        ("no fever but it's oozing", ()),
        ("I don't have a fever", ()),
        ("the redness isn't spreading", ()),
        ("my temperature is 36.8", ()),
        ("not a fever, but my lips are swollen", ("swelling",)),
    ],
)
def test_a_listed_sign_is_named_where_it_is_there(text: str, signs: tuple[str, ...]) -> None:
    assert signs_in(text) == signs


@pytest.mark.parametrize(
    "text",
    [
        "Do people ever get infections or bleeding from this?",
        "does it smell or bleed on pillows",
        "can it get infected?",
        "hi, is there any risk of infection",
        "how common are infections?",
        "has anyone ever had a reaction",
        "Can you get an infection from it? How likely is that?",
    ],
)
def test_risks_in_general_are_no_emergency(text: str) -> None:
    assert asks_in_general(text)


@pytest.mark.parametrize(
    "text",
    [
        "is it infected?",
        "does it bleed this much?",
        "does it still bleed after a week",
        "can my scalp get infected?",
        "do people get this? I have pus",
        "does it normally bleed on pillows",
        "will it stop bleeding?",
        "can someone help with bleeding",
        "infections?",
        "do people ever get a fever since the session",
        "does it bleed. pus everywhere",
        "my dots turned green",
    ],
)
def test_whatever_may_be_somebodys_own_trouble_is_one(text: str) -> None:
    assert not asks_in_general(text)


def test_none_of_the_emergencies_that_were_written_down_is_taken_for_a_question_in_general() -> None:
    assert [text for text in urgent_examples() if asks_in_general(text)] == []


@pytest.mark.parametrize(
    "text", ["should i go to a&e", "Do I need to call 999?", "shall I ring an ambulance", "is this an emergency?"]
)
def test_who_asks_for_emergency_help_is_in_trouble(text: str) -> None:
    assert seeks_help(text)


@pytest.mark.parametrize("text", ["do i need to go to hospital", "should I come to the clinic", "who should I ask for"])
def test_other_questions_are_no_cry_for_help(text: str) -> None:
    assert not seeks_help(text)


def test_a_call_or_a_consultation_is_wanted_only_where_it_is_not_refused() -> None:
    assert wants_call("can someone ring me")
    assert not wants_call("don't call me")
    assert wants_consultation("I'd like to book a consultation please")
    assert not wants_consultation("it's an emergency, I don't want a consultation")
    assert not wants_consultation("is the consultation free?")
