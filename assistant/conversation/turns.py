"""The turn engine: the time of one partner's turn, as a value that changes only by being replaced.

A turn is granted a time, may be paused and resumed, may grow, and rings at its end. The speaker may
finish past the bell: the turn is over when it is quiet, or after a limit.
"""

import math
from dataclasses import dataclass, replace

from assistant.config import Timing


@dataclass(frozen=True, slots=True)
class Turn:
    """One partner's time on the floor. All times in seconds of the conversation's clock.

    Attributes:
        partner: who holds the floor, counted from 1.
        granted: seconds this turn may take in all, extensions included.
        since: when the clock last began to run; None while it stands.
        spent: seconds that ran before `since`.
        warned: the chime of the last minute has sounded.
        rung_at: when the bell rang; None before.
    """

    partner: int
    granted: float
    since: float | None
    spent: float = 0.0
    warned: bool = False
    rung_at: float | None = None

    def used(self, now: float) -> float:
        """Seconds of the turn that have passed, pauses left out."""
        return self.spent if self.since is None else self.spent + (now - self.since)

    def remaining(self, now: float) -> float:
        """Seconds left before the bell; 0 after it."""
        return max(0.0, self.granted - self.used(now))

    @property
    def bell(self) -> float:
        """When the bell rings; never, while the clock stands.

        Whether it is time is asked of this sum alone: `remaining` may differ from it by a rounding.
        """
        return math.inf if self.since is None else self.since + self.granted - self.spent

    def paused(self, now: float) -> "Turn":
        """The turn with its clock standing."""
        return replace(self, since=None, spent=self.used(now))

    def resumed(self, now: float) -> "Turn":
        """The turn with its clock running again; a bell that has rung goes on waiting from now."""
        rung_at = None if self.rung_at is None else now
        return replace(self, since=now, rung_at=rung_at)

    def longer(self, seconds: float) -> "Turn":
        """The turn grown by `seconds`; it will ring again, and warn again if there is room."""
        return replace(self, granted=self.granted + seconds, warned=False, rung_at=None)

    def warned_now(self) -> "Turn":
        """The turn after its last-minute chime."""
        return replace(self, warned=True)

    def rung(self, now: float) -> "Turn":
        """The turn after its bell."""
        return replace(self, rung_at=now)

    def deadline(self, timing: Timing, quiet_since: float | None) -> float:
        """When the turn next wants attention: last minute, bell, quiet after the bell, or limit.

        Args:
            timing: the house's timings.
            quiet_since: since when nobody speaks; None while somebody does.
        """
        if self.since is None:
            raise ValueError("a paused turn has no deadline")
        if self.rung_at is None:
            return self.bell - timing.minute_left if self._wants_warning(timing) else self.bell
        limit = self.rung_at + timing.overtime
        return limit if quiet_since is None else min(limit, quiet_since + timing.bell_quiet)

    def _wants_warning(self, timing: Timing) -> bool:
        long_enough = self.granted >= timing.shortest_with_warning
        return long_enough and not self.warned and self.spent < self.granted - timing.minute_left

    def nearly_over(self, now: float, timing: Timing) -> bool:
        """Whether a chime of the last minute would come far too late to be true."""
        return now > self.bell - timing.minute_left / 2

    def over(self, now: float, timing: Timing, quiet_since: float | None) -> bool:
        """After the bell: is it quiet, or has the limit passed?"""
        if self.rung_at is None:
            return False
        quiet = quiet_since is not None and now >= quiet_since + timing.bell_quiet
        return quiet or now >= self.rung_at + timing.overtime
