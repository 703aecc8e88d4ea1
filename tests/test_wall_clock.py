"""When dates and reminders come, by clocks that are right, stopped, or wrong by years."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from assistant.calendar import Appointment, instant
from assistant.config import Reminders
from assistant.events import DateArrived
from assistant.wall_clock import DAY, EARLIEST, HOUR, LOOK, Look, Reminded, Watch, next_wakeup

BERLIN = ZoneInfo("Europe/Berlin")
EIGHT = datetime.fromisoformat("2026-11-22 20:00")
CHECK_IN = Appointment(1, "weekly-check-in", EIGHT)
NONE = Reminders()


def at(spoken: str) -> float:
    """The instant of a local time in Berlin."""
    return instant(datetime.fromisoformat(spoken), BERLIN)


@dataclass
class Box:
    """A machine with a clock to turn, which writes down what a look found unless its disk fails."""

    now: float
    kept: list[Appointment] = field(default_factory=list)
    reminders: Reminders = NONE
    reminded: dict[str, date] = field(default_factory=dict)
    last_good: float = 0.0
    running: float = 100.0
    disk_works: bool = True
    watch: Watch = field(init=False)

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        self.running = 0.0
        self.watch = Watch(self.last_good, BERLIN)

    def look(self) -> Look:
        look = self.watch.look(self.kept, self.reminders, self.reminded, self.now, self.running)
        if self.disk_works:
            gone = {one.id for one in look.arrived} | set(look.missed)
            self.kept = [one for one in self.kept if one.id not in gone]
            self.reminded |= {one.kind: one.day for one in look.reminded}
            self.last_good = look.last_good
        return look

    def wait(self, seconds: float) -> list[DateArrived]:
        """Let time pass, looking whenever the calendar asks for it."""
        events = []
        end = self.running + seconds
        while self.running < end:
            step = next_wakeup(self.kept, self.reminders, self.now, BERLIN)
            step = min(max(step, 0.001), end - self.running)
            self.now += step
            self.running += step
            events += self.look().events
        return events


def test_a_date_comes_at_its_time_and_once() -> None:
    box = Box(at("2026-11-22 19:58"), [CHECK_IN])
    assert box.wait(119) == []
    assert box.wait(1.001) == [DateArrived(ritual="weekly-check-in")]
    assert box.wait(2 * HOUR) == []
    assert box.kept == []


def test_a_date_comes_once_also_when_it_cannot_be_written_down() -> None:
    box = Box(at("2026-11-22 19:58"), [CHECK_IN], Reminders(kind_word="20:05"), disk_works=False)
    assert box.wait(2 * HOUR) == [
        DateArrived(ritual="weekly-check-in"),
        DateArrived(reminder="kind_word"),
    ]


@pytest.mark.parametrize(
    ("back_at", "invites"),
    [("2026-11-22 20:59", True), ("2026-11-22 21:00", False), ("2026-11-23 20:30", False)],
)
def test_a_date_that_passed_while_the_box_was_off(back_at: str, *, invites: bool) -> None:
    box = Box(at(back_at), [CHECK_IN], last_good=at("2026-11-22 12:00"))
    assert bool(box.look().events) is invites


def test_a_missed_date_is_dropped_after_a_day_without_a_word() -> None:
    box = Box(at("2026-11-23 20:30"), [CHECK_IN])
    assert box.wait(DAY - 2 * LOOK) == []
    assert box.kept == [CHECK_IN]
    assert box.wait(3 * LOOK) == []
    assert box.kept == []


def test_a_restart_in_the_minute_of_a_date_does_not_bring_it_twice() -> None:
    box = Box(at("2026-11-22 20:00"), [CHECK_IN], Reminders(connecting_act="20:00"))
    assert len(box.look().events) == 2
    box.restart()
    assert box.look().events == []


# ---- reminders ------------------------------------------------------------------------------


def test_reminders_come_daily_at_their_time_over_the_change_of_the_clocks() -> None:
    box = Box(at("2026-10-24 06:00"), reminders=Reminders("07:30", "18:15"))
    both = [DateArrived(reminder="kind_word"), DateArrived(reminder="connecting_act")]
    assert box.wait(13 * HOUR) == both
    assert box.wait(DAY + HOUR) == both
    assert box.now == at("2026-10-25 19:00")
    assert box.wait(2 * DAY) == both * 2


def test_a_reminder_before_midnight_is_still_that_days_after_it() -> None:
    box = Box(at("2026-11-23 00:10"), reminders=Reminders(connecting_act="23:45"))
    look = box.look()
    assert look.reminded == (Reminded("connecting_act", date(2026, 11, 22)),)
    assert box.wait(23 * HOUR) == []
    assert len(box.wait(HOUR)) == 1


def test_nothing_comes_to_those_who_did_not_ask() -> None:
    assert Box(at("2026-11-22 06:00")).wait(2 * DAY) == []


# ---- clocks that are wrong ------------------------------------------------------------------


@pytest.mark.parametrize("wrong", [0.0, -5.0, EARLIEST - 1, 4e9, 8e9, 1e18])
def test_a_clock_without_a_battery_brings_nothing_and_loses_nothing(wrong: float) -> None:
    box = Box(wrong, [CHECK_IN], Reminders("01:00", "02:00"), last_good=at("2026-11-22 12:00"))
    assert box.wait(4 * HOUR) == []
    box.now = at("2026-11-22 19:59")
    assert box.wait(2 * LOOK) == [DateArrived(ritual="weekly-check-in")]


def test_nothing_comes_before_the_last_good_time() -> None:
    good = at("2026-11-22 18:00")
    box = Box(good - 30 * DAY, [CHECK_IN], Reminders("07:30"), last_good=good)
    assert box.wait(DAY / 2) == []
    box.now = good + 1
    assert box.wait(2.5 * HOUR) == [DateArrived(ritual="weekly-check-in")]


@pytest.mark.parametrize("years", [-20, -3, 3, 60])
def test_a_jump_by_years_and_back_brings_no_flood_and_loses_nothing(years: int) -> None:
    dates = [
        Appointment(number, f"ritual-{number}", EIGHT + timedelta(days=number))
        for number in range(3)
    ]
    start = at("2026-11-22 12:00")
    box = Box(start, dates, Reminders("07:30", "18:00"))
    assert len(box.wait(10 * HOUR)) == 2
    right = box.now
    box.now += years * 365 * DAY
    assert box.wait(3 * HOUR) == []
    box.now = right + 3 * HOUR
    assert len(box.wait(2 * DAY)) == 2 + 2 * 2
    assert box.kept == []


def test_a_clock_that_is_wrong_at_boot_for_some_minutes_is_not_taken_for_good() -> None:
    box = Box(at("2026-12-25 12:00"), [CHECK_IN], last_good=at("2026-11-22 10:00"))
    assert box.wait(HOUR / 2) == []
    box.now = at("2026-11-22 19:30")
    assert box.wait(HOUR) == [DateArrived(ritual="weekly-check-in")]


def test_a_box_that_lives_with_an_earlier_clock_believes_it_after_a_day() -> None:
    box = Box(at("2026-11-21 12:00"), [CHECK_IN], last_good=at("2027-06-01 12:00"))
    assert box.wait(DAY - 2 * LOOK) == []
    assert box.wait(10 * HOUR) == [DateArrived(ritual="weekly-check-in")]


def test_a_box_that_was_off_for_a_year_is_believed_at_once() -> None:
    box = Box(at("2026-11-22 19:59"), [CHECK_IN], last_good=at("2025-11-22 12:00"))
    assert box.wait(2 * LOOK) == [DateArrived(ritual="weekly-check-in")]


def test_after_a_suspend_the_next_date_comes() -> None:
    box = Box(at("2026-11-22 08:00"), [CHECK_IN])
    box.wait(2 * HOUR)
    box.now += 9.5 * HOUR
    assert box.wait(HOUR) == [DateArrived(ritual="weekly-check-in")]


def test_the_calendar_is_looked_at_in_time_and_at_least_every_minute() -> None:
    now = at("2026-11-22 19:59:45")
    assert next_wakeup([CHECK_IN], NONE, now, BERLIN) == 15
    assert next_wakeup([], Reminders(kind_word="19:59"), now, BERLIN) == LOOK
    assert next_wakeup([CHECK_IN], NONE, now - DAY, BERLIN) == LOOK
    assert next_wakeup([CHECK_IN], NONE, 1e18, BERLIN) == LOOK


class Shelf(RuleBasedStateMachine):
    """A box on a shelf whose clock, power and owners do what they like."""

    def __init__(self) -> None:
        super().__init__()
        self.box = Box(at("2026-11-22 12:00"), reminders=Reminders("07:30", "18:15"))
        self.agreed = 0
        self.heard: list[Appointment] = []
        self.days: list[Reminded] = []

    @rule(hours=st.integers(1, 7 * 24))
    def agree(self, hours: int) -> None:
        self.agreed += 1
        moment = max(self.box.now, EARLIEST) + hours * HOUR
        date_of_it = datetime.fromtimestamp(moment, UTC).replace(tzinfo=None, second=0)
        self.box.kept.append(Appointment(self.agreed, f"ritual-{self.agreed}", date_of_it))

    @rule(minutes=st.integers(1, 600))
    def pass_time(self, minutes: int) -> None:
        for _ in range(minutes // 10 + 1):
            self.box.now += 600
            self.box.running += 600
            self.look()

    @rule(days=st.integers(-20_000, 20_000))
    def set_the_clock(self, days: int) -> None:
        self.box.now = min(max(0.0, self.box.now + days * DAY), 6e9)
        self.look()

    @rule()
    def restart(self) -> None:
        self.box.restart()
        self.look()

    def look(self) -> None:
        look = self.box.look()
        self.heard += look.arrived
        self.days += look.reminded
        self.check_lateness(look.arrived)

    def check_lateness(self, arrived: Sequence[Appointment]) -> None:
        for one in arrived:
            assert 0 <= self.box.now - instant(one.at, BERLIN) < HOUR

    @invariant()
    def each_date_comes_once(self) -> None:
        assert len({one.id for one in self.heard}) == len(self.heard)

    @invariant()
    def what_is_taken_for_good_is_possible(self) -> None:
        assert self.box.last_good == 0 or self.box.last_good >= EARLIEST


TestShelf = Shelf.TestCase
TestShelf.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
