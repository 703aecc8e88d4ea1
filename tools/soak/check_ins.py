"""The account of each check-in: asked for, begun, over, and whether it came to its close."""

from collections.abc import Sequence
from dataclasses import dataclass

from tools.soak.faults import LASTS, Injected


@dataclass(slots=True)
class CheckIn:
    """One check-in; all times in simulated seconds since the beginning.

    Attributes:
        asked_at: when it was first asked for.
        begun_at: when that was understood.
        over_at: when nothing of it ran any more.
        closed: whether its last sentence was said.
    """

    asked_at: float
    begun_at: float | None = None
    over_at: float | None = None
    closed: bool = False

    def begin(self, now: float) -> None:
        """It was understood; only the first time counts."""
        if self.begun_at is None:
            self.begun_at = now

    def look(self, now: float, *, idle: bool) -> None:
        """Note when nothing of it runs any more."""
        if idle and self.begun_at is not None and self.over_at is None:
            self.over_at = now

    def within(self, faults: Sequence[Injected]) -> list[str]:
        """The faults that were there while it was asked for or ran, in their order."""
        begins = self.asked_at - LASTS
        ends = float("inf") if self.over_at is None else self.over_at
        return [fault.kind for fault in faults if begins <= fault.at <= ends]


def unexplained(check_ins: Sequence[CheckIn], faults: Sequence[Injected]) -> list[CheckIn]:
    """Those that did not come to their close although nothing failed."""
    return [one for one in check_ins if not (one.closed or one.within(faults))]
