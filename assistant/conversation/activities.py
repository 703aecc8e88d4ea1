"""What a conversation is doing at this moment: one frozen value each, never a flag.

Every activity knows its place in the table and, where it waits for time, its deadline in seconds
of the conversation's clock.
"""

from dataclasses import dataclass

from assistant.config import Timing
from assistant.conversation.script import Ask, AskDate, Floor, Rest
from assistant.conversation.table import Place
from assistant.conversation.turns import Turn


@dataclass(frozen=True, slots=True)
class Idle:
    """Nothing runs; the ear is open for a command."""

    place = Place.IDLE


@dataclass(frozen=True, slots=True)
class Asleep:
    """The microphone is closed."""

    place = Place.ASLEEP


@dataclass(frozen=True, slots=True)
class Speaking:
    """A sentence of ours is being played; `then` is the question it asked, if it was one."""

    place = Place.SPEAKING
    utterance_id: int
    text: str
    until: float
    then: Ask | AskDate | None = None
    again: bool = False
    """The question is being asked for the second time."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Waiting for an answer to our own question."""

    beat: Ask | AskDate
    until: float
    limit: float
    """However long somebody speaks on, the answer is taken as given by then."""
    misses: int = 0
    again: bool = False

    @property
    def place(self) -> Place:
        """A question of yes or no, or for a date."""
        return Place.DATE if isinstance(self.beat, AskDate) else Place.ASKED


@dataclass(frozen=True, slots=True)
class Invited:
    """An agreed date chimed; nothing is said unless somebody answers."""

    place = Place.INVITED
    ritual: str
    reminder: str
    until: float


@dataclass(frozen=True, slots=True)
class Holding:
    """A partner holds the floor."""

    place = Place.FLOOR
    turn: Turn
    beat: Floor


@dataclass(frozen=True, slots=True)
class Resting:
    """Nobody holds the floor and nothing is said until a soft chime."""

    rest: Rest
    until: float

    @property
    def place(self) -> Place:
        """Quiet, free talk, or a break."""
        return _REST_PLACES[self.rest.kind]


_REST_PLACES = {
    Rest.Kind.QUIET: Place.QUIET,
    Rest.Kind.TALK: Place.TALK,
    Rest.Kind.BREAK: Place.BREAK,
}


@dataclass(frozen=True, slots=True)
class Paused:
    """Everything stands still until somebody says continue."""

    place = Place.PAUSED
    inner: "Asked | Holding | Resting"
    since: float
    reminded: bool = False


Activity = Idle | Asleep | Speaking | Asked | Invited | Holding | Resting | Paused


def deadline(activity: Activity, timing: Timing, quiet_since: float | None) -> float | None:
    """When the activity next wants a tick; None if only an event can change it."""
    match activity:
        case Idle() | Asleep():
            return None
        case Holding(turn=turn):
            return turn.deadline(timing, quiet_since)
        case Paused(since=since, reminded=reminded):
            return since + (timing.pause_close if reminded else timing.pause_reminder)
        case _:
            return activity.until


def later(activity: Activity, now: float, since: float) -> Activity:
    """The activity as it goes on at `now` after standing still since `since`."""
    match activity:
        case Holding(turn=turn, beat=beat):
            return Holding(turn.resumed(now), beat)
        case Resting(rest=rest, until=until):
            return Resting(rest, until + (now - since))
        case Paused(inner=inner, reminded=reminded):
            return Paused(inner, activity.since, reminded)
        case _:
            return activity
