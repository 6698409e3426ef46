"""Conversations written down: read from YAML, talked through, and held against what they expect.

    - name: gives everything in one dictated message
      talk:
        - visitor: book me in please, Ann Lee, 07700 900321, thinning crown, {day+2} morning
          bot: {asks_for: consent, topics: [book_consultation], says: [regex], never_says: [regex], choices: [id]}
        - choose: consent:yes
      lead: {name: Ann Lee, phone: "+447700900321", time: {day: +2, from: "9:30", to: "12:00"}}

Every expectation may be left out. What no visitor should ever meet is checked at every step without being written
(`check_manners`). `{day+2}` is the name of the second open day from tomorrow on, `{date+2}` its date ("3 December"),
`{slash+2}` the same in figures ("3/12"), `{closed}` the name of a weekday that is never open. Several leads: `leads:`;
none: `no_lead: true`.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from leads.clinic import Clinic as Profile
from tests.conversations.visitor import Visitor

FOLDER = Path(__file__).parent
_STEP = {"visitor", "choose", "bot"}
_BOT = {"topics", "only_topics", "asks_for", "says", "never_says", "choices", "no_choices", "messages"}
_LEAD = {"name", "phone", "email", "category", "concern", "time", "time_text", "consent", "conditions", "status"}
_LEAD |= {"for_someone_else", "for_whom", "asked_by", "remarks"}
_LEAD |= {"urgent", "questions", "open_questions", "no_questions"}
_CONVERSATION = {"name", "talk", "lead", "leads", "no_lead", "transcript_never_says"}


@dataclass(frozen=True)
class Conversation:
    """One written conversation and the file it stands in."""

    file: str
    name: str
    talk: list[dict[str, Any]]
    leads: list[dict[str, Any]] | None
    transcript_never_says: list[str]


class _Loader(yaml.SafeLoader):
    """YAML whose booleans are true and false and whose numbers have no leading zero: the rest are a visitor's words."""

    yaml_implicit_resolvers = {  # noqa: RUF012
        first: [(tag, pattern) for tag, pattern in resolvers if tag.rpartition(":")[2] not in ("bool", "int", "float")]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), ["t", "f"])
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^(?:[1-9]\d{0,3})$"), list("123456789"))


def load_all() -> list[Conversation]:
    """Every conversation of this folder. A misspelt expectation is an error, not a test that always passes."""
    return [one for path in sorted(FOLDER.glob("*.yml")) for one in _load(path)]


def _load(path: Path) -> Iterator[Conversation]:
    for written in yaml.load(path.read_text(encoding="utf-8"), _Loader):
        where = f"{path.name}: {written.get('name')}"
        _only(where, written, _CONVERSATION)
        leads = (
            [] if written.get("no_lead") else written.get("leads") or ([written["lead"]] if "lead" in written else None)
        )
        for step in written["talk"]:
            _only(where, step, _STEP)
            _only(where, step.get("bot") or {}, _BOT)
        for lead in leads or []:
            _only(where, lead, _LEAD)
        yield Conversation(path.name, written["name"], written["talk"], leads, written.get("transcript_never_says", []))


def _only(where: str, written: dict[str, Any], known: set[str]) -> None:
    if unknown := set(written) - known:
        raise ValueError(f"{where}: nothing checks {', '.join(sorted(unknown))}")


class Days:
    """The clinic's days, counted from now: what visitors of these tests name, and when it is."""

    def __init__(self, profile: Profile, now: datetime | None = None) -> None:
        self.profile = profile
        self.zone = ZoneInfo(profile.time_zone)
        self.now = (now or datetime.now(self.zone)).astimezone(self.zone)

    def open_day(self, number: int) -> date:
        """The nth open day, tomorrow being the first that counts."""
        days = (self.now.date() + timedelta(days=ahead) for ahead in range(1, 90))
        return [day for day in days if self.profile.opening_ranges(day)][number - 1]

    def closed_weekday(self) -> str:
        """A weekday that is never open."""
        days = [self.now.date() + timedelta(days=ahead) for ahead in range(1, 8)]
        return next(
            f"{day:%A}"
            for day in days
            if all(not self.profile.opening_ranges(day + timedelta(weeks=n)) for n in range(6))
        )

    def fill(self, text: object) -> str:
        """A visitor's words with the days put in."""
        forms: dict[str, Callable[[date], str]] = {
            "day": lambda day: f"{day:%A}".lower(),
            "date": lambda day: f"{day.day} {day:%B}",
            "slash": lambda day: f"{day.day}/{day.month}",
            "ordinal": lambda day: f"{day.day}{_ordinal(day.day)}",
            "iso": lambda day: day.isoformat(),
        }
        text = re.sub(
            r"\{(day|date|slash|ordinal|iso)\+(\d+)\}", lambda m: forms[m[1]](self.open_day(int(m[2]))), str(text)
        )
        return text.replace("{closed}", self.closed_weekday().lower())

    def check(self, expected: dict[str, Any], found: dict[str, Any]) -> str | None:
        """What is wrong with a lead's preferred time; None if nothing is."""
        if expected.get("any"):
            return None if found["start"] is None and found["end"] is None else f"{found} is not any time"
        if found["start"] is None:
            return f"no time was kept: {found}"
        start, end = (datetime.fromisoformat(found[key]).astimezone(self.zone) for key in ("start", "end"))
        if found["timezone"] != self.profile.time_zone:
            return f"{found['timezone']} is not the clinic's time zone"
        if "day" in expected and start.date() != self.open_day(int(expected["day"])):
            return f"{start} is not on {self.open_day(int(expected['day']))}"
        if "weekday" in expected and f"{start:%A}".lower() != expected["weekday"]:
            return f"{start} is no {expected['weekday']}"
        if not self.now - timedelta(minutes=30) < start < self.now + timedelta(days=expected.get("within_days", 90)):
            return f"{start} is not within {expected.get('within_days', 90)} days"
        if "from" in expected and start.time() != _clock(expected["from"]) and start.date() != self.now.date():
            return f"{start} does not begin at {expected['from']}"
        if "to" in expected and end.time() != _clock(expected["to"]):
            return f"{end} does not end at {expected['to']}"
        if "not_before" in expected and start.time() < _clock(expected["not_before"]):
            return f"{start} is before {expected['not_before']}"
        return None


def _clock(text: str) -> Any:
    return datetime.strptime(str(text), "%H:%M").time()  # noqa: DTZ007


def _ordinal(number: int) -> str:
    return "th" if 10 < number < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


def talk_through(conversation: Conversation, visitor: Visitor, days: Days) -> None:
    """Have the whole conversation; an AssertionError carries the talk so far."""
    for step in conversation.talk:
        if "visitor" in step:
            visitor.says(days.fill(str(step["visitor"])))
        else:
            visitor.chooses(str(step["choose"]))
        problems = [*check_manners(visitor), *_check_answer(step.get("bot") or {}, visitor, days)]
        assert not problems, "\n".join([*problems, visitor.told()])
    problems = []
    if conversation.leads is not None:
        problems = list(_check_leads(conversation.leads, visitor, days))
    kept = "\n".join(str(message["text"]) for message in visitor.transcript())
    problems += [
        f"the transcript still says {it}" for it in conversation.transcript_never_says if re.search(it, kept, re.I)
    ]
    assert not problems, "\n".join([*problems, visitor.told()])


def check_manners(visitor: Visitor) -> Iterator[str]:
    """What must hold for every answer of the assistant, whatever was said."""
    texts = [str(message["text"]) for message in visitor.answer]
    if not texts or not all(text.strip() for text in texts):
        yield "an empty answer"
    if len(set(texts)) < len(texts):
        yield "the same words twice in one turn"
    asking = [index for index, message in enumerate(visitor.answer) if message["asks_for"]]
    if len(asking) > 1 or (asking and asking[0] != len(texts) - 1):
        yield "a question that is not the last word, or two"
    whole = "\n".join(texts)
    if re.search(r"\{[a-z_]+\}|\bNone\b|\bnull\b|  |\.\.(?!\.)|\butter_|\bfaq/|[.,] [.,]|\?\.|, \.", whole):
        yield "words that nobody wrote for a visitor"
    for message in visitor.answer:
        ids = [one["id"] for one in message["choices"]]
        titles = [one["title"] for one in message["choices"]]
        if len(set(ids)) < len(ids) or len(set(titles)) < len(titles):
            yield "a choice is offered twice"
    for reference in re.findall(r"\bSMP-[0-9A-Z]{6}\b", whole):
        if not visitor.clinic.lead_exists(reference):
            yield f"{reference} is told and is not there"
    thanked = re.search(r"request has reached", whole)
    if thanked and not visitor.leads():
        yield "thanked for a request that is not there"


def _check_answer(expected: dict[str, Any], visitor: Visitor, days: Days) -> Iterator[str]:
    for topic in expected.get("topics", []):
        if topic not in visitor.topics:
            yield f"{topic} is not among the topics {visitor.topics}"
    if "only_topics" in expected and visitor.topics != expected["only_topics"]:
        yield f"the topics are {visitor.topics}, not {expected['only_topics']}"
    if "asks_for" in expected and visitor.asks_for != expected["asks_for"]:
        yield f"asks for {visitor.asks_for}, not {expected['asks_for']}"
    for pattern in expected.get("says", []):
        if not re.search(days.fill(pattern), visitor.text, re.I):
            yield f"does not say {days.fill(pattern)}"
    for pattern in expected.get("never_says", []):
        if re.search(days.fill(pattern), visitor.text, re.I):
            yield f"says {days.fill(pattern)}"
    for choice in expected.get("choices", []):
        if not any(id_ == choice or id_.startswith(choice) for id_ in visitor.choices):
            yield f"{choice} is not among the choices {visitor.choices}"
    for choice in expected.get("no_choices", []):
        if choice in visitor.choices:
            yield f"{choice} is among the choices"
    if "messages" in expected and len(visitor.answer) != expected["messages"]:
        yield f"{len(visitor.answer)} messages, not {expected['messages']}"


def _check_leads(expected: list[dict[str, Any]], visitor: Visitor, days: Days) -> Iterator[str]:
    found = visitor.leads()
    if len(found) != len(expected):
        yield f"{len(found)} leads, not {len(expected)}: {found}"
        return
    for wanted, lead in zip(expected, found, strict=True):
        yield from check_lead(wanted, lead, days)


def check_lead(wanted: dict[str, Any], lead: dict[str, Any], days: Days) -> Iterator[str]:
    """What a lead has that was not said, or has not that was."""
    plain = {"status": "new", "consent": True, "for_someone_else": False, "urgent": False, **wanted}
    seen = {
        **{key: lead[key] for key in ("name", "phone", "email", "status", "for_someone_else", "urgent")},
        "category": lead["concern"]["category"],
        "consent": lead["consent"]["given"],
    }
    for key, value in plain.items():
        if key in seen and seen[key] != value:
            yield f"the lead's {key} is {seen[key]!r}, not {value!r}"
    for key, text in (
        ("concern", lead["concern"]["text"]),
        ("time_text", lead["preferred_time"]["text"]),
        ("conditions", lead["consent"].get("conditions")),
        ("for_whom", lead["for_whom"]),
        ("asked_by", lead["asked_by"]),
        ("remarks", "; ".join(lead["remarks"])),
    ):
        if key in wanted and not re.search(days.fill(str(wanted[key])), text or "", re.I):
            yield f"the lead's {key} is {text!r}, not {wanted[key]!r}"
    if "time" in wanted and (problem := days.check(wanted["time"], lead["preferred_time"])):
        yield f"preferred time: {problem}"
    for topic in wanted.get("questions", []):
        if topic not in lead["questions"]:
            yield f"{topic} is not among the questions {lead['questions']}"
    for pattern in wanted.get("open_questions", []):
        if not any(re.search(pattern, text, re.I) for text in lead["open_questions"]):
            yield f"no open question like {pattern!r} in {lead['open_questions']}"
    if wanted.get("no_questions") and lead["open_questions"]:
        yield f"open questions that nobody asked: {lead['open_questions']}"
    if lead["consent"]["given"] and not (
        lead["consent"]["text"] and lead["consent"]["version"] and lead["consent"]["at"]
    ):
        yield "consent without text, version or moment"
