"""The clinic's profile: read strictly, explained plainly, followed while it changes; and when the clinic is open."""

import os
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.clinic import Clinic, ClinicFile, ClinicProfileError, describe_phone, load_clinic

PROFILE = Path(__file__).parents[2] / "clinic.yml"
TEXT = PROFILE.read_text(encoding="utf-8")
LONDON = ZoneInfo("Europe/London")
CLINIC = load_clinic(PROFILE)

type Write = Callable[..., Path]


def london(*parts: int) -> datetime:
    year, month, day, *clock = parts
    hour, minute = (*clock, 0, 0)[:2]
    return datetime(year, month, day, hour, minute, tzinfo=LONDON)


def changed(*changes: tuple[str, str]) -> str:
    text = TEXT
    for old, new in changes:
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in clinic.yml"
        text = text.replace(old, new)
    return text


def read(tmp_path: Path, text: str) -> Clinic:
    path = tmp_path / "clinic.yml"
    path.write_text(text, encoding="utf-8")
    return load_clinic(path)


def problems(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(ClinicProfileError) as raised:
        read(tmp_path, text)
    return list(raised.value.problems)


def line_of(text: str, part: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), start=1) if part in line)


# --- a profile that cannot be used ------------------------------------------------------------------------------------

BROKEN = [
    ("name: Northlight Scalp Studio", "name:", "name:", "name: is empty; write a value"),
    ("region: GB", "regoin: GB", "regoin", "regoin: is no setting of this file. Did you mean region?"),
    ("  main: 0161 496 0123", "  main: 0161 496", "main: 0161", "phones > main: 0161 496 is no phone number in GB"),
    ("07700 900461", "+44 12", "+44 12", "begin with + and the country code"),
    ("email: hello@northlight.example", "email: hello at northlight", "email:", "is no e-mail address"),
    ("website: https://northlight.example", "website: northlight", "website", "it starts with https://"),
    ("  monday: closed\n", "", "opening_hours", "monday: is missing"),
    (
        'wednesday: ["09:30-18:00"]',
        "wednesday: 9-5",
        "wednesday",
        'write hours on the 24-hour clock like "09:00-17:30"',
    ),
    ('wednesday: ["09:30-18:00"]', 'wednesday: ["09:30-26:00"]', "wednesday", "there is no such time of day"),
    ('wednesday: ["09:30-18:00"]', 'wednesday: ["18:00-09:30"]', "wednesday", "must come after the opening time"),
    ('wednesday: ["09:30-18:00"]', 'wednesday: ["09:00-12:30", "12:00-17:00"]', "wednesday", "ranges overlap"),
    ('wednesday: ["09:30-18:00"]', "wednesday: []", "wednesday", "write closed"),
    ("  subdivision: ENG", "  subdivision: XYZ", "holidays", "no public holidays are known for GB XYZ"),
    ("  country: GB", "  country:", "holidays", "needs a country above it"),
    ("- 2026-12-24 Christmas break", "- 24/12/2026", "24/12/2026", "write a date like 2026-12-24"),
    ("- 2026-12-24 Christmas break", "- 2026-02-30", "2026-02-30", "the calendar has no such date"),
    ("2026-12-27 to 2027-01-02", "2027-01-02 to 2026-12-27", "to 2026-12-27", "comes before the first one"),
    ("Europe/London", "Europe/Londn", "time_zone", "is no time zone; write one like Europe/London. Did you mean"),
    ("region: GB", "region: UK", "region", "UK is no country"),
    ("languages: [en]", "languages: [de]", "languages", "can only be 'en', but says 'de'"),
    ("  minutes: 30", "  minutes: half an hour", "minutes: half", "must be a whole number in digits, such as 4"),
    ("answer_within_hours: 8", "answer_within_hours: 0", "answer_within_hours", "must be at least 1, but says '0'"),
    ("days_ahead: 90", "days_ahead: 9000", "days_ahead", "must be at most 730"),
    ("  number: 999", "  number: 998", "number: 998", "998 is no emergency number in GB"),
    ("  existing_appointment: >-", "  prices: >-", "prices:", "answers > prices: is no topic. Did you mean price?"),
    ("  existing_appointment: >-", "  medical_question: >-", "medical_question:", "always goes to the practitioner"),
    ("  existing_appointment: >-", "  clinic_info: >-", "clinic_info:", "made from addresses"),
    ('brand_colour: "#1f4d4a"', "brand_colour: green", "brand_colour", 'write one like "#1f4d4a"'),
    ('brand_colour: "#1f4d4a"', "brand_colour: #1f4d4a", "brand_colour:", "in quotation marks if it starts with #"),
    ('text_colour: "#ffffff"', 'text_colour: "#204e4b"', "widget:", "hard to read"),
    ("position: right", "position: top", "position", "can only be 'right' or 'left', but says 'top'"),
    ("lead_days: 180", "lead_days: -1", "lead_days", "must be at least 1"),
    ("  - label: Manchester studio", "  label: Manchester studio", "lines:", "check the spaces at the start"),
    ("\nregion: GB", "\nregion: GB\nregion: US", "region: US", "region stands here for the second time"),
    ("name: Northlight Scalp Studio", 'name: "Northlight', None, "quotation marks"),
    ("name: Northlight Scalp Studio", "name: *star", None, "must stand in quotation marks"),
    ("name: Northlight Scalp Studio", "name:\n  - Northlight", "name:", "must be one piece of text"),
]


@pytest.mark.parametrize(
    ("old", "new", "at", "problem"), BROKEN, ids=[f"{new.strip()[:40]}" for _, new, _, _ in BROKEN]
)
def test_a_problem_names_its_line_and_the_mend(
    tmp_path: Path, old: str, new: str, at: str | None, problem: str
) -> None:
    text = changed((old, new))
    found = problems(tmp_path, text)
    assert any(problem in it for it in found), found
    if at is not None:
        line = next(
            number
            for number, content in enumerate(text.splitlines(), 1)
            if at in content and not content.startswith("#")
        )
        told = [it for it in found if problem in it]
        # Where YAML itself breaks, it notices a line later.
        assert any(it.startswith((f"line {line}:", f"line {line + 1}:")) for it in told), (line, told)


def test_one_problem_is_told_once(tmp_path: Path) -> None:
    assert len(problems(tmp_path, changed(("  main: 0161 496 0123", "  main: 12")))) == 1


def test_several_problems_are_told_at_once(tmp_path: Path) -> None:
    text = changed(
        ("email: hello@northlight.example", "email: hello"),
        ("  minutes: 30", "  minutes: x"),
        ("region: GB", "region: GB\nregion: GB"),
    )
    assert len(problems(tmp_path, text)) == 3


def test_an_empty_file_a_list_and_a_missing_file_are_told(tmp_path: Path) -> None:
    assert problems(tmp_path, "") == ["it must consist of settings such as `name: ...`"]
    assert problems(tmp_path, "- a") == ["it must consist of settings such as `name: ...`"]
    with pytest.raises(ClinicProfileError, match="there is no file"):
        load_clinic(tmp_path / "other.yml")


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    path = tmp_path / "clinic.yml"
    path.write_bytes(b"name: caf\xe9")
    with pytest.raises(ClinicProfileError, match="UTF-8"):
        load_clinic(path)
    path.write_bytes(b"name: a\x00b")
    with pytest.raises(ClinicProfileError, match="no readable text"):
        load_clinic(path)


def test_closed_all_week_is_told(tmp_path: Path) -> None:
    lines = [
        f"  {line.split(':')[0].strip()}: closed" if line.startswith("  ") and "day:" in line else line
        for line in TEXT.splitlines()
    ]
    assert any("closed on all seven days" in it for it in problems(tmp_path, "\n".join(lines)))


# --- a profile that can -----------------------------------------------------------------------------------------------


def test_values_are_taken_as_written(tmp_path: Path) -> None:
    clinic = read(
        tmp_path, changed(('version: "2026-1"', "version: 2026-11-01"), ("logo_text: Northlight", "logo_text: no"))
    )
    assert clinic.privacy.consent.version == "2026-11-01"
    assert clinic.widget.logo_text == "no"
    assert clinic.emergency.number == "999"


def test_what_may_be_left_out_may_be_left_out(tmp_path: Path) -> None:
    clinic = read(
        tmp_path,
        changed(
            ("  out_of_hours: 07700 900461\n", ""),
            ("website: https://northlight.example\n", "website:\n"),
            ("  answer_within_hours: 8\n", ""),
            ("  country: GB\n  subdivision: ENG\n", ""),
            ("  notice: https://northlight.example/privacy\n", ""),
            ("  greeting: Questions about scalp micropigmentation? Ask here.\n", ""),
        ),
    )
    assert clinic.describe_phones() == "0161 496 0123"
    assert clinic.callback_by(london(2026, 11, 24, 10)) is None
    assert clinic.is_open(london(2026, 12, 25, 10))


def test_phones_become_e164_and_are_read_out_as_at_home() -> None:
    assert CLINIC.phone == "+441614960123"
    assert CLINIC.out_of_hours_phone == "+447700900461"
    assert describe_phone(CLINIC.phone, "GB") == "0161 496 0123"
    assert describe_phone(CLINIC.phone, "US") == "+44 161 496 0123"


def test_an_own_answer_is_given_and_a_topic_without_one_is_not() -> None:
    own = CLINIC.answer("existing_appointment")
    assert own is not None
    assert "\n" not in own
    assert CLINIC.answer("price") is None


def test_the_demo_clinic_leaves_honest_gaps() -> None:
    assert set(CLINIC.answers) == {"existing_appointment"}


def test_addresses_hours_and_phones_are_read_out(tmp_path: Path) -> None:
    assert CLINIC.describe_addresses() == "Northlight House, 14 Lantern Row, Manchester M0 0AA"
    assert CLINIC.describe_phones() == "0161 496 0123, or 07700 900461 out of hours"
    assert CLINIC.describe_hours() == (
        "Tuesday, Wednesday and Friday 9:30 am to 6 pm, Thursday 9:30 am to 8 pm, Saturday 10 am to 4 pm; "
        "closed on Monday and Sunday"
    )
    second = "    directions: Parking is behind the house.\n  - label: Second\n    lines: [1 High Street, Bolton]\n"
    clinic = read(
        tmp_path,
        changed(
            ("    directions:\n", second),
            ('  thursday: ["09:30-20:00"]', '  thursday: ["09:30-12:00", "13:00-18:00"]'),
            ("  monday: closed", "  monday: 09:30-18:00"),
            ("  sunday: closed", '  sunday: ["10:00-16:00"]'),
        ),
    )
    assert clinic.describe_addresses() == (
        "Manchester studio: Northlight House, 14 Lantern Row, Manchester M0 0AA (Parking is behind the house); "
        "Second: 1 High Street, Bolton"
    )
    assert clinic.describe_hours() == (
        "Monday, Tuesday, Wednesday and Friday 9:30 am to 6 pm, Thursday 9:30 am to 12 noon and 1 pm to 6 pm, "
        "Saturday and Sunday 10 am to 4 pm"
    )


# --- when it is open --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        (london(2026, 11, 24, 9, 29), False),
        (london(2026, 11, 24, 9, 30), True),
        (london(2026, 11, 24, 17, 59), True),
        (london(2026, 11, 24, 18, 0), False),
        (london(2026, 11, 23, 12), False),  # Monday
        (london(2026, 12, 24, 12), False),  # a closed date
        (london(2026, 12, 25, 12), False),  # Christmas Day, a Friday
        (datetime(2026, 7, 14, 8, 30, tzinfo=UTC), True),  # 9:30 in London's summer
        (datetime(2026, 11, 24, 9, 0, tzinfo=UTC), False),
    ],
)
def test_open_and_closed_follow_the_clinics_clock(at: datetime, is_open: bool) -> None:
    assert CLINIC.is_open(at) is is_open


def test_the_coming_holidays_are_told_without_the_days_that_are_closed_every_week() -> None:
    assert CLINIC.describe_closures(london(2026, 10, 1)) == ""
    told = CLINIC.describe_closures(london(2026, 12, 1))
    assert told == "Thursday 24 December 2026 to Saturday 2 January 2027"
    assert CLINIC.describe_closures(london(2027, 1, 3)) == ""


def test_a_closed_day_has_its_reason() -> None:
    assert CLINIC.closed_because(date(2026, 12, 25)) == "Christmas Day"
    assert CLINIC.closed_because(date(2026, 12, 30)) == "Christmas break"
    assert CLINIC.closed_because(date(2026, 12, 3)) is None
    assert CLINIC.hours_on(date(2026, 12, 30)) == []


def test_a_closed_date_needs_no_reason(tmp_path: Path) -> None:
    clinic = read(tmp_path, changed(("- 2026-12-24 Christmas break", "- 2026-12-24")))
    assert clinic.closed_because(date(2026, 12, 24)) == ""
    assert not clinic.is_open(london(2026, 12, 24, 12))


@pytest.mark.parametrize(
    ("at", "opening"),
    [
        (london(2026, 11, 24, 10), london(2026, 11, 24, 10)),
        (london(2026, 11, 22, 12), london(2026, 11, 24, 9, 30)),
        (london(2026, 11, 28, 16), london(2026, 12, 1, 9, 30)),
        (london(2026, 12, 23, 19), london(2027, 1, 5, 9, 30)),
    ],
)
def test_the_next_opening_skips_nights_days_off_and_holidays(at: datetime, opening: datetime) -> None:
    assert CLINIC.next_opening(at) == opening


@pytest.mark.parametrize(
    ("at", "by"),
    [
        (london(2026, 11, 24, 9, 30), london(2026, 11, 24, 17, 30)),
        (london(2026, 11, 24, 10), london(2026, 11, 24, 18)),
        (london(2026, 11, 24, 17), london(2026, 11, 25, 16, 30)),
        (london(2026, 11, 24, 10, 7), london(2026, 11, 25, 9, 45)),
        (london(2026, 12, 23, 17), london(2027, 1, 5, 16, 30)),
    ],
)
def test_the_promise_counts_opening_hours_only(at: datetime, by: datetime) -> None:
    assert CLINIC.callback_by(at) == by


@given(st.integers(0, 2 * 365 * 24 * 60))
def test_a_promise_is_kept_within_opening_hours_and_never_too_early(minutes: int) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    by = CLINIC.callback_by(at)
    assert by is not None
    assert CLINIC.is_open(by - timedelta(seconds=1))
    open_time = timedelta()
    day = CLINIC.local(at).date()
    while day <= by.date():
        for it in CLINIC.opening_ranges(day):
            open_time += max(min(it.end, by) - max(it.start, CLINIC.local(at)), timedelta())
        day += timedelta(days=1)
    assert timedelta(hours=8) <= open_time < timedelta(hours=8, minutes=15)


def test_a_clinic_that_closes_for_good_has_no_next_opening(tmp_path: Path) -> None:
    clinic = read(tmp_path, changed(("2026-12-27 to 2027-01-02", "2026-12-27 to 2099-01-02")))
    assert clinic.next_opening(london(2027, 1, 1)) is None
    assert clinic.callback_by(london(2027, 1, 1)) is None


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        CLINIC.is_open(datetime(2026, 11, 24, 10))  # noqa: DTZ001


def test_moments_are_read_out_on_the_clinics_clock() -> None:
    assert CLINIC.describe_moment(datetime(2026, 7, 14, 14, 0, tzinfo=UTC)) == "Tuesday 14 July 2026 at 3 pm"
    assert CLINIC.describe_moment(london(2026, 11, 24, 12)) == "Tuesday 24 November 2026 at 12 noon"


# --- following the file -----------------------------------------------------------------------------------------------


@pytest.fixture
def write(tmp_path: Path) -> Write:
    path = tmp_path / "clinic.yml"
    clock = iter(range(1, 100))

    def put(text: str) -> Path:
        path.write_text(text, encoding="utf-8")
        at = 1_700_000_000 + next(clock)
        os.utime(path, (at, at))
        return path

    return put


def test_a_change_is_seen_at_the_next_look(write: Write) -> None:
    file = ClinicFile(write(TEXT))
    before = file.current()
    assert file.current() is before
    write(changed(("name: Northlight Scalp Studio", "name: Southlight Scalp Studio")))
    assert file.current().name == "Southlight Scalp Studio"


def test_a_bad_change_keeps_the_last_good_profile_and_is_reported_once(write: Write) -> None:
    reported: list[ClinicProfileError] = []
    file = ClinicFile(write(TEXT), reported.append)
    path = write(changed(("region: GB", "region: UK")))
    assert file.current().region == "GB"
    assert file.current().region == "GB"
    line = line_of(path.read_text(), "region: UK")
    assert [error.problems for error in reported] == [
        (f"line {line}: region: UK is no country; write its two letters, such as GB",)
    ]
    assert file.error is reported[0]
    write(changed(("name: Northlight Scalp Studio", "name: Southlight")))
    assert file.current().name == "Southlight"
    assert file.error is None


def test_a_file_that_disappears_keeps_the_last_good_profile(write: Write) -> None:
    path = write(TEXT)
    file = ClinicFile(path)
    path.unlink()
    assert file.current().name == "Northlight Scalp Studio"
    assert file.error is not None


def test_a_bad_profile_at_the_start_is_an_error(write: Write) -> None:
    with pytest.raises(ClinicProfileError):
        ClinicFile(write("name: x"))
