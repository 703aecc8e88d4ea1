"""The watchers themselves: each rule complains when it is broken, and only then."""

from dataclasses import dataclass
from typing import cast

import pytest

from assistant.conversation.machine import Conversation
from assistant.conversation.table import Place, listening
from assistant.conversation.turns import Turn
from assistant.events import Command, Say, TurnChange, TurnMark
from tests.conversation.rules import Ledger, RuleBroken, Rules

START, PAUSED = TurnChange.START, TurnChange.PAUSED
RESUMED, EXTENDED, END = TurnChange.RESUMED, TurnChange.EXTENDED, TurnChange.END


@dataclass
class Told:
    """A conversation of which only is known what it shows."""

    place: Place = Place.IDLE
    deadline: float | None = None
    turn: Turn | None = None


def watched(told: Told | None = None) -> Rules:
    """Rules for a conversation that is only told."""
    return Rules(cast("Conversation", told or Told()))


def on_the_floor(*marks: tuple[TurnChange, int, float]) -> list[Command]:
    """Commands that give these marks, and then nobody holds the floor."""
    return [*(TurnMark(*mark) for mark in marks), listening(Place.IDLE)]


@pytest.mark.parametrize(
    "marks",
    [
        [],
        [(START, 1, 60), (END, 1, 60)],
        [(START, 1, 60), (END, 1, 60), (START, 2, 60), (END, 2, 60)],
        [(START, 1, 60), (PAUSED, 1, 60), (RESUMED, 1, 60), (EXTENDED, 1, 180), (END, 1, 180)],
        [(START, 1, 60), (PAUSED, 1, 60), (END, 1, 60)],
    ],
)
def test_turns_that_are_well_told(marks: list[tuple[TurnChange, int, float]]) -> None:
    watched().check(on_the_floor(*marks), now=1.0)


@pytest.mark.parametrize(
    ("marks", "complaint"),
    [
        ([(END, 1, 60)], "end of no turn"),
        ([(START, 1, 60), (START, 2, 60)], "another one is open"),
        ([(START, 1, 60), (END, 2, 60)], "somebody else's"),
        ([(START, 1, 60), (RESUMED, 1, 60)], "resumed twice"),
        ([(START, 1, 60), (PAUSED, 1, 60), (PAUSED, 1, 60)], "paused twice"),
        ([(START, 1, 60), (PAUSED, 1, 60), (EXTENDED, 1, 90)], "grows while it stands"),
        ([(START, 1, 60), (END, 1, 90)], "end with 90"),
        ([(START, 1, 60), (EXTENDED, 1, 60)], "extended with 60"),
        ([(START, 1, 60), (PAUSED, 1, 30)], "shorter"),
        ([(START, 1, 0)], "no time"),
        ([(START, 1, 60)], "floor and turn marks differ"),
    ],
)
def test_turns_that_are_not(marks: list[tuple[TurnChange, int, float]], complaint: str) -> None:
    with pytest.raises(RuleBroken, match=complaint):
        watched().check(on_the_floor(*marks), now=1.0)


@pytest.mark.parametrize(
    ("commands", "complaint"),
    [
        ([Say(1, "Hello.")], "in a state in which nothing is said"),
        ([listening(Place.SPEAKING), Say(1, "Hello."), Say(1, "Again.")], "again"),
        ([listening(Place.SPEAKING), Say(1, "Hello {name}.")], "placeholder"),
        ([listening(Place.SPEAKING), Say(1, " ")], "says nothing"),
        ([TurnMark(START, 1, 60), Say(1, "Hello.")], "speaks while a partner holds the floor"),
        ([listening(Place.FLOOR)], "listens for"),
        ([listening(Place.IDLE), listening(Place.IDLE)], "twice"),
        ([], "listens for None"),
    ],
)
def test_what_is_said_and_heard(commands: list[Command], complaint: str) -> None:
    with pytest.raises(RuleBroken, match=complaint):
        watched().check(commands, now=1.0)


@pytest.mark.parametrize("deadline", [0.5, 1.0])
def test_a_deadline_that_has_passed(deadline: float) -> None:
    with pytest.raises(RuleBroken, match="past"):
        watched(Told(deadline=deadline)).check([listening(Place.IDLE)], now=1.0)


@pytest.mark.parametrize(
    "turn", [Turn(2, 60, since=0.0), Turn(1, 30, since=0.0), Turn(1, 60, since=None), None]
)
def test_a_turn_that_is_not_the_one_that_was_told(turn: Turn | None) -> None:
    told = Told(Place.FLOOR, turn=turn)
    with pytest.raises(RuleBroken, match=r"but told|but Open"):
        watched(told).check([listening(Place.FLOOR), TurnMark(START, 1, 60)], now=1.0)


def said(*texts: str) -> list[Command]:
    """Sentences."""
    return [Say(number, text) for number, text in enumerate(texts, start=1)]


def turns(*given: tuple[int, float]) -> list[Command]:
    """Turns of so many seconds."""
    return [TurnMark(START, partner, seconds) for partner, seconds in given]


def test_the_ledger_complains_of_unequal_time_at_the_close_only() -> None:
    ledger = Ledger(["Ann", "Bo"])
    ledger.check(turns((1, 60), (2, 60)) + said("The talk is over."))
    ledger.check(said("Ann, the talk?") + turns((1, 60), (2, 30)))
    with pytest.raises(RuleBroken, match="unequal"):
        ledger.check(said("The talk is over."))


def test_the_ledger_counts_what_was_offered() -> None:
    ledger = Ledger(["Ann", "Bo"])
    grown: list[Command] = [TurnMark(EXTENDED, 2, 180)]
    offer = said("Ann, two minutes more?")
    ledger.check(turns((1, 60), (2, 60)) + grown + offer + said("The talk is over."))
    ledger.check(said("Ann, the talk?") + turns((1, 60), (2, 60)) + grown + offer)
    ledger.check(turns((1, 120)) + said("The talk is over."))
    ledger.check(said("Ann, the talk?") + turns((1, 60), (2, 60)) + grown)
    with pytest.raises(RuleBroken, match="unequal"):
        ledger.check(said("The talk is over."))
