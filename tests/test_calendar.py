"""What spoken dates mean: the rules at the top of `assistant.calendar`."""

import time as clock
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.calendar import (
    WEEKDAYS,
    Appointment,
    dates_changed,
    instant,
    local,
    resolve,
    spoken_when,
)
from assistant.errors import BadContent
from assistant.events import DatesChanged, When

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")  # changes by half an hour
TROLL = ZoneInfo("Antarctica/Troll")  # changes by two hours
KATHMANDU = ZoneInfo("Asia/Kathmandu")  # never changes; 5:45 ahead
ZONES = st.sampled_from([BERLIN, NEW_YORK, LORD_HOWE, TROLL, KATHMANDU])

NOW = st.integers(
    int(datetime(2025, 1, 1, tzinfo=UTC).timestamp()),
    int(datetime(2040, 1, 1, tzinfo=UTC).timestamp()),
).map(float)
DAYS = st.sampled_from(["", "today", "tonight", "tomorrow", *WEEKDAYS])
TIMES = st.one_of(
    st.just(""), st.builds("{}:{:02}".format, st.integers(1, 12), st.sampled_from([0, 15, 30, 59]))
)
HALVES = st.sampled_from(["", "morning", "afternoon", "evening"])
WHENS = st.builds(When, DAYS, TIMES, HALVES)


def at(spoken: str, zone: ZoneInfo = BERLIN) -> float:
    """The instant of a local time such as ``2026-11-22 20:10``."""
    return instant(datetime.fromisoformat(spoken), zone)


def said(when: When, now: str, began: str = "") -> str:
    """What a date said at a local time means, such as ``Sun 2026-11-22 20:00``."""
    start = at(began) if began else None
    return resolve(when, at(now), BERLIN, began=start).strftime("%a %Y-%m-%d %H:%M")


# 22 November 2026 is a Sunday.
@pytest.mark.parametrize(
    ("when", "now", "means"),
    [
        # A weekday on that weekday is a week on; any other is the next one.
        (When("sunday", "8:00"), "2026-11-22 19:40", "Sun 2026-11-29 20:00"),
        (When("saturday", "8:00"), "2026-11-22 19:40", "Sat 2026-11-28 20:00"),
        (When("monday", "8:00"), "2026-11-22 19:40", "Mon 2026-11-23 20:00"),
        # One to nine are p.m., ten and eleven a.m., twelve is noon ...
        (When("tomorrow", "1:00"), "2026-11-22 17:00", "Mon 2026-11-23 13:00"),
        (When("tomorrow", "9:30"), "2026-11-22 17:00", "Mon 2026-11-23 21:30"),
        (When("tomorrow", "10:00"), "2026-11-22 17:00", "Mon 2026-11-23 10:00"),
        (When("tomorrow", "12:00"), "2026-11-22 17:00", "Mon 2026-11-23 12:00"),
        # ... unless the other reading is near the time on the clock now.
        (When("tomorrow", "8:00"), "2026-11-22 08:20", "Mon 2026-11-23 08:00"),
        (When("tomorrow", "10:00"), "2026-11-22 22:15", "Mon 2026-11-23 22:00"),
        (When("tomorrow", "12:00"), "2026-11-22 23:40", "Tue 2026-11-24 00:00"),
        # The half of the day is taken at its word.
        (When("sunday", "8:00", "morning"), "2026-11-22 19:40", "Sun 2026-11-29 08:00"),
        (When("monday", "3:00", "afternoon"), "2026-11-22 19:40", "Mon 2026-11-23 15:00"),
        (When("monday", "12:00", "afternoon"), "2026-11-22 19:40", "Mon 2026-11-23 12:00"),
        (When("monday", "12:00", "evening"), "2026-11-22 19:40", "Tue 2026-11-24 00:00"),
        (When("tonight", "9:00"), "2026-11-22 19:40", "Sun 2026-11-22 21:00"),
        (When("tonight", "1:00"), "2026-11-22 23:10", "Mon 2026-11-23 01:00"),
        # What has passed is the next one.
        (When("tonight", "6:00"), "2026-11-22 19:40", "Mon 2026-11-23 18:00"),
        (When("today", "8:00"), "2026-11-22 08:30", "Sun 2026-11-22 20:00"),
        (When("today", "8:00"), "2026-11-22 20:30", "Mon 2026-11-23 20:00"),
        (When("today", "3:00", "afternoon"), "2026-11-22 20:30", "Mon 2026-11-23 15:00"),
        # Those who are still up after midnight are still in the day before.
        (When("tomorrow", "8:00"), "2026-11-23 00:40", "Mon 2026-11-23 20:00"),
        (When("tonight", "10:00"), "2026-11-23 00:40", "Mon 2026-11-23 22:00"),
        (When("sunday", "8:00"), "2026-11-23 00:40", "Sun 2026-11-29 20:00"),
        (When("monday", "8:00"), "2026-11-23 00:40", "Mon 2026-11-23 20:00"),
        (When("tomorrow", "1:00", "morning"), "2026-11-23 02:00", "Tue 2026-11-24 01:00"),
        # A language that counts to twenty-four.
        (When("tomorrow", "20:00"), "2026-11-22 08:20", "Mon 2026-11-23 20:00"),
        (When("tomorrow", "0:30"), "2026-11-22 08:20", "Mon 2026-11-23 00:30"),
    ],
)
def test_named_times(when: When, now: str, means: str) -> None:
    assert said(when, now) == means


@pytest.mark.parametrize(
    ("when", "began", "means"),
    [
        (When(), "2026-11-22 20:04", "Sun 2026-11-29 20:00"),
        (When(), "2026-11-22 20:16", "Sun 2026-11-29 20:30"),
        (When(), "2026-11-23 00:20", "Mon 2026-11-30 00:30"),
        (When("sunday"), "2026-11-22 20:04", "Sun 2026-11-29 20:00"),
        (When("wednesday"), "2026-11-22 08:04", "Wed 2026-11-25 08:00"),
        (When("tomorrow"), "2026-11-22 22:10", "Mon 2026-11-23 22:00"),
        # Today and tonight: when the clock shows that time again, else tomorrow.
        (When("today"), "2026-11-22 08:04", "Sun 2026-11-22 20:00"),
        (When("tonight"), "2026-11-22 08:04", "Sun 2026-11-22 20:00"),
        (When("today"), "2026-11-22 20:04", "Mon 2026-11-23 20:00"),
        (When("tonight"), "2026-11-22 14:00", "Sun 2026-11-22 20:00"),
        # A half of a day keeps the time where it fits, else takes its usual hour.
        (When("sunday", "", "evening"), "2026-11-22 18:34", "Sun 2026-11-29 18:30"),
        (When("sunday", "", "evening"), "2026-11-22 15:00", "Sun 2026-11-29 20:00"),
        (When("monday", "", "morning"), "2026-11-22 20:04", "Mon 2026-11-23 08:00"),
        (When("monday", "", "morning"), "2026-11-22 14:00", "Mon 2026-11-23 09:00"),
        (When("monday", "", "afternoon"), "2026-11-22 20:04", "Mon 2026-11-23 15:00"),
    ],
)
def test_the_same_time_is_when_the_ritual_began(when: When, began: str, means: str) -> None:
    start = datetime.fromisoformat(began)
    assert said(when, f"{start + timedelta(minutes=35)}", began) == means


def test_without_a_beginning_the_same_time_is_now() -> None:
    assert said(When("friday"), "2026-11-22 19:50") == "Fri 2026-11-27 20:00"


@pytest.mark.parametrize(
    ("when", "problem"),
    [
        (When("someday", "8:00"), "no such day: 'someday'"),
        (When("sunday", "eight"), "no such time: 'eight'"),
        (When("sunday", "8:75"), "no such time: '8:75'"),
        (When("sunday", "25:00"), "no such time: '25:00'"),
        (When("sunday", "8:00", "night"), "no such half of a day: 'night'"),
    ],
)
def test_words_of_an_intent_file_that_the_calendar_does_not_know(when: When, problem: str) -> None:
    with pytest.raises(BadContent, match=problem):
        resolve(when, at("2026-11-22 20:00"), BERLIN)


@given(WHENS, NOW, ZONES, st.integers(0, 3 * 3600))
def test_every_date_lies_ahead_and_within_eight_days(
    when: When, now: float, zone: ZoneInfo, lasted: int
) -> None:
    found = resolve(when, now, zone, began=now - lasted)
    assert instant(found, zone) > now
    assert found - local(now, zone) < timedelta(days=8)


@given(st.builds(When, st.sampled_from(WEEKDAYS), TIMES, HALVES), NOW, ZONES)
def test_a_weekday_is_that_weekday(when: When, now: float, zone: ZoneInfo) -> None:
    found = resolve(when, now, zone, began=at("2026-11-22 20:00", zone))
    midnight = found.hour == 0 or (when.half == "evening" and found.hour < 4)
    assert WEEKDAYS[(found - timedelta(days=midnight)).weekday()] == when.day


@given(st.builds(When, DAYS, TIMES, HALVES), NOW, ZONES)
def test_the_clock_shows_the_time_that_was_said(when: When, now: float, zone: ZoneInfo) -> None:
    found = resolve(when, now, zone)
    if when.time:
        hour, minute = (int(part) for part in when.time.split(":"))
        assert (found.hour % 12, found.minute) == (hour % 12, minute)
    else:
        assert found.minute in {0, 30}


@given(NOW, st.integers(1, 7 * 48), ZONES)
def test_a_date_that_is_told_means_the_same_when_it_is_said_back(
    now: float, half_hours: int, zone: ZoneInfo
) -> None:
    here = local(now, zone).replace(second=0, microsecond=0)
    ahead = here.replace(minute=0) + timedelta(minutes=30 * half_hours)
    if instant(ahead, zone) > now:
        told = spoken_when(ahead, now, zone)
        assert told.time
        assert resolve(told, now, zone) == ahead


@pytest.mark.parametrize(
    ("date", "told"),
    [
        ("2026-11-22 15:00", When("today", "3:00", "afternoon")),
        ("2026-11-22 20:30", When("tonight", "8:30")),
        ("2026-11-23 00:00", When("tonight", "12:00")),
        ("2026-11-23 09:00", When("tomorrow", "9:00", "morning")),
        ("2026-11-26 12:00", When("thursday", "12:00", "afternoon")),
        ("2026-11-29 20:00", When("sunday", "8:00", "evening")),
    ],
)
def test_how_a_date_is_told(date: str, told: When) -> None:
    assert spoken_when(datetime.fromisoformat(date), at("2026-11-22 10:00"), BERLIN) == told


def test_the_dates_that_are_told_lie_ahead_and_the_next_one_comes_first() -> None:
    kept = [
        Appointment(1, "couch-date", datetime.fromisoformat("2026-11-25 21:00")),
        Appointment(2, "weekly-check-in", datetime.fromisoformat("2026-11-23 20:00")),
        Appointment(3, "bedtime-ten", datetime.fromisoformat("2026-11-21 22:00")),
    ]
    assert dates_changed(kept, at("2026-11-22 10:00"), BERLIN) == DatesChanged(
        (
            ("weekly-check-in", When("tomorrow", "8:00", "evening")),
            ("couch-date", When("wednesday", "9:00", "evening")),
        )
    )


# ---- daylight saving ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "before", "kept"),
    [
        (BERLIN, "2026-03-28 20:00", "2026-03-29 20:00"),  # 23 hours
        (BERLIN, "2026-10-24 20:00", "2026-10-25 20:00"),  # 25 hours
        (NEW_YORK, "2026-03-07 20:00", "2026-03-08 20:00"),
        (LORD_HOWE, "2026-10-03 20:00", "2026-10-04 20:00"),
        (TROLL, "2026-03-28 20:00", "2026-03-29 20:00"),
    ],
)
def test_eight_stays_eight_over_the_change_of_the_clocks(
    zone: ZoneInfo, before: str, kept: str
) -> None:
    now = at(before, zone)
    found = resolve(When("tomorrow", "8:00"), now, zone)
    assert f"{found:%Y-%m-%d %H:%M}" == kept
    assert instant(found, zone) - now != 24 * 3600
    assert f"{local(instant(found, zone), zone):%Y-%m-%d %H:%M}" == kept


@pytest.mark.parametrize(
    ("zone", "missing", "comes"),
    [
        (BERLIN, "2026-03-29 02:30", "03:30"),
        (NEW_YORK, "2026-03-08 02:00", "03:00"),
        (LORD_HOWE, "2026-10-04 02:15", "02:45"),
        (TROLL, "2026-03-29 01:30", "03:30"),
    ],
)
def test_a_time_that_does_not_exist_comes_as_if_nothing_had_changed(
    zone: ZoneInfo, missing: str, comes: str
) -> None:
    assert f"{local(at(missing, zone), zone):%H:%M}" == comes


def test_a_time_that_exists_twice_comes_the_first_time() -> None:
    first = at("2026-10-25 02:30")
    assert local(first, BERLIN) == local(first + 3600, BERLIN)
    assert local(first - 3600, BERLIN) == datetime.fromisoformat("2026-10-25 01:30")


def test_in_the_hour_that_comes_again_a_date_still_lies_ahead() -> None:
    second_time = at("2026-10-25 02:30") + 3600
    found = resolve(When("today", "2:45", "morning"), second_time, BERLIN)
    assert instant(found, BERLIN) > second_time


@pytest.fixture
def system_zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The machine is in Berlin."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    clock.tzset()
    yield
    monkeypatch.undo()
    clock.tzset()


@pytest.mark.usefixtures("system_zone")
@pytest.mark.parametrize(
    "moment", ["2026-03-29 02:30", "2026-03-29 03:00", "2026-10-25 02:30", "2026-11-22 20:00"]
)
def test_the_systems_own_zone_follows_the_same_rules(moment: str) -> None:
    naive = datetime.fromisoformat(moment)
    assert instant(naive) == instant(naive, BERLIN)
    assert local(instant(naive)) == local(instant(naive), BERLIN)
