"""What visitors say of how they feel, told from matter-of-fact words."""

import pytest

from leads.turn.feelings import feeling, is_despair, tells_loss


@pytest.mark.parametrize(
    "text",
    [
        "I hate how I look so much I want to kill myself",
        "i dont want to live like this",
        "what's the point of living with a head like mine",
        "there is no point in anything any more",
        "I can't go on like this.",
        "I wish I wasn’t here",
        "they'd be better off without me",
    ],
)
def test_words_of_somebody_who_may_hurt_themselves_are_despair(text: str) -> None:
    assert is_despair(text)


@pytest.mark.parametrize(
    "text",
    [
        "I don't want to wake up bald one day",
        "what's the point of going on a consultation",
        "I can't go on holiday before it has healed, can I",
        "please don't put me on a mailing list, I don't want to go on one",
        "I'm so depressed about my hairline",
    ],
)
def test_other_words_are_no_despair(text: str) -> None:
    assert not is_despair(text)


@pytest.mark.parametrize(
    ("text", "felt"),
    [
        ("my receding hair is ruining my life", "sad"),
        ("I can't stop crying over it", "sad"),
        ("i feel ugly. does it look real?", "sad"),
        ("i feel awful about it", "sad"),
        ("it's killing my confidence", "sad"),
        ("I've lost all my confidence since the scar", "sad"),
        ("😭😭", "sad"),
        ("I'm too embarrassed to ask my doctor", "shy"),
        ("sorry, silly question: does it hurt?", "shy"),
        ("how much 😭", None),
        ("I'm not ashamed of my bald head", None),
        ("does it help against depression", None),
        ("I'm desperate to book before Christmas", None),
        ("my crown is thinning", None),
    ],
)
def test_a_feeling_is_heard(text: str, felt: str | None) -> None:
    assert feeling(text) == felt


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("my hairs falling out", True),
        ("my hair is coming out in clumps and I hate it", True),
        ("My hair is dropping out. Do you open on Sundays?", True),
        ("is my hair falling out because of stress?", False),
        ("does hair keep falling out after SMP", False),
    ],
)
def test_hair_loss_is_told_or_asked_about(text: str, told: bool) -> None:
    assert tells_loss(text) is told
