"""What comes in and goes out as JSON. The OpenAPI document is made of these; docs/api.md says the same in words."""

import unicodedata
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from fastapi import Header
from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from leads.texts import clean

LONGEST_TEXT = 2000
LONGEST_PAGE = 2000


def _said(text: str) -> str:
    text = clean(text)
    if not text:
        raise ValueError("write at least one character")
    if len(text) > LONGEST_TEXT:
        raise ValueError(f"write at most {LONGEST_TEXT} characters")
    return text


TURNING = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
"""Unicode's classes of characters that change the direction of the text after them."""


def _line(text: str) -> str:
    text = " ".join(clean(text).split())
    if not text:
        raise ValueError("write at least one character")
    if len(text) > 200:
        raise ValueError("write at most 200 characters")
    return text


def _shown_name(text: str) -> str:
    """Without what turns the text around it (U+202E and its like): visitors see it beside our own words."""
    return _line("".join(it for it in text if unicodedata.bidirectional(it) not in TURNING))


def _page(url: str) -> str:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise ValueError("write the address of a web page, such as https://clinic.example/smp") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        raise ValueError("write the address of a web page, such as https://clinic.example/smp")
    if len(url) > LONGEST_PAGE or not url.isprintable() or " " in url:
        raise ValueError(f"write at most {LONGEST_PAGE} characters, without blanks")
    return url


IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        max_length=255,
        pattern=r"^[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?$",
        description="1 to 255 printable ASCII characters",
        examples=["4f1c9a"],
    ),
]

# The bounds that JSON Schema can say stand in Field; the checks count after trimming and say it in our words.
Text = Annotated[
    str, AfterValidator(_said), Field(json_schema_extra={"minLength": 1}, description="1 to 2000 characters, trimmed")
]
Line = Annotated[
    str, AfterValidator(_line), Field(json_schema_extra={"minLength": 1}, description="1 to 200 characters, trimmed")
]
Name = Annotated[
    str, AfterValidator(_shown_name), Field(json_schema_extra={"minLength": 1}, description="1 to 200 characters")
]
Page = Annotated[
    str,
    AfterValidator(_page),
    Field(json_schema_extra={"format": "uri"}, description="http or https, up to 2000 characters"),
]
AsksFor = Literal["name", "contact", "phone", "email", "concern", "time", "consent", "confirm"]
Author = Literal["bot", "staff", "visitor"]
State = Literal["bot", "waiting", "person"]
Status = Literal["new", "contacted", "confirmed", "closed", "incomplete"]
QuestionStatus = Literal["open", "answered", "dismissed"]


Short = Annotated[str, AfterValidator(clean)]
Choosable = Annotated[str, AfterValidator(clean), Field(min_length=1, max_length=120)]


class Said(BaseModel):
    """What comes in from visitors. Unknown fields are left alone, so that an older server takes a newer widget."""

    model_config = ConfigDict(extra="ignore")


class Strict(BaseModel):
    """What comes in from staff and their programs; a mistyped field is told."""

    model_config = ConfigDict(extra="forbid")


# --- visitors ---------------------------------------------------------------------------------------------------------


class Start(Said):
    """A visitor opens the chat."""

    page: Page | None = None


class Post(Said):
    """What a visitor says: exactly one of the two."""

    text: Text | None = None
    choice: Choosable | None = None

    model_config = ConfigDict(
        extra="ignore",
        json_schema_extra={"examples": [{"text": "How long does it last?"}, {"choice": "topic:price"}]},
    )

    @model_validator(mode="before")
    @classmethod
    def _object(cls, value: object) -> object:
        if not isinstance(value, dict):
            raise ValueError("send a JSON object with text or choice")
        return value

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if (self.text is None) == (self.choice is None):
            raise ValueError("send exactly one of text and choice")
        return self


class Feedback(Said):
    """Whether an answer helped."""

    helpful: Annotated[bool, Field(strict=True)]


class Contact(Said):
    """What a visitor leaves while the assistant is down."""

    name: Line
    phone: Annotated[Short, Field(max_length=100)] | None = None
    email: Annotated[Short, Field(max_length=320)] | None = None
    text: Text
    consent: Annotated[bool, Field(strict=True, json_schema_extra={"const": True})]
    page: Page | None = None


class Choice(BaseModel):
    """A quick reply. A "did you mean" choice names its topic."""

    id: str
    title: str
    topic: str | None = None


class Message(BaseModel):
    """One message of a conversation."""

    id: str
    author: Author
    at: str = Field(json_schema_extra={"format": "date-time"})
    text: str
    choices: list[Choice]
    asks_for: AsksFor | None
    topics: list[str]
    sources: list[str]
    staff: str | None = Field(None, description="who wrote it, where author is staff")
    key: str | None = Field(None, description="the Idempotency-Key it was sent with, where author is visitor")
    helpful: bool | None = Field(None, description="the visitor's thumb, once given")

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "id": "m_0f8a2c",
                "author": "bot",
                "at": "2026-11-24T10:15:30.120000+00:00",
                "text": "On average it lasts four to six years.",
                "choices": [{"id": "book", "title": "Book a free consultation"}],
                "asks_for": None,
                "topics": ["longevity"],
                "sources": ["F21"],
            }
        }
    )


class Opened(BaseModel):
    """A new conversation. The token is told this once."""

    id: str
    token: str
    messages: list[Message]


class Talk(BaseModel):
    """Messages, and who answers in this conversation now."""

    messages: list[Message]
    state: State
    staff: str | None = Field(description="who writes, while state is person")


class Brand(BaseModel):
    """The clinic's colours and the letters on the button."""

    accent: str
    accent_text: str
    logo_text: str


class WidgetProfile(BaseModel):
    """What the widget needs to know of the clinic."""

    clinic: str
    phone: str
    email: str
    brand: Brand
    position: Literal["left", "right"]
    greeting: str | None
    strings: dict[str, str]
    privacy_notice: str
    consent: str
    contact_form: bool


class Fact(BaseModel):
    """One claim of the document in our own words."""

    id: str
    section: str
    text: str


class Facts(BaseModel):
    """All facts that answers rest on."""

    facts: list[Fact]


class Left(BaseModel):
    """A request that was left; the reference is what the clinic knows it by."""

    reference: str


# --- staff ------------------------------------------------------------------------------------------------------------


class Concern(BaseModel):
    """What it is about."""

    category: Literal["pattern_baldness", "receding_hairline", "scars_and_patches", "other"] | None
    text: str | None


class PreferredTime(BaseModel):
    """When the visitor would like to come; start and end are null where there is no preference."""

    text: str | None
    start: str | None
    end: str | None
    timezone: str


class Span(BaseModel):
    """A time agreed with the clinic; null where none is."""

    start: str | None
    end: str | None


class Consent(BaseModel):
    """What the visitor agreed to, in the words shown to them."""

    given: bool | None
    text: str | None
    version: str | None
    at: str | None
    conditions: str | None = Field(default=None, description="On what condition, in the visitor's words")


class DeliveryState(BaseModel):
    """How telling somebody about the lead went."""

    id: str
    channel: str
    event: str
    state: str
    attempts: int
    last_error: str | None
    request: str | None
    """The X-Request-ID it came of: what to search the logs for."""
    at: str | None


class Lead(BaseModel):
    """A consultation request."""

    reference: str
    status: Status
    created_at: str
    updated_at: str
    name: str | None
    phone: str | None
    email: str | None
    concern: Concern
    preferred_time: PreferredTime
    confirmed_time: Span
    consent: Consent
    for_someone_else: bool
    for_whom: str | None = Field(default=None, description="Whom it is for, in the visitor's words: my dad")
    asked_by: str | None = Field(default=None, description="The name of who asks for them, where it was told")
    remarks: list[str] = Field(default=[], description="What else staff must know, in the visitor's words")
    questions: list[Any]
    open_questions: list[str]
    urgent: bool
    conversation: str | None
    page: str | None
    assignee: str | None
    notes: list[dict[str, Any]]
    deliveries: list[DeliveryState]


class Leads(BaseModel):
    """A page of leads, newest first; `next` is the `after` of the following page."""

    leads: list[Lead]
    next: str | None


def _written_out(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError("write it like 2026-12-01T14:00:00+00:00")
    return value


Moment = Annotated[AwareDatetime, BeforeValidator(_written_out)]
"""ISO 8601 with the offset from UTC; not the seconds since 1970 that the library would take as well."""


class ConfirmedTime(Strict):
    """From when to when, each with its offset from UTC."""

    start: Moment
    end: Moment


class LeadPatch(Strict):
    """What staff change: any of them. A time is agreed on or called off as in the desk: the visitor hears of it."""

    status: Status | None = Field(None, description="null: as it is")
    assignee: Annotated[Short, Field(max_length=200)] | None = Field(None, description="null: nobody")
    note: Text | None = Field(None, description="null: none")
    confirmed_time: ConfirmedTime | None = Field(
        None,
        description="agreed on with the visitor, who gets a confirmation; null: called off, and the lead is closed",
    )

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"status": "contacted", "note": "Called, will ring back."}}
    )

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("send at least one of status, assignee, note and confirmed_time")
        if self.status and "confirmed_time" in self.model_fields_set:
            raise ValueError("send status or confirmed_time: a time sets the status itself")
        return self


class Waiting(BaseModel):
    """Who waits for the answer to a question."""

    conversation: str
    wanted: bool = Field(description="the visitor asked that the question be passed on")
    lead: str | None
    name: str | None


class OpenQuestion(BaseModel):
    """A question nobody could answer."""

    id: str
    text: str
    topic: str
    status: QuestionStatus
    asked_at: str
    waiting: Waiting


class OpenQuestions(BaseModel):
    """A page of open questions, newest first."""

    open_questions: list[OpenQuestion]
    next: str | None


class ConversationSummary(BaseModel):
    """A conversation without what was said in it."""

    id: str
    state: State
    staff: str | None
    urgent: bool = Field(description="something is wrong after treatment and nobody of the clinic has seen it")
    urgent_at: str | None
    waiting_since: str | None
    created_at: str
    updated_at: str
    page: str | None


class TakeOver(Strict):
    """Who takes a conversation over; only for the API key, behind which may be anybody."""

    name: Name | None = Field(None, description="as the visitor sees it")


class AnswerTo(Strict):
    """What staff answer to an open question."""

    text: Text
    publish: Annotated[bool, Field(strict=True)] = Field(
        False, description="give it to everybody who asks the same from now on"
    )
    question: Line | None = Field(None, description="the question in staff's own words")

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"text": "Yes, behind the house.", "publish": True}}
    )


class Taught(BaseModel):
    """An answer that was given: to which questions, and in which conversations it now stands."""

    answer: str
    question: str
    text: str
    published: bool
    answered: list[str]
    conversations: list[str]


class Conversations(BaseModel):
    """A page of conversations."""

    conversations: list[ConversationSummary]
    next: str | None


# --- health and refusals ----------------------------------------------------------------------------------------------


class Alive(BaseModel):
    """The process lives."""

    status: Literal["alive"]


class Ready(BaseModel):
    """Everything a visitor needs answers. `degraded`: they are answered, but staff are told late."""

    status: Literal["ready", "degraded"]
    parts: dict[str, bool]


class FieldError(BaseModel):
    """What is wrong with one field."""

    field: str
    message: str


class ProblemShape(BaseModel):
    """A refusal (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    request_id: str | None = None
    errors: list[FieldError] | None = None

    model_config = ConfigDict(title="Problem")
