"""What Hairline says: checked when it is read, filled safely, followed while it changes, and complete."""

import os
import re
from pathlib import Path

import pytest

from leads.clinic import load_clinic
from leads.facts import DOCUMENT_TOPICS, FAQ_TOPICS
from leads.wording import (
    PLACEHOLDERS,
    PROFILE_PLACEHOLDERS,
    MissingValueError,
    UnknownWordingError,
    Voice,
    Wording,
    WordingError,
    wording_paths,
)

ROOT = Path(__file__).parents[2]
CLINIC = load_clinic(ROOT / "clinic.yml")
PATHS = wording_paths(ROOT / "data")
WORDING = Wording(PATHS)
VOICE = Voice(WORDING, CLINIC)
FIELDS = ("name", "contact", "phone", "email", "concern", "time", "consent", "confirm")


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Copies of all wording files, to be changed."""
    copies = []
    for number, path in enumerate(PATHS):
        copy = tmp_path / f"{number}-{path.name}"
        copy.write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
        copies.append(copy)
    return copies


def extra(files: list[Path], responses: str) -> list[Path]:
    path = files[0].parent / "extra.yml"
    path.write_text(f"responses:\n{responses}", encoding="utf-8")
    return [*files, path]


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    os.utime(path, (1_700_000_000, 1_700_000_000))


# --- saying -----------------------------------------------------------------------------------------------------------


def test_a_text_is_said_with_its_values() -> None:
    said = VOICE.say("utter_booking_done", reference="HL-7K2M", promise=VOICE.promise("Tuesday 24 November at 3 pm"))
    assert "HL-7K2M" in said.text
    assert "by Tuesday 24 November at 3 pm." in said.text
    assert "Northlight Scalp Studio" in said.text


@pytest.mark.parametrize(
    "value", ["{phone}", "{0.__class__}", "{}", "{", "%s", "{clinic_name!r:>9999999}", "\\1", "{{x}}"]
)
def test_what_a_visitor_wrote_is_never_taken_for_a_format(value: str) -> None:
    assert VOICE.text("utter_got_name", name=value) == f"Thank you, {value}."


def test_a_value_that_is_left_out_is_an_error_even_if_the_text_does_not_use_it(files: list[Path]) -> None:
    change(
        next(path for path in files if "{reference}" in path.read_text() and "booking" in path.read_text()),
        " Your reference is {reference}.",
        "",
    )
    voice = Voice(Wording(files), CLINIC)
    with pytest.raises(MissingValueError, match="utter_booking_done needs a value for: reference"):
        voice.say("utter_booking_done", promise="")


def test_an_unknown_key_or_topic_is_an_error() -> None:
    with pytest.raises(UnknownWordingError):
        VOICE.say("utter_nothing_of_the_kind")
    with pytest.raises(UnknownWordingError):
        VOICE.answer("nothing_of_the_kind")
    with pytest.raises(UnknownWordingError):
        VOICE.title("nothing_of_the_kind")


def test_an_empty_value_leaves_no_space_at_the_end() -> None:
    assert VOICE.text("utter_urgent", flagged="").endswith("judge it myself.")


@pytest.mark.parametrize("key", sorted(WORDING.keys))
def test_every_text_can_be_said(key: str) -> None:
    said = VOICE.say(key, **dict.fromkeys(PLACEHOLDERS.get(key, ()), "x"))
    assert said.text
    assert "{" not in said.text + said.follow_up
    assert "\n\n" not in said.text


def test_the_profile_fills_exactly_its_placeholders() -> None:
    assert set(CLINIC.wording_values) == PROFILE_PLACEHOLDERS


def test_the_clinics_own_answer_comes_first() -> None:
    own = VOICE.answer("existing_appointment")
    assert own.text == CLINIC.answer("existing_appointment")
    assert not own.declines
    assert VOICE.answer("price").declines
    assert VOICE.answer("longevity").sources


def test_without_a_promise_no_time_is_named() -> None:
    assert not re.search(r"\d", VOICE.promise(None))


# --- completeness -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("topic", FAQ_TOPICS)
def test_every_topic_has_an_answer_and_a_title(topic: str) -> None:
    assert VOICE.answer(topic).text
    assert len(VOICE.title(topic)) <= 35


@pytest.mark.parametrize("field", FIELDS)
def test_every_question_can_be_asked_again_explained_and_given_up(field: str) -> None:
    first = "utter_summary" if field == "confirm" else f"utter_ask_{field}"
    asked = {WORDING.raw(key).text for key in (first, f"utter_reask_{field}", f"utter_third_{field}")}
    assert len(asked) == 3
    assert {f"utter_explain_{field}", f"utter_privacy_why_{field}"} <= WORDING.keys


def test_what_is_offered_leads_somewhere() -> None:
    for topic in DOCUMENT_TOPICS:
        said = WORDING.raw(f"utter_faq/{topic}")
        assert said.offers != topic
        assert said.follow_up.endswith("?") or not said.follow_up


def test_not_every_answer_ends_with_the_same_question() -> None:
    booking = [topic for topic in DOCUMENT_TOPICS if WORDING.raw(f"utter_faq/{topic}").offers == "book_consultation"]
    assert len(booking) < len(DOCUMENT_TOPICS) / 2


@pytest.mark.parametrize("key", sorted(key for key in WORDING.keys if key.startswith("utter_choice_")))
def test_a_choice_fits_on_a_button(key: str) -> None:
    assert len(WORDING.raw(key).text) <= 30


def test_wherever_something_fails_there_is_a_person_to_turn_to() -> None:
    for key in WORDING.keys:
        if key.endswith("_failed") or key in {"utter_unavailable", "utter_no_consent", "utter_no_contact"}:
            assert re.search(r"\{phones?\}", WORDING.raw(key).text), key


def test_an_emergency_names_its_numbers_before_anything_of_the_clinic() -> None:
    text = WORDING.raw("utter_urgent").text
    assert (
        0 < text.index("{emergency}") < text.index("{advice_line}") < text.index("{phones}") < text.index("{flagged}")
    )


def test_where_a_listed_sign_is_named_the_emergency_number_comes_first_of_all() -> None:
    for key in ("utter_urgent_sign", "utter_urgent_sign_again"):
        assert WORDING.raw(key).text.index("{emergency}") < 15


def test_every_text_of_an_open_problem_names_somebody_to_call() -> None:
    for key in WORDING.keys:
        if re.match(r"utter_urgent_(?:again|still|no_advice|if_own)|utter_call_back_(?:declined|not_sent|done)", key):
            assert re.search(r"\{(?:phones|emergency|advice_line)\}", WORDING.raw(key).text), key


def test_the_greeting_says_that_it_is_no_person() -> None:
    for key in ("utter_greeting", "utter_bot_challenge"):
        assert "automated assistant, not a person" in WORDING.raw(key).text


def test_a_request_is_never_called_an_appointment() -> None:
    for key in ("utter_booking_done", "utter_booking_done_second"):
        assert "not an appointment yet" in WORDING.raw(key).text


def test_all_texts_that_the_code_names_exist() -> None:
    sources = [path for folder in ("leads", "actions", "web") for path in (ROOT / folder).rglob("*.py")]
    keys = WORDING.keys
    for path in sources:
        for whole, part in re.findall(
            r'"(utter_[a-z_]+(?:/[a-z_]+)?)"|f"(utter_[a-z_/]*)\{', path.read_text(encoding="utf-8")
        ):
            if whole:
                assert whole in keys, f"{path}: there is no text {whole}"
            else:
                assert any(key.startswith(part) for key in keys), f"{path}: no text begins with {part}"


# --- reading ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("responses", "problem"),
    [
        ("  utter_x:\n  - text: Call {phnoe}", "utter_x: nobody fills phnoe; known here: "),
        ("  utter_x:\n  - text: '{reference}'", "nobody fills reference"),
        ("  utter_x:\n  - text: '{Phone}'", "a placeholder is written like {phone}"),
        ("  utter_x:\n  - text: '{phone.real}'", "a placeholder is written like {phone}"),
        ("  utter_x:\n  - text: '{'", "a placeholder is written like {phone}"),
        ('  utter_x:\n  - text: "a\\n\\nb"', "has a blank line"),
        ("  utter_x:\n  - text: ' '", "the text is empty"),
        ("  utter_x:\n  - text: 3", "the text must be text"),
        ("  utter_x:\n  - txt: a", "may have `text` and `metadata`"),
        ("  utter_x: a", "needs one item"),
        ("  utter_x:\n  - text: a\n  - text: b", "needs one item"),
        ("  hello:\n  - text: a", "a key looks like utter_ask_name"),
        ("  utter_x:\n  - text: a\n  utter_x:\n  - text: b", "utter_x stands here twice"),
        ("  utter_thanks:\n  - text: a", "utter_thanks already stands in another place"),
        ("  utter_x:\n  - text: a\n    metadata: {source: [F01]}", "not source"),
        ("  utter_x:\n  - text: a\n    metadata: {sources: F01}", "sources must be a list"),
        ("  utter_x:\n  - text: a\n    metadata: {declines: perhaps}", "declines must be true or false"),
        ("  utter_x:\n  - text: a\n    metadata: {follow_up: 'Yes?'}", "follow_up and offers go together"),
        (
            "  utter_x:\n  - text: a\n    metadata: {follow_up: 'Sure?', offers: tea}",
            "offers must be book_consultation or a topic",
        ),
        ("  - a", "needs `responses:`"),
        ("  [", "is no valid YAML"),
    ],
)
def test_a_broken_text_says_where_and_what(files: list[Path], responses: str, problem: str) -> None:
    with pytest.raises(WordingError) as raised:
        Wording(extra(files, responses))
    assert problem in str(raised.value)
    assert "extra.yml" in str(raised.value)


def test_missing_texts_are_named(files: list[Path]) -> None:
    with pytest.raises(WordingError, match=r"there is no text for .*utter_faq/price.*"):
        Wording([path for path in files if not path.name.endswith("answers.yml")])
    with pytest.raises(WordingError, match=r"title of price"):
        Wording([path for path in files if not path.name.endswith("topics.yml")])
    with pytest.raises(WordingError, match="cannot be read"):
        Wording([*files, files[0].parent / "gone.yml"])


# --- following the files ----------------------------------------------------------------------------------------------


def test_a_changed_text_is_said_at_once(files: list[Path]) -> None:
    wording = Wording(files)
    path = next(path for path in files if "utter_thanks:" in path.read_text())
    change(path, "You're welcome. Is there anything else on your mind?", "With pleasure.")
    assert wording.say("utter_thanks").text == "With pleasure."
    assert wording.error is None


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("You're welcome. Is there", "You're {welcome}. Is there", "nobody fills welcome"),
        ("  utter_thanks:", "  utter_thank_you:", "no text any more for utter_thanks"),
    ],
)
def test_a_bad_change_keeps_the_last_good_texts_and_says_why(
    files: list[Path], old: str, new: str, problem: str
) -> None:
    wording = Wording(files)
    path = next(path for path in files if "utter_thanks:" in path.read_text())
    change(path, old, new)
    assert wording.say("utter_thanks").text.startswith("You're welcome.")
    assert problem in str(wording.error)
    change(path, new, old)
    os.utime(path, (1_700_000_100, 1_700_000_100))
    assert wording.say("utter_thanks").text.startswith("You're welcome.")
    assert wording.error is None
