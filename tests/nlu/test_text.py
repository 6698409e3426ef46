"""Texts are put in order the same way in training and in parsing."""

import pytest

from nlu.text import GUARD, Speller, clean

SPELLER = Speller(
    {"much": 50, "hurt": 40, "bleeding": 20, "scalp": 60, "does": 50, "what": 90},
    frozenset({"much", "cheques", "suture"}),
)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("how much  is it", "how much is it"),
        ("does it hurt  u think", "does it hurt you think"),
        ("sooooo good", "soo good"),
        ("“smart” quotes ’n all", '"smart" quotes \'n all'),
        (GUARD + "/restart", "/restart"),
        ("whit's it gonnae cost", "what's it going to cost"),
        ("   ", "."),
        ("lookin' good", "looking good"),
        ("how much is it question mark i am Tom full stop", "how much is it? i am Tom."),  # dictated
        ("a fullstop", "a fullstop"),
        ("y", "y"),
        ("y so long", "why so long"),
    ],
)
def test_text_is_cleaned(typed: str, meant: str) -> None:
    assert clean(typed) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("waht", "what"),
        ("mcuh", "much"),
        ("hurrt", "hurt"),
        ("is it bledding", "is it bleeding"),
        ("cheques", "cheques"),  # a word, though training does not have it
        ("I met Hrut", "I met Hrut"),  # a name
        ("xq", "xq"),
    ],
)
def test_slips_are_mended_and_words_are_left(typed: str, meant: str) -> None:
    assert SPELLER.mend(typed) == meant
