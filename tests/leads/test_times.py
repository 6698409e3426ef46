"""Preferred times: the golden table, and what holds for any text whatever."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leads.times import Calendar, Preference, completed, on_day, read_time, say_time, suggest, told_aside

TABLE: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("times.yml").read_text(encoding="utf-8"))
LONDON = ZoneInfo("Europe/London")
WEEK = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
GIVEN = ("at", "clinic", "asked", "named")
VERDICTS = {"ok", "any", "past", "closed", "too_late", "too_far", "impossible", "unclear"}


def _at(value: str | datetime, zone: ZoneInfo) -> datetime:
    return datetime.fromisoformat(str(value)).replace(tzinfo=zone)


def _hours(clinic: dict[str, Any]) -> Callable[[date], list[tuple[time, time]]]:
    ranges = {
        WEEK.index(day): [
            (time.fromisoformat(a), time.fromisoformat(b)) for a, b in (one.split("-") for one in text.split())
        ]
        for day, text in clinic["hours"].items()
    }
    return lambda day: [] if day in clinic["closed"] else ranges.get(day.weekday(), [])


@cache
def clinic_calendar(name: str) -> Calendar:
    clinic = TABLE["clinics"][name]
    return Calendar(ZoneInfo(clinic["zone"]), _hours(clinic), day_first=clinic["day_first"])


def _name(case: dict[str, Any]) -> str:
    return " ".join(str(case[key]) for key in ("say", *GIVEN) if key in case)


@pytest.mark.parametrize("case", TABLE["cases"], ids=_name)
def test_a_preferred_time_is_read_as_meant(case: dict[str, Any]) -> None:
    calendar = clinic_calendar(case.get("clinic", "studio"))
    now = _at(case.get("at", TABLE["at"]), calendar.zone)
    found = read_time(case["say"], now, calendar, case.get("named"), asked=case.get("asked", False))
    read = {"say": case["say"]} | {key: case[key] for key in GIVEN if key in case} | _as_case(found, case["say"])
    assert read == {key: str(value) if key in ("start", "end") else value for key, value in _plain(case).items()}


def _plain(case: dict[str, Any]) -> dict[str, Any]:
    return case | ({"others": [str(one) for one in case["others"]]} if "others" in case else {})


def _as_case(found: Preference | None, message: str) -> dict[str, Any]:
    if found is None:
        return {"verdict": None}
    case: dict[str, Any] = {"verdict": found.verdict}
    if found.start and found.end:
        case |= {"start": f"{found.start:%Y-%m-%d %H:%M}", "end": f"{found.end:%Y-%m-%d %H:%M}"}
    if found.others:
        case["others"] = [f"{start:%Y-%m-%d %H:%M}" for start, _ in found.others]
    return case if found.text == message else case | {"text": found.text}


def test_the_table_is_long_and_says_nothing_twice() -> None:
    names = [_name(case) for case in TABLE["cases"]]
    assert len(names) >= 220
    assert len(set(names)) == len(names)


# --- what holds for any text ------------------------------------------------------------------------------------------

WORDS = sorted({word for case in TABLE["cases"] for word in case["say"].split()})
PIECES = [*WORDS, "31", "99", "0", "12:61", "the", "no,", "or", "-"]
messages = st.one_of(st.text(max_size=60), st.lists(st.sampled_from(PIECES), min_size=1, max_size=9).map(" ".join))
moments = st.integers(0, 3 * 365 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
ROUND_THE_CLOCK = [(time(0), time(23, 59))]


def _some_hours(seed: int) -> Callable[[date], list[tuple[time, time]]]:
    """Opening hours that differ by weekday, some with a lunch break, some closed."""
    kinds = [
        [],
        [(time(9, 30), time(18))],
        [(time(7), time(12)), (time(13), time(21))],
        ROUND_THE_CLOCK,
        [(time(10), time(10, 30))],
    ]
    return lambda day: kinds[(seed + day.weekday() * 3) % len(kinds)]


calendars = st.builds(
    Calendar,
    zone=st.sampled_from(
        [ZoneInfo(name) for name in ("Europe/London", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe")]
    ),
    hours=st.integers(0, 20).map(_some_hours),
    days_ahead=st.integers(1, 200),
    minutes=st.sampled_from([15, 30, 45, 90]),
    day_first=st.booleans(),
)
patient = settings(deadline=None, max_examples=250, suppress_health_check=[HealthCheck.too_slow])


@patient
@given(messages, moments, calendars)
def test_whatever_is_written_an_accepted_time_is_in_the_future_open_and_near(
    text: str, now: datetime, calendar: Calendar
) -> None:
    found = read_time(text, now, calendar)
    if found is None:
        return
    assert found.verdict in VERDICTS
    assert found.text == text[slice(*found.span)]
    assert (found.start is not None) == (found.end is not None) == (found.verdict == "ok")
    if found.start and found.end:
        assert found.start.tzinfo is calendar.zone
        for stretch in ((found.start, found.end), *found.others):
            _check_stretch(*stretch, now, calendar)
    for stretch in found.alternatives:
        _check_stretch(*stretch, now, calendar)


def _check_stretch(start: datetime, end: datetime, now: datetime, calendar: Calendar) -> None:
    assert now < start.astimezone(UTC) < end.astimezone(UTC)
    assert start < end
    assert calendar.local(end) <= calendar.local(now) + timedelta(days=calendar.days_ahead)
    assert _is_open(start, calendar)
    assert _is_open(end, calendar)


def _is_open(at: datetime, calendar: Calendar) -> bool:
    local = at.replace(tzinfo=None)
    return any(begin <= local <= end for begin, end in calendar.ranges(at.date()))


@patient
@given(moments, calendars, st.integers(1, 5))
def test_suggestions_are_open_future_and_on_different_days(now: datetime, calendar: Calendar, count: int) -> None:
    found = suggest(now, calendar, count)
    assert len(found) <= count
    assert len({start.date() for start, _ in found}) == len(found)
    for start, end in found:
        assert now < start.astimezone(UTC) < end.astimezone(UTC)
        assert _is_open(start, calendar)
        assert _is_open(end, calendar)


@patient
@given(moments, calendars)
def test_a_suggestion_read_back_is_understood_as_the_same_time(now: datetime, calendar: Calendar) -> None:
    calendar = Calendar(calendar.zone, calendar.hours, 200, calendar.minutes, day_first=True)
    for start, end in suggest(now, calendar):
        found = read_time(say_time(start, end, calendar), now, calendar)
        assert found is not None
        assert found.verdict == "ok"
        assert found.start == start


# --- the days on which the clocks change ------------------------------------------------------------------------------

ALWAYS = Calendar(LONDON, lambda day: ROUND_THE_CLOCK)


@pytest.mark.parametrize(
    ("now", "say", "expected"),
    [
        ("2027-03-26 12:00", "28 march at 9am", "2027-03-28T09:00:00+01:00"),
        ("2027-03-26 12:00", "27 march at 9am", "2027-03-27T09:00:00+00:00"),
        ("2027-03-26 12:00", "28 march at 12:30am", "2027-03-28T00:30:00+00:00"),
        ("2027-03-26 12:00", "28 march at 3am", "2027-03-28T03:00:00+01:00"),
        ("2027-10-30 12:00", "31 october at 9am", "2027-10-31T09:00:00+00:00"),
        ("2027-10-29 12:00", "30 october at 9am", "2027-10-30T09:00:00+01:00"),
        ("2027-10-30 12:00", "31 october at 12:30am", "2027-10-31T00:30:00+01:00"),
        ("2027-10-30 12:00", "31 october at 1:30am", "2027-10-31T01:30:00+01:00"),
        ("2027-10-23 12:00", "a week tomorrow at 10", "2027-10-31T10:00:00+00:00"),
        ("2027-03-20 12:00", "in 8 days at 10am", "2027-03-28T10:00:00+01:00"),
    ],
)
def test_times_around_a_change_of_clocks_are_exact(now: str, say: str, expected: str) -> None:
    found = read_time(say, _at(now, LONDON), ALWAYS)
    assert found is not None
    assert found.start is not None
    assert found.start.isoformat() == expected


def test_an_hour_that_the_clocks_skip_is_not_promised() -> None:
    found = read_time("28 march at 1:30am", _at("2027-03-26 12:00", LONDON), ALWAYS)
    assert found is None or found.start is None or found.start.isoformat() == "2027-03-28T02:30:00+01:00"


def test_now_is_understood_in_any_zone() -> None:
    studio = clinic_calendar("studio")
    late = datetime(2026, 11, 24, 23, 30, tzinfo=ZoneInfo("America/New_York"))  # already Wednesday in Manchester
    found = read_time("tomorrow", late, studio)
    assert found is not None
    assert found.start == datetime(2026, 11, 26, 9, 30, tzinfo=LONDON)


# --- details the table does not show ----------------------------------------------------------------------------------


def _read(say: str, at: str = "2026-11-24 10:00") -> Preference:
    found = read_time(say, _at(at, LONDON), clinic_calendar("studio"))
    assert found is not None
    return found


def test_tonight_when_closed_gives_alternatives() -> None:
    found = _read("tonight", "2026-11-22 15:00")
    assert found.verdict == "closed"
    assert len(found.alternatives) == 3


@pytest.mark.parametrize("say", ["3 am", "sunday", "31 Feb", "yesterday", "in two years", "thursday 5 december"])
def test_what_cannot_be_comes_with_open_alternatives(say: str) -> None:
    assert 2 <= len(_read(say).alternatives) <= 3


def test_a_weekday_that_contradicts_its_date_offers_both_days() -> None:
    found = _read("saturday 4 december")
    assert found.verdict == "unclear"
    assert [start.day for start, _ in found.alternatives] == [4, 5]


def _offers(say: str) -> list[str]:
    return [f"{start:%a} {start:%H:%M}-{end:%H:%M}" for start, end in _read(say).alternatives]


def test_who_comes_too_late_for_a_visit_is_offered_the_last_one_and_the_same_part_of_other_days() -> None:
    assert _offers("thursday 7.45pm") == ["Thu 19:30-20:00", "Fri 17:00-18:00", "Tue 17:00-18:00"]
    assert _offers("saturday at 3.45") == ["Sat 15:30-16:00", "Tue 12:00-17:00", "Wed 12:00-17:00"]


def test_who_asks_for_an_evening_or_a_morning_is_offered_one() -> None:
    assert _offers("9pm thursday") == ["Thu 17:00-20:00", "Fri 17:00-18:00", "Tue 17:00-18:00"]
    assert _offers("8am friday") == ["Fri 09:30-12:00", "Sat 10:00-12:00", "Tue 09:30-12:00"]


def test_a_weekday_after_that_asks_which_where_nothing_was_named() -> None:
    assert [start.day for start, _ in _read("the friday after that").alternatives] == [27, 4]


def test_an_hour_is_left_out_only_on_the_day_it_is_named_with() -> None:
    found = _read("wednesday or friday, I can't do friday before 2")
    assert found.start is not None
    assert [start.hour for start in (found.start, *(one for one, _ in found.others))] == [9, 14]


def test_an_hour_left_out_in_the_middle_of_a_day_is_marked() -> None:
    assert _read("friday but i have the dentist at 3").excepts
    assert _read("wednesday or friday, i have the dentist on friday at 3").excepts
    assert not _read("friday but i have the dentist at 9").excepts


def test_an_hour_alone_completes_the_days_named_before() -> None:
    now, calendar = _at("2026-11-24 10:00", LONDON), clinic_calendar("studio")
    found = completed(_read("wednesday or friday"), _read("make it 3.30"), now, calendar)
    assert found.start is not None
    assert [f"{start:%a %H:%M}" for start in (found.start, *(one for one, _ in found.others))] == [
        "Wed 15:30",
        "Fri 15:30",
    ]
    alone = on_day(_read("half six"), date(2026, 12, 3), now, calendar)
    assert f"{alone.start:%d %H:%M}" == "03 18:30"


@pytest.mark.parametrize(
    ("say", "aside"),
    [
        ("friday, thursday is my mum's birthday", "thursday is my mum's birthday"),
        ("thursday after lunch, my wife needs the car in the morning", "my wife needs the car in the morning"),
        ("my name is Pam, friday afternoon", ""),
        ("it's for my dad, tuesday at 3", ""),
    ],
)
def test_what_is_told_aside_is_known_by_its_place(say: str, aside: str) -> None:
    places = told_aside(say, _at("2026-11-24 10:00", LONDON), clinic_calendar("studio"))
    assert "".join(say[slice(*place)] for place in places) == aside


def test_a_general_wish_is_marked_and_a_definite_one_is_not() -> None:
    assert _read("weekends only").recurring
    assert _read("after work").recurring
    assert _read("weekend mornings").recurring
    assert _read("a thursday after school").recurring
    assert not _read("friday").recurring
    assert not _read("next weekend").recurring


def test_a_day_is_taken_out_of_those_before_it() -> None:
    found = _read("about half 12 any weekday but tuesday")
    assert found.start is not None
    assert (found.start.strftime("%A"), found.others) == ("Wednesday", ())


def test_a_stretch_that_leaves_something_out_is_marked() -> None:
    assert _read("next week except thursday").excepts
    assert not _read("next week").excepts
    assert not _read("friday but not the morning").excepts


def test_no_hour_named_means_all_day() -> None:
    assert _read("friday").all_day
    assert not _read("friday morning").all_day
    assert not _read("friday but not the morning").all_day


def test_a_page_of_pasted_text_is_read_only_so_far() -> None:
    assert read_time("blah " * 20_000 + "friday", _at("2026-11-24 10:00", LONDON), clinic_calendar("studio")) is None


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        ("2026-11-24 09:30", "2026-11-24 12:00", "Tuesday 24 November 2026, 9:30 am to 12 noon"),
        ("2026-11-24 09:30", "2026-11-24 18:00", "Tuesday 24 November 2026, any time between 9:30 am and 6 pm"),
        ("2026-11-26 19:00", "2026-11-26 19:30", "Thursday 26 November 2026 at 7 pm"),
        ("2026-12-01 09:30", "2026-12-05 16:00", "between Tuesday 1 December 2026 and Saturday 5 December 2026"),
    ],
)
def test_a_time_is_read_back_as_a_date(start: str, end: str, said: str) -> None:
    assert say_time(_at(start, LONDON), _at(end, LONDON), clinic_calendar("studio")) == said
