"""Equal time: what one partner's floor grows by, every floor of its group grows by.

Floors of one group belong together: one round of a step, or the answers to one question. When a
floor grows, those still to come are granted the same, and those who had theirs are offered it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from assistant.conversation.script import UNEXTENDED, Beat, Floor


@dataclass(slots=True)
class _Group:
    """What happened in one group: how much it grew, on whose floor, and who had the floor."""

    more: float = 0.0
    grower: int | None = None
    held: list[int] = field(default_factory=list)


class Shares:
    """The floors of one ritual, by group; positions are those of its order."""

    def __init__(self) -> None:
        """Nobody has had the floor, and nothing has grown."""
        self._groups: dict[int, _Group] = {}

    def granted(self, floor: Floor) -> float:
        """Seconds the floor is granted in all: its own, and what its group has grown by."""
        return floor.seconds + self._group(floor).more

    def may_grow(self, floor: Floor) -> bool:
        """Whether there can be more time: a group grows once, and some never do."""
        return floor.group != UNEXTENDED and self._group(floor).more == 0

    def grow(self, floor: Floor, seconds: float) -> None:
        """The floor that is held grows, and with it all that come after it in its group."""
        group = self._group(floor)
        group.more, group.grower = seconds, floor.position

    def owed(self, floor: Floor) -> list[int]:
        """The floor is over: positions that had theirs before this one grew."""
        group = self._group(floor)
        owed = list(group.held) if group.grower == floor.position else []
        group.held.append(floor.position)
        return owed

    def more(self, floor: Floor) -> float:
        """Seconds the floor's group has grown by."""
        return self._group(floor).more

    def begin_again(self, beats: Iterable[Beat]) -> None:
        """The floors among these beats are given anew, to everybody, as long as they are now."""
        for beat in beats:
            if isinstance(beat, Floor) and beat.group in self._groups:
                self._groups[beat.group] = _Group(self._groups[beat.group].more)

    def _group(self, floor: Floor) -> _Group:
        if floor.group == UNEXTENDED:
            return _Group()
        return self._groups.setdefault(floor.group, _Group())
