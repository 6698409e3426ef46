"""Entities of the booking, measured on their own labelled messages."""

import pytest  # noqa: I001

from nlu.benchmark import measure_entities
from nlu.entities import find_all
import itertools


def names(text: str) -> list:
    return [text[one.start : one.end] for one in find_all(text) if one.label == "name"]


def test_entities_are_found_as_well_as_promised() -> None:
    measured = measure_entities()
    assert measured["all"][3] > 100
    for label, least in (
        ("name", 95),
        ("concern", 90),
        ("time", 95),
        ("someone_else", 90),
        ("channel", 90),
        ("all", 95),
    ):
        assert measured[label][2] >= least, (label, measured[label])


@pytest.mark.parametrize(
    "text", ["I'm bald", "I'm worried", "I am 45", "I'm interested", "it's fine", "Good Morning", "call me tomorrow"]
)
def test_no_name_is_made_up(text: str) -> None:
    assert names(text) == []


def test_entities_never_overlap_and_lie_in_the_text() -> None:
    text = "I'm Tom, for my son Tim, scar from a transplant, friday after 5, text me"
    found = find_all(text)
    assert all(one.end <= other.start for one, other in itertools.pairwise(found))
    assert all(text[one.start : one.end].strip() == text[one.start : one.end] for one in found)


@pytest.mark.parametrize(
    "text", ["a" * 2000, "my name is " * 180, "1 " * 1000, "monday " * 280, "scar from a " * 160, "(" * 2000]
)
def test_a_hostile_text_is_read_to_its_end(text: str) -> None:
    assert all(text[one.start : one.end].strip() for one in find_all(text))
