"""Phones and e-mail addresses: the golden table, and what holds for any text whatever."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from leads.contacts import change_ending, find_emails, find_phones, parse_email, parse_phone, show_phone

TABLE: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("contacts.yml").read_text(encoding="utf-8"))


def _name(case: dict[str, Any]) -> str:
    return f"{case.get('region', '')} {case['say']}".strip()


@pytest.mark.parametrize("case", TABLE["phones"], ids=_name)
def test_phones_are_found_as_written(case: dict[str, Any]) -> None:
    assert [found.value for found in find_phones(case["say"], case["region"])] == case["found"]


@pytest.mark.parametrize("case", TABLE["emails"], ids=_name)
def test_addresses_are_found_and_typos_asked_back(case: dict[str, Any]) -> None:
    found = find_emails(case["say"])
    assert [one.value for one in found] == case["found"]
    assert [one.suggestion for one in found] == case.get("meant", [None] * len(found))


def test_the_tables_are_long_and_say_nothing_twice() -> None:
    names = [_name(case) for case in (*TABLE["phones"], *TABLE["emails"])]
    assert len(names) >= 120
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("phone", "ending", "changed"),
    [
        ("+447700900123", "456", "+447700900456"),
        ("+447700900123", "the last three digits are 456", "+447700900456"),
        ("+447700900123", "last 3 digits are 456", "+447700900456"),
        ("+447700900123", "it ends in four five six", "+447700900456"),
        ("+447700900123", "ends double four six", "+447700900446"),
        ("+447700900123", "٤٥٦", "+447700900456"),
        ("+447700900123", "", None),
        ("+447700900123", "no idea", None),
        ("+447700900123", "4477009001234", None),
    ],
)
def test_only_the_last_digits_are_changed(phone: str, ending: str, changed: str | None) -> None:
    assert change_ending(phone, ending) == changed


def test_a_phone_is_shown_as_people_read_it() -> None:
    assert show_phone("+441614960000") == "+44 161 496 0000"


@pytest.mark.parametrize(
    "card", ["4111 1111 1111 1111", "5555-5555-5555-4444", "378282246310005", "1234 5678 9012 3456"]
)
def test_a_card_number_is_never_handed_on(card: str) -> None:
    assert find_phones(f"you can charge {card} if you like", "GB") == []


HUGE = {
    "letters": "a" * 100_000,
    "signs": "@" * 100_000,
    "addresses": "tom@gmail.con " * 7_000,
    "digits": "1" * 100_000,
    "phones": "07700 900123 " * 7_700,
    "dashes": "1-" * 50_000,
    "spoken": "one two three " * 7_000,
    "dots": "a." * 50_000 + "@",
    "ats": "a at b dot " * 9_000,
}


@pytest.mark.timeout(120)  # a third of a second when nothing else runs; quadratic reading takes many minutes
@pytest.mark.parametrize("kind", HUGE)
def test_huge_pastes_are_read_to_their_end(kind: str) -> None:
    spans = [found.span for found in find_phones(HUGE[kind], "GB")]
    assert all(HUGE[kind][start:end].strip() for start, end in spans)


# --- what holds for any text ------------------------------------------------------------------------------------------

PIECES = [
    "07700",
    "900123",
    "+44",
    "(0)",
    "0161",
    "496-0000",
    "oh",
    "double",
    "seven",
    "nine",
    "hundred",
    "tom",
    "@",
    "gmail",
    ".",
    "com",
    "at",
    "dot",
    ",",
    "/",
    "ext",
    "5",
    "£20",
    "٠٧",
    "é",
    "０",
    "O",
    "l",
    "\n",
    "-",
    "x",
]
texts = st.one_of(
    st.text(max_size=80),
    st.lists(st.sampled_from(PIECES), max_size=14).map(" ".join),
    st.lists(st.sampled_from(PIECES)).map("".join),
)
regions = st.sampled_from(["GB", "US", "IN", "IE", "AU", "PL"])
patient = settings(deadline=None, max_examples=300)


@patient
@given(texts, regions)
def test_whatever_is_written_what_is_found_can_be_dialled(text: str, region: str) -> None:
    for found in find_phones(text, region):
        begin, end = found.span
        assert 0 <= begin < end <= len(text)
        assert found.raw == text[begin:end].strip()
        if found.value:
            assert parse_phone(found.value, region) == found.value
            assert show_phone(found.value).startswith("+")


@patient
@given(texts)
def test_whatever_is_written_what_is_found_can_be_written_to(text: str) -> None:
    for found in find_emails(text):
        begin, end = found.span
        assert 0 <= begin < end <= len(text)
        for address in (found.value, found.suggestion):
            assert address is None or parse_email(address) == address
        assert not found.suggestion or found.suggestion != found.value


@patient
@given(texts, regions)
def test_nothing_that_is_typed_breaks_a_parser(text: str, region: str) -> None:
    parse_phone(text, region)
    parse_email(text)
    change_ending("+447700900123", text)
