"""Whether agreed dates and opt-in reminders have come, by a wall clock that may be wrong. Pure.

Times are arguments: `now` is the wall clock in seconds since 1970, `running` the monotonic clock in
seconds. A `zone` of None is the system's own.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import Enum

from assistant.calendar import Appointment, instant, local
from assistant.config import Reminders
from assistant.events import DateArrived

HOUR = 3600.0
DAY = 24 * HOUR
LATE = HOUR
"""Seconds. An invitation that comes later than this invites to nothing: it is left out."""
LOOK = 60.0
"""Seconds between two looks at the clock at most, so that a clock that was set is noticed."""
EARLIEST = datetime(2025, 1, 1, tzinfo=UTC).timestamp()
LATEST = datetime(2200, 1, 1, tzinfo=UTC).timestamp()
"""Outside these no clock is right: a machine without a battery starts in 1970."""
ABSENCE = 400 * DAY
"""A clock further ahead of the last good time than this has jumped; less, the box was off."""
STEP = 30.0
"""Seconds between the wall clock and the monotonic one that show that somebody set it."""
SETTLED = HOUR
"""Seconds a clock must have run straight before its time is kept as good: a clock that is wrong
at boot is usually set right within minutes."""


@dataclass(frozen=True, slots=True)
class Reminded:
    """A daily reminder that has come, on its day: once a day, whatever the clock does."""

    kind: str
    day: date


@dataclass(frozen=True, slots=True)
class Look:
    """What a look at the clock found.

    Attributes:
        arrived: dates that have come now.
        reminded: reminders that have come now.
        missed: ids of dates that passed unheard long ago and can be dropped.
        last_good: the last time that is known to be good, in seconds; 0 if none is.
    """

    arrived: tuple[Appointment, ...] = ()
    reminded: tuple[Reminded, ...] = ()
    missed: tuple[int, ...] = ()
    last_good: float = 0.0

    @property
    def events(self) -> list[DateArrived]:
        """What the conversation is told."""
        dates = [DateArrived(ritual=one.ritual) for one in self.arrived]
        return dates + [DateArrived(reminder=one.kind) for one in self.reminded]


def next_wakeup(
    appointments: Iterable[Appointment],
    reminders: Reminders,
    now: float,
    zone: tzinfo | None = None,
) -> float:
    """Seconds until the calendar must be looked at again, `LOOK` at most."""
    if not EARLIEST <= now < LATEST:
        return LOOK
    times = [one.at for one in appointments]
    times += [at for _, at in _reminder_times(reminders, local(now, zone).date())]
    ahead = [instant(at, zone) - now for at in times]
    return min([LOOK, *(seconds for seconds in ahead if seconds > 0)])


def _reminder_times(reminders: Reminders, today: date) -> list[tuple[Reminded, datetime]]:
    """The times of the reminders around a day: one at night may be looked at after midnight."""
    chosen = {"kind_word": reminders.kind_word, "connecting_act": reminders.connecting_act}
    days = [today + timedelta(days=days) for days in (-1, 0, 1)]
    return [
        (Reminded(kind, day), datetime.combine(day, time.fromisoformat(at)))
        for kind, at in chosen.items()
        for day in days
        if at
    ]


class Belief(Enum):
    """How far the wall clock is believed."""

    NOT = "not"
    """Nothing comes and nothing is dropped."""
    LIKELY = "likely"
    """In line with the last good time: dates come."""
    SURE = "sure"
    """It has run straight for a day: what was missed can be dropped."""


@dataclass(slots=True)
class Watch:
    """Tells when dates have come, by a wall clock that may be wrong.

    A time is believed when it is later than the last one known to be good, though not by years.
    Any other is believed once the clock has run straight, beside the monotonic one, for a day:
    nobody set it right, so it is how this household lives. Until then nothing comes and nothing
    is lost. What comes late by more than an hour never comes, so no jump lets invitations pile up.
    """

    last_good: float
    zone: tzinfo | None = None
    _offset: float | None = None
    _straight_since: float = 0.0
    _done: set[Appointment | Reminded] = field(default_factory=set)

    def look(
        self,
        appointments: Sequence[Appointment],
        reminders: Reminders,
        reminded: Mapping[str, date],
        now: float,
        running: float,
    ) -> Look:
        """What has come since the last look; each comes once, also if it cannot be written down.

        Args:
            appointments: all that are agreed.
            reminders: what the household opted in to.
            reminded: by kind, the day of the last reminder that came.
            now: wall clock, seconds.
            running: monotonic clock, seconds.
        """
        belief = self._believe(now, running)
        if belief is Belief.NOT:
            return Look(last_good=self.last_good)
        arrived = [one for one in appointments if self._is_due(one.at, now)]
        around = _reminder_times(reminders, local(now, self.zone).date())
        daily = [
            one for one, at in around if self._is_due(at, now) and reminded.get(one.kind) != one.day
        ]
        late = [one.id for one in appointments if now - instant(one.at, self.zone) >= LATE]
        look = Look(
            tuple(one for one in arrived if one not in self._done),
            tuple(one for one in daily if one not in self._done),
            tuple(late) if belief is Belief.SURE else (),
            self.last_good,
        )
        self._done = {*arrived, *daily}
        return look

    def _is_due(self, at: datetime, now: float) -> bool:
        return 0 <= now - instant(at, self.zone) < LATE

    def _believe(self, now: float, running: float) -> Belief:
        offset = now - running
        if self._offset is None or abs(offset - self._offset) > STEP:
            self._straight_since = running
        self._offset = offset
        if not EARLIEST <= now < LATEST:
            return Belief.NOT
        straight = running - self._straight_since
        in_line = not self.last_good or self.last_good <= now <= self.last_good + ABSENCE
        if not in_line and straight < DAY:
            return Belief.NOT
        if straight >= SETTLED:
            self.last_good = now
        return Belief.SURE if straight >= DAY else Belief.LIKELY
