"""Which questions get an answer of their own, or are said to be unknown, though a topic is near."""

import pytest

from leads.reading.asides import declines_consultation, is_other_matter
from leads.turn.exactly import UNKNOWN, is_about_us
from leads.turn.feelings import feeling, tells_loss
from leads.understanding import Segment


def asked(text: str, topic: str, decision: str = "sure") -> Segment:
    return Segment(text, 0, len(text), topic, 0.9, decision)


def unknown(text: str, topic: str, decision: str = "sure") -> str | None:
    return next(
        (one.key.removeprefix("utter_unknown_") for one in UNKNOWN if one.fits(asked(text, topic, decision))), None
    )


@pytest.mark.parametrize(
    ("text", "topic", "kind"),
    [
        ("is there somewhere to park?", "clinic_info", "access"),
        ("Can I get in with a mobility scooter?", "clinic_info", "access"),
        ("so will I get five years out of it?", "longevity", "years"),
        ("do you give a warranty on it", "out_of_scope", "guarantee"),
        ("how far apart are the visits", "sessions", "between"),
        ("does it turn green after a while?", "longevity", "colour"),
        ("are the needles sterile", "safety", "hygiene"),
        ("is the ink vegan?", "safety", "pigment"),
        ("which make of pigment is it", "out_of_scope", "pigment"),
        ("who regulates it?", "practitioner", "regulated"),
        ("how long is the waiting list?", "out_of_scope", "waiting"),
        ("can you get an interpreter for me?", "out_of_scope", "interpreter"),
        ("could you do my beard as well?", "out_of_scope", "beard"),
        ("I had my dots done abroad and they look terrible", "removal", "correction"),
        ("my old smp has gone green", "longevity", "correction"),
        ("could you repair another studio's work?", "removal", "correction"),
        ("will we do it on zoom?", "consultation_info", "consultation"),
    ],
)
def test_what_a_topic_leaves_open_is_said_to_be_unknown(text: str, topic: str, kind: str) -> None:
    assert unknown(text, topic) == kind


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("does smp look fake?", "natural_look"),
        ("will it look real on dark skin", "natural_look"),
        ("I'm 40 years old, how long does it last?", "longevity"),
        ("how long does it last", "longevity"),
        ("how many sessions do I need", "sessions"),
        ("is it safe", "safety"),
        ("where are you", "clinic_info"),
        ("how does a beard transplant work?", "out_of_scope"),
        ("can you trim my beard?", "out_of_scope"),
        ("what happens at the consultation", "consultation_info"),
        ("can it hide the scar of my old transplant?", "scars_and_patches"),
        ("can it be removed", "removal"),
    ],
)
def test_what_the_topic_answers_is_left_to_it(text: str, topic: str) -> None:
    assert unknown(text, topic) is None


@pytest.mark.parametrize(
    "text", ["which smp needles are used?", "does the clinic have a shop?", "is the consultation recorded?"]
)
def test_a_question_about_treatment_or_the_clinic_is_the_clinics_to_answer(text: str) -> None:
    assert is_about_us(asked(text, "out_of_scope"))


@pytest.mark.parametrize("text", ["who won the match?", "do you do eyebrows?", "smp is great"])
def test_anything_else_is_not(text: str) -> None:
    assert not is_about_us(asked(text, "out_of_scope"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("I'm balding", True),
        ("hello, my hair keeps falling out", True),
        ("I have alopecia.", True),
        ("My brother is going bald. Can he come?", True),
        ("can I have it if I'm going bald?", False),
        ("I'm not ashamed of going bald", False),
        ("does it help with hair loss", False),
    ],
)
def test_hair_loss_that_is_told_is_told_from_what_is_asked(text: str, told: bool) -> None:
    assert tells_loss(text) is told


@pytest.mark.parametrize("text", ["they tease me at school over it", "I just want to look like myself again"])
def test_a_told_burden_is_heard(text: str) -> None:
    assert feeling(text) == "sad"


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("I write for a magazine: I'm a journalist and have a query", True),
        ("I'd like to make a complaint", True),
        ("no appointment please, I only have a question", True),
        ("I'd like a consultation, I just have one question first", False),
        ("do I need an appointment?", False),
        ("I want to come in on Friday after my job", False),
    ],
)
def test_another_matter_than_treatment_is_seen(text: str, other: bool) -> None:
    assert is_other_matter(text) is other


def test_a_question_declines_nothing() -> None:
    assert not declines_consultation("can I just ask a question without an appointment?")
