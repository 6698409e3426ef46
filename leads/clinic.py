"""The clinic's profile: what its owner may change without a programmer, checked and read."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, available_timezones

import phonenumbers
from holidays import HolidayBase, country_holidays
from phonenumbers import shortnumberinfo
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)

from leads.contacts import parse_email, parse_phone
from leads.facts import FAQ_TOPICS
from leads.profile_document import Problem, ProblemsWithin, UnreadableProfileError, closest, read_document

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_CLOSURES_DAYS = 45  # how far ahead holidays are told
_SEARCH_DAYS = 366
_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*(?:-|–|to)\s*(\d{1,2}):(\d{2})")
_CLOSED_DATES = re.compile(r"(\d{4}-\d{2}-\d{2})(?:\s+to\s+(\d{4}-\d{2}-\d{2}))?(?:\s+(?!to\s)(\D.*))?")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_QUARTER = timedelta(minutes=15)
_NO_OWN_ANSWER = {
    "medical_question": "cannot have an answer: it always goes to the practitioner; delete it",
    "clinic_info": "needs no answer: it is made from addresses, phones and opening hours; delete it",
}
_READABLE_CONTRAST = 4.5  # WCAG 2.2, success criterion 1.4.3


class ClinicProfileError(ValueError):
    """The profile cannot be used; the text has one line per problem: where it is and how to mend it."""

    def __init__(self, path: Path, problems: Sequence[str]) -> None:
        self.path = path
        self.problems = tuple(problems)
        super().__init__("\n".join([f"{path.name} cannot be used as it stands:", *(f"  {it}" for it in problems)]))


def describe_phone(e164: str, region: str) -> str:
    """Give an E.164 number as people of the region write it; a foreign one keeps its country code."""
    number = phonenumbers.parse(e164)
    at_home = region in phonenumbers.region_codes_for_country_code(number.country_code or 0)
    style = phonenumbers.PhoneNumberFormat.NATIONAL if at_home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, style)


def describe_time(at: time) -> str:
    """Give a time of day as 9 am, 4:30 pm or 12 noon."""
    if (at.hour, at.minute) == (12, 0):
        return "12 noon"
    minutes = f":{at.minute:02}" if at.minute else ""
    return f"{at.hour % 12 or 12}{minutes} {'am' if at.hour < 12 else 'pm'}"


@dataclass(frozen=True, slots=True)
class Span:
    """Opening hours within one day, on the clinic's clock."""

    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class OpenRange:
    """A stretch during which the clinic is open; both ends carry the clinic's time zone."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class ClosedDates:
    """Days on which the clinic is closed, both ends included."""

    first: date
    last: date
    reason: str = ""


def _read_span(value: object) -> Span:
    found = _SPAN.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise ValueError('write hours on the 24-hour clock like "09:00-17:30", or closed')
    hours = [int(part) for part in found.groups()]
    try:
        span = Span(time(hours[0], hours[1]), time(hours[2], hours[3]))
    except ValueError:
        raise ValueError("there is no such time of day; the clock goes from 00:00 to 23:59") from None
    if span.closes <= span.opens:
        raise ValueError("the closing time must come after the opening time on the same day")
    return span


def _read_day(value: object) -> object:
    if isinstance(value, str):
        return [] if value.strip().lower() == "closed" else [value]
    if value == []:
        raise ValueError("if the clinic does not open on this day, write closed")
    return value


def _check_day(spans: list[Span]) -> list[Span]:
    ordered = sorted(spans, key=lambda span: span.opens)
    if any(later.opens < earlier.closes for earlier, later in pairwise(ordered)):
        raise ValueError("two of the ranges overlap")
    return ordered


def _read_closed_dates(value: object) -> ClosedDates:
    found = _CLOSED_DATES.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise ValueError("write a date like 2026-12-24, or a first and a last one like 2026-12-24 to 2027-01-02")
    try:
        first = date.fromisoformat(found[1])
        last = date.fromisoformat(found[2] or found[1])
    except ValueError:
        raise ValueError("the calendar has no such date") from None
    if last < first:
        raise ValueError("the last date comes before the first one")
    return ClosedDates(first, last, found[3] or "")


def _check_email(value: str) -> str:
    address = parse_email(value)
    if address is None:
        raise ValueError(f"{value} is no e-mail address; write one like hello@your-clinic.com")
    return address


def _check_link(value: str) -> str:
    if not re.fullmatch(r"https?://[^\s/]+\.[^\s/]+(/\S*)?", value):
        raise ValueError(f"{value} is no web address; it starts with https://")
    return value


def _check_zone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError(
            f"{value} is no time zone; write one like Europe/London{closest(value, available_timezones())}"
        )
    return value


def _check_region(value: str) -> str:
    if value not in phonenumbers.SUPPORTED_REGIONS:
        raise ValueError(f"{value} is no country; write its two letters, such as GB")
    return value


def _check_colour(value: str) -> str:
    if not _COLOUR.fullmatch(value):
        raise ValueError(f'{value} is no colour; write one like "#1f4d4a", with the quotation marks')
    return value.lower()


Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\n]*$")]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]
Day = Annotated[
    list[Annotated[Span, BeforeValidator(_read_span)]], BeforeValidator(_read_day), AfterValidator(_check_day)
]
Link = Annotated[Line, AfterValidator(_check_link)]
Colour = Annotated[Line, AfterValidator(_check_colour)]
ShortNumber = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9]{2,6}$")]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Address(_Section):
    """One place where the clinic works."""

    label: Line
    lines: Annotated[list[Line], Field(min_length=1, max_length=8)]
    directions: Words | None = None


class Phones(_Section):
    """The clinic's phone numbers; after the profile is read they are E.164."""

    main: Line
    out_of_hours: Line | None = None


class OpeningHours(_Section):
    """An ordinary week: for each day its spans in order, none on a day off."""

    monday: Day
    tuesday: Day
    wednesday: Day
    thursday: Day
    friday: Day
    saturday: Day
    sunday: Day

    @model_validator(mode="after")
    def _opens_at_all(self) -> Self:
        if not any(self.on(weekday) for weekday in range(7)):
            raise ValueError("the clinic is closed on all seven days; at least one needs hours")
        return self

    def on(self, weekday: int) -> list[Span]:
        """Give the spans of a weekday, Monday being 0."""
        spans: list[Span] = getattr(self, WEEKDAYS[weekday])
        return spans


class Holidays(_Section):
    """The days on which the ordinary week does not hold."""

    country: Line | None = None
    subdivision: Line | None = None
    closed_dates: list[Annotated[ClosedDates, BeforeValidator(_read_closed_dates)]] = []

    @model_validator(mode="after")
    def _known_country(self) -> Self:
        if self.subdivision and not self.country:
            raise ValueError("a subdivision needs a country above it")
        if self.country:
            try:
                country_holidays(self.country, subdiv=self.subdivision)
            except NotImplementedError:
                place = f"{self.country} {self.subdivision or ''}".strip()
                raise ValueError(f"no public holidays are known for {place}; write for example GB and ENG") from None
        return self


class Consultation(_Section):
    """How consultations are offered and what the clinic promises about requests."""

    minutes: Annotated[int, Field(ge=5, le=480)]
    days_ahead: Annotated[int, Field(ge=1, le=730)]
    answer_within_hours: Annotated[int, Field(ge=1, le=200)] | None = None


class Emergency(_Section):
    """The numbers to call when something is badly wrong."""

    number: ShortNumber
    advice_line: ShortNumber


class Consent(_Section):
    """What a visitor agrees to before anything is stored."""

    version: Line
    text: Annotated[Words, Field(min_length=20)]


class Handoff(_Section):
    """What happens when a visitor wants a person during opening hours."""

    wait_minutes: Annotated[int, Field(ge=1, le=120)] = 5


class Privacy(_Section):
    """How long things are kept, and on what consent."""

    conversation_days: Annotated[int, Field(ge=1, le=3650)]
    lead_days: Annotated[int, Field(ge=1, le=3650)]
    consent: Consent
    notice: Link | None = None


class Widget(_Section):
    """How the chat looks on the clinic's site."""

    brand_colour: Colour
    text_colour: Colour
    logo_text: Annotated[Line, Field(max_length=30)]
    position: Literal["right", "left"] = "right"
    greeting: Annotated[Line, Field(max_length=80)] | None = None

    @model_validator(mode="after")
    def _readable(self) -> Self:
        contrast = _contrast(self.brand_colour, self.text_colour)
        if contrast < _READABLE_CONTRAST:
            raise ValueError(
                f"text_colour on brand_colour is hard to read (contrast {contrast:.1f}, needed {_READABLE_CONTRAST}); "
                "make one of them darker or lighter"
            )
        return self


class Clinic(_Section):
    """A clinic's profile: valid, complete, and able to tell when the clinic is open."""

    name: Line
    addresses: Annotated[list[Address], Field(min_length=1)]
    phones: Phones
    email: Annotated[Line, AfterValidator(_check_email)]
    website: Link | None = None
    opening_hours: OpeningHours
    holidays: Holidays = Holidays()
    time_zone: Annotated[Line, AfterValidator(_check_zone)]
    region: Annotated[Line, AfterValidator(_check_region)]
    languages: Annotated[list[Literal["en"]], Field(min_length=1, max_length=1)]
    consultation: Consultation
    emergency: Emergency
    answers: dict[str, Words] = {}
    handoff: Handoff = Handoff()
    privacy: Privacy
    widget: Widget

    @field_validator("answers")
    @classmethod
    def _known_topics(cls, answers: dict[str, str]) -> dict[str, str]:
        problems: list[Problem] = []
        for topic in answers:
            if topic not in FAQ_TOPICS:
                mend = closest(topic, FAQ_TOPICS) or f". The topics are {', '.join(FAQ_TOPICS)}"
                problems.append(((topic,), f"is no topic{mend}"))
            elif topic in _NO_OWN_ANSWER:
                problems.append(((topic,), _NO_OWN_ANSWER[topic]))
        if problems:
            raise ProblemsWithin(problems)
        return {topic: " ".join(text.split()) for topic, text in answers.items()}

    @model_validator(mode="after")
    def _numbers_of_the_region(self) -> Self:
        problems: list[Problem] = []
        for field in Phones.model_fields:
            written = getattr(self.phones, field)
            if written is not None and parse_phone(written, self.region) is None:
                mend = f"is no phone number in {self.region}; for one abroad begin with + and the country code"
                problems.append((("phones", field), f"{written} {mend}"))
        number = self.emergency.number
        if not shortnumberinfo.is_emergency_number(number, self.region):
            problems.append((("emergency", "number"), f"{number} is no emergency number in {self.region}"))
        if problems:
            raise ProblemsWithin(problems)
        return self

    @cached_property
    def zone(self) -> ZoneInfo:
        """The clinic's time zone."""
        return ZoneInfo(self.time_zone)

    @cached_property
    def phone(self) -> str:
        """The main phone as E.164."""
        return self._e164(self.phones.main)

    @cached_property
    def out_of_hours_phone(self) -> str | None:
        """The phone for the time when the clinic is closed, as E.164, if it has one."""
        return self._e164(self.phones.out_of_hours) if self.phones.out_of_hours else None

    def _e164(self, written: str) -> str:
        e164 = parse_phone(written, self.region)
        assert e164 is not None, "a Clinic is made of checked numbers"
        return e164

    def answer(self, topic: str) -> str | None:
        """Give the clinic's own answer to a topic, if it wrote one."""
        return self.answers.get(topic)

    def local(self, at: datetime) -> datetime:
        """Give a moment on the clinic's clock; a moment without a time zone is refused."""
        if at.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return at.astimezone(self.zone)

    def closed_because(self, day: date) -> str | None:
        """Say why the ordinary week does not hold on a day: the holiday's name, "" if it has none; None if it holds."""
        for closed in self.holidays.closed_dates:
            if closed.first <= day <= closed.last:
                return closed.reason
        if self._public_holidays is None:
            return None
        name: str | None = self._public_holidays.get(day)
        return name

    @cached_property
    def _public_holidays(self) -> HolidayBase | None:
        if self.holidays.country is None:
            return None
        return country_holidays(self.holidays.country, subdiv=self.holidays.subdivision)

    def hours_on(self, day: date) -> list[tuple[time, time]]:
        """Give the opening and closing times of a date, in order; empty on a day off or a holiday."""
        if self.closed_because(day) is not None:
            return []
        return [(span.opens, span.closes) for span in self.opening_hours.on(day.weekday())]

    def opening_ranges(self, day: date) -> list[OpenRange]:
        """Give the same as moments."""
        return [
            OpenRange(datetime.combine(day, opens, self.zone), datetime.combine(day, closes, self.zone))
            for opens, closes in self.hours_on(day)
        ]

    def is_open(self, at: datetime) -> bool:
        """Tell whether the clinic is open at a moment; the closing minute itself is closed."""
        local = self.local(at)
        return any(it.start <= local < it.end for it in self.opening_ranges(local.date()))

    def next_opening(self, at: datetime) -> datetime | None:
        """Give the first open moment at or after this one, on the clinic's clock; None if there is none for a year."""
        return next((start for start, _ in self._open_from(at)), None)

    def callback_by(self, at: datetime) -> datetime | None:
        """Give the moment, on the clinic's clock, by which a request made now is answered; None: nothing is promised.

        It is rounded up to a quarter of an hour, as people say it, but never beyond closing time.
        """
        if self.consultation.answer_within_hours is None:
            return None
        left = timedelta(hours=self.consultation.answer_within_hours)
        for start, end in self._open_from(at):
            length = end.astimezone(UTC) - start.astimezone(UTC)
            if left <= length:
                return min(_next_quarter((start.astimezone(UTC) + left).astimezone(self.zone)), end)
            left -= length
        return None

    def _open_from(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        local = self.local(at)
        for offset in range(_SEARCH_DAYS):
            for it in self.opening_ranges(local.date() + timedelta(days=offset)):
                if it.end > local:
                    yield max(it.start, local), it.end

    def describe_moment(self, at: datetime) -> str:
        """Give a moment on the clinic's clock as 'Tuesday 24 November 2026 at 3 pm'."""
        local = self.local(at)
        return f"{self.describe_day(local.date())} at {describe_time(local.time())}"

    def describe_day(self, day: date) -> str:
        """Give a date as 'Tuesday 24 November 2026'."""
        return f"{WEEKDAYS[day.weekday()].title()} {day.day} {day:%B} {day.year}"

    def describe_hours(self) -> str:
        """Give the ordinary week as 'Tuesday to Friday 9:30 am to 6 pm, Saturday 10 am to 4 pm; closed on Sunday'."""
        alike: dict[tuple[Span, ...], list[int]] = {}
        for weekday in range(7):
            alike.setdefault(tuple(self.opening_hours.on(weekday)), []).append(weekday)
        closed = alike.pop((), [])
        opened = [f"{_describe_weekdays(days)} {_describe_spans(spans)}" for spans, days in alike.items()]
        return ", ".join(opened) + (f"; closed on {_describe_weekdays(closed)}" if closed else "")

    def describe_weekday(self, weekday: int) -> str:
        """Give the hours of an ordinary weekday (Monday is 0) as '9:30 am to 6 pm'; "" on a day off."""
        spans = self.opening_hours.on(weekday)
        return _describe_spans(spans) if spans else ""

    def describe_date(self, day: date) -> str:
        """Give the hours of a date in the same words; "" on a day off or a holiday."""
        return "" if self.closed_because(day) is not None else self.describe_weekday(day.weekday())

    def describe_closures(self, at: datetime) -> str:
        """Give the coming weeks' holidays as 'Thursday 24 December 2026 to Saturday 2 January 2027'; "" without any."""
        today = self.local(at).date()
        spans: list[list[date]] = []
        unbroken = False
        for day in (today + timedelta(days=offset) for offset in range(_CLOSURES_DAYS)):
            if not self.opening_hours.on(day.weekday()):
                continue  # closed every week: neither begins a holiday nor ends one
            if self.closed_because(day) is None:
                unbroken = False
            elif unbroken:
                spans[-1][1] = day
            else:
                spans.append([day, day])
                unbroken = True
        named = [[self.describe_day(day) for day in dict.fromkeys(span)] for span in spans]
        return ", ".join(" to ".join(days) for days in named)

    def describe_addresses(self) -> str:
        """Give the addresses on one line; with labels where there are several, with directions where there are any."""
        described = []
        for address in self.addresses:
            label = f"{address.label}: " if len(self.addresses) > 1 else ""
            directions = f" ({address.directions.rstrip('.')})" if address.directions else ""
            described.append(label + ", ".join(address.lines) + directions)
        return "; ".join(described)

    def describe_phones(self) -> str:
        """Give the phones for somebody in need: '0161 496 0123, or 07700 900461 out of hours'."""
        main = describe_phone(self.phone, self.region)
        if self.out_of_hours_phone is None:
            return main
        return f"{main}, or {describe_phone(self.out_of_hours_phone, self.region)} out of hours"

    @cached_property
    def wording_values(self) -> dict[str, str]:
        """What the profile fills into any wording, by placeholder (leads.wording.PROFILE_PLACEHOLDERS)."""
        return {
            "clinic_name": self.name,
            "addresses": self.describe_addresses(),
            "phone": describe_phone(self.phone, self.region),
            "phones": self.describe_phones(),
            "email": self.email,
            "hours": self.describe_hours(),
            "emergency": self.emergency.number,
            "advice_line": self.emergency.advice_line,
            "consultation_minutes": str(self.consultation.minutes),
            "days_ahead": str(self.consultation.days_ahead),
            "conversation_days": str(self.privacy.conversation_days),
            "lead_days": str(self.privacy.lead_days),
            "consent_text": self.privacy.consent.text,
        }


def _next_quarter(at: datetime) -> datetime:
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + -(-(at - midnight) // _QUARTER) * _QUARTER


def _describe_weekdays(weekdays: Sequence[int]) -> str:
    in_a_row = weekdays[-1] - weekdays[0] == len(weekdays) - 1
    if in_a_row and len(weekdays) > 2:
        return f"{WEEKDAYS[weekdays[0]].title()} to {WEEKDAYS[weekdays[-1]].title()}"
    return _join([WEEKDAYS[weekday].title() for weekday in weekdays])


def _describe_spans(spans: Sequence[Span]) -> str:
    return _join([f"{describe_time(span.opens)} to {describe_time(span.closes)}" for span in spans])


def _join(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _contrast(one: str, other: str) -> float:
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    def linear(channel: float) -> float:
        return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)

    red, green, blue = (linear(int(colour[start : start + 2], 16) / 255) for start in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def load_clinic(path: Path) -> Clinic:
    """Read a profile; raise ClinicProfileError, with every problem found, if it cannot be used."""
    try:
        document = read_document(path)
    except UnreadableProfileError as error:
        raise ClinicProfileError(path, [str(error)]) from None
    try:
        clinic = Clinic.model_validate(document.content)
    except ValidationError as error:
        names = sorted({name for section in _Section.__subclasses__() for name in section.model_fields})
        raise ClinicProfileError(path, [*document.repeated, *document.explain(error, names)]) from None
    if document.repeated:
        raise ClinicProfileError(path, document.repeated)
    return clinic


class ClinicFile:
    """A profile that follows its file: a change is read at the next look, and a bad one leaves the last good one."""

    def __init__(self, path: Path, report: Callable[[ClinicProfileError], None] | None = None) -> None:
        """Read the profile, or raise ClinicProfileError; later errors go to `report`, once per change of the file."""
        self._path = path
        self._report = report
        self._stamp = self._look()
        self._clinic = load_clinic(path)
        self.error: ClinicProfileError | None = None

    def current(self) -> Clinic:
        """Give the newest profile that can be used."""
        stamp = self._look()
        if stamp != self._stamp:
            self._stamp = stamp
            try:
                self._clinic = load_clinic(self._path)
                self.error = None
            except ClinicProfileError as error:
                self.error = error
                if self._report is not None:
                    self._report(error)
        return self._clinic

    def _look(self) -> tuple[int, int] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size
