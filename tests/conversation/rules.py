"""The rules of the house, watched from outside: only events, commands and the clock are seen."""

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
