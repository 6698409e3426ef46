"""A message is divided where it asks for several things, and nowhere else."""

from typing import List  # noqa: I001

import pytest

from nlu.reader import Reader
from nlu.spacy_pipeline import assemble
import itertools

PIPELINE = assemble()


def topics(reader: Reader, text: str) -> List[str]:
    return [judgement.topic for _, judgement in reader.read(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("does it hurt and how much is it", ["pain", "price"]),
        ("how long does it last does it hurt", ["longevity", "pain"]),
        ("does it hurt how long does it last and what does it cost", ["pain", "longevity", "price"]),
        ("What is the cost and how many sessions are needed?", ["price", "sessions"]),
        ("Is it safe? Where are you?", ["safety", "clinic_info"]),
        ("hi, I'm Tom and can I book for friday, also is it permanent?", ["inform", "book_consultation", "longevity"]),
        ("my name is Tom Baker, does it hurt?", ["inform", "pain"]),
        ("07700 900123, and how much is it?", ["inform", "price"]),
        ("price, does it hurt, how many sessions", ["price", "pain", "sessions"]),
        ("I'd like to know whether it hurts and whether it is safe", ["pain", "safety"]),
        ("my hair is going. does it hurt? and would I have to shave it off?", ["pain", "shaving"]),
        ("is it painful and what the cost comes to", ["pain", "price"]),
        ("how long does it last, and in how many sessions?", ["longevity", "sessions"]),
        ("does it hurt and do you do eyebrows?", ["pain", "out_of_scope"]),
        ("is it painful and the price?", ["pain", "price"]),  # the second has neither subject nor verb
        (
            "how much is it on saturday and are you open then",
            ["price", "clinic_info"],
        ),  # a day is no detail of a booking
        ("what are you open on sunday, you accept card or cash", ["clinic_info", "payment"]),
        ("It will hurt or not, and how much money is it?", ["pain", "price"]),
        ("can I pay monthly? If so how long does it last?", ["payment", "longevity"]),
        ("my hairline is going can you fix it, and is it safe", ["receding_hairline", "safety"]),  # with its context
        ("do you take cards also got any pictures", ["payment", "photos"]),
        ("what does it cost where are you based when can i wash my hair", ["price", "clinic_info", "daily_life"]),
        ("right so how many times do i have to come in and what does it cost", ["sessions", "price"]),
        ("Anna Kowalska. Is the consultation free?", ["inform", "consultation_info"]),
        ("Yes please go ahead, and does it hurt?", ["affirm", "pain"]),
        ("cancel that, I don't want to book. Do you have any photos?", ["stop", "photos"]),
        ("My scalp is bleeding since yesterday's session. When do you open?", ["urgent_problem", "clinic_info"]),
    ],
)
def test_several_requests_are_told_apart_in_order(reader: Reader, text: str, expected: List[str]) -> None:
    assert topics(reader, text) == expected


@pytest.mark.parametrize(
    "text",
    ["male and female pattern baldness", "friday and saturday", "does it match my skin tone and hair", "hello, how much is it?",  # noqa: E501
     "thanks, how long does it last", "how much does it cost and how much is it", "I had a transplant years ago and have a scar, can you cover it",  # noqa: E501
     "hi there", "does it hurt", "", "right, how much is it", "does it look natural or does it look fake", "do you do eyebrows and how much is it",  # noqa: E501
     "can i have it so that it looks natural", "Do you have before and after photos?",
     "I have a scar, can I still have it",
     "can I pay in instalments, because the whole amount is a lot at once",
     "any side effects are there",
     "my scalp has been bleeding since the session, what should I do?"],
)  # fmt: skip
def test_one_request_stays_whole(reader: Reader, text: str) -> None:
    assert len(topics(reader, text)) == 1


def test_segments_lie_in_the_message_in_order(reader: Reader) -> None:
    text = "  does it hurt and how much is it?  is it safe  "
    spans = [span for span, _ in reader.read(text)]
    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    assert all(one.end <= other.start for one, other in itertools.pairwise(spans))


def test_an_urgent_problem_is_never_hidden_by_another_request(reader: Reader) -> None:
    assert "urgent_problem" in topics(
        reader, "how much is it and my scalp has been bleeding since the session yesterday"
    )
    assert topics(reader, "is infection a risk?") == ["side_effects"]


def test_pieces_are_few_whatever_is_written() -> None:
    doc = PIPELINE("is it safe? " * 150)
    assert 1 <= len(doc.spans["pieces"]) <= 6


@pytest.mark.parametrize("text", ["?" * 2000, "and " * 500, "how " * 500, "\n" * 50 + "x", "é\u2060\u200b", "🙂🙂🙂"])
def test_odd_texts_are_read(reader: Reader, text: str) -> None:
    assert reader.read(text)
