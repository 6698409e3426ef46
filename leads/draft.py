"""A booking that is not a lead yet. It lives in the conversation's row, never in Rasa's slots."""

from dataclasses import asdict, dataclass, field, fields
from datetime import date, datetime
from typing import Any, Literal

FIELDS = ("name", "contact", "concern", "time", "consent", "confirm")
"""What a booking needs, in the order in which it is asked."""


@dataclass
class Draft:
    """What a visitor has told so far. Times are ISO 8601 with offset; `number` counts the bookings of a "
    "conversation."""

    number: int = 1
    state: Literal["idle", "open", "paused"] = "idle"
    name: str | None = None
    phone: str | None = None
    email: str | None = None
    concern_category: str | None = None
    concern_text: str | None = None
    concern_skipped: bool = False
    time_text: str | None = None
    time_start: str | None = None
    time_end: str | None = None
    time_said: str | None = None  # as it was read back
    time_any: bool = False
    time_day: str | None = None  # the day named last, also where its hour could not be
    offered_times: list[list[str]] = field(default_factory=list)  # start and end of each that was offered last
    someone_else: str | None = None
    asker: str | None = None  # who asks for somebody else
    mentioned: str | None = None  # of whom was spoken: "my wife"
    second: dict[str, str] | None = None  # who is to have a request after this one: {"whom", "name", "phone", "remark"}
    minor: bool = False
    urgent: bool = False  # no consultation but an urgent call-back: neither concern nor time is asked
    asks: str | None = None  # the question that is passed on, where no consultation is wanted
    no_phone: bool = False
    no_email: bool = False
    contact_wishes: list[str] = field(default_factory=list)  # how to get in touch, in the visitor's words
    remarks: list[str] = field(default_factory=list)  # what else staff must know, in the visitor's words
    consent: dict[str, Any] | None = None
    asked: str | None = None
    tries: dict[str, int] = field(default_factory=dict)
    offered_email: str | None = None  # "did you mean ...?"
    amends: str | None = None  # the reference of the lead that is being changed
    touched_at: str | None = None
    told: list[str] = field(default_factory=list)  # every value ever told, so that all of them can be forgotten

    @classmethod
    def from_json(cls, kept: dict[str, Any] | None) -> "Draft":
        """Read a kept draft; keys of other versions are ignored."""
        known = {one.name for one in fields(cls)}
        return cls(**{key: value for key, value in (kept or {}).items() if key in known})

    def as_json(self) -> dict[str, Any]:
        """What is kept."""
        return asdict(self)

    @property
    def is_open(self) -> bool:
        """Whether the visitor's next words belong to this booking."""
        return self.state == "open"

    @property
    def is_call_only(self) -> bool:
        """Whether no consultation is wanted: the clinic has to get in touch, and neither concern nor time is asked."""
        return self.urgent or self.asks is not None

    @property
    def has_contact(self) -> bool:
        """Whether the clinic could reach the visitor."""
        return bool(self.phone or self.email)

    @property
    def has_consent(self) -> bool:
        """Whether the visitor agreed."""
        return bool(self.consent and self.consent.get("given"))

    @property
    def named_day(self) -> date | None:
        """The day that was named last, where it was one."""
        return date.fromisoformat(self.time_day) if self.time_day else None

    def holds(self, name: str) -> bool:
        """Whether there is a value of a field that was asked for again."""
        return bool(self.time_start or self.time_any) if name == "time" else bool(getattr(self, name, None))

    def missing(self) -> str:
        """The next thing to ask; `confirm` when everything is there."""
        if self.urgent and not self.has_contact:  # the number first: everything else can wait
            return "email" if self.no_phone else "phone" if self.no_email else "contact"
        if not self.name:
            return "name"
        if not self.has_contact:
            return "email" if self.no_phone else "phone" if self.no_email else "contact"
        if not self.is_call_only and not self.concern_category and not self.concern_skipped:
            return "concern"
        if not self.is_call_only and not self.time_start and not self.time_any:
            return "time"
        return "consent" if not self.has_consent else "confirm"

    def set_time(
        self, text: str, start: datetime | None, end: datetime | None, said: str | None, day: date | None = None
    ) -> None:
        """Keep a preferred time; without start and end it is "any time". `day`: the one day it names."""
        self.time_day, self.offered_times = day.isoformat() if day else None, []
        self.time_text, self.time_said = text, said
        self.time_start = start.isoformat() if start else None
        self.time_end = end.isoformat() if end else None
        self.time_any = start is None

    def become_call_back(self) -> None:
        """No consultation is asked for but an urgent call-back; what it was to be about goes along as a remark."""
        if self.concern_text and self.concern_text not in self.remarks:
            self.remarks.append(self.concern_text)
        self.urgent = True
        self.concern_category, self.concern_text, self.concern_skipped = None, None, False
        self.time_text = self.time_start = self.time_end = self.time_said = None
        self.time_any = self.no_phone = self.no_email = False
        self.consent, self.asked, self.tries = None, None, {}

    def become_consultation(self) -> None:
        """It is a consultation again; the agreement was to something else."""
        self.urgent, self.concern_text, self.consent, self.asked = False, None, None, None
