"""Agreed dates: what a spoken date means on the wall clock. Pure: the time is an argument.

A date is kept as the local time that was spoken (a naive `datetime`: a Sunday at eight stays at
eight whatever daylight saving does) and becomes an instant only to see whether it has come, in
`wall_clock`. An instant is in seconds since 1970, as `time.time()` gives them. A `zone` of None is
the system's own.

How a spoken date is understood
-------------------------------

1. A day lasts until four in the morning: said at half past midnight, "tomorrow" is the day after
   the next sleep, and "tonight at one" is after midnight.
2. A weekday said on that weekday is a week on; "today" and "tonight" mean today. No day at all is
   the same weekday a week on.
3. No time means the same time: when the ritual that is closing began, to the nearest half hour (the
   grain in which times are spoken). "Sunday evening" keeps what the clock's face showed where an
   evening has that hour, else it is eight o'clock; mornings are nine and afternoons three.
4. Without "in the morning", "afternoon" or "evening", the reading less than two hours from the time
   on the clock wins (coffee at eight, "tomorrow at eight"); else one to nine are p.m., ten and
   eleven a.m., and twelve is noon.
5. What has passed already is the next one: "tonight at six", said at seven, is tomorrow.
6. A local time that does not exist that night (clocks go forward) comes when it would have come
   without the change; one that exists twice comes the first time.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from assistant.errors import BadContent
from assistant.events import DatesChanged, When

GRAIN = 30
"""Minutes: dates are spoken in whole and half hours."""
DAY_ENDS = 4
"""Hour at which a day is over for those who are still up."""
NEAR = 120
"""Minutes; see rule 4."""
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
HALVES = {"morning": (4, 12, 9), "afternoon": (12, 18, 15), "evening": (18, 24, 20)}
"""From and to which hour, and which hour is meant when no time is named."""
SPOKEN_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class Appointment:
    """An agreed date.

    Attributes:
        id: what `turntable appointments --remove` takes.
        ritual: what to invite to.
        at: local wall-clock time, without a zone.
    """

    id: int
    ritual: str
    at: datetime


# ---- local time and instants ----------------------------------------------------------------


def instant(at: datetime, zone: tzinfo | None = None) -> float:
    """The seconds at which a local time comes (rule 6)."""
    return at.replace(tzinfo=zone, fold=0).timestamp()


def local(now: float, zone: tzinfo | None = None) -> datetime:
    """The local time, without its zone, at an instant."""
    return datetime.fromtimestamp(now, zone).replace(tzinfo=None, fold=0)


# ---- spoken dates ---------------------------------------------------------------------------


def resolve(
    when: When, now: float, zone: tzinfo | None = None, *, began: float | None = None
) -> datetime:
    """The local time that a spoken date means: later than `now`, and within eight days.

    Args:
        when: as it was spoken.
        now: seconds.
        zone: of the household.
        began: when the ritual that closes now began, in seconds: the "same time".

    Raises:
        BadContent: a day, time or half that this calendar does not know, from an intent file.
    """
    here = local(now, zone)
    today = _day_of(here)
    days, step = _days_ahead(when.day, today)
    midnight = datetime.combine(today + timedelta(days=days), time())
    begun = local(now if began is None else began, zone)
    readings = _readings(when, _minutes_into(begun), _minutes_into(here))
    return next(
        at
        for days_on in (0, step, 2 * step)
        for minutes in readings
        if instant(at := midnight + timedelta(days=days_on, minutes=minutes), zone) > now
    )


def spoken_when(at: datetime, now: float, zone: tzinfo | None = None) -> When:
    """A local time as it is told; `resolve` takes it back to the same time within a week."""
    night = at.hour == 0
    day = at.date() - timedelta(days=1) if night else at.date()
    ahead = (day - _day_of(local(now, zone))).days
    spoken = f"{at.hour % 12 or 12}:{at.minute:02}"
    evening = night or at.hour >= HALVES["evening"][0]
    if ahead == 0 and evening:
        return When("tonight", spoken)
    name = {0: "today", 1: "tomorrow"}.get(ahead, WEEKDAYS[day.weekday()])
    half = "evening" if evening else "morning" if at.hour < 12 else "afternoon"
    return When(name, spoken, half)


def dates_changed(
    appointments: Iterable[Appointment], now: float, zone: tzinfo | None = None
) -> DatesChanged:
    """The dates that lie ahead, as they are told, the next one first."""
    ahead = [one for one in appointments if instant(one.at, zone) > now]
    ahead.sort(key=lambda one: one.at)
    return DatesChanged(tuple((one.ritual, spoken_when(one.at, now, zone)) for one in ahead))


def _day_of(here: datetime) -> date:
    return (here - timedelta(hours=DAY_ENDS)).date()


def _minutes_into(here: datetime) -> int:
    """Minutes since the midnight that began this day; more than a day's after midnight."""
    midnight = datetime.combine(_day_of(here), time())
    return int((here - midnight).total_seconds() // 60)


def _days_ahead(day: str, today: date) -> tuple[int, int]:
    """How many days on, and how many more when that has passed already."""
    if day in {"today", "tonight"}:
        return 0, 1
    if day == "tomorrow":
        return 1, 1
    if not day:
        return 7, 7
    if day not in WEEKDAYS:
        raise BadContent(
            f"no such day: {day!r}", remedy="use today, tonight, tomorrow or a weekday"
        )
    return (WEEKDAYS.index(day) - today.weekday()) % 7 or 7, 7


def _readings(when: When, begun: int, here: int) -> list[int]:
    """What a spoken time can mean, in minutes from that day's midnight, the likeliest first."""
    half = "evening" if when.day == "tonight" else when.half
    if half and half not in HALVES:
        raise BadContent(f"no such half of a day: {half!r}", remedy=f"use {', '.join(HALVES)}")
    if not when.time:
        return _same_time(begun, half, today=when.day == "today")
    match = SPOKEN_TIME.fullmatch(when.time)
    if match is None:
        raise BadContent(f"no such time: {when.time!r}", remedy="write it as H:MM")
    hour, minute = int(match[1]), int(match[2])
    if not 1 <= hour <= 12:
        return [60 * hour + minute]
    if half:
        return [60 * _hour_in(half, hour) + minute]
    early, late = 60 * hour + minute, 60 * (hour + 12) + minute
    if abs(early - here) < NEAR or (hour >= 10 and abs(late - here) >= NEAR):
        return [early, late]
    return [late, early]


def _hour_in(half: str, hour: int) -> int:
    """The hour of a day, 1 to 27, that a spoken hour from 1 to 12 means in a half of it."""
    if hour == 12:
        return 24 if half == "evening" else 12
    if half == "morning":
        return hour
    return hour + 24 if half == "evening" and hour < DAY_ENDS else hour + 12


def _same_time(begun: int, half: str, *, today: bool) -> list[int]:
    """The same time; in a half of a day, or today, also where the clock's face shows it again."""
    rounded = round(begun / GRAIN) * GRAIN
    if not half and not today:
        return [rounded]
    first, last, usual = HALVES[half] if half else (0, 24, rounded / 60)
    readings = (rounded, rounded + 60 * 12, rounded - 60 * 12)
    fitting = [minutes for minutes in readings if 60 * first <= minutes < 60 * last]
    return fitting or [int(60 * usual)]
