"""Beats: what the conversation does one after the other, compiled from a ritual's steps.

A script is a tuple of beats; the machine runs them from the first to the last. A question carries
the beats that follow each answer. Sentences are templates still, because who is first can change.
"""

from dataclasses import dataclass
from enum import Enum

from assistant.events import Command

UNEXTENDED = 0
"""The group of floors that cannot grow: they make up for somebody else's time already."""


class Role(Enum):
    """What a floor is for; the machine only treats answers to questions apart."""

    TURN = "turn"
    REFLECT = "reflect"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class Speak:
    """Say a sentence.

    Attributes:
        text: template.
        seconds: what `{minutes}` stands for.
        opens: the floor it opens, which says who `{speaker}` is and what `{minutes}` stands for.
        prompt: it is what people are asked to do just now, and said again when they ask.
    """

    text: str
    seconds: float = 0.0
    opens: "Floor | None" = None
    prompt: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask a question of yes or no; silence, pass and two misunderstandings mean no.

    Attributes:
        text: template.
        yes, no: the beats that follow the answer; afterwards the script goes on behind it.
        asked: position in the order of who is asked; None if both.
        seconds: what `{minutes}` stands for.
        patient: those who are asked may not be in the room yet. It waits as long as an invitation
            does, and what they say to each other is no answer.
    """

    text: str
    yes: "Script" = ()
    no: "Script" = ()
    asked: int | None = None
    seconds: float = 0.0
    patient: bool = False


@dataclass(frozen=True, slots=True)
class AskDate:
    """Ask for the next date; `within_a_day` takes today and tomorrow only."""

    text: str
    within_a_day: bool = False


@dataclass(frozen=True, slots=True)
class Floor:
    """Give the floor to a partner.

    Attributes:
        position: position in the order of who gets it.
        seconds: the time granted.
        group: floors of one group are equal: what one is given more, all get or are offered.
        role: what it is for.
    """

    position: int
    seconds: float
    group: int
    role: Role = Role.TURN


@dataclass(frozen=True, slots=True)
class Rest:
    """Time in which nobody holds the floor and nothing is said.

    Attributes:
        seconds: how long; a soft chime ends it.
        kind: breathing together, free talk, or a break apart.
    """

    class Kind(Enum):
        """What the time is for."""

        QUIET = "quiet"
        TALK = "talk"
        BREAK = "break"

    seconds: float
    kind: Kind


@dataclass(frozen=True, slots=True)
class Draw:
    """Draw a question of these decks and say it; `level` sets how deep, None keeps the depth."""

    decks: tuple[str, ...]
    level: int | None = None


@dataclass(frozen=True, slots=True)
class SwapFirst:
    """The next in the order is first from here on."""


@dataclass(frozen=True, slots=True)
class Do:
    """Send a command out."""

    command: Command


@dataclass(frozen=True, slots=True)
class Leave:
    """Leave everything: all scripts end and the conversation is idle."""


@dataclass(frozen=True, slots=True)
class Sleep:
    """Leave everything and fall asleep."""


Beat = Speak | Ask | AskDate | Floor | Rest | Draw | SwapFirst | Do | Leave | Sleep
Script = tuple[Beat, ...]
