"""What the assistant says about the treatment rests on the document's facts, and only on them."""

import json
from pathlib import Path

import pytest

from leads.clinic import Clinic, load_clinic
from leads.facts import CLINIC_TOPICS, DOCUMENT_TOPICS, FactsError, load_facts
from leads.wording import PLACEHOLDERS, Wording, wording_paths
from tests.leads.claims import shingles, unbacked

ROOT = Path(__file__).parents[2]
FACTS = load_facts(ROOT / "data" / "facts.yml")
WORDING = Wording(wording_paths(ROOT / "data"))
CLINIC: Clinic = load_clinic(ROOT / "clinic.yml")
ALL_FACTS = " ".join(fact.text for fact in FACTS.values())
OTHER_KEYS = sorted(key for key in WORDING.keys if not key.startswith("utter_faq/"))
# From the document, which is not part of the project: [*sorted(shingles(its text))]
DOCUMENT_SHINGLES = set(json.loads((Path(__file__).parent / "document_shingles.json").read_text()))
MOST_WORDS = 65


def backing(key: str) -> str:
    return " ".join(FACTS[source].text for source in WORDING.raw(key).sources)


def whole(key: str) -> str:
    said = WORDING.raw(key)
    return f"{said.text} {said.follow_up}"


def test_facts_are_numbered_one_after_the_other() -> None:
    assert list(FACTS) == [f"F{number:02}" for number in range(1, len(FACTS) + 1)]


def test_every_heading_of_the_document_has_facts() -> None:
    assert len({fact.section for fact in FACTS.values()}) == 7


@pytest.mark.parametrize("key", sorted(WORDING.keys))
def test_every_source_is_a_fact(key: str) -> None:
    assert set(WORDING.raw(key).sources) <= set(FACTS)


def test_every_fact_is_used_by_an_answer() -> None:
    used = {source for key in WORDING.keys for source in WORDING.raw(key).sources}
    assert set(FACTS) - used == set()


@pytest.mark.parametrize("topic", DOCUMENT_TOPICS)
def test_an_answer_from_the_document_names_its_facts(topic: str) -> None:
    said = WORDING.raw(f"utter_faq/{topic}")
    assert said.sources
    assert not said.declines


@pytest.mark.parametrize("topic", [topic for topic in CLINIC_TOPICS if topic != "clinic_info"])
def test_where_the_document_is_silent_the_answer_declines(topic: str) -> None:
    said = WORDING.raw(f"utter_faq/{topic}")
    assert said.declines
    assert said.sources == ()
    assert said.offers is None


def test_address_and_hours_come_from_the_profile() -> None:
    said = WORDING.say("utter_faq/clinic_info", **CLINIC.wording_values)
    assert not said.declines
    assert CLINIC.describe_addresses() in said.text
    assert CLINIC.describe_hours() in said.text


@pytest.mark.parametrize("topic", DOCUMENT_TOPICS + CLINIC_TOPICS)
def test_an_answer_claims_nothing_that_its_facts_do_not_say(topic: str) -> None:
    key = f"utter_faq/{topic}"
    # The clinic's own hours are the profile's; their mention needs no fact.
    assert unbacked(whole(key), backing(key), bare_units=topic != "clinic_info") == []


@pytest.mark.parametrize("key", OTHER_KEYS)
def test_no_other_wording_claims_what_no_fact_says(key: str) -> None:
    assert unbacked(whole(key), ALL_FACTS, bare_units=False) == []


@pytest.mark.parametrize("key", sorted(WORDING.keys))
def test_a_text_is_short_once_it_is_filled(key: str) -> None:
    said = WORDING.say(key, **CLINIC.wording_values, **dict.fromkeys(PLACEHOLDERS.get(key, ()), "x"))
    assert len(f"{said.text} {said.follow_up}".split()) <= MOST_WORDS


@pytest.mark.parametrize("key", sorted(WORDING.keys))
def test_no_text_is_copied_from_the_document(key: str) -> None:
    assert not shingles(whole(key)) & DOCUMENT_SHINGLES


@pytest.mark.parametrize("fact", FACTS.values(), ids=lambda fact: fact.id)
def test_no_fact_is_copied_from_the_document(fact: object) -> None:
    assert not shingles(getattr(fact, "text", "")) & DOCUMENT_SHINGLES


def test_a_copied_run_of_words_would_be_found() -> None:
    assert shingles("we ask: what is Scalp Micropigmentation, and who does it benefit?") & DOCUMENT_SHINGLES


@pytest.mark.parametrize(
    ("planted", "found"),
    [
        ("It takes three sessions.", "three"),
        ("You need 2-3 sessions.", "2"),
        ("It takes several weeks to heal.", "several weeks"),
        ("The result lasts for decades.", "decades"),
        ("One session is enough.", "one session"),
        ("Treatment starts at £500.", "£"),
        ("That's 40 pounds.", "pounds"),
        ("Touch-ups are free.", "free"),
        ("We guarantee a natural look.", "guarantee"),
        ("I promise you'll like it.", "promise"),
        ("It's a permanent solution.", "permanent"),
        ("It is permanently yours.", "permanently"),
        ("It always works.", "always"),
        ("It never fades.", "never"),
        ("The treatment is painless.", "painless"),
        ("There are no side effects.", "no side effects"),
        ("It's completely safe.", "completely"),
        ("It's safe for you.", "safe"),
        ("It works for everyone.", "everyone"),
        ("You can go back to work the next day.", "day"),
        ("It lasts forever.", "forever"),
        ("It hides ninety per cent of it.", "ninety"),
    ],
)
def test_a_planted_claim_is_found(planted: str, found: str) -> None:
    assert found in unbacked(
        planted, "The treatment is semi-permanent and may hold for several years.", bare_units=True
    )


@pytest.mark.parametrize(
    "fine",
    [
        "SMP is semi-permanent.",
        "The results may hold for several years.",
        "Call {phone}, the staff answer within {conversation_days}.",
        'Say something like "Thursday after 4".',
    ],
)
def test_what_is_backed_is_not_complained_about(fine: str) -> None:
    assert unbacked(fine, "The treatment is semi-permanent and may hold for several years.", bare_units=True) == []


def test_a_planted_claim_of_another_fact_is_found() -> None:
    """Several years stand in F19, but not in the facts that this answer names."""
    assert unbacked("It holds for several years.", FACTS["F04"].text, bare_units=True) == ["several years", "years"]


@pytest.mark.parametrize("topic", ["side_effects", "safety", "scars_and_patches", "medical_question", "downtime"])
def test_questions_of_health_go_to_the_practitioner(topic: str) -> None:
    assert "practitioner" in WORDING.raw(f"utter_faq/{topic}").text


def test_no_regrowth_is_claimed() -> None:
    text = WORDING.raw("utter_faq/hair_regrowth").text
    assert "nothing that says SMP grows hair back" in text
    assert "illusion" in text


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("facts: [", "cannot be read"),
        ("- F01", "one list under `facts:`"),
        ("facts: []\nmore: 1", "one list under `facts:`"),
        ("facts: [{id: F01, text: x}]", "fact 1: needs exactly"),
        ("facts: [{id: F01, section: s, text: ' '}]", "fact 1: `id`, `section` and `text`"),
        ("facts: [{id: F01, section: s, text: x}, {id: F01, section: s, text: y}]", "F01 is used twice"),
    ],
)
def test_a_broken_facts_file_says_what_is_wrong(tmp_path: Path, content: str, problem: str) -> None:
    path = tmp_path / "facts.yml"
    path.write_text(content)
    with pytest.raises(FactsError) as raised:
        load_facts(path)
    assert problem in str(raised.value)
