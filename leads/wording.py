"""What Hairline says: the texts of the data files, checked when they are read and filled when they are said."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from leads.clinic import Clinic
from leads.facts import FAQ_TOPICS

PROFILE_PLACEHOLDERS = frozenset(
    {
        "clinic_name",
        "addresses",
        "phone",
        "phones",
        "email",
        "hours",
        "emergency",
        "advice_line",
        "consultation_minutes",
        "days_ahead",
        "conversation_days",
        "lead_days",
        "consent_text",
    }
)
"""Any text may use these; Clinic.wording_values fills them."""

PLACEHOLDERS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        key: frozenset(names.split())
        for key, names in {
            # booking
            "utter_summary": "lines",
            "utter_summary_line_name": "name",
            "utter_summary_line_phone": "phone_number",
            "utter_summary_line_email": "email_address",
            "utter_summary_line_concern": "concern",
            "utter_summary_line_time": "time",
            "utter_summary_line_for": "name",
            "utter_summary_line_asker": "name",
            "utter_summary_line_conditions": "text",
            "utter_summary_line_remark": "text",
            "utter_summary_line_question": "question",
            "utter_remark_second": "who",
            "utter_second_noted": "who",
            "utter_asker_noted": "name",
            "utter_offer_second": "who",
            "utter_remark": "text",
            "utter_added": "field value",
            "utter_concern_from_before": "text",
            "utter_not_confirmed_yet": "reference promise",
            "utter_confirmed": "reference time",
            "utter_remark_added": "reference text",
            "utter_got_name": "name",
            "utter_changed": "field value",
            "utter_removed": "field",
            "utter_kept_old": "value field kept",
            "utter_kept_time": "time",
            "utter_bad_phone": "value",
            "utter_bad_email": "value",
            "utter_email_typo": "value suggestion",
            "utter_bad_time_past": "time",
            "utter_bad_time_too_late": "time minutes closing",
            "utter_bad_time_closed": "time",
            "utter_bad_time_impossible": "time",
            "utter_bad_time_too_far": "last_day",
            "utter_time_readback": "time",
            "utter_time_offer": "options",
            "utter_time_which": "options",
            "utter_time_offer_one": "options",
            "utter_time_pick": "options",
            "utter_time_recurring": "words first",
            "utter_time_excepting": "words time",
            "utter_closures": "days",
            "utter_consent_conditions": "text",
            "utter_contact_wish": "text",
            "utter_booking_done": "reference promise",
            "utter_booking_done_second": "reference promise",
            "utter_booking_changed": "reference",
            "utter_already_booked": "reference",
            "utter_call_off_confirm": "reference",
            "utter_called_off": "reference",
            "utter_noted_so_far": "lines",
            "utter_noted_in_request": "reference lines",
            "utter_promise": "when",
            # handoff
            "utter_handoff_closed": "when",
            "utter_handoff_closed_again": "when",
            "utter_clinic_closed_now": "when",
            "utter_clinic_open_now": "until",
            "utter_joined": "staff",
            "utter_back_to_bot": "staff",
            "utter_nobody_came_lead": "reference promise",
            # urgent
            "utter_urgent": "flagged",
            "utter_urgent_sign": "signs flagged",
            "utter_urgent_sign_again": "signs",
            "utter_signs_joined": "first second",
            "utter_urgent_known": "reference",
            "utter_call_back_got": "value",
            "utter_call_back_consent": "lines",
            "utter_call_back_done": "reference",
            "utter_call_back_closed": "when",
            "utter_despair": "flagged",
            # out_of_scope
            "utter_opening": "said",
            "utter_open_on": "day hours_of_day",
            "utter_closed_on": "day hours_of_day",
            "utter_open_on_date": "day hours_of_day",
            "utter_closed_on_date": "day hours_of_day",
            "utter_opens_again": "when",
            "utter_did_you_mean_one": "title",
            "utter_ask_clinic_noted": "promise",
            "utter_question_sent": "reference promise",
            "utter_too_long": "limit",
            "utter_clinic_says": "answer",
            "utter_clinic_says_to": "question answer",
            "utter_question_answered": "question answer",
        }.items()
    }
)
"""What the engine fills into a text beside the profile's values; a key that is not here gets the profile's only."""

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_KEY = re.compile(r"utter_[a-z_]+(/[a-z_]+)?")
_BOOK = "book_consultation"


class WordingError(ValueError):
    """The wording files cannot be used; the text names file, key and mend."""


class UnknownWordingError(KeyError):
    """There is no such text."""


class MissingValueError(ValueError):
    """A text was said without all the values that belong into it."""


@dataclass(frozen=True, slots=True)
class Said:
    """A text ready for the visitor, and what stands behind it."""

    text: str
    sources: tuple[str, ...] = ()
    """The facts of the document that the text rests on."""
    declines: bool = False
    """True if the text says that there is no answer to give."""
    follow_up: str = ""
    """A yes-or-no question that fits after the text where no other question is open."""
    offers: str | None = None
    """What a yes to the follow-up means: book_consultation, or the topic to answer next."""


def wording_paths(folder: Path) -> list[Path]:
    """Give the files of a data folder that hold what Hairline says, titles included."""
    return [folder / "topics.yml", folder / "faq" / "answers.yml", *sorted(folder.glob("*/wording.yml"))]


class Wording:
    """The texts of some files; a change is read at the next look, and a bad one leaves the last good texts."""

    def __init__(self, paths: Iterable[Path]) -> None:
        """Read the files, or raise WordingError."""
        self._paths = tuple(paths)
        self._stamps = self._look()
        self._said, self._titles = _load(self._paths)
        self.error: WordingError | None = None
        """Why the newest files are not in use; None if they are."""

    def say(self, key: str, /, **values: str) -> Said:
        """Give a text with its values filled in, each value exactly as it is.

        Every placeholder that PLACEHOLDERS names for the key is needed, and those of the profile that the text uses;
        values beyond that are ignored.
        """
        self._refresh()
        if key not in self._said:
            raise UnknownWordingError(key)
        said = self._said[key]
        needed = PLACEHOLDERS.get(key, frozenset()) | set(_PLACEHOLDER.findall(said.text + said.follow_up))
        if missing := needed - set(values):
            raise MissingValueError(f"{key} needs a value for: {', '.join(sorted(missing))}")
        return Said(_fill(said.text, values), said.sources, said.declines, _fill(said.follow_up, values), said.offers)

    def title(self, topic: str) -> str:
        """Give the short title of a topic for a choice."""
        self._refresh()
        if topic not in self._titles:
            raise UnknownWordingError(f"title of {topic}")
        return self._titles[topic]

    @property
    def keys(self) -> frozenset[str]:
        """The keys of all texts."""
        return frozenset(self._said)

    def raw(self, key: str) -> Said:
        """Give a text with its placeholders in it."""
        if key not in self._said:
            raise UnknownWordingError(key)
        return self._said[key]

    def _refresh(self) -> None:
        stamps = self._look()
        if stamps == self._stamps:
            return
        self._stamps = stamps
        try:
            said, titles = _load(self._paths)
            if gone := (set(self._said) - set(said)) | (set(self._titles) - set(titles)):
                raise WordingError(f"no text any more for {', '.join(sorted(gone))}; put it back")
        except WordingError as error:
            self.error = error
        else:
            self._said, self._titles, self.error = said, titles, None

    def _look(self) -> list[tuple[int, int] | None]:
        return [_stamp(path) for path in self._paths]


@dataclass(frozen=True, slots=True)
class Voice:
    """Texts as one clinic's assistant says them: the profile's values are filled in, its own answers come first."""

    wording: Wording
    clinic: Clinic

    def say(self, key: str, /, **values: str) -> Said:
        """Give a text; `values` are what PLACEHOLDERS names for the key."""
        return self.wording.say(key, **{**self.clinic.wording_values, **values})

    def text(self, key: str, /, **values: str) -> str:
        """Give only the words of a text."""
        return self.say(key, **values).text

    def answer(self, topic: str) -> Said:
        """Answer a question: in the clinic's own words if it has any, else from the document or with a decline."""
        own = self.clinic.answer(topic)
        return Said(own) if own is not None else self.say(f"utter_faq/{topic}")

    def title(self, topic: str) -> str:
        """Give the short title of a topic for a choice."""
        return self.wording.title(topic)

    def promise(self, when: str | None) -> str:
        """Say by when somebody answers, or only that somebody will; `when` as Clinic.describe_moment writes it."""
        return self.text("utter_promise_none") if when is None else self.text("utter_promise", when=when)


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def _fill(text: str, values: Mapping[str, str]) -> str:
    # One pass over our own text: what a visitor wrote is put in as it is and never looked at again.
    return _PLACEHOLDER.sub(lambda found: values[found[1]], text).strip()


def _load(paths: Iterable[Path]) -> tuple[dict[str, Said], dict[str, str]]:
    said: dict[str, Said] = {}
    titles: dict[str, str] = {}
    for path in paths:
        content = _read(path)
        for key, items in content.get("responses", {}).items():
            if key in said:
                raise WordingError(f"{path}: {key} already stands in another place; keep one")
            said[key] = _check_text(path, key, items)
        for topic, title in content.get("titles", {}).items():
            if not isinstance(title, str) or not title.strip():
                raise WordingError(f"{path}: {topic}: needs a title")
            titles[topic] = title.strip()
    missing = [key for key in PLACEHOLDERS if key not in said]
    missing += [f"utter_faq/{topic}" for topic in FAQ_TOPICS if f"utter_faq/{topic}" not in said]
    missing += [f"title of {topic}" for topic in FAQ_TOPICS if topic not in titles]
    if missing:
        raise WordingError(f"there is no text for {', '.join(missing)}")
    return said, titles


def _read(path: Path) -> dict[str, Any]:
    try:
        content = _OneOfEach(path.read_text(encoding="utf-8")).get_single_data()
    except (OSError, UnicodeDecodeError) as error:
        raise WordingError(f"{path}: cannot be read: {error}") from error
    except yaml.YAMLError as error:
        raise WordingError(f"{path}: is no valid YAML: {error}") from error
    if not isinstance(content, dict) or not all(
        isinstance(content[part], dict) for part in content if part != "version"
    ):
        raise WordingError(f"{path}: needs `responses:` or `titles:` with texts below it")
    return content


class _OneOfEach(yaml.SafeLoader):
    """Reads YAML and refuses a key that stands twice, where the ordinary loader would drop the first."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)
        if len(mapping) < len(node.value):
            keys = [str(key.value) for key, _ in node.value]
            twice = next(key for key in keys if keys.count(key) > 1)
            raise yaml.constructor.ConstructorError(None, None, f"{twice} stands here twice", node.start_mark)
        return mapping


def _check_text(path: Path, key: object, items: object) -> Said:
    where = f"{path}: {key}"
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        raise WordingError(f"{where}: a key looks like utter_ask_name or utter_faq/price")
    if not isinstance(items, list) or len(items) != 1 or not isinstance(items[0], dict):
        raise WordingError(f"{where}: needs one item, `- text: ...`")
    item = items[0]
    if not set(item) <= {"text", "metadata"} or not isinstance(item.get("metadata", {}), dict):
        raise WordingError(f"{where}: may have `text` and `metadata` and nothing else")
    metadata = dict(item.get("metadata", {}))
    sources = metadata.pop("sources", [])
    declines = metadata.pop("declines", False)
    follow_up = metadata.pop("follow_up", "")
    offers = metadata.pop("offers", None)
    if metadata:
        raise WordingError(
            f"{where}: metadata may have sources, declines, follow_up and offers, not {', '.join(metadata)}"
        )
    if not isinstance(sources, list) or not all(isinstance(source, str) for source in sources):
        raise WordingError(f"{where}: sources must be a list of fact ids")
    if not isinstance(declines, bool):
        raise WordingError(f"{where}: declines must be true or false")
    if not isinstance(follow_up, str) or bool(follow_up) != (offers is not None):
        raise WordingError(f"{where}: follow_up and offers go together")
    if offers is not None and offers != _BOOK and offers not in FAQ_TOPICS:
        raise WordingError(f"{where}: offers must be {_BOOK} or a topic, not {offers}")
    for text in (item.get("text"), follow_up):
        _check_words(where, key, text)
    if not item["text"].strip():
        raise WordingError(f"{where}: the text is empty")
    return Said(item["text"].strip(), tuple(sources), declines, follow_up.strip(), offers)


def _check_words(where: str, key: str, text: object) -> None:
    if not isinstance(text, str):
        raise WordingError(f"{where}: the text must be text")
    if "\n\n" in text.strip():
        raise WordingError(f"{where}: the text has a blank line in it; that would make two messages")
    left_over = _PLACEHOLDER.sub("", text)
    if "{" in left_over or "}" in left_over:
        raise WordingError(f"{where}: a placeholder is written like {{phone}}, small letters between two braces")
    known = PROFILE_PLACEHOLDERS | PLACEHOLDERS.get(key, frozenset())
    if unknown := set(_PLACEHOLDER.findall(text)) - known:
        raise WordingError(
            f"{where}: nobody fills {', '.join(sorted(unknown))}; known here: {', '.join(sorted(known))}"
        )
