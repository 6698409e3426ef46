"""Names: the golden table, and what holds for any text whatever."""

import unicodedata
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from leads.names import LONGEST, is_name, tidy_name, with_case

TABLE: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("names.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", TABLE, ids=lambda case: ascii(case["say"])[:60])
def test_the_name_in_an_answer_is_found_or_asked_again(case: dict[str, Any]) -> None:
    assert tidy_name(case["say"]) == case["name"]


def test_the_table_is_long_and_says_nothing_twice() -> None:
    said = [case["say"] for case in TABLE]
    assert len(said) >= 150
    assert len(set(said)) == len(said)


@pytest.mark.parametrize("name", [case["name"] for case in TABLE if case["name"]])
def test_a_name_that_was_found_stays_as_it_is(name: str) -> None:
    assert is_name(name)
    assert tidy_name(name) == name


@pytest.mark.parametrize("text", ["x" * 500, "Tom " * 200, "a" * 100_000, "I'm " * 5_000, "- " * 50_000, "é́" * 5_000])
def test_a_page_is_no_name(text: str) -> None:
    assert tidy_name(text) is None


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("o'brien van der berg", "O'Brien van der Berg"),
        ("O'brien", "O'brien"),
        ("TOM", "TOM"),
        ("王伟", "王伟"),
        ("mcdonald", "McDonald"),
    ],
)
def test_case_is_mended_only_where_none_was_typed(typed: str, shown: str) -> None:
    assert with_case(typed) == shown


# --- what holds for any text ------------------------------------------------------------------------------------------

PIECES = sorted({word for case in TABLE for word in case["say"].split()})
SIGNS = ["\u202e", "\u200b", "\n", "\u0300", "ß", "ﬁ", "İ", "ŉ", "ǆ", "\x00", "-", "'", ".", ",", "(", '"', "\u200d"]
answers = st.one_of(
    st.text(max_size=100),
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=7).map(" ".join),
    st.lists(st.sampled_from([*PIECES, *SIGNS]), min_size=1, max_size=7).map("".join),
    st.text(st.characters(categories=["L", "M"]), max_size=30),
)


@settings(deadline=None, max_examples=500)
@given(answers)
@example("it's spelled A-B-C")
@example("NAME'S NAME'S A")
@example("Baker, Tom Jr.")
def test_whatever_is_answered_a_name_is_one_clean_line_and_stays_as_it_is(text: str) -> None:
    name = tidy_name(text)
    if name is None:
        return
    assert tidy_name(name) == name
    assert is_name(name)
    assert 0 < len(name) <= LONGEST
    assert name == unicodedata.normalize("NFC", name)
    assert not [char for char in name if unicodedata.category(char) in ("Cc", "Cs", "Co", "Cn", "Zl", "Zp")]
    assert not [char for char in name if unicodedata.category(char) == "Cf" and char not in "\u200c\u200d"]
    assert not set(name) & set("<>{}[]=@|\\")


@settings(deadline=None, max_examples=200)
@given(answers)
def test_nothing_that_is_typed_breaks_a_rule(text: str) -> None:
    is_name(text)
    assert with_case(with_case(text)) == with_case(text) or with_case(text) != with_case(text).lower()
