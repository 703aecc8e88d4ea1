"""The keeper: a wall clock that jumps by years, and a disk that takes nothing for a while."""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from assistant.calendar import instant
from assistant.config import Reminders
from assistant.errors import MemoryLost
from assistant.events import (
    Appoint,
    DateArrived,
    DatesChanged,
    Part,
    PartBack,
    PartLost,
    StartNextTimeWith,
    UseQuestion,
    When,
)
from assistant.keeper import Keeper, Told
from assistant.memory import Memory

RITUAL = "weekly-check-in"
BEGAN = datetime.fromisoformat("2026-11-18T20:00")
YEAR = 365 * 86_400.0


class House:
    """A keeper between a real memory and a conversation, at clocks that a test moves."""

    def __init__(self, memory: Memory) -> None:
        self.running = 50.0
        self.wall = instant(BEGAN)
        self.memory = memory
        self.told: list[Told] = []
        self.keeper = Keeper(
            memory,
            Reminders(),
            self.told.append,
            wall=lambda: self.wall,
            running=lambda: self.running,
        )

    def pass_time(self, hours: float, step: float = 600.0) -> None:
        """Let both clocks run, and look as often as the loop would."""
        for _ in range(round(hours * 3600 / step)):
            self.running += step
            self.wall += step
            self.keeper.look()

    @property
    def invitations(self) -> int:
        """How often the conversation was told that a date has come."""
        return self.told.count(DateArrived(RITUAL))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with closing(Memory.open(tmp_path)) as memory:
        yield House(memory)


def test_a_date_comes_once(house: House) -> None:
    house.pass_time(30)
    house.keeper.keep(Appoint(RITUAL, When("tomorrow", "8:00", "evening")))
    assert isinstance(house.told[-1], DatesChanged)
    house.pass_time(48)
    assert house.invitations == 1


@pytest.mark.parametrize("years", [-56, -3, 5, 300])
def test_a_clock_that_jumps_by_years_brings_no_date_and_loses_none(
    house: House, years: float
) -> None:
    house.pass_time(30)
    house.keeper.keep(Appoint(RITUAL, When("tomorrow", "8:00", "evening")))
    house.wall += years * YEAR
    house.pass_time(3)
    assert house.invitations == 0
    house.wall -= years * YEAR
    house.pass_time(48)
    assert house.invitations == 1


class TestDisk:
    """Full or read-only: told once, and once when it is over; the conversation goes on."""

    @pytest.fixture
    def full(self, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*_args: object, **_others: object) -> None:
            raise MemoryLost("the disk is full")

        monkeypatch.setattr(house.memory, "apply", refuse)

    @pytest.mark.usefixtures("full")
    def test_told_once_and_back_once(self, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
        for number in range(3):
            house.keeper.keep(UseQuestion("dreams", number))
        assert house.told == [PartLost(Part.MEMORY)]
        monkeypatch.undo()
        house.keeper.keep(StartNextTimeWith(2))
        assert house.told == [PartLost(Part.MEMORY), PartBack(Part.MEMORY)]
        assert house.memory.memories().starts == 2
