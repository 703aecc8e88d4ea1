"""Counting, and how sure a count is."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

SURE = 0.95
"""Of all intervals."""
_Z = 1.959964
"""Standard deviations that hold 95 % of a normal distribution."""


class Outcome(StrEnum):
    """What became of one spoken command."""

    RIGHT = "right"
    WRONG = "wrong"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Acceptance:
    """How many commands were taken for what they were."""

    right: int
    wrong: int
    spoken: int

    @property
    def share(self) -> float:
        """The part that was right, 0 to 1."""
        return self.right / self.spoken if self.spoken else math.nan

    def interval(self) -> tuple[float, float]:
        """Between which values the share lies."""
        return wilson(self.right, self.spoken)


def count(outcomes: Iterable[Outcome]) -> Acceptance:
    """Sum up outcomes."""
    listed = list(outcomes)
    return Acceptance(listed.count(Outcome.RIGHT), listed.count(Outcome.WRONG), len(listed))


def outcome(acted: Sequence[object], meant: object) -> Outcome:
    """Judge what a loop did at one command.

    Args:
        acted: the intents it acted on, all of them.
        meant: the intent that was spoken.
    """
    if not acted:
        return Outcome.NONE
    return Outcome.RIGHT if all(intent == meant for intent in acted) else Outcome.WRONG


def wilson(found: int, of: int) -> tuple[float, float]:
    """Give Wilson's interval of a share (E. B. Wilson, 1927)."""
    if not of:
        return 0.0, 1.0
    share, square = found / of, _Z**2
    middle = (share + square / (2 * of)) / (1 + square / of)
    half = _Z / (1 + square / of) * math.sqrt(share * (1 - share) / of + square / (4 * of**2))
    return max(0.0, middle - half), min(1.0, middle + half)


def poisson(found: int) -> tuple[float, float]:
    """Give the exact interval of the mean behind a count of rare events (F. Garwood, 1936)."""
    tail = (1 - SURE) / 2
    most = found + 20 + 10 * math.sqrt(found)
    low = 0.0
    if found:
        low = _crossing(lambda mean: 1 - _poisson_at_most(found - 1, mean), tail, most)
    high = _crossing(lambda mean: 1 - _poisson_at_most(found, mean), 1 - tail, most)
    return low, high


def percentile(values: Sequence[float], part: float) -> float:
    """Give the value below which a part (0 to 1) of the values lies, between neighbours linear."""
    if not values:
        return math.nan
    ordered = sorted(values)
    place = part * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def _poisson_at_most(found: int, mean: float) -> float:
    return math.fsum(
        math.exp(number * math.log(mean) - mean - math.lgamma(number + 1)) if mean else not number
        for number in range(found + 1)
    )


def _crossing(rising: Callable[[float], float], value: float, most: float) -> float:
    """Find where a rising function of a mean between 0 and `most` takes a value."""
    low, high = 0.0, most
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < value else (low, middle)
    return (low + high) / 2
