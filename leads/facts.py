"""What the document says, and the names of the topics that visitors ask about."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import yaml

DOCUMENT_TOPICS = (
    "what_is_smp",
    "how_it_works",
    "benefits",
    "who_benefits",
    "pattern_baldness",
    "receding_hairline",
    "scars_and_patches",
    "looks",
    "natural_look",
    "versus_transplant",
    "non_surgical",
    "longevity",
    "touch_ups",
    "sessions",
    "side_effects",
    "safety",
    "downtime",
    "aftercare",
    "sun_exposure",
    "maintenance",
    "consultation_info",
    "hair_regrowth",
)
"""The document answers these."""

CLINIC_TOPICS = (
    "price",
    "payment",
    "pain",
    "removal",
    "shaving",
    "clinic_info",
    "practitioner",
    "photos",
    "medical_question",
    "age_limit",
    "existing_appointment",
    "daily_life",
)
"""The document is silent on these: the clinic's profile answers, or the assistant honestly declines."""

FAQ_TOPICS = DOCUMENT_TOPICS + CLINIC_TOPICS


class FactsError(ValueError):
    """The facts file cannot be used; the text says where and how to mend it."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One claim of the document in our own words."""

    id: str
    section: str
    text: str


def load_facts(path: Path) -> Mapping[str, Fact]:
    """Give the facts by id, in the order of the file; raise FactsError if any of them is not usable."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise FactsError(f"{path}: cannot be read: {error}") from error
    if not isinstance(content, dict) or set(content) != {"facts"} or not isinstance(content["facts"], list):
        raise FactsError(f"{path}: needs one list under `facts:` and nothing else")
    facts: dict[str, Fact] = {}
    for number, item in enumerate(content["facts"], start=1):
        fact = _fact(path, number, item)
        if fact.id in facts:
            raise FactsError(f"{path}: fact {number}: the id {fact.id} is used twice")
        facts[fact.id] = fact
    return MappingProxyType(facts)


def _fact(path: Path, number: int, item: object) -> Fact:
    fields = ("id", "section", "text")
    if not isinstance(item, dict) or set(item) != set(fields):
        raise FactsError(f"{path}: fact {number}: needs exactly `id`, `section` and `text`")
    if not all(isinstance(item[field], str) and item[field].strip() for field in fields):
        raise FactsError(f"{path}: fact {number}: `id`, `section` and `text` must each hold some text")
    return Fact(item["id"].strip(), item["section"].strip(), item["text"].strip())
