"""How a booking asks: its questions, the quick replies under them, its summary, and times as they are read back.

Nothing here changes the draft: what is heard, and what becomes of it, is decided in `leads.booking`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from leads.contacts import show_phone
from leads.draft import Draft
from leads.reading import CONCERNS
from leads.replies import Choice
from leads.times import Calendar, Preference, say_clock, say_time, suggest
from leads.wording import Voice

Ranges = tuple[tuple[datetime, datetime], ...]


@dataclass
class Asking:
    """The words for a draft as it stands."""

    draft: Draft
    voice: Voice
    calendar: Calendar
    now: datetime

    def question(self, asked: str) -> str:
        """The question for what is missing, in the words of the first time."""
        if self.draft.urgent and asked == "consent":
            return self.voice.text("utter_call_back_consent", lines="\n".join(self.summary()))
        if self.draft.urgent and asked in ("name", "contact"):
            return self.voice.text(f"utter_call_back_{asked}")
        if asked == "confirm":
            return self.voice.text("utter_summary", lines="\n".join(self.summary()))
        if asked == "name" and self.draft.someone_else:
            return self.voice.text("utter_whose_name")
        if asked == "contact" and self.draft.someone_else:
            return self.voice.text("utter_ask_contact") + " " + self.voice.text("utter_whose_phone")
        return self.voice.text(f"utter_ask_{asked}")

    def field(self, name: str) -> str:
        """What a field is called."""
        return self.voice.text(f"utter_field_{name}")

    def summary(self) -> Iterator[str]:
        """The lines of the summary, one for each field that is known."""
        draft, voice = self.draft, self.voice
        if draft.name:
            yield voice.text("utter_summary_line_name", name=draft.name)
        if draft.someone_else:
            yield voice.text("utter_summary_line_for", name=shortened(draft.someone_else))
        if draft.someone_else and draft.asker:
            yield voice.text("utter_summary_line_asker", name=draft.asker)
        if draft.asks:
            yield voice.text("utter_summary_line_question", question=shortened(draft.asks))
        if draft.phone:
            yield voice.text("utter_summary_line_phone", phone_number=show_phone(draft.phone))
        if draft.email:
            yield voice.text("utter_summary_line_email", email_address=draft.email)
        if draft.concern_text:
            yield voice.text("utter_summary_line_concern", concern=shortened(draft.concern_text))
        if draft.holds("time") and not draft.urgent:
            yield voice.text("utter_summary_line_time", time=draft.time_said or voice.text("utter_choice_any_time"))
        for remark in draft.remarks:
            yield voice.text("utter_summary_line_remark", text=shortened(remark))
        condition = (draft.consent or {}).get("conditions")
        if condition:
            yield voice.text("utter_summary_line_conditions", text=shortened(condition))

    def open_choices(self) -> tuple[Choice, ...]:
        """The quick replies of the question that is open."""
        if self.draft.asked == "email" and self.draft.offered_email:
            return self.email_choices()
        return tuple(self.choices(self.draft.asked or self.draft.missing()))

    def email_choices(self) -> tuple[Choice, ...]:
        """Yes or no to "did you mean ...?"."""
        return self.choice("email:yes", "yes"), self.choice("email:no", "no")

    def choices(self, asked: str) -> Iterator[Choice]:
        """The quick replies to a question."""
        if asked == "concern":
            for category in (*CONCERNS, "other"):
                yield self.choice(f"concern:{category}", f"concern_{category}")
            yield self.choice("skip:concern", "skip")
        elif asked == "time":
            yield from self.time_choices(suggest(self.now, self.calendar, 2))
        elif asked == "consent":
            yield self.choice("consent:yes", "consent_yes")
            yield self.choice("consent:no", "consent_no")
        elif asked == "confirm":
            yield self.choice("send")
            yield from self.fix_choices()
            yield self.choice("stop")

    def fix_choices(self) -> Iterator[Choice]:
        """What may be changed."""
        yield self.choice("fix:name", "correct_name")
        if self.draft.phone:
            yield self.choice("fix:phone", "correct_phone")
        if self.draft.email:
            yield self.choice("fix:email", "correct_email")
        if not self.draft.is_call_only:
            yield self.choice("fix:concern", "correct_concern")
            yield self.choice("fix:time", "correct_time")

    def choice(self, id_: str, title: str | None = None) -> Choice:
        """A quick reply."""
        return Choice(id_, self.voice.text(f"utter_choice_{title or id_}"))

    def say_wish(self, wish: Preference) -> str:
        """A time that can be, as it is read back."""
        ranges = [(wish.start, wish.end), *wish.others]
        said = ", or ".join(say_time(start, end, self.calendar) for start, end in ranges if start and end)
        if wish.recurring:
            return self.voice.text("utter_time_recurring", words=shortened(wish.text), first=said)
        if wish.excepts:
            return self.voice.text("utter_time_excepting", words=shortened(wish.text), time=said)
        return said

    def why_not(self, wish: Preference) -> str:
        """Why a time cannot be."""
        voice, words = self.voice, quoted(wish.text)
        if wish.verdict == "too_far":
            last = self.now.astimezone(self.calendar.zone).date() + timedelta(days=self.calendar.days_ahead)
            return voice.text("utter_bad_time_too_far", last_day=voice.clinic.describe_day(last))
        ranges = self.calendar.ranges(wish.day) if wish.day else []
        if wish.verdict == "too_late" and ranges:
            values = {"minutes": str(self.calendar.minutes), "closing": say_clock(ranges[-1][1])}
            return voice.text("utter_bad_time_too_late", time=words, **values)
        known = wish.verdict if wish.verdict in ("past", "impossible") else "closed"
        return voice.text(f"utter_bad_time_{known}", time=words)

    def offered_times(self, offers: Ranges, key: str) -> str:
        """Open times to choose from: `key`: `utter_time_offer`, `utter_time_pick`, `utter_time_which` (was meant)."""
        if key == "utter_time_offer" and len(offers) == 1:
            key = "utter_time_offer_one"
        between = "; " if key == "utter_time_offer" else ", or "
        return self.voice.text(key, options=between.join(say_time(start, end, self.calendar) for start, end in offers))

    def time_choices(self, offers: Ranges) -> Iterator[Choice]:
        """These times as quick replies."""
        for start, end in offers:
            yield Choice(f"time:{start.isoformat()}/{end.isoformat()}", say_time(start, end, self.calendar))
        yield self.choice("time:any", "any_time")


def shortened(text: str, longest: int = 160) -> str:
    """The text in one line, cut where it is too long to be repeated."""
    flat = re.sub(r"\s+", " ", text).strip()
    return flat if len(flat) <= longest else flat[: longest - 1] + "…"


def quoted(text: str) -> str:
    """The visitor's words in quotation marks."""
    return f'"{shortened(text, 60)}"'
