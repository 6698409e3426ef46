"""The booking that a good receptionist would take: what a message changes, and what to say and ask next.

Pure decisions on a `Draft`: nothing is stored, sent or parsed here. `Booking.hear` and `Booking.choose` change the
draft; `Booking.ask` is the next question with all acknowledgements in front of it.
"""

import difflib
import re
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from leads.asking import Asking, Ranges, shortened
from leads.clinic import Clinic
from leads.contacts import Found, change_ending, parse_email, show_phone
from leads.draft import Draft
from leads.reading import CONCERNS, Reading
from leads.reading.concerns import LONGEST_CONCERN
from leads.reading.whom import PRONOUNS, SOMEBODY, meant_by
from leads.replies import Choice, Notes, Reply
from leads.times import Calendar, Preference, completed, on_day, read_time, say_time, suggest
from leads.wording import Voice

MOST_TRIES = 3
"""How often one thing is asked before there is a way on."""

_SOONEST = re.compile(
    r"\b(?:as soon as|asap|soon(?:est)?|earliest|first available|next available|next slot|straight ?away"
    r"|right away|immediately|sooner the better)\b",
    re.I,
)
_SENDS = re.compile(
    r"^\W*(?:(?:just|please|pls|ok|okay|yes|then|so|no)\W+)*(?:send|submit)(?: (?:it|that|this|off|now|then"
    r"|please|pls|anyway|as it is|the request))*\W*$",
    re.I,
)
_NUMBERS = (("first", "1st", "1", "one"), ("second", "2nd", "2", "two"), ("third", "3rd", "3", "three"))
_PICKS = re.compile(
    r"\W*(?:(?:ok|okay|yes|yeah|yep|sure|please|pls|great|i'?ll (?:take|have|go (?:for|with))|i'?d (?:like|take|prefer)"
    r"|let'?s (?:go (?:for|with)|do|say|take)|go (?:for|with)|take|can i (?:have|take|do)|the|number|option|no\.?)\W+)*"
    r"(first|second|third|1st|2nd|3rd|[123]|one|two|three|last|latter|former)\b(?:\W+(?:one|option|time|slot|of"
    r"|them|those|these|is|works|would|will|do|be|good|fine|great|perfect|suits|me|please|pls|thanks|thank|you|then"
    r"|ok))*\W*",
    re.I,
)
_PLAIN_YES = re.compile(
    r"\W*(?:(?:yes|yeah|yep|yup|ya|ye|y|ok|okay|sure|fine|great|perfect|good|lovely|please|pls|thanks|thank|you|that"
    r"|that'?s|it|works?|suits?|me|would|will|do|be|is|then|for|go|with|take|i'?ll|book|sounds|brilliant|cool|all|right"
    r"|alright|absolutely|definitely|oh|one)\W*)+",
    re.I,
)
Ending = Literal["send", "no_consent", "withdrawn", "no_contact", "no_name", "stopped"]
GIVEN_UP: dict[str, Ending] = {
    "name": "no_name",
    "contact": "no_contact",
    "phone": "no_contact",
    "email": "no_contact",
}
"""How a booking ends where one of these was asked for in vain."""


def calendar_of(clinic: Clinic) -> Calendar:
    """The clinic's hours in the form that `leads.times` decides by."""
    return Calendar(
        zone=ZoneInfo(clinic.time_zone),
        hours=lambda day: [(it.start.time(), it.end.time()) for it in clinic.opening_ranges(day)],
        days_ahead=clinic.consultation.days_ahead,
        minutes=clinic.consultation.minutes,
        day_first=clinic.region != "US",
    )


@dataclass
class Booking:
    """One turn of a booking. `ending` is set when the visitor's words end it; who calls must then store or forget."""

    draft: Draft
    voice: Voice
    calendar: Calendar
    now: datetime
    notes: Notes = field(default_factory=Notes)
    ending: Ending | None = None
    again: str | None = None  # the key of the question, where it must be put in other words
    extra: tuple[Choice, ...] = ()  # choices that belong to `again`
    values: dict[str, str] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.asking = Asking(self.draft, self.voice, self.calendar, self.now)

    # --- hearing ------------------------------------------------------------------------------------------------------

    def hear(self, reading: Reading) -> None:
        """Take everything that a message tells; decide about what was asked if it told nothing of that."""
        asked = self.draft.asked
        if self._hear_withdrawal(reading) or self._hear_ok_to_waiting(reading):
            return
        if reading.leaves and not reading.has_detail and asked and asked != "confirm" and self.draft.holds(asked):
            self.draft.asked = None  # asked for another value and then thought better of it
            return
        if asked == "email" and self.draft.offered_email and self._hear_offered_email(reading):
            return
        if self._hear_removal(reading):
            return
        picked = self._picked(reading) if asked == "time" else None
        self.take_details(replace(reading, time=None) if picked else reading)
        if picked:
            self.take_time(say_time(*picked, self.calendar), *picked)
        self._drop_replaced(reading)
        self._hear_condition(reading, asked)
        if asked and self._still_open(asked, reading):
            self._hear_about(asked, reading)

    def _hear_ok_to_waiting(self, reading: Reading) -> bool:
        """ "Ok, thanks" to "nothing is sent until you say so" takes note of that; a firmer yes is one."""
        draft, self.draft.put_off = self.draft, False if reading.firm else self.draft.put_off
        if not draft.put_off or draft.asked not in ("consent", "confirm") or not reading.yes or reading.has_detail:
            return False
        self.again = "utter_not_sent" if draft.asked == "confirm" else "utter_take_your_time_booking"
        return True

    def _hear_removal(self, reading: Reading) -> bool:
        """ "Take my number out": done where there is another way to reach the visitor, else asked for another value."""
        draft = self.draft
        named = [name for name in ("phone", "email") if name in reading.fields and getattr(draft, name)]
        if not (reading.removes and named) or reading.phones or reading.emails or reading.ending:
            return False
        if len(named) == 1 and draft.phone and draft.email:
            setattr(draft, named[0], None)
            self.notes.add(self.voice.text("utter_removed", field=self.asking.field(named[0])))
            draft.asked = None
        else:
            self.reopen(named[0])
        return True

    def _drop_replaced(self, reading: Reading) -> None:
        """ "E-mail is better, me@example.com, and drop the phone": what stands there for the other goes."""
        for name, other in (("phone", "email"), ("email", "phone")):
            replaced = other in self.changed and name not in self.changed and getattr(self.draft, name)
            if reading.dropped == {name} and replaced:
                setattr(self.draft, name, None)
                self.notes.add(self.voice.text("utter_removed", field=self.asking.field(name)))

    def _still_open(self, asked: str, reading: Reading) -> bool:
        """Whether the question is still unanswered and the message was an attempt at it, not an aside."""
        if self.again is not None or self.ending:
            return False
        if asked in ("consent", "confirm"):
            return True
        if self.changed & {"whom", "contact_wish", "remark"} and (reading.no or reading.refuses):
            return False  # "no, it's for my brother", "no calls please"
        if asked in self.changed or (asked == "contact" and self.changed & {"phone", "email"}):
            return False
        aside = reading.questions or self.changed
        attempt = reading.refuses or (asked in ("contact", "phone", "email") and (reading.no or reading.yes))
        return bool(attempt or not aside)

    def take_details(self, reading: Reading) -> None:
        """Keep every detail, whatever was asked; a bad new value leaves the good old one."""
        draft = self.draft
        self.draft.mentioned = reading.mentioned or self.draft.mentioned
        self._take_somebody_else(reading)
        self._take_second(reading)
        if reading.minor and not draft.minor:
            draft.minor = True
            self.notes.add(self.voice.text("utter_minor"))
        if reading.contact_wish:
            self._take_contact_wish(reading.contact_wish)
        if reading.remark and reading.remark not in draft.remarks:
            draft.remarks.append(reading.remark)
            draft.told.append(reading.remark)
            self.changed.add("remark")
            self.notes.add(self.voice.text("utter_remark", text=shortened(reading.remark)))
        if reading.name:
            self._set("name", _mended_name(self.draft.name, reading.name, surname=reading.surname))
        self._take_phones(reading)
        self._take_emails(reading.emails)
        if reading.concern:
            self._take_concern(*reading.concern, adds=reading.adds_concern)
        if reading.time:
            self._take_time(reading.time)

    def _take_concern(self, category: str, words: str, *, adds: bool) -> None:
        """Keep what it is about; what is told beside it stands beside it, and the later one decides the category."""
        before = self.draft.concern_text
        if not adds or not before or not (self.draft.asked or self.draft.amends):
            return self._set("concern", words, category)
        if words.lower() not in before.lower():
            category = (self.draft.concern_category or category) if category == "other" else category
            self._set("concern", f"{before}; {words}"[:LONGEST_CONCERN], category)

    def _take_somebody_else(self, reading: Reading) -> None:
        """Keep whom it is for, and who asks: told now, or the name that stood there until another one came."""
        draft = self.draft
        if reading.for_self:
            return self._take_for_self(reading)
        if reading.asker and reading.asker != draft.asker:
            draft.asker = reading.asker
            draft.told.append(reading.asker)
            self.changed.add("asker")
            self.notes.add(self.voice.text("utter_asker_noted", name=reading.asker))
        if draft.second and reading.someone_else in PRONOUNS:
            return  # "07700 900302 for him": of the two, not of this request
        if reading.someone_else and draft.someone_else:
            self._name_whom(reading.someone_else)
        if not reading.someone_else or draft.someone_else:
            return
        whom = reading.someone_else
        draft.someone_else = meant_by(whom, draft.mentioned) if whom in (*PRONOUNS, SOMEBODY) else whom
        self.changed.add("whom")
        if reading.name and reading.name != draft.name:
            draft.asker = draft.asker or draft.name
        if draft.asked and draft.asked != "name":
            self.notes.add(self.voice.text("utter_for_someone_else"))

    def _name_whom(self, whom: str) -> None:
        """ "It's for somebody else", and later "my dad": the more telling one stays."""
        if self.draft.someone_else == SOMEBODY and whom not in PRONOUNS:
            self.draft.someone_else = whom

    def _take_for_self(self, reading: Reading) -> None:
        """ "It's for me": nobody else is noted any longer; of two consultations the visitor's own comes first."""
        draft = self.draft
        if reading.someone_else:
            if draft.second is None:
                self.notes.add(self.voice.text("utter_one_at_a_time"))
                whom = reading.someone_else
                draft.second = {"whom": meant_by(whom, draft.mentioned) if whom in (*PRONOUNS, SOMEBODY) else whom}
            if draft.someone_else:
                draft.name, draft.someone_else, draft.asker = draft.asker, None, None
        elif draft.someone_else:
            self.notes.add(self.voice.text("utter_for_yourself"))
            draft.name, draft.someone_else, draft.asker = draft.asker, None, None
            self.changed.add("whom")

    def _take_second(self, reading: Reading) -> None:
        """Keep who else wants to come as a remark, so that staff know of them whatever becomes of a second request."""
        draft, told = self.draft, reading.second
        if draft.second is None:
            return
        for key, value in (("name", told.name), ("phone", told.phone)):
            if value and draft.second.get(key) != value:
                draft.second[key] = value
                draft.told.append(value)
                self.changed.add("second")
        shown = [draft.second.get("whom"), draft.second.get("name"), show_phone(draft.second.get("phone") or "")]
        remark = self.voice.text("utter_remark_second", who=", ".join(filter(None, shown)))
        before = draft.second.get("remark")
        draft.remarks = [*(one for one in draft.remarks if one != before), remark]
        draft.second["remark"] = remark
        if "second" in self.changed:
            self.notes.add(self.voice.text("utter_second_noted", who=draft.second.get("name") or draft.second["whom"]))

    def _take_contact_wish(self, wish: str) -> None:
        """Keep how to get in touch; the consent, once given, carries it to the clinic."""
        draft = self.draft
        if wish in draft.contact_wishes:
            return
        draft.contact_wishes.append(wish)
        draft.told.append(wish)
        self._add_condition(wish)
        self.changed.add("contact_wish")
        self.notes.add(self.voice.text("utter_contact_wish", text=shortened(wish)))

    def _set(self, name: str, value: str, category: str | None = None) -> None:
        """Keep a value and, where it replaces another, say so."""
        draft = self.draft
        column = "concern_text" if name == "concern" else name
        before = getattr(draft, column)
        setattr(draft, column, value)
        if name == "concern":
            draft.concern_category, draft.concern_skipped = category, False
        self.changed.add(name)
        draft.tries.pop(name, None)
        if value not in draft.told:
            draft.told.append(value)
        shown = show_phone(value) if name == "phone" else shortened(value, 80)
        if before and before != value and draft.asked:  # else nobody has seen the old value yet
            self.notes.add(self.voice.text("utter_changed", field=self.asking.field(name), value=shown))
        elif not before and name in ("phone", "email") and draft.asked in ("concern", "time", "consent", "confirm"):
            self.notes.add(self.voice.text("utter_added", field=self.asking.field(name), value=shown))

    def _take_phones(self, reading: Reading) -> None:
        draft = self.draft
        good = [found for found in reading.phones if found.value]
        if good:
            chosen = good[-1] if reading.corrects else good[0]
            self._set("phone", str(chosen.value))
            draft.no_phone = False
        elif reading.ending and draft.phone:
            mended = change_ending(draft.phone, reading.ending)
            if mended:
                self._set("phone", mended)
            else:
                self._refuse_value("phone", "utter_bad_phone", reading.ending)
        elif reading.phones and (draft.asked in ("contact", "phone") or "phone" in reading.fields or reading.corrects):
            self._refuse_value("phone", "utter_bad_phone", reading.phones[0].raw)

    def _take_emails(self, emails: list[Found]) -> None:
        draft = self.draft
        good = [found for found in emails if found.value]
        meant = next((found for found in emails if found.suggestion), None)
        if meant and meant.suggestion != draft.offered_email:
            draft.offered_email = meant.suggestion
            if not draft.email:
                draft.email = meant.value
            draft.asked = "email"
            self.again = "utter_email_typo"
            self.values = {"value": meant.raw, "suggestion": meant.suggestion or ""}
            self.extra = self.asking.email_choices()
        elif good:
            self._set("email", str(good[-1].value))
            draft.no_email, draft.offered_email = False, None
        elif emails:
            self._refuse_value("email", "utter_bad_email", emails[0].raw)

    def _refuse_value(self, name: str, key: str, raw: str) -> None:
        """A value that cannot be: the old one stays and is said; without an old one it is asked again."""
        draft, shown = self.draft, shortened(raw, 60)
        old = getattr(draft, name)
        if old:
            kept = show_phone(old) if name == "phone" else old
            self.notes.add(self.voice.text("utter_kept_old", value=shown, field=self.asking.field(name), kept=kept))
            if draft.asked == name:
                self._ask_or_leave(name)
            else:
                self.changed.add("nothing")
        elif not draft.has_contact or draft.asked in (name, "contact"):
            self.notes.add(self.voice.text(key, value=shown))
            self._fail(draft.asked if draft.asked in ("contact", name) else name, said=True)

    def _ask_or_leave(self, name: str) -> None:
        """After a bad new value for a field that has an old one: another try, and after the last the old one stays."""
        tries = self.draft.tries
        tries[name] = tries.get(name, 0) + 1
        if tries[name] >= MOST_TRIES:
            tries.pop(name)
            self.draft.asked, self.again = None, None
        else:
            self.reopen(name)

    def _hear_offered_email(self, reading: Reading) -> bool:
        """The answer to "did you mean ...@gmail.com?"."""
        offered = self.draft.offered_email
        if reading.emails or reading.phones or reading.questions or not (reading.yes or reading.no):
            return False
        self.choose_email(reading.yes)
        return offered is not None

    def choose_email(self, take: bool) -> None:
        """Take the suggested address, or keep what was typed where that can be one."""
        draft = self.draft
        offered, draft.offered_email = draft.offered_email, None
        if take and offered:
            draft.email = offered
            self.changed.add("email")
        elif draft.email and parse_email(draft.email):
            self.changed.add("email")
        else:
            draft.email = None
            draft.asked = "email"
            self.again = "utter_reask_email"

    def _take_time(self, wish: Preference) -> None:
        draft, wish = self.draft, self._on_named_day(wish)
        if wish.verdict == "any":
            soonest = self.voice.text("utter_time_soonest") if _SOONEST.search(wish.text) else None
            draft.set_time(wish.text, None, None, soonest)
            self.changed.add("time")
            self.notes.add(self.voice.text("utter_time_as_soon" if soonest else "utter_time_any"))
        elif wish.verdict == "ok" and wish.start and wish.end:
            self.take_time(wish.text, wish.start, wish.end, self.asking.say_wish(wish), wish.day)
        else:
            self._explain_time(wish)

    def _on_named_day(self, wish: Preference) -> Preference:
        """An hour alone is one of the day that was named before: "Wednesday", then "3pm", or "make it 3.30"."""
        draft = self.draft
        if not wish.dayless:
            return wish
        if draft.named_day:
            return self._said_with(on_day(wish, draft.named_day, self.now, self.calendar), draft.named_day)
        if not draft.time_start or not draft.time_end or not draft.time_text:
            return wish
        start, end = (
            datetime.fromisoformat(at).astimezone(self.calendar.zone) for at in (draft.time_start, draft.time_end)
        )
        before = read_time(draft.time_text, self.now, self.calendar)
        if before and (before.recurring or before.others):
            known = (before.start, before.end) == (start, end)
            found = completed(before, wish, self.now, self.calendar) if known else wish
            return replace(found, text=f"{before.text}, {wish.text}") if known else wish
        if start.date() != end.date():
            return wish
        return self._said_with(on_day(wish, start.date(), self.now, self.calendar), start.date())

    def _said_with(self, wish: Preference, day: date) -> Preference:
        """The time in words that name its day as well."""
        return replace(wish, text=f"{self.voice.clinic.describe_day(day)}, {wish.text}")

    def _picked(self, reading: Reading) -> tuple[datetime, datetime] | None:
        """Which of the times offered last is meant: "the second one", its day, or a plain yes to the only one."""
        offers = [(datetime.fromisoformat(a), datetime.fromisoformat(b)) for a, b in self.draft.offered_times]
        offers = [
            (a.astimezone(self.calendar.zone), b.astimezone(self.calendar.zone)) for a, b in offers if a > self.now
        ]
        named = _PICKS.fullmatch(reading.text)
        if named and offers:
            index = {"last": len(offers) - 1, "latter": len(offers) - 1, "former": 0}.get(named[1].lower())
            number = next((at for at, names in enumerate(_NUMBERS) if named[1].lower() in names), len(offers))
            index = number if index is None else index
            return offers[index] if index < len(offers) else None
        wish = reading.time
        if wish and wish.verdict == "ok" and wish.all_day and wish.day and not wish.others:
            # "Thursday" is the one that was offered, and the part of it: not the one of this week
            loose = wish.wishes is not None and all(
                one.days and one.days.kind == "weekday" for one in wish.wishes.wanted
            )
            same = [one for one in offers if one[0].date() == wish.day]
            alike = [one for one in offers if loose and one[0].weekday() == wish.day.weekday()]
            return next(iter((*same, *alike)), None)
        only = len(offers) == 1 and reading.yes and not (reading.time or reading.questions or reading.conditions)
        return offers[0] if only and _PLAIN_YES.fullmatch(reading.text) else None

    def take_time(
        self, text: str, start: datetime, end: datetime, said: str | None = None, day: date | None = None
    ) -> None:
        """Keep a time and read it back as a date."""
        said = said or say_time(start, end, self.calendar)
        one_day = start.date() if start.date() == end.date() else None
        self.draft.set_time(text, start, end, said, day or (one_day if text == said else None))
        self.draft.tries.pop("time", None)
        self.changed.add("time")
        self.notes.add(self.voice.text("utter_time_readback", time=said))

    def _explain_time(self, wish: Preference) -> None:
        """Say why a time cannot be, with open ones to choose from; an older good time stays.

        After the last try the time is left open where there is none.
        """
        draft, voice = self.draft, self.voice
        offers = wish.alternatives or suggest(self.now, self.calendar)
        ambiguous = wish.verdict == "unclear" and bool(offers)
        draft.tries["time"] = draft.tries.get("time", 0) + 1
        last = draft.tries["time"] >= MOST_TRIES
        if not ambiguous:
            self.notes.add(self.asking.why_not(wish))
        if wish.day and wish.verdict in ("closed", "too_late") and self.calendar.ranges(wish.day):
            draft.time_day = wish.day.isoformat()  # "make it when you open then": of that day
        if not last:
            self._offer(offers, "utter_time_which" if ambiguous else "utter_time_offer")
        else:
            draft.tries.pop("time")
            draft.asked = None
        if draft.time_said:
            self.notes.add(voice.text("utter_kept_time", time=draft.time_said))
        elif last and not draft.holds("time"):
            self.skip("time", "utter_third_time")

    def _offer(self, offers: Ranges, key: str) -> None:
        """Name open times to choose from, and remember them: "yes" and "the second one" are answers."""
        self.notes.add(self.asking.offered_times(offers, key))
        self.draft.offered_times = [[start.isoformat(), end.isoformat()] for start, end in offers]
        self.draft.asked, self.again = "time", ""
        self.extra = tuple(self.asking.time_choices(offers))

    # --- what was asked and not told ----------------------------------------------------------------------------------

    def _hear_about(self, asked: str, reading: Reading) -> None:
        {
            "name": self._hear_no_name,
            "contact": self._hear_no_contact,
            "phone": self._hear_no_contact,
            "email": self._hear_no_contact,
            "concern": self._hear_no_concern,
            "time": self._hear_no_time,
            "consent": self._hear_consent,
            "confirm": self._hear_confirm,
        }[asked](reading)

    def _hear_no_name(self, reading: Reading) -> None:
        if self.draft.name and (reading.no or reading.refuses):
            self.draft.asked = None
        elif reading.refuses or reading.no:
            self._fail("name", key="utter_name_needed")
        else:
            self._fail("name")

    def _hear_no_contact(self, reading: Reading) -> None:
        draft, asked = self.draft, self.draft.asked
        if asked in ("phone", "email") and draft.has_contact and (reading.no or reading.refuses):
            draft.asked = None
            return
        named = reading.fields & {"phone", "email"}
        refused = reading.refused or (named - reading.chosen if reading.refuses or reading.no else frozenset())
        wanted = named - refused
        if refused:
            self._without("both" if len(refused) == 2 else min(refused))
        elif len(wanted) == 1:
            self._want(min(wanted))
        elif reading.refuses or reading.no:
            self._without(asked if asked in ("phone", "email") else "both")
        elif asked in ("phone", "email") and draft.holds(asked):
            kept = show_phone(draft.phone or "") if asked == "phone" else draft.email or ""
            said = {"value": shortened(reading.text, 60), "field": self.asking.field(asked), "kept": kept}
            self.notes.add(self.voice.text("utter_kept_old", **said))
            self._ask_or_leave(asked)
        else:
            self._fail(asked or "contact")

    def _want(self, name: str) -> None:
        """ "I'll give you my e-mail": ask for that one."""
        self.draft.asked = name
        self.again = f"utter_ask_{name}"

    def _without(self, name: str) -> None:
        draft = self.draft
        draft.no_phone = draft.no_phone or name in ("phone", "both")
        draft.no_email = draft.no_email or name in ("email", "both")
        if draft.no_phone and draft.no_email:
            self.ending = "no_contact"
            return
        self.notes.add(self.voice.text("utter_phone_instead" if draft.no_phone else "utter_email_instead"))
        draft.asked = None

    def _hear_no_concern(self, reading: Reading) -> None:
        refuses = reading.refuses or reading.no or reading.leaves
        if refuses or self.draft.tries.get("concern", 0) + 1 >= MOST_TRIES:
            key = "utter_concern_skipped" if refuses else "utter_third_concern"
            self.skip("concern", key)
        else:
            self._fail("concern")

    def _hear_no_time(self, reading: Reading) -> None:
        offers = [(datetime.fromisoformat(a), datetime.fromisoformat(b)) for a, b in self.draft.offered_times]
        if _SENDS.search(reading.text):  # whoever will not wait for a time has no preference
            if self.draft.holds("time"):
                self.draft.asked, self.draft.offered_times = None, []
            else:
                self.skip("time")
        elif len(offers) > 1 and reading.yes and not reading.questions:
            self._offer(tuple(offers), "utter_time_pick")
        elif self.draft.time_start and (reading.no or reading.refuses):
            self.draft.asked = None
        elif reading.refuses or reading.no or reading.leaves or self.draft.tries.get("time", 0) + 1 >= MOST_TRIES:
            refuses = reading.refuses or reading.no or reading.leaves
            self.skip("time", "utter_time_skipped" if refuses else "utter_third_time")
        else:
            self._fail("time")

    def skip(self, name: str, key: str | None = None) -> None:
        """Go on without the concern or the time."""
        if name == "concern":
            self.draft.concern_skipped = True
            self.draft.concern_category = self.draft.concern_text = None
        else:
            self.draft.set_time("", None, None, None)
        self.changed.add(name)
        self.notes.add(self.voice.text(key or ("utter_concern_skipped" if name == "concern" else "utter_time_skipped")))

    def _hear_consent(self, reading: Reading) -> None:
        """Only a plain yes agrees, only a plain no refuses; whatever else is said, the question stays open."""
        if self.draft.has_consent:  # the yes was heard already
            return
        corrects = reading.corrects and not reading.withdraws and not self.changed
        if corrects and not reading.no and not reading.later and self._hear_change(reading):
            return
        if reading.no or (reading.refuses and not reading.unsure):
            self.ending = "no_consent"
        elif self.changed or reading.questions:
            return
        elif reading.later:
            self.draft.put_off, self.again = True, "utter_take_your_time_booking"
        elif corrects:  # "could you fix that"
            self.reopen_any()
        else:
            self._fail("consent")

    def agree(self, conditions: str | None = None) -> None:
        """Record the consent: the exact text, its version, the moment, and any condition in the visitor's words."""
        consent = self.voice.clinic.privacy.consent
        said = [*self.draft.contact_wishes, *([conditions] if conditions else [])]
        self.draft.consent = {
            "given": True,
            "text": consent.text,
            "version": consent.version,
            "at": self.now.isoformat(),
            "conditions": "; ".join(said) or None,
        }
        self.changed.add("consent")
        if conditions:
            self.notes.add(self.voice.text("utter_consent_conditions", text=shortened(conditions)))

    def _add_condition(self, condition: str | None) -> None:
        """A condition of the last yes goes with those of the consent."""
        if condition and self.draft.consent:
            before = self.draft.consent.get("conditions")
            self.draft.consent["conditions"] = "; ".join(filter(None, (before, condition)))

    def _hear_condition(self, reading: Reading, asked: str | None) -> None:
        """A condition told together with another detail at the consent question is a yes with a condition."""
        if asked == "consent" and reading.yes and not reading.no and not self.draft.has_consent:
            self.agree(reading.conditions)

    def _hear_confirm(self, reading: Reading) -> None:
        """Only a plain yes sends."""
        if self.changed - {"consent"}:
            return  # the summary comes again with what was changed
        if reading.yes:
            self._add_condition(reading.conditions)
            self.send()
        elif reading.disputes:
            self.draft.consent = self.draft.asked = None  # who says that there was no agreement is asked for it again
        elif reading.later:
            self.draft.put_off, self.again = True, "utter_not_sent"
        else:
            self._hear_no_confirm(reading)

    def _hear_no_confirm(self, reading: Reading) -> None:
        """Neither a yes nor "not yet": something is to be changed, or it is asked again."""
        named = reading.corrects or reading.no or reading.removes or len(reading.text.split()) <= 3
        if named and self._hear_change(reading):
            return
        if reading.leaves:
            return  # the summary comes again as it was
        if reading.unsure and not reading.corrects:
            self.draft.put_off, self.again = True, "utter_not_sent"
        elif reading.no or reading.corrects:
            self.reopen_any()
        elif not reading.questions:
            self._fail("confirm")

    def _hear_change(self, reading: Reading) -> bool:
        """A field is named that is to be changed: it is asked for; False where none is."""
        may = {"name", "phone", "email"} if self.draft.urgent else {"name", "phone", "email", "concern", "time"}
        wrong = sorted(reading.fields & may)
        if wrong:
            self.reopen(wrong[0])
        return bool(wrong)

    def send(self) -> None:
        """Send it, if nothing is missing; else that is asked next."""
        if self.draft.missing() == "confirm":
            self.ending = "send"

    def _hear_withdrawal(self, reading: Reading) -> bool:
        if not reading.withdraws or not self.draft.has_consent:
            return False
        self.ending = "withdrawn"
        return True

    def reopen_any(self) -> None:
        """Ask which field should change."""
        self.draft.asked = "confirm"
        self.again, self.extra = (
            "utter_ask_which_field",
            (*self.asking.fix_choices(), self.asking.choice("stop")),
        )

    def reopen(self, name: str) -> None:
        """Ask for another value of a field; the one that is there stays until then."""
        self.draft.asked = name
        self.again = f"utter_ask_new_{name}"
        self.extra = tuple(self.asking.choices(name))

    def _fail(self, name: str, key: str | None = None, *, said: bool = False) -> None:
        """One more attempt that told nothing: other words, then a way on, then the end."""
        tries = self.draft.tries
        tries[name] = tries.get(name, 0) + 1
        self.draft.asked = name
        if tries[name] >= MOST_TRIES and name in GIVEN_UP:
            self.ending = GIVEN_UP[name]
            return
        last = tries[name] == MOST_TRIES - 1 and name not in ("concern", "time")  # those two are skipped in the end
        if last or (tries[name] >= MOST_TRIES and name in ("consent", "confirm")):
            self.again = f"utter_third_{name}"
            ways_on = (*self.asking.choices(name), self.asking.choice("person"), self.asking.choice("stop"))
            self.extra = tuple(dict.fromkeys(ways_on))  # the summary has a "stop" already
            if said:
                self.notes.texts.clear()
        else:
            self.again = "" if said else key or f"utter_reask_{name}"

    # --- asking -------------------------------------------------------------------------------------------------------

    def ask(self) -> Reply:
        """The next question: the one put again if there is one, else what is missing next, else the summary."""
        draft = self.draft
        if self.again is None:
            draft.asked, draft.put_off = draft.missing(), False  # asked anew
        asked = draft.asked or draft.missing()
        draft.asked = asked
        if self.again == "":  # the note in front is the question
            question = ""
        elif self.again:
            question = self.voice.text(self.again, **self.values)
        else:
            question = self.asking.question(asked)
            if "name" in self.changed and asked != "name" and not self.notes.texts and draft.name:
                self.notes.add(self.voice.text("utter_got_name", name=draft.name))
            if draft.urgent and asked == "name" and not self.notes.texts and self.changed & {"phone", "email"}:
                value = show_phone(draft.phone) if draft.phone and "phone" in self.changed else draft.email or ""
                self.notes.add(self.voice.text("utter_call_back_got", value=value))
        choices = self.extra or tuple(self.asking.choices(asked))
        return Reply(self.notes.before(question).strip(), choices, asks_for=asked)

    def explain(self) -> Reply:
        """ "What do you mean?": what the open question is for, and the question again."""
        asked = self.draft.asked or self.draft.missing()
        called_back = self.draft.urgent and asked in ("contact", "phone", "email")
        self.notes.add(self.voice.text("utter_call_back_explain" if called_back else f"utter_explain_{asked}"))
        return self.ask()

    # --- choosing -----------------------------------------------------------------------------------------------------

    def choose(self, choice: str) -> bool:
        """Take a quick reply that belongs to the booking; False if it does not."""
        kind, _, value = choice.partition(":")
        if kind == "concern" and value in (*CONCERNS, "other"):
            self._set("concern", self.voice.text(f"utter_choice_concern_{value}"), value)
        elif kind == "skip" and value in ("concern", "time"):
            self.skip(value)
        elif choice == "time:any":
            self.draft.set_time(self.voice.text("utter_choice_any_time"), None, None, None)
            self.notes.add(self.voice.text("utter_time_any"))
            self.changed.add("time")
        elif kind == "time":
            self._choose_time(value)
        elif choice == "consent:yes":
            self.agree()
        elif choice == "consent:no":
            self.ending = "no_consent"
        elif kind == "email" and value in ("yes", "no"):
            self.choose_email(value == "yes")
        elif kind == "fix" and value in ("name", "phone", "email", "concern", "time"):
            self.reopen(value)
        elif choice == "send":
            self.send()
        else:
            return False
        return True

    def _choose_time(self, value: str) -> None:
        begin, _, finish = value.partition("/")
        start, end = datetime.fromisoformat(begin), datetime.fromisoformat(finish)
        if start <= self.now:  # an old button
            self._explain_time(Preference("past", say_time(start, end, self.calendar), (0, 0)))
        else:
            self.take_time(say_time(start, end, self.calendar), start, end)


def _mended_name(old: str | None, new: str, *, surname: bool) -> str:
    """ "Catherine with a C" mends the first name of "Katherine Baker", "my surname is Grant" makes "Hugh Grant"."""
    if not old or len(new.split()) > 1:
        return new
    if surname:
        return " ".join([*(old.split()[:-1] or [old]), new])
    if len(old.split()) < 2:
        return new
    words = old.split()
    short = [word.lower() for word in words if new.lower().startswith(word.lower())]  # Pat, then Patricia
    close = short or difflib.get_close_matches(new.lower(), [word.lower() for word in words], n=1, cutoff=0.6)
    if not close:
        return new
    index = [word.lower() for word in words].index(close[0])
    return " ".join([*words[:index], new, *words[index + 1 :]])
