"""The rules of the house, watched from outside: only events, commands and the clock are seen."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.conversation.machine import Conversation
from assistant.conversation.table import Place, listening
from assistant.events import (
    Chime,
    Command,
    Hush,
    ListenFor,
    Say,
    StateName,
    TurnChange,
    TurnMark,
)


class RuleBroken(AssertionError):
    """A rule of the house does not hold."""


def hold(rule: bool, otherwise: str) -> None:
    """Complain unless the rule holds."""
    if not rule:
        raise RuleBroken(otherwise)


@dataclass(slots=True)
class OpenTurn:
    """What is known of a turn from its marks."""

    partner: int
    seconds: float
    runs: bool = True


class Rules:
    """Watches one conversation and complains as soon as a rule is broken."""

    def __init__(self, conversation: Conversation) -> None:
        """Nothing has happened yet."""
        self._conversation = conversation
        self._moment: ListenFor | None = None
        self._turn: OpenTurn | None = None
        self._last_id = 0

    def check(self, commands: list[Command], now: float) -> None:
        """Look at what one event led to."""
        for command in commands:
            match command:
                case ListenFor():
                    hold(command != self._moment, "tells the same moment twice")
                    self._moment = command
                case Say():
                    self._check_say(command)
                case TurnMark():
                    self._check_mark(command)
                case Chime() | Hush():
                    pass
        self._check_moment()
        self._check_turn()
        due = self._conversation.deadline
        hold(due is None or due > now, f"the deadline {due} lies in the past of {now}")

    def _check_say(self, command: Say) -> None:
        runs = self._turn is not None and self._turn.runs
        hold(not runs, f"speaks while a partner holds the floor: {command.text}")
        hold(command.text.strip() != "", "says nothing")
        hold(not set("{}") & set(command.text), f"speaks a placeholder: {command.text}")
        hold(command.utterance_id > self._last_id, "uses the number of an utterance again")
        self._last_id = command.utterance_id
        speaking = self._moment is not None and self._moment.state is StateName.SPEAKING
        hold(speaking, "speaks in a state in which nothing is said")

    def _check_mark(self, mark: TurnMark) -> None:
        turn = self._turn
        if mark.change is TurnChange.START:
            hold(turn is None, "a turn starts while another one is open")
            hold(mark.seconds > 0, "a turn of no time")
            self._turn = OpenTurn(mark.partner, mark.seconds)
            return
        hold(turn is not None, f"{mark.change} of no turn")
        if turn is None:
            return
        hold(turn.partner == mark.partner, f"{mark.change} of somebody else's turn")
        longer = mark.change is TurnChange.EXTENDED
        hold(longer == (mark.seconds > turn.seconds), f"{mark.change} with {mark.seconds} seconds")
        hold(mark.seconds >= turn.seconds, "a turn has become shorter")
        turn.seconds = mark.seconds
        match mark.change:
            case TurnChange.PAUSED:
                hold(turn.runs, "a turn is paused twice")
                turn.runs = False
            case TurnChange.RESUMED:
                hold(not turn.runs, "a turn is resumed twice")
                turn.runs = True
            case TurnChange.EXTENDED:
                hold(turn.runs, "a turn grows while it stands")
            case TurnChange.END:
                self._turn = None

    def _check_moment(self) -> None:
        moment, place = self._moment, self._conversation.place
        hold(moment == listening(place), f"listens for {moment} at {place}")

    def _check_turn(self) -> None:
        seen, told = self._conversation.turn, self._turn
        runs = told is not None and told.runs
        hold(runs == (self._conversation.place is Place.FLOOR), "floor and turn marks differ")
        if seen is None or told is None:
            hold(seen is None and told is None, f"turn {seen}, but told {told}")
            return
        hold((seen.partner, seen.granted) == (told.partner, told.seconds), f"{seen} but {told}")
        hold((seen.since is not None) == told.runs, f"{seen} but {told}")


CONSENTS = ("the talk", "the mirror?", "amends?", "a quiz?", "the sofa?", "a round?", "turns,")
PROMPT = re.compile(
    r"\btell\b|say it back|^Once more|^Now|your day|own it|what hurt|one thing|another thing"
    r"|a turn of|to end|Talk|When again|over\.$"
)
OFFER = re.compile(r"(\w+), (.*) more\?")
CLOSES = (
    "The talk is over.",
    "The mirror is over.",
    "Amends are over.",
    "The round is over.",
    "Turns are over.",
)
"""Rituals of the kitchen in which nobody can ask for another question, and begin again with it."""


class Ledger:
    """Adds up what everybody was given in a ritual of the kitchen, and compares at its close.

    Time that was offered counts as given, whether it was taken or not.
    """

    def __init__(self, partners: Sequence[str]) -> None:
        """Nobody has been given anything."""
        self._partners = partners
        self._given: Counter[str] = Counter()
        self._turn = 0.0
        self._offered = ""
        self._more = 0.0

    def check(self, commands: list[Command]) -> None:
        """Add up what one event led to."""
        for command in commands:
            match command:
                case Say(text=text):
                    self._hear(text)
                case TurnMark(change=TurnChange.START, partner=partner, seconds=seconds):
                    self._give(partner, seconds)
                    self._turn, self._offered = seconds, ""
                case TurnMark(change=TurnChange.EXTENDED, partner=partner, seconds=seconds):
                    self._more = seconds - self._turn
                    self._give(partner, self._more)
                    self._turn = seconds

    def _give(self, partner: int, seconds: float) -> None:
        self._given[self._partners[partner - 1]] += round(seconds)

    def _hear(self, text: str) -> None:
        if any(consent in text for consent in CONSENTS):
            self._given.clear()
            self._offered = ""
        offer = OFFER.fullmatch(text)
        if self._offered and (PROMPT.search(text) or (offer and offer[1] != self._offered)):
            self._given[self._offered] += round(self._more)
            self._offered = ""
        if offer:
            self._offered = offer[1]
        if text in CLOSES:
            given = {name: self._given[name] for name in self._partners if self._given[name]}
            hold(len(set(given.values())) <= 1, f"unequal time at the close: {given}")
