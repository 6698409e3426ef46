"""What a visitor typed, made fit for headers and calendars."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.plain import is_linkless, one_line, tidy_lines


@given(st.text(), st.integers(min_value=1, max_value=50))
def test_one_line_is_one_line_and_no_longer_than_allowed(text: str, limit: int) -> None:
    line = one_line(text, limit)
    assert len(line) <= limit
    assert len(line.splitlines()) <= 1
    assert all(it in "\u200c\u200d" or unicodedata.category(it) not in ("Cc", "Cf", "Cs", "Zl", "Zp") for it in line)


def test_ordinary_text_stays_as_it_is() -> None:
    for text in ("Zoë Müller-O'Brien", "محمد", "می‌خواهم", "李小龙", "👩‍👧"):
        assert one_line(text) == text


def test_lines_stay_lines() -> None:
    assert tidy_lines("one\r\n\r\ntwo\x00 \u202ethree\u2028four") == "one\ntwo three\nfour"


@pytest.mark.parametrize(
    "text",
    ["https://evil.example", "go to evil.example now", "www.evil", "a@b", "evil．example", "EVIL.COM/x", "x://y"],
)
def test_what_a_mail_program_could_make_a_link_of_is_noticed(text: str) -> None:
    assert not is_linkless(text)


@pytest.mark.parametrize("text", ["Zoë", "Dr. Smith", "J. R. R. Tolkien", "after 5.30", "Mr. and Mrs. Lee...", ""])
def test_ordinary_words_are_no_link(text: str) -> None:
    assert is_linkless(text)
